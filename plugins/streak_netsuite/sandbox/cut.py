"""Ends a request by resetting its TCP connection, so that the client gets no answer at all."""

import socket
import struct

from starlette.requests import Request
from starlette.responses import Response

_NO_LINGER = struct.pack("ii", 1, 0)  # close at once: the peer sees a reset, not an orderly end


def cut_connection(request: Request) -> Response:
    """Reset the connection. The response returned is for the framework and goes nowhere."""
    # uvicorn's receive is a method of the object that owns the transport; ASGI itself offers no way.
    transport = request.receive.__self__.transport  # type: ignore[attr-defined]
    peer = transport.get_extra_info("socket")
    if peer.fileno() >= 0:  # a client that gave up first has closed it already
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
    return Response(status_code=500)

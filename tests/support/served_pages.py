"""Pages served on loopback for as long as a test looks at them."""

import contextlib
import threading
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI, Request

from streak_netsuite.demo.processes import free_port, until


async def maya(_: Request) -> str:
    """Let everybody in as the one who decides in tests."""
    return "maya"


@contextlib.contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Yield the address at which an app is served."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    for _ in until(120, every=0.05):
        if server.started:
            break
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join(20)

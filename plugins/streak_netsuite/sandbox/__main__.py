"""Runs the sandbox alone: `python -m streak_netsuite.sandbox --port 8700`."""

import argparse
import asyncio
import json
import signal
import sys
from types import FrameType

from streak_netsuite.sandbox.server import Sandbox, bind, server

TAKEN = 2


def run(port: int) -> int:
    """Serve until SIGINT or SIGTERM; return the exit code.

    Prints one line of JSON as soon as connections are accepted: addresses and credentials of both
    vendors' sides and of the control API.
    """
    try:
        listener = bind(port)
    except OSError as error:
        sys.stderr.write(
            f"port {port} cannot be listened on ({error.strerror}); choose another with --port\n"
        )
        return TAKEN
    sandbox = Sandbox()
    serving = server(sandbox)
    line = json.dumps(sandbox.describe(listener.getsockname()[1]))

    def end(_number: int, _frame: FrameType | None) -> None:
        # uvicorn takes the signals while it serves, and raises them again here when it has ended.
        serving.should_exit = True

    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, end)

    async def serve() -> None:
        # The socket listens already: whoever connects before uvicorn accepts waits a moment in its queue.
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        await serving.serve(sockets=[listener])

    asyncio.run(serve())
    return 0


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="streak-netsuite sandbox", description="Stand-ins for Streak and NetSuite."
    )
    parser.add_argument("--port", type=int, default=0, help="port on loopback; 0 for any free one")
    return run(parser.parse_args().port)


if __name__ == "__main__":
    sys.exit(main())

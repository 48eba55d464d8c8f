"""Text files that are replaced in one step, and otherwise stay what they were."""

import contextlib
import os
from pathlib import Path

from streak_netsuite.errors import ConfigurationError


def write_over(path: Path, text: str, *, like: Path) -> None:
    """Write a text in one step: a link goes on leading to its file, which keeps its owner, mode and line ends.

    Args:
        like: the file whose line ends the text gets.

    Raises:
        ConfigurationError: that file has line ends of two kinds.
        OSError: the file cannot be written; it stays as it was.
    """
    place, end = path.resolve(), _line_end(like)
    fresh = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        fresh.write_text(text, encoding="utf-8", newline=end)
        if place.exists():
            old = place.stat()
            with contextlib.suppress(OSError):  # another user's file, whose folder is ours
                os.chown(fresh, old.st_uid, old.st_gid)
            fresh.chmod(old.st_mode & 0o7777)
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)


def _line_end(path: Path) -> str:
    written = path.read_bytes()
    windows = written.count(b"\r\n")
    if windows == written.count(b"\n") == written.count(b"\r"):
        return "\r\n" if windows else "\n"
    if b"\r" not in written:
        return "\n"
    raise ConfigurationError(
        f"{path} has line ends of two kinds, and would get one; save it with one kind first"
    )

"""A folder in memory, where databases of tests commit without waiting for a disk."""

import os
import shutil
from pathlib import Path

_ROOM_BYTES = 2 * 1024**3


def memory_folder() -> Path | None:
    """Return a folder in memory, where a commit takes a hundredth of what it takes on a disk; None for the usual one."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM_BYTES
    return memory if roomy and os.access(memory, os.W_OK) else None

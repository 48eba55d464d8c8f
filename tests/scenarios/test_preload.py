"""A task finds what it needs in the process that forked it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HEAVY = {"assist", "jinja2", "lxml", "numpy", "pandas", "pydantic", "scipy", "sklearn", "sqlalchemy", "zeep"}


def test_a_task_imports_nothing_heavy_by_itself(world: Any) -> None:
    """Each import that preloading leaves out is paid by every task, and by every deal that waits for one."""
    box = world.won_deals(1)[0]
    worker = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("warm_worker.py")), "never"],
        env=world.worker_env(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert worker.returncode == 0, worker.stderr
    assert world.orders(box)
    assert [name for name in json.loads(worker.stdout) if name.split(".")[0] in HEAVY] == []

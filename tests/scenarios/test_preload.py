"""A task finds what it needs in the process that forked it."""

import json
from typing import Any

HEAVY = {"assist", "jinja2", "lxml", "numpy", "pandas", "pydantic", "scipy", "sklearn", "sqlalchemy", "zeep"}


def test_a_task_imports_nothing_heavy_by_itself(world: Any) -> None:
    """Each import that preloading leaves out is paid by every task, and by every deal that waits for one."""
    box = world.won_deals(1)[0]
    worker = world.start_worker("never", script="warm_worker.py")
    said, failed = worker.communicate(timeout=120)
    assert worker.returncode == 0, failed
    assert world.orders(box)
    assert [name for name in json.loads(said) if name.split(".")[0] in HEAVY] == []

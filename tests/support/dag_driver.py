"""Runs one DAG file with `dag.test()` in a fresh process, and prints what came of it as one JSON line."""

import json
import runpy
import sys
from typing import Any


def main(path: str, conf: str) -> None:
    """Run the DAG of a file."""
    dag = runpy.run_path(path)["dag"]
    run = dag.test(run_conf=json.loads(conf) or None)
    print("RESULT " + json.dumps({"state": str(run.state), "xcoms": _xcoms(run)}))  # noqa: T201 - what the test reads


def _xcoms(run: Any) -> dict[str, Any]:
    found = {ti.task_id: ti.xcom_pull(task_ids=ti.task_id) for ti in run.get_task_instances()}
    progress = {
        f"{ti.task_id}.progress": ti.xcom_pull(task_ids=ti.task_id, key="progress")
        for ti in run.get_task_instances()
    }
    return found | {name: value for name, value in progress.items() if value is not None}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

"""Runs one DAG file with `dag.test()`, and prints what came of it as one JSON line."""

import json
import runpy
import sys
from typing import Any

from airflow import settings
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
from airflow.sdk.execution_time.supervisor import in_process_api_server

import streak_netsuite.assembly  # noqa: F401 - as the scheduler has it when it forks tasks


def warm_up() -> None:
    """Do once what each run would do: build the API that serves tasks, read all DAG files, and keep them."""
    # The API makes its routes for each version with the first request, which takes seconds.
    in_process_api_server().app._cadwyn_initialize()
    manager = DagBundlesManager()
    manager.sync_bundles_to_db()
    for bundle in manager.get_all_dag_bundles():
        bag = BundleDagBag(dag_folder=bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
        assert bag.import_errors == {}
        sync_bag_to_db(bag, bundle.name, bundle.version)


def main(path: str, conf: str) -> None:
    """Run the DAG of a file."""
    settings.configure_vars()  # the environment may name another folder of DAGs than at the import
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
else:
    warm_up()

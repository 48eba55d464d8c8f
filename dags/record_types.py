"""One DAG for each record type file: those that ship, and those in the folder `[streak_netsuite] record_types`.

A file that cannot be used has its DAG all the same; its task fails and names file, line and fault.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from airflow.sdk import DAG, CronTriggerTimetable
from airflow.sdk.configuration import conf

import streak_netsuite
from streak_netsuite.operators.records import RecordSyncOperator
from streak_netsuite.retry_policy import FLOW_RETRY_POLICY

DOC = """
### {name}

{description}

```
changed records of {source} → what they are to be in {target} → one write each
```

Declared in `{file}`; change it there. `streak-netsuite records check FILE` names every fault with its line,
`streak-netsuite records plan FILE` shows what would be written.
"""


def declared(path: Path) -> dict:
    """Return what the file says of itself, as far as it can be read; everything else is checked when the task runs."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        said = None
    return said if isinstance(said, dict) else {}


def record_dag(path: Path) -> DAG:
    """Return the DAG of a record type's file."""
    said = declared(path)
    schedule = said.get("schedule", "*/10 * * * *")
    systems = {part: (said.get(part) or {}).get("system", "?") for part in ("source", "target")}
    with DAG(
        dag_id=f"record_{path.stem}",
        description=str(said.get("description") or f"Records of {path.name}"),
        doc_md=DOC.format(name=path.stem, description=said.get("description", ""), file=path.name, **systems),
        schedule=CronTriggerTimetable(schedule, timezone="UTC") if schedule else None,
        start_date=datetime(2024, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=True,
        default_args={"retries": 3, "retry_delay": timedelta(seconds=20), "retry_policy": FLOW_RETRY_POLICY},
        tags=["streak", "netsuite", "records"],
    ) as dag:
        RecordSyncOperator(task_id="write_records", record_type=str(path))
    return dag


SHIPPED = Path(streak_netsuite.__file__).parent / "mapping" / "shipped" / "records"
OWN = conf.get("streak_netsuite", "record_types", fallback="")
for folder in filter(None, (SHIPPED, Path(OWN) if OWN else None)):
    for file in sorted(folder.glob("*.yaml")):
        globals()[f"record_{file.stem}"] = record_dag(file)

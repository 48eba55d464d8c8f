"""How much importing the DAG files adds to `import airflow.sdk`."""

import json
import subprocess
import sys
from pathlib import Path

from measurement import Measurement, median

ROOT = Path(__file__).parents[2]
RUNS = 5
LIMIT_SECONDS = 0.3

SCRIPT = """
import json, pathlib, runpy, sys, time
start = time.perf_counter()
import airflow.sdk
middle = time.perf_counter()
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    runpy.run_path(str(path))
end = time.perf_counter()
print(json.dumps([middle - start, end - middle]))
"""


def measure() -> list[Measurement]:
    """Import everything in fresh processes; the median counts."""
    rows = [_once() for _ in range(RUNS)]
    sdk, dags = median([row[0] for row in rows]), median([row[1] for row in rows])
    return [
        Measurement(
            name="dag_import",
            value=dags,
            unit="s",
            reference="allowed beside import airflow.sdk",
            reference_value=LIMIT_SECONDS,
            ratio=dags / LIMIT_SECONDS,
            wanted="<= 1",
        ),
        Measurement(
            name="dag_import_beside_sdk",
            value=dags,
            unit="s",
            reference="import airflow.sdk",
            reference_value=sdk,
            ratio=dags / sdk,
        ),
    ]


def _once() -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(ROOT / "dags")],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    first, second = json.loads(done.stdout.splitlines()[-1])
    return first, second

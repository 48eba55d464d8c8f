"""How soon a trigger may let its task go on."""

# The executor reports a worker's end up to `[workers] min_heartbeat_interval` (5 s by default) after the task has
# said that it waits. Airflow 3.3.2 takes the late report for the end of whatever runs under the task's name by then:
# a task that goes on sooner is ended, and fails unless it has tries left (apache/airflow issues 67287, 72716).
SETTLE_SECONDS = 10.0

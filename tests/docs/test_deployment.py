"""The compose file, its image and its example environment fit each other, Airflow and the lock."""

import fnmatch
import importlib.metadata
import importlib.util
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from streak_netsuite import connections
from streak_netsuite.connections import ConnectionParts
from streak_netsuite.provider import get_provider_info

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
AIRFLOW = {"init", "api-server", "scheduler", "dag-processor", "triggerer"}
# Of the Compose Specification, what this file uses.
SERVICE_KEYS = set(
    "build image restart environment volumes depends_on entrypoint command ports healthcheck configs".split()
)
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period"}


def example() -> dict[str, str]:
    """The example environment, as Compose and a shell read it."""
    lines = re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    return {name: value.strip("'") for name, value in lines}


def test_every_part_of_airflow_has_its_service() -> None:
    assert set(SERVICES) == AIRFLOW | {"postgres"}
    for name in AIRFLOW - {"init"}:
        assert SERVICES[name]["command"] == name
        assert SERVICES[name]["depends_on"] == {"init": {"condition": "service_completed_successfully"}}


def test_the_tables_of_airflow_and_the_ledger_are_made_before_anything_starts() -> None:
    init = SERVICES["init"]
    steps = [line.split(' "')[0] for line in init["command"][0].splitlines()]
    pool = COMPOSE["x-airflow"]["environment"]["AIRFLOW__STREAK_NETSUITE__POOL"]
    assert steps == ["airflow db migrate", "streak-netsuite ledger upgrade", f"airflow pools set {pool} 8"]
    assert init["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert init["restart"] == "no"


def test_every_key_is_one_that_compose_knows() -> None:
    assert set(COMPOSE) == {"x-airflow", "services", "configs", "volumes"}
    assert {key for service in SERVICES.values() for key in service} <= SERVICE_KEYS
    for service in SERVICES.values():
        assert {"image", "build"} & set(service)
        assert set(service.get("healthcheck", {})) <= HEALTH_KEYS


def test_everything_that_runs_on_has_a_health_check() -> None:
    assert {name for name, service in SERVICES.items() if "healthcheck" not in service} == {"init"}


def test_everything_that_is_mounted_is_there() -> None:
    for mount in (m for service in SERVICES.values() for m in service.get("volumes", [])):
        source = mount.split(":")[0]
        assert (ROOT / source).exists() if source.startswith("./") else source in COMPOSE["volumes"], mount
    assert {c["source"] for s in SERVICES.values() for c in s.get("configs", [])} == set(COMPOSE["configs"])


def test_secrets_come_from_the_environment_alone_and_are_asked_for() -> None:
    used = re.findall(r"\$\{(\w+)([^}]*)\}", COMPOSE_TEXT)
    assert [name for name, rest in used if not rest.startswith(":?")] == []
    secret = re.compile(r"PASSWORD$|KEY$|SECRET|_CONN")
    environment = {k: v for service in SERVICES.values() for k, v in service.get("environment", {}).items()}
    assert [name for name, value in environment.items() if secret.search(name) and "${" not in value] == []


def test_the_example_names_every_variable_and_no_other() -> None:
    assert set(example()) == set(re.findall(r"\$\{(\w+)", COMPOSE_TEXT))


def test_the_example_holds_no_secret() -> None:
    given = {name: value for name, value in example().items() if not name.startswith("AIRFLOW_CONN_")}
    assert {name for name, value in given.items() if value} == {"AIRFLOW_BASE_URL"}


def test_the_examples_connections_are_understood_and_meet_the_compose_file() -> None:
    parts = {
        name.removeprefix("AIRFLOW_CONN_"): ConnectionParts.from_json(name, value)
        for name, value in example().items()
        if name.startswith("AIRFLOW_CONN_")
    }
    assert connections.streak_settings(parts["STREAK_DEFAULT"]).pipelines == ("Sales",)
    assert connections.receiver_settings(parts["STREAK_DEFAULT"]).tokens
    assert connections.netsuite_settings(parts["NETSUITE_DEFAULT"]).account == "1234567_SB1"
    ledger = connections.ledger_settings(parts["STREAK_NETSUITE_LEDGER"])
    assert ledger.sqlalchemy_url.host == "postgres"
    assert ledger.sqlalchemy_url.username == SERVICES["postgres"]["environment"]["POSTGRES_USER"]
    made = COMPOSE["configs"]["ledger_database"]["content"]
    assert made == f"CREATE DATABASE {ledger.sqlalchemy_url.database};"


def test_every_setting_of_airflow_is_one_that_airflow_has() -> None:
    package = importlib.util.find_spec("airflow")
    assert package is not None
    assert package.submodule_search_locations
    template = Path(package.submodule_search_locations[0]) / "config_templates" / "config.yml"
    known = {**yaml.safe_load(template.read_text()), **get_provider_info()["config"]}
    used = [name.lower().split("__")[1:] for name in COMPOSE["x-airflow"]["environment"] if "__" in name]
    assert [(section, option) for section, option in used if option not in known[section]["options"]] == []


def test_tasks_start_as_soon_as_in_the_demonstration() -> None:
    environment = COMPOSE["x-airflow"]["environment"]
    assert environment["AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME"] == "0.1"
    assert environment["AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL"] == "1"


def test_the_image_is_of_the_airflow_that_is_tested() -> None:
    (base,) = re.findall(r"^FROM apache/airflow:([\d.]+)", DOCKERFILE, re.MULTILINE)
    assert base == importlib.metadata.version("apache-airflow")


def test_what_the_image_copies_is_there_and_let_through() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = [line.removeprefix("!") for line in ignored if line.startswith("!")]
    copied = [
        name
        for line in re.findall(r"^COPY --\S+ (.+) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    ]
    assert copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert any(fnmatch.fnmatch(name, a) or name.startswith(f"{a}/") for a in allowed), name
    assert not any(fnmatch.fnmatch(".env", a) for a in allowed)
    assert "*" in ignored


def test_the_images_constraints_are_what_the_tests_ran_with() -> None:
    (pipeline,) = re.findall(r"^RUN (grep .+?) > \S+ \\$", DOCKERFILE, re.MULTILINE)
    command = pipeline.replace("/opt/streak-netsuite/", "")
    told = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    requirements = [Requirement(line) for line in told.splitlines()]
    here = [r for r in requirements if r.marker is None or r.marker.evaluate()]
    names = [r.name for r in here]
    assert len(names) == len(set(names)), "pip refuses two constraints on one package"
    for name in ("apache-airflow", "sqlalchemy", "zeep", "pydantic", "psycopg"):
        (pinned,) = [str(r.specifier) for r in here if r.name == name]
        assert pinned == f"=={importlib.metadata.version(name)}"


def test_the_example_can_be_read_by_a_shell() -> None:
    script = 'set -a; . ./.env.example; printf %s "$AIRFLOW_CONN_STREAK_DEFAULT"'
    told = subprocess.run(["sh", "-ec", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert json.loads(told)["conn_type"] == "streak"


@pytest.mark.parametrize("name", ["dag-processor", "triggerer"])
def test_a_job_is_asked_for_by_the_name_airflow_knows(name: str) -> None:
    package = importlib.util.find_spec("airflow")
    assert package is not None
    assert package.submodule_search_locations
    cli = (Path(package.submodule_search_locations[0]) / "cli" / "cli_config.py").read_text()
    job = SERVICES[name]["healthcheck"]["test"][-2]
    assert f'"{job}"' in cli

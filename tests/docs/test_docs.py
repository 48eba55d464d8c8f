"""README and docs say what is true."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import typer
import yaml

from streak_netsuite.cli import app
from streak_netsuite.connections import (
    ConnectionParts,
    ReceiverSettings,
    ledger_settings,
    netsuite_settings,
    receiver_settings,
    streak_settings,
)
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.ledger.settings import LedgerSettings

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
# Where a setting is called otherwise in its connection.
IN_CONNECTION = {
    "tokens": "webhook_tokens",
    "max_bytes": "webhook_max_bytes",
    "encryption_keys": "encryption_secret",
}


def commands() -> set[str]:
    root = typer.main.get_command(app)
    found = set(root.commands)  # type: ignore[attr-defined]
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        found |= {f"{name} {sub}" for sub in getattr(command, "commands", {})}
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_command_that_is_named_exists(page: Path) -> None:
    known = commands()
    for line in re.findall(r"streak-netsuite ([a-z][a-z -]*)", page.read_text()):
        words = line.split()
        assert words[0] in known or " ".join(words[:2]) in known, line
        if any(k.startswith(words[0] + " ") for k in known) and len(words) > 1:
            assert " ".join(words[:2]) in known, line


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", page.read_text()))
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    missing = [link for link in links if not link.startswith("http") and not (page.parent / link).exists()]
    assert missing == []


def test_every_setting_is_explained() -> None:
    text = (ROOT / "docs" / "connecting.md").read_text()
    models = (StreakSettings, NetSuiteSettings, ReceiverSettings, LedgerSettings, FlowSettings)
    for model in models:
        for name in model.model_fields:
            row = re.search(rf"^\| `{IN_CONNECTION.get(name, name)}` \| .+ \| (.*) \|$", text, re.MULTILINE)
            assert row, f"{model.__name__}.{name} is not in docs/connecting.md"
            assert row.group(1).strip(), f"{model.__name__}.{name} is not explained"


def test_the_connections_of_the_readme_are_understood() -> None:
    text = (ROOT / "README.md").read_text().replace("<Fernet key>", "x" * 43 + "=")
    found = dict(re.findall(r"AIRFLOW_CONN_(\w+)='(\{.*?\})'", text, re.DOTALL))
    parts = {name: ConnectionParts.from_json(name.lower(), body) for name, body in found.items()}
    assert streak_settings(parts["STREAK_DEFAULT"]).pipelines == ("Sales",)
    assert receiver_settings(parts["STREAK_DEFAULT"]).tokens
    assert netsuite_settings(parts["NETSUITE_DEFAULT"]).account == "1234567_SB1"
    assert ledger_settings(parts["STREAK_NETSUITE_LEDGER"]).encryption_keys


def test_compose_names_every_variable_of_the_example_and_no_other() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    services = yaml.safe_load(compose)["services"]
    assert {"postgres", "init", "api-server", "scheduler", "dag-processor", "triggerer"} <= set(services)
    asked = set(re.findall(r"\$\{(\w+)", compose))
    example = (ROOT / ".env.example").read_text()
    given = dict(re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE))
    assert asked == set(given)
    assert all(isinstance(json.loads(v), dict) for k, v in given.items() if k.startswith("AIRFLOW_CONN_"))


def test_no_page_or_source_names_a_machine_or_a_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    folders = ["/wo" + "rk/", "/ro" + "ot/"]
    hosts = ["py" + "pi.org", "files.python" + "hosted", "registry.npm" + "js"]
    words = re.compile("|".join(re.escape(word) for word in [*folders, *hosts]))
    this = Path(__file__).relative_to(ROOT).as_posix()
    guilty = [
        name
        for name in listed
        if name
        and name != this
        and (ROOT / name).is_file()
        and words.search((ROOT / name).read_text(errors="ignore"))
    ]
    assert guilty == []

"""README and docs say what is true."""

import ast
import importlib
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from streak_netsuite import connections
from streak_netsuite.cli import app
from streak_netsuite.connections import ConnectionParts, ReceiverSettings, WebhookSettings
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.flows.reconcile import Drift
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sandbox.server import RunningSandbox

ROOT = Path(__file__).parents[2]
CODE = ROOT / "plugins" / "streak_netsuite"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
CONNECTING = ROOT / "docs" / "connecting.md"
OPERATIONS = ROOT / "docs" / "operations.md"
SANDBOX = ROOT / "docs" / "sandbox.md"
SAFETY = ROOT / "docs" / "safety.md"

# Where a setting is called otherwise in its connection.
IN_CONNECTION = {
    "tokens": "webhook_tokens",
    "max_bytes": "webhook_max_bytes",
    "encryption_keys": "encryption_secret",
}
TABLES = [
    ("## Streak", 0, StreakSettings),
    ("## Streak", 1, ReceiverSettings),
    ("## Streak", 2, WebhookSettings),
    ("## NetSuite", 0, NetSuiteSettings),
    ("## Ledger", 0, LedgerSettings),
    ("## The flow", 0, FlowSettings),
]

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)


def commands() -> dict[str, Any]:
    """Every command by its words, with the options it takes."""
    root = typer.main.get_command(app)
    found: dict[str, Any] = {}
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        found[name] = command
        found |= {f"{name} {sub}": c for sub, c in getattr(command, "commands", {}).items()}
    return found


def test_every_command_is_in_the_readme() -> None:
    named = re.findall(r"^\| `streak-netsuite ([^`]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    groups = {words.split()[0] for words in commands() if " " in words}
    assert {" ".join(re.findall(r"(?<![-\[])\b[a-z][a-z-]*\b", line)[:2]) for line in named} >= {
        words for words in commands() if " " in words
    }
    assert {line.split()[0] for line in named} == {c for c in commands() if " " not in c}
    assert groups == {"ledger", "holds", "mapping", "webhooks", "netsuite", "records", "duplicates"}


@each_page
def test_every_command_that_is_named_exists_and_takes_the_options_shown(page: Path) -> None:
    known = commands()
    for line in re.findall(r"streak-netsuite ([a-z][^`\n|#]*)", page.read_text()):
        words = line.split()
        command = known.get(" ".join(words[:2])) or known.get(words[0])
        assert command is not None, line
        if getattr(command, "commands", None) and len(words) > 1:
            pytest.fail(f"'{line}': {words[0]} has no command '{words[1]}'")
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


@each_page
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)|^make ([a-z]+)", page.read_text(), re.MULTILINE))
    assert {a or b for a, b in named} <= targets


def test_every_make_target_is_in_the_readme() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert targets - set(re.findall(r"`make ([a-z]+)", (ROOT / "README.md").read_text())) == {"help"}


@each_page
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    missing = [link for link in links if not link.startswith("http") and not _leads(page, link)]
    assert missing == []


@pytest.mark.parametrize(("heading", "number", "model"), TABLES, ids=lambda v: getattr(v, "__name__", None))
def test_each_settings_table_is_the_model(heading: str, number: int, model: type[BaseModel]) -> None:
    told = settings_tables(CONNECTING, heading)[number]
    true = {IN_CONNECTION.get(n, n): default_text(f.default) for n, f in model.model_fields.items()}
    assert {name: default for name, (default, _) in told.items()} == true
    assert [name for name, (_, meaning) in told.items() if not meaning] == []


@pytest.mark.parametrize("page", [ROOT / "README.md", CONNECTING, SANDBOX], ids=lambda p: p.name)
def test_every_connection_that_is_shown_is_understood(page: Path) -> None:
    shown = list(connections_in(page.read_text()))
    assert shown
    for row in shown:
        parts = ConnectionParts.from_json(row["conn_type"], json.dumps(row))
        match row["conn_type"]:
            case "streak":
                assert connections.streak_settings(parts).pipelines == ("Sales",)
                assert connections.receiver_settings(parts).tokens
            case "netsuite":
                assert connections.netsuite_settings(parts).account == "1234567_SB1"
            case "streak_netsuite_ledger":
                assert connections.ledger_settings(parts).encryption_keys
            case other:
                pytest.fail(f"no such connection type: {other}")


def test_the_receivers_answers_are_listed() -> None:
    code = (CODE / "web" / "receiver.py").read_text()
    told = set(re.findall(r"^\| (\d{3}) \|", CONNECTING.read_text(), re.MULTILINE))
    assert told == {"200", *re.findall(r"Refused\((\d{3})", code)}


def test_every_rule_that_decides_is_explained() -> None:
    page = OPERATIONS.read_text()
    told = set(re.findall(r"\b[a-z]+: (\w+)", "".join(rows(page)))) | set(
        re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    )
    kinds = {str(RecordKind.BOX_FIELDS), str(RecordKind.COMMENT)}
    # Candidates of a hold, which nothing is decided by.
    asked = {"similar_name", "alike"}
    assert rules_in(CODE / "flows") | rules_in(CODE / "sync") | kinds | {"repeated_hint"} <= told | asked


def test_every_code_of_ours_is_explained() -> None:
    page = OPERATIONS.read_text()
    told = set(re.findall(r"`([A-Z_]{5,})`", page))
    sources = [p.read_text() for part in ("flows", "connectors") for p in (CODE / part).rglob("*.py")]
    ours = {c for s in sources for c in re.findall(r'code="([A-Z_]+)"', s)}
    ours |= {c for s in sources for c in re.findall(r'^([A-Z_]+) = "\1"', s, re.MULTILINE)}
    assert ours - {"TRANSIENT"} <= told  # never held
    assert {"MAPPING", "AMBIGUOUS", "ADDRESS"} <= told


def test_every_difference_of_reconcile_is_explained() -> None:
    page = (ROOT / "docs" / "flows" / "reconcile.md").read_text()
    assert [one.value for one in Drift if f"| {one} |" not in page] == []


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"\btest_\w+", SAFETY.read_text()))
    there = {
        n for p in (ROOT / "tests").rglob("test_*.py") for n in re.findall(r"def (test_\w+)", p.read_text())
    }
    assert named
    assert named - there == set()


def test_the_readme_shows_the_demonstrations_own_words() -> None:
    story = (CODE / "demo" / "story.py").read_text()
    said = [
        "".join(".+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]*\})", text))
        for text in re.findall(r'\bstep\(f?"([^"]+)"\)', story)
    ]
    shown = re.findall(r"^ +\d+\.\d\d s  (.+)$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert len(shown) == len(said)
    assert [line for line, form in zip(shown, said, strict=True) if not re.fullmatch(form, line)] == []


def test_the_sandbox_prints_what_its_page_shows() -> None:
    shown = next(objects_in(SANDBOX.read_text()))
    with RunningSandbox() as running:
        assert _form(running.info) == _form(shown)


def test_every_control_call_that_is_shown_works() -> None:
    calls = re.findall(r"`(GET|POST|PATCH) (/\S+)`(?: `(\{.+?\})`(?= \|))?", SANDBOX.read_text())
    assert len(calls) > 10
    with RunningSandbox() as running, _control(running) as control:
        answers = {
            f"{method} {path}": control.request(
                method, path, json=json.loads(body) if body else None
            ).status_code
            for method, path, body in calls
        }
    assert {call: status for call, status in answers.items() if status >= 300} == {}


def test_no_page_or_source_names_a_machine_or_a_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    # In pieces, so that this file does not find itself.
    places = [f"/{folder}/" for folder in ("work", "root")]
    hosts = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"))]
    words = re.compile("|".join([*map(re.escape, [*places, *hosts]), "/home/(?!airflow)"]))
    this = Path(__file__).relative_to(ROOT).as_posix()
    files = [ROOT / name for name in listed if name != this and (ROOT / name).is_file()]
    assert [f.as_posix() for f in files if words.search(f.read_text(errors="ignore"))] == []


def rows(page: str) -> list[str]:
    """The rows of the tables of a page."""
    return re.findall(r"^\|.+\|$", page, re.MULTILINE)


def settings_tables(page: Path, heading: str) -> list[dict[str, tuple[str, str]]]:
    """The settings tables below a heading: default and meaning by name."""
    (section,) = [
        s for s in re.split(r"^(?=## )", page.read_text(), flags=re.MULTILINE) if s.startswith(heading)
    ]
    tables = section.split("| setting | default | meaning |\n")[1:]
    return [
        {name: (default.strip(), meaning.strip()) for name, default, meaning in _settings_rows(table)}
        for table in tables
    ]


def _settings_rows(table: str) -> list[tuple[str, str, str]]:
    body = re.split(r"\n(?!\|)", table)[0]
    return re.findall(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", body, re.MULTILINE)


def default_text(default: Any) -> str:
    """How a default is written in a table."""
    if default is PydanticUndefined:
        return "required"
    if default in (None, ()):
        return "none"
    if default == frozenset():
        return "any"
    if isinstance(default, tuple | frozenset):
        return ", ".join(sorted(default))
    return str(default) or "empty"


def objects_in(page: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a page's code blocks, one after the other."""
    decoder = json.JSONDecoder()
    for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL):
        text = block.strip()
        while text:
            found, end = decoder.raw_decode(text)
            yield found
            text = text[end:].strip()


def connections_in(page: str) -> Iterator[dict[str, Any]]:
    """The connections a page shows, as JSON and as environment variables."""
    for body in re.findall(r"AIRFLOW_CONN_\w+='(\{.*?\})'", page, re.DOTALL):
        yield json.loads(body)
    yield from (row for row in objects_in(page) if "conn_type" in row)


def rules_in(folder: Path) -> set[str]:
    """The rules that code gives as a reason for an outcome."""
    found: set[str] = set()
    for node in (n for p in folder.glob("*.py") for n in ast.walk(ast.parse(p.read_text()))):
        if isinstance(node, ast.Call):
            found |= {
                k.value.value for k in node.keywords if k.arg == "rule" and isinstance(k.value, ast.Constant)
            }
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in {"_defer", "_outcome"}:
                texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
                found |= {text for text in texts if re.fullmatch(r"[a-z_]+", str(text))}
    return found


def _leads(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}


def _control(running: RunningSandbox) -> httpx.Client:
    control = running.info["control"]
    headers = {"X-Sandbox-Token": control["token"]}
    return httpx.Client(base_url=control["base_url"], headers=headers, trust_env=False, timeout=20)


def _form(value: Any) -> Any:
    return {key: _form(part) for key, part in value.items()} if isinstance(value, dict) else type(value)


# --- Airflow -------------------------------------------------------------------------------------------


def test_every_dag_and_operator_is_in_the_page_about_airflow() -> None:
    page = (ROOT / "docs" / "airflow.md").read_text()
    dags = {
        found
        for file in (ROOT / "dags").glob("*.py")
        for found in re.findall(r'dag_id="(\w+)"', file.read_text())
    }
    operators = {
        (name, f"streak_netsuite.operators.{file.stem}")
        for file in (ROOT / "plugins" / "streak_netsuite" / "operators").glob("*.py")
        for name in re.findall(r"^class (\w+(?:Operator|Sensor))\(", file.read_text(), re.MULTILINE)
        if name not in {"FlowOperator", "StreakOperator", "NetSuiteOperator"}
    }
    assert set(re.findall(r"^\| `(\w+)` \| [^`]", page, re.MULTILINE)) == dags
    assert set(re.findall(r"^\| `(\w+)` \| `([\w.]+)` \|", page, re.MULTILINE)) == operators


def test_every_module_the_provider_names_can_be_imported() -> None:
    from streak_netsuite.provider import get_provider_info

    info = get_provider_info()
    modules = [
        m
        for part in ("hooks", "operators", "triggers")
        for entry in info[part]
        for m in entry["python-modules"]
    ]
    assert len(modules) > 5
    for module in modules:
        importlib.import_module(module)

"""The `streak-netsuite` command, as a person at the terminal meets it."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
import typer
from cryptography.fernet import Fernet
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from streak_netsuite import cli
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.mapping.spec import shipped_spec_path
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sandbox.server import RunningSandbox
from streak_netsuite.sync.hint import Hint, HintOrigin
from streak_netsuite.sync.outcome import Action, Hold, Outcome

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
BOX = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id="agxzBox")
LEDGER_VARIABLE = "AIRFLOW_CONN_STREAK_NETSUITE_LEDGER"

Main = Callable[..., tuple[int, str, str]]


def run(*args: str) -> str:
    """Run a command that succeeds; what it printed."""
    result = CliRunner().invoke(cli.app, list(args), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Main:
    """Run the command as the shell does: exit code, stdout, stderr."""

    def call(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["streak-netsuite", *args])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), out, err

    return call


@pytest.fixture(autouse=True)
def no_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start without any connection in the environment."""
    for name in ("STREAK_DEFAULT", "NETSUITE_DEFAULT", "STREAK_NETSUITE_LEDGER"):
        monkeypatch.delenv(f"AIRFLOW_CONN_{name}", raising=False)


def ledger_connection(settings: LedgerSettings, *keys: str) -> str:
    """Return a ledger connection in Airflow's JSON form."""
    url = make_url(settings.url.get_secret_value())
    secrets = keys or tuple(key.get_secret_value() for key in settings.encryption_keys)
    return json.dumps(
        {
            "conn_type": "streak_netsuite_ledger",
            "host": url.host,
            "port": url.port,
            "login": url.username,
            "password": url.password,
            "schema": url.database,
            "extra": {"encryption_secret": list(secrets)},
        }
    )


@pytest.fixture
def connected(ledger_settings: LedgerSettings, monkeypatch: pytest.MonkeyPatch) -> LedgerSettings:
    """A migrated ledger, named in the environment."""
    monkeypatch.setenv(LEDGER_VARIABLE, ledger_connection(ledger_settings))
    return ledger_settings


@pytest.fixture
def held(connected: LedgerSettings) -> int:
    """The id of a hold on a box."""
    hold = Hold(
        code="MAPPING",
        reason="deal 'Acme': currency 'EURO' is unknown",
        fix="add it to lookups",
        faults=("fault one", "fault two"),
        payload={"name": "Acme line 3"},
    )
    hint = Hint(record=BOX, version="1", event="BOX_CHANGE_STAGE", origin=HintOrigin.WEBHOOK)
    with Ledger.connect(connected) as ledger:
        ledger.store_hints([hint], now=NOW)
        claim = ledger.claim_events(kind=RecordKind.BOX, limit=9, lease_seconds=60, now=NOW)
        (event,) = claim.events
        outcome = Outcome(
            event_id=event.id,
            record=BOX,
            action=Action.HELD,
            rule="mapping",
            reason=hold.reason,
            hold=hold,
        )
        ledger.settle(claim, [outcome], flow="deal_to_order", run_id="run-1", now=NOW)
        (stored,) = ledger.list_holds()
    return stored.id


# --- help ----------------------------------------------------------------------------------------------


def _commands(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from _commands(inner, *path, name)


COMMANDS = list(_commands(typer.main.get_command(cli.app)))


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "(root)")
def test_every_command_has_a_help_that_says_what_it_does(path: tuple[str, ...]) -> None:
    text = run(*path, "--help")
    assert "Usage:" in text
    described = next(line.strip() for line in text.splitlines()[1:] if line.strip())
    assert len(described) > 10
    assert not described.startswith(("Options", "Arguments", "-"))


def test_all_commands_are_known_to_these_tests() -> None:
    assert {" ".join(path) for path in COMMANDS} >= {
        "demo",
        "sandbox",
        "plan",
        "drift",
        "ledger upgrade",
        "ledger rotate-keys",
        "audit",
        "holds list",
        "holds show",
        "holds release",
        "holds dismiss",
        "webhooks plan",
        "webhooks sync",
        "mapping check",
        "mapping schema",
    }


# --- mapping files -------------------------------------------------------------------------------------


def test_a_good_mapping_file_is_fine() -> None:
    path = shipped_spec_path("deal_to_order")
    assert run("mapping", "check", str(path)) == f"{path}: fine ('deal_to_order')\n"


def test_a_bad_mapping_file_is_named_with_the_line_of_every_fault(main: Main, tmp_path: Path) -> None:
    lines = shipped_spec_path("deal_to_order").read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.startswith("source:"))
    lines[number - 1] = "soruce:"
    file = tmp_path / "broken.yaml"
    file.write_text("\n".join(lines))
    code, out, err = main("mapping", "check", str(file))
    assert (code, out) == (1, "")
    assert str(file) in err
    assert f"line {number}:" in err
    assert "soruce" in err


@pytest.mark.parametrize("content", [None, "", "- a list\n", "version: [1\n"])
def test_a_file_that_is_no_mapping_is_one_clear_error(
    main: Main, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "broken.yaml"
    if content is not None:
        file.write_text(content)
    code, _, err = main("mapping", "check", str(file))
    assert code == 1
    assert err.startswith(f"error: mapping file {file}")
    assert "Traceback" not in err


def test_a_sheet_of_a_kind_that_is_not_written_is_refused_by_its_name(main: Main, tmp_path: Path) -> None:
    """CSV under the name of a workbook opens as a damaged file."""
    table = tmp_path / "customers.csv"
    table.write_text("id,company\n1,Acme\n")
    code, _, err = main("duplicates", "file", str(table), "--sheet", str(tmp_path / "found.xlsx"))
    assert code == 1
    assert "found.xlsx: a sheet is CSV or Parquet" in err
    assert not (tmp_path / "found.xlsx").exists()


def test_the_schema_of_mapping_files_is_json() -> None:
    assert json.loads(run("mapping", "schema"))["type"] == "object"


# --- connections ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "variable"),
    [
        (("ledger", "upgrade"), LEDGER_VARIABLE),
        (("ledger", "rotate-keys"), LEDGER_VARIABLE),
        (("holds", "list"), LEDGER_VARIABLE),
        (("holds", "show", "1"), LEDGER_VARIABLE),
        (("holds", "release", "1", "--reason", "because"), LEDGER_VARIABLE),
        (("plan",), "AIRFLOW_CONN_STREAK_DEFAULT"),
        (("webhooks", "plan"), "AIRFLOW_CONN_STREAK_DEFAULT"),
        (("webhooks", "sync"), "AIRFLOW_CONN_STREAK_DEFAULT"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_missing_connection_is_one_line_that_names_the_variable(
    main: Main, command: tuple[str, ...], variable: str
) -> None:
    code, out, err = main(*command)
    assert (code, out) == (1, "")
    assert re.fullmatch(rf"error: [^\n]*{variable} is not set; [^\n]*\n", err)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("postgresql://user:hunter2@host/db", id="the URL form"),
        pytest.param('["hunter2"]', id="a list"),
        pytest.param('{"extra": "{hunter2"}', id="an extra that is no JSON"),
        pytest.param('{"extra": ["hunter2"]}', id="an extra that is a list"),
        pytest.param('{"port": "hunter2"}', id="a port that is no number"),
        pytest.param('{"extra": {"pool_size": "hunter2"}}', id="a setting of the wrong type"),
        pytest.param('{"extra": {"encryption_secret": ["hunter2"]}}', id="a key that is none"),
        pytest.param('{"extra": {"hunter": "hunter2"}}', id="an unknown setting"),
    ],
)
def test_a_connection_that_cannot_be_read_is_one_line_without_its_secrets(
    main: Main, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(LEDGER_VARIABLE, text)
    code, _, err = main("holds", "list")
    assert code == 1
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert "hunter2" not in err


def test_a_ledger_that_cannot_be_reached_is_one_line(
    main: Main, ledger_settings: LedgerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = json.loads(ledger_connection(ledger_settings))
    monkeypatch.setenv(LEDGER_VARIABLE, json.dumps({**row, "port": 1}))
    code, _, err = main("holds", "list")
    assert code == 1
    assert err.startswith("error: the ledger at ")
    assert err.count("\n") == 1
    assert "Traceback" not in err


# --- the ledger ----------------------------------------------------------------------------------------


def test_an_empty_database_is_refused_until_it_is_upgraded(
    main: Main, empty_database: str, ledger_settings: LedgerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = json.loads(ledger_connection(ledger_settings))
    row["schema"] = make_url(empty_database).database
    monkeypatch.setenv(LEDGER_VARIABLE, json.dumps(row))
    code, _, err = main("holds", "list")
    assert (code, "streak-netsuite ledger upgrade" in err) == (1, True)
    for _ in range(2):
        assert run("ledger", "upgrade") == "the ledger is current\n"
    assert run("holds", "list") == "nothing waits\n"


def test_keys_are_rotated_and_the_old_ones_can_go(
    connected: LedgerSettings, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = connected.encryption_keys[0].get_secret_value(), Fernet.generate_key().decode()
    monkeypatch.setenv(LEDGER_VARIABLE, ledger_connection(connected, new, old))
    assert _rotated()["hold"] == 1
    assert set(_rotated().values()) == {0}
    monkeypatch.setenv(LEDGER_VARIABLE, ledger_connection(connected, new))
    assert "Acme line 3" in run("holds", "show", str(held))


def _rotated() -> dict[str, int]:
    lines = run("ledger", "rotate-keys").splitlines()
    return {table: int(rest.split()[0]) for table, _, rest in (line.partition(": ") for line in lines)}


# --- holds ---------------------------------------------------------------------------------------------


def test_holds_are_listed_with_reason_and_next_step(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = run("holds", "list")
    flat = " ".join(re.sub(r"[│┃]", " ", text).split())
    for part in (str(held), "MAPPING", "2026-05-04"):
        assert part in flat


def test_a_hold_is_shown_whole(held: int) -> None:
    shown = json.loads(run("holds", "show", str(held)))
    assert shown["reason"] == "deal 'Acme': currency 'EURO' is unknown"
    assert shown["faults"] == ["fault one", "fault two"]
    assert shown["payload"] == {"name": "Acme line 3"}


@pytest.mark.parametrize(
    "command",
    [("show", "99"), ("release", "99", "--reason", "x"), ("dismiss", "99", "--reason", "x")],
    ids=" ".join,
)
def test_a_hold_that_is_not_there_is_one_line(
    main: Main, connected: LedgerSettings, command: tuple[str, ...]
) -> None:
    code, _, err = main("holds", *command)
    assert (code, err.count("\n"), "there is no hold 99" in err) == (1, 1, True)


def test_a_released_hold_is_back_in_the_inbox_and_audited(held: int, connected: LedgerSettings) -> None:
    text = run("holds", "release", str(held), "--reason", "currency added", "--actor", "maya")
    assert text == f"hold {held} is released; the record is in the inbox again\n"
    with Ledger.connect(connected) as ledger:
        assert ledger.waiting_boxes() == [BOX.id]
        audited = ledger.list_audit()[0]
    assert (audited.actor, "currency added" in str(audited)) == ("maya", True)
    assert run("holds", "list") == "nothing waits\n"
    assert str(held) in run("holds", "list", "--all")


def test_a_dismissed_hold_is_closed_and_its_record_left_alone(held: int, connected: LedgerSettings) -> None:
    text = run("holds", "dismiss", str(held), "--reason", "the customer withdrew", "--actor", "maya")
    assert text == f"hold {held} is dismissed; nothing is done about the record\n"
    with Ledger.connect(connected) as ledger:
        assert ledger.waiting_boxes() == []
        hold, audited = ledger.get_hold(held), ledger.list_audit()[0]
    assert (hold.closed_by, hold.close_reason) == ("maya", "the customer withdrew")
    assert (audited.actor, audited.action) == ("maya", "hold.dismissed")
    assert run("holds", "list") == "nothing waits\n"


def test_an_approval_names_what_was_shown_and_is_refused_when_something_else_is_asked_by_now(
    main: Main, connected: LedgerSettings
) -> None:
    def ask(terms: str) -> int:
        why = f"its total is {terms}"
        hold = Hold(code="NEEDS_APPROVAL", reason=why, payload={"digest": "d1", "edits": {}, "terms": terms})
        outcome = Outcome(
            event_id=None, record=BOX, action=Action.HELD, rule="approval", reason=why, hold=hold
        )
        with Ledger.connect(connected) as ledger:
            ledger.record_outcomes([outcome], flow="deal_to_order", run_id="run-1", now=NOW)
            (held,) = ledger.list_holds()
        return held.id

    held = str(ask("50,000"))
    code, _, err = main("holds", "approve", held, "--reason", "agreed")
    assert (code, "--shown" in err) == (2, True)
    seen = json.loads(run("holds", "show", held))["shown"]
    ask("5,000,000")
    code, _, err = main("holds", "approve", held, "--reason", "agreed", "--shown", seen)
    assert (code, "its total is 5,000,000" in err) == (1, True)
    seen = json.loads(run("holds", "show", held))["shown"]
    assert "is approved" in run("holds", "approve", held, "--reason", "agreed", "--shown", seen)


def test_only_what_waits_for_an_approval_can_be_rejected_and_only_with_a_reason(
    main: Main, held: int
) -> None:
    code, _, err = main("holds", "reject", str(held))
    assert (code, "--reason" in err) == (2, True)
    code, _, err = main("holds", "reject", str(held), "--reason", "no budget")
    assert code == 1
    assert "can be rejected" in err


def test_a_release_needs_a_reason(main: Main, held: int) -> None:
    code, _, err = main("holds", "release", str(held))
    assert code == 2
    assert "--reason" in err


# --- plan ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with RunningSandbox() as running:
        yield running


@pytest.fixture
def vendors(
    running: RunningSandbox,
    connected: LedgerSettings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[httpx.Client]:
    """Both sandboxes and a ledger, named in the environment; the sandbox's control."""
    info = running.info
    monkeypatch.setenv(
        "AIRFLOW_CONN_STREAK_DEFAULT",
        json.dumps(
            {
                "host": info["streak"]["base_url"],
                "password": info["streak"]["api_key"],
                "extra": {"pipelines": "Sales", "requests_per_second": 20, "burst": 500},
            }
        ),
    )
    secrets = ("consumer_key", "consumer_secret", "token_id", "token_secret")
    netsuite = info["netsuite"]
    extra = {name: netsuite[name] for name in secrets}
    monkeypatch.setenv(
        "AIRFLOW_CONN_NETSUITE_DEFAULT",
        json.dumps({"host": netsuite["base_url"], "login": netsuite["account"], "extra": json.dumps(extra)}),
    )
    with httpx.Client(
        base_url=info["control"]["base_url"],
        headers={"X-Sandbox-Token": info["control"]["token"]},
        trust_env=False,
    ) as control:
        control.post("/reset").raise_for_status()
        yield control


def _win(control: httpx.Client, box: str) -> str:
    body = {"box": box, "stage": "Closed-Won"}
    return str(control.post("/streak/move", json=body).raise_for_status().json()["key"])


def _writes(control: httpx.Client) -> list[dict[str, Any]]:
    requests = control.get("/requests").raise_for_status().json()["requests"]
    return [request for request in requests if request["writes"]]


def test_a_plan_shows_every_field_and_writes_nothing(
    vendors: httpx.Client, connected: LedgerSettings
) -> None:
    key = _win(vendors, "Blue Harbor warehouse robots")
    text = run("plan", key)
    assert text.startswith("1 orders would be written. Nothing was.")
    assert f"CREATE sales order for box 'Blue Harbor warehouse robots' ({key})" in text
    assert re.search(r"sales_order\.lines\[0\]\.quantity +\(nothing\) -> 4 ", text)
    assert re.search(r"customer\.fields\.company_name +\(nothing\) -> Blue Harbor Logistics ", text)
    assert _writes(vendors) == []
    _assert_untouched(connected)


def _assert_untouched(settings: LedgerSettings) -> None:
    with Ledger.connect(settings) as ledger:
        summary = ledger.summary(now=NOW + timedelta(days=1))
        assert (sum(summary.intents.values()), summary.bindings, summary.open_holds) == (0, 0, {})
        assert ledger.outcomes_for(BOX) == []


def test_a_plan_without_boxes_is_of_all_that_wait_and_leaves_them_waiting(
    vendors: httpx.Client, connected: LedgerSettings
) -> None:
    key = _win(vendors, "Blue Harbor warehouse robots")
    hint = Hint(
        record=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key),
        version="1",
        event="BOX_CHANGE_STAGE",
        origin=HintOrigin.WEBHOOK,
    )
    with Ledger.connect(connected) as ledger:
        ledger.store_hints([hint], now=NOW)
    text = run("plan")
    assert f"({key})" in text
    assert run("plan") == text
    with Ledger.connect(connected) as ledger:
        assert ledger.waiting_boxes() == [key]
    assert _writes(vendors) == []


def test_a_plan_says_why_a_deal_would_not_become_an_order(vendors: httpx.Client) -> None:
    text = run("plan", "agxzNobody")
    assert text.startswith("0 orders would be written.")
    assert "OBSOLETE box agxzNobody: the box does not exist any more" in text


def test_a_plan_with_nothing_waiting_says_so(vendors: httpx.Client) -> None:
    assert run("plan") == "0 orders would be written. Nothing was.\n"


def test_a_plan_with_a_wrong_streak_key_is_one_line(
    main: Main, vendors: httpx.Client, monkeypatch: pytest.MonkeyPatch, running: RunningSandbox
) -> None:
    row = {"host": running.info["streak"]["base_url"], "password": "hunter2-hunter2"}
    monkeypatch.setenv("AIRFLOW_CONN_STREAK_DEFAULT", json.dumps(row))
    code, _, err = main("plan", "agxzAny")
    assert (code, err.count("\n")) == (1, 1)
    assert "refused the API key" in err
    assert "hunter2" not in err


# --- webhooks ------------------------------------------------------------------------------------------


@pytest.fixture
def public(vendors: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> httpx.Client:
    """The Streak connection says where Streak reaches us."""
    row = json.loads(os.environ["AIRFLOW_CONN_STREAK_DEFAULT"])
    row["extra"] |= {"webhook_url": "http://127.0.0.1:9/sn", "webhook_tokens": "a-token-of-16-characters"}
    monkeypatch.setenv("AIRFLOW_CONN_STREAK_DEFAULT", json.dumps(row))
    return vendors


def test_webhooks_are_planned_then_registered_then_kept(public: httpx.Client) -> None:
    planned = run("webhooks", "plan")
    assert "create  BOX_EDIT of pipeline 'Sales'" in planned
    assert planned.endswith("nothing was written\n")
    assert _writes(public) == []
    run("webhooks", "sync")
    assert len(_writes(public)) == 5
    planned = run("webhooks", "plan")
    assert "keep    BOX_EDIT of pipeline 'Sales'" in planned
    assert planned.endswith("everything is as it should be\n")
    assert "a-token-of-16-characters" not in planned


def test_a_webhook_that_cannot_be_registered_is_named_and_the_exit_code_says_so(
    main: Main, public: httpx.Client
) -> None:
    refused = {"status": 400, "body": '{"success": false, "error": "not now"}'}
    body = {
        "system": "streak",
        "kind": "status",
        "operation": "webhooks.create",
        "times": 1,
        "options": refused,
    }
    public.post("/faults", json=body).raise_for_status()
    code, out, _ = main("webhooks", "sync")
    assert (code, out.count("failed  create BOX_CREATE of pipeline 'Sales'")) == (1, 1)


@pytest.mark.parametrize("missing", ["webhook_url", "webhook_tokens"])
def test_a_connection_without_what_webhooks_need_is_one_line_with_the_next_step(
    main: Main, public: httpx.Client, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    row = json.loads(os.environ["AIRFLOW_CONN_STREAK_DEFAULT"])
    del row["extra"][missing]
    monkeypatch.setenv("AIRFLOW_CONN_STREAK_DEFAULT", json.dumps(row))
    code, _, err = main("webhooks", "plan")
    assert (code, err.count("\n")) == (1, 1)
    assert f"has no '{missing}'" in err


def test_the_account_says_its_limits_and_they_are_kept(vendors: httpx.Client) -> None:
    printed = run("netsuite", "account")
    assert "calls at once (of the" in printed
    assert "endpoint 2025_2" in printed
    assert "last day:" in printed
    with cli._ledger() as ledger:
        limit = ledger.calls.find_limit("1234567_SB1")
    assert limit is not None
    assert f"{limit.concurrency} calls at once" in printed
    assert _writes(vendors) == []


def test_the_accounts_custom_fields_are_listed(
    vendors: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.console, "width", 200)
    printed = run("netsuite", "fields", "--place", "transaction")
    assert "custbody_streak_tier" in printed
    assert "custentity_streak_org" not in printed
    assert _writes(vendors) == []


@pytest.mark.usefixtures("vendors")
def test_a_wsdl_is_fetched_ahead_and_used_where_nothing_may_be_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = run("netsuite", "wsdl", "--to", str(tmp_path / "wsdl"))
    assert re.search(r"\d+ files are in", printed)
    row = json.loads(os.environ["AIRFLOW_CONN_NETSUITE_DEFAULT"])
    extra = json.loads(row["extra"]) if isinstance(row["extra"], str) else row["extra"]
    row["extra"] = extra | {"wsdl_directory": str(tmp_path / "wsdl")}
    monkeypatch.setenv("AIRFLOW_CONN_NETSUITE_DEFAULT", json.dumps(row))
    run("netsuite", "account")


def test_the_audit_tells_who_did_what_and_values_only_when_asked(connected: LedgerSettings) -> None:
    with Ledger.connect(connected) as ledger:
        for number, subject in enumerate(("a.yaml", "b.yaml")):
            ledger.append_audit(
                actor="ann",
                action="mapping.saved",
                subject=subject,
                details={"changed": [f"rule {number}"]},
                now=NOW,
            )
    assert run("audit") == (
        "2026-05-04 12:00:00Z  ann  mapping.saved  b.yaml\n2026-05-04 12:00:00Z  ann  mapping.saved  a.yaml\n"
    )
    assert run("audit", "--subject", "a.yaml", "--details").endswith('a.yaml  {"changed": ["rule 0"]}\n')
    assert run("audit", "--subject", "c.yaml") == "nothing is in the audit about c.yaml\n"

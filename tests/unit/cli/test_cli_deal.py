"""`streak-netsuite deal`, as a person at the terminal meets it."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner, Result

from streak_netsuite import cli
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.outcome import Action, Hold, Outcome

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
REASON = "robots of ann@x.example have no price"


@pytest.fixture(autouse=True)
def held(ledger: Ledger, ledger_settings: LedgerSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two held boxes in a ledger that the environment names."""
    url = ledger_settings.sqlalchemy_url
    connection = {
        "conn_type": "streak_netsuite_ledger",
        "host": url.host,
        "port": url.port,
        "login": url.username,
        "password": url.password,
        "schema": url.database,
        "extra": {"encryption_secret": [ledger_settings.encryption_keys[0].get_secret_value()]},
    }
    monkeypatch.setenv("AIRFLOW_CONN_STREAK_NETSUITE_LEDGER", json.dumps(connection))
    outcomes = [
        Outcome(
            event_id=None,
            record=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key),
            action=Action.HELD,
            rule="mapping",
            reason=REASON,
            hold=Hold(code="MAPPING", reason=REASON),
        )
        for key in ("agxBoxOne", "agxBoxTwo")
    ]
    ledger.record_outcomes(outcomes, flow="deal_to_order", run_id="run-1", now=NOW)


def deal(*args: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(cli.app, ["deal", *args], catch_exceptions=False)


def test_one_deal_is_told_without_personal_data() -> None:
    told = deal("agxBoxOne")
    assert told.exit_code == 0
    assert "waits for a person: robots of [hidden e-mail] have no price" in told.output
    assert "agxBoxTwo" not in told.output
    assert "ann@x.example" not in told.output


def test_unmasked_shows_personal_data_and_says_so() -> None:
    told = deal("agxBoxOne", "--unmasked").output
    assert "PERSONAL DATA IS SHOWN" in told
    assert REASON in told


def test_json_has_every_entry() -> None:
    told = json.loads(deal("agxBoxOne", "--json").stdout)
    assert told["is_masked"] is True
    assert told["record"]["id"] == "agxBoxOne"
    assert [entry["kind"] for entry in told["entries"]] == ["outcome", "hold", "due"]


def test_several_deals_are_listed_and_the_exit_code_says_that_none_was_chosen() -> None:
    told = deal("robots")
    assert told.exit_code == 1
    assert "2 deals match 'robots'" in told.output
    assert "agxBoxOne" in told.output
    assert "agxBoxTwo" in told.output


def test_json_on_stdout_is_never_mixed_with_the_list() -> None:
    told = deal("robots", "--json")
    assert (told.exit_code, told.stdout) == (1, "")


def test_an_unknown_deal_says_what_can_be_named() -> None:
    told = deal("nobody")
    assert told.exit_code == 1
    assert "nothing is known of a deal 'nobody'" in told.output

"""The DAGs, as real Airflow tasks."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.provider import get_provider_info

ROOT = Path(__file__).parents[2]
BOX = "Blue Harbor warehouse robots"
Place = Any

pytestmark = pytest.mark.airflow


def test_a_won_deal_becomes_an_order_and_no_secret_or_person_is_shown(place: Place) -> None:
    box = place.win(BOX)
    run = place.run("deal_to_order.py")
    assert run.state == "success"
    (order,) = place.orders()
    assert order["custom"]["custbody_streak_box"] == box
    assert run.xcoms["write_orders"]["counts"] == {"created": 1}
    assert run.xcoms["write_back"]["counts"] == {"updated": 2}
    netsuite = place.info["netsuite"]
    secrets = [netsuite[n] for n in ("consumer_key", "consumer_secret", "token_id", "token_secret")]
    secrets += [place.info["streak"]["api_key"]]
    secrets += [key.get_secret_value() for key in place.ledger_settings.encryption_keys]
    people = ["maya.okafor@", "Okafor", "450 Harbor"]
    shown = run.output + json.dumps(run.xcoms)
    assert [text for text in [*secrets, *people] if text in shown] == []


def test_a_second_run_finds_nothing_to_do(place: Place) -> None:
    place.win(BOX)
    place.run("deal_to_order.py")
    before = place.writes("netsuite"), place.writes("streak")
    run = place.run("deal_to_order.py")
    assert run.state == "success"
    assert (place.writes("netsuite"), place.writes("streak")) == before


def test_the_plan_is_printed_field_by_field_and_nothing_is_written(place: Place) -> None:
    place.win(BOX)
    run = place.run("deal_to_order_plan.py")
    assert run.state == "success"
    assert run.xcoms["plan_orders"] == 1
    assert "1 orders would be written. Nothing was." in run.output
    assert "CREATE customer 'Blue Harbor Logistics'" in run.output
    assert "sales_order.lines[0].quantity" in run.output
    assert place.writes("netsuite") == []
    assert place.writes("streak") == []
    with Ledger.connect(place.ledger_settings) as ledger:
        assert ledger.count_waiting(now=datetime.now(UTC)) == 1


def test_the_sweep_finds_what_no_webhook_brought_and_says_how_many(place: Place) -> None:
    first = place.run("streak_sweep.py")
    place.control.post("/streak/move", json={"box": BOX, "stage": "Closed-Won"}).raise_for_status()
    second = place.run("streak_sweep.py")
    assert first.xcoms["sweep_changes"]["new"] > 0
    assert second.xcoms["sweep_changes"]["new"] == 1
    assert "1 changes no webhook had brought" in second.output
    place.run("deal_to_order.py")
    assert len(place.orders()) == 1


def test_refused_credentials_fail_the_run_at_once_and_the_hint_waits(place: Place) -> None:
    place.win(BOX)
    fault = {"system": "netsuite", "kind": "invalid_credentials", "times": None}
    place.control.post("/faults", json=fault).raise_for_status()
    run = place.run("deal_to_order.py")
    assert run.state == "failed"
    assert "Login Audit Trail" in run.output
    with Ledger.connect(place.ledger_settings) as ledger:
        events = ledger.summary(now=datetime.now(UTC)).events
    assert sum(n for state, n in events.items() if state != "done") == 1


def test_the_provider_tells_airflow_about_connections_and_the_plugin_is_live(place: Place) -> None:
    script = (
        "import json; from airflow.providers_manager import ProvidersManager; m = ProvidersManager();"
        "from airflow import plugins_manager as p;"
        "print('RESULT ' + json.dumps({'hooks': sorted(k for k in m.hooks if m.hooks[k]),"
        "'apps': [a['url_prefix'] for a in p.get_fastapi_plugins()[0]], 'errors': p.get_import_errors()}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=place.env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    line = next((text for text in done.stdout.splitlines() if text.startswith("RESULT ")), "")
    assert line, done.stderr[-2000:]
    found = json.loads(line.removeprefix("RESULT "))
    assert {"streak", "netsuite", "streak_netsuite_ledger"} <= set(found["hooks"])
    assert found["apps"].count("/streak-netsuite") == 1
    assert found["errors"] == {}


def test_the_connection_forms_follow_airflows_schema() -> None:
    import airflow

    schema = json.loads((Path(airflow.__file__).parent / "provider_info.schema.json").read_text())
    jsonschema.validate(get_provider_info(), schema)
    for connection in get_provider_info()["connection-types"]:
        for field in connection["conn-fields"].values():
            assert field["label"]


def test_the_form_of_netsuite_offers_which_account_and_which_keys_are_meant() -> None:
    from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings

    (form,) = [c for c in get_provider_info()["connection-types"] if c["connection-type"] == "netsuite"]
    assert {"environment", "key_fields"} <= set(form["conn-fields"])
    assert set(form["conn-fields"]) <= set(NetSuiteSettings.model_fields)

"""Operators of NetSuite in real Airflow tasks: search, upsert, transform, the account's watch, one alert."""

from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.flows.record_guard import LOOKED
from streak_netsuite.ledger.ledger import Ledger

Place = Any
HEAD = """
from datetime import UTC, datetime

from airflow.sdk import DAG

from streak_netsuite.operators.netsuite import (
    NetSuiteBulkUpsertOperator,
    NetSuiteSearchOperator,
    NetSuiteTransformOperator,
    NetSuiteUpsertOperator,
)

with DAG(dag_id="netsuite_operators", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
"""
WORK = """
    customer = {
        "type": "customer",
        "externalId": "airflow-1",
        "fields": {
            "companyName": "Made in Airflow",
            "subsidiary": {"internalId": "1"},
            "creditLimit": "5000.00",
            "isPerson": False,
        },
        "customFields": {"custentity_streak_org": {"type": "text", "value": "agx"}},
    }
    first, again = (NetSuiteUpsertOperator(task_id=t, records=[customer]) for t in ("first", "again"))
    find = NetSuiteSearchOperator(
        task_id="find",
        subject="Customer",
        criteria={"companyName": {"operator": "is", "values": ["Made in Airflow"]}},
    )
    bill, bill_again = (
        NetSuiteTransformOperator(
            task_id=t,
            source_type="salesOrder",
            source_id="8003",
            target_type="invoice",
            external_id="invoice-of-8003",
            fields={"memo": "billed by Airflow"},
        )
        for t in ("bill", "bill_again")
    )
    first >> again >> find >> bill >> bill_again
"""
BULK = """
    records = [
        {
            "type": "customer",
            "externalId": f"bulk-{n}",
            "fields": {"companyName": f"Bulk {n}", "subsidiary": {"internalId": "1" if n < 3 else BAD}},
        }
        for n in range(4)
    ]
    NetSuiteBulkUpsertOperator(task_id="load", records=records, poke_seconds=0.1, first_look_seconds=0)
"""
TWIN = """
    twin, new = (
        {{
            "type": "customer",
            "externalId": key,
            "fields": {{"companyName": name, "subsidiary": {{"internalId": "1"}}}},
        }}
        for key, name in (("airflow-twin", "Acme Robotics"), ("airflow-new", "Quite Another Foundry"))
    )
    {operator}(task_id="write", records=[twin, new]{more})
"""
REFUSED = """
    good = {
        "type": "customer",
        "externalId": "airflow-good",
        "fields": {"companyName": "Good", "subsidiary": {"internalId": "1"}},
    }
    bad = {"type": "customer", "externalId": "airflow-bad", "fields": {"email": "nobody@x.test"}}
    NetSuiteUpsertOperator(task_id="write", records=[good, bad], retries=3)
"""


def run_dag(place: Place, folder: Path, tasks: str) -> Any:
    file = folder / "netsuite_operators.py"
    file.write_text(HEAD + tasks)
    place.env["AIRFLOW__CORE__DAGS_FOLDER"] = str(folder)
    return place.run(str(file))


def test_records_are_written_once_found_and_transformed_once(place: Place, tmp_path: Path) -> None:
    run = run_dag(place, tmp_path, WORK)
    assert run.state == "success", run.output
    written = run.xcoms["first"]["airflow-1"]
    assert run.xcoms["again"] == {"airflow-1": written}
    assert run.xcoms["find"] == [written]
    assert run.xcoms["bill"] == run.xcoms["bill_again"]
    invoices = place.control.get("/netsuite/state").json()["invoices"]
    assert [one["memo"] for one in invoices if one.get("externalId") == "invoice-of-8003"] == [
        "billed by Airflow"
    ]


def test_a_refused_record_fails_its_task_by_name_and_the_others_are_written(
    place: Place, tmp_path: Path
) -> None:
    run = run_dag(place, tmp_path, REFUSED)
    assert run.state == "failed"
    assert "1 of 2 records were refused; airflow-bad" in run.output
    customers = place.control.get("/netsuite/state").json()["customers"]
    assert [c["companyName"] for c in customers if c.get("externalId") == "airflow-good"] == ["Good"]


@pytest.mark.parametrize("operator", ["NetSuiteUpsertOperator", "NetSuiteBulkUpsertOperator"])
def test_a_customer_that_may_exist_already_fails_its_task_with_whom_it_may_be(
    place: Place, tmp_path: Path, operator: str
) -> None:
    run = run_dag(place, tmp_path, TWIN.format(operator=operator, more=""))
    assert run.state == "failed"
    assert "1 of 2 records were refused; airflow-twin" in run.output
    assert "'ACME Robotics Inc'" in run.output

    def made() -> set[str]:
        customers = place.control.get("/netsuite/state").json()["customers"]
        return {c["externalId"] for c in customers if c.get("externalId", "").startswith("airflow-")}

    assert made() == {"airflow-new"}
    again = run_dag(place, tmp_path, TWIN.format(operator=operator, more=", check_duplicates=False"))
    assert again.state == "success", again.output
    assert made() == {"airflow-new", "airflow-twin"}


def bulk_customers(place: Place) -> dict[str, str]:
    customers = place.control.get("/netsuite/state").json()["customers"]
    return {
        c["externalId"]: c["internalId"] for c in customers if c.get("externalId", "").startswith("bulk-")
    }


def test_records_are_loaded_by_jobs_without_a_worker_that_waits(place: Place, tmp_path: Path) -> None:
    place.control.patch("/netsuite/settings", json={"async_start_seconds": 1.0}).raise_for_status()
    run = run_dag(place, tmp_path, BULK.replace("BAD", '"1"'))
    assert run.state == "success", run.output
    assert run.xcoms["load"] == bulk_customers(place)
    assert len(run.xcoms["load"]) == 4
    asked = place.control.get("/requests", params={"system": "netsuite"}).json()["requests"]
    assert [one["operation"] for one in asked].count("asyncUpsertList") == 1


def test_a_record_that_a_job_refuses_fails_the_task_by_name_and_the_others_are_there(
    place: Place, tmp_path: Path
) -> None:
    run = run_dag(place, tmp_path, BULK.replace("BAD", '"99"'))
    assert run.state == "failed"
    assert "1 of 4 records were refused; bulk-3" in run.output
    assert set(bulk_customers(place)) == {"bulk-0", "bulk-1", "bulk-2"}


def test_a_job_that_fails_fails_the_task_to_be_tried_again(place: Place, tmp_path: Path) -> None:
    fault = {"system": "netsuite", "kind": "job_failed", "operation": "asyncUpsertList", "times": 1}
    place.control.post("/faults", json=fault).raise_for_status()
    run = run_dag(place, tmp_path, BULK.replace("BAD", '"1"'))
    assert run.state == "failed"
    assert "The job failed." in run.output
    assert run_dag(place, tmp_path, BULK.replace("BAD", '"1"')).state == "success"
    assert len(bulk_customers(place)) == 4


def test_the_account_is_asked_for_its_limits(place: Place) -> None:
    run = place.run("netsuite_account.py")
    assert run.state == "success", run.output
    asked = run.xcoms["ask_account"]
    assert asked["concurrency"] > 0
    with Ledger.connect(place.ledger_settings) as ledger:
        limit = ledger.calls.find_limit("1234567_SB1")
    assert limit is not None
    assert limit.concurrency == asked["concurrency"]


@pytest.mark.parametrize("state", ["token_expired", "role_revoked"])
def test_refused_credentials_alert_once_for_all_flows_and_work_resumes(place: Place, state: str) -> None:
    place.win("Blue Harbor warehouse robots")
    place.control.patch("/netsuite/settings", json={"account_state": state}).raise_for_status()
    first = place.run("deal_to_order.py")
    assert first.state == "failed"
    place.win("Acme spare sensors")
    for dag in ("deal_to_order.py", "status_to_streak.py", "netsuite_account.py"):
        later = place.run(dag)
        assert (later.state, "still not possible" in later.output) == ("success", True), later.output
    place.control.patch("/netsuite/settings", json={"account_state": "open"}).raise_for_status()
    place.win("Acme line 3 retrofit")
    third = place.run("deal_to_order.py")
    assert third.state == "success", third.output
    assert "the credentials for netsuite work again" in third.output
    assert len(place.orders()) >= 1


def test_a_refreshed_account_alerts_once_for_all_flows(place: Place, running_sandbox: Any) -> None:
    place.win("Blue Harbor warehouse robots")
    place.win("Acme line 3 retrofit")
    assert place.run("deal_to_order.py").state == "success"
    written = len(place.orders())
    place.control.post("/netsuite/refresh", json={}).raise_for_status()
    running_sandbox.sandbox.netsuite.gatekeeper.clear()  # the connection's token is good again
    with Ledger.connect(place.ledger_settings) as ledger:
        ledger.drop_snapshot(LOOKED)  # as after an hour
    place.win("Acme spare sensors")
    first = place.run("deal_to_order.py")
    assert (first.state, "netsuite rebind" in first.output) == ("failed", True), first.output
    for dag in ("deal_to_order.py", "status_to_streak.py", "netsuite_account.py"):
        later = place.run(dag)
        assert (later.state, "still not possible" in later.output) == ("success", True), later.output
    assert len(place.orders()) == written


@pytest.mark.parametrize("pool", ["netsuite", None])
def test_tasks_take_their_slot_from_the_pool_the_configuration_names(
    monkeypatch: pytest.MonkeyPatch, pool: str | None
) -> None:
    from streak_netsuite.hooks.configured import netsuite_pool

    if pool:
        monkeypatch.setenv("AIRFLOW__STREAK_NETSUITE__POOL", pool)
    assert netsuite_pool() == (pool or "default_pool")

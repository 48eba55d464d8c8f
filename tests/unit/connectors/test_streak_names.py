"""Names and keys both ways, and what changed between two looks at Streak."""

import copy
import json
from typing import Any

import pytest

from streak_netsuite.connectors.streak.catalogue import Catalogue, PipelineNames
from streak_netsuite.connectors.streak.drift import Drift, Kind, Thing, drift, snapshot
from streak_netsuite.connectors.streak.needs import Need, needed
from streak_netsuite.connectors.streak.wire import PipelineWire
from streak_netsuite.errors import Ambiguous, RejectedByVendor


def a_pipeline(**changes: Any) -> PipelineWire:
    return PipelineWire.model_validate(
        {
            "key": "agxP",
            "name": "Sales",
            "stages": {
                "5001": {"key": "5001", "name": "Lead"},
                "5002": {"key": "5002", "name": "Closed-Won"},
                "5003": {"key": "5003", "name": "Twice"},
                "5004": {"key": "5004", "name": "twice"},
            },
            "fields": [
                {"key": "1001", "name": "Amount", "type": "TEXT_INPUT"},
                {
                    "key": "1002",
                    "name": "Tier",
                    "type": "DROPDOWN",
                    "dropdownSettings": {"items": [{"key": "9001", "name": "Gold"}]},
                },
                {
                    "key": "1003",
                    "name": "Labels",
                    "type": "TAG",
                    "tagSettings": {"tags": [{"key": "9001", "tag": "urgent"}]},
                },
            ],
            **changes,
        }
    )


CATALOGUE = Catalogue(a_pipeline())


@pytest.mark.parametrize("name", ["Closed-Won", "closed-won", " CLOSED-WON ", "5002"])
def test_a_stage_is_found_by_name_in_any_case_or_by_key(name: str) -> None:
    assert CATALOGUE.stage_key(name) == "5002"


def test_every_kind_of_name_goes_both_ways() -> None:
    assert CATALOGUE.stage_name(CATALOGUE.stage_key("Lead")) == "Lead"
    assert CATALOGUE.field_name(CATALOGUE.field_key("tier")) == "Tier"
    assert CATALOGUE.option_label("Tier", CATALOGUE.option_key("Tier", "gold")) == "Gold"
    assert CATALOGUE.option_label("Labels", CATALOGUE.option_key("Labels", "urgent")) == "urgent"
    assert CATALOGUE.option_label("Labels", "9999") == "9999"
    assert PipelineNames([a_pipeline()]).get("sales").key == PipelineNames([a_pipeline()]).key("Sales")


def test_the_name_as_written_comes_before_others_that_differ_by_case() -> None:
    assert CATALOGUE.stage_key("twice") == "5004"


def test_an_ambiguous_name_is_refused_with_its_candidates() -> None:
    with pytest.raises(Ambiguous) as caught:
        CATALOGUE.stage_key("TWICE")
    assert caught.value.candidates == ("5003: Twice", "5004: twice")


@pytest.mark.parametrize(
    ("look", "code", "fix"),
    [
        (lambda: CATALOGUE.stage_key("Closed Won"), "UNKNOWN_STAGE", "did you mean 'Closed-Won'"),
        (lambda: CATALOGUE.field_key("Ammount"), "UNKNOWN_FIELD", "did you mean 'Amount'"),
        (lambda: CATALOGUE.option_key("Tier", "Golden"), "UNKNOWN_OPTION", "did you mean 'Gold'"),
        (lambda: PipelineNames([a_pipeline()]).key("Slaes"), "UNKNOWN_PIPELINE", "did you mean 'Sales'"),
        (lambda: PipelineNames([]).key("Sales"), "UNKNOWN_PIPELINE", "^add the pipeline 'Sales'"),
    ],
)
def test_an_unknown_name_comes_with_the_nearest(look: Any, code: str, fix: str) -> None:
    with pytest.raises(RejectedByVendor) as caught:
        look()
    assert caught.value.code == code
    assert fix.removeprefix("^") in caught.value.fix


# --- drift ---------------------------------------------------------------------------------------------


def before() -> dict[str, Any]:
    return dict(copy.deepcopy(snapshot([a_pipeline()])))


def test_a_snapshot_survives_json() -> None:
    assert json.loads(json.dumps(before())) == before()
    assert drift(before(), json.loads(json.dumps(before()))) == []


def test_each_kind_of_change_is_told_by_key() -> None:
    after = before()
    pipeline = after["agxP"]
    pipeline["stages"]["5002"] = "Won"
    del pipeline["stages"]["5001"]
    pipeline["stages"]["5009"] = "Paid"
    pipeline["fields"]["1001"]["type"] = "DATE"
    pipeline["fields"]["1002"]["options"]["9001"] = "Platinum"
    pipeline["fields"]["1003"]["name"] = "Tags"
    pipeline["fields"]["1003"]["options"]["9002"] = "partner"
    after["agxQ"] = {"name": "Support", "stages": {"5001": "New"}, "fields": {}}
    told = {(d.kind, d.thing, d.place, d.key, d.old, d.new) for d in drift(before(), after)}
    assert told == {
        (Kind.ADDED, Thing.PIPELINE, "", "agxQ", "", "Support"),
        (Kind.RENAMED, Thing.STAGE, "Sales", "5002", "Closed-Won", "Won"),
        (Kind.REMOVED, Thing.STAGE, "Sales", "5001", "Lead", ""),
        (Kind.ADDED, Thing.STAGE, "Sales", "5009", "", "Paid"),
        (Kind.RETYPED, Thing.FIELD, "Sales", "1001", "TEXT_INPUT", "DATE"),
        (Kind.RENAMED, Thing.OPTION, "Sales / Tier", "9001", "Gold", "Platinum"),
        (Kind.RENAMED, Thing.FIELD, "Sales", "1003", "Labels", "Tags"),
        (Kind.ADDED, Thing.OPTION, "Sales / Tags", "9002", "", "partner"),
    }


def test_a_renamed_and_a_removed_pipeline_are_one_line_each() -> None:
    after = before()
    after["agxP"]["name"] = "Deals"
    (renamed,) = drift(before(), after)
    assert renamed == Drift(
        kind=Kind.RENAMED, thing=Thing.PIPELINE, place="", key="agxP", old="Sales", new="Deals"
    )
    (removed,) = drift(before(), {})
    assert (removed.kind, removed.old) == (Kind.REMOVED, "Sales")


def test_a_renamed_stage_says_what_to_write_now() -> None:
    after = before()
    after["agxP"]["stages"]["5002"] = "Won"
    (unmet,) = needed([Need(pipeline="Sales", stage="Closed-Won")] * 2, after, before())
    assert (unmet.kind, unmet.now) == (Kind.RENAMED, "Won")
    assert unmet.message == "stage 'Closed-Won' of pipeline 'Sales' was renamed 'Won'"
    assert unmet.fix == "write 'Won' in the mapping, or rename it back in Streak"


def test_needs_that_are_met_say_nothing() -> None:
    needs = [
        Need(pipeline="sales", stage="closed-won"),
        Need(pipeline="Sales", field="Tier", option="Gold", type="DROPDOWN"),
        Need(pipeline="agxP", field="Labels", option="urgent"),
        Need(pipeline="Sales"),
    ]
    assert needed(needs, before()) == []


@pytest.mark.parametrize(
    ("need", "change", "kind", "message", "fix"),
    [
        pytest.param(
            Need(pipeline="Sales", stage="Closed-Won"),
            lambda now: now["agxP"]["stages"].pop("5002"),
            Kind.REMOVED,
            "stage 'Closed-Won' of pipeline 'Sales' was removed",
            "make the stage 'Closed-Won' in Streak, or take it out of the mapping",
            id="removed stage",
        ),
        pytest.param(
            Need(pipeline="Sales", field="Ammount"),
            lambda now: None,
            Kind.REMOVED,
            "field 'Ammount' of pipeline 'Sales' does not exist",
            "if 'Amount' is meant, write that in the mapping",
            id="a field that never was",
        ),
        pytest.param(
            Need(pipeline="Sales", field="Tier", option="Gold"),
            lambda now: now["agxP"]["fields"]["1002"]["options"].update({"9001": "Golden"}),
            Kind.RENAMED,
            "option 'Gold' of field 'Tier' of pipeline 'Sales' was renamed 'Golden'",
            "write 'Golden' in the mapping",
            id="renamed option",
        ),
        pytest.param(
            Need(pipeline="Sales", field="Amount", type="TEXT_INPUT"),
            lambda now: now["agxP"]["fields"]["1001"].update(type="DATE"),
            Kind.RETYPED,
            "field 'Amount' of pipeline 'Sales' is DATE, not TEXT_INPUT",
            "make a field of type TEXT_INPUT",
            id="retyped field",
        ),
        pytest.param(
            Need(pipeline="Sales", stage="Lead"),
            lambda now: now["agxP"].update(name="Deals"),
            Kind.RENAMED,
            "pipeline 'Sales' was renamed 'Deals'",
            "write 'Deals' in the mapping",
            id="renamed pipeline",
        ),
    ],
)
def test_an_unmet_need_says_what_happened_and_what_to_do(
    need: Need, change: Any, kind: Kind, message: str, fix: str
) -> None:
    now = before()
    change(now)
    (unmet,) = needed([need], now, before())
    assert (unmet.kind, unmet.message) == (kind, message)
    assert fix in unmet.fix

"""What people do with boxes, by names, against the sandbox."""

import json
from typing import Any

import pytest

from streak_netsuite.errors import RecordError, RejectedByVendor


def test_a_box_is_changed_by_names_and_only_keys_go_over_the_wire(team: Any) -> None:
    (key,) = team.boxes(1)
    team.desk().update(
        key, fields={"Tier": "gold", "Labels": ["urgent"], "Rush order": False}, stage="Closed-Won", notes="n"
    )
    body = json.loads(team.bodies("boxes.update")[-1])
    assert body["fields"] == {
        team.field_key("Tier"): "9001",
        team.field_key("Labels"): ["9001"],
        team.field_key("Rush order"): False,
    }
    assert body["stageKey"].isdigit()
    assert body["notes"] == "n"


def test_changing_nothing_writes_nothing(team: Any) -> None:
    (key,) = team.boxes(1)
    team.desk().update(key, fields={})
    assert team.bodies("boxes.update") == []


def test_an_option_that_was_just_added_is_known_after_one_look(team: Any) -> None:
    (key,) = team.boxes(1)
    desk = team.desk()
    desk.update(key, fields={"Tier": "Gold"})
    items = [{"key": "9001", "name": "Gold"}, {"key": "9077", "name": "Platinum"}]
    path = f"v1/pipelines/{team.pipeline}/fields/{team.field_key('Tier')}"
    team.raw.post(path, json={"dropdownSettings": {"items": items}}).raise_for_status()
    desk.update(key, fields={"Tier": "Platinum"})
    found = team.raw.get(f"v1/boxes/{key}").json()["fields"][team.field_key("Tier")]
    options = team.raw.get(path).json()["dropdownSettings"]["items"]
    assert found == next(o["key"] for o in options if o["name"] == "Platinum")


def test_a_label_that_does_not_exist_is_refused_before_anything_is_written(team: Any) -> None:
    (key,) = team.boxes(1)
    with pytest.raises(RejectedByVendor, match="Platinum"):
        team.desk().update(key, fields={"Tier": "Platinum"})
    assert team.bodies("boxes.update") == []


def test_boxes_are_found_by_the_names_of_pipeline_and_stages(team: Any) -> None:
    keys = team.boxes(3)
    found = team.desk(page_size=2).find("Sales", stages=["Lead"])
    assert set(keys) <= set(found)
    assert len(found) == len(set(found))
    everything = team.desk().find("Sales")
    assert set(found) < set(everything)


# --- making and linking --------------------------------------------------------------------------------


def test_a_box_is_made_with_stage_and_fields(team: Any) -> None:
    key = team.desk().create("Sales", "Red Kite line", stage="Qualified", fields={"Tier": "Silver"})
    box = team.raw.get(f"v1/boxes/{key}").json()
    assert box["name"] == "Red Kite line"
    assert box["fields"] == {team.field_key("Tier"): "9002"}
    assert key in team.desk().find("Sales", stages=["Qualified"])


def test_a_box_whose_create_lost_its_answer_is_found_and_not_made_twice(team: Any) -> None:
    team.fault("boxes.create", kind="cut_after")
    key = team.desk().create("Sales", "Red Kite line", fields={"Quantity": "3"})
    rows = team.raw.get(f"v1/pipelines/{team.pipeline}/boxes").json()
    assert [row["key"] for row in rows if row["name"] == "Red Kite line"] == [key]


def test_a_box_whose_fields_could_not_be_set_is_named_and_not_made_again(team: Any) -> None:
    team.fault("boxes.update", times=None, status=503)
    with pytest.raises(RecordError, match="was made, but") as half:
        team.desk(attempts=2).create("Sales", "Red Kite line", fields={"Quantity": "3"})
    assert half.value.code == "HALF_MADE"
    rows = team.raw.get(f"v1/pipelines/{team.pipeline}/boxes").json()
    (made,) = [row["key"] for row in rows if row["name"] == "Red Kite line"]
    assert made in str(half.value)


def test_a_box_with_a_value_that_does_not_fit_is_not_made(team: Any) -> None:
    with pytest.raises(RejectedByVendor, match="Platinum"):
        team.desk().create("Sales", "Red Kite line", fields={"Tier": "Platinum"})
    assert team.bodies("boxes.create") == []


def test_linking_and_taking_away_leaves_all_other_links(team: Any) -> None:
    box = team.seeded("Acme line 3 retrofit")
    before = [link["key"] for link in box["contacts"]]
    other = next(key for key in team.parties("contacts") if key not in before)
    team.desk().link(box["key"], contacts=[other], remove_contacts=[before[0]])
    after = team.raw.get(f"v1/boxes/{box['key']}").json()
    assert sorted(link["key"] for link in after["contacts"]) == sorted([*before[1:], other])
    assert after["organizations"] == box["organizations"]

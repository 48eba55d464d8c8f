"""Boxes: lists, shapes, partial updates, field values, search."""

import itertools

import pytest


def test_a_list_without_page_is_a_bare_array_and_with_page_an_envelope(place):
    path = f"/v1/pipelines/{place.sales}/boxes"
    everything = place.get(path)
    assert isinstance(everything, list)
    assert place.get(path, limit=3, sortBy="creationTimestamp") == everything[::-1][:3]
    assert place.get(path, page=0, limit=3) == {"results": everything[:3], "hasNextPage": True}
    assert place.get(f"/v2/pipelines/{place.sales}/boxes", limit=3) == {
        "results": everything[:3],
        "hasNextPage": True,
    }


def test_pages_hold_every_box_once_and_the_last_says_so(place):
    path = f"/v1/pipelines/{place.sales}/boxes"
    pages = [place.get(path, page=n, limit=5) for n in range(5)]
    assert [p["hasNextPage"] for p in pages] == [True, True, True, False, False]
    assert [b["key"] for p in pages for b in p["results"]] == [b["key"] for b in place.get(path)]


def test_sorted_lists_are_descending_and_follow_changes(place):
    path = f"/v1/pipelines/{place.sales}/boxes"
    changed = place.get(path)[7]
    place.post(f"/v1/boxes/{changed['key']}", {"notes": "new"})
    listed = place.get(path, sortBy="lastUpdatedTimestamp")
    assert listed[0]["key"] == changed["key"]
    times = [b["lastUpdatedTimestamp"] for b in listed]
    assert times == sorted(times, reverse=True)
    made = place.new_box()
    assert place.get(path, sortBy="creationTimestamp", page=0)["results"][0] == made
    assert place.streak.get(path, params={"sortBy": "name"}).status_code == 400


def test_lists_can_be_limited_to_a_stage(place):
    key = place.stage_keys()["Closed-Lost"]
    for version in ("v1", "v2"):
        found = place.get(f"/{version}/pipelines/{place.sales}/boxes", stageKey=key, page=0)["results"]
        assert {b["name"] for b in found} == {"Acme pilot 2025", "Tulip sensors"}


def test_all_boxes_of_all_pipelines_come_unpaged(place):
    pipelines = {b["pipelineKey"] for b in place.get("/v1/boxes")}
    assert pipelines == {place.sales, place.renewals}


def test_a_box_carries_its_key_twice_and_leaves_out_what_is_empty(place):
    box = place.new_box()
    assert box["key"] == box["boxKey"]
    assert box["pipelineKey"] == place.sales
    assert box["fields"] == {}
    assert box.keys().isdisjoint({"contacts", "organizations", "teamKey", "deleted"})
    assert place.get(f"/v1/boxes/{box['key']}") == box


def test_keys_are_long_url_safe_and_some_differ_by_case_alone(place):
    keys = [b["key"] for b in place.get("/v1/boxes")] + place.control.post(
        "/streak/boxes", json={"count": 10}
    ).json()["keys"]
    assert all(80 <= len(key) <= 130 and key.replace("-", "").replace("_", "").isalnum() for key in keys)
    assert len(set(keys)) == len(keys)
    assert any(a != b and a.casefold() == b.casefold() for a, b in itertools.combinations(keys, 2))


def test_creating_twice_makes_two_boxes(place):
    assert place.new_box(name="Same")["key"] != place.new_box(name="Same")["key"]


def test_a_new_box_starts_in_the_first_stage_or_the_one_asked_for(place):
    stages = place.stage_keys()
    assert place.new_box()["stageKey"] == stages["Lead"]
    assert place.new_box(stageKey=stages["Proposal"])["stageKey"] == stages["Proposal"]


def test_assignees_are_shown_in_full(place):
    entries = [{"email": "raj@northwind-robotics.example"}]
    shown = place.new_box(assignedToSharingEntries=entries)["assignedToSharingEntries"]
    assert [(e["fullName"], bool(e["userKey"])) for e in shown] == [("Raj Patel", True)]


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": 5},
        {"stageKey": "Negotiation"},
        {"stageKey": "9999"},
        {"notes": ["x"]},
        {"contacts": [{"key": "unknown"}]},
        {"organizations": ["unknown"]},
        {"assignedToSharingEntries": "[]"},
        {"fields": []},
        {"fields": {"9999": "x"}},
    ],
    ids=str,
)
def test_bad_values_are_refused_and_change_nothing(place, values):
    box = place.box()
    for path in (f"/v1/boxes/{box['key']}", f"/v2/pipelines/{place.sales}/boxes"):
        answer = place.streak.post(path, json={"name": "n", "notes": "n"} | values)
        assert answer.status_code == 400, answer.text
        assert answer.json()["success"] is False
    assert place.box() == box
    assert "n" not in {b["name"] for b in place.get("/v1/boxes")}


def test_an_update_is_partial_and_ignores_what_it_does_not_know(place):
    box = place.box()
    updated = place.post(f"/v1/boxes/{box['key']}", {"notes": "N", "whatever": 1, "name": None})
    assert "whatever" not in updated
    expected = box | {"notes": "N"}
    times = {"lastUpdatedTimestamp", "lastSavedTimestamp"}
    assert {k: v for k, v in updated.items() if k not in times} == {
        k: v for k, v in expected.items() if k not in times
    }
    assert updated["lastUpdatedTimestamp"] > box["lastUpdatedTimestamp"]


def test_linked_contacts_and_organizations_are_replaced_as_a_whole(place):
    box = place.box()
    assert len(box["contacts"]) == 2
    kept = [{"key": box["contacts"][0]["key"]}]
    updated = place.post(f"/v1/boxes/{box['key']}", {"contacts": kept, "organizations": []})
    assert updated["contacts"] == [{**kept[0], "isStarred": False, "isAutoboxed": False}]
    assert "organizations" not in updated


def test_fields_are_merged_and_empty_values_vanish(place):
    box, keys = place.box(), place.field_keys()
    sent = {keys["Quantity"]: 5, keys["PO number"]: "", keys["Labels"]: [], keys["Tier"]: None}
    updated = place.post(f"/v1/boxes/{box['key']}", {"fields": sent})["fields"]
    gone = {keys[name] for name in ("PO number", "Labels", "Tier")}
    computed = {keys["Deal size"]: 62_500.0}
    assert (
        updated
        == {k: v for k, v in box["fields"].items() if k not in gone} | {keys["Quantity"]: 5} | computed
    )


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("Quantity", "4", True),
        ("Quantity", 42, {"x": 1}),
        ("Requested ship date", 1_767_225_600_000, "2026-01-01"),
        ("Rush order", False, "yes"),
        ("Product", "9002", "Atlas Arm"),
        ("Product", "9001", ["9001"]),
        ("Labels", ["9001", "9003"], ["urgent"]),
        ("Labels", ["9001"], "9001"),
        ("Labels", ["9001"], [{"key": "9001"}]),
    ],
)
def test_each_field_type_takes_its_own_values(place, name, good, bad):
    key, box = place.field_keys()[name], place.box()
    path = f"/v1/boxes/{box['key']}/fields/{key}"
    assert place.post(path, {"value": good}) == {"key": key, "value": good}
    assert place.streak.post(path, json={"value": bad}).status_code == 400
    assert place.get(path) == {"key": key, "value": good}


def test_checkbox_values_of_the_old_kind_are_understood(place):
    path = f"/v1/boxes/{place.box()['key']}/fields/{place.field_keys()['Rush order']}"
    assert place.post(path, {"value": "false"})["value"] is False


def test_formulas_are_computed_and_cannot_be_written(place):
    key, box = place.field_keys()["Deal size"], place.box()
    assert box["fields"][key] == 50_000.0
    path = f"/v1/boxes/{box['key']}/fields/{key}"
    assert place.streak.post(path, json={"value": 1}).status_code == 400


def test_field_values_are_listed_without_a_value_where_there_is_none(place):
    box, keys = place.new_box(), place.field_keys()
    assert place.get(f"/v1/boxes/{box['key']}/fields") == [{"key": key} for key in keys.values()]
    path = f"/v1/boxes/{box['key']}/fields/{keys['Quantity']}"
    assert place.get(path) == {"key": keys["Quantity"]}
    assert place.streak.post(path, json={}).json()["error"] == "Missing parameters"
    assert place.streak.get(f"/v1/boxes/{box['key']}/fields/9999").status_code == 404
    assert place.streak.post(f"/v1/boxes/{box['key']}/fields/9999", json={"value": 1}).status_code == 404


def test_a_stage_change_is_dated_and_remembered(place):
    box, stages = place.box(), place.stage_keys()
    moved = place.post(f"/v1/boxes/{box['key']}", {"stageKey": stages["Closed-Won"]})
    now = moved["lastStageChangeTimestamp"]
    assert now == moved["lastUpdatedTimestamp"] > box["lastStageChangeTimestamp"]
    before = box["lastStageChangeTimestamp"]
    assert moved["stageHistoryEntries"] == [
        {"stageKey": stages["Negotiation"], "lastEntryToStageTs": before, "timeInStageMs": now - before},
        {"stageKey": stages["Closed-Won"], "lastEntryToStageTs": now},
    ]
    again = place.post(f"/v1/boxes/{box['key']}", {"stageKey": stages["Closed-Won"]})
    assert again["lastStageChangeTimestamp"] == now


def test_a_deleted_box_just_vanishes(place):
    box = place.box()
    assert place.streak.delete(f"/v1/boxes/{box['key']}").json() == {"success": True}
    assert place.streak.delete(f"/v1/boxes/{box['key']}").status_code == 404
    assert place.streak.get(f"/v1/boxes/{box['key']}").json()["success"] is False
    assert box["key"] not in {b["key"] for b in place.get("/v1/boxes")}
    assert box["key"] not in {
        b["key"] for b in place.get(f"/v1/pipelines/{place.sales}/boxes", sortBy="lastUpdatedTimestamp")
    }


def test_keys_are_told_apart_by_case(place):
    keys = place.control.post("/streak/boxes", json={"count": 4}).json()["keys"]
    pairs = [(a, b) for a, b in itertools.combinations(keys, 2) if a.casefold() == b.casefold()]
    for pair in pairs:
        assert [place.get(f"/v1/boxes/{key}")["key"] for key in pair] == list(pair)
    assert pairs
    assert place.streak.get(f"/v1/boxes/{keys[0].upper()}").status_code == 404


def test_a_batch_leaves_out_unknown_boxes_and_those_of_other_pipelines(place):
    path = f"/v1/pipelines/{place.sales}/boxes/batch/"
    other = place.get(f"/v1/pipelines/{place.renewals}/boxes")[0]
    assert place.post(path, [place.box()["key"], "unknown", other["key"]]) == [place.box()]
    assert place.streak.post(path, json={"keys": []}).status_code == 400
    assert place.streak.post(path, json=[{"key": 1}]).status_code == 400
    place.settings(batch_get=False)
    assert place.streak.post(path, json=[]).status_code == 404


def test_the_same_path_in_version_2_moves_boxes_to_another_pipeline(place):
    box = place.box()
    path = f"/v2/pipelines/{place.sales}/boxes/batch"
    wish = {"key": box["key"], "boxKey": box["key"], "pipelineKey": place.renewals}
    assert place.streak.post(path, json=[{**wish, "key": "unknown"}]).status_code == 404
    moved = place.post(path, [wish])[0]
    assert (moved["key"], moved["pipelineKey"], moved["fields"]) == (box["key"], place.renewals, {})
    here = place.get(f"/v1/pipelines/{place.renewals}/boxes", sortBy="lastUpdatedTimestamp")
    there = place.get(f"/v1/pipelines/{place.sales}/boxes")
    assert here[0] == moved
    assert box["key"] not in {b["key"] for b in there}
    assert place.streak.post(path, json=[wish]).status_code == 404  # it is elsewhere now


def test_lists_of_an_unknown_pipeline_are_not_found(place):
    for path in ("/v1/pipelines/nope/boxes", "/v2/pipelines/nope/boxes", "/v1/pipelines/nope/stages"):
        assert place.streak.get(path).status_code == 404


def test_search_by_name_is_exact_and_gives_stubs(place):
    found = place.get("/v1/search", name="Éclair finishing cell")
    assert found["page"] == 0
    assert found["query"] == "Éclair finishing cell"
    hit = found["results"]["boxes"][0]
    assert set(hit) == {
        "boxKey", "name", "lastUpdatedTimestamp", "assignedToKeys", "stageKey", "pipelineKey",
    }  # fmt: skip
    assert place.get("/v1/search", name="éclair finishing cell")["results"]["boxes"] == []


def test_search_by_text_reads_names_notes_text_fields_and_people(place):
    def names(**query):
        return {hit["name"] for hit in place.get("/v1/search", **query)["results"]["boxes"]}

    assert names(query="po-7781") == {"Blue Harbor warehouse robots"}
    assert names(query="care renewal", pipelineKey=place.sales) == set()
    assert len(names(query="care renewal", pipelineKey=[place.sales, place.renewals])) == 5
    assert names(query="acme", stageKey=place.stage_keys()["Proposal"]) == {"Acme line 3 retrofit"}
    assert names(query="9001") == set()  # an option's key is no text
    people = place.get("/v1/search", query="maya")["results"]["contacts"]
    assert len(people) == 1


@pytest.mark.parametrize("query", [{}, {"query": "a", "name": "b"}])
def test_search_wants_exactly_one_of_query_and_name(place, query):
    assert place.streak.get("/v1/search", params=query).status_code == 400


@pytest.mark.parametrize("how", ["params", "data", "json"])
def test_the_old_way_to_create_takes_query_form_and_json(place, how):
    values = {"name": "Old way", "notes": "by PUT", "stageKey": place.stage_keys()["Proposal"]}
    made = place.streak.put(f"/v1/pipelines/{place.sales}/boxes", **{how: values}).raise_for_status().json()
    shown = place.get(f"/v1/boxes/{made['key']}")
    assert {name: shown[name] for name in values} == values


def test_the_old_way_to_create_wants_a_name(place):
    assert place.streak.put(f"/v1/pipelines/{place.sales}/boxes").status_code == 400

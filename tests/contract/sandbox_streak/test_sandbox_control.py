"""The control API and the page."""

import httpx
import pytest


def test_nothing_is_controlled_without_the_token(place):
    base = place.info["control"]["base_url"]
    for headers in ({}, {"X-Sandbox-Token": "wrong"}, {"X-Sandbox-Token": "é".encode()}):
        for method, path in (
            ("POST", "/reset"),
            ("GET", "/faults"),
            ("GET", "/requests"),
            ("GET", "/streak/state"),
            ("PATCH", "/streak/settings"),
            ("GET", "/netsuite/state"),
            ("GET", "/nonsense"),
        ):
            answer = httpx.request(method, base + path, headers=headers)
            assert answer.status_code == 401, path
            assert "X-Sandbox-Token" in answer.json()["error"]


def test_the_api_key_is_no_control_token(place):
    headers = {"X-Sandbox-Token": place.info["streak"]["api_key"]}
    assert httpx.get(f"{place.info['control']['base_url']}/faults", headers=headers).status_code == 401


def test_a_reset_returns_everything_to_the_start(place):
    before = place.control.get("/streak/state").json()
    place.new_box()
    place.fault("delay", operation="search")
    place.settings(latency_seconds=0.01, paused=True)
    place.post(
        "/v2/webhooks", {"event": "BOX_EDIT", "targetUrl": "http://127.0.0.1:9"}, pipelineKey=place.sales
    )
    assert place.control.get("/streak/state").json() != before
    assert place.control.post("/reset").json() == {"reset": True}
    assert place.control.get("/streak/state").json() == before
    assert place.control.get("/faults").json() == {"faults": []}
    assert place.requests() == []
    settings = place.control.get("/streak/settings").json()
    assert (settings["latency_seconds"], settings["paused"]) == (0, False)
    assert place.get("/v1/users/me")["key"]


def test_the_state_shows_boxes_by_stage_and_their_orders(place):
    box = place.box()
    place.post(f"/v1/boxes/{box['key']}", {"fields": {place.field_keys()["NetSuite order"]: "SO1009"}})
    state = place.control.get("/streak/state").json()
    assert state["webhooks"] == 0
    sales = state["pipelines"][0]
    shown = {"key": box["key"], "name": box["name"], "order": "SO1009"}
    assert shown in sales["stages"]["Negotiation"]
    assert sum(len(boxes) for boxes in sales["stages"].values()) == 20


def test_boxes_are_moved_by_name_or_key_alone_or_together(place):
    box, other = place.box(), place.box("Sakura pilot")
    stages = place.stage_keys()
    answer = place.control.post("/streak/move", json={"box": box["name"], "stage": "Closed-Won"}).json()
    assert answer == {"key": box["key"], "keys": [box["key"]], "stage": "Closed-Won"}
    assert place.box()["stageKey"] == stages["Closed-Won"]
    place.control.post(f"/streak/boxes/{box['key']}/move", json={"stage": "Lead"})
    assert place.box()["stageKey"] == stages["Lead"]
    both = [box["key"], other["name"]]
    answer = place.control.post("/streak/move_many", json={"boxes": both, "stage": "Proposal"}).json()
    assert answer["keys"] == [box["key"], other["key"]]
    assert place.box("Sakura pilot")["stageKey"] == stages["Proposal"]


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"box": "nobody", "stage": "Lead"}, 404),
        ({"box": "Sakura pilot", "stage": "Nowhere"}, 400),
        ({}, 404),
    ],
    ids=str,
)
def test_an_impossible_move_is_refused(place, wish, status):
    assert place.control.post("/streak/move", json=wish).status_code == status


def test_several_moves_happen_all_or_none(place):
    before = place.box()
    wish = {"boxes": [before["key"], "nobody"], "stage": "Closed-Won"}
    assert place.control.post("/streak/move_many", json=wish).status_code == 404
    assert place.box() == before


def test_many_boxes_are_made_at_once_with_parties_and_labels_for_options(place):
    wish = {
        "count": 6,
        "stage": "Negotiation",
        "organizations": 2,
        "fields": {"Product": "Beacon Sensor", "Labels": ["partner"], "Quantity": "3"},
    }
    keys = place.control.post("/streak/boxes", json=wish).json()["keys"]
    boxes = place.post(f"/v1/pipelines/{place.sales}/boxes/batch/", keys)
    assert len(boxes) == 6
    fields = place.field_keys()
    wanted = {fields["Product"]: "9002", fields["Labels"]: ["9002"], fields["Quantity"]: "3"}
    assert all(box["fields"] == wanted for box in boxes)
    assert len({box["organizations"][0]["key"] for box in boxes}) == 2
    organization = place.get(f"/v2/organizations/{boxes[0]['organizations'][0]['key']}")
    assert organization["addresses"]
    assert organization["domains"]


def test_a_bulk_never_runs_ahead_of_the_clock(place):
    before = place.new_box()["creationTimestamp"]
    keys = place.control.post("/streak/boxes", json={"count": 2000}).json()["keys"]
    after = place.new_box()
    last = place.get(f"/v1/boxes/{keys[-1]}")["creationTimestamp"]
    assert before <= last < after["creationTimestamp"] < before + 1999


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"count": 0}, 422),
        ({"count": 100_001}, 422),
        ({"count": "x"}, 422),
        ({"pipeline": "Nope"}, 404),
        ({"stage": "Nope"}, 400),
        ({"fields": {"Product": "Nope"}}, 400),
    ],
    ids=str,
)
def test_an_impossible_bulk_is_refused(place, wish, status):
    assert place.control.post("/streak/boxes", json=wish).status_code == status


def test_raw_properties_can_be_set_and_lists_stay_in_order(place):
    box, path = place.box(), f"/v1/pipelines/{place.sales}/boxes"
    patch = {"creationTimestamp": 1, "lastUpdatedTimestamp": 2}
    shown = place.control.patch(f"/streak/boxes/{box['key']}", json=patch).json()
    assert shown == box | patch
    for sort in ("creationTimestamp", "lastUpdatedTimestamp"):
        assert place.get(path, sortBy=sort)[-1] == shown
    assert place.control.patch("/streak/boxes/nobody", json=patch).status_code == 404


@pytest.mark.parametrize(
    "change", [{"attempts": 0}, {"latency_seconds": -1}, {"surprise": 1}, {"paused": "perhaps"}], ids=str
)
def test_bad_settings_are_refused_and_none_applied(place, change):
    before = place.control.get("/streak/settings").json()
    answer = place.control.patch("/streak/settings", json={"duplicates": 3, **change})
    assert answer.status_code == 422
    assert place.control.get("/streak/settings").json() == before


@pytest.mark.parametrize("content", [b"{", b"[]", b"5"])
def test_bodies_that_are_no_json_object_are_refused(place, content):
    for method, path in (("POST", "/faults"), ("PATCH", "/streak/settings"), ("POST", "/streak/move")):
        assert place.control.request(method, path, content=content).status_code == 422


def test_requests_are_shown_by_system_operation_and_number_and_forgotten(place):
    for _ in range(2):
        place.get("/v1/users/me")
    place.get("/v1/pipelines")
    mine = place.requests(operation="users.me")
    assert len(mine) == 2
    assert [r["operation"] for r in place.requests(system="streak", after=mine[-1]["number"])] == [
        "pipelines.list"
    ]
    assert place.requests(system="netsuite") == []
    assert place.control.get("/requests", params={"after": "x"}).status_code == 422
    place.control.delete("/requests")
    assert place.requests() == []


def test_the_page_shows_both_sides_and_escapes_names(place):
    place.new_box(name="<script>alert(1)</script>")
    page = httpx.get(place.info["page"])
    assert page.status_code == 200
    assert "Blue Harbor warehouse robots" in page.text
    assert "SO1001" in page.text
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text

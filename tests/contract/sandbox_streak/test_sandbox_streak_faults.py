"""Faults on demand, as a client meets them."""

import time

import httpx
import pytest

from streak_netsuite.sandbox.streak.door import KINDS


def update(place, notes="new", **more):
    return place.streak.post(f"/v1/boxes/{place.box()['key']}", json={"notes": notes}, **more)


def cut(place, **more):
    """Update a box and meet a cut connection; the exception."""
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)) as error:
        update(place, **more)
    return error.value


def test_a_status_is_answered_instead_and_nothing_done(place):
    options = {"status": 503, "body": "<html>", "content_type": "text/html", "headers": {"Retry-After": "7"}}
    place.fault("status", operation="boxes.update", options=options)
    answer = update(place)
    assert (answer.status_code, answer.text) == (503, "<html>")
    assert answer.headers["Retry-After"] == "7"
    assert answer.headers["Content-Type"].startswith("text/html")
    assert place.box()["notes"] != "new"
    assert update(place).status_code == 200


def test_a_status_is_500_with_a_bare_error_object_unless_told_otherwise(place):
    place.fault("status")
    answer = place.streak.get("/v1/users/me")
    assert (answer.status_code, answer.json()) == (500, {"success": False})


def test_a_delay_answers_late_but_as_usual(place):
    place.fault("delay", operation="boxes.update", options={"seconds": 0.1})
    answer = update(place)
    assert (answer.status_code, answer.elapsed.total_seconds() >= 0.1) == (200, True)
    assert place.box()["notes"] == "new"


@pytest.mark.parametrize(
    ("kind", "options", "done"),
    [
        ("cut_before", {}, False),
        ("cut_after", {}, True),
        ("timeout_before", {"seconds": 0.05}, False),
        ("timeout_after", {"seconds": 0.05}, True),
    ],
)
def test_a_cut_connection_tells_nothing_of_what_was_done(place, kind, options, done):
    place.fault(kind, operation="boxes.update", options=options)
    cut(place)
    assert (place.box()["notes"] == "new") is done
    noted = place.requests(operation="boxes.update")[-1]
    assert (noted["status"], noted["fault"]) == (0, kind)


@pytest.mark.parametrize(("kind", "done"), [("timeout_before", False), ("timeout_after", True)])
def test_a_client_that_gives_up_does_not_change_what_was_done(place, kind, done):
    place.fault(kind, operation="boxes.update")  # 30 seconds, unless the client leaves earlier
    started = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        update(place, timeout=0.1)
    assert time.monotonic() - started < 20
    assert (place.box()["notes"] == "new") is done


def test_a_created_box_is_there_although_its_answer_was_lost(place):
    place.fault("cut_after", operation="boxes.create")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        place.new_box(name="Lost answer")
    assert len(place.get("/v1/search", name="Lost answer")["results"]["boxes"]) == 1


def test_every_kind_of_fault_is_tested_here():
    assert {"status", "delay", "cut_before", "cut_after", "timeout_before", "timeout_after"} == set(KINDS)


def test_faults_strike_their_operation_their_text_and_their_number_of_times(place):
    other = place.box("Sakura pilot")["key"]
    place.fault("status", operation="boxes.update", match="poison", times=2, after=1)
    texts = ["fine", "poison 1", "fine", "poison 2", "poison 3", "poison 4"]
    assert [update(place, text).status_code for text in texts] == [200, 200, 200, 500, 500, 200]
    place.fault("status", match=other, times=None)
    assert place.streak.get(f"/v1/boxes/{other}").status_code == 500
    assert place.streak.get(f"/v1/boxes/{other}").status_code == 500
    assert update(place).status_code == 200


def test_a_fault_of_probability_zero_never_strikes(place):
    place.fault("status", probability=0, times=None)
    assert {update(place).status_code for _ in range(5)} == {200}


def test_faults_are_listed_and_cleared(place):
    first, second = place.fault("status", operation="boxes.list"), place.fault("delay", times=3)
    assert place.control.get("/faults").json() == {"faults": [first, second]}
    assert place.control.delete(f"/faults/{first['id']}").json() == {"success": True}
    assert place.control.get("/faults").json() == {"faults": [second]}
    assert place.control.delete("/faults").json() == {"faults": []}
    assert update(place).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "cut_afterwards"},
        {"kind": "governor"},
        {"system": "salesforce"},
        {"times": 0},
        {"times": "many"},
        {"probability": 2},
        {"after": -1},
        {"options": []},
        {"surprise": 1},
        {"kind": None},
        {"operation": "boxes.updated"},
        {"options": {"code": 503}},
        {"options": {"status": "unavailable"}},
        {"options": {"status": 99}},
        {"options": {"headers": "Retry-After: 7"}},
        {"kind": "cut_after", "options": {"seconds": 1}},
        {"kind": "delay", "options": {"seconds": -1}},
    ],
    ids=str,
)
def test_faults_that_would_never_strike_or_not_as_told_are_refused(place, change):
    wish = {"system": "streak", "kind": "status"} | change
    assert place.control.post("/faults", json=wish).status_code == 422
    assert place.control.get("/faults").json() == {"faults": []}


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"kind": "cut"}, ["streak has no kind 'cut'", "cut_after, cut_before"]),
        ({"operation": "boxes.updated"}, ["streak has no operation 'boxes.updated'", "boxes.update, "]),
        ({"options": {"code": 1}}, ["streak's status: code", "it takes status, body, content_type, headers"]),
        ({"kind": "cut_after", "options": {"seconds": 1}}, ["cut_after: seconds", "it takes none"]),
        ({"system": "salesforce"}, ["'salesforce'", "there are streak, netsuite"]),
    ],
    ids=str,
)
def test_a_refusal_says_what_is_wrong_and_what_there_is(place, wish, told):
    answer = place.control.post("/faults", json={"system": "streak", "kind": "status"} | wish)
    assert [part for part in told if part not in answer.json()["error"]] == []


def test_netsuites_kinds_are_known_too(place):
    wish = {"system": "netsuite", "kind": "governor"}
    assert place.control.post("/faults", json=wish).status_code == 201

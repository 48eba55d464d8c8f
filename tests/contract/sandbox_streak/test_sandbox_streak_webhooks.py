"""Webhooks: how they are registered, when they are sent, and what happens to those not answered 200."""

import itertools
import time

import pytest

PIPELINE_EVENTS = (
    "BOX_CREATE BOX_EDIT BOX_CHANGE_STAGE BOX_CHANGE_PIPELINE BOX_DELETE BOX_NEW_EMAIL_ADDRESS STAGE_CREATE "
    "COMMENT_CREATE MEETING_CREATE MEETING_UPDATE TASK_CREATE TASK_COMPLETE TASK_DUE TASK_UPDATED "
    "BOX_NEW_EMAIL_RECEIVED THREAD_ADDED_TO_BOX THREAD_REMOVED_FROM_BOX"
).split()
TEAM_EVENTS = "CONTACT_CREATE CONTACT_UPDATE CONTACT_DELETE ORG_CREATE ORG_UPDATE ORG_DELETE".split()


@pytest.fixture
def subscribe(place, receiver):
    """Registers a webhook for an event; its path names the event, as its body does not."""

    def register(event, **more):
        body = {"event": event, "targetUrl": f"{receiver.url}/{event}", **more}
        scope = {"teamKey": place.team} if event in TEAM_EVENTS else {"pipelineKey": place.sales}
        return place.post("/v2/webhooks", body, **scope)

    place.settings(retry_seconds=0.01)
    return register


def eventually(condition):
    """Wait until a condition holds; the sandbox notes a delivery right after it was answered."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.005)


@pytest.mark.parametrize("event", PIPELINE_EVENTS)
def test_each_pipeline_event_is_registered_on_a_pipeline_only(place, event):
    body = {"event": event, "targetUrl": "https://receiver.test/x"}
    made = place.post("/v2/webhooks", body, pipelineKey=place.sales)
    assert set(made) == {
        "key", "event", "targetUrl", "pipelineKey", "userKey", "creationDate", "lastSavedTimestamp",
    }  # fmt: skip
    assert place.streak.post("/v2/webhooks", json=body, params={"teamKey": place.team}).status_code == 400


@pytest.mark.parametrize("event", TEAM_EVENTS)
def test_each_team_event_is_registered_on_the_team_only(place, event):
    body = {"event": event, "targetUrl": "https://receiver.test/x"}
    assert place.post("/v2/webhooks", body, teamKey=place.team)["teamKey"] == place.team
    answer = place.streak.post("/v2/webhooks", json=body, params={"pipelineKey": place.sales})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("change", "scope"),
    [
        ({"event": "BOX_EDITED"}, "pipelineKey"),
        ({"event": "ORGANIZATION_CREATE"}, "teamKey"),
        ({"event": ["BOX_EDIT"]}, "pipelineKey"),
        ({"targetUrl": "receiver.test"}, "pipelineKey"),
        ({"targetUrl": None}, "pipelineKey"),
        ({"token": 5}, "pipelineKey"),
        ({}, None),
    ],
    ids=str,
)
def test_bad_registrations_are_refused(place, change, scope):
    keys = {"pipelineKey": place.sales, "teamKey": place.team}
    body = {"event": "BOX_EDIT", "targetUrl": "https://receiver.test/x"} | change
    query = {scope: keys[scope]} if scope else {}
    assert place.streak.post("/v2/webhooks", json=body, params=query).status_code == 400
    assert place.streak.post("/v2/webhooks", json=body, params=keys).status_code == 400


def test_a_scope_that_does_not_exist_is_not_found(place):
    for scope, event in (("pipelineKey", "BOX_EDIT"), ("teamKey", "ORG_UPDATE")):
        body = {"event": event, "targetUrl": "https://receiver.test/x"}
        assert place.streak.post("/v2/webhooks", json=body, params={scope: "nope"}).status_code == 404


def test_webhooks_are_listed_per_scope_changed_and_deleted_without_showing_tokens(place):
    body = {"event": "BOX_EDIT", "targetUrl": "https://receiver.test/x", "token": "s3cret"}
    made = place.post("/v2/webhooks", body, pipelineKey=place.sales)
    assert "token" not in made
    assert place.get(f"/v2/pipelines/{place.sales}/webhooks") == [made]
    assert place.get(f"/v2/pipelines/{place.renewals}/webhooks") == []
    assert place.get(f"/v2/teams/{place.team}/webhooks") == []
    path = f"/v2/webhooks/{made['key']}"
    changed = place.post(path, {"targetUrl": "https://receiver.test/y"})
    assert changed["targetUrl"].endswith("/y")
    assert place.get(path) == changed
    assert place.streak.post(path, json={"event": "ORG_UPDATE"}).status_code == 400
    assert place.streak.delete(path).json() == {"success": True}
    assert place.streak.get(path).status_code == 404


def test_a_body_is_an_array_of_the_object_and_nothing_else(place, receiver, subscribe):
    subscribe("BOX_CREATE")
    box = place.new_box()
    received = receiver.next()
    assert received.body == [box]
    assert received.headers["Content-Type"] == "application/json"
    assert "X-Streak-Webhook-Token" not in received.headers


def test_the_token_is_sent_in_its_header(place, receiver, subscribe):
    subscribe("BOX_CREATE", token="s3cret")
    place.new_box()
    assert receiver.next().headers["X-Streak-Webhook-Token"] == "s3cret"


def test_a_stage_change_is_no_edit_and_an_edit_no_stage_change(place, receiver, subscribe):
    subscribe("BOX_EDIT")
    subscribe("BOX_CHANGE_STAGE")
    box, stages = place.box()["key"], place.stage_keys()
    place.post(f"/v1/boxes/{box}", {"stageKey": stages["Closed-Won"]})
    place.post(f"/v1/boxes/{box}", {"stageKey": stages["Closed-Won"]})  # no change, no event
    moved = receiver.next()
    assert (moved.path, moved.body[0]["stageKey"]) == ("/BOX_CHANGE_STAGE", stages["Closed-Won"])
    place.post(f"/v1/boxes/{box}", {"organizations": []})  # links are no edit
    place.post(f"/v1/boxes/{box}", {"notes": "x"})
    assert (edited := receiver.next()).path == "/BOX_EDIT"
    assert edited.body[0]["notes"] == "x"
    place.post(f"/v1/boxes/{box}", {"name": "y", "stageKey": stages["Lead"]})
    assert {r.path for r in receiver.several(2)} == {"/BOX_EDIT", "/BOX_CHANGE_STAGE"}
    assert receiver.inbox.empty()


def test_other_pipelines_hear_nothing(place, receiver, subscribe):
    subscribe("BOX_CREATE")
    place.post(f"/v2/pipelines/{place.renewals}/boxes", {"name": "Renewal"})
    made = place.new_box()
    assert receiver.next().body == [made]


def test_each_kind_of_change_has_its_event(place, receiver, subscribe):
    heard = [
        "BOX_DELETE", "BOX_CHANGE_PIPELINE", "STAGE_CREATE", "COMMENT_CREATE", "TASK_CREATE", "TASK_UPDATED",
        "TASK_COMPLETE", "MEETING_CREATE", "MEETING_UPDATE", *TEAM_EVENTS,
    ]  # fmt: skip
    for event in heard:
        subscribe(event)
    box = place.box()["key"]
    place.post(f"/v2/pipelines/{place.sales}/stages", {"name": "On hold"})
    place.post(f"/v2/boxes/{box}/comments", {"message": "x"})
    place.post(f"/v2/boxes/{box}/tasks", {"text": "draft", "isDraft": True})  # nobody hears of drafts
    task = place.post(f"/v2/boxes/{box}/tasks", {"text": "x"})
    place.post(f"/v2/tasks/{task['key']}", {"status": "DONE"})
    meeting = place.post(f"/v2/boxes/{box}/meetings", {"meetingType": "CALL_LOG", "startTimestamp": 1})
    place.post(f"/v2/meetings/{meeting['key']}", {"notes": "x"})
    for plural in ("contacts", "organizations"):
        made = place.post(f"/v2/teams/{place.team}/{plural}", {"givenName": "Z", "name": "Z"})
        place.post(f"/v2/{plural}/{made['key']}", {"other": "x"})
        place.streak.delete(f"/v2/{plural}/{made['key']}")
    place.post(f"/v2/pipelines/{place.sales}/boxes/batch", [{"key": box, "pipelineKey": place.renewals}])
    place.streak.delete(f"/v1/boxes/{place.box('Sakura pilot')['key']}")
    assert sorted(r.path[1:] for r in receiver.several(len(heard))) == sorted(heard)


@pytest.mark.parametrize("status", [201, 202, 204, 302, 404, 500])
def test_all_answers_but_exactly_200_are_followed_by_another_try(place, receiver, subscribe, status):
    subscribe("BOX_CREATE")
    receiver.answers.extend([status, status])
    place.new_box()
    first, second, third = receiver.several(3)
    assert first.body == second.body == third.body
    eventually(lambda: len(place.deliveries()) == 3)
    assert [(d["attempt"], d["status"]) for d in place.deliveries()] == [(1, status), (2, status), (3, 200)]


def test_tries_wait_longer_each_time_up_to_a_limit_and_then_end(place, receiver, subscribe):
    place.settings(retry_seconds=0.02, longest_retry_seconds=0.04, attempts=4)
    subscribe("BOX_CREATE")
    receiver.answers.extend([500] * 9)
    place.new_box()
    eventually(lambda: len(place.deliveries()) == 4)
    times = [d["at"] for d in place.deliveries()]
    waits = [b - a for a, b in itertools.pairwise(times)]
    assert all(wait >= least for wait, least in zip(waits, [0.02, 0.04, 0.04], strict=True))
    assert len(receiver.several(4)) == 4
    assert receiver.inbox.empty()


def test_410_deletes_the_webhook(place, receiver, subscribe):
    webhook = subscribe("BOX_CREATE")
    receiver.answers.append(410)
    place.new_box()
    receiver.next()
    eventually(lambda: place.streak.get(f"/v2/webhooks/{webhook['key']}").status_code == 404)
    place.new_box()
    assert [d["status"] for d in place.deliveries()] == [410]
    assert receiver.inbox.empty()


def test_nothing_more_is_sent_to_a_deleted_webhook(place, receiver, subscribe):
    place.settings(paused=True)
    webhook = subscribe("BOX_CREATE")
    place.new_box()
    place.streak.delete(f"/v2/webhooks/{webhook['key']}")
    subscribe("BOX_EDIT")
    place.post(f"/v1/boxes/{place.box()['key']}", {"notes": "x"})
    place.settings(paused=False)
    assert receiver.next().path == "/BOX_EDIT"
    assert [d["event"] for d in place.deliveries() if d["event"] == "BOX_CREATE"] == []


def test_a_target_that_nobody_listens_at_is_tried_again(place):
    place.settings(attempts=2, retry_seconds=0.01)
    body = {"event": "BOX_CREATE", "targetUrl": "http://127.0.0.1:9/nobody"}
    place.post("/v2/webhooks", body, pipelineKey=place.sales)
    place.new_box()
    eventually(lambda: [d["status"] for d in place.deliveries()] == [0, 0])


def test_duplicates_are_delivered_as_often_as_set(place, receiver, subscribe):
    place.settings(duplicates=2)
    subscribe("BOX_CREATE")
    box = place.new_box()
    assert [r.body for r in receiver.several(3)] == [[box]] * 3


def test_dropped_webhooks_never_come(place, receiver, subscribe):
    place.settings(drop_next=1)
    subscribe("BOX_CREATE")
    place.new_box(name="lost")
    place.new_box(name="found")
    assert receiver.next().body[0]["name"] == "found"
    assert place.control.get("/streak/settings").json()["drop_next"] == 0


def test_paused_webhooks_wait_and_carry_what_was_true_then(place, receiver, subscribe):
    place.settings(paused=True)
    subscribe("BOX_EDIT")
    box = place.box()["key"]
    for note in ("a", "b"):
        place.post(f"/v1/boxes/{box}", {"notes": note})
    assert place.deliveries() == []
    place.settings(paused=False)
    assert sorted(r.body[0]["notes"] for r in receiver.several(2)) == ["a", "b"]


def test_shuffled_webhooks_set_out_in_another_order(place, receiver, subscribe, running_sandbox):
    place.settings(paused=True, shuffle=True)
    subscribe("BOX_CREATE")
    for number in range(20):
        place.new_box(name=f"{number:02}")
    set_out = []
    courier = running_sandbox.sandbox.streak.courier
    start = courier._start
    courier._start = lambda webhook, event, body: (set_out.append(body["name"]), start(webhook, event, body))
    try:
        place.settings(paused=False)
        arrived = [r.body[0]["name"] for r in receiver.several(20)]
    finally:
        del courier._start
    assert set_out != sorted(set_out)
    assert sorted(arrived) == sorted(set_out) == [f"{n:02}" for n in range(20)]


def test_a_body_can_be_a_single_object(place, receiver, subscribe):
    place.settings(single_object=True)
    subscribe("BOX_CREATE")
    box = place.new_box()
    assert receiver.next().body == box

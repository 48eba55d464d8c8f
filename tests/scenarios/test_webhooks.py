"""Webhooks at Streak stay as they are wanted, whatever happened to them."""

from typing import Any

import pytest

from streak_netsuite import connections
from streak_netsuite.assembly import open_webhooks
from streak_netsuite.errors import InvalidCredentials, Unavailable
from streak_netsuite.flows.webhooks import WebhookReport
from streak_netsuite.sync.registration import WebhookPlan, token_mark

World = Any
URL = "http://127.0.0.1:9/streak-netsuite"
NEW, OLD = "the-new-token-0123456789", "the-old-token-0123456789"
EVENTS = {"BOX_CREATE", "BOX_EDIT", "BOX_CHANGE_STAGE", "BOX_CHANGE_PIPELINE", "BOX_DELETE"}


def settings(world: World, *tokens: str, **extra: Any) -> Any:
    world.streak_extra |= {"webhook_url": URL, "webhook_tokens": list(tokens or (NEW,)), **extra}
    text = world.connection_texts["streak_default"]
    parts = connections.ConnectionParts.from_json("streak_default", text)
    return connections.streak_settings(parts), connections.webhook_settings(parts)


def keep(world: World, *tokens: str, **extra: Any) -> WebhookReport:
    with open_webhooks(*settings(world, *tokens, **extra)) as keeper:
        return keeper.run()


def plan(world: World, *tokens: str) -> WebhookPlan:
    with open_webhooks(*settings(world, *tokens)) as keeper:
        return keeper.plan()


def registered(world: World, scope: str = "pipeline") -> list[dict[str, Any]]:
    streak = world.info["streak"]
    key = streak["team_key"] if scope == "team" else streak["pipelines"]["Sales"]
    found = world.streak.get(f"v2/{scope}s/{key}/webhooks").raise_for_status().json()
    return list(found)


def test_every_event_of_the_watched_pipeline_gets_one_webhook_and_a_repeat_changes_nothing(
    world: World,
) -> None:
    assert keep(world).as_dict()["created"] == len(EVENTS)
    assert {w["event"] for w in registered(world)} == EVENTS
    before = registered(world)
    report = keep(world)
    assert (report.plan.is_done, report.as_dict()["kept"]) == (True, len(EVENTS))
    assert registered(world) == before


def test_contacts_and_organizations_have_events_of_the_team(world: World) -> None:
    keep(world, sweep=["boxes", "contacts", "organizations"])
    subjects = {w["event"] for w in registered(world, "team")}
    assert subjects == {f"{s}_{what}" for s in ("CONTACT", "ORG") for what in ("CREATE", "UPDATE", "DELETE")}
    keep(world, sweep=["boxes"])
    assert registered(world, "team") == []


def test_planning_writes_nothing(world: World) -> None:
    assert len(plan(world).create) == len(EVENTS)
    assert registered(world) == []
    assert world.writes("streak") == []


def test_an_orphan_of_a_pipeline_that_is_not_watched_any_more_is_removed_last(world: World) -> None:
    renewals = world.info["streak"]["pipelines"]["Renewals"]
    body = {"event": "BOX_EDIT", "targetUrl": f"{URL}/webhooks/streak/BOX_EDIT", "token": OLD}
    world.streak.post("v2/webhooks", params={"pipelineKey": renewals}, json=body).raise_for_status()
    world.control.delete("/requests").raise_for_status()
    assert keep(world).as_dict()["removed"] == 1
    assert [w["operation"] for w in world.writes("streak")][-1] == "webhooks.delete"
    assert world.streak.get(f"v2/pipelines/{renewals}/webhooks").json() == []


def test_the_token_is_rotated_and_no_moment_is_without_a_webhook(world: World) -> None:
    keep(world, OLD)
    keys = {w["key"] for w in registered(world)}
    world.control.delete("/requests").raise_for_status()
    assert keep(world, NEW, OLD).as_dict()["changed"] == len(EVENTS)
    assert {w["operation"] for w in world.writes("streak")} == {"webhooks.update"}
    assert {w["key"] for w in registered(world)} == keys
    assert all(w["targetUrl"].endswith(token_mark(NEW)) for w in registered(world))
    tokens = {body["token"] for body in map(_body, world.writes("streak"))}
    assert tokens == {NEW}


def _body(request: dict[str, Any]) -> dict[str, Any]:
    import json

    found: dict[str, Any] = json.loads(request["body"])
    return found


def test_a_rotation_that_breaks_half_way_is_finished_by_the_next_run(world: World) -> None:
    keep(world, OLD)
    world.fault("streak", "status", operation="webhooks.update", after=2, times=None, options={"status": 503})
    with pytest.raises(Unavailable):
        keep(world, NEW, OLD)
    assert len(registered(world)) == len(EVENTS)
    world.control.delete("/faults").raise_for_status()
    assert keep(world, NEW, OLD).as_dict()["changed"] == len(EVENTS) - 2
    assert plan(world, NEW).is_done


def test_a_create_whose_answer_was_lost_ends_as_one_webhook(world: World) -> None:
    world.fault("streak", "cut_after", operation="webhooks.create", times=1)
    report = keep(world)
    assert len(report.failed) == 1
    assert keep(world).failed == ()
    assert sorted(w["event"] for w in registered(world)) == sorted(EVENTS)


def test_one_webhook_that_streak_refuses_keeps_no_other_from_being_registered(world: World) -> None:
    report = keep(world, webhook_events=["BOX_EDIT", "BOX_EATEN", "BOX_CREATE"])
    assert {w["event"] for w in registered(world)} == {"BOX_EDIT", "BOX_CREATE"}
    assert ["BOX_EATEN" in text for text in report.failed] == [True]


def test_a_webhook_that_410_made_streak_delete_comes_back(world: World) -> None:
    keep(world)
    lost = registered(world)[0]
    world.streak.delete(f"v2/webhooks/{lost['key']}").raise_for_status()
    assert [one.event for one in keep(world).plan.create] == [lost["event"]]


def test_a_bad_key_stops_it_with_the_next_step(world: World) -> None:
    world.info = {**world.info, "streak": {**world.info["streak"], "api_key": "wrong"}}
    with pytest.raises(InvalidCredentials, match="API key"):
        keep(world)

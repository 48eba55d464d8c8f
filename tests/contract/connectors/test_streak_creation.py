"""Creates whose answer is lost: found again, never made twice."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from streak_netsuite.connectors.streak.call import Effect
from streak_netsuite.connectors.streak.calls import boxes, comments, contacts, meetings, organizations, tasks
from streak_netsuite.connectors.streak.creation import (
    create_once,
    new_box,
    new_comment,
    new_meeting,
    new_task,
)
from streak_netsuite.errors import Ambiguous, UncertainWrite

NAME = "Acme renewal"
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def no_wait(_: float) -> None:
    """Go on at once."""


def create_box(team: Any, client: Any, *, sleep: Callable[[float], None] = no_wait) -> Any:
    find = new_box(client, team.pipeline, NAME)
    return create_once(client, boxes.create(team.pipeline, NAME), find, sleep=sleep)


def named(team: Any, name: str = NAME) -> list[str]:
    rows = team.raw.get(f"v1/pipelines/{team.pipeline}/boxes").json()
    return [row["key"] for row in rows if row["name"] == name]


def test_a_box_whose_answer_came_is_not_looked_up(team: Any) -> None:
    made = create_box(team, team.client())
    assert named(team) == [made["key"]]
    assert team.received("boxes.list") == 2  # the finder's look before, and this test's own


@pytest.mark.parametrize(("kind", "options"), [("cut_after", {}), ("timeout_after", {"seconds": 60})])
def test_a_box_that_landed_without_an_answer_is_found_and_not_made_again(
    team: Any, kind: str, options: dict[str, Any]
) -> None:
    client = team.client(read_seconds=2)
    (older,) = [client.send(boxes.create(team.pipeline, NAME))["key"]]
    team.fault("boxes.create", kind=kind, **options)
    made = create_box(team, client)
    assert set(named(team)) == {older, made["key"]}
    assert made["key"] != older
    assert team.received("boxes.create") == 2


@pytest.mark.parametrize(("kind", "options"), [("cut_before", {}), ("timeout_before", {"seconds": 60})])
def test_a_box_that_never_arrived_stays_uncertain_with_the_next_step(
    team: Any, kind: str, options: dict[str, Any]
) -> None:
    team.fault("boxes.create", kind=kind, **options)
    waits: list[float] = []
    with pytest.raises(UncertainWrite, match="3 looks did not find it"):
        create_box(team, team.client(read_seconds=2), sleep=waits.append)
    assert named(team) == []
    assert waits == [2.0, 4.0, 8.0]
    assert team.received("boxes.create") == 1


def test_a_box_that_lands_late_is_found(team: Any) -> None:
    team.fault("boxes.create", kind="cut_before")
    team.client()
    looks: list[float] = []

    def lands_late(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 2:
            team.raw.post(f"v2/pipelines/{team.pipeline}/boxes", json={"name": NAME}).raise_for_status()

    made = create_box(team, team.client(), sleep=lands_late)
    assert named(team) == [made["key"]]


def test_a_create_stays_uncertain_while_streak_cannot_be_asked(team: Any) -> None:
    client = team.client(attempts=1)
    find = new_box(client, team.pipeline, NAME)
    team.fault("boxes.create", kind="cut_after")
    team.fault("boxes.list", times=None, status=503)
    with pytest.raises(UncertainWrite):
        create_once(client, boxes.create(team.pipeline, NAME), find, sleep=no_wait)
    assert team.received("boxes.create") == 1


def test_two_new_boxes_of_one_name_are_for_a_person_to_tell_apart(team: Any) -> None:
    team.fault("boxes.create", kind="cut_after")

    def somebody_makes_one(_: float) -> None:
        team.raw.post(f"v2/pipelines/{team.pipeline}/boxes", json={"name": NAME}).raise_for_status()

    with pytest.raises(Ambiguous) as caught:
        create_box(team, team.client(), sleep=somebody_makes_one)
    assert set(caught.value.candidates) == set(named(team))


def test_the_first_box_of_a_pipeline_is_found_too(team: Any) -> None:
    for key in (
        row["key"] for row in team.raw.get(f"v1/pipelines/{team.info['pipelines']['Renewals']}/boxes").json()
    ):
        team.raw.delete(f"v1/boxes/{key}").raise_for_status()
    client, pipeline = team.client(), team.info["pipelines"]["Renewals"]
    team.fault("boxes.create", kind="cut_after")
    find = new_box(client, pipeline, NAME)
    assert create_once(client, boxes.create(pipeline, NAME), find, sleep=no_wait)["name"] == NAME


@pytest.mark.parametrize(
    ("operation", "finder", "call"),
    [
        ("comments", lambda c, box: new_comment(c, box, "hi"), lambda box: comments.create(box, "hi")),
        ("tasks", lambda c, box: new_task(c, box, "hi"), lambda box: tasks.create(box, "hi")),
        (
            "meetings",
            lambda c, box: new_meeting(c, box, "CALL_LOG", "hi"),
            lambda box: meetings.create(box, "CALL_LOG", NOW, notes="hi"),
        ),
    ],
    ids=["comment", "task", "meeting"],
)
def test_what_is_said_in_a_box_is_said_once(team: Any, operation: str, finder: Any, call: Any) -> None:
    (box,) = team.boxes(1)
    client = team.client()
    older = client.send(call(box))
    team.fault(f"{operation}.create", kind="cut_after")
    made = create_once(client, call(box), finder(client, box), sleep=no_wait)
    assert made.key != older.key
    assert team.received(f"{operation}.create") == 2
    assert len(team.raw.get(f"v2/boxes/{box}/{operation}").json()["results"]) == 2


@pytest.mark.parametrize(
    ("module", "values"),
    [
        (contacts, {"emailAddresses": ["new@acme.example"]}),
        (organizations, {"domains": ["new-acme.example"]}),
    ],
    ids=["contact", "organization"],
)
def test_a_party_that_streak_can_match_is_repeated_without_harm(team: Any, module: Any, values: Any) -> None:
    operation = f"{module.__name__.rsplit('.')[-1]}.create"
    team.fault(operation, kind="cut_after")
    client = team.client()
    made = client.send(module.create(team.info["team_key"], values))
    assert team.received(operation) == 2
    everybody = [party.key for party in client.iterate(module.of_team(team.info["team_key"]))]
    assert everybody.count(made.key) == 1


def test_a_party_that_streak_cannot_match_is_created_once_only(team: Any) -> None:
    assert contacts.create("agxT", {"givenName": "Bob"}).effect is Effect.ONCE
    assert organizations.create("agxT", {"name": "Acme"}).effect is Effect.ONCE
    assert contacts.create("agxT", {"emailAddresses": ["a@b.example"]}, get_if_existing=False).effect is (
        Effect.ONCE
    )


@pytest.mark.parametrize(("kind", "options"), [("cut_after", {}), ("timeout_after", {"seconds": 60})])
def test_a_removal_whose_answer_was_lost_is_done_when_nothing_is_left(
    team: Any, kind: str, options: dict[str, Any]
) -> None:
    (box,) = team.boxes(1)
    team.fault("boxes.delete", kind=kind, **options)
    team.client(read_seconds=2).send(boxes.delete(box))
    assert team.received("boxes.delete") == 2


def test_a_meeting_that_misses_parameters_as_json_goes_as_a_form(team: Any) -> None:
    (box,) = team.boxes(1)
    body = '{"success": false, "error": "Missing parameters"}'
    team.fault("meetings.create", status=400, body=body)
    made = team.client().send(meetings.create(box, "MEETING_NOTES", NOW, notes="Paid & sent"))
    assert (made.notes, made.start) == ("Paid & sent", int(NOW.timestamp() * 1000))
    assert team.received("meetings.create") == 2

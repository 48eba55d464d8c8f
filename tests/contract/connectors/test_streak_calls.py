"""Every call of `calls`, over real HTTP, once with the sync and once with the async client.

A scenario is a generator: it yields calls or lists and is sent their results, so that one table serves both.
"""

import asyncio
import importlib
import inspect
import pkgutil
import random
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from streak_netsuite.connectors.streak import calls as package
from streak_netsuite.connectors.streak.call import Call
from streak_netsuite.connectors.streak.calls import (
    apikeys,
    boxes,
    comments,
    contacts,
    fields,
    files,
    meetings,
    newsfeed,
    organizations,
    parties,
    pipelines,
    search,
    stages,
    tasks,
    teams,
    threads,
    timeline,
    users,
    values,
    webhooks,
)
from streak_netsuite.connectors.streak.client import AsyncStreakClient
from streak_netsuite.connectors.streak.protocol import NOT_FOUND
from streak_netsuite.connectors.streak.wire import BoxWire, OptionWire
from streak_netsuite.errors import RejectedByVendor

BOX = "Blue Harbor warehouse robots"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    """One function of `calls` with what it is given."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    options: dict[str, Any]


Scenario = Generator[Step, Any, None]
SCENARIOS: dict[str, tuple[Callable[[Any], Scenario], frozenset[Callable[..., Any]]]] = {}


def do(function: Callable[..., Any], *arguments: Any, **options: Any) -> Step:
    return Step(function, arguments, options)


def scenario(*functions: Callable[..., Any]) -> Callable[[Any], Any]:
    def register(act: Callable[[Any], Scenario]) -> Callable[[Any], Scenario]:
        SCENARIOS[act.__name__] = (act, frozenset(functions))
        return act

    return register


def refused(code: str) -> Any:
    return pytest.raises(RejectedByVendor, check=lambda error: error.code == code)


# --- people and structure ------------------------------------------------------------------------------


@scenario(users.me, users.get)
def the_keys_user_and_others_are_read(team: Any) -> Scenario:
    me = yield do(users.me)
    assert (me.email, me.time_zone) == ("ann@northwind-robotics.example", "America/Los_Angeles")
    assert (yield do(users.get, me.key)) == me
    with refused(NOT_FOUND):
        yield do(users.get, "agxNobody")


@scenario(teams.mine, teams.get, teams.users)
def teams_come_with_people_and_field_definitions(team: Any) -> Scenario:
    (mine,) = yield do(teams.mine)
    assert mine.name == "Northwind Robotics"
    found = yield do(teams.get, mine.key)
    assert [field.name for field in found.organization_settings.fields.values()] == ["Customer number"]
    people = yield do(teams.users, mine.key)
    assert {person.email for person in found.members} <= {person.email for person in people}
    assert all(person.key for person in people)


@scenario(pipelines.every, pipelines.listed, pipelines.get)
def pipelines_are_read_whole_and_in_pages(team: Any) -> Scenario:
    every = yield do(pipelines.every)
    assert [pipeline.name for pipeline in every] == ["Sales", "Renewals"]
    assert [p.key for p in (yield do(pipelines.listed, size=1))] == [p.key for p in every]
    sales = yield do(pipelines.get, every[0].key)
    assert [sales.stages[key].name for key in sales.stage_order][:2] == ["Lead", "Qualified"]


@scenario(pipelines.create, pipelines.update, pipelines.delete)
def a_pipeline_is_made_changed_and_removed(team: Any) -> Scenario:
    made = yield do(pipelines.create, team.info["team_key"], "Support", stages=["New", "Done"])
    assert [made.stages[key].name for key in made.stage_order] == ["New", "Done"]
    turned = yield do(pipelines.update, made.key, name="Care", stage_order=made.stage_order[::-1])
    assert (turned.name, turned.stage_order) == ("Care", made.stage_order[::-1])
    yield do(pipelines.delete, made.key)
    with refused(NOT_FOUND):
        yield do(pipelines.get, made.key)
    with pytest.raises(RejectedByVendor):  # it has boxes
        yield do(pipelines.delete, team.pipeline)


@scenario(stages.of_pipeline, stages.create)
def stages_are_read_by_key_and_added_behind_the_others(team: Any) -> Scenario:
    made = yield do(stages.create, team.pipeline, "Paid")
    found = yield do(stages.of_pipeline, team.pipeline)
    assert list(found)[-1] == made.key
    assert found[made.key].name == "Paid"


@scenario(stages.get, stages.update, stages.delete)
def an_empty_stage_is_renamed_and_removed(team: Any) -> Scenario:
    made = yield do(stages.create, team.pipeline, "Paid")
    assert (yield do(stages.update, team.pipeline, made.key, name="Settled")).key == made.key
    assert (yield do(stages.get, team.pipeline, made.key)).name == "Settled"
    yield do(stages.delete, team.pipeline, made.key)
    assert made.key not in (yield do(stages.of_pipeline, team.pipeline))
    with pytest.raises(RejectedByVendor):  # it has boxes
        yield do(stages.delete, team.pipeline, team.seeded(BOX)["stageKey"])


@scenario(fields.of_pipeline, fields.get, fields.create, fields.update, fields.delete)
def a_field_is_made_renamed_and_removed(team: Any) -> Scenario:
    made = yield do(fields.create, team.pipeline, "Warehouse", "TEXT_INPUT")
    assert (yield do(fields.update, team.pipeline, made.key, name="Depot")).name == "Depot"
    assert (yield do(fields.get, team.pipeline, made.key)).type == "TEXT_INPUT"
    assert made.key in [field.key for field in (yield do(fields.of_pipeline, team.pipeline))]
    yield do(fields.delete, team.pipeline, made.key)
    with refused(NOT_FOUND):
        yield do(fields.get, team.pipeline, made.key)


@scenario(fields.add_options, fields.set_options)
def options_are_appended_and_replaced(team: Any) -> Scenario:
    for name, kind, extra in (("Tier", "DROPDOWN", "Platinum"), ("Labels", "TAG", "renewal")):
        key = team.field_key(name)
        before = (yield do(fields.get, team.pipeline, key)).options
        yield do(fields.add_options, team.pipeline, key, kind, [extra])
        more = (yield do(fields.get, team.pipeline, key)).options
        assert before.items() < more.items()
        assert list(more.values()) == [*before.values(), extra]
        kept = [OptionWire(key=k, name=label) for k, label in list(more.items())[1:]]
        yield do(fields.set_options, team.pipeline, key, kind, kept)
        after = (yield do(fields.get, team.pipeline, key)).options
        assert after == dict(list(more.items())[1:])


# --- boxes ---------------------------------------------------------------------------------------------


@scenario(boxes.create, boxes.get, boxes.update, boxes.delete)
def a_box_is_made_changed_and_removed(team: Any) -> Scenario:
    stage = team.seeded(BOX)["stageKey"]
    made = yield do(
        boxes.create,
        team.pipeline,
        "Acme renewal",
        stage_key=stage,
        notes="hot",
        assignee_emails=["raj@northwind-robotics.example"],
    )
    yield do(boxes.update, made["key"], {"notes": "cold", "fields": {team.field_key("PO number"): "PO-1"}})
    box = BoxWire.model_validate((yield do(boxes.get, made["key"])))
    assert (box.name, box.stage_key, box.notes) == ("Acme renewal", stage, "cold")
    assert box.fields == {team.field_key("PO number"): "PO-1"}
    assert [person.email for person in box.assignees] == ["raj@northwind-robotics.example"]
    yield do(boxes.delete, made["key"])
    with refused(NOT_FOUND):
        yield do(boxes.get, made["key"])


@scenario(boxes.of_pipeline, boxes.of_pipeline_unsorted, boxes.everything, boxes.get_many)
def every_list_of_boxes_holds_the_same(team: Any) -> Scenario:
    team.boxes(7)
    newest = yield do(boxes.of_pipeline, team.pipeline, size=4, sort_by="creationTimestamp")
    times = [box["creationTimestamp"] for box in newest]
    assert times == sorted(times, reverse=True)
    wanted = {box["key"] for box in newest}
    unsorted_ = yield do(boxes.of_pipeline_unsorted, team.pipeline, size=5)
    assert {box["key"] for box in unsorted_} == wanted
    assert wanted < {box["key"] for box in (yield do(boxes.everything))}
    some = sorted(wanted)[:3]
    assert {b["key"] for b in (yield do(boxes.get_many, team.pipeline, [*some, "agxGone"]))} == set(some)
    for listed in (boxes.of_pipeline, boxes.of_pipeline_unsorted):
        staged = yield do(listed, team.pipeline, size=50, stage_key=team.seeded(BOX)["stageKey"])
        assert {box["stageKey"] for box in staged} == {team.seeded(BOX)["stageKey"]}
        assert len(staged) < len(wanted)


@scenario(boxes.move)
def a_box_moves_to_another_pipeline(team: Any) -> Scenario:
    (key,) = team.boxes(1)
    other = team.info["pipelines"]["Renewals"]
    yield do(boxes.move, team.pipeline, [key], to_pipeline_key=other)
    assert (yield do(boxes.get, key))["pipelineKey"] == other


@scenario(boxes.markdown)
def a_box_is_read_as_markdown(team: Any) -> Scenario:
    text = yield do(boxes.markdown, team.seeded(BOX)["key"], max_tokens=500)
    assert BOX in text


@scenario(values.of_box, values.get, values.assign)
def field_values_are_read_and_set(team: Any) -> Scenario:
    box, field = team.seeded(BOX)["key"], team.field_key("PO number")
    assert (yield do(values.get, box, field)).value == "PO-7781"
    yield do(values.assign, box, field, "PO-7782")
    found = {value.key: value.value for value in (yield do(values.of_box, box))}
    assert found[field] == "PO-7782"
    assert found[team.field_key("NetSuite order")] is None


# --- parties -------------------------------------------------------------------------------------------


@scenario(contacts.create, contacts.get, contacts.get_many, contacts.update, contacts.delete)
def a_contact_is_made_once_changed_and_removed(team: Any) -> Scenario:
    who = {"givenName": "Bob", "familyName": "Ray", "emailAddresses": ["bob@ray.example"]}
    made = yield do(contacts.create, team.info["team_key"], who)
    again = yield do(
        contacts.create, team.info["team_key"], {"givenName": "B", "emailAddresses": ["bob@ray.example"]}
    )
    assert (again.key, again.given_name) == (made.key, "Bob")
    changed = yield do(contacts.update, made.key, {"title": "CFO", "fields": {"1001": "Buyer"}})
    assert (changed.title, changed.given_name, changed.fields) == ("CFO", "Bob", {"1001": "Buyer"})
    assert (yield do(contacts.get, made.key)).emails == ["bob@ray.example"]
    assert list((yield do(contacts.get_many, [made.key, "agxGone"]))) == [made.key]
    yield do(contacts.delete, made.key)
    with refused(NOT_FOUND):
        yield do(contacts.get, made.key)


@scenario(
    organizations.create,
    organizations.get,
    organizations.get_many,
    organizations.update,
    organizations.delete,
)
def an_organization_is_made_once_by_domain_and_again_by_name(team: Any) -> Scenario:
    key = team.info["team_key"]
    made = yield do(organizations.create, key, {"name": "Ray Ltd", "domains": ["ray.example"]})
    again = yield do(organizations.create, key, {"name": "Ray", "domains": ["ray.example"]})
    assert (again.key, again.name) == (made.key, "Ray Ltd")
    unnamed = yield do(organizations.create, key, {"name": "Twice"})
    assert (yield do(organizations.create, key, {"name": "Twice"})).key != unnamed.key
    changed = yield do(organizations.update, made.key, {"industry": "Tools", "employeeCount": "50"})
    assert (changed.industry, changed.employee_count) == ("Tools", "50")
    assert (yield do(organizations.get, made.key)).domains == ["ray.example"]
    assert list((yield do(organizations.get_many, [made.key]))) == [made.key]
    yield do(organizations.delete, made.key)
    with refused(NOT_FOUND):
        yield do(organizations.get, made.key)


@scenario(contacts.of_team, organizations.of_team)
def parties_are_listed_by_cursor_and_contacts_by_time(team: Any) -> Scenario:
    key = team.info["team_key"]
    everybody = yield do(contacts.of_team, key, size=3)
    assert len({contact.key for contact in everybody}) == len(everybody) > 3
    latest = max(contact.last_saved for contact in everybody)
    edge = datetime.fromtimestamp(latest / 1000, tz=UTC)
    recent = yield do(contacts.of_team, key, size=3, after=edge)
    assert latest in [contact.last_saved for contact in recent]
    assert not (yield do(contacts.of_team, key, after=edge + timedelta(days=1)))
    names = {organization.name for organization in (yield do(organizations.of_team, key, size=5))}
    assert "Blue Harbor Logistics" in names


@scenario(
    parties.get,
    parties.get_json,
    parties.get_many,
    parties.of_team,
    parties.json_of_team,
    parties.create,
    parties.update,
    parties.delete,
)
def contacts_and_organizations_answer_alike(team: Any) -> Scenario:
    key = team.info["team_key"]
    for plural, values_ in (("contacts", {"givenName": "Zoe"}), ("organizations", {"name": "Zoe Ltd"})):
        made = yield do(parties.create, plural, key, values_, get_if_existing=False, identified=False)
        yield do(parties.update, plural, made.key, {"other": "vip"})
        assert (yield do(parties.get, plural, made.key)).other == "vip"
        assert (yield do(parties.get_json, plural, made.key))["other"] == "vip"
        assert made.key in (yield do(parties.get_many, plural, [made.key]))
        typed = {party.key for party in (yield do(parties.of_team, plural, key, size=4))}
        assert typed == {row["key"] for row in (yield do(parties.json_of_team, plural, key, size=7))}
        yield do(parties.delete, plural, made.key)
        with refused(NOT_FOUND):
            yield do(parties.get, plural, made.key)


@scenario(search.by_text, search.by_name)
def a_search_finds_stubs_of_every_kind(team: Any) -> Scenario:
    hits = yield do(search.by_text, "Blue Harbor")
    assert BOX in [box.name for box in hits.boxes]
    assert "Blue Harbor Logistics" in [organization.name for organization in hits.organizations]
    (exact,) = (yield do(search.by_name, BOX, pipeline_keys=[team.pipeline])).boxes
    assert (exact.key, exact.stage_key) == (team.seeded(BOX)["key"], team.seeded(BOX)["stageKey"])
    elsewhere = [team.info["pipelines"]["Renewals"]]
    assert (yield do(search.by_name, BOX, pipeline_keys=elsewhere)).boxes == []
    assert (yield do(search.by_name, BOX, stage_keys=["5999"])).boxes == []
    assert (yield do(search.by_text, "Blue Harbor", team_keys=[team.info["team_key"]])).boxes
    assert (yield do(search.by_name, BOX, page=1)).boxes == []


# --- activities ----------------------------------------------------------------------------------------


@scenario(comments.create, comments.of_box, comments.get, comments.update, comments.delete)
def a_comment_is_made_changed_and_removed(team: Any) -> Scenario:
    (box,) = team.boxes(1)
    made = yield do(comments.create, box, "Order SO1006")
    assert made.written is not None
    yield do(comments.update, made.key, "Order SO1007")
    assert (yield do(comments.get, made.key)).message == "Order SO1007"
    assert [comment.key for comment in (yield do(comments.of_box, box))] == [made.key]
    yield do(comments.delete, made.key)
    assert (yield do(comments.of_box, box)) == []


@scenario(comments.react, comments.unreact)
def an_emoji_comes_and_goes(team: Any) -> Scenario:
    (box,) = team.boxes(1)
    made = yield do(comments.create, box, "Won!")
    for _ in range(2):
        reacted = yield do(comments.react, made.key, "🎉")
        assert [reaction.emoji for reaction in reacted.reactions] == ["🎉"]
    assert (yield do(comments.unreact, made.key, "🎉")).reactions == []


@scenario(tasks.create, tasks.of_box, tasks.get, tasks.update, tasks.delete)
def a_task_is_made_done_and_removed(team: Any) -> Scenario:
    (box,) = team.boxes(1)
    raj = "raj@northwind-robotics.example"
    made = yield do(tasks.create, box, "Call the buyer", due=NOW, assignee_emails=[raj])
    assert made.due == int(NOW.timestamp() * 1000)
    assert [person.email for person in made.assignees] == [raj]
    assert (yield do(tasks.create, box, "Whenever")).due is None
    yield do(tasks.update, made.key, status="DONE", due=NOW + timedelta(days=1))
    done = yield do(tasks.get, made.key)
    assert (done.status, done.text) == ("DONE", "Call the buyer")
    assert len((yield do(tasks.of_box, box, size=1))) == 2
    yield do(tasks.delete, made.key)
    with refused(NOT_FOUND):
        yield do(tasks.get, made.key)


@scenario(tasks.agenda)
def the_agenda_holds_what_is_due(team: Any) -> Scenario:
    (box,) = team.boxes(1)
    overdue = yield do(tasks.create, box, "Overdue", due=datetime(2020, 1, 1, tzinfo=UTC))
    me = yield do(users.me)
    found = yield do(tasks.agenda, direction="desc", pipeline_key=team.pipeline, user_keys=[me.key], limit=50)
    assert overdue.key in [task.key for task in found]
    yield do(tasks.update, overdue.key, status="DONE")
    assert overdue.key not in [task.key for task in (yield do(tasks.agenda))]
    assert overdue.key in [task.key for task in (yield do(tasks.agenda, include_completed=True))]


@scenario(meetings.create, meetings.of_box, meetings.get, meetings.update, meetings.delete)
def a_meeting_has_a_time_of_its_own(team: Any) -> Scenario:
    (box,) = team.boxes(1)
    half = timedelta(minutes=30)
    for encoding in ("json", "form"):
        made = yield do(
            meetings.create, box, "MEETING_NOTES", NOW, duration=half, notes="Paid", encoding=encoding
        )
        start = int(NOW.timestamp() * 1000)
        assert (made.kind, made.start, made.duration, made.notes) == (
            "MEETING_NOTES",
            start,
            1_800_000,
            "Paid",
        )
    yield do(meetings.update, made.key, notes="Paid in full", start=NOW - timedelta(days=1))
    assert (yield do(meetings.get, made.key)).notes == "Paid in full"
    assert len((yield do(meetings.of_box, box, size=1))) == 2
    yield do(meetings.delete, made.key)
    with refused(NOT_FOUND):
        yield do(meetings.get, made.key)


@scenario(timeline.of_box)
def the_timeline_is_filtered_and_turned_by_token(team: Any) -> Scenario:
    (box,) = team.boxes(1)
    for number in range(5):
        yield do(comments.create, box, f"note {number}")
    yield do(meetings.create, box, "CALL_LOG", NOW, notes="rang")
    notes = yield do(timeline.of_box, box, kinds=["COMMENTS"], direction="Ascending", size=2)
    assert len(notes) == 5
    both = yield do(timeline.of_box, box, kinds=["COMMENTS", "CALL_LOGS"], direction="Descending", size=4)
    assert len(both) == 6
    ahead = datetime.now(UTC) + timedelta(days=1)
    assert not (yield do(timeline.of_box, box, kinds=["COMMENTS"], start=ahead, direction="Ascending"))


@scenario(newsfeed.everything, newsfeed.of_pipeline, newsfeed.of_box)
def news_come_for_a_box_a_pipeline_and_everything(team: Any) -> Scenario:
    made = yield do(boxes.create, team.pipeline, "Newsworthy")
    yield do(boxes.update, made["key"], {"notes": "new"})
    assert (yield do(newsfeed.of_box, made["key"], detail="ALL"))
    assert (yield do(newsfeed.of_pipeline, team.pipeline))
    assert (yield do(newsfeed.everything, detail="CONDENSED"))


@scenario(files.of_box, files.get, files.contents, threads.of_box, threads.get)
def mail_and_its_files_are_read(team: Any) -> Scenario:
    box = team.seeded(BOX)["key"]
    for thread in (yield do(threads.of_box, box)):
        assert (yield do(threads.get, thread.key)).gmail_id
    for file in (yield do(files.of_box, box)):
        known = yield do(files.get, file.key)
        if known.has_contents:
            assert (yield do(files.contents, file.key))


# --- administration ------------------------------------------------------------------------------------


@scenario(apikeys.create, apikeys.listed, apikeys.delete)
def a_key_is_rotated(team: Any) -> Scenario:
    made = yield do(apikeys.create)
    assert made.secret.get_secret_value()
    assert made.secret.get_secret_value() not in repr(made)
    assert made.key in [key.key for key in (yield do(apikeys.listed, size=100))]
    yield do(apikeys.delete, made.key)
    assert made.key not in [key.key for key in (yield do(apikeys.listed))]


@scenario(
    webhooks.create_for_pipeline,
    webhooks.create_for_team,
    webhooks.get,
    webhooks.of_pipeline,
    webhooks.of_team,
    webhooks.update,
    webhooks.delete,
)
def webhooks_are_registered_moved_and_removed(team: Any) -> Scenario:
    target = "https://hooks.example/streak?event=BOX_EDIT"
    made = yield do(webhooks.create_for_pipeline, team.pipeline, "BOX_EDIT", target, token="s3cret")
    assert (made.event, made.target_url, made.pipeline_key) == ("BOX_EDIT", target, team.pipeline)
    of_team = yield do(webhooks.create_for_team, team.info["team_key"], "ORG_UPDATE", target)
    assert of_team.team_key == team.info["team_key"]
    yield do(webhooks.update, made.key, target_url=target + "&v=2")
    assert (yield do(webhooks.get, made.key)).target_url.endswith("&v=2")
    assert [hook.key for hook in (yield do(webhooks.of_pipeline, team.pipeline))] == [made.key]
    assert [hook.key for hook in (yield do(webhooks.of_team, team.info["team_key"]))] == [of_team.key]
    yield do(webhooks.delete, made.key)
    assert (yield do(webhooks.of_pipeline, team.pipeline)) == []


# --- running them --------------------------------------------------------------------------------------


def _made(step: Step, exercised: set[Any]) -> Any:
    exercised.add(step.function)
    return step.function(*step.arguments, **step.options)


def _advance(run: Scenario, result: Any, error: Exception | None) -> Step | None:
    try:
        return run.throw(error) if error else run.send(result)
    except StopIteration:
        return None


def run_sync(team: Any, act: Callable[[Any], Scenario]) -> set[Any]:
    client, run, exercised = team.client(), act(team), set()
    step, result, error = next(run, None), None, None
    while step is not None:
        made = _made(step, exercised)
        try:
            result = client.send(made) if isinstance(made, Call) else list(client.iterate(made))
            error = None
        except RejectedByVendor as refusal:
            error = refusal
        step = _advance(run, result, error)
    return exercised


async def run_async(team: Any, act: Callable[[Any], Scenario]) -> set[Any]:
    exercised: set[Any] = set()
    async with AsyncStreakClient(team.settings(), rng=random.Random(1)) as client:
        run = act(team)
        step, result, error = next(run, None), None, None
        while step is not None:
            made = _made(step, exercised)
            try:
                if isinstance(made, Call):
                    result = await client.send(made)
                else:
                    result = [row async for row in client.iterate(made)]
                error = None
            except RejectedByVendor as refusal:
                error = refusal
            step = _advance(run, result, error)
    return exercised


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_call_does_what_it_says(team: Any, name: str) -> None:
    act, functions = SCENARIOS[name]
    assert functions <= run_sync(team, act)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_call_does_the_same_in_an_event_loop(team: Any, name: str) -> None:
    act, functions = SCENARIOS[name]
    assert functions <= asyncio.run(run_async(team, act))


def test_every_call_has_a_scenario() -> None:
    modules = [
        importlib.import_module(f"{package.__name__}.{m.name}")
        for m in pkgutil.iter_modules(package.__path__)
    ]
    known = {
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    covered = frozenset().union(*(functions for _, functions in SCENARIOS.values()))
    assert {f"{f.__module__.rsplit('.')[-1]}.{f.__name__}" for f in known - covered} == set()

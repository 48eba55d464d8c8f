"""Streak's own Python SDK works against the sandbox: a client we did not write.

Each scenario is a generator of calls, so that one table serves the SDK's sync and its async client. Answers
must have every property that the SDK's models require.
"""

import asyncio
import inspect
from collections.abc import Callable, Generator, Iterator
from typing import Any

import httpx
import pytest
from pydantic import BaseModel
from streak_crm import AsyncStreak, Streak
from streak_crm.core.api_error import ApiError

Scenario = Generator[tuple[str, tuple[Any, ...], dict[str, Any]], Any, None]
SCENARIOS: dict[str, Callable[[Any], Scenario]] = {}


def scenario(function: Callable[[Any], Scenario]) -> Callable[[Any], Scenario]:
    SCENARIOS[function.__name__] = function
    return function


def call(method: str, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    return method, args, kwargs


# --- the scenarios -------------------------------------------------------------------------------------


@scenario
def api_keys(place: Any) -> Scenario:
    made = yield call("api_keys.create_api_key")
    assert made.key in [key.key for key in (yield call("api_keys.get_api_keys", limit=50, page=0))]
    yield call("api_keys.delete_api_key", made.key)
    assert made.key not in [key.key for key in (yield call("api_keys.get_api_keys"))]


@scenario
def users_and_teams(place: Any) -> Scenario:
    me = yield call("users.get_current_user")
    assert (yield call("users.get_user", me.key)).email == me.email
    assert (
        yield call("users.update_user", me.key, timezone_id="Europe/Berlin")
    ).timezone_id == "Europe/Berlin"
    mine = yield call("teams.get_current_user_teams")
    key = mine.results[0].key
    assert key == place.info["streak"]["team_key"]
    assert me.key in [user.key for user in (yield call("users.get_users_on_team", key)).results]
    assert (yield call("teams.get_team", key)).contact_settings.fields
    renamed = yield call("teams.update_team", key, name="Northwind")
    assert renamed.name == "Northwind"
    other = yield call("teams.create_team", name="Second", members=[])
    assert other.key in [t.key for t in (yield call("teams.get_current_user_teams")).results]


@scenario
def pipelines(place: Any) -> Scenario:
    team = place.info["streak"]["team_key"]
    made = yield call("pipelines.create_pipeline", name="Support", team_key=team, stages=["New", "Done"])
    assert [made.stages[key].name for key in made.stage_order] == ["New", "Done"]
    assert (yield call("pipelines.get_pipeline", made.key)).name == "Support"
    turned = list(reversed(made.stage_order))
    changed = yield call("pipelines.update_pipeline", made.key, name="Care", stage_order=turned)
    assert (changed.name, changed.stage_order) == ("Care", turned)
    assert made.key in [p.key for p in (yield call("pipelines.list_pipelines", limit=50)).results]
    yield call("pipelines.delete_pipeline", made.key)
    assert made.key not in [p.key for p in (yield call("pipelines.list_pipelines")).results]


@scenario
def stages(place: Any) -> Scenario:
    made = yield call("pipeline_stages.create_stage", place.sales, name="Paid")
    yield call("pipeline_stages.update_stage", place.sales, made.key, name="Settled")
    assert (yield call("pipeline_stages.get_stage", place.sales, made.key)).name == "Settled"
    assert made.key in (yield call("pipeline_stages.list_stages", place.sales))
    yield call("pipeline_stages.delete_stage", place.sales, made.key)
    assert made.key not in (yield call("pipeline_stages.list_stages", place.sales))


@scenario
def fields(place: Any) -> Scenario:
    made = yield call("pipelines.create_field", place.sales, name="Depot", type="TEXT_INPUT")
    yield call("pipelines.update_field", place.sales, made.key, name="Warehouse")
    assert (yield call("pipelines.get_field", place.sales, made.key)).name == "Warehouse"
    assert made.key in [f.key for f in (yield call("pipelines.list_fields", place.sales))]
    yield call("pipelines.delete_field", place.sales, made.key)
    assert made.key not in [f.key for f in (yield call("pipelines.list_fields", place.sales))]


@scenario
def contacts(place: Any) -> Scenario:
    team, emails = place.info["streak"]["team_key"], ["bob@sdk.example"]
    made = yield call("contacts.create_contact", team, given_name="Bob", email_addresses=emails)
    again = yield call("contacts.create_contact", team, get_if_existing=True, email_addresses=emails)
    assert again.key == made.key
    changed = yield call("contacts.update_contact", made.key, title="CFO", fields={"1001": "Buyer"})
    assert (changed.title, changed.given_name, changed.fields) == ("CFO", "Bob", {"1001": "Buyer"})
    assert (yield call("contacts.get_contact", made.key)).email_addresses == emails
    assert list((yield call("contacts.get_contacts", request=[made.key, "agxGone"]))) == [made.key]
    first = yield call("contacts.list_contacts", team, limit=5)
    second = yield call("contacts.list_contacts", team, limit=5, cursor=first.cursor)
    assert len({c.key for page in (first, second) for c in page.results}) == 10
    yield call("contacts.delete_contact", made.key)
    assert list((yield call("contacts.get_contacts", request=[made.key]))) == []


@scenario
def organizations(place: Any) -> Scenario:
    team, domains = place.info["streak"]["team_key"], ["sdk.example"]
    made = yield call("organizations.create_organization", team, name="SDK Ltd", domains=domains)
    again = yield call("organizations.create_organization", team, get_if_existing=True, domains=domains)
    assert again.key == made.key
    changed = yield call("organizations.update_organization", made.key, employee_count="50")
    assert (changed.employee_count, changed.name) == ("50", "SDK Ltd")
    assert (yield call("organizations.get_organization", made.key)).domains == domains
    assert list((yield call("organizations.get_organizations", request=[made.key]))) == [made.key]
    listed = yield call("organizations.list_organizations", team, limit=1000)
    assert made.key in [o.key for o in listed.results]
    yield call("organizations.delete_organization", made.key)


@scenario
def comments(place: Any) -> Scenario:
    box = place.box("Acme line 3 retrofit")["key"]
    made = yield call("comments.create_comment", box, message="Won")
    assert (yield call("comments.update_comment", made.key, message="Won!")).message == "Won!"
    reacted = yield call("comments.react_to_comment", made.key, emoji="🎉")
    assert [r.emoji for r in reacted.reaction_summary] == ["🎉"]
    assert (yield call("comments.unreact_to_comment", made.key, emoji="🎉")).reaction_summary == []
    assert made.key in [c.key for c in (yield call("comments.get_comments", box)).results]
    assert (yield call("comments.get_comment", made.key)).box_key == box
    yield call("comments.delete_comment", made.key)


@scenario
def tasks(place: Any) -> Scenario:
    box = place.box("Acme line 3 retrofit")["key"]
    made = yield call("tasks.create_task", box, text="Call", due_date=1_600_000_000_000)
    assert made.key in [t.key for t in (yield call("tasks.get_assigned_tasks", limit=50)).results]
    assert made.key in [t.key for t in (yield call("tasks.get_tasks_for_box", box, limit=10)).results]
    assert (yield call("tasks.update_task", made.key, status="DONE")).status == "DONE"
    assert (yield call("tasks.get_task", made.key)).text == "Call"
    assert made.key not in [t.key for t in (yield call("tasks.get_assigned_tasks")).results]
    yield call("tasks.delete_task", made.key)


@scenario
def meetings(place: Any) -> Scenario:
    box = place.box("Acme line 3 retrofit")["key"]
    made = yield call(
        "meetings.create_meeting",
        box,
        meeting_type="MEETING_NOTES",
        start_timestamp=1_760_000_000_000,
        notes="Paid",
    )
    assert (yield call("meetings.update_meeting", made.key, notes="Paid in full")).notes == "Paid in full"
    assert (yield call("meetings.get_meeting", made.key)).start_timestamp == 1_760_000_000_000
    assert made.key in [m.key for m in (yield call("meetings.get_meetings", box)).results]
    yield call("meetings.delete_meeting", made.key)


@scenario
def a_box_as_markdown(place: Any) -> Scenario:
    box = place.box("Acme line 3 retrofit")["key"]
    assert "Acme line 3 retrofit" in (yield call("boxes.get_box_markdown", box, max_tokens=200))


@scenario
def search(place: Any) -> Scenario:
    found = yield call("search", query="acme", pipeline_key=[place.sales])
    assert [b for b in found.results.boxes if b.name == "Acme line 3 retrofit"]
    assert (yield call("search", name="Acme line 3 retrofit")).results.boxes[0].box_key


# --- running them --------------------------------------------------------------------------------------


def missing(answer: object, at: str = "") -> Iterator[str]:
    """Yield the properties that the SDK's models require and the answer lacks."""
    if isinstance(answer, list | tuple):
        for number, entry in enumerate(answer):
            yield from missing(entry, f"{at}[{number}]")
    elif isinstance(answer, dict):
        for key, entry in answer.items():
            yield from missing(entry, f"{at}.{key}")
    elif isinstance(answer, BaseModel):
        for name, declared in type(answer).model_fields.items():
            if name in answer.model_fields_set:
                yield from missing(getattr(answer, name), f"{at}.{name}")
            elif declared.is_required():
                yield f"{type(answer).__name__}{at}.{name}"


def resources() -> list[str]:
    """Return the SDK's resources, those included that a later version brings."""
    properties = inspect.getmembers(Streak, lambda member: isinstance(member, property))
    return [name for name, _ in properties if name != "with_raw_response"]


def method_of(client: Any, name: str) -> Callable[..., Any]:
    for part in name.split("."):
        client = getattr(client, part)
    return client  # type: ignore[no-any-return]


def run(steps: Scenario, send: Callable[[str, tuple[Any, ...], dict[str, Any]], Any]) -> None:
    answer = None
    while True:
        try:
            name, args, kwargs = steps.send(answer)
        except StopIteration:
            return
        answer = send(name, args, kwargs)
        assert list(missing(answer)) == [], name


@pytest.fixture
def options(place: Any) -> dict[str, Any]:
    streak = place.info["streak"]
    return {"base_url": streak["base_url"], "token": streak["api_key"], "max_retries": 0}


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_sdk_does_its_work(place: Any, options: dict[str, Any], name: str) -> None:
    with httpx.Client() as http:
        client = Streak(httpx_client=http, **options)
        run(SCENARIOS[name](place), lambda method, args, kwargs: method_of(client, method)(*args, **kwargs))


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_sdk_does_its_work_in_an_event_loop(place: Any, options: dict[str, Any], name: str) -> None:
    with asyncio.Runner() as runner:
        http = httpx.AsyncClient()
        client = AsyncStreak(httpx_client=http, **options)

        async def send(method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            return await method_of(client, method)(*args, **kwargs)

        try:
            run(SCENARIOS[name](place), lambda *step: runner.run(send(*step)))
        finally:
            runner.run(http.aclose())


def test_every_method_of_the_sdk_has_a_scenario() -> None:
    with httpx.Client() as http:
        client = Streak(httpx_client=http, base_url="http://127.0.0.1:9", token="x")
    parts = {"": client, **{f"{name}.": getattr(client, name) for name in resources()}}
    known = {
        f"{prefix}{name}"
        for prefix, part in parts.items()
        for name, _ in inspect.getmembers(type(part), inspect.isfunction)
        if not name.startswith("_")
    }
    assert {"search", "users.get_current_user", "boxes.get_box_markdown"} <= known
    source = inspect.getsource(inspect.getmodule(test_every_method_of_the_sdk_has_a_scenario))  # type: ignore[arg-type]
    assert {name for name in known if f'"{name}"' not in source} == set()


def test_a_wrong_key_is_refused_to_the_sdk_as_to_anybody(options: dict[str, Any]) -> None:
    with httpx.Client() as http, pytest.raises(ApiError) as refused:
        Streak(httpx_client=http, **{**options, "token": "wrong"}).users.get_current_user()
    assert refused.value.status_code == 401

"""The table of docs/streak-calls.md and the code name the same calls, paths and effects."""

import importlib
import inspect
import pkgutil
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from streak_netsuite.connectors.streak import calls as package
from streak_netsuite.connectors.streak.call import Call, Effect
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

PAGE = Path(__file__).parents[3] / "docs/streak-calls.md"
ROW = re.compile(
    r"^\| `(?P<name>\w+\.\w+)` \| `(?P<method>[A-Z]+) (?P<path>/\S+)` \| (?P<version>v\d) \| [^|]+ "
    r"\| (?P<tags>[^|]+) \| (?P<effect>\w+) \|$",
    re.MULTILINE,
)
NOW = datetime(2026, 3, 2, tzinfo=UTC)

# Keys stand as the page writes them, so that paths can be compared.
SAMPLES: dict[str, Any] = {
    "users.me": users.me(),
    "users.get": users.get("{user}"),
    "teams.mine": teams.mine(),
    "teams.get": teams.get("{team}"),
    "teams.users": teams.users("{team}"),
    "pipelines.every": pipelines.every(),
    "pipelines.listed": pipelines.listed(),
    "pipelines.get": pipelines.get("{pipeline}"),
    "pipelines.create": pipelines.create("{team}", "Sales", stages=["Lead"]),
    "pipelines.update": pipelines.update("{pipeline}", name="Deals"),
    "pipelines.delete": pipelines.delete("{pipeline}"),
    "stages.of_pipeline": stages.of_pipeline("{pipeline}"),
    "stages.get": stages.get("{pipeline}", "{stage}"),
    "stages.create": stages.create("{pipeline}", "Lead"),
    "stages.update": stages.update("{pipeline}", "{stage}", name="Won"),
    "stages.delete": stages.delete("{pipeline}", "{stage}"),
    "fields.of_pipeline": fields.of_pipeline("{pipeline}"),
    "fields.get": fields.get("{pipeline}", "{field}"),
    "fields.create": fields.create("{pipeline}", "Amount", "TEXT_INPUT"),
    "fields.update": fields.update("{pipeline}", "{field}", name="Total"),
    "fields.add_options": fields.add_options("{pipeline}", "{field}", "TAG", ["urgent"]),
    "fields.set_options": fields.set_options("{pipeline}", "{field}", "TAG", []),
    "fields.delete": fields.delete("{pipeline}", "{field}"),
    "boxes.of_pipeline": boxes.of_pipeline("{pipeline}", size=100),
    "boxes.of_pipeline_unsorted": boxes.of_pipeline_unsorted("{pipeline}", size=100),
    "boxes.everything": boxes.everything(),
    "boxes.get": boxes.get("{box}"),
    "boxes.get_many": boxes.get_many("{pipeline}", []),
    "boxes.create": boxes.create("{pipeline}", "Acme"),
    "boxes.update": boxes.update("{box}", {}),
    "boxes.delete": boxes.delete("{box}"),
    "boxes.move": boxes.move("{pipeline}", [], to_pipeline_key="{other}"),
    "boxes.markdown": boxes.markdown("{box}"),
    "values.of_box": values.of_box("{box}"),
    "values.get": values.get("{box}", "{field}"),
    "values.assign": values.assign("{box}", "{field}", "x"),
    "contacts.of_team": contacts.of_team("{team}"),
    "contacts.get": contacts.get("{contact}"),
    "contacts.get_many": contacts.get_many([]),
    "contacts.create": contacts.create("{team}", {"emailAddresses": ["a@b.example"]}),
    "contacts.update": contacts.update("{contact}", {}),
    "contacts.delete": contacts.delete("{contact}"),
    "organizations.of_team": organizations.of_team("{team}"),
    "organizations.get": organizations.get("{organization}"),
    "organizations.get_many": organizations.get_many([]),
    "organizations.create": organizations.create("{team}", {"domains": ["b.example"]}),
    "organizations.update": organizations.update("{organization}", {}),
    "organizations.delete": organizations.delete("{organization}"),
    "parties.of_team": parties.of_team("contacts", "{team}"),
    "parties.json_of_team": parties.json_of_team("contacts", "{team}", size=10),
    "parties.get": parties.get("contacts", "{contact}"),
    "parties.get_json": parties.get_json("contacts", "{contact}"),
    "parties.get_many": parties.get_many("contacts", []),
    "parties.create": parties.create("contacts", "{team}", {}, get_if_existing=True, identified=True),
    "parties.update": parties.update("contacts", "{contact}", {}),
    "parties.delete": parties.delete("contacts", "{contact}"),
    "search.by_text": search.by_text("acme"),
    "search.by_name": search.by_name("Acme"),
    "comments.of_box": comments.of_box("{box}"),
    "comments.get": comments.get("{comment}"),
    "comments.create": comments.create("{box}", "hi"),
    "comments.update": comments.update("{comment}", "hi"),
    "comments.delete": comments.delete("{comment}"),
    "comments.react": comments.react("{comment}", "🎉"),
    "comments.unreact": comments.unreact("{comment}", "🎉"),
    "tasks.of_box": tasks.of_box("{box}"),
    "tasks.get": tasks.get("{task}"),
    "tasks.create": tasks.create("{box}", "call", due=NOW),
    "tasks.update": tasks.update("{task}", status="DONE"),
    "tasks.delete": tasks.delete("{task}"),
    "tasks.agenda": tasks.agenda(),
    "meetings.of_box": meetings.of_box("{box}"),
    "meetings.get": meetings.get("{meeting}"),
    "meetings.create": meetings.create("{box}", "CALL_LOG", NOW, duration=timedelta(minutes=1)),
    "meetings.update": meetings.update("{meeting}", notes="hi"),
    "meetings.delete": meetings.delete("{meeting}"),
    "timeline.of_box": timeline.of_box("{box}"),
    "files.of_box": files.of_box("{box}"),
    "files.get": files.get("{file}"),
    "files.contents": files.contents("{file}"),
    "threads.of_box": threads.of_box("{box}"),
    "threads.get": threads.get("{thread}"),
    "newsfeed.everything": newsfeed.everything(),
    "newsfeed.of_pipeline": newsfeed.of_pipeline("{pipeline}"),
    "newsfeed.of_box": newsfeed.of_box("{box}"),
    "webhooks.create_for_pipeline": webhooks.create_for_pipeline("{pipeline}", "BOX_EDIT", "https://x"),
    "webhooks.create_for_team": webhooks.create_for_team("{team}", "ORG_UPDATE", "https://x"),
    "webhooks.get": webhooks.get("{webhook}"),
    "webhooks.of_pipeline": webhooks.of_pipeline("{pipeline}"),
    "webhooks.of_team": webhooks.of_team("{team}"),
    "webhooks.update": webhooks.update("{webhook}", token="s3cret"),
    "webhooks.delete": webhooks.delete("{webhook}"),
    "apikeys.listed": apikeys.listed(),
    "apikeys.create": apikeys.create(),
    "apikeys.delete": apikeys.delete("{key}"),
}


def first_call(made: Any) -> Call[Any]:
    return made if isinstance(made, Call) else made.page(None)


def effect_of(call: Call[Any]) -> str:
    return call.effect.value


def table() -> dict[str, re.Match[str]]:
    return {row["name"]: row for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))}


def test_the_page_names_every_call_and_no_other() -> None:
    modules = [
        importlib.import_module(f"{package.__name__}.{m.name}")
        for m in pkgutil.iter_modules(package.__path__)
    ]
    known = {
        f"{module.__name__.rsplit('.')[-1]}.{name}"
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert known == SAMPLES.keys() == table().keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_row_says_what_is_sent(name: str) -> None:
    call, row = first_call(SAMPLES[name]), table()[name]
    assert (row["method"], row["path"]) == (call.method, unquote(call.path))
    assert row["version"] == call.path.split("/")[1]
    assert row["effect"] == effect_of(call)
    assert set(re.findall(r"[A-Z]{2,}", row["tags"])) <= {"SPEC", "DOC", "CLIENT", "INF"}


@pytest.mark.parametrize("name", SAMPLES)
def test_only_reads_are_sent_with_get_and_deletes_are_removals(name: str) -> None:
    call = first_call(SAMPLES[name])
    assert call.method != "GET" or call.effect is Effect.READ
    assert (call.method == "DELETE") == (call.effect is Effect.REMOVAL)


@pytest.mark.parametrize(
    ("call", "params"),
    [
        (
            timeline.of_box("b", kinds=["CALL_LOGS", "COMMENTS"]).page(None),
            {"filters": "[CALL_LOGS,COMMENTS]"},
        ),
        (timeline.of_box("b", kinds=["COMMENTS"]).page("t1"), {"nextPageToken": "t1"}),
        (contacts.of_team("t", after=NOW).page(None), {"after": int(NOW.timestamp())}),
        (search.by_name("A", stage_keys=["1", "2"]), {"name": "A", "stageKey": ["1", "2"], "page": 0}),
        (fields.add_options("p", "f", "TAG", ["x"]), {"addOnly": "true"}),
        (contacts.create("t", {}), {"getIfExisting": "true"}),
        (webhooks.create_for_team("t", "ORG_UPDATE", "https://x"), {"teamKey": "t"}),
    ],
)
def test_the_query_is_as_streak_reads_it(call: Call[Any], params: dict[str, Any]) -> None:
    assert call.params == params


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (fields.add_options("p", "f", "TAG", ["x"]), {"tagSettings": {"tags": [{"tag": "x"}]}}),
        (fields.add_options("p", "f", "DROPDOWN", ["x"]), {"dropdownSettings": {"items": [{"name": "x"}]}}),
        (
            boxes.create("p", "Acme", assignee_emails=["a@b.example"]),
            {"name": "Acme", "assignedToSharingEntries": [{"email": "a@b.example"}]},
        ),
        (
            boxes.move("p", ["b"], to_pipeline_key="q"),
            [{"key": "b", "boxKey": "b", "pipelineKey": "q"}],
        ),
        (tasks.update("t", status="DONE"), {"status": "DONE"}),
        (
            meetings.create("b", "CALL_LOG", NOW, duration=timedelta(minutes=1)),
            {"meetingType": "CALL_LOG", "startTimestamp": 1772409600000, "duration": 60000},
        ),
        (contacts.get_many(["a", "b"]), ["a", "b"]),
    ],
)
def test_the_body_is_as_streak_reads_it(call: Call[Any], body: Any) -> None:
    assert call.body == body


def test_keys_are_escaped_in_paths() -> None:
    assert boxes.get("a/b c").path == "/v1/boxes/a%2Fb%20c"

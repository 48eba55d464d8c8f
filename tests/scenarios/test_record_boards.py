"""The mapping board opens record types: both sides, suggestions, a preview on real records, and a save into one's own folder."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assist.mapping.catalogue import FieldType
from streak_netsuite.connectors.streak.calls import boxes, fields, pipelines
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.record_files import load_record_type, record_file
from streak_netsuite.mapping_board.record_board import RecordBoard
from streak_netsuite.mapping_desk.record_desk import RecordDesk

World = Any
Ask = Callable[..., Any]
RULES = "target.rules"
COMPANY = "target.fields.company"
SITES = """
# Our sites.
version: 1
name: sites
description: Sites of ours
source: {system: streak, pipeline: Install sites}
target:
  system: netsuite
  type: customrecord_install_site
  rules:
    name: {type: text, from: box.name, required: true} # as people call it
lookups:
  tier: {Gold: 1}
"""


def opened(world: World, path: Path, folder: Path) -> Iterator[RecordBoard]:
    with world.product() as product:
        yield RecordBoard(
            desk=RecordDesk(product=product, spec=load_record_type(path)),
            path=path,
            note=lambda _action, _details, _by: None,
            memory=folder / "decisions.json",
            folder=folder,
        )


def asking(board: RecordBoard) -> Ask:
    """Asks the board and expects an answer that could be sent as JSON."""

    def asked(command: str, **payload: Any) -> Any:
        answer = json.loads(json.dumps(board.answer(command, payload, by="ann")))
        assert "error" not in answer, answer
        return answer["result"]

    return asked


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where our own record types lie."""
    made = tmp_path / "records"
    made.mkdir()
    return made


@pytest.fixture
def contacts(world: World, folder: Path) -> Iterator[RecordBoard]:
    """The board of the shipped contacts, over the people of one customer."""
    world.win("Blue Harbor warehouse robots")
    world.run()
    yield from opened(world, record_file("contacts"), folder)


@pytest.fixture
def sites(world: World, folder: Path) -> Iterator[RecordBoard]:
    """The board of boxes that become records of a custom type."""
    with StreakClient(world.settings().streak) as client:
        made = client.send(
            pipelines.create(world.info["streak"]["team_key"], "Install sites", stages=["Live"])
        )
        for name, kind in {"Site code": "TEXT_INPUT", "Floors": "TEXT_INPUT", "Tier": "TEXT_INPUT"}.items():
            client.send(fields.create(made.key, name, kind))
        key = str(client.send(boxes.create(made.key, "Hall 3"))["key"])
    names = {f["name"]: f["key"] for f in world.streak.get(f"v1/pipelines/{made.key}/fields").json()}
    values = {names["Site code"]: "H3", names["Floors"]: "two", names["Tier"]: "Gold"}
    world.streak.post(f"v1/boxes/{key}", json={"fields": values}).raise_for_status()
    path = folder / "sites.yaml"
    path.write_text(SITES)
    yield from opened(world, path, folder)


def line(found: Any, target: str) -> Any:
    return next((one for one in found["lines"] if one["target"] == target), None)


def test_contacts_show_both_sides_and_the_lines_between_them(contacts: RecordBoard) -> None:
    found = asking(contacts)("open")
    assert {one["record"] for one in found["sources"]} == {"Contact", "Organization"}
    targets = {one["id"]: one for one in found["targets"]}
    assert {
        f"{RULES}.{name}" for name in "mobilePhone salutation isPrivate custentity_tier comments".split()
    } <= set(targets)
    assert targets[f"{RULES}.email"]["type"] == FieldType.EMAIL.value
    assert targets[f"{RULES}.custentity_tier"]["options"] == ["Gold", "Silver", "Bronze"]
    assert [id_ for id_, one in targets.items() if one["required"]] == [f"{RULES}.entityId"]
    assert f"{RULES}.dateCreated" not in targets, "nobody can fill it"
    assert not any("custrecord" in id_ or "custbody" in id_ for id_ in targets)
    assert line(found, f"{RULES}.title")["sources"] == ["contact.title"]
    assert line(found, COMPANY)["how"] == "expression"
    assert (found["faults"], found["gone"]["targets"], found["words"]["many"]) == ([], [], "contacts")
    assert "Okafor" not in json.dumps(found), "values of people are shown in previews only"


def test_contacts_are_suggested_from_their_names(contacts: RecordBoard) -> None:
    ask = asking(contacts)
    text = ask("open")["text"]
    for name in ("entityId", "email", "phone", "title", "firstName", "lastName"):
        text = ask("remove", text=text, target=f"{RULES}.{name}")["text"]
    told = {one["source"]: one["target"] for one in ask("suggest", text=text)["suggestions"]}
    assert {
        f"contact.{source}": f"{RULES}.{target}"
        for source, target in {
            "email": "email",
            "phone": "phone",
            "title": "title",
            "given_name": "firstName",
            "family_name": "lastName",
        }.items()
    }.items() <= told.items()
    assert "organization.phone" not in told or told["organization.phone"] != f"{RULES}.phone", (
        "it is the contact's own"
    )


def test_contacts_are_tried_on_the_people_there_are(contacts: RecordBoard) -> None:
    ask = asking(contacts)
    text = ask("open")["text"]
    found = ask("preview", text=text)
    assert {one["name"] for one in found["deals"]} == {"contact 'Tom Reyes'", "contact 'Maya Okafor'"}
    assert {one["value"] for one in found["values"][f"{RULES}.title"]} == {"Operations", "COO"}
    assert all(one["value"] for one in found["values"][COMPANY])
    required = ask("set", text=text, target=f"{RULES}.phone", changes=[{"at": ["required"], "value": True}])[
        "text"
    ]
    held = ask("preview", text=required)["deals"]
    assert all("contact.phone is empty" in one["held"][0] for one in held)


def test_a_shipped_record_type_is_saved_as_a_copy_of_ones_own(contacts: RecordBoard, folder: Path) -> None:
    ask = asking(contacts)
    found = ask("open")
    changed = ask("connect", text=found["text"], source="contact.phone", target=f"{RULES}.mobilePhone")
    saved = ask("save", text=changed["text"], digest=found["digest"])
    assert saved["changed"] == [f"{RULES}.mobilePhone"]
    mine = folder / "contacts.yaml"
    assert load_record_type(mine).rules["mobilePhone"].from_ == "contact.phone"
    assert "# people of organizations that are customers" in mine.read_text(), "comments stay"
    assert "mobilePhone" not in record_file("contacts").read_text(), "the product's own file is never changed"
    again = ask("open")
    assert again["digest"] == saved["digest"]
    more = ask("remove", text=again["text"], target=f"{RULES}.phone")
    ask("save", text=more["text"], digest=again["digest"])
    assert "phone" not in load_record_type(mine).rules


def test_without_a_folder_a_shipped_record_type_is_not_saved(contacts: RecordBoard) -> None:
    contacts.folder = None
    ask = asking(contacts)
    found = ask("open")
    text = ask("remove", text=found["text"], target=f"{RULES}.phone")["text"]
    refused = contacts.answer("save", {"text": text, "digest": found["digest"]}, by="ann")["error"]
    assert "[streak_netsuite] record_types" in refused


def test_what_an_expression_fills_is_shown_and_left_alone(contacts: RecordBoard) -> None:
    ask = asking(contacts)
    text = ask("open")["text"]
    shown = ask("rule", text=text, target=COMPANY)
    assert (shown["form"], shown["fixed"]) == (None, 'internalId: "{{ customer.internal_id }}"')
    for command, payload in (
        ("remove", {}),
        ("connect", {"source": "organization.name"}),
        ("write", {"rule": "from: organization.name"}),
    ):
        refused = contacts.answer(command, {"text": text, "target": COMPANY, **payload}, by="ann")["error"]
        assert "filled by an expression of contacts.yaml" in refused


def test_boxes_are_mapped_to_a_custom_record(sites: RecordBoard, folder: Path) -> None:
    ask = asking(sites)
    found = ask("open")
    targets = {one["id"]: one for one in found["targets"]}
    assert f"{RULES}.custrecord_site_code" in targets
    assert {one["record"] for one in found["targets"]} == {"Install site"}
    told = {one["source"]: one["target"] for one in ask("suggest", text=found["text"])["suggestions"]}
    assert told["box.fields.Site code"] == f"{RULES}.custrecord_site_code"
    text = ask(
        "connect", text=found["text"], source="box.fields.Floors", target=f"{RULES}.custrecord_site_floors"
    )["text"]
    held = ask("preview", text=text)
    assert "'two'" in held["deals"][0]["held"][0]
    assert "'two'" in held["values"][f"{RULES}.custrecord_site_floors"][0]["fault"]
    text = ask("remove", text=text, target=f"{RULES}.custrecord_site_floors")["text"]
    ask(
        "save",
        text=ask("connect", text=text, source="box.fields.Site code", target=f"{RULES}.custrecord_site_code")[
            "text"
        ],
        digest=found["digest"],
    )
    spec = load_record_type(folder / "sites.yaml")
    assert spec.rules["custrecord_site_code"].from_ == "box.fields.Site code"
    assert "# as people call it" in (folder / "sites.yaml").read_text()


def test_a_table_of_a_record_type_is_shown_and_changed(sites: RecordBoard) -> None:
    ask = asking(sites)
    target = f"{RULES}.custrecord_site_tier"
    text = ask("connect", text=ask("open")["text"], source="box.fields.Tier", target=target)["text"]
    text = ask("set", text=text, target=target, changes=[{"at": ["lookup"], "value": "tier"}])["text"]
    form = ask("rule", text=text, target=target)["form"]
    assert form["tables"]["tier"] == {"how": "table", "told": "", "table": {"Gold": "1"}}
    assert {"id": "3", "name": "Bronze"} in form["choices"]
    changed = ask(
        "set",
        text=text,
        target=target,
        changes=[{"target": "lookups.tier", "at": ["table", "Silver"], "value": "2"}],
    )
    assert changed["faults"] == []
    assert ask("rule", text=changed["text"], target=target)["form"]["tables"]["tier"]["table"] == {
        "Gold": "1",
        "Silver": "2",
    }
    assert ask("preview", text=changed["text"])["values"][target][0]["value"].startswith("Gold")


def test_records_that_come_from_netsuite_have_no_board(world: World) -> None:
    with world.product() as product, pytest.raises(ConfigurationError, match="goes from NetSuite to Streak"):
        RecordDesk(product=product, spec=load_record_type(record_file("payments")))

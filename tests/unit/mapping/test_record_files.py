"""Record type files: every fault is named with its line, and values reach the target in its own forms."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from streak_netsuite.errors import ConfigurationError, MappingError
from streak_netsuite.mapping import record_schema
from streak_netsuite.mapping.record_files import SHIPPED_RECORDS, load_record_type, record_file
from streak_netsuite.mapping.record_schema import RecordTypeSpec
from streak_netsuite.mapping.record_type import RecordType

ROOT = Path(__file__).parents[3]
BASE: dict[str, Any] = {
    "version": 1,
    "name": "sites",
    "source": {"system": "streak", "pipeline": "Sites"},
    "target": {"system": "netsuite", "type": "customrecord_site", "fields": {"name": "{{ box.name }}"}},
}
GOOD = """version: 1
name: sites
source: {system: streak, pipeline: Sites}
target:
  system: netsuite
  type: customrecord_site
  fields:
    name: "{{ box.name }}"
"""


def written(folder: Path, text: str, name: str = "sites.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def record_type(**changes: Any) -> RecordType:
    return RecordType(spec=RecordTypeSpec.model_validate({**BASE, **changes}), zone=ZoneInfo("UTC"))


@pytest.mark.parametrize("path", sorted(SHIPPED_RECORDS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_that_ships_is_fine(path: Path) -> None:
    assert load_record_type(path).name == path.stem


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("{{ box.name }}", "{{ box.nmae }}", 8, "box has"),
        ("{{ box.name }}", "{{ record.name }}", 8, "'record', which is unknown"),
        ("{{ box.name }}", "{{ box.name", 8, "not valid Jinja"),
        ("system: netsuite", "system: streak", 4, "pipeline"),
        ("name: sites", "name: places", 2, "give both the same name"),
        ("pipeline: Sites", "pipelin: Sites", 3, "did you mean 'pipeline'"),
        ("  type:", "  typo: 1\n  type:", 6, "not known here"),
        ("version: 1", "version: 2", 1, "1"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_record_type(written(tmp_path, GOOD.replace(old, new, 1)))
    assert f"line {line}:" in str(caught.value)
    assert what in str(caught.value)


def test_all_faults_of_expressions_are_named_at_once(tmp_path: Path) -> None:
    text = GOOD + '    altName: "{{ box.a }}"\n    isInactive: "{{ box.b }}"\n'
    with pytest.raises(ConfigurationError, match="has 2 faults"):
        load_record_type(written(tmp_path, text))


RULED = GOOD + "  rules:\n    altName: {type: text, from: box.notes}\n"


def test_rules_stand_beside_expressions(tmp_path: Path) -> None:
    assert load_record_type(written(tmp_path, RULED)).rules["altName"].from_ == "box.notes"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("from: box.notes", "from: box.nots", "box has no 'nots'"),
        ("altName:", "alt Name:", "no field of SuiteTalk's"),
        ("altName:", "created:", "NetSuite or this product keeps it"),
        ("altName:", "name:", "filled by an expression of the file as well"),
        ("from: box.notes}", "from: box.notes, lookup: tier}", "lookup 'tier' is unknown"),
        ("from: box.notes}", "from: box.notes, on: create}", "see `policy` of this file"),
        ("from: box.notes}", "from: each}", "cannot be read here"),
        ("from: box.notes}", "first_of: [{from: each}]}", "cannot be read here"),
        (
            "pipeline: Sites",
            "records: contacts",
            "'box.notes' cannot be read here; use contact, organization",
        ),
        ("pipeline: Sites", "records: contacts, pipeline: Sites", "contacts belong to no pipeline"),
        ("pipeline: Sites", "stages: [Live]", "boxes are those of a pipeline"),
    ],
)
def test_a_fault_of_a_rule_is_told(tmp_path: Path, old: str, new: str, what: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(what)):
        load_record_type(written(tmp_path, RULED.replace(old, new, 1)))


def test_both_sides_cannot_be_one_system(tmp_path: Path) -> None:
    text = (
        GOOD[: GOOD.index("target:")] + 'target: {system: streak, pipeline: Other, name: "{{ box.name }}"}\n'
    )
    with pytest.raises(ConfigurationError, match="both streak"):
        load_record_type(written(tmp_path, text))


def test_a_name_that_does_not_exist_is_told_with_those_that_do() -> None:
    with pytest.raises(ConfigurationError, match="contacts, install_sites, payments"):
        record_file("nothing")


def test_custom_fields_get_the_form_of_their_type() -> None:
    types = {"text": "t", "integer": "i", "decimal": "d", "checkbox": "c", "date": "y", "select": "s"}
    target = {
        **BASE["target"],
        "custom_fields": {
            f"custrecord_{short}": {"type": type_, "value": f"{{{{ box.fields.{short} }}}}"}
            for type_, short in types.items()
        },
    }
    values = {"t": "x", "i": Decimal(3), "d": Decimal("1.50"), "c": "yes", "y": date(2026, 3, 1), "s": "7"}
    body = record_type(target=target).wanted({"box": {"name": "n", "fields": values}}, source_id="1").body
    assert {name: one["value"] for name, one in body["customFields"].items()} == {
        "custrecord_t": "x",
        "custrecord_i": 3,
        "custrecord_d": "1.50",
        "custrecord_c": True,
        "custrecord_y": "2026-03-01",
        "custrecord_s": {"internalId": "7"},
    }


def test_what_is_empty_is_left_or_cleared_as_the_file_says() -> None:
    target = {
        **BASE["target"],
        "fields": {"name": "{{ box.name }}", "parent": {"internalId": "{{ box.fields.p }}"}},
        "custom_fields": {"custrecord_x": {"type": "text", "value": "{{ box.fields.x }}"}},
    }
    view = {"box": {"name": "n", "fields": {"x": None, "p": None}}}
    left = record_type(target=target).wanted(view, source_id="1").body
    cleared = record_type(target=target, policy={"empty": "clear"}).wanted(view, source_id="1").body
    assert left["fields"] == {"name": "n"}
    assert "nullFields" not in left
    assert cleared["nullFields"] == ["custrecord_x", "parent"]


RULES = {
    "altName": {"type": "text", "from": "box.notes", "transform": ["upper"]},
    "isInactive": {"type": "checkbox", "from": "box.fields.closed"},
    "parent": {"type": "select", "from": "box.fields.tier", "lookup": "tier"},
    "custrecord_on": {"type": "date", "from": "box.fields.on"},
    "custrecord_tiers": {"type": "multi_select", "from": "box.fields.tiers", "lookup": "tier"},
    "custrecord_never": {"type": "text", "from": "box.name", "when": "{{ box.notes == '' }}"},
}


def ruled(tables: dict[str, Any], **fields: Any) -> Any:
    """What a record with rules becomes."""
    type_ = record_type(target={**BASE["target"], "rules": RULES}, lookups=tables, policy={"empty": "clear"})
    return type_.wanted({"box": {"name": "n", "notes": "x", "fields": fields}}, source_id="1").body


@pytest.mark.parametrize(
    "tables", [{"tier": {"Gold": 1, "Silver": 2}}, {"tier": {"table": {"Gold": 1, "Silver": 2}}}]
)
def test_rules_fill_fields_as_in_a_mapping(tables: dict[str, Any]) -> None:
    values = {"closed": True, "tier": "gold", "on": date(2026, 3, 1), "tiers": ("Gold", "Silver")}
    body = ruled(tables, **values)
    assert {name: body["fields"][name] for name in ("altName", "isInactive", "parent")} == {
        "altName": "X",
        "isInactive": True,
        "parent": {"internalId": "1"},
    }
    assert body["customFields"] == {
        "custrecord_on": {"type": "date", "value": "2026-03-01"},
        "custrecord_tiers": {"type": "multi_select", "value": [{"internalId": "1"}, {"internalId": "2"}]},
    }


def test_a_rule_that_does_not_count_neither_writes_nor_clears() -> None:
    assert ruled({"tier": {}})["nullFields"] == ["custrecord_on", "custrecord_tiers", "isInactive", "parent"]


def test_what_a_rule_cannot_fill_holds_the_record_with_its_reason() -> None:
    with pytest.raises(MappingError, match="Bronze") as caught:
        ruled({"tier": {"Gold": 1}}, tier="Bronze")
    assert caught.value.field == "target.rules.parent"


def test_every_fault_of_a_record_is_told_at_once() -> None:
    target = {
        **BASE["target"],
        "custom_fields": {
            "custrecord_a": {"type": "integer", "value": "{{ box.name }}"},
            "custrecord_b": {"type": "date", "value": "{{ box.name }}"},
        },
    }
    with pytest.raises(MappingError, match=r"custrecord_a.*custrecord_b"):
        record_type(target=target).wanted({"box": {"name": "n"}}, source_id="1")


@pytest.mark.parametrize("text", ["", "{{ 'yes' }}", "{{ true }}", "{{ 1 }}"])
def test_a_record_is_meant(text: str) -> None:
    assert record_type(source={**BASE["source"], "when": text}).is_meant({"box": {}})


@pytest.mark.parametrize("text", ["{{ '' }}", "{{ 'No' }}", "{{ false }}", "{{ none }}", "{{ 0 }}"])
def test_a_record_is_not_meant(text: str) -> None:
    assert not record_type(source={**BASE["source"], "when": text}).is_meant({"box": {}})


def test_keys_of_two_record_types_differ() -> None:
    assert record_type().operation_key("1") != record_type(name="other").operation_key("1")


def test_every_key_is_explained_on_the_page_word_by_word() -> None:
    page = " ".join((ROOT / "docs" / "record-types.md").read_text(encoding="utf-8").split())
    models = [
        m
        for m in vars(record_schema).values()
        if isinstance(m, type) and issubclass(m, BaseModel) and m.__module__ == record_schema.__name__
    ]
    for model in models:
        for name, field in model.model_fields.items():
            assert f"| `{name}` | {' '.join((field.description or '').split())} |" in page, (model, name)

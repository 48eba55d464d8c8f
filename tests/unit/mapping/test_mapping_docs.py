import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from streak_netsuite.mapping import limits
from streak_netsuite.mapping.number import parse_number
from streak_netsuite.mapping.rule_schema import TransformName
from streak_netsuite.mapping.source import BOX_ATTRIBUTES, PARTY_ATTRIBUTES
from streak_netsuite.mapping.spec import json_schema, shipped_spec_path
from streak_netsuite.mapping.unfit import Unfit

ROOT = Path(__file__).parents[3]
REFERENCE = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
SHIPPED = shipped_spec_path("deal_to_order")


def keys_of(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for part in (schema, *schema["$defs"].values()):
        for shape in (part, *part.get("anyOf", ())):
            for key, description in shape.get("properties", {}).items():
                yield key, " ".join(description["description"].split())


def test_the_schema_for_editors_is_the_one_in_the_docs() -> None:
    kept = json.loads((ROOT / "docs" / "mapping.schema.json").read_text(encoding="utf-8"))
    assert kept == json_schema(), "write it anew: streak-netsuite mapping schema > docs/mapping.schema.json"


def test_every_key_of_the_file_is_explained_in_the_reference() -> None:
    missing = [
        key for key, description in keys_of(json_schema()) if f"| `{key}` | {description} |" not in REFERENCE
    ]
    assert missing == []


def test_the_reference_explains_no_key_that_does_not_exist() -> None:
    tables = re.findall(r"\| key \| meaning \|\n\|---\|---\|\n((?:\|.*\n)+)", REFERENCE)
    named = {key for table in tables for key in re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)}
    assert named == {key for key, _ in keys_of(json_schema())}


@pytest.mark.parametrize("name", [*BOX_ATTRIBUTES, *PARTY_ATTRIBUTES, *TransformName])
def test_every_path_and_transform_is_named_in_the_reference(name: str) -> None:
    assert re.search(rf"`(?:box\.)?{name}[.` ]", REFERENCE)


def test_the_numbers_of_the_reference_are_read_as_it_says() -> None:
    rows = re.findall(r"^\| `([\d.,]+)` \| ([\d.]+|held) \|", REFERENCE, re.MULTILINE)
    assert len(rows) == 7
    for text, number in rows:
        if number == "held":
            with pytest.raises(Unfit):
                parse_number(text)
        else:
            assert str(parse_number(text)) == number


@pytest.mark.parametrize(("field", "length"), [*limits.CUSTOMER.items(), *limits.SALES_ORDER.items()])
def test_the_lengths_of_the_reference_are_those_in_force(field: str, length: int) -> None:
    assert f"| `{field}` | {length:,} |" in REFERENCE


def test_the_shipped_mapping_points_editors_to_the_schema_and_follows_it() -> None:
    first = SHIPPED.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (SHIPPED.parent / first.partition("=")[2]).resolve() == ROOT / "docs" / "mapping.schema.json"
    jsonschema.validate(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")), json_schema())


@pytest.mark.parametrize(
    "change",
    [
        {"nmae": "x"},
        {"version": 2},
        {"lookups": {"a": {"table": {"EUR": {"idd": 1}}}}},
        {"source": {"pipeline": "Sales"}},
    ],
)
def test_the_schema_refuses_what_the_product_refuses(change: dict[str, Any]) -> None:
    document = yaml.safe_load(SHIPPED.read_text(encoding="utf-8")) | change
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json_schema())

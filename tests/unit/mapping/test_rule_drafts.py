"""Drafted lookup tables hold what may be taken over as it is; what a person has to look at is named beside them."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from assist.mapping.catalogue import Field
from assist.mapping.suggestion import Band, Candidate
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.spec import load_spec, shipped_spec_path
from streak_netsuite.mapping_desk.draft import Choices, Drafter, RuleDraft

TARGET = "sales_order.lines[0].tax_code"
SHIPPED = shipped_spec_path("deal_to_order")


@pytest.fixture
def draft_of(shipped: MappingSpec) -> Any:
    """Drafts the rule of a dropdown for a select."""

    def draft(
        options: list[str], ids: dict[str, str], *, field: str = "taxcode", label: str = "Tax code"
    ) -> RuleDraft:
        return Drafter(spec=shipped).draft(
            Field(record="box", id="Sort", label="Sort", options=options),
            Candidate(
                target=Field(record="salesorder.item", id=field, label=label, options=tuple(ids)),
                probability=0.9,
            ),
            path="box.fields.Sort",
            target=TARGET,
            kind=None,
            choices=Choices(ids=ids),
            band=Band.SUGGEST,
        )

    return draft


def test_an_entry_that_is_not_sure_is_named_and_not_in_the_table(draft_of: Any) -> None:
    draft = draft_of(
        ["VAT 20% GB", "VAT 0%", "Purple"], {"S-GB 20% VAT": "11", "Z-GB 0% VAT": "12", "E-GB 0% VAT": "13"}
    )
    assert draft.table == {"VAT 20% GB": "11"}
    assert draft.open == ("look at 'VAT 0%': perhaps 'Z-GB 0% VAT' (id 12, 0.60)", "no entry for 'Purple'")


def test_the_reviewer_of_the_yaml_reads_what_to_look_at(draft_of: Any, tmp_path: Path) -> None:
    draft = draft_of(["VAT 20% GB", "VAT 0%"], {"S-GB 20% VAT": "11", "Z-GB 0% VAT": "12"})
    file = MappingFile(SHIPPED)
    assert draft.put_into(file)
    assert "suggested, 0.90; look at 'VAT 0%': perhaps 'Z-GB 0% VAT' (id 12, 0.60)" in file.text()
    path = tmp_path / "mapping.yaml"
    shutil.copytree(SHIPPED.parent / "lookups", tmp_path / "lookups")
    path.write_text(file.text(), encoding="utf-8")
    table = load_spec(path).lookups["tax_code"].table
    assert {word: entry.id for word, entry in (table or {}).items()} == {"VAT 20% GB": "11"}


def test_a_table_of_which_nothing_is_sure_is_not_put_into_the_file(draft_of: Any) -> None:
    draft = draft_of(["VAT 0%"], {"Z-GB 0% VAT": "12", "E-GB 0% VAT": "13"})
    file = MappingFile(SHIPPED)
    before = file.text()
    assert (draft.table, draft.put_into(file), file.text()) == ({}, False, before)


def test_words_of_tax_fill_the_table_of_a_tax_alone(draft_of: Any) -> None:
    ids = {"Standard": "1", "Reduced": "2", "Exempt": "3"}
    assert draft_of(["General", "Low"], ids).table == {"General": "1", "Low": "2"}
    other = draft_of(["General", "Low", "No"], ids, field="custcol_level", label="Level")
    assert (other.table, other.open) == ({}, ("no entry for 'General', 'Low', 'No'",))

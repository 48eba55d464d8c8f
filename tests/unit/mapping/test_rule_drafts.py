"""Drafted lookup tables hold what may be taken over as it is; what a person has to look at is named beside them."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assist.mapping.catalogue import Field
from assist.mapping.suggestion import Band, Candidate
from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.spec import load_spec, shipped_spec_path
from streak_netsuite.mapping_desk.draft import Choices, Drafter, RuleDraft
from streak_netsuite.mapping_desk.known_lookups import KnownLookups
from streak_netsuite.model.custom_field import CustomFieldType

TARGET = "sales_order.lines[0].tax_code"
SHIPPED = shipped_spec_path("deal_to_order")


@pytest.fixture
def draft_of(shipped: MappingSpec) -> Any:
    """Drafts the rule of a dropdown for a select."""

    def draft(
        options: list[str], ids: dict[str, str], *, field: str = "taxcode", label: str = "Tax code"
    ) -> RuleDraft:
        return Drafter(known=KnownLookups.of(shipped)).draft(
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


def region_of(
    drafter: Drafter,
    target: str,
    ids: dict[str, str],
    *,
    kind: CustomFieldType | None = CustomFieldType.SELECT,
) -> RuleDraft:
    """The rule of a dropdown of regions for a select that is called after its list."""
    name = target.rsplit(".", 1)[-1]
    return drafter.draft(
        Field(record="box", id="Region", label="Region", options=["North", "South"]),
        Candidate(target=Field(record="salesorder", id=name, label="Region"), probability=0.9),
        path="box.fields.Region",
        target=target,
        kind=kind,
        choices=Choices(ids=ids),
        band=Band.SUGGEST,
    )


CUSTOMER = "customer.custom_fields.custentity_region"
ORDER = "sales_order.custom_fields.custbody_region"
LINE = "sales_order.lines[0].custom_fields.custcol_region"


def test_lists_of_one_name_do_not_share_a_table(shipped: MappingSpec) -> None:
    drafter, file = Drafter(known=KnownLookups.of(shipped)), MappingFile(SHIPPED)
    lists = {CUSTOMER: ("1", "2"), ORDER: ("2", "1"), LINE: ("1", "2")}
    for target, (north, south) in lists.items():
        draft = region_of(drafter, target, {"North": north, "South": south})
        drafter = drafter.after(draft)
        assert draft.put_into(file)
    spec = load_spec(SHIPPED, text=file.text())
    for target, (north, south) in lists.items():
        table = spec.lookups[file.rule(target)["lookup"]].table or {}
        assert {word: entry.id for word, entry in table.items()} == {"North": north, "South": south}
    assert [file.rule(target)["lookup"] for target in lists] == ["region", "custbody_region", "region"]


def test_a_table_that_is_there_is_used_for_its_own_list_alone(shipped: MappingSpec) -> None:
    file = MappingFile(SHIPPED)
    region_of(Drafter(known=KnownLookups.of(shipped)), CUSTOMER, {"North": "1", "South": "2"}).put_into(file)
    known = KnownLookups.of(load_spec(SHIPPED, text=file.text()))
    same = region_of(Drafter(known=known), ORDER, {"North": "1", "South": "2"})
    assert (same.table_name, same.lookup) == ("region", None)
    other = region_of(Drafter(known=known), ORDER, {"North": "2", "South": "1"})
    assert (other.table_name, other.table) == ("custbody_region", {"North": "2", "South": "1"})
    again = region_of(Drafter(known=known), CUSTOMER, {"North of it": "1"})
    assert (again.table_name, again.lookup) == ("region", None), "the field reads this table already"


@pytest.mark.parametrize(
    ("target", "kind", "lookup"),
    [
        ("sales_order.lines[0].item", None, "item"),
        ("sales_order.custom_fields.custbody_item", CustomFieldType.SELECT, "custbody_item"),
        ("sales_order.fields.currency", None, "currency"),
        ("sales_order.custom_fields.custbody_currency", CustomFieldType.SELECT, "custbody_currency"),
    ],
)
def test_a_lookup_is_not_used_for_its_name(
    shipped: MappingSpec, target: str, kind: CustomFieldType | None, lookup: str
) -> None:
    draft = region_of(
        Drafter(known=KnownLookups.of(shipped)), target, {"North": "1", "South": "2"}, kind=kind
    )
    assert draft.rule["lookup"] == lookup


def test_a_name_that_a_rule_waits_for_is_left_to_it(shipped: MappingSpec) -> None:
    known = replace(KnownLookups.of(shipped), taken=frozenset({"region", "custbody_region"}))
    draft = region_of(Drafter(known=known), ORDER, {"North": "1", "South": "2"})
    assert draft.table_name == "custbody_region_2"


def test_a_table_is_not_put_in_the_place_of_another(shipped: MappingSpec) -> None:
    file = MappingFile(SHIPPED)
    file.set_rule("lookups.region", {"table": {"North": "7"}})
    before = file.text()
    draft = region_of(Drafter(known=KnownLookups.of(shipped)), ORDER, {"North": "1", "South": "2"})
    assert not draft.put_into(file)
    assert file.text() == before

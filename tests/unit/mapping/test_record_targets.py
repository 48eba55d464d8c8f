"""What the file of a record type can fill: the fields of its own records, and no others."""

from typing import Any

import pytest

from assist.mapping.catalogue import FieldType
from streak_netsuite.connectors.netsuite.field_catalogue import CustomFieldDefinition
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.mapping.standard_fields import StandardPlace, record_field_fault
from streak_netsuite.mapping_desk.targets import TargetPlace, Targets, targets_of_record
from streak_netsuite.model.custom_field import CustomFieldType

SITES = RecordRef(type="customRecordType", internal_id="51", script_id="customrecord_site")


def place(record: str, where: str, applies: str = "", of: RecordRef | None = None) -> TargetPlace:
    standard = StandardPlace(
        section="target", fields="target.rules", record_type=record, own={}, closed=frozenset()
    )
    return TargetPlace(place=where, applies=applies, record=record.lower(), standard=standard, custom_type=of)


def custom(script_id: str, where: str, **told: Any) -> CustomFieldDefinition:
    return CustomFieldDefinition(
        script_id=script_id, internal_id="1", label=script_id, place=where, type=CustomFieldType.TEXT, **told
    )


def made(where: TargetPlace, *known: CustomFieldDefinition, **standard: CustomFieldType) -> Targets:
    return targets_of_record(
        where, known, standard, required={"entityId"}, at=lambda name: f"target.rules.{name}"
    )


@pytest.mark.parametrize("named", ["51", "customrecord_site"], ids=["by internal id", "by script id"])
def test_a_custom_record_has_the_fields_of_its_own_type(named: str) -> None:
    found = made(
        place("customrecord_site", "custom record", of=SITES),
        custom("custrecord_code", "custom record", record_type=named),
        custom("custrecord_note", "custom record", record_type="52"),
        custom("custentity_tier", "entity"),
    )
    assert list(found.paths.values()) == ["target.rules.custrecord_code"]
    (asked,) = found.named.values()
    assert (asked.record_type, asked.custom_record_type) == ("", SITES)


def test_a_contact_has_fields_that_apply_to_contacts() -> None:
    found = made(
        place("contact", "entity", "Contact"),
        custom("custentity_role", "entity", applies_to=("Contact",)),
        custom("custentity_rating", "entity", applies_to=("Customer",)),
        custom("custentity_any", "entity"),
    )
    assert {id_ for _, id_ in found.paths} == {"custentity_role", "custentity_any"}


def test_the_packaged_list_says_what_a_text_is_and_what_people_call_it() -> None:
    found = made(
        place("contact", "entity", "Contact"),
        email=CustomFieldType.TEXT,
        isInactive=CustomFieldType.CHECKBOX,
        entityId=CustomFieldType.TEXT,
    )
    told = {one.id: (one.label, one.type, one.required) for one in found.catalogue}
    assert told == {
        "email": ("", FieldType.EMAIL, False),
        "isinactive": ("Inactive", FieldType.CHECKBOX, False),
        "entityid": ("Name", FieldType.TEXT, True),
    }


@pytest.mark.parametrize(
    ("record", "name", "fills"),
    [
        ("contact", "mobilePhone", True),
        ("contact", "dateCreated", False),
        ("contact", "Mobile Phone", False),
        ("customer", "balance", False),
        ("customer", "giveAccess", False),
        ("salesOrder", "entity", True),
        ("salesOrder", "total", False),
        ("customrecord_site", "recType", False),
    ],
)
def test_what_netsuite_keeps_itself_is_not_filled(record: str, name: str, fills: bool) -> None:
    assert (record_field_fault(record, name) == "") is fills

"""Checks of the account's custom fields against those that a mapping fills."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from streak_netsuite.connectors.netsuite.field_catalogue import CustomFieldDefinition
from streak_netsuite.doctor.bench import Bench
from streak_netsuite.doctor.finding import Finding, fail, ok, warn
from streak_netsuite.mapping.rule_schema import CustomFieldRule
from streak_netsuite.mapping.standard_fields import place_of
from streak_netsuite.model.custom_field import CustomFieldType

_NEAR = 70  # rapidfuzz ratio from which a field is worth naming
_FIELDS = "Customization, Lists, Records, & Fields"


@dataclass(frozen=True, kw_only=True, slots=True)
class FilledPlace:
    """Where a mapping fills custom fields.

    Attributes:
        place: as FieldCatalogue names it.
        applies: how a definition says that it stands there ("Customer", "bodySale").
        section: of the mapping.
    """

    section: str
    place: str
    applies: str
    rules: Mapping[str, CustomFieldRule]


def filled_places(bench: Bench) -> Sequence[FilledPlace]:
    """Return where the mapping fills custom fields, and which."""
    spec = bench.spec
    lines = {name: rule for line in spec.sales_order.lines for name, rule in line.custom_fields.items()}
    order = spec.sales_order.custom_fields
    return (
        FilledPlace(
            section="customer", place="entity", applies="Customer", rules=spec.customer.custom_fields
        ),
        FilledPlace(section="sales_order", place="transaction", applies="bodySale", rules=order),
        FilledPlace(section="sales_order.lines", place="transaction line", applies="colSale", rules=lines),
    )


def custom_fields(bench: Bench) -> Iterator[Finding]:
    """Whether each custom field of the mapping exists, stands where it is filled, and is of its type."""
    known = {one.script_id: one for one in bench.custom_fields}
    fine = 0
    for place in filled_places(bench):
        for script_id, rule in place.rules.items():
            faults = list(_faults(place, script_id, rule, known))
            fine += not faults
            yield from faults
    yield ok(f"{fine} custom fields of the mapping exist, of the right kind")


def standard_fields(bench: Bench) -> Iterator[Finding]:
    """Whether each standard field that the mapping fills by name is in the account's schema, and is of its type."""
    spec, fine = bench.spec, 0
    parts = [("customer", spec.customer.more_fields), ("sales_order", spec.sales_order.more_fields)]
    parts += [(f"sales_order.lines[{n}]", line.more_fields) for n, line in enumerate(spec.sales_order.lines)]
    for section, rules in parts:
        place = place_of(section)
        known = bench.erp.standard_fields(place.record_type, sublist=place.sublist) if rules else {}
        for name, rule in rules.items():
            faults = list(_standard_faults(f"{section}.more_fields.{name}", name, rule, known))
            fine += not faults
            yield from faults
    yield ok(f"{fine} further standard fields of the mapping are in NetSuite's schema, of the right kind")


def _standard_faults(
    where: str, name: str, rule: CustomFieldRule, known: Mapping[str, CustomFieldType]
) -> Iterator[Finding]:
    if name not in known:
        near = process.extract(name, list(known), scorer=fuzz.ratio, score_cutoff=_NEAR, limit=3)
        meant = f"; near: {', '.join(one for one, *_ in near)}" if near else ""
        yield fail(f"{where}: NetSuite's schema has no such field{meant}", "correct the mapping")
    elif rule.type not in _FITTING[known[name]]:
        said = known[name].value
        yield fail(
            f"{where}: the mapping says {rule.type.value}, and NetSuite's schema {said}",
            "correct `type` of the rule",
        )


# What a mapping may say of a field whose type in the schema is this.
_FITTING: Mapping[CustomFieldType, frozenset[CustomFieldType]] = {
    **{one: frozenset({one}) for one in CustomFieldType},
    CustomFieldType.DECIMAL: frozenset({CustomFieldType.DECIMAL, CustomFieldType.INTEGER}),
    CustomFieldType.DATE: frozenset({CustomFieldType.DATE, CustomFieldType.DATETIME}),
}


def mandatory_fields(bench: Bench) -> Iterator[Finding]:
    """Whether the mapping fills what the account demands; all that it does not, at once."""
    open_ = [
        (place, one)
        for place in filled_places(bench)
        for one in bench.custom_fields
        if one.mandatory and one.place == place.place and _applies(one, place)
        if one.script_id not in place.rules
    ]
    for place, one in open_:
        yield warn(
            f"NetSuite demands '{one.label}' ({one.script_id}), and {place.section} does not fill it",
            f"add {one.script_id} to {place.section}.custom_fields, or give the role a form that does not demand it",
        )
    if not open_:
        yield ok("every custom field that NetSuite demands is filled")


def _faults(
    place: FilledPlace, script_id: str, rule: CustomFieldRule, known: Mapping[str, CustomFieldDefinition]
) -> Iterator[Finding]:
    name, found = f"{place.section}.custom_fields.{script_id}", known.get(script_id)
    if found is None:
        near = process.extract(script_id, list(known), scorer=fuzz.ratio, score_cutoff=_NEAR, limit=3)
        meant = f"; near: {', '.join(name for name, *_ in near)}" if near else ""
        yield fail(
            f"{name}: the account has no such field{meant}", f"correct the mapping, or add it: {_FIELDS}"
        )
    elif found.place != place.place or not _applies(found, place):
        yield fail(
            f"{name} stands on {found.place} ({', '.join(found.applies_to) or 'not said on what'}), not here",
            f"tick it for this record in NetSuite ({_FIELDS}), or move the rule",
        )
    elif found.type is not rule.type:
        said = found.type.value if found.type else "of a kind that holds no value"
        yield fail(
            f"{name}: the mapping says {rule.type.value}, and NetSuite {said}", "correct `type` of the rule"
        )
    elif not found.stored:
        yield warn(
            f"{name} does not store its value in NetSuite: what is written is gone", "tick Store Value"
        )


def _applies(found: CustomFieldDefinition, place: FilledPlace) -> bool:
    return not found.applies_to or place.applies in found.applies_to

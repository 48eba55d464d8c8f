"""Checks of the internal ids that a mapping names: each must lead to a record that is in use."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from streak_netsuite.connectors.netsuite.calls.reads import GET_LIST_MAX, get_list
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.doctor.bench import Bench
from streak_netsuite.doctor.field_checks import filled_places
from streak_netsuite.doctor.finding import Finding, fail, ok, warn
from streak_netsuite.errors import RejectedByVendor
from streak_netsuite.mapping.rule_schema import FieldRule
from streak_netsuite.model.custom_field import CustomFieldType

# Which record types a field may lead to, by SuiteTalk's names; items are left to the search by name.
_KINDS: Mapping[str, tuple[str, ...]] = {
    "subsidiary": ("subsidiary",),
    "currency": ("currency",),
    "department": ("department",),
    "class_": ("classification",),
    "location": ("location",),
    "terms": ("term",),
    "sales_rep": ("employee",),
    "tax_code": ("salesTaxItem", "taxGroup"),
    "discount_item": ("discountItem",),
    "price_level": ("priceLevel",),
}
_CUSTOM_LIST = "customList"
_SELECTS = frozenset({CustomFieldType.SELECT, CustomFieldType.MULTI_SELECT})


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedRecord:
    """A record that the mapping names, by internal or external id.

    Attributes:
        where: where the mapping names it, for people.
    """

    where: str
    ref: RecordRef

    @property
    def is_built_in(self) -> bool:
        """Whether every account has it, as -7 "Not Taxable" and the price level -1 "Custom": no records to look up."""
        return self.ref.internal_id.startswith("-")


def references(bench: Bench) -> Iterator[Finding]:
    """Whether every id of the mapping's tables and constants leads to a record in use."""
    fine = 0
    for kinds, named in _standard(bench).items():
        bad = list(_look_up(bench, kinds, named))
        fine += len(named) - len(bad)
        yield from bad
    for list_id, named in _list_values(bench).items():
        bad = list(_look_into(bench, list_id, named))
        fine += len(named) - len(bad)
        yield from bad
    yield ok(f"{fine} ids of the mapping lead to records in use")


def _standard(bench: Bench) -> Mapping[tuple[str, ...], list[NamedRecord]]:
    spec, found = bench.spec, defaultdict[tuple[str, ...], list[NamedRecord]](list)
    parts = (
        ("customer.fields", spec.customer.fields),
        ("sales_order.fields", spec.sales_order.fields),
        *((f"sales_order.lines[{n}]", line) for n, line in enumerate(spec.sales_order.lines)),
    )
    for section, part in parts:
        for field, kinds in _KINDS.items():
            rule = getattr(part, field, None)
            if isinstance(rule, FieldRule):
                found[kinds] += _named(bench, f"{section}.{field}", rule)
    return found


def _list_values(bench: Bench) -> Mapping[str, list[NamedRecord]]:
    """Return the values of custom lists that the mapping names, by the list's internal id."""
    known = {one.script_id: one for one in bench.custom_fields}
    found = defaultdict[str, list[NamedRecord]](list)
    for place in filled_places(bench):
        for script_id, rule in place.rules.items():
            definition = known.get(script_id)
            if definition is not None and definition.choices is not None and rule.type in _SELECTS:
                found[definition.choices.internal_id] += _named(
                    bench, f"{place.section}.custom_fields.{script_id}", rule
                )
    return found


def _named(bench: Bench, where: str, rule: FieldRule) -> Iterator[NamedRecord]:
    for one in rule.first_of or ():
        yield from _named(bench, where, one)
    for constant in (rule.value, rule.default):
        if constant is not None and not isinstance(constant, bool) and rule.lookup is None:
            yield NamedRecord(where=where, ref=RecordRef(internal_id=str(constant)))
    source = bench.spec.lookups.get(rule.lookup or "")
    table = source.table if source is not None else None
    for word, entry in (table or {}).items():
        ref = RecordRef(internal_id=entry.id or "", external_id=entry.external_id or "")
        yield NamedRecord(where=f"lookup '{rule.lookup}', '{word}'", ref=ref)


def _look_up(bench: Bench, kinds: tuple[str, ...], named: list[NamedRecord]) -> Iterator[Finding]:
    """Yield what is wrong with records of one kind, or of one of several."""
    unique = [one for one in dict.fromkeys(named) if not one.is_built_in]
    found: dict[RecordRef, SuiteRecord] = {}
    for kind in kinds:
        try:
            found |= _read(bench, kind, [one.ref for one in unique])
        except RejectedByVendor as error:
            yield warn(
                f"ids of {kind} cannot be looked up: {error}",
                "grant the role View on them, to have them checked",
            )
            return
    for one in unique:
        yield from _judge(one, found.get(one.ref), " or ".join(kinds))


def _read(bench: Bench, kind: str, refs: list[RecordRef]) -> dict[RecordRef, SuiteRecord]:
    found: dict[RecordRef, SuiteRecord] = {}
    distinct = list(dict.fromkeys(refs))
    for start in range(0, len(distinct), GET_LIST_MAX):
        part = distinct[start : start + GET_LIST_MAX]
        asked = [RecordRef(type=kind, internal_id=r.internal_id, external_id=r.external_id) for r in part]
        answers = bench.netsuite.send(get_list(asked))
        for ref, answer in zip(part, answers, strict=True):
            record = answer.record_or_none(name=f"NetSuite {kind}")
            if record is not None:
                found[ref] = record
    return found


def _look_into(bench: Bench, list_id: str, named: list[NamedRecord]) -> Iterator[Finding]:
    """Yield what is wrong with values of a custom list; a field that leads to records of another kind is left out."""
    try:
        found = _read(bench, _CUSTOM_LIST, [RecordRef(internal_id=list_id)])
    except RejectedByVendor as error:
        yield warn(f"custom list {list_id} cannot be read: {error}", "grant the role Custom Lists, View")
        return
    for one in found.values():
        values = {row.text("valueId"): row for row in one.rows("customValueList")}
        for name in dict.fromkeys(named):
            row = values.get(name.ref.internal_id)
            if name.ref.internal_id and (row is None or row.flag("isInactive")):
                state = "does not have" if row is None else "does not use any more"
                yield fail(
                    f"{name.where}: list '{one.text('name')}' {state} value {name.ref.internal_id}",
                    "correct the id in the mapping; streak-netsuite netsuite fields shows the fields and their lists",
                )


def _judge(one: NamedRecord, record: SuiteRecord | None, kind: str) -> Iterator[Finding]:
    id_ = one.ref.internal_id or f"external id {one.ref.external_id}"
    if record is None:
        yield fail(f"{one.where}: there is no {kind} {id_}", "correct the id in the mapping")
    elif record.flag("isInactive"):
        yield fail(
            f"{one.where}: {kind} {id_} is inactive in NetSuite", "name another, or make it active again"
        )

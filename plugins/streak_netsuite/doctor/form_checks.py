"""Checks of what a form may demand: SuiteTalk tells nothing of forms, so records and refusals are looked at."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from streak_netsuite.connectors.netsuite.calls.reads import get_list
from streak_netsuite.connectors.netsuite.keys import key_of
from streak_netsuite.connectors.netsuite.record_ref import RecordRef
from streak_netsuite.connectors.netsuite.search_request import (
    Criterion,
    SearchRequest,
    any_of,
    checked,
    on_or_after,
)
from streak_netsuite.connectors.netsuite.suite_record import Fields, SuiteRecord
from streak_netsuite.doctor.bench import Bench
from streak_netsuite.doctor.finding import Finding, fail, ok, warn
from streak_netsuite.flows.customers import CUSTOMER_KEY
from streak_netsuite.flows.planned_order import ORDER_KEY
from streak_netsuite.mapping.standard_fields import StandardPlace, place_of
from streak_netsuite.model.custom_field import CustomFieldType

_WINDOWS = (timedelta(days=7), timedelta(days=30), timedelta(days=180))
_READ = 20  # records of a kind: whole ones are slow to read
_ENOUGH = 5  # records from which a habit is worth a word
_NEARLY_ALL = 0.95  # a form's demand may be younger than the oldest of them
_LINES = "itemList"
_DEMANDED = re.compile(r"enter (?:a )?values?(?:\(s\))? for:?\s*([^\n;(]+)", re.IGNORECASE)
# What NetSuite fills by itself when nothing is sent: from the customer, the item, the account's preferences. Where records
# of ours are there to tell, they do; this is for the time before the first.
_SOURCED: Mapping[str, frozenset[str]] = {
    "customer": frozenset(
        "entityId altName defaultAddress dateCreated lastModifiedDate customForm entityStatus category currency language "
        "territory receivablesAccount priceLevel salesRep subsidiary representingSubsidiary url title".split()
    ),
    "sales_order": frozenset(
        "tranId tranDate orderStatus createdDate lastModifiedDate customForm entity currency exchangeRate currencyName subsidiary terms "
        "salesRep partner email shipDate shipMethod taxItem taxRate nexus salesEffectiveDate actualShipDate "
        "billAddressList shipAddressList shippingCost handlingCost shippingTaxCode handlingTaxCode entityTaxRegNum".split()
    ),
    "sales_order.lines[0]": frozenset(
        "item quantity units description rate amount price taxCode taxRate1 taxRate2 line lineUniqueKey costEstimate "
        "costEstimateType costEstimateRate expectedShipDate shipMethod shipAddress commitInventory orderPriority".split()
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """A part of a record that a mapping fills, with what it fills.

    Attributes:
        filled: names that are written: SuiteTalk's, and script ids.
    """

    place: StandardPlace
    filled: frozenset[str]


def form_fields(bench: Bench) -> Iterator[Finding]:
    """Whether the mapping fills what people fill on nearly every customer and order that they make on the form we use.

    It sees habits and no rules: what a form demands and nobody has used yet stays unseen, and what everybody fills by
    habit is named, too.
    """
    spec = bench.spec
    customer = _Part(
        place=place_of("customer"),
        filled=_filled(place_of("customer"), spec.customer.fields)
        | {*spec.customer.more_fields, *spec.customer.custom_fields},
    )
    order = _Part(
        place=place_of("sales_order"),
        filled=_filled(place_of("sales_order"), spec.sales_order.fields)
        | {*spec.sales_order.more_fields, *spec.sales_order.custom_fields},
    )
    place = place_of("sales_order.lines[0]")
    lines = [
        _filled(place, line) | {*line.more_fields, *line.custom_fields} for line in spec.sales_order.lines
    ]
    line = _Part(place=place, filled=frozenset.intersection(*lines) if lines else frozenset())
    yield from _judge(bench, (customer,), "Customer", {}, CUSTOMER_KEY)
    criteria = {"type": any_of("_salesOrder"), "mainLine": checked(value=True)}
    yield from _judge(bench, (order, line), "Transaction", criteria, ORDER_KEY)


def refusals(bench: Bench) -> Iterator[Finding]:
    """Whether NetSuite has refused deals that still wait for lack of values that its form demands."""
    waiting = bench.ledger.list_holds(limit=500)
    told = Counter(found[1].strip() for one in waiting if (found := _DEMANDED.search(one.reason)))
    for names, count in told.most_common():
        yield fail(
            f"{count} records wait because NetSuite's form demands: {names}",
            "have the mapping fill them, then replay: streak-netsuite holds causes",
        )
    if not told:
        yield ok("nothing waits for a value that a form demands")


def _judge(
    bench: Bench, parts: Sequence[_Part], subject: str, criteria: Mapping[str, Criterion], prefix: str
) -> Iterator[Finding]:
    kind = parts[0].place.record_type
    read = _recent(bench, kind, subject, criteria)
    fields = bench.netsuite_settings.key_fields
    ours = [one for one in read if (key_of(one, fields) or "").startswith(f"{prefix}-")]
    others = [one for one in read if one not in ours]
    form = _form(bench, parts[0], ours, others)
    seen = [one for one in others if _form_of(one) == form]
    name = f"{kind} records" + (f" on form {form}" if form else "")
    if len(seen) < _ENOUGH:
        yield ok(f"too few {name} made by others to tell what the form demands ({len(seen)})")
        return
    found = [f"{part.place.section}: {one}" for part in parts for one in _unfilled(bench, part, seen, ours)]
    if found:
        yield warn(
            f"nearly all of {len(seen)} recent {name} hold what the mapping does not fill, so the form may demand it: "
            f"{', '.join(found)}",
            "compare with Customization, Forms in NetSuite; fill what it demands in the mapping, or let the integration use "
            "a form that does not demand it",
        )
    else:
        yield ok(f"the mapping fills what {len(seen)} recent {name} hold")


def _recent(bench: Bench, kind: str, subject: str, criteria: Mapping[str, Criterion]) -> list[SuiteRecord]:
    """Return the newest records, whole."""
    found: Sequence[SuiteRecord] = ()
    for window in _WINDOWS:
        since = on_or_after(bench.clock() - window)
        page = bench.sample(SearchRequest(subject=subject, criteria={**criteria, "lastModifiedDate": since}))
        found = [record for record in page.records if record.type == kind][-_READ:]
        if len(found) >= _READ:
            break
    if not found:
        return []
    refs = [RecordRef(type=kind, internal_id=record.internal_id) for record in found]
    answers = bench.netsuite.send(get_list(refs))
    whole = (answer.record_or_none(name=f"NetSuite {kind}") for answer in answers)
    return [record for record in whole if record is not None]


def _form(bench: Bench, part: _Part, ours: Sequence[SuiteRecord], others: Sequence[SuiteRecord]) -> str:
    """Return the form that we use: of the mapping, of our records, or that of most others."""
    section = bench.spec.customer if part.place.section == "customer" else bench.spec.sales_order
    rule = section.more_fields.get("customForm")
    if rule is not None and rule.value is not None:
        return str(rule.value)
    forms = Counter(map(_form_of, ours or others))
    return forms.most_common(1)[0][0] if forms else ""


def _form_of(record: SuiteRecord) -> str:
    ref = record.ref("customForm")
    return ref.internal_id if ref is not None else ""


def _unfilled(
    bench: Bench, part: _Part, seen: Sequence[SuiteRecord], ours: Sequence[SuiteRecord]
) -> list[str]:
    """Return the fields that nearly all of these hold, and that neither the mapping nor NetSuite fills on ours."""
    place = part.place
    known = bench.erp.standard_fields(place.record_type, sublist=place.sublist)
    asked = {name for name, type_ in known.items() if type_ is not CustomFieldType.CHECKBOX} - place.closed
    others, own = _pieces(place, seen), _pieces(place, ours)
    held = Counter(
        name for one in others for name in _held(one) if name in asked or name in one.custom_fields
    )
    by_itself = {name for one in own for name in _held(one)} if own else _SOURCED[place.section]
    usual = [name for name, count in held.items() if count >= _NEARLY_ALL * len(others)]
    return sorted(name for name in usual if name not in part.filled and name not in by_itself)


def _pieces(place: StandardPlace, records: Sequence[SuiteRecord]) -> list[Fields]:
    if not place.sublist:
        return list(records)
    return [row for record in records for row in record.rows(_LINES)]


def _held(piece: Fields) -> Iterator[str]:
    """Yield the names of fields that hold something; an unticked box holds nothing."""
    yield from (name for name, value in piece.values.items() if value not in (None, "", ()))
    yield from (name for name, one in piece.custom_fields.items() if one.value not in (None, "", (), False))


def _filled(place: StandardPlace, section: Any) -> frozenset[str]:
    """Return SuiteTalk's names of the standard fields that a section has rules for."""
    return frozenset(
        theirs
        for key, theirs in place.own.items()
        if getattr(section, key, None) is not None or getattr(section, f"{key}_", None) is not None
    )

"""The engine: a deal in, a customer and an order out, with every fault of the record at once."""

import hashlib
import json
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from types import MappingProxyType
from zoneinfo import ZoneInfo

from streak_netsuite.mapping.customer_mapper import CustomerMapper
from streak_netsuite.mapping.lookups import LookupRequest, Lookups
from streak_netsuite.mapping.mapped_deal import FieldReadings, MappedDeal
from streak_netsuite.mapping.order_mapper import OrderMapper
from streak_netsuite.mapping.rule import Reading, Rule
from streak_netsuite.mapping.rule_compiler import RuleCompiler
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.source import view_of
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.plain import to_plain


class Engine:
    """Maps deals by one spec. Compile once, map many; safe to share between threads.

    Args:
        zone: the NetSuite account's time zone, in which calendar days are taken.
        lookups: where values are looked up; `with_lookups` gives the same engine other ones.

    Raises:
        ConfigurationError: a rule names a lookup the spec does not have.
    """

    def __init__(self, spec: MappingSpec, *, zone: ZoneInfo, lookups: Lookups) -> None:
        self.spec = spec
        self.zone = zone
        self._lookups = lookups
        compiler = RuleCompiler(spec, zone)
        self._customer = CustomerMapper(spec.customer, compiler)
        self._order = OrderMapper(spec.sales_order, compiler, beside=tuple(self._customer.rules))
        self._box_fields = self._named_box_fields()
        self._reads_any = any(rule.reads_any_field for rule in self._all_rules())

    def with_lookups(self, lookups: Lookups) -> "Engine":
        """Return this engine with other lookups; nothing is compiled again."""
        engine = copy(self)
        engine._lookups = lookups
        return engine

    @property
    def box_fields(self) -> frozenset[str]:
        """Names of the box fields the mapping names: what must exist in the pipeline."""
        return self._box_fields

    def _named_box_fields(self) -> frozenset[str]:
        made_for = (line.each for line in self._order.lines)
        named = {each.box_field for each in made_for if each is not None and each.box_field}
        return frozenset(named).union(*(rule.box_fields for rule in self._all_rules()))

    @property
    def looked_up_fields(self) -> frozenset[tuple[str, str]]:
        """Box fields whose values are looked up as they are, each with the name of the table."""
        return frozenset().union(*(rule.looked_up_fields for rule in self._all_rules()))

    def digest(self, deal: Deal) -> str:
        """Return a digest of all that a mapping can read of a deal: what is written back to other fields leaves it as it is."""
        if deal.read_digest:
            return deal.read_digest
        read = {name: value for name, value in deal.fields.items() if self._may_read(name)}
        plain = to_plain(replace(deal, version="", stage_changed_at=None, fields=read))
        return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()

    def _may_read(self, name: str) -> bool:
        """Tell whether a box field can matter.

        A function may read any, and so may an expression that picks a field by a value. What we write there ourselves is
        not news.
        """
        if name in self._box_fields or not (self._reads_any or self.spec.functions is not None):
            return name in self._box_fields
        return name not in self.spec.write_back.fields and name not in self.spec.status.fields

    def wanted_lookups(self, deal: Deal) -> frozenset[LookupRequest]:
        """Return what must be asked of NetSuite before the deal can be mapped."""
        reading = Reading(view=view_of(deal), lookups=None)
        wanted = {request for rule in self._head_rules() for request in rule.wanted(reading)}
        for line in self._order.lines:
            for entry in line.entries(reading):
                reading.each = entry
                wanted |= {request for rule in line.rules for request in rule.wanted(reading)}
        return frozenset(wanted)

    def map(self, deal: Deal, *, updating: bool = False) -> MappedDeal:
        """Return what a deal becomes, with all its faults. Never raises for what a deal holds.

        Args:
            updating: the deal has its order, which is to follow it.
        """
        reading = Reading(view=view_of(deal), lookups=self._lookups, updating=updating)
        customer = self._customer.read(deal, reading)
        order = self._order.read(reading)
        for fault in reading.faults:
            fault.rule_at = fault.rule_at or self.spec.place_of(fault.field)
        return MappedDeal(
            customer=customer,
            order=order,
            faults=tuple(reading.faults),
            warnings=tuple(reading.warnings),
            trace=MappingProxyType(reading.trace),
        )

    def read_fields(self, deal: Deal) -> FieldReadings:
        """Return what each field would get by itself, also where another field's fault would block the record."""
        reading = Reading(view=view_of(deal), lookups=self._lookups)
        values = {rule.target: rule.read(reading) for rule in self._head_rules()}
        for line in self._order.lines:
            for entry in line.entries(reading):
                reading.each = entry
                for rule in line.rules:
                    if values.get(rule.target) is None:
                        values[rule.target] = rule.read(reading)
        return FieldReadings(values=values, faults=tuple(reading.faults), trace=reading.trace)

    def _head_rules(self) -> Iterator[Rule]:
        yield from self._customer.rules
        yield from self._order.head_rules

    def _all_rules(self) -> Iterator[Rule]:
        yield from self._head_rules()
        for line in self._order.lines:
            yield from line.rules

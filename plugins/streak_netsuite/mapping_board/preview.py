"""What a draft makes of real deals, field by field."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from streak_netsuite.assembly import Product
from streak_netsuite.flows.live_lookups import live_matches
from streak_netsuite.mapping.address import ParsedAddress
from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.lookups import CombinedLookups, LiveMatch, LookupRequest, StaticLookups
from streak_netsuite.mapping.mapped_deal import FieldReadings
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.reference import Reference

_LONGEST = 120


@dataclass
class Preview:
    """Tries drafts on the same deals again and again; what NetSuite said of a name is asked once."""

    product: Product
    deals: Sequence[Deal]
    _live: dict[LookupRequest, list[LiveMatch]] = field(default_factory=dict)

    def of(self, spec: MappingSpec) -> dict[str, Any]:
        """Return the deals, the values by target and deal, and what would hold each deal."""
        engine = self._engine(spec)
        readings = [engine.read_fields(deal) for deal in self.deals]
        held = [[str(fault) for fault in engine.map(deal).blocking] for deal in self.deals]
        targets = dict.fromkeys(target for reading in readings for target in reading.values)
        return {
            "deals": [
                {"key": deal.key, "name": deal.name, "held": faults}
                for deal, faults in zip(self.deals, held, strict=True)
            ],
            "values": {target: [_shown(reading, target) for reading in readings] for target in targets},
        }

    def _engine(self, spec: MappingSpec) -> Engine:
        static = StaticLookups(spec)
        engine = Engine(spec, zone=self.product.settings.netsuite.account_zone, lookups=static)
        wanted = frozenset(request for deal in self.deals for request in engine.wanted_lookups(deal))
        if new := wanted - self._live.keys():
            self._live.update(live_matches(self.product.netsuite, new))
        return engine.with_lookups(CombinedLookups(static, self._live))


def _shown(reading: FieldReadings, target: str) -> dict[str, str]:
    """Return a value as people read it, with where it came from and what is wrong with it."""
    trace = reading.trace.get(target)
    wrong = [str(fault) for fault in reading.faults if fault.field == target]
    value = text_of(reading.values[target])
    if isinstance(parsed := reading.values[target], ParsedAddress):
        wrong += [f"the address {problem}" for problem in parsed.problems]
    return shown_value(value, source=trace.value if trace is not None else "", fault="; ".join(wrong))


def shown_value(value: str, *, source: str, fault: str) -> dict[str, str]:
    """Return a value, what was read for it, and what is wrong with it, none longer than a line of a table holds."""
    return {"value": value[:_LONGEST], "source": source[:_LONGEST], "fault": fault}


def text_of(value: Any) -> str:
    """Return a converted value as people read it."""
    if isinstance(value, tuple):
        return ", ".join(text_of(one) for one in value)
    if isinstance(value, ParsedAddress):
        parts = value.address
        street = (parts.attention, parts.addr1, parts.addr2, parts.addr3)
        return ", ".join(
            part for part in (*street, parts.city, parts.state, parts.zip, parts.country) if part
        )
    if isinstance(value, Reference):
        known = value.internal_id or value.external_id or ""
        return f"{value.name} ({known})" if value.name and known else value.name or known
    return _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)

"""Sample deals kept beside a mapping, with what it made of them: the mapping's own tests.

A sample holds a deal as it was read, what NetSuite answered for the names in it, and the records that came of it. Nothing
outside is asked when it is tried again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.mapping.bounds import beyond_bounds
from streak_netsuite.mapping.engine import Engine
from streak_netsuite.mapping.lookups import CombinedLookups, LiveMatch, LookupRequest, StaticLookups
from streak_netsuite.mapping.mapped_deal import MappedDeal
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.deal import Deal, Party
from streak_netsuite.model.plain import to_plain
from streak_netsuite.model.reference import Reference

_HEAD = """# A sample deal and what the mapping made of it; `streak-netsuite mapping test` tries it again.
# Names and addresses are made up unless it was kept as it is. Look through it before you share it.
"""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LiveEntry(_Part):
    """What NetSuite answered for a name."""

    table: str
    value: str
    matches: list[dict[str, Any]] = []


class ExpectedRecords(_Part):
    """What the mapping made: records as plain values, and what would have held the deal."""

    customer: dict[str, Any] | None = None
    order: dict[str, Any] | None = None
    faults: list[str] = []


class SampleFile(_Part):
    """A sample as its file has it."""

    version: Literal[1] = 1
    zone: str = "UTC"
    deal: dict[str, Any]
    live: list[LiveEntry] = []
    expected: ExpectedRecords
    read_at: AwareDatetime | None = Field(default=None)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A deal, what NetSuite knows of the names in it, and what is expected.

    Attributes:
        zone: the account's, in which days are taken.
        live: what NetSuite answered, by request.
    """

    deal: Deal
    zone: ZoneInfo
    live: Mapping[LookupRequest, Sequence[LiveMatch]]
    expected: ExpectedRecords

    def differences(self, spec: MappingSpec) -> list[str]:
        """Return in which points a mapping makes something else of the deal; none when it makes the same."""
        found = records_of(self.engine(spec).map(self.deal))
        return [
            *_compare("customer", self.expected.customer, found.customer),
            *_compare("order", self.expected.order, found.order),
            *_compare("faults", self.expected.faults, found.faults),
        ]

    def engine(self, spec: MappingSpec) -> Engine:
        """Return a mapping engine that knows what NetSuite answered."""
        static = StaticLookups(spec)
        return Engine(spec, zone=self.zone, lookups=CombinedLookups(static, self.live))


def sample_of(
    spec: MappingSpec, deal: Deal, live: Mapping[LookupRequest, Sequence[LiveMatch]], zone: ZoneInfo
) -> Sample:
    """Return a sample that expects what the mapping makes of a deal now."""
    drawn = Sample(deal=deal, zone=zone, live=live, expected=ExpectedRecords())
    return replace(drawn, expected=records_of(drawn.engine(spec).map(deal)))


def records_of(mapped: MappedDeal) -> ExpectedRecords:
    """Return what a deal became, as samples keep it."""
    return ExpectedRecords(
        customer=to_plain(mapped.customer) if mapped.customer is not None else None,
        order=to_plain(mapped.order) if mapped.order is not None else None,
        faults=[str(fault) for fault in mapped.blocking],
    )


def made_up(deal: Deal) -> Deal:
    """Return a deal in which names, addresses and notes of people are made up, wherever its fields repeat them.

    What else is typed into its fields stays.
    """
    organizations = tuple(_made_up(p, f"Example Company {n}") for n, p in enumerate(deal.organizations, 1))
    contacts = tuple(_made_up(p, f"Alex Example {n}") for n, p in enumerate(deal.contacts, 1))
    before, after = (*deal.organizations, *deal.contacts), (*organizations, *contacts)
    replaced = dict(pair for one, other in zip(before, after, strict=True) for pair in _names(one, other))
    return replace(
        deal,
        name=_with(deal.name, replaced),
        notes="Notes of the deal." if deal.notes else "",
        owner_email="owner@example.com" if deal.owner_email else "",
        fields={name: _with(value, replaced) for name, value in deal.fields.items()},
        organizations=organizations,
        contacts=contacts,
    )


def _names(party: Party, made: Party) -> Iterator[tuple[str, str]]:
    """Yield what a field may repeat of a party, with what stands there instead."""
    yield from ((old, new) for old, new in ((party.name, made.name),) if old)
    yield from zip(party.emails, made.emails, strict=True)
    yield from zip(party.phones, made.phones, strict=True)
    yield from zip(party.addresses, made.addresses, strict=True)


def _with(value: Any, replaced: Mapping[str, str]) -> Any:
    """Return a field's value with every name in it replaced, the longest first."""
    if isinstance(value, tuple):
        return tuple(_with(one, replaced) for one in value)
    if not isinstance(value, str):
        return value
    for old in sorted(replaced, key=len, reverse=True):
        value = value.replace(old, replaced[old])
    return value


def _made_up(party: Party, name: str) -> Party:
    return replace(
        party,
        name=name if party.name else "",
        given_name="Alex" if party.given_name else "",
        family_name="Example" if party.family_name else "",
        emails=tuple(f"alex{n}@example.com" for n, _ in enumerate(party.emails, 1)),
        phones=tuple(f"+1 202-555-01{n:02d}" for n, _ in enumerate(party.phones)),
        domains=tuple("example.com" for _ in party.domains),
        addresses=tuple("1 Main St, Springfield, IL 62701, USA" for _ in party.addresses),
    )


def sample_text(sample: Sample) -> str:
    """Return a sample as its file."""
    content = {
        "version": 1,
        "zone": sample.zone.key,
        "deal": _written(sample.deal),
        "live": [
            {"table": request.table, "value": request.value, "matches": [_match(one) for one in matches]}
            for request, matches in sample.live.items()
        ],
        "expected": sample.expected.model_dump(exclude_defaults=True),
    }
    return _HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)


def read_sample(path: Path) -> Sample:
    """Read a sample.

    Raises:
        ConfigurationError: the file is not one that `mapping sample` made; the message names it and every fault.
    """
    try:
        raw = SampleFile.model_validate(_values_in(path.read_text(encoding="utf-8")))
        return Sample(
            deal=_deal(raw.deal),
            zone=ZoneInfo(raw.zone),
            live={
                LookupRequest(table=one.table, value=one.value): [_live(m) for m in one.matches]
                for one in raw.live
            },
            expected=raw.expected,
        )
    except (
        ValidationError,
        yaml.YAMLError,
        OSError,
        UnicodeDecodeError,
        TypeError,
        ValueError,
        KeyError,
    ) as error:
        raise ConfigurationError(
            f"{path} is no sample of a deal: {error}; make it anew with streak-netsuite mapping sample"
        ) from error


def _values_in(text: str) -> Any:
    if (beyond := beyond_bounds(text)) is not None:
        raise ValueError(f"line {beyond[0]}: {beyond[1]}")
    return yaml.safe_load(text)


def _compare(name: str, wanted: Any, found: Any) -> Iterator[str]:
    """Yield each value that differs, by its path."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key in dict.fromkeys((*wanted, *found)):
            yield from _compare(f"{name}.{key}", wanted.get(key), found.get(key))
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for place, pair in enumerate(zip(wanted, found, strict=True)):
            yield from _compare(f"{name}[{place}]", *pair)
    elif wanted != found:
        yield f"{name}: expected {_shown(wanted)}, and it is {_shown(found)}"


def _shown(value: Any) -> str:
    return "nothing" if value in (None, [], {}) else repr(value)


def _written(value: Any) -> Any:
    """Return a deal's values as YAML has them: times stay times, Decimals are marked."""
    if isinstance(value, Deal | Party):
        pairs = ((one.name, getattr(value, one.name)) for one in fields(value))
        return {name: _written(inner) for name, inner in pairs if inner not in (None, "", (), {})}
    if isinstance(value, Mapping):
        return {str(key): _written(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_written(inner) for inner in value]
    return {"decimal": format(value, "f")} if isinstance(value, Decimal) else value


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_read(inner) for inner in value)
    if isinstance(value, Mapping):
        return (
            Decimal(value["decimal"])
            if set(value) == {"decimal"}
            else {k: _read(v) for k, v in value.items()}
        )
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"the time {value} names no zone")
    return value


def _deal(raw: Mapping[str, Any]) -> Deal:
    values: dict[str, Any] = {"name": "", "version": ""} | {key: _read(value) for key, value in raw.items()}
    for name in ("organizations", "contacts"):
        values[name] = tuple(Party(**{"name": "", **one}) for one in values.get(name, ()))
    return Deal(**values)


def _match(match: LiveMatch) -> dict[str, Any]:
    return {**to_plain(match.reference), "active": match.active}


def _live(raw: Mapping[str, Any]) -> LiveMatch:
    return LiveMatch(
        reference=Reference(**{k: v for k, v in raw.items() if k != "active"}),
        active=bool(raw.get("active", True)),
    )

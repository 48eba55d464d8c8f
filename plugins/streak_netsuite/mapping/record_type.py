"""A record type at work: a record as its source shows it in, what the target is to hold out."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from typing import Any
from zoneinfo import ZoneInfo

from streak_netsuite.errors import MappingError
from streak_netsuite.mapping.conversion import TargetType, convert, to_text
from streak_netsuite.mapping.expression import Expression, says_yes
from streak_netsuite.mapping.file_part import SCRIPT_ID
from streak_netsuite.mapping.lookups import StaticLookups
from streak_netsuite.mapping.record_schema import (
    CUSTOM,
    CustomValue,
    NetSuiteTarget,
    RecordTypeSpec,
    StreakTarget,
)
from streak_netsuite.mapping.rule import FieldTrace, Reading, Rule
from streak_netsuite.mapping.schema import LookupSource
from streak_netsuite.mapping.unfit import Unfit
from streak_netsuite.model.custom_field import CustomFieldType
from streak_netsuite.model.identity import external_id
from streak_netsuite.model.reference import Reference

RULES = "target.rules"
KEY_PREFIX = "streak-rt"
CUSTOM_RECORD = "customRecord"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the target is to hold of one record.

    Attributes:
        key: the external id in NetSuite, the box's name in Streak.
        body: JSON-able. For NetSuite `fields`, `customFields` and `nullFields`; for Streak `stage` and `fields`.
    """

    key: str
    body: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Of all that would be written."""
        return hashlib.sha256(json.dumps([self.key, self.body], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Tables:
    lookups: Mapping[str, LookupSource]


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleReading:
    """What the rule of one field gives for one record.

    Attributes:
        value: converted to the field's type.
        trace: where it came from; None when the rule did not count.
        fault: why there is none; None when nothing is wrong.
    """

    value: Any
    trace: FieldTrace | None
    fault: MappingError | None

    @property
    def counts(self) -> bool:
        """Whether the rule says anything of this record; what it says nothing of is neither written nor cleared."""
        return self.trace is not None or self.fault is not None


@dataclass(frozen=True, kw_only=True)
class RecordType:
    """A record type with its expressions compiled.

    Attributes:
        zone: in which days begin.
    """

    spec: RecordTypeSpec
    zone: ZoneInfo

    @cached_property
    def _compiled(self) -> Mapping[str, Expression]:
        return {text: Expression(text, zone=self.zone) for _, text in self.spec.texts()}

    @cached_property
    def _rules(self) -> Mapping[str, Rule]:
        return {
            name: Rule(
                rule,
                target=f"{RULES}.{name}",
                type_=TargetType(rule.type.value),
                zone=self.zone,
                tables=self.spec.tables,
            )
            for name, rule in self.spec.rules.items()
        }

    @cached_property
    def _lookups(self) -> StaticLookups:
        return StaticLookups(_Tables(self.spec.tables))

    @property
    def flow(self) -> str:
        """Names its outcomes and writes in the ledger."""
        return f"record.{self.spec.name}"

    def operation_key(self, source_id: str) -> str:
        """Return the key under which a record of the source is written."""
        return external_id(KEY_PREFIX, self.spec.name, source_id)

    def is_meant(self, view: Mapping[str, Any]) -> bool:
        """Return whether a record is of this type.

        Raises:
            MappingError: `source.when` cannot be computed.
        """
        if not self.spec.source.when:
            return True
        faults = _Faults()
        value = faults.guard("source.when", partial(self._value, self.spec.source.when, view))
        faults.raise_any()
        return says_yes(value)

    def wanted(self, view: Mapping[str, Any], *, source_id: str) -> Wanted:
        """Return what the target is to hold of a record.

        Raises:
            MappingError: values do not fit; every fault is named.
        """
        faults = _Faults()
        target = self.spec.target
        if isinstance(target, StreakTarget):
            made = self._box(target, view, faults)
        else:
            made = self._record(target, view, source_id, faults)
        faults.raise_any()
        return made

    def _box(self, target: StreakTarget, view: Mapping[str, Any], faults: "_Faults") -> Wanted:
        name = faults.guard("target.name", partial(self._text, target.name, view))
        stage = faults.guard("target.stage", partial(self._text, target.stage, view))
        fields = {
            label: faults.guard(f"target.fields.{label}", partial(self._text, text, view))
            for label, text in target.fields.items()
        }
        if not faults and not name:
            faults.add("target.name", Unfit("the box would have no name", fix="give it one, with a default"))
        return Wanted(key=name or "", body={"stage": stage or "", "fields": fields})

    def _record(
        self, target: NetSuiteTarget, view: Mapping[str, Any], source_id: str, faults: "_Faults"
    ) -> Wanted:
        key = faults.guard("target.external_id", partial(self._text, target.external_id, view))
        fields = {
            name: faults.guard(f"target.fields.{name}", partial(self._tree, one, view))
            for name, one in target.fields.items()
        }
        custom = {
            name: faults.guard(
                f"target.custom_fields.{name}",
                partial(self._custom, one, view),
            )
            for name, one in target.custom_fields.items()
        }
        ruled = {
            name: self._ruled(name, one, faults) for name, one in self.read_rules(view).items() if one.counts
        }
        fields |= {name: value for name, value in ruled.items() if not _is_custom(name)}
        custom |= {name: value for name, value in ruled.items() if _is_custom(name)}
        empty = [name for name, value in (fields | custom).items() if _is_empty(value)]
        body: dict[str, Any] = {
            "type": CUSTOM_RECORD if target.type.startswith(CUSTOM) else target.type,
            "fields": {name: value for name, value in fields.items() if not _is_empty(value)},
            "customFields": {
                name: {"type": self._type_of(target, name), "value": value}
                for name, value in custom.items()
                if not _is_empty(value)
            },
        }
        if self.spec.policy.empty == "clear" and empty:
            body["nullFields"] = sorted(empty)
        return Wanted(key=key or self.operation_key(source_id), body=body)

    def read_rules(self, view: Mapping[str, Any]) -> Mapping[str, RuleReading]:
        """Return what each rule gives for a record, by the field that it fills, also where another one holds the record."""
        return {name: self._read(rule, view) for name, rule in self._rules.items()}

    def _read(self, rule: Rule, view: Mapping[str, Any]) -> RuleReading:
        reading = Reading(view=view, lookups=self._lookups)
        value = rule.read(reading)
        fault = next(iter(reading.faults), None)
        return RuleReading(value=value, trace=reading.trace.get(rule.target), fault=fault)

    def _ruled(self, name: str, one: RuleReading, faults: "_Faults") -> Any:
        if one.fault is not None:
            faults.add(f"{RULES}.{name}", Unfit(str(one.fault), fix=one.fault.fix))
        return _plain(one.value)

    def _type_of(self, target: NetSuiteTarget, name: str) -> str:
        known = target.custom_fields.get(name) or target.rules[name]
        return known.type.value

    def _tree(self, value: Any, view: Mapping[str, Any]) -> Any:
        if isinstance(value, Mapping):
            built = {name: self._tree(one, view) for name, one in value.items()}
            return None if built and all(_is_empty(one) for one in built.values()) else built
        if isinstance(value, list):
            return [self._tree(one, view) for one in value]
        return _plain(self._value(value, view)) if isinstance(value, str) else _plain(value)

    def _custom(self, rule: CustomValue, view: Mapping[str, Any]) -> Any:
        return _custom(rule.type, self._value(rule.value, view), self.zone)

    def _text(self, text: str, view: Mapping[str, Any]) -> str:
        value = self._value(text, view) if text else ""
        return "" if value is None else to_text(value, self.zone).strip()

    def _value(self, text: str, view: Mapping[str, Any]) -> Any:
        return self._compiled[text].evaluate({**view, "lookups": self.spec.lookups})


@dataclass(slots=True)
class _Faults:
    found: dict[str, Unfit] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.found)

    def guard(self, place: str, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Unfit as unfit:
            self.add(place, unfit)
            return None

    def add(self, place: str, unfit: Unfit) -> None:
        self.found[place] = unfit

    def raise_any(self) -> None:
        if self.found:
            told = "; ".join(f"{place}: {unfit.what}" for place, unfit in self.found.items())
            place, first = next(iter(self.found.items()))
            raise MappingError(told, field=place, fix=first.fix)


def _custom(type_: CustomFieldType, value: Any, zone: ZoneInfo) -> Any:
    """Return a custom field's value in the form that NetSuite's records are written in."""
    return None if _is_empty(value) else _plain(convert(value, TargetType(type_.value), zone))


def _is_custom(name: str) -> bool:
    return SCRIPT_ID.match(name) is not None


def _plain(value: Any) -> Any:
    if isinstance(value, Reference):
        return {"internalId": value.internal_id}
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", (), [], {})

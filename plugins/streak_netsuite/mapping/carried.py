"""What an order keeps although its deal has changed: fields that were only to be filled when it was made."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from streak_netsuite.mapping.record_sections import SalesOrderSection
from streak_netsuite.mapping.rule_schema import FieldRule
from streak_netsuite.model.custom_field import CustomField
from streak_netsuite.model.sales_order import SalesOrder


def with_carried(wanted: SalesOrder, before: SalesOrder, section: SalesOrderSection) -> SalesOrder:
    """Return an order as its deal wants it now, with what the mapping says stays as it was wanted before.

    A field `on: create` keeps what it got, or that it got nothing; one with `when_empty: keep` keeps its value when the deal
    has none any more.
    """
    fields = {
        name: getattr(before, name)
        for name, rule in _rules(section)
        if _stays(rule, has_value=getattr(wanted, name) not in (None, ""))
    }
    return replace(
        wanted,
        **fields,
        custom_fields=_custom(wanted.custom_fields, before.custom_fields, section.custom_fields),
        more_fields=_custom(wanted.more_fields, before.more_fields, section.more_fields),
    )


def _rules(section: SalesOrderSection) -> Iterator[tuple[str, FieldRule]]:
    for name in type(section.fields).model_fields:
        rule = getattr(section.fields, name)
        if rule is not None:
            yield name, rule


def _stays(rule: FieldRule, *, has_value: bool) -> bool:
    return rule.on == "create" or (rule.when_empty == "keep" and not has_value)


def _custom(
    wanted: tuple[CustomField, ...], before: tuple[CustomField, ...], rules: Mapping[str, FieldRule]
) -> tuple[CustomField, ...]:
    now: dict[str, Any] = {one.script_id: one for one in wanted}
    then = {one.script_id: one for one in before}
    for script_id, rule in rules.items():
        if _stays(rule, has_value=script_id in now):
            now.pop(script_id, None)
            now |= {script_id: then[script_id]} if script_id in then else {}
    return tuple(now[script_id] for script_id in (*rules, *(set(now) - set(rules))) if script_id in now)

"""Rules as the engine reads them, made of those that the mapping file has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from streak_netsuite.mapping import limits
from streak_netsuite.mapping.conversion import TargetType
from streak_netsuite.mapping.rule import Reading, Rule
from streak_netsuite.mapping.rule_schema import CustomFieldRule, FieldRule
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.model.custom_field import CustomField, CustomFieldType


@dataclass(frozen=True)
class RuleCompiler:
    """Makes the rules of one spec ready to read."""

    spec: MappingSpec
    zone: ZoneInfo

    def rules(
        self,
        place: str,
        section: Any,
        types: Mapping[str, TargetType],
        lengths: Mapping[str, int],
        *,
        in_each: bool = False,
    ) -> dict[str, Rule]:
        """Return the rules of a section's standard fields, by their names.

        Args:
            place: of the section in the file.
            types, lengths: of the fields.
            in_each: whether they may read the entry that a line is made for.
        """
        given = ((name, getattr(section, name)) for name in types)
        return {
            name: self.rule(
                rule, f"{place}.{name.rstrip('_')}", types[name], lengths.get(name), in_each=in_each
            )
            for name, rule in given
            if rule is not None
        }

    def by_name(
        self,
        place: str,
        rules: Mapping[str, CustomFieldRule],
        part: str = "custom_fields",
        *,
        in_each: bool = False,
    ) -> dict[str, Rule]:
        """Return the rules of fields that have no keys of their own, by NetSuite's names of them."""
        is_text = CustomFieldType.TEXT if part == "custom_fields" else None
        return {
            script_id: self.rule(
                rule,
                f"{place}.{part}.{script_id}",
                TargetType(rule.type.value),
                limits.CUSTOM_TEXT if rule.type is is_text else None,
                in_each=in_each,
            )
            for script_id, rule in rules.items()
        }

    def rule(
        self,
        rule: FieldRule,
        target: str,
        type_: TargetType,
        max_length: int | None = None,
        *,
        in_each: bool = False,
    ) -> Rule:
        """Return one rule, ready to read.

        Raises:
            ConfigurationError: it names a lookup the spec does not have.
        """
        return Rule(
            rule,
            target=target,
            type_=type_,
            zone=self.zone,
            tables=self.spec.lookups,
            max_length=max_length,
            in_each=in_each,
            functions=self.spec.known_functions,
            place=self.spec.place_of(target),
        )


def read_by_name(
    rules: Mapping[str, Rule], reading: Reading, at: str = "", part: str = "custom_fields"
) -> tuple[CustomField, ...]:
    """Return the fields without keys of their own that have a value."""
    found: list[CustomField] = []
    for script_id, rule in rules.items():
        value = rule.read(reading, f"{at}.{part}.{script_id}" if at else "")
        if value is not None:
            found.append(CustomField(script_id=script_id, type=rule.custom_type, value=value))
    return tuple(found)


def present(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are there."""
    return {name: value for name, value in values.items() if value is not None}

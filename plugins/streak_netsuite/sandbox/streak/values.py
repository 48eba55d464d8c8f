"""Values of a box's fields: what each type takes, and what a formula computes."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from streak_netsuite.sandbox.streak.errors import refuse

Json = dict[str, Any]


def checked(pipeline: Json, sent: Any) -> Json:
    """Return field values by key as they are stored, or refuse; empty ones are kept, as they clear a field."""
    if not isinstance(sent, dict):
        raise refuse("fields must be an object")
    definitions = {d["key"]: d for d in pipeline["fields"]}
    for key, value in sent.items():
        if key not in definitions:
            raise refuse(f"Unknown field {key}")
        check_value(definitions[key], value)
    return {key: _stored(definitions[key], value) for key, value in sent.items()}


def filled(fields: Mapping[str, Any]) -> Json:
    """Return the fields that have a value: a box shows no others."""
    return {key: value for key, value in fields.items() if not _is_empty(value)}


def check_value(definition: Json, value: Any) -> None:
    """Refuse a value that a field of this type cannot hold. Empty values clear and are always fine."""
    type_ = definition["type"]
    if type_ == "FORMULA":
        raise refuse(f"Field {definition['key']} is computed")
    if not _is_empty(value) and not _CHECKS.get(type_, _anything)(definition, value):
        raise refuse(f"Invalid value for field {definition['key']} of type {type_}")


def option_keys(definition: Json) -> set[str]:
    """Return the keys of a field's options."""
    dropdown = (definition.get("dropdownSettings") or {}).get("items", [])
    tags = (definition.get("tagSettings") or {}).get("tags", [])
    return {str(option["key"]) for option in (*dropdown, *tags)}


def formula(definition: Json, fields: Mapping[str, Any], pipeline: Json) -> float | None:
    """Compute a product of two text fields, the one formula the seeded company has; None without values."""
    keys = {d["name"]: d["key"] for d in pipeline["fields"]}
    product = Decimal(1)
    for name in definition.get("formulaSettings", {}).get("product", []):
        try:
            product *= Decimal(str(fields.get(keys[name], "")).replace(",", ""))
        except (InvalidOperation, KeyError):
            return None
    return float(product)


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _anything(_definition: Json, _value: Any) -> bool:
    """Accept: how people, contacts and organizations are written is not established."""
    return True


def _is_tags(definition: Json, value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) and v in option_keys(definition) for v in value)


_CHECKS: Mapping[str, Callable[[Json, Any], bool]] = MappingProxyType(
    {
        "TEXT_INPUT": lambda _, value: isinstance(value, str) or _is_number(value),
        "DATE": lambda _, value: isinstance(value, int) and not isinstance(value, bool),
        "CHECKBOX": lambda _, value: isinstance(value, bool) or value in ("true", "false"),
        "DROPDOWN": lambda d, value: isinstance(value, str) and value in option_keys(d),
        "TAG": _is_tags,
    }
)


def _stored(definition: Json, value: Any) -> Any:
    if definition["type"] == "CHECKBOX" and isinstance(value, str) and value:
        return value == "true"  # an old support article writes them as text
    return value

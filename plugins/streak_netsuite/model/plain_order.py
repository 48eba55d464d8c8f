"""Sales orders out of plain values: what `to_plain` has kept, as a record again."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from streak_netsuite.model.address import Address
from streak_netsuite.model.custom_field import CustomField, CustomFieldType, CustomValue
from streak_netsuite.model.discount import DiscountRate
from streak_netsuite.model.held_order import HeldLine
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder

_TEXTS = ("memo", "purchase_order_number")
_DATES = ("transaction_date", "ship_date", "start_date", "end_date")
_REFERENCES = (
    "customer",
    "currency",
    "subsidiary",
    "department",
    "class_",
    "location",
    "terms",
    "sales_rep",
    "ship_method",
    "discount_item",
)
_LINE_REFERENCES = ("tax_code", "location", "department", "class_", "units", "price_level")
_ADDRESSES = ("shipping_address", "billing_address")


def order_from_plain(plain: Mapping[str, Any]) -> SalesOrder:
    """Return the order that `to_plain` made these values of.

    Raises:
        KeyError, ValueError: they are not of an order.
    """
    values: dict[str, Any] = {name: plain[name] for name in _TEXTS if name in plain}
    values |= {name: date.fromisoformat(plain[name]) for name in _DATES if name in plain}
    values |= {name: Reference(**plain[name]) for name in _REFERENCES if name in plain}
    # A country that is not known is "", which is left out of plain values.
    values |= {name: Address(**{"country": "", **plain[name]}) for name in _ADDRESSES if name in plain}
    if "discount_rate" in plain:
        rate = plain["discount_rate"]
        values["discount_rate"] = DiscountRate(value=Decimal(rate["value"]), is_percent=rate["is_percent"])
    return SalesOrder(
        lines=tuple(_line(line) for line in plain["lines"]),
        custom_fields=_custom_fields(plain.get("custom_fields", ())),
        more_fields=_custom_fields(plain.get("more_fields", ())),
        **values,
    )


def held_line_from_plain(plain: Mapping[str, Any]) -> HeldLine:
    """Return the line that `to_plain` made these values of."""
    return HeldLine(
        number=plain["number"],
        line=_line(plain["line"]),
        used=Decimal(plain.get("used", 0)),
        closed=plain.get("closed", False),
    )


def _line(plain: Mapping[str, Any]) -> OrderLine:
    return OrderLine(
        item=Reference(**plain["item"]),
        quantity=Decimal(plain["quantity"]),
        rate=Decimal(plain["rate"]) if "rate" in plain else None,
        description=plain.get("description", ""),
        **{name: Reference(**plain[name]) for name in _LINE_REFERENCES if name in plain},
        custom_fields=_custom_fields(plain.get("custom_fields", ())),
        more_fields=_custom_fields(plain.get("more_fields", ())),
    )


def _custom_fields(plain: Sequence[Mapping[str, Any]]) -> tuple[CustomField, ...]:
    return tuple(
        CustomField(script_id=one["script_id"], type=type_, value=_value(type_, one.get("value", "")))
        for one in plain
        for type_ in [CustomFieldType(one["type"])]
    )


def _value(type_: CustomFieldType, plain: Any) -> CustomValue:
    match type_:
        case CustomFieldType.DECIMAL:
            return Decimal(plain)
        case CustomFieldType.DATE:
            return date.fromisoformat(plain)
        case CustomFieldType.DATETIME:
            return datetime.fromisoformat(plain)
        case CustomFieldType.SELECT:
            return Reference(**plain)
        case CustomFieldType.MULTI_SELECT:
            return tuple(Reference(**one) for one in plain or ())
        case _:
            value: CustomValue = plain
            return value

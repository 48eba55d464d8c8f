"""What Streak shows of items: labels of options, and fields of boxes."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from streak_netsuite.errors import MappingError
from streak_netsuite.mapping.expression import says_yes
from streak_netsuite.mapping.flow_sections import ItemsSection
from streak_netsuite.mapping.unfit import Unfit
from streak_netsuite.mapping.write_back import evaluated
from streak_netsuite.model.item import ItemPrice
from streak_netsuite.model.stocked_item import Stock, StockedItem


def item_label(section: ItemsSection, item: StockedItem) -> str:
    """Return what an option for this item says, on one line.

    Raises:
        MappingError: the expression cannot be computed, or gives nothing.
    """
    label = " ".join(_text(section.label, section, item, "items.label").split())
    if not label:
        raise MappingError(
            f"item '{item.item.name}': the label is empty", field="items.label", fix="correct items.label"
        )
    return label


def is_offered(section: ItemsSection, item: StockedItem) -> bool:
    """Tell whether an item is offered to sales.

    Raises:
        MappingError: the expression `when` cannot be computed.
    """
    if item.item.inactive:
        return False
    if section.when is None:
        return True
    return says_yes(_text(section.when, section, item, "items.when"))


def box_values(section: ItemsSection, item: StockedItem) -> dict[str, str]:
    """Return the texts of the fields of a box that sells this item; an empty text clears its field.

    Raises:
        MappingError: an expression cannot be computed.
    """
    return {
        name: _text(text, section, item, f"items.box_fields.{name}").strip()
        for name, text in section.box_fields.items()
    }


def _text(expression: str, section: ItemsSection, item: StockedItem, field: str) -> str:
    try:
        return evaluated(expression, {"item": _view(section, item)})
    except Unfit as unfit:
        raise MappingError(f"item '{item.item.name}': {unfit}", field=field, fix=unfit.fix) from unfit


def _view(section: ItemsSection, stocked: StockedItem) -> Mapping[str, Any]:
    item = stocked.item
    return {
        "id": stocked.id,
        "name": item.name,
        "display_name": item.display_name,
        "description": item.description,
        "kind": item.kind.value,
        "prices": _prices(item.prices, section.currency),
        "available": _sum(stocked.stock, "available"),
        "on_hand": _sum(stocked.stock, "on_hand"),
        "stock": {one.location: one.available or Decimal(0) for one in stocked.stock},
    }


def _prices(prices: Sequence[ItemPrice], currency: str) -> Mapping[str, Decimal]:
    """Return the prices of one piece by level, in one currency."""
    named = [one.currency.name for one in prices if one.currency is not None and one.currency.name]
    wanted = currency or (named[0] if named else "")
    return {
        one.level.name: one.amount
        for one in prices
        if not one.quantity and (one.currency is None or one.currency.name.casefold() == wanted.casefold())
    }


def _sum(stock: Sequence[Stock], what: str) -> Decimal | None:
    """Return the total over all locations; None for what is not kept in stock."""
    counted = [getattr(one, what) for one in stock]
    known = [one for one in counted if one is not None]
    return sum(known, Decimal(0)) if known else None

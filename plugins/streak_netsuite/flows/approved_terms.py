"""What an approval is given for: a deal as it was read, and the terms of the order that was shown."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from streak_netsuite.flows.drafts import buyer_of, buyer_ref
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.plain import to_plain
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.runner import without_names

DIGEST, EDITS, TERMS = "digest", "edits", "terms"
"""In the payload of a hold that asks for an approval: the deal as it was read, the corrections in force, the order's terms."""

_CODE_DIGITS = 8


def read_with(digest: str, edits: Mapping[str, Any]) -> str:
    """Return a digest of a deal as it was read and corrected: a correction that comes later makes it another.

    Args:
        digest: of the deal as it was read.
        edits: the corrections in force, as plain values.
    """
    return _digest([digest, dict(edits)]) if edits else digest


def terms_of(deal: Deal, order: SalesOrder, *, rule: str) -> str:
    """Return a digest of what an order asks of the company, and of why somebody has to approve it.

    Free texts are left out (memo, PO number, descriptions, custom texts): who is asked again for those learns to say yes
    without looking.

    Args:
        rule: what the mapping's rule says of the deal.
    """
    buyer = buyer_of(deal)
    told = replace(
        order,
        customer=None,  # a new order's is decided later; the buyer says whose it is
        memo="",
        purchase_order_number="",
        custom_fields=_without_texts(order.custom_fields),
        lines=tuple(_terms(line) for line in order.lines),
    )
    return _digest([str(buyer_ref(buyer)) if buyer is not None else "", without_names(to_plain(told)), rule])


def code_of(payload: Mapping[str, Any]) -> str:
    """Return a short name of what a hold asks to be approved: another one as soon as something else is asked."""
    deal = read_with(str(payload.get(DIGEST, "")), payload.get(EDITS) or {})
    return _digest([deal, str(payload.get(TERMS, ""))])[:_CODE_DIGITS]


def _terms(line: OrderLine) -> OrderLine:
    return replace(line, description="", custom_fields=_without_texts(line.custom_fields))


def _without_texts(custom_fields: tuple[CustomField, ...]) -> tuple[CustomField, ...]:
    return tuple(one for one in custom_fields if one.type is not CustomFieldType.TEXT)


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from streak_netsuite.errors import MappingError
from streak_netsuite.mapping.schema import MappingSpec
from streak_netsuite.mapping.write_back import comment_text, field_values
from streak_netsuite.model.reference import Reference

ACME = Reference(internal_id="501", name="ACME Robotics Inc")


@dataclass(frozen=True, kw_only=True)
class AnOrder:
    internal_id: str = "8801"
    number: str = "SO1042"
    total: Decimal = Decimal("50000.00")
    currency: str = "USD"
    transaction_date: date = date(2026, 3, 1)
    status: str = "Pending Fulfillment"
    url: str = "https://1234567-sb1.app.netsuite.com/app/accounting/transactions/salesord.nl?id=8801"
    customer: Reference = ACME


def test_the_shipped_mapping_tells_the_deal_its_order(shipped: MappingSpec) -> None:
    assert field_values(shipped, AnOrder()) == {
        "NetSuite order": "SO1042",
        "NetSuite status": "Pending Fulfillment",
    }
    assert comment_text(shipped, AnOrder()) == (
        "Sales order SO1042 was made in NetSuite on 01 March 2026 for ACME Robotics Inc, "
        "50000.00 USD before tax: https://1234567-sb1.app.netsuite.com/app/accounting/transactions/salesord.nl?id=8801"
    )


def test_an_expression_that_cannot_be_computed_is_named(spec_of: Callable[..., MappingSpec]) -> None:
    spec = spec_of(write_back={"fields": {"A": "{{ order.number + 1 }}", "B": "{{ order.number }}"}})
    with pytest.raises(MappingError, match=r"write_back\.fields\.A: the expression") as caught:
        field_values(spec, AnOrder())
    assert caught.value.field == "write_back.fields.A"


def test_a_mapping_without_a_comment_writes_none(spec_of: Callable[..., MappingSpec]) -> None:
    assert comment_text(spec_of(), AnOrder()) == ""
    assert field_values(spec_of(), AnOrder()) == {}

"""An order that was kept as plain values is the same order again."""

import json
from datetime import UTC, date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streak_netsuite.model.address import Address
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.discount import DiscountRate
from streak_netsuite.model.held_order import HeldLine
from streak_netsuite.model.plain import to_plain
from streak_netsuite.model.plain_order import held_line_from_plain, order_from_plain
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=12)
amounts = st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False)
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
references = st.builds(lambda one, name: Reference(internal_id=one, name=name), words, st.just("") | words)
VALUES: dict[CustomFieldType, Any] = {
    CustomFieldType.TEXT: words,
    CustomFieldType.INTEGER: st.integers(-(10**9), 10**9),
    CustomFieldType.DECIMAL: amounts,
    CustomFieldType.CHECKBOX: st.booleans(),
    CustomFieldType.DATE: days,
    CustomFieldType.DATETIME: st.datetimes(timezones=st.just(UTC)),
    CustomFieldType.SELECT: references,
    CustomFieldType.MULTI_SELECT: st.lists(references, min_size=1, max_size=3).map(tuple),
}
custom_fields = st.sampled_from(list(CustomFieldType)).flatmap(
    lambda type_: st.builds(
        lambda name, value: CustomField(script_id=f"custbody_{name}", type=type_, value=value),
        words,
        VALUES[type_],
    )
)
lines = st.builds(
    OrderLine,
    item=references,
    quantity=amounts,
    rate=st.none() | amounts,
    description=st.just("") | words,
    **dict.fromkeys(
        ("tax_code", "location", "department", "class_", "units", "price_level"), st.none() | references
    ),
    custom_fields=st.lists(custom_fields, max_size=2).map(tuple),
    more_fields=st.lists(custom_fields, max_size=2).map(tuple),
)
addresses = st.builds(Address, country=st.sampled_from(["", "US", "DE"]), addr1=words, city=words)
orders = st.builds(
    SalesOrder,
    customer=st.none() | references,
    transaction_date=days,
    memo=st.just("") | words,
    purchase_order_number=st.just("") | words,
    currency=st.none() | references,
    terms=st.none() | references,
    class_=st.none() | references,
    **dict.fromkeys(("ship_date", "start_date", "end_date"), st.none() | days),
    **dict.fromkeys(("ship_method", "discount_item"), st.none() | references),
    discount_rate=st.none() | st.builds(DiscountRate, value=amounts, is_percent=st.booleans()),
    shipping_address=st.none() | addresses,
    lines=st.lists(lines, min_size=1, max_size=4).map(tuple),
    custom_fields=st.lists(custom_fields, max_size=4).map(tuple),
    more_fields=st.lists(custom_fields, max_size=2).map(tuple),
)


@given(orders)
def test_an_order_survives_being_kept_as_json(order: SalesOrder) -> None:
    assert order_from_plain(json.loads(json.dumps(to_plain(order)))) == order


@given(st.builds(HeldLine, number=st.integers(1, 99), line=lines, used=amounts, closed=st.booleans()))
def test_a_held_line_survives_being_kept_as_json(line: HeldLine) -> None:
    assert held_line_from_plain(json.loads(json.dumps(to_plain(line)))) == line

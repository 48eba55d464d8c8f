"""Totals are compared exactly, to the digits that each currency has."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from streak_netsuite.flows.reconcile import OrderRow, OrderTie, Reconcile, Reconciliation, WonBox
from streak_netsuite.model.order_total import AddedPart, Allowance, OrderTotal, TotalRules


class Account:
    """One order, its deal, and the account's currencies."""

    def __init__(
        self, written: Mapping[str, Any], total: str, currency: str, digits: Mapping[str, int]
    ) -> None:
        self._written, self._total, self._currency, self._digits = written, Decimal(total), currency, digits

    def order_rows(self) -> Iterator[Sequence[OrderRow]]:
        yield [
            OrderRow(
                internal_id="1",
                number="SO1",
                key="streak-so-1",
                total=self._total,
                currency=self._currency,
                status="pendingFulfillment",
                tax=Decimal(1),
            )
        ]

    def order_totals(self, _order_ids: Sequence[str]) -> Mapping[str, OrderTotal]:
        return {"1": OrderTotal(total=self._total, parts={AddedPart.TAX: Decimal(1)})}

    def won_boxes(self, _pipeline: str, _stages: Sequence[str]) -> Iterator[Sequence[WonBox]]:
        yield [WonBox(key="box", name="Deal", shown="SO1")]

    def order_ties(self) -> Iterator[Sequence[OrderTie]]:
        yield [OrderTie(box_key="box", order_id="1", written=self._written)]

    def open_boxes(self) -> Mapping[str, str]:
        return {}

    def waiting_ends(self, end_keys: Mapping[str, str]) -> Mapping[str, str]:
        raise AssertionError(f"no stage was compared: {end_keys}")

    def currency_digits(self) -> Mapping[str, int]:
        return self._digits

    def reconciled(self, tolerance: str) -> Reconciliation:
        return Reconcile(
            orders=self,
            boxes=self,
            ties=self,
            currencies=self,
            pipeline="Sales",
            stages=("Closed-Won",),
            won_since=None,
            zone=ZoneInfo("UTC"),
            key_prefix="streak-so-",
            rules=TotalRules(allowances={AddedPart.TAX: Allowance()}),
            tolerance=Decimal(tolerance),
            tells_number=True,
        ).run()


def lines(*pairs: tuple[str, str], percent: str = "") -> dict[str, Any]:
    order: dict[str, Any] = {"lines": [{"quantity": quantity, "rate": rate} for quantity, rate in pairs]}
    if percent:
        order |= {"discount_item": "9", "discount_rate": {"value": percent, "is_percent": True}}
    return order


@pytest.mark.parametrize(
    ("currency", "digits", "written", "total", "told"),
    [
        pytest.param("USD", {}, lines(("3", "1.115"), ("1", "2.005")), "6.36", "5.36", id="cents"),
        pytest.param(
            "JPY", {}, lines(("1.5", "333.3"), ("2", "0.5")), "502", "501", id="no decimals, by its code"
        ),
        pytest.param(
            "Yen", {"Yen": 0}, lines(("1.5", "333.3"), ("2", "0.5")), "502", "501", id="by the account's word"
        ),
        pytest.param(
            "KWD", {}, lines(("3", "0.3335"), ("1", "1.2344")), "3.235", "2.235", id="three decimals"
        ),
        pytest.param("KWD", {"KWD": 2}, lines(("3", "0.3335")), "2.00", "1.00", id="NetSuite counts to two"),
        pytest.param("7", {"7": 0}, lines(("1", "99.5")), "101", "100", id="by the internal id"),
        pytest.param("", {"": 0}, lines(("1", "99.5")), "101", "100", id="an account with one currency"),
    ],
)
def test_a_total_is_equal_to_the_last_digit_of_its_currency(
    currency: str, digits: Mapping[str, int], written: Mapping[str, Any], total: str, told: str
) -> None:
    report = Account(written, total, currency, digits).reconciled("0")
    assert report.differences == ()
    assert report.written == report.found == {currency: Decimal(told)}
    assert f"{currency}: {told} written, {told} in NetSuite" in report.lines()[1]


@pytest.mark.parametrize(
    ("currency", "percent", "total"),
    [("JPY", "-3.3", "969"), ("KWD", "-3.3333", "968.634"), ("EUR", "-3.333", "968.64")],
)
def test_a_discount_is_rounded_as_its_order_is(currency: str, percent: str, total: str) -> None:
    account = Account(lines(("1", "1001"), percent=percent), total, currency, {})
    assert [one.drift for one in account.reconciled("0").differences] == []


def test_a_difference_in_the_last_digit_is_told_with_all_digits() -> None:
    (difference,) = Account(lines(("1", "1.234")), "2.235", "KWD", {}).reconciled("0").differences
    assert "is 2.235 KWD, of it 1.000 tax; 1.234 was written" in difference.what

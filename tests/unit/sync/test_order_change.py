"""What an order follows of its deal: merged three ways, bounded by data, and the same again is nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from streak_netsuite.model.address import Address
from streak_netsuite.model.change_policy import GROUPS, ChangePolicy, Owner
from streak_netsuite.model.custom_field import CustomField, CustomFieldType
from streak_netsuite.model.discount import DiscountRate
from streak_netsuite.model.held_order import HeldLine, HeldOrder, OrderStatus
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.order_change import NOWHERE, OrderChange, Verdict
from streak_netsuite.sync.order_merge import plan_change

EVERYTHING = ChangePolicy(allowed=dict.fromkeys(OrderStatus, GROUPS["everything"]))
NOTHING = ChangePolicy()
ACME, OTHER = Reference(internal_id="501", name="Acme"), Reference(internal_id="502", name="Other")


def a_line(item: str = "A", quantity: Any = 1, rate: Any = "10", **more: Any) -> OrderLine:
    price = None if rate is None else Decimal(rate)
    return OrderLine(
        item=Reference(internal_id=item, name=f"Item {item}"), quantity=Decimal(quantity), rate=price, **more
    )


def an_order(*lines: OrderLine, **fields: Any) -> SalesOrder:
    return SalesOrder(
        customer=ACME, lines=lines or (a_line(),), **{"transaction_date": date(2026, 5, 4), **fields}
    )


def held(
    order: SalesOrder, *, status: OrderStatus = OrderStatus.PENDING_FULFILLMENT, **lines: Any
) -> HeldOrder:
    """Return an order as NetSuite holds it; `used` and `closed` by line number."""
    used, closed = lines.get("used", {}), lines.get("closed", ())
    kept = tuple(
        HeldLine(number=n, line=line, used=Decimal(used.get(n, 0)), closed=n in closed)
        for n, line in enumerate(order.lines, start=1)
    )
    return HeldOrder(internal_id="7", number="SO7", status=status, order=order, lines=kept)


def text_field(value: str) -> CustomField:
    return CustomField(script_id="custbody_note", type=CustomFieldType.TEXT, value=value)


def applied(order: HeldOrder, change: OrderChange) -> HeldOrder:
    """Return what NetSuite holds after a change: it writes what it is told, and nothing else."""
    custom = {one.script_id: one for one in order.order.custom_fields}
    custom |= {one.script_id: one for one in change.custom_fields}
    body = replace(
        order.order,
        custom_fields=tuple(one for name, one in custom.items() if name not in change.emptied),
        **{name: getattr(change.wanted, name) for name in change.fields},
    )
    lines = [_line_after(line, change) for line in order.lines]
    number = max((line.number for line in lines), default=0)
    lines += [HeldLine(number=number + n, line=line) for n, line in enumerate(change.added, start=1)]
    return replace(order, order=body, lines=tuple(lines))


def _line_after(line: HeldLine, change: OrderChange) -> HeldLine:
    if line.number in change.closed:
        return replace(line, closed=True, line=replace(line.line, quantity=change.closed[line.number]))
    line = replace(line, closed=line.closed and line.number not in change.opened)
    edit = change.lines.get(line.number)
    if edit is None:
        return line
    values = {name: getattr(edit.line, name) for name in edit.fields}
    return replace(line, line=replace(line.line, **values))


def verdicts(change: OrderChange) -> Mapping[str, Verdict]:
    return {part.part: part.verdict for part in change.parts}


# --- header and custom fields ---


def test_nothing_changed_in_the_deal_writes_nothing_whatever_finance_did() -> None:
    base = an_order(memo="as agreed")
    change = plan_change(base, base, held(an_order(a_line(quantity=9), memo="by finance")), EVERYTHING)
    assert change.is_empty
    assert change.parts == ()


def test_a_changed_field_is_written_and_the_others_are_not_sent() -> None:
    base = an_order(memo="a", purchase_order_number="PO-1")
    change = plan_change(base, replace(base, memo="b"), held(base), EVERYTHING)
    assert change.fields == ("memo",)
    assert not change.lines


@pytest.mark.parametrize(
    ("owner", "verdict"), [(Owner.NETSUITE, Verdict.LOST), (Owner.STREAK, Verdict.WRITTEN)]
)
def test_both_changed_the_same_field_and_its_owner_decides(owner: Owner, verdict: Verdict) -> None:
    base = an_order(memo="a")
    policy = replace(EVERYTHING, owners={"memo": owner})
    change = plan_change(base, replace(base, memo="deal"), held(replace(base, memo="finance")), policy)
    assert verdicts(change) == {"memo": verdict}


def test_a_field_is_emptied_when_the_deal_empties_it() -> None:
    base = an_order(memo="a", custom_fields=(text_field("x"),))
    change = plan_change(base, an_order(), held(base), EVERYTHING)
    assert change.fields == ("memo",)
    assert change.emptied == ("custbody_note",)


def test_what_netsuite_filled_in_by_itself_is_nobodys_change() -> None:
    base = an_order()
    sourced = replace(base, terms=Reference(internal_id="2", name="Net 30"))
    wanted = replace(base, terms=Reference(internal_id="3", name="Net 60"))
    assert plan_change(base, wanted, held(sourced), EVERYTHING).fields == ("terms",)


def test_an_address_that_netsuite_shows_in_its_own_way_is_the_same() -> None:
    base = an_order(shipping_address=Address(country="US", addr1="1 Main St", city="Boston", zip="02101"))
    shown = replace(
        base,
        shipping_address=Address(
            country="US", addr1="1 MAIN ST", city="Boston ", zip="02101", addressee="Acme"
        ),
    )
    wanted = replace(
        base, shipping_address=Address(country="US", addr1="2 Main St", city="Boston", zip="02101")
    )
    assert plan_change(base, wanted, held(shown), EVERYTHING).fields == ("shipping_address",)


def test_an_order_keeps_its_customer() -> None:
    base = an_order()
    change = plan_change(base, replace(base, customer=OTHER), held(base), EVERYTHING)
    assert verdicts(change) == {"customer": Verdict.REFUSED}
    merged = held(replace(base, customer=OTHER))
    assert plan_change(base, replace(base, customer=OTHER), merged, EVERYTHING).parts == ()


@pytest.mark.parametrize(
    ("allowed", "written"),
    [
        ({"custom_fields"}, True),
        ({"custbody_note"}, True),
        ({"everything"}, True),
        ({"memo", "custbody_other", "lines"}, False),
    ],
)
def test_a_custom_field_is_allowed_by_its_id_or_with_all_others(allowed: set[str], written: bool) -> None:
    parts = frozenset().union(*(GROUPS.get(name, {name}) for name in allowed))
    policy = ChangePolicy(allowed={OrderStatus.PENDING_FULFILLMENT: frozenset(parts)})
    base = an_order(custom_fields=(text_field("x"),))
    wanted = replace(base, custom_fields=(text_field("y"),))
    assert bool(plan_change(base, wanted, held(base), policy).custom_fields) is written


def test_a_status_that_is_not_named_or_not_known_allows_nothing() -> None:
    policy = ChangePolicy(allowed={OrderStatus.PENDING_APPROVAL: GROUPS["everything"]})
    base = an_order()
    for status in (OrderStatus.BILLED, None):
        order = replace(held(base), status=status)
        change = plan_change(base, replace(base, memo="b"), order, policy)
        assert verdicts(change) == {"memo": Verdict.REFUSED}


def test_a_closed_period_leaves_only_what_may_be_changed_there() -> None:
    policy = replace(EVERYTHING, in_closed_period=frozenset({"memo"}))
    base = an_order(memo="a")
    wanted = replace(base, memo="b", purchase_order_number="PO-2")
    change = plan_change(base, wanted, held(base), policy, period_closed=True)
    assert verdicts(change) == {"memo": Verdict.WRITTEN, "purchase_order_number": Verdict.REFUSED}
    assert plan_change(base, wanted, held(base), EVERYTHING, period_closed=True).fields == (
        "memo",
        "purchase_order_number",
    )


# --- lines ---


def test_lines_in_another_order_are_the_same_lines() -> None:
    base = an_order(a_line("A"), a_line("B"), a_line("C"))
    wanted = an_order(a_line("C"), a_line("A"), a_line("B", 5))
    change = plan_change(base, wanted, held(base), EVERYTHING)
    assert list(change.lines) == [2]
    assert change.lines[2].fields == ("quantity", "rate")
    assert not change.added
    assert not change.closed


def test_an_added_line_is_added_and_a_removed_one_closed_at_what_is_shipped() -> None:
    base = an_order(a_line("A", 4), a_line("B", 2))
    order = held(base, used={1: 3})
    assert plan_change(base, an_order(a_line("B", 2)), order, EVERYTHING).closed == {1: Decimal(3)}
    more = plan_change(base, an_order(*base.lines, a_line("D", 1)), order, EVERYTHING)
    assert [line.item.internal_id for line in more.added] == ["D"]


def test_a_line_of_which_something_is_shipped_keeps_its_item() -> None:
    base = an_order(a_line("A", 4))
    change = plan_change(base, an_order(a_line("B", 4)), held(base, used={1: 3}), EVERYTHING)
    assert verdicts(change) == {"lines.item": Verdict.REFUSED}
    assert plan_change(base, an_order(a_line("B", 4)), held(base), EVERYTHING).lines[1].fields == ("item",)


def test_finances_lines_are_never_touched() -> None:
    base = an_order(a_line("A", 2))
    order = held(replace(base, lines=(a_line("A", 2), a_line("SHIP", 1), a_line("A", 9))))
    change = plan_change(base, an_order(a_line("A", 3), a_line("B")), order, EVERYTHING)
    assert list(change.lines) == [1]
    assert len(change.added) == 1
    assert not change.closed


def test_a_line_that_finance_took_out_is_not_put_back() -> None:
    base = an_order(a_line("A"), a_line("B"))
    order = held(replace(base, lines=(a_line("A"),)))
    change = plan_change(base, an_order(a_line("A"), a_line("B", 5)), order, EVERYTHING)
    assert change.is_empty
    assert [part.verdict for part in change.parts] == [Verdict.LOST]


def test_a_line_that_came_back_is_found_where_netsuite_kept_it() -> None:
    first = an_order(a_line("A", 4), a_line("B"))
    without = an_order(a_line("B"))
    again = an_order(a_line("A", 5), a_line("B"))
    order = held(first)  # it did not follow when the line went
    change = plan_change(without, again, order, EVERYTHING, earlier=[first])
    assert list(change.lines) == [1]
    assert not change.added


A, B, C = a_line("A", 4), a_line("B", 2), a_line("C")


def followed(*wishes: Sequence[OrderLine]) -> tuple[HeldOrder, OrderChange]:
    """Let an order follow its deal through these; return what NetSuite holds then, and the last change."""
    history = [an_order(*wishes[0])]
    order, change = held(history[0]), OrderChange(internal_id="7", number="SO7", wanted=history[0])
    for lines in wishes[1:]:
        wanted = an_order(*lines)
        change = plan_change(history[0], wanted, order, EVERYTHING, earlier=history[1:])
        order, history = applied(order, change), [wanted, *history][:6]
    return order, change


def open_lines(order: HeldOrder) -> list[tuple[int, str, Decimal]]:
    return [
        (one.number, str(one.line.item.internal_id), one.line.quantity)
        for one in order.lines
        if not one.closed
    ]


@pytest.mark.parametrize("after", [[B, C], [C, B]], ids=["behind", "before"])
def test_another_product_does_not_take_the_line_that_was_closed_for_the_deal(
    after: Sequence[OrderLine],
) -> None:
    order, change = followed([A, B], [B], after)
    assert change.added == (C,)
    assert [part.verdict for part in change.parts] == [Verdict.WRITTEN]
    assert open_lines(order) == [(2, "B", 2), (3, "C", 1)]


def test_a_product_that_comes_back_opens_the_line_that_was_closed_for_it() -> None:
    order, change = followed([A, B], [B], [replace(A, quantity=Decimal(5), rate=Decimal(9)), B])
    assert change.opened == (1,)
    assert not change.added
    assert open_lines(order) == [(1, "A", 5), (2, "B", 2)]
    assert order.lines[0].line.rate == Decimal(9)


def test_a_product_that_comes_back_beside_a_new_one_is_told_from_it() -> None:
    order, _ = followed([A, B], [B], [C, B], [C, A, B])
    assert open_lines(order) == [(1, "A", 4), (2, "B", 2), (3, "C", 1)]


def test_a_product_whose_line_went_to_another_is_added_when_it_comes_back() -> None:
    order, change = followed([A, B], [C, B], [C, B, A])
    assert change.added == (A,)
    assert open_lines(order) == [(1, "C", 1), (2, "B", 2), (3, "A", 4)]


def test_a_product_that_comes_and_goes_stays_one_line() -> None:
    order, _ = followed([A, B], [B], [A, B], [B], [A, B])
    assert len(order.lines) == 2
    assert open_lines(order) == [(1, "A", 4), (2, "B", 2)]


def test_a_product_that_comes_back_does_not_take_the_line_that_finance_made_for_it() -> None:
    order, _ = followed([A, B], [B])
    own = HeldLine(number=9, line=a_line("A", 7))
    order = replace(order, lines=(*order.lines, own))
    change = plan_change(an_order(B), an_order(A, B), order, EVERYTHING, earlier=[an_order(A, B)])
    assert open_lines(applied(order, change)) == [(1, "A", 4), (2, "B", 2), (9, "A", 7)]


def test_a_product_that_comes_back_after_some_of_it_was_shipped_is_not_sold_twice() -> None:
    order = held(an_order(A, B), used={1: 3})
    order = applied(order, plan_change(an_order(A, B), an_order(B), order, EVERYTHING))
    back = plan_change(an_order(B), an_order(A, B), order, EVERYTHING, earlier=[an_order(A, B)])
    assert open_lines(applied(order, back)) == [(1, "A", 4), (2, "B", 2)]
    less = an_order(replace(A, quantity=Decimal(2)), B)
    change = plan_change(an_order(B), less, order, EVERYTHING, earlier=[an_order(A, B)])
    assert change.is_empty
    assert [part.reason for part in change.parts] == ["3 are shipped or billed already"]


def test_a_line_is_opened_only_where_lines_may_be_added() -> None:
    order, _ = followed([A, B], [B])
    change = plan_change(an_order(B), an_order(A, B), order, NOTHING, earlier=[an_order(A, B)])
    assert change.is_empty
    assert verdicts(change) == {"lines.add": Verdict.REFUSED}


def test_a_line_that_was_opened_by_a_try_that_died_is_finished() -> None:
    order, _ = followed([A, B], [B])
    wanted = an_order(replace(A, quantity=Decimal(5)), B)
    half = replace(order, lines=tuple(replace(one, closed=False) for one in order.lines))
    change = plan_change(an_order(B), wanted, half, EVERYTHING, earlier=[an_order(A, B)], seen=order.lines)
    assert not change.opened
    assert open_lines(applied(half, change)) == [(1, "A", 5), (2, "B", 2)]


def test_a_price_is_kept_when_only_the_quantity_changes() -> None:
    base = an_order(a_line("A", 1, "10"))
    order = held(replace(base, lines=(a_line("A", 1, "9.50"),)))  # finance gave a discount
    change = plan_change(base, an_order(a_line("A", 2, "10")), order, EVERYTHING)
    assert change.lines[1].line.rate == Decimal("9.50")
    assert change.lines[1].fields == ("quantity", "rate")


# --- the same again ---

items = st.sampled_from("ABCD")
some_lines = st.lists(
    st.builds(a_line, items, st.integers(1, 9), st.sampled_from(["10", "12.50", None])),
    min_size=1,
    max_size=5,
).map(tuple)
some_orders = st.builds(
    lambda lines, memo, number, note: an_order(
        *lines, memo=memo, purchase_order_number=number, custom_fields=(text_field(note),) if note else ()
    ),
    some_lines,
    st.sampled_from(["", "a", "b"]),
    st.sampled_from(["", "PO-1", "PO-2"]),
    st.sampled_from(["", "x", "y"]),
)


@given(some_orders, some_orders, some_orders, st.sampled_from(OrderStatus), st.booleans())
def test_what_was_written_is_not_written_again(
    base: SalesOrder,
    wanted: SalesOrder,
    now: SalesOrder,
    status: OrderStatus,
    streak_owns: bool,
) -> None:
    policy = replace(EVERYTHING, owner=Owner.STREAK if streak_owns else Owner.NETSUITE)
    order = held(now, status=status)
    first = plan_change(base, wanted, order, policy)
    again = plan_change(base, wanted, applied(order, first), policy, seen=order.lines)
    assert again.is_empty, [str(part) for part in again.parts]


@given(some_orders, some_orders)
def test_an_order_that_nobody_else_touched_becomes_what_the_deal_wants(
    base: SalesOrder, wanted: SalesOrder
) -> None:
    order = applied(held(base), plan_change(base, wanted, held(base), EVERYTHING))
    assert order.order.memo == wanted.memo
    assert _sold(line.line for line in order.lines if not line.closed) == _sold(wanted.lines)


@given(st.lists(some_lines, min_size=2, max_size=6))
def test_an_order_that_nobody_else_touched_follows_its_deal_wherever_it_goes(
    wishes: list[tuple[OrderLine, ...]],
) -> None:
    order, _ = followed(*wishes)
    assert _sold(line.line for line in order.lines if not line.closed) == _sold(wishes[-1])


@given(st.lists(some_lines, min_size=3, max_size=6))
def test_a_line_that_came_back_is_not_written_again(wishes: list[tuple[OrderLine, ...]]) -> None:
    order, _ = followed(*wishes[:-1])
    base, *earlier = [an_order(*lines) for lines in reversed(wishes[:-1])]
    wanted = an_order(*wishes[-1])
    first = plan_change(base, wanted, order, EVERYTHING, earlier=earlier)
    again = plan_change(base, wanted, applied(order, first), EVERYTHING, earlier=earlier, seen=order.lines)
    assert again.is_empty, [str(part) for part in again.parts]


@given(some_orders, some_orders, some_orders, st.sampled_from(OrderStatus))
def test_without_permission_nothing_is_written(
    base: SalesOrder, wanted: SalesOrder, now: SalesOrder, status: OrderStatus
) -> None:
    assert plan_change(base, wanted, held(now, status=status), NOTHING).is_empty


def _sold(lines: Any) -> Sequence[tuple[str, Decimal]]:
    return sorted((str(line.item.internal_id), line.quantity) for line in lines)


# --- how a sale is sent, discounted and priced ---

LEVEL = Reference(internal_id="2", name="Partner Price")
OAKLAND, MUNICH = (Reference(internal_id=one) for one in "12")


def test_places_and_terms_of_the_sale_follow_the_deal_and_nothing_else_is_sent() -> None:
    base = an_order(
        a_line(location=OAKLAND, class_=OAKLAND), ship_method=OAKLAND, start_date=date(2026, 6, 1)
    )
    wanted = an_order(
        a_line(location=MUNICH, class_=MUNICH),
        ship_method=MUNICH,
        start_date=date(2026, 7, 1),
        discount_item=OAKLAND,
        discount_rate=DiscountRate(value=Decimal(-10), is_percent=True),
    )
    change = plan_change(base, wanted, held(base), EVERYTHING)
    assert change.fields == ("ship_method", "start_date", "discount_item", "discount_rate")
    assert change.lines[1].fields == ("location", "class_")
    assert {part.part for part in change.parts} == {*change.fields, "lines.location", "lines.class"}
    assert [str(part) for part in change.parts if part.part == "discount_rate"] == [
        "discount rate: (empty) -> -10%"
    ]


def test_what_netsuite_took_from_customer_order_or_item_is_nobodys_change() -> None:
    base = an_order(a_line(rate=None))
    sourced = a_line(rate="90", location=MUNICH, units=MUNICH, price_level=OAKLAND)
    wanted = an_order(a_line(rate=None, location=OAKLAND, price_level=LEVEL))
    change = plan_change(base, wanted, held(an_order(sourced, ship_method=OAKLAND)), EVERYTHING)
    assert change.lines[1].fields == ("location", "price_level")
    assert set(verdicts(change).values()) == {Verdict.WRITTEN}


@pytest.mark.parametrize(("part", "written"), [("lines.class", True), ("lines.location", False)])
def test_a_part_of_the_lines_is_allowed_by_its_name(part: str, written: bool) -> None:
    policy = ChangePolicy(allowed={OrderStatus.PENDING_FULFILLMENT: frozenset({part})})
    base = an_order(a_line(class_=OAKLAND))
    change = plan_change(base, an_order(a_line(class_=MUNICH)), held(base), policy)
    assert bool(change.lines) is written


def test_a_line_that_is_priced_by_a_level_now_is_sent_no_rate_with_a_new_quantity() -> None:
    base = an_order(a_line(quantity=1, rate="10"))
    change = plan_change(
        base, an_order(a_line(quantity=5, rate=None, price_level=LEVEL)), held(base), EVERYTHING
    )
    assert change.lines[1].fields == ("quantity", "price_level")
    assert set(verdicts(change)) == {"lines.quantity", "lines.price_level"}


def test_a_line_that_has_a_rate_now_gives_up_its_level() -> None:
    base = an_order(a_line(rate=None, price_level=LEVEL))
    order = held(an_order(a_line(rate="90", price_level=LEVEL)))
    change = plan_change(base, an_order(a_line(rate="80")), order, EVERYTHING)
    assert change.lines[1].fields == ("rate",)
    assert set(verdicts(change)) == {"lines.rate"}


def test_a_line_of_which_something_is_shipped_keeps_its_units() -> None:
    base = an_order(a_line(quantity=4, units=OAKLAND))
    change = plan_change(
        base, an_order(a_line(quantity=4, units=MUNICH)), held(base, used={1: 3}), EVERYTHING
    )
    assert verdicts(change) == {"lines.units": Verdict.REFUSED}
    assert change.is_empty


# --- what our writes leave of an order ---

_SOME_PARTS = (
    GROUPS["everything"],
    frozenset(),
    frozenset({"lines.quantity", "memo"}),
    frozenset({"lines.add", "lines.rate"}),
    frozenset({"lines.remove", "custom_fields"}),
    frozenset({"lines.item", "lines.quantity"}),
)
# What NetSuite prices is of any price, also in what is left.
priced_orders = some_orders.map(
    lambda order: replace(
        order, lines=tuple(replace(one, rate=one.rate or Decimal(7)) for one in order.lines)
    )
)
steps = st.tuples(priced_orders, st.sampled_from(_SOME_PARTS), st.integers(0, 4))


@given(priced_orders, st.lists(steps, min_size=1, max_size=6))
def test_what_is_left_is_what_netsuite_holds_as_long_as_nobody_else_touches_it(
    first: SalesOrder, wishes: list[tuple[SalesOrder, frozenset[str], int]]
) -> None:
    order, history, written, numbers = held(first), [first], first, None
    for wanted, parts, shipped in wishes:
        used = [
            replace(one, used=min(one.line.quantity, max(one.used, Decimal(shipped)))) for one in order.lines
        ]
        order = replace(order, lines=tuple(used))
        policy = ChangePolicy(allowed=dict.fromkeys(OrderStatus, parts))
        change = plan_change(
            history[0],
            wanted,
            order,
            policy,
            earlier=history[1:],
            written=None if written == history[0] else written,
            numbers=numbers,
        )
        assert change.left is not None
        numbers = change.numbers
        order, history, written = applied(order, change), [wanted, *history][:6], change.left
        kept = [one.line for one in order.lines if one.line.quantity]
        left = [one for one in written.lines if one.quantity]
        assert _sums(left) == _sums(kept), [str(part) for part in change.parts]
        assert (written.memo, written.purchase_order_number) == (
            order.order.memo,
            order.order.purchase_order_number,
        )
        assert {one.script_id: one.value for one in written.custom_fields} == {
            one.script_id: one.value for one in order.order.custom_fields
        }


@given(priced_orders, priced_orders)
def test_where_everything_is_taken_what_is_left_is_what_the_deal_wants(
    base: SalesOrder, wanted: SalesOrder
) -> None:
    assert plan_change(base, wanted, held(base), EVERYTHING).left == wanted


def _sums(lines: Sequence[OrderLine]) -> list[tuple[str, str]]:
    return sorted((str(one.quantity), str(one.rate)) for one in lines)


# --- which line is which, where several sell one product ---


def by_finance(order: HeldOrder, number: int, **values: Any) -> HeldOrder:
    """Return an order of which finance has changed a line."""
    lines = [
        replace(one, line=replace(one.line, **values)) if one.number == number else one for one in order.lines
    ]
    return replace(
        order, lines=tuple(lines), order=replace(order.order, lines=tuple(one.line for one in lines))
    )


def test_a_line_that_finance_has_made_equal_to_another_is_not_taken_for_it() -> None:
    base, wanted = an_order(a_line("A", 2), a_line("A", 3)), an_order(a_line("A", 2), a_line("A", 5))
    order = by_finance(held(base), 1, quantity=Decimal(3))
    change = plan_change(base, wanted, order, EVERYTHING)
    assert {number: edit.line.quantity for number, edit in change.lines.items()} == {2: Decimal(5)}
    assert change.left == wanted
    assert [one.line.quantity for one in applied(order, change).lines] == [3, 5], (
        "finance's change stays, to be named"
    )


def test_lines_are_known_by_their_numbers_after_changes_that_were_refused() -> None:
    """A change of one line is refused; finance makes the two equal; then the other one changes, and is taken."""
    base, second = an_order(a_line("A", 2), a_line("A", 3)), an_order(a_line("A", 7), a_line("A", 3))
    order = held(base)
    refused = plan_change(base, second, order, NOTHING)
    assert refused.left == base
    order = by_finance(order, 1, quantity=Decimal(3))
    third = an_order(a_line("A", 7), a_line("A", 4))
    change = plan_change(
        second, third, order, EVERYTHING, earlier=[base], written=refused.left, numbers=refused.numbers
    )
    assert {number: edit.line.quantity for number, edit in change.lines.items()} == {2: Decimal(4)}
    assert change.left == an_order(a_line("A", 2), a_line("A", 4))


ours = st.lists(
    st.builds(a_line, st.sampled_from("AB"), st.integers(1, 9), st.sampled_from(["10", "12.50"])),
    min_size=1,
    max_size=4,
)
meddled = st.tuples(ours.map(tuple), st.sampled_from(_SOME_PARTS), st.integers(0, 9), st.integers(1, 9))


@given(ours.map(tuple), st.lists(meddled, min_size=1, max_size=5))
def test_what_our_writes_have_not_done_is_exactly_what_finance_has_done(
    first: tuple[OrderLine, ...], wishes: list[tuple[tuple[OrderLine, ...], frozenset[str], int, int]]
) -> None:
    """Finance gives lines another rate, which is its own to decide: what was written is never taken for that, nor that for it."""
    base = an_order(*first)
    order, history, written, numbers = held(base), [base], None, None
    policy = ChangePolicy(owners={"lines.rate": Owner.NETSUITE})
    for lines, parts, place, rate in wishes:
        number = order.lines[place % len(order.lines)].number
        if not any(one.number == number and one.closed for one in order.lines):
            order = by_finance(order, number, rate=Decimal(rate) / 8)  # a rate that no deal has
        wanted = an_order(*lines)
        change = plan_change(
            history[0],
            wanted,
            order,
            replace(policy, allowed=dict.fromkeys(OrderStatus, parts - {"lines.rate"})),
            earlier=history[1:],
            written=written,
            numbers=numbers,
        )
        assert change.left is not None
        order, history = applied(order, change), [wanted, *history][:6]
        written, numbers = change.left, change.numbers
        quantities = sorted(one.line.quantity for one in order.lines if one.line.quantity)
        assert sorted(one.quantity for one in written.lines if one.quantity) == quantities


def meddled_with(
    order: HeldOrder, *, deletes: Collection[int] = (), adds: Sequence[OrderLine] = ()
) -> HeldOrder:
    """Return an order of which finance has deleted lines, and to which it has added others."""
    last = max(one.number for one in order.lines)
    lines = (
        *(one for one in order.lines if one.number not in deletes),
        *(HeldLine(number=n, line=one) for n, one in enumerate(adds, start=last + 1)),
    )
    return replace(order, lines=lines, order=replace(order.order, lines=tuple(one.line for one in lines)))


STREAK = replace(EVERYTHING, owners={"lines.quantity": Owner.STREAK})


@pytest.mark.parametrize("policy", [EVERYTHING, STREAK], ids=["netsuite", "streak"])
def test_a_line_that_finance_has_put_in_the_place_of_another_is_not_the_deals(policy: ChangePolicy) -> None:
    """As many lines of the item as before, and another one: NetSuite's numbers tell which came and which went."""
    base, wanted = an_order(a_line("A", 1), a_line("A", 2)), an_order(a_line("A", 1), a_line("A", 3))
    order = meddled_with(held(base), deletes={1}, adds=[a_line("A", 5)])
    change = plan_change(base, wanted, order, policy)
    assert {number: edit.line.quantity for number, edit in change.lines.items()} == {2: Decimal(3)}
    assert (change.numbers.deal, change.numbers.left) == ((NOWHERE, 2), (NOWHERE, 2))
    assert [one.verdict for one in change.parts] == [Verdict.WRITTEN]
    after = applied(order, change)
    third = an_order(a_line("A", 4), a_line("A", 3))
    told = plan_change(wanted, third, after, policy, earlier=[base], numbers=change.numbers)
    assert told.lines == {}, "finance's line is none of the deal's in the next change, either"
    assert [(one.verdict, one.reason) for one in told.parts] == [
        (Verdict.LOST, "finance has taken the line out of the order")
    ]


def test_a_line_that_finance_has_entered_anew_is_the_deals() -> None:
    base, wanted = an_order(a_line("A", 1), a_line("A", 2)), an_order(a_line("A", 4), a_line("A", 2))
    order = meddled_with(held(base), deletes={1}, adds=[a_line("A", 1)])
    change = plan_change(base, wanted, order, EVERYTHING)
    assert {number: edit.line.quantity for number, edit in change.lines.items()} == {3: Decimal(4)}


def test_a_group_among_the_lines_leaves_their_numbers_to_what_they_sell() -> None:
    """NetSuite puts a group's members and an end below its line: what follows has other numbers than its place."""
    base = an_order(a_line("G", 1, None), a_line("A", 2), a_line("A", 3))
    end = OrderLine(item=Reference(internal_id="0", name="End of Group"), quantity=Decimal(0))
    members = [a_line("A", 7), a_line("A", 8), end]
    lines = [base.lines[0], *members, *base.lines[1:]]
    order = held(replace(base, lines=tuple(lines)))
    wanted = an_order(a_line("G", 1, None), a_line("A", 2), a_line("A", 5))
    change = plan_change(base, wanted, order, STREAK)
    assert {number: edit.line.quantity for number, edit in change.lines.items()} == {6: Decimal(5)}
    assert change.numbers.deal == (1, 5, 6)


def test_lines_that_netsuite_keeps_in_another_order_are_told_by_what_they_sell() -> None:
    base, wanted = an_order(a_line("A", 1), a_line("B", 1)), an_order(a_line("A", 4), a_line("B", 1))
    order = held(an_order(a_line("B", 1), a_line("A", 1)))
    change = plan_change(base, wanted, order, STREAK)
    assert {number: edit.line.quantity for number, edit in change.lines.items()} == {2: Decimal(4)}


def refused_line(order: HeldOrder) -> tuple[list[SalesOrder], OrderChange]:
    """Return what a deal wanted, newest first, whose second line was not added."""
    base, second = an_order(a_line("A", 1)), an_order(a_line("A", 1), a_line("A", 2))
    change = plan_change(base, second, order, NOTHING)
    assert change.numbers.deal == (1, NOWHERE)
    return [second, base], change


def test_a_line_that_was_not_added_is_not_taken_for_finances_own_of_that_item() -> None:
    order = meddled_with(held(an_order(a_line("A", 1))), adds=[a_line("A", 5)])
    history, refused = refused_line(order)
    wanted = an_order(a_line("A", 1), a_line("A", 3))
    change = plan_change(
        history[0], wanted, order, STREAK, earlier=history[1:], written=refused.left, numbers=refused.numbers
    )
    assert (change.lines, change.added) == ({}, ())
    assert [(one.verdict, one.reason) for one in change.parts] == [
        (Verdict.LOST, "the line is not in the order: it could not be added when the deal got it")
    ]
    assert change.left == history[1]


def test_a_line_that_was_not_added_is_the_one_that_finance_has_added_for_it() -> None:
    order = held(an_order(a_line("A", 1)))
    history, refused = refused_line(order)
    order = meddled_with(order, adds=[a_line("A", 2)])
    wanted = an_order(a_line("A", 1), a_line("A", 3))
    change = plan_change(
        history[0], wanted, order, STREAK, earlier=history[1:], written=refused.left, numbers=refused.numbers
    )
    assert {number: edit.line.quantity for number, edit in change.lines.items()} == {2: Decimal(3)}
    assert change.numbers.deal == (1, 2)


def test_lines_that_a_change_has_added_are_known_in_the_next_though_finance_has_made_two_equal() -> None:
    base, second = an_order(a_line("A", 1)), an_order(a_line("A", 1), a_line("A", 2), a_line("A", 3))
    added = plan_change(base, second, held(base), EVERYTHING)
    order = by_finance(applied(held(base), added), 2, quantity=Decimal(3))
    wanted = an_order(a_line("A", 1), a_line("A", 2), a_line("A", 5))
    change = plan_change(second, wanted, order, EVERYTHING, earlier=[base], numbers=added.numbers)
    assert {number: edit.line.quantity for number, edit in change.lines.items()} == {3: Decimal(5)}
    assert change.left == wanted


theirs = st.builds(
    a_line, st.sampled_from("AB"), st.integers(1, 9), st.just("0.125")
)  # a rate that no deal has


@given(
    ours.map(tuple),
    st.sets(st.integers(1, 4), max_size=3),
    st.lists(theirs, max_size=3),
    st.lists(st.tuples(ours.map(tuple), st.sampled_from(_SOME_PARTS)), min_size=1, max_size=3),
)
@example(  # a line that was refused, given up, and is wanted again
    first=(a_line("A", 1),),
    deletes=set(),
    adds=[a_line("A", 1, "0.125")],
    wishes=[
        ((a_line("A", 1), a_line("A", 1)), frozenset()),
        ((a_line("A", 1),), GROUPS["everything"]),
        ((a_line("A", 1), a_line("A", 2)), GROUPS["everything"]),
    ],
)
def test_lines_that_finance_has_added_before_the_first_change_are_never_written(
    first: tuple[OrderLine, ...],
    deletes: set[int],
    adds: list[OrderLine],
    wishes: list[tuple[tuple[OrderLine, ...], frozenset[str]]],
) -> None:
    """Finance deletes lines of ours and adds some of the same items: its own stay, and are not counted as written."""
    base = an_order(*first)
    assume(deletes.isdisjoint({len(first)}))  # NetSuite may give the last line's number away again
    order = meddled_with(held(base), deletes=deletes, adds=adds)
    own = {one.number: one for one in order.lines if one.number > len(first)}
    history, written, numbers = [base], None, None
    for lines, parts in wishes:
        wanted = an_order(*lines)
        change = plan_change(
            history[0],
            wanted,
            order,
            replace(STREAK, allowed=dict.fromkeys(OrderStatus, parts)),
            earlier=history[1:],
            written=written,
            numbers=numbers,
        )
        assert change.left is not None
        assert own.keys().isdisjoint({*change.lines, *change.closed, *change.opened})
        assert own.keys().isdisjoint({*change.numbers.deal, *change.numbers.left})
        order, history = applied(order, change), [wanted, *history][:6]
        written, numbers = change.left, change.numbers
        assert {one.number: one for one in order.lines if one.number in own} == own

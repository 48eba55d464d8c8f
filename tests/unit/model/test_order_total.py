from decimal import Decimal

import pytest

from streak_netsuite.model.order_total import AddedPart, Allowance, OrderTotal, TotalRules, WrittenTotal

RULES = TotalRules(allowances={AddedPart.TAX: Allowance(), AddedPart.DISCOUNT: Allowance(allowed=False)})
CENTS = Decimal("0.05")


def held(total: str, **parts: str) -> OrderTotal:
    return OrderTotal(
        total=Decimal(total), parts={AddedPart(part): Decimal(amount) for part, amount in parts.items()}
    )


def written(lines: str, discount: str = "0") -> WrittenTotal:
    return WrittenTotal(lines=Decimal(lines), discount=Decimal(discount))


@pytest.mark.parametrize(
    ("wrote", "there", "differs"),
    [
        pytest.param(written("100"), held("107", tax="7"), False, id="tax alone"),
        pytest.param(written("100"), held("107.06", tax="7"), True, id="a cent beyond the tolerance"),
        pytest.param(written("100"), held("107.05", tax="7"), False, id="within the tolerance"),
        pytest.param(written("100"), held("100"), False, id="nothing added"),
        pytest.param(written("100"), held("100", discount="-20"), True, id="a line makes up for a discount"),
        pytest.param(written("100", "-10"), held("90", discount="-10"), False, id="the deal's discount"),
        pytest.param(
            written("100", "-10"), held("100", discount="0"), True, id="the deal's discount is gone"
        ),
        pytest.param(written("100"), held("110", shipping="10"), True, id="a part without a rule"),
    ],
)
def test_a_total_differs_by_what_netsuite_may_not_add(
    wrote: WrittenTotal, there: OrderTotal, differs: bool
) -> None:
    assert RULES.check(wrote, there).differs(CENTS) is differs


def test_a_discount_that_is_gone_is_a_difference_though_discounts_are_allowed() -> None:
    rules = TotalRules(allowances={AddedPart.DISCOUNT: Allowance()})
    assert rules.check(written("100", "-10"), held("100", discount="0")).differs(CENTS)
    assert not rules.check(written("100", "-10"), held("70", discount="-30")).differs(CENTS)


def test_the_discount_beyond_the_deals_own_is_told() -> None:
    check = RULES.check(written("100", "-10"), held("77", discount="-30", tax="7"))
    assert check.refused == {AddedPart.DISCOUNT: Decimal(-20)}
    assert check.added == {AddedPart.TAX: Decimal(7)}
    assert (check.written, check.found) == (Decimal(90), Decimal(70))

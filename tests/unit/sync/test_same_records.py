"""From how many records on it is the account that was replaced, and not a record that somebody changed."""

import pytest

from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.same_records import WrittenTie, compare


def a_tie(number: int, kind: RecordKind = RecordKind.SALES_ORDER) -> WrittenTie:
    """The order of a box, or a customer, written under a key of its own."""
    return WrittenTie(
        binding=Binding(
            streak=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=f"box-{number}"),
            netsuite=ExternalRef(system=SystemId.NETSUITE, kind=kind, id=str(number)),
            rule="created",
        ),
        key=f"streak-so-{number}",
    )


@pytest.mark.parametrize(
    ("orders", "customers", "replaced"),
    [
        pytest.param((0, 0, 0), (0, 0, 0), False, id="nothing was written yet"),
        pytest.param((10, 0, 0), (10, 0, 0), False, id="all are there"),
        pytest.param((9, 1, 0), (0, 0, 0), False, id="a person gave one another key"),
        pytest.param((10, 0, 0), (0, 10, 0), False, id="an import gave customers other keys"),
        pytest.param((9, 1, 0), (0, 10, 0), False, id="an import, and a person"),
        pytest.param((0, 0, 0), (0, 10, 0), False, id="no order says anything"),
        pytest.param((1, 1, 0), (1, 0, 0), False, id="one of two orders"),
        pytest.param((2, 2, 0), (2, 0, 0), False, id="two are no whole account"),
        pytest.param((3, 3, 0), (3, 0, 0), True, id="as many other orders as ours"),
        pytest.param((1, 1, 0), (0, 2, 0), True, id="another order, and two customers"),
        pytest.param((0, 1, 0), (0, 0, 0), False, id="one record tells nothing"),
        pytest.param((0, 1, 0), (0, 1, 0), True, id="an order and its customer, and nothing is ours"),
        pytest.param((0, 1, 0), (1, 0, 0), False, id="the one order, and its customer is ours"),
        pytest.param((5, 0, 5), (0, 0, 0), False, id="some were deleted"),
        pytest.param((0, 0, 4), (0, 0, 0), False, id="the first tries were deleted"),
        pytest.param((0, 0, 5), (0, 0, 0), True, id="not one of many is left"),
        pytest.param((0, 0, 3), (0, 0, 2), True, id="not one of many is left, of both"),
        pytest.param((1, 0, 9), (0, 0, 0), False, id="one is left"),
        pytest.param((0, 1, 9), (0, 0, 0), True, id="one is another, and none is ours"),
    ],
)
def test_what_counts_as_another_account(
    orders: tuple[int, int, int], customers: tuple[int, int, int], replaced: bool
) -> None:
    ties: list[WrittenTie] = []
    found = {}
    for kind, (same, others, gone) in (
        (RecordKind.SALES_ORDER, orders),
        (RecordKind.CUSTOMER, customers),
    ):
        some = [a_tie(number, kind) for number in range(same + others + gone)]
        found |= {tie.binding.netsuite: {tie.key.upper()} for tie in some[:same]}
        found |= {tie.binding.netsuite: {"finance-7"} for tie in some[same : same + others]}
        ties += some
    seen = compare(ties, found)
    counts = tuple(map(sum, zip(orders, customers, strict=True)))
    assert (seen.same, len(seen.others), len(seen.gone)) == counts
    assert seen.is_replaced is replaced


def test_a_record_may_carry_our_key_beside_that_of_others() -> None:
    tie = a_tie(1)
    assert compare([tie], {tie.binding.netsuite: {"finance-7", tie.key}}).same == 1


def test_a_record_without_any_key_is_another() -> None:
    tie = a_tie(1)
    (other,) = compare([tie], {tie.binding.netsuite: set()}).others
    assert str(other) == "salesOrder 1 carries no key in place of 'streak-so-1'"

"""From how many records on it is the account that was replaced, and not a record that somebody changed."""

import pytest

from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.same_records import WrittenTie, compare


def a_tie(number: int) -> WrittenTie:
    """The order of a box, written under a key of its own."""
    return WrittenTie(
        binding=Binding(
            streak=ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=f"box-{number}"),
            netsuite=ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.SALES_ORDER, id=str(number)),
            rule="created",
        ),
        key=f"streak-so-{number}",
    )


@pytest.mark.parametrize(
    ("same", "others", "gone", "replaced"),
    [
        pytest.param(0, 0, 0, False, id="nothing was written yet"),
        pytest.param(10, 0, 0, False, id="all are there"),
        pytest.param(9, 1, 0, False, id="a person gave one another key"),
        pytest.param(1, 1, 0, True, id="as many others as ours"),
        pytest.param(0, 1, 0, True, id="the only one is another"),
        pytest.param(5, 0, 5, False, id="some were deleted"),
        pytest.param(0, 0, 4, False, id="the first tries were deleted"),
        pytest.param(0, 0, 5, True, id="not one of many is left"),
        pytest.param(1, 0, 9, False, id="one is left"),
        pytest.param(0, 1, 9, True, id="one is another, and none is ours"),
    ],
)
def test_what_counts_as_another_account(same: int, others: int, gone: int, replaced: bool) -> None:
    ties = [a_tie(number) for number in range(same + others + gone)]
    found = {tie.binding.netsuite: {tie.key.upper()} for tie in ties[:same]}
    found |= {tie.binding.netsuite: {"finance-7"} for tie in ties[same : same + others]}
    seen = compare(ties, found)
    assert (seen.same, len(seen.others), len(seen.gone)) == (same, others, gone)
    assert seen.is_replaced is replaced


def test_a_record_may_carry_our_key_beside_that_of_others() -> None:
    tie = a_tie(1)
    assert compare([tie], {tie.binding.netsuite: {"finance-7", tie.key}}).same == 1


def test_a_record_without_any_key_is_another() -> None:
    tie = a_tie(1)
    (other,) = compare([tie], {tie.binding.netsuite: set()}).others
    assert str(other) == "salesOrder 1 carries no key in place of 'streak-so-1'"

"""Options are brought to what is wanted, and what others added is never touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streak_netsuite.sync.option_plan import OptionPlan, Retirement, plan_options

KEEP = Retirement(rule="keep", mark=" (inactive)")
MARK = Retirement(rule="mark", mark=" (inactive)")


def remove(*in_use: str) -> Retirement:
    return Retirement(rule="remove", mark=" (inactive)", in_use=frozenset(in_use))


def after(there: list[str], plan: OptionPlan) -> list[str]:
    """Return the labels once a plan is carried out."""
    kept = [plan.rename.get(label, label) for label in there if label not in plan.remove]
    return [*kept, *plan.add]


@pytest.mark.parametrize(
    ("wanted", "there", "ours", "retirement", "expected"),
    [
        pytest.param({"1": "Arm"}, [], {}, KEEP, ["Arm"], id="a new item is added"),
        pytest.param({"1": "Arm"}, ["arm "], {}, KEEP, ["arm "], id="what is there in other letters is left"),
        pytest.param({}, ["Arm", "Theirs"], {"1": "Arm"}, KEEP, ["Arm", "Theirs"], id="kept when inactive"),
        pytest.param({}, ["Arm"], {"1": "Arm"}, MARK, ["Arm (inactive)"], id="marked when inactive"),
        pytest.param({}, ["Arm (inactive)"], {"1": "Arm"}, MARK, ["Arm (inactive)"], id="marked once"),
        pytest.param({"1": "Arm"}, ["Arm (inactive)"], {"1": "Arm"}, MARK, ["Arm"], id="active again"),
        pytest.param({}, ["Arm"], {"1": "Arm"}, remove(), [], id="removed when nobody has it"),
        pytest.param({}, ["Arm"], {"1": "Arm"}, remove("Arm"), ["Arm"], id="not removed while a box has it"),
        pytest.param({}, ["Arm"], {}, remove(), ["Arm"], id="what is not ours is not removed"),
        pytest.param({"1": "Arm 2"}, ["Arm"], {"1": "Arm"}, KEEP, ["Arm 2"], id="renamed with its item"),
        pytest.param({"1": "Arm"}, ["Arm"], {}, remove(), ["Arm"], id="one that was there before us"),
        pytest.param({"1": "Arm", "2": "arm"}, [], {}, KEEP, ["Arm"], id="two items of one label"),
        pytest.param(
            {"2": "Arm"}, ["Arm"], {"1": "Arm"}, remove(), ["Arm"], id="another item took the label over"
        ),
    ],
)
def test_options_become_what_is_wanted(
    wanted: dict[str, str],
    there: list[str],
    ours: dict[str, str],
    retirement: Retirement,
    expected: list[str],
) -> None:
    assert after(there, plan_options(wanted, there, ours, retirement)) == expected


labels = st.text("abcAB ", min_size=1, max_size=4).filter(str.strip)
items = st.dictionaries(st.sampled_from("12345"), labels, max_size=5)
retirements = st.sampled_from([KEEP, MARK, remove(), remove("a", "b")])


@given(
    wanted=items,
    there=st.lists(labels, unique_by=lambda s: s.strip().casefold()),
    ours=items,
    retirement=retirements,
)
def test_others_options_stay_and_a_second_run_has_nothing_to_do(
    wanted: dict[str, str], there: list[str], ours: dict[str, str], retirement: Retirement
) -> None:
    plan = plan_options(wanted, there, ours, retirement)
    then = after(there, plan)
    known = {label.strip().casefold() for label in ours.values()}
    known |= {name + retirement.mark for name in known}
    theirs = [label for label in there if label.strip().casefold() not in known]
    assert [label for label in theirs if label not in then] == []
    folded = [label.strip().casefold() for label in then]
    assert {label.strip().casefold() for label in wanted.values()} <= set(folded)
    again = plan_options(wanted, then, plan.ours, retirement)
    assert not again.add
    assert not again.remove

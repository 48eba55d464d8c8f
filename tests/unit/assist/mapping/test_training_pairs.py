"""What is shipped to learn from: no system that is kept aside is among those that names are learned from."""

from assist.mapping.training_pairs import groups, groups_kept_aside
from assist.mapping.training_set import kept_aside


def test_nothing_is_learned_from_systems_that_are_kept_aside() -> None:
    learned, aside = ({one.system for one in of()} for of in (groups, groups_kept_aside))
    assert aside
    assert not learned & aside


def test_a_system_that_is_left_out_is_kept_aside_no_more() -> None:
    first, *others = sorted({one.system for one in groups_kept_aside()})
    assert sorted({one.system for one in groups_kept_aside([first])}) == others
    assert set(kept_aside(others).groups) == {first}

"""What is learned from says what it means."""

from assist.mapping.training_pairs import _written, groups


def test_every_target_that_a_pair_names_is_learned() -> None:
    pairs = [of for blocks in _written().values() for of in blocks.values()]
    lost = [
        (group.system, one.id)
        for group, of in zip(groups(), pairs, strict=True)
        for one, right, wanted in zip(group.sources, group.truth, of.values(), strict=True)
        if (wanted != "x") is not bool(right)
    ]
    assert lost == []

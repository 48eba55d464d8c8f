"""Reasons in words with their weight, the model as it is kept, and the index that finds candidates for one record."""

import json

import numpy as np
import pandas as pd
import pytest

from assist.duplicates import Findings, Kind, Rules, find_duplicates
from assist.duplicates.explanation import Reason, Side, explain, in_words
from assist.duplicates.index import CROWDED, Code, codes_of, crowds_of, wanted
from assist.duplicates.kept import from_plain, to_plain
from assist.duplicates.table import prepare
from assist.duplicates.telling import telling


def reasons(found: Findings, one: dict[str, str], other: dict[str, str]) -> dict[str, Reason]:
    table = prepare(pd.DataFrame([one, other]), found.model.layout)
    (told,) = explain(found.model, table, np.array([0]), table, np.array([1]))
    return {reason.comparison: reason for reason in told}


FIRM = {
    "company": "Zeta Norrby Optics Ltd",
    "email": "info@zetanorrby.example.co",
    "phone": "0166666666",
    "street": "14 Dock Road",
    "city": "Hull",
    "postcode": "C3 4XY",
}


def test_what_agrees_speaks_for_and_what_differs_against(found: Findings) -> None:
    told = reasons(
        found, FIRM, FIRM | {"company": "Zeta Norby Optics", "street": "99 Dock Road", "phone": "0123451234"}
    )
    assert told["company"].words == "nearly the same"
    assert told["company"].bits > 0
    assert told["street: house number"].words == "different house number"
    assert told["street: house number"].bits < 0
    assert (told["street: house number"].left, told["street: house number"].right) == ("14", "99")
    assert told["phone"].bits < 0
    assert told["email"].words == "the same, and rare"


def test_what_is_not_known_is_told_once_for_each_field(found: Findings) -> None:
    told = reasons(found, FIRM | {"street": "", "email": ""}, FIRM | {"street": "", "phone": ""})
    unknown = {name: one.words for name, one in told.items() if one.side is Side.UNKNOWN}
    assert unknown == {"street": "neither has one", "phone": "only one has one", "email": "only one has one"}
    assert {told[name].bits for name in unknown} == {0.0}


def test_the_weights_of_each_pair_add_up_to_its_evidence(found: Findings, firms: pd.DataFrame) -> None:
    left = np.arange(0, 200)
    told = telling(found, firms, left, left[::-1] + 200)
    assert [round(sum(one.bits for one in some), 1) for some in told.reasons] == pytest.approx(
        np.round(told.bits, 1).tolist(), abs=0.051
    )
    assert {some[0].side for some in told.reasons} == {Side.START}
    assert len({some[0].bits for some in told.reasons}) <= 2, (
        "all pairs start at the same odds, but for the last digit"
    )


def test_it_is_told_how_names_differ_that_are_taken_for_the_same(firms: pd.DataFrame) -> None:
    frame = firms.copy()
    spelt = {
        "0": "Norrby Optics Ltd",
        "1": "Norrby Optics Limited",
        "2": "NORRBY OPTICS LTD.",
        "3": "Norrby Optics Ltd",
    }
    for name, company in spelt.items():
        frame.loc[name, "company"] = company
    told = telling(find_duplicates(frame), frame, np.array([0, 0, 0]), np.array([1, 2, 3]))
    words = [next(one.words for one in some if one.comparison == "company") for some in told.reasons]
    assert words == [
        "the same but for the company form, and rare",
        "the same but for how it is written, and rare",
        "the same, and rare",
    ]


def test_what_a_rule_decides_is_a_reason_with_its_weight(firms: pd.DataFrame) -> None:
    frame = firms.assign(number=[f"HRB {47000 + at}" for at in range(len(firms))])
    frame.loc["1-copy", "number"] = frame.loc["1", "number"]
    rules = Rules(same_if_equal=["number"], same=[("2", "2-copy")], never=[("3", "3-copy")])
    found = find_duplicates(frame, rules=rules, kinds={"number": Kind.IGNORED})
    left = np.array([frame.index.get_loc(str(number)) for number in range(4)])
    right = np.array([frame.index.get_loc(f"{number}-copy") for number in range(4)])
    told = telling(found, frame, left, right)
    ruled = [next((one.words for one in some if one.comparison == "rule"), "") for some in told.reasons]
    assert ruled == [
        "two registration numbers are for a person to see",
        "the same registration number settles it",
        "people have called them one",
        "people have told them apart",
    ]
    for bits, some in zip(told.bits, told.reasons, strict=True):
        assert sum(one.bits for one in some) == pytest.approx(bits, abs=0.06)


def test_reasons_come_in_one_line_the_weightiest_first(found: Findings) -> None:
    told = list(reasons(found, FIRM, FIRM | {"phone": "0123451234"}).values())
    weights = [abs(one.bits) for one in told if one.side is not Side.START]
    assert weights == sorted(weights, reverse=True)
    assert (
        f"phone: different ({next(r.bits for r in told if r.comparison == 'phone'):+.1f} bits)"
        in in_words(told)
    )


def test_a_rare_value_weighs_more_than_a_common_one() -> None:
    rng = np.random.default_rng(2)
    surnames = np.where(rng.random(400) < 0.3, "Smith", [f"Name{n}" for n in range(400)])
    people = pd.DataFrame(
        {
            "given name": rng.choice(["Ann", "Bob", "Cleo", "Dan", "Eve", "Fay"], 400),
            "surname": surnames,
            "date of birth": [f"19{n % 90 + 10}-0{n % 9 + 1}-1{n % 10}" for n in rng.integers(0, 9999, 400)],
        }
    )
    people = pd.concat([people, people.iloc[:40]], ignore_index=True)
    model = find_duplicates(people).model
    pairs = pd.DataFrame(
        {
            "surname": ["Smith", "Smith", "Name7", "Name7"],
            "given name": ["Ann"] * 4,
            "date of birth": ["1950-01-11", "1950-01-19"] * 2,
        }
    )
    table = prepare(pairs, model.layout)
    common, rare = model.bits(table, np.array([0, 2]), table, np.array([1, 3]))
    assert rare > common + 1


def test_a_kept_model_judges_as_the_learned_one(found: Findings) -> None:
    kept = from_plain(json.loads(json.dumps(to_plain(found.model))))
    i, j = np.arange(0, 60), np.arange(60, 120)
    assert np.allclose(
        kept.bits(found.table, i, found.table, j), found.model.bits(found.table, i, found.table, j)
    )


@pytest.mark.parametrize("rows", [0, 1])
def test_a_table_too_small_to_learn_from_calls_nobody_alike_and_has_no_reasons(rows: int) -> None:
    known = pd.DataFrame({"name": ["Vandermeer Kowalski Robotics"], "city": ["Leeds"]}, index=["1"])
    model = from_plain(to_plain(find_duplicates(known[:rows]).model))
    table = prepare(pd.concat([known, known]), model.layout)
    here, there = np.array([0]), np.array([1])
    assert model.bits(table, here, table, there)[0] < -10
    assert explain(model, table, here, table, there) == [[]]


def test_a_model_of_another_release_is_refused_with_what_to_do(found: Findings) -> None:
    with pytest.raises(ValueError, match="search for duplicates once"):
        from_plain(to_plain(found.model) | {"form": 0})


def test_codes_tell_nothing_without_their_key_and_are_the_same_with_it(found: Findings) -> None:
    table = prepare(pd.DataFrame([FIRM]), found.model.layout)
    (one,), (again,), (other) = (
        codes_of(table, b"k" * 32),
        codes_of(table, b"k" * 32),
        codes_of(table, b"x" * 32)[0],
    )
    assert one == again
    assert not {code.number for code in one} & {code.number for code in other}


def test_a_copy_shares_a_code_with_its_record(found: Findings, firms: pd.DataFrame) -> None:
    codes = codes_of(found.table, b"k" * 32)
    numbers = {name: {code.number for code in some} for name, some in zip(firms.index, codes, strict=True)}
    crowds = crowds_of(found.table, b"k" * 32)
    for number in range(70):
        asked = wanted(codes[firms.index.get_loc(f"{number}-copy")], crowds)
        assert set(asked.ones) & numbers[str(number)]


def test_common_codes_are_asked_for_by_twos_of_different_columns() -> None:
    codes = [
        Code(column="city", number=1),
        Code(column="city", number=2),
        Code(column="name", number=3),
        Code(column="phone", number=4),
    ]
    asked = wanted(codes, {1: 500, 2: CROWDED + 1, 3: 700})
    assert asked.ones == [4]
    assert asked.twos == [(2, 3), (1, 3)]


def test_two_codes_that_half_of_all_share_are_not_asked_for() -> None:
    codes = [Code(column="city", number=1), Code(column="name", number=2)]
    assert wanted(codes, {1: 100_000, 2: 100_000}).twos == []

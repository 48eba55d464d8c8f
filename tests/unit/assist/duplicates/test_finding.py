"""The engine from a table to groups: what it finds, what it keeps apart, and what it makes of odd tables."""

import random
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from made_firms import a_firm

from assist.duplicates import Findings, Kind, Rules, Settings, find_duplicates, link
from assist.duplicates.alignment import same_columns
from assist.duplicates.blocking import candidates
from assist.duplicates.neighbours import neighbours
from assist.duplicates.table import layout_of, prepare
from assist.duplicates.telling import telling

Together = Callable[[Findings, str, str], bool]


def test_copies_are_found_and_others_left_alone(
    firms: pd.DataFrame, found: Findings, together: Together
) -> None:
    hit = sum(together(found, str(number), f"{number}-copy") for number in range(70))
    assert hit >= 68
    sizes = found.clusters.value_counts()
    assert (sizes > 1).sum() <= 71


def test_the_same_table_gives_the_same_answer_and_the_order_of_rows_does_not_matter(
    firms: pd.DataFrame, found: Findings
) -> None:
    again = find_duplicates(firms)
    assert np.array_equal(again.groups, found.groups)
    assert np.array_equal(again.bits, found.bits)
    mixed = find_duplicates(firms.sample(frac=1, random_state=3))
    assert _sets(mixed) == _sets(found)


def _sets(findings: Findings) -> set[frozenset[str]]:
    groups = findings.clusters
    return {frozenset(some.index) for _, some in groups.groupby(groups) if len(some) > 1}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            {
                "company": "Zeta Norrby Optics 2 Ltd",
                "phone": "0155555555",
                "street": "77 Station Street",
                "postcode": "A9 1XY",
            },
            id="another branch",
        ),
        pytest.param(
            {
                "street": "180 Church Walk",
                "city": "Truro",
                "postcode": "H9 9XY",
                "phone": "0177777777",
                "email": "",
            },
            id="namesake elsewhere",
        ),
        pytest.param(
            {"company": "Ostrava Vodka Bar", "email": "x@ostrava.example.co", "phone": "0188888888"},
            id="another at the same address",
        ),
    ],
)
def test_evidence_against_keeps_records_apart(
    firms: pd.DataFrame, together: Together, change: dict[str, str]
) -> None:
    one = {
        "company": "Zeta Norrby Optics 1 Ltd",
        "email": "info@zetanorrby.example.co",
        "phone": "0166666666",
        "street": "14 Dock Road",
        "city": "Hull",
        "postcode": "C3 4XY",
    }
    both = pd.DataFrame.from_dict({"one": one, "other": one | change}, orient="index")
    result = find_duplicates(pd.concat([firms, both]))
    assert not together(result, "one", "other")


def test_another_registration_number_speaks_against(together: Together) -> None:
    rng = random.Random(1)
    made = {str(n): a_firm(rng) | {"vat number": f"GB{rng.randint(10**8, 10**9)}"} for n in range(300)}
    for n in range(40):
        made[f"{n}-copy"] = made[str(n)] | {"company": made[str(n)]["company"].upper()}
    same = made["100"] | {"email": "", "phone": ""}
    made["twin"] = same
    made["rival"] = same | {"vat number": "GB999999990"}
    result = find_duplicates(pd.DataFrame.from_dict(made, orient="index"))
    table, model = result.table, result.model
    at = {name: place for place, name in enumerate(result.ids)}
    rows = np.array([at["100"], at["100"]])
    twin, rival = model.bits(table, rows, table, np.array([at["twin"], at["rival"]]))
    assert rival < twin - 3


def test_a_definite_rule_makes_one_and_a_person_who_says_no_wins(
    firms: pd.DataFrame, together: Together
) -> None:
    frame = firms.assign(vat="")
    frame.loc[["300", "301"], "vat"] = "GB 482 0137 55"
    rules = Rules(same_if_equal=["vat"])
    assert together(find_duplicates(frame, rules=rules), "300", "301")
    told = Rules(same_if_equal=["vat"], same=[("302", "303")], never=[("300", "301"), ("0", "0-copy")])
    result = find_duplicates(frame, rules=told)
    assert not together(result, "300", "301")
    assert not together(result, "0", "0-copy")
    assert together(result, "302", "303")


def test_who_is_told_apart_from_one_of_several_copies_is_not_in_their_group(
    firms: pd.DataFrame, together: Together
) -> None:
    copies = [f"again {n}" for n in range(4)]
    frame = pd.concat([firms, firms.loc[["0"] * 4].set_axis(copies)])
    result = find_duplicates(frame, rules=Rules(never=[("0", "again 0")]))
    assert not together(result, "0", "again 0")
    assert together(result, "again 1", "again 2")
    assert together(result, "again 2", "again 3")


def test_what_people_called_the_same_is_one_group_however_unlike_it_is(
    firms: pd.DataFrame, together: Together
) -> None:
    copies = [f"again {n}" for n in range(3)]
    frame = pd.concat([firms, firms.loc[["200"] * 3].set_axis(copies)])
    result = find_duplicates(frame, rules=Rules(same=[("205", "200"), ("205", "207")]))
    assert result.clusters[["200", "205", "207", *copies]].nunique() == 1


def test_any_number_of_equal_records_and_one_with_a_slip_are_one(firms: pd.DataFrame) -> None:
    copies = [f"again {n}" for n in range(300)]
    frame = pd.concat([firms, firms.loc[["200"] * 300].set_axis(copies)])
    frame.loc["slip"] = firms.loc["200"].to_dict() | {"phone": ""}
    assert find_duplicates(frame).clusters[["200", "slip", *copies]].nunique() == 1


def test_rules_about_records_that_are_not_there_do_nothing(firms: pd.DataFrame, found: Findings) -> None:
    rules = Rules(same=[("0", "gone")], never=[("gone", "also gone")], same_if_equal=["no such column"])
    assert np.array_equal(find_duplicates(firms, rules=rules).groups, found.groups)


def test_columns_without_headings_are_compared_too(firms: pd.DataFrame, found: Findings) -> None:
    numbered = firms.set_axis(range(firms.shape[1]), axis=1)
    kinds = {str(at): kind for at, kind in enumerate(layout_of(firms).kinds.values())}
    again = find_duplicates(numbered, kinds=kinds)
    assert again.groups.tolist() == found.groups.tolist()


def test_two_tables_are_linked_one_to_one(firms: pd.DataFrame) -> None:
    names = [str(n) for n in range(100)]
    left = firms.loc[names]
    right = firms.loc[[f"{n}-copy" for n in range(60)] + [str(n) for n in range(200, 240)]]
    result = link(left, right)
    groups = result.clusters
    pairs = [
        (one, f"{one}-copy") for one in names[:60] if groups["left", one] == groups["right", f"{one}-copy"]
    ]
    assert len(pairs) >= 57
    assert groups.value_counts().max() == 2


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(pd.DataFrame({"company": [], "email": []}), id="no rows"),
        pytest.param(pd.DataFrame({"company": ["Acme Ltd"], "email": ["a@b.example"]}), id="one row"),
        pytest.param(pd.DataFrame({"company": ["Acme Ltd", "Bolt Inc", "Cord SA"]}), id="one column"),
        pytest.param(pd.DataFrame({"company": [None] * 5, "email": [None] * 5}), id="all missing"),
        pytest.param(pd.DataFrame({"company": ["Acme"] * 6}), id="one value"),
        pytest.param(pd.DataFrame(index=["a", "b"]), id="no columns"),
        pytest.param(
            pd.DataFrame({"company": ["Acme Ltd", "Bolt Inc"] * 4}, index=["same"] * 8), id="ids that repeat"
        ),
        pytest.param(
            pd.DataFrame(
                {"name": ["<b>Acme</b>\nLtd", "شركة النور", "=1+1", "", "\u0000x"] * 3, "n": range(15)}
            ),
            id="markup, Arabic, formula, control characters",
        ),
    ],
)
def test_odd_tables_give_an_answer(frame: pd.DataFrame) -> None:
    result = find_duplicates(frame)
    assert len(result.groups) == len(frame)


def test_records_that_share_a_rare_value_or_two_common_ones_are_compared(firms: pd.DataFrame) -> None:
    table = prepare(firms, layout_of(firms))
    pairs = set(candidates(table, Settings()).tolist())
    places = {name: at for at, name in enumerate(firms.index)}
    for number in range(70):
        i, j = sorted((places[str(number)], places[f"{number}-copy"]))
        assert i * len(firms) + j in pairs


def test_blocking_keeps_to_its_budget(firms: pd.DataFrame) -> None:
    table = prepare(firms, layout_of(firms))
    few = candidates(table, Settings(pairs_per_record=2))
    assert len(few) <= 2 * len(firms) * 1.2
    assert len(candidates(table, Settings())) > len(few)


def test_a_misspelt_rare_name_is_among_the_nearest_neighbours() -> None:
    names = [f"{a}{b}" for a in ("Krispin", "Wolfram", "Zenobia", "Quillon") for b in map(str, range(20))]
    frame = pd.DataFrame({"company": [*names, "Xylophonic Instruments", "Xylphonic Instrumets"]})
    table = prepare(frame, layout_of(frame, {"company": Kind.COMPANY}))
    size = len(frame)
    assert (size - 2) * size + size - 1 in neighbours(table, Settings()).tolist()


def rare_firms(count: int) -> list[tuple[str, str]]:
    """Names and cities that hardly come twice."""
    rng = random.Random(4)
    parts = ["ka", "lo", "mi", "ru", "se", "ta", "vo", "ne", "bu", "di", "fa", "go"]

    def word(length: int) -> str:
        return "".join(rng.choices(parts, k=length)).title()

    return [(f"{word(5)} {word(5)} {rng.choice(['Foods', 'Metals'])} Ltd", word(4)) for _ in range(count)]


@pytest.mark.parametrize("columns", [["company", "city"], ["company"]])
@pytest.mark.parametrize(("count", "copied"), [(20, 2), (200, 20), (2000, 200)])
def test_equal_rows_are_found_in_narrow_and_in_small_tables(
    count: int, copied: int, columns: list[str], together: Together
) -> None:
    """There is little to learn weights from, and what is equal is told by how rare it is."""
    rows = rare_firms(count)
    frame = pd.DataFrame(
        [*rows, *rows[:copied]],
        columns=["company", "city"],
        index=[str(n) for n in range(count)] + [f"{n}-copy" for n in range(copied)],
    )
    found = find_duplicates(frame[columns])
    assert all(together(found, str(n), f"{n}-copy") for n in range(copied))
    assert found.clusters.nunique() == count
    assert not found.automatic().any(), "a person sees them first"


def test_an_equal_pair_among_five_rows_is_found(firms: pd.DataFrame) -> None:
    five = firms.loc[["0", "1", "2", "3", "0"]].reset_index(drop=True)
    assert find_duplicates(five).clusters.tolist() == [0, 1, 2, 3, 0]


def test_namesakes_of_whom_nothing_else_is_known_are_left_apart() -> None:
    names = [" ".join(name.split()[:2]) for name, _ in rare_firms(300)]
    frame = pd.DataFrame({"first_name": names + ["John Smith"] * 4, "city": ["Portland"] * 304})
    assert find_duplicates(frame).clusters.nunique() == 304


@pytest.mark.parametrize("columns", [["company", "city"], ["company"]])
@pytest.mark.parametrize(("count", "shared"), [(20, 2), (200, 20), (2000, 200)])
def test_equal_rows_of_two_narrow_tables_are_found(count: int, shared: int, columns: list[str]) -> None:
    rows = rare_firms(count + count // 2)
    left, right = (
        pd.DataFrame(some, columns=["company", "city"])[columns]
        for some in (rows[:count], [*rows[count:], *rows[:shared]])
    )
    found = link(left, right)
    groups = found.clusters
    others = len(right) - shared
    assert all(groups["left", n] == groups["right", others + n] for n in range(shared))
    assert groups.nunique() == len(left) + len(right) - shared
    assert not found.automatic().any(), "a person sees them first"


def test_records_that_equal_several_of_the_other_table_have_one_partner_each() -> None:
    rows = rare_firms(300)
    left = pd.DataFrame([*rows[:200], rows[0], rows[0]], columns=["company", "city"])
    right = pd.DataFrame([*rows[200:], rows[0], rows[0]], columns=["company", "city"])
    groups = link(left, right).clusters
    assert groups["left", 0] == groups["right", 100]
    assert groups["left", 200] == groups["right", 101]
    assert groups.value_counts().max() == 2


def test_namesakes_of_two_tables_of_whom_nothing_else_is_known_are_left_apart() -> None:
    names = [" ".join(name.split()[:2]) for name, _ in rare_firms(300)]
    sides = (
        pd.DataFrame({"first_name": [*some, "John Smith", "John Smith"], "city": ["Portland"] * 152})
        for some in (names[:150], names[150:])
    )
    assert link(*sides).clusters.nunique() == 304


def test_a_key_of_the_table_does_not_keep_equal_records_apart() -> None:
    rows = rare_firms(200)
    frame = pd.DataFrame([*rows, *rows[:2]], columns=["company", "city"])
    frame["vendor_id"] = [f"V-{at:05}" for at in range(len(frame))]
    groups = find_duplicates(frame).groups
    assert groups[:2].tolist() == groups[200:].tolist()


def test_two_tables_need_no_common_headings() -> None:
    rng = random.Random(4)
    rows = [a_firm(rng) for _ in range(300)]
    ours = pd.DataFrame(rows[:200])
    theirs = pd.DataFrame(rows[100:]).rename(
        columns={
            "company": "Firma",
            "email": "Mail",
            "phone": "Rufnummer",
            "street": "Anschrift",
            "city": "Ort",
            "postcode": "PLZ",
        }
    )
    theirs["Sektor"] = ["Handel", "Bau"] * 100
    found = link(ours, theirs)
    assert {part.column for part in found.table.parts} >= {
        "company",
        "email",
        "phone",
        "street",
        "city",
        "postcode",
    }
    together = found.groups[100:200] == found.groups[200:300]
    assert together.mean() > 0.95


def test_columns_of_one_kind_go_together_by_what_they_share() -> None:
    rng = random.Random(4)
    people = pd.DataFrame(
        {
            "given": rng.choices(["Ann", "Bob", "Cleo", "Dan"], k=60),
            "family": [f"Name{chr(65 + n % 26)}" for n in range(60)],
        }
    )
    theirs = people.rename(columns={"family": "nachname", "given": "vorname"})[["nachname", "vorname"]]
    assert same_columns(people, theirs) == {"vorname": "given", "nachname": "family"}


def _people_of_companies(rng: random.Random) -> pd.DataFrame:
    """Return companies with three people each, who share its phone, place and domain; every fifth person stands twice."""
    rows = {}
    for number in range(120):
        firm = a_firm(rng)
        for at, (given, family) in enumerate(zip(rng.sample(_GIVEN, 3), rng.sample(_FAMILY, 3), strict=True)):
            domain = firm["email"].partition("@")[2]
            person = {
                **firm,
                "email": f"{given}.{family}@{domain}".lower(),
                "first name": given,
                "last name": family,
            }
            rows[f"{number}-{at}"] = person
            if (number + at) % 5 == 0:
                rows[f"{number}-{at}-copy"] = {**person, "email": "", "first name": given[0]}
    return pd.DataFrame.from_dict(rows, orient="index")


_GIVEN = "Anna Bertil Carla Dieter Elena Fabio Greta Hugo Ines Jorge Karin Ludwig".split()
_FAMILY = (
    "Abbot Byrne Castell Dawes Ekholm Farrow Gladwin Hobday Ibarra Jessop Keswick Lund Marlow Norrby Oakes Prentice"
    " Quigley Rosario Sandoval Thackeray Vasquez Whitlock Yardley Zeller"
).split()


def test_colleagues_are_not_one_person() -> None:
    frame = _people_of_companies(random.Random(8))
    found = find_duplicates(frame)
    people = frame.index.str.removesuffix("-copy")
    groups = pd.DataFrame({"group": found.groups, "person": people}).groupby("group")["person"].nunique()
    assert (groups > 1).sum() <= 3
    pairs = found.pairs[found.automatic()]
    sure = people[pairs // len(frame)] == people[pairs % len(frame)]
    assert len(sure) > 30
    assert sure.mean() > 0.99


@pytest.mark.parametrize(
    "sister",
    [
        "Norrby Handel GmbH",
        "Norrby Optik Verwaltungs-GmbH",
        "Norrby Optik GmbH & Co. KG",
        "Norrby Optik Holding GmbH",
    ],
)
def test_firms_of_one_group_at_one_address_are_for_a_person_to_see(firms: pd.DataFrame, sister: str) -> None:
    one = {
        "company": "Norrby Optik GmbH",
        "email": "info@norrby-optik.example.de",
        "phone": "0166666666",
        "street": "14 Dock Road",
        "city": "Hull",
        "postcode": "C3 4XY",
    }
    misspelt = "Norby Optik G.m.b.H."
    frame = pd.concat(
        [firms, pd.DataFrame([one, one | {"company": sister}, one | {"company": misspelt}], ["a", "b", "c"])]
    )
    found = find_duplicates(frame)
    place = {name: frame.index.get_loc(name) for name in "abc"}
    size = len(frame)
    sure = set(found.pairs[found.automatic()].tolist())
    assert place["a"] * size + place["b"] not in sure
    assert place["a"] * size + place["c"] in sure
    told = telling(found, frame, np.array([place["a"]]), np.array([place["b"]]))
    words = [one.words for one in told.reasons[0] if one.comparison == "rule"]
    assert told.bits[0] < found.settings.automatic_bits
    assert not words or "firms of a group" in words[0]

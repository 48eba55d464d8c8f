"""Registration numbers: what makes one customer, what does not, and what two numbers in a group mean."""

import random
from collections.abc import Callable

import pandas as pd
import pytest
from made_firms import a_firm

from assist.duplicates import Findings, Rules, find_duplicates
from assist.duplicates.groups import SURE, groups_of
from assist.duplicates.numbers import telling

Together = Callable[[Findings, str, str], bool]
SAME_NUMBER = Rules(same_if_equal=["vat"])


@pytest.mark.parametrize(
    "value",
    (
        "n.a.,0,000000,TBD,tbc,pending,exempt,not registered,keine,unbekannt,xxx,XXXXX,applied for,n/v,na12,A1234,"
        "123456789,12345678,0123456789,987654321,999999999,GB999999999"
    ).split(","),
)
def test_a_placeholder_is_no_number(value: str) -> None:
    assert telling([value]) == [""]


@pytest.mark.parametrize("value", ["gb482013755", "de128123456", "hrb4711", "fr12345671234", "10000"])
def test_a_number_of_somebodys_own_is_one(value: str) -> None:
    assert telling([value]) == [value]


@pytest.fixture(scope="module")
def numbered() -> pd.DataFrame:
    """Three hundred firms with a number each."""
    rng = random.Random(11)
    made = {str(n): a_firm(rng) | {"vat": f"GB{rng.randint(10**8, 10**9 - 1)}"} for n in range(300)}
    return pd.DataFrame.from_dict(made, orient="index")


@pytest.mark.parametrize("shared", ["exempt", "GB482013755"])
def test_what_many_unlike_firms_share_makes_no_sure_group(numbered: pd.DataFrame, shared: str) -> None:
    frame = numbered.copy()
    some = [str(n) for n in range(10, 22)]
    frame.loc[some, "vat"] = shared
    found = find_duplicates(frame, rules=SAME_NUMBER)
    groups = groups_of(found, frame)
    held = groups.members.loc[frame.index[groups.members["row"]].isin(some), "group"]
    assert SURE not in set(groups.table.loc[held.unique(), "band"])
    assert found.clusters[some].nunique() > 6


def test_a_firm_of_many_records_and_one_number_is_one(numbered: pd.DataFrame, together: Together) -> None:
    frame = numbered.copy()
    some = [str(n) for n in range(10, 22)]
    frame.loc[some, "vat"] = "GB482013755"
    frame.loc[some, "company"] = [f"Northwind Foundry{' Ltd' * (n % 2)}" for n in range(12)]
    assert find_duplicates(frame, rules=SAME_NUMBER).clusters[some].nunique() == 1


def test_a_number_holds_any_number_of_records_together(numbered: pd.DataFrame) -> None:
    rng = random.Random(12)
    rows = [a_firm(rng) | {"company": "Northwind Foundry Ltd", "vat": "GB482013755"} for _ in range(80)]
    frame = pd.concat([numbered, pd.DataFrame(rows, index=[f"site {n}" for n in range(80)])])
    found = find_duplicates(frame, rules=SAME_NUMBER)
    assert found.clusters[[f"site {n}" for n in range(80)]].nunique() == 1


def relatives(numbered: pd.DataFrame, *numbers: str | None) -> pd.DataFrame:
    """Return the firms with relatives of the first one, alike in all but the number."""
    made = pd.DataFrame(
        [numbered.loc["0"] for _ in numbers], index=[f"relative {n}" for n in range(len(numbers))]
    )
    made["vat"] = list(numbers)
    copies = numbered.loc[[str(n) for n in range(40, 70)]].rename(index=lambda name: f"{name}-copy")
    return pd.concat([numbered, copies.assign(vat=None), made])


def test_records_of_two_numbers_are_not_sure(numbered: pd.DataFrame) -> None:
    frame = relatives(numbered, "GB482013755")
    found = find_duplicates(frame, rules=SAME_NUMBER)
    pairs = found.scored_pairs().set_index(["left", "right"])
    assert pairs.loc["0", "relative 0"].bits == found.settings.unsure_bits


def test_a_group_that_holds_two_numbers_is_for_a_person_to_see(
    numbered: pd.DataFrame, together: Together
) -> None:
    frame = relatives(numbered, None, "GB482013755")
    found = find_duplicates(frame, rules=SAME_NUMBER)
    assert together(found, "0", "relative 0")
    assert together(found, "relative 0", "relative 1")
    groups = groups_of(found, frame)
    rows = frame.index[groups.members["row"]]
    own = groups.members.loc[rows == "0", "group"].item()
    assert groups.table.loc[own, "band"] != SURE
    sure = found.pairs[found.automatic()]
    assert not {"0", "relative 0", "relative 1"} & set(found.ids[sure // len(frame)])
    assert (groups.table["band"] == SURE).sum() >= 28, "others stay sure"


def test_two_numbers_that_a_person_called_one_customer_are_sure(numbered: pd.DataFrame) -> None:
    frame = relatives(numbered, "GB482013755")
    rules = Rules(same_if_equal=["vat"], same=[("0", "relative 0")])
    found = find_duplicates(frame, rules=rules)
    groups = groups_of(found, frame)
    own = groups.members.loc[frame.index[groups.members["row"]] == "0", "group"].item()
    assert groups.table.loc[own, "band"] == SURE

"""A small country of firms, made up anew for each run from one seed."""

import random
from collections.abc import Callable

import pandas as pd
import pytest
from made_firms import a_firm

from assist.duplicates import Findings, find_duplicates


@pytest.fixture(scope="session")
def firms() -> pd.DataFrame:
    """Five hundred firms: some seventy copies of others with slips, the ids saying of which ("7-copy" of "7")."""
    rng = random.Random(5)
    made = {str(number): a_firm(rng) for number in range(430)}
    for number in range(70):
        copy = dict(made[str(number)])
        copy["company"] = copy["company"].upper() if number % 2 else copy["company"].replace("Ltd", "Limited")
        copy[rng.choice(["email", "phone", "street"])] = ""
        made[f"{number}-copy"] = copy
    return pd.DataFrame.from_dict(made, orient="index")


@pytest.fixture(scope="session")
def found(firms: pd.DataFrame) -> Findings:
    """What the engine finds among them."""
    return find_duplicates(firms)


@pytest.fixture
def together() -> Callable[[Findings, str, str], bool]:
    """Tell whether two records ended in one group."""

    def tell(findings: Findings, one: str, other: str) -> bool:
        groups = findings.clusters
        return bool(groups[one] == groups[other])

    return tell

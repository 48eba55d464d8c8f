"""The demonstration has something to decide about on the page of duplicates."""

from typing import Any

import pytest

from streak_netsuite.demo.duplicates import CUSTOMERS
from streak_netsuite.demo.stage import add_customers
from streak_netsuite.flows.duplicate_text import question_text
from streak_netsuite.sync.duplicate_case import SCOPE

World = Any


def test_the_first_search_of_the_demonstration_asks_about_pairs(world: World) -> None:
    add_customers(world.info, CUSTOMERS)
    with world.product() as product:
        product.duplicate_search().run()
        asked = product.ledger.duplicates.questions(SCOPE, limit=20)
    names = {frozenset(record["name"] for record in one.body["records"].values()) for one in asked}
    assert names == {
        frozenset({"Hobday Dental Supply Inc", "HOBDAY DENTAL SUPPLY, Incorporated"}),
        frozenset({"Riverbend Brewing Co", "River Bend Brewing Company LLC"}),
    }
    for one in asked:
        told = question_text(one)
        reasons = one.body["reasons"]
        assert sum(reason["bits"] for reason in reasons) == pytest.approx(one.bits, abs=0.06), told
        assert {"start", "for", "unknown"} <= {reason["side"] for reason in reasons}, told
    (renamed,) = (one for one in asked if "HOBDAY" in str(one.body["records"]))
    assert {"what": "city", "words": "only one has one", "bits": 0.0, "side": "unknown"} in renamed.body[
        "reasons"
    ]
    assert "name: the same but for the company form" in question_text(renamed)

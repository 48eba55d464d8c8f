"""The DAGs about duplicates run in a real Airflow, and write to neither side by themselves."""

from typing import Any

import pytest

from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.sync.duplicate_case import LINKS, Among

pytestmark = pytest.mark.airflow
Place = Any


def test_every_table_and_links_are_looked_for_and_merges_followed_without_a_write(place: Place) -> None:
    looked = place.run("find_duplicates.py")
    assert looked.state == "success", looked.output[-3000:]
    with Ledger.connect(place.ledger_settings) as ledger:
        runs = {one.scope for one in ledger.duplicates.runs()}
    assert runs == {LINKS, *(among.scope for among in Among)}
    followed = place.run("follow_merges.py")
    assert followed.state == "success", followed.output[-3000:]
    assert place.writes("streak") == []
    assert place.writes("netsuite") == []

"""When a record was gone, by NetSuite's clock of whole seconds."""

from datetime import UTC, datetime, timedelta

import pytest

from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.deletion import Deletion

SECOND = datetime(2026, 11, 30, 3, 41, 0, tzinfo=UTC)
ORDER = ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.SALES_ORDER, id="8006")


@pytest.mark.parametrize(
    ("after", "is_before"),
    [
        pytest.param(-1.0, False, id="a second earlier"),
        pytest.param(0.14, False, id="within its second, as when the order was made and deleted at once"),
        pytest.param(0.999, False, id="at the end of its second"),
        pytest.param(1.0, True, id="in the next second"),
    ],
)
def test_a_deletion_is_before_what_came_after_its_second(after: float, is_before: bool) -> None:
    deletion = Deletion(record=ORDER, at=SECOND)
    assert deletion.is_before(SECOND + timedelta(seconds=after)) is is_before

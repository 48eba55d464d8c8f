"""The sweep's watermark: the newest change seen, moved with the hints it justifies."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from streak_netsuite.errors import Unavailable
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.flows.sweep import WATERMARK, BoxSweep
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.hint import Hint, HintOrigin, StoredHints

SETTINGS = FlowSettings(overlap_seconds=300, first_sweep_seconds=3600)


def a_hint(box: str, changed: datetime | None, **payload: Any) -> Hint:
    shown = {"key": box, **({"lastUpdatedTimestamp": _ms(changed)} if changed else {}), **payload}
    record = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=box)
    version = str(_ms(changed)) if changed else "digest"
    return Hint(record=record, version=version, event="sweep", origin=HintOrigin.SWEEP, payload=shown)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


class Boxes:
    """Boxes that changed, newest first; may break on the way."""

    def __init__(self, *hints: Hint, breaks: bool = False) -> None:
        self.hints = hints
        self.breaks = breaks
        self.asked_since: list[datetime | None] = []

    def changed_since(self, since: datetime | None) -> Iterator[Hint]:
        self.asked_since.append(since)
        yield from self.hints
        if self.breaks:
            raise Unavailable("page 2 did not come")


def sweep(memory: Any, boxes: Boxes, now: datetime) -> StoredHints:
    flow = BoxSweep(deals=boxes, memory=memory, settings=SETTINGS, clock=lambda: now)  # type: ignore[arg-type]
    return flow.run()


def test_the_first_sweep_reaches_back_as_far_as_the_settings_say(memory: Any, now: datetime) -> None:
    boxes = Boxes()
    sweep(memory, boxes, now)
    assert boxes.asked_since == [now - timedelta(seconds=3600)]


def test_a_sweep_that_saw_nothing_leaves_no_watermark(memory: Any, now: datetime) -> None:
    assert sweep(memory, Boxes(), now) == StoredHints(new=0, repeated=0)
    assert memory.watermarks == {}


def test_the_watermark_is_the_newest_change_seen_not_the_time_of_the_sweep(
    memory: Any, now: datetime
) -> None:
    newest, older = now - timedelta(minutes=7), now - timedelta(minutes=30)
    stored = sweep(memory, Boxes(a_hint("A", older), a_hint("B", newest), a_hint("C", older)), now)
    assert stored.new == 3
    assert memory.watermarks == {WATERMARK: newest}


def test_the_next_sweep_reaches_back_behind_the_watermark(memory: Any, now: datetime) -> None:
    memory.watermarks[WATERMARK] = now - timedelta(minutes=10)
    boxes = Boxes()
    sweep(memory, boxes, now)
    assert boxes.asked_since == [now - timedelta(minutes=15)]
    assert memory.watermarks == {WATERMARK: now - timedelta(minutes=10)}


def test_what_the_overlap_shows_again_moves_nothing_back_and_is_counted(memory: Any, now: datetime) -> None:
    mark = now - timedelta(minutes=10)
    memory.watermarks[WATERMARK] = mark
    again = Boxes(a_hint("A", mark - timedelta(minutes=2)))
    assert sweep(memory, again, now) == StoredHints(new=1, repeated=0)
    assert sweep(memory, again, now) == StoredHints(new=0, repeated=1)
    assert memory.log == [("store_hints", (WATERMARK, mark))] * 2


def test_a_sweep_that_breaks_on_a_page_stores_nothing_and_stays(memory: Any, now: datetime) -> None:
    mark = now - timedelta(minutes=10)
    memory.watermarks[WATERMARK] = mark
    with pytest.raises(Unavailable):
        sweep(memory, Boxes(a_hint("A", now), breaks=True), now)
    assert (memory.watermarks, memory.hints) == ({WATERMARK: mark}, {})


def test_a_box_without_a_time_of_change_is_hinted_and_moves_nothing(memory: Any, now: datetime) -> None:
    assert sweep(memory, Boxes(a_hint("A", None)), now).new == 1
    assert memory.watermarks == {}


@pytest.mark.parametrize(
    "ahead",
    [
        pytest.param(timedelta(minutes=20), id="one pipeline changed while another was read"),
        pytest.param(timedelta(days=36500), id="a time that is wrong"),
    ],
)
def test_the_watermark_is_never_ahead_of_the_sweeps_beginning(
    memory: Any, now: datetime, ahead: timedelta
) -> None:
    sweep(memory, Boxes(a_hint("A", now + ahead)), now)
    boxes = Boxes()
    sweep(memory, boxes, now + timedelta(hours=1))
    assert boxes.asked_since == [now - timedelta(seconds=300)]


def test_a_time_that_no_calendar_has_moves_nothing(memory: Any, now: datetime) -> None:
    assert sweep(memory, Boxes(a_hint("A", None, lastUpdatedTimestamp=10**18)), now).new == 1
    assert memory.watermarks == {}

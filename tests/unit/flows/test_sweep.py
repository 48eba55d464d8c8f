"""The sweeps, over a real ledger and lists that can be made to change and to break."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from streak_netsuite.errors import RejectedByVendor, Unavailable
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.flows.sweep import DeltaSweep, FullSweep, SweepReport
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.hint import Hint, HintOrigin
from streak_netsuite.sync.stream import Absence, Sighting, StreamPage

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SETTINGS = FlowSettings(overlap_seconds=300, first_sweep_seconds=3600)
NAME = "streak.boxes.P"
Sweep = Callable[..., SweepReport]


def a_sighting(key: str, changed: datetime | None = NOW, *, digest: str = "same") -> Sighting:
    record = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=key)
    version = str(round(changed.timestamp() * 1000)) if changed else "none"
    hint = Hint(record=record, version=version, event="sweep", origin=HintOrigin.SWEEP, payload={"key": key})
    return Sighting(hint=hint, digest=digest, changed_at=changed)


@dataclass
class Boxes:
    """A list of two a page, newest first; breaks on a page when told, and says where records went."""

    rows: list[Sighting] = field(default_factory=list)
    breaks_on: int | None = None
    error: Exception = field(default_factory=lambda: Unavailable("the page did not come"))
    elsewhere: dict[str, Absence] = field(default_factory=dict)
    read: list[tuple[datetime | None, int]] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    only_while_resuming: bool = False
    name: str = NAME
    kind: RecordKind = RecordKind.BOX
    scope: str = "P"
    tells_changes: bool = True

    def pages(self, since: datetime | None, *, start: str | None) -> Iterator[StreamPage]:
        shown = [s for s in self.rows if s.hint.record.id not in self.hidden]
        number = int(start or 0)
        while True:
            self.read.append((since, number))
            if number == self.breaks_on and not (self.only_while_resuming and start is None):
                raise self.error
            rows = shown[number * 2 : number * 2 + 2]
            recent = [s for s in rows if since is None or s.changed_at is None or s.changed_at >= since]
            more = len(shown) > number * 2 + 2
            passed = len(recent) < len(rows)
            yield StreamPage(
                sightings=tuple(recent), next_position=str(number + 1) if more else None, passed=passed
            )
            if passed or not more:
                return
            number += 1

    def look_up(self, keys: Sequence[str]) -> Mapping[str, Sighting | Absence]:
        self.looked_up += keys
        there = {s.hint.record.id: s for s in self.rows}
        return {key: self.elsewhere.get(key) or there.get(key) or Absence.GONE for key in keys}


def delta(ledger: Ledger, *streams: Boxes, now: datetime = NOW) -> SweepReport:
    sweep = DeltaSweep(streams=streams, memory=ledger.sweeps, settings=SETTINGS, clock=lambda: now)
    return sweep.run()


def full(ledger: Ledger, *streams: Boxes, now: datetime = NOW) -> SweepReport:
    sweep = FullSweep(streams=streams, memory=ledger.sweeps, settings=SETTINGS, clock=lambda: now)
    return sweep.run()


def minutes(count: float) -> datetime:
    return NOW - timedelta(minutes=count)


def events(ledger: Ledger, key: str) -> list[tuple[str, str]]:
    return [(e.event, e.version) for e in ledger.events_for(key)]


# --- what changed --------------------------------------------------------------------------------------


def test_the_first_sweep_reaches_back_as_far_as_the_settings_say(ledger: Ledger) -> None:
    boxes = Boxes([a_sighting("A", minutes(59)), a_sighting("B", minutes(61))])
    assert delta(ledger, boxes) == SweepReport(read=1, new=1)
    assert ledger.get_watermark(NAME) == minutes(59)


def test_a_first_sweep_that_saw_nothing_marks_where_it_began_to_read(ledger: Ledger) -> None:
    assert delta(ledger, Boxes()) == SweepReport()
    assert ledger.get_watermark(NAME) == minutes(60)
    assert ledger.sweeps.get_sweep_progress(NAME) is None


def test_no_outage_is_too_long_for_a_list_in_which_nothing_was_seen_before(ledger: Ledger) -> None:
    for hours in (0, 1):
        delta(ledger, Boxes(), now=NOW + timedelta(hours=hours))
    missed = Boxes([a_sighting("A", NOW + timedelta(hours=2))])
    assert delta(ledger, missed, now=NOW + timedelta(days=30)) == SweepReport(read=1, new=1)
    assert missed.read == [(minutes(65), 0)]


def test_a_sweep_that_saw_nothing_new_leaves_its_watermark_where_it_is(ledger: Ledger) -> None:
    delta(ledger, Boxes([a_sighting("A", minutes(7))]))
    delta(ledger, Boxes(), now=NOW + timedelta(hours=1))
    assert ledger.get_watermark(NAME) == minutes(7)


def test_the_next_sweep_reaches_back_behind_the_newest_change_seen(ledger: Ledger) -> None:
    delta(ledger, Boxes([a_sighting("A", minutes(7)), a_sighting("B", minutes(30))]))
    again = Boxes([a_sighting("A", minutes(7))])
    assert delta(ledger, again, now=NOW + timedelta(hours=1)) == SweepReport(read=1, known=1)
    assert again.read == [(minutes(12), 0)]
    assert ledger.get_watermark(NAME) == minutes(7)


@pytest.mark.parametrize(
    "ahead",
    [
        pytest.param(timedelta(minutes=20), id="changed while it was read"),
        pytest.param(timedelta(days=36500), id="a time that is wrong"),
    ],
)
def test_the_watermark_is_never_ahead_of_the_sweeps_beginning(ledger: Ledger, ahead: timedelta) -> None:
    delta(ledger, Boxes([a_sighting("A", NOW + ahead)]))
    assert ledger.get_watermark(NAME) == NOW


def test_a_box_without_a_time_of_change_is_hinted_and_moves_nothing(ledger: Ledger) -> None:
    assert delta(ledger, Boxes([a_sighting("A", None)])).new == 1
    assert ledger.get_watermark(NAME) == minutes(60), "where the sweep began to read"


def test_a_sweep_that_breaks_keeps_its_pages_and_resumes_at_the_one_that_failed(ledger: Ledger) -> None:
    rows = [a_sighting(key, minutes(n)) for n, key in enumerate("ABCDEF")]
    boxes = Boxes(rows, breaks_on=2)
    with pytest.raises(Unavailable):
        delta(ledger, boxes)
    assert ledger.get_watermark(NAME) is None
    assert [key for key in "ABCDEF" if ledger.events_for(key)] == list("ABCD")

    boxes.breaks_on, boxes.read = None, []
    assert delta(ledger, boxes, now=NOW + timedelta(hours=5)) == SweepReport(read=2, new=2)
    assert boxes.read == [(minutes(60), 2)]  # where it was, and what it was asked for
    assert ledger.get_watermark(NAME) == NOW
    assert all(len(ledger.events_for(key)) == 1 for key in "ABCDEF")


@pytest.mark.parametrize("sweep", [delta, full])
def test_a_position_that_streak_does_not_know_any_more_begins_anew(ledger: Ledger, sweep: Sweep) -> None:
    boxes = Boxes([a_sighting(key, minutes(n)) for n, key in enumerate("ABCDEF")], breaks_on=2)
    with pytest.raises(Unavailable):
        sweep(ledger, boxes)
    boxes.error = RejectedByVendor("Invalid cursor", code="400")
    boxes.only_while_resuming = True
    report = sweep(ledger, boxes, now=NOW + timedelta(minutes=5))
    assert (report.read, report.new) == (6, 2)
    assert all(len(ledger.events_for(key)) == 1 for key in "ABCDEF")


def test_content_that_changed_under_the_same_version_is_a_hint_of_its_own(ledger: Ledger) -> None:
    delta(ledger, Boxes([a_sighting("A", digest="one")]))
    assert delta(ledger, Boxes([a_sighting("A", digest="two")])).new == 1
    first, second = events(ledger, "A")
    assert second[1] == f"{first[1]}-two"


def test_a_list_that_cannot_be_asked_for_changes_waits_for_the_full_sweep(ledger: Ledger) -> None:
    organizations = Boxes([a_sighting("A")], tells_changes=False)
    assert delta(ledger, organizations) == SweepReport()
    assert organizations.read == []


def test_one_list_that_cannot_be_read_keeps_no_other_from_being_swept(ledger: Ledger) -> None:
    refused = Boxes([a_sighting("A")], breaks_on=0, error=RejectedByVendor("not shared", code="NO_ACCESS"))
    other = Boxes([a_sighting("B")], name="streak.boxes.Q", scope="Q")
    with pytest.raises(RejectedByVendor, match="not shared"):
        delta(ledger, refused, other)
    assert events(ledger, "B")
    assert ledger.get_watermark("streak.boxes.Q") == NOW


# --- everything ----------------------------------------------------------------------------------------


def test_the_first_full_sweep_remembers_all_and_hints_what_changed_lately(ledger: Ledger) -> None:
    boxes = Boxes([a_sighting("A", minutes(5)), a_sighting("B", minutes(600)), a_sighting("C", None)])
    assert full(ledger, boxes) == SweepReport(read=3, new=2)
    assert not ledger.events_for("B")
    assert full(ledger, boxes, now=NOW + timedelta(days=1)) == SweepReport(read=3)


def test_a_full_sweep_finds_what_nothing_has_brought(ledger: Ledger) -> None:
    full(ledger, Boxes([a_sighting("A", minutes(600)), a_sighting("B", minutes(600))]))
    old_but_new_to_us = [a_sighting("C", minutes(900))]
    edited = [a_sighting("A", minutes(500), digest="other"), a_sighting("B", minutes(600))]
    assert full(ledger, Boxes(edited + old_but_new_to_us), now=NOW + timedelta(days=1)).new == 2
    assert events(ledger, "A")
    assert events(ledger, "C")
    assert not events(ledger, "B")


def test_a_deleted_record_is_hinted_once_and_forgotten(ledger: Ledger) -> None:
    full(ledger, Boxes([a_sighting("A"), a_sighting("B")]))
    boxes = Boxes([a_sighting("A")])
    assert full(ledger, boxes, now=NOW + timedelta(days=1)) == SweepReport(read=1, deleted=1)
    assert boxes.looked_up == ["B"]
    assert [event for event, _ in events(ledger, "B")] == ["sweep", "gone"]
    assert full(ledger, boxes, now=NOW + timedelta(days=2)) == SweepReport(read=1)


def test_a_record_that_slipped_between_two_pages_is_not_taken_for_deleted(ledger: Ledger) -> None:
    rows = [a_sighting(key) for key in "ABC"]
    full(ledger, Boxes(rows))
    boxes = Boxes(rows, hidden={"B"})
    assert full(ledger, boxes, now=NOW + timedelta(days=1)) == SweepReport(read=3)
    assert boxes.looked_up == ["B"]
    assert [event for event, _ in events(ledger, "B")] == ["sweep"]


@pytest.mark.parametrize(
    ("where", "told"), [(Absence.MOVED, ["sweep", "moved"]), (Absence.HIDDEN, ["sweep"])]
)
def test_a_record_that_is_elsewhere_or_hidden_is_not_called_deleted(
    ledger: Ledger, where: Absence, told: list[str]
) -> None:
    full(ledger, Boxes([a_sighting("A"), a_sighting("B")]))
    boxes = Boxes([a_sighting("A")], elsewhere={"B": where})
    assert full(ledger, boxes, now=NOW + timedelta(days=1)).deleted == 1
    assert [event for event, _ in events(ledger, "B")] == told


def test_a_full_sweep_that_breaks_resumes_and_calls_nothing_deleted_that_it_saw_before(
    ledger: Ledger,
) -> None:
    rows = [a_sighting(key) for key in "ABCDEF"]
    full(ledger, Boxes(rows))
    boxes = Boxes(rows[:5], breaks_on=2)
    with pytest.raises(Unavailable):
        full(ledger, boxes, now=NOW + timedelta(days=1))
    assert boxes.looked_up == []
    boxes.breaks_on, boxes.read = None, []
    assert full(ledger, boxes, now=NOW + timedelta(days=1, hours=1)) == SweepReport(read=1, deleted=1)
    assert boxes.read == [(None, 2)]
    assert boxes.looked_up == ["F"]


def test_a_full_sweep_that_breaks_while_looking_up_reads_no_page_again(ledger: Ledger) -> None:
    class Shy(Boxes):
        def look_up(self, keys: Sequence[str]) -> Mapping[str, Sighting | Absence]:
            if self.breaks_on == -1:
                raise Unavailable("not now")
            return super().look_up(keys)

    full(ledger, Boxes([a_sighting("A"), a_sighting("B")]))
    boxes = Shy([a_sighting("A")], breaks_on=-1)
    with pytest.raises(Unavailable):
        full(ledger, boxes, now=NOW + timedelta(days=1))
    boxes.breaks_on, boxes.read = None, []
    assert full(ledger, boxes, now=NOW + timedelta(days=1, hours=1)) == SweepReport(deleted=1)
    assert boxes.read == []


def test_more_missing_records_than_are_looked_up_at_once_are_all_found(ledger: Ledger) -> None:
    full(ledger, Boxes([a_sighting(f"B{n:03d}") for n in range(120)]))
    assert full(ledger, Boxes(), now=NOW + timedelta(days=1)) == SweepReport(deleted=120)

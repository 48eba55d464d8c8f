"""An activity on a box is written once, by either way Streak has, and changed when it is told again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from streak_netsuite.errors import RateLimited, Unavailable
from streak_netsuite.flows.activities import activity_draft
from streak_netsuite.flows.report import RunReport
from streak_netsuite.model.activity import Activity, ActivityStyle
from streak_netsuite.sync.outcome import Action

World = Any
PAID = datetime(2026, 5, 4, 15, 30, tzinfo=UTC)
STYLES = [ActivityStyle.COMMENT, ActivityStyle.MEETING_NOTE]
each_style = pytest.mark.parametrize("style", STYLES, ids=str)


def tell(world: World, box: str, text: str, style: ActivityStyle, *, at: datetime = PAID) -> RunReport:
    activity = Activity(text=text, happened_at=at, style=style)
    with world.product() as product:
        product.activities().plan([activity_draft(box, "invoice 4711", activity)])
        return product.activities().drain()


def told(world: World, box: str, style: ActivityStyle) -> list[dict[str, Any]]:
    kind = "comments" if style is ActivityStyle.COMMENT else "meetings"
    answer = world.streak.get(f"v2/boxes/{box}/{kind}").raise_for_status().json()
    return list(answer["results"])


def text_of(entry: dict[str, Any]) -> str:
    return str(entry.get("message") or entry.get("notes"))


@each_style
def test_an_activity_told_again_is_changed_where_it_stands(world: World, style: ActivityStyle) -> None:
    (box,) = world.deals(1)
    tell(world, box, "Invoice 4711 is open", style)
    (first,) = told(world, box, style)
    report = tell(world, box, "Invoice 4711 is paid", style)
    (second,) = told(world, box, style)
    assert report.count(Action.UPDATED) == 1
    assert second["key"] == first["key"]
    assert text_of(second).startswith("Invoice 4711 is paid\n[ref ")


@each_style
def test_an_activity_told_again_as_it_is_writes_nothing(world: World, style: ActivityStyle) -> None:
    (box,) = world.deals(1)
    tell(world, box, "Invoice 4711 is open", style)
    world.control.delete("/requests").raise_for_status()
    assert tell(world, box, "Invoice 4711 is open", style).as_dict()["counts"] == {}
    assert world.writes("streak") == []


def test_a_meeting_note_stands_at_the_time_it_happened(world: World) -> None:
    (box,) = world.deals(1)
    tell(world, box, "paid", ActivityStyle.MEETING_NOTE)
    later = PAID + timedelta(days=2)
    tell(world, box, "paid", ActivityStyle.MEETING_NOTE, at=later)
    (note,) = told(world, box, ActivityStyle.MEETING_NOTE)
    assert (note["meetingType"], note["startTimestamp"]) == ("MEETING_NOTES", int(later.timestamp() * 1000))


@each_style
def test_an_activity_whose_answer_was_lost_is_found_and_not_written_twice(
    world: World, style: ActivityStyle
) -> None:
    (box,) = world.deals(1)
    world.fault("streak", "cut_after", operation=f"{_kind(style)}.create")
    assert tell(world, box, "Invoice 4711 is open", style).count(Action.DEFERRED) == 1
    with world.ledger() as ledger:
        assert ledger.count_waiting(now=world.now()) == 0  # until its time
    world.wait(600)
    with world.ledger() as ledger:
        assert ledger.count_waiting(now=world.now()) == 1  # wakes the flow ...
    with world.product() as product:
        assert product.tell_boxes().count(Action.UPDATED) == 1  # ... whose second task writes it
    assert len(told(world, box, style)) == 1


@each_style
def test_a_change_that_did_not_come_through_is_made_later_and_not_written_beside(
    world: World, style: ActivityStyle
) -> None:
    (box,) = world.deals(1)
    tell(world, box, "Invoice 4711 is open", style)
    world.fault("streak", "status", operation=f"{_kind(style)}.update", times=None, options={"status": 503})
    with pytest.raises(Unavailable):
        tell(world, box, "Invoice 4711 is paid", style)
    world.control.delete("/faults").raise_for_status()
    world.wait(600)
    with world.product() as product:
        product.activities().drain()
    (entry,) = told(world, box, style)
    assert "is paid" in text_of(entry)


@pytest.mark.parametrize("where", ["comment", "meeting"])
def test_a_worker_killed_after_the_answer_leaves_one_activity(
    world: World, tmp_path: Path, where: str
) -> None:
    box = world.win("Blue Harbor warehouse robots")
    style = ActivityStyle.COMMENT if where == "comment" else ActivityStyle.MEETING_NOTE
    world.change_mapping(tmp_path, "  comment: >-", f"  comment_as: {style.value}\n  comment: >-")
    world.die(where)
    world.wait(600)
    world.run()
    assert len(told(world, box, style)) == 1
    assert told(world, box, STYLES[1 - STYLES.index(style)]) == []


def test_an_activity_a_person_deleted_is_added_again_when_there_is_news(world: World) -> None:
    (box,) = world.deals(1)
    tell(world, box, "Invoice 4711 is open", ActivityStyle.COMMENT)
    (gone,) = told(world, box, ActivityStyle.COMMENT)
    world.streak.delete(f"v2/comments/{gone['key']}").raise_for_status()
    tell(world, box, "Invoice 4711 is paid", ActivityStyle.COMMENT)
    (entry,) = told(world, box, ActivityStyle.COMMENT)
    assert "is paid" in text_of(entry)


def test_an_activity_for_a_box_that_is_gone_is_closed_as_obsolete(world: World) -> None:
    (box,) = world.deals(1)
    world.streak.delete(f"v1/boxes/{box}").raise_for_status()
    assert tell(world, box, "paid", ActivityStyle.COMMENT).as_dict()["rules"] == {"obsolete: gone": 1}


def _kind(style: ActivityStyle) -> str:
    return "comments" if style is ActivityStyle.COMMENT else "meetings"


def test_writes_that_a_stopped_run_did_not_reach_have_not_used_up_a_try(world: World) -> None:
    boxes = world.deals(4)
    activity = Activity(text="paid", happened_at=PAID, style=ActivityStyle.COMMENT)
    drafts = [activity_draft(box, "invoice 4711", activity) for box in boxes]
    with world.product() as product:
        product.activities().plan(drafts)
    world.fault("streak", "status", operation="*", times=None, options={"status": 429})
    for _ in range(5):
        with world.product() as product, pytest.raises(RateLimited):
            product.activities().drain()
        world.wait(3600)
    with world.ledger() as ledger:
        tries = sorted(i.attempts for i in ledger.find_intents([d.operation_key for d in drafts]).values())
    assert sum(tries) == 5, "one was tried in each run, and the others wait as patiently as before"
    world.control.delete("/faults").raise_for_status()
    with world.product() as product:
        product.activities().drain()
    assert [len(told(world, box, ActivityStyle.COMMENT)) for box in boxes] == [1, 1, 1, 1]

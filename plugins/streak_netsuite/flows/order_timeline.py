"""What happened to a deal's order, as entries of its timeline: as the deal was told it, or as NetSuite has it now."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Any

from streak_netsuite.flows.deal_history import DealHistory, WriteFact
from streak_netsuite.flows.timeline import TimelineEntry
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.model.order_story import EventKind, OrderStory

# An event is named for ever by what it is about and the document's internal id ("delivery 812").
_DOCUMENTS: Mapping[str, str] = {
    "delivery": "fulfillment",
    "invoice": "invoice",
    "overdue": "invoice",
    EventKind.PAID.value: "payment",
    EventKind.CREDITED.value: "credit",
    EventKind.REFUNDED.value: "refund",
    "deposit": "deposit",
    "end of order": "order",
    "credit hold": "order",
}


def course_entries(history: DealHistory, story: OrderStory | None) -> list[TimelineEntry]:
    """Return what happened to the order, each document once.

    What NetSuite has now takes the place of what the deal was told of it. Either stands where it became known here;
    what is not known here stands on its day, at noon in UTC.
    """
    told = {
        str(w.intent.payload.get("name")): w for w in history.writes if w.intent.kind is RecordKind.ACTIVITY
    }
    now = list(_happened(story, told)) if story is not None else []
    shown = {name for name, _ in now}
    return [*(entry for _, entry in now), *_told(told, but=shown)]


def _happened(story: OrderStory, told: Mapping[str, WriteFact]) -> Iterator[tuple[str, TimelineEntry]]:
    end = story.ended_event()
    for event in (*story.events(), *(() if end.kind is EventKind.REOPENED else (end,))):
        known = told.get(event.name)
        amount = "" if event.amount is None else f" over {event.amount} {story.currency}"
        entry = _entry(
            known.created_at if known else datetime.combine(event.dated, time(12), tzinfo=UTC),
            event.name,
            f"{event.kind} in NetSuite: {event.number}{amount}",
            state=event.kind.value,
            dated=event.dated,
            due=event.due,
            open=event.open,
            tracking=event.tracking,
        )
        yield event.name, entry


def _told(told: Mapping[str, WriteFact], *, but: Collection[str]) -> Iterator[TimelineEntry]:
    for name, write in told.items():
        if name not in but and _document(name):
            payload = write.intent.payload
            day = datetime.fromisoformat(str(payload["happened_at"])).date()
            yield _entry(
                write.created_at, name, str(payload["text"]), state=write.intent.state.value, dated=day
            )


def _entry(at: datetime, name: str, title: str, *, state: str, **details: Any) -> TimelineEntry:
    kind = _document(name)
    kept = {key: str(value) for key, value in details.items() if value not in (None, "")}
    return TimelineEntry(
        at=at,
        kind=kind,
        title=title,
        details={"netsuite": f"{kind} {name.rpartition(' ')[2]}", **kept},
        state=state,
        rank=0,
    )


def _document(name: str) -> str:
    """Return the word for the document that an event is about; "" for what is no event of an order."""
    what, _, number = name.rpartition(" ")
    return _DOCUMENTS.get(what, "") if number.isdigit() else ""

"""Writes that survive a death at any line: intent first, answers at once, a look before a repeat."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from streak_netsuite.errors import (
    InvalidCredentials,
    LeaseLost,
    RejectedByVendor,
    TransientError,
    Unavailable,
    UncertainWrite,
)
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import OrderLine, SalesOrder
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.hint import Claim
from streak_netsuite.sync.intent import IntentDraft, IntentState
from streak_netsuite.sync.ports import NotWritten, OnAnswer, OnSend, RecordWrite, Written
from streak_netsuite.sync.runner import PERHAPS_OURS, Landed, PlannedWrite, Runner

SETTLE_SECONDS = 60.0
COMMIT_SECONDS = 1020.0
ORDER = SalesOrder(
    transaction_date=date(2026, 5, 4),
    lines=(OrderLine(item=Reference(internal_id="101"), quantity=Decimal(1)),),
)


@dataclass
class Vendor:
    """A vendor that keeps records under their keys, and is told how to stumble.

    Attributes:
        errors: answered instead of writing, by key.
        landing: keys whose write lands although their answer is an error.
        breaks: raised instead of a chunk's answer, by chunk.
        on_send: called before anything is sent.
        before_list: called before each chunk, with its keys.
    """

    log: list[tuple[str, Any]]
    chunk: int = 100
    records: dict[str, str] = field(default_factory=dict)
    errors: dict[str, RejectedByVendor | UncertainWrite | TransientError] = field(default_factory=dict)
    landing: set[str] = field(default_factory=set)
    breaks: dict[int, Exception] = field(default_factory=dict)
    on_send: Callable[[], None] = lambda: None
    before_list: Callable[[list[str]], None] = lambda _: None

    @dataclass(frozen=True)
    class Record:
        internal_id: str

    def upsert(self, writes: Sequence[RecordWrite[SalesOrder]], on_answer: OnAnswer, on_send: OnSend) -> None:
        self.log.append(("upsert", [write.operation_key for write in writes]))
        self.on_send()
        for number, start in enumerate(range(0, len(writes), self.chunk)):
            if number in self.breaks:
                raise self.breaks[number]
            keys = [write.operation_key for write in writes[start : start + self.chunk]]
            self.before_list(keys)
            on_send(keys)
            on_answer([self._write(key) for key in keys])

    def find(self, keys: Sequence[str]) -> Mapping[str, Record]:
        self.log.append(("find", list(keys)))
        return {key: self.Record(self.records[key]) for key in keys if key in self.records}

    def _write(self, key: str) -> Written | NotWritten:
        error = self.errors.get(key)
        if error is None or key in self.landing:
            self.records.setdefault(key, f"id-{key}")
        if error is not None:
            return NotWritten(operation_key=key, error=error)
        return Written(operation_key=key, internal_id=self.records[key], warnings=("a remark",))


@pytest.fixture
def vendor(memory: Any) -> Vendor:
    return Vendor(log=memory.log)


def a_write(key: str) -> PlannedWrite[SalesOrder]:
    box = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=f"box-{key}")
    draft = IntentDraft(operation_key=key, flow="deal_to_order", kind=RecordKind.SALES_ORDER, subject=box)

    def bind(internal_id: str) -> Binding:
        order = ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.SALES_ORDER, id=internal_id)
        return Binding(streak=box, netsuite=order, rule="created", base_digest="of the deal as it is")

    def follow_ups(internal_id: str) -> tuple[IntentDraft, ...]:
        return (
            IntentDraft(
                operation_key=f"{key}-fields-{internal_id}",
                flow="write_back",
                kind=RecordKind.BOX_FIELDS,
                subject=box,
            ),
        )

    return PlannedWrite(draft=draft, record=ORDER, bind=bind, follow_ups=follow_ups)


Run = Callable[..., dict[str, Landed | NotWritten]]


@pytest.fixture
def run(memory: Any, vendor: Vendor, a_claim: Callable[..., Claim]) -> Run:
    """Write records of these keys under a claim."""

    def write(*keys: str | PlannedWrite[SalesOrder], token: str = "claim-1", look_always: bool = True) -> Any:
        runner: Runner[SalesOrder] = Runner(
            memory,
            upsert=vendor.upsert,
            find=vendor.find,
            clock=lambda: memory.now,
            settle_seconds=SETTLE_SECONDS,
            commit_seconds=COMMIT_SECONDS,
            look_always=look_always,
        )
        return runner.write(
            a_claim((1, "A"), token=token), [a_write(key) if isinstance(key, str) else key for key in keys]
        )

    return write


def calls(memory: Any) -> list[str]:
    return [name for name, _ in memory.log]


def test_the_intent_is_kept_before_anything_is_sent(run: Run, memory: Any, vendor: Vendor) -> None:
    seen: list[IntentState] = []
    vendor.on_send = lambda: seen.append(memory.intents["a"].state)
    assert run("a") == {"a": Landed(internal_id="id-a", warnings=("a remark",))}
    assert seen == [IntentState.SENT]
    assert calls(memory) == ["find", "open_intents", "upsert", "record_answers"]


def test_a_success_keeps_id_binding_and_what_it_makes_due(run: Run, memory: Any) -> None:
    run("a")
    assert (memory.intents["a"].state, memory.intents["a"].result_id) == (IntentState.SUCCEEDED, "id-a")
    assert [b.netsuite.id for b in memory.bindings] == ["id-a"]
    assert [d.operation_key for d in memory.planned] == ["a-fields-id-a"]


def test_answers_are_kept_list_by_list(run: Run, memory: Any, vendor: Vendor) -> None:
    vendor.chunk = 2
    run("a", "b", "c", "d", "e")
    assert [list(answers) for name, answers in memory.log if name == "record_answers"] == [
        ["a", "b"],
        ["c", "d"],
        ["e"],
    ]


def test_nothing_to_write_touches_nothing(run: Run, memory: Any) -> None:
    assert run() == {}
    assert memory.log == []


def test_a_stale_claim_sends_nothing(run: Run, memory: Any) -> None:
    with pytest.raises(LeaseLost):
        run("a", token="claim-0")
    assert "upsert" not in calls(memory)


@pytest.mark.parametrize("error", [InvalidCredentials("refused"), Unavailable("down"), LeaseLost("gone")])
def test_what_was_answered_before_a_failure_is_kept(
    run: Run, memory: Any, vendor: Vendor, error: Exception
) -> None:
    vendor.chunk = 1
    vendor.breaks = {1: error}
    with pytest.raises(type(error)):
        run("a", "b", "c")
    assert {key: intent.state for key, intent in memory.intents.items()} == {
        "a": IntentState.SUCCEEDED,
        "b": IntentState.SENT,
        "c": IntentState.SENT,
    }
    assert [b.netsuite.id for b in memory.bindings] == ["id-a"]


def test_after_such_a_failure_only_the_rest_is_written(run: Run, memory: Any, vendor: Vendor) -> None:
    vendor.chunk = 1
    vendor.breaks = {1: Unavailable("down")}
    with pytest.raises(Unavailable):
        run("a", "b")
    vendor.breaks = {}
    memory.now += timedelta(seconds=SETTLE_SECONDS)
    memory.log.clear()
    assert run("a", "b") == {
        "a": Landed(internal_id="id-a", adopted=True),
        "b": Landed(internal_id="id-b", warnings=("a remark",)),
    }
    assert [keys for name, keys in memory.log if name == "upsert"] == [["b"]]
    assert memory.intents["b"].attempts == 2


def test_an_uncertain_write_that_landed_is_found_and_adopted(run: Run, memory: Any, vendor: Vendor) -> None:
    vendor.errors = {"a": UncertainWrite("cut")}
    vendor.landing = {"a"}
    assert run("a") == {"a": Landed(internal_id="id-a", adopted=True)}
    assert memory.intents["a"].state is IntentState.SUCCEEDED
    assert [b.netsuite.id for b in memory.bindings] == ["id-a"]


def test_an_uncertain_write_that_is_not_there_stays_unknown(run: Run, memory: Any, vendor: Vendor) -> None:
    vendor.errors = {"a": UncertainWrite("cut")}
    result = run("a")["a"]
    assert isinstance(result, NotWritten)
    assert isinstance(result.error, UncertainWrite)
    assert memory.intents["a"].state is IntentState.UNKNOWN
    assert calls(memory)[-1] == "find"


def test_an_unknown_write_is_only_looked_up_until_it_has_settled(
    run: Run, memory: Any, vendor: Vendor
) -> None:
    vendor.errors = {"a": UncertainWrite("cut")}
    run("a")
    vendor.errors = {}
    memory.log.clear()
    memory.now += timedelta(seconds=SETTLE_SECONDS - 1)
    result = run("a")["a"]
    assert isinstance(result, NotWritten)
    assert "may still land" in str(result.error)
    assert calls(memory) == ["find"]
    memory.now += timedelta(seconds=1)
    assert run("a") == {"a": Landed(internal_id="id-a", warnings=("a remark",))}


def test_a_write_that_landed_late_is_adopted_within_the_settling_time(
    run: Run, memory: Any, vendor: Vendor
) -> None:
    vendor.errors = {"a": UncertainWrite("cut")}
    run("a")
    vendor.records["a"] = "late"
    memory.now += timedelta(seconds=1)
    assert run("a") == {"a": Landed(internal_id="late", adopted=True)}
    assert [keys for name, keys in memory.log if name == "upsert"] == [["a"]]


def test_a_worker_that_died_after_sending_is_followed_by_a_look(
    run: Run, memory: Any, vendor: Vendor, a_claim: Callable[..., Claim]
) -> None:
    memory.open_intents(a_claim((1, "A")), [a_write("a").draft], now=memory.now)
    vendor.records["a"] = "id-a"
    memory.log.clear()
    assert run("a", look_always=False) == {"a": Landed(internal_id="id-a", adopted=True)}
    assert "upsert" not in calls(memory)


def test_what_is_found_is_what_was_sent_and_not_what_is_wanted_by_now(
    run: Run, memory: Any, vendor: Vendor, a_claim: Callable[..., Claim]
) -> None:
    sent = replace(a_write("a").draft, payload={"memo": "before"})
    memory.open_intents(a_claim((1, "A")), [sent], now=memory.now)
    vendor.records["a"] = "id-a"
    assert run("a") == {"a": Landed(internal_id="id-a", adopted=True, behind=True)}
    assert memory.intents["a"].payload == {"memo": "before"}
    (tie,) = memory.bindings
    assert tie.base_digest == "", "nothing was compared since it was sent"


@pytest.mark.parametrize(("memo", "waits"), [("before", SETTLE_SECONDS), ("after", COMMIT_SECONDS)])
def test_something_else_is_sent_only_when_what_was_sent_can_not_land_any_more(
    run: Run, memory: Any, vendor: Vendor, a_claim: Callable[..., Claim], memo: str, waits: float
) -> None:
    plain = a_write("a")
    sent = replace(plain.draft, payload={"memo": "before"})
    wanted = replace(plain, draft=replace(sent, payload={"memo": memo}))
    memory.open_intents(a_claim((1, "A")), [sent], now=memory.now)
    memory.now += timedelta(seconds=waits - 1)
    assert isinstance(run(wanted)["a"], NotWritten)
    memory.now += timedelta(seconds=1)
    assert run(wanted)["a"] == Landed(internal_id="id-a", warnings=("a remark",))


def test_a_try_that_got_no_answer_is_waited_for_though_a_later_one_was_refused(
    run: Run, memory: Any, vendor: Vendor
) -> None:
    vendor.errors["a"] = RejectedByVendor("no", code="USER_ERROR")
    write = a_write("a")
    run(write)
    memory.intents["a"] = replace(memory.intents["a"], unanswered_at=memory.now)
    vendor.errors.clear()
    other = replace(write, draft=replace(write.draft, payload={"memo": "corrected"}))
    assert isinstance(run(other)["a"], NotWritten)
    assert isinstance(run(write)["a"], Landed), "the same may land twice"


def test_what_leaves_long_after_it_was_opened_may_land_as_much_later(
    run: Run, memory: Any, vendor: Vendor, now: datetime
) -> None:
    vendor.chunk = 1
    vendor.errors = {"b": UncertainWrite("cut")}

    def slow(_: list[str]) -> None:
        memory.now += timedelta(seconds=600)

    vendor.before_list = slow
    run("a", "b")
    assert memory.intents["b"].sent_at == now + timedelta(seconds=1200)
    memory.log.clear()
    memory.now += timedelta(seconds=SETTLE_SECONDS - 1)
    assert isinstance(run("b")["b"], NotWritten)
    assert calls(memory) == ["find"]


def test_what_leaves_at_once_needs_no_second_note(run: Run, memory: Any) -> None:
    run("a")
    assert "note_sent" not in calls(memory)


def test_a_list_that_waits_until_its_claim_is_lost_is_not_sent(run: Run, memory: Any, vendor: Vendor) -> None:
    vendor.chunk = 1

    def lose(keys: list[str]) -> None:
        if keys == ["b"]:
            memory.now += timedelta(seconds=600)
            memory.held_by = "another"

    vendor.before_list = lose
    with pytest.raises(LeaseLost):
        run("a", "b")
    assert list(vendor.records) == ["a"]


def test_a_name_that_is_known_by_now_is_no_change(
    run: Run, memory: Any, vendor: Vendor, a_claim: Callable[..., Claim]
) -> None:
    plain = a_write("a")
    item, named = {"internal_id": "1"}, {"internal_id": "1", "name": "Arm"}
    sent = replace(plain.draft, payload={"customer": {"internal_id": "7"}, "lines": [{"item": named}]})
    wanted = {"customer": {"internal_id": "7", "name": "Acme"}, "lines": [{"item": item}]}
    memory.open_intents(a_claim((1, "A")), [sent], now=memory.now)
    vendor.records["a"] = "id-a"
    found = run(replace(plain, draft=replace(sent, payload=wanted)))
    assert found == {"a": Landed(internal_id="id-a", adopted=True)}


def test_what_the_ledger_knows_as_written_is_neither_looked_up_nor_sent(run: Run, memory: Any) -> None:
    run("a")
    memory.log.clear()
    assert run("a") == {"a": Landed(internal_id="id-a", adopted=True)}
    assert memory.log == []


def test_what_another_ledger_has_written_is_adopted(run: Run, memory: Any, vendor: Vendor) -> None:
    vendor.records["a"] = "elsewhere"
    assert run("a", "b") == {
        "a": Landed(internal_id="elsewhere", adopted=True),
        "b": Landed(internal_id="id-b", warnings=("a remark",)),
    }
    assert memory.intents["a"].state is IntentState.SUCCEEDED


def test_a_caller_who_has_just_looked_needs_no_second_look(run: Run, memory: Any) -> None:
    run("a", look_always=False)
    assert "find" not in calls(memory)


@pytest.mark.parametrize("code", sorted(PERHAPS_OURS))
def test_a_key_that_is_taken_may_be_ours_and_is_adopted(run: Run, vendor: Vendor, code: str) -> None:
    vendor.errors = {"a": RejectedByVendor("taken", code=code)}
    vendor.landing = {"a"}
    assert run("a") == {"a": Landed(internal_id="id-a", adopted=True)}


@pytest.mark.parametrize("code", sorted(PERHAPS_OURS))
def test_a_key_that_is_taken_by_somebody_else_is_reported(
    run: Run, memory: Any, vendor: Vendor, code: str
) -> None:
    vendor.errors = {"a": RejectedByVendor("taken", code=code)}
    assert run("a") == {"a": NotWritten(operation_key="a", error=vendor.errors["a"])}
    assert memory.intents["a"].state is IntentState.REJECTED


def test_a_plain_refusal_is_not_looked_up_and_the_others_land(run: Run, memory: Any, vendor: Vendor) -> None:
    vendor.errors = {"b": RejectedByVendor("no", code="INVALID_FLD_VALUE")}
    results = run("a", "b", "c", look_always=False)
    assert [type(result) for result in results.values()] == [Landed, NotWritten, Landed]
    assert "find" not in calls(memory)
    assert memory.intents["b"].state is IntentState.REJECTED


def test_a_transient_refusal_may_be_sent_again_at_once(run: Run, memory: Any, vendor: Vendor) -> None:
    vendor.errors = {"a": Unavailable("busy")}
    assert isinstance(run("a")["a"], NotWritten)
    assert memory.intents["a"].state is IntentState.REJECTED
    vendor.errors = {}
    assert isinstance(run("a")["a"], Landed)


def test_a_look_that_fails_after_sending_loses_no_answer(
    run: Run, memory: Any, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.errors = {"b": UncertainWrite("cut")}

    def down(_: Sequence[str]) -> Mapping[str, Any]:
        raise Unavailable("down")

    monkeypatch.setattr(vendor, "find", down)
    with pytest.raises(Unavailable):
        run("a", "b", look_always=False)
    assert {key: intent.state for key, intent in memory.intents.items()} == {
        "a": IntentState.SUCCEEDED,
        "b": IntentState.UNKNOWN,
    }


def test_the_clock_of_the_runner_dates_the_intent(run: Run, memory: Any, now: datetime) -> None:
    run("a")
    assert memory.intents["a"].sent_at == now

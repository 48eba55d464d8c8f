"""Limits and network: waits, shrinks, classifies; nothing is lost and nothing is written twice."""

from datetime import UTC, datetime
from typing import Any

import pytest

from streak_netsuite.errors import InvalidCredentials, RateLimited, TransientError, Unavailable
from streak_netsuite.sync.outcome import Action

World = Any
BOX = "Blue Harbor warehouse robots"


def watermark(world: World) -> str:
    """Name the watermark of the watched pipeline's boxes."""
    return f"streak.boxes.{world.info['streak']['pipelines']['Sales']}"


def waiting(world: World) -> int:
    """Return how many hints wait, now or later."""
    with world.ledger() as ledger:
        events = ledger.summary(now=world.now()).events
    return sum(count for state, count in events.items() if state != "done")


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"status": 429, "headers": {"Retry-After": "0"}}, id="429 with Retry-After"),
        pytest.param({"status": 429}, id="429 without"),
        pytest.param({"status": 503, "headers": {"Retry-After": "0"}}, id="503 with Retry-After"),
        pytest.param(
            {"status": 500, "body": "<html>oops</html>", "content_type": "text/html"}, id="HTML error page"
        ),
        pytest.param({"status": 200, "body": ""}, id="empty body"),
        pytest.param({"status": 200, "body": '{"key": "agx'}, id="broken JSON"),
        pytest.param({"status": 204, "body": ""}, id="204 where an object belongs"),
    ],
)
def test_a_stumble_of_streak_is_tried_again_and_ends_well(world: World, options: dict[str, Any]) -> None:
    box = world.win(BOX)
    world.fault("streak", "status", operation="boxes.get", options=options)
    world.run()
    assert len(world.orders(box)) == 1


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"status": 429, "headers": {"Retry-After": "600"}}, RateLimited),
        ({"status": 503}, Unavailable),
        ({"status": 200, "body": "<html>", "content_type": "text/html"}, Unavailable),
    ],
)
def test_while_streak_stays_down_the_hint_waits(
    world: World, options: dict[str, Any], error: type[Exception]
) -> None:
    box = world.win(BOX)
    world.fault("streak", "status", times=None, options=options)
    with pytest.raises(error):
        world.drain()
    assert waiting(world) == 1
    world.control.delete("/faults").raise_for_status()
    world.wait(3600)
    world.run()
    assert len(world.orders(box)) == 1


def test_the_watermark_does_not_move_when_a_page_fails(world: World) -> None:
    world.streak_extra["page_size"] = 5
    with world.product() as product:
        product.delta_sweep().run()
        mark = product.ledger.get_watermark(watermark(world))
    made = world.deals(12, stage="Lead")
    world.fault("streak", "status", operation="boxes.list", after=2, times=None, options={"status": 503})
    with world.product() as product:
        with pytest.raises(TransientError):
            product.delta_sweep().run()
        assert product.ledger.get_watermark(watermark(world)) == mark
    world.control.delete("/faults").raise_for_status()
    with world.product() as product:
        product.delta_sweep().run()
        assert [len(product.ledger.events_for(box)) for box in made] == [1] * 12


def test_netsuite_at_its_concurrency_limit_is_met_with_patience(world: World) -> None:
    world.configure_netsuite(concurrency_limit=2, call_seconds=0.05)
    world.netsuite_extra |= {"concurrency": 8, "reserve": 0, "attempts": 30, "retry_total_seconds": 60}
    world.netsuite_extra["order_list_size"] = 5
    boxes = world.won_deals(60, organizations=3)
    report = world.drain()
    assert report.count(Action.CREATED) == 60
    assert [len(world.orders(box)) for box in boxes[:5]] == [1] * 5
    assert len(world.orders()) == 60


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        pytest.param("concurrency", {}, id="as a SOAP fault"),
        pytest.param("status", {"status": 429, "body": "empty"}, id="as HTTP 429"),
        pytest.param("status", {"status": 429, "body": "html"}, id="as HTTP 429 with a page"),
    ],
)
def test_refused_calls_halve_the_window_and_it_recovers_with_nothing_lost(
    world: World, kind: str, options: dict[str, Any]
) -> None:
    world.netsuite_extra |= {"concurrency": 8, "reserve": 0, "attempts": 30, "retry_total_seconds": 60}
    world.netsuite_extra |= {"order_list_size": 1}
    world.configure_netsuite(concurrency_limit=20)
    boxes = world.won_deals(12, organizations=3)
    world.fault("netsuite", kind, operation="upsertList", match="SalesOrder", times=4, options=options)
    with world.product() as product:
        product.netsuite.server_time()
        governor = product.netsuite.governor
        full, smallest = governor.window, governor.window

        def watch(slot: Any, *, note: Any = governor.note_refused) -> None:
            nonlocal smallest
            note(slot)
            smallest = min(smallest, governor.window)

        governor.note_refused = watch
        report = product.work_inbox()
        for _ in range(120):
            product.netsuite.server_time()
        assert (full, smallest < full, governor.window) == (8, True, full)
    assert governor.refused_calls == 4
    assert report.count(Action.CREATED) == len(boxes), world.held_because()
    assert [len(world.orders(box)) for box in boxes] == [1] * len(boxes)
    sent = [r for r in world.received("netsuite", "upsertList") if "SalesOrder" in r["body"]]
    assert len([r for r in sent if not r["fault"]]) == len(boxes), "what was accepted was sent once"


@pytest.mark.parametrize(("kind", "times"), [("concurrency", 2), ("governor", 2), ("session_timed_out", 1)])
def test_a_fault_that_processed_nothing_is_sent_again_freshly_signed(
    world: World, kind: str, times: int
) -> None:
    box = world.win(BOX)
    world.fault("netsuite", kind, operation="upsertList", times=times)
    world.run()
    assert len(world.orders(box)) == 1


@pytest.mark.parametrize("status", [200, 502])
@pytest.mark.parametrize("body", ["html", "empty", "broken"])
def test_an_unreadable_answer_to_a_write_is_looked_up_before_it_is_sent_again(
    world: World, status: int, body: str
) -> None:
    # No second look is due within the run, however slow the machine is.
    world.flow |= {"first_wait_seconds": 60, "settle_seconds": 90}
    box = world.win(BOX)
    options = {"status": status, "body": body}
    world.fault("netsuite", "status", operation="upsertList", match="SalesOrder", options=options)

    def calls() -> list[str]:
        return [r["operation"] for r in world.received("netsuite") if "streak-so-" in r["body"]]

    world.drain()
    assert calls() == ["getList", "upsertList", "getList"]
    world.wait(70)
    world.drain()
    assert calls() == ["getList", "upsertList", "getList", "getList"], (
        "until it settles, it is only looked up"
    )
    world.wait(120)
    world.run()
    assert calls()[4:6] == ["getList", "upsertList"], "then it is sent again, looked up before"
    assert len(world.orders(box)) == 1


def test_expired_credentials_stop_the_run_and_lose_nothing(world: World) -> None:
    box = world.win(BOX)
    world.fault("netsuite", "invalid_credentials", times=None)
    with pytest.raises(InvalidCredentials, match="Login Audit Trail"):
        world.drain()
    assert waiting(world) == 1
    world.control.delete("/faults").raise_for_status()
    world.wait(600)
    world.run()
    assert len(world.orders(box)) == 1


def test_a_bad_streak_key_is_told_from_a_box_one_may_not_see(world: World) -> None:
    world.win(BOX)
    world.info = {**world.info, "streak": {**world.info["streak"], "api_key": "wrong"}}
    with pytest.raises(InvalidCredentials, match="API key"):
        world.drain()


def test_what_was_missed_while_the_receiver_was_down_is_found_and_counted(world: World) -> None:
    with world.product() as product:
        product.delta_sweep().run()
    world.drain()
    missed = world.deals(7)
    with world.product() as product:
        stored = product.delta_sweep().run()
    assert stored.new == 7
    world.run()
    assert [len(world.orders(box)) for box in missed] == [1] * 7
    with world.product() as product:
        again = product.delta_sweep().run()
    world.run()
    assert again.known + again.new >= 7
    assert len(world.orders()) == 7


def test_webhooks_out_of_order_end_in_the_right_state(world: World) -> None:
    box = world.win(BOX)
    world.hint(box, version="5", event="BOX_CREATE")
    world.hint(box, version="4", event="BOX_EDIT")
    report = world.run()
    assert report.count(Action.CREATED) == 1
    assert report.as_dict()["rules"].get("skipped: superseded") == 2
    assert len(world.orders(box)) == 1


def test_a_box_that_left_the_stage_again_makes_no_order(world: World) -> None:
    box = world.win(BOX)
    world.control.post("/streak/move", json={"box": box, "stage": "Closed-Lost"}).raise_for_status()
    report = world.run()
    assert report.as_dict()["rules"] == {"skipped: source": 1}
    assert world.writes("netsuite") == []


def test_a_deleted_box_is_closed_as_obsolete(world: World) -> None:
    box = world.win(BOX)
    world.streak.delete(f"v1/boxes/{box}").raise_for_status()
    assert world.run().as_dict()["rules"] == {"obsolete: gone": 1}


def test_a_box_deleted_before_the_write_back_is_closed_as_obsolete(world: World) -> None:
    box = world.win(BOX)
    world.drain()
    world.streak.delete(f"v1/boxes/{box}").raise_for_status()
    report = world.write_back()
    assert set(report.as_dict()["rules"]) == {"obsolete: gone"}


def test_streak_sees_five_requests_a_second_by_default(world: World) -> None:
    from streak_netsuite.connectors.streak.settings import StreakSettings

    settings = StreakSettings(api_key="k")  # type: ignore[arg-type]
    assert (settings.requests_per_second, settings.burst) == (5.0, 10)


def test_a_dry_run_sends_no_write_and_moves_no_watermark(world: World) -> None:
    box = world.win(BOX)
    with world.product() as product:
        product.delta_sweep().run()
        mark = product.ledger.get_watermark(watermark(world))
        plans, batch = product.deal_to_order().plan(product.ledger.waiting_boxes())
        assert [p.deal.key for p in plans] == [box]
        assert product.ledger.get_watermark(watermark(world)) == mark
        assert product.ledger.count_waiting(now=world.now()) > 0
    assert world.writes("netsuite") == []
    assert [w for w in world.writes("streak") if w["operation"] != "webhooks.create"] == []
    assert datetime.now(UTC) >= (mark or datetime.now(UTC))
    assert all(o.action in {Action.SKIPPED, Action.HELD, Action.OBSOLETE} for o in batch.decided.values())

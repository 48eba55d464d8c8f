"""The Streak sandbox's store, without HTTP."""

import random
from datetime import UTC, datetime

import pytest

from streak_netsuite.sandbox.streak import seed, values
from streak_netsuite.sandbox.streak.errors import Refusal
from streak_netsuite.sandbox.streak.store import Store

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)


@pytest.fixture
def told():
    return []


@pytest.fixture
def store(told):
    """A seeded store at a standing clock."""
    store = Store(clock=lambda: NOON)
    store.listen(lambda event, scope, thing: told.append((event, scope, thing)))
    seed.fill(store)
    return store


def test_seeding_tells_nobody_and_is_the_same_each_time(store, told):
    again = Store(clock=lambda: NOON)
    seed.fill(again)
    assert told == []
    assert again.boxes == store.boxes
    assert again.contacts == store.contacts


def test_no_two_single_changes_share_a_time(store):
    box = next(iter(store.boxes))
    times = [store.update_box(box, {"notes": str(n)})["lastUpdatedTimestamp"] for n in range(5)]
    assert len(set(times)) == 5
    assert times == sorted(times)
    assert times[0] >= NOON_MS


def test_lists_stay_in_order_under_any_sequence_of_changes(store):
    rng = random.Random(7)
    sales, renewals = store.pipelines.values()
    for number in range(300):
        key = rng.choice(list(store.boxes))
        action = rng.randrange(6)
        if action == 0:
            store.add_box(sales, {"name": f"n{number}"})
        elif action == 1:
            store.overwrite_box(key, {"creationTimestamp": rng.randrange(NOON_MS), "lastUpdatedTimestamp": 1})
        elif action == 2:
            store.rehome_box(key, rng.choice([sales, renewals]))
        elif action == 3 and len(store.boxes) > 10:
            store.delete_box(key)
        else:
            store.update_box(key, {"notes": str(number)})
        for pipeline in (sales, renewals):
            here = [b for b in store.boxes.values() if b["pipelineKey"] == pipeline["key"]]
            for listed, name in (
                (store.newest_first, "creationTimestamp"),
                (store.latest_change_first, "lastUpdatedTimestamp"),
            ):
                rows = list(listed(pipeline["key"]))
                times = [row[name] for row in rows]
                assert times == sorted(times, reverse=True)
                assert {row["key"] for row in rows} == {row["key"] for row in here}


def test_a_shown_box_is_not_touched_by_later_changes(store):
    key = next(iter(store.boxes))
    shown = store.shown_box(key)
    before = repr(shown)
    store.update_box(
        key, {"name": "x", "stageKey": "5005", "fields": {"1002": "9", "1009": []}, "contacts": []}
    )
    assert repr(shown) == before
    assert store.shown_box(key) != shown


def test_what_is_told_is_what_was_true(store, told):
    key = next(iter(store.boxes))
    store.update_box(key, {"stageKey": "5005", "notes": "x"})
    (moved, scope, box), (edited, _, _) = told
    assert (moved, edited) == ("BOX_CHANGE_STAGE", "BOX_EDIT")
    assert (scope, box["stageKey"]) == (box["pipelineKey"], "5005")


@pytest.mark.parametrize(
    ("quantity", "price", "result"),
    [("4", "12,500.00", 50_000.0), ("", "1", None), ("four", "1", None), (None, "1", None), (3, 1.5, 4.5)],
)
def test_a_formula_computes_a_product_or_nothing(quantity, price, result):
    pipeline = {"fields": [{"key": "1", "name": "Quantity"}, {"key": "2", "name": "Unit price"}]}
    definition = {"formulaSettings": {"product": ["Quantity", "Unit price"]}}
    fields = {k: v for k, v in {"1": quantity, "2": price}.items() if v is not None}
    assert values.formula(definition, fields, pipeline) == result


@pytest.mark.parametrize("empty", [None, "", []])
def test_empty_values_are_taken_and_clear(empty):
    pipeline = {"fields": [{"key": "1", "name": "When", "type": "DATE"}]}
    assert values.filled(values.checked(pipeline, {"1": empty})) == {}


@pytest.mark.parametrize("kept", [False, 0, "0"])
def test_false_and_zero_are_values(kept):
    assert values.filled({"1": kept}) == {"1": kept}


def test_an_unknown_field_is_refused():
    with pytest.raises(Refusal):
        values.checked({"fields": []}, {"1": "x"})

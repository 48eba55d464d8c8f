"""A large pipeline stays quick: what one call costs does not feel how many boxes and parties there are."""

import time

import pytest

SMALL, LARGE = 2_000, 100_000
# Large stores cost a little more (memory, longer scans of an index); a call that walks the whole store costs 50 times.
MUCH = 8
PLURALS = {"contacts": "emailAddresses", "organizations": "domains"}
CALLS = [
    "make a box",
    "batch of 1000",
    "update a box",
    *(f"sorted page at {part}" for part in ("start", "middle", "end")),
    *(f"{version} page at {part}" for version in ("v1", "v2") for part in ("start", "middle", "end")),
    *(f"existing one of {plural}" for plural in PLURALS),
]


@pytest.fixture(scope="module")
def costs(clients, running_sandbox):
    """What each call costs in a small and in a large store, in seconds."""
    streak, control = clients
    info = running_sandbox.info["streak"]
    yield [measured(streak, control, info, count) for count in (SMALL, LARGE)]
    control.post("/reset").raise_for_status()


def measured(streak, control, info, count):
    """Return what each call costs in a store of this many boxes, each with parties of its own."""
    control.post("/reset").raise_for_status()
    started = time.perf_counter()
    wish = {"count": count, "organizations": count, "fields": {"Quantity": "4", "Unit price": "1.00"}}
    keys = control.post("/streak/boxes", json=wish).raise_for_status().json()["keys"]
    seconds = {"make a box": (time.perf_counter() - started) / count}
    assert len(set(keys)) == count
    boxes = f"pipelines/{info['pipelines']['Sales']}/boxes"
    seconds["batch of 1000"] = quickest(lambda: streak.post(f"/v1/{boxes}/batch/", json=keys[:1000]))
    seconds["update a box"] = quickest(lambda: streak.post(f"/v1/boxes/{keys[7]}", json={"notes": "seen"}))
    for part, page in (("start", 0), ("middle", count // 200), ("end", count // 100 - 1)):
        at = {"page": page, "limit": 100}
        by_time = {"sortBy": "lastUpdatedTimestamp", **at}
        seconds[f"sorted page at {part}"] = quickest(lambda q=by_time: streak.get(f"/v1/{boxes}", params=q))
        for version in ("v1", "v2"):
            path = f"/{version}/{boxes}"
            seconds[f"{version} page at {part}"] = quickest(lambda p=path, q=at: streak.get(p, params=q))
    for plural, mark in PLURALS.items():
        seconds[f"existing one of {plural}"] = asking_for_an_existing_one(streak, info, plural, mark)
    return seconds


def asking_for_an_existing_one(streak, info, plural, mark):
    """Return what it costs to be given the party that has a mark already."""
    path = f"/v2/teams/{info['team_key']}/{plural}"
    newest = max(
        streak.get(path, params={"limit": 1000}).json()["results"], key=lambda party: party["domains"]
    )

    def ask():
        return streak.post(path, params={"getIfExisting": "true"}, json={mark: newest[mark]})

    assert ask().json()["key"] == newest["key"]
    return quickest(ask)


def quickest(call):
    """Return the least time of five, in seconds: other work on the machine only adds to it."""
    times = []
    for _ in range(5):
        started = time.perf_counter()
        call().raise_for_status()
        times.append(time.perf_counter() - started)
    return min(times)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_costs_as_much_in_a_large_store_as_in_a_small_one(costs, call):
    small, large = costs
    assert large[call] < MUCH * small[call], f"{call}: {small[call]:.5f} s, then {large[call]:.5f} s"


@pytest.mark.parametrize("plural", PLURALS)
def test_a_cursor_leads_through_100_000_and_its_last_pages_cost_no_more(
    costs, clients, running_sandbox, plural
):
    path = f"/v2/teams/{running_sandbox.info['streak']['team_key']}/{plural}"
    seen, query = set(), {"limit": 1000}
    first = quickest(lambda: clients[0].get(path, params={"limit": 100}))
    while True:
        found = clients[0].get(path, params=query).raise_for_status().json()
        seen |= {party["key"] for party in found["results"]}
        if "cursor" not in found:
            break
        last, query = query, {"limit": 1000, "cursor": found["cursor"]}
    assert len(seen) >= LARGE
    assert quickest(lambda: clients[0].get(path, params={**last, "limit": 100})) < MUCH * first

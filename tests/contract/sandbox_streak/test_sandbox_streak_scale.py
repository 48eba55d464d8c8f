"""A large pipeline stays quick: its lists are the reason that clients page."""

import time

import pytest

BOXES = 100_000


@pytest.fixture(scope="module")
def large(clients):
    """The sandbox with 100,000 boxes in Sales, and the time it took to make them."""
    control = clients[1]
    control.post("/reset").raise_for_status()
    started = time.perf_counter()
    wish = {"count": BOXES, "organizations": 100, "fields": {"Quantity": "4", "Unit price": "1.00"}}
    keys = control.post("/streak/boxes", json=wish).raise_for_status().json()["keys"]
    yield keys, time.perf_counter() - started
    control.post("/reset").raise_for_status()


def quickest(call):
    """Return the least time of three, in seconds: other work on the machine only adds to it."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        call().raise_for_status()
        times.append(time.perf_counter() - started)
    return min(times)


def test_100_000_boxes_are_made_in_seconds(large):
    keys, seconds = large
    assert len(set(keys)) == BOXES
    assert seconds < 30


@pytest.mark.parametrize("page", [0, 500, 999])
def test_a_page_of_the_sorted_list_costs_the_page_and_not_the_list(large, clients, running_sandbox, page):
    path = f"/v1/pipelines/{running_sandbox.info['streak']['pipelines']['Sales']}/boxes"
    query = {"sortBy": "lastUpdatedTimestamp", "page": page, "limit": 100}
    assert quickest(lambda: clients[0].get(path, params=query)) < 0.1


def test_a_batch_of_1000_is_read_quickly(large, clients, running_sandbox):
    path = f"/v1/pipelines/{running_sandbox.info['streak']['pipelines']['Sales']}/boxes/batch/"
    assert quickest(lambda: clients[0].post(path, json=large[0][:1000])) < 0.2

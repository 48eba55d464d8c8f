"""A large pipeline stays quick: its lists are the reason that clients page."""

import time

import pytest

BOXES = PARTIES = 100_000


@pytest.fixture(scope="module")
def large(clients):
    """The sandbox with 100,000 boxes in Sales, each with its own parties, and the time it took to make them."""
    control = clients[1]
    control.post("/reset").raise_for_status()
    started = time.perf_counter()
    wish = {"count": BOXES, "organizations": PARTIES, "fields": {"Quantity": "4", "Unit price": "1.00"}}
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


@pytest.mark.parametrize("page", [0, 500, 999])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_page_of_the_unsorted_list_is_read_quickly(large, clients, running_sandbox, version, page):
    path = f"/{version}/pipelines/{running_sandbox.info['streak']['pipelines']['Sales']}/boxes"
    assert quickest(lambda: clients[0].get(path, params={"page": page, "limit": 100})) < 0.1


def test_updates_do_not_feel_how_many_boxes_there_are(large, clients):
    keys = large[0][:100]
    started = time.perf_counter()
    for key in keys:
        clients[0].post(f"/v1/boxes/{key}", json={"notes": "seen"}).raise_for_status()
    assert (time.perf_counter() - started) / len(keys) < 0.02


@pytest.mark.parametrize("plural", ["contacts", "organizations"])
def test_a_cursor_leads_through_100_000_and_its_last_pages_cost_no_more(
    large, clients, running_sandbox, plural
):
    path = f"/v2/teams/{running_sandbox.info['streak']['team_key']}/{plural}"
    seen, query = set(), {"limit": 1000}
    while True:
        found = clients[0].get(path, params=query).raise_for_status().json()
        seen |= {party["key"] for party in found["results"]}
        if "cursor" not in found:
            break
        last, query = query, {"limit": 1000, "cursor": found["cursor"]}
    assert len(seen) >= PARTIES
    assert quickest(lambda: clients[0].get(path, params={**last, "limit": 100})) < 0.1


@pytest.mark.parametrize(("plural", "mark"), [("contacts", "emailAddresses"), ("organizations", "domains")])
def test_an_existing_one_among_100_000_is_found_quickly(large, clients, running_sandbox, plural, mark):
    path = f"/v2/teams/{running_sandbox.info['streak']['team_key']}/{plural}"
    newest = max(
        clients[0].get(path, params={"limit": 1000}).json()["results"], key=lambda party: party["domains"]
    )

    def ask():
        return clients[0].post(path, params={"getIfExisting": "true"}, json={mark: newest[mark]})

    assert ask().json()["key"] == newest["key"]
    assert quickest(ask) < 0.02

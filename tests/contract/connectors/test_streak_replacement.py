"""Arrays that Streak replaces as a whole: nobody else's entries get lost when ours are added or removed."""

from collections.abc import Callable
from typing import Any

import pytest

from streak_netsuite.connectors.streak import arrays
from streak_netsuite.connectors.streak.call import Effect
from streak_netsuite.connectors.streak.replacement import change, link, swap, unlink
from streak_netsuite.errors import RateLimited, RejectedByVendor, Unavailable

RAJ = "raj@northwind-robotics.example"


class Meddled:
    """A client beside which somebody else works: `before` or `after` our writes, while there are turns left."""

    patience_seconds = None

    def __init__(
        self,
        client: Any,
        *,
        before: Callable[[], object] | None = None,
        after: Callable[[], object] | None = None,
        turns: int = 1,
    ) -> None:
        self._client, self._before, self._after, self._turns = client, before, after, turns
        self.writes = 0

    def send(self, call: Any) -> Any:
        assert call.effect is Effect.READ
        return self._client.send(call)

    def attempt(self, call: Any) -> Any:
        self.writes += 1
        turn, self._turns = self._turns > 0, self._turns - 1
        if turn and self._before:
            self._before()
        try:
            return self._client.attempt(call)
        finally:
            if turn and self._after:
                self._after()


@pytest.fixture
def box(team: Any) -> str:
    (key,) = team.boxes(1)
    return str(key)


@pytest.fixture
def people(team: Any) -> list[str]:
    rows = team.raw.get(f"v2/teams/{team.info['team_key']}/contacts").json()["results"]
    return [row["key"] for row in rows[:4]]


def contacts_of(team: Any, box: str) -> list[str]:
    return [c["key"] for c in team.raw.get(f"v1/boxes/{box}").json().get("contacts", [])]


def by_hand(team: Any, box: str, *keys: str) -> None:
    team.raw.post(f"v1/boxes/{box}", json={"contacts": [{"key": key} for key in keys]}).raise_for_status()


def no_wait(_: float) -> None:
    """Go on at once."""


def test_a_contact_is_linked_beside_those_of_others(team: Any, box: str, people: list[str]) -> None:
    by_hand(team, box, *people[:2])
    done = link(team.client(), arrays.box_contacts(box), people[2], people[0])
    assert (done.added, done.removed, done.writes) == ((people[2],), (), 1)
    assert contacts_of(team, box) == people[:3]


def test_only_the_named_contact_is_unlinked(team: Any, box: str, people: list[str]) -> None:
    by_hand(team, box, *people[:3])
    done = unlink(team.client(), arrays.box_contacts(box), people[1], people[3])
    assert (done.added, done.removed) == ((), (people[1],))
    assert contacts_of(team, box) == [people[0], people[2]]


def test_the_last_one_can_be_unlinked(team: Any, box: str, people: list[str]) -> None:
    by_hand(team, box, people[0])
    unlink(team.client(), arrays.box_contacts(box), people[0])
    assert contacts_of(team, box) == []


def test_nothing_is_written_when_everything_is_as_wished(team: Any, box: str, people: list[str]) -> None:
    by_hand(team, box, people[0])
    before = team.received("boxes.update")
    assert change(team.client(), arrays.box_contacts(box), add=[people[0]], remove=[people[1]]).writes == 0
    assert team.received("boxes.update") == before


def test_what_somebody_adds_while_our_write_is_held_up_stays_linked(
    team: Any, box: str, people: list[str]
) -> None:
    by_hand(team, box, people[0])
    team.fault("boxes.update", status=429, match="contacts", headers={"Retry-After": "0"})
    # Refused at first: the array changes between our read and the write that lands.
    client = Meddled(team.client(), after=lambda: by_hand(team, box, *people[:2]))
    done = link(client, arrays.box_contacts(box), people[2], sleep=no_wait)
    assert contacts_of(team, box) == people[:3]
    assert done.added == (people[2],)
    assert client.writes == 2


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_after_a_lost_answer_the_array_is_read_before_it_is_written_again(
    team: Any, box: str, people: list[str], kind: str
) -> None:
    by_hand(team, box, people[0])
    team.fault("boxes.update", kind=kind, match="contacts")

    def somebody_adds() -> None:
        by_hand(team, box, *contacts_of(team, box), people[1])

    client = Meddled(team.client(), after=somebody_adds)
    link(client, arrays.box_contacts(box), people[2], sleep=no_wait)
    assert set(contacts_of(team, box)) == set(people[:3])
    assert client.writes == (2 if kind == "cut_before" else 1)


def test_a_link_that_somebodys_stale_copy_undid_is_made_again(team: Any, box: str, people: list[str]) -> None:
    by_hand(team, box, people[0])
    client = Meddled(team.client(), after=lambda: by_hand(team, box, *people[:2]))
    done = link(client, arrays.box_contacts(box), people[2], sleep=no_wait)
    assert contacts_of(team, box) == people[:3]
    assert (done.added, client.writes) == ((people[2],), 2)


def test_a_contested_array_is_given_up_after_some_rounds(team: Any, box: str, people: list[str]) -> None:
    client = Meddled(team.client(), after=lambda: by_hand(team, box, people[0]), turns=99)
    with pytest.raises(Unavailable, match="not as wished after 3 writes"):
        change(client, arrays.box_contacts(box), add=[people[1]], rounds=3, sleep=no_wait)
    assert client.writes == 3


def test_one_takes_the_place_of_another_and_the_order_stays(team: Any, box: str, people: list[str]) -> None:
    by_hand(team, box, *people[:3])
    assert swap(team.client(), arrays.box_contacts(box), people[0], people[3]) == 1
    assert contacts_of(team, box) == [people[3], *people[1:3]]


def test_one_that_is_there_already_moves_up_and_is_there_once(team: Any, box: str, people: list[str]) -> None:
    by_hand(team, box, *people[:3])
    assert swap(team.client(), arrays.box_contacts(box), people[0], people[2]) == 1
    assert contacts_of(team, box) == [people[2], people[1]]


def test_nobody_takes_the_place_of_one_that_is_not_there(team: Any, box: str, people: list[str]) -> None:
    by_hand(team, box, people[1])
    before = team.received("boxes.update")
    assert swap(team.client(), arrays.box_contacts(box), people[0], people[3]) == 0
    assert team.received("boxes.update") == before
    assert contacts_of(team, box) == [people[1]]


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_after_a_lost_answer_the_array_is_read_before_anybody_takes_a_place_again(
    team: Any, box: str, people: list[str], kind: str
) -> None:
    by_hand(team, box, *people[:2])
    team.fault("boxes.update", kind=kind, match="contacts")
    client = Meddled(team.client(), after=lambda: by_hand(team, box, *contacts_of(team, box), people[2]))
    swap(client, arrays.box_contacts(box), people[0], people[3], sleep=no_wait)
    assert contacts_of(team, box) == [people[3], people[1], people[2]]
    assert client.writes == (2 if kind == "cut_before" else 1)


def test_a_place_that_others_take_back_again_and_again_is_given_up(
    team: Any, box: str, people: list[str]
) -> None:
    by_hand(team, box, people[0])
    client = Meddled(team.client(), after=lambda: by_hand(team, box, people[0]), turns=99)
    with pytest.raises(Unavailable, match="not as wished after 3 writes"):
        swap(client, arrays.box_contacts(box), people[0], people[1], rounds=3, sleep=no_wait)
    assert client.writes == 3


def test_a_refusal_is_told(team: Any, box: str) -> None:
    with pytest.raises(RejectedByVendor):
        link(team.client(), arrays.box_contacts(box), "agxNobody")


def test_a_long_wait_is_left_to_the_scheduler(team: Any, box: str, people: list[str]) -> None:
    team.fault("boxes.update", times=None, status=429, headers={"Retry-After": "600"})
    with pytest.raises(RateLimited):
        link(team.client(), arrays.box_contacts(box), people[0], sleep=no_wait)


def test_adding_and_removing_the_same_is_refused(team: Any, box: str) -> None:
    with pytest.raises(ValueError, match="at once"):
        change(team.client(), arrays.box_assignees(box), add=[RAJ], remove=[RAJ.upper()])


def test_each_array_of_a_box_is_changed_alike(team: Any, box: str) -> None:
    (other,) = team.boxes(1)
    organization = team.seeded("Sakura pilot")["organizations"][0]["key"]
    user = team.raw.get("v1/users/me").json()["key"]
    for array, wish in (
        (arrays.box_organizations(box), organization),
        (arrays.box_assignees(box), RAJ),
        (arrays.box_linked_boxes(box), other),
        (arrays.box_followers(box), "agxUser2"),
    ):
        before = team.client().send(array.read)
        assert link(team.client(), array, wish).added == (wish,)
        assert len(team.client().send(array.read)) == len(before) + 1
        assert unlink(team.client(), array, wish).removed == (wish,)
        assert team.client().send(array.read) == before
    assert team.raw.get(f"v1/boxes/{box}").json()["followerKeys"] == [user]


def test_each_array_of_a_party_is_changed_alike(team: Any, people: list[str]) -> None:
    organization = team.seeded("Sakura pilot")["organizations"][0]["key"]
    for array, wish, same in (
        (arrays.contact_emails(people[0]), "second@acme.example", "SECOND@acme.example"),
        (arrays.party_phones("contacts", people[0]), "+1 555 0177", "+1-555-0177"),
        (arrays.party_addresses("contacts", people[0]), "1 Main St, Butte", "1 main st, butte "),
        (arrays.party_organizations("contacts", people[0]), organization, organization),
        (arrays.party_contacts("organizations", organization), people[0], people[0]),
    ):
        before = team.client().send(array.read)
        assert link(team.client(), array, wish).writes == 1
        assert link(team.client(), array, same).writes == 0
        unlink(team.client(), array, same)
        # Streak notes when a link was made, which is all that may differ.
        assert [array.identity(e) for e in team.client().send(array.read)] == [
            array.identity(e) for e in before
        ]


@pytest.mark.parametrize(("field", "kind"), [("Tier", "DROPDOWN"), ("Labels", "TAG")])
def test_options_are_added_without_dropping_and_removed_by_label(team: Any, field: str, kind: Any) -> None:
    key = team.field_key(field)
    array = arrays.field_options(team.pipeline, key, kind)
    before = team.client().send(array.read)
    assert link(team.client(), array, "Brand new", before[0].label.upper()).added == ("Brand new",)
    after = team.client().send(array.read)
    assert after[:-1] == before
    done = change(team.client(), array, add=["Newer"], remove=["brand new"])
    assert (done.added, done.removed, done.writes) == (("Newer",), ("brand new",), 2)
    assert [option.label for option in team.client().send(array.read)] == [
        *[option.label for option in before],
        "Newer",
    ]

"""The DealSource and BoxWriter ports over Streak's HTTP API, against the sandbox."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from streak_netsuite.connectors.streak.calls import boxes, comments, pipelines, users
from streak_netsuite.connectors.streak.gateway import StreakGateway
from streak_netsuite.connectors.streak.protocol import NO_ACCESS, NOT_FOUND
from streak_netsuite.errors import (
    ConfigurationError,
    InvalidCredentials,
    RateLimited,
    RecordError,
    RejectedByVendor,
    Unavailable,
    UncertainWrite,
)
from streak_netsuite.model.activity import Activity, ActivityStyle
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.sync.hint import Hint, HintOrigin
from streak_netsuite.sync.stream import Absence

BOX = "Blue Harbor warehouse robots"
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def a_comment(text: str) -> Activity:
    return Activity(text=text, happened_at=NOON)


def a_deal(found: Deal | RecordError) -> Deal:
    assert isinstance(found, Deal), found
    return found


# --- gather --------------------------------------------------------------------------------------------


def test_a_deal_comes_in_words_with_its_parties(team: Any) -> None:
    box = team.seeded(BOX)
    deal = a_deal(team.gateway().gather([box["key"]])[box["key"]])
    assert (deal.key, deal.name, deal.pipeline, deal.stage) == (box["key"], BOX, "Sales", "Negotiation")
    assert deal.version == str(box["lastSavedTimestamp"])
    assert deal.owner_email == "ann@northwind-robotics.example"
    wanted = {
        "Product": "Atlas Arm",
        "Quantity": "4",
        "Unit price": "12,500.00",
        "Currency": "USD",
        "Rush order": True,
        "Labels": ("urgent",),
        "Account manager": "Ann Lee",
        "Buyer": "Maya Okafor",
        "Deal size": Decimal("50000.0"),
    }
    assert {name: deal.fields[name] for name in wanted} == wanted
    assert isinstance(deal.fields["Requested ship date"], datetime)
    assert "NetSuite order" not in deal.fields
    assert deal.organization is not None
    assert (deal.organization.name, deal.organization.domains) == (
        "Blue Harbor Logistics",
        ("blueharbor.example",),
    )
    assert [contact.name for contact in deal.contacts] == ["Maya Okafor", "Tom Reyes"]
    assert deal.contacts[0].emails == ("maya.okafor@blueharbor.example",)


def test_a_box_that_is_gone_is_missing(team: Any) -> None:
    keys = team.boxes(2)
    team.raw.delete(f"v1/boxes/{keys[0]}").raise_for_status()
    assert list(team.gateway().gather(keys)) == [keys[1]]


def test_nothing_to_gather_reads_no_box(team: Any) -> None:
    assert team.gateway().gather([]) == {}
    assert team.received("boxes.get") == team.received("boxes.batch_get") == 0


@pytest.mark.parametrize("batch", [True, False], ids=["in one call", "one by one"])
def test_keys_that_differ_by_case_alone_are_kept_apart(team: Any, batch: bool) -> None:
    keys = team.boxes(20)
    twins = [key for key in keys if sum(other.lower() == key.lower() for other in keys) == 2]
    assert len(twins) >= 2
    found = team.gateway(batch_get_boxes=batch).gather(keys)
    assert {key: a_deal(deal).key for key, deal in found.items()} == {key: key for key in keys}
    assert len({a_deal(deal).name for deal in found.values()}) == 20
    assert len({a_deal(deal).organizations[0].name for deal in found.values()}) == 20


def test_many_boxes_are_read_in_one_call(team: Any) -> None:
    keys = team.boxes(12)
    found = team.gateway().gather(keys)
    assert set(found) == set(keys)
    assert (team.received("boxes.batch_get"), team.received("boxes.get")) == (1, 0)


def test_a_refused_batch_is_read_one_by_one_and_not_tried_again(team: Any) -> None:
    team.configure(batch_get=False)
    keys = team.boxes(4)
    gateway = team.gateway()
    for _ in range(2):
        assert set(gateway.gather(keys)) == set(keys)
    assert (team.received("boxes.batch_get"), team.received("boxes.get")) == (1, 8)


def test_boxes_of_a_pipeline_that_is_not_watched_are_read_too(team: Any) -> None:
    renewals = team.boxes(3, pipeline="Renewals", stage="Open")
    sales = team.boxes(3)
    found = team.gateway().gather([*renewals, *sales])
    assert {a_deal(found[key]).pipeline for key in renewals} == {"Renewals"}
    assert len(found) == 6


@pytest.mark.parametrize("unknown", ["stage", "field", "option"])
def test_something_new_in_the_pipeline_is_learned_with_one_look(team: Any, unknown: str) -> None:
    (key,) = team.boxes(1)
    gateway = team.gateway()
    gateway.gather([key])
    _change(team, key, unknown)
    looks = team.received("pipelines.list")
    deal = a_deal(gateway.gather([key])[key])
    assert team.received("pipelines.list") == looks + 1
    assert {
        "stage": deal.stage,
        "field": deal.fields.get("Region"),
        "option": deal.fields.get("Tier"),
    }[unknown] == {"stage": "Legal review", "field": "West", "option": "Platinum"}[unknown]
    gateway.gather([key])
    assert team.received("pipelines.list") == looks + 1


def _change(team: Any, key: str, unknown: str) -> None:
    base = f"v2/pipelines/{team.pipeline}"
    if unknown == "stage":
        made = team.raw.post(f"{base}/stages", json={"name": "Legal review"}).raise_for_status().json()
        change: dict[str, Any] = {"stageKey": made["key"]}
    elif unknown == "field":
        body = {"name": "Region", "type": "TEXT_INPUT"}
        made = team.raw.post(f"{base}/fields", json=body).raise_for_status().json()
        change = {"fields": {made["key"]: "West"}}
    else:
        field = team.field_key("Tier")
        team.raw.post(
            f"v1/pipelines/{team.pipeline}/fields/{field}?addOnly=true",
            json={"dropdownSettings": {"items": [{"key": "9077", "name": "Platinum"}]}},
        ).raise_for_status()
        change = {"fields": {field: "9077"}}
    team.raw.post(f"v1/boxes/{key}", json=change).raise_for_status()


@pytest.mark.parametrize(("kind", "plural"), [("organization", "organizations"), ("contact", "contacts")])
def test_a_party_that_cannot_be_read_is_the_records_error_alone(team: Any, kind: str, plural: str) -> None:
    good, bad = team.boxes(2)
    team.show(bad, **{plural: [{"key": "agxzGone"}]})
    found = team.gateway().gather([good, bad])
    assert isinstance(found[good], Deal)
    error = found[bad]
    assert isinstance(error, RejectedByVendor)
    assert (error.code, "agxzGone" in str(error)) == ("UNREADABLE_PARTY", True)
    assert kind in error.fix


def test_a_party_in_an_unknown_form_is_the_error_of_its_box_alone(team: Any) -> None:
    keys = team.boxes(2)
    deals = team.gateway().gather(keys)
    bad, good = (a_deal(deals[key]).organizations[0].key for key in keys)
    rows = team.raw.post("v2/organizations/batch/get", json=[bad, good]).raise_for_status().json()
    rows[bad]["domains"] = "acme.example"
    team.fault("organizations.batch_get", status=200, body=json.dumps(rows))
    found = team.gateway().gather(keys)
    assert isinstance(found[keys[0]], RejectedByVendor)
    assert isinstance(found[keys[1]], Deal)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param({"organizations": [{"name": "no key"}]}, id="a link without a key"),
        pytest.param({"creationTimestamp": "yesterday"}, id="a time that is none"),
        pytest.param({"creationTimestamp": 10**18}, id="a time beyond all calendars"),
        pytest.param({"contacts": "none"}, id="a list that is none"),
    ],
)
def test_a_box_in_an_unknown_form_is_its_own_error_alone(team: Any, raw: dict[str, Any]) -> None:
    good, bad = team.boxes(2)
    team.show(bad, **raw)
    found = team.gateway().gather([good, bad])
    assert isinstance(found[good], Deal)
    assert isinstance(found[bad], RecordError)
    assert bad in str(found[bad])


def test_a_date_beyond_all_calendars_is_kept_for_the_mapping_to_name(team: Any) -> None:
    (key,) = team.boxes(1)
    field = team.field_key("Requested ship date")
    team.show(key, fields={field: 10**18})
    assert a_deal(team.gateway().gather([key])[key]).fields["Requested ship date"] == Decimal(10**18)


def test_a_field_value_in_an_unknown_form_stops_nobody(team: Any) -> None:
    (key,) = team.boxes(1)
    team.show(key, fields={team.field_key("Labels"): [{"key": "9001"}], team.field_key("Tier"): {"key": "9"}})
    gateway = team.gateway()
    for _ in range(2):  # the second time against a known pipeline
        assert isinstance(gateway.gather([key])[key], Deal)


def iter_swept(gateway: StreakGateway, since: datetime | None) -> Iterator[Hint]:
    for stream in gateway.streams():
        for page in stream.pages(since, start=None):
            yield from (sighting.hint for sighting in page.sightings)


def swept(gateway: StreakGateway, since: datetime | None) -> list[Hint]:
    return list(iter_swept(gateway, since))


# --- sweeping ------------------------------------------------------------------------------------------


def test_changed_boxes_are_hinted_newest_first(team: Any) -> None:
    keys = team.boxes(7)
    oldest = team.raw.get(f"v1/boxes/{keys[0]}").json()["lastUpdatedTimestamp"]
    since = datetime.fromtimestamp((oldest + 0.5) / 1000, tz=UTC)
    hints = swept(team.gateway(page_size=3), since)
    assert [hint.record.id for hint in hints][:7] == list(reversed(keys))
    assert min(hint.payload["lastUpdatedTimestamp"] for hint in hints) == oldest
    assert {(hint.origin, hint.event) for hint in hints} == {(HintOrigin.SWEEP, "sweep")}


def test_a_sweep_reads_no_page_behind_its_edge(team: Any) -> None:
    team.boxes(10)
    since = datetime.now(UTC) + timedelta(seconds=1)
    assert swept(team.gateway(page_size=2), since) == []
    assert team.received("boxes.list") == 1


def test_a_sweep_without_an_edge_reads_every_page_of_the_watched_pipelines(team: Any) -> None:
    everything = team.raw.get(f"v1/pipelines/{team.pipeline}/boxes").raise_for_status().json()
    team.control.delete("/requests")
    hints = swept(team.gateway(page_size=6), None)
    assert sorted(hint.record.id for hint in hints) == sorted(box["key"] for box in everything)
    assert team.received("boxes.list") == -(-len(everything) // 6)


def test_a_box_in_an_unknown_form_stops_no_sweep(team: Any) -> None:
    rows = [
        {"key": "agx1", "lastUpdatedTimestamp": "soon", "lastSavedTimestamp": 7},
        {"name": "no key"},
        {"key": "agx2", "lastUpdatedTimestamp": 10**13},
        {"key": "agx3", "lastUpdatedTimestamp": 5},
    ]
    team.fault("boxes.list", status=200, body=json.dumps({"results": rows, "hasNextPage": True}))
    since = datetime(2026, 1, 1, tzinfo=UTC)
    assert [hint.record.id for hint in swept(team.gateway(), since)] == ["agx1", "agx2"]


def test_a_box_that_moves_between_pages_is_hinted_once(team: Any) -> None:
    keys = team.boxes(6)
    hints = iter_swept(team.gateway(page_size=3), None)
    seen = [next(hints).record.id for _ in range(3)]
    team.raw.post(f"v1/boxes/{keys[0]}", json={"notes": "new"}).raise_for_status()
    seen += [hint.record.id for hint in hints]
    assert len(set(seen)) == len(seen)
    assert set(keys) - {keys[0]} <= set(seen)


@pytest.mark.parametrize("plural", ["contacts", "organizations"])
def test_contacts_and_organizations_are_swept_when_the_settings_say_so(team: Any, plural: str) -> None:
    keys = team.parties(plural)
    (stream,) = team.gateway(sweep=(plural,), party_page_size=2).streams()
    pages = list(stream.pages(None, start=None))
    assert [s.hint.record.id for page in pages for s in page.sightings] == sorted(keys)
    assert len(pages) >= len(keys) // 2
    resumed = stream.pages(None, start=pages[0].next_position)
    assert [s.hint.record.id for page in resumed for s in page.sightings] == sorted(keys)[2:]


def test_only_contacts_saved_since_are_asked_for(team: Any) -> None:
    key = team.parties("contacts")[0]
    saved = team.raw.get(f"v2/contacts/{key}").json()["lastSavedTimestamp"]
    time.sleep(max(0.0, saved / 1000 + 1.05 - time.time()))  # `after` counts whole seconds
    body = {"other": "moved to Oslo"}
    team.raw.post(f"v2/contacts/{key}", json=body).raise_for_status()
    since = datetime.fromtimestamp(saved / 1000 + 1, tz=UTC)
    (stream,) = team.gateway(sweep=("contacts",)).streams()
    assert stream.tells_changes
    assert [s.hint.record.id for page in stream.pages(since, start=None) for s in page.sightings] == [key]


def test_where_records_went_is_asked_of_each_by_itself(team: Any) -> None:
    here, gone, moved = team.boxes(3)
    other = team.info["pipelines"]["Renewals"]
    team.raw.delete(f"v1/boxes/{gone}").raise_for_status()
    wish = [{"key": moved, "pipelineKey": other}]
    team.raw.post(f"v2/pipelines/{team.pipeline}/boxes/batch", json=wish).raise_for_status()
    (stream,) = team.gateway().streams()
    found = stream.look_up([here, gone, moved])
    assert found.pop(here).hint.record.id == here
    assert found == {gone: Absence.GONE, moved: Absence.MOVED}


def test_a_box_that_is_not_shared_any_more_is_hidden_not_gone(team: Any) -> None:
    (key,) = team.boxes(1)
    team.fault("boxes.get", status=401, body='{"success": false}')
    (stream,) = team.gateway().streams()
    assert stream.look_up([key]) == {key: Absence.HIDDEN}


def test_what_streak_counts_by_itself_does_not_change_a_boxs_digest() -> None:
    from streak_netsuite.connectors.streak.hints import sighting_of

    box = {"key": "agx1", "name": "A", "contacts": [{"key": "c2"}, {"key": "c1"}], "freshness": 0.1}
    noisy = {**box, "contacts": [{"key": "c1", "isStarred": True}, {"key": "c2"}], "freshness": 0.9}
    noisy |= {"commentCount": 3, "stageHistoryEntries": [{"timeInStageMs": 5}], "lastSavedTimestamp": 9}
    first, second = (sighting_of(row, kind=RecordKind.BOX).digest for row in (box, noisy))
    assert first == second
    for change in ({"name": "B"}, {"fields": {"1": "x"}}, {"contacts": []}, {"stageKey": "5"}):
        assert sighting_of({**box, **change}, kind=RecordKind.BOX).digest != first


def test_a_webhook_and_a_sweep_that_saw_the_same_state_are_one_hint(team: Any) -> None:
    from streak_netsuite.connectors.streak.hints import hint_of_box

    (key,) = team.boxes(1)
    box = team.raw.get(f"v1/boxes/{key}").json()
    listed = next(hint for hint in swept(team.gateway(), None) if hint.record.id == key)
    told = hint_of_box(box, event="BOX_CREATE", origin=HintOrigin.WEBHOOK)
    assert (told.record, told.version) == (listed.record, listed.version)


@pytest.mark.parametrize("named", ["Sales", "key"])
def test_pipelines_are_watched_by_name_or_key(team: Any, named: str) -> None:
    wanted = team.pipeline if named == "key" else named
    assert [c.key for c in team.gateway(pipelines=(wanted,)).watched()] == [team.pipeline]


def test_a_pipeline_that_is_not_there_is_named_with_those_that_are(team: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"\['Slaes'\].*Renewals, Sales"):
        team.gateway(pipelines=("Slaes",)).watched()


# --- writing -------------------------------------------------------------------------------------------


def test_fields_are_written_by_name(team: Any) -> None:
    (key,) = team.boxes(1)
    team.gateway().write_fields(key, team.pipeline, {"NetSuite order": "SO1006", "NetSuite status": "open"})
    fields = team.raw.get(f"v1/boxes/{key}").json()["fields"]
    assert fields[team.field_key("NetSuite order")] == "SO1006"
    assert fields[team.field_key("NetSuite status")] == "open"


def test_an_unknown_field_is_named_with_those_there_are(team: Any) -> None:
    (key,) = team.boxes(1)
    with pytest.raises(RejectedByVendor, match=r"no field 'Order no'; it has .*NetSuite order") as caught:
        team.gateway().write_fields(key, team.pipeline, {"Order no": "SO1006"})
    assert caught.value.field == "Order no"
    assert team.received("boxes.update") == 0


def test_a_lost_answer_to_a_field_write_is_sent_again(team: Any) -> None:
    (key,) = team.boxes(1)
    team.fault("boxes.update", kind="cut_after")
    team.gateway().write_fields(key, team.pipeline, {"NetSuite order": "SO1006"})
    assert team.received("boxes.update") == 2


def test_writing_to_a_box_that_is_gone_is_the_records_error(team: Any) -> None:
    with pytest.raises(RejectedByVendor) as caught:
        team.gateway().write_fields("agxzGone", team.pipeline, {"NetSuite order": "SO1006"})
    assert caught.value.code == NOT_FOUND


def test_a_comment_is_found_again_by_its_marker(team: Any) -> None:
    (key,) = team.boxes(1)
    gateway = team.gateway()
    assert gateway.find_activity(key, "[ref 77]", ActivityStyle.COMMENT) is None
    gateway.write_activity(key, a_comment("something else"))
    made = gateway.write_activity(key, a_comment("Sales order SO1006 [ref 77]"))
    assert gateway.find_activity(key, "[ref 77]", ActivityStyle.COMMENT) == made


def test_a_lost_answer_to_a_comment_is_uncertain_and_never_repeated(team: Any) -> None:
    (key,) = team.boxes(1)
    team.fault("comments.create", kind="cut_after")
    gateway = team.gateway()
    with pytest.raises(UncertainWrite):
        gateway.write_activity(key, a_comment("SO1006 [ref 77]"))
    assert team.received("comments.create") == 1
    assert gateway.find_activity(key, "[ref 77]", ActivityStyle.COMMENT) is not None


def test_a_comment_refused_for_its_rate_is_sent_again(team: Any) -> None:
    (key,) = team.boxes(1)
    team.fault("comments.create", status=429, headers={"Retry-After": "0"})
    gateway = team.gateway()
    made = gateway.write_activity(key, a_comment("SO1006"))
    assert [c.key for c in team.client().iterate(comments.of_box(key))] == [made]


# --- refusals ------------------------------------------------------------------------------------------


def test_a_bad_key_is_invalid_credentials(team: Any) -> None:
    gateway = team.gateway(api_key="wrong")
    with pytest.raises(InvalidCredentials, match="API key"):
        gateway.gather(["agxzAny"])


def test_a_401_with_a_good_key_is_no_access_to_that_record(team: Any) -> None:
    good, bad = team.boxes(2)
    gateway = team.gateway()
    refusal = '{"success": false, "error": "Invalid API Key"}'
    team.fault("boxes.get", match=bad, times=None, status=401, body=refusal)
    found = gateway.gather([good, bad])
    assert isinstance(found[good], Deal)
    error = found[bad]
    assert isinstance(error, RejectedByVendor)
    assert error.code == NO_ACCESS


@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_the_key_is_accepted_both_ways(team: Any, auth: str) -> None:
    assert team.client(auth=auth).send(users.me()).email == "ann@northwind-robotics.example"


def test_a_connection_without_a_key_is_a_matter_of_configuration(team: Any) -> None:
    with pytest.raises(ConfigurationError, match="no API key"):
        team.client(api_key="")


def test_within_a_limit_no_pause_is_made_that_ends_after_it(team: Any) -> None:
    team.fault("users.me", times=None, status=429, headers={"Retry-After": "5"})
    client = team.client(retry_total_seconds=90)
    with client.within(2), pytest.raises(RateLimited):
        client.send(users.me())
    assert team.received("users.me") == 1
    assert client.patience_seconds is None, "afterwards there is no limit"


def test_within_a_limit_an_answer_is_not_waited_for_after_it(team: Any) -> None:
    team.fault("users.me", times=None, kind="timeout_before", seconds=60)
    client = team.client()
    began = time.monotonic()
    with client.within(0.3), pytest.raises(Unavailable, match="no answer came"):
        client.send(users.me())
    assert time.monotonic() - began < 20


def test_a_long_retry_after_is_left_to_the_scheduler(team: Any) -> None:
    team.fault("users.me", times=None, status=429, headers={"Retry-After": "600"})
    with pytest.raises(RateLimited) as caught:
        team.client().send(users.me())
    assert caught.value.retry_after_seconds == 600
    assert team.received("users.me") == 1


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        '"text"',
        "null",
        "",
        "<html>",
        '{"key": "agx',
        '[["row"]]',
        '[{"name": "no key"}]',
        '{"a": {"b": 1}}',
    ],
)
@pytest.mark.parametrize("operation", ["pipelines.list", "boxes.get", "organizations.batch_get", "teams.get"])
def test_an_answer_in_an_unknown_form_is_unavailable_or_the_records_error(
    team: Any, operation: str, body: str
) -> None:
    (key,) = team.boxes(1)
    team.fault(operation, times=None, status=200, body=body)
    try:
        found = team.gateway(attempts=1).gather([key])
    except Unavailable:
        return
    assert not isinstance(found.get(key), Deal)


# --- forms of lists ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('[{"key": "agx1"}, {"key": "agx2"}]', id="bare array"),
        pytest.param('{"results": [{"key": "agx1"}, {"key": "agx2"}], "hasNextPage": false}', id="page"),
        pytest.param('{"agx1": {"key": "agx1"}, "agx2": {"key": "agx2"}}', id="object by key"),
    ],
)
def test_lists_are_read_in_every_form_streak_uses(team: Any, body: str) -> None:
    team.fault("pipelines.list", status=200, body=body)
    assert [p.key for p in team.client().send(pipelines.every())] == ["agx1", "agx2"]


def test_an_empty_page_ends_the_list_even_when_it_promises_more(team: Any) -> None:
    team.fault("boxes.list", times=None, status=200, body='{"results": [], "hasNextPage": true}')
    assert list(team.client().iterate(boxes.of_pipeline(team.pipeline, size=100))) == []


def test_parties_are_read_in_batches(team: Any) -> None:
    keys = team.boxes(7)
    found = team.gateway(batch_size=3).gather(keys)
    assert len(found) == 7
    assert team.received("organizations.batch_get") == 3

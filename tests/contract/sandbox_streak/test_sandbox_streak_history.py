"""What happened in a box is read back: timeline, newsfeed, mail; and what Streak changes by itself."""

import base64

import httpx
import pytest

BOX = "Blue Harbor warehouse robots"


def comment(place, box, count):
    for number in range(count):
        place.streak.post(f"/v2/boxes/{box}/comments", json={"message": f"note {number}"}).raise_for_status()


# --- timeline and newsfeed -----------------------------------------------------------------------------


def test_the_timeline_is_turned_by_a_token_that_comes_alone(place):
    box = place.box(BOX)["key"]
    comment(place, box, 5)
    path = f"/v2/boxes/{box}/timeline"
    first = place.get(path, filters="[COMMENTS]", limit=3, direction="Ascending")
    second = place.get(path, nextPageToken=first["nextPage"])
    texts = [e["entry"]["message"] for page in (first, second) for e in page["entries"]]
    assert texts == [f"note {n}" for n in range(5)]
    assert "nextPage" not in second
    refused = place.streak.get(path, params={"nextPageToken": first["nextPage"], "limit": 3})
    assert refused.status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "filters=COMMENTS",
        "filters=[COMMENTS]&filters=[FILES]",
        "filters=[NOTES]",
        "direction=up",
        "nextPageToken=x",
    ],
)
def test_a_timeline_asked_for_in_another_way_is_refused(place, query):
    box = place.box(BOX)["key"]
    assert place.streak.get(f"/v2/boxes/{box}/timeline?{query}").status_code == 400


def test_the_timeline_stands_in_the_order_of_its_times(place):
    box = place.box(BOX)["key"]
    body = {"meetingType": "MEETING_NOTES", "startTimestamp": 1_500_000_000_000, "notes": "long ago"}
    place.streak.post(f"/v2/boxes/{box}/meetings", json=body).raise_for_status()
    comment(place, box, 1)
    entries = place.get(f"/v2/boxes/{box}/timeline")["entries"]
    times = [entry["timestamp"] for entry in entries]
    assert times == sorted(times, reverse=True)
    assert entries[-1]["type"] == "MEETING_NOTES"
    assert {"COMMENTS", "EMAILS", "FILES"} <= {entry["type"] for entry in entries}


@pytest.mark.parametrize("forged", [b"1", b"[]", b"{}", b'{"kinds": ["COMMENTS"]}', b"\xff"], ids=str)
def test_a_token_that_streak_did_not_give_is_refused(place, forged):
    path = f"/v2/boxes/{place.box(BOX)['key']}/timeline"
    token = base64.urlsafe_b64encode(forged).decode()
    assert place.streak.get(path, params={"nextPageToken": token}).status_code == 400


@pytest.mark.parametrize(("direction", "expected"), [("Ascending", [2, 3]), ("Descending", [2, 1])])
def test_the_timeline_starts_at_a_time_and_goes_either_way(place, direction, expected):
    box = place.box(BOX)["key"]
    for at in (1, 2, 3):
        place.post(f"/v2/boxes/{box}/meetings", {"meetingType": "CALL_LOG", "startTimestamp": at})
    query = {"filters": "[CALL_LOGS]", "direction": direction, "startTimestamp": 2}
    entries = place.get(f"/v2/boxes/{box}/timeline", **query)["entries"]
    assert [entry["timestamp"] for entry in entries] == expected


def test_the_feed_of_a_box_has_the_latest_50_and_no_more(place):
    box = place.box(BOX)["key"]
    for number in range(55):
        place.streak.post(f"/v1/boxes/{box}", json={"notes": f"n{number}"}).raise_for_status()
    feed = place.get(f"/v1/boxes/{box}/newsfeed", detailLevel="ALL")
    assert len(feed) == 50
    assert [n["timestamp"] for n in feed] == sorted((n["timestamp"] for n in feed), reverse=True)
    assert len(place.get(f"/v1/pipelines/{place.sales}/newsfeed")) == 55
    assert len(place.get("/v1/newsfeed", detailLevel="CONDENSED")) == 1


# --- mail and keys -------------------------------------------------------------------------------------


def test_only_attachments_of_mails_can_be_fetched(place):
    box = place.box(BOX)["key"]
    by_type = {file["fileType"]: file for file in place.get(f"/v1/boxes/{box}/files")}
    attachment = place.streak.get(f"/v1/files/{by_type['GMAIL_API']['key']}/contents")
    assert attachment.content.startswith(b"%PDF")
    assert attachment.headers["content-type"] == "application/pdf"
    assert place.streak.get(f"/v1/files/{by_type['DRIVE']['key']}/contents").status_code == 400
    assert all(not name.startswith("_") for name in by_type["GMAIL_API"])


def test_mail_and_files_go_with_their_box(place):
    box = place.box(BOX)["key"]
    paths = [
        f"/v1/{kind}/{t['key']}"
        for kind in ("files", "threads")
        for t in place.get(f"/v1/boxes/{box}/{kind}")
    ]
    assert len(paths) == 3
    place.streak.delete(f"/v1/boxes/{box}").raise_for_status()
    assert [place.streak.get(path).status_code for path in paths] == [404] * 3


def test_keys_are_listed_in_pages_as_a_bare_array(place):
    for _ in range(2):
        place.streak.put("/v1/apikeys").raise_for_status()
    pages = [place.get("/v1/apikeys", limit=2, page=number) for number in range(3)]
    assert [len(found) for found in pages] == [2, 1, 0]
    assert len({key["key"] for found in pages for key in found}) == 3


def test_a_key_made_for_a_team_says_so(place):
    made = place.streak.put("/v1/apikeys", params={"teamKey": place.team}).raise_for_status().json()
    assert (made["keyType"], made["teamKey"]) == ("TEAM", place.team)
    assert place.streak.put("/v1/apikeys", params={"teamKey": "agxUnknown"}).status_code == 404


def test_a_new_key_opens_everything_and_a_deleted_one_nothing(place):
    made = place.streak.put("/v1/apikeys").raise_for_status().json()
    with httpx.Client(base_url=place.info["streak"]["base_url"], auth=(made["apiKey"], "")) as other:
        assert other.get("/v1/users/me").status_code == 200
        place.streak.delete(f"/v1/apikeys/{made['key']}").raise_for_status()
        assert other.get("/v1/users/me").status_code == 401


# --- pipelines and stages ------------------------------------------------------------------------------


def test_only_an_empty_pipeline_or_stage_can_be_deleted(place):
    stage = place.box(BOX)["stageKey"]
    assert place.streak.delete(f"/v2/pipelines/{place.sales}/stages/{stage}").status_code == 400
    assert place.streak.delete(f"/v2/pipelines/{place.sales}").status_code == 400


def test_the_last_stage_is_never_deleted(place):
    body = {"name": "One", "teamKey": place.info["streak"]["team_key"], "stages": ["Only"]}
    made = place.streak.post("/v2/pipelines", json=body).raise_for_status().json()
    (stage,) = made["stageOrder"]
    assert place.streak.delete(f"/v2/pipelines/{made['key']}/stages/{stage}").status_code == 400


def test_a_stage_order_must_name_every_stage(place):
    refused = place.streak.post(f"/v2/pipelines/{place.sales}", json={"stageOrder": ["5001"]})
    assert refused.status_code == 400


# --- what Streak changes by itself ---------------------------------------------------------------------


def test_a_contact_that_is_boxed_by_itself_is_heard_as_an_edit_without_a_mark(place, receiver):
    place.post("/v2/webhooks", {"event": "BOX_EDIT", "targetUrl": receiver.url}, pipelineKey=place.sales)
    box = place.box("Delta Foods palletizer")["key"]
    contact = place.get(f"/v2/teams/{place.info['streak']['team_key']}/contacts")["results"][0]["key"]
    place.control.post(f"/streak/boxes/{box}/autobox", json={"contact": contact}).raise_for_status()
    (told,) = receiver.next().body
    boxed = next(link for link in told["contacts"] if link["key"] == contact)
    assert boxed["isAutoboxed"] is True
    assert told["creatorKey"] == place.box("Delta Foods palletizer")["creatorKey"]


def test_a_contact_is_linked_to_the_organization_of_its_address_while_the_settings_ask_for_it(place):
    path = f"/v2/teams/{place.info['streak']['team_key']}/contacts"
    for wanted, address in ((False, "a@acme.example"), (True, "b@acme.example")):
        place.settings(magic_links=wanted)
        made = place.streak.post(path, json={"emailAddresses": [address]}).raise_for_status().json()
        links = place.get(f"/v2/contacts/{made['key']}")["orgLinks"]
        assert [link["isMagicLinked"] for link in links] == [True] * wanted


def test_an_organization_gets_details_nobody_entered_while_the_settings_ask_for_it(place):
    place.settings(enrichment=True)
    path = f"/v2/teams/{place.info['streak']['team_key']}/organizations"
    made = place.streak.post(path, json={"domains": ["red-kite.example"]}).raise_for_status().json()
    assert place.get(f"/v2/organizations/{made['key']}")["name"] == "Red Kite"


@pytest.mark.parametrize(
    ("setting", "plural", "body", "event", "made_by_itself"),
    [
        ("magic_links", "contacts", {"emailAddresses": ["c@acme.example"]}, "CONTACT", "orgLinks"),
        ("enrichment", "organizations", {"domains": ["red-kite.example"]}, "ORG", "industry"),
    ],
)
def test_what_streak_does_by_itself_is_heard_as_an_update_after_the_creation(
    place, receiver, setting, plural, body, event, made_by_itself
):
    place.settings(**{setting: True})
    for name in ("CREATE", "UPDATE"):
        wish = {"event": f"{event}_{name}", "targetUrl": f"{receiver.url}/{name}"}
        place.post("/v2/webhooks", wish, teamKey=place.team)
    place.post(f"/v2/teams/{place.team}/{plural}", body)
    told = {received.path: received.body[0] for received in receiver.several(2)}
    assert not told["/CREATE"].get(made_by_itself)
    assert told["/UPDATE"][made_by_itself]


def test_the_webhook_of_a_deletion_has_the_key_alone_when_asked(place, receiver):
    place.settings(delete_keys_only=True)
    place.post("/v2/webhooks", {"event": "BOX_DELETE", "targetUrl": receiver.url}, pipelineKey=place.sales)
    box = place.box(BOX)["key"]
    place.streak.delete(f"/v1/boxes/{box}").raise_for_status()
    assert receiver.next().body == [{"key": box}]

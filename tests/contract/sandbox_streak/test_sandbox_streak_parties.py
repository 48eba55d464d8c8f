"""Contacts and organizations."""

import time

import pytest

PLURALS = ["contacts", "organizations"]


def listed(place, plural, **query):
    return place.get(f"/v2/teams/{place.team}/{plural}", **query)


def everything(place, plural, **query):
    found, cursor = [], {}
    for _ in range(100):
        page = listed(place, plural, **query, **cursor)
        found += page["results"]
        if "cursor" not in page:
            return found
        cursor = {"cursor": page["cursor"]}
    raise AssertionError("the list does not end")


@pytest.mark.parametrize("plural", PLURALS)
def test_the_cursor_leads_through_all_once_in_order_of_their_keys(place, plural):
    whole = listed(place, plural)
    assert "cursor" not in whole
    keys = [p["key"] for p in whole["results"]]
    assert keys == sorted(keys)
    assert [p["key"] for p in everything(place, plural, limit=5)] == keys


def test_a_full_last_page_is_followed_by_an_empty_one(place):
    count = len(listed(place, "organizations")["results"])
    page = listed(place, "organizations", limit=count)
    assert listed(place, "organizations", limit=count, cursor=page["cursor"]) == {"results": []}


def test_more_than_1000_per_page_are_not_given(place):
    place.control.post("/streak/boxes", json={"count": 1, "organizations": 1001})
    assert len(listed(place, "organizations", limit=5000)["results"]) == 1000
    assert len(listed(place, "organizations")["results"]) == 100


def test_after_counts_seconds_and_concerns_contacts_only(place):
    now = int(time.time())
    assert listed(place, "contacts", after=now + 5)["results"] == []
    assert len(listed(place, "contacts", after=now - 3600)["results"]) == 18
    contact = listed(place, "contacts")["results"][3]
    saved = place.post(f"/v2/contacts/{contact['key']}", {"title": "CEO"})["lastSavedTimestamp"]
    assert contact["key"] in {c["key"] for c in listed(place, "contacts", after=saved // 1000)["results"]}
    assert listed(place, "contacts", after=saved)["results"] == []  # milliseconds lie far ahead
    assert listed(place, "organizations", after=now + 5)["results"]


def test_a_cursor_goes_with_the_after_it_was_given_for(place):
    cursor = listed(place, "contacts", limit=2, after=5)["cursor"]
    assert listed(place, "contacts", limit=2, after=5, cursor=cursor)["results"]
    path = f"/v2/teams/{place.team}/contacts"
    for query in ({"cursor": cursor}, {"cursor": cursor, "after": 6}, {"cursor": "nonsense", "after": 5}):
        assert place.streak.get(path, params=query).status_code == 400


@pytest.mark.parametrize("plural", PLURALS)
def test_a_batch_is_an_object_by_key_without_the_unknown(place, plural):
    two = listed(place, plural)["results"][:2]
    keys = [p["key"] for p in two]
    assert place.post(f"/v2/{plural}/batch/get", [*keys, "unknown"]) == dict(zip(keys, two, strict=True))
    assert place.streak.post(f"/v2/{plural}/batch/get", json={"keys": keys}).status_code == 400


def test_a_contact_has_all_its_arrays(place):
    made = place.post(f"/v2/teams/{place.team}/contacts", {"givenName": "Zoe"})
    lists = "emailAddresses phoneNumbers addresses domains normalizedDomains contactLinks orgLinks".split()
    assert {name: made[name] for name in lists} == {name: [] for name in lists}
    assert made["fields"] == {}
    assert made["teamKey"] == place.team
    assert "familyName" not in made
    assert "contactKey" not in made


def test_a_nameless_contact_or_organization_is_refused_with_a_bare_string(place):
    contact = place.streak.post(f"/v2/teams/{place.team}/contacts", json={"title": "CFO"})
    assert (contact.status_code, contact.json()) == (400, "Need to specify at least a name or email address")
    organization = place.streak.post(f"/v2/teams/{place.team}/organizations", json={"industry": "x"})
    assert (organization.status_code, type(organization.json())) == (400, str)


def test_an_existing_contact_is_found_by_email_and_nothing_is_merged(place):
    path = f"/v2/teams/{place.team}/contacts"
    known = place.post(
        path, {"emailAddresses": ["Maya.Okafor@BlueHarbor.example"], "title": "X"}, getIfExisting="true"
    )
    assert (known["familyName"], known["title"]) == ("Okafor", "COO")
    again = place.post(path, {"emailAddresses": ["maya.okafor@blueharbor.example"]})
    assert again["key"] != known["key"]


def test_an_existing_organization_is_found_by_domain_never_by_name(place):
    path = f"/v2/teams/{place.team}/organizations"
    known = place.post(path, {"name": "Other", "domains": ["ACME.example"]}, getIfExisting="true")
    assert known["name"] == "Acme Robotics, Inc."
    twins = [place.post(path, {"name": "Acme Robotics, Inc."}, getIfExisting="true") for _ in range(2)]
    assert len({known["key"], *(t["key"] for t in twins)}) == 3


def test_links_and_custom_fields_need_a_second_call(place):
    organization = listed(place, "organizations")["results"][0]
    sent = {"fields": {"1001": "Buyer"}, "orgLinks": [{"key": organization["key"]}]}
    made = place.post(f"/v2/teams/{place.team}/contacts", {"givenName": "Zoe", **sent})
    assert (made["fields"], made["orgLinks"]) == ({}, [])
    updated = place.post(f"/v2/contacts/{made['key']}", sent)
    assert updated["fields"] == {"1001": "Buyer"}
    assert [link["key"] for link in updated["orgLinks"]] == [organization["key"]]


def test_emails_are_normalised_and_double_ones_refused_as_801(place):
    path = f"/v2/teams/{place.team}/contacts"
    assert place.post(path, {"emailAddresses": [" Zoe@X.test "]})["emailAddresses"] == ["zoe@x.test"]
    answer = place.streak.post(path, json={"emailAddresses": ["a@x.test", "A@x.test"]})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, 801)


def test_an_update_leaves_null_alone_and_clears_with_empty_values(place):
    contact = place.get(f"/v2/teams/{place.team}/contacts")["results"][0]
    path = f"/v2/contacts/{contact['key']}"
    kept = place.post(path, {"title": None, "phoneNumbers": None})
    assert kept["title"] == contact["title"]
    cleared = place.post(path, {"title": "", "phoneNumbers": ["+1 555 0199"]})
    assert "title" not in cleared
    assert cleared["phoneNumbers"] == ["+1 555 0199"]
    assert place.post(path, {"phoneNumbers": []})["phoneNumbers"] == []
    nameless = {"givenName": "", "familyName": "", "emailAddresses": []}
    assert place.streak.post(path, json=nameless).status_code == 400
    assert place.get(path)["givenName"] == contact["givenName"]


def test_custom_fields_merge_by_key_and_are_text(place):
    organization = listed(place, "organizations")["results"][0]
    path = f"/v2/organizations/{organization['key']}"
    assert place.post(path, {"fields": {"1001": 4711}})["fields"] == {"1001": "4711"}
    updated = place.post(path, {"fields": {"1001": None}, "employeeCount": "40"})
    assert updated["fields"] == {"1001": "4711"}
    assert updated["lastSavedTimestamp"] > organization["lastSavedTimestamp"]
    assert updated["creationDate"] == organization["creationDate"]
    assert place.streak.post(path, json={"fields": {"9999": "x"}}).status_code == 400


@pytest.mark.parametrize(
    "values",
    [
        {"emailAddresses": "a@x.test"},
        {"phoneNumbers": [1]},
        {"fields": []},
        {"orgLinks": [{"key": "unknown"}]},
        {"contactLinks": "x"},
    ],
    ids=str,
)
def test_values_of_the_wrong_kind_are_refused(place, values):
    contact = listed(place, "contacts")["results"][0]
    assert place.streak.post(f"/v2/contacts/{contact['key']}", json=values).status_code in {400, 404}
    assert place.get(f"/v2/contacts/{contact['key']}") == contact


def test_a_deleted_organization_is_gone_and_unlinked(place):
    box = place.box()
    key = box["organizations"][0]["key"]
    assert place.streak.delete(f"/v2/organizations/{key}").json() == {"success": True}
    assert place.streak.get(f"/v2/organizations/{key}").status_code == 404
    assert place.streak.delete(f"/v2/organizations/{key}").status_code == 404
    assert "organizations" not in place.box()
    contact = place.get(f"/v2/contacts/{box['contacts'][0]['key']}")
    assert contact["orgLinks"] == []


@pytest.mark.parametrize(("plural", "mark"), [("contacts", "emailAddresses"), ("organizations", "domains")])
def test_an_existing_one_is_found_by_what_it_has_now(place, plural, mark):
    path = f"/v2/teams/{place.team}/{plural}"

    def found(value):
        return place.post(path, {mark: [value]}, getIfExisting="true")["key"]

    old, new = ("a@old.example", "a@new.example") if plural == "contacts" else ("old.example", "New.Example")
    made = found(old)
    place.post(f"/v2/{plural}/{made}", {mark: [new]})
    assert found(new) == found(new.upper()) == made
    second = found(old)
    assert second != made
    place.streak.delete(f"/v2/{plural}/{made}").raise_for_status()
    assert found(new) not in {made, second}

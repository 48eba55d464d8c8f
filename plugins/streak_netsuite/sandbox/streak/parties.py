"""Contacts and organizations: one skeleton, different rules for what makes two of them one."""

import base64
from collections.abc import Callable
from itertools import islice
from typing import Any

from starlette.routing import BaseRoute

from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import not_found, refuse, refuse_bare
from streak_netsuite.sandbox.streak.marks import MARKS
from streak_netsuite.sandbox.streak.store import Json, Store

_MOST = 1000
_DUPLICATE_EMAILS = 801
_HANDLES = "twitterHandle facebookHandle linkedinHandle instagramHandle".split()
_TEXTS = {
    "contact": ("givenName", "familyName", "title", "other", "photoUrl", *_HANDLES),
    "organization": ("name", "other", "industry", "employeeCount", "logoURL", *_HANDLES),
}
_LISTS = {
    "contact": ("emailAddresses", "phoneNumbers", "addresses", "domains"),
    "organization": ("domains", "phoneNumbers", "addresses"),
}
_LINKS = {"contactLinks": "contact", "orgLinks": "organization"}
_FIELD_SETTINGS = {"contact": "contactSettings", "organization": "organizationSettings"}


def routes(door: Door, store: Store) -> list[BaseRoute]:
    """Return the routes of both kinds."""
    return [
        *_routes(door, store, "contact", "contacts"),
        *_routes(door, store, "organization", "organizations"),
    ]


def _routes(door: Door, store: Store, kind: str, plural: str) -> list[BaseRoute]:
    def handler(act: Callable[[Store, str, Call], Any]) -> Callable[[Call], Any]:
        return lambda call: act(store, kind, call)

    return [
        door.route("POST", f"/v2/{plural}/batch/get", f"{plural}.batch_get", handler(_batch)),
        door.route("GET", f"/v2/teams/{{team}}/{plural}", f"{plural}.list", handler(_listed)),
        door.route("POST", f"/v2/teams/{{team}}/{plural}", f"{plural}.create", handler(_create), writes=True),
        door.route("GET", f"/v2/{plural}/{{key}}", f"{plural}.get", handler(_get)),
        door.route("POST", f"/v2/{plural}/{{key}}", f"{plural}.update", handler(_update), writes=True),
        door.route("DELETE", f"/v2/{plural}/{{key}}", f"{plural}.delete", handler(_delete), writes=True),
    ]


def _check_team(store: Store, call: Call) -> None:
    if call.path["team"] != store.team["key"]:
        raise not_found()


def _get(store: Store, kind: str, call: Call) -> Json:
    return store.party(kind, call.path["key"])


def _delete(store: Store, kind: str, call: Call) -> Json:
    store.delete_party(kind, call.path["key"])
    return {"success": True}


def _batch(store: Store, kind: str, call: Call) -> Json:
    if not isinstance(call.body, list) or not all(isinstance(key, str) for key in call.body):
        raise refuse("Expected an array of keys")
    known = store.parties(kind)
    return {key: known[key] for key in call.body if key in known}


def _listed(store: Store, kind: str, call: Call) -> Json:
    _check_team(store, call)
    limit = call.number("limit", 100, least=1, most=_MOST)
    # Seconds, unlike every other time of the API; organizations know no such filter.
    after = call.number("after", 0) if kind == "contact" else 0
    last_key = _last_key(call.query.get("cursor", ""), after)
    behind = store.parties_after(kind, last_key)
    found = list(islice((row for row in behind if row["lastSavedTimestamp"] >= after * 1000), limit))
    # A full last page is followed by an empty one: the cursor is there whenever the page is full.
    return {"results": found, **({"cursor": _cursor(found[-1]["key"], after)} if len(found) == limit else {})}


def _cursor(key: str, after: int) -> str:
    return base64.urlsafe_b64encode(f"{after} {key}".encode()).decode()


def _last_key(cursor: str, after: int) -> str:
    """Return the key that a cursor stands at. A cursor goes with the `after` that it was given for."""
    if not cursor:
        return ""
    try:
        of_after, _, key = base64.urlsafe_b64decode(cursor).decode().partition(" ")
    except ValueError:
        raise refuse("Invalid cursor") from None
    if of_after != str(after) or not key:
        raise refuse("Invalid cursor")
    return key


def _create(store: Store, kind: str, call: Call) -> Json:
    _check_team(store, call)
    values = _values(kind, call.object())
    if call.query.get("getIfExisting") == "true":
        existing = store.parties_having(kind, values.get(MARKS[kind], []))
        if existing:
            return existing[0]
    _check_named(kind, values)
    return store.add_party(kind, values)


def _update(store: Store, kind: str, call: Call) -> Json:
    party, sent = store.party(kind, call.path["key"]), call.object()
    values = _values(kind, sent)
    _check_named(kind, {**party, **values})
    changes = {
        **values,
        **_linked(store, sent),
        "fields": party["fields"] | _fields(store.team[_FIELD_SETTINGS[kind]]["fields"], sent.get("fields")),
    }
    party.update(changes)
    for name in [n for n in _TEXTS[kind] if party.get(n) == ""]:
        del party[name]
    store.save_party(kind, party)
    return party


def _fields(definitions: Json, sent: Any) -> dict[str, str]:
    """Return custom field values: they merge by key, are text always, and null changes nothing."""
    if not isinstance(sent, dict | None):
        raise refuse("fields must be an object")
    given = {key: value for key, value in (sent or {}).items() if value is not None}
    for key in given.keys() - definitions.keys():
        raise refuse(f"Unknown field {key}")
    return {key: str(value) for key, value in given.items()}


def _linked(store: Store, sent: Json) -> Json:
    """Return the links that were sent: a list replaces all links of its name."""
    now = store.now_ms()
    found: Json = {}
    for name, kind in _LINKS.items():
        links = sent.get(name)
        if links is None:
            continue
        if not isinstance(links, list) or not all(isinstance(link, dict) for link in links):
            raise refuse(f"Invalid {name}")
        keys = [store.party(kind, str(link.get("key")))["key"] for link in links]
        found[name] = [{"key": key, "isMagicLinked": False, "creationTimestamp": now} for key in keys]
    return found


def _values(kind: str, sent: Json) -> Json:
    """Return the known properties that were sent; null and what is left out mean "unchanged"."""
    texts = {n: str(sent[n]) for n in _TEXTS[kind] if sent.get(n) is not None}
    lists = {n: _strings(n, sent[n]) for n in _LISTS[kind] if sent.get(n) is not None}
    if "emailAddresses" in lists:
        lowered = [e.strip().lower() for e in sent["emailAddresses"]]
        if len(set(lowered)) != len(lowered):
            raise refuse("Duplicate email addresses", code=_DUPLICATE_EMAILS)
        lists["emailAddresses"] = lowered
    if "domains" in lists:
        lists["normalizedDomains"] = [d.lower() for d in lists["domains"]]
    return {**texts, **lists}


def _strings(name: str, sent: Any) -> list[str]:
    if not isinstance(sent, list) or not all(isinstance(text, str) for text in sent):
        raise refuse(f"Invalid {name}")
    return list(dict.fromkeys(sent))


def _check_named(kind: str, values: Json) -> None:
    if kind == "contact" and not (
        values.get("givenName") or values.get("familyName") or values.get("emailAddresses")
    ):
        raise refuse_bare("Need to specify at least a name or email address")
    if kind == "organization" and not (values.get("name") or values.get("domains")):
        raise refuse_bare("Need to specify at least a name or domain")

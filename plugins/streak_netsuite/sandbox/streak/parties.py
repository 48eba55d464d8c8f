"""Contacts and organizations: one skeleton, different rules for what makes two of them one."""

from collections.abc import Callable
from typing import Any

from starlette.routing import BaseRoute

from streak_netsuite.sandbox.streak.door import Call, Door
from streak_netsuite.sandbox.streak.errors import not_found, refuse, refuse_bare
from streak_netsuite.sandbox.streak.store import Json, Store

_MOST = 1000
_DUPLICATE_EMAILS = 801
_TEXTS = {
    "contact": ("givenName", "familyName", "title", "other", "photoUrl", "twitterHandle", "linkedinHandle"),
    "organization": (
        "name",
        "other",
        "industry",
        "employeeCount",
        "logoURL",
        "twitterHandle",
        "linkedinHandle",
    ),
}
_LISTS = {
    "contact": ("emailAddresses", "phoneNumbers", "addresses", "domains"),
    "organization": ("domains", "phoneNumbers", "addresses"),
}
_LINKS = ("contactLinks", "orgLinks")


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
    if not isinstance(call.body, list):
        raise refuse("Expected an array of keys")
    known = store.parties(kind)
    return {key: known[key] for key in call.body if key in known}


def _listed(store: Store, kind: str, call: Call) -> Json:
    _check_team(store, call)
    limit = call.number("limit", 100, most=_MOST)
    rows = sorted(store.parties(kind).values(), key=lambda row: str(row["key"]))
    if kind == "contact":
        after_ms = call.number("after", 0) * 1000  # seconds, unlike every other time of the API
        rows = [row for row in rows if row["lastSavedTimestamp"] >= after_ms]
    cursor = call.query.get("cursor", "")
    rest = [row for row in rows if row["key"] > cursor]
    found = rest[:limit]
    # A full last page is followed by an empty one: the cursor is there whenever the page is full.
    return {"results": found, **({"cursor": found[-1]["key"]} if len(found) == limit else {})}


def _create(store: Store, kind: str, call: Call) -> Json:
    _check_team(store, call)
    values = _values(kind, call.object())
    wanted = "emailAddresses" if kind == "contact" else "domains"
    if call.query.get("getIfExisting") == "true":
        for party in store.parties(kind).values():
            if set(party[wanted]) & set(values.get(wanted, [])):
                return party
    _check_named(kind, values)
    return store.add_party(kind, values)


def _update(store: Store, kind: str, call: Call) -> Json:
    party, sent = store.party(kind, call.path["key"]), call.object()
    values = _values(kind, sent)
    _check_named(kind, {**party, **values})
    party.update(values)
    fields = {k: str(v) for k, v in (sent.get("fields") or {}).items() if v is not None}
    party["fields"] = {**party["fields"], **fields}
    for name in _LINKS:
        if sent.get(name) is not None and name in party:
            party[name] = [{"key": link["key"], "isMagicLinked": False} for link in sent[name]]
    store.save_party(kind, party)
    return party


def _values(kind: str, sent: Json) -> Json:
    """Return the known properties that were sent; null and what is left out mean "unchanged"."""
    texts = {n: str(sent[n]) for n in _TEXTS[kind] if sent.get(n) is not None}
    lists = {n: list(dict.fromkeys(sent[n])) for n in _LISTS[kind] if sent.get(n) is not None}
    if "emailAddresses" in lists:
        lowered = [str(e).strip().lower() for e in sent["emailAddresses"]]
        if len(set(lowered)) != len(lowered):
            raise refuse("Duplicate email addresses", code=_DUPLICATE_EMAILS)
        lists["emailAddresses"] = lowered
    if "domains" in lists:
        lists["normalizedDomains"] = [str(d).lower() for d in lists["domains"]]
    return {**texts, **lists}


def _check_named(kind: str, values: Json) -> None:
    if kind == "contact" and not (
        values.get("givenName") or values.get("familyName") or values.get("emailAddresses")
    ):
        raise refuse_bare("Need to specify at least a name or email address")
    if kind == "organization" and not (values.get("name") or values.get("domains")):
        raise refuse_bare("Need to specify at least a name or domain")

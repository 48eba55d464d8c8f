"""The address books of customers and contacts."""

import re

from streak_netsuite.sandbox.netsuite import body_fields
from streak_netsuite.sandbox.netsuite.refusals import bad_reference
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Fields, Record

_WORDS = re.compile(r"(?=[A-Z])")
_FLAGS = ("defaultBilling", "defaultShipping")


def set_addresses(store: Store, owner: Record, sent: Fields | None) -> None:
    """Take in the sent addresses.

    replaceAll is true unless said otherwise: what is not sent goes. With false, entries are matched by
    internalId alone, so one sent without it is added again each time (Oracle help, keyed sublists).
    """
    if sent is None:
        return
    old = {a["internalId"]: a for a in owner.sublists.get("addressbookList", [])}
    kept: dict[str, Fields] = {} if sent.get("@replaceAll", True) else dict(old)
    for entry in sent.get("addressbook", []):
        id_ = entry.get("internalId", "")
        if id_ and id_ not in old:
            raise bad_reference("addressbook", id_)
        id_ = id_ or str(store.next_number("address"))
        address = _address(old.get(id_, {}), entry) | {"internalId": id_}
        kept[id_] = address
        _keep_one_default(kept, address)
    owner.sublists["addressbookList"] = list(kept.values())


def _address(old: Fields, sent: Fields) -> Fields:
    entry = old | {k: v for k, v in sent.items() if not k.startswith("@")}
    address = dict(old.get("addressbookAddress", {})) | dict(sent.get("addressbookAddress", {}))
    body_fields.check_lengths(address)
    entry["addressbookAddress"] = with_text(address)
    entry.setdefault("label", address.get("addr1", ""))
    return entry


def with_text(address: Fields) -> Fields:
    """Return an address with its lines as one text, unless the client wrote that itself."""
    if address.get("override") and address.get("addrText"):
        return address
    region = " ".join(address[k] for k in ("city", "state", "zip") if address.get(k))
    country = _WORDS.sub(" ", str(address.get("country", "")).removeprefix("_")).strip().title()
    lines = [address.get(k) for k in ("attention", "addressee", "addr1", "addr2", "addr3")]
    return address | {"addrText": "\n".join(line for line in [*lines, region, country] if line)}


def _keep_one_default(entries: dict[str, Fields], newest: Fields) -> None:
    for flag in _FLAGS:
        if newest.get(flag):
            for entry in entries.values():
                if entry is not newest:
                    entry[flag] = False


def default_address(owner: Record, flag: str) -> Fields | None:
    """Return the default address of a kind: "defaultBilling" or "defaultShipping"."""
    entries = owner.sublists.get("addressbookList", [])
    return next((e["addressbookAddress"] for e in entries if e.get(flag)), None)

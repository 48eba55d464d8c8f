"""The arrays that Streak replaces as a whole when they are written, each with how it is read and written.

What a box, a contact or an organization update leaves out of such an array is unlinked (readme "Edit a box";
OpenAPI document for contacts and organizations), so that nobody should write one by hand: see `replacement`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from streak_netsuite.connectors.streak.answers import mapping
from streak_netsuite.connectors.streak.call import Call
from streak_netsuite.connectors.streak.calls import boxes, fields, parties
from streak_netsuite.connectors.streak.wire import FieldWire, OptionWire

Entry = Any
"""An entry as Streak sent it: an object or a text. It is sent back as it came."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplacedArray:
    """One array of one record.

    Attributes:
        name: what messages call it ("contacts of box agx...").
        read: returns its entries.
        write: returns the call that makes these entries the whole array.
        identity: what makes two entries one ("" for none), in a form fit for comparing.
        entry: makes an entry of a wish.
        append: returns the call that adds entries without touching the others, where Streak has one.
    """

    name: str
    read: Call[list[Entry]]
    write: Callable[[Sequence[Entry]], Call[Any]]
    identity: Callable[[Entry], str]
    entry: Callable[[str], Entry]
    append: Callable[[Sequence[Entry]], Call[Any]] | None = None


def box_contacts(box_key: str) -> ReplacedArray:
    """Return the contacts of a box; wishes are contact keys."""
    return _of_box(box_key, "contacts", _key_of, _link)


def box_organizations(box_key: str) -> ReplacedArray:
    """Return the organizations of a box; wishes are organization keys."""
    return _of_box(box_key, "organizations", _key_of, _link)


def box_assignees(box_key: str) -> ReplacedArray:
    """Return who is assigned to a box; wishes are e-mail addresses."""
    return _of_box(box_key, "assignedToSharingEntries", _email_of, lambda email: {"email": email})


def box_linked_boxes(box_key: str) -> ReplacedArray:
    """Return the boxes linked to a box; wishes are box keys."""
    return _of_box(box_key, "linkedBoxKeys", str, str)


def box_followers(box_key: str) -> ReplacedArray:
    """Return who follows a box; wishes are user keys."""
    return _of_box(box_key, "followerKeys", str, str)


def party_contacts(plural: parties.Plural, key: str) -> ReplacedArray:
    """Return the contacts linked to a contact or an organization; wishes are contact keys."""
    return _of_party(plural, key, "contactLinks", _key_of, _link)


def party_organizations(plural: parties.Plural, key: str) -> ReplacedArray:
    """Return the organizations linked to a contact or an organization; wishes are organization keys."""
    return _of_party(plural, key, "orgLinks", _key_of, _link)


def contact_emails(contact_key: str) -> ReplacedArray:
    """Return a contact's e-mail addresses; Streak takes two that differ by case for one."""
    return _of_party("contacts", contact_key, "emailAddresses", _folded, str)


def party_phones(plural: parties.Plural, key: str) -> ReplacedArray:
    """Return the phone numbers; they are compared by their digits."""
    return _of_party(plural, key, "phoneNumbers", _digits, str)


def party_addresses(plural: parties.Plural, key: str) -> ReplacedArray:
    """Return the addresses, one line each."""
    return _of_party(plural, key, "addresses", _folded, str)


def field_options(pipeline_key: str, field_key: str, kind: fields.OptionKind) -> ReplacedArray:
    """Return the options of a dropdown or tag field; wishes are labels."""
    return ReplacedArray(
        name=f"options of field {field_key}",
        read=_reading(fields.get(pipeline_key, field_key), _options),
        write=lambda entries: fields.set_options(pipeline_key, field_key, kind, entries),
        identity=lambda option: _folded(option.label),
        entry=lambda label: OptionWire(key="", name=label),
        append=lambda entries: fields.add_options(
            pipeline_key, field_key, kind, [option.label for option in entries]
        ),
    )


def relabelled(option: OptionWire, label: str) -> OptionWire:
    """Return an option under another label; boxes that have it keep it, by its key."""
    return OptionWire(key=option.key, name=label)


def _of_box(
    key: str, name: str, identity: Callable[[Entry], str], entry: Callable[[str], Entry]
) -> ReplacedArray:
    return ReplacedArray(
        name=f"{name} of box {key}",
        read=_reading(boxes.get(key), lambda box: _entries(box, name)),
        write=lambda entries: boxes.update(key, {name: list(entries)}),
        identity=identity,
        entry=entry,
    )


def _of_party(
    plural: parties.Plural,
    key: str,
    name: str,
    identity: Callable[[Entry], str],
    entry: Callable[[str], Entry],
) -> ReplacedArray:
    return ReplacedArray(
        name=f"{name} of {key} ({plural})",
        read=_reading(parties.get_json(plural, key), lambda party: _entries(party, name)),
        write=lambda entries: parties.update(plural, key, {name: list(entries)}),
        identity=identity,
        entry=entry,
    )


def _reading(call: Call[Any], pick: Callable[[Any], list[Entry]]) -> Call[list[Entry]]:
    return Call(method=call.method, path=call.path, read=lambda answer: pick(call.read(answer)))


def _entries(record: object, name: str) -> list[Entry]:
    return list(mapping(record).get(name) or [])


def _options(definition: FieldWire) -> list[Entry]:
    return [OptionWire(key=key, name=label) for key, label in definition.options.items()]


def _link(key: str) -> Entry:
    return {"key": key}


def _key_of(entry: Entry) -> str:
    return str(entry.get("key", "")) if isinstance(entry, Mapping) else str(entry)


def _email_of(entry: Entry) -> str:
    return _folded(str(entry.get("email", ""))) if isinstance(entry, Mapping) else _folded(str(entry))


def _folded(text: str) -> str:
    return text.strip().casefold()


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isalnum() or c == "+").casefold()

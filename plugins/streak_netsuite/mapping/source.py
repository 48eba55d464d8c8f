"""What a mapping file may read of a deal, and the dotted paths that name it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from streak_netsuite.model.deal import Deal, FieldValue, Party
from streak_netsuite.model.identity import email_key

BOX_ATTRIBUTES = ("key", "name", "notes", "stage", "pipeline", "created_at", "owner_email", "fields")
PARTY_ATTRIBUTES = (
    "key",
    "name",
    "given_name",
    "family_name",
    "title",
    "email",
    "emails",
    "phone",
    "phones",
    "domain",
    "domains",
    "address",
    "addresses",
    "fields",
)
ROOTS: Mapping[str, tuple[str, ...]] = {
    "box": BOX_ATTRIBUTES,
    "organization": PARTY_ATTRIBUTES,
    "contact": PARTY_ATTRIBUTES,
    "buyer": PARTY_ATTRIBUTES,
    "organizations": PARTY_ATTRIBUTES,
    "contacts": PARTY_ATTRIBUTES,
}
LISTS = frozenset({"organizations", "contacts"})
LIST_ATTRIBUTES = frozenset({"emails", "phones", "domains", "addresses"})

_TOKEN = re.compile(
    r"""\[\s*(?:"(?P<double>(?:[^"]|"")+)"|'(?P<single>(?:[^']|'')+)'|(?P<index>\d+))\s*\]|(?P<dot>\.)?(?P<name>[^.\[\]]+)"""
)

_MIDNIGHT = time()

View = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SourcePath:
    """A dotted path into a deal, checked once and walked often.

    Attributes:
        text: the path as written.
        steps: keys and positions, root first.
    """

    text: str
    steps: tuple[str | int, ...]

    def read(self, view: View) -> Any:
        """Return what the path names, or None when the deal has no such value."""
        value: Any = view
        for step in self.steps:
            if isinstance(value, dict):  # a view is made of plain dicts and tuples
                value = value.get(step)
            elif isinstance(value, tuple) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def reader(self) -> Callable[[View], Any]:
        """Return what `read` does, made for this path: most read one attribute, or one field."""
        match self.steps:
            case (str(root), str(name)):
                return lambda view: view[root].get(name)
            case (str(root), "fields", str(name)):
                return lambda view: view[root]["fields"].get(name)
            case _:
                return self.read

    @property
    def box_field(self) -> str | None:
        """The name of the box field this path reads, if it reads one."""
        if self.steps[:2] == ("box", "fields") and len(self.steps) > 2:
            return str(self.steps[2])
        return None

    @property
    def label(self) -> str:
        """What people call the value: a field's name, else "box name", "organization address"."""
        names = [step for step in self.steps if isinstance(step, str)]
        return names[2] if names[1] == "fields" else " ".join(names).replace("_", " ")


def parse_path(text: str) -> SourcePath:
    """Read a path such as `box.name`, `box.fields.PO number` or `box.fields["No. of units"]`.

    Raises:
        ValueError: the path is not well formed, or names something a deal does not have.
    """
    steps = _steps(text)
    root, rest = steps[0], steps[1:]
    if root not in ROOTS:
        raise ValueError(f"path '{text}' starts with '{root}'; it must start with {_or(tuple(ROOTS))}")
    if root in LISTS:
        if not rest or not isinstance(rest[0], int):
            raise ValueError(f"path '{text}' must say which one: {root}[0] is the first")
        rest = rest[1:]
    _check_attribute(text, str(root), rest)
    return SourcePath(text, steps)


def path_text(steps: Sequence[str | int]) -> str:
    """Return the path that has these steps."""
    text = ""
    for number, step in enumerate(steps):
        if isinstance(step, int):
            text += f"[{step}]"
        elif set(step) & set(".[]\"'") or step != step.strip():
            quote = "'" if '"' in step else '"'
            text += f"[{quote}{step.replace(quote, 2 * quote)}{quote}]"
        else:
            text += f".{step}" if number else step
    return text


def known_path(steps: Sequence[str | int]) -> str:
    """Return the path of a deal's value that steps lead to or into (the day of a moment), "" when they lead to none."""
    for end in range(len(steps), 1, -1):
        try:
            return parse_path(path_text(steps[:end])).text
        except ValueError:
            continue
    return ""


def _check_attribute(text: str, root: str, rest: tuple[str | int, ...]) -> None:
    known = ROOTS[root]
    if not rest or rest[0] not in known:
        named = f"has no '{rest[0]}'" if rest else "must say what of it is meant"
        raise ValueError(f"path '{text}': {root} {named}; use {_or(known)}")
    attribute, rest = rest[0], rest[1:]
    if attribute == "fields":
        if not rest or not isinstance(rest[0], str):
            raise ValueError(f"path '{text}' must name the field: {root}.fields.<Name>")
        rest = rest[1:]
    elif rest and attribute not in LIST_ATTRIBUTES:
        raise ValueError(f"path '{text}' goes on after '{attribute}', which is a single value")
    if len(rest) > 1 or any(not isinstance(step, int) for step in rest):
        raise ValueError(
            f"path '{text}' goes on after a value; a name with dots goes in brackets: {root}.fields[\"No. of units\"]"
        )


def _steps(text: str) -> tuple[str | int, ...]:
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if not found or (bool(found["name"]) and bool(found["dot"]) == (position == 0)):
            raise ValueError(
                f"path '{text}' is not well formed; write box.name, box.fields.PO number or box.fields[\"A.B\"]"
            )
        steps.append(_token_value(found))
        position = found.end()
    if not steps:
        raise ValueError("the path is empty; write for example box.name")
    return tuple(steps)


def _token_value(found: re.Match[str]) -> str | int:
    if found["index"] is not None:
        return int(found["index"])
    if found["double"]:
        return found["double"].replace('""', '"')
    return found["single"].replace("''", "'") if found["single"] else found["name"].strip()


def _or(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + " or " + names[-1]


def view_of(deal: Deal) -> View:
    """Return a deal as plain values: what paths walk and expressions see.

    An organization or contact that the deal does not have reads as one whose values are all empty.
    """
    organizations = tuple(_party(party) for party in deal.organizations)
    contacts = tuple(_party(party) for party in deal.contacts)
    return {
        "box": {
            "key": deal.key,
            "name": deal.name,
            "notes": deal.notes,
            "stage": deal.stage,
            "pipeline": deal.pipeline,
            "created_at": deal.created_at,
            "owner_email": deal.owner_email,
            "fields": _fields(deal.fields),
        },
        "organization": organizations[0] if organizations else _NOBODY,
        "contact": contacts[0] if contacts else _NOBODY,
        "buyer": _buyer(deal, organizations, contacts),
        "organizations": organizations,
        "contacts": contacts,
    }


def contact_view(
    contact: Party,
    organizations: Sequence[Party],
    *,
    customer: str,
    empty: Mapping[str, Mapping[str, None]],
) -> View:
    """Return a contact as plain values, for record types.

    Args:
        organizations: that it belongs to, the one that counts first.
        customer: the internal id of the customer that this is in NetSuite, "" for none.
        empty: all custom fields of "contact" and "organization" by name: Streak leaves out those without a value.
    """
    theirs = tuple(_whole(_party(one), empty.get("organization", {})) for one in organizations)
    return {
        "contact": _whole(_party(contact), empty.get("contact", {})),
        "organization": theirs[0] if theirs else _whole(_NOBODY, empty.get("organization", {})),
        "organizations": theirs,
        "customer": {"internal_id": customer},
    }


def _whole(party: Mapping[str, Any], empty: Mapping[str, None]) -> dict[str, Any]:
    return {**party, "fields": {**empty, **party["fields"]}}


def _party(party: Party) -> dict[str, Any]:
    return {
        "key": party.key,
        "name": party.name,
        "given_name": party.given_name,
        "family_name": party.family_name,
        "title": party.title,
        **_emails(party.emails),
        "phone": next(iter(party.phones), ""),
        "phones": party.phones,
        "domain": next(iter(party.domains), ""),
        "domains": party.domains,
        "address": next(iter(party.addresses), ""),
        "addresses": party.addresses,
        "fields": _fields(party.fields),
    }


def _emails(emails: tuple[str, ...]) -> dict[str, Any]:
    return {"email": next(iter(emails), ""), "emails": emails}


_NOBODY: dict[str, Any] = {
    name: {} if name == "fields" else () if name in LIST_ATTRIBUTES else "" for name in PARTY_ATTRIBUTES
}


def _buyer(
    deal: Deal, organizations: tuple[dict[str, Any], ...], contacts: tuple[dict[str, Any], ...]
) -> dict[str, Any]:
    if organizations:
        return organizations[0] | _emails(buyer_emails(deal))
    return contacts[0] if contacts else _NOBODY


def buyer_emails(deal: Deal) -> tuple[str, ...]:
    """Return the buyer's e-mail addresses, the most telling first.

    An organization in Streak has domains and no addresses of its own: after any it does have come
    those of the deal's contacts in its domains, then those of the other contacts.
    """
    organization = deal.organization
    if organization is None:
        return deal.contact.emails if deal.contact else ()
    domains = {domain.casefold() for domain in organization.domains}
    own = [(email_key(email), email) for email in organization.emails]
    theirs = [(email_key(email), email) for contact in deal.contacts for email in contact.emails]
    inside = [one for one in theirs if one[0].rpartition("@")[2] in domains]
    found: dict[str, str] = {}
    for key, email in (*own, *inside, *theirs):
        found.setdefault(key, email)
    return tuple(found.values())


def _fields(fields: Mapping[str, FieldValue]) -> dict[str, Any]:
    return {
        name: _whole_day(value) if isinstance(value, datetime) else value for name, value in fields.items()
    }


def _whole_day(value: datetime) -> date:
    """Return a date field at midnight UTC as that day, any other moment as it is.

    Streak keeps a day as milliseconds, and it is not documented whether as midnight UTC or as midnight
    where the person sits. Midnight UTC can only be the first: read in an American zone it would
    become the day before. Any other time is a moment, whose day is taken in the account's zone.
    """
    there = value.astimezone(UTC)
    return there.date() if there.time() == _MIDNIGHT else value

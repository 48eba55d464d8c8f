"""A deal: a Streak box with what it points to, in words instead of keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

FieldValue = str | bool | Decimal | datetime | tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """A contact or an organization of a deal.

    Attributes:
        name: an organization's name, or a contact's full name.
        fields: custom fields by name; Streak keeps them all as text.
        addresses: one line each, as Streak stores them.
    """

    key: str
    name: str
    given_name: str = ""
    family_name: str = ""
    title: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Deal:
    """A Streak box, read at one moment.

    Attributes:
        key: the box key.
        version: changes whenever the box does (its last-saved time in ms, as text).
        stage: the stage's name, not its key.
        created_at: aware UTC.
        stage_changed_at: when it came to its stage, aware UTC; None when Streak did not say.
        fields: custom fields by name, labels instead of option keys; fields without a value are absent.
            text -> str, number in text -> str, date -> aware UTC datetime, checkbox -> bool,
            dropdown -> its label, tags -> tuple of labels, person/contact/organization -> display name,
            formula -> str or Decimal.
        organizations: in the box's order; the first is the one that buys.
        contacts: in the box's order.
        read_digest: of the deal as it was read, when it was edited by a person since; "" otherwise.
        said: what the box itself says, as plain values, when it was edited by a person since: name, notes and fields.
    """

    key: str
    name: str
    version: str
    pipeline_key: str
    pipeline: str
    stage: str
    created_at: datetime
    stage_changed_at: datetime | None = None
    notes: str = ""
    owner_email: str = ""
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    organizations: tuple[Party, ...] = ()
    contacts: tuple[Party, ...] = ()
    read_digest: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def organization(self) -> Party | None:
        """The organization that buys, if there is one."""
        return self.organizations[0] if self.organizations else None

    @property
    def contact(self) -> Party | None:
        """The first contact, if there is one."""
        return self.contacts[0] if self.contacts else None

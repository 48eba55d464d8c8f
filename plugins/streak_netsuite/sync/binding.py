"""Bindings: two records that are one thing."""

from collections.abc import Collection
from dataclasses import dataclass

from streak_netsuite.model.external_ref import ExternalRef

CONFIRMED = "confirmed"
"""A rule: a person took the record for the one it was made for, though it carries no key."""
CARRIES = "carries "
"""Begins a rule: a person took the record for the one it was made for under the key that follows."""
RULES_BY_KEY = ("created", "external_id", "key")
"""Rules of ties to records that carried our key when they were tied."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Binding:
    """A Streak record and the NetSuite record that is the same thing.

    The ledger keeps one binding per Streak record and NetSuite kind, and one per NetSuite record
    and Streak kind.

    Attributes:
        rule: what tied them ("created", "external_id", "email", "name", "person", "confirmed").
        base_digest: digest of what both sides agreed on last, "" when nothing was compared yet.
    """

    streak: ExternalRef
    netsuite: ExternalRef
    rule: str
    base_digest: str = ""

    @property
    def other_key(self) -> str:
        """The key that the record carries in place of ours, as a person has confirmed; "" for ours."""
        return self.rule.removeprefix(CARRIES) if self.rule.startswith(CARRIES) else ""


def confirmed_rule(keys: Collection[str]) -> str:
    """Return the rule of a tie whose record a person has confirmed, with these keys."""
    return f"{CARRIES}{min(keys)}" if keys else CONFIRMED

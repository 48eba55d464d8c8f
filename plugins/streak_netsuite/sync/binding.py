"""Bindings: two records that are one thing."""

from dataclasses import dataclass

from streak_netsuite.model.external_ref import ExternalRef


@dataclass(frozen=True, kw_only=True, slots=True)
class Binding:
    """A Streak record and the NetSuite record that is the same thing.

    The ledger keeps one binding per Streak record and NetSuite kind, and one per NetSuite record
    and Streak kind.

    Attributes:
        rule: what tied them ("created", "external_id", "email", "name", "person").
        base_digest: digest of what both sides agreed on last, "" when nothing was compared yet.
    """

    streak: ExternalRef
    netsuite: ExternalRef
    rule: str
    base_digest: str = ""

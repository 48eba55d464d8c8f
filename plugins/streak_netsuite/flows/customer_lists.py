"""Customers in lists of records that are written as they are given, such as those of a DAG of your own: compared before they are created."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from streak_netsuite.errors import Ambiguous, TransientError
from streak_netsuite.flows.customer_gate import (
    EntryIndex,
    GateSource,
    NewCustomer,
    identity_names,
    new_customer,
    recognised_there,
    refresh_directory,
)
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.mapping.schema import MatchPolicy
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.matching import Match, match_customer
from streak_netsuite.sync.ports import Memory

_CUSTOMER = "customer"
_AT_ONCE = 200  # customers in one look at the directory
_LEASE_SECONDS = 300.0  # a list takes longer than a record
_WAIT_SECONDS = 5.0

PlainRecord = Mapping[str, Any]
KeptBack = Mapping[str, Ambiguous | TransientError]
"""By external id, why a customer is not written: it may exist already, or another worker makes one of its name just now."""


class ListSource(GateSource, Protocol):
    """NetSuite, as far as lists are compared with it."""

    def find_customers(self, external_ids: Sequence[str]) -> Mapping[str, CustomerEntry]:
        """Return the customers that carry one of these external ids."""


def customers_of(records: Sequence[PlainRecord]) -> dict[str, PlainRecord]:
    """Return the customers among plain records by external id. What is no sound record is left to whoever writes it."""
    return {
        str(one["externalId"]): one
        for one in records
        if isinstance(one, Mapping) and one.get("type") == _CUSTOMER and one.get("externalId")
    }


@dataclass(frozen=True, kw_only=True)
class CustomerListGate:
    """Stands in front of lists of records.

    A customer whose external id is known to NetSuite is changed, and nobody is asked. One that would be created is compared with all
    that exist, and with those before it in its list; what equals one or looks like it is kept back.
    """

    memory: Memory
    erp: ListSource
    policy: MatchPolicy
    settings: FlowSettings
    clock: Callable[[], datetime]

    @contextlib.contextmanager
    def passed(self, records: Sequence[PlainRecord]) -> Iterator[KeptBack]:
        """Keep the names of a list's new customers for the length of a write, and yield those that are kept back."""
        new = self._new(customers_of(records))
        token = _token(new)
        try:
            taken = self._taken(new, token=token)
            yield {**taken, **self._doubtful({key: one for key, one in new.items() if key not in taken})}
        finally:
            self.memory.release_identities(token=token)

    def _new(self, listed: Mapping[str, PlainRecord]) -> dict[str, NewCustomer]:
        there = self.erp.find_customers(list(listed)) if listed else {}
        return {key: new_customer(key, one) for key, one in listed.items() if key not in there}

    def _taken(self, new: Mapping[str, NewCustomer], *, token: str) -> dict[str, TransientError]:
        """Reserve names, and return the customers whose names another worker has reserved."""
        names = {key: _names(one) for key, one in new.items()}
        ours = self.memory.claim_identities(
            sorted({name for some in names.values() for name in some}),
            token=token,
            lease_seconds=max(self.settings.lease_seconds, _LEASE_SECONDS),
            now=self.clock(),
        )
        return {
            key: TransientError(
                f"customer {key}: another worker makes a customer named '{new[key].profile.name}'",
                retry_after_seconds=_WAIT_SECONDS,
            )
            for key, some in names.items()
            if not some <= ours
        }

    def _doubtful(self, new: Mapping[str, NewCustomer]) -> dict[str, Ambiguous]:
        """Return the customers that may exist, or stand in the list twice."""
        if not new:
            return {}
        # After the names were reserved: whoever had them before may have made a customer of them.
        refresh_directory(self.memory, self.erp, self.settings, now=self.clock())
        found: dict[str, Ambiguous] = {}
        seen = EntryIndex()
        keys = list(new)
        for start in range(0, len(keys), _AT_ONCE):
            part = {key: new[key] for key in keys[start : start + _AT_ONCE]}
            matches = recognised_there(self.memory.directory, self.erp, self.policy, part)
            found |= {key: _doubt(key, match) for key, match in matches.items() if _is_doubt(match)}
            found |= self._twice({key: one for key, one in part.items() if key not in found}, seen)
        return found

    def _twice(self, new: Mapping[str, NewCustomer], seen: EntryIndex) -> dict[str, Ambiguous]:
        """Return the customers that equal one before them in the list, or look like it, and note the others as seen."""
        alike = self.memory.directory.alike_among({key: one.profile for key, one in new.items()})
        passed: dict[str, CustomerEntry] = {}
        found: dict[str, Ambiguous] = {}
        for key, one in new.items():
            match = match_customer(
                one.sought,
                seen.equal(one.sought),
                (),
                possible=self.policy.possible,
                likely=self.policy.likely,
                alike=[
                    (passed[other], chance, why)
                    for other, chance, why in alike.get(key, ())
                    if other in passed
                ],
                rules=self.policy.rules,
            )
            if _is_doubt(match):
                found[key] = _doubt(key, match)
            else:
                passed[key] = _listed(key, one)
                seen.add(passed[key])
        return found


def _names(one: NewCustomer) -> frozenset[str]:
    if not one.profile.name:  # NetSuite will refuse it
        return frozenset()
    return identity_names(one.profile.name, one.profile.email, is_person=one.sought.is_person)


def _token(new: Mapping[str, NewCustomer]) -> str:
    """Return who reserves the names of a list: the same for each try of it."""
    return "list:" + hashlib.sha256("\n".join(sorted(new)).encode()).hexdigest()


def _listed(key: str, one: NewCustomer) -> CustomerEntry:
    """Return a customer that the list creates, as one that is there."""
    return CustomerEntry(
        internal_id=f"{key} of the same list", name=one.profile.name, email=one.profile.email, external_id=key
    )


def _is_doubt(match: Match) -> bool:
    return bool(match.candidates) and not match.is_by_key


def _doubt(key: str, match: Match) -> Ambiguous:
    candidates = [str(one) for one in match.candidates]
    fix = (
        "write it under the external id of the customer that it is; if it is a new one all the same, write it with "
        "check_duplicates=False"
    )
    return Ambiguous(
        f"customer {key} may exist already: {'; '.join(candidates)}. Next step: {fix}",
        candidates=candidates,
        ids=[one.entry.internal_id for one in match.candidates],
        fix=fix,
    )

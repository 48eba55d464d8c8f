"""Whether a customer that would be created exists already: asked in one way by every flow that creates customers."""

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from streak_netsuite.errors import Ambiguous, TransientError, UncertainWrite
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.mapping.schema import MatchPolicy
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.identity import company_key, email_key
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.customer_profile import CustomerProfile, profile_of_record
from streak_netsuite.sync.decision import Choice, Decision
from streak_netsuite.sync.matching import Match, Sought, match_customer
from streak_netsuite.sync.ports import CustomerDirectory, Memory

WATERMARK = "netsuite.customers"
_RESERVED_WAIT_SECONDS = 2.0
_RESERVED_TRIES = (
    20  # with ever longer waits between them: one that was sent and not answered keeps its name for minutes
)


class CustomerPages(Protocol):
    """NetSuite, as far as the directory is brought up to date from it."""

    def changed_customers(self, since: datetime | None) -> Iterator[Sequence[CustomerEntry]]:
        """Yield pages of customers modified at or after a time, or of all."""


class GateSource(CustomerPages, Protocol):
    """NetSuite, as far as the gate asks it."""

    def missing_customers(self, internal_ids: Sequence[str]) -> frozenset[str]:
        """Return which of these customers do not exist any more."""

    def keys_of(self, records: Sequence[ExternalRef]) -> Mapping[ExternalRef, Collection[str]]:
        """Return the keys that each of these records carries; those that do not exist are left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What there is of customers that records were written as, or that people chose for them.

    Attributes:
        gone: those that do not exist any more.
        keys: of the others, the keys that each carries, in lower case as NetSuite compares them.
    """

    gone: frozenset[str] = frozenset()
    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_under(self, internal_id: str, key: str) -> bool:
        """Tell whether a write under a key lands on this customer, as far as anybody has looked."""
        if internal_id in self.gone:
            return False
        return internal_id not in self.keys or key.lower() in self.keys[internal_id]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCustomer:
    """A customer that would be created: by what it is recognised, and how it looks as a whole."""

    sought: Sought
    profile: CustomerProfile


def refresh_directory(memory: Memory, erp: CustomerPages, settings: FlowSettings, *, now: datetime) -> None:
    """Bring the customer directory up to date, also with what was made a moment ago."""
    since = memory.get_watermark(WATERMARK)
    start = since - timedelta(seconds=settings.overlap_seconds) if since else None
    memory.directory.refresh(erp.changed_customers(start), watermark=WATERMARK, position=now)


def recognised(
    directory: CustomerDirectory, policy: MatchPolicy, new: Mapping[str, NewCustomer]
) -> Mapping[str, Match]:
    """Return who is meant by each of these customers, by the directory as it is.

    What is only nearly equal, or looks alike as a whole, is asked for where nothing equal is found: that costs more.
    """
    equal = directory.find(
        external_ids=[one.sought.external_id for one in new.values()],
        emails=[email for one in new.values() for email in one.sought.emails],
        names=[one.sought.name for one in new.values()],
    )
    index = EntryIndex(equal)
    unknown = {key: one for key, one in new.items() if not index.equal(one.sought)}
    names = [one.sought.name for one in unknown.values()]
    similar = directory.similar_of(names, at_least=policy.possible) if unknown else {}
    alike = directory.alike_of({key: one.profile for key, one in unknown.items()}) if unknown else {}
    return {
        key: match_customer(
            one.sought,
            index.equal(one.sought),
            similar.get(one.sought.name, ()),
            possible=policy.possible,
            likely=policy.likely,
            alike=alike.get(key, ()),
            rules=policy.rules,
        )
        for key, one in new.items()
    }


def recognised_there(
    directory: CustomerDirectory, erp: GateSource, policy: MatchPolicy, new: Mapping[str, NewCustomer]
) -> Mapping[str, Match]:
    """Return who is meant, of those that exist: what was merged or deleted stays in the directory until it is missed."""
    found = dict(recognised(directory, policy, new))
    while True:
        named = {one.entry.internal_id for match in found.values() for one in match.candidates}
        missing = erp.missing_customers(sorted(named)) if named else frozenset()
        if not missing:
            return found
        directory.forget(missing)
        again = {key: new[key] for key, match in found.items() if match.names_one_of(missing)}
        found |= recognised(directory, policy, again)


@dataclass(frozen=True, kw_only=True)
class CustomerGate:
    """Stands in front of customers that record types write.

    A customer that was written before and is still there under the record's external id, or carries it, is passed. Whatever else
    equals one that exists or looks like it is held, and a person says which one it is, or that it is new: so does a record whose
    external id has changed, for it would make another customer. One that was merged or deleted since is never made again by itself:
    a person is asked, too.
    """

    memory: Memory
    erp: GateSource
    policy: MatchPolicy
    settings: FlowSettings
    clock: Callable[[], datetime]

    def look(self, written: Mapping[ExternalRef, str]) -> Seen:
        """Return what there is of the customers that these records were written as or people chose for them, asked in one go.

        Args:
            written: the customer that each record was written as; "" for one that was not.
        """
        made = self.memory.find_decisions(list(written), question="customer") if written else {}
        ids = {one for one in (*written.values(), *(decision.value for decision in made.values())) if one}
        refs = [
            ExternalRef(system=SystemId.NETSUITE, kind=RecordKind.CUSTOMER, id=one) for one in sorted(ids)
        ]
        found = self.erp.keys_of(refs) if refs else {}
        return Seen(
            gone=frozenset(ref.id for ref in refs if ref not in found),
            keys={ref.id: frozenset(key.lower() for key in keys) for ref, keys in found.items()},
        )

    @contextlib.contextmanager
    def passed(
        self,
        record: ExternalRef,
        key: str,
        body: Mapping[str, Any],
        *,
        label: str,
        known: str,
        seen: Seen,
    ) -> Iterator[str]:
        """Keep the name for the length of a write, and yield the customer that a person has chosen for it, or "".

        Args:
            record: what the customer is made of; decisions are about it.
            key: its external id.
            body: what would be written, as record types have it.
            known: the customer that it was written as, or "".
            seen: what there is of such customers.

        Raises:
            Ambiguous: it may exist already, or is gone, or has another external id (then `gone` names what it was).
            TransientError: another worker makes a customer of this name; try again.
        """
        made = self.memory.find_decisions([record], question="customer").get(record)
        chosen = made.value if made is not None and made.choice is Choice.CHOOSE else ""
        last = chosen or known
        is_there = last not in seen.gone if chosen else bool(known) and seen.is_under(known, key)
        if is_there or _is_called_new(made, known):
            yield chosen
            return
        new = new_customer(key, body)
        with self._reserved(new, token=f"record:{key}"):
            match = self._match(key, new, seen.gone)
            if not match.is_by_key:
                _refuse(label, match, last=last, is_gone=last in seen.gone)
            yield ""

    def _match(self, key: str, new: NewCustomer, gone: Collection[str]) -> Match:
        self.memory.directory.forget(gone)
        refresh_directory(self.memory, self.erp, self.settings, now=self.clock())
        return recognised_there(self.memory.directory, self.erp, self.policy, {key: new})[key]

    @contextlib.contextmanager
    def _reserved(self, new: NewCustomer, *, token: str) -> Iterator[None]:
        """Keep others from creating this customer: until it is there or surely not, also when its worker dies."""
        keys = sorted(identity_names(new.profile.name, new.profile.email, is_person=new.sought.is_person))
        seconds = max(self.settings.lease_seconds, self.settings.longest_commit_seconds)
        ours = self.memory.claim_identities(keys, token=token, lease_seconds=seconds, now=self.clock())
        may_land = False
        try:
            if not ours.issuperset(keys):
                raise TransientError(
                    f"another worker makes a customer named '{new.profile.name}'",
                    retry_after_seconds=_RESERVED_WAIT_SECONDS,
                    retry_times=_RESERVED_TRIES,
                )
            yield
        except UncertainWrite:
            may_land = True
            raise
        finally:
            if not may_land:
                self.memory.release_identities(token=token)


def identity_names(name: str, email: str, *, is_person: bool) -> frozenset[str]:
    """Return the names under which only one customer may be created."""
    if is_person:
        # Namesakes are common among people: a person is one by name and address together.
        return frozenset({f"person:{company_key(name)}:{email_key(email)}"})
    return frozenset({f"name:{company_key(name)}"})


def _is_called_new(made: Decision | None, known: str) -> bool:
    """Tell whether a person said that the customer is a new one; after one that it was before it has to be said anew."""
    return made is not None and made.choice is Choice.CREATE and (not known or made.value == known)


def _refuse(label: str, match: Match, *, last: str, is_gone: bool) -> None:
    """Have a person asked which customer is meant, unless it is surely a new one.

    Args:
        last: the customer that it was before, or "".
        is_gone: whether that does not exist any more.
    """
    if not match.candidates and not is_gone:
        return
    was = ""
    if last:
        became = (
            "was deleted or merged in NetSuite" if is_gone else "is what it was, under another external id"
        )
        was = f"customer {last} {became}; "
    if match.candidates:
        code, fix = "AMBIGUOUS", "choose one of the candidates, or let a new customer be made"
    else:
        code = "CUSTOMER_GONE"
        fix = "give the customer that took its place the record's name or e-mail address and release this, or let a new one be made"
    raise Ambiguous(
        f"{label}: {was}{match.reason}",
        candidates=[str(one) for one in match.candidates],
        ids=[one.entry.internal_id for one in match.candidates],
        fix=fix,
        code=code,
        gone=last,
    )


def new_customer(key: str, body: Mapping[str, Any]) -> NewCustomer:
    """Return the customer that a plain record would create under an external id."""
    fields = body.get("fields") or {}
    profile = profile_of_record(body)
    return NewCustomer(
        sought=Sought(
            name=profile.name,
            external_id=key,
            emails=(email_key(profile.email),) if profile.email else (),
            city=profile.city,
            is_person=fields.get("isPerson") in {True, "true"},
        ),
        profile=profile,
    )


class EntryIndex:
    """Customers by what they can be recognised by."""

    def __init__(self, entries: Iterable[CustomerEntry] = ()) -> None:
        self._by_key: dict[str, list[CustomerEntry]] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: CustomerEntry) -> None:
        """Have one more."""
        for key in (
            f"id:{(entry.external_id or '').lower()}",
            f"email:{email_key(entry.email)}",
            f"name:{company_key(entry.name)}",
        ):
            self._by_key.setdefault(key, []).append(entry)

    def equal(self, sought: Sought) -> list[CustomerEntry]:
        """Return the entries that equal the one that is looked for in one of these."""
        keys = [f"id:{sought.external_id.lower()}", f"name:{company_key(sought.name)}"]
        keys += [f"email:{email_key(e)}" for e in sought.emails if e]
        found = {e.internal_id: e for key in keys for e in self._by_key.get(key, ())}
        return list(found.values())

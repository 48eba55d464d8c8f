"""Which customer is meant: rules over what is known, with the evidence kept."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from streak_netsuite.model.free_mail import free_mail
from streak_netsuite.model.identity import company_key, email_key
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.customer_profile import profile_of_entry


class Verdict(StrEnum):
    """What the evidence says.

    NONE   nobody is meant: a new customer
    ONE    this customer is meant
    UNSURE several could be meant, or one that may not be used: a person chooses
    """

    NONE = "none"
    ONE = "one"
    UNSURE = "unsure"


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A customer that could be meant, and why.

    Attributes:
        rule: "external_id", "email", "name", "similar_name" or "alike".
        score: 0 to 1; 1 for equal keys, a probability for "alike".
        why: what speaks for and against it, in words; of "alike" only.
    """

    entry: CustomerEntry
    rule: str
    score: float
    why: str = ""

    def __str__(self) -> str:
        why = {
            "external_id": "carries our key",
            "email": "has the same e-mail address",
            "name": "has the same name but for case, accents and legal form",
            "similar_name": "has a similar name",
            "alike": f"looks like it: {self.why}",
        }[self.rule]
        state = ", inactive" if self.entry.inactive else ""
        return f"customer {self.entry.internal_id} '{self.entry.name}'{state}: {why} ({self.rule} {self.score:.2f})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Who is meant.

    Attributes:
        candidates: those that speak for the verdict, best first.
    """

    verdict: Verdict
    candidates: tuple[Candidate, ...] = ()
    reason: str = ""

    @property
    def entry(self) -> CustomerEntry:
        """The customer that is meant. Only when the verdict is ONE."""
        if self.verdict is not Verdict.ONE:
            raise ValueError("nobody in particular is meant")
        return self.candidates[0].entry

    @property
    def is_by_key(self) -> bool:
        """Whether the customer carries our own key: then it is the record itself."""
        return bool(self.candidates) and self.candidates[0].rule == "external_id"

    def names_one_of(self, internal_ids: Collection[str]) -> bool:
        """Tell whether one of these customers could be meant."""
        return any(one.entry.internal_id in internal_ids for one in self.candidates)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """Whom we look for.

    Attributes:
        external_id: the operation key under which we would create it.
        emails: addresses that belong to the buyer.
        city: where the buyer is, "" when unknown.
        is_person: a person's name alone proves nothing, there are namesakes.
    """

    name: str
    external_id: str
    emails: tuple[str, ...] = ()
    city: str = ""
    is_person: bool = False


def match_customer(
    sought: Sought,
    equal: Sequence[CustomerEntry],
    similar: Sequence[tuple[CustomerEntry, float]],
    *,
    possible: float,
    likely: float = 0.2,
    alike: Sequence[tuple[CustomerEntry, float, str]] = (),
    rules: Collection[str] = ("email", "name"),
) -> Match:
    """Decide who is meant.

    Our own key decides alone. Otherwise every customer with an equal e-mail or name speaks, and they
    must all be one (a person's name alone is not enough, nor is a company's in another city and under another domain);
    only when none does, nearly equal names, and what looks like the customer in several fields together, make us ask
    instead of creating.

    Args:
        equal: directory entries that share the external id, an e-mail or the name key.
        similar: entries with nearly the same name, with a similarity of 0 to 1.
        possible: similarity from which a person is asked.
        likely: probability from which a person is asked.
        alike: entries that look like this customer, with a probability and reasons.
        rules: what may be compared beside our own key.
    """
    told = {"external_id", *rules}
    candidates = sorted((c for e in equal if (c := _equal(sought, e)) and c.rule in told), key=_rank)
    own = [c for c in candidates if c.rule == "external_id"]
    if named := own or candidates:
        return _of_named(sought, named)
    if near := _near(similar, alike, possible=possible, likely=likely):
        return _unsure(near, f"'{sought.name}' may be a customer that exists")
    return Match(
        verdict=Verdict.NONE, reason=f"no customer is called '{sought.name}' or has its e-mail addresses"
    )


def _of_named(sought: Sought, named: Sequence[Candidate]) -> Match:
    """Decide among customers that equal what is sought in something."""
    active = [c for c in named if not c.entry.inactive]
    if not active:
        return _unsure(named, f"the customer of '{sought.name}' is inactive")
    if sought.is_person and all(c.rule == "name" for c in active):
        return _unsure(
            active, f"a customer has the name of '{sought.name}', and no e-mail address proves that it is one"
        )
    if all(c.rule == "name" and _is_elsewhere(sought, c.entry) for c in active):
        return _unsure(
            active, f"a customer has the name of '{sought.name}', but another e-mail domain and another city"
        )
    if len({c.entry.internal_id for c in active}) > 1:
        return _unsure(active, f"{len(active)} customers could be '{sought.name}'")
    return Match(verdict=Verdict.ONE, candidates=(active[0],), reason=str(active[0]))


def _near(
    similar: Sequence[tuple[CustomerEntry, float]],
    alike: Sequence[tuple[CustomerEntry, float, str]],
    *,
    possible: float,
    likely: float,
) -> list[Candidate]:
    """Return the customers in use that are near enough to ask a person about, each once: those alike as a whole first."""
    resembling = [
        Candidate(entry=entry, rule="alike", score=chance, why=why)
        for entry, chance, why in alike
        if chance >= likely and not entry.inactive
    ]
    known = {c.entry.internal_id for c in resembling}
    return resembling + [
        Candidate(entry=entry, rule="similar_name", score=score)
        for entry, score in similar
        if score >= possible and not entry.inactive and entry.internal_id not in known
    ]


def _unsure(candidates: Sequence[Candidate], reason: str) -> Match:
    return Match(verdict=Verdict.UNSURE, candidates=tuple(candidates), reason=reason)


def _equal(sought: Sought, entry: CustomerEntry) -> Candidate | None:
    if entry.external_id and entry.external_id.lower() == sought.external_id.lower():
        return Candidate(entry=entry, rule="external_id", score=1.0)
    if entry.email and email_key(entry.email) in {email_key(e) for e in sought.emails}:
        return Candidate(entry=entry, rule="email", score=1.0)
    if company_key(entry.name) == company_key(sought.name):
        return Candidate(entry=entry, rule="name", score=1.0)
    return None


def _is_elsewhere(sought: Sought, entry: CustomerEntry) -> bool:
    """Return whether a customer is in another city and reached under another domain, as far as both are known: it may be a namesake."""
    ours, theirs = _domains(sought.emails), _domains([entry.email])
    here, there = company_key(sought.city), company_key(profile_of_entry(entry).city)
    return bool(ours and theirs and here and there) and not ours & theirs and here != there


def _domains(emails: Iterable[str]) -> set[str]:
    return {email_key(one).rpartition("@")[2] for one in emails if one} - {"", *free_mail()}


def _rank(candidate: Candidate) -> tuple[int, str]:
    return (
        ["external_id", "email", "name", "alike", "similar_name"].index(candidate.rule),
        candidate.entry.internal_id,
    )

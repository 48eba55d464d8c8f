"""How each order gets its customer: known, recognised, or created once."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from streak_netsuite.errors import Ambiguous
from streak_netsuite.flows.batch import Batch, hold_of
from streak_netsuite.flows.customer_gate import NewCustomer, identity_names, recognised, refresh_directory
from streak_netsuite.flows.drafts import MappedDealDraft, buyer_of, buyer_ref
from streak_netsuite.flows.fit import FitCheck
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.mapping.schema import MatchPolicy
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import RecordKind
from streak_netsuite.model.identity import email_key, external_id
from streak_netsuite.model.plain import to_plain
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.binding import Binding
from streak_netsuite.sync.customer_profile import profile_of_customer
from streak_netsuite.sync.decision import Choice, Decision
from streak_netsuite.sync.intent import Intent, IntentState
from streak_netsuite.sync.matching import Match, Sought, Verdict
from streak_netsuite.sync.outcome import Action, Hold
from streak_netsuite.sync.plan import Buyer, CustomerStep
from streak_netsuite.sync.ports import Memory, OrderTarget

CUSTOMER_KEY = "streak-cust"
_PERSON = "person"  # a rule: somebody has decided
_RESERVED_WAIT = timedelta(seconds=1)
_LONGEST_RESERVED_WAIT = timedelta(minutes=1)


class CustomerResolver:
    """Finds or plans the customer of each deal of a batch.

    Names are reserved before the directory is refreshed: whoever waits for a reserved name reads the
    directory again afterwards, and finds the customer that the other worker has made.
    """

    def __init__(
        self,
        memory: Memory,
        erp: OrderTarget,
        settings: FlowSettings,
        *,
        policy: MatchPolicy,
        credit_hold: Literal["ignore", "flag", "hold"],
        other_subsidiary: Literal["hold", "add"],
    ) -> None:
        self._memory = memory
        self._erp = erp
        self._settings = settings
        self._policy = policy
        self._credit_hold = credit_hold
        self._other_subsidiary: Literal["hold", "add"] = other_subsidiary

    def resolve(
        self, batch: Batch, drafts: Sequence[MappedDealDraft], *, now: datetime, reserve: bool
    ) -> dict[str, CustomerStep]:
        """Return the customer step of each deal that can proceed; the others are decided in the batch.

        `reserve` is False for a dry run, which keeps nothing but the directory.
        """
        buyers = {d.deal.key: buyer for d in drafts if (buyer := buyer_of(d.deal)) is not None}
        bound = self._memory.find_bindings([buyer_ref(b) for b in buyers.values()], RecordKind.CUSTOMER)
        unbound = [d for d in drafts if buyer_ref(buyers[d.deal.key]) not in bound]
        if reserve:
            unbound = self._reserve(batch, unbound, buyers, now=now)
        self._refresh(now)
        gone = self._gone({tie.netsuite.id for tie in bound.values()})
        steps: dict[str, CustomerStep] = {}
        orphans: dict[str, Binding] = {}
        for draft in drafts:
            tie = bound.get(buyer_ref(buyers[draft.deal.key]))
            if tie is not None and tie.netsuite.id in gone:
                orphans[draft.deal.key] = tie
            elif tie is not None:
                steps[draft.deal.key] = _bound_step(buyers[draft.deal.key], tie.netsuite.id)
        orphaned = [d for d in drafts if d.deal.key in orphans]
        found = self._recognise(batch, [*unbound, *orphaned], buyers)
        self._hold_untied(batch, unbound, buyers, found)
        steps.update(self._survivors(batch, orphaned, orphans, found, now=now, keep=reserve))
        steps = self._one_at_a_time(batch, self._share(steps), now=now)
        check = FitCheck(
            self._memory.directory,
            self._erp,
            credit_hold=self._credit_hold,
            other_subsidiary=self._other_subsidiary,
        )
        return check.keep_fitting(batch, drafts, steps)

    def _reserve(
        self,
        batch: Batch,
        drafts: Sequence[MappedDealDraft],
        buyers: Mapping[str, Buyer],
        *,
        now: datetime,
    ) -> list[MappedDealDraft]:
        names = {d.deal.key: identity_keys(d.customer) for d in drafts}
        makes = {d.deal.key: customer_key(buyers[d.deal.key]) for d in drafts}
        ours = self._memory.claim_identities(
            sorted({name for many in names.values() for name in many}),
            token=batch.claim.token,
            lease_seconds=self._settings.lease_seconds,
            now=now,
        )
        ours |= self._kept_for(batch, {makes[key]: many - ours for key, many in names.items()}, now=now)
        batch.reserved = tuple(sorted(ours))
        sent = self._may_land(makes.values(), now=now)
        first = {name: makes[key] for key, many in names.items() if makes[key] in sent for name in many}
        free: list[MappedDealDraft] = []
        for draft in drafts:
            key = draft.deal.key
            if names[key] <= ours and all(first.get(name, makes[key]) == makes[key] for name in names[key]):
                free.append(draft)
            else:
                self._wait_for_name(batch, draft, now=now)
        return free

    def _kept_for(
        self, batch: Batch, wanted: Mapping[str, AbstractSet[str]], *, now: datetime
    ) -> frozenset[str]:
        """Take back the names that were kept for these customers, as an earlier try of each may still land.

        Args:
            wanted: names by the customer's operation key.
        """
        found: set[str] = set()
        for operation_key, names in wanted.items():
            if names:
                found |= self._memory.hand_over_identities(
                    sorted(names),
                    token=unanswered_token(operation_key),
                    to=batch.claim.token,
                    lease_seconds=self._settings.lease_seconds,
                    now=now,
                )
        return frozenset(found)

    def _may_land(self, operation_keys: Iterable[str], *, now: datetime) -> frozenset[str]:
        """Return the customers that were sent, and may land yet: no other one is made of their names."""
        known = self._memory.find_unanswered(sorted(set(operation_keys)))
        since = now - timedelta(seconds=self._settings.longest_commit_seconds)
        return frozenset(
            key for key, one in known.items() if one.may_land_since is not None and one.may_land_since > since
        )

    def _wait_for_name(self, batch: Batch, draft: MappedDealDraft, *, now: datetime) -> None:
        tries = batch.event(draft.deal.key).attempts
        batch.decide(
            draft.deal.key,
            Action.DEFERRED,
            rule="identity_reserved",
            reason=f"another deal of '{draft.customer.name}' is being worked on; its customer will be reused",
            retry_at=now + min(_RESERVED_WAIT * 2 ** min(tries - 1, 10), _LONGEST_RESERVED_WAIT),
        )

    def _refresh(self, now: datetime) -> None:
        refresh_directory(self._memory, self._erp, self._settings, now=now)

    def _gone(self, ids: AbstractSet[str]) -> frozenset[str]:
        """Return which customers do not exist any more. Only those the directory lacks are asked for."""
        known = {e.internal_id for e in self._memory.directory.find(internal_ids=ids)} if ids else set()
        lacking = sorted(ids - known)
        return self._erp.missing_customers(lacking) if lacking else frozenset()

    def _survivors(
        self,
        batch: Batch,
        orphaned: Sequence[MappedDealDraft],
        ties: Mapping[str, Binding],
        found: dict[str, CustomerStep],
        *,
        now: datetime,
        keep: bool,
    ) -> dict[str, CustomerStep]:
        """Let ties of customers that were merged or deleted lead to the one that took their place.

        A customer that had a tie is never created again: without a certain successor, a person is asked.
        """
        for draft in orphaned:
            key = draft.deal.key
            step = found.get(key)
            if step is None:  # several could be meant; held with all of them
                continue
            if step.record is not None:
                batch.hold(key, _gone_hold(draft, ties[key]), rule="customer_gone")
                del found[key]
                continue
            successor = (step.reference.internal_id or "") if step.reference else ""
            rule = f"took the place of {ties[key].netsuite.id}"
            if keep:
                self._memory.repoint_binding(ties[key], successor, rule=rule, now=now)
            found[key] = replace(step, rule="binding", reason=f"{step.reason}; it {rule}")
        return found

    def _hold_untied(
        self,
        batch: Batch,
        drafts: Sequence[MappedDealDraft],
        buyers: Mapping[str, Buyer],
        found: dict[str, CustomerStep],
    ) -> None:
        """Hold deals whose customer was created once and is not linked any more: nobody knows where it went."""
        ours = {draft.deal.key: draft for draft in drafts}
        new = {found[k].operation_key: k for k in ours if k in found and found[k].record is not None}
        made = self._memory.find_intents(list(new)) if new else {}
        written = {new[k]: one for k, one in made.items() if one.state is IntentState.SUCCEEDED}
        refs = {key: buyer_ref(buyers[key]) for key in written}
        # Another worker may have created and linked it since the ties were read.
        bound = self._memory.find_bindings(list(refs.values()), RecordKind.CUSTOMER) if refs else {}
        for key, ref in refs.items():
            if ref not in bound:
                batch.hold(key, _untied_hold(ours[key], written[key]), rule="customer_untied")
                del found[key]

    def _recognise(
        self, batch: Batch, drafts: Sequence[MappedDealDraft], buyers: Mapping[str, Buyer]
    ) -> dict[str, CustomerStep]:
        steps = self._decided(drafts, buyers)
        drafts = [draft for draft in drafts if draft.deal.key not in steps]
        new = {
            d.deal.key: NewCustomer(
                sought=sought_of(d.deal, d.customer, buyers[d.deal.key]),
                profile=profile_of_customer(d.customer),
            )
            for d in drafts
        }
        matches = recognised(self._memory.directory, self._policy, new)
        for draft in drafts:
            key = draft.deal.key
            match = matches[key]
            if match.verdict is Verdict.UNSURE:
                batch.hold(
                    key,
                    hold_of(_ambiguous(draft, match), payload=_asked(draft, buyers[key], match)),
                    rule="customer",
                )
            else:
                steps[key] = _matched_step(draft, buyers[key], new[key].sought, match)
        return steps

    def _decided(
        self, drafts: Sequence[MappedDealDraft], buyers: Mapping[str, Buyer]
    ) -> dict[str, CustomerStep]:
        """Return the customers that people have decided on; one that does not exist any more is nobody's choice."""
        refs = {d.deal.key: buyer_ref(buyers[d.deal.key]) for d in drafts}
        made = self._memory.find_decisions(list(refs.values()), question="customer") if refs else {}
        gone = self._gone({one.value for one in made.values() if one.choice is Choice.CHOOSE})
        made = {
            ref: one for ref, one in made.items() if one.choice is not Choice.CHOOSE or one.value not in gone
        }
        return {
            d.deal.key: _decided_step(d, buyers[d.deal.key], made[refs[d.deal.key]])
            for d in drafts
            if refs[d.deal.key] in made
        }

    def _share(self, steps: Mapping[str, CustomerStep]) -> dict[str, CustomerStep]:
        """Let deals of one new customer create it once: same buyer, or same name in this batch."""
        first: dict[str, CustomerStep] = {}
        shared: dict[str, CustomerStep] = {}
        for key, step in steps.items():
            if step.record is None:
                shared[key] = step
                continue
            creator = next((first[i] for i in sorted(identity_keys(step.record)) if i in first), step)
            for identity in identity_keys(step.record):
                first.setdefault(identity, creator)
            shared[key] = (
                creator
                if creator.buyer_key == step.buyer_key
                else replace(creator, rule="same_name_in_batch")
            )
        return shared

    def _one_at_a_time(
        self, batch: Batch, steps: Mapping[str, CustomerStep], *, now: datetime
    ) -> dict[str, CustomerStep]:
        """Put back deals whose new customer looks like another that this batch creates.

        Once that one exists it is compared like any other, and a person is asked.
        """
        made = {step.operation_key: step for step in steps.values() if step.record is not None}
        ordered = sorted(made.values(), key=lambda step: step.rule != _PERSON)
        profiles = {
            step.operation_key: profile_of_customer(step.record)
            for step in ordered
            if step.record is not None
        }
        alike = self._memory.directory.alike_among(profiles)
        later: dict[str, str] = {}
        for step in ordered:
            others = [
                f"'{profiles[other].name}': {why}"
                for other, chance, why in alike.get(step.operation_key, ())
                if chance >= self._policy.likely and other not in later
            ]
            if others and step.rule != _PERSON:
                later[step.operation_key] = others[0]
        for key, step in steps.items():
            if step.record is not None and step.operation_key in later:
                batch.decide(
                    key,
                    Action.DEFERRED,
                    rule="looks_like_new_customer",
                    reason=f"its customer looks like another that is being created, {later[step.operation_key]}",
                    retry_at=now + _RESERVED_WAIT,
                )
        return {key: step for key, step in steps.items() if key not in batch.decided}


def customer_key(buyer: Buyer) -> str:
    """Return the operation key under which a buyer's customer is made."""
    return external_id(CUSTOMER_KEY, buyer.party.key)


def unanswered_token(operation_key: str) -> str:
    """Return who keeps the names of a customer that was sent and may still land."""
    return f"unanswered:{operation_key}"


def identity_keys(customer: Customer) -> frozenset[str]:
    """Return the names under which only one customer may be created."""
    return identity_names(customer.name, customer.email, is_person=customer.is_person)


def sought_of(deal: Deal, customer: Customer, buyer: Buyer) -> Sought:
    """Return by what the customer of a deal is recognised."""
    own = [customer.email] if customer.email else []
    others = [] if buyer.is_person else [e for contact in deal.contacts for e in contact.emails]
    return Sought(
        name=customer.name,
        external_id=customer_key(buyer),
        emails=tuple(dict.fromkeys(email_key(e) for e in [*own, *buyer.party.emails, *others])),
        city=profile_of_customer(customer).city,
        is_person=buyer.is_person,
    )


def _bound_step(buyer: Buyer, internal_id: str) -> CustomerStep:
    return CustomerStep(
        rule="binding",
        reason=f"'{buyer.party.name}' is linked to customer {internal_id}",
        buyer_key=buyer.party.key,
        is_person=buyer.is_person,
        reference=Reference(internal_id=internal_id, name=buyer.party.name),
    )


def _gone_hold(draft: MappedDealDraft, tie: Binding) -> Hold:
    return Hold(
        code="CUSTOMER_GONE",
        reason=f"deal '{draft.deal.name}': customer {tie.netsuite.id} of '{draft.customer.name}' was deleted or "
        "merged in NetSuite, and no other customer has its name or e-mail addresses",
        fix="give the customer that took its place the organization's name or e-mail address, then release this",
        payload=to_plain(draft.customer),
    )


def _untied_hold(draft: MappedDealDraft, made: Intent) -> Hold:
    return Hold(
        code="CUSTOMER_GONE",
        reason=f"deal '{draft.deal.name}': customer {made.result_id} was made for '{draft.customer.name}', the two are not "
        "linked any more, and no customer has its key, name or e-mail addresses",
        fix="give the customer that took its place the organization's name or e-mail address, then release this",
        payload=to_plain(draft.customer),
    )


def _matched_step(draft: MappedDealDraft, buyer: Buyer, sought: Sought, match: Match) -> CustomerStep:
    if match.verdict is Verdict.ONE:
        best = match.candidates[0]
        return CustomerStep(
            rule=best.rule,
            reason=match.reason,
            buyer_key=buyer.party.key,
            is_person=buyer.is_person,
            reference=Reference(internal_id=best.entry.internal_id, name=best.entry.name),
        )
    return CustomerStep(
        rule="created",
        reason=match.reason,
        buyer_key=buyer.party.key,
        is_person=buyer.is_person,
        record=draft.customer,
        operation_key=sought.external_id,
    )


def _decided_step(draft: MappedDealDraft, buyer: Buyer, decision: Decision) -> CustomerStep:
    chosen = decision.choice is Choice.CHOOSE
    return CustomerStep(
        rule=_PERSON,
        reason=f"{decision.actor} decided so: {decision.reason}",
        buyer_key=buyer.party.key,
        is_person=buyer.is_person,
        reference=Reference(internal_id=decision.value, name=draft.customer.name) if chosen else None,
        record=None if chosen else draft.customer,
        operation_key="" if chosen else customer_key(buyer),
    )


def _asked(draft: MappedDealDraft, buyer: Buyer, match: Match) -> dict[str, object]:
    """Return what a person needs to decide: the customer that would be made, who buys, and who could be meant."""
    ref = buyer_ref(buyer)
    return {
        **to_plain(draft.customer),
        "buyer": {"kind": ref.kind.value, "key": ref.id},
        "customers": [candidate.entry.internal_id for candidate in match.candidates],
    }


def _ambiguous(draft: MappedDealDraft, match: Match) -> Ambiguous:
    return Ambiguous(
        f"deal '{draft.deal.name}': {match.reason}",
        candidates=[str(c) for c in match.candidates],
        fix="choose one of the candidates, or let a new customer be made",
    )

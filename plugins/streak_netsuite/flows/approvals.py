"""Orders that somebody has to approve, or has rejected, before they are written or changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from streak_netsuite.flows.approved_terms import DIGEST, EDITS, TERMS, read_with, terms_of
from streak_netsuite.flows.batch import Batch
from streak_netsuite.flows.deal_edits import SAID, as_read, in_force
from streak_netsuite.mapping.approval import approval_reason, rule_reason
from streak_netsuite.mapping.flow_sections import ApprovalSection
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.plain import to_plain
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.decision import Choice, Decision
from streak_netsuite.sync.outcome import Action, Hold
from streak_netsuite.sync.ports import Memory

NEEDS_APPROVAL = "NEEDS_APPROVAL"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """An order as a deal wants it to be.

    Attributes:
        digest: of all that the mapping reads of the deal as it was read, whatever was corrected since.
    """

    deal: Deal
    order: SalesOrder
    digest: str


def hold_unapproved(
    batch: Batch, proposals: Sequence[Proposal], *, memory: Memory, section: ApprovalSection, zone: ZoneInfo
) -> None:
    """Hold orders that somebody has to approve, and pass over what was rejected, while a deal is what was decided on.

    Args:
        zone: the account's time zone, in which the rule reads moments.
    """
    # A rejection stands also where no approval would be asked for any more.
    refs = [_box_ref(one) for one in proposals]
    decisions = memory.find_decisions(refs, question="order") if refs else {}
    for one in proposals:
        decision = decisions.get(_box_ref(one))
        terms = terms_of(one.deal, one.order, rule=rule_reason(section, one.deal, zone=zone))
        if decision is not None and not _is_about(decision, one, terms):
            decision = None
        if decision is not None and decision.choice is Choice.REJECT:
            batch.decide(one.deal.key, Action.SKIPPED, rule="rejected", reason=_rejected(decision))
        elif decision is None and (why := approval_reason(section, one.deal, one.order, zone=zone)):
            batch.hold(one.deal.key, _approval_hold(one, why, terms), rule="approval")


def _is_about(decision: Decision, one: Proposal, terms: str) -> bool:
    """Tell whether a decision is about a deal as it is now.

    An approval stands also while the terms that were approved stay; a rejection ends with any change, so that whoever sold
    the deal can have it looked at again.
    """
    if decision.digest == read_with(one.digest, in_force(one.deal)):
        return True
    return decision.choice is Choice.APPROVE and decision.value == terms


def _approval_hold(one: Proposal, why: str, terms: str) -> Hold:
    return Hold(
        code=NEEDS_APPROVAL,
        reason=f"deal '{one.deal.name}' needs an approval: {why}",
        fix="approve or reject it; a deal that changes in more than its texts is asked for again",
        payload={
            DIGEST: one.digest,
            EDITS: in_force(one.deal),
            TERMS: terms,
            "deal": one.deal.name,
            "order": to_plain(one.order),
            SAID: as_read(one.deal),
        },
    )


def _rejected(decision: Decision) -> str:
    when = f"{decision.decided_at:%Y-%m-%d}"
    return f"{decision.actor} rejected its order on {when}: {decision.reason}; it is asked for again when the deal changes"


def _box_ref(one: Proposal) -> ExternalRef:
    return ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id=one.deal.key)

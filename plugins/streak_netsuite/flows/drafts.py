"""Deals on their way to an order: mapped, and with a buyer."""

from collections.abc import Mapping
from dataclasses import dataclass

from streak_netsuite.errors import MappingError, RecordError
from streak_netsuite.mapping.mapped_deal import MappedDeal
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.plain import to_plain
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.outcome import Hold
from streak_netsuite.sync.plan import Buyer


@dataclass(frozen=True, kw_only=True, slots=True)
class MappedDealDraft:
    """A deal whose mapping allows writing.

    Attributes:
        digest: of all that the mapping reads of the deal.
        side_faults: what the records are made without, such as an address nobody can read.
    """

    deal: Deal
    customer: Customer
    order: SalesOrder
    trace: Mapping[str, str]
    warnings: tuple[str, ...]
    digest: str = ""
    side_faults: tuple[RecordError, ...] = ()


def buyer_of(deal: Deal) -> Buyer | None:
    """Return who buys: the first organization, or the first contact of a deal without one."""
    if deal.organization is not None:
        return Buyer(party=deal.organization, is_person=False)
    return Buyer(party=deal.contact, is_person=True) if deal.contact is not None else None


def buyer_ref(buyer: Buyer) -> ExternalRef:
    """Return where the buyer lives in Streak."""
    kind = RecordKind.CONTACT if buyer.is_person else RecordKind.ORGANIZATION
    return ExternalRef(system=SystemId.STREAK, kind=kind, id=buyer.party.key)


def mapping_hold(deal: Deal, mapped: MappedDeal, *, digest: str) -> Hold:
    """Return the hold of a deal that cannot be mapped, with every fault of it."""
    faults = list(mapped.blocking) or [
        MappingError("the box has neither an organization nor a contact, so nobody buys", field="customer")
    ]
    return Hold(
        code="MAPPING",
        reason=f"deal '{deal.name}': " + "; ".join(str(f) for f in faults),
        fix="; ".join(dict.fromkeys(f.fix for f in faults if f.fix)),
        faults=tuple(f"{f.field}: {f}{f' [{f.rule_at}]' if f.rule_at else ''}" for f in faults),
        payload={**to_plain(deal), "digest": digest},
    )

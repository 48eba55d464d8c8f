"""Deals on their way to an order: mapped, and with a buyer."""

from collections.abc import Mapping
from dataclasses import dataclass

from streak_netsuite.errors import RecordError
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.plan import Buyer


@dataclass(frozen=True, kw_only=True, slots=True)
class MappedDealDraft:
    """A deal whose mapping allows writing.

    Attributes:
        side_faults: what the records are made without, such as an address nobody can read.
    """

    deal: Deal
    customer: Customer
    order: SalesOrder
    trace: Mapping[str, str]
    warnings: tuple[str, ...]
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

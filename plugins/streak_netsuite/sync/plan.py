"""What would be written for one deal, and by which rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from streak_netsuite.errors import RecordError
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.deal import Deal, Party
from streak_netsuite.model.reference import Reference
from streak_netsuite.model.sales_order import SalesOrder
from streak_netsuite.sync.order_change import OrderChange


@dataclass(frozen=True, kw_only=True, slots=True)
class Buyer:
    """Who buys: the organization of a deal, or its first contact.

    Attributes:
        is_person: a contact without an organization.
    """

    party: Party
    is_person: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerStep:
    """How the order gets its customer.

    Attributes:
        reference: the existing customer; None when `record` is to be created first.
        operation_key: key of the customer that is created, or "".
        rule: "binding", "external_id", "email", "name", "created", "same_name_in_batch".
        buyer_key: Streak key of the organization or contact.
        on_credit_hold: the customer is on credit hold in NetSuite, and the mapping wants that told.
        joins: the subsidiary of the order, to which the customer has to be added first; None when it is in it.
    """

    rule: str
    reason: str
    buyer_key: str
    is_person: bool
    reference: Reference | None = None
    record: Customer | None = None
    operation_key: str = ""
    on_credit_hold: bool = False
    joins: Reference | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderPlan:
    """One deal that becomes an order.

    Attributes:
        operation_key: external id of the order.
        order: without its customer, which the customer step provides.
        digest: of all that the mapping reads of the deal.
        caught_up_on: the day of the backfill that brought the deal: fields of the box are set, and nobody is notified.
        trace: rule text by target field, for explanations.
        warnings: what the mapping changed on the way, such as clipped text.
        side_faults: what the records are made without, each a hold of its own.
    """

    deal: Deal
    customer: CustomerStep
    order: SalesOrder
    operation_key: str
    digest: str = ""
    caught_up_on: date | None = None
    trace: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    side_faults: tuple[RecordError, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePlan:
    """A deal that has changed, and what its order follows of it.

    Attributes:
        trace: rule text by target field.
    """

    deal: Deal
    change: OrderChange
    trace: Mapping[str, str] = field(default_factory=dict)

"""Where a record lives."""

from dataclasses import dataclass
from enum import StrEnum


class SystemId(StrEnum):
    """The systems this product connects."""

    STREAK = "streak"
    NETSUITE = "netsuite"


class RecordKind(StrEnum):
    """What a record is, in the words of the system that holds it."""

    PIPELINE = "pipeline"
    BOX = "box"
    ORGANIZATION = "organization"
    CONTACT = "contact"
    COMMENT = "comment"
    ACTIVITY = "activity"
    BOX_FIELDS = "boxFields"
    BOX_STATUS = "boxStatus"
    BOX_STAGE = "boxStage"
    BOX_ORGANIZATIONS = "boxOrganizations"
    BOX_CONTACTS = "boxContacts"
    PARTY_ORGANIZATIONS = "partyOrganizations"
    PARTY_CONTACTS = "partyContacts"
    CUSTOMER = "customer"
    CUSTOMER_CHANGE = "customerChange"
    CUSTOMER_SUBSIDIARY = "customerSubsidiaryRelationship"
    SALES_ORDER = "salesOrder"
    ORDER_CHANGE = "orderChange"
    ORDER_END = "orderEnd"
    ITEM = "item"
    FULFILLMENT = "itemFulfillment"
    INVOICE = "invoice"
    PAYMENT = "customerPayment"
    DEPOSIT = "customerDeposit"
    DEPOSIT_APPLICATION = "depositApplication"
    CREDIT_MEMO = "creditMemo"
    REFUND = "customerRefund"
    RECORD = "record"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalRef:
    """Where a record lives in one outside system."""

    system: SystemId
    kind: RecordKind
    id: str

    def __str__(self) -> str:
        return f"{self.system} {self.kind} {self.id}"

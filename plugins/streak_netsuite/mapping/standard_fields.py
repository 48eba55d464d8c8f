"""Standard fields of NetSuite that a mapping may fill by SuiteTalk's names, and those that it may not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from keyword import iskeyword
from types import MappingProxyType

_NAME = re.compile(r"[a-z][A-Za-z0-9]*\Z")


@dataclass(frozen=True, kw_only=True)
class StandardPlace:
    """A part of a record that a mapping fills.

    Attributes:
        section: of the mapping ("customer").
        fields: where the fields stand that the mapping has keys of its own for.
        record_type, sublist: as SuiteTalk names it.
        own: SuiteTalk's names of those fields, by their keys.
        closed: SuiteTalk's names of fields that nobody may fill here: NetSuite reckons them, we do, or they are secrets.
            NetSuite would pass a value over in silence. Read-only fields: SuiteTalk schema browser, read 2026-11; an
            account's features and forms may close more.
    """

    section: str
    fields: str
    record_type: str
    sublist: str = ""
    own: Mapping[str, str]
    closed: frozenset[str]

    @property
    def attributes(self) -> Mapping[str, str]:
        """SuiteTalk's names of the fields with keys of their own, by the names that our records give them."""
        return {f"{key}_" if iskeyword(key) else key: theirs for key, theirs in self.own.items()}

    def check(self, name: str) -> None:
        """Make sure that a field may be filled by its name.

        Raises:
            ValueError: it may not; the message says what to do instead.
        """
        if not _NAME.match(name):
            raise ValueError(f"'{name}' is no field of SuiteTalk's; it looks like creditLimit")
        for key, theirs in self.own.items():
            if theirs == name:
                raise ValueError(f"'{name}' is `{key}` of {self.fields}; put the rule there")
        if name in self.closed:
            raise ValueError(f"'{name}' cannot be filled: NetSuite or this product keeps it; remove the rule")


_CUSTOMER = StandardPlace(
    section="customer",
    fields="customer.fields",
    record_type="customer",
    own=MappingProxyType(
        {
            "company_name": "companyName",
            "first_name": "firstName",
            "last_name": "lastName",
            "entity_id": "entityId",
            "email": "email",
            "phone": "phone",
            "subsidiary": "subsidiary",
            "currency": "currency",
            "terms": "terms",
        }
    ),
    closed=frozenset(
        "isPerson altName defaultAddress dateCreated lastModifiedDate stage "
        "balance overdueBalance daysOverdue unbilledOrders depositBalance "
        "consolUnbilledOrders consolOverdueBalance consolDepositBalance consolBalance consolDaysOverdue "
        "consolAging consolAging1 consolAging2 consolAging3 consolAging4 aging aging1 aging2 aging3 aging4 "
        "keywords clickStream lastPageVisited visits firstVisit lastVisit webLead referrer "
        "giveAccess password password2 requirePwdChange accessRole sendEmail".split()
    ),
)
_ORDER = StandardPlace(
    section="sales_order",
    fields="sales_order.fields",
    record_type="salesOrder",
    own=MappingProxyType(
        {
            "transaction_date": "tranDate",
            "memo": "memo",
            "purchase_order_number": "otherRefNum",
            "currency": "currency",
            "subsidiary": "subsidiary",
            "department": "department",
            "class": "class",
            "location": "location",
            "terms": "terms",
            "sales_rep": "salesRep",
            "ship_date": "shipDate",
            "ship_method": "shipMethod",
            "start_date": "startDate",
            "end_date": "endDate",
            "discount_item": "discountItem",
            "discount_rate": "discountRate",
            "shipping_address": "shippingAddress",
            "billing_address": "billingAddress",
        }
    ),
    closed=frozenset(
        "entity createdDate lastModifiedDate createdFrom source status currencyName "
        "total subTotal taxTotal tax2Total discountTotal altSalesTotal altShippingCost altHandlingCost balance "
        "totalCostEstimate estGrossProfit estGrossProfitPercent giftCertApplied "
        "oneTime recurWeekly recurMonthly recurQuarterly recurAnnually "
        "revenueStatus recognizedRevenue deferredRevenue revCommitStatus tranIsVsoeBundle vsoeAutoCalc "
        "trackingNumbers linkedTrackingNumbers intercoTransaction intercoStatus "
        "billAddressList shipAddressList isMultiShipTo "
        "creditCard ccNumber ccExpireDate ccName ccStreet ccZipCode ccSecurityCode ccApproved ccAvsStreetMatch "
        "ccAvsZipMatch ccSecurityCodeMatch creditCardProcessor paymentCardCsc paymentProcessingProfile handlingMode "
        "inputAuthCode inputReferenceCode outputAuthCode outputReferenceCode paymentOption paymentOperation "
        "dynamicDescriptor debitCardIssueNo threeDStatusCode pnRefNum getAuth authCode ignoreAvs saveOnAuthDecline "
        "isRecurringPayment shopperIpAddress payPalStatus payPalTranId paypalAuthId paypalProcess "
        "paymentEventResult paymentEventHoldReason paymentEventType paymentEventDate paymentEventUpdatedBy".split()
    ),
)
_LINE = StandardPlace(
    section="sales_order.lines[0]",
    fields="sales_order.lines[0]",
    record_type="salesOrder",
    sublist="itemList",
    own=MappingProxyType(
        {
            "item": "item",
            "quantity": "quantity",
            "rate": "rate",
            "description": "description",
            "tax_code": "taxCode",
            "location": "location",
            "department": "department",
            "class": "class",
            "units": "units",
            "price_level": "price",
        }
    ),
    closed=frozenset(
        "line lineUniqueKey isClosed amount quantityAvailable quantityOnHand quantityBackOrdered quantityBilled "
        "quantityCommitted quantityFulfilled quantityPacked quantityPicked itemIsFulfilled percentComplete "
        "createdPo poCurrency grossAmt tax1Amt taxAmount taxDetailsReference fromJob shipGroup isEstimate "
        "locationAutoAssigned vsoeSopGroup vsoeIsEstimate vsoePrice vsoeAmount vsoeAllocation vsoeDeferral "
        "vsoePermitDiscount vsoeDelivered giftCertNumber".split()
    ),
)
PLACES = (_CUSTOMER, _ORDER, _LINE)


def place_of(section: str) -> StandardPlace:
    """Return the part of a record that a section of the mapping fills; every line rule fills the same."""
    wanted = re.sub(r"\[\d+\]", "[0]", section)
    return next(place for place in PLACES if place.section == wanted)


# What a record of any type is told by NetSuite itself, or by us: SuiteTalk schema browser, read 2026-11.
_KEPT = frozenset(
    "internalId externalId recType customRecordId scriptId created createdDate dateCreated lastModified lastModifiedDate "
    "lastModifiedBy createdFrom defaultAddress".split()
)
_OURS = frozenset({"entity"})  # the customer of a deal's order; any other record may be given one


def record_field_fault(record_type: str, name: str) -> str:
    """Return why a field of a record type may not be filled by its name, "" when it may.

    Args:
        record_type: SuiteTalk's name, or a custom type's script id.
    """
    if not _NAME.match(name):
        return f"'{name}' is no field of SuiteTalk's; it looks like firstName, or like a script id"
    closed = next((place.closed for place in PLACES if place.record_type == record_type), frozenset[str]())
    if name in _KEPT | closed - _OURS:
        return f"'{name}' cannot be filled: NetSuite or this product keeps it; remove the rule"
    return ""

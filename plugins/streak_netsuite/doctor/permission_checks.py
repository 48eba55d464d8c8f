"""Checks of what the integration's role may see.

Levels above View cannot be tried without writing; the table names them, so that a person can compare.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from streak_netsuite.connectors.netsuite.calls.deleted import get_deleted
from streak_netsuite.connectors.netsuite.search_request import (
    Criterion,
    SearchRequest,
    any_of,
    checked,
    on_or_after,
)
from streak_netsuite.doctor.bench import Bench
from streak_netsuite.doctor.finding import Finding, fail, ok, warn
from streak_netsuite.errors import RejectedByVendor
from streak_netsuite.mapping.spec import MappingSpec
from streak_netsuite.model.order_story import EventKind

_WINDOW = timedelta(days=90)
_PAGE = 5  # NetSuite's smallest
_ROLE = "Setup, Users/Roles, Manage Roles"


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """A permission that a flow needs.

    Attributes:
        level: what the flow needs; the check proves View.
        subject, type: what is searched.
        wanted: whether a mapping needs it.
    """

    permission: str
    level: str
    flow: str
    subject: str
    type: str = ""
    wanted: Callable[[MappingSpec], bool] = lambda _spec: True

    def request(self, now: datetime) -> SearchRequest:
        """Return the cheapest search that shows whether it is granted."""
        criteria: dict[str, Criterion] = {"lastModifiedDate": on_or_after(now - _WINDOW)}
        if self.type:
            criteria["type"] = any_of(self.type)
        return SearchRequest(subject=self.subject, criteria=criteria)


def _tells(spec: MappingSpec) -> bool:
    return spec.status.is_wanted


def _tells_deposits(spec: MappingSpec) -> bool:
    return EventKind.DEPOSITED in spec.status.events


def _bills(spec: MappingSpec) -> bool:
    return spec.invoice.when != "never"


def _asks_vendors(spec: MappingSpec) -> bool:
    return _bills(spec) and spec.invoice.drop_shipped == "vendor_billed"


NEEDS = (
    Need(permission="Customers (Lists)", level="Edit", flow="deal_to_order", subject="Customer"),
    Need(permission="Items (Lists)", level="View", flow="deal_to_order", subject="Item"),
    Need(
        permission="Sales Order (Transactions)",
        level="Edit",
        flow="deal_to_order",
        subject="Transaction",
        type="_salesOrder",
    ),
    Need(
        permission="Invoice (Transactions)",
        level="Create",
        flow="order_to_invoice",
        subject="Transaction",
        type="_invoice",
        wanted=_bills,
    ),
    Need(
        permission="Purchase Order (Transactions)",
        level="View",
        flow="order_to_invoice",
        subject="Transaction",
        type="_purchaseOrder",
        wanted=_asks_vendors,
    ),
    *(
        Need(
            permission=f"{name} (Transactions)",
            level="View",
            flow="status_to_streak",
            subject="Transaction",
            type=type_,
            wanted=_tells,
        )
        for name, type_ in (
            ("Item Fulfillment", "_itemFulfillment"),
            ("Invoice", "_invoice"),
            ("Customer Payment", "_customerPayment"),
            ("Credit Memo", "_creditMemo"),
        )
    ),
    Need(
        permission="Customer Deposit (Transactions)",
        level="View",
        flow="status_to_streak",
        subject="Transaction",
        type="_customerDeposit",
        wanted=_tells_deposits,
    ),
)


def permissions(bench: Bench) -> Iterator[Finding]:
    """Whether the role may see what each flow reads. What a role may not see looks as if it were not there."""
    for need in NEEDS:
        if need.wanted(bench.spec):
            yield _see(bench, need)


def credit_holds(bench: Bench) -> Iterator[Finding]:
    """Whether NetSuite says who is on credit hold, as the connection asks it."""
    field = bench.netsuite_settings.credit_holds
    if field == "never":
        yield ok("nobody is asked for credit holds (credit_holds of the connection is never)")
        return
    try:
        page = bench.sample(
            SearchRequest(subject="Customer", criteria={field: checked(value=True)}), size=_PAGE
        )
    except RejectedByVendor as error:
        yield fail(
            f"NetSuite refuses to search customers by {field}: {error}",
            "set `credit_holds` of the NetSuite connection to manualCreditHold or never; else no deal is told anything",
        )
    else:
        yield ok(f"credit holds can be seen ({field}): {page.total} customers now")


def deletions(bench: Bench) -> Iterator[Finding]:
    """Whether the role may see what was deleted."""
    now = bench.clock()
    try:
        bench.netsuite.send(get_deleted(first=now - timedelta(days=1), last=now, types=["salesOrder"]))
    except RejectedByVendor as error:
        yield warn(
            f"the role may not see deleted records: {error}",
            f"grant Deleted Records (Lists), View: {_ROLE}; until then a deleted order is noticed by reconcile alone",
        )
    else:
        yield ok("deleted records can be seen")


def _see(bench: Bench, need: Need) -> Finding:
    grant = f"grant {need.permission}, {need.level}, to the integration's role: {_ROLE}"
    try:
        page = bench.sample(need.request(bench.clock()), size=_PAGE)
    except RejectedByVendor as error:
        return fail(f"{need.flow} needs {need.permission}, {need.level}: {error}", grant)
    if page.total == 0:
        return warn(
            f"{need.permission}: nothing that changed in the last {_WINDOW.days} days is seen",
            f"fine when there is nothing; else {grant}",
        )
    return ok(f"{need.permission}: can be seen ({need.flow} needs {need.level})")

"""Whatever is shipped, billed, paid and deleted in whatever order, the sums stay true."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streak_netsuite.sandbox.netsuite import balances, order_progress, seed, settlements, writes
from streak_netsuite.sandbox.netsuite.kinds import KINDS
from streak_netsuite.sandbox.netsuite.preferences import Preferences
from streak_netsuite.sandbox.netsuite.settings import Settings
from streak_netsuite.sandbox.netsuite.store import Store
from streak_netsuite.sandbox.netsuite.values import Record, Ref

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
PREFERENCES = Preferences()
steps = st.lists(
    st.tuples(
        st.sampled_from(["ship", "bill", "pay", "credit", "close", "open", "delete"]),
        st.integers(1, 3),
        st.integers(-1, 9),
        st.sampled_from(["true", "false"]),
    ),
    max_size=14,
)


class Account:
    """The seeded account with one more order: ten arms, four sensors, six hours of installation."""

    def __init__(self) -> None:
        self.store = Store(settings=Settings(), clock=lambda: NOW)
        seed.fill(self.store)
        lines = [
            {"item": Ref(internal_id=i), "quantity": Decimal(q), "price": Ref(internal_id="-1"), "rate": r}
            for i, q, r in (("101", 10, "3.33"), ("102", 4, "10.00"), ("201", 6, "0.07"))
        ]
        self.order_id = self.write(
            "add", "salesOrder", entity=Ref(internal_id="501"), itemList={"item": lines}
        )

    def write(self, verb, kind, **fields):
        sent = {"@xsi": KINDS[kind].type, **fields}
        return writes.save(self.store, verb, sent, PREFERENCES).internal_id

    @property
    def order(self) -> Record:
        found = self.store.find(Ref(internal_id=self.order_id), "salesOrder")
        assert found is not None
        return found

    def invoices(self):
        return self.store.linked("source", self.order_id, "invoice")

    def take(self, step) -> None:
        what, line, quantity, whole = step
        source = {"createdFrom": Ref(internal_id=self.order_id)}
        listed = {
            "@replaceAll": whole == "true",
            "item": [{"orderLine": line, "quantity": Decimal(quantity)}],
        }
        if what in {"ship", "bill"}:
            self.write("add", "itemFulfillment" if what == "ship" else "invoice", **source, itemList=listed)
        elif what in {"close", "open"}:
            lines = {"@replaceAll": False, "item": [{"line": line, "isClosed": what == "close"}]}
            self.write("update", "salesOrder", **{"@internalId": self.order_id}, itemList=lines)
        elif what == "delete":
            self._delete(line)
        elif self.invoices():
            self._settle(what, self.invoices()[-1], quantity)

    def _delete(self, position: int) -> None:
        kinds = ("itemFulfillment", "invoice", "customerPayment", "creditMemo")
        found = [r for r in self.store.all(*kinds) if int(r.internal_id) > int(self.order_id)]
        if found:
            one = found[-min(position, len(found))]
            writes.delete(self.store, Ref(type=one.kind, internal_id=one.internal_id))

    def _settle(self, what: str, invoice: Record, amount: int) -> None:
        applied = {"apply": [{"apply": True, "doc": int(invoice.internal_id), "amount": Decimal(amount)}]}
        if what == "pay":
            customer = Ref(internal_id="501")
            self.write("add", "customerPayment", customer=customer, applyList=applied)
        else:
            self.write(
                "add", "creditMemo", createdFrom=Ref(internal_id=invoice.internal_id), applyList=applied
            )


def check(account: Account) -> None:
    order = account.order
    lines = order_progress.progress(account.store, order)
    for one in lines:
        assert 0 <= one.shipped <= one.picked <= one.ordered
        assert 0 <= one.billed <= one.ordered
        assert (one.line["quantityFulfilled"], one.line["quantityBilled"]) == (one.shipped, one.billed)
    assert order.fields["orderStatus"] == order_progress.status_of(lines)
    for invoice in account.invoices():
        fields = invoice.fields
        assert 0 <= fields["amountRemaining"] <= fields["total"]
        assert fields["amountPaid"] + fields["amountRemaining"] == fields["total"]
        assert fields["amountRemaining"] == settlements.remaining(account.store, invoice)
        assert (fields["status"] == "Paid In Full") == (fields["amountRemaining"] == 0)
    customer = account.store.find(Ref(internal_id="501"), "customer")
    owed = balances.of(account.store, customer)
    open_ = sum(i.fields["amountRemaining"] for i in account.store.all("invoice") if _is_acmes(i))
    credits_ = sum(c.fields["unapplied"] for c in account.store.all("creditMemo", "customerPayment"))
    assert owed["balance"] == open_ - credits_


def _is_acmes(invoice: Record) -> bool:
    return invoice.fields["entity"].internal_id == "501"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_sums_stay_true_whatever_happens(path):
    account = Account()
    check(account)
    for step in path:
        account.take(step)
        check(account)

"""Who buys by a deal now: its order was made for somebody, and the deal may have another buyer since."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from streak_netsuite.flows.customer_gate import CustomerPages, NewCustomer, recognised, refresh_directory
from streak_netsuite.flows.customers import sought_of
from streak_netsuite.flows.drafts import buyer_of, buyer_ref
from streak_netsuite.flows.settings import FlowSettings
from streak_netsuite.mapping.schema import MatchPolicy
from streak_netsuite.model.customer import Customer
from streak_netsuite.model.deal import Deal
from streak_netsuite.model.external_ref import ExternalRef, RecordKind
from streak_netsuite.model.reference import Reference
from streak_netsuite.sync.customer_profile import profile_of_customer
from streak_netsuite.sync.decision import Choice
from streak_netsuite.sync.matching import Match, Sought, Verdict
from streak_netsuite.sync.plan import Buyer
from streak_netsuite.sync.ports import Memory


@dataclass(frozen=True, kw_only=True, slots=True)
class BuyerNow:
    """The customer that a deal's buyer is.

    Attributes:
        reference: the customer, or under which key and name it would be made.
        ids: internal ids of the customers that it may be; of one that would be made none.
    """

    reference: Reference
    ids: frozenset[str] = frozenset()

    def customer(self, base: Reference | None) -> Reference:
        """Return the customer that the deal wants: the order's own, unless its buyer is another one."""
        return base if base is not None and base.internal_id in self.ids else self.reference


@dataclass(frozen=True, kw_only=True)
class BuyersNow:
    """Finds the customers of deals' buyers: those tied to them, else those that would be meant. Writes nothing in NetSuite."""

    memory: Memory
    erp: CustomerPages
    policy: MatchPolicy
    settings: FlowSettings
    clock: Callable[[], datetime]

    def find(self, deals: Sequence[tuple[Deal, Customer | None]]) -> dict[str, BuyerNow]:
        """Return the customer of each deal's buyer, by the deal's key; a deal without a buyer has none.

        Args:
            deals: each with the customer that would be made for it.
        """
        buyers = {deal.key: buyer for deal, _ in deals if (buyer := buyer_of(deal)) is not None}
        refs = {key: buyer_ref(buyer) for key, buyer in buyers.items()}
        ties = self.memory.find_bindings(list(refs.values()), RecordKind.CUSTOMER) if refs else {}
        found = {key: _known(ties[ref].netsuite.id) for key, ref in refs.items() if ref in ties}
        untied = {
            deal.key: (deal, customer)
            for deal, customer in deals
            if customer is not None and deal.key in buyers and deal.key not in found
        }
        return found | self._recognised(untied, buyers, refs) if untied else found

    def _recognised(
        self,
        deals: Mapping[str, tuple[Deal, Customer]],
        buyers: Mapping[str, Buyer],
        refs: Mapping[str, ExternalRef],
    ) -> dict[str, BuyerNow]:
        """Return who is meant by buyers that no customer is tied to: several organizations may buy as one customer."""
        made = self.memory.find_decisions([refs[key] for key in deals], question="customer")
        refresh_directory(self.memory, self.erp, self.settings, now=self.clock())
        new = {
            key: NewCustomer(
                sought=sought_of(deal, customer, buyers[key]), profile=profile_of_customer(customer)
            )
            for key, (deal, customer) in deals.items()
        }
        found = {
            key: _matched(new[key].sought, match)
            for key, match in recognised(self.memory.directory, self.policy, new).items()
        }
        chosen = {key: made[refs[key]] for key in deals if refs[key] in made}
        return found | {key: _known(one.value) for key, one in chosen.items() if one.choice is Choice.CHOOSE}


def _known(internal_id: str) -> BuyerNow:
    return BuyerNow(reference=Reference(internal_id=internal_id), ids=frozenset({internal_id}))


def _matched(sought: Sought, match: Match) -> BuyerNow:
    if match.verdict is Verdict.ONE:
        entry = match.entry
        return BuyerNow(
            reference=Reference(internal_id=entry.internal_id, name=entry.name),
            ids=frozenset({entry.internal_id}),
        )
    return BuyerNow(
        reference=Reference(external_id=sought.external_id, name=sought.name),
        ids=frozenset(one.entry.internal_id for one in match.candidates),
    )

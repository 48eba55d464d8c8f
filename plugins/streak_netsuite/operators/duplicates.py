"""Operators about duplicate customers, organizations and contacts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from streak_netsuite.operators.deal_to_order import FlowOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class FindDuplicatesOperator(FlowOperator):
    """Looks for customers of the NetSuite account that are one; keeps a report and questions. Returns counts.

    :param among: "customers", or "organizations" or "contacts" in Streak.
    """

    template_fields: Sequence[str] = (*FlowOperator.template_fields, "among")
    ui_color = "#fef3c7"

    def __init__(self, *, among: str = "customers", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.among = among

    def execute(self, context: "Context") -> dict[str, int]:
        """Look once. Writes to the ledger alone: a write to a vendor is refused before it leaves."""
        from streak_netsuite.sync.duplicate_case import Among

        among = Among(self.among)
        with self.working(context, read_only=True) as product:
            found = product.duplicate_search(among).run()
            waiting = product.ledger.duplicates.count_questions(found.scope)
        self.log.info(
            "run %d: %d %s, %d groups of duplicates, %d of them sure; %d new, %d resolved, %d ignored; %d pairs wait "
            "for a person",
            found.id,
            found.records,
            among,
            found.groups,
            found.sure,
            found.new,
            found.resolved,
            found.ignored,
            waiting,
        )
        return {
            "run": found.id,
            "records": found.records,
            "groups": found.groups,
            "sure": found.sure,
            "new": found.new,
            "resolved": found.resolved,
            "ignored": found.ignored,
            "questions": waiting,
        }


class FindLinksOperator(FlowOperator):
    """Looks for organizations in Streak that are customers and are not tied to them; keeps them for a person. Returns counts."""

    ui_color = "#fef3c7"

    def execute(self, context: "Context") -> dict[str, int]:
        """Look once. Writes to the ledger alone: a write to a vendor is refused before it leaves."""
        with self.working(context, read_only=True) as product:
            found = product.duplicate_links().look()
        return {
            "organizations": found.organizations,
            "customers": found.customers,
            "tied": found.tied,
            "links": found.links,
            "sure": found.sure,
        }


class FillCustomersOperator(FlowOperator):
    """Writes the values that people wanted for customers that stay after a merge. Returns counts."""

    ui_color = "#fef3c7"

    def execute(self, context: "Context") -> dict[str, int]:
        """Write what is due; each record is read first."""
        with self.working(context) as product:
            return dict(product.customer_fills().drain().counts)


class FollowMergesOperator(FlowOperator):
    """Lets what was tied to merged customers lead to those that stayed. Returns counts."""

    ui_color = "#fef3c7"

    def execute(self, context: "Context") -> dict[str, int]:
        """Look once. Writes to the ledger alone: a write to a vendor is refused before it leaves."""
        with self.working(context, read_only=True) as product:
            followed = product.customer_merges().follow()
        for one in followed:
            self.log.info("%s", one)
        return {
            "merges": len(followed),
            "repointed": sum(len(one.repointed) for one in followed),
            "beside": sum(len(one.beside) for one in followed),
        }


class RelinkBoxesOperator(FlowOperator):
    """Writes what boxes, contacts and organizations in Streak link to, as far as people wanted it and it is due. Returns counts."""

    ui_color = "#fef3c7"

    def execute(self, context: "Context") -> dict[str, int]:
        """Write what is due; each list of links is read first."""
        with self.working(context) as product:
            return dict(product.box_relinks().drain().counts)

"""Operators of the sweeps over Streak."""

from typing import TYPE_CHECKING, Any

from streak_netsuite.operators.deal_to_order import FlowOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class StreakSweepOperator(FlowOperator):
    """Reads what changed in Streak into the inbox, whatever webhooks have missed.

    Returns counts: records read, hints that were new, hints that were known, records that are gone.

    :param full: read every list whole and compare it with what was seen before. Only this finds deletions,
        and changes of organizations, which Streak's list cannot be asked for.
    """

    ui_color = "#ede9fe"
    calls_netsuite = False

    def __init__(self, *, full: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.full = full

    def execute(self, context: "Context") -> dict[str, int]:
        """Sweep once; a sweep that was interrupted goes on where it stopped."""
        with self.working(context) as product:
            sweep = product.full_sweep() if self.full else product.delta_sweep()
            report = sweep.run()
        self.log.info(
            "the sweep read %d records: %d changes no webhook had brought, %d were known, %d records are gone",
            report.read,
            report.new,
            report.known,
            report.deleted,
        )
        return report.as_dict()

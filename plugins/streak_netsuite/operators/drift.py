"""Operator that watches for drift between Streak and the mapping."""

from typing import TYPE_CHECKING

from streak_netsuite.operators.deal_to_order import FlowOperator

if TYPE_CHECKING:
    from airflow.sdk import Context


class StreakDriftOperator(FlowOperator):
    """Tells when pipelines, stages, fields or options that the mapping uses were renamed or removed in Streak.

    Fails when the mapping trips over something, so that Airflow alerts whoever it alerts; the hold that is
    opened says what to do, and closes by itself. Returns counts.
    """

    ui_color = "#ffedd5"
    calls_netsuite = False

    def execute(self, context: "Context") -> dict[str, int]:
        """Compare once."""
        from streak_netsuite.errors import ConfigurationError

        with self.working(context) as product:
            report = product.drift_watch().run()
        self.log.info("%s", "\n".join(report.lines()) or "everything is as it was, and fits")
        if report.misfits:
            first = report.misfits[0]
            raise ConfigurationError(
                f"{len(report.misfits)} names do not fit the mapping: {first.message}; {first.fix}"
            )
        return {"changes": len(report.changes), "misfits": 0}

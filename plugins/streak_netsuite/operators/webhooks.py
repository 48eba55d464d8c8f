"""Operator that keeps Streak's webhooks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from streak_netsuite.hooks.streak import StreakHook

if TYPE_CHECKING:
    from airflow.sdk import Context


class StreakWebhooksOperator(BaseOperator):
    """Makes the webhooks registered at Streak equal to those the connection asks for.

    Registers what is missing, gives those with another address or an older token the current ones, and
    removes what nothing wants. Webhooks that lead elsewhere are left alone. Returns counts.

    :param streak_conn_id: Streak connection; without a `webhook_url` in it the task is skipped.
    :param former_urls: public addresses the product had before; webhooks that lead there are ours, too.
    """

    template_fields: Sequence[str] = ("former_urls",)
    ui_color = "#fee2e2"

    def __init__(
        self,
        *,
        streak_conn_id: str = StreakHook.default_conn_name,
        former_urls: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.streak_conn_id = streak_conn_id
        self.former_urls = former_urls

    def execute(self, context: "Context") -> dict[str, int]:  # noqa: ARG002 - Airflow's signature
        """Keep the webhooks; fail when one of them could not be made, after the others were."""
        from streak_netsuite.assembly import open_webhooks
        from streak_netsuite.errors import Unavailable

        hook = StreakHook(self.streak_conn_id)
        wanted = hook.webhook_settings()
        if wanted is None:
            raise AirflowSkipException(
                f"connection '{self.streak_conn_id}' has no 'webhook_url', so no webhooks are kept; the sweep finds changes"
            )
        with open_webhooks(hook.settings(), wanted, former_urls=self.former_urls) as keeper:
            report = keeper.run()
        self.log.info("webhooks at Streak:\n%s", "\n".join(report.lines()))
        if report.failed:
            raise Unavailable(f"{len(report.failed)} webhooks could not be made: {report.failed[0]}")
        return report.as_dict()

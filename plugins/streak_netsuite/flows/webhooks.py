"""Keeps the webhooks at Streak as they are wanted."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from streak_netsuite.errors import RecordError, UncertainWrite
from streak_netsuite.sync.registration import (
    WantedWebhook,
    WebhookPlan,
    WebhookRegistry,
    plan_webhooks,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookReport:
    """What was found and done.

    Attributes:
        failed: what could not be done, each with the reason; the next run tries again.
    """

    plan: WebhookPlan
    failed: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return {
            "created": len(self.plan.create),
            "changed": len(self.plan.change),
            "removed": len(self.plan.remove),
            "kept": len(self.plan.keep),
            "foreign": len(self.plan.foreign),
            "failed": len(self.failed),
        }

    def lines(self) -> list[str]:
        """Return one line of text for each webhook, what is to be done first."""
        plan = self.plan
        return [
            *(f"create  {one}" for one in plan.create),
            *(f"change  {one}: {was.target_url} -> {one.target_url}" for was, one in plan.change),
            *(f"remove  {one}: {reason}" for one, reason in plan.remove),
            *(f"keep    {one}" for one in plan.keep),
            *(f"foreign {one}: leads to {one.target_url}" for one in plan.foreign),
            *(f"failed  {text}" for text in self.failed),
        ]


@dataclass(frozen=True, kw_only=True)
class WebhookKeeper:
    """Makes the registered webhooks equal to the wanted ones.

    New and changed ones come first, removals last, so that at every moment each event has a webhook. A
    create whose answer was lost may leave two: the next run removes one.

    Attributes:
        token: what the webhooks are to carry. While it is rotated, the receiver accepts the old one too.
        own_prefixes: see `plan_webhooks`.
    """

    registry: WebhookRegistry
    wanted: Sequence[WantedWebhook]
    token: str = field(repr=False)
    own_prefixes: Sequence[str]

    def plan(self) -> WebhookPlan:
        """Return what would be done. Writes nothing."""
        return plan_webhooks(self.wanted, self.registry.registered(), own_prefixes=self.own_prefixes)

    def run(self) -> WebhookReport:
        """Do it, and go on where one webhook cannot be made.

        Raises:
            TransientError, PermanentError: Streak stopped us; run it again.
        """
        plan = self.plan()
        acts: list[tuple[str, Callable[[], None]]] = [
            *((f"create {one}", partial(self.registry.create, one, token=self.token)) for one in plan.create),
            *(
                (f"change {one}", partial(self.registry.change, was.key, one, token=self.token))
                for was, one in plan.change
            ),
        ]
        failed = _tried(acts)
        # While one that should be there is not, the one that would go may be all there is.
        if not failed:
            failed = _tried(
                [(f"remove {one}", partial(self.registry.remove, one.key)) for one, _ in plan.remove]
            )
        return WebhookReport(plan=plan, failed=tuple(failed))


def _tried(acts: Sequence[tuple[str, Callable[[], None]]]) -> list[str]:
    """Do each; return what failed, with the reason."""
    failed = []
    for name, act in acts:
        try:
            act()
        except (RecordError, UncertainWrite) as error:
            log.warning("%s: %s", name, error)
            failed.append(f"{name}: {error}")
    return failed

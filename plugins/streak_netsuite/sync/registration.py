"""Webhooks as they are registered and as they are wanted, and what makes the one into the other. Pure.

One webhook is one event in one scope, a pipeline or a team; a list of them never shows the token
(streak.readme.io "Webhooks", read 2026-11). So the address carries a short digest of the token it was
registered with: that tells which webhooks still carry an older one.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

RECEIVER_PATH = "/webhooks/streak/"
_DIGITS = 8


class ScopeKind(StrEnum):
    """What a webhook watches."""

    PIPELINE = "pipeline"
    TEAM = "team"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class WebhookScope:
    """A pipeline or a team.

    Attributes:
        name: for people.
    """

    kind: ScopeKind
    key: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind} '{self.name or self.key}'"


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """A webhook that Streak has."""

    key: str
    event: str
    scope: WebhookScope
    target_url: str

    def __str__(self) -> str:
        return f"{self.event} of {self.scope}"


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedWebhook:
    """A webhook that should be there."""

    event: str
    scope: WebhookScope
    target_url: str

    def __str__(self) -> str:
        return f"{self.event} of {self.scope}"


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookPlan:
    """What makes the registered webhooks equal to the wanted ones.

    Attributes:
        change: registered webhooks with what they should be: another address, or another token.
        remove: with the reason: nobody wants it, or it is there twice.
        foreign: webhooks that lead elsewhere; they are left alone.
    """

    create: tuple[WantedWebhook, ...] = ()
    change: tuple[tuple[Registration, WantedWebhook], ...] = ()
    remove: tuple[tuple[Registration, str], ...] = ()
    keep: tuple[Registration, ...] = ()
    foreign: tuple[Registration, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.create or self.change or self.remove)


class WebhookRegistry(Protocol):
    """Streak's registered webhooks."""

    def registered(self) -> Sequence[Registration]:
        """Return the webhooks of every pipeline and team that the key sees."""

    def create(self, wanted: WantedWebhook, *, token: str) -> None:
        """Register one. Raises UncertainWrite when nobody knows whether it is registered."""

    def change(self, key: str, wanted: WantedWebhook, *, token: str) -> None:
        """Give one another address and token; repeating it is harmless."""

    def remove(self, key: str) -> None:
        """Remove one; one that is gone already is fine."""


def receiver_prefix(public_url: str) -> str:
    """Return how the addresses of all our webhooks begin."""
    return public_url.rstrip("/") + RECEIVER_PATH


def wanted_webhooks(
    events: Iterable[tuple[str, WebhookScope]], *, public_url: str, token: str
) -> list[WantedWebhook]:
    """Return the webhooks for some events.

    Args:
        public_url: where Streak reaches the product ("https://airflow.example.com/streak-netsuite").
        token: the one that they are to carry.
    """
    mark = token_mark(token)
    return [
        WantedWebhook(
            event=event, scope=scope, target_url=f"{receiver_prefix(public_url)}{event}?token={mark}"
        )
        for event, scope in events
    ]


def token_mark(token: str) -> str:
    """Return a short digest that tells two tokens apart and gives neither away."""
    return hashlib.sha256(b"streak-netsuite webhook token:" + token.encode()).hexdigest()[:_DIGITS]


def plan_webhooks(
    wanted: Sequence[WantedWebhook], registered: Sequence[Registration], *, own_prefixes: Sequence[str]
) -> WebhookPlan:
    """Return what to do.

    Args:
        own_prefixes: how the addresses of our webhooks begin: the receiver's, and those it had before.
    """
    ours = [r for r in registered if r.target_url.startswith(tuple(own_prefixes))]
    foreign = tuple(r for r in registered if r not in ours)
    free = list(ours)
    keep, change, create = [], [], []
    for one in wanted:
        same = [
            r
            for r in free
            if (r.event, r.scope.kind, r.scope.key) == (one.event, one.scope.kind, one.scope.key)
        ]
        exact = next((r for r in same if r.target_url == one.target_url), None)
        if exact is not None:
            keep.append(exact)
            free.remove(exact)
        elif same:
            change.append((same[0], one))
            free.remove(same[0])
        else:
            create.append(one)
    scopes = {(w.event, w.scope.kind, w.scope.key) for w in wanted}
    remove = [
        (r, "it is there twice" if (r.event, r.scope.kind, r.scope.key) in scopes else "nothing wants it")
        for r in free
    ]
    return WebhookPlan(
        create=tuple(create), change=tuple(change), remove=tuple(remove), keep=tuple(keep), foreign=foreign
    )

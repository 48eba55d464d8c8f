"""Streak's registered webhooks, of every pipeline and team that the key sees."""

from collections.abc import Iterable, Sequence

from streak_netsuite.connectors.streak.calls import pipelines, teams, webhooks
from streak_netsuite.connectors.streak.client import StreakClient
from streak_netsuite.connectors.streak.wire import WebhookWire
from streak_netsuite.sync.registration import Registration, ScopeKind, WantedWebhook, WebhookScope


class StreakWebhooks:
    """Implements WebhookRegistry over a Streak client."""

    def __init__(self, client: StreakClient) -> None:
        self._client = client

    def registered(self) -> Sequence[Registration]:
        """Return the webhooks of every pipeline and team; one call each."""
        return [
            Registration(key=wire.key, event=wire.event, scope=scope, target_url=wire.target_url)
            for scope in self._scopes()
            for wire in self._of(scope)
        ]

    def create(self, wanted: WantedWebhook, *, token: str) -> None:
        """Register a webhook."""
        of_pipeline = wanted.scope.kind is ScopeKind.PIPELINE
        create = webhooks.create_for_pipeline if of_pipeline else webhooks.create_for_team
        self._client.send(create(wanted.scope.key, wanted.event, wanted.target_url, token=token))

    def change(self, key: str, wanted: WantedWebhook, *, token: str) -> None:
        """Give a webhook another address and token."""
        self._client.send(webhooks.update(key, target_url=wanted.target_url, token=token))

    def remove(self, key: str) -> None:
        """Remove a webhook."""
        self._client.send(webhooks.delete(key))

    def _scopes(self) -> list[WebhookScope]:
        seen = self._client.send(pipelines.every())
        found = [WebhookScope(kind=ScopeKind.PIPELINE, key=p.key, name=p.name) for p in seen]
        return found + [
            WebhookScope(kind=ScopeKind.TEAM, key=team.key, name=team.name)
            for team in self._client.iterate(teams.mine())
        ]

    def _of(self, scope: WebhookScope) -> Iterable[WebhookWire]:
        of_pipeline = scope.kind is ScopeKind.PIPELINE
        listed = webhooks.of_pipeline(scope.key) if of_pipeline else webhooks.of_team(scope.key)
        return self._client.iterate(listed)

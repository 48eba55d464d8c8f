"""Webhooks: one event and one scope each (v2; readme "Webhooks", and clients for what it leaves out)."""

from streak_netsuite.connectors.streak.answers import done, one
from streak_netsuite.connectors.streak.call import Call, Effect, given, path
from streak_netsuite.connectors.streak.paging import NumberedPages
from streak_netsuite.connectors.streak.wire import WebhookWire


def create_for_pipeline(
    pipeline_key: str, event: str, target_url: str, *, token: str | None = None
) -> Call[WebhookWire]:
    """Register a webhook for an event of a pipeline ("BOX_CREATE", "BOX_EDIT", "BOX_CHANGE_STAGE", ...).

    The body Streak sends does not name the event, so `target_url` should. Registered twice, everything
    arrives twice.

    Args:
        token: comes back with each request in `X-Streak-Webhook-Token`; there is no signature.
    """
    return _create({"pipelineKey": pipeline_key}, event, target_url, token)


def create_for_team(
    team_key: str, event: str, target_url: str, *, token: str | None = None
) -> Call[WebhookWire]:
    """Register a webhook for an event of a team: CONTACT_ or ORG_ with CREATE, UPDATE or DELETE."""
    return _create({"teamKey": team_key}, event, target_url, token)


def get(webhook_key: str) -> Call[WebhookWire]:
    """Return a webhook; one whose receiver answered 410 is gone."""
    return Call(method="GET", path=path("/v2/webhooks/{}", webhook_key), read=one(WebhookWire))


def of_pipeline(pipeline_key: str) -> NumberedPages[WebhookWire]:
    """Return the webhooks of a pipeline."""
    return NumberedPages(
        path=path("/v2/pipelines/{}/webhooks", pipeline_key), row=one(WebhookWire), paged=False
    )


def of_team(team_key: str) -> NumberedPages[WebhookWire]:
    """Return the webhooks of a team; those of its pipelines are not among them."""
    return NumberedPages(path=path("/v2/teams/{}/webhooks", team_key), row=one(WebhookWire), paged=False)


def update(
    webhook_key: str, *, event: str | None = None, target_url: str | None = None, token: str | None = None
) -> Call[WebhookWire]:
    """Change a webhook; its scope cannot change."""
    return Call(
        method="POST",
        path=path("/v2/webhooks/{}", webhook_key),
        body=given(event=event, targetUrl=target_url, token=token),
        effect=Effect.REPEATABLE,
        read=one(WebhookWire),
    )


def delete(webhook_key: str) -> Call[None]:
    """Remove a webhook."""
    return Call(method="DELETE", path=path("/v2/webhooks/{}", webhook_key), effect=Effect.REMOVAL, read=done)


def _create(scope: dict[str, str], event: str, target_url: str, token: str | None) -> Call[WebhookWire]:
    # The scope goes into the query: most clients do so, and one that put it into the body was not confirmed.
    return Call(
        method="POST",
        path="/v2/webhooks",
        params=scope,
        body=given(event=event, targetUrl=target_url, token=token),
        effect=Effect.ONCE,
        read=one(WebhookWire),
    )

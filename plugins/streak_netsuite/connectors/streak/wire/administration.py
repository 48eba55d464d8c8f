"""Webhooks and API keys."""

from typing import Annotated

from pydantic import Field, SecretStr

from streak_netsuite.connectors.streak.wire.base import AsText, Text, When, Wire


class WebhookWire(Wire):
    """A registered webhook: one event and one scope. Its token is never shown."""

    key: str
    event: Text = ""
    target_url: Text = Field(default="", alias="targetUrl")
    pipeline_key: Text = Field(default="", alias="pipelineKey")
    team_key: Text = Field(default="", alias="teamKey")
    user_key: Text = Field(default="", alias="userKey")
    created: When = Field(default=None, alias="creationDate")


class ApiKeyWire(Wire):
    """An API key.

    Attributes:
        key: names the key in calls; it is not the secret.
        secret: what signs requests; hidden in logs.
        kind: "USER" or "TEAM".
    """

    key: str
    secret: Annotated[SecretStr, AsText] = Field(default=SecretStr(""), alias="apiKey")
    kind: Text = Field(default="", alias="keyType")
    team_key: Text = Field(default="", alias="teamKey")
    created: When = Field(default=None, alias="creationTimestamp")

"""Connections as Airflow keeps them, turned into settings. Where each setting is found is written here only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from urllib.parse import quote

from platformdirs import user_cache_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.streak.settings import STREAK_API, StreakSettings
from streak_netsuite.errors import ConfigurationError
from streak_netsuite.ledger.settings import LedgerSettings

# What changes a box's content or place (streak.readme.io "Webhooks", read 2026-11).
BOX_EVENTS = ("BOX_CREATE", "BOX_EDIT", "BOX_CHANGE_STAGE", "BOX_CHANGE_PIPELINE", "BOX_DELETE")

SettingsT = TypeVar("SettingsT", bound=BaseModel)

_RECEIVER_KEYS = frozenset(
    {"webhook_tokens", "webhook_max_bytes", "pipeline_keys", "team_keys", "webhook_url", "webhook_events"}
)


@dataclass(frozen=True, kw_only=True)
class ConnectionParts:
    """The parts of an Airflow Connection, whichever way it came to us."""

    conn_id: str
    host: str = ""
    login: str = ""
    password: str = field(default="", repr=False)
    schema: str = ""
    port: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def from_json(cls, conn_id: str, text: str) -> "ConnectionParts":
        """Read the JSON form that Airflow accepts in `AIRFLOW_CONN_<ID>`.

        Raises:
            ConfigurationError: it is not JSON, or not an object, or its parts have another form.
        """
        try:
            row = json.loads(text)
            extra = row.get("extra") or {}
            extra = json.loads(extra) if isinstance(extra, str) else extra
        except (ValueError, AttributeError) as error:
            raise ConfigurationError(
                f"connection '{conn_id}' is not a JSON object; write it as Airflow's AIRFLOW_CONN_ variables "
                '(such as {"conn_type": "streak", "password": "..."})'
            ) from error
        if not isinstance(extra, Mapping):
            raise ConfigurationError(f"connection '{conn_id}': its extra is not a JSON object")
        return cls(
            conn_id=conn_id,
            host=row.get("host") or "",
            login=row.get("login") or "",
            password=row.get("password") or "",
            schema=row.get("schema") or "",
            port=_port(conn_id, row.get("port")),
            extra=filled(extra),
        )


def filled(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was filled in: a connection form keeps fields left empty as null or ""."""
    return {name: value for name, value in extra.items() if value is not None and value != ""}


class ReceiverSettings(BaseModel):
    """What the webhook receiver accepts.

    Attributes:
        tokens: a webhook must carry one of them; several while a token is rotated.
        max_bytes: larger bodies are refused. Streak's boxes are a few kB, an array of them a few hundred.
        pipeline_keys: keys of the pipelines we expect; empty accepts all that carry the token.
        team_keys: keys of the teams we expect, where a body names one.
        kinds: what is kept of webhooks: the same as the sweeps read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokens: tuple[SecretStr, ...]
    max_bytes: int = Field(default=1_048_576, ge=1024)
    pipeline_keys: frozenset[str] = frozenset()
    team_keys: frozenset[str] = frozenset()
    kinds: frozenset[Literal["boxes", "contacts", "organizations"]] = frozenset({"boxes"})

    @field_validator("tokens")
    @classmethod
    def _long_enough(cls, tokens: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(t.get_secret_value()) < 16 for t in tokens):
            raise ValueError(
                "a webhook token needs at least 16 characters; it is the only proof a webhook has"
            )
        return tokens


class WebhookSettings(BaseModel):
    """Which webhooks Streak is to send.

    Attributes:
        webhook_url: where Streak reaches the product, without the receiver's path
            ("https://airflow.example.com/streak-netsuite").
        token: what they carry: the first of the receiver's tokens.
        webhook_events: of each watched pipeline.
        kinds: contacts and organizations have team-wide events of their own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    webhook_url: str = Field(pattern=r"^https?://[^/\s]+\S*$")
    token: SecretStr
    webhook_events: tuple[str, ...] = BOX_EVENTS
    kinds: frozenset[Literal["boxes", "contacts", "organizations"]] = frozenset({"boxes"})


def webhook_settings(parts: ConnectionParts) -> WebhookSettings:
    """Return which webhooks are to be kept, from the Streak connection's extra.

    Raises:
        ConfigurationError: it does not say where Streak reaches us, or has no token.
    """
    url, tokens = parts.extra.get("webhook_url"), _listed(parts.extra.get("webhook_tokens"))
    if not url or not tokens:
        raise ConfigurationError(
            f"connection '{parts.conn_id}' has no '{'webhook_tokens' if url else 'webhook_url'}'; set 'webhook_url' to "
            "the address at which Streak reaches Airflow, with /streak-netsuite at its end, and 'webhook_tokens' to a "
            "random text of 16 characters or more"
        )
    values: dict[str, Any] = {"webhook_url": url, "token": tokens[0]}
    if "webhook_events" in parts.extra:
        values["webhook_events"] = tuple(_listed(parts.extra["webhook_events"]))
    if "sweep" in parts.extra:
        values["kinds"] = frozenset(_listed(parts.extra["sweep"]))
    return _settings(WebhookSettings, values, parts.conn_id)


def streak_settings(parts: ConnectionParts) -> StreakSettings:
    """Return the settings of a Streak connection: the key is its password, the rest is in its extra."""
    extra = {key: value for key, value in parts.extra.items() if key not in _RECEIVER_KEYS}
    values = {"base_url": parts.host or STREAK_API, "api_key": parts.password, **extra}
    for name in ("pipelines", "sweep"):
        if name in values:
            values[name] = tuple(_listed(values[name]))
    return _settings(StreakSettings, values, parts.conn_id)


def receiver_settings(parts: ConnectionParts) -> ReceiverSettings:
    """Return what the receiver accepts, from the Streak connection's extra."""
    extra = parts.extra
    values: dict[str, Any] = {
        "tokens": tuple(_listed(extra.get("webhook_tokens"))),
        "pipeline_keys": frozenset(_listed(extra.get("pipeline_keys"))),
        "team_keys": frozenset(_listed(extra.get("team_keys"))),
    }
    if "sweep" in extra:
        values["kinds"] = frozenset(_listed(extra["sweep"]))
    if "webhook_max_bytes" in extra:
        values["max_bytes"] = extra["webhook_max_bytes"]
    return _settings(ReceiverSettings, values, parts.conn_id)


def netsuite_settings(parts: ConnectionParts) -> NetSuiteSettings:
    """Return the settings of a NetSuite connection: the account is its login, keys are in its extra.

    The WSDL of the account's own host is kept in the user's cache directory unless the connection names another.
    """
    values = {"account": parts.login, "base_url": parts.host, **parts.extra}
    if not parts.host:
        values.setdefault("wsdl_directory", user_cache_path("streak-netsuite") / "wsdl")
    return _settings(NetSuiteSettings, values, parts.conn_id)


def ledger_settings(parts: ConnectionParts) -> LedgerSettings:
    """Return the settings of a ledger connection: a PostgreSQL server, and the keys in its extra."""
    extra = dict(parts.extra)
    keys = tuple(_listed(extra.pop("encryption_secret", ())))
    login = f"{quote(parts.login, safe='')}:{quote(parts.password, safe='')}@" if parts.login else ""
    port = f":{parts.port}" if parts.port else ""
    url = f"postgresql+psycopg://{login}{parts.host or '127.0.0.1'}{port}/{parts.schema or 'streak_netsuite'}"
    return _settings(LedgerSettings, {"url": url, "encryption_keys": keys, **extra}, parts.conn_id)


def _port(conn_id: str, value: Any) -> int | None:
    try:
        return int(value) if value else None
    except (TypeError, ValueError):
        raise ConfigurationError(f"connection '{conn_id}': its port is not a number") from None


def _settings(model: type[SettingsT], values: Mapping[str, Any], conn_id: str) -> SettingsT:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)
        )
        raise ConfigurationError(f"connection '{conn_id}': {faults}") from None


def _listed(value: Any) -> list[str]:
    """Accept a list, or one text with commas as Airflow's connection form gives it."""
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [str(part) for part in value]

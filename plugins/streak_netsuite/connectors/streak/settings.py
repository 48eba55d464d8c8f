"""Settings of a Streak connection."""

from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

STREAK_API = "https://api.streak.com/api"  # streak.readme.io "Frequently asked questions", read 2026-11


class OAuthSettings(BaseModel):
    """Where access tokens come from. Streak documents OAuth for its MCP server only, so nothing is preset.

    Attributes:
        token_url: answers a refresh token with an access token.
        client_id: the registered client.
        client_secret: for clients that have one; public clients do not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    token_url: str
    client_id: str
    client_secret: SecretStr | None = None


class StreakSettings(BaseModel):
    """How to reach Streak, and how politely.

    Attributes:
        auth: "basic" sends the key as user name, as documented for every endpoint; "bearer" as the
            official SDKs do; "oauth" takes the connection's password as a refresh token.
        oauth: for auth "oauth" only.
        requests_per_second: Streak names no hard limit and asks to be told above 10 a second.
        batch_get_boxes: whether several boxes are read in one call. The call is documented, the form of its
            answer is not established; when Streak refuses it, boxes are read one by one.
        batch_size: records in one batch read; no maximum is documented.
        page_size: boxes per page; no maximum is documented, 100 is what clients use.
        party_page_size: contacts or organizations per page; Streak caps it at 1000.
        sweep: what the sweeps read: "boxes", "contacts", "organizations". Hints of contacts and organizations
            wait in the inbox until a flow reads them.
        meeting_encoding: how a meeting is created. Streak's OpenAPI document of 2026 says JSON, its readme page
            "Create a new meeting" a form. JSON is followed by a form when Streak misses parameters.
        reference_form: how values of person, contact and organization fields are written: the key as text, an
            object with the key, or a list of such an object. No source shows it; clients read all three.
        clear_form: how a field is emptied: with "" (tags: []) or with null. No page says; Streak's OpenAPI
            document has "" and [] for the properties of contacts, and null as "unchanged".
        day_zone: where the midnight is that stands for a day in a date field, as an IANA name. Streak keeps
            milliseconds, and its pages name no zone.
        pipelines: names or keys of the pipelines that are watched; others are none of our business.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr
    base_url: str = STREAK_API
    auth: Literal["basic", "bearer", "oauth"] = "basic"
    oauth: OAuthSettings | None = None
    requests_per_second: float = Field(default=5.0, gt=0, le=20)
    burst: int = Field(default=10, ge=1)
    batch_get_boxes: bool = True
    batch_size: int = Field(default=200, ge=1, le=1000)
    page_size: int = Field(default=100, ge=1, le=1000)
    party_page_size: int = Field(default=1000, ge=1, le=1000)
    sweep: tuple[Literal["boxes", "contacts", "organizations"], ...] = ("boxes",)
    meeting_encoding: Literal["json", "form"] = "json"
    reference_form: Literal["text", "object", "list"] = "text"
    clear_form: Literal["empty", "null"] = "empty"
    day_zone: str = "UTC"
    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    attempts: int = Field(default=5, ge=1)
    retry_total_seconds: float = 90.0
    pipelines: tuple[str, ...] = ()

    @field_validator("day_zone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"'{name}' is no time zone; use an IANA name such as 'Europe/Berlin'") from None
        return name

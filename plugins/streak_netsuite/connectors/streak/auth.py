"""Who we are to Streak: a key as user name, a bearer token, or an OAuth 2.0 refresh token."""

import json
import time
from collections.abc import Callable, Generator

import httpx

from streak_netsuite.connectors.streak.settings import OAuthSettings, StreakSettings
from streak_netsuite.errors import ConfigurationError, InvalidCredentials

_SPARE_SECONDS = 30.0  # a token this close to its end is renewed first


def auth_of(settings: StreakSettings) -> httpx.Auth:
    """Return the authentication that the settings ask for.

    Raises:
        ConfigurationError: the key, or a part that OAuth needs, is missing.
    """
    key = settings.api_key.get_secret_value()
    if not key:
        raise ConfigurationError(
            "the Streak connection has no API key; put it into the connection's password"
        )
    if settings.auth == "oauth":
        if settings.oauth is None:
            raise ConfigurationError(
                "the Streak connection says auth 'oauth' but has no 'oauth' settings; "
                "give token_url and client_id, or use auth 'basic'"
            )
        return OAuthRefresh(settings.oauth, refresh_token=key)
    return httpx.BasicAuth(key, "") if settings.auth == "basic" else BearerAuth(key)


class BearerAuth(httpx.Auth):
    """Sends the key as a bearer token, as Streak's SDKs do."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign one request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class OAuthRefresh(httpx.Auth):
    """Buys access tokens with a refresh token (RFC 6749, section 6), before they end and after a 401.

    Streak documents OAuth for its MCP server only, so the addresses are settings. A refresh token that the
    server replaces is used from then on by this process; it is not written back into the connection.
    """

    requires_response_body = True

    def __init__(
        self, settings: OAuthSettings, *, refresh_token: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings
        self._refresh_token = refresh_token
        self._clock = clock
        self._access_token = ""
        self._ends_at = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign one request; after a 401, renew the token once and send it again."""
        fresh = not self._access_token or self._clock() > self._ends_at - _SPARE_SECONDS
        if fresh:
            self._keep((yield self._token_request()))
        request.headers["Authorization"] = f"Bearer {self._access_token}"
        response = yield request
        if response.status_code == 401 and not fresh:
            self._keep((yield self._token_request()))
            request.headers["Authorization"] = f"Bearer {self._access_token}"
            yield request

    def _token_request(self) -> httpx.Request:
        secret = self._settings.client_secret
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._refresh_token,
            "client_id": self._settings.client_id,
            **({"client_secret": secret.get_secret_value()} if secret else {}),
        }
        return httpx.Request("POST", self._settings.token_url, data=form)

    def _keep(self, response: httpx.Response) -> None:
        try:
            answer = json.loads(response.content) if response.status_code == 200 else {}
            self._access_token = str(answer["access_token"])
            self._ends_at = self._clock() + float(answer.get("expires_in") or 3600)
        except (ValueError, KeyError, TypeError):
            raise InvalidCredentials(
                f"the OAuth token address answered {response.status_code} without an access token; "
                "authorize again and put the new refresh token into the Streak connection's password",
                system="streak",
            ) from None
        self._refresh_token = str(answer.get("refresh_token") or self._refresh_token)

"""A client for the part of Streak's HTTP API that the flows use."""

import json
import logging
import random
from collections.abc import Generator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from streak_netsuite.connectors.http import (
    RetryRule,
    TokenBucket,
    build_client,
    exchange,
    refuse_unready,
    retry,
)
from streak_netsuite.connectors.streak.settings import StreakSettings
from streak_netsuite.connectors.streak.wire import CommentWire, PartyWire, PipelineWire, TeamWire, Wire
from streak_netsuite.errors import (
    ConfigurationError,
    InvalidCredentials,
    RejectedByVendor,
    Unavailable,
    UncertainWrite,
)

log = logging.getLogger(__name__)
WireT = TypeVar("WireT", bound=Wire)

NOT_FOUND = "NOT_FOUND"  # our code for Streak's 404
NO_ACCESS = "NO_ACCESS"  # our code for a 401 on a resource while the key itself works


class StreakClient:
    """Streak over HTTP: rate limited, retried where harmless, errors classified once.

    Use it in a `with` block, one client a task. It may be shared by threads.
    """

    def __init__(
        self, settings: StreakSettings, *, rng: random.Random | None = None, bucket: TokenBucket | None = None
    ) -> None:
        self._settings = settings
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self._bucket = bucket or TokenBucket(per_second=settings.requests_per_second, burst=settings.burst)
        self._rule = RetryRule(attempts=settings.attempts, total_seconds=settings.retry_total_seconds)
        self._http = build_client(
            settings.base_url,
            auth=_auth(settings),
            connect_seconds=settings.connect_seconds,
            read_seconds=settings.read_seconds,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get_me(self) -> Mapping[str, Any]:
        """Return the user the key belongs to; the connection test."""
        return _mapping(self._read("GET", "/v1/users/me"))

    def get_pipelines(self) -> list[PipelineWire]:
        """Return every pipeline the key can see, with stages and fields (v1: a bare array)."""
        return [_wire(PipelineWire, p, "pipeline") for p in _rows(self._read("GET", "/v1/pipelines"))]

    def get_team(self, team_key: str) -> TeamWire:
        """Return a team with its members and field definitions."""
        return _wire(TeamWire, self._read("GET", f"/v2/teams/{_segment(team_key)}"), "team")

    def find_box(self, box_key: str) -> Mapping[str, Any] | None:
        """Return a box as Streak sent it, or None when it is gone."""
        try:
            return _mapping(self._read("GET", f"/v1/boxes/{_segment(box_key)}"))
        except RejectedByVendor as error:
            if error.code == NOT_FOUND:
                return None
            raise

    def get_boxes_of(self, pipeline_key: str, box_keys: Sequence[str]) -> list[Mapping[str, Any]]:
        """Return the boxes of one pipeline that exist among these keys, in one call."""
        path = f"/v1/pipelines/{_segment(pipeline_key)}/boxes/batch/"
        return _rows(self._read("POST", path, body=list(box_keys)))

    def iterate_boxes(self, pipeline_key: str) -> Iterator[Mapping[str, Any]]:
        """Yield the boxes of a pipeline, latest change first, page by page; a box seen twice is yielded twice."""
        page = 0
        while True:
            answer = self._read(
                "GET",
                f"/v1/pipelines/{_segment(pipeline_key)}/boxes",
                params={"sortBy": "lastUpdatedTimestamp", "page": page, "limit": self._settings.page_size},
            )
            rows = _rows(answer)
            yield from rows
            has_next = answer.get("hasNextPage") if isinstance(answer, Mapping) else False
            if not rows or not has_next:
                return
            page += 1

    def get_organizations(self, keys: Sequence[str]) -> dict[str, PartyWire]:
        """Return organizations by key; the missing, the forbidden and the unreadable are left out."""
        return self._parties("/v2/organizations/batch/get", keys)

    def get_contacts(self, keys: Sequence[str]) -> dict[str, PartyWire]:
        """Return contacts by key; the missing, the forbidden and the unreadable are left out."""
        return self._parties("/v2/contacts/batch/get", keys)

    def update_box(self, box_key: str, body: Mapping[str, Any]) -> None:
        """Change the named properties of a box; repeating it is harmless, so lost answers are tried again.

        Arrays replace the whole set at Streak: never send a partial one.
        """
        path = f"/v1/boxes/{_segment(box_key)}"
        retry(lambda: self._repeatable_write(path, body), self._rule, rng=self._rng)

    def create_comment(self, box_key: str, message: str) -> CommentWire:
        """Add a comment. Not repeatable: a lost answer raises UncertainWrite."""
        path = f"/v2/boxes/{_segment(box_key)}/comments"
        answer = retry(
            lambda: self._call("POST", path, body={"message": message}, writes=True),
            self._rule,
            rng=self._rng,
        )
        try:
            return CommentWire.model_validate(answer)
        except ValidationError as error:
            raise UncertainWrite(f"Streak POST {path}: the answer is not a comment") from error

    def get_comments(self, box_key: str) -> list[CommentWire]:
        """Return the comments of a box (Streak does not page this list)."""
        answer = self._read("GET", f"/v2/boxes/{_segment(box_key)}/comments")
        return [_wire(CommentWire, row, "comment") for row in _rows(answer)]

    def _parties(self, path: str, keys: Sequence[str]) -> dict[str, PartyWire]:
        found: dict[str, PartyWire] = {}
        size = self._settings.batch_size
        for start in range(0, len(keys), size):
            answer = _mapping(self._read("POST", path, body=list(keys[start : start + size])))
            for key, row in answer.items():
                try:
                    found[key] = PartyWire.model_validate(row)
                except ValidationError:
                    log.warning("Streak sent %s in an unknown form; it counts as unreadable", key)
        return found

    def _read(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: object = None
    ) -> Any:
        return retry(
            lambda: self._call(method, path, params=params, body=body, writes=False),
            self._rule,
            rng=self._rng,
        )

    def _repeatable_write(self, path: str, body: object) -> Any:
        try:
            return self._call("POST", path, body=body, writes=True)
        except UncertainWrite as error:
            raise Unavailable(f"{error}; it is safe to send again") from error

    def _call(
        self,
        method: str,
        path: str,
        *,
        writes: bool,
        params: Mapping[str, Any] | None = None,
        body: object = None,
    ) -> Any:
        self._bucket.take()
        name = f"Streak {method} {path}"
        request = self._http.build_request(
            method,
            _absolute(self._settings.base_url, path),
            params=params,
            json=body if method != "GET" else None,
        )
        response = exchange(self._http, request, writes=writes, name=name)
        refuse_unready(response, writes=writes, name=name)
        if response.status_code >= 400:
            raise self._refusal(response, name, path)
        return _json(response, writes=writes, name=name)

    def _refusal(self, response: httpx.Response, name: str, path: str) -> Exception:
        code, text = _error_body(response)
        if response.status_code == 404:
            return RejectedByVendor(f"{name}: not found", code=NOT_FOUND)
        if response.status_code in {401, 403}:
            return self._unauthorized(name, path)
        return RejectedByVendor(
            f"{name}: refused with {response.status_code}: {text}", code=code or str(response.status_code)
        )

    def _unauthorized(self, name: str, path: str) -> Exception:
        # Streak answers 401 both for a bad key and for a resource the key may not see; only asking
        # for the key's own user tells the two apart (streak.readme.io "Error codes", read 2026-11).
        if path != "/v1/users/me" and self._key_works():
            return RejectedByVendor(
                f"{name}: the key's user may not see this; share the pipeline or team with that user",
                code=NO_ACCESS,
            )
        return InvalidCredentials(
            "Streak refused the API key; make a new one (Gmail, Streak icon, Integrations, Streak API) "
            "and put it into the Airflow connection"
        )

    def _key_works(self) -> bool:
        try:
            self.get_me()
        except InvalidCredentials:
            return False
        return True


def _auth(settings: StreakSettings) -> httpx.Auth:
    key = settings.api_key.get_secret_value()
    if not key:
        raise ConfigurationError(
            "the Streak connection has no API key; put it into the connection's password"
        )
    return httpx.BasicAuth(key, "") if settings.auth == "basic" else _BearerAuth(key)


class _BearerAuth(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def _absolute(base_url: str, path: str) -> str:
    # Joined by hand: httpx would decode and re-encode the escaped key segments of a relative path.
    return base_url.rstrip("/") + path


def _segment(key: str) -> str:
    return quote(key, safe="")


def _json(response: httpx.Response, *, writes: bool, name: str) -> Any:
    try:
        return json.loads(response.content)
    except ValueError as error:
        what = (
            "an empty body"
            if not response.content
            else response.headers.get("content-type", "no content type")
        )
        message = f"{name}: answered {response.status_code} with {what} instead of JSON"
        raise (UncertainWrite(message) if writes else Unavailable(message)) from error


def _rows(answer: Any) -> list[Mapping[str, Any]]:
    """Accept a bare array, a page envelope, or an object keyed by key: Streak uses all three."""
    if isinstance(answer, Mapping):
        answer = answer["results"] if "results" in answer else list(answer.values())
    if not isinstance(answer, list) or not all(isinstance(row, Mapping) for row in answer):
        raise Unavailable("Streak answered with something that is not a list of objects")
    return answer


def _mapping(answer: Any) -> Mapping[str, Any]:
    if not isinstance(answer, Mapping):
        raise Unavailable("Streak answered with something that is not an object")
    return answer


def _wire(model: type[WireT], row: object, what: str) -> WireT:
    try:
        return model.model_validate(row)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors())
        raise Unavailable(f"Streak answered with a {what} in an unknown form: {places or what}") from error


def _error_body(response: httpx.Response) -> tuple[str, str]:
    """Return code and text of an error body: an object, a bare JSON string, or whatever came."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return "", response.text[:200]
    if isinstance(body, Mapping):
        return str(body.get("errorCode") or ""), str(body.get("error") or "no reason given")
    return "", str(body)[:200]

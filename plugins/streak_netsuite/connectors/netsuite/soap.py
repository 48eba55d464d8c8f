"""SuiteTalk over HTTP: each request signed at the moment it is sent, each answer classified once."""

import email.utils
import hashlib
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import zeep
from lxml import etree

from streak_netsuite.connectors.http import RetryRule, build_client, exchange, refuse_unready, retry
from streak_netsuite.connectors.netsuite.account import AccountId
from streak_netsuite.connectors.netsuite.call import Effect, SoapCall
from streak_netsuite.connectors.netsuite.envelope import Reply, open_envelope
from streak_netsuite.connectors.netsuite.fault_book import FaultBook
from streak_netsuite.connectors.netsuite.faults import classify_fault
from streak_netsuite.connectors.netsuite.governor import Governor, Slot
from streak_netsuite.connectors.netsuite.reader import ReplyReader
from streak_netsuite.connectors.netsuite.schema import SuiteSchema
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.netsuite.shared_schemas import SCHEMAS, SchemaKey
from streak_netsuite.connectors.netsuite.status import ListAnswer, is_throttled
from streak_netsuite.connectors.netsuite.suite_record import SuiteRecord
from streak_netsuite.connectors.netsuite.tba import PassportSigner, TokenCredentials
from streak_netsuite.connectors.netsuite.writer import RecordWriter, Verb
from streak_netsuite.connectors.netsuite.wsdl import load_wsdl
from streak_netsuite.errors import (
    ConfigurationError,
    InvalidCredentials,
    RateLimited,
    StreakNetSuiteError,
    Unavailable,
    UncertainWrite,
)

log = logging.getLogger(__name__)
AnswerT = TypeVar("AnswerT")

_SKEW_SECONDS = 60.0  # NetSuite takes five minutes (section_1534941088); a clock this far off needs a person
_TRUSTED_SECONDS = 120.0  # how long credentials that worked are not doubted
_SAID_AGAIN_SECONDS = 15.0  # how often other processes are told that ours are accepted
# How often a refused login is tried again: with credentials that worked lately, and with others.
_TRIES_OF_KNOWN, _TRIES_OF_NEW = 4, 1
_CONNECTIONS = 200


class SoapClient:
    """One NetSuite account over SOAP. Built lazily; may be shared by threads.

    Args:
        clock: Unix seconds.
        governor: how many calls may be in flight; of this process alone when none is given.
    """

    def __init__(
        self,
        settings: NetSuiteSettings,
        *,
        clock: Callable[[], float] = time.time,
        rng: random.Random | None = None,
        governor: Governor | None = None,
        read_only: bool = False,
    ) -> None:
        self._settings = settings
        self._read_only = read_only
        self.has_written = False  # whether a write has left since this client was made
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self.account = AccountId(settings.account)
        self.governor = governor or Governor(settings.slots)
        self._ahead = 0.0  # how far NetSuite's clock is ahead of ours, in seconds
        self._accepted_at = self._said_accepted_at = float("-inf")
        self._login = _fingerprint(settings)
        self._signer = PassportSigner(
            credentials=_credentials(settings),
            realm=self.account.realm,
            clock=lambda: self._clock() + self._ahead,
        )
        self._http = build_client(
            "",
            connect_seconds=settings.connect_seconds,
            read_seconds=settings.read_seconds,
            connections=_CONNECTIONS,
        )
        self._rule = RetryRule(
            attempts=settings.attempts, total_seconds=settings.retry_total_seconds, first_wait_seconds=0.25
        )
        self._building = threading.RLock()
        self._schema: SuiteSchema | None = None
        self._made: tuple[RecordWriter, ReplyReader] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and give our share of the account's concurrency back."""
        self.governor.close()
        self._http.close()

    @property
    def base_url(self) -> str:
        """Root of the account's web services."""
        return (self._settings.base_url or self.account.base_url).rstrip("/")

    @property
    def clock_ahead_seconds(self) -> float:
        """How far NetSuite's clock is ahead of ours, as far as a refused login has made us look."""
        return self._ahead

    @property
    def schema(self) -> SuiteSchema:
        """The account's schema; fetched and read at the first use, once per process."""
        with self._building:
            if self._schema is None:
                key = SchemaKey(self.base_url, self._settings.endpoint_version, self._settings.wsdl_directory)
                self._schema = SCHEMAS.get(key, self._load_schema)
            return self._schema

    def _load_schema(self) -> SuiteSchema:
        return SuiteSchema(retry(self._load_wsdl, self._rule, rng=self._rng))

    def _load_wsdl(self) -> zeep.Client:
        return load_wsdl(
            self._http,
            base_url=self.base_url,
            version=self._settings.endpoint_version,
            directory=self._settings.wsdl_directory,
        )

    @property
    def _tools(self) -> tuple[RecordWriter, ReplyReader]:
        with self._building:
            if self._made is None:
                self._made = RecordWriter(self.schema, self._settings.user_zone), ReplyReader(self.schema)
            return self._made

    @property
    def fault_book(self) -> FaultBook:
        """What each refusal means, the account's own explanations first."""
        return FaultBook.load(self._settings.fault_book)

    def send(self, call: SoapCall[AnswerT], *, before_attempt: Callable[[], None] = lambda: None) -> AnswerT:
        """Send a call and return its answer.

        A read is repeated within the retry rule, a write only while it surely was not processed. Each
        attempt is signed anew and waits for a slot of the account's concurrency.

        Args:
            before_attempt: called each time right before the call leaves; nothing is sent when it raises.

        Raises:
            UncertainWrite: a write may have landed; look the records up by their keys.
            TransientError: it was not processed; try again later.
            PermanentError: a person must act.
            RejectedByVendor: NetSuite refused the request as a whole; UnreadRequest when it could not read a write.
            ConfigurationError: the account's schema has no such record, field or operation, or the client only reads.
        """
        if self._read_only and call.effect is not Effect.READ:
            raise ConfigurationError(
                f"NetSuite {call.operation} in a dry run: nothing may be written; this is a defect"
            )
        # Built before a slot is taken: the slots are NetSuite's time, not ours.
        message = self._message(call)
        self.has_written = self.has_written or call.effect is not Effect.READ
        signed_again = 0

        def attempt() -> AnswerT:
            nonlocal signed_again
            try:
                return self._once(call, message, before_attempt)
            except InvalidCredentials as error:
                # Once more: a used nonce, or a clock that was off and is corrected now. Credentials that worked a moment
                # ago get more patience: other integrations may hold every slot, which some accounts answer so.
                worth = _TRIES_OF_KNOWN if self._is_known() else _TRIES_OF_NEW
                if not error.is_login or signed_again >= worth:
                    raise
                signed_again += 1
                raise Unavailable(str(error)) from error

        try:
            return retry(attempt, self._rule, rng=self._rng)
        except Unavailable as error:
            if isinstance(error.__cause__, InvalidCredentials):
                raise error.__cause__ from None
            raise

    @property
    def was_accepted(self) -> bool:
        """Whether NetSuite has taken our credentials since this client was made."""
        return self._accepted_at > float("-inf")

    def check(self, record: SuiteRecord, verb: Verb) -> None:
        """Raise ConfigurationError when a record cannot be put into the schema's words; sends nothing."""
        writer, _ = self._tools
        writer.record(record, verb)

    def envelope(self, call: SoapCall[AnswerT]) -> bytes:
        """Return a signed request as it would be sent."""
        return self._signed(self._message(call))

    def _message(self, call: SoapCall[AnswerT]) -> etree._Element:
        """Build a request; its signature is made anew each time it is sent."""
        writer, _ = self._tools
        client = self.schema.client
        message: etree._Element = client.create_message(
            client.service, call.operation, _soapheaders=self._headers(call), **call.arguments(writer)
        )
        return message

    def _headers(self, call: SoapCall[AnswerT]) -> Mapping[str, Any]:
        headers: dict[str, Any] = {}
        if call.signed:
            headers["tokenPassport"] = self._signer.passport()
        if call.search is not None:
            headers["searchPreferences"] = call.search.header()
        if call.effect is Effect.WRITE:
            headers["preferences"] = self._settings.write_preferences
        return headers

    def _signed(self, message: etree._Element) -> bytes:
        passport = next((e for e in message[0].iter() if _local(e) == "tokenPassport"), None)
        if passport is not None:
            fresh = self._signer.passport()
            values = {**fresh, "signature": fresh["signature"]["_value_1"]}
            for element in passport:
                element.text = str(values[_local(element)])
        content: bytes = etree.tostring(message, xml_declaration=True, encoding="utf-8")
        return content

    def _once(self, call: SoapCall[AnswerT], message: etree._Element, before: Callable[[], None]) -> AnswerT:
        name = f"NetSuite {call.operation}"
        writes = call.effect is Effect.WRITE
        with self.governor.slot() as slot:
            before()  # here, as a slot may be waited for as long as other calls take
            request = self._request(call, self._signed(message))
            response = exchange(self._http, request, writes=writes, name=name)
        try:
            reply = self._open(call, response, name=name)
        except RateLimited:
            slot.refused()
            raise
        except InvalidCredentials as error:
            raise self._doubted(error, response, slot) from error
        self._note_accepted()
        try:
            answer = self._read(call, reply, name=name)
        except RateLimited:
            slot.refused()
            raise
        if is_throttled(answer, book=self.fault_book):
            slot.refused()
        else:
            slot.served()
        return answer

    def _request(self, call: SoapCall[AnswerT], content: bytes) -> httpx.Request:
        seconds = self._settings.seconds_for(writes=call.effect is Effect.WRITE)
        return self._http.build_request(
            "POST",
            f"{self.base_url}/services/NetSuitePort_{self._settings.endpoint_version}",
            content=content,
            headers={"SOAPAction": f'"{call.operation}"', "Content-Type": "text/xml; charset=utf-8"},
            timeout=httpx.Timeout(seconds, connect=self._settings.connect_seconds),
        )

    def _open(self, call: SoapCall[AnswerT], response: httpx.Response, *, name: str) -> Reply:
        writes = call.effect is Effect.WRITE
        try:
            reply = open_envelope(response.content)
        except etree.XMLSyntaxError as error:
            self._refuse_elsewhere(response, writes=writes, name=name)
            raise _unreadable(name, f"the reply cannot be read ({error})", writes=writes) from error
        if reply is None:
            self._refuse_elsewhere(response, writes=writes, name=name)
            what = f"answered {response.status_code} without a SOAP envelope"
            raise _unreadable(name, what, writes=writes)
        if reply.fault is not None:
            fault = reply.fault
            raise classify_fault(
                fault.element, fault.code, fault.message, writes=writes, name=name, book=self.fault_book
            )
        log.debug("%s of %d %s: answered, nsId %s", name, call.records, call.subject, reply.ns_id)
        return reply

    def _refuse_elsewhere(self, response: httpx.Response, *, writes: bool, name: str) -> None:
        """Raise for an answer that is not of the web services; one that leads or points elsewhere was not processed."""
        refuse_unready(response, writes=writes, name=name)
        if not 300 <= response.status_code < 500:
            return
        leads = response.headers.get("location", "").partition("?")[0]
        raise ConfigurationError(
            f"{name}: {self.base_url} answered {response.status_code}{f' and points to {leads}' if leads else ''}, and not as "
            "NetSuite's web services do; check the account id, the host and the endpoint version of the connection"
        )

    def _read(self, call: SoapCall[AnswerT], reply: Reply, *, name: str) -> AnswerT:
        writes = call.effect is Effect.WRITE
        try:
            return self._understood(call, reply, name=name)
        except StreakNetSuiteError as error:
            if reply.ns_id:
                error.add_note(f"NetSuite's support finds this request as {reply.ns_id}")
            raise
        except (ValueError, ArithmeticError, LookupError) as error:
            raise _unreadable(name, f"the reply cannot be read ({error})", writes=writes) from error

    def _understood(self, call: SoapCall[AnswerT], reply: Reply, *, name: str) -> AnswerT:
        _, reader = self._tools
        answer = call.read(reader.read(reply.content))
        refusal = answer.refusal(name=name, book=self.fault_book) if isinstance(answer, ListAnswer) else None
        if refusal is not None:
            raise refusal
        return answer

    def _doubted(
        self, error: InvalidCredentials, response: httpx.Response, slot: Slot
    ) -> StreakNetSuiteError:
        """Return what a refused login really means.

        Under load NetSuite has answered "invalid login" for calls above the limit (one report, see
        docs/connecting.md); credentials that worked a moment ago are not doubted while other calls run, in this
        process or in another one.
        """
        if not error.is_login:
            return error
        self._set_clock(response)
        beside = self.governor.in_flight > 0 and self._is_known()
        if beside or self.governor.is_accepted_elsewhere(self._login, within_seconds=_TRUSTED_SECONDS):
            slot.refused()
            return RateLimited(f"{error} (while other calls were accepted: taken for a limit)")
        return error

    def _is_known(self) -> bool:
        return self._clock() - self._accepted_at < _TRUSTED_SECONDS

    def _note_accepted(self) -> None:
        now = self._accepted_at = self._clock()
        if now - self._said_accepted_at >= _SAID_AGAIN_SECONDS:
            self._said_accepted_at = now
            self.governor.note_accepted(self._login)

    def _set_clock(self, response: httpx.Response) -> None:
        """Follow NetSuite's clock when ours is far off: a signature is only good for five minutes."""
        try:
            at = email.utils.parsedate_to_datetime(response.headers.get("date", "")).timestamp()
        except (ValueError, TypeError):
            return
        ahead = at - self._clock()
        if abs(ahead) > _SKEW_SECONDS:
            log.warning("this machine's clock is %.0f s off NetSuite's; set it by NTP", -ahead)
            self._ahead = ahead


def _credentials(settings: NetSuiteSettings) -> TokenCredentials:
    return TokenCredentials(
        consumer_key=settings.consumer_key.get_secret_value(),
        consumer_secret=settings.consumer_secret.get_secret_value(),
        token_id=settings.token_id.get_secret_value(),
        token_secret=settings.token_secret.get_secret_value(),
    )


def _fingerprint(settings: NetSuiteSettings) -> str:
    """Return what tells these credentials from others, and gives nothing of them away."""
    secrets = _credentials(settings)
    parts = (secrets.consumer_key, secrets.consumer_secret, secrets.token_id, secrets.token_secret)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _unreadable(name: str, what: str, *, writes: bool) -> UncertainWrite | Unavailable:
    return UncertainWrite(f"{name}: {what}") if writes else Unavailable(f"{name}: {what}")

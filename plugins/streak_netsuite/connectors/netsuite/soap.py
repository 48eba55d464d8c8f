"""SuiteTalk over zeep: signed at the moment of sending, answers classified, never stuck."""

import contextlib
import hashlib
import logging
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import zeep
import zeep.exceptions
from lxml import etree
from zeep.transports import Transport

from streak_netsuite.connectors.http import RetryRule, build_client, exchange, refuse_unready, retry
from streak_netsuite.connectors.netsuite.account import AccountId
from streak_netsuite.connectors.netsuite.faults import classify_fault, fault_detail
from streak_netsuite.connectors.netsuite.governor import Governor
from streak_netsuite.connectors.netsuite.settings import NetSuiteSettings
from streak_netsuite.connectors.netsuite.tba import PassportSigner, TokenCredentials
from streak_netsuite.errors import (
    ConfigurationError,
    InvalidCredentials,
    RateLimited,
    Unavailable,
    UncertainWrite,
)

log = logging.getLogger(__name__)

_PREFERENCES = {"ignoreReadOnlyFields": True, "warningAsError": False}
_WSDL_ROOTS = frozenset(
    {"{http://schemas.xmlsoap.org/wsdl/}definitions", "{http://www.w3.org/2001/XMLSchema}schema"}
)
_ENVELOPE_WITHIN = 2048  # bytes; every SOAP reply names its Envelope there, an HTML error page does not


class WsdlTransport(Transport):
    """Loads WSDL and XSD files with our client, and keeps them in a directory between runs."""

    def __init__(self, client: httpx.Client, directory: Path | None) -> None:
        super().__init__(cache=None)  # type: ignore[no-untyped-call]  # zeep ships no annotation here
        self._client = client
        self._directory = directory

    def load(self, url: str) -> bytes:
        """Return the file at a URL or path.

        Raises:
            Unavailable: not now.
            ConfigurationError: it cannot be had.
        """
        if not url.startswith(("http://", "https://")):
            return Path(url.removeprefix("file://")).read_bytes()
        kept = self._kept(url)
        if kept is not None and kept.exists():
            return kept.read_bytes()
        content = self._fetch(url)
        if kept is not None:
            self._keep(kept, content)
        return content

    def _keep(self, path: Path, content: bytes) -> None:
        try:
            _write_whole(path, content)
        except OSError as error:
            log.warning("the WSDL cannot be kept, so it is fetched each time: %s", error)
            self._directory = None

    def _fetch(self, url: str) -> bytes:
        response = exchange(
            self._client, self._client.build_request("GET", url), writes=False, name=f"GET {url}"
        )
        refuse_unready(response, writes=False, name=f"GET {url}")
        if response.status_code != 200:
            raise ConfigurationError(
                f"NetSuite's WSDL cannot be read: {url} answered {response.status_code}; "
                "check the account id and 'endpoint_version' of the NetSuite connection"
            )
        if not _is_wsdl(response.content):  # kept, a maintenance page would be read for ever
            raise Unavailable(f"GET {url}: answered with something that is no WSDL")
        return response.content

    def _kept(self, url: str) -> Path | None:
        if self._directory is None:
            return None
        name = hashlib.sha256(url.encode()).hexdigest()[:16] + "-" + url.rpartition("/")[2]
        return self._directory / name


class SoapClient:
    """One NetSuite account over SOAP. Built lazily; may be shared by threads."""

    def __init__(
        self,
        settings: NetSuiteSettings,
        *,
        clock: Callable[[], float] = time.time,
        rng: random.Random | None = None,
        governor: Governor | None = None,
    ) -> None:
        self._settings = settings
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self.account = AccountId(settings.account)
        self.governor = governor or Governor(settings.slots)
        self._signer = PassportSigner(
            credentials=_credentials(settings), realm=self.account.realm, clock=clock
        )
        self._http = build_client(
            "", connect_seconds=settings.connect_seconds, read_seconds=settings.read_seconds, connections=200
        )
        self._rule = RetryRule(
            attempts=settings.attempts, total_seconds=settings.retry_total_seconds, first_wait_seconds=0.25
        )
        self._zeep: zeep.Client | None = None
        self._building = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def base_url(self) -> str:
        """Root of the account's web services."""
        return (self._settings.base_url or self.account.base_url).rstrip("/")

    def type(self, family: str, name: str) -> Callable[..., Any]:
        """Return the factory of an XSD type, such as ("platform.core", "RecordRef")."""
        group, _, tail = family.partition(".")
        namespace = f"urn:{tail}_{self._settings.endpoint_version}.{group}.webservices.netsuite.com"
        factory: Callable[..., Any] = self._client().get_type(f"{{{namespace}}}{name}")
        return factory

    def read(self, operation: str, *, headers: dict[str, Any] | None = None, **arguments: Any) -> Any:
        """Call a reading operation; repeated within the retry rule. Returns the reply's body."""
        return self._repeated(operation, writes=False, headers=headers, arguments=arguments)

    def write(self, operation: str, **arguments: Any) -> Any:
        """Call a writing operation; repeated only while it surely was not processed.

        Raises:
            UncertainWrite: it may have landed; look the records up by their keys.
        """
        return self._repeated(
            operation, writes=True, headers={"preferences": _PREFERENCES}, arguments=arguments
        )

    def envelope(self, operation: str, *, headers: dict[str, Any] | None = None, **arguments: Any) -> bytes:
        """Return a signed request as it would be sent."""
        return self._signed(self._message(operation, headers, arguments))

    def _message(self, operation: str, headers: dict[str, Any] | None, arguments: dict[str, Any]) -> Any:
        """Build a request; its signature is made anew each time it is sent."""
        client = self._client()
        soap_headers = {"tokenPassport": self._signer.passport(), **(headers or {})}
        return client.create_message(client.service, operation, _soapheaders=soap_headers, **arguments)

    def _signed(self, message: Any) -> bytes:
        passport = self._signer.passport()
        signature = passport.pop("signature")
        values = {**passport, "signature": signature["_value_1"]}
        header = message[0]
        for element in next(child for child in header if etree.QName(child).localname == "tokenPassport"):
            element.text = str(values[etree.QName(element).localname])
        content: bytes = etree.tostring(message, xml_declaration=True, encoding="utf-8")
        return content

    def _repeated(
        self, operation: str, *, writes: bool, headers: dict[str, Any] | None, arguments: dict[str, Any]
    ) -> Any:
        signed_again = False
        # Built before a slot is taken: the slots are NetSuite's time, not ours.
        message = self._message(operation, headers, arguments)

        def attempt() -> Any:
            nonlocal signed_again
            try:
                return self._once(operation, message, writes=writes)
            except InvalidCredentials as error:
                # Once only: a used nonce, a clock at the edge, or throttling in disguise.
                if signed_again:
                    raise
                signed_again = True
                raise Unavailable(str(error)) from error

        try:
            return retry(attempt, self._rule, rng=self._rng)
        except Unavailable as error:
            if isinstance(error.__cause__, InvalidCredentials):
                raise error.__cause__ from None
            raise

    def _once(self, operation: str, message: Any, *, writes: bool) -> Any:
        name = f"NetSuite {operation}"
        with self.governor.slot():
            content = self._signed(message)
            response = exchange(
                self._http, self._request(operation, content, writes=writes), writes=writes, name=name
            )
        try:
            body = self._body(operation, response, writes=writes, name=name)
        except RateLimited:
            self.governor.refused()
            raise
        self.governor.served()
        return body

    def _request(self, operation: str, content: bytes, *, writes: bool) -> httpx.Request:
        self._http.cookies.clear()  # a session cookie beside a token is refused as ambiguous
        seconds = self._settings.write_seconds if writes else self._settings.read_seconds
        return self._http.build_request(
            "POST",
            f"{self.base_url}/services/NetSuitePort_{self._settings.endpoint_version}",
            content=content,
            headers={"SOAPAction": f'"{operation}"', "Content-Type": "text/xml; charset=utf-8"},
            timeout=httpx.Timeout(seconds, connect=self._settings.connect_seconds),
        )

    def _body(self, operation: str, response: httpx.Response, *, writes: bool, name: str) -> Any:
        if b"Envelope" not in response.content[:_ENVELOPE_WITHIN]:
            refuse_unready(response, writes=writes, name=name)
            raise _unreadable(name, f"answered {response.status_code} without a SOAP envelope", writes=writes)
        client = self._client()
        binding = client.service._binding
        try:
            reply = binding.process_reply(client, binding.get(operation), response)
        except zeep.exceptions.Fault as fault:
            element, code, message = fault_detail(fault.detail)
            raise classify_fault(element, code, message or str(fault), writes=writes, name=name) from fault
        except (zeep.exceptions.Error, etree.XMLSyntaxError, AttributeError) as error:
            raise _unreadable(name, f"the reply cannot be read ({error})", writes=writes) from error
        return reply.body if hasattr(reply, "body") else reply

    def _client(self) -> zeep.Client:
        with self._building:
            if self._zeep is None:
                self._zeep = retry(self._build, self._rule, rng=self._rng)
            return self._zeep

    def _build(self) -> zeep.Client:
        version = self._settings.endpoint_version
        wsdl = f"{self.base_url}/wsdl/v{version}_0/netsuite.wsdl"
        # strict=False alone silently loses fields of a reordered reply; both settings keep them.
        settings = zeep.Settings(strict=False, xsd_ignore_sequence_order=True, xml_huge_tree=True)
        try:
            return zeep.Client(
                wsdl, transport=WsdlTransport(self._http, self._settings.wsdl_directory), settings=settings
            )
        except (zeep.exceptions.Error, etree.XMLSyntaxError) as error:
            raise ConfigurationError(f"NetSuite's WSDL at {wsdl} cannot be understood: {error}") from error


def _credentials(settings: NetSuiteSettings) -> TokenCredentials:
    return TokenCredentials(
        consumer_key=settings.consumer_key.get_secret_value(),
        consumer_secret=settings.consumer_secret.get_secret_value(),
        token_id=settings.token_id.get_secret_value(),
        token_secret=settings.token_secret.get_secret_value(),
    )


def _unreadable(name: str, what: str, *, writes: bool) -> UncertainWrite | Unavailable:
    return UncertainWrite(f"{name}: {what}") if writes else Unavailable(f"{name}: {what}")


def _is_wsdl(content: bytes) -> bool:
    try:
        return etree.fromstring(content).tag in _WSDL_ROOTS
    except etree.XMLSyntaxError:
        return False


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise

"""The account's WSDL: fetched once from its own host and kept, or laid ready for a sealed network."""

import contextlib
import hashlib
import logging
import os
import tempfile
from pathlib import Path

import httpx
import zeep
import zeep.exceptions
from lxml import etree
from zeep.transports import Transport

from streak_netsuite.connectors.http import exchange, refuse_unready
from streak_netsuite.errors import ConfigurationError, Unavailable

log = logging.getLogger(__name__)

_ROOTS = frozenset(
    {"{http://schemas.xmlsoap.org/wsdl/}definitions", "{http://www.w3.org/2001/XMLSchema}schema"}
)


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


def load_wsdl(http: httpx.Client, *, base_url: str, version: str, directory: Path | None) -> zeep.Client:
    """Return zeep's client for an endpoint version, from the directory or from the account's host.

    The directory may hold Oracle's own set, unpacked as it is: v2025_2_0/netsuite.wsdl with xsd/ beside it.

    Raises:
        Unavailable: the host cannot give it now.
        ConfigurationError: it cannot be had, or is none.
    """
    laid_ready = directory / f"v{version}_0" / "netsuite.wsdl" if directory is not None else None
    hosted = f"{base_url}/wsdl/v{version}_0/netsuite.wsdl"
    source = str(laid_ready) if laid_ready is not None and laid_ready.exists() else hosted
    # strict=False alone silently loses fields of a reordered reply; both settings keep them.
    settings = zeep.Settings(strict=False, xsd_ignore_sequence_order=True, xml_huge_tree=True)
    try:
        return zeep.Client(source, transport=WsdlTransport(http, directory), settings=settings)
    except (zeep.exceptions.Error, etree.XMLSyntaxError, OSError) as error:
        raise ConfigurationError(f"NetSuite's WSDL at {source} cannot be understood: {error}") from error


def _is_wsdl(content: bytes) -> bool:
    try:
        return etree.fromstring(content).tag in _ROOTS
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

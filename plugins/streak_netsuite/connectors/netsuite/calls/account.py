"""The account itself: its clock, its hosts, its limits. Source: SuiteTalk help on each operation, read 2026-11."""

from dataclasses import dataclass
from datetime import UTC, datetime

from streak_netsuite.connectors.netsuite.call import Effect, SoapCall, nothing
from streak_netsuite.connectors.netsuite.status import read_status
from streak_netsuite.connectors.netsuite.suite_record import Fields
from streak_netsuite.errors import Unavailable


@dataclass(frozen=True, kw_only=True, slots=True)
class DataCenterUrls:
    """Where an account lives."""

    rest: str
    webservices: str
    system: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountLimits:
    """How many calls the account takes at once, over all integrations.

    Attributes:
        unallocated: what is not reserved for one integration; at least one always is.
    """

    concurrency: int | None
    unallocated: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class IntegrationLimits:
    """How many calls our integration record may make at once.

    Attributes:
        concurrency: None unless it has a limit of its own.
        kind: "_account", "_integrationSpecific" or "_internal".
    """

    concurrency: int | None
    kind: str


def get_server_time() -> SoapCall[datetime]:
    """Read NetSuite's clock, in UTC."""
    return SoapCall(operation="getServerTime", effect=Effect.READ, arguments=nothing, read=_server_time)


def get_data_center_urls(account: str) -> SoapCall[DataCenterUrls]:
    """Read an account's hosts; needs no login. An unknown account gets hosts that name no account."""
    return SoapCall(
        operation="getDataCenterUrls",
        effect=Effect.READ,
        arguments=lambda _writer: {"account": account},
        read=_urls,
        signed=False,
    )


def get_account_limits() -> SoapCall[AccountLimits]:
    """Read the account's concurrency. Roles without the permission are refused."""
    return SoapCall(
        operation="getAccountGovernanceInfo", effect=Effect.READ, arguments=nothing, read=_account_limits
    )


def get_integration_limits() -> SoapCall[IntegrationLimits]:
    """Read our integration's own concurrency."""
    return SoapCall(
        operation="getIntegrationGovernanceInfo",
        effect=Effect.READ,
        arguments=nothing,
        read=_integration_limits,
    )


def _server_time(body: Fields) -> datetime:
    result = _result(body, "getServerTimeResult")
    at = result.moment("serverTime")
    if at is None:
        raise Unavailable("NetSuite getServerTime: no time in the answer")
    return at.astimezone(UTC)


def _urls(body: Fields) -> DataCenterUrls:
    urls = _result(body, "getDataCenterUrlsResult").part("dataCenterUrls")
    return DataCenterUrls(
        rest=urls.text("restDomain"),
        webservices=urls.text("webservicesDomain"),
        system=urls.text("systemDomain"),
    )


def _account_limits(body: Fields) -> AccountLimits:
    result = _result(body, "getAccountGovernanceInfoResult")
    return AccountLimits(
        concurrency=_number(result, "accountConcurrencyLimit"),
        unallocated=_number(result, "unallocatedConcurrencyLimit"),
    )


def _integration_limits(body: Fields) -> IntegrationLimits:
    result = _result(body, "getIntegrationGovernanceInfoResult")
    return IntegrationLimits(
        concurrency=_number(result, "integrationConcurrencyLimit"), kind=result.text("limitType")
    )


def _result(body: Fields, name: str) -> Fields:
    result = body.part(name)
    read_status(result.part("status")).refuse_failed(name=f"NetSuite {name.removesuffix('Result')}")
    return result


def _number(result: Fields, name: str) -> int | None:
    number = result.amount(name)
    return None if number is None else int(number)

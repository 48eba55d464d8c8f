"""Settings of a NetSuite connection."""

from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

ENDPOINT_VERSION = "2025_2"  # the last planned SOAP endpoint; supported until 2028.1 (read 2026-11)
RECOMMENDED_TRANSACTIONS = 20  # per list, section_1537861842, read 2026-11
RECOMMENDED_ENTITIES = 50
LONGEST_TRANSACTIONS = 50  # ours: far below the 15 minutes a connection may last, at 5 s a record
LISTS_A_LANE = 4
UPSERT_LIST_MAX = 100  # section_N3418637
GET_LIST_MAX = 1000
SEARCH_PAGE_MAX = 1000


class NetSuiteSettings(BaseModel):
    """How to reach a NetSuite account, and how much of it we may use.

    Attributes:
        base_url: empty for the account's own host.
        concurrency: calls in flight at once, of the account's limit (5 on a standard account).
        reserve: slots of `concurrency` left to other integrations.
        account_time_zone: the company's zone; decides which day an order is dated.
        user_time_zone: the zone in the preferences of the integration's user; NetSuite converts dates
            to it, so a wrong value shifts every date by a day.
        order_list_size: orders in one list, as Oracle recommends. A backlog of more than four such lists for
            each slot is sent in longer ones, up to `order_list_longest`: then a call's own time counts.
        write_seconds: how long to wait for an answer to a list of writes; NetSuite may take minutes.
        wsdl_directory: where the WSDL is kept between runs; None fetches it each time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str
    consumer_key: SecretStr
    consumer_secret: SecretStr
    token_id: SecretStr
    token_secret: SecretStr
    base_url: str = ""
    endpoint_version: str = Field(default=ENDPOINT_VERSION, pattern=r"^20\d\d_[12]$")
    concurrency: int = Field(default=5, ge=1, le=200)
    reserve: int = Field(default=1, ge=0)
    account_time_zone: str = "America/Los_Angeles"
    user_time_zone: str = "America/Los_Angeles"
    order_list_size: int = Field(default=RECOMMENDED_TRANSACTIONS, ge=1, le=UPSERT_LIST_MAX)
    order_list_longest: int = Field(default=LONGEST_TRANSACTIONS, ge=1, le=UPSERT_LIST_MAX)
    customer_list_size: int = Field(default=RECOMMENDED_ENTITIES, ge=1, le=UPSERT_LIST_MAX)
    search_page_size: int = Field(default=SEARCH_PAGE_MAX, ge=5, le=SEARCH_PAGE_MAX)
    connect_seconds: float = 10.0
    read_seconds: float = 120.0
    write_seconds: float = 900.0
    attempts: int = Field(default=15, ge=1)
    retry_total_seconds: float = 180.0
    wsdl_directory: Path | None = None

    @field_validator("account_time_zone", "user_time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"'{value}' is no time zone; use a name such as 'America/Los_Angeles'")
        return value

    @property
    def slots(self) -> int:
        """How many calls we allow ourselves at once; at least one."""
        return max(1, self.concurrency - self.reserve)

    def order_list(self, orders: int) -> int:
        """Return how many orders to put into one list when this many are to be written."""
        even = -(-orders // (self.slots * LISTS_A_LANE))
        return max(self.order_list_size, min(even, self.order_list_longest))

    @property
    def user_zone(self) -> ZoneInfo:
        """The integration user's zone."""
        return ZoneInfo(self.user_time_zone)

    @property
    def account_zone(self) -> ZoneInfo:
        """The company's zone."""
        return ZoneInfo(self.account_time_zone)

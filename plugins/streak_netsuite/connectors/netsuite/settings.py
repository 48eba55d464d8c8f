"""Settings of a NetSuite connection."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from streak_netsuite.connectors.netsuite.account import AccountId
from streak_netsuite.connectors.netsuite.kinds import RECOMMENDED, Family
from streak_netsuite.flows.settings import LONGEST_COMMIT_SECONDS

ENDPOINT_VERSION = "2025_2"  # the last planned SOAP endpoint; supported until 2028.1 (read 2026-11)
STANDARD_CONCURRENCY = 5  # accounts of the standard service tier (bridgehead_1500275603, read 2026-11)
LONGEST_TRANSACTIONS = 50  # ours: far below the 15 minutes a connection may last, at 5 s a record
LISTS_A_LANE = 4
UPSERT_LIST_MAX = 100  # section_N3418637
SEARCH_PAGE_MAX = 1000


class NetSuiteSettings(BaseModel):
    """How to reach a NetSuite account, and how much of it we may use.

    Attributes:
        environment: what the account has to be: "production" refuses a sandbox account, "sandbox" any other.
        base_url: empty for the account's own host.
        key_fields: by record type ("customer", "salesOrder"), the custom field that carries our keys where external
            ids belong to another integration. A record is then looked up by a search before it is added.
        concurrency: calls the account takes at once. None takes what the account says of itself, and the 5 of
            a standard account until it was asked.
        reserve: of these, left to other integrations.
        account_time_zone: the company's zone; decides which day an order is dated.
        user_time_zone: the zone in the preferences of the integration's user; NetSuite converts dates
            to it, so a wrong value shifts every date by a day.
        order_list_size: orders in one list, as Oracle recommends. A backlog of more than four such lists for
            each slot is sent in longer ones, up to `order_list_longest`: then a call's own time counts.
        write_seconds: how long to wait for an answer to a list of writes; NetSuite may take minutes.
        commit_seconds: how long after a write was sent that got no answer NetSuite may still commit it, over whatever is
            written meanwhile. Until then nothing else is written to that record.
        warning_as_error: refuse a record that NetSuite only has a remark on, such as a credit limit.
        run_scripts: let the account's scripts and workflows run on what we write; off only for historic loads,
            and it needs a permission of its own (Control SuiteScript and Workflow Triggers).
        credit_holds: the customers' search field that tells who is on credit hold. `onCreditHold` is NetSuite's own
            judgement, by limit and days overdue too; `manualCreditHold` counts only a Hold that finance has set to On;
            `never` asks nobody.
        fault_book: a YAML file that explains refusals of the account's own scripts, before the shipped book.
        wsdl_directory: where the WSDL is kept between runs; None fetches it each time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str
    consumer_key: SecretStr
    consumer_secret: SecretStr
    token_id: SecretStr
    token_secret: SecretStr
    environment: Literal["production", "sandbox", ""] = ""
    base_url: str = ""
    endpoint_version: str = Field(default=ENDPOINT_VERSION, pattern=r"^20\d\d_[12]$")
    key_fields: Mapping[str, str] = {}
    concurrency: int | None = Field(default=None, ge=1, le=200)
    reserve: int = Field(default=1, ge=0)
    account_time_zone: str = "America/Los_Angeles"
    user_time_zone: str = "America/Los_Angeles"
    order_list_size: int = Field(default=RECOMMENDED[Family.TRANSACTION], ge=1, le=UPSERT_LIST_MAX)
    order_list_longest: int = Field(default=LONGEST_TRANSACTIONS, ge=1, le=UPSERT_LIST_MAX)
    customer_list_size: int = Field(default=RECOMMENDED[Family.ENTITY], ge=1, le=UPSERT_LIST_MAX)
    search_page_size: int = Field(default=SEARCH_PAGE_MAX, ge=5, le=SEARCH_PAGE_MAX)
    warning_as_error: bool = False
    run_scripts: bool = True
    credit_holds: Literal["onCreditHold", "manualCreditHold", "never"] = "onCreditHold"
    connect_seconds: float = 10.0
    read_seconds: float = 120.0
    write_seconds: float = 900.0
    commit_seconds: float = Field(default=LONGEST_COMMIT_SECONDS, ge=0)
    attempts: int = Field(default=15, ge=1)
    retry_total_seconds: float = 180.0
    wsdl_directory: Path | None = None
    fault_book: Path | None = None

    @field_validator("key_fields", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        """Accept the one text that Airflow's connection form gives: "customer=custentity_key, salesOrder=..."."""
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        if any(not sign for _, sign, _ in pairs):
            raise ValueError("write it as customer=custentity_streak_key, salesOrder=custbody_streak_key")
        return {name.strip(): script_id.strip() for name, _, script_id in pairs}

    @field_validator("account_time_zone", "user_time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"'{value}' is no time zone; use a name such as 'America/Los_Angeles'")
        return value

    @model_validator(mode="after")
    def _right_environment(self) -> Self:
        is_sandbox = AccountId(self.account).is_sandbox
        if self.environment == "production" and is_sandbox:
            raise ValueError(f"'{self.account}' is a sandbox account, and 'environment' is production")
        if self.environment == "sandbox" and not is_sandbox:
            raise ValueError(f"'{self.account}' is no sandbox account, and 'environment' is sandbox")
        return self

    @property
    def write_preferences(self) -> dict[str, bool]:
        """The `preferences` header of every write.

        Read-only fields that we read and send back are ignored, and a warning does not stop a record.
        """
        wanted = {"ignoreReadOnlyFields": True, "warningAsError": self.warning_as_error}
        if not self.run_scripts:
            wanted["runServerSuiteScriptAndTriggerWorkflows"] = False
        return wanted

    def seconds_for(self, *, writes: bool) -> float:
        """Return how long to wait for an answer."""
        return self.write_seconds if writes else self.read_seconds

    @property
    def slots(self) -> int:
        """How many calls we allow ourselves at once; at least one."""
        return max(1, (self.concurrency or STANDARD_CONCURRENCY) - self.reserve)

    def knowing(self, said: int | None) -> "NetSuiteSettings":
        """Return these settings with what the account has said of its concurrency.

        A number set by hand only ever lowers it: calls above the account's own limit are refused anyway.
        """
        if said is None:
            return self
        return self.model_copy(update={"concurrency": min(said, self.concurrency or said)})

    def list_size(self, kind: Family, records: int) -> int:
        """Return how many records of a kind to put into one list when this many are to be written."""
        if kind is Family.TRANSACTION:
            even = -(-records // (self.slots * LISTS_A_LANE))
            return max(self.order_list_size, min(even, self.order_list_longest))
        return self.customer_list_size if kind is Family.ENTITY else RECOMMENDED[kind]

    @property
    def user_zone(self) -> ZoneInfo:
        """The integration user's zone."""
        return ZoneInfo(self.user_time_zone)

    @property
    def account_zone(self) -> ZoneInfo:
        """The company's zone."""
        return ZoneInfo(self.account_time_zone)

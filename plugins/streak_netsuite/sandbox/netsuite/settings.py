"""What a person or a test may change about the sandbox while it runs."""

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from streak_netsuite.sandbox.netsuite.values import Record

# Features of the account, and whether they are on before anybody changes them.
FEATURES: dict[str, bool] = {
    "advanced_shipping": True,
    "assembly_items": True,
    "auto_numbering": False,
    "classes": True,
    "departments": True,
    "gift_certificates": True,
    "locations": True,
    "multi_currency": True,
    "multi_subsidiary_customer": False,
    "one_world": True,
    "suite_tax": False,
}


class Settings(BaseModel):
    """The account's settings.

    Attributes:
        concurrency_limit: requests that may be in progress at once; the rest are refused (Oracle help
            bridgehead_1500275603: 5 for a standard account and for every development account).
        call_seconds: how long every call takes at least.
        record_seconds: how long each written record takes on top.
        read_record_seconds: how long each record read or found takes on top.
        list_seconds: after how long a list call is cut: the records left are answered as not processed
            (Oracle help section_N3658677: 15 minutes less ten seconds).
        async_start_seconds: how long a job waits before it may start.
        async_seconds: how long a job takes on top of its records.
        async_paused: no job starts.
        async_result_page: answers on one page of the result of a list's job; 0 for all of them.
        integration_concurrency_limit: what is allocated to this integration; 0 when nothing is.
        may_see_governance: the role may read the account's concurrency.
        may_see_deleted: the role has the permission Deleted Records.
        account_state: what every caller meets.
        throttle_as: the fault of a request beyond the concurrency; some accounts answer as to a bad login.
        unknown_reply_elements: replies carry elements that no schema knows.
        unknown_status_codes: record errors carry codes that no schema knows.
        shuffle_replies: elements of replies come in another order than the schema's.
        huge_text_bytes: size of a text put into the first record of every reply; 0 for none.
        user_time_zone: the integration user's zone; decides the day of a date field.
        form_required: elements or custom script ids that the form demands, by record type; of one form alone by
            "salesOrder/101".
        preferred_forms: the form of a record sent without one, by record type; none is shown for those not named.
        unique_customer_names: refuse a customer whose name another one has.
        check_schema: refuse requests that do not fit the schema.
        allow_unsigned: accept any signature (the rest of the passport is still checked).
        reorder_replies: put afterSubmitFailed before code and message, as one of Oracle's samples does.
        default_order_status: status of an order sent without one.
        features: what the account has switched on; names not given keep their default (`FEATURES`).
        allow_number_override: a client may set entityId although customers are numbered automatically.
        role_permissions: what the role may do, by record type; full for those not named.
        locked_records: records a workflow holds: "salesOrder/8004", ...
        open_months_back: how many months before the current one still take postings.
        bill_before_fulfillment: orders may be invoiced before they are shipped.
        default_ship_status: status of a fulfilment sent without one.
        credit_limit_handling: what an order beyond the customer's credit limit meets.
    """

    model_config = ConfigDict(validate_assignment=True, extra="forbid")

    concurrency_limit: int = Field(default=5, ge=1)
    call_seconds: float = Field(default=0.0, ge=0)
    record_seconds: float = Field(default=0.0, ge=0)
    read_record_seconds: float = Field(default=0.0, ge=0)
    list_seconds: float = Field(default=890.0, gt=0)
    async_start_seconds: float = Field(default=0.0, ge=0)
    async_seconds: float = Field(default=0.0, ge=0)
    async_paused: bool = False
    async_result_page: int = Field(default=0, ge=0)
    integration_concurrency_limit: int = Field(default=0, ge=0)
    may_see_governance: bool = True
    may_see_deleted: bool = True
    account_state: Literal[
        "open", "maintenance", "token_revoked", "token_expired", "role_revoked", "services_off"
    ] = "open"
    throttle_as: Literal["concurrency", "invalid_credentials"] = "concurrency"
    unknown_reply_elements: bool = False
    unknown_status_codes: bool = False
    shuffle_replies: bool = False
    huge_text_bytes: int = Field(default=0, ge=0, le=64 * 1024 * 1024)
    user_time_zone: str = "America/Los_Angeles"
    form_required: dict[str, list[str]] = Field(default_factory=dict)
    preferred_forms: dict[str, str] = Field(default_factory=dict)
    unique_customer_names: bool = True
    check_schema: bool = True
    allow_unsigned: bool = False
    set_session_cookie: bool = True
    reorder_replies: bool = False
    default_order_status: Literal["_pendingFulfillment", "_pendingApproval"] = "_pendingFulfillment"
    features: dict[str, bool] = Field(default_factory=lambda: dict(FEATURES))
    allow_number_override: bool = False
    role_permissions: dict[str, Literal["none", "view", "create", "edit", "full"]] = Field(
        default_factory=dict
    )
    locked_records: list[str] = Field(default_factory=list)
    open_months_back: int = Field(default=1, ge=0)
    bill_before_fulfillment: bool = False
    default_ship_status: Literal["_picked", "_packed", "_shipped"] = "_shipped"
    credit_limit_handling: Literal["ignore", "warn", "block"] = "ignore"

    @field_validator("user_time_zone")
    @classmethod
    def _check_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError) as error:
            raise ValueError(f"unknown time zone {value!r}") from error
        return value

    @field_validator("features")
    @classmethod
    def _complete_features(cls, value: dict[str, bool]) -> dict[str, bool]:
        unknown = sorted(set(value) - set(FEATURES))
        if unknown:
            raise ValueError(f"unknown features {unknown}; known are {sorted(FEATURES)}")
        return FEATURES | value

    def demanded(self, record: Record) -> list[str]:
        """Return what the form of a record demands."""
        form = record.fields.get("customForm")
        of_form = self.form_required.get(f"{record.kind}/{form.internal_id}", []) if form else []
        return [*self.form_required.get(record.kind, []), *of_form]

    @property
    def user_zone(self) -> ZoneInfo:
        """Return the integration user's zone."""
        return ZoneInfo(self.user_time_zone)

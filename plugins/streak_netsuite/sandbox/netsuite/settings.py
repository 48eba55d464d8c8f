"""What a person or a test may change about the sandbox while it runs."""

from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Settings(BaseModel):
    """The account's settings.

    Attributes:
        concurrency_limit: requests that may be in progress at once; the rest are refused (Oracle help
            bridgehead_1500275603: 5 for a standard account and for every development account).
        call_seconds: how long every call takes at least.
        record_seconds: how long each written record takes on top.
        read_record_seconds: how long each record read or found takes on top.
        user_time_zone: the integration user's zone; decides the day of a date field.
        form_required: elements or custom script ids that the form demands, by record type.
        unique_customer_names: refuse a customer whose name another one has.
        check_schema: refuse requests that do not fit the schema.
        allow_unsigned: accept any signature (the rest of the passport is still checked).
        reorder_replies: put afterSubmitFailed before code and message, as one of Oracle's samples does.
        default_order_status: status of an order sent without one.
    """

    model_config = ConfigDict(validate_assignment=True, extra="forbid")

    concurrency_limit: int = Field(default=5, ge=1)
    call_seconds: float = Field(default=0.0, ge=0)
    record_seconds: float = Field(default=0.0, ge=0)
    read_record_seconds: float = Field(default=0.0, ge=0)
    user_time_zone: str = "America/Los_Angeles"
    form_required: dict[str, list[str]] = Field(default_factory=dict)
    unique_customer_names: bool = True
    check_schema: bool = True
    allow_unsigned: bool = False
    set_session_cookie: bool = True
    reorder_replies: bool = False
    default_order_status: str = "_pendingFulfillment"

    @field_validator("user_time_zone")
    @classmethod
    def _check_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError) as error:
            raise ValueError(f"unknown time zone {value!r}") from error
        return value

    @property
    def user_zone(self) -> ZoneInfo:
        """Return the integration user's zone."""
        return ZoneInfo(self.user_time_zone)

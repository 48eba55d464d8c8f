"""What can go wrong, sorted by what the caller does next.

::

    StreakNetSuiteError
      TransientError       try the same thing again, later
        RateLimited          the vendor said "slow down"; retry_after_seconds when it said how long
        Unavailable          no connection, maintenance, a server error on a read
        LeaseLost            another worker owns this record now
      UncertainWrite       it may have landed: look it up by its key before sending again
      PermanentError       nothing will work until a person acts
        InvalidCredentials   key, token, signature, clock or role refused
        ConfigurationError   a setting, connection or mapping file is wrong
        RecordsReplaced      NetSuite holds other records under the ids we keep
      RecordError          this record only; the others go on
        MappingError         a field's value does not fit
        RejectedByVendor     the vendor read the record and refused it
        Ambiguous            several records could be meant; a person chooses
"""

from collections.abc import Sequence
from datetime import datetime


class StreakNetSuiteError(Exception):
    """The root: everything this product raises on purpose."""


class TransientError(StreakNetSuiteError):
    """Nothing was written; the same call may pass later.

    Attributes:
        retry_after_seconds: how long to wait first, as the vendor or its documentation says; None when neither does.
        retry_times: how often a repeat is worth it; None when nobody says.
    """

    def __init__(
        self, message: str, *, retry_after_seconds: float | None = None, retry_times: int | None = None
    ) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
        self.retry_times = retry_times


class RateLimited(TransientError):
    """The vendor refused the call because of its limits."""


class Unavailable(TransientError):
    """The vendor could not be reached, or could not answer a read."""


class LeaseLost(TransientError):
    """Another worker has taken this record over; what we hold is stale."""


class UncertainWrite(StreakNetSuiteError):
    """A write left us and no usable answer came back: it may have landed.

    Attributes:
        settles_at: until when it may still land and nothing is sent; None when it was sent just now, or nobody knows.
    """

    def __init__(self, message: str, *, settles_at: datetime | None = None) -> None:
        super().__init__(message)
        self.settles_at = settles_at


class PermanentError(StreakNetSuiteError):
    """A person must act before anything of this kind can work."""


class InvalidCredentials(PermanentError):
    """The vendor refused who we are, or what our role may do.

    Attributes:
        is_login: it was who we are.
        system: the vendor that refused ("streak", "netsuite").
    """

    def __init__(self, message: str, *, is_login: bool = True, system: str = "") -> None:
        super().__init__(message)
        self.is_login = is_login
        self.system = system


class ConfigurationError(PermanentError):
    """A setting, a connection or a mapping file is wrong."""


class RecordsReplaced(PermanentError):
    """The account holds other records under the ids that the ledger keeps: a refreshed sandbox."""


class RecordError(StreakNetSuiteError):
    """One record cannot proceed; the rest of its batch can.

    Attributes:
        code: short and stable, fit for grouping ("MAPPING", a vendor's status code, ...).
        fix: what a person can do about it, or "".
    """

    def __init__(self, message: str, *, code: str, fix: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.fix = fix


class MappingError(RecordError):
    """A field's value does not fit its target.

    Attributes:
        field: the target field, as the mapping file names it ("sales_order.lines[0].quantity").
        rule_at: where the rule stands ("deal_to_order.yaml line 41"), or "" when no file is known.
    """

    def __init__(self, message: str, *, field: str, fix: str = "", rule_at: str = "") -> None:
        super().__init__(message, code="MAPPING", fix=fix)
        self.field = field
        self.rule_at = rule_at


class RejectedByVendor(RecordError):
    """The vendor read this record and refused it.

    Attributes:
        code: the vendor's status code, as sent.
        field: the vendor's field, when it named one; several as the vendor listed them ("Location, Terms").
        owner: whose turn it is ("sales", "finance", "admin"), or "" when we cannot tell.
        cause: what was wrong, in a sentence for people, or "".
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        field: str | None = None,
        fix: str = "",
        owner: str = "",
        cause: str = "",
    ) -> None:
        super().__init__(message, code=code, fix=fix)
        self.field = field
        self.owner = owner
        self.cause = cause


class Ambiguous(RecordError):
    """Several records could be meant.

    Attributes:
        candidates: one line of text each, for a person to choose from.
        ids: the ids of those that can be chosen where the record waits.
        gone: the id of the record that was meant before and is not any more, if that is why it is asked.
    """

    def __init__(
        self,
        message: str,
        *,
        candidates: Sequence[str],
        ids: Sequence[str] = (),
        fix: str = "",
        code: str = "AMBIGUOUS",
        gone: str = "",
    ) -> None:
        super().__init__(message, code=code, fix=fix)
        self.candidates = tuple(candidates)
        self.ids = tuple(ids)
        self.gone = gone

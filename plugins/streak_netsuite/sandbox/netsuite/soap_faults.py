"""SOAP faults as NetSuite sends them: the fault's name and code are what a client goes by."""

HOST = "sandbox.netsuite.example"


class SoapFault(Exception):
    """The whole request is refused; nothing of it was done.

    Attributes:
        name: the element in <detail> ("invalidCredentialsFault"), or "" when the detail holds the host only.
        code: one of FaultCodeType.
    """

    def __init__(self, name: str, code: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.code = code
        self.message = message


def concurrency() -> SoapFault:
    """Return the fault of a request beyond the account's concurrency (Oracle help section_N3539420)."""
    return SoapFault(
        "exceededConcurrentRequestLimitFault",
        "WS_REQUEST_BLOCKED",
        "SuiteTalk concurrent request limit exceeded. Request blocked.",
    )


def governor() -> SoapFault:
    """Return the usage limit's fault. Oracle says nothing about its meaning; the code is a guess."""
    return SoapFault("exceededUsageLimitFault", "USER_ERROR", "Usage limit exceeded.")


def invalid_login() -> SoapFault:
    """Return the fault of every bad passport: the reason stands in the login audit trail only."""
    return SoapFault("invalidCredentialsFault", "INVALID_LOGIN_CREDENTIALS", "Invalid login attempt.")


def ambiguous_authentication() -> SoapFault:
    """Return the fault of a request that says who it is in two ways (section_4395630653)."""
    return SoapFault("invalidCredentialsFault", "USER_ERROR", "Ambiguous authentication")


def session_timed_out() -> SoapFault:
    """Return the fault of a session that is over."""
    return SoapFault(
        "invalidSessionFault",
        "SESSION_TIMED_OUT",
        "Your connection has timed out. Please log in again.",
    )


def unexpected_error(error_id: str) -> SoapFault:
    """Return the fault of a bug on the server's side."""
    return SoapFault(
        "unexpectedErrorFault",
        "UNEXPECTED_ERROR",
        f"An unexpected error occurred. Error ID: {error_id}",
    )


def maintenance() -> SoapFault:
    """Return the fault of an account that is being worked on."""
    return SoapFault(
        "invalidAccountFault",
        "ACCT_TEMP_UNAVAILABLE",
        "This account is temporarily unavailable. Please try again later.",
    )


def too_many_records(most: int) -> SoapFault:
    """Return the fault of a list longer than its operation allows."""
    return SoapFault(
        "exceededRecordCountFault",
        "MAX_RCRDS_EXCEEDED",
        f"The maximum number of records allowed for this operation has been exceeded: {most}.",
    )


def too_large(most: int) -> SoapFault:
    """Return the fault of a request with too many bytes."""
    return SoapFault("exceededRequestSizeFault", "USER_ERROR", f"The request is larger than {most} bytes.")


def unsupported_version(version: str) -> SoapFault:
    """Return the fault of an endpoint this account does not serve."""
    return SoapFault("invalidVersionFault", "UNSUPPORTED_WS_VERSION", f"Unsupported endpoint {version}.")


def bad_content(why: str) -> SoapFault:
    """Return the fault of a request that cannot be read: no code, the host alone."""
    return SoapFault("", "", why)


def invalid_job(job_id: str) -> SoapFault:
    """Return the fault of a job that never was, is too old, or was downloaded too often."""
    return SoapFault("asyncFault", "INVALID_JOB_ID", f"The job {job_id} does not exist.")


def job_not_complete(job_id: str) -> SoapFault:
    """Return the fault of a result asked for too early."""
    return SoapFault("asyncFault", "JOB_NOT_COMPLETE", f"The job {job_id} is not complete.")


def invalid_page(job_id: str, index: int) -> SoapFault:
    """Return the fault of a result page that does not exist."""
    return SoapFault("asyncFault", "INVALID_PAGE_INDEX", f"The job {job_id} has no page {index}.")


def no_permission(code: str, message: str) -> SoapFault:
    """Return the fault of a caller who may not use web services."""
    return SoapFault("insufficientPermissionFault", code, message)

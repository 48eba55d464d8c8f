"""Why NetSuite refuses one record of a request: a code of StatusDetailCodeType and a message."""

from collections.abc import Sequence


class RecordRefused(Exception):
    """This record is not written or read; the request's other records go on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def no_lines(what: str) -> RecordRefused:
    """Return the refusal of a transaction without a line that does anything."""
    return RecordRefused(
        "VALID_LINE_ITEM_REQD", f"You must enter at least one line item for this {what} with a quantity."
    )


def missing(labels: Sequence[str]) -> RecordRefused:
    """Return the refusal that lists every value the form still wants."""
    return RecordRefused("USER_ERROR", f"Please enter value(s) for: {', '.join(labels)}")


def bad_reference(field: str, key: str, why: str = "") -> RecordRefused:
    """Return the refusal of a reference that leads nowhere, or nowhere usable."""
    message = f"Invalid {field} reference key {key}"
    return RecordRefused("INVALID_KEY_OR_REF", f"{message} {why}." if why else f"{message}.")


def bad_value(field: str, why: str) -> RecordRefused:
    """Return the refusal of a value that does not fit its field."""
    return RecordRefused("INVALID_FLD_VALUE", f"Invalid value for field {field}: {why}.")


def too_long(field: str, most: int) -> RecordRefused:
    """Return the refusal of a text longer than its field."""
    return RecordRefused(
        "EXCEEDED_MAX_FIELD_LENGTH",
        f"The field {field} contained more than the maximum number ( {most} ) of characters allowed.",
    )

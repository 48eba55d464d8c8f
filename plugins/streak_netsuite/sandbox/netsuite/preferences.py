"""The preferences and searchPreferences headers."""

from dataclasses import dataclass

DEFAULT_PAGE_SIZE = 1000
JOB_PAGE_SIZES = range(5, 2001)  # an asynchronous search's (section_N3418637)
PAGE_SIZES = range(5, 1001)  # Oracle help section_N3523074: a page holds 5 to 1000 records


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """What the two preference headers ask for, with NetSuite's defaults.

    `by_hand` marks what a person does in NetSuite's own pages; no header asks for it.
    """

    by_hand: bool = False
    ignore_read_only: bool = False
    skip_mandatory_custom: bool = False
    warning_as_error: bool = False
    body_fields_only: bool = True
    return_search_columns: bool = True
    page_size: int = DEFAULT_PAGE_SIZE


def _on(values: dict[str, str], name: str, *, default: bool) -> bool:
    return values[name].strip() in {"true", "1"} if name in values else default


def read(values: dict[str, str]) -> Preferences:
    """Return the preferences of both headers' children by name.

    Names are case-sensitive and unknown ones are ignored without a word, as NetSuite does.
    """
    size = values.get("pageSize", "").strip()
    return Preferences(
        ignore_read_only=_on(values, "ignoreReadOnlyFields", default=False),
        skip_mandatory_custom=_on(values, "disableMandatoryCustomFieldValidation", default=False),
        warning_as_error=_on(values, "warningAsError", default=False),
        body_fields_only=_on(values, "bodyFieldsOnly", default=True),
        return_search_columns=_on(values, "returnSearchColumns", default=True),
        page_size=int(size) if size.lstrip("-").isdigit() else DEFAULT_PAGE_SIZE,
    )

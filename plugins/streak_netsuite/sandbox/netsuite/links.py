"""Which records a record leads to, so that the store can be asked the other way round."""

from collections.abc import Iterator

from streak_netsuite.sandbox.netsuite.values import Fields, Record, Ref

# Elements whose reference makes a link, and what the link is called.
_BY_ELEMENT = (
    ("entity", "customer"),
    ("customer", "customer"),
    ("company", "company"),
    ("parent", "parent"),
    ("createdFrom", "source"),
    ("salesOrder", "source"),
    ("deposit", "applied"),
    ("recType", "recType"),
)
_APPLYING = ("applyList", "creditList", "depositList")

Link = tuple[str, str]


def links(record: Record) -> set[Link]:
    """Return the links of a record: ("customer", "501"), ("source", "8001"), ("applied", "8007"), ..."""
    found = {
        (how, value.internal_id)
        for element, how in _BY_ELEMENT
        if isinstance(value := record.fields.get(element), Ref)
    }
    return found | {("applied", str(entry["doc"])) for entry in applied_entries(record)}


def applied_entries(record: Record) -> Iterator[Fields]:
    """Yield the entries of a record's apply, credit and deposit lists that are ticked."""
    for name in _APPLYING:
        for entry in record.sublists.get(name, []):
            if entry.get("apply"):
                yield entry

"""A pair that waits as people read it: what two records hold, without what says nothing."""

from streak_netsuite.duplicate_review.review import shown_pair
from streak_netsuite.sync.duplicate_case import PairName, PairQuestion

SAME = {"name": "Riverbend Brewing Co", "city": "Portland"}


def shown(left: dict[str, str], right: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return what is shown of two records, row by row."""
    body = {"records": {"1": left, "2": right}, "reasons": []}
    pair = shown_pair(
        PairQuestion(pair=PairName.of("1", "2"), bits=1.0, place=0, body=body), left="1", right="2"
    )
    return [(one["name"], one["left"], one["right"]) for one in pair["fields"]]


def test_amounts_days_and_marks_are_written_for_people() -> None:
    left = {"balance": "1250.5", "orders": "0.0", "inactive": "False", "created": "2026-01-05 17:00:00+00:00"}
    right = {
        "balance": "0",
        "orders": "98000",
        "inactive": "True",
        "created": "2026-11-30 00:47:39.449000+00:00",
    }
    assert shown(left, right) == [
        ("balance", "1,250.50", ""),
        ("created", "2026-01-05", "2026-11-30"),
        ("orders", "", "98,000.00"),
        ("inactive", "", "yes"),
    ]


def test_what_says_nothing_of_either_is_left_out() -> None:
    record = {**SAME, "balance": "0.0", "orders": "0.0", "inactive": "False", "number": SAME["name"]}
    assert shown(record, record) == [(name, value, value) for name, value in SAME.items()]


def test_a_number_of_its_own_is_shown_and_a_value_of_another_kind_as_it_is() -> None:
    assert shown({**SAME, "number": "CUST-4711"}, {"balance": "much"})[2:] == [
        ("number", "CUST-4711", ""),
        ("balance", "", "much"),
    ]

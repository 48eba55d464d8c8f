"""Values of lists find their entries: stages, countries, terms, options."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.mapping.suggestion import Band
from assist.mapping.values import suggest_values

ORDER_STATUSES = [
    "Pending Approval",
    "Pending Fulfillment",
    "Pending Billing",
    "Billed",
    "Closed",
    "Cancelled",
]
TERMS = ["Due on receipt", "Net 15", "Net 30", "Net 60", "1% 10 Net 30"]
COUNTRIES = ["_unitedStates", "_germany", "_netherlands", "_unitedKingdom", "_switzerland", "_southKorea"]


ITEMS = [
    "Robots : Atlas Arm",
    "Robots : Atlas Arm 7kg",
    "AX-200 Gripper, two fingers",
    "AX-300 Gripper, three fingers",
    "Installation",
    "Installation abroad, not insured",
    "Extended warranty (36 months)",
]
TAXES = ["S-GB 20% VAT", "R-GB 5% VAT", "Z-GB 0% VAT", "VAT exempt", "Reverse charge", "CA-Oakland 10.25%"]


@pytest.mark.parametrize(
    ("value", "entries", "entry"),
    [
        ("Atlas Arm", ITEMS, "Robots : Atlas Arm"),
        ("atlas arm 7 kg", ITEMS, "Robots : Atlas Arm 7kg"),
        ("Gripper ax200", ITEMS, "AX-200 Gripper, two fingers"),
        ("AX 300", ITEMS, None),
        ("AX-300", ITEMS, "AX-300 Gripper, three fingers"),
        ("AX-400 Gripper", ITEMS, None),
        ("installation", ITEMS, "Installation"),
        ("Warranty, extended", ITEMS, "Extended warranty (36 months)"),
        ("VAT 20 %", TAXES, "S-GB 20% VAT"),
        ("20% standard VAT", TAXES, "S-GB 20% VAT"),
        ("VAT 5,0 %", TAXES, "R-GB 5% VAT"),
        ("VAT 7%", TAXES, None),
        ("Exempt from VAT", TAXES, "VAT exempt"),
        ("Tax exempt", TAXES, "VAT exempt"),
        ("reverse charged", TAXES, "Reverse charge"),
        ("10.25 % Oakland", TAXES, "CA-Oakland 10.25%"),
        ("standard rate", ["Standard", "Reduced", "Exempt"], "Standard"),
        ("not taxable", ["Taxable", "Exempt"], "Exempt"),
        (
            "Arm",
            ["Robots, made to order : Arm 7kg", "Robots, made to order : Arm"],
            "Robots, made to order : Arm",
        ),
        ("Active", ["Not active", "Other"], None),
    ],
)
def test_items_and_taxes_find_their_entries(value: str, entries: list[str], entry: str | None) -> None:
    (told,) = suggest_values([value], entries)
    assert told.target == entry


@pytest.mark.parametrize(
    ("value", "entries", "entry"),
    [
        ("On hold", ORDER_STATUSES, "Pending Approval"),
        ("Processing", ORDER_STATUSES, "Pending Fulfillment"),
        ("canceled", ORDER_STATUSES, "Cancelled"),
        ("Won", ["Closed Won", "Closed Lost", "Proposal"], "Closed Won"),
        ("Quote sent", ["Closed Won", "Closed Lost", "Proposal"], "Proposal"),
        ("NET30", TERMS, "Net 30"),
        ("30 days", TERMS, "Net 30"),
        ("Immediate", TERMS, "Due on receipt"),
        ("1% 10 net 30", TERMS, "1% 10 Net 30"),
        ("USA", COUNTRIES, "_unitedStates"),
        ("Deutschland", COUNTRIES, "_germany"),
        ("CH", COUNTRIES, "_switzerland"),
        ("Korea, Republic of", COUNTRIES, "_southKorea"),
        ("Visa", ["Cash", "Credit Card", "Bank transfer"], "Credit Card"),
        ("true", ["Yes", "No"], "Yes"),
        ("Overnight", ["Ground", "Next Day", "Second Day"], "Next Day"),
    ],
)
def test_a_value_finds_its_entry(value: str, entries: list[str], entry: str) -> None:
    (told,) = suggest_values([value], entries)
    assert told.target == entry
    assert told.seen


@pytest.mark.parametrize(
    ("value", "entries"),
    [
        ("Purple", ORDER_STATUSES),
        ("Net 45", ["Net 15", "Net 30"]),
        ("Austria", ["_australia"]),
        ("anything", []),
    ],
)
def test_what_is_not_in_the_list_gets_no_entry(value: str, entries: list[str]) -> None:
    (told,) = suggest_values([value], entries)
    assert (told.target, told.band) == (None, Band.ABSTAIN)


def test_several_values_may_belong_to_one_entry() -> None:
    told = suggest_values(["Visa", "Amex", "Wire"], ["Credit Card", "Bank transfer"])
    assert [one.target for one in told] == ["Credit Card", "Credit Card", "Bank transfer"]


@given(st.lists(st.text(max_size=20), max_size=5), st.lists(st.text(max_size=20), max_size=5))
@settings(max_examples=50, deadline=None)
def test_no_value_crashes_the_suggester(sources: list[str], targets: list[str]) -> None:
    told = suggest_values(sources, targets)
    assert [one.source for one in told] == sources
    assert all(one.target is None or one.target in targets for one in told)

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


VAT_0 = ["Z-GB 0% VAT", "E-GB 0% VAT"]
VAT_20 = ["S-GB 20% VAT", "S-AT 20% MwSt", "S-FR 20% TVA"]


@pytest.mark.parametrize(
    ("value", "entries", "entry"),
    [
        ("VAT 0% exempt", VAT_0, "E-GB 0% VAT"),
        ("Zero rated VAT 0 %", VAT_0, "Z-GB 0% VAT"),
        ("VAT 20% FR", VAT_20, "S-FR 20% TVA"),
        ("MwSt 20 % Austria", VAT_20, "S-AT 20% MwSt"),
        ("20% VAT United Kingdom", VAT_20, "S-GB 20% VAT"),
        ("Germany 19% VAT", ["France 19% VAT", "S-DE 19%"], "S-DE 19%"),
        ("VAT 20% reverse charge", ["S-GB 20% VAT", "RC-GB 20% VAT"], "RC-GB 20% VAT"),
        ("VAT 20 %", ["RC-GB 20% VAT", "S-GB 20% VAT"], "S-GB 20% VAT"),
        ("GB VAT, exempt", ["S-GB 20% VAT", "E-GB 0% VAT", "E-IE 0% VAT"], "E-GB 0% VAT"),
        ("TVA 20 %", ["VAT 20%", "GST 20%"], "VAT 20%"),
        ("Gripper ax200", ["AX-200 Gripper", "AX-300 Gripper"], "AX-200 Gripper"),
        ("Drive 64 GB", ["Drive 64GB", "Drive 128GB"], "Drive 64GB"),
        ("Arms : Atlas 7", ["Robots : Arms : Atlas 7", "Robots : Legs : Atlas 7"], "Robots : Arms : Atlas 7"),
        ("A+", ["A", "A+"], "A+"),
    ],
)
def test_what_tells_values_apart_decides(value: str, entries: list[str], entry: str) -> None:
    (told,) = suggest_values([value], entries)
    assert (told.target, told.band) == (entry, Band.SUGGEST), told


@pytest.mark.parametrize(
    ("value", "entries"),
    [
        ("Germany 19% VAT", ["France 19% VAT", "Austria 20% VAT"]),
        ("VAT 20% FR", ["S-GB 20% VAT", "S-AT 20% MwSt"]),
        ("TVA 20% Belgique", VAT_20),
        ("VAT 0% exempt", ["Z-GB 0% VAT"]),
        ("VAT 0%, not exempt", ["E-GB 0% VAT"]),
        ("VAT 0%", VAT_0),
        ("VAT 20%", VAT_20),
        ("VAT 20% reverse charge", ["S-GB 20% VAT"]),
        ("VAT 20%", ["RC-GB 20% VAT"]),
        ("VAT 20% goods", ["VAT 20% services"]),
        ("VAT 20% Oakland", ["VAT 20%"]),
        ("New York 8.875%", ["New Jersey 8.875%"]),
        ("GST 5%", ["PST 5%"]),
        ("Discount 10%", ["VAT 10%"]),
        ("1% 10 Net 30", ["1% 15 Net 45"]),
        ("Exempt VAT", ["VAT out of scope"]),
        ("Shirts : Large", ["Trousers : Large", "Trousers : Small"]),
        ("Support : Gold", ["Hosting : Gold"]),
        ("Shirts : AX-200", ["Trousers : AX-200"]),
        ("Large", ["Trousers : Large", "Shirts : Large"]),
        ("Hosting 24h", ["Support 24h"]),
        ("Training 2024", ["Licence 2024"]),
        ("Audit 1999", ["Seminar 1999"]),
        ("USB drive 64GB", ["SD card 64GB"]),
        ("Water 500ml", ["Juice 500ml"]),
        ("Flour 25kg", ["Cement 25kg"]),
        ("Board 10x20mm", ["Tube 10x20mm"]),
        ("M6x20 bolt", ["M6x20 nut"]),
        ("M6x20 stainless hex bolt", ["M6x20 stainless hex nut"]),
        ("A4 paper", ["A4 binder"]),
        ("Gripper AX-200 left", ["Gripper AX-200 right"]),
        ("Bolt M6x20 A2", ["Bolt M6x20 A4"]),
        ("Pump P-100", ["Pump P-100 maintenance contract"]),
        (
            "Premium extended support contract, answer in 12h",
            ["Premium extended support contract, answer in 24h"],
        ),
        ("No", ["Exempt", "Taxable"]),
        ("Low", ["Reduced"]),
        ("Free", ["None"]),
        ("General", ["Standard"]),
        ("None", ["Exempt"]),
        ("E", ["Exempt"]),
        ("Full", ["Standard"]),
        ("Sales, new", ["Open", "Tax"]),
        ("Pump", ["Pump maintenance contract"]),
        ("Licence", ["Licence training"]),
    ],
)
def test_what_only_looks_alike_is_not_suggested(value: str, entries: list[str]) -> None:
    (told,) = suggest_values([value], entries)
    assert told.band is not Band.SUGGEST, told


@pytest.mark.parametrize("value", ["No", "Low", "Free", "General", "E", "Pump", "Training 2024"])
def test_a_word_alone_is_nothing(value: str) -> None:
    entries = ["Exempt", "Reduced", "None", "Standard", "Pump maintenance contract", "Licence 2024"]
    (told,) = suggest_values([value], entries)
    assert (told.target, told.band) == (None, Band.ABSTAIN)


@pytest.mark.parametrize(
    ("value", "entry"),
    [("Low", "Reduced"), ("general", "Standard"), ("E", "Exempt"), ("No", None), ("Free", None)],
)
@pytest.mark.parametrize("about", ["Tax code", "taxCode", "custcol_vat_code"])
def test_words_of_tax_are_understood_in_a_list_of_taxes(value: str, entry: str | None, about: str) -> None:
    (told,) = suggest_values([value], ["Standard", "Reduced", "Exempt", "None at all"], about=about)
    assert told.target == entry


def test_what_fits_several_entries_alike_is_left_to_a_person() -> None:
    (told,) = suggest_values(["canceled"], ["Cancelled", "Voided"])
    assert told.band is Band.REVIEW
    assert "another entry fits as well" in told.seen


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


@pytest.mark.parametrize("value", ["Prepaid", "COD", "Cash on delivery"])
def test_terms_that_give_no_credit_are_no_terms_that_do(value: str) -> None:
    """Whoever pays before, or at the door, does not get the goods on an invoice."""
    (told,) = suggest_values([value], TERMS)
    assert told.band is not Band.SUGGEST, told

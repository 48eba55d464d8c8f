"""Masking: personal data is hidden wherever it is, and what explains a deal stays."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streak_netsuite.flows.masking import HIDDEN, Mask

FIELDS = st.sampled_from(
    ["email", "memo", "first_name", "reason", "address", "emails", "value", "key", "name"]
)
AROUND = st.text(alphabet=" ,;:()<>'\"-\n\tabcé1", max_size=8)


def nested(leaves: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS | leaves, inner, max_size=3),
        max_leaves=6,
    )


@given(address=st.emails(), before=AROUND, after=AROUND)
def test_no_email_address_survives_in_a_text(address: str, before: str, after: str) -> None:
    shown = Mask().text(f"{before}{address}{after}")
    assert address not in shown
    assert "@" not in shown


@given(value=nested(st.emails() | st.builds("{} <{}>".format, st.just("Ann Lee"), st.emails())))
def test_no_email_address_survives_in_a_payload(value: object) -> None:
    assert "@" not in json.dumps(Mask([value]).value(value))


@pytest.mark.parametrize(
    "text",
    ["mailto:ann@x.example", "ann%40x.example", "'o'neil@x.example'", "a@b, c@d", "Ann<ann@x.example>;bob@y"],
)
def test_addresses_in_odd_places_are_hidden(text: str) -> None:
    shown = Mask().text(text)
    assert [part for part in ("ann", "neil", "@", "%40", "bob") if part in shown] == []


@pytest.mark.parametrize("phone", ["+1 555 0100", "+49 (30) 1234-567", "(555) 123-4567", "+15550100"])
def test_a_phone_number_in_a_text_is_hidden(phone: str) -> None:
    shown = Mask().text(f"call {phone} today")
    assert shown == "call [hidden phone] today"


@pytest.mark.parametrize(
    "text",
    ["sales order 8006", "2026-11-23", "version 1795455822361", "streak-so-15c20ffbf03d1c20", "12500.00 USD"],
)
def test_ids_dates_and_amounts_are_not_taken_for_phone_numbers(text: str) -> None:
    assert Mask().text(text) == text


@pytest.mark.parametrize(
    "name",
    "first_name lastName fullName displayName attention addressee email emailAddresses phone mobile_phone "
    "addr1 addr2 city zip".split(),
)
def test_personal_fields_are_hidden_by_their_name(name: str) -> None:
    assert Mask().value({"a": [{name: "Something"}]}) == {"a": [{name: HIDDEN}]}


def test_what_explains_an_order_stays() -> None:
    order = {
        "customer": {"internal_id": "1001", "name": "Blue Harbor Logistics"},
        "lines": [{"item": {"name": "Atlas Arm"}, "quantity": "4", "rate": "12500.00"}],
        "currency": {"name": "USD"},
        "country": "US",
        "state": "CA",
        "is_person": False,
        "memo": "Blue Harbor warehouse robots",
    }
    assert Mask([order]).value(order) == order


def test_the_name_of_a_person_that_is_referred_to_is_hidden() -> None:
    shown = Mask().value({"sales_rep": {"internal_id": "7", "name": "Ann Lee"}, "buyer": "Maya Okafor"})
    assert shown == {"sales_rep": {"internal_id": "7", "name": HIDDEN}, "buyer": HIDDEN}


def test_texts_of_custom_fields_are_hidden_and_known_ids_among_them_are_not() -> None:
    fields = [
        {"script_id": "custbody_buyer", "type": "text", "value": "Maya Okafor"},
        {"script_id": "custbody_streak_box", "type": "text", "value": "agxBox"},
        {"script_id": "custbody_deal_size", "type": "decimal", "value": "50000.0"},
    ]
    shown = Mask(keep=["agxBox"]).value(fields)
    assert [field["value"] for field in shown] == [HIDDEN, "agxBox", "50000.0"]


def test_a_name_that_a_payload_keeps_back_is_not_told_by_a_reason() -> None:
    mask = Mask([{"first_name": "Maya", "last_name": "Okafor", "phone": "555 0100"}])
    assert mask.text("contact Maya Okafor (555 0100) has no address") == (
        f"contact {HIDDEN} {HIDDEN} ({HIDDEN}) has no address"
    )
    assert mask.text("Mayan calendar") == "Mayan calendar"


def test_an_id_is_shown_though_a_personal_field_holds_it() -> None:
    assert Mask([{"full_name": "8006"}], keep=["8006"]).text("sales order 8006") == "sales order 8006"

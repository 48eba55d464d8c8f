from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streak_netsuite.mapping.source import buyer_emails, parse_path, path_text, view_of
from streak_netsuite.model.deal import Deal, Party


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("box.name", "Robots"),
        ("box.fields.PO number", "PO-1"),
        ('box.fields["No. of units"]', "3"),
        ("box.fields['No. of units']", "3"),
        ("organization.name", "Acme"),
        ("organization.phones[0]", "+1 555 0100"),
        ("organization.phones[7]", None),
        ("organization.fields.VAT", "DE1"),
        ("contact.email", "jo@acme.example"),
        ("contacts[1].name", "Al"),
        ("contacts[2].name", None),
        ("buyer.email", "jo@acme.example"),
        ("box.fields.Missing", None),
    ],
)
def test_paths_read_what_they_name(
    path: str, value: Any, a_deal: Callable[..., Deal], a_party: Callable[..., Party]
) -> None:
    deal = a_deal(
        name="Robots",
        fields={"PO number": "PO-1", "No. of units": "3"},
        organizations=(a_party("Acme", phones=("+1 555 0100",), fields={"VAT": "DE1"}),),
        contacts=(a_party("Jo", emails=("jo@acme.example",)), a_party("Al")),
    )
    assert parse_path(path).read(view_of(deal)) == value


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("box.nme", "box has no 'nme'; use key, name"),
        ("box", "must say what of it is meant"),
        ("deal.name", "must start with box, organization"),
        ("box.fields", "must name the field"),
        ("contacts.name", r"contacts\[0\] is the first"),
        ("box.name.first", "single value"),
        ("box.fields.No. of units", "goes in brackets"),
        ("box..name", "not well formed"),
        (".box", "not well formed"),
        ("", "empty"),
    ],
)
def test_an_unknown_path_says_what_to_write(path: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_path(path)


def test_a_date_field_at_midnight_utc_is_that_day_and_other_times_are_moments(
    a_deal: Callable[..., Deal],
) -> None:
    fields = {"Day": datetime(2026, 4, 1, tzinfo=UTC), "Moment": datetime(2026, 4, 1, 7, tzinfo=UTC)}
    view = view_of(a_deal(fields))
    assert view["box"]["fields"]["Day"] == date(2026, 4, 1)
    assert view["box"]["fields"]["Moment"] == datetime(2026, 4, 1, 7, tzinfo=UTC)


def test_the_buyers_own_domain_comes_before_other_contacts(
    a_deal: Callable[..., Deal], a_party: Callable[..., Party]
) -> None:
    deal = a_deal(
        organizations=(a_party("Acme", domains=("acme.example",)),),
        contacts=(
            a_party("Agent", emails=("al@agency.example",)),
            a_party("Jo", emails=("Jo@ACME.example", "jo@home.example")),
        ),
    )
    assert buyer_emails(deal) == ("Jo@ACME.example", "al@agency.example", "jo@home.example")


def test_a_deal_without_anyone_reads_as_empty(a_deal: Callable[..., Deal]) -> None:
    view = view_of(a_deal(organizations=()))
    assert view["buyer"]["name"] == ""
    assert buyer_emails(a_deal(organizations=())) == ()


@given(st.text(min_size=1, max_size=12), st.text(alphabet=" .[]\"'ab", min_size=1, max_size=6))
@example("Region ", "Size 5\" 'x'")
def test_a_field_of_any_name_has_a_path_that_leads_to_it(plain: str, odd: str) -> None:
    for name in (plain, odd):
        steps = ("box", "fields", name)
        assert parse_path(path_text(steps)).steps == steps

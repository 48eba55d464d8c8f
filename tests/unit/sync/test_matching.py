"""Which customer is meant."""

import pytest

from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.matching import Match, Sought, Verdict, match_customer


def an_entry(
    internal_id: str, name: str, *, email: str = "", external_id: str | None = None, inactive: bool = False
) -> CustomerEntry:
    return CustomerEntry(
        internal_id=internal_id, name=name, email=email, external_id=external_id, inactive=inactive
    )


def match(
    *equal: CustomerEntry, similar: tuple[tuple[CustomerEntry, float], ...] = (), **sought: object
) -> Match:
    values = {"name": "Acme, Inc.", "external_id": "streak-cust-1", "emails": ("ap@acme.example",), **sought}
    return match_customer(Sought(**values), equal, similar, possible=0.85)  # type: ignore[arg-type]


def test_an_equal_name_but_for_legal_form_is_the_customer_with_score_and_reason() -> None:
    found = match(an_entry("501", "ÁCME inc"))
    assert found.verdict is Verdict.ONE
    assert found.entry.internal_id == "501"
    assert "name 1.00" in found.reason


def test_an_equal_address_is_the_customer() -> None:
    found = match(an_entry("7", "Another Name", email="AP@acme.example"))
    assert (found.verdict, found.candidates[0].rule) == (Verdict.ONE, "email")


def test_name_and_address_that_disagree_are_left_to_a_person() -> None:
    found = match(an_entry("1", "Acme"), an_entry("2", "Other", email="ap@acme.example"))
    assert found.verdict is Verdict.UNSURE
    assert {c.entry.internal_id for c in found.candidates} == {"1", "2"}


def test_two_customers_of_one_name_are_both_shown() -> None:
    found = match(an_entry("1", "Acme Inc"), an_entry("2", "ACME"))
    assert found.verdict is Verdict.UNSURE
    assert [c.entry.internal_id for c in found.candidates] == ["1", "2"]


def test_our_own_key_decides_alone() -> None:
    found = match(an_entry("1", "Acme"), an_entry("2", "Renamed Ltd", external_id="STREAK-CUST-1"))
    assert (found.verdict, found.entry.internal_id) == (Verdict.ONE, "2")


def test_an_active_customer_is_preferred_to_an_inactive_namesake() -> None:
    found = match(an_entry("1", "Acme", inactive=True), an_entry("2", "Acme"))
    assert (found.verdict, found.entry.internal_id) == (Verdict.ONE, "2")


def test_an_inactive_customer_alone_is_left_to_a_person() -> None:
    found = match(an_entry("1", "Acme", inactive=True))
    assert found.verdict is Verdict.UNSURE
    assert "inactive" in found.reason


def test_a_nearly_equal_name_is_asked_about_and_not_created() -> None:
    found = match(similar=((an_entry("1", "Acmee"), 0.9),))
    assert found.verdict is Verdict.UNSURE


def test_a_distant_name_is_somebody_else() -> None:
    assert match(similar=((an_entry("1", "Ajax"), 0.5),)).verdict is Verdict.NONE


def test_a_persons_name_alone_proves_nothing() -> None:
    found = match(an_entry("1", "Acme, Inc."), is_person=True)
    assert found.verdict is Verdict.UNSURE


def test_a_persons_address_does() -> None:
    found = match(an_entry("1", "Acme, Inc.", email="ap@acme.example"), is_person=True)
    assert found.verdict is Verdict.ONE


MUNICH = "Meyer AG\nSendlinger Str. 12\n80331 Munich\nGermany"


def a_namesake(email: str = "info@meyer-muenchen.example", address: str = MUNICH) -> CustomerEntry:
    return CustomerEntry(internal_id="5", name="Meyer AG", email=email, address=address)


def match_of_meyer(
    entry: CustomerEntry, city: str = "Berlin", emails: tuple[str, ...] = ("ap@meyer-berlin.example",)
) -> Match:
    return match(entry, name="MEYER AG", emails=emails, city=city)


def test_a_namesake_in_another_city_and_under_another_domain_is_left_to_a_person() -> None:
    found = match_of_meyer(a_namesake())
    assert found.verdict is Verdict.UNSURE
    assert [c.entry.internal_id for c in found.candidates] == ["5"]
    assert "another e-mail domain and another city" in found.reason


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(match_of_meyer(a_namesake(), city="MUNICH"), id="the same city"),
        pytest.param(match_of_meyer(a_namesake(), city=""), id="no city"),
        pytest.param(match_of_meyer(a_namesake(address="")), id="no city of the customer"),
        pytest.param(match_of_meyer(a_namesake(email="")), id="no address of the customer"),
        pytest.param(match_of_meyer(a_namesake(), emails=()), id="no address"),
        pytest.param(match_of_meyer(a_namesake(), emails=("meyer@gmail.com",)), id="an address of anybody's"),
        pytest.param(match_of_meyer(a_namesake(email="m@gmail.com")), id="the customer has one of anybody's"),
        pytest.param(
            match_of_meyer(a_namesake(), emails=("a@other.example", "b@meyer-muenchen.example")),
            id="one of the domains",
        ),
    ],
)
def test_a_name_is_enough_where_city_or_domain_agree_or_are_not_known(found: Match) -> None:
    assert (found.verdict, found.entry.internal_id) == (Verdict.ONE, "5")

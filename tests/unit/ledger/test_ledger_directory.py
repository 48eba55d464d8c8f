"""The customer directory: found by what is equal, and by names that are nearly so."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.sync.customer_entry import CustomerEntry


@pytest.fixture
def keep(ledger, now):
    def keep(*entries):
        return ledger.directory.refresh([entries], watermark="netsuite.customers", position=now)

    return keep


def an_entry(id_="1", name="Nordwind Logistik GmbH", **fields):
    return CustomerEntry(internal_id=id_, name=name, **fields)


def ids(found):
    return [e.internal_id for e in found]


def test_an_entry_comes_back_whole(ledger, keep, now):
    entry = an_entry(
        email="Einkauf@Nordwind.example",
        external_id="streak-cust-AB",
        entity_id="CUST17",
        subsidiary="2",
        currencies=("1", "4"),
        inactive=True,
        last_modified=now,
    )
    assert keep(entry) == 1
    assert ledger.directory.find(internal_ids=["1"]) == [entry]


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param({"internal_ids": ["1"]}, id="internal id"),
        pytest.param({"external_ids": ["STREAK-CUST-AB"]}, id="external id, case folded as NetSuite does"),
        pytest.param({"emails": [" einkauf@NORDWIND.example "]}, id="e-mail in another spelling"),
        pytest.param({"names": ["NORDWIND LOGISTIK"]}, id="name without legal form"),
        pytest.param({"names": ["Nórdwind  Logistik G.m.b.H."]}, id="accents, spaces, dots"),
    ],
)
def test_what_is_equal_is_found(ledger, keep, wanted):
    keep(
        an_entry(email="Einkauf@Nordwind.example", external_id="streak-cust-ab"),
        an_entry("2", "Südwind AG", email="info@suedwind.example"),
    )
    assert ids(ledger.directory.find(**wanted)) == ["1"]


@pytest.mark.parametrize("wanted", [{}, {"emails": ["", " "]}, {"names": [""]}])
def test_nothing_asked_is_nothing_found(ledger, keep, wanted):
    keep(an_entry(), an_entry("2", "Südwind", email=""))
    assert ledger.directory.find(**wanted) == []


def test_all_who_share_an_address_or_a_name_are_found(ledger, keep):
    keep(
        an_entry("1", "Acme Inc"),
        an_entry("2", "ACME", inactive=True),
        an_entry("3", "Other", email="a@acme.example"),
        an_entry("4", "Fourth"),
    )
    found = ledger.directory.find(names=["Acme"], emails=["a@acme.example"])
    assert ids(found) == ["1", "2", "3"]


def test_a_later_state_of_a_customer_replaces_the_earlier_and_not_the_reverse(ledger, keep, now):
    keep(an_entry(name="New Name", last_modified=now))
    keep(an_entry(name="Old Name", last_modified=now - timedelta(hours=1)))
    assert [e.name for e in ledger.directory.find(internal_ids=["1"])] == ["New Name"]
    keep(an_entry(name="Newest Name", email="x@y.example", last_modified=now + timedelta(hours=1)))
    assert ledger.directory.find(names=["New Name"]) == []
    assert ids(ledger.directory.find(names=["Newest Name"], emails=["x@y.example"])) == ["1"]


def test_the_watermark_moves_with_the_last_page_only(ledger, now):
    def pages():
        yield [an_entry("1", "First")]
        yield [an_entry("2", "Second")]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        ledger.directory.refresh(pages(), watermark="netsuite.customers", position=now)
    assert ledger.get_watermark("netsuite.customers") is None
    assert ids(ledger.directory.find(names=["First"])) == ["1"]

    count = ledger.directory.refresh(
        [[an_entry("2", "Second")], []], watermark="netsuite.customers", position=now
    )

    assert (count, ledger.get_watermark("netsuite.customers")) == (1, now)


def test_a_refresh_without_changes_moves_the_watermark(ledger, now):
    assert ledger.directory.refresh([], watermark="w", position=now) == 0
    assert ledger.get_watermark("w") == now


@pytest.mark.parametrize(
    ("asked", "similar"),
    [
        pytest.param("Nordwind Logistics", True, id="spelling"),
        pytest.param("Logistik Nordwind GmbH", True, id="swapped words"),
        pytest.param("Nordwnid Logistik", True, id="typing error"),
        pytest.param("Nordwind", False, id="missing word"),
        pytest.param("Nordwind Versicherung", False, id="another trade"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_nearly_equal_names_are_similar(ledger, keep, asked, similar):
    keep(an_entry(), an_entry("2", "Blue Harbor Robotics"))
    found = ledger.directory.similar(asked, at_least=0.85)
    assert [e.internal_id for e, score in found] == (["1"] if similar else [])
    assert all(0.85 <= score <= 1 for _, score in found)


def test_similar_names_come_best_first_and_limited(ledger, keep):
    keep(an_entry("1", "Acme Robotics"), an_entry("2", "Acme Robotik"), an_entry("3", "Acme Robot"))
    found = ledger.directory.similar("Acme Robotics", at_least=0.5, limit=2)
    assert [(e.internal_id, score) for e, score in found] == [
        ("1", 1.0),
        ("2", pytest.approx(0.88, abs=0.01)),
    ]


def test_similar_sees_what_another_process_has_kept_meanwhile(ledger, ledger_settings, keep, now):
    keep(an_entry("1", "Acme Robotics"))
    assert len(ledger.directory.similar("Acme Robotics", at_least=0.9)) == 1
    with Ledger.connect(ledger_settings) as other:
        renamed = [an_entry("1", "Zenith"), an_entry("2", "Acme Robotic")]
        other.directory.refresh([renamed], watermark="w", position=now)
    assert [e.internal_id for e, _ in ledger.directory.similar("Acme Robotics", at_least=0.9)] == ["2"]


def test_addresses_are_not_readable_in_the_table(ledger, keep):
    keep(an_entry(email="einkauf@nordwind.example"))
    with ledger.engine.begin() as connection:
        row = connection.execute(
            text("SELECT t::text FROM streak_netsuite.customer_directory t")
        ).scalar_one()
    assert "einkauf" not in row
    assert b"einkauf".hex() not in row

"""Bindings and reserved identities: what the database keeps unique."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId


def test_a_binding_is_found_by_its_streak_record_and_netsuite_kind(ledger, a_binding, box_ref, now):
    ties = [a_binding("box-1", "501"), a_binding("box-2", "502")]
    assert ledger.keep_bindings(ties, now=now) == []
    refs = [box_ref("box-1"), box_ref("box-2"), box_ref("box-3")]
    assert ledger.find_bindings(refs, RecordKind.SALES_ORDER) == {
        refs[0]: ties[0],
        refs[1]: ties[1],
    }
    assert ledger.find_bindings(refs, RecordKind.CUSTOMER) == {}


def test_a_record_of_another_kind_with_the_same_key_is_another_record(ledger, a_binding, now):
    organization = ExternalRef(system=SystemId.STREAK, kind=RecordKind.ORGANIZATION, id="box-1")
    ledger.keep_bindings([a_binding("box-1")], now=now)
    assert ledger.find_bindings([organization], RecordKind.SALES_ORDER) == {}


@pytest.mark.parametrize(
    ("box", "order"),
    [
        pytest.param("box-1", "777", id="streak side taken"),
        pytest.param("box-9", "501", id="netsuite side taken"),
    ],
)
def test_a_tie_to_a_record_that_is_tied_elsewhere_is_reported_and_not_kept(
    ledger, a_binding, box_ref, now, box, order
):
    ledger.keep_bindings([a_binding("box-1", "501")], now=now)
    conflicting, fine = a_binding(box, order), a_binding("box-5", "505")

    assert ledger.keep_bindings([conflicting, fine], now=now) == [conflicting]

    found = ledger.find_bindings([box_ref(b) for b in ("box-1", "box-5", "box-9")], RecordKind.SALES_ORDER)
    assert sorted(b.netsuite.id for b in found.values()) == ["501", "505"]


def test_of_two_conflicting_ties_in_one_call_one_is_kept(ledger, a_binding, now):
    ties = [a_binding("box-1", "501"), a_binding("box-2", "501")]
    assert ledger.keep_bindings(ties, now=now) == [ties[1]]


def test_keeping_a_tie_again_changes_nothing_but_what_both_sides_agreed_on(ledger, a_binding, box_ref, now):
    ledger.keep_bindings([a_binding(rule="created")], now=now)
    ledger.keep_bindings([a_binding(rule="name", base_digest="d1")], now=now)
    ledger.keep_bindings([a_binding(rule="name")], now=now)
    found = ledger.find_bindings([box_ref("box-1")], RecordKind.SALES_ORDER)
    assert found[box_ref("box-1")] == a_binding(rule="created", base_digest="d1")


def test_a_binding_conflict_behind_an_answer_is_noted_and_the_answer_kept(
    ledger, a_hint, claim_boxes, an_order_draft, a_success, a_binding, box_ref, now
):
    ledger.keep_bindings([a_binding("box-1", "400")], now=now)
    ledger.store_hints([a_hint()], now=now)
    ledger.open_intents(claim_boxes(), [an_order_draft()], now=now)

    ledger.record_answers([a_success(result_id="501", binding=a_binding("box-1", "501"))], now=now)

    assert ledger.find_intents(["streak-so-1"])["streak-so-1"].result_id == "501"
    kept = ledger.find_bindings([box_ref("box-1")], RecordKind.SALES_ORDER)
    assert kept[box_ref("box-1")].netsuite.id == "400"
    (note,) = ledger.list_audit()
    assert (note.action, note.subject) == ("binding.refused", "streak box box-1")
    assert note.details == {"netsuite": "netsuite salesOrder 501", "rule": "created"}


def test_the_database_itself_refuses_a_second_holder_of_a_record(ledger, a_hint, claim_boxes, now):
    ledger.store_hints([a_hint()], now=now)
    claim_boxes()
    second = text(
        "INSERT INTO streak_netsuite.record_lease (record_key, kind, system, token, lease_until) "
        "VALUES ('box-1', 'box', 'streak', 'other', now())"
    )
    with pytest.raises(IntegrityError, match="record_lease_pkey"), ledger.engine.begin() as connection:
        connection.execute(second)


def test_a_name_is_reserved_by_one_worker_until_it_gives_it_back(ledger, now):
    keys = ["name:acme", "name:nordwind"]
    first = ledger.claim_identities(keys[:1], token="w1", lease_seconds=60, now=now)
    second = ledger.claim_identities(keys, token="w2", lease_seconds=60, now=now)
    assert (first, second) == ({"name:acme"}, {"name:nordwind"})

    ledger.release_identities(token="w1")

    assert ledger.claim_identities(keys, token="w2", lease_seconds=60, now=now) == set(keys)


def test_a_reserved_name_is_free_when_its_lease_ends(ledger, now):
    ledger.claim_identities(["name:acme"], token="w1", lease_seconds=60, now=now)
    at = now + timedelta(seconds=60)
    assert ledger.claim_identities(["name:acme"], token="w2", lease_seconds=60, now=at) == {"name:acme"}


def test_a_reserved_name_is_handed_over_for_as_long_as_it_was_reserved(ledger, now):
    ledger.claim_identities(["name:acme"], token="w1", lease_seconds=60, now=now)
    hand = {"token": "w1", "to": "kept", "lease_seconds": 600, "now": now}
    assert ledger.hand_over_identities(["name:acme", "name:b"], **hand) == {"name:acme"}
    ledger.release_identities(token="w1")
    soon, late = now + timedelta(seconds=599), now + timedelta(seconds=600)
    assert ledger.claim_identities(["name:acme"], token="w2", lease_seconds=60, now=soon) == frozenset()
    ledger.claim_identities(["name:acme"], token="kept", lease_seconds=1, now=now)
    assert ledger.claim_identities(["name:acme"], token="w2", lease_seconds=60, now=soon) == frozenset()
    assert ledger.claim_identities(["name:acme"], token="w2", lease_seconds=60, now=late) == {"name:acme"}
    assert ledger.hand_over_identities([], **hand) == frozenset()


def test_no_names_are_no_reservation(ledger, now):
    assert ledger.claim_identities([], token="w1", lease_seconds=60, now=now) == frozenset()


def test_names_are_exclusive_between_workers_with_old_and_new_keys(
    ledger, ledger_settings, a_fernet_key, now
):
    """While keys are rotated, some workers have the new key first and others do not have it yet."""
    both = replace_keys(ledger_settings, (a_fernet_key(), *ledger_settings.encryption_keys))
    ledger.claim_identities(["name:acme"], token="old", lease_seconds=60, now=now)
    with Ledger.connect(both) as rotated:
        assert rotated.claim_identities(["name:acme"], token="new", lease_seconds=60, now=now) == frozenset()
    ledger.release_identities(token="old")
    with Ledger.connect(both) as rotated:
        assert rotated.claim_identities(["name:b"], token="new", lease_seconds=60, now=now) == {"name:b"}
    assert ledger.claim_identities(["name:b"], token="old", lease_seconds=60, now=now) == frozenset()


def replace_keys(settings, keys):
    return settings.model_copy(update={"encryption_keys": keys})


def test_a_binding_needs_a_streak_and_a_netsuite_side(ledger, a_binding, now):
    tie = a_binding()
    with pytest.raises(ValueError, match="a binding ties"):
        ledger.keep_bindings([replace(tie, netsuite=tie.streak)], now=now)

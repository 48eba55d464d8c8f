"""Secrets: encrypted, opened with any key, rotated to the first."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from sqlalchemy import func, select, text

from streak_netsuite.errors import ConfigurationError
from streak_netsuite.ledger import decisions
from streak_netsuite.ledger.cipher import Cipher
from streak_netsuite.ledger.ledger import Ledger
from streak_netsuite.ledger.settings import LedgerSettings
from streak_netsuite.ledger.tables import SECRETS
from streak_netsuite.model.external_ref import ExternalRef, RecordKind, SystemId
from streak_netsuite.sync.customer_entry import CustomerEntry
from streak_netsuite.sync.decision import Choice, Decision
from streak_netsuite.sync.duplicate_case import FoundDuplicates, PairName, PairQuestion
from streak_netsuite.sync.hint import HintOrigin
from streak_netsuite.sync.outcome import Action, Hold

KEY = SecretStr("MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(json_values)
def test_json_comes_back_as_it_was(value):
    cipher = Cipher([KEY])
    assert cipher.decrypt(cipher.encrypt(value)) == value


@dataclass(frozen=True)
class Line:
    amount: Decimal
    on: date


def test_what_json_does_not_know_becomes_text():
    cipher = Cipher([KEY])
    value = {
        "line": Line(Decimal("1200.50"), date(2026, 5, 4)),
        "at": datetime(2026, 5, 4, 12, tzinfo=UTC),
        "origin": HintOrigin.SWEEP,
        "many": (1, 2),
    }
    assert cipher.decrypt(cipher.encrypt(value)) == {
        "line": {"amount": "1200.50", "on": "2026-05-04"},
        "at": "2026-05-04T12:00:00+00:00",
        "origin": "sweep",
        "many": [1, 2],
    }


def test_any_key_opens_and_the_first_encrypts(a_fernet_key):
    new, old = a_fernet_key(), a_fernet_key()
    both = Cipher([new, old])
    assert both.decrypt(Cipher([old]).encrypt("x")) == "x"
    assert Cipher([new]).decrypt(both.encrypt("y")) == "y"


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        pytest.param([], "is empty", id="none"),
        pytest.param([KEY, SecretStr("hunter2")], "key 2 is no Fernet key", id="no Fernet key"),
        pytest.param([SecretStr("schlüssel")], "key 1 is no Fernet key", id="not even ASCII"),
    ],
)
def test_unusable_keys_are_a_configuration_error_that_says_how_to_make_one(keys, fault):
    with pytest.raises(ConfigurationError, match=fault) as raised:
        Cipher(keys)
    message = str(raised.value)
    assert "encryption_keys" in message
    assert "Fernet.generate_key()" in message
    assert "hunter2" not in message


def test_the_wrong_key_is_a_configuration_error_that_names_the_setting(a_fernet_key):
    token = Cipher([a_fernet_key()]).encrypt("x")
    with pytest.raises(ConfigurationError, match=r"encryption_keys .* does not open"):
        Cipher([KEY]).decrypt(token)


def test_a_digest_is_equal_for_equal_texts_under_one_key_only(a_fernet_key):
    new, old = a_fernet_key(), a_fernet_key()
    assert Cipher([new]).digest("a@b.example") == Cipher([new]).digest("a@b.example")
    assert Cipher([new]).digest("a@b.example") != Cipher([old]).digest("a@b.example")
    assert Cipher([old]).digest("a@b.example") in Cipher([new, old]).digests("a@b.example")


def test_settings_show_neither_password_nor_keys():
    settings = LedgerSettings(url="postgresql://ada:hunter2@db.example/ledger", encryption_keys=(KEY,))
    shown = f"{settings!r} {settings} {settings.sqlalchemy_url} {settings.place}"
    assert "hunter2" not in shown
    assert KEY.get_secret_value() not in shown
    assert settings.place == "db.example:5432/ledger"


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "no url"])
def test_only_a_postgresql_url_is_taken(url):
    with pytest.raises(ValidationError, match=r"PostgreSQL|is not a URL"):
        LedgerSettings(url=url)


@pytest.fixture
def full_ledger(ledger, a_hint, claim_boxes, settle_all, an_order_draft, now):
    """A ledger with five events and one of everything else."""
    ledger.store_hints([a_hint(f"box-{i}", payload={"n": i}) for i in range(5)], now=now)
    claim = claim_boxes(limit=1)
    ledger.open_intents(claim, [an_order_draft(payload={"total": "1"})], now=now)
    settle_all(claim, Action.HELD, hold=Hold(code="C", reason="r", payload={"p": 1}))
    ledger.append_audit(actor="ada", action="a", subject="s", details={"d": 1}, now=now)
    entry = CustomerEntry(internal_id="1", name="Acme", email="a@acme.example")
    ledger.directory.refresh([[entry]], watermark="w", position=now)
    ledger.keep_snapshot("streak", {"pipelines": ["Sales"]}, now=now)
    with ledger.engine.begin() as connection:
        decisions.keep(connection, ledger._cipher, a_decision(now))
    ledger.duplicates.keep_run(found_duplicates(), now=now)
    return ledger


def found_duplicates():
    question = PairQuestion(
        pair=PairName.of("1", "2"), bits=1.5, place=0, body={"records": {"1": {"name": "Acme"}}}
    )
    return FoundDuplicates(
        scope="test", records=2, groups=[], questions=[question], page="<p>Acme</p>", sheet="name\nAcme\n"
    )


BOX = ExternalRef(system=SystemId.STREAK, kind=RecordKind.BOX, id="box-0")


def a_decision(now):
    return Decision(
        record=BOX,
        question="deal",
        choice=Choice.EDIT,
        digest="d",
        edits={"fields.Quantity": "3"},
        actor="ada",
        reason="typo",
        decided_at=now,
    )


def with_keys(settings, *keys):
    return Ledger.connect(settings.model_copy(update={"encryption_keys": keys}))


def everything(ledger):
    return (
        [ledger.event_payload(e.id) for i in range(5) for e in ledger.events_for(f"box-{i}")],
        ledger.find_intents(["streak-so-1"]),
        ledger.list_holds(),
        ledger.list_audit(),
        ledger.directory.find(emails=["a@acme.example"]),
        ledger.get_snapshot("streak"),
        ledger.find_decisions([BOX], question="deal"),
        [ledger.duplicates.page(run.id) for run in ledger.duplicates.runs()],
        ledger.duplicates.questions("test"),
    )


def test_after_a_rotation_the_first_key_opens_everything(full_ledger, ledger_settings, a_fernet_key):
    (old,), new = ledger_settings.encryption_keys, a_fernet_key()
    before = everything(full_ledger)
    with with_keys(ledger_settings, new, old) as both:
        assert everything(both) == before  # a rotation waits for nobody
        assert both.rotate_keys(batch=2) == {
            "inbox_event": 5,
            "intent": 1,
            "hold": 1,
            "audit_event": 1,
            "customer_directory": 1,
            "snapshot": 2,
            "decision": 1,
            "duplicate_run": 1,
            "duplicate_pair": 1,
        }
        assert set(both.rotate_keys(batch=2).values()) == {0}
    with with_keys(ledger_settings, new) as rotated:
        assert everything(rotated) == before
    with pytest.raises(ConfigurationError, match="does not open"):
        full_ledger.list_holds()


def test_an_interrupted_rotation_goes_on_where_it_stopped(full_ledger, ledger_settings, a_fernet_key):
    (old,), new = ledger_settings.encryption_keys, a_fernet_key()
    spoil = "UPDATE streak_netsuite.hold SET body_secret = 'spoilt'"
    with full_ledger.engine.begin() as connection:
        kept = connection.execute(text("SELECT body_secret FROM streak_netsuite.hold")).scalar_one()
        connection.execute(text(spoil))
    with with_keys(ledger_settings, new, old) as both:
        with pytest.raises(ConfigurationError):
            both.rotate_keys()
        with full_ledger.engine.begin() as connection:
            connection.execute(text("UPDATE streak_netsuite.hold SET body_secret = :kept"), {"kept": kept})
        assert both.rotate_keys() == {
            "inbox_event": 0,
            "intent": 0,
            "hold": 1,
            "audit_event": 1,
            "customer_directory": 1,
            "snapshot": 2,
            "decision": 1,
            "duplicate_run": 1,
            "duplicate_pair": 1,
        }


def test_no_payload_is_readable_in_the_database(ledger, a_hint, claim_boxes, settle_all, an_order_draft, now):
    secret = "Zaphod Beeblebrox"
    ledger.store_hints([a_hint(payload={"name": secret})], now=now)
    claim = claim_boxes()
    ledger.open_intents(claim, [an_order_draft(payload={"name": secret})], now=now)
    hold = Hold(code="C", reason="r", faults=(secret,), candidates=(secret,), payload={"name": secret})
    settle_all(claim, Action.HELD, hold=hold)
    ledger.append_audit(actor="ada", action="a", subject="s", details={"name": secret}, now=now)
    with ledger.engine.begin() as connection:
        for table, column in SECRETS[:4]:
            (raw,) = connection.execute(select(table.c[column])).scalars()
            assert secret.encode() not in raw
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 1
    assert ledger.find_intents(["streak-so-1"])["streak-so-1"].kind is RecordKind.SALES_ORDER

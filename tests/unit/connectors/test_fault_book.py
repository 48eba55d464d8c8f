"""The fault book: what it takes in, and what it says."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streak_netsuite.connectors.netsuite.fault_book import Explanation, FaultBook, Owner, Retry, Treat
from streak_netsuite.errors import ConfigurationError, Unavailable

BOOK = FaultBook.load()
ENTRIES = (*BOOK.faults, *BOOK.statuses)

# A record's status of any of these becomes the same kind of error.
WAITS = frozenset({Treat.REJECT, Treat.MISSING_REFERENCE, Treat.PERMISSION, Treat.CONFIGURATION})

NAMES = {
    ("customer", "501"): "ACME Robotics Inc",
    ("subsidiary", "3"): "Robots UK",
    ("item", "7"): " Arm\nX. ",
}


def names(record_type: str, internal_id: str) -> str | None:
    return NAMES.get((record_type, internal_id))


def a_book(tmp_path: Path, text: str) -> FaultBook:
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return FaultBook.load(path)


def an_entry(**changes: str) -> str:
    """One status entry in YAML, sound unless changed; None leaves a key out."""
    keys = {
        "codes": "[USER_ERROR]",
        "treat": "reject",
        "owner": "sales",
        "cause": "the number of the customer's order is taken",
        "next_step": "ask for another number",
        **changes,
    }
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in keys.items() if value) + "}\n"


@pytest.mark.parametrize(
    ("code", "message", "owner", "treat", "field", "said"),
    [
        (
            "USER_ERROR",
            "Please enter value(s) for: Location, Ship Date.",
            "sales",
            "reject",
            "Location, Ship Date",
            "Location, Ship Date",
        ),
        ("MISSING_REQD_FLD", "something", "admin", "reject", None, "mapping"),
        ("USER_ERROR", "The field memo is required.", "sales", "reject", "memo", "memo"),
        (
            "INVALID_KEY_OR_REF",
            "Invalid entity reference key 501.",
            "finance",
            "missing_reference",
            "entity",
            "the customer 'ACME Robotics Inc' (501)",
        ),
        (
            "INVALID_KEY_OR_REF",
            "Invalid item reference key 7 for subsidiary 3.",
            "finance",
            "missing_reference",
            "item",
            "the item 'Arm X.' (7) to the subsidiary 'Robots UK' (3)",
        ),
        (
            "INVALID_KEY_OR_REF",
            "Invalid salesRep reference key 9.",
            "finance",
            "missing_reference",
            "salesRep",
            "the employee 9",
        ),
        (
            "INVALID_KEY_OR_REF",
            "Invalid entity reference key streak-cust-0001.",
            "finance",
            "missing_reference",
            "entity",
            "the customer streak-cust-0001",
        ),
        (
            "INVALID_FLD_VALUE",
            "You have entered an Invalid Field Value 12 for the following field: terms",
            "sales",
            "reject",
            "terms",
            "terms",
        ),
        (
            "INVALID_FLD_VALUE",
            "Invalid value for field shipDate: no date.",
            "sales",
            "reject",
            "shipDate",
            "shipDate",
        ),
        (
            "EXCEEDED_MAX_FIELD_LENGTH",
            "The field memo contained more than the maximum number ( 999 ) of characters allowed.",
            "sales",
            "reject",
            "memo",
            "999",
        ),
        (
            "INSUFFICIENT_PERMISSION",
            "You may not set a value for element discountRate.",
            "admin",
            "permission",
            "discountRate",
            "discountRate",
        ),
        (
            "INSUFFICIENT_PERMISSION",
            "You need a higher level of the 'Lists -> Customers' permission.",
            "admin",
            "permission",
            None,
            "Lists -> Customers",
        ),
        (
            "INVALID_CSTM_FIELD_REF",
            "The field custbody_streak_box is invalid.",
            "admin",
            "configuration",
            "custbody_streak_box",
            "custbody_streak_box",
        ),
        (
            "USER_ERROR",
            "The date is not within the accounting period.",
            "finance",
            "reject",
            None,
            "Open the period",
        ),
        ("USER_ERROR", "custbody_po: wrong", "admin", "reject", "custbody_po", "custbody_po"),
        ("UNEXPECTED_ERROR", "Error ID: ik7x9a", "admin", "uncertain", None, "ik7x9a"),
        ("DUP_RCRD", "matched more than one record", "finance", "already_there", None, "merge"),
        ("DUP_ENTITY", "exists", "sales", "reject", None, "Link the deal's organization"),
        ("SO_HAS_CHILD_TRANS", "", "finance", "reject", None, "later transactions"),
        ("MISMATCHED_CURRENCY", "", "finance", "reject", None, "Add the currency"),
        ("SSS_MISSING_REQD_ARGUMENT", "", "admin", "reject", None, "scripts"),
    ],
)
def test_a_status_says_whose_turn_it_is_and_what_to_do(
    code: str, message: str, owner: str, treat: str, field: str | None, said: str
) -> None:
    told = BOOK.explain(code, message, names=names)
    assert (told.owner, told.treat, told.field) == (Owner(owner), Treat(treat), field)
    assert said in told.next_step


@pytest.mark.parametrize(
    ("element", "code", "treat"),
    [
        ("exceededConcurrentRequestLimitFault", "WS_REQUEST_BLOCKED", "rate_limited"),
        ("exceededRequestLimitFault", "WS_CONCUR_SESSION_DISALLWD", "rate_limited"),
        ("exceededUsageLimitFault", "USER_ERROR", "rate_limited"),
        ("exceededRecordCountFault", "MAX_RCRDS_EXCEEDED", "configuration"),
        ("exceededRequestSizeFault", "USER_ERROR", "configuration"),
        ("invalidSessionFault", "SESSION_TIMED_OUT", "retry"),
        ("invalidCredentialsFault", "INVALID_LOGIN_CREDENTIALS", "credentials"),
        ("invalidCredentialsFault", "USER_ERROR", "credentials"),
        ("invalidCredentialsFault", "UNEXPECTED_ERROR", "credentials"),
        ("invalidAccountFault", "INVALID_ACCT", "credentials"),
        ("invalidAccountFault", "ACCT_TEMP_UNAVAILABLE", "unavailable"),
        ("invalidVersionFault", "UNSUPPORTED_WS_VERSION", "configuration"),
        ("insufficientPermissionFault", "INSUFFICIENT_PERMISSION", "permission"),
        ("unexpectedErrorFault", "UNEXPECTED_ERROR", "uncertain"),
        ("unexpectedErrorFault", "USER_ERROR", "uncertain"),
        ("aNewFault", "UNEXPECTED_ERROR", "uncertain"),
        ("asyncFault", "JOB_NOT_COMPLETE", "retry"),
        ("asyncFault", "INVALID_JOB_ID", "reject"),
        ("asyncFault", "A_NEW_CODE", "reject"),
        ("aNewFault", "USER_ERROR", "reject"),
        ("aNewFault", "A_NEW_CODE", "reject"),
    ],
)
def test_a_fault_is_known_by_element_and_code(element: str, code: str, treat: str) -> None:
    assert BOOK.explain(code, "any text", element).treat is Treat(treat)


def test_maintenance_is_waited_for_as_the_book_says() -> None:
    assert BOOK.explain("ACCT_TEMP_UNAVAILABLE", "").retry == Retry(after_seconds=300, times=24)


def test_a_code_that_only_faults_use_is_understood_of_a_record_too() -> None:
    assert BOOK.explain_status("WS_REQUEST_BLOCKED", "").treat is Treat.RATE_LIMITED
    assert BOOK.explain_fault("aNewFault", "RCRD_DSNT_EXIST", "").treat is Treat.MISSING_REFERENCE


def test_an_unknown_code_is_named_and_waits_for_the_administrator() -> None:
    told = BOOK.explain("A_NEW_CODE", "some text")
    assert (told.treat, told.owner, told.code) == (Treat.REJECT, Owner.ADMIN, "A_NEW_CODE")
    assert "A_NEW_CODE" in told.cause
    assert "A_NEW_CODE" in told.next_step


def test_no_id_is_turned_into_a_name_without_anyone_to_ask() -> None:
    told = BOOK.explain("INVALID_KEY_OR_REF", "Invalid entity reference key 501")
    assert told.reference == "the customer 501"


def test_an_external_id_is_shown_and_never_looked_up() -> None:
    asked: list[str] = []
    BOOK.explain(
        "INVALID_KEY_OR_REF", "Invalid entity reference key streak-1", names=lambda _, id_: asked.append(id_)
    )
    assert asked == []


def test_a_name_that_cannot_be_fetched_does_not_hide_the_refusal() -> None:
    def away(_type: str, _id: str) -> str | None:
        raise Unavailable("no connection")

    told = BOOK.explain("INVALID_KEY_OR_REF", "Invalid entity reference key 501", names=away)
    assert told.reference == "the customer 501"


@given(code=st.text(max_size=40), message=st.text(), element=st.text(max_size=20))
def test_nothing_that_netsuite_sends_can_break_it(code: str, message: str, element: str) -> None:
    told = BOOK.explain(code, message, element, names=names)
    assert isinstance(told, Explanation)
    assert told.cause
    assert told.next_step


@given(
    code=st.sampled_from(sorted({c for e in ENTRIES if e.pattern for c in e.codes})),
    message=st.one_of(
        *(st.from_regex(e.pattern.pattern) for e in ENTRIES if e.pattern),
        st.sampled_from(["{field}", "{0.__class__}", "%s", "Error ID: {x}"]),
    ),
    element=st.sampled_from(sorted({"", *(x for e in ENTRIES for x in e.elements | e.exceptions)})),
)
def test_no_message_that_a_pattern_is_made_for_can_break_it(code: str, message: str, element: str) -> None:
    told = BOOK.explain(code, message, element, names=names)
    assert "{" not in told.cause.replace(told.field or "", "") or "{" in message


def test_a_very_long_message_is_read_to_its_first_part_only() -> None:
    long = "x" * 1_000_000
    told = BOOK.explain("USER_ERROR", f"Please enter value(s) for: {long}")
    assert told.field is not None
    assert len(told.field) < 300
    assert BOOK.explain("USER_ERROR", f"{long} Please enter value(s) for: Memo").field is None


# The shipped book


def test_it_covers_what_matters() -> None:
    assert len({code for entry in ENTRIES for code in entry.codes}) > 250


def test_what_the_program_does_never_depends_on_the_accounts_language() -> None:
    for entry in (e for e in ENTRIES if e.pattern):
        for code in entry.codes or {""}:
            for element in (entry.elements | entry.exceptions) or {""}:
                plain = BOOK.explain(code, "", element).treat
                kin = WAITS if entry in BOOK.statuses else frozenset[Treat]()
                assert entry.treat is plain or {entry.treat, plain} <= kin, (code, entry.pattern)


def test_every_sentence_is_one() -> None:
    for entry in (*ENTRIES, BOOK.default):
        for text in (entry.cause, entry.next_step):
            assert text.endswith("."), text
            assert text[0].isupper() or text[0] == "{", text


def test_it_holds_nothing_that_looks_like_a_secret_or_a_person() -> None:
    text = "\n".join(f"{e.cause} {e.next_step}" for e in (*ENTRIES, BOOK.default))
    assert re.findall(r"[0-9a-f]{16,}|[\w.]+@[\w.]+|(?:key|secret|token)\s*[=:]\s*\S+", text) == []


def test_its_waits_are_told_only_where_something_is_repeated() -> None:
    repeated = {Treat.RETRY, Treat.RATE_LIMITED, Treat.UNAVAILABLE, Treat.UNCERTAIN}
    assert [e.cause for e in ENTRIES if e.retry and e.treat not in repeated] == []


# A customer's own book


def test_a_customers_entries_come_before_ours(tmp_path: Path) -> None:
    own = a_book(
        tmp_path,
        "statuses:\n"
        + an_entry(
            pattern="'PO number (?P<field>[0-9]+) must be unique'", next_step="'change {field}, please'"
        ),
    )
    told = own.explain("USER_ERROR", "PO number 77 must be unique")
    assert (told.owner, told.field, told.next_step) == (Owner.SALES, "77", "change 77, please")
    assert own.explain("USER_ERROR", "x") == BOOK.explain("USER_ERROR", "x")


def test_a_customers_entry_for_a_code_leaves_our_more_exact_ones(tmp_path: Path) -> None:
    own = a_book(tmp_path, "statuses:\n" + an_entry())
    assert own.explain("USER_ERROR", "x").next_step == "ask for another number"
    assert own.explain("USER_ERROR", "Please enter value(s) for: Memo").field == "Memo"


def test_a_customers_pattern_may_stand_for_any_code(tmp_path: Path) -> None:
    own = a_book(tmp_path, "statuses:\n" + an_entry(codes="", pattern="'credit desk'"))
    assert own.explain("THEIR_SCRIPTS_CODE", "ask the Credit Desk").owner is Owner.SALES


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("statuses:\n" + an_entry(treat="ignore"), "statuses[0].treat: Input should be 'reject', 'retry'"),
        ("statuses:\n" + an_entry(owner="everyone"), "statuses[0].owner: Input should be 'sales'"),
        ("statuses:\n" + an_entry(fix="x"), "statuses[0].fix: Extra inputs are not permitted"),
        ("statuses:\n" + an_entry(pattern="'(open'"), "'(open' is not a regular expression"),
        ("statuses:\n" + an_entry(next_step="'correct {field} there'"), "{field} is no group"),
        (
            "statuses:\n" + an_entry(pattern="'(?P<a>x)yz'", cause="'wrong: {a.__class__}'"),
            "is no placeholder",
        ),
        (
            "statuses:\n" + an_entry(pattern="'(?P<a>x)yz'", next_step="'very wide: {a:>999999999}'"),
            "is no placeholder",
        ),
        ("statuses:\n" + an_entry(pattern="'(?P<a>x)yz'", next_step="'shown as {a!r}'"), "is no placeholder"),
        ("statuses:\n" + an_entry(next_step="'an open { brace'"), "expected '}'"),
        ("statuses:\n" + an_entry() + an_entry(), "USER_ERROR stands in two entries without a pattern"),
        ("statuses:\n" + an_entry(codes=""), "needs codes or a pattern"),
        ("statuses:\n" + an_entry(elements="[asyncFault]"), "and no elements"),
        ("faults:\n" + an_entry(codes=""), "neither codes nor elements"),
        ("statuses:\n" + an_entry(retry="{times: 0, after_seconds: 1}"), "statuses[0].retry.times"),
        ("statuses: [", "cannot be read"),
        ("just words", "the file: "),
    ],
)
def test_what_is_wrong_with_a_book_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(told)) as caught:
        a_book(tmp_path, text)
    assert "own.yaml" in str(caught.value)


def test_a_book_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.yaml cannot be read"):
        FaultBook.load(tmp_path / "none.yaml")


def test_an_empty_book_changes_nothing(tmp_path: Path) -> None:
    assert a_book(tmp_path, "").explain("DUP_RCRD", "x") == BOOK.explain("DUP_RCRD", "x")

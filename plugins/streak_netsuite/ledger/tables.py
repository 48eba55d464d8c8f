"""The ledger's tables. What must be unique is unique here, not only in code.

Columns of type `bytea` that end in `_secret` hold encrypted JSON; `docs/ledger.md` lists what is
readable without a key.
"""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from streak_netsuite.ledger.columns import AwareTime, CleanText
from streak_netsuite.ledger.states import EventState, HoldState
from streak_netsuite.model.external_ref import SystemId
from streak_netsuite.sync.decision import Choice
from streak_netsuite.sync.duplicate_case import GroupState, Sameness
from streak_netsuite.sync.hint import HintOrigin
from streak_netsuite.sync.intent import IntentState
from streak_netsuite.sync.outcome import Action

SCHEMA = "streak_netsuite"

metadata = MetaData(
    schema=SCHEMA,
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    },
)


def _one_of(column: str, values: Iterable[StrEnum], *, name: str | None = None) -> CheckConstraint:
    listed = ", ".join(f"'{v.value}'" for v in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name or column)


inbox_event = Table(
    "inbox_event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("system", CleanText, nullable=False),
    Column("kind", CleanText, nullable=False),
    Column("record_key", CleanText, nullable=False),
    Column("version", CleanText, nullable=False),
    Column("event", CleanText, nullable=False),
    Column("origin", CleanText, nullable=False),
    Column("payload_secret", LargeBinary, nullable=False),
    Column("state", CleanText, nullable=False, server_default=EventState.READY.value),
    Column("received_at", AwareTime, nullable=False),
    Column("ready_at", AwareTime, nullable=False),
    Column("done_at", AwareTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("repeats", Integer, nullable=False, server_default="0"),
    Column("last_repeat_at", AwareTime),
    Column("note", CleanText, nullable=False, server_default=""),
    UniqueConstraint("record_key", "version", "kind", "system"),
    _one_of("system", SystemId),
    _one_of("origin", HintOrigin),
    _one_of("state", EventState),
    # The claim reads what is open only, however long the history grows.
    Index(
        "inbox_event_open_idx",
        "kind",
        "id",
        postgresql_where=text("state IN ('ready', 'claimed')"),
    ),
    Index("inbox_event_ready_at_idx", "ready_at", postgresql_where=text("state = 'ready'")),
    Index("inbox_event_backfill_idx", "state", postgresql_where=text("origin = 'backfill'")),
    comment="word that a record changed; the truth is fetched later",
)

record_lease = Table(
    "record_lease",
    metadata,
    # The primary key is the promise: a record has one holder, whatever the code does.
    Column("record_key", CleanText, primary_key=True),
    Column("kind", CleanText, primary_key=True),
    Column("system", CleanText, primary_key=True),
    Column("token", CleanText, nullable=False, index=True),
    Column("lease_until", AwareTime, nullable=False, index=True),
    # How often its lease ran out in a worker's hands, one after the other; a worker that settles drops the row.
    Column("losses", Integer, nullable=False, server_default="0"),
    comment="records that a worker holds now",
)

intent = Table(
    "intent",
    metadata,
    Column("operation_key", CleanText, primary_key=True),
    Column("sequence", BigInteger, Identity(always=True), nullable=False),
    Column("flow", CleanText, nullable=False),
    Column("kind", CleanText, nullable=False),
    Column("subject_system", CleanText, nullable=False),
    Column("subject_kind", CleanText, nullable=False),
    Column("subject_key", CleanText, nullable=False),
    Column("payload_secret", LargeBinary, nullable=False),
    Column("state", CleanText, nullable=False),
    # Queued intents are taken by claim_intents; the others are driven by the event they belong to.
    Column("queued", Boolean, nullable=False),
    Column("due_at", AwareTime),
    Column("result_id", CleanText),
    Column("error_code", CleanText, nullable=False, server_default=""),
    Column("error", CleanText, nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created_at", AwareTime, nullable=False),
    Column("sent_at", AwareTime),
    # The last try before that one which got no answer: it may land over what was sent since.
    Column("unanswered_at", AwareTime),
    # The try that was sent last, so that its answer is known when it comes after the intent was planned anew.
    Column("begun_try", Integer),
    # Whether it was planned in place of something that had been sent and not answered.
    Column("replaces", Boolean, nullable=False, server_default=false()),
    Column("answered_at", AwareTime),
    # Of an activity: the event of a document that it tells ("invoice 812"), "" for anything else; NULL until it is asked for.
    Column("about", CleanText),
    _one_of("state", IntentState),
    _one_of("subject_system", SystemId),
    CheckConstraint("(state = 'succeeded') = (result_id IS NOT NULL)", name="result"),
    CheckConstraint("queued OR due_at IS NULL", name="due"),
    Index(
        "intent_due_idx",
        "due_at",
        "sequence",
        postgresql_where=text("queued AND state IN ('planned', 'sent', 'unknown')"),
    ),
    Index("intent_subject_idx", "subject_key"),
    Index("intent_about_idx", "about", postgresql_where=text("about <> ''")),
    Index(
        "intent_unnamed_idx",
        "operation_key",
        postgresql_where=text("kind = 'activity' AND about IS NULL"),
    ),
    comment="writes, kept before they are sent",
)

binding = Table(
    "binding",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("streak_kind", CleanText, nullable=False),
    Column("streak_id", CleanText, nullable=False),
    Column("netsuite_kind", CleanText, nullable=False),
    Column("netsuite_id", CleanText, nullable=False),
    Column("rule", CleanText, nullable=False),
    Column("base_digest", CleanText, nullable=False, server_default=""),
    Column("created_at", AwareTime, nullable=False),
    Column("updated_at", AwareTime, nullable=False),
    UniqueConstraint("streak_id", "streak_kind", "netsuite_kind"),
    UniqueConstraint("netsuite_id", "netsuite_kind", "streak_kind"),
    comment="two records that are one thing",
)

outcome = Table(
    "outcome",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", ForeignKey(inbox_event.c.id, ondelete="SET NULL"), index=True),
    Column("system", CleanText, nullable=False),
    Column("kind", CleanText, nullable=False),
    Column("record_key", CleanText, nullable=False),
    Column("flow", CleanText, nullable=False),
    Column("run_id", CleanText, nullable=False),
    Column("action", CleanText, nullable=False),
    Column("rule", CleanText, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("operation_key", CleanText),
    Column("target_system", CleanText),
    Column("target_kind", CleanText),
    Column("target_id", CleanText),
    Column("retry_at", AwareTime),
    Column("recorded_at", AwareTime, nullable=False),
    _one_of("action", Action),
    _one_of("system", SystemId),
    Index("outcome_record_idx", "record_key", "id"),
    comment="what became of each event, and why",
)

hold = Table(
    "hold",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("flow", CleanText, nullable=False),
    Column("system", CleanText, nullable=False),
    Column("kind", CleanText, nullable=False),
    Column("record_key", CleanText, nullable=False),
    # The operation key of a write without an event (a write-back), else "": a record may owe several of those.
    Column("write_key", CleanText, nullable=False, server_default=""),
    Column("operation_key", CleanText),
    Column("run_id", CleanText, nullable=False),
    Column("rule", CleanText, nullable=False),
    Column("code", CleanText, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("fix", CleanText, nullable=False),
    Column("body_secret", LargeBinary, nullable=False),
    Column("state", CleanText, nullable=False, server_default=HoldState.OPEN.value),
    Column("times", Integer, nullable=False, server_default="1"),
    # The `times` that somebody was last asked about, and the run that asks; 0 for never.
    Column("asked_times", Integer, nullable=False, server_default="0"),
    Column("asked_in", CleanText, nullable=False, server_default=""),
    Column("opened_at", AwareTime, nullable=False),
    Column("renewed_at", AwareTime, nullable=False),
    Column("closed_at", AwareTime),
    Column("closed_by", CleanText, nullable=False, server_default=""),
    Column("close_reason", CleanText, nullable=False, server_default=""),
    _one_of("state", HoldState),
    _one_of("system", SystemId),
    CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
    Index(
        "hold_one_open_key",
        "record_key",
        "kind",
        "system",
        "flow",
        "write_key",
        unique=True,
        postgresql_where=text("state = 'open'"),
    ),
    # A record's closed holds are asked for on each look at a deal that ended.
    Index("hold_record_idx", "record_key"),
    comment="records that wait for a person",
)

watermark = Table(
    "watermark",
    metadata,
    Column("name", CleanText, primary_key=True),
    Column("position", AwareTime, nullable=False),
    comment="how far each sweep has read",
)

seen_record = Table(
    "seen_record",
    metadata,
    Column("record_key", CleanText, primary_key=True),
    Column("kind", CleanText, primary_key=True),
    Column("system", CleanText, primary_key=True),
    Column("scope", CleanText, nullable=False),
    Column("version", CleanText, nullable=False),
    Column("digest", CleanText, nullable=False),
    Column("seen_at", AwareTime, nullable=False),
    _one_of("system", SystemId),
    Index(None, "scope", "kind", "seen_at"),
    comment="records as the sweeps saw them last",
)

sweep_progress = Table(
    "sweep_progress",
    metadata,
    Column("name", CleanText, primary_key=True),
    Column("position", CleanText),
    Column("is_listed", Boolean, nullable=False),
    Column("since", AwareTime),
    Column("newest", AwareTime),
    Column("started_at", AwareTime, nullable=False),
    comment="where sweeps that are not finished resume",
)

decision = Table(
    "decision",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("system", CleanText, nullable=False),
    Column("kind", CleanText, nullable=False),
    Column("record_key", CleanText, nullable=False),
    Column("question", CleanText, nullable=False),
    Column("choice", CleanText, nullable=False),
    Column("digest", CleanText, nullable=False),
    Column("body_secret", LargeBinary, nullable=False),
    Column("actor", CleanText, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("decided_at", AwareTime, nullable=False),
    UniqueConstraint("record_key", "question", "kind", "system"),
    _one_of("system", SystemId),
    _one_of("choice", Choice),
    comment="what people decided about records that waited",
)

snapshot = Table(
    "snapshot",
    metadata,
    Column("name", CleanText, primary_key=True),
    Column("taken_at", AwareTime, nullable=False),
    Column("body_secret", LargeBinary, nullable=False),
    comment="what a vendor's catalogue looked like, to tell drift",
)

audit_event = Table(
    "audit_event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", AwareTime, nullable=False),
    Column("actor", CleanText, nullable=False),
    Column("action", CleanText, nullable=False),
    Column("subject", CleanText, nullable=False, index=True),
    Column("details_secret", LargeBinary, nullable=False),
    comment="who did what; a trigger refuses changes",
)

identity_lease = Table(
    "identity_lease",
    metadata,
    Column("key_digest", LargeBinary, primary_key=True),
    Column("token", CleanText, nullable=False, index=True),
    Column("lease_until", AwareTime, nullable=False),
    comment="names that one worker may create now, as keyed digests",
)

customer_directory = Table(
    "customer_directory",
    metadata,
    Column("internal_id", CleanText, primary_key=True),
    Column("external_key", CleanText, index=True),
    Column("name", CleanText, nullable=False),
    Column("name_key", CleanText, nullable=False, index=True),
    Column("email_digest", LargeBinary, index=True),
    Column("entry_secret", LargeBinary, nullable=False),
    Column("last_modified", AwareTime),
    # Counts refreshes, so that a reader asks for what is new to it only.
    Column("revision", BigInteger, nullable=False, index=True),
    Column("block_codes", ARRAY(BigInteger)),
    # Without fastupdate: what was inserted last would be searched through one by one.
    Index(
        "customer_directory_block_codes_idx",
        "block_codes",
        postgresql_using="gin",
        postgresql_with={"fastupdate": False},
    ),
    comment="NetSuite's customers, as far as matching needs them",
)

call_share = Table(
    "call_share",
    metadata,
    Column("account", CleanText, primary_key=True),
    Column("holder", CleanText, primary_key=True),
    Column("wanted", Integer, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("lease_until", AwareTime, nullable=False),
    Column("login", CleanText),
    Column("accepted_at", AwareTime),
    comment="who may make how many of the calls that an account allows at once",
)

call_usage = Table(
    "call_usage",
    metadata,
    Column("account", CleanText, primary_key=True),
    Column("minute", AwareTime, primary_key=True),
    Column("calls", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("busy_seconds", Float, nullable=False),
    Column("most_in_flight", Integer, nullable=False),
    Column("window", Integer, nullable=False),
    comment="how much of an account's concurrency was used, minute by minute",
)

call_limit = Table(
    "call_limit",
    metadata,
    Column("account", CleanText, primary_key=True),
    Column("concurrency", Integer, nullable=False),
    Column("source", CleanText, nullable=False),
    Column("read_at", AwareTime, nullable=False),
    comment="how many calls at once an account has said it allows",
)

duplicate_run = Table(
    "duplicate_run",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("scope", CleanText, nullable=False),
    Column("at", AwareTime, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("groups", BigInteger, nullable=False),
    Column("sure", BigInteger, nullable=False),
    Column("new", BigInteger, nullable=False),
    Column("resolved", BigInteger, nullable=False),
    Column("ignored", BigInteger, nullable=False),
    Column("report_secret", LargeBinary),
    comment="searches for duplicate customers, the newest with their reports",
)

duplicate_group = Table(
    "duplicate_group",
    metadata,
    Column("id", CleanText, primary_key=True),
    Column("scope", CleanText, primary_key=True),
    Column("members", ARRAY(CleanText), nullable=False),
    Column("band", CleanText, nullable=False),
    Column("probability", Float, nullable=False),
    Column("at_stake", Float, nullable=False),
    Column("state", CleanText, nullable=False),
    Column("first_seen_at", AwareTime, nullable=False),
    Column("last_seen_at", AwareTime, nullable=False),
    _one_of("state", GroupState),
    comment="groups of customers that may be one, under ids that stay",
)

duplicate_pair = Table(
    "duplicate_pair",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("scope", CleanText, nullable=False),
    Column("left_id", CleanText, nullable=False),
    Column("right_id", CleanText, nullable=False),
    Column("bits", Float, nullable=False),
    Column("place", Integer, nullable=False),
    Column("body_secret", LargeBinary, nullable=False),
    Column("said", CleanText),
    Column("actor", CleanText, nullable=False, server_default=""),
    Column("reason", CleanText, nullable=False, server_default=""),
    Column("decided_at", AwareTime),
    UniqueConstraint("left_id", "right_id", "scope"),
    CheckConstraint("left_id < right_id", name="order"),
    CheckConstraint("(said IS NULL) = (decided_at IS NULL)", name="decided"),
    _one_of("said", Sameness),
    comment="pairs of customers that people are asked about, and what they said",
)

SECRETS = (
    (inbox_event, "payload_secret"),
    (intent, "payload_secret"),
    (hold, "body_secret"),
    (audit_event, "details_secret"),
    (customer_directory, "entry_secret"),
    (snapshot, "body_secret"),
    (decision, "body_secret"),
    (duplicate_run, "report_secret"),
    (duplicate_pair, "body_secret"),
)
"""Every encrypted column, for the rotation of keys."""

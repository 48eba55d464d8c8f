"""The first schema: from the inbox to the audit.

Revision 0001, after nothing. Written out instead of built from `tables.py`: that one moves on, this stays.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "streak_netsuite"

# The one exception: ciphertext may be replaced while keys are rotated, everything else staying the same.
AUDIT_GUARD = """
CREATE FUNCTION streak_netsuite.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('streak_netsuite.rotating', true) = 'on'
       AND (NEW.id, NEW.at, NEW.actor, NEW.action, NEW.subject)
           IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.actor, OLD.action, OLD.subject) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON streak_netsuite.audit_event
    FOR EACH ROW EXECUTE FUNCTION streak_netsuite.refuse_audit_change();

CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON streak_netsuite.audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION streak_netsuite.refuse_audit_change();
"""


def upgrade() -> None:
    """Create every table."""
    _create_audit_event()
    _create_binding()
    _create_customer_directory()
    _create_hold()
    _create_identity_lease()
    _create_inbox_event()
    _create_intent()
    _create_record_lease()
    _create_watermark()
    _create_outcome()
    op.execute(AUDIT_GUARD)


def _create_audit_event() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details_secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_event_pkey")),
        schema=SCHEMA,
        comment="who did what; a trigger refuses changes",
    )
    op.create_index(op.f("audit_event_subject_idx"), "audit_event", ["subject"], unique=False, schema=SCHEMA)


def _create_binding() -> None:
    op.create_table(
        "binding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("streak_kind", sa.Text(), nullable=False),
        sa.Column("streak_id", sa.Text(), nullable=False),
        sa.Column("netsuite_kind", sa.Text(), nullable=False),
        sa.Column("netsuite_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("base_digest", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("binding_pkey")),
        sa.UniqueConstraint(
            "netsuite_id",
            "netsuite_kind",
            "streak_kind",
            name=op.f("binding_netsuite_id_netsuite_kind_streak_kind_key"),
        ),
        sa.UniqueConstraint(
            "streak_id",
            "streak_kind",
            "netsuite_kind",
            name=op.f("binding_streak_id_streak_kind_netsuite_kind_key"),
        ),
        schema=SCHEMA,
        comment="two records that are one thing",
    )


def _create_customer_directory() -> None:
    op.create_table(
        "customer_directory",
        sa.Column("internal_id", sa.Text(), nullable=False),
        sa.Column("external_key", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("email_digest", sa.LargeBinary(), nullable=True),
        sa.Column("entry_secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_modified", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("internal_id", name=op.f("customer_directory_pkey")),
        schema=SCHEMA,
        comment="NetSuite's customers, as far as matching needs them",
    )
    op.create_index(
        op.f("customer_directory_email_digest_idx"),
        "customer_directory",
        ["email_digest"],
        unique=False,
        schema=SCHEMA,
    )
    op.create_index(
        op.f("customer_directory_external_key_idx"),
        "customer_directory",
        ["external_key"],
        unique=False,
        schema=SCHEMA,
    )
    op.create_index(
        op.f("customer_directory_name_key_idx"),
        "customer_directory",
        ["name_key"],
        unique=False,
        schema=SCHEMA,
    )
    op.create_index(
        op.f("customer_directory_revision_idx"),
        "customer_directory",
        ["revision"],
        unique=False,
        schema=SCHEMA,
    )


def _create_hold() -> None:
    op.create_table(
        "hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("write_key", sa.Text(), server_default="", nullable=False),
        sa.Column("operation_key", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fix", sa.Text(), nullable=False),
        sa.Column("body_secret", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("close_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("hold_closed_check")),
        sa.CheckConstraint("state IN ('open', 'released', 'closed')", name=op.f("hold_state_check")),
        sa.CheckConstraint("system IN ('streak', 'netsuite')", name=op.f("hold_system_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("hold_pkey")),
        schema=SCHEMA,
        comment="records that wait for a person",
    )
    op.create_index(
        "hold_one_open_key",
        "hold",
        ["record_key", "kind", "system", "flow", "write_key"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("state = 'open'"),
    )


def _create_identity_lease() -> None:
    op.create_table(
        "identity_lease",
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_digest", name=op.f("identity_lease_pkey")),
        schema=SCHEMA,
        comment="names that one worker may create now, as keyed digests",
    )
    op.create_index(
        op.f("identity_lease_token_idx"), "identity_lease", ["token"], unique=False, schema=SCHEMA
    )


def _create_inbox_event() -> None:
    op.create_table(
        "inbox_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("payload_secret", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="ready", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("repeats", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_repeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("origin IN ('webhook', 'sweep', 'person')", name=op.f("inbox_event_origin_check")),
        sa.CheckConstraint("state IN ('ready', 'claimed', 'done')", name=op.f("inbox_event_state_check")),
        sa.CheckConstraint("system IN ('streak', 'netsuite')", name=op.f("inbox_event_system_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("inbox_event_pkey")),
        sa.UniqueConstraint(
            "record_key",
            "version",
            "kind",
            "system",
            name=op.f("inbox_event_record_key_version_kind_system_key"),
        ),
        schema=SCHEMA,
        comment="word that a record changed; the truth is fetched later",
    )
    op.create_index(
        "inbox_event_open_idx",
        "inbox_event",
        ["kind", "id"],
        unique=False,
        schema=SCHEMA,
        postgresql_where=sa.text("state IN ('ready', 'claimed')"),
    )
    op.create_index(
        "inbox_event_ready_at_idx",
        "inbox_event",
        ["ready_at"],
        unique=False,
        schema=SCHEMA,
        postgresql_where=sa.text("state = 'ready'"),
    )


def _create_intent() -> None:
    op.create_table(
        "intent",
        sa.Column("operation_key", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_system", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("payload_secret", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("queued", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result_id", sa.Text(), nullable=True),
        sa.Column("error_code", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'succeeded') = (result_id IS NOT NULL)", name=op.f("intent_result_check")
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'sent', 'unknown', 'succeeded', 'rejected')",
            name=op.f("intent_state_check"),
        ),
        sa.CheckConstraint(
            "subject_system IN ('streak', 'netsuite')", name=op.f("intent_subject_system_check")
        ),
        sa.CheckConstraint("queued OR due_at IS NULL", name=op.f("intent_due_check")),
        sa.PrimaryKeyConstraint("operation_key", name=op.f("intent_pkey")),
        schema=SCHEMA,
        comment="writes, kept before they are sent",
    )
    op.create_index(
        "intent_due_idx",
        "intent",
        ["due_at", "sequence"],
        unique=False,
        schema=SCHEMA,
        postgresql_where=sa.text("queued AND state IN ('planned', 'sent', 'unknown')"),
    )
    op.create_index("intent_subject_idx", "intent", ["subject_key"], unique=False, schema=SCHEMA)


def _create_record_lease() -> None:
    op.create_table(
        "record_lease",
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("record_key", "kind", "system", name=op.f("record_lease_pkey")),
        schema=SCHEMA,
        comment="records that a worker holds now",
    )
    op.create_index(
        op.f("record_lease_lease_until_idx"), "record_lease", ["lease_until"], unique=False, schema=SCHEMA
    )
    op.create_index(op.f("record_lease_token_idx"), "record_lease", ["token"], unique=False, schema=SCHEMA)


def _create_watermark() -> None:
    op.create_table(
        "watermark",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("watermark_pkey")),
        schema=SCHEMA,
        comment="how far each sweep has read",
    )


def _create_outcome() -> None:
    op.create_table(
        "outcome",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("operation_key", sa.Text(), nullable=True),
        sa.Column("target_system", sa.Text(), nullable=True),
        sa.Column("target_kind", sa.Text(), nullable=True),
        sa.Column("target_id", sa.Text(), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "action IN ('created', 'adopted', 'linked', 'updated', 'skipped', 'obsolete', 'deferred', 'held')",
            name=op.f("outcome_action_check"),
        ),
        sa.CheckConstraint("system IN ('streak', 'netsuite')", name=op.f("outcome_system_check")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["streak_netsuite.inbox_event.id"],
            name=op.f("outcome_event_id_fkey"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("outcome_pkey")),
        schema=SCHEMA,
        comment="what became of each event, and why",
    )
    op.create_index(op.f("outcome_event_id_idx"), "outcome", ["event_id"], unique=False, schema=SCHEMA)
    op.create_index("outcome_record_idx", "outcome", ["record_key", "id"], unique=False, schema=SCHEMA)

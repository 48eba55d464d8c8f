"""Duplicate customers: runs with their reports, groups with their history, pairs that people are asked about.

Revision 0008, after 0007. New tables only, so code of the release before works on.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SCHEMA = "streak_netsuite"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "duplicate_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("groups", sa.BigInteger(), nullable=False),
        sa.Column("sure", sa.BigInteger(), nullable=False),
        sa.Column("new", sa.BigInteger(), nullable=False),
        sa.Column("resolved", sa.BigInteger(), nullable=False),
        sa.Column("ignored", sa.BigInteger(), nullable=False),
        sa.Column("report_secret", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("duplicate_run_pkey")),
        schema=SCHEMA,
        comment="searches for duplicate customers, the newest with their reports",
    )
    op.create_table(
        "duplicate_group",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("members", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("at_stake", sa.Float(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'resolved', 'ignored')", name=op.f("duplicate_group_state_check")
        ),
        sa.PrimaryKeyConstraint("id", "scope", name=op.f("duplicate_group_pkey")),
        schema=SCHEMA,
        comment="groups of customers that may be one, under ids that stay",
    )
    op.create_table(
        "duplicate_pair",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("left_id", sa.Text(), nullable=False),
        sa.Column("right_id", sa.Text(), nullable=False),
        sa.Column("bits", sa.Float(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("body_secret", sa.LargeBinary(), nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False, server_default=""),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("said IN ('same', 'different', 'unsure')", name=op.f("duplicate_pair_said_check")),
        sa.CheckConstraint("left_id < right_id", name=op.f("duplicate_pair_order_check")),
        sa.CheckConstraint(
            "(said IS NULL) = (decided_at IS NULL)", name=op.f("duplicate_pair_decided_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("duplicate_pair_pkey")),
        sa.UniqueConstraint(
            "left_id", "right_id", "scope", name=op.f("duplicate_pair_left_id_right_id_scope_key")
        ),
        schema=SCHEMA,
        comment="pairs of customers that people are asked about, and what they said",
    )

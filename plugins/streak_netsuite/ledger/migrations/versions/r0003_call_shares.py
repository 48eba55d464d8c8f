"""Who may make how many calls at once, how much of it was used, and what the account allows.

Revision 0003, after 0002. New tables only, so code of the release before works on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCHEMA = "streak_netsuite"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "call_share",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "holder", name=op.f("call_share_pkey")),
        schema=SCHEMA,
        comment="who may make how many of the calls that an account allows at once",
    )
    op.create_table(
        "call_usage",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("busy_seconds", sa.Float(), nullable=False),
        sa.Column("most_in_flight", sa.Integer(), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", "minute", name=op.f("call_usage_pkey")),
        schema=SCHEMA,
        comment="how much of an account's concurrency was used, minute by minute",
    )
    op.create_table(
        "call_limit",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("concurrency", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("call_limit_pkey")),
        schema=SCHEMA,
        comment="how many calls at once an account has said it allows",
    )

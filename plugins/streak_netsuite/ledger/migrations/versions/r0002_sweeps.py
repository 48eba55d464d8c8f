"""What sweeps have seen, how far they have read, and what a vendor's catalogue looked like.

Revision 0002, after 0001. New tables only, so code of the release before works on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = "streak_netsuite"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "seen_record",
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("system IN ('streak', 'netsuite')", name=op.f("seen_record_system_check")),
        sa.PrimaryKeyConstraint("record_key", "kind", "system", name=op.f("seen_record_pkey")),
        schema=SCHEMA,
        comment="records as the sweeps saw them last",
    )
    op.create_index(
        op.f("seen_record_scope_kind_seen_at_idx"),
        "seen_record",
        ["scope", "kind", "seen_at"],
        unique=False,
        schema=SCHEMA,
    )
    op.create_table(
        "sweep_progress",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("newest", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("sweep_progress_pkey")),
        schema=SCHEMA,
        comment="where sweeps that are not finished resume",
    )
    op.create_table(
        "snapshot",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body_secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("snapshot_pkey")),
        schema=SCHEMA,
        comment="what a vendor's catalogue looked like, to tell drift",
    )

"""What people decided about records that waited.

Revision 0005, after 0004. A new table only, so code of the release before works on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SCHEMA = "streak_netsuite"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("body_secret", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("system IN ('streak', 'netsuite')", name=op.f("decision_system_check")),
        sa.CheckConstraint(
            "choice IN ('approve', 'edit', 'choose', 'create')", name=op.f("decision_choice_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("decision_pkey")),
        sa.UniqueConstraint(
            "record_key",
            "question",
            "kind",
            "system",
            name=op.f("decision_record_key_question_kind_system_key"),
        ),
        schema=SCHEMA,
        comment="what people decided about records that waited",
    )

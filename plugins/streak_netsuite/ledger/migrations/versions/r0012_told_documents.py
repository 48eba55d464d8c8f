"""Which document an activity tells of, so that its box is found when the document is deleted.

Revision 0012, after 0011. A column that is filled when it is asked for, since what it holds is in the encrypted payload:
code of the release before works on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SCHEMA = "streak_netsuite"


def upgrade() -> None:
    """Add the column and its indexes."""
    op.add_column("intent", sa.Column("about", sa.Text(), nullable=True), schema=SCHEMA)
    op.create_index(
        "intent_about_idx", "intent", ["about"], schema=SCHEMA, postgresql_where=sa.text("about <> ''")
    )
    op.create_index(
        "intent_unnamed_idx",
        "intent",
        ["operation_key"],
        schema=SCHEMA,
        postgresql_where=sa.text("kind = 'activity' AND about IS NULL"),
    )

"""Records that are caught up on.

Revision 0004, after 0003. A wider check and an index: code of the release before works on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SCHEMA = "streak_netsuite"
_CHECK = "inbox_event_origin_check"


def upgrade() -> None:
    """Allow the origin."""
    op.drop_constraint(op.f(_CHECK), "inbox_event", schema=SCHEMA, type_="check")
    op.create_check_constraint(
        op.f(_CHECK),
        "inbox_event",
        "origin IN ('webhook', 'sweep', 'person', 'backfill')",
        schema=SCHEMA,
    )
    op.create_index(
        "inbox_event_backfill_idx",
        "inbox_event",
        ["state"],
        schema=SCHEMA,
        postgresql_where=sa.text("origin = 'backfill'"),
    )

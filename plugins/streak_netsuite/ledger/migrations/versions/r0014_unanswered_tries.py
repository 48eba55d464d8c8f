"""When tries of a write were sent that got no answer, and whether they were of something else.

Revision 0014, after 0013. Columns: code of the release before works on. The mark that it keeps in payloads is read as well.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SCHEMA = "streak_netsuite"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("intent", sa.Column("unanswered_at", sa.DateTime(timezone=True)), schema=SCHEMA)
    op.add_column("intent", sa.Column("begun_try", sa.Integer), schema=SCHEMA)
    replaces = sa.Column("replaces", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("intent", replaces, schema=SCHEMA)

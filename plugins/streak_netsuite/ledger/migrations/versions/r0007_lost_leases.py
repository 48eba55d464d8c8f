"""How often workers were lost with a record in hand.

Revision 0007, after 0006. A column with a default: code of the release before works on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SCHEMA = "streak_netsuite"


def upgrade() -> None:
    """Add the column."""
    op.add_column(
        "record_lease", sa.Column("losses", sa.Integer(), nullable=False, server_default="0"), schema=SCHEMA
    )

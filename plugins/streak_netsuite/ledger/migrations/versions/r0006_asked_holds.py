"""Which holds somebody has been asked about.

Revision 0006, after 0005. Two columns with defaults: code of the release before works on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SCHEMA = "streak_netsuite"


def upgrade() -> None:
    """Add the columns."""
    op.add_column(
        "hold", sa.Column("asked_times", sa.Integer(), nullable=False, server_default="0"), schema=SCHEMA
    )
    op.add_column("hold", sa.Column("asked_in", sa.Text(), nullable=False, server_default=""), schema=SCHEMA)

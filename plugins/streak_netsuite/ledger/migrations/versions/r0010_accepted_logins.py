"""When each worker's credentials were accepted last, so that a refusal under load is told from a bad login.

Revision 0010, after 0009. Columns that may be empty: code of the release before works on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SCHEMA = "streak_netsuite"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("call_share", sa.Column("login", sa.Text(), nullable=True), schema=SCHEMA)
    op.add_column(
        "call_share", sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True), schema=SCHEMA
    )

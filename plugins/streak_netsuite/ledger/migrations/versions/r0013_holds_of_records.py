"""The holds of a record are found without reading all that was ever held.

Revision 0013, after 0012. An index: code of the release before works on.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SCHEMA = "streak_netsuite"


def upgrade() -> None:
    """Add the index."""
    op.create_index("hold_record_idx", "hold", ["record_key"], schema=SCHEMA)

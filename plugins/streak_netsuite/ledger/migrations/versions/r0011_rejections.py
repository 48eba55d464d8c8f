"""Orders that somebody has rejected.

Revision 0011, after 0010. A wider check. Code of the release before works on, but cannot read a rejection: reject only
when every worker is of this release.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SCHEMA = "streak_netsuite"
_CHECK = "decision_choice_check"


def upgrade() -> None:
    """Allow the choice."""
    op.drop_constraint(op.f(_CHECK), "decision", schema=SCHEMA, type_="check")
    op.create_check_constraint(
        op.f(_CHECK),
        "decision",
        "choice IN ('approve', 'reject', 'edit', 'choose', 'create')",
        schema=SCHEMA,
    )

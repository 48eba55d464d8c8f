"""An index over customers, by what they may share with one that is to be created.

Revision 0009, after 0008. A column that may be empty: code of the release before works on. The directory is read anew
once, because addresses and phones were not kept before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SCHEMA = "streak_netsuite"


def upgrade() -> None:
    """Add the column and its index; forget how far customers were read."""
    op.add_column(
        "customer_directory",
        sa.Column("block_codes", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        schema=SCHEMA,
    )
    op.create_index(
        "customer_directory_block_codes_idx",
        "customer_directory",
        ["block_codes"],
        schema=SCHEMA,
        postgresql_using="gin",
        postgresql_with={"fastupdate": False},
    )
    watermark = sa.table("watermark", sa.column("name"), schema=SCHEMA)
    op.execute(watermark.delete().where(watermark.c.name == "netsuite.customers"))

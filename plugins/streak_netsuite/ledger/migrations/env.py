"""Runs the migrations on the connection that `schema.upgrade` gives."""

from alembic import context

from streak_netsuite.ledger.tables import SCHEMA, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema=SCHEMA,
    include_schemas=True,
)

with context.begin_transaction():
    context.run_migrations()

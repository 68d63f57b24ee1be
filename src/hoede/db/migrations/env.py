"""Alembic's entry: runs migrations on the connection handed to it."""

from alembic import context

from hoede.db.columns import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

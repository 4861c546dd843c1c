"""Alembic's entry: runs the migrations on the connection that hub/storage/sql/migrate.py hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from hub.storage.sql.connector_tables import connector_secrets

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=connector_secrets.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

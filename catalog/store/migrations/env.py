"""What Alembic runs: the scripts, in the connection and transaction that ``upgrade`` was given."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], target_metadata=context.config.attributes["metadata"])
with context.begin_transaction():
    context.run_migrations()

"""Alembic's entry: the connection is given by `foundation.database`, never read from a file."""

from alembic import context

from migrations import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata.everything(),
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

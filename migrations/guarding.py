"""Install and remove the guards: triggers that refuse what the services refuse first.

The SQL is in `guards/NAME.DIALECT.sql`; statements are separated by a line `-- ;;`. A guard
raises a message `guard:NAME`, on PostgreSQL with the SQLSTATE class LG of our own.
"""

import re
from pathlib import Path

from alembic import op

_FOLDER = Path(__file__).parent / "guards"
_TRIGGER = re.compile(r"CREATE TRIGGER (\w+)[^;]*? ON (\w+)", re.DOTALL)
_FUNCTION = re.compile(r"CREATE FUNCTION (\w+\(\w*\))")


def statements(name: str, dialect: str) -> list[str]:
    """Return the statements of a guard file for a dialect."""
    text = (_FOLDER / f"{name}.{dialect}.sql").read_text(encoding="utf-8")
    return [part.strip() for part in text.split("-- ;;") if part.strip()]


def triggers(name: str, dialect: str) -> list[tuple[str, str]]:
    """Return (trigger, table) of every trigger in a guard file."""
    found = []
    for statement in statements(name, dialect):
        match = _TRIGGER.search(statement)
        if match:
            found.append((match.group(1), match.group(2)))
    return found


def install(name: str) -> None:
    """Create the guards of a file."""
    connection = op.get_bind()
    dialect = connection.dialect.name
    for statement in statements(name, dialect):
        # The driver of PostgreSQL reads a bare % as a place for a parameter.
        escaped = statement.replace("%", "%%") if dialect == "postgresql" else statement
        connection.exec_driver_sql(escaped)


def remove(name: str) -> None:
    """Drop the guards of a file, in reverse order."""
    connection = op.get_bind()
    dialect = connection.dialect.name
    for trigger, table in reversed(triggers(name, dialect)):
        place = f" ON {table}" if dialect == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER {trigger}{place}")
    if dialect == "postgresql":
        for statement in reversed(statements(name, dialect)):
            match = _FUNCTION.match(statement)
            if match:
                connection.exec_driver_sql(f"DROP FUNCTION {match.group(1)}")

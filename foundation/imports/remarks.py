"""What reading a register has to tell, in the reader's language.

Recognition writes Chinese sentences with their data already inside. They go through the
catalogue as the reasons of refusals do, which knows such sentences by pattern.
"""

from foundation.http.languages import describe
from foundation.imports.rows import RejectedRow
from ledger.errors import DomainError


class Notice(DomainError):
    """Something that whoever imports should know."""

    code = "import_notice"
    message = "注意：{notice}"


class Expected(DomainError):
    """What should have stood in a cell."""

    code = "import_expected"
    message = "应为{expected}"


class ReadFrom(DomainError):
    """Where the unit of the amounts was read."""

    code = "import_unit_read_from"
    message = "依据：{source}"


def notice(text: str) -> str:
    """Say a notice."""
    return describe(Notice(notice=text))


def expected_of(row: RejectedRow) -> str:
    """Say what was expected in the cell that a rejected row names."""
    return describe(Expected(expected=row.expected))


def read_from(text: str) -> str:
    """Say where a unit was read."""
    return describe(ReadFrom(source=text))

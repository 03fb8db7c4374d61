"""Read the questions out of the workbook of a sample that an auditor filled in.

The workbook is the one that a sample exports: a row names its item (凭证号 with 行号, or 捐赠编号)
and the auditor wrote into 询问. Rows without a question are left alone; a question that is recorded
already is counted and not recorded again, so a workbook may come back as often as it likes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from foundation.auditing import service
from foundation.auditing.models import reference
from foundation.auditing.service import AskedBefore, QueryInput
from foundation.imports.cells import Row, compact, text_of
from foundation.imports.reading import open_register
from ledger.clock import Clock
from ledger.errors import DomainError, InvalidInput

_ITEM = ("编号", "凭证号", "捐赠编号", "item", "voucher", "gift")
_LINE = ("行号", "line")
_QUESTION = ("询问", "审计询问", "question", "query")
_MOST_HEAD = 30
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a workbook; `rejected` are (row, why)."""

    rows: int
    recorded: tuple[str, ...]
    duplicates: int
    rejected: tuple[tuple[int, DomainError], ...]


@dataclass(frozen=True, slots=True)
class _Columns:
    item: int
    line: int | None
    question: int


class NoQuestions(InvalidInput):
    """The table has no columns for items and questions."""

    code = "no_question_column"
    message = "没有找到“编号”（或凭证号、捐赠编号）和“询问”两列，请使用样本导出的工作簿"


def record(
    session: Session,
    content: bytes,
    filename: str,
    *,
    asked_by: str,
    asked_on: date,
    topic: str,
    actor: str,
    clock: Clock,
) -> Recorded:
    """Record every question of a workbook. Raises NoQuestions, or what the file is refused for."""
    rows = list(open_register(content, filename).rows())
    if len(rows) > MOST_ROWS:
        raise InvalidInput(field="文件", reason=f"最多 {MOST_ROWS} 行")
    head, columns = _find(rows)
    recorded: list[str] = []
    rejected: list[tuple[int, DomainError]] = []
    asked = duplicates = 0
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        question = _text(row, columns.question)
        if not question or not _text(row, columns.item):
            continue
        asked += 1
        entry = QueryInput(topic, question, asked_by, asked_on, about=_about(row, columns))
        try:
            made = service.record(session, entry, actor=actor, clock=clock)
        except AskedBefore:
            duplicates += 1
        except DomainError as error:
            rejected.append((number, error))
        else:
            recorded.append(reference(made.year, made.number))
    return Recorded(asked, tuple(recorded), duplicates, tuple(rejected))


def _find(rows: Sequence[Row]) -> tuple[int, _Columns]:
    for place, row in enumerate(rows[:_MOST_HEAD]):
        words = [compact(cell).lower() for cell in row]
        item, question = _place(words, _ITEM), _place(words, _QUESTION)
        if item is not None and question is not None:
            return place, _Columns(item, _place(words, _LINE), question)
    raise NoQuestions


def _place(words: Sequence[str], names: Sequence[str]) -> int | None:
    """The first name that a column has, in the order of the names."""
    return next((words.index(name) for name in names if name in words), None)


def _about(row: Row, columns: _Columns) -> str:
    item = _text(row, columns.item)
    line = "" if columns.line is None else _text(row, columns.line)
    return f"{item}#{line}" if line and "#" not in item and item[:1] not in "Gg" else item


def _text(row: Row, place: int) -> str:
    return text_of(row[place]).strip() if place < len(row) else ""

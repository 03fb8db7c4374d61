"""What tests of the workspace arrange: a chosen rubric, papers that are what they say, tables."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from foundation import database
from foundation.assessment import choosing, papers
from foundation.assessment.papers import PaperInput
from tests import factories, serving
from tests.factories import ADMINISTRATOR, CLOCK

ACCOUNTANT, REVIEWER = "accountant", "reviewer"
WHO: dict[str, Any] = {"actor": ACCOUNTANT, "clock": CLOCK}
OTHER: dict[str, Any] = {"actor": REVIEWER, "clock": CLOCK}
PDF = b"%PDF-1.7\n%test\n"
HEADS = ("一级", "二级", "三级", "四级", "分值", "评定方法与说明")


def build(engine: Engine) -> None:
    """Books, one person for each role, and the Jiangsu rubric for 2025 and 2026."""
    factories.install_books(engine)
    factories.install_organisation(engine)
    serving.add_people(engine)
    do(engine, choose)


def choose(
    session: Session, version: str = "jiangsu-2.4", *, founding: int | None = 200_000_000
) -> choosing.Chosen:
    """Work with a rubric for 2025 and 2026."""
    return choosing.choose(
        session,
        version,
        first_year=2025,
        last_year=2026,
        founding_minor=founding,
        reason="",
        actor=ADMINISTRATOR,
        clock=CLOCK,
    )


def do(engine: Engine, act: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Run a service in a transaction of its own."""
    with database.transaction(engine) as session:
        return act(session, *arguments, **options)


def add_paper(
    session: Session, folder: Path, *, content: bytes = PDF, name: str = "证明.pdf", **said: Any
) -> int:
    """Keep a paper and return its key."""
    supersedes = said.pop("supersedes", None)
    given = PaperInput(**({"title": "年度审计报告", "slot": "audit_report"} | said))
    kept = papers.add(
        session,
        given,
        name=name,
        content=content,
        data_dir=folder,
        supersedes=supersedes,
        **WHO,
    )
    return kept.id


def zipped(*names: str) -> bytes:
    """A zip with empty entries, as documents of offices are."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return stream.getvalue()


def workbook(*rows: tuple[Any, ...], title: bool = False) -> bytes:
    """A rubric as an office sends it: perhaps a title, the head, and rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if title:
        sheet.append(["湖北省基金会评估指标"])
    sheet.append(list(HEADS))
    for row in rows:
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()

"""Tables as people hand them in, and the books that they are handed in to."""

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import Engine

from foundation import database
from foundation.evidence import service
from foundation.evidence.models import EvidenceUpload
from foundation.evidence.service import Paper
from tests.factories import CLOCK, PREPARER

PAYROLL_HEAD = ("人员代码", "岗位", "专职兼职", "归属", "工资福利", "社保公积金")
TOP_HEAD = ("名次", "人员代码", "岗位", "全年薪酬合计")
STAFF: tuple[tuple[Any, ...], ...] = (
    ("P001", "秘书长", "专职", "管理", "120000.00", "24000.00"),
    ("P002", "项目主管", "专职", "SCHOL", "96000.50", "21600.00"),
)
TOP: tuple[tuple[Any, ...], ...] = (
    ("1", "P001", "秘书长", "144000.00"),
    ("2", "P002", "项目主管", "117600.50"),
)
DIFFERENCES_HEAD = ("表", "项目", "年报数", "账面数", "差额", "原因")
REPORTS_HEAD = ("报告", "文号", "事务所", "意见", "日期", "附件")
REPORT = (
    "2026年度审计报告",
    "示审字001号",
    "示例会计师事务所",
    "无保留意见",
    "2026-03-15",
    "审计报告.pdf",
)
AUDITED_HEAD = ("报表", "项目", "审定数", "审计调整", "调整说明")


def book(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """Make a workbook; figures are numbers where they look like some."""
    stream = io.BytesIO()
    made = xlsxwriter.Workbook(stream, {"in_memory": True})
    made.set_properties({"created": CLOCK.now().replace(tzinfo=None)})
    for name, rows in sheets.items():
        page = made.add_worksheet(name)
        for at, row in enumerate(rows):
            for place, cell in enumerate(row):
                text = str(cell)
                if text.replace(".", "", 1).lstrip("-").isdigit():
                    page.write_number(at, place, Decimal(text))
                else:
                    page.write_string(at, place, text)
    made.close()
    return stream.getvalue()


def payroll(staff: Sequence[Sequence[Any]] = STAFF, top: Sequence[Sequence[Any]] = TOP) -> bytes:
    """A payroll with both of its sheets."""
    return book({"工资薪酬": [PAYROLL_HEAD, *staff], "最高前五位": [TOP_HEAD, *top]})


def single(head: Sequence[str], *rows: Sequence[Any]) -> bytes:
    """A table with one sheet."""
    return book({"Sheet1": [head, *rows]})


def hand_in(
    engine: Engine,
    folder: Path,
    kind: str,
    content: bytes,
    *,
    year: int = 2026,
    name: str = "表.xlsx",
    **more: Any,
) -> EvidenceUpload:
    """Hand a table in."""
    with database.transaction(engine) as session:
        made = service.hand_in_table(
            session,
            kind,
            year,
            Paper(name, content),
            data_dir=folder,
            actor=PREPARER,
            clock=CLOCK,
            **more,
        )
        session.expunge(made)
    return made


def hand_in_paper(
    engine: Engine, folder: Path, kind: str, content: bytes, name: str, *, year: int = 2026
) -> EvidenceUpload:
    """Hand a paper in."""
    with database.transaction(engine) as session:
        made = service.hand_in_paper(
            session,
            kind,
            year,
            Paper(name, content),
            data_dir=folder,
            actor=PREPARER,
            clock=CLOCK,
        )
        session.expunge(made)
    return made

"""Files 34, 39 and 45, and the papers: what was handed in, as tables and as it came."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from foundation.evidence import queries
from foundation.evidence.kinds import PAYROLL, CellKind, Kind, Sheet, get_kind, kinds
from foundation.evidence.models import EvidenceUpload
from foundation.evidence.queries import Line
from ledger.clock import Clock
from reports.audit_pack import use_files
from reports.audit_pack.definitions import filled
from reports.audit_pack.packing import Pack
from reports.parameters import Parameters
from reports.tables import Column, Label, Row, Table
from reports.tables import Kind as CellType

_TYPES = {
    CellKind.TEXT: CellType.TEXT,
    CellKind.CODE: CellType.CODE,
    CellKind.MONEY: CellType.MONEY,
    CellKind.INTEGER: CellType.INTEGER,
    CellKind.DATE: CellType.DATE,
}
_WIDTHS = {CellType.MONEY: 16, CellType.INTEGER: 8, CellType.DATE: 12}


def payroll(session: Session, parameters: Parameters, _clock: Clock) -> Iterator[tuple[str, Table]]:
    """34 工资薪酬, and its second table: the five who were paid most."""
    yield from _tables(session, parameters, PAYROLL)


def differences(
    session: Session, parameters: Parameters, _clock: Clock
) -> Iterator[tuple[str, Table]]:
    """39 年报与账面差异说明."""
    yield from _tables(session, parameters, "report_differences")


def reports(session: Session, parameters: Parameters, _clock: Clock) -> Iterator[tuple[str, Table]]:
    """45 审计与专项报告索引."""
    yield from _tables(session, parameters, "audit_reports")


def pour(session: Session, pack: Pack, parameters: Parameters, data_dir: Path) -> None:
    """Write the papers of a year as they came or went out."""
    year = parameters.period.year
    for name, content in use_files.papers(session, parameters):
        _write(pack, f"{year}/21_捐赠人资金使用报告/{name}", content, year)
    for kind in kinds().values():
        if kind.is_table:
            upload = queries.find_live(session, kind.code, year)
            if upload is not None:
                suffix = Path(upload.file_name).suffix
                _original(pack, upload, f"{year}/{_named(kind)}_上传原件{suffix}", data_dir)
            continue
        for paper in queries.list_papers(session, kind.code, year):
            _original(pack, paper, f"{year}/{_named(kind)}/{paper.file_name}", data_dir)


def _named(kind: Kind) -> str:
    return f"{kind.file}_{kind.zh}" if kind.file else kind.zh


def _original(pack: Pack, upload: EvidenceUpload, path: str, data_dir: Path) -> None:
    _write(pack, path, queries.content_of(upload, data_dir), upload.year)


def _write(pack: Pack, path: str, content: bytes, year: int) -> None:
    def write(stream: BinaryIO) -> None:
        stream.write(content)

    pack.pour(path, write, period=str(year))


def _tables(session: Session, parameters: Parameters, code: str) -> Iterator[tuple[str, Table]]:
    kind = get_kind(code)
    lines = queries.table(session, code, parameters.period.year)
    if lines is None:
        return
    first = [_row(kind.sheets[0], line) for line in lines if line.sheet == 1]
    yield "", filled(kind.file, parameters, first)
    for number, sheet in enumerate(kind.sheets[1:], start=2):
        columns = tuple(
            Column(field.key, Label(field.zh, field.en), _TYPES[field.kind], _width(field.kind))
            for field in sheet.fields
        )
        rows = [_row(sheet, line) for line in lines if line.sheet == number]
        totals = {column.key: 0 for column in columns if column.kind is CellType.MONEY}
        title = Label(sheet.zh, sheet.en)
        made = Table(f"pack_{kind.file}_{number}", title, columns, rows, parameters.heading, totals)
        yield sheet.zh, made


def _row(sheet: Sheet, line: Line) -> Row:
    return Row(tuple(line.cells[field.key] for field in sheet.fields))


def _width(kind: CellKind) -> int:
    return _WIDTHS.get(_TYPES[kind], 20)

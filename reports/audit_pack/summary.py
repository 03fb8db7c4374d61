"""Files 00: what is in the pack, which control totals hold, what changed since an earlier one."""

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.evidence import kinds, queries
from foundation.evidence.models import PackState
from ledger.errors import InvalidInput
from ledger.trail import TrailRecord
from reports.audit_pack.packing import MANIFEST, STATE_WORDS, Member
from reports.parameters import Parameters
from reports.tables import Column, Kind, Label, Row, Table

_CONTENTS = (
    Column("path", Label("文件", "File"), width=44),
    Column("period", Label("期间", "Period"), Kind.CODE, 8),
    Column("rows", Label("行数", "Rows"), Kind.INTEGER, 9),
    Column("column", Label("金额列", "Amount column"), width=18),
    Column("sum", Label("合计", "Sum"), Kind.CODE, 18),
    Column("sha256", Label("SHA-256", "SHA-256"), Kind.CODE, 66),
)
_TOTALS = (
    Column("period", Label("期间", "Period"), Kind.CODE, 8),
    Column("id", Label("勾稽编号", "Id"), Kind.CODE, 8),
    Column("left_title", Label("左项", "Left"), width=32),
    Column("left", Label("左金额", "Left amount"), Kind.CODE, 18),
    Column("right_title", Label("右项", "Right"), width=32),
    Column("right", Label("右金额", "Right amount"), Kind.CODE, 18),
    Column("difference", Label("差额", "Difference"), Kind.CODE, 16),
    Column("verdict", Label("结论", "Verdict"), width=10),
    Column("note", Label("说明", "Note"), width=50),
)
_CHANGES = (
    Column("at", Label("时间", "When"), Kind.CODE, 26),
    Column("kind", Label("类别", "Kind"), width=10),
    Column("what", Label("内容", "What"), width=44),
    Column("who", Label("操作人", "Who"), width=12),
    Column("reason", Label("原因", "Why"), width=40),
)
_HANDED_IN = (
    Column("year", Label("年度", "Year"), Kind.CODE, 8),
    Column("number", Label("文件号", "File"), Kind.CODE, 8),
    Column("title", Label("资料", "What"), width=34),
    Column("state", Label("状态", "State"), width=10),
    Column("file", Label("文件名", "File name"), width=34),
    Column("rows", Label("行数", "Rows"), Kind.INTEGER, 8),
    Column("who", Label("经办人", "Who"), width=12),
    Column("note", Label("说明", "Note"), width=40),
    Column("sha256", Label("SHA-256", "SHA-256"), Kind.CODE, 66),
)
_SLOTS = {"there": "已上传", "waived": "免报", "missing": "缺少", "optional": "未上传（非必报）"}
_VERDICTS = {True: "相符", False: "不符", None: "缺少资料"}


class NotAPack(InvalidInput):
    """The earlier file is no pack of ours."""

    code = "not_a_pack"
    message = "“{file}”不是本系统生成的评估资料包"


def read_manifest(stream: BinaryIO, name: str) -> dict[str, Any]:
    """Return the manifest of an earlier pack. Raises NotAPack."""
    try:
        with ZipFile(stream) as archive:
            found: dict[str, Any] = json.loads(archive.read(MANIFEST))
            trail, files = found["trail"], found["files"]
    except (BadZipFile, KeyError, ValueError, TypeError) as error:
        raise NotAPack(file=name) from error
    if not isinstance(files, list) or not (trail is None or "sequence" in trail):
        raise NotAPack(file=name)
    return found


def contents(parameters: Parameters, members: Iterable[Member], state: PackState) -> Table:
    """00 清单: a row for each file, and for each of its amount columns; draft or final."""
    rows = []
    for member in members:
        sums = member.sums or {"": ""}
        rows += [
            Row((member.path, member.period, member.rows, title, text, member.sha256))
            for title, text in sums.items()
        ]
    words = STATE_WORDS[state]
    notes = (Label(f"资料包状态：{words.zh}", f"State of the pack: {words.en}"),)
    found = _table("contents", Label("清单", "Contents"), _CONTENTS, parameters, rows)
    return dataclasses.replace(found, notes=notes)


def control_totals(parameters: Parameters, totals: Iterable[Mapping[str, Any]]) -> Table:
    """00 勾稽结果: every control total of every year."""
    rows = [
        Row(
            (
                item["period"],
                item["id"],
                item["left_title"],
                item["left"],
                item["right_title"],
                item["right"],
                item["difference"],
                "已说明" if item["explanation"] else _VERDICTS[item["holds"]],
                item["note"],
            )
        )
        for item in totals
    ]
    return _table("control_totals", Label("勾稽结果", "Control totals"), _TOTALS, parameters, rows)


def handed_in(session: Session, parameters: Parameters, years: Iterable[int]) -> Table:
    """00 上传资料: what was handed in for each year, what was not, and why not."""
    rows = []
    for year in years:
        for slot in queries.slots(session, year):
            upload, waiver = slot.upload, slot.waiver
            rows.append(
                Row(
                    (
                        str(year),
                        slot.kind.file,
                        slot.kind.zh,
                        _SLOTS[slot.state],
                        upload.file_name if upload else "",
                        upload.row_count if upload else None,
                        upload.uploaded_by if upload else waiver.waived_by if waiver else "",
                        waiver.reason if waiver else "",
                        upload.digest if upload else "",
                    )
                )
            )
        for kind in kinds.kinds().values():
            for paper in queries.list_papers(session, kind.code, year):
                cells = (str(year), kind.file, f"{kind.zh}：{paper.title}", _SLOTS["there"])
                more = (paper.file_name, None, paper.uploaded_by, paper.reference, paper.digest)
                rows.append(Row((*cells, *more)))
    return _table("handed_in", Label("上传资料", "Handed in"), _HANDED_IN, parameters, rows)


def changes(
    session: Session,
    parameters: Parameters,
    earlier: Mapping[str, Any],
    members: Iterable[Member],
) -> Table:
    """00 变更: which files differ from the earlier pack, and every act since, by date."""
    before = {item["path"]: item["sha256"] for item in earlier["files"]}
    now = {member.path: member.sha256 for member in members}
    rows = [
        Row(("", _difference(before.get(path), now.get(path)), path, "", ""))
        for path in sorted(before.keys() | now.keys())
        if before.get(path) != now.get(path)
    ]
    last = earlier["trail"]["sequence"] if earlier["trail"] else 0
    rows += [
        Row(
            (
                record.at.isoformat(timespec="seconds"),
                "操作",
                f"{record.action} {record.subject}",
                record.actor,
                record.reason,
            )
        )
        for record in session.execute(
            select(TrailRecord)
            .where(TrailRecord.sequence > last)
            .order_by(TrailRecord.sequence)
            .execution_options(yield_per=2000)
        ).scalars()
    ]
    return _table("changes", Label("变更", "Changes"), _CHANGES, parameters, rows)


def _difference(before: str | None, now: str | None) -> str:
    if before is None:
        return "新增文件"
    return "文件不再有" if now is None else "文件有变"


def _table(
    name: str, title: Label, columns: tuple[Column, ...], parameters: Parameters, rows: list[Row]
) -> Table:
    return Table(
        id=f"pack_{name}", title=title, columns=columns, rows=rows, heading=parameters.heading
    )

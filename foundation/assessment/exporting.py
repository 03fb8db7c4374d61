"""The evidence as one folder: papers by indicator in the order of the rubric, with an index."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_STORED, ZipFile

from sqlalchemy.orm import Session

from foundation.assessment import papers, points, wording
from foundation.assessment.models import AssessmentPaper
from foundation.assessment.rubrics import Indicator
from foundation.assessment.workspace import Workspace
from foundation.spreadsheets import safe_or_number
from foundation.zip_entries import entry

_INDEX_HEADS = (
    "指标",
    "一级",
    "二级",
    "三级",
    "四级",
    "标准分值",
    "自评计分",
    "复核人",
    "证据编号",
    "材料名称",
    "文号",
    "出具单位",
    "出具日期",
    "有效期至",
    "所属年度",
    "文件",
    "SHA-256",
    "资料包文件号",
    "尚缺",
)
_RUN_HEADS = ("核对项目", "结论", "说明", "问题数", "首例")
_LONGEST_FOLDER = 60
_FORBIDDEN = str.maketrans(dict.fromkeys('\\/:*?"<>|\n\r\t', "_"))

Say = Callable[[str, dict[str, object]], str]


def write(
    session: Session,
    found: Workspace,
    stream: BinaryIO,
    *,
    data_dir: Path,
    titles: Callable[[str], str],
    say: Say,
) -> int:
    """Write the zip and return how many papers are in it.

    The same evidence gives the same bytes. Raises FileChanged when the archive lost a paper.
    """
    written = 0
    with ZipFile(stream, "w", allowZip64=True) as archive:
        archive.writestr(entry("00_目录.csv"), _table(_INDEX_HEADS, _index(found, say)))
        archive.writestr(entry("00_账簿核对结果.csv"), _table(_RUN_HEADS, _run(found, titles, say)))
        for view in found.views:
            for paper in view.live_papers:
                _, content = papers.read(session, paper.id, data_dir=data_dir)
                # Scans are compressed already.
                archive.writestr(entry(_path(view.indicator, paper), ZIP_STORED), content)
                written += 1
    return written


def _path(indicator: Indicator, paper: AssessmentPaper) -> str:
    folder = f"{indicator.code}_{indicator.name}"[:_LONGEST_FOLDER].translate(_FORBIDDEN)
    name = f"{wording.number_of(paper.id)}_{paper.file_name}".translate(_FORBIDDEN)
    return f"{folder}/{name}"


def _index(found: Workspace, say: Say) -> Iterable[Sequence[str]]:
    for view in found.views:
        one, scored = view.indicator, view.scored
        levels = [*one.levels, *[""] * (4 - len(one.levels))]
        confirmed = (
            scored.confirmation.confirmed_by
            if scored is not None and scored.confirmation is not None and scored.is_confirmed
            else ""
        )
        # With its name, so that no spreadsheet takes 2.10 for a number.
        head = [
            f"{one.code} {one.name}",
            *levels,
            points.text_of(one.points),
            points.text_of(view.points),
        ]
        lacking = "；".join(say(gap.sentence, gap.values) for gap in view.gaps)
        last = [" ".join(one.evidence.files), lacking]
        rows = [_of_paper(one, paper) for paper in view.live_papers] or [[""] * 9]
        for row in rows:
            yield [*head, confirmed, *row, *last]


def _of_paper(indicator: Indicator, paper: AssessmentPaper) -> list[str]:
    years = sorted({paper.first_year, paper.last_year} - {None}, key=int)  # type: ignore[arg-type]
    return [
        wording.number_of(paper.id),
        paper.title,
        paper.document_number,
        paper.issuer,
        str(paper.issued_on or ""),
        str(paper.valid_until or ""),
        "—".join(str(year) for year in years),
        _path(indicator, paper),
        paper.digest,
    ]


def _run(found: Workspace, titles: Callable[[str], str], say: Say) -> Iterable[Sequence[str]]:
    if found.run is None:
        return
    for name, answer in found.run.answers.items():
        yield (
            titles(name),
            say(wording.STATES[answer.verdict][0], {}),
            say(answer.sentence, answer.values),
            str(answer.count),
            answer.instances[0].text if answer.instances else "",
        )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    for row in rows:
        writer.writerow([safe_or_number(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")

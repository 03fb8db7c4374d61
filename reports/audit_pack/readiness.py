"""What keeps a pack from being final, as one list: nothing is left for a second try.

Control totals that differ without an approved explanation of these very figures, months that are
open, findings of the integrity suite, required tables that nobody handed in or waived.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from foundation.evidence import queries
from foundation.evidence.explanations import STANDINGS, Standing
from ledger import catalogue, integrity
from ledger.integrity import Check
from reports.period_range import month_text

_NAMED_FINDINGS = 5
_CLOSED = "closed"


def obstacles(
    session: Session,
    years: Sequence[int],
    totals: Sequence[Mapping[str, Any]],
    checks: Sequence[Check],
) -> list[str]:
    """Return everything that stands in the way, in sentences."""
    return [
        *_open_months(session, years),
        *_unexplained(totals),
        *_missing(session, years),
        *_findings(session, checks),
    ]


def _open_months(session: Session, years: Sequence[int]) -> Iterator[str]:
    periods = catalogue.load(session).periods
    for year in years:
        months = [key for key in sorted(periods) if key // 100 == year]
        is_open = [key for key in months if periods[key].state.value != _CLOSED]
        if is_open:
            yield f"{'、'.join(month_text(key) for key in is_open)} 尚未结账"
        elif not months or months[-1] % 100 != 12:
            yield f"{year} 年的会计期间未满全年"


def _unexplained(totals: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for item in totals:
        if item["holds"] is not False or item["explanation"]:
            continue
        state = item["explanation_state"]
        how = STANDINGS[Standing(state)] if state else "未说明"
        sides = f"{item['left_title']} {item['left']}，{item['right_title']} {item['right']}"
        yield f"{item['period']} 年 {item['id']} 差额 {item['difference']}（{sides}）{how}"


def _missing(session: Session, years: Sequence[int]) -> Iterator[str]:
    for year in years:
        for kind in queries.missing(session, year):
            yield f"{year} 年缺少 {kind.file} {kind.zh}"
        for name in queries.reports_without_file(session, year):
            yield f"{year} 年审计与专项报告“{name}”的文件尚未上传"


def _findings(session: Session, checks: Sequence[Check]) -> Iterator[str]:
    found = [one for one in integrity.run(session, checks) if one.severity == "error"]
    if found:
        named = "、".join(f"{one.check} {one.row}" for one in found[:_NAMED_FINDINGS])
        yield f"账簿检查有 {len(found)} 项发现（{named}）"

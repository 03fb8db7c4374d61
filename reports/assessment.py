"""自评得分表 as a report, and the probes of an assessment that need the reports."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from foundation.assessment import points, queries
from foundation.assessment.probing import Answer, Instance, Probe, Question, Verdict, judged
from foundation.assessment.queries import Sheet, SheetRow
from foundation.http.languages import mark
from ledger import catalogue
from reports import parameters
from reports.parameters import PERIOD, Parameters
from reports.ratios import from_books, printing
from reports.ratios import verdicts as ratio_verdicts
from reports.ratios.rules import Profile, list_in_force
from reports.statements import tabling
from reports.tables import Column, Emphasis, Label, Row, Table
from reports.tie_outs import registry as tie_outs

ID = "self_assessment"
TITLE = Label("自评得分表", "Self-assessment")
COLUMNS = (
    Column("level1", Label("一级指标", "Indicator 1"), width=14),
    Column("level2", Label("二级指标", "Indicator 2"), width=14),
    Column("level3", Label("三级指标", "Indicator 3"), width=20),
    Column("scoring", Label("评分与计分", "Scoring"), width=30),
    Column("method", Label("评定方法与说明", "Method"), width=34),
    Column("points", Label("标准分值", "Points"), width=9),
    Column("score", Label("自评计分", "Own score"), width=9),
    Column("panel", Label("评估小组计分", "Panel"), width=9),
    Column("committee", Label("评估委员会计分", "Committee"), width=9),
    Column("evidence", Label("证据文件号", "Evidence"), width=24),
)
_UNKNOWN = "未取得"


def run(session: Session, asked: Parameters) -> Table:
    """Return the score sheet of the rubric that is worked with."""
    sheet = queries.read_sheet(session)
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(rows_of(sheet)),
        heading=asked.heading,
        notes=notes_of(sheet),
    )


def rows_of(sheet: Sheet | None) -> Iterator[Row]:
    """Yield the lines of the sheet, then the sum as far as it is known."""
    if sheet is None:
        return
    for row in sheet.rows:
        yield Row(cells_of(row))
    scored = points.text_of(sheet.scored)
    yield Row(
        ("合计", "", "", "", "", points.text_of(sheet.known), scored, "", "", ""),
        emphasis=Emphasis.TOTAL,
    )


def cells_of(row: SheetRow) -> tuple[str, ...]:
    """Return a line; a fourth level stands with the words on scoring."""
    one = row.indicator
    levels = [*one.levels[:3], *[""] * (3 - len(one.levels[:3]))]
    return (
        *levels,
        one.text,
        one.method or one.proof,
        row.points or _UNKNOWN,
        row.score,
        "",
        "",
        row.evidence,
    )


def notes_of(sheet: Sheet | None) -> tuple[Label, ...]:
    """Say where the text is from, and what is not known."""
    if sheet is None:
        return (Label("尚未启用评分细则。", "No rubric is worked with."),)
    rubric = sheet.chosen.rubric
    years = f"{sheet.chosen.first_year}—{sheet.chosen.last_year}"
    found = [
        Label(
            f"细则：{rubric.title.zh}；{rubric.authority}，{rubric.source}（等级 {rubric.grade}）；"
            f"评估年度 {years}。",
            f"Rubric: {rubric.title.en} (grade {rubric.grade}); years {years}.",
        )
    ]
    if sheet.without_points:
        found.append(
            Label(
                f"{sheet.without_points} 项指标的分值未取得，合计只含已知分值。",
                f"The points of {sheet.without_points} indicators are not known;"
                " the sum has only the known ones.",
            )
        )
    return tuple(found)


def ratios_met(session: Session, question: Question) -> Answer:
    """Every rule on charitable spending and management expense holds in every year that ended."""
    ended = [year for year in question.years if year < question.today.year]
    failed: list[Instance] = []
    judged_count = 0
    for year in ended:
        asked = _asked(session, year, question)
        history = from_books.history(session, asked)
        for rule_set in list_in_force(date(year, 12, 31)):
            for requirement in rule_set.requirements:
                if not requirement.applies_to(Profile()):
                    continue
                found = ratio_verdicts.judge(rule_set, requirement, history, fiscal_year=year)
                if found.verdict in (
                    ratio_verdicts.Verdict.NOT_APPLICABLE,
                    ratio_verdicts.Verdict.UNDETERMINED,
                ):
                    continue
                judged_count += 1
                if found.verdict is ratio_verdicts.Verdict.FAIL:
                    failed.append(_failed(year, rule_set.number or rule_set.name, found))
    if not judged_count:
        return Answer(
            Verdict.UNCLEAR,
            mark("已结束的评估年度没有可以判断的比例"),
            endpoint="reports.show",
            arguments=_ratio_report(question.years[-1]),
        )
    return judged(
        failed,
        good=mark("{total} 项比例要求全部达标"),
        bad=mark("{total} 项比例要求中有 {count} 项未达标"),
        values={"total": judged_count},
        endpoint="reports.show",
        arguments=_ratio_report(ended[-1]),
    )


def _failed(year: int, rule: str, found: ratio_verdicts.Finding) -> Instance:
    ratio = found.bases[0].ratio.four_decimals if found.bases else ""
    limit = "" if found.share is None else printing.as_form(found.share)
    text = f"{year} {rule} {found.requirement.label} {ratio}% / {limit}%"
    return Instance(text, "reports.show", _ratio_report(year))


def _ratio_report(year: int) -> dict[str, str]:
    return {"report_id": "spending_ratios", "period": str(year)}


def tie_outs_hold(session: Session, question: Question) -> Answer:
    """No control total of the years that ended differs."""
    known = {key // 100 for key in catalogue.load(session).periods}
    years = [year for year in question.years if year in known and year <= question.today.year]
    if not years:
        return Answer(Verdict.UNCLEAR, mark("这些年度没有会计期间"))
    differing: list[Instance] = []
    holding = missing = 0
    for year in years:
        for one in tie_outs.compute(session, _asked(session, year, question)):
            if one.holds is None:
                missing += 1
            elif one.holds:
                holding += 1
            else:
                text = f"{year} {one.control.id} {one.control.left.zh} ≠ {one.control.right.zh}"
                differing.append(Instance(text, "reports.show", _tie_out_report(year)))
    found = judged(
        differing,
        good=mark("{holding} 项勾稽全部相符"),
        bad=mark("{holding} 项勾稽相符，{count} 项不符，{missing} 项缺少资料"),
        values={"holding": holding, "missing": missing},
        endpoint="reports.show",
        arguments=_tie_out_report(years[-1]),
    )
    if differing or not missing:
        return found
    # What nobody could compute proves nothing.
    sentence = mark("{holding} 项勾稽相符，无一不符，但 {missing} 项缺少资料，不能下结论")
    return replace(found, verdict=Verdict.UNCLEAR, sentence=sentence)


def _tie_out_report(year: int) -> dict[str, str]:
    return {"report_id": "tie_outs", "period": str(year)}


def _asked(session: Session, year: int, question: Question) -> Parameters:
    declared = (PERIOD, tabling.LAYOUT)
    return parameters.resolve(session, declared, {"period": str(year)}, clock=question.clock)


PROBES: Mapping[str, Probe] = {
    "ratios_met": Probe(mark("公益支出与管理费用比例"), ratios_met),
    "tie_outs_hold": Probe(mark("账表勾稽"), tie_outs_hold),
}

"""Probes of the tables that are handed in for the audit pack: there, or let off, for every year."""

from sqlalchemy.orm import Session

from foundation.assessment.probing import Answer, Instance, Probe, Question, Verdict, judged
from foundation.evidence import kinds, queries
from foundation.http.languages import mark

_ENDPOINT = "evidence.index"


def reports_indexed(session: Session, question: Question) -> Answer:
    """The index of audit reports is there for every year that ended, with every file it names."""
    return _handed_in(session, question, kinds.REPORTS)


def payroll_handed_in(session: Session, question: Question) -> Answer:
    """The payroll is there for every year that ended."""
    return _handed_in(session, question, kinds.PAYROLL)


def _handed_in(session: Session, question: Question, code: str) -> Answer:
    ended = [year for year in question.years if year < question.today.year]
    if not ended:
        return Answer(Verdict.UNCLEAR, mark("这些年度都没有结束"))
    kind, lacking = kinds.get_kind(code), []
    for year in ended:
        where = {"year": year}
        if queries.find_live(session, code, year) is None:
            if queries.find_waiver(session, code, year) is None:
                lacking.append(Instance(f"{year} {kind.file} {kind.zh}", _ENDPOINT, where))
        elif code == kinds.REPORTS:
            lacking += [
                Instance(f"{year} {name}", _ENDPOINT, where)
                for name in queries.reports_without_file(session, year)
            ]
    return judged(
        lacking,
        good=mark("资料包文件 {file} 各年度已上传或已说明免报"),
        bad=mark("资料包文件 {file} 缺 {count} 项（未上传的年度，或清单所列而没有上传的报告）"),
        values={"file": kind.file},
        endpoint=_ENDPOINT,
        arguments={"year": ended[-1]},
    )


PROBES = {
    "reports_indexed": Probe(mark("审计与专项报告索引及附件"), reports_indexed),
    "payroll_handed_in": Probe(mark("工资薪酬表"), payroll_handed_in),
}

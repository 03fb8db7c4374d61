"""Questions of auditors: recorded once, answered as often as needed, changed never."""

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from foundation import database
from foundation.auditing import integrity, papers, queries, references, service, workbook
from foundation.auditing.models import reference
from foundation.auditing.queries import QueryFilter, QueryState
from foundation.auditing.service import QueryInput
from foundation.auditing.workbook import Recorded
from foundation.http.lists import PageRequest
from ledger.integrity import run
from ledger.trail import TrailRecord
from receipts import files
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.foundation.gifts import gift_cases
from tests.migrations.violations import drop_trigger
from tests.refusals import refused

WHO: dict[str, Any] = {"actor": PREPARER, "clock": CLOCK}
FIRM = "某会计师事务所 审计员甲"
ASKED = date(2026, 11, 20)


def build(engine: Engine) -> None:
    factories.install_books(engine)
    factories.post_gift(engine)
    gift_cases.posted(engine, minor=500_00)


@pytest.fixture(params=DIALECTS)
def asked(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "audit-asked", build) as engine:
        yield engine


@pytest.fixture
def session(databases: Databases) -> Iterator[Session]:
    with (
        databases.prepared("sqlite", "audit-asked", build) as engine,
        database.transaction(engine) as opened,
    ):
        yield opened


def record(session: Session, text: str = "附件在哪里？", **changes: Any) -> str:
    values: dict[str, Any] = {"topic": "附件", "asked_by": FIRM, "asked_on": ASKED}
    made = service.record(session, QueryInput(text=text, **(values | changes)), **WHO)
    return reference(made.year, made.number)


def test_questions_are_numbered_by_year_and_answers_supersede(
    asked: Engine, tmp_path: Path
) -> None:
    with database.transaction(asked) as session:
        assert record(session, about="记-2026-01-0001#2") == "Q2026-0001"
        assert record(session, asked_on=date(2025, 12, 30)) == "Q2025-0001"
        assert record(session, "第二个", about="记-2026-01-0001") == "Q2026-0002"
    with database.transaction(asked) as session:
        service.answer(session, "Q2026-0001", "在纸质档案中", data_dir=tmp_path, **WHO)
    with database.transaction(asked) as session:
        service.answer(
            session,
            "q2026-0001",
            "已补扫描件",
            attached=[("回单.pdf", b"%PDF-1.7 x"), ("copy.pdf", b"%PDF-1.7 x")],
            data_dir=tmp_path,
            actor=REVIEWER,
            clock=CLOCK,
        )
    with database.reading(asked) as session:
        view = queries.get_view(session, "Q2026-0001")
        counts = queries.counts(session)
        listed = queries.every(session, QueryFilter(state=QueryState.OPEN))
        page = queries.list_queries(session, QueryFilter(year=2026), PageRequest(limit=1))
        trail = session.execute(
            select(TrailRecord.action)
            .where(TrailRecord.subject == "audit_query:Q2026-0001")
            .order_by(TrailRecord.sequence)
        ).scalars()
        acts = list(trail)
    assert [one.text for one in view.answers] == ["已补扫描件", "在纸质档案中"]
    assert [one.is_current for one in view.answers] == [True, False]
    # The same bytes are one paper.
    assert [paper.name for paper in view.answers[0].papers] == ["回单.pdf"]
    assert papers.read(view.answers[0].papers[0], tmp_path) == b"%PDF-1.7 x"
    assert (view.row.state, view.row.answer) == (QueryState.ANSWERED, "已补扫描件")
    assert (view.row.about, view.row.answers) == ("记-2026-01-0001#2", 2)
    assert counts == {QueryState.OPEN: 2, QueryState.ANSWERED: 1, QueryState.CLOSED: 0}
    assert [row.reference for row in listed] == ["Q2025-0001", "Q2026-0002"]
    assert [row.reference for row in page.items] == ["Q2026-0002"]
    assert page.next is not None
    assert acts == ["audit_query.record", "audit_query.answer", "audit_query.answer"]


def test_gift_is_asked_about_and_found_again(session: Session) -> None:
    record(session, about="G2026-000001")

    (row,) = queries.every(session, QueryFilter(gift_id=1))

    assert row.about == "G2026-000001"
    assert queries.every(session, QueryFilter(text="审计员甲 附件")) == [row]
    assert queries.every(session, QueryFilter(text="无关")) == []


def test_same_question_is_recorded_once(session: Session) -> None:
    record(session, about="记-2026-01-0001")

    with refused("asked_before", "Q2026-0001"):
        record(session, " 附件在哪里？ ", about="记-2026-01-0001", topic="又问")
    record(session, about="记-2026-01-0001#1")


def test_closed_question_takes_no_answer(session: Session, tmp_path: Path) -> None:
    record(session)
    with refused("conflict", "没有答复"):
        service.close(session, "Q2026-0001", **WHO)
    service.answer(session, "Q2026-0001", "好", data_dir=tmp_path, **WHO)
    service.close(session, "Q2026-0001", **WHO)

    with refused("audit_query_closed"):
        service.answer(session, "Q2026-0001", "还有", data_dir=tmp_path, **WHO)
    with refused("audit_query_closed"):
        service.close(session, "Q2026-0001", **WHO)
    assert queries.get_view(session, "Q2026-0001").row.state is QueryState.CLOSED


@pytest.mark.parametrize(
    ("changes", "code", "saying"),
    [
        ({"topic": " "}, "invalid", "主题"),
        ({"text": ""}, "invalid", "询问"),
        ({"text": "x" * 5001}, "invalid", "询问"),
        ({"asked_by": "x" * 201}, "invalid", "询问人"),
        ({"asked_on": date(2026, 11, 23)}, "invalid", "不能晚于今天"),
        ({"about": "记-2026-01-9999"}, "not_found", "凭证"),
        ({"about": "记-2026-01-0001#9"}, "not_found", "分录"),
        ({"about": "G2025-000001"}, "not_found", "捐赠"),
        ({"about": "G2026-99999999999999999999"}, "invalid", "对象"),
        ({"about": "something"}, "invalid", "对象"),
    ],
)
def test_what_is_incomplete_is_refused(
    session: Session, changes: dict[str, Any], code: str, saying: str
) -> None:
    with refused(code, saying):
        record(session, **({"text": "问"} | changes))


@pytest.mark.parametrize("named", ["Q2026-0001", "Q", "", "x" * 300, "Q2026-99999999999"])
def test_unknown_question_is_refused(session: Session, named: str) -> None:
    with refused("unknown_audit_query"):
        references.find_query(session, named)


@pytest.mark.parametrize(
    ("name", "content", "saying"),
    [("a.exe", b"x", "文件类型"), ("a.pdf", b"", "不能为空"), ("pdf", b"x", "文件类型")],
)
def test_paper_that_cannot_be_kept_is_refused(
    session: Session, tmp_path: Path, name: str, content: bytes, saying: str
) -> None:
    record(session)

    with refused("invalid", saying):
        service.answer(
            session, "Q2026-0001", "见附件", attached=[(name, content)], data_dir=tmp_path, **WHO
        )


def filled_in(*rows: tuple[Any, ...], heads: tuple[str, ...] = ("编号", "行号", "询问")) -> bytes:
    """A workbook as it leaves a sample, with a title above its head."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("抽样底稿")
    sheet.write_row(0, 0, ["抽样底稿"])
    for place, row in enumerate((heads, *rows), start=2):
        sheet.write_row(place, 0, row)
    book.close()
    return stream.getvalue()


def read(session: Session, content: bytes, name: str = "底稿.xlsx") -> Recorded:
    return workbook.record(
        session, content, name, asked_by=FIRM, asked_on=ASKED, topic="抽样询问", **WHO
    )


def test_workbook_comes_back_with_its_questions(session: Session) -> None:
    content = filled_in(
        ("记-2026-01-0001", 2, "为什么没有发票？"),
        ("记-2026-01-0001", 1, ""),
        ("G2026-000001", "", "捐赠人是否关联方？"),
        ("记-2026-07-0009", 1, "这张凭证在哪里？"),
        ("合计", "", ""),
    )

    first, second = read(session, content), read(session, content)

    assert (first.rows, first.recorded, first.duplicates) == (3, ("Q2026-0001", "Q2026-0002"), 0)
    assert [(row, error.code) for row, error in first.rejected] == [(7, "not_found")]
    assert (second.recorded, second.duplicates) == ((), 2)
    abouts = [row.about for row in queries.every(session, QueryFilter())]
    assert abouts == ["记-2026-01-0001#2", "G2026-000001"]


def test_checks_prove_numbers_and_papers(asked: Engine, tmp_path: Path) -> None:
    checks = (*integrity.CHECKS, integrity.file_check(tmp_path))
    with database.transaction(asked) as session:
        record(session)
        service.answer(
            session, "Q2026-0001", "见附件", attached=[("a.pdf", b"x")], data_dir=tmp_path, **WHO
        )
    with database.reading(asked) as session:
        assert list(run(session, checks)) == []
    files.path_of(tmp_path, files.digest_of(b"x")).write_bytes(b"y")
    with asked.begin() as connection:
        drop_trigger(connection, "audit_query_update")
        connection.exec_driver_sql("UPDATE audit_query SET number = 3")
    with database.reading(asked) as session:
        found = {finding.check: finding.row for finding in run(session, checks)}
    assert found == {
        "audit_queries_numbered": "audit questions of 2026",
        "audit_answer_files": "audit answer 1",
    }


def test_table_without_questions_is_refused(session: Session) -> None:
    with refused("no_question_column"):
        read(session, filled_in(("记-2026-01-0001", 1), heads=("编号", "行号")))
    with refused("no_question_column"):
        read(session, "甲,乙\n1,2\n".encode(), "x.csv")

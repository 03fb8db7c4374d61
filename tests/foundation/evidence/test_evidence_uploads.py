"""Tables are read exactly, checked whole, kept with the file, replaced and never lost."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from foundation import database
from foundation.evidence import integrity, kinds, queries, service, template
from foundation.evidence.refusals import SamePaper, TableRefused
from foundation.imports.refusals import FileRefused
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.integrity import run as run_checks
from receipts import files
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER
from tests.foundation.evidence import evidence_tables as tables
from tests.foundation.evidence.evidence_tables import hand_in, hand_in_paper, payroll, single


@pytest.fixture(name="local")
def _local(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "books", factories.install_books) as engine:
        yield engine


@pytest.mark.parametrize("dialect", DIALECTS)
def test_payroll_is_read_to_the_fen_and_its_file_kept(
    databases: Databases, tmp_path: Path, dialect: str
) -> None:
    with databases.prepared(dialect, "books", factories.install_books) as engine:
        content = payroll()
        made = hand_in(engine, tmp_path, "payroll", content)
        assert made.digest == hashlib.sha256(content).hexdigest()
        assert files.read(tmp_path, made.digest, name="") == content
        with database.reading(engine) as session:
            lines = queries.table(session, "payroll", 2026)
            assert lines is not None
            assert [line.fen("wages") for line in lines if line.sheet == 1] == [
                120_000_00,
                96_000_50,
            ]
            assert [line.fen("total") for line in lines if line.sheet == 2] == [
                144_000_00,
                117_600_50,
            ]
            slot = queries.slots(session, 2026)[0]
            assert (slot.state, slot.total_minor) == ("there", 261_600_50)
            assert queries.missing(session, 2025) != []
            assert (
                list(run_checks(session, [*integrity.CHECKS, integrity.file_check(tmp_path)])) == []
            )


def test_headings_in_other_words_with_titles_units_totals_and_notes_are_read(
    local: Engine, tmp_path: Path
) -> None:
    rows = [
        ("某基金会2026年工资表",),
        ("单位：元",),
        ("员工编号", "职务", "用工形式", "列支项目", "工资及福利（万元）", "五险一金(元)"),
        ("示例：P000", "x", "x", "x", "1", "1"),
        ("P001", "秘书长", "专职", "管理", "12", "24000"),
        ("",),
        ("P002", "项目主管", "兼职", "SCHOL", "9.60005", "21600"),
        ("合计", "", "", "", "21.60005", "45600"),
        ("制表：出纳",),
    ]
    content = tables.book({"工资表": rows, "前五": [tables.TOP_HEAD, *tables.TOP]})
    made = hand_in(local, tmp_path, "payroll", content)
    assert made.row_count == 4
    with database.reading(local) as session:
        lines = queries.table(session, "payroll", 2026)
    assert lines is not None
    assert [line.fen("wages") for line in lines[:2]] == [120_000_00, 96_000_50]


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("a name in place of a code", lambda: payroll(staff=[("张测试", *tables.STAFF[0][1:])]),
     "代码"),
    ("an identity number", lambda: payroll(staff=[("11010519491231002X", *tables.STAFF[0][1:])]),
     "身份证"),
    ("a fund that does not exist", lambda: payroll(
        staff=[("P001", "秘书长", "专职", "NONE", "1", "0")], top=[("1", "P001", "x", "1")]),
     "基金项目编码"),
    ("a third decimal", lambda: payroll(staff=[(*tables.STAFF[0][:4], "1.005", "0")]), "小数"),
    ("no amount", lambda: payroll(staff=[(*tables.STAFF[0][:4], "若干", "0")]), "金额"),
    ("a word that is not of the list", lambda: payroll(
        staff=[("P001", "x", "临时", "管理", "1", "0")]), "专职、兼职"),
    ("a total that does not tie", lambda: payroll(
        staff=[*tables.STAFF, ("合计", "", "", "", "999.00", "45600.00")]), "与各行之和"),
    ("top five that were not paid so", lambda: payroll(top=[
        ("1", "P001", "x", "144000.01"), tables.TOP[1]]), "与该人员在"),
    ("top five without somebody", lambda: payroll(top=tables.TOP[:1]), "应列 2 人"),
    ("top five who are nowhere else", lambda: payroll(top=[
        tables.TOP[0], ("2", "P009", "x", "1.00")]), "工资薪酬"),
    ("a missing sheet", lambda: tables.book({"工资薪酬": [tables.PAYROLL_HEAD, *tables.STAFF]}),
     "工作表"),
    ("a missing column", lambda: tables.book({
        "工资薪酬": [tables.PAYROLL_HEAD[:4], ("P001", "x", "专职", "管理")],
        "最高前五位": [tables.TOP_HEAD, *tables.TOP]}), "缺少列：工资福利"),
    ("no row at all", lambda: payroll(staff=[], top=[]), "至少应有一行"),
]  # fmt: skip


@pytest.mark.parametrize(("_does", "content", "says"), REFUSED, ids=[case[0] for case in REFUSED])
def test_payroll_with_a_flaw_is_refused_whole(
    local: Engine, tmp_path: Path, _does: str, content: Callable[[], bytes], says: str
) -> None:
    with pytest.raises(TableRefused) as caught:
        hand_in(local, tmp_path, "payroll", content())
    assert says in " ".join(str(flaw) for flaw in caught.value.flaws)
    with database.reading(local) as session:
        assert queries.table(session, "payroll", 2026) is None
        assert session.execute(text("SELECT COUNT(*) FROM evidence_row")).scalar() == 0


def test_every_flaw_is_told_with_its_row_and_no_name_is_repeated(
    local: Engine, tmp_path: Path
) -> None:
    staff = [("王测试", "x", "专职", "管理", "1", "0"), ("P002", "", "专职", "管理", "x", "0")]
    with pytest.raises(TableRefused) as caught:
        hand_in(local, tmp_path, "payroll", payroll(staff=staff))
    told = [(flaw.row, flaw.field) for flaw in caught.value.flaws]
    assert told == [(3, "岗位"), (3, "工资福利")]
    with pytest.raises(TableRefused) as caught:
        hand_in(local, tmp_path, "payroll", payroll(staff=staff[:1]))
    assert "王测试" not in str(caught.value)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("表", "项", "10", "7", "3", ""), "写明原因"),
        (("表", "项", "10", "7", "4", "x"), "年报数减账面数为 3.00"),
        (("", "项", "10", "7", "3", "x"), "不能为空"),
    ],
)
def test_differences_without_reason_or_sum_are_refused(
    local: Engine, tmp_path: Path, row: tuple[str, ...], says: str
) -> None:
    with pytest.raises(TableRefused, match=says):
        hand_in(local, tmp_path, "report_differences", single(tables.DIFFERENCES_HEAD, row))


def test_figures_that_differ_from_the_books_are_kept_as_they_are(
    local: Engine, tmp_path: Path
) -> None:
    row = ("公益支出", "总支出", "10.00", "7.00", "3.00", "年报含代付")
    hand_in(local, tmp_path, "report_differences", single(tables.DIFFERENCES_HEAD, row))
    with database.reading(local) as session:
        lines = queries.table(session, "report_differences", 2026)
    assert lines is not None
    assert lines[0].fen("difference") == 3_00


def test_audited_figure_of_no_row_is_refused(local: Engine, tmp_path: Path) -> None:
    content = single(tables.AUDITED_HEAD, ("资产负债表", "商誉", "1", "", ""))
    with pytest.raises(TableRefused, match="没有这一行"):
        hand_in(local, tmp_path, "audited_figures", content, statement_rows=["资产负债表/资产总计"])


def test_index_names_the_reports_whose_files_are_not_there(local: Engine, tmp_path: Path) -> None:
    hand_in(local, tmp_path, "audit_reports", single(tables.REPORTS_HEAD, tables.REPORT))
    with database.reading(local) as session:
        assert queries.reports_without_file(session, 2026) == ["审计报告.pdf"]
    hand_in_paper(local, tmp_path, "audit_reports_files", b"%PDF-1.4", "审计报告.pdf")
    with database.reading(local) as session:
        assert queries.reports_without_file(session, 2026) == []


def test_later_table_takes_the_place_and_the_earlier_stays(local: Engine, tmp_path: Path) -> None:
    first = hand_in(local, tmp_path, "payroll", payroll())
    with pytest.raises(SamePaper):
        hand_in(local, tmp_path, "payroll", payroll())
    second = hand_in(
        local,
        tmp_path,
        "payroll",
        payroll(staff=tables.STAFF[:1], top=tables.TOP[:1]),
    )
    with database.reading(local) as session:
        live = queries.find_live(session, "payroll", 2026)
        assert live is not None
        assert live.id == second.id
        assert [one.id for one in queries.list_ended(session, 2026)] == [first.id]
        old, content = service.read_file(session, first.id, data_dir=tmp_path)
        assert (old.row_count, content) == (4, payroll())


def test_withdrawn_table_is_missing_again_and_kept(local: Engine, tmp_path: Path) -> None:
    made = hand_in(local, tmp_path, "payroll", payroll())
    with database.transaction(local) as session, pytest.raises(InvalidInput):
        service.withdraw(session, made.id, reason=" ", actor=PREPARER, clock=CLOCK)
    with database.transaction(local) as session:
        service.withdraw(session, made.id, reason="年度填错", actor=PREPARER, clock=CLOCK)
    with database.transaction(local) as session:
        assert "payroll" in {kind.code for kind in queries.missing(session, 2026)}
        with pytest.raises(Conflict):
            service.withdraw(session, made.id, reason="再撤", actor=PREPARER, clock=CLOCK)


def test_waiver_needs_a_reason_and_ends_when_the_table_comes(local: Engine, tmp_path: Path) -> None:
    def waive(code: str, reason: str) -> None:
        with database.transaction(local) as session:
            service.waive(session, code, 2026, reason=reason, actor=PREPARER, clock=CLOCK)

    with pytest.raises(InvalidInput):
        waive("payroll", "")
    with pytest.raises(InvalidInput):
        waive("report_differences", "没有差异")
    waive("payroll", "本年没有发放工资")
    with pytest.raises(Conflict):
        waive("payroll", "再来一次")
    with database.reading(local) as session:
        assert {slot.kind.code: slot.state for slot in queries.slots(session, 2026)}[
            "payroll"
        ] == "waived"
    hand_in(local, tmp_path, "payroll", payroll())
    with database.reading(local) as session:
        assert queries.find_waiver(session, "payroll", 2026) is None
    with pytest.raises(Conflict):
        waive("payroll", "已经上传")


@pytest.mark.parametrize(
    ("kind", "year", "name", "content", "error"),
    [
        ("payroll", 2019, "表.xlsx", payroll(), NotFound),
        ("nothing", 2026, "表.xlsx", payroll(), NotFound),
        ("minutes", 2026, "表.xlsx", payroll(), InvalidInput),
        ("payroll", 2026, "表.pdf", b"%PDF", InvalidInput),
        ("payroll", 2026, "表.xlsx", b"", InvalidInput),
        ("payroll", 2026, "表.xlsx", b"no workbook", FileRefused),
        ("payroll", 2026, "表.csv", "人员代码\n".encode(), TableRefused),
    ],
)
def test_what_is_no_table_of_the_year_is_refused(
    local: Engine, tmp_path: Path, kind: str, year: int, name: str, content: bytes, error: Any
) -> None:
    with pytest.raises(error):
        hand_in(local, tmp_path, kind, content, year=year, name=name)


def test_paper_is_kept_once_under_its_name(local: Engine, tmp_path: Path) -> None:
    made = hand_in_paper(local, tmp_path, "minutes", b"%PDF-1.4 a", "../第1次会议.pdf")
    assert (made.file_name, made.title) == ("第1次会议.pdf", "第1次会议")
    with pytest.raises(SamePaper):
        hand_in_paper(local, tmp_path, "minutes", b"%PDF-1.4 a", "另名.pdf")
    with pytest.raises(Conflict):
        hand_in_paper(local, tmp_path, "minutes", b"%PDF-1.4 b", "第1次会议.pdf")
    with pytest.raises(InvalidInput):
        hand_in_paper(local, tmp_path, "minutes", b"MZ", "run.exe")


@pytest.mark.parametrize("code", [k.code for k in kinds.kinds().values() if k.is_table])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_template_is_read_as_an_empty_table_of_its_kind(
    local: Engine, tmp_path: Path, code: str, language: str
) -> None:
    content = template.write(kinds.get_kind(code), year=2026, language=language)
    with pytest.raises(TableRefused) as caught:
        hand_in(local, tmp_path, code, content)
    # Its headings are known and its example is passed over: only the rows are missing.
    assert [flaw.expected[:7] for flaw in caught.value.flaws] == ["至少应有一行数"]


def test_every_required_table_fills_a_file_of_the_pack_and_names_its_source() -> None:
    for kind in kinds.kinds().values():
        assert kind.source
        assert kind.file or kind.code == "audited_figures"


def test_rows_and_files_changed_behind_our_back_are_found(local: Engine, tmp_path: Path) -> None:
    made = hand_in(local, tmp_path, "payroll", payroll())
    with local.begin() as connection:
        connection.execute(text("DROP TRIGGER evidence_row_update"))
        connection.execute(
            text("UPDATE evidence_row SET cells = REPLACE(cells, '12000000', '12000001')")
        )
    files.path_of(tmp_path, made.digest).write_bytes(b"other")
    with database.reading(local) as session:
        checks = [*integrity.CHECKS, integrity.file_check(tmp_path)]
        found = {finding.check for finding in run_checks(session, checks)}
    assert found == {"evidence_rows", "evidence_files"}

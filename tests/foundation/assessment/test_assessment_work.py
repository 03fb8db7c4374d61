"""Choosing a rubric, scoring and confirming, papers and tasks: what is done and what is refused."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.assessment import (
    choosing,
    papers,
    probes,
    running,
    scoring,
    shipped,
    tasks,
    workspace,
)
from foundation.assessment.gaps import IndicatorState
from foundation.assessment.models import Confirming, TaskState
from foundation.assessment.rubric_files import Particulars
from foundation.assessment.tasks import TaskInput
from foundation.assessment.workspace import Workspace
from foundation.duties import service as duties
from ledger.errors import Conflict, InvalidInput, NotAllowed, Stale
from ledger.trail import TrailRecord
from receipts import files
from tests.factories import ADMINISTRATOR, CLOCK
from tests.foundation.assessment.assessment_cases import (
    OTHER,
    PDF,
    WHO,
    add_paper,
    choose,
    do,
    workbook,
    zipped,
)

ADMIN: dict[str, Any] = {"actor": ADMINISTRATOR, "clock": CLOCK}
# 会计负责人职称与继续教育, and the audit reports.
TITLE, AUDIT = "2.4.1.3", "2.4.10.1"
STEPS = """
version = "fujian-1"
title = "净资产与注册资金"
authority = "福建省民政厅"
source = "评分表"
grade = "C"
is_complete = true
[[band]]
grade = "3A"
from = 5
[[band]]
grade = "4A"
from = 8
[[indicator]]
code = "1"
levels = ["基础条件"]
text = "年末净资产"
points = 10
grade = "C"
probes = ["net_assets_kept"]
[indicator.scoring]
probe = "net_assets_kept"
steps = [{ from = 2, points = 10 }, { from = "1", points = 5 }, { from = -1000000, points = 0 }]
"""


def read(engine: Engine, live: str = "") -> Workspace:
    """Return the workspace."""
    with database.reading(engine) as session:
        return workspace.read(session, probes.OWN, clock=CLOCK, live=live)


def gaps(engine: Engine, code: str) -> list[str]:
    """Return the keys of what is missing."""
    return [gap.key for gap in read(engine).find(code).gaps]


def score(engine: Engine, given: str = "2.5", *, code: str = TITLE, note: str = "") -> int:
    """Score an indicator and return the key of the score."""
    with database.transaction(engine) as session:
        chosen = choosing.get_chosen(session)
        row = scoring.score(session, chosen, code, given=given, note=note, **WHO)
        return row.id


def confirm(engine: Engine, seen: int, *, note: str = "", who: Any = OTHER, **said: Any) -> None:
    """Confirm a score as another person."""
    verdict = said.get("verdict", Confirming.CONFIRMED)
    with database.transaction(engine) as session:
        chosen = choosing.get_chosen(session)
        scoring.confirm(session, chosen, TITLE, seen=seen, verdict=verdict, note=note, **who)


def give(engine: Engine, **said: Any) -> int:
    """Give the accountant a task and return its key."""
    values: dict[str, Any] = {
        "title": "取得审计报告",
        "assignee": "accountant",
        "due_on": date(2026, 12, 1),
        "indicator": AUDIT,
    } | said
    with database.transaction(engine) as session:
        chosen = choosing.get_chosen(session)
        return tasks.create(session, chosen, TaskInput(**values), **WHO).id


@pytest.fixture
def actions(desk: Engine) -> Iterator[list[str]]:
    """What the trail says was done, read when the test ends."""
    found: list[str] = []
    yield found
    with database.reading(desk) as session:
        found += session.execute(select(TrailRecord.action)).scalars()
    assert any(action.startswith("assessment.") for action in found)


def test_score_waits_for_another_person_and_keeps_its_history(chosen: Engine) -> None:
    first = score(chosen)
    confirm(chosen, first, verdict=Confirming.RETURNED, note="证书已过期")
    returned = read(chosen).find(TITLE)
    second = score(chosen, "2")
    confirm(chosen, second)
    done = read(chosen)

    assert returned.scored is not None
    assert returned.scored.is_returned
    assert done.find(TITLE).points == 200
    assert (done.total.secured, done.total.claimed, done.total.unscored) == (200, 0, 7700)
    with database.reading(chosen) as session:
        history = scoring.history(session, choosing.get_chosen(session), TITLE)
    assert [(one.points, one.is_confirmed) for one in history] == [(200, True), (250, False)]


def test_score_by_oneself_is_not_confirmed(desk: Engine) -> None:
    seen = score(desk)

    with pytest.raises(NotAllowed, match="另一人"):
        confirm(desk, seen, who=WHO)


def test_score_that_was_replaced_meanwhile_is_not_confirmed(desk: Engine) -> None:
    seen = score(desk)
    score(desk, "3")

    with pytest.raises(Stale):
        confirm(desk, seen)


def test_score_is_confirmed_once(desk: Engine) -> None:
    seen = score(desk)
    confirm(desk, seen)

    with pytest.raises(Conflict, match="已经复核"):
        confirm(desk, seen)


def test_score_is_sent_back_only_with_a_reason(desk: Engine) -> None:
    seen = score(desk)

    with pytest.raises(InvalidInput, match="退回须写明原因"):
        confirm(desk, seen, verdict=Confirming.RETURNED)


@pytest.mark.parametrize(
    ("given", "said"),
    [("3.01", "不能超过标准分值 3"), ("三", "应为不超过两位小数的数字"), ("-1", "应为不超过")],
)
def test_score_that_is_no_part_of_the_points_is_refused(
    desk: Engine, given: str, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        score(desk, given)


def test_score_is_taken_back_with_a_reason_only(desk: Engine, actions: list[str]) -> None:
    score(desk)
    with pytest.raises(InvalidInput, match="撤回"):
        score(desk, "")
    score(desk, "", note="误填")

    assert read(desk).find(TITLE).scored is None
    with pytest.raises(Conflict, match="还没有自评分"):
        score(desk, "", note="再撤")


def test_indicator_of_unknown_points_takes_no_score(desk: Engine) -> None:
    do(desk, choose, "hubei-skeleton")

    with pytest.raises(Conflict, match="未取得"):
        score(desk, "1", code="HB-01")
    total = read(desk).total
    assert (total.stated, total.known, total.unknown, total.is_known) == (None, 0, None, False)


def test_unknown_points_are_never_added_up_as_known(desk: Engine) -> None:
    do(desk, choose, "national-heads")
    found = read(desk)
    governance = next(one for one in found.sections if one.name == "内部治理")

    assert (governance.stated, governance.known, governance.unknown) == (42000, 16500, 25500)
    assert found.total.unknown == 77500
    assert found.grade == ""


def test_points_are_suggested_only_where_the_text_says_how(desk: Engine, tmp_path: Path) -> None:
    assert {view.suggested for view in read(desk).views} == {None}
    do(
        desk,
        choosing.import_rubric,
        STEPS.encode(),
        "福建.toml",
        None,
        data_dir=tmp_path,
        **ADMIN,
    )
    do(desk, choose, "fujian-1", founding=100)
    found = read(desk, live="1")

    # There is nothing in these books, so net assets are no multiple of the founding capital.
    assert found.find("1").suggested == 0
    score(desk, "8", code="1")
    assert read(desk).grade == "4A"


def test_part_of_a_rubric_has_no_grade(desk: Engine) -> None:
    for one in shipped.list_rubrics():
        do(desk, choose, one.version)
        assert read(desk).grade == ""


def test_papers_close_the_gaps_that_they_prove(chosen: Engine, tmp_path: Path) -> None:
    before = gaps(chosen, AUDIT)
    with database.transaction(chosen) as session:
        add_paper(session, tmp_path, first_year=2025)
        add_paper(session, tmp_path, slot="special_report", first_year=2024, last_year=2025)

    assert before == ["paper:audit_report:2025", "paper:special_report:2025", "score"]
    assert gaps(chosen, AUDIT) == ["score"]
    assert read(chosen).find(AUDIT).state is IndicatorState.UNSCORED


def test_paper_about_another_year_proves_nothing(desk: Engine, tmp_path: Path) -> None:
    do(desk, add_paper, tmp_path, first_year=2024)

    assert "paper:audit_report:2025" in gaps(desk, AUDIT)


def test_paper_that_expired_is_a_gap_with_its_day(desk: Engine, tmp_path: Path) -> None:
    do(desk, add_paper, tmp_path, slot="accountant_title", valid_until=date(2026, 11, 21))
    gap = read(desk).find(TITLE).gaps[0]

    assert (gap.key, gap.values["day"]) == ("paper:accountant_title", "2026-11-21")
    do(
        desk,
        add_paper,
        tmp_path,
        content=PDF + b"2",
        slot="accountant_title",
        valid_until=date(2026, 11, 22),
    )
    assert "paper:accountant_title" not in gaps(desk, TITLE)


def test_superseded_paper_stays_and_its_links_go_on(desk: Engine, tmp_path: Path) -> None:
    old = do(desk, add_paper, tmp_path, slot="", title="会议纪要")
    with database.transaction(desk) as session:
        papers.link(session, choosing.get_chosen(session), old, AUDIT, **WHO)
    new = do(desk, add_paper, tmp_path, content=PDF + b"2", slot="", supersedes=old)
    view = read(desk).find(AUDIT)

    assert [paper.id for paper in view.live_papers] == [new]
    assert {paper.id for paper in view.papers} == {old, new}
    with database.reading(desk) as session:
        kept, content = papers.read(session, old, data_dir=tmp_path)
    assert (kept.superseded_by_id, content) == (new, PDF)
    with pytest.raises(Conflict, match="已被替换"):
        do(desk, papers.withdraw, old, reason="误传", **WHO)


def test_withdrawn_paper_proves_nothing_more(desk: Engine, tmp_path: Path) -> None:
    key = do(desk, add_paper, tmp_path, first_year=2025)
    with pytest.raises(InvalidInput):
        do(desk, papers.withdraw, key, reason=" ", **WHO)
    do(desk, papers.withdraw, key, reason="不是终稿", **WHO)

    assert "paper:audit_report:2025" in gaps(desk, AUDIT)


def test_same_paper_twice_in_one_place_is_refused(desk: Engine, tmp_path: Path) -> None:
    do(desk, add_paper, tmp_path)

    with pytest.raises(Conflict, match="内容相同"):
        do(desk, add_paper, tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("证书.jpg", b"\xff\xd8\xff\xe0"),
        ("证书.png", b"\x89PNG\r\n\x1a\n"),
        ("票据.ofd", zipped("OFD.xml")),
        ("制度.docx", zipped("[Content_Types].xml", "word/document.xml")),
        ("名册.xlsx", zipped("xl/workbook.xml")),
    ],
)
def test_papers_that_assessors_open_are_kept(
    desk: Engine, tmp_path: Path, name: str, content: bytes
) -> None:
    key = do(desk, add_paper, tmp_path, name=name, content=content)

    with database.reading(desk) as session:
        assert papers.read(session, key, data_dir=tmp_path)[1] == content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("脚本.exe", PDF),
        ("报告.pdf", b"\x89PNG\r\n\x1a\n"),
        ("报告.pdf", b""),
        ("制度.docx", zipped("xl/workbook.xml")),
        ("制度.docx", b"PK\x03\x04"),
        ("图.png", PDF),
    ],
)
def test_file_that_is_not_what_it_says_is_refused(
    desk: Engine, tmp_path: Path, name: str, content: bytes
) -> None:
    with pytest.raises(InvalidInput):
        do(desk, add_paper, tmp_path, name=name, content=content)


@pytest.mark.parametrize(
    "said",
    [
        {"title": ""},
        {"slot": "nowhere"},
        {"issued_on": date(2026, 5, 1), "valid_until": date(2026, 4, 1)},
        {"first_year": 2026, "last_year": 2025},
        {"last_year": 2025},
        {"first_year": 25},
        {"document_number": "x" * 121},
    ],
)
def test_paper_that_contradicts_itself_is_refused(
    desk: Engine, tmp_path: Path, said: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        do(desk, add_paper, tmp_path, **said)


def test_lost_paper_is_found_by_the_check_of_files(desk: Engine, tmp_path: Path) -> None:
    do(desk, add_paper, tmp_path)
    find = papers.file_check(tmp_path).find
    assert callable(find)
    with database.reading(desk) as session:
        assert list(find(session)) == []
    files.path_of(tmp_path, files.digest_of(PDF)).write_bytes(b"changed")
    with database.reading(desk) as session:
        assert len(list(find(session))) == 1


def test_gap_that_somebody_is_at_says_who(chosen: Engine) -> None:
    key = give(chosen, gap="paper:audit_report:2025")
    view = read(chosen).find(AUDIT)
    held = view.task_of(view.gaps[0])

    assert held is not None
    assert held.task.id == key
    with pytest.raises(Conflict, match="已指派给 accountant"):
        give(chosen, gap="paper:audit_report:2025", assignee="reviewer")
    do(chosen, tasks.close, key, state=TaskState.DONE, note="已取得", **WHO)
    give(chosen, gap="paper:audit_report:2025", assignee="reviewer")


def test_task_is_moved_and_closed_once(desk: Engine, actions: list[str]) -> None:
    key = give(desk)
    do(desk, tasks.move, key, assignee="reviewer", due_on=date(2026, 12, 24), **WHO)
    with pytest.raises(InvalidInput, match="不再需要须写明原因"):
        do(desk, tasks.close, key, state=TaskState.DROPPED, note="", **WHO)
    do(desk, tasks.close, key, state=TaskState.DROPPED, note="不适用", **WHO)

    with database.reading(desk) as session:
        held = tasks.get_task(session, key, today=CLOCK.today())
    assert (held.task.assignee, held.state, held.task.note) == (
        "reviewer",
        TaskState.DROPPED,
        "不适用",
    )
    for act in (tasks.close, tasks.move):
        options: dict[str, Any] = (
            {"state": TaskState.DONE, "note": ""}
            if act is tasks.close
            else {"assignee": "reviewer", "due_on": date(2026, 12, 24)}
        )
        with pytest.raises(Conflict, match="任务已结束"):
            do(desk, act, key, **options, **WHO)


@pytest.mark.parametrize(
    "said",
    [
        {"title": " "},
        {"title": "长" * 201},
        {"assignee": "auditor"},
        {"assignee": "donor"},
        {"assignee": "nobody"},
        {"due_on": date(2026, 11, 21)},
    ],
)
def test_task_that_nobody_can_do_is_refused(desk: Engine, said: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        give(desk, **said)


def test_task_of_an_unknown_indicator_is_refused(desk: Engine) -> None:
    with pytest.raises(scoring.UnknownIndicator):
        give(desk, indicator="9.9")


def test_task_that_is_a_deadline_is_done_when_the_calendar_says_so(desk: Engine) -> None:
    give(desk, duty="annual_work_report", occurrence="2027", due_on=date(2027, 3, 31))
    before = read(desk).tasks[0]
    do(
        desk,
        duties.mark_done,
        "annual_work_report",
        "2027",
        done_on=CLOCK.today(),
        note="",
        **WHO,
    )
    after = read(desk).tasks[0]

    assert before.is_open
    assert after.state is TaskState.DONE


def test_load_of_a_person_counts_what_is_late(desk: Engine) -> None:
    give(desk)
    give(desk, title="另一件", due_on=date(2026, 11, 30))
    with database.reading(desk) as session:
        now = tasks.load_of(session, "accountant", today=CLOCK.today())
        later = tasks.load_of(session, "accountant", today=date(2026, 12, 1))
        nobody = tasks.load_of(session, "reviewer", today=CLOCK.today())

    assert (now.open, now.overdue, now.next_on) == (2, 0, date(2026, 11, 30))
    assert later.overdue == 1
    assert (nobody.open, nobody.next_on) == (0, None)


def test_what_the_books_said_is_kept_until_the_next_run(chosen: Engine) -> None:
    assert read(chosen).run is None
    with database.transaction(chosen) as session:
        held = choosing.get_chosen(session)
        answers = running.ask(session, held, probes.OWN, clock=CLOCK)
        running.keep(session, held, answers, **WHO)
    found = read(chosen)

    assert found.run is not None
    assert set(found.run.answers) == set(running.names(found.chosen))
    assert "probe:statements_issued" in gaps(chosen, "2.4.2.1")


def test_years_of_an_assessment_are_held_to_sense(desk: Engine) -> None:
    for first, last in ((2026, 2025), (2019, 2026), (2026, 2027), (1999, 2000)):
        with pytest.raises(InvalidInput):
            do(
                desk,
                choosing.choose,
                "jiangsu-2.4",
                first_year=first,
                last_year=last,
                founding_minor=None,
                reason="",
                **ADMIN,
            )


def test_unknown_rubric_cannot_be_chosen(desk: Engine) -> None:
    with pytest.raises(choosing.UnknownRubric):
        do(desk, choose, "nowhere-1")


def test_imported_rubric_keeps_its_document_and_its_version(chosen: Engine, tmp_path: Path) -> None:
    content = workbook(("内部治理", "财务", "账务", "规范", 3, "查看账簿"))
    said = Particulars("hubei-2026", "湖北省评估细则", "湖北省民政厅", "鄂民政发〔2026〕1号")
    options: dict[str, Any] = {"data_dir": tmp_path, **ADMIN}
    do(chosen, choosing.import_rubric, content, "细则.xlsx", said, **options)
    do(chosen, choose, "hubei-2026")

    assert read(chosen).chosen.rubric.is_official
    assert files.read(tmp_path, files.digest_of(content), name="细则.xlsx") == content
    with pytest.raises(Conflict, match="已存在"):
        do(chosen, choosing.import_rubric, content, "细则.xlsx", said, **options)


def test_scores_of_another_rubric_do_not_count(desk: Engine) -> None:
    score(desk)
    do(desk, choose, "national-heads")

    assert read(desk).total.claimed == 0
    do(desk, choose)
    assert read(desk).total.claimed == 250

"""Marking duties as done, stating facts, and reading the calendar on pages and by command."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine, select

import wsgi
from foundation import database
from foundation.duties import service, sources
from foundation.duties.calendar import DutyState, Item
from foundation.duties.models import DutyMark
from foundation.duties.service import DutyDone, UnknownDuty
from foundation.organisation.models import Organisation
from foundation.users.models import Role
from ledger.errors import InvalidInput, NotFound
from ledger.trail import TrailRecord
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.foundation.donors import donor_cases
from tests.foundation.gifts import gift_cases
from tests.serving import Browser

CLOCK = factories.CLOCK
TODAY = CLOCK.today()
WHO: dict[str, Any] = {"actor": "accountant", "clock": CLOCK}
REPORT = ("annual_work_report", "2026")


def build(engine: Engine) -> None:
    """Books of an organisation that began in 2025, with people."""
    factories.install_books(engine)
    serving.add_people(engine)
    with database.transaction(engine) as session:
        if session.get(Organisation, 1) is None:
            session.add(
                Organisation(
                    id=1,
                    name="示例基金会",
                    name_en="Example",
                    credit_code="53420000MJ000000X2",
                    time_zone="Asia/Shanghai",
                    is_demo=False,
                    created_at=CLOCK.now(),
                )
            )


@pytest.fixture(params=DIALECTS)
def books(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "duties", build) as found:
        yield found


@pytest.fixture
def served(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "duties", build) as found:
        yield found


@pytest.fixture
def app(served: Engine, tmp_path: Path) -> Flask:
    return serving.application(served, serving.settings(tmp_path))


@pytest.fixture
def accountant(app: Flask) -> Browser:
    return serving.signed_in(app, Role.ACCOUNTANT)


def find(engine: Engine, duty: str, occurrence: str, *, year: int = 2026) -> Item:
    with database.reading(engine) as session:
        items = service.list_items(session, year=year, today=TODAY)
    (found,) = [i for i in items if (i.duty.id, i.occurrence) == (duty, occurrence)]
    return found


def test_duty_is_marked_and_the_mark_taken_back_with_both_in_the_trail(books: Engine) -> None:
    with database.transaction(books) as session:
        service.mark_done(session, *REPORT, done_on=date(2026, 3, 20), note="已报送", **WHO)
    done = find(books, *REPORT)
    assert done.state is DutyState.DONE
    assert done.mark is not None
    assert (done.mark.note, done.mark.marked_by) == ("已报送", "accountant")

    with database.transaction(books) as session, pytest.raises(DutyDone, match="accountant"):
        service.mark_done(session, *REPORT, done_on=TODAY, note="", **WHO)
    with database.transaction(books) as session:
        service.undo(session, *REPORT, reason="标错了", **WHO)
    assert find(books, *REPORT).state is DutyState.UNRECORDED
    with database.reading(books) as session:
        acts = select(TrailRecord.action, TrailRecord.reason).order_by(TrailRecord.sequence)
        rows = session.execute(acts.where(TrailRecord.subject == "duty:annual_work_report:2026"))
        assert [tuple(row) for row in rows] == [("duty.done", "已报送"), ("duty.undo", "标错了")]


@pytest.mark.parametrize(
    ("duty", "occurrence"),
    [("made_up", "2026"), ("annual_work_report", "1999"), ("rating_expiry", "2026-12-31")],
)
def test_only_what_the_calendar_holds_is_marked(served: Engine, duty: str, occurrence: str) -> None:
    with database.transaction(served) as session, pytest.raises(UnknownDuty):
        service.mark_done(session, duty, occurrence, done_on=TODAY, note="", **WHO)


def test_mark_of_tomorrow_and_undoing_nothing_are_refused(served: Engine) -> None:
    with database.transaction(served) as session:
        with pytest.raises(InvalidInput, match="不能晚于今天"):
            service.mark_done(session, *REPORT, done_on=date(2026, 11, 23), note="", **WHO)
        with pytest.raises(InvalidInput):
            service.mark_done(session, *REPORT, done_on=TODAY, note="长" * 501, **WHO)
        with pytest.raises(UnknownDuty):
            service.undo(session, *REPORT, reason="标错了", **WHO)
        with pytest.raises(InvalidInput, match="原因"):
            service.undo(session, *REPORT, reason=" ", **WHO)


def test_fact_moves_the_calendar_and_its_old_value_is_in_the_trail(books: Engine) -> None:
    for value in ("2026-12-31", "2027-12-31", "2027-12-31", ""):
        with database.transaction(books) as session:
            service.state_fact(session, "rating_expires_on", value, **WHO)
        with database.reading(books) as session:
            stated = {one.fact.name: one.value for one in service.list_facts(session)}
            assert stated["rating_expires_on"] == value
    with database.reading(books) as session:
        query = select(TrailRecord.detail).where(TrailRecord.action == "duty.fact")
        details = session.execute(query.order_by(TrailRecord.sequence)).scalars()
        found = [json.loads(detail or "") for detail in details]
    assert found == [
        {"after": "2026-12-31", "before": ""},
        {"after": "2027-12-31", "before": "2026-12-31"},
        {"after": "", "before": "2027-12-31"},
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rating_expires_on", "soon"),
        ("rating_expires_on", "2026-02-30"),
        ("public_fundraising", "?"),
    ],
)
def test_fact_that_cannot_be_read_is_refused(served: Engine, name: str, value: str) -> None:
    with database.transaction(served) as session:
        with pytest.raises(InvalidInput):
            service.state_fact(session, name, value, **WHO)
        with pytest.raises(NotFound):
            service.state_fact(session, "made_up", "1", **WHO)


def test_gift_without_a_bill_rings_after_sixty_days(books: Engine) -> None:
    who = donor_cases.record(books, donor_cases.given())
    made = gift_cases.record(books, gift_cases.entry(who))
    with database.reading(books) as session:
        assert sources.gifts_without_bill(session, today=TODAY) == []
    gift_cases.post(books, made.voucher_id)

    item = find(books, "bill_within_60_days", "oldest")

    assert item.state is DutyState.OVERDUE
    assert item.values["count"] == 1
    assert not item.can_mark
    gift_cases.cancel(books, made.gift_id)
    with database.reading(books) as session:
        assert sources.gifts_without_bill(session, today=TODAY) == []


def mark(browser: Browser, **fields: str) -> Any:
    sent = {"done_on": "2026-03-20", "note": "已报送", "year": "2026"} | fields
    return browser.post("/duties/annual_work_report/2026/done", sent)


def test_duty_is_marked_on_the_page(served: Engine, accountant: Browser) -> None:
    assert mark(accountant).location == "/duties?year=2026"
    page = accountant.get("/duties?year=2026").text
    assert "2026-03-20 accountant · 已报送" in page

    answer = accountant.post("/duties/annual_work_report/2026/undo", {"reason": "标错"})
    assert answer.status_code == 303
    with database.reading(served) as session:
        assert session.execute(select(DutyMark)).first() is None


def test_date_that_cannot_be_read_is_said_beside_the_duty(accountant: Browser) -> None:
    answer = mark(accountant, done_on="三月")

    assert answer.status_code == 422
    assert "日期应写作" in answer.text


def test_facts_are_stated_on_the_page_and_refused_beside_their_field(
    served: Engine, accountant: Browser
) -> None:
    answer = accountant.post("/duties/facts", {"rating_expires_on": "20271231"})
    assert answer.status_code == 303
    with database.reading(served) as session:
        stated = {one.fact.name: one.value for one in service.list_facts(session)}
    assert stated["rating_expires_on"] == "2027-12-31"

    refused = accountant.post("/duties/facts", {"rating_expires_on": "soon"})
    assert refused.status_code == 422
    assert 'value="soon"' in refused.text


def test_calendar_is_narrowed_by_year_person_and_state(accountant: Browser) -> None:
    assert "2027-03-31" in accountant.get("/duties?year=2027").text
    assert "2026-03-31" in accountant.get("/duties?year=abc").text
    reviewer = accountant.get("/duties?who=reviewer").text
    assert "慈善活动支出" in reviewer
    assert "理事会每年" not in reviewer
    assert "没有符合条件的事项" in accountant.get("/duties?who=reviewer&state=duty_done").text


def test_auditor_reads_the_calendar_and_marks_nothing(app: Flask, served: Engine) -> None:
    auditor = serving.signed_in(app, Role.AUDITOR)

    assert "标记完成" not in auditor.get("/duties").text
    assert mark(auditor).status_code == 403
    assert auditor.post("/duties/facts", {}).status_code == 403
    assert serving.signed_in(app, Role.CASHIER).get("/duties").status_code == 403


def test_desk_shows_what_is_pressing(app: Flask, served: Engine) -> None:
    page = serving.signed_in(app, Role.ACCOUNTANT).get("/").text

    assert "近期期限" in page
    assert "还有 39 天" in page
    assert "近期期限" not in serving.signed_in(app, Role.CASHIER).get("/").text


@pytest.mark.parametrize(
    ("language", "title"), [("zh", "理事会每年"), ("en", "meetings of the board")]
)
def test_command_lists_the_calendar(
    served: Engine, tmp_path: Path, language: str, title: str
) -> None:
    url = served.url.render_as_string(hide_password=False)
    environ = {"DATABASE_URL": url, "DATA_DIR": str(tmp_path)}
    run = CliRunner().invoke
    command = wsgi.command_line()
    options = ["--lang", language, "--json", "duties", "list", "--year", "2027"]

    found = json.loads(run(command, options, env=environ).stdout)["duties"]
    table = run(command, ["--lang", language, "duties", "list"], env=environ).stdout

    (board,) = [duty for duty in found if duty["duty"] == "board_meetings"]
    assert title in board["title"]
    assert (board["due_on"], board["state"], board["grade"]) == ("2027-12-31", "not_due", "M")
    assert title in table

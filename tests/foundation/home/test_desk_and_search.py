"""The desk says what waits for each person, and the search finds what that person may read."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation import database
from foundation.donors import pinyin
from foundation.donors.models import Donor, DonorKind
from foundation.home import desk as desks
from foundation.home import search as searching
from foundation.home.desk import Desk
from foundation.home.strip import TileState
from foundation.http.context import SignedIn
from foundation.users.models import Role
from ledger import dimensions
from ledger.dimensions import DimensionKind
from tests import factories, serving
from tests.databases import Databases

MAKER, CHECKER = factories.PREPARER, factories.REVIEWER


def _build(engine: Engine) -> None:
    factories.install_books(engine)
    serving.add_people(engine)


@pytest.fixture
def served(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "served", _build) as found:
        yield found


@pytest.fixture
def app(served: Engine, tmp_path: Path) -> Flask:
    return serving.application(served, serving.settings(tmp_path))


def desk(engine: Engine, role: Role, name: str = "") -> Desk:
    user = SignedIn(
        user_id=1,
        actor=name or role.value,
        display_name="",
        role=role,
        session_digest=None,
        csrf_secret=None,
    )
    with database.reading(engine) as session:
        return desks.read(session, user, year=2026, today=factories.CLOCK.today())


def waiting(found: Desk) -> dict[str, tuple[int, int | None]]:
    return {task.title: (task.count, task.minor) for task in found.tasks}


def test_desk_counts_what_waits_for_each_person(books: Engine) -> None:
    factories.prepare(books, factories.gift_voucher(books, minor=100_00), complete=False)
    factories.prepare(books, factories.gift_voucher(books, minor=200_00))
    factories.prepare(books, factories.gift_voucher(books, minor=400_00), actor=CHECKER)
    factories.post_gift(books, minor=800_00)

    assert waiting(desk(books, Role.ACCOUNTANT, MAKER)) == {
        "我的草稿": (1, 100_00),
        "我已提交，待他人审核": (1, 200_00),
        "待记账凭证": (0, 0),
    }
    # What the reviewer prepared is for somebody else to review.
    assert waiting(desk(books, Role.REVIEWER, CHECKER))["待审核凭证"] == (1, 200_00)
    assert waiting(desk(books, Role.AUDITOR)) == {}


def test_desk_shows_how_the_books_stand(books: Engine) -> None:
    factories.book(books, factories.opening_voucher(books))
    factories.close_periods(books, 202500, 202511)
    factories.post_gift(books, minor=800_00)

    tiles = {tile.label: tile for tile in desk(books, Role.AUDITOR).tiles}

    open_months = tiles["可记账期间"]
    assert (open_months.figure, open_months.note) == ("2025-12 – 2026-03", "最近结账 2025-11")
    assert open_months.state is TileState.ATTENTION
    balance = tiles["2026 年发生额"]
    assert (balance.figure, balance.note) == ("800.00", "借贷平衡")
    assert balance.state is TileState.GOOD


def test_desk_lists_the_last_posted_vouchers(books: Engine) -> None:
    keys = [factories.post_gift(books, minor=100_00 + i) for i in range(desks.RECENT + 1)]

    recent = desk(books, Role.ACCOUNTANT).recent

    assert [voucher.id for voucher in recent] == keys[:0:-1]


def test_desk_of_an_administrator_has_no_books(books: Engine) -> None:
    factories.post_gift(books)
    found = desk(books, Role.ADMINISTRATOR)

    assert found.tiles == ()
    assert found.duties is None
    assert found.recent == ()


def test_request_to_reopen_waits_for_another_person(books: Engine) -> None:
    factories.book(books, factories.opening_voucher(books))
    factories.close_periods(books, 202500, 202511)
    with database.transaction(books) as session:
        factories.periods.request_reopening(
            session, 202511, reason="补记", actor=CHECKER, clock=factories.CLOCK
        )

    assert waiting(desk(books, Role.REVIEWER, "another"))["待批准的反结账申请"] == (1, None)
    assert waiting(desk(books, Role.REVIEWER, CHECKER))["待批准的反结账申请"] == (0, None)


def test_empty_database_says_how_to_begin(databases: Databases, tmp_path: Path) -> None:
    with databases.prepared("sqlite", "people", serving.add_people) as engine:
        app = serving.application(engine, serving.settings(tmp_path))

        page = serving.signed_in(app, Role.ADMINISTRATOR).get("/")

    assert "foundation init" in page.text


def test_books_without_vouchers_say_what_to_do_first(app: Flask) -> None:
    assert "录入期初余额" in serving.signed_in(app, Role.ACCOUNTANT).get("/").text
    assert "账簿中还没有凭证" in serving.signed_in(app, Role.AUDITOR).get("/").text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_desk_in_both_languages(app: Flask, role: Role, language: str) -> None:
    browser = serving.signed_in(app, role)
    browser.client.set_cookie("language", language, domain="localhost")

    answer = browser.get("/")

    # A donor's desk are the own pages.
    expected = (303, "/my") if role is Role.DONOR else (200, None)
    assert (answer.status_code, answer.location) == expected


def test_menu_shows_only_what_the_role_may_open(app: Flask) -> None:
    cashier = serving.signed_in(app, Role.CASHIER).get("/").text
    auditor = serving.signed_in(app, Role.AUDITOR).get("/").text

    assert 'href="/vouchers"' not in cashier
    assert 'href="/vouchers"' in auditor
    assert 'href="/settings' not in auditor
    assert "审计只读" in auditor


def test_period_in_view_is_kept(app: Flask) -> None:
    browser = serving.signed_in(app, Role.AUDITOR)
    assert '<option value="2026-03" selected>' in browser.get("/").text

    answer = browser.post("/period", {"period": "2025-12", "next": "/search"})

    assert answer.location == "/search"
    assert '<option value="2025-12" selected>' in browser.get("/").text


@pytest.mark.parametrize("period", ["2031-01", "202603", "", "2026-13"])
def test_period_that_does_not_exist_is_refused(app: Flask, period: str) -> None:
    answer = serving.signed_in(app, Role.AUDITOR).post("/period", {"period": period})

    assert answer.status_code in (404, 422)


@pytest.mark.parametrize("cookie", ["999999", "abcdef", "2026-3", "٢٠٢٦٠٣", "000000"])
def test_period_made_up_in_a_cookie_is_ignored(app: Flask, cookie: str) -> None:
    browser = serving.signed_in(app, Role.AUDITOR)
    browser.client.set_cookie("period", cookie, domain="localhost")

    assert '<option value="2026-03" selected>' in browser.get("/").text


# ---- search ----


def find(engine: Engine, query: str, role: Role = Role.ACCOUNTANT) -> dict[str, list[str]]:
    with database.reading(engine) as session:
        groups = searching.search(session, query, role=role)
    return {group.heading: [hit.title for hit in group.hits] for group in groups}


def add_donor(engine: Engine, name: str) -> int:
    spelled, initials = pinyin.spell(name)
    with database.transaction(engine) as session:
        found = dimensions.ensure(session, DimensionKind.DONOR, {name: name})
        donor = Donor(
            dimension_id=found[name],
            kind=DonorKind.PERSON,
            name=name,
            name_key=name,
            pinyin=spelled,
            initials=initials,
            created_by=MAKER,
            created_at=factories.CLOCK.now(),
        )
        session.add(donor)
        session.flush()
        return donor.id


@pytest.mark.parametrize("query", ["欧阳", "明远", "ouyang", "oymy", "OYMY", " 欧阳明远 "])
def test_donor_is_found_by_name_and_pinyin(books: Engine, query: str) -> None:
    add_donor(books, "欧阳明远")
    add_donor(books, "司徒清")

    assert find(books, query) == {"捐赠人": ["欧阳明远"]}


@pytest.mark.parametrize("query", ["记-2026-01-0001", "2026-01-0001", "2026-01-1", "202601-1"])
def test_voucher_is_found_by_its_number(books: Engine, query: str) -> None:
    factories.post_gift(books)
    factories.post_gift(books)

    assert find(books, query) == {"凭证": ["记-2026-01-0001"]}


@pytest.mark.parametrize("query", ["123456.78", "123,456.78", "12.345678万"])
def test_voucher_is_found_by_its_amount(books: Engine, query: str) -> None:
    factories.post_gift(books, minor=123_456_78)
    factories.post_gift(books, minor=123_456_79)

    assert find(books, query) == {"凭证": ["记-2026-01-0001"]}


def test_voucher_is_found_by_words_of_its_summary(books: Engine) -> None:
    factories.post_gift(books)
    factories.post_spending(books, on=date(2026, 1, 20))

    assert find(books, "公益项目") == {"凭证": ["记-2026-01-0002"]}


def test_fund_and_account_are_found_by_code_and_name(books: Engine) -> None:
    assert find(books, "schol") == {"基金": ["SCHOL 奖学金"]}
    assert find(books, "实验室")["基金"] == ["LAB 实验室建设基金"]
    assert find(books, "100201")["会计科目"][0].startswith("100201 ")


def test_signs_of_the_database_are_ordinary_letters(books: Engine) -> None:
    add_donor(books, "欧阳明远")

    assert find(books, "%") == {}
    assert find(books, "_") == {}
    assert find(books, "'; DROP TABLE donor; --") == {}


def test_nothing_and_very_much_find_nothing(books: Engine) -> None:
    assert find(books, "   ") == {}
    assert find(books, "无" * 5000) == {}


def test_more_than_ten_are_cut(books: Engine) -> None:
    for i in range(searching.MOST + 2):
        add_donor(books, f"东方{i}")

    assert len(find(books, "东方")["捐赠人"]) == searching.MOST


def test_search_keeps_to_what_the_role_may_read(books: Engine) -> None:
    add_donor(books, "欧阳明远")
    factories.post_gift(books)

    for role in (Role.ADMINISTRATOR, Role.CASHIER, Role.DONOR):
        assert find(books, "欧阳", role) == {}
        assert find(books, "收到捐赠款", role) == {}


@pytest.mark.parametrize(
    "query", ["", "GEN", "没有这个", "记-2026-01-0001", "9" * 30, "G2026-" + "9" * 30]
)
def test_page_of_the_search_answers_anything(app: Flask, query: str) -> None:
    browser = serving.signed_in(app, Role.ACCOUNTANT)

    assert browser.client.get("/search", query_string={"q": query}).status_code == 200

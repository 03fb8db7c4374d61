"""Saved filters, hidden columns and exports: one mechanism for every list, each person's own."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import Engine, func, select

from foundation import database, spreadsheets
from foundation.http import list_export, list_keeping, listing
from foundation.http.listing import Column, Kind, Listing
from foundation.http.models import HiddenColumns, SavedFilter
from foundation.users.models import Role
from ledger.errors import InvalidInput, NotFound
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.serving import Browser


@pytest.fixture
def accountant(app: Flask) -> Browser:
    return serving.signed_in(app, Role.ACCOUNTANT)


@pytest.fixture
def three(served: Engine) -> Engine:
    """Three vouchers of the period in view: two posted, one that waits."""
    factories.post_gift(served, minor=100_00)
    factories.post_gift(served, minor=300_00)
    factories.prepare(served, factories.gift_voucher(served, minor=200_00))
    return served


def save(browser: Browser, name: str, query: str, listing: str = "vouchers") -> Any:
    fields = {"filter_name": name, "query": query, "next": "/vouchers"}
    return browser.post(f"/lists/{listing}/filters", fields)


def chips(text: str) -> dict[str, str]:
    """The saved filters of a page and their addresses."""
    found = re.findall(r'<a class="chip"[^>]*href="(/vouchers\?[^"]*)">([^<]+)</a><button', text)
    return {name: address.replace("&amp;", "&") for address, name in found}


def amounts(text: str) -> list[str]:
    return re.findall(r'<td class="c-total amount[^"]*">([^<]+)<', text)


def test_filter_is_kept_by_name_and_leads_back_to_the_same_list(
    three: Engine, accountant: Browser
) -> None:
    answer = save(accountant, " 等待  审核 ", "state=submitted&sort=-total&cursor=abc")

    assert answer.location == "/vouchers?state=submitted&sort=-total"
    page = accountant.get(answer.location).text
    assert chips(page) == {"等待 审核": "/vouchers?state=submitted&sort=-total"}
    assert amounts(page) == ["200.00"]
    assert 'aria-current="true" href="/vouchers?state=submitted&amp;sort=-total"' in page


def test_filter_of_the_same_name_is_replaced(served: Engine, accountant: Browser) -> None:
    save(accountant, "我的", "state=draft")
    save(accountant, "我的", "state=posted")

    assert chips(accountant.get("/vouchers").text) == {"我的": "/vouchers?state=posted"}


def test_filter_belongs_to_one_person_and_one_list(
    app: Flask, served: Engine, accountant: Browser
) -> None:
    save(accountant, "我的", "state=draft")
    reviewer = serving.signed_in(app, Role.REVIEWER)
    with database.reading(served) as session:
        key = session.execute(select(SavedFilter.id)).scalar_one()

    assert chips(reviewer.get("/vouchers").text) == {}
    assert "我的</a><button" not in accountant.get("/gifts").text
    assert reviewer.post(f"/lists/filters/{key}/delete", {"next": "/"}).status_code == 303
    assert list(chips(accountant.get("/vouchers").text)) == ["我的"]
    assert accountant.post(f"/lists/filters/{key}/delete", {"next": "/vouchers"}).location == (
        "/vouchers"
    )
    assert chips(accountant.get("/vouchers").text) == {}


@pytest.mark.parametrize(
    ("listing", "name", "query"),
    [
        ("vouchers", "  ", "state=draft"),
        ("vouchers", "长" * 61, "state=draft"),
        ("vouchers", "我的", "q=" + "x" * 1000),
        ("Vouchers", "我的", "state=draft"),
        ("x;drop", "我的", "state=draft"),
    ],
)
def test_filter_that_cannot_be_kept_is_refused(
    served: Engine, accountant: Browser, listing: str, name: str, query: str
) -> None:
    assert save(accountant, name, query, listing).status_code == 422
    with database.reading(served) as session:
        assert session.execute(select(func.count()).select_from(SavedFilter)).scalar_one() == 0


def test_nobody_keeps_filters_without_end(served: Engine) -> None:
    who: dict[str, Any] = {"user_id": 1, "listing": "gifts", "clock": factories.CLOCK}
    with database.transaction(served) as session:
        for number in range(list_keeping.MOST):
            list_keeping.save_filter(session, name=str(number), query="", **who)
        session.flush()
        with pytest.raises(InvalidInput, match="最多保存"):
            list_keeping.save_filter(session, name="one more", query="", **who)


def test_saved_filter_never_leads_out_of_the_service(served: Engine, accountant: Browser) -> None:
    fields = {"filter_name": "我的", "query": "q=1", "next": "https://example.org/x"}

    assert accountant.post("/lists/gifts/filters", fields).location == "/?q=1"


def test_hidden_column_is_gone_from_page_and_export_and_stays_so(
    app: Flask, three: Engine, accountant: Browser
) -> None:
    every = ["date", "summary", "kind", "state", "papers", "prepared_by", "reviewed_by"]
    fields = {"column": every, "shown": ["summary", "papers"], "next": "/vouchers"}
    assert accountant.post("/lists/vouchers/columns", fields).status_code == 303

    page = serving.signed_in(app, Role.ACCOUNTANT).get("/vouchers?period=all").text
    heads = re.findall(r'<th scope="col" class="c-(\w+)', page)
    assert heads == ["select", "number", "summary", "papers", "posted_by", "total"]
    exported = accountant.get("/vouchers/export.csv").data.decode("utf-8-sig")
    assert exported.splitlines()[0] == "凭证号,摘要,附单据数,记账,金额"
    assert 'class="c-date' in serving.signed_in(app, Role.REVIEWER).get("/vouchers?period=all").text


@pytest.mark.parametrize("column", ["a,b", "x" * 33, "A", ""])
def test_name_that_no_column_has_is_not_remembered(
    served: Engine, accountant: Browser, column: str
) -> None:
    answer = accountant.post("/lists/vouchers/columns", {"column": column, "next": "/"})

    assert answer.status_code == 422
    with database.reading(served) as session:
        assert session.execute(select(HiddenColumns)).first() is None


def test_column_that_names_the_row_cannot_be_hidden(three: Engine, accountant: Browser) -> None:
    accountant.post("/lists/vouchers/columns", {"column": ["number", "total"], "next": "/"})

    page = accountant.get("/vouchers?period=all").text
    assert 'class="c-number' in page
    assert amounts(page) == ["100.00", "300.00", "200.00"]


def test_donor_keeps_no_filters_of_lists_they_may_not_see(app: Flask, three: Engine) -> None:
    donor = serving.signed_in(app, Role.DONOR)
    save(donor, "我的", "state=draft")

    assert donor.get("/vouchers").status_code == 403
    assert donor.get("/vouchers/export.csv").status_code == 403


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("total", ["100.00", "200.00", "300.00"]),
        ("-total", ["300.00", "200.00", "100.00"]),
        ("-number", ["300.00", "100.00", "200.00"]),
        ("state", ["100.00", "300.00", "200.00"]),
        ("made_up", ["100.00", "300.00", "200.00"]),
    ],
)
def test_list_is_sorted_by_column_and_its_export_alike(
    three: Engine, accountant: Browser, sort: str, found: list[str]
) -> None:
    assert amounts(accountant.get(f"/vouchers?period=all&sort={sort}").text) == found
    text = accountant.get(f"/vouchers/export.csv?period=all&sort={sort}").data.decode("utf-8-sig")
    assert [row[-1] for row in csv.reader(io.StringIO(text))][1:] == found


def test_every_sort_goes_through_all_parts_of_a_list(three: Engine, accountant: Browser) -> None:
    for sort in ("date", "number", "summary", "kind", "state", "prepared_by", "total"):
        for direction in ("", "-"):
            found: list[str] = []
            address = f"/vouchers?period=all&limit=1&sort={direction}{sort}"
            while True:
                page = accountant.get(address).text
                found += amounts(page)
                more = re.search(r'rel="next" href="([^"]+)"', page)
                if more is None:
                    break
                address = more[1].replace("&amp;", "&")
            assert sorted(found) == ["100.00", "200.00", "300.00"], (sort, direction)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("min=150", ["300.00", "200.00"]),
        ("max=200.00", ["100.00", "200.00"]),
        ("min=150&max=250", ["200.00"]),
        ("word=%E8%AE%B0", ["100.00", "300.00", "200.00"]),
        ("word=%E6%94%B6", []),
        ("batch=7", []),
        ("state=waiting", ["200.00"]),
        ("min=abc", ["100.00", "300.00", "200.00"]),
    ],
)
def test_vouchers_are_narrowed_by_word_amount_and_batch(
    three: Engine, accountant: Browser, query: str, found: list[str]
) -> None:
    page = accountant.get(f"/vouchers?period=all&{query}")

    assert page.status_code == 200
    assert amounts(page.text) == found


def test_act_on_a_whole_list_refuses_an_amount_that_it_cannot_read(
    app: Flask, three: Engine
) -> None:
    reviewer = serving.signed_in(app, Role.REVIEWER)

    answer = reviewer.post("/vouchers/review", {"everything": "1", "period": "all", "min": "abc"})

    assert answer.status_code == 422


def test_workbook_has_typed_cells_and_a_sum(three: Engine, accountant: Browser) -> None:
    answer = accountant.get("/vouchers/export.xlsx?period=all&sort=total")
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    summed = load_workbook(io.BytesIO(answer.data), data_only=True).worksheets[0]

    assert sheet.freeze_panes == "A2"
    cells = list(sheet.iter_rows(values_only=True))
    assert [row[-1] for row in cells[:4]] == ["金额", 100, 200, 300]
    assert cells[1][0].date() == factories.GIFT_DAY
    assert str(cells[4][-1]).startswith("=SUM(")
    assert str(summed.cell(5, summed.max_column).value) in ("600", "600.00", "600.0")


@pytest.mark.parametrize("form", ["pdf", "exe", "csv.csv"])
def test_file_of_another_kind_is_404(served: Engine, accountant: Browser, form: str) -> None:
    assert accountant.get(f"/vouchers/export.{form}").status_code == 404
    assert accountant.get(f"/gifts/export.{form}").status_code == 404


def test_list_that_is_too_long_for_a_file_is_refused() -> None:
    list_export.check_size(list_export.MAX_EXPORTED)
    with pytest.raises(InvalidInput, match="缩小范围"):
        list_export.check_size(list_export.MAX_EXPORTED + 1)


ROWS = (
    Column("name", "名称", lambda row: row[0]),
    Column("minor", "金额", lambda row: row[1], kind=Kind.MONEY),
)


def test_amount_beyond_what_a_cell_holds_is_written_as_text(app: Flask) -> None:
    file = list_export.ExportedFile("list", "表")
    rows = [("a", 10**17), ("=1+1", -5)]
    with app.test_request_context():
        answer = list_export.respond("xlsx", ROWS, rows, file=file)
        with pytest.raises(NotFound):
            list_export.respond("txt", ROWS, rows, file=file)

    cells = list(load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True))
    assert cells[1] == ("a", "1000000000000000.00")
    assert (cells[2][0], str(cells[2][1])) == ("=1+1", "-0.05")
    assert cells[3] == ("合计", "999999999999999.95")


@given(text=st.text(max_size=12))
def test_no_text_of_a_file_is_a_formula(text: str) -> None:
    written = spreadsheets.safe(text)

    assert not written.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert written.endswith(text)


@given(
    pairs=st.lists(
        st.tuples(st.sampled_from(["q", "state", "cursor", "limit"]), st.text(max_size=20)),
        max_size=5,
    )
)
def test_what_is_kept_of_an_address_is_kept_once_and_for_all(pairs: list[tuple[str, str]]) -> None:
    query = "&".join(f"{name}={value}" for name, value in pairs)

    kept = list_keeping.clean(query)

    assert "cursor=" not in kept or "cursor" not in dict(pairs)
    assert list_keeping.clean(kept) == kept


def _build(engine: Engine) -> None:
    factories.install_books(engine)
    serving.add_people(engine)


@pytest.fixture(params=DIALECTS)
def both(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "listing_people", _build) as found:
        yield found


def test_filters_and_columns_are_kept_by_both_databases(both: Engine) -> None:
    wanted = Listing("gifts", "gifts.index", ("q",), ROWS)
    with database.transaction(both) as session:
        list_keeping.save_filter(
            session, user_id=1, listing="gifts", name="甲", query="q=1", clock=factories.CLOCK
        )
        list_keeping.hide_columns(session, user_id=1, listing="gifts", columns=["minor"])
        list_keeping.hide_columns(session, user_id=1, listing="gifts", columns=["name", "name"])
    with database.transaction(both) as session:
        assert listing.hidden_columns(session, wanted, user_id=1) == {"name"}
        assert listing.hidden_columns(session, wanted, user_id=2) == frozenset()
        key = session.execute(select(SavedFilter.id)).scalar_one()
        list_keeping.delete_filter(session, key, user_id=2)
        assert session.get(SavedFilter, key) is not None
        list_keeping.delete_filter(session, key, user_id=1)
        assert session.execute(select(SavedFilter.id)).first() is None

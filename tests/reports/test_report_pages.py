"""Pages, files and API of the reports, as people and programs of every role meet them."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation import database
from foundation.users.models import Role
from ledger import dimensions
from ledger.dimensions import DimensionKind
from reports import api, presenting, views
from tests import factories, serving
from tests.databases import Databases
from tests.reports import book_cases
from tests.serving import Browser, Program

HOSTILE = "<script>alert('x')</script>&\"公司"
READERS = (Role.ACCOUNTANT, Role.REVIEWER, Role.AUDITOR)
_LINK = re.compile(r'<td class="amount[^"]*"><a href="([^"]+)">([^<]+)</a>')


def build(engine: Engine) -> None:
    """The books of the reports, people of every role, and a donor with a bad name."""
    book_cases.build(engine)
    serving.add_people(engine)
    with database.transaction(engine) as session:
        dimensions.ensure(session, DimensionKind.DONOR, {"BAD": HOSTILE})
    factories.book(
        engine,
        factories.voucher(
            engine,
            factories.dr(factories.BANK, "GEN", 77_00),
            factories.cr("410101", "GEN", 77_00),
            on=book_cases.date(2026, 3, 2),
            summary=HOSTILE,
        ),
    )


@pytest.fixture(scope="module")
def served(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "report-pages", build) as found:
        yield found


@pytest.fixture(scope="module")
def app(served: Engine, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    made = serving.application(served, serving.settings(tmp_path_factory.mktemp("reports")))
    if "reports.index" not in made.view_functions:
        views.install(made)
        made.register_blueprint(api.blueprint)
    return made


@pytest.fixture(scope="module")
def auditor(app: Flask) -> Browser:
    return serving.signed_in(app, Role.AUDITOR)


def figures(text):
    """Return the figures of a page that are links, as (address, fen)."""
    return [(unescape(address), minor(amount)) for address, amount in _LINK.findall(text)]


def minor(text):
    return int(text.replace(",", "").replace(".", "").replace("−", "-"))


@pytest.mark.parametrize("role", READERS)
def test_readers_see_the_index_and_every_report_in_it(app, role):
    browser = serving.signed_in(app, role)

    index = browser.get("/reports")

    assert index.status_code == 200
    addresses = re.findall(r'href="(/reports/[a-z_]+)"', index.text)
    assert len(addresses) == len(views.registry.REPORTS)
    for address in addresses:
        assert browser.get(f"{address}?period=2026-Q1").status_code == 200


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.CASHIER, Role.DONOR])
def test_other_roles_open_no_report(app, role):
    browser = serving.signed_in(app, role)

    for address in ("/reports", "/reports/trial_balance", "/reports/cash_journal.csv"):
        assert browser.get(address).status_code == 403


def test_nobody_opens_a_report_without_signing_in(app):
    answer = Browser(app).get("/reports/trial_balance.xlsx?period=2026-01")

    assert answer.status_code == 302
    assert "/sign-in" in answer.location


def test_cashier_reads_the_cash_journal_and_no_income_account(app):
    browser = serving.signed_in(app, Role.CASHIER)

    page = browser.get("/cash-journal?period=2026-02")

    assert page.status_code == 200
    assert "本日合计" in page.text
    assert "/vouchers/" not in page.text
    assert "/reports/subsidiary_ledger" not in page.text
    assert browser.get("/cash-journal.csv?period=2026-02").status_code == 200
    refused = browser.get("/cash-journal?period=2026-02&account=410101")
    assert refused.status_code == 422
    assert "不是现金或银行存款科目" in refused.text


def test_auditor_finds_no_cash_journal_at_the_address_of_the_cashier(auditor):
    assert auditor.get("/cash-journal").status_code == 403


def test_figure_leads_down_to_the_voucher_and_there_is_a_way_back_up(auditor):
    top = auditor.get("/reports/trial_balance?period=2026-02").text
    address, amount = next(item for item in figures(top) if "account=2202" in item[0])

    below = auditor.get(address)

    assert below.status_code == 200
    assert 'href="/reports/trial_balance?period=2026-02"' in below.text
    vouchers = [item for item in figures(below.text) if item[0].startswith("/vouchers/")]
    assert vouchers
    assert amount == 4_321_09  # what the account opened with
    assert "4,321.09" in below.text


def test_every_figure_of_a_trial_balance_page_can_be_opened(auditor):
    page = auditor.get("/reports/trial_balance?period=2026-Q1&by=donor").text

    addresses = {address for address, _ in figures(page)}

    assert len(addresses) > 5
    for address in addresses:
        assert auditor.get(address).status_code == 200


def test_names_and_summaries_are_escaped(auditor):
    page = auditor.get("/reports/subsidiary_ledger?period=2026-03&account=100201").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_what_was_typed_is_escaped_and_kept_when_it_is_refused(auditor):
    answer = auditor.get("/reports/trial_balance", query_string={"period": HOSTILE})

    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "应写作 2026" in answer.text
    assert 'value="&lt;script&gt;' in answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("fund=NOPE", 404),
        ("period=2019", 404),
        ("by=colour", 422),
        ("nonsense=1", 422),
        ("page=0", 422),
        ("page=x", 422),
    ],
)
def test_refusal_is_a_page_with_the_form_still_there(auditor, query, status):
    answer = auditor.get(f"/reports/trial_balance?{query}")

    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert 'name="period"' in answer.text


def test_unknown_report_is_not_found(auditor):
    assert auditor.get("/reports/nonsense").status_code == 404
    assert auditor.get("/reports/nonsense.csv").status_code == 404
    assert auditor.get("/reports/trial_balance.docx").status_code == 404


def test_report_without_content_says_so(auditor):
    page = auditor.get("/reports/donation_register?period=2025")

    assert page.status_code == 200
    assert "此期间没有可列示的内容" in page.text


def test_period_in_view_is_the_default(app):
    browser = serving.signed_in(app, Role.AUDITOR)
    browser.client.set_cookie("period", "202601")

    assert "2026年1月" in browser.get("/reports/trial_balance").text


def test_state_of_the_period_stands_above_the_table(auditor):
    assert "正式" in auditor.get("/reports/trial_balance?period=2026-01").text
    assert "草稿" in auditor.get("/reports/trial_balance?period=2026-03").text


def test_list_is_sorted_by_a_column_in_either_direction(auditor):
    path = "/reports/voucher_list?period=2026-Q1&sort="

    rising = [amount for _, amount in figures(auditor.get(f"{path}amount").text)]
    falling = [amount for _, amount in figures(auditor.get(f"{path}-amount").text)]

    assert rising == sorted(rising)
    assert falling == sorted(falling, reverse=True)
    assert 'aria-sort="descending"' in auditor.get(f"{path}-amount").text
    assert auditor.get(f"{path}nonsense").status_code == 200


def test_ledger_keeps_its_order(auditor):
    page = auditor.get("/reports/subsidiary_ledger?period=2026-Q1&account=100201").text

    assert "sort=" not in page


def test_long_table_comes_in_parts_each_with_its_sum(auditor, monkeypatch):
    monkeypatch.setattr(presenting, "ROWS_ON_A_PAGE", 5)
    whole = book_cases_total(auditor)

    seen, page = [], 1
    while True:
        text = auditor.get(f"/reports/journal?period=2026-Q1&page={page}").text
        part = [amount for _, amount in figures(text)]
        seen += part
        shown = re.search(r'<tr class="sum part">(.*?)</tr>', text)[1]
        sums = [minor(cell) for cell in re.findall(r"amount[^>]*>([\d,.−]+)<", shown)]
        assert sum(sums) == sum(part)
        if 'rel="next"' not in text:
            break
        page += 1

    assert page > 3
    assert sum(seen) == 2 * whole


def book_cases_total(browser):
    rows = csv_of(browser.get("/reports/journal.csv?period=2026-Q1"))
    return minor(rows[-1][rows[0].index("借方")])


def csv_of(answer):
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_hidden_column_is_neither_shown_nor_exported(auditor):
    page = auditor.get("/reports/journal?period=2026-01&hide=prepared_by&hide=fund").text

    assert '<th scope="col" class="nowrap"><a' in page
    assert "制单</a></th>" not in page
    address = unescape(re.search(r'href="(/reports/journal\.csv[^"]+)"', page)[1])
    heads = csv_of(auditor.get(address))[0]
    assert "制单" not in heads
    assert "基金" not in heads
    assert "摘要" in heads


@pytest.mark.parametrize(
    ("form", "media", "magic"),
    [
        ("xlsx", "spreadsheetml", b"PK"),
        ("pdf", "application/pdf", b"%PDF"),
        ("json", "application/json", b"{"),
        ("csv", "text/csv", b"\xef\xbb\xbf"),
    ],
)
def test_file_has_type_name_and_length(auditor, form, media, magic):
    answer = auditor.get(f"/reports/general_ledger.{form}?period=2026-Q1")

    assert answer.status_code == 200
    assert media in answer.content_type
    assert answer.data.startswith(magic)
    assert answer.content_length == len(answer.data)
    assert f"general_ledger-2026-Q1.{form}" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_file_that_is_refused_says_why(auditor):
    assert auditor.get("/reports/trial_balance.pdf?period=hello").status_code == 422


def test_page_in_english_is_english(app):
    browser = serving.signed_in(app, Role.AUDITOR)
    browser.client.set_cookie("language", "en")

    page = browser.get("/reports/fund_roll_forward?period=2026-Q1").text

    for words in ("Fund roll-forward", "Opening", "Restricted", "Total", "Q1 2026", "Draft"):
        assert words in page
    assert "期初" not in page
    assert "更多条件" not in page


def test_every_sentence_of_the_templates_has_its_english():
    folder = Path(views.__file__).parent
    english = views.languages.read(folder / "translations")
    english |= views.languages.read(Path(views.languages.__file__).parents[1] / "translations")
    for template in (folder / "templates").rglob("*.html"):
        for text in re.findall(r"_\('([^']+)'", template.read_text(encoding="utf-8")):
            assert text in english, text


def program(app: Flask, served: Engine, role: Role) -> Program:
    return Program(app, serving.issue_token(served, role))


def test_program_lists_and_runs_reports(app, served):
    client = program(app, served, Role.ACCOUNTANT)

    listed = client.get("/api/v1/reports").json
    found = client.get("/api/v1/reports/trial_balance?period=2026-01").json

    assert [item["id"] for item in listed["items"]] == [r.id for r in views.registry.REPORTS]
    assert listed["next"] is None
    assert set(found) >= {"columns", "rows", "totals", "state", "period"}
    row = next(row for row in found["rows"] if row["account"] == "410101")
    assert row == {
        "account": "410101",
        "name": "捐赠收入—非限定性收入",
        "opening_debit": "0.00",
        "opening_credit": "0.00",
        "period_debit": "0.00",
        "period_credit": "0.00",
        "closing_debit": "0.00",
        "closing_credit": "0.00",
    }


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("trial_balance?period=x", 422, "invalid"),
        ("trial_balance?colour=red", 422, "invalid_fields"),
        ("trial_balance?account=1001", 422, "invalid"),
        ("nonsense", 404, "unknown_report"),
        ("trial_balance?fund=NOPE", 404, "unknown_fund"),
    ],
)
def test_program_is_told_what_is_wrong(app, served, path, status, code):
    answer = program(app, served, Role.ACCOUNTANT).get(f"/api/v1/reports/{path}")

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == code


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.CASHIER, Role.DONOR])
def test_token_of_another_role_runs_no_report(app, served, role):
    client = program(app, served, role)

    assert client.get("/api/v1/reports").status_code == 403
    assert client.get("/api/v1/reports/cash_journal").status_code == 403


def test_reports_stand_in_the_openapi_document(app):
    document = app.test_client().get("/api/v1/openapi.json").json

    operation = document["paths"]["/api/v1/reports/{report_id}"]["get"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert {"report_id", "period", "account", "fund", "by"} <= names

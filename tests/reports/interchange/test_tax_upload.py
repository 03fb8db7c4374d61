"""The statements for the tax office: row numbers, both columns, and that nobody verified it."""

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.users.models import Role
from ledger.errors import DomainError
from reports import registry
from reports.interchange import tax_upload
from reports.tables import kept
from tests import factories, serving
from tests.databases import Databases
from tests.factories import CLOCK
from tests.reports import book_cases
from wsgi import join


def build(engine: Engine) -> None:
    """The books of the reports, with the organisation and its people."""
    book_cases.build(engine)
    factories.install_organisation(engine)
    serving.add_people(engine)


@pytest.fixture(scope="module", name="told")
def _told(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "tax-upload", build) as engine:
        yield engine


def sheets(engine: Engine, period: str) -> dict[str, list[tuple[Any, ...]]]:
    stream = io.BytesIO()
    with database.reading(engine) as session:
        tax_upload.write(session, stream, period=period, clock=CLOCK)
    book = openpyxl.load_workbook(stream)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def _is_figure(value: object) -> bool:
    return value is not None and not isinstance(value, str)


@pytest.mark.parametrize("period", ["2025", "2026", "2026-02", "2026-Q1"])
def test_figures_are_those_of_the_statements_in_the_form_of_2004(told: Engine, period: str) -> None:
    found = sheets(told, period)
    assert list(found) == ["说明", "资产负债表", "业务活动表", "现金流量表"]
    with database.reading(told) as session:
        given = {"period": period, "layout": "2004"}
        sheet = kept(registry.run(session, "balance_sheet", given, clock=CLOCK))
    closing = sheet.index("closing")
    shown = {
        row.cells[sheet.index("item")].zh: row.cells[closing]  # type: ignore[union-attr]
        for row in sheet.rows
        if isinstance(row.cells[closing], int)
    }
    halves = [(row[0], row[3]) for row in found["资产负债表"]]
    halves += [(row[4], row[7]) for row in found["资产负债表"]]
    cells = {name: Decimal(str(value)) for name, value in halves if _is_figure(value)}
    assert cells["资产总计"] == cells["负债和净资产总计"]
    assert cells["净资产合计"].scaleb(2) == shown["净资产合计"]


def test_rows_have_the_numbers_of_the_form(told: Engine) -> None:
    found = sheets(told, "2026")
    lines = {row[0]: row[1] for row in found["业务活动表"]}
    assert lines["捐赠收入"] == "1"
    assert lines["费用合计"] == "35"
    assert {row[4]: row[5] for row in found["资产负债表"]}["净资产合计"] == "110"
    assert {row[0]: row[1] for row in found["现金流量表"]}["五、现金及现金等价物净增加额"] == "61"


def test_file_says_that_nobody_compared_it_with_a_template(told: Engine) -> None:
    facts = dict(row[:2] for row in sheets(told, "2026")["说明"])
    assert "未与主管税务机关" in facts["提示"]
    assert "等级 C" in facts["格式来源"]
    assert facts["报表状态"] == "草稿"


@pytest.mark.parametrize("period", ["1999", "tax", "2026-13"])
def test_period_that_is_none_is_refused(told: Engine, period: str) -> None:
    with pytest.raises(DomainError):
        sheets(told, period)


def test_page_of_exports_gives_each_file(told: Engine, tmp_path: Any) -> None:
    services = serving.application(told, serving.settings(tmp_path)).extensions["foundation"]
    app = join(services)
    browser = serving.signed_in(app, Role.AUDITOR)
    assert "未与主管税务机关" in browser.get("/exports").text
    for name, period, begins in (
        ("tax", "2026", b"PK"),
        ("beancount", "", b""),
        ("hledger", "2026-02", b""),
        ("gbt24589", "2025", b"PK"),
    ):
        answer = browser.get(f"/exports/{name}?period={period}")
        assert answer.status_code == 200, name
        assert answer.data.startswith(begins)
        assert len(answer.data) > 100
    assert browser.get("/exports/sap").status_code == 404
    assert browser.get("/exports/tax?period=never").status_code == 422
    assert browser.get("/annual-report/2026/tables.xlsx").data.startswith(b"PK")
    assert serving.signed_in(app, Role.CASHIER).get("/exports").status_code == 403

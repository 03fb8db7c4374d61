"""The bank as cashier, accountant and reviewer meet it in a browser."""

import io
import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from foundation import database
from foundation.banking.models import BankLine, BankMatch, MatchState
from foundation.imports.models import ColumnMapping
from foundation.users.models import Role
from ledger.vouchers import Voucher
from tests import factories, serving
from tests.factories import BANK
from tests.foundation.banking import bank_cases
from tests.foundation.banking.bank_cases import Row
from tests.serving import Browser

DAY = date(2026, 1, 15)
LINES: list[Row] = [
    ("2026-01-15", "捐款", 100_00, "王敏", "SN0000000001"),
    ("2026-01-16", "捐款", 300_00, "李强", "SN0000000002"),
    ("2026-01-20", "结息", 12_34, "", "SN0000000003"),
]


def send(browser: Browser, content: bytes, *, name: str = "对账单.csv") -> TestResponse:
    return browser.post(
        "/bank/statements/upload",
        {"file": (io.BytesIO(content), name), "account": BANK},
        content_type="multipart/form-data",
    )


def bring(browser: Browser, content: bytes, **fields: str) -> TestResponse:
    """Upload, look, and import as it is shown."""
    place = send(browser, content).location.partition("?")[0]
    return browser.post(f"{place}/run", {"account": BANK} | fields)


def line_ids(engine: Engine) -> list[int]:
    with database.reading(engine) as session:
        return list(session.execute(select(BankLine.id).order_by(BankLine.id)).scalars())


def test_statement_is_looked_at_then_imported(served: Engine, cashier: Browser) -> None:
    sent = send(cashier, bank_cases.csv_of(LINES, opening=50_00))
    assert sent.status_code == 303
    page = cashier.get(sent.location).text
    assert "将导入" in page
    assert "462.34" in page
    assert line_ids(served) == []
    done = cashier.post(f"{sent.location.partition('?')[0]}/run", {"account": BANK})
    assert done.status_code == 303, done.text
    assert "已导入 3 笔流水" in cashier.get(done.location).text
    assert len(line_ids(served)) == 3
    assert "未勾对" in cashier.get("/bank").text


def test_gap_is_refused_until_it_is_explained(served: Engine, cashier: Browser) -> None:
    content = bank_cases.csv_of(LINES).replace(b"400.00", b"401.00")
    refused = bring(cashier, content)
    assert refused.status_code == 422
    assert "第 3 行余额应为 400.00" in refused.text
    assert line_ids(served) == []
    assert bring(cashier, content, reason="银行更正").status_code == 303
    assert "不连续，已说明" in cashier.get("/bank/statements").text


def test_columns_are_said_once_and_remembered(served: Engine, cashier: Browser) -> None:
    odd = "甲,乙,丙,丁\n2026-01-15,100.00,王敏,100.00\n2026-01-16,-5.00,,95.00\n".encode()
    sent = send(cashier, odd)
    page = cashier.get(sent.location)
    assert "没有找到对账单的表头" in page.text
    place = sent.location.partition("?")[0]
    said = {
        "account": BANK,
        "own": "1",
        "header_row": "1",
        "role-0": "date",
        "role-1": "amount",
        "role-2": "name",
        "role-3": "balance",
    }
    assert "将导入" in cashier.post(place, said).text
    assert cashier.post(f"{place}/run", said).status_code == 303
    with database.reading(served) as session:
        assert session.execute(select(ColumnMapping.saved_by)).scalar_one() == "cashier"
    later = "甲,乙,丙,丁\n2026-02-15,7.00,王敏,102.00\n".encode()
    assert "将导入" in cashier.get(send(cashier, later).location).text


def test_files_and_accounts_that_are_wrong_are_said_beside_the_field(cashier: Browser) -> None:
    assert "请选择要导入的文件" in cashier.post("/bank/statements/upload", {"account": BANK}).text
    wrong = send(cashier, b"%PDF-1.7", name="x.csv")
    assert wrong.status_code == 422
    gone = cashier.get(f"/bank/statements/preview/{'0' * 64}")
    assert gone.status_code == 404


def test_suggestion_is_taken_and_undone(served: Engine, cashier: Browser) -> None:
    bank_cases.gift(served, "王敏", 300_00, date(2026, 1, 17))
    bank_cases.bring(served, bank_cases.csv_of(LINES))
    cashier.post(f"/bank/accounts/{BANK}/match")
    key = line_ids(served)[1]
    page = cashier.get(f"/bank/lines/{key}").text
    assert "户名不同" in page
    side = re.search(r'name="side" value="([^"]+)"', page)
    assert side is not None
    taken = cashier.post(f"/bank/lines/{key}/match", {"side": side[1]})
    assert taken.status_code == 303
    with database.reading(served) as session:
        match = session.execute(select(BankMatch)).scalar_one()
        assert match.made_by == "cashier"
    shown = cashier.get(f"/bank/lines/{key}", follow_redirects=True).text
    assert "撤销勾对" in shown
    assert cashier.post(f"/bank/matches/{match.id}/undo", {"reason": "勾错"}).status_code == 303
    with database.reading(served) as session:
        assert session.get_one(BankMatch, match.id).state is MatchState.UNDONE


def test_match_that_does_not_add_up_is_refused_on_the_page(
    served: Engine, cashier: Browser
) -> None:
    bank_cases.gift(served, "王敏", 1_00, DAY)
    bank_cases.bring(served, bank_cases.csv_of(LINES))
    with database.reading(served) as session:
        voucher = session.execute(select(Voucher.id)).scalar_one()
    key = line_ids(served)[0]
    refused = cashier.post(f"/bank/lines/{key}/match", {"side": f"{voucher}:1"})
    assert refused.status_code == 422
    assert "与账面合计 1.00 不等" in refused.text


def test_gift_is_recorded_from_a_line_and_waits_there(
    served: Engine, accountant: Browser, cashier: Browser
) -> None:
    bank_cases.bring(served, bank_cases.csv_of(LINES))
    key = line_ids(served)[0]
    filled = accountant.get(f"/bank/lines/{key}/gift")
    form = accountant.get(filled.location).text
    for value in ('value="2026-01-15"', 'value="100.00"', 'value="王敏"', "SN0000000001"):
        assert value in form
    fields = {
        "received_on": "2026-01-15",
        "donor": "王敏",
        "donor_choice": "new",
        "donor_kind": "person",
        "amount": "100.00",
        "fund-0": "GEN",
        "kind": "cash",
        "method": "bank",
        "account": BANK,
        "bank_reference": "SN0000000001",
        "attachments": "1",
    }
    saved = accountant.post(filled.location, fields)
    assert saved.location.endswith(f"/bank/lines/{key}/next")
    assert "未记账的凭证金额相同" in cashier.get(f"/bank/lines/{key}").text
    with database.reading(served) as session:
        voucher = session.execute(select(Voucher.id)).scalar_one()
    factories.post(served, [voucher])
    cashier.post(f"/bank/accounts/{BANK}/match")
    assert "已勾对" in cashier.get(f"/bank/lines?account={BANK}&state=matched").text


def test_interest_is_drafted_from_a_line(served: Engine, accountant: Browser) -> None:
    bank_cases.bring(served, bank_cases.csv_of(LINES))
    key = line_ids(served)[2]
    assert "存款利息" in accountant.get(f"/bank/lines/{key}").text
    fields = {"business": "interest", "fund": "GEN"}
    assert accountant.post(f"/bank/lines/{key}/voucher", fields).status_code == 303
    with database.reading(served) as session:
        voucher = session.execute(select(Voucher)).scalar_one()
    assert (voucher.rule, voucher.total_minor, voucher.state) == (
        "interest.deposit",
        12_34,
        "submitted",
    )
    wrong = accountant.post(f"/bank/lines/{key}/voucher", {"business": "fee", "fund": "GEN"})
    assert wrong.status_code == 422
    assert "手续费应为支出" in wrong.text


def test_month_is_reconciled_by_two_and_closes(
    served: Engine, cashier: Browser, reviewer: Browser
) -> None:
    factories.close_periods(served, 202511, 202512)
    bank_cases.gift(served, "王敏", 100_00, DAY)
    bank_cases.bring(served, bank_cases.csv_of(LINES))
    cashier.post(f"/bank/accounts/{BANK}/match")
    place = f"/bank/reconciliations/{BANK}/2026-01"
    page = cashier.get(place).text
    assert "312.34" in page
    closing = reviewer.post("/periods/2026-01/close", follow_redirects=True)
    assert "尚未编制余额调节表" in closing.text
    assert cashier.post(f"{place}/prepare").status_code == 303
    assert reviewer.get(place).text.count("复核无误") == 1
    assert reviewer.post(f"{place}/review").status_code == 303
    assert "已核对" in cashier.get(place).text
    # The month wants nothing any more, but two of its lines are still open.
    assert "2026-01" in cashier.get("/bank").text
    closed = reviewer.post("/periods/2026-01/close", follow_redirects=True)
    assert "2026-01 已结账" in closed.text
    withdrawn = cashier.post(f"{place}/withdraw", {"reason": "重做"})
    assert withdrawn.status_code == 409
    assert "已结账，不能撤回" in withdrawn.text


def test_account_and_idle_month_are_kept_by_form(
    served: Engine, cashier: Browser, reviewer: Browser
) -> None:
    bank_cases.bring(served, bank_cases.csv_of(LINES))
    fields = {
        "bank": "示例银行",
        "number": "42000001",
        "required_from": "2026-02",
        "reason": "制度",
    }
    assert reviewer.post(f"/bank/accounts/{BANK}", fields).status_code == 303
    assert "示例银行" in cashier.get("/bank").text
    missing = reviewer.post(f"/bank/accounts/{BANK}", fields | {"reason": ""})
    assert missing.status_code == 422
    assert reviewer.get("/bank/accounts/9999").status_code == 404
    idle = {"idle_account": BANK, "idle_through": "2026-02-28", "idle_balance": "1.00"}
    assert cashier.post("/bank/statements/idle", idle).status_code == 422
    right = cashier.post("/bank/statements/idle", idle | {"idle_balance": "412.34"})
    assert right.status_code == 303


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ACCOUNTANT, Role.REVIEWER])
def test_others_read_the_bank_and_record_nothing(served: Engine, app: Flask, role: Role) -> None:
    bank_cases.bring(served, bank_cases.csv_of(LINES))
    browser = serving.signed_in(app, role)
    key = line_ids(served)[0]
    for path in ("/bank", "/bank/lines", "/bank/statements", f"/bank/lines/{key}"):
        assert browser.get(path).status_code == 200, path
    assert browser.post(f"/bank/accounts/{BANK}/match").status_code == 403
    assert browser.post(f"/bank/reconciliations/{BANK}/2026-01/prepare").status_code == 403


def test_cashier_sees_no_income_books(cashier: Browser) -> None:
    for path in ("/gifts", "/vouchers", "/accounts", "/donors"):
        assert cashier.get(path).status_code == 403, path


def test_pages_speak_english(served: Engine, cashier: Browser) -> None:
    bank_cases.bring(served, bank_cases.csv_of(LINES))
    cashier.post("/language", {"language": "en", "next": "/bank"})
    page = cashier.get("/bank").text
    assert "Bank" in page
    assert "未勾对" not in page

"""Pages of letters: preview and issue, originals and copies, replacing, cancelling, series, zip."""

import io
import re
import threading
import zipfile
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import Engine

from foundation.receipting import issue_pages
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import posted, recorded
from tests.foundation.receipting import document_cases
from tests.foundation.receipting.conftest import signed_in
from tests.foundation.receipting.document_cases import issue, numbers
from tests.serving import Browser

ISSUE, LETTERS = "/documents/letters/issue", "/documents/letters"


def preview(browser: Browser, **asked: Any) -> tuple[str, dict[str, str]]:
    """Return the page of a preview, and the fields of its form."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    page = browser.get(f"{ISSUE}?{query}").text
    form = page.rpartition('method="post" action="/documents/letters/issue"')[2]
    return page, dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_what_is_previewed_is_issued(served: Engine, accountant: Browser) -> None:
    first, waiting = posted(served, minor=1_000_00), recorded(served, minor=7_00)
    page, fields = preview(accountant, document="letter", scope="year", year=2026)
    assert "出具 1 份" in page
    assert waiting.reference in page
    assert "尚未记账" in page

    answer = accountant.post(ISSUE, fields)
    assert answer.status_code == 303
    assert numbers(served, first.gift_id) == ["QR-2026-000001"]
    assert "1,000.00" in accountant.get(answer.headers["Location"]).text


def test_preview_that_no_longer_holds_is_refused(served: Engine, accountant: Browser) -> None:
    gift = posted(served, minor=1_000_00)
    _page, fields = preview(accountant, document="letter", scope="year", year=2026)
    gift_cases.refund(served, gift.gift_id, 1)

    answer = accountant.post(ISSUE, fields)
    assert answer.status_code == 422
    assert "已被他人修改" in answer.text
    assert numbers(served, gift.gift_id) == []
    assert accountant.post(ISSUE, fields | {"fingerprint": ""}).status_code == 422


def test_statement_of_a_donor_from_day_to_day(served: Engine, accountant: Browser) -> None:
    who = gift_cases.donor(served)
    early = gift_cases.record(served, gift_cases.entry(who, minor=5_00))
    late = gift_cases.record(
        served, gift_cases.entry(who, minor=9_00, received_on=gift_cases.LATER)
    )
    gift_cases.post(served, early.voucher_id, late.voucher_id)
    asked = {"document": "annual", "scope": "donor", "donor": "林晓舟"}
    page, fields = preview(accountant, **asked, **{"from": "2026-02-01", "to": "2026-02-28"})

    assert "1 笔" in page
    assert accountant.post(ISSUE, fields).status_code == 303
    assert numbers(served, late.gift_id) == ["MX-2026-000001"]
    assert numbers(served, early.gift_id) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"document": "bill", "scope": "year", "year": 2026},
        {"document": "tax_receipt", "scope": "year", "year": 2026},
        {"document": "letter", "scope": "gift", "gift": "G2026-999999"},
        {"document": "letter", "scope": "year", "year": "MMXX"},
        {"document": "letter", "scope": "donor", "donor": "没有这个人"},
        {"document": "letter", "scope": "batch", "batch": 99},
    ],
)
def test_scope_that_makes_no_sense_is_refused(
    served: Engine, accountant: Browser, asked: dict[str, Any]
) -> None:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    answer = accountant.get(f"{ISSUE}?{query}")

    assert answer.status_code == 422
    assert "出具 0 份" not in answer.text


def test_first_file_is_the_original_and_later_ones_are_copies(
    served: Engine, accountant: Browser, auditor: Browser
) -> None:
    posted(served)
    issue(served, year=2026)
    page = f"{LETTERS}/QR-2026-000001"
    assert auditor.get(f"{page}/original.pdf").status_code == 409
    assert auditor.post(f"{page}/file", {}).status_code == 403

    original = accountant.post(f"{page}/file", {"mark": "original"})
    assert original.mimetype == "application/pdf"
    again = auditor.get(f"{page}/original.pdf")
    assert again.data == original.data
    copy = accountant.post(f"{page}/file", {"mark": "copy"})
    assert copy.data != original.data
    assert "副本" in PdfReader(io.BytesIO(copy.data)).pages[0].extract_text()
    assert "副本" not in PdfReader(io.BytesIO(original.data)).pages[0].extract_text()
    shown = accountant.get(page).text
    assert (shown.count(">原件<"), shown.count(">副本<")) == (1, 1)
    assert "QR-2026-000001.pdf" in original.headers["Content-Disposition"]


def test_key_is_loaded_once_for_the_application(
    served: Engine, app: Flask, accountant: Browser
) -> None:
    posted(served)
    issue(served, year=2026)
    accountant.post(f"{LETTERS}/QR-2026-000001/file", {})
    kept = app.extensions["foundation.seal"]
    accountant.post(f"{LETTERS}/QR-2026-000001/file", {"mark": "copy"})

    assert app.extensions["foundation.seal"] is kept
    assert kept.signer is not None


def test_letter_is_replaced_with_a_reason(served: Engine, accountant: Browser) -> None:
    gift = posted(served)
    issue(served, year=2026)
    page = f"{LETTERS}/QR-2026-000001/replace"
    assert accountant.post(page, {"reason": " "}).status_code == 422
    answer = accountant.post(page, {"reason": "名称有误"})
    assert answer.headers["Location"].endswith("QR-2026-000002")
    assert numbers(served, gift.gift_id) == ["QR-2026-000002"]
    old = accountant.get(f"{LETTERS}/QR-2026-000001").text
    assert "名称有误" in old
    assert "QR-2026-000002" in old
    assert accountant.post(page, {"reason": "再次"}).status_code == 422


def test_letter_is_cancelled_by_the_reviewer(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    gift = posted(served)
    issue(served, year=2026)
    page = f"{LETTERS}/QR-2026-000001/cancel"
    assert accountant.post(page, {"reason": "重复"}).status_code == 403
    assert reviewer.post(page, {"reason": "重复"}).status_code == 303
    assert numbers(served, gift.gift_id) == []
    assert "已作废" in reviewer.get(f"{LETTERS}/QR-2026-000001").text
    series = reviewer.get(f"{LETTERS}/series").text
    assert "1 至 1 连续" in series


def test_gap_in_a_series_is_shown(served: Engine, accountant: Browser) -> None:
    posted(served)
    issue(served, year=2026)
    with gift_cases.unguarded(served) as connection:
        connection.exec_driver_sql("UPDATE letter_series SET last_number = 5")

    assert "有缺号" in accountant.get(f"{LETTERS}/series").text


def test_originals_are_made_line_by_line_and_zipped(served: Engine, accountant: Browser) -> None:
    for minor in (1_00, 2_00, 3_00):
        posted(served, minor=minor)
    issue(served, year=2026)
    assert accountant.get(f"{LETTERS}/originals.zip").status_code == 409
    told = accountant.post(f"{LETTERS}/draw", {"kind": "letter"})
    assert "已生成 3 / 3 份" in told.text
    assert "originals.zip?kind=letter" in told.text

    answer = accountant.get(f"{LETTERS}/originals.zip?kind=letter")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        names = package.namelist()
        assert names == [f"QR-2026-{n:06d}.pdf" for n in (1, 2, 3)]
        one = accountant.get(f"{LETTERS}/QR-2026-000002/original.pdf")
        assert package.read("QR-2026-000002.pdf") == one.data
    again = accountant.get(f"{LETTERS}/originals.zip?kind=letter")
    assert again.data == answer.data


def test_long_issue_is_told_while_it_goes_on(
    served: Engine, accountant: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issue_pages, "_QUICK", 0)
    gift = posted(served, minor=1_000_00)
    _page, fields = preview(accountant, document="letter", scope="year", year=2026)
    stale = accountant.post(ISSUE, fields | {"fingerprint": "0" * 64}).text
    assert "没有出具" in stale
    assert numbers(served, gift.gift_id) == []

    told = accountant.post(ISSUE, fields).text
    assert "已处理 1 / 1 笔捐赠" in told
    assert "QR-2026-000001" in told
    assert numbers(served, gift.gift_id) == ["QR-2026-000001"]


def test_leaving_the_page_does_not_stop_a_long_issue(
    served: Engine, accountant: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issue_pages, "_QUICK", 0)
    gift = posted(served, minor=1_000_00)
    _page, fields = preview(accountant, document="letter", scope="year", year=2026)
    answer = accountant.client.post(
        ISSUE, data=fields | {"csrf_token": accountant.form_token()}, buffered=False
    )
    parts = iter(answer.response)
    next(parts)
    next(parts)
    answer.close()
    for thread in threading.enumerate():
        if thread.name == issue_pages.THREAD:
            thread.join()

    assert numbers(served, gift.gift_id) == ["QR-2026-000001"]


def test_list_is_filtered_and_exported(served: Engine, accountant: Browser) -> None:
    posted(served, minor=1_00, donor_name='=HYPERLINK("x")')
    second = posted(served, minor=2_00)
    issue(served, year=2026)
    page = accountant.get(f"{LETTERS}?gift={second.reference}").text

    assert "QR-2026-000002" in page
    assert "QR-2026-000001" not in page
    text = accountant.get(f"{LETTERS}/export.csv").data.decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert accountant.get(f"{LETTERS}?q=QR-2026-000002").text.count("/QR-2026-") == 1
    assert accountant.get(f"{LETTERS}/export.xlsx").status_code == 200
    assert accountant.get(f"{LETTERS}?gift=G2026-999999").status_code == 404


def test_gift_page_says_what_there_is_and_why_it_is_locked(
    served: Engine, app: Flask, accountant: Browser, auditor: Browser
) -> None:
    gift = posted(served)
    before = accountant.get(f"/gifts/{gift.reference}").text
    assert "可以出具" in before
    assert "尚未登记公告" in before
    issue(served, gift_id=gift.gift_id)
    locked = auditor.get(f"/gifts/{gift.reference}").text
    assert "此捐赠已锁定" in locked
    assert "确认函 QR-2026-000001" in locked
    reviewer = signed_in(app, "reviewer")
    reviewer.post(f"{LETTERS}/QR-2026-000001/cancel", {"reason": "更正捐赠"})
    after = auditor.get(f"/gifts/{gift.reference}").text
    assert "此捐赠已锁定" not in after
    assert "已作废" in after


def test_anonymous_gift_says_why_there_is_nothing(served: Engine, accountant: Browser) -> None:
    gift = posted(served, is_anonymous=True)
    page = accountant.get(f"/gifts/{gift.reference}").text

    assert page.count("匿名捐赠，没有可以出具的对象") == 4


def test_bill_particulars_are_written_down_until_there_is_a_document(
    served: Engine, accountant: Browser
) -> None:
    gift = posted(served)
    page = f"/documents/gifts/{gift.reference}/particulars"
    fields = {
        "title": "周明远",
        "payer_kind": "person",
        "waiver": "",
        "benefit": "",
        "advantage": "",
    }
    wrong = accountant.post(page, fields | {"payer_code": "1234"})
    assert wrong.status_code == 422
    assert accountant.post(page, fields).status_code == 303
    assert "周明远" in accountant.get(f"/gifts/{gift.reference}").text
    issue(served, gift_id=gift.gift_id)
    late = accountant.post(page, fields | {"title": "林晓舟"})
    assert (late.status_code, "已有有效文件" in late.text) == (422, True)


def test_unreceipted_list_ties_out(served: Engine, accountant: Browser) -> None:
    first, second = posted(served, minor=1_000_00), posted(served, minor=50_00)
    recorded(served, minor=7_00)
    posted(served, minor=9_00, is_anonymous=True)
    page = accountant.get("/documents/unreceipted?year=2026").text
    assert "相符" in page
    assert "匿名捐赠" in page
    assert "尚未记账" in page
    assert first.reference in page
    overdue = accountant.get("/documents/unreceipted?year=2026&reason=overdue").text
    assert second.reference in overdue
    assert "匿名捐赠，没有可以出具的对象</td>" not in overdue
    text = accountant.get("/documents/unreceipted/export.csv?year=2026").data.decode("utf-8-sig")
    assert len(text.splitlines()) == 5
    assert accountant.get("/documents/unreceipted?year=2020").status_code == 200
    assert "超过 60 天" in accountant.get("/documents").text


def test_nothing_of_documents_is_open_without_its_books(
    served: Engine, app: Flask, accountant: Browser
) -> None:
    for path in (
        "/documents",
        "/documents/bills",
        "/documents/batches",
        LETTERS,
        f"{LETTERS}/series",
        "/documents/overprint",
        "/documents/bills/import",
        ISSUE,
    ):
        assert accountant.get(path).status_code == 200, path
    cashier = signed_in(app, "cashier")
    assert cashier.get("/documents").status_code == 403
    assert document_cases.findings(served) == []

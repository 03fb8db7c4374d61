"""Pages of official bills: drawing, recording, red, void, lost, files, write-off, registers."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.foundation.gifts.gift_cases import posted, recorded
from tests.foundation.receipting import document_cases
from tests.foundation.receipting.document_cases import numbers
from tests.receipts import bill_cases
from tests.receipts.bill_cases import CODE, PAPER_CODE
from tests.serving import Browser

NEW = "/documents/bills/new"
PDF = b"%PDF-1.7 official \x00\xff bytes"


def typed(number: int = 1, **changes: str) -> dict[str, Any]:
    """Fields of a bill as somebody types them."""
    fields = {
        "code": CODE,
        "number": f"{number:010d}",
        "check_code": "a1b2c3",
        "issued_on": "2026-03-10",
        "payer": "林晓舟",
        "payer_kind": "person",
        "amount": "1000",
        "gifts": "",
    }
    return fields | changes


def record(browser: Browser, fields: Mapping[str, Any]) -> str:
    """Record a bill and return the address of its page."""
    answer = browser.post(NEW, dict(fields))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_batch_is_drawn_and_shown(accountant: Browser) -> None:
    fields = {
        "medium": "electronic",
        "code": CODE,
        "first_number": "0000000001",
        "last_number": "0000000010",
        "drawn_on": "2026-01-05",
        "keeper": "林会计",
    }
    answer = accountant.post("/documents/batches/new", fields)
    assert answer.status_code == 303
    page = accountant.get(answer.headers["Location"]).text
    assert "0000000001–0000000010" in page
    again = accountant.post("/documents/batches/new", fields)
    assert again.status_code == 422
    assert "不能重复领用" in again.text
    assert CODE in accountant.get("/documents/batches").text


def test_bill_is_recorded_for_its_gift_with_its_files(served: Engine, accountant: Browser) -> None:
    bill_cases.draw(served)
    gift = posted(served, minor=1_000_00)
    offered = accountant.get(f"{NEW}?gift={gift.reference}").text
    assert 'value="1000.00"' in offered
    assert 'value="林晓舟"' in offered

    page = record(
        accountant, typed(gifts=gift.reference) | {"files": (io.BytesIO(PDF), "电子票据.pdf")}
    )
    shown = accountant.get(page).text
    assert numbers(served, gift.gift_id) == [f"{CODE} 0000000001"]
    assert gift.reference in shown
    address = shown.split("/files/")[1].split('"')[0]
    file = accountant.get(f"{page}/files/{address}")
    assert file.data == PDF
    assert file.mimetype == "application/pdf"
    assert f"{CODE} 0000000001" in accountant.get(f"/gifts/{gift.reference}").text


def test_file_of_another_bill_is_not_found(served: Engine, accountant: Browser) -> None:
    bill_cases.draw(served)
    first = record(accountant, typed(1) | {"files": (io.BytesIO(PDF), "a.pdf")})
    second = record(accountant, typed(2, amount="5"))

    assert accountant.get(f"{first}/files/1").status_code == 200
    assert accountant.get(f"{second}/files/1").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "0000000099"}, "number"),
        ({"amount": "1000.005"}, "amount"),
        ({"issued_on": "2027-01-01"}, "issued_on"),
        ({"payer": ""}, "payer"),
        ({"payer": "周明远"}, "payer"),
        ({"gifts": "G2026-999999"}, "gifts"),
        ({"amount": "1000.01"}, "amount"),
        ({"check_code": "12"}, "is_confirmed"),
        ({"payer_code": "420106199001011234"}, "payer_code"),
    ],
)
def test_wrong_bill_is_refused_beside_the_field(
    served: Engine, accountant: Browser, changes: dict[str, str], field: str
) -> None:
    bill_cases.draw(served)
    gift = posted(served, minor=1_000_00)
    answer = accountant.post(NEW, typed(gifts=gift.reference) | changes)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert numbers(served, gift.gift_id) == []


def test_second_bill_for_the_same_money_is_refused(served: Engine, accountant: Browser) -> None:
    bill_cases.draw(served)
    gift = posted(served, minor=1_000_00)
    record(accountant, typed(1, gifts=gift.reference))

    second = accountant.post(NEW, typed(2, gifts=gift.reference))
    assert second.status_code == 422
    assert "不能重复出具" in second.text
    reused = accountant.post(NEW, typed(1, amount="5"))
    assert reused.status_code == 422
    assert "同一号码不能再次使用" in reused.text


def test_bill_for_an_unposted_gift_is_refused(served: Engine, accountant: Browser) -> None:
    bill_cases.draw(served)
    gift = recorded(served, minor=1_000_00)
    answer = accountant.post(NEW, typed(gifts=gift.reference))

    assert answer.status_code == 422
    assert "尚未记账" in answer.text


def test_red_bill_takes_the_whole_blue_back(served: Engine, accountant: Browser) -> None:
    bill_cases.draw(served)
    gift = posted(served, minor=1_000_00)
    blue = record(accountant, typed(1, gifts=gift.reference))
    form = accountant.get(f"{blue}/red").text
    assert "−1,000.00" in form
    assert 'name="amount"' not in form

    fields = {"code": CODE, "number": "0000000002", "issued_on": "2026-03-11", "reason": "开错"}
    answer = accountant.post(f"{blue}/red", fields)
    assert answer.status_code == 303
    assert numbers(served, gift.gift_id) == []
    page = accountant.get(answer.headers["Location"]).text
    assert "−1,000.00" in page
    assert f"{CODE} 0000000001" in page
    assert accountant.get(f"{blue}/red").status_code == 409
    assert accountant.post(f"{blue}/red", fields).status_code == 409
    assert document_cases.findings(served) == []


def test_void_and_lost_need_the_reviewer(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    bill_cases.draw_paper(served)
    first = record(accountant, typed(101, code=PAPER_CODE))
    assert accountant.post(f"{first}/end", {}).status_code == 403
    fields = {"kind": "void", "day": "2026-03-11", "reason": "写错"}
    unkept = reviewer.post(f"{first}/end", fields)
    assert (unkept.status_code, "各联" in unkept.text) == (422, True)
    assert reviewer.post(f"{first}/end", fields | {"copies_kept": "on"}).status_code == 303
    page = reviewer.get(first).text
    assert "各联已全部保存" in page
    assert reviewer.post(f"{first}/end", fields | {"copies_kept": "on"}).status_code == 409

    second = record(accountant, typed(102, code=PAPER_CODE))
    lost = reviewer.post(f"{second}/end", {"kind": "lost", "day": "2026-03-11", "reason": "搬迁"})
    assert lost.status_code == 303
    assert "遗失" in reviewer.get(second).text


def test_electronic_bill_is_not_voided(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    bill_cases.draw(served)
    page = record(accountant, typed(1))
    fields = {"kind": "void", "day": "2026-03-11", "reason": "写错", "copies_kept": "on"}

    assert reviewer.post(f"{page}/end", fields).status_code == 409
    assert bill_cases.stored(served, 1).state == "issued"


def test_bill_without_a_gift_is_linked_later(served: Engine, accountant: Browser) -> None:
    bill_cases.draw(served)
    page = record(accountant, typed(1))
    assert "0000000001" in accountant.get("/documents/bills/unassigned").text
    gift = posted(served, minor=1_000_00)
    assert accountant.post(f"{page}/gifts", {"gifts": ""}).status_code == 422
    assert accountant.post(f"{page}/gifts", {"gifts": gift.reference}).status_code == 303
    assert numbers(served, gift.gift_id) == [f"{CODE} 0000000001"]
    assert "0000000001" not in accountant.get("/documents/bills/unassigned").text


def test_batch_is_written_off_when_nothing_is_blank(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    key = bill_cases.draw(served, last_number="0000000002")
    page = f"/documents/batches/{key}"
    fields = {"reference": "核销〔2026〕1号", "day": "2026-03-12"}
    refused = reviewer.post(f"{page}/write-off", fields)
    assert (refused.status_code, "还有 2 个号码" in refused.text) == (422, True)
    record(accountant, typed(1))
    record(accountant, typed(2, amount="7"))
    assert accountant.post(f"{page}/write-off", fields).status_code == 403
    assert reviewer.post(f"{page}/write-off", fields).status_code == 303
    shown = reviewer.get(page).text
    assert "核销〔2026〕1号" in shown
    assert "1,007.00" in shown


def test_register_is_filtered_and_exported(served: Engine, accountant: Browser) -> None:
    bill_cases.draw(served)
    record(accountant, typed(1, payer="=1+1"))
    record(accountant, typed(2, amount="7"))

    used = accountant.get("/documents/bills").text
    assert "0000000002" in used
    assert "0000000003" not in used
    stock = accountant.get("/documents/bills?state=in_stock").text
    assert "0000000003" in stock
    assert ">0000000001</a>" not in stock
    text = accountant.get("/documents/bills/export.csv").data.decode("utf-8-sig")
    assert "'=1+1" in text
    assert len(text.splitlines()) == 3
    first = accountant.get("/documents/bills?state=all&limit=4").text
    assert "0000000004" in first
    assert "0000000005" not in first
    assert accountant.get("/documents/bills?cursor=x").status_code == 422


def test_auditor_reads_and_changes_nothing(
    served: Engine, accountant: Browser, auditor: Browser
) -> None:
    key = bill_cases.draw(served)
    page = record(accountant, typed(1))
    for path in ("/documents", "/documents/bills", page, f"/documents/batches/{key}"):
        assert auditor.get(path).status_code == 200, path
    for path in (NEW, f"{page}/red", f"{page}/end", f"{page}/files", "/documents/batches/new"):
        assert auditor.post(path, {}).status_code == 403, path


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a & <b>粗</b>"])
def test_markup_in_a_name_is_text(served: Engine, accountant: Browser, name: str) -> None:
    bill_cases.draw(served)
    page = record(accountant, typed(1, payer=name))

    for path in (page, "/documents/bills", "/documents/bills/unassigned"):
        text = accountant.get(path).text
        assert name not in text
        assert "&lt;" in text


@pytest.mark.parametrize("name", ["林\u202e晓舟", "林\x07晓舟", "林\u200b晓舟"])
def test_invisible_characters_in_a_payer_are_refused(
    served: Engine, accountant: Browser, name: str
) -> None:
    bill_cases.draw(served)
    answer = accountant.post(NEW, typed(1, payer=name))

    assert answer.status_code == 422
    assert "不可印刷的字符" in answer.text


def test_search_finds_bills_and_letters_by_number(served: Engine, accountant: Browser) -> None:
    bill_cases.draw(served)
    page = record(accountant, typed(1))
    posted(served, minor=7_00)
    document_cases.issue(served, year=2026)

    for wanted in ("0000000001", f"{CODE} 0000000001", "00001"):
        assert f'href="{page}"' in accountant.get(f"/search?q={wanted}").text
    assert "/documents/letters/QR-2026-000001" in accountant.get("/search?q=qr-2026-000001").text

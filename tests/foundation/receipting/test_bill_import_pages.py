"""Importing what the finance department's system hands out: lists, e-bills, packages."""

import io
import re
import zipfile
from collections.abc import Mapping

import pytest
from sqlalchemy import Engine

from foundation.receipting import bill_xml
from foundation.receipting.bill_export import BillRow, RejectedBill
from receipts.content import RecipientKind
from tests.foundation.gifts.gift_cases import posted
from tests.foundation.receipting import document_cases
from tests.foundation.receipting.document_cases import numbers
from tests.receipts import bill_cases
from tests.receipts.bill_cases import CODE
from tests.refusals import refused
from tests.serving import Browser

IMPORT = "/documents/bills/import"
PDF, OFD = b"%PDF-1.7 \x00 as it came", b"PK\x03\x04 as it came"
LIST = (
    "票据代码,票据号码,校验码,开票日期,交款人,金额\n"
    f"{CODE},0000000001,a1b2c3,2026-03-10,林晓舟,1000.00\n"
    f"{CODE},0000000002,a1b2c4,2026-03-10,周明远,5.50\n"
)


def xml(number: int = 1, *, amount: str = "1000.00", more: str = "", items: str = "") -> bytes:
    """An e-bill as published implementations write it; the payer is invented."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<EInvoice xmlns="urn:example"><Header><Version>1.0</Version></Header><EInvoiceData>
<Main><EInvoiceName>公益事业捐赠统一票据（电子）</EInvoiceName><EInvoiceCode>{CODE}</EInvoiceCode>
<EInvoiceNumber>{number:010d}</EInvoiceNumber><RandomNumber>a1b2c3</RandomNumber>
<TotalAmount>{amount}</TotalAmount><IssueDate>20260310</IssueDate>
<PayerParty><PayerPartyType>1</PayerPartyType><PayerPartyCode>420106199001011234</PayerPartyCode>
<PayerPartyName>林晓舟</PayerPartyName></PayerParty>
<HandlingPerson>林会计</HandlingPerson><Checker>周主管</Checker><Remark>捐赠</Remark>{more}</Main>
<Details>{items}</Details></EInvoiceData></EInvoice>""".encode()


def package(files: Mapping[str, bytes]) -> bytes:
    """Pack files as the finance system does."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return stream.getvalue()


def upload(browser: Browser, content: bytes, name: str) -> str:
    """Upload a file and return the address of its preview."""
    answer = browser.post(IMPORT, {"file": (io.BytesIO(content), name), "code": ""})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def run(browser: Browser, address: str, **changes: str) -> int:
    """Record a file as its preview shows it; return the status."""
    page = browser.get(address).text
    found = re.search(r'name="fingerprint" value="(\w+)"', page)
    assert found is not None, page
    return browser.post(address, {"fingerprint": found[1], "code": ""} | changes).status_code


def test_list_is_shown_and_recorded_as_shown(served: Engine, accountant: Browser) -> None:
    bill_cases.draw(served)
    gift = posted(served, minor=1_000_00)
    address = upload(accountant, LIST.encode(), "票据清单.csv")
    page = accountant.get(address).text

    assert "1,005.50" in page
    assert "未找到" in page
    assert bill_cases.stored(served, 1).state == "in_stock"
    assert run(accountant, address) == 303
    assert numbers(served, gift.gift_id) == [f"{CODE} 0000000001"]
    assert bill_cases.stored(served, 2).state == "issued"
    assert document_cases.findings(served)[0].check == "bill_without_gift"


def test_file_recorded_twice_is_refused_the_second_time(
    served: Engine, accountant: Browser
) -> None:
    bill_cases.draw(served)
    address = upload(accountant, LIST.encode(), "票据清单.csv")
    page = accountant.get(address).text
    found = re.search(r'name="fingerprint" value="(\w+)"', page)
    assert found is not None
    fields = {"fingerprint": found[1], "code": ""}
    assert accountant.post(address, fields).status_code == 303
    again = accountant.post(address, fields)
    assert again.status_code == 422
    assert "不能再次使用" in again.text


def test_rejected_rows_are_all_named_and_nothing_is_recorded(
    served: Engine, accountant: Browser
) -> None:
    bill_cases.draw(served)
    bad = LIST.replace("5.50", "五元").replace("2026-03-10,林", "昨天,林")
    address = upload(accountant, bad.encode(), "票据清单.csv")
    page = accountant.get(address).text

    assert "金额无效" in page
    assert "开票日期无效" in page
    assert 'name="fingerprint"' not in page
    assert bill_cases.stored(served, 1).state == "in_stock"


def test_odd_numbers_are_confirmed(served: Engine, accountant: Browser) -> None:
    bill_cases.draw(served)
    odd = LIST.replace("a1b2c3", "12")
    address = upload(accountant, odd.encode(), "票据清单.csv")

    assert "不是 6 位字母或数字" in accountant.get(address).text
    assert run(accountant, address) == 422
    assert run(accountant, address, is_confirmed="on") == 303


def test_ebill_brings_its_xml_along(served: Engine, accountant: Browser) -> None:
    bill_cases.draw(served)
    gift = posted(served, minor=1_000_00)
    content = xml()
    address = upload(accountant, content, "票据.xml")
    assert run(accountant, address) == 303

    assert numbers(served, gift.gift_id) == [f"{CODE} 0000000001"]
    stored = bill_cases.stored(served, 1)
    # An identity number in the file is never kept in the register.
    assert stored.payer_code is None
    page = accountant.get(f"/documents/bills/{stored.id}").text
    file = re.search(r"/files/(\d+)", page)
    assert file is not None
    kept = accountant.get(f"/documents/bills/{stored.id}/files/{file[1]}")
    assert kept.data == content


def test_package_keeps_every_original(served: Engine, accountant: Browser) -> None:
    bill_cases.draw(served)
    content = package(
        {
            "下载/0000000001.xml": xml(1),
            "下载/0000000001.pdf": PDF,
            "下载/0000000001.ofd": OFD,
            "下载/0000000002.xml": xml(2, amount="7.00"),
            "__MACOSX/._x": b"junk",
        }
    )
    address = upload(accountant, content, "票据.zip")
    assert "4 个文件" in accountant.get(address).text
    assert run(accountant, address) == 303

    stored = bill_cases.stored(served, 1)
    page = accountant.get(f"/documents/bills/{stored.id}").text
    kept = [
        accountant.get(f"/documents/bills/{stored.id}/files/{key}").data
        for key in sorted(set(re.findall(r"/files/(\d+)", page)))
    ]
    assert sorted(kept) == sorted([xml(1), PDF, OFD])


def test_red_ebill_names_its_blue(served: Engine, accountant: Browser) -> None:
    bill_cases.draw(served)
    related = (
        f"<RelatedInvoiceCode>{CODE}</RelatedInvoiceCode>"
        "<RelatedInvoiceNumber>0000000001</RelatedInvoiceNumber>"
    )
    both = package({"1.xml": xml(1), "2.xml": xml(2, more=related)})
    assert run(accountant, upload(accountant, both, "票据.zip")) == 303

    assert bill_cases.stored(served, 1).state == "red"
    assert bill_cases.stored(served, 2).amount_minor == -1_000_00


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "a.xml", "DOCTYPE"),
        (b"<x", "a.xml", "有效的 XML"),
        (b"<x/>", "a.xml", "没有票据号码"),
        (b"no zip", "a.zip", "已损坏"),
        (package({"a.exe": b"x"}), "a.zip", "a.exe"),
        (package({}), "a.zip", "没有文件"),
        ("姓名,年龄\n甲,1\n".encode(), "a.csv", "找不到票据清单的表头"),
        (b"%PDF-1.7", "a.pdf", "a.pdf"),
    ],
)
def test_what_holds_no_bills_is_refused_at_once(
    served: Engine, accountant: Browser, content: bytes, name: str, sentence: str
) -> None:
    answer = accountant.post(IMPORT, {"file": (io.BytesIO(content), name), "code": ""})

    assert answer.status_code == 422
    assert sentence in answer.text


def test_pdf_without_xml_is_a_row_that_cannot_be_read(served: Engine, accountant: Browser) -> None:
    content = package({"1.xml": xml(1), "2.pdf": PDF})
    page = accountant.get(upload(accountant, content, "票据.zip")).text

    assert "没有 XML" in page
    assert 'name="fingerprint"' not in page


def test_items_of_an_ebill_are_read_with_their_signs() -> None:
    items = "".join(
        f"<Item><ItemCode>05{n}</ItemCode><ItemName>励学金{n}</ItemName><ItemUnit>笔</ItemUnit>"
        f"<ItemQuantity>1</ItemQuantity><ItemAmount>{n}00.00</ItemAmount></Item>"
        for n in (4, 6)
    )
    related = f"<relatedInvoiceCode>{CODE}</relatedInvoiceCode><relatedInvoiceNumber>0000000009"
    content = xml(items=items, more=f"{related}</relatedInvoiceNumber>")
    (row,) = bill_xml.read(content, "a.xml")

    assert isinstance(row, BillRow)
    assert row.bill.reverses == (CODE, "0000000009")
    assert [item.amount_minor for item in row.bill.items] == [-400_00, -600_00]
    assert [item.item_name for item in row.bill.items] == ["励学金4", "励学金6"]
    assert (row.bill.payer_kind, row.bill.payer_code) == (RecipientKind.PERSON, "")


def test_ebill_with_a_wrong_amount_is_rejected_with_its_reason() -> None:
    (row,) = bill_xml.read(xml(amount="one"), "a.xml")

    assert isinstance(row, RejectedBill)
    assert "金额" in row.reason


def test_huge_list_of_bills_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bill_xml, "_MOST_BILLS", 0)
    with refused("no_bill_in_xml", saying="最多"):
        list(bill_xml.read(xml(), "a.xml"))

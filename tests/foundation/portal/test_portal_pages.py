"""What donors see of their gifts, and what they take with them."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation import database
from foundation.donors.models import DonorKind
from foundation.donors.vault import Vault
from foundation.gifts.kinds import GiftKind
from foundation.organisation import qualification
from foundation.organisation.models import Standing
from foundation.organisation.qualification import PeriodInput
from foundation.portal import consents, fund_figures, sections, visits
from foundation.portal.consents import Consent
from foundation.portal.models import VisitKind
from foundation.portal.sections import Section
from foundation.receipting.eligibility import Document
from ledger import balances
from receipts import files
from receipts.models import RenderMark
from tests import factories, serving
from tests.foundation.gifts import gift_cases
from tests.foundation.portal import portal_cases
from tests.foundation.portal.portal_cases import (
    MINOR,
    NAME,
    OFFICIAL,
    attach,
    by_document,
    by_mail,
    given,
    issue,
    known_donor,
    mails,
)
from tests.foundation.receipting import document_cases
from tests.serving import Browser, HandClock

GIFT, LETTER = "G2026-000001", "QR-2026-000001"
HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"


@pytest.fixture
def lin(app: Flask, books: Engine) -> Browser:
    """The browser of the first donor."""
    return by_mail(app, books)


def page(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    assert len(answer.data) < 100_000
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    return answer.text


def test_gifts_are_summed_and_said_in_plain_words(lin: Browser, books: Engine) -> None:
    waiting = gift_cases.record(books, gift_cases.entry(known_donor(books), minor=1_00))
    over = given(books, known_donor(books), minor=9_00)
    gift_cases.cancel(books, over.gift_id)
    back = given(books, known_donor(books), minor=50_00)
    gift_cases.refund(books, back.gift_id, 20_00)
    text = page(lin, "/my")

    assert f"{NAME}，感谢您的支持" in text
    # What was cancelled does not count, what was refunded is taken off.
    assert "共 4 笔" not in text
    assert "共 3 笔" in text
    assert "120,031.00" in text
    for words in ("已收到并入账", "已收到，正在入账", "登记已撤销", "已退回一部分"):
        assert words in text
    for word in ("凭证", "科目", "借方", "贷方", "410102"):
        assert word not in text
    assert waiting.reference in text


def test_many_gifts_come_in_parts(lin: Browser, books: Engine) -> None:
    who = known_donor(books)
    for number in range(26):
        gift_cases.record(books, gift_cases.entry(who, minor=1_00 + number))
    first = page(lin, "/my")
    assert first.count("gift-list") == 1
    assert "更早的捐赠" in first
    second = page(lin, "/my?page=2")
    assert "回到最近的捐赠" in second
    assert GIFT in first + second
    for wrong in ("0", "-1", "x", "99999999999", "²"):
        page(lin, f"/my?page={wrong}")


def test_original_comes_first_and_copies_after_it(
    lin: Browser, books: Engine, hand: HandClock, tmp_path: Path
) -> None:
    address = f"/my/letters/{LETTER}.pdf"
    assert "（副本）" not in page(lin, "/my")
    original = lin.get(address)
    assert original.mimetype == "application/pdf"
    assert f"filename={LETTER}.pdf" in original.headers["Content-Disposition"]
    # A download that broke off on the way is not a second one.
    hand.turn(minutes=14)
    assert lin.get(address).data == original.data
    hand.turn(minutes=2)
    lin = by_mail(lin.client.application, books)
    assert "（副本）" in page(lin, "/my")
    copy = lin.get(address)
    assert copy.data != original.data
    assert f"{LETTER}-copy.pdf" in copy.headers["Content-Disposition"]
    with database.reading(books) as session:
        log = visits.list_visits(session, donor_id=1)
    taken = [
        (visit.document, visit.mark, visit.digest, visit.actor)
        for visit in reversed(log)
        if visit.kind is VisitKind.DOWNLOADED
    ]
    assert taken == [
        (LETTER, RenderMark.ORIGINAL, files.digest_of(original.data), "donor:1"),
        (LETTER, RenderMark.ORIGINAL, files.digest_of(original.data), "donor:1"),
        (LETTER, RenderMark.COPY, files.digest_of(copy.data), "donor:1"),
    ]


def test_letter_that_no_longer_stands_is_handed_out_as_a_copy(lin: Browser, books: Engine) -> None:
    document_cases.cancel(books, 1)
    assert "已作废" in page(lin, f"/my/gifts/{GIFT}")
    answer = lin.get(f"/my/letters/{LETTER}.pdf")
    assert "-copy.pdf" in answer.headers["Content-Disposition"]


def test_official_file_leaves_byte_for_byte(lin: Browser, books: Engine, tmp_path: Path) -> None:
    assert "票据文件还没有存入系统" in page(lin, f"/my/gifts/{GIFT}")
    key = attach(books, 1, tmp_path)
    assert f"/my/bill-files/{key}" in page(lin, "/my")
    answer = lin.get(f"/my/bill-files/{key}")
    assert answer.data == OFFICIAL
    assert answer.mimetype == "application/pdf"
    with database.reading(books) as session:
        (visit, *_rest) = visits.list_visits(session, donor_id=1)
    assert (visit.kind, visit.digest) == (VisitKind.DOWNLOADED, files.digest_of(OFFICIAL))


@pytest.mark.parametrize("path", [f"/my/gifts/{GIFT}", "/my/tax"])
def test_five_values_of_the_tax_form_can_be_copied(lin: Browser, path: str) -> None:
    text = page(lin, path)
    for value in (
        "示例大学教育发展基金会",
        "53420000MJ000000X2",
        "0000000001",
        "2026-01-15",
        "120000.00",
    ):
        assert f'data-copy="{value}"' in text


def test_bill_that_was_taken_back_is_not_offered_for_the_tax_form(
    lin: Browser, books: Engine
) -> None:
    wrong = portal_cases.bill_cases.bill(1, amount_minor=MINOR, payer_name=NAME)
    document_cases.bill(books, portal_cases.bill_cases.red(5, wrong, payer_name=NAME))
    assert "data-copy" not in page(lin, "/my/tax")
    assert "已冲红或作废" in page(lin, f"/my/gifts/{GIFT}")


def list_qualification(engine: Engine, **given: Any) -> None:
    values: dict[str, Any] = {
        "standing": Standing.QUALIFIED,
        "first_on": factories.GIFT_DAY.replace(month=1, day=1),
        "last_on": factories.GIFT_DAY.replace(month=12, day=31),
        "document_number": "某省财税公告〔2026〕3号",
        "published_on": factories.CLOCK.today(),
    }
    with database.transaction(engine) as session:
        qualification.record(
            session, PeriodInput(**(values | given)), actor="admin", clock=factories.CLOCK
        )


def test_deduction_status_is_live_and_unknown_is_said(lin: Browser, books: Engine) -> None:
    path = f"/my/gifts/{GIFT}"
    assert "尚未登记公益性捐赠税前扣除资格的公告" in page(lin, path)
    list_qualification(books)
    after = page(lin, path)
    assert "某省财税公告〔2026〕3号" in after
    for promise in ("100%", "30%", "12%"):
        assert promise not in after


def test_fund_shows_what_the_books_say(lin: Browser, books: Engine) -> None:
    factories.post_spending(books, minor=30_000_00)
    text = page(lin, "/my/funds/SCHOL")
    with database.reading(books) as session:
        net = balances.fund_nets(session)[factories.fund_id(books, "SCHOL")]
        figures = fund_figures.of_fund(session, "SCHOL", [1])
    assert net == MINOR + portal_cases.OTHER_MINOR - 30_000_00
    assert figures.balance_minor == figures.years[0].closing_minor == net
    assert (figures.received_minor, figures.spent_minor) == (net + 30_000_00, 30_000_00)
    for words in ("127,777.00", "30,000.00", "97,777.00", "其中您的捐赠"):
        assert words in text
    assert portal_cases.OTHER_NAME not in text


def test_fund_to_which_nothing_was_given_does_not_exist(lin: Browser) -> None:
    for code in ("LAB", "GEN", "NONE", "%00", "SCHOL%00"):
        assert lin.get(f"/my/funds/{code}").status_code == 404


def test_export_has_everything_and_no_whole_identity_number(
    app: Flask, books: Engine, tmp_path: Path
) -> None:
    vault = Vault.of(serving.settings(tmp_path).secret_key)
    entry = portal_cases.donor_cases.given(
        name="沈念真", email="shen@example.org", id_number="99000020000108007X"
    )
    with database.transaction(books) as session:
        who = portal_cases.donors.record_donor(
            session, entry, vault=vault, actor=factories.PREPARER, clock=factories.CLOCK
        )
    given(books, who, minor=12_34)
    browser = by_mail(app, books, "shen@example.org")
    answer = browser.get("/my/data.json")
    assert answer.mimetype == "application/json"
    found = json.loads(answer.text)
    assert found["particulars"][0]["name"] == "沈念真"
    assert found["particulars"][0]["id_number"].endswith("007X")
    assert "99000020000108007X" not in answer.text
    assert found["gifts"][0]["amount"] == "12.34"
    assert [visit["kind"] for visit in found["visits"]] == ["entered", "link_sent"]
    assert NAME not in answer.text
    assert "导出个人信息" in page(browser, "/my/particulars")


def test_change_of_addresses_is_asked_for_and_not_made(lin: Browser, books: Engine) -> None:
    answer = lin.post("/my/particulars", {"email": "new@example.org", "message": "换了邮箱"})
    assert answer.status_code == 303
    text = page(lin, "/my/particulars")
    assert "new@example.org" in text
    assert "等待处理" in text
    with database.reading(books) as session:
        assert portal_cases.donors.get_donor(session, 1).email == portal_cases.MAIL
    for fields, said in (
        ({}, "请填写要更改的内容"),
        ({"email": "nobody"}, "应写作 name@example.org"),
        ({"phone": "call me"}, "应为数字"),
        ({"message": "x" * 1001}, "最多 1000 字"),
    ):
        refused = lin.post("/my/particulars", fields)
        assert refused.status_code == 422
        assert said in refused.text
    for _ in range(2):
        assert lin.post("/my/particulars", {"message": "又一条"}).status_code == 303
    assert lin.post("/my/particulars", {"message": "第四条"}).status_code == 409


def allowed(engine: Engine) -> dict[int, Consent]:
    with database.reading(engine) as session:
        return consents.current(session, [1, 2])


def test_publication_needs_consent_which_can_be_taken_back(lin: Browser, books: Engine) -> None:
    assert allowed(books) == {}
    path = f"/my/gifts/{GIFT}/consent"
    lin.post(path, {"name": "on", "amount": "on", "display_name": "林 校友"})
    assert allowed(books) == {1: Consent(True, True, "林 校友")}
    assert 'value="林 校友"' in page(lin, f"/my/gifts/{GIFT}")
    lin.post(path, {})
    assert allowed(books) == {1: Consent(False, False, "")}
    assert lin.post(path, {"display_name": "长" * 61}).status_code == 422


def test_gift_without_a_name_is_shown_to_its_donor_only(
    lin: Browser, app: Flask, books: Engine
) -> None:
    hidden = given(books, known_donor(books), minor=4_321_00, is_anonymous=True)
    assert "不公开姓名" in page(lin, "/my")
    other = by_mail(app, books, portal_cases.OTHER_MAIL)
    assert "4,321.00" not in page(other, "/my")
    assert other.get(f"/my/gifts/{hidden.reference}").status_code == 404
    assert NAME not in page(other, "/my/funds/SCHOL")


def test_markup_of_donors_is_text_on_every_page(app: Flask, books: Engine) -> None:
    who = portal_cases.donor(
        books, name=HOSTILE, email="evil@example.org", kind=DonorKind.ORGANISATION, note=HOSTILE
    )
    made = given(
        books,
        who,
        kind=GiftKind.IN_KIND,
        account_code="1501",
        item=HOSTILE,
        quantity="1",
        value_evidence="发票",
    )
    browser = by_mail(app, books, "evil@example.org")
    browser.post("/my/particulars", {"message": HOSTILE})
    browser.post(f"/my/gifts/{made.reference}/consent", {"display_name": HOSTILE})
    for path in ("/my", f"/my/gifts/{made.reference}", "/my/particulars", "/my/tax"):
        text = page(browser, path)
        assert "<script>alert" not in text
    shown = page(browser, "/my")
    assert "&lt;script&gt;" in shown
    assert "{{7*7}}" in shown
    office = portal_cases.office(app, portal_cases.Role.ACCOUNTANT)
    for path in (f"/donors/{who.id}/access", "/donors/requests"):
        assert "<script>alert" not in office.get(path).text
    admin = portal_cases.office(app, portal_cases.Role.ADMINISTRATOR)
    assert "<script>alert" not in admin.get("/settings/mail").text
    assert "<script>" in mails(books)[-1].body  # plain text: nothing reads markup there


def test_pages_speak_english_too(lin: Browser) -> None:
    lin.client.set_cookie("language", "en")
    for path in ("/my", f"/my/gifts/{GIFT}", "/my/funds/SCHOL", "/my/tax", "/my/particulars"):
        text = page(lin, path)
        assert '<html lang="en">' in text
        assert "My gifts" in text


def test_document_of_a_year_opens_the_gifts_of_that_year(app: Flask, books: Engine) -> None:
    number = issue_annual(books)
    browser = by_document(app, books, number)
    text = page(browser, "/my")
    assert "年度捐赠明细" in text
    assert "捐赠确认函" not in text  # its own document and no other
    assert browser.get(f"/my/letters/{LETTER}.pdf").status_code == 404
    assert browser.get(f"/my/letters/{number}.pdf").status_code == 200


def issue_annual(engine: Engine) -> str:
    done = document_cases.issue(engine, Document.ANNUAL, year=2026, donor_id=1)
    assert done.letters == 1
    return done.first


def test_other_features_show_sections_of_their_own(books: Engine) -> None:
    def own(_session: object, donor_ids: object) -> Section:
        return Section("我的承诺", "x.html", {"ids": donor_ids})

    with database.reading(books) as session:
        shown = sections.of_donor(session, (1, 7), (own, lambda _session, _ids: None))
    assert shown == [Section("我的承诺", "x.html", {"ids": (1, 7)})]


def test_certificate_is_among_the_documents(lin: Browser, books: Engine) -> None:
    number = issue(books, 1, Document.CERTIFICATE)
    assert number in page(lin, f"/my/gifts/{GIFT}")
    assert lin.get(f"/my/letters/{number}.pdf").status_code == 200

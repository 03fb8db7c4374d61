"""Donors come in without a password, and nobody else does."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text

from foundation import database
from foundation.donors import merging
from foundation.donors.models import DonorKind
from foundation.portal.models import DonorLink
from foundation.users.models import Role
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.foundation.portal import portal_cases
from tests.foundation.portal.portal_cases import (
    MAIL,
    NAME,
    OTHER_NAME,
    by_document,
    by_mail,
    code_of,
    donor,
    known_donor,
    link_in,
    mails,
)
from tests.foundation.receipting import document_cases
from tests.serving import Browser, HandClock
from tests.threads import together

LETTER = "QR-2026-000001"


def ask(browser: Browser, address: str) -> tuple[int, str | None]:
    answer = browser.post("/my/enter/mail", {"email": address})
    return answer.status_code, answer.headers.get("Location")


def is_in(browser: Browser) -> bool:
    return browser.get("/my").status_code == 200


def test_link_by_mail_opens_the_own_gifts_once(app: Flask, books: Engine) -> None:
    browser = Browser(app)
    assert browser.get("/my").headers["Location"] == "/my/enter"
    assert ask(browser, f" {MAIL.upper()} ") == (303, "/my/enter?sent=1")
    (message,) = mails(books)
    assert (message.to_address, message.about, message.is_secret) == (MAIL, "donor:1", True)
    link = link_in(message)
    # Mail programs open links by themselves: nothing is used up by that.
    for _ in range(3):
        assert "进入" in Browser(app).get(link).text
    assert browser.post(link).headers["Location"] == "/my"
    assert NAME in browser.get("/my").text
    assert OTHER_NAME not in browser.get("/my").text
    again = Browser(app)
    assert again.post(link).status_code == 410
    assert again.get(link).status_code == 410
    assert not is_in(again)


def test_only_the_digest_of_a_link_is_kept(app: Flask, books: Engine) -> None:
    ask(Browser(app), MAIL)
    token = link_in(mails(books)[0]).rpartition("/")[2]
    assert len(token) == 22  # 128 bits
    with database.reading(books) as session:
        (link,) = session.execute(select(DonorLink)).scalars()
        assert len(link.digest) == 64
        for table in ("donor_link", "donor_session", "donor_visit", "trail_record"):
            rows = session.execute(text(f"SELECT * FROM {table}")).all()
            assert token not in str(rows), table


def test_answer_is_the_same_whether_the_address_is_known(app: Flask, books: Engine) -> None:
    known, unknown = Browser(app), Browser(app)
    assert ask(known, MAIL) == ask(unknown, "stranger@example.org")
    pages = [browser.get("/my/enter?sent=1").text for browser in (known, unknown)]
    tokens = [browser.form_token() for browser in (known, unknown)]
    assert pages[0].replace(tokens[0], "") == pages[1].replace(tokens[1], "")
    assert len(mails(books)) == 1


@pytest.mark.parametrize("address", ["", "nobody", "a b@example.org", "x@y.example\r\nBcc: a@b.c"])
def test_what_is_no_address_is_said_beside_the_field(app: Flask, address: str) -> None:
    answer = Browser(app).post("/my/enter/mail", {"email": address})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text


@pytest.mark.parametrize("address", ["%", "l_n@example.org", "%@example.org", "lin@example_org"])
def test_patterns_are_no_addresses(app: Flask, books: Engine, address: str) -> None:
    Browser(app).post("/my/enter/mail", {"email": address})
    assert mails(books) == []


def test_asking_again_and_again_is_slowed_down_for_known_and_unknown(
    app: Flask, hand: HandClock
) -> None:
    for address in (MAIL, "stranger@example.org"):
        answers = [ask(Browser(app), address)[0] for _ in range(4)]
        assert answers == [303, 303, 303, 429]
        hand.turn(hours=1)
        assert ask(Browser(app), address)[0] == 303


def test_link_expires_and_a_fresh_one_goes_to_the_own_address(
    app: Flask, books: Engine, hand: HandClock
) -> None:
    browser = Browser(app)
    ask(browser, MAIL)
    old = link_in(mails(books)[0])
    hand.turn(minutes=30)
    page = browser.get(old)
    assert page.status_code == 410
    assert "重新发送链接" in page.text
    assert browser.post(f"{old}/renew").headers["Location"] == "/my/enter?sent=1"
    fresh = mails(books)[-1]
    assert fresh.to_address == MAIL
    assert browser.post(link_in(fresh)).status_code == 303
    assert is_in(browser)
    # One that never was one gets the same answer, and no mail.
    answer = Browser(app).post("/my/enter/nothing/renew")
    assert answer.headers["Location"] == "/my/enter?sent=1"
    assert len(mails(books)) == 2


def test_several_donors_of_one_address_get_a_link_each(app: Flask, books: Engine) -> None:
    donor(books, name="林家小店", kind=DonorKind.ORGANISATION, email=MAIL)
    donor(books, name="匿名", kind=DonorKind.ANONYMOUS, email=MAIL)
    ask(Browser(app), MAIL)
    assert [message.about for message in mails(books)] == ["donor:1", "donor:3"]


def test_merged_donor_comes_in_as_the_one_that_was_kept(app: Flask, books: Engine) -> None:
    alias = donor(books, name="林晓舟（校友）", email="old@example.org")
    made = portal_cases.given(books, alias, minor=333_00)
    with database.transaction(books) as session:
        merging.merge(session, 1, alias.id, reason="同一人", actor="a", clock=factories.CLOCK)
    browser = by_mail(app, books, "old@example.org")
    page = browser.get("/my").text
    assert "333.00" in page
    assert "120,000.00" in page
    assert browser.get(f"/my/gifts/{made.reference}").status_code == 200


@pytest.mark.parametrize("dialect", DIALECTS)
def test_link_is_used_by_one_of_two_browsers(
    databases: Databases, tmp_path: Path, dialect: str
) -> None:
    with databases.prepared(dialect, "portal", portal_cases.build) as engine:
        app = portal_cases.application(engine, tmp_path)
        browsers = [Browser(app), Browser(app)]
        ask(browsers[0], MAIL)
        link = link_in(mails(engine)[0])
        answers = together([lambda b=b: b.post(link).status_code for b in browsers])
        assert sorted(answers) == [303, 410]  # type: ignore[type-var]


def test_session_ends_when_idle_and_after_a_day_of_work(
    app: Flask, books: Engine, hand: HandClock
) -> None:
    browser = by_mail(app, books)
    for _ in range(3):
        hand.turn(minutes=29)
        assert is_in(browser)
    hand.turn(minutes=30)
    assert not is_in(browser)
    browser = by_mail(app, books)
    for _ in range(17):
        hand.turn(minutes=28)
        assert is_in(browser)
    hand.turn(minutes=28)
    assert not is_in(browser)


def test_coming_in_again_makes_a_new_session_and_ends_the_old_one(
    app: Flask, books: Engine
) -> None:
    browser = by_mail(app, books)
    before, token = browser.cookie("donor"), browser.form_token()
    ask(browser, MAIL)
    browser.post(link_in(mails(books)[-1]))
    assert browser.cookie("donor") != before
    assert browser.form_token() != token
    old = Browser(app)
    assert before is not None
    old.client.set_cookie("donor", before)
    assert not is_in(old)


def test_leaving_ends_the_session(app: Flask, books: Engine) -> None:
    browser = by_mail(app, books)
    secret = browser.cookie("donor")
    assert secret is not None
    assert browser.post("/my/leave").headers["Location"] == "/my/enter"
    browser.client.set_cookie("donor", secret)
    assert not is_in(browser)


def test_forms_need_the_token_of_the_page(app: Flask, books: Engine) -> None:
    browser = by_mail(app, books)
    for path in ("/my/leave", "/my/particulars", "/my/gifts/G2026-000001/consent"):
        assert browser.client.post(path, data={"message": "x"}).status_code == 400


def test_cookie_cannot_be_read_by_scripts_or_sent_by_other_sites(app: Flask, books: Engine) -> None:
    browser = Browser(app)
    ask(browser, MAIL)
    answer = browser.post(link_in(mails(books)[0]))
    (cookie,) = (one for one in answer.headers.getlist("Set-Cookie") if one.startswith("donor="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_document_in_hand_opens_that_document_and_its_gift(app: Flask, books: Engine) -> None:
    extra = portal_cases.given(books, known_donor(books), minor=55_500_00)
    browser = by_document(app, books, LETTER)
    page = browser.get("/my").text
    assert "120,000.00" in page
    assert "55,500.00" not in page
    assert browser.get(f"/my/gifts/{extra.reference}").status_code == 404
    assert browser.get(f"/my/letters/{LETTER}.pdf").status_code == 200
    for path in ("/my/particulars", "/my/data.json"):
        assert browser.get(path).status_code == 404
    answer = browser.post("/my/gifts/G2026-000001/consent", {"name": "1"})
    assert answer.status_code == 404
    assert MAIL not in page


@pytest.mark.parametrize("spoilt", ["number", "code", "both", "short"])
def test_wrong_number_or_code_opens_nothing_and_says_the_same(
    app: Flask, books: Engine, spoilt: str
) -> None:
    right = code_of(books, LETTER)
    fields = {
        "number": {"number": "QR-2026-000002", "code": right},
        "code": {"number": LETTER, "code": "a" * 26},
        "both": {"number": "QR-2026-999999", "code": "a" * 26},
        "short": {"number": LETTER, "code": right[:-1]},
    }[spoilt]
    browser = Browser(app)
    answer = browser.post("/my/enter/document", fields)
    assert answer.status_code == 422
    assert "编号与核验码不符，或文件已更换、作废" in answer.text
    assert not is_in(browser)


def test_code_is_read_however_it_was_typed(app: Flask, books: Engine) -> None:
    code = code_of(books, LETTER)
    typed = " ".join(code[at : at + 4] for at in range(0, 26, 4)).upper()
    browser = Browser(app)
    browser.post("/my/enter/document", {"number": LETTER.lower(), "code": f" {typed} "})
    assert is_in(browser)


def test_document_that_no_longer_stands_opens_nothing(app: Flask, books: Engine) -> None:
    code = code_of(books, LETTER)
    document_cases.cancel(books, 1)
    answer = Browser(app).post("/my/enter/document", {"number": LETTER, "code": code})
    assert answer.status_code == 422


def test_guessing_codes_is_slowed_down(app: Flask, books: Engine, hand: HandClock) -> None:
    fields = {"number": LETTER, "code": "b" * 26}
    answers = [Browser(app).post("/my/enter/document", fields).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    # Not even the right code helps while one has to wait.
    right = {"number": LETTER, "code": code_of(books, LETTER)}
    waiting = Browser(app).post("/my/enter/document", right)
    assert waiting.status_code == 429
    assert int(waiting.headers["Retry-After"]) > 0
    hand.turn(hours=1)
    assert Browser(app).post("/my/enter/document", right).status_code == 303


def test_nobody_comes_in_as_anonymous(app: Flask, books: Engine) -> None:
    who = portal_cases.anonymous(books)
    portal_cases.given(books, who, minor=88_00, is_anonymous=True)
    ask(Browser(app), "nobody@example.org")
    assert mails(books) == []
    office = portal_cases.office(app, Role.ACCOUNTANT)
    assert office.post(f"/donors/{who.id}/access/invite").status_code == 409


def test_session_of_the_office_opens_no_donor_and_the_other_way_round(
    app: Flask, books: Engine
) -> None:
    office = portal_cases.office(app, Role.ACCOUNTANT)
    assert office.get("/my").status_code == 303
    browser = by_mail(app, books)
    assert browser.get("/gifts").status_code == 302
    assert browser.get("/api/v1/gifts").status_code == 401

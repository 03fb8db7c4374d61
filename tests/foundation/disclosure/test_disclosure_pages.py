"""What anybody can read: nothing that may not be public, and the preview word for word."""

import re

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.disclosure import composing, kinds
from foundation.disclosure.kinds import About
from foundation.disclosure.service import Upload
from tests.factories import CLOCK
from tests.foundation.disclosure import disclosure_cases as cases
from tests.foundation.disclosure.disclosure_cases import prepare, published
from tests.serving import Browser

PUBLIC_PAGES = (
    "/disclosure",
    "/honours",
    "/honours?scope=2026",
    "/honours?scope=c:J120",
    "/funds",
    "/funds/SCHOL",
    "/funds/campaigns/J120",
    "/verify",
    "/healthz",
)


def publish_everything(engine: Engine) -> list[str]:
    """Publish every kind that these books have something for; return the addresses."""
    files = (Upload("章程.pdf", cases.PDF),)
    published(engine, "basic")
    published(engine, "papers", files=files)
    published(engine, "annual_report", "2025", files=files)
    published(engine, "notice", "N1", title="公告", text="设立慈善信托，受托人为某信托公司。")
    addresses = ["basic/current", "papers/current", "annual_report/2025", "notice/N1"]
    for kind in ("gifts", "uses", "projects"):
        published(engine, kind, "2026")
        addresses.append(f"{kind}/2026")
    for kind in ("related_event", "payment"):
        with database.reading(engine) as session:
            offered = list(composing.offered(session, kinds.get(kind), today=CLOCK.today()))
        for subject, _ in offered:
            published(engine, kind, subject)
            addresses.append(f"{kind}/{subject}")
    return [f"/disclosure/{address}" for address in addresses]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_public_page_shows_what_may_never_be_public(
    served: Engine, anybody: Browser, language: str
) -> None:
    addresses = publish_everything(served)
    anybody.post("/language", {"language": language})
    for address in (*addresses, *PUBLIC_PAGES):
        page = anybody.get(address)
        assert page.status_code == 200, address
        shown = [secret for secret in cases.FORBIDDEN if secret in page.text]
        assert shown == [], address
        # The demo letterhead's own telephone and address may stand; nobody else's.
        assert not re.search(r"(?<![\d-])1[3-9]\d{9}(?!\d)", page.text), address


def test_every_kind_is_offered_or_says_why_not(served: Engine) -> None:
    with database.reading(served) as session:
        for kind in kinds.shipped().values():
            offered = list(composing.offered(session, kind, today=CLOCK.today()))
            assert bool(offered) is (kind.about is not About.NOTICE)


def test_preview_is_what_becomes_public(
    served: Engine, accountant: Browser, reviewer: Browser, anybody: Browser
) -> None:
    answer = accountant.post("/publications/new/gifts", {"subject": "2026"})
    assert answer.status_code == 303
    place = answer.headers["Location"]
    preview = accountant.get(place).text
    assert "待另一位有复核权限的人发布" in preview
    digest = re.search(r'name="digest" value="(\w{64})"', reviewer.get(place).text)
    assert digest is not None
    assert anybody.get("/disclosure/gifts/2026").status_code == 404
    assert reviewer.post(f"{place}/publish", {"digest": digest[1]}).status_code == 303
    public = anybody.get("/disclosure/gifts/2026").text
    sections = re.compile(r"<section>.*?</section>", re.DOTALL)
    assert sections.findall(preview) == sections.findall(public) != []
    assert digest[1] in public
    assert "接受捐赠情况" in anybody.get("/disclosure").text


def test_accountant_may_not_publish(served: Engine, accountant: Browser) -> None:
    key = prepare(served, "basic")
    answer = accountant.post(f"/publications/{key}/publish", {"digest": cases.digest(served, key)})
    assert answer.status_code == 403


def test_reviewer_sends_back_with_a_reason(served: Engine, reviewer: Browser) -> None:
    key = prepare(served, "basic")
    assert reviewer.post(f"/publications/{key}/decline", {"reason": ""}).status_code == 422
    assert reviewer.post(f"/publications/{key}/decline", {"reason": "地址有误"}).status_code == 303
    assert "地址有误" in reviewer.get(f"/publications/{key}").text


def test_page_says_what_may_not_be_published(served: Engine, accountant: Browser) -> None:
    fields = {"subject": "N1", "title": "公告", "text": f"电话 {cases.PHONE}"}
    answer = accountant.post("/publications/new/notice", fields)
    assert answer.status_code == 422
    assert "手机号码" in answer.text


def test_correction_and_the_version_before_are_both_public(
    served: Engine, anybody: Browser
) -> None:
    published(served, "uses", "2026")
    published(served, "uses", "2026", text="更正后", correction="原稿漏写说明")
    page = anybody.get("/disclosure/uses/2026").text
    assert "原稿漏写说明" in page
    assert "更正后" in page
    before = anybody.get("/disclosure/uses/2026/1").text
    assert "已由第 2 版更正" in before
    assert "更正后" not in before
    assert anybody.get("/disclosure/uses/2026/3").status_code == 404


def test_files_are_given_byte_for_byte_once_public(served: Engine, anybody: Browser) -> None:
    key = prepare(served, "papers", files=cases.statutes())
    assert anybody.get("/disclosure/files/1").status_code == 404
    cases.publish(served, key)
    answer = anybody.get("/disclosure/files/1")
    assert (answer.status_code, answer.data) == (200, cases.PDF)
    assert "attachment" in answer.headers["Content-Disposition"]


def test_auditor_reads_and_prepares_nothing(served: Engine, auditor: Browser) -> None:
    prepare(served, "basic")
    assert auditor.get("/publications").status_code == 200
    assert auditor.get("/publications/1").status_code == 200
    assert auditor.post("/publications/new/basic", {}).status_code == 403

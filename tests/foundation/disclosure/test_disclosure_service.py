"""A publication is frozen, approved by a second person, and corrected in the open."""

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.disclosure import content, queries, service
from foundation.disclosure.models import VersionState
from foundation.disclosure.screening import MayNotBePublished
from foundation.disclosure.service import Upload
from foundation.portal.consents import Consent
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.foundation.disclosure import disclosure_cases as cases
from tests.foundation.disclosure.disclosure_cases import prepare, publish, published
from tests.foundation.honours import honour_cases
from tests.refusals import refused


def cells(engine: Engine, key: int) -> list[list[object]]:
    """Return the rows of a publication, amounts as fen and names as texts."""
    with database.reading(engine) as session:
        shown = queries.shown(session, queries.get(session, key))
    return [
        [cell.get("name", cell.get("minor")) if isinstance(cell, dict) else cell for cell in row]
        for section in shown.sections
        for row in (*section.rows, section.total)
    ]


def test_second_person_publishes_what_was_prepared(both: Engine) -> None:
    key = prepare(both, "gifts", "2026")
    before = cases.digest(both, key)
    assert cases.state(both, key) is VersionState.PREPARED
    publish(both, key)
    (made,) = cases.versions(both)
    assert (made.state, made.number, made.digest) == (VersionState.PUBLISHED, 1, before)
    assert (made.prepared_by, made.decided_by) == (PREPARER, REVIEWER)
    assert made.address == f"{cases.URL}/disclosure/gifts/2026"
    assert content.digest_of(made.content) == before


def test_nobody_publishes_or_declines_what_they_prepared(served: Engine) -> None:
    key = prepare(served, "gifts", "2026")
    with refused("own_publication"):
        publish(served, key, actor=PREPARER)
    with refused("own_publication"), database.transaction(served) as session:
        service.decline(session, key, reason="不对", actor=PREPARER, clock=CLOCK)


def test_only_what_was_looked_at_is_published(served: Engine) -> None:
    key = prepare(served, "basic")
    with refused("stale"):
        publish(served, key, expected="0" * 64)


def test_declined_content_is_never_public_and_can_be_prepared_anew(served: Engine) -> None:
    key = prepare(served, "gifts", "2026")
    with database.transaction(served) as session:
        service.decline(session, key, reason="金额有误", actor=REVIEWER, clock=CLOCK)
    with refused("conflict"):
        publish(served, key)
    with database.reading(served) as session:
        assert queries.find(session, "gifts", "2026") == []
    published(served, "gifts", "2026")
    assert [version.number for version in cases.versions(served)] == [None, 1]


def test_one_waits_at_a_time(served: Engine) -> None:
    prepare(served, "gifts", "2026")
    with refused("conflict"):
        prepare(served, "gifts", "2026")


def test_correction_needs_its_explanation_and_keeps_the_version_before(both: Engine) -> None:
    first = published(both, "uses", "2026")
    honour_cases.give(both, honour_cases.donor(both, name="白多一"), 9_00)
    with refused("invalid"):
        prepare(both, "uses", "2026", text="补充")
    second = published(both, "uses", "2026", text="补充", correction="原稿漏写说明")
    with database.reading(both) as session:
        found = queries.find(session, "uses", "2026")
    assert [(item.id, item.number) for item in found] == [(second, 2), (first, 1)]
    assert found[0].correction == "原稿漏写说明"


def test_correction_that_changes_nothing_is_refused(served: Engine) -> None:
    published(served, "uses", "2026")
    with refused("conflict"):
        prepare(served, "uses", "2026", correction="再发一次")


def test_first_publication_takes_no_correction(served: Engine) -> None:
    with refused("invalid"):
        prepare(served, "uses", "2026", correction="没有可更正的")


def test_gifts_add_up_and_name_only_who_agreed(both: Engine) -> None:
    rows = cells(both, prepare(both, "gifts", "2026"))
    total = honour_cases.TOTAL + 40_000_00 + 3_000_00 + 90_000_00
    assert rows[0][0] == honour_cases.NAMED
    assert [row[-1] for row in rows if row and row[0] == "合计"] == [total, total]
    named = {row[0] for row in rows if row}
    assert honour_cases.PEN_NAME in named
    assert not named & set(cases.FORBIDDEN)


def test_few_hidden_donors_keep_the_thanked_names_out(served: Engine) -> None:
    # Seven donors are hidden here, so the name without an amount may stand.
    assert [honour_cases.QUIET] in cells(served, prepare(served, "gifts", "2026"))


def test_uses_add_up_and_name_no_payee(both: Engine) -> None:
    rows = cells(both, prepare(both, "uses", "2026"))
    spent = 20_000_00 + 5_000_00 + 6_000_00
    assert [row[-1] for row in rows if row and row[0] == "合计"] == [spent, spent]


def test_consent_taken_back_before_publication_stops_it(served: Engine) -> None:
    key = prepare(served, "gifts", "2026")
    honour_cases.allow(served, 1, Consent())
    with refused("may_not_be_published"):
        publish(served, key)
    assert cases.state(served, key) is VersionState.PREPARED


def test_consent_taken_back_after_publication_takes_the_name_off_the_page(served: Engine) -> None:
    key = published(served, "gifts", "2026")
    before = cases.digest(served, key)
    honour_cases.allow(served, 1, Consent())
    assert cells(served, key)[0] == [queries.TAKEN_BACK, 1, honour_cases.MINORS[honour_cases.NAMED]]
    assert cases.digest(served, key) == before


def test_publication_marks_its_duty(served: Engine) -> None:
    assert not cases.is_done(served, "major_projects_published", "2026", year=2026)
    with refused("nothing_to_publish"):
        prepare(served, "statements", "2025")
    published(served, "projects", "2025")
    assert cases.is_done(served, "major_projects_published", "2026", year=2026)


def test_report_alone_does_not_mark_the_duty_of_report_and_accounts(served: Engine) -> None:
    published(served, "annual_report", "2025", files=(Upload("年报.pdf", cases.PDF),))
    assert not cases.is_done(served, "annual_report_published", "2026", year=2026)


def test_related_party_event_is_published_and_done(both: Engine) -> None:
    with database.reading(both) as session:
        from_books = [
            item[0]
            for item in service.composing.offered(
                session, service.kinds.get("related_event"), today=CLOCK.today()
            )
        ]
    assert from_books
    key = published(both, "related_event", from_books[0])
    assert cells(both, key)[0][0] == cases.UNIVERSITY
    assert cases.is_done(both, "related_party_event", from_books[0], year=2026)


def test_payment_to_a_person_names_nobody(served: Engine) -> None:
    with database.reading(served) as session:
        offered = service.composing.offered(
            session, service.kinds.get("payment"), today=CLOCK.today()
        )
        key = next(value for value, said in offered if cases.WORKER in said)
    rows = cells(served, prepare(served, "payment", key))
    assert rows[0][0] == "（自然人，不公示姓名）"


@pytest.mark.parametrize(
    ("kind", "subject", "changes", "code"),
    [
        ("nothing", "2026", {}, "unknown_disclosure_kind"),
        ("gifts", "20x6", {}, "invalid"),
        ("gifts", "2027", {}, "invalid"),
        ("gifts", "../etc", {}, "invalid"),
        ("gifts", "2019", {}, "nothing_to_publish"),
        ("annual_report", "2026", {"files": (Upload("a.pdf", cases.PDF),)}, "invalid"),
        ("annual_report", "2025", {}, "invalid"),
        ("papers", "current", {"files": (Upload("a.pdf", b"<html>"),)}, "invalid"),
        ("papers", "current", {"files": (Upload("a.pdf", cases.PDF),) * 2}, "invalid"),
        ("gifts", "2026", {"files": (Upload("a.pdf", cases.PDF),)}, "invalid"),
        ("notice", "N1", {"title": "公告"}, "invalid"),
        ("fundraising", "2026", {}, "invalid"),
        ("statements", "2026", {}, "nothing_to_publish"),
        ("related_event", "v1-r9", {}, "nothing_to_publish"),
        ("payment", "Z2026-999999", {}, "nothing_to_publish"),
    ],
)
def test_wrong_publication_is_refused(
    served: Engine, kind: str, subject: str, changes: dict[str, object], code: str
) -> None:
    with refused(code):
        prepare(served, kind, subject, **changes)
    assert cases.versions(served) == []


@pytest.mark.parametrize(
    "text",
    [
        f"联系人身份证 {cases.ID_NUMBER}",
        f"电话{cases.PHONE}",
        "电话 139-1234-5678",
        "办公室 027-87654321",
        f"请写信至 {cases.MAIL}。",
        f"账号 {cases.CARD}",
        "账号 6222 0202 0001 1122 233",
        f"感谢{honour_cases.SILENT}先生",
        f"感谢{cases.FIRM}的支持",
        f"资助学生{cases.STUDENT}",
    ],
)
def test_text_with_what_may_not_be_public_is_refused(served: Engine, text: str) -> None:
    with pytest.raises(MayNotBePublished) as error:
        prepare(served, "notice", "N1", title="公告", text=text)
    said = error.value.describe()
    assert not any(secret in said for secret in cases.FORBIDDEN)


def test_organisation_may_give_its_own_contacts_and_plain_figures(served: Engine) -> None:
    text = (
        "本基金会统一社会信用代码 53420000MJ000000X2；投资 120000000.00 元，文号〔2026〕12345678号"
    )
    published(served, "notice", "N1", title="公告", text=text)

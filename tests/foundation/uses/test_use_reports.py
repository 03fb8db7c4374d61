"""A donor is told what became of a gift: figures that add up, frozen, sent and logged."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from foundation import database
from foundation.donors import merging
from foundation.mail.models import Message
from foundation.users.models import Role
from foundation.uses import content, queries, service
from foundation.uses.content import Content
from foundation.uses.figures import FundUse
from foundation.uses.models import UseReport, UseReportDelivery, Way
from tests import serving
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER
from tests.foundation.disclosure import disclosure_cases
from tests.foundation.gifts import gift_cases
from tests.foundation.portal import portal_cases
from tests.foundation.uses.use_cases import END, MAIL, build, make
from tests.refusals import refused
from tests.serving import Browser


@pytest.fixture(params=DIALECTS)
def both(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "uses", build) as found:
        yield found


@pytest.fixture
def served(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "uses", build) as found:
        yield found


@pytest.fixture
def app(served: Engine, tmp_path: Path) -> Flask:
    return serving.application(served, serving.settings(tmp_path))


@pytest.fixture
def accountant(app: Flask) -> Browser:
    return serving.signed_in(app, Role.ACCOUNTANT)


def said(engine: Engine, key: int) -> Content:
    with database.reading(engine) as session:
        return content.load(service.get(session, key).content)


def test_report_says_what_was_spent_of_the_gift_and_on_what(both: Engine) -> None:
    found = said(both, make(both))
    (part,) = found.parts
    assert (part.given_minor, part.received_minor) == (60_000_00, 100_000_00)
    assert (part.spent_minor, part.closing_minor) == (25_000_00, 75_000_00)
    assert (part.share_minor, part.left_minor) == (15_000_00, 45_000_00)
    assert sum(minor for _, minor in part.spending) == part.spent_minor
    assert part.opening_minor + part.received_minor - part.spent_minor == part.closing_minor


def test_shares_of_all_gifts_are_never_more_than_was_spent(served: Engine) -> None:
    parts = [said(served, make(served, key)).parts[0] for key in (1, 2)]
    assert sum(part.share_minor for part in parts) <= parts[0].spent_minor
    assert [part.share_minor for part in parts] == [15_000_00, 10_000_00]


def test_refund_leaves_less_to_report(served: Engine) -> None:
    gift_cases.refund(served, 1, minor=10_000_00)
    found = said(served, make(served))
    assert (found.given_minor, found.refunded_minor) == (50_000_00, 10_000_00)
    assert found.parts[0].given_minor == 50_000_00


def test_gift_without_spending_is_reported_as_unspent(served: Engine) -> None:
    found = said(served, make(served, 3))
    assert (found.share_minor, found.left_minor) == (0, 9_000_00)


@pytest.mark.parametrize(
    ("opening", "received", "spent", "gift", "share"),
    [
        (0, 0, 500, 100, 0),
        (0, 300, 100, 100, 33),
        (-50, 100, 90, 100, 100),
        (0, 100, -20, 100, 0),
        (0, 100, 100, 100, 100),
    ],
)
def test_share_never_exceeds_the_gift(
    opening: int, received: int, spent: int, gift: int, share: int
) -> None:
    use = FundUse(opening, received, spent, opening + received - spent, ())
    assert use.share_of(gift) == share


def test_report_of_a_month_is_made_once_and_the_next_is_another(served: Engine) -> None:
    make(served)
    with refused("use_reported"):
        make(served)
    key = make(served, through=date(2026, 4, 30))
    assert said(served, key).number == "G2026-000001-U2"


def test_same_content_draws_the_same_bytes(served: Engine) -> None:
    key = make(served)
    with database.reading(served) as session:
        report = service.get(session, key)
        drawn = service.drawing.draw(content.load(report.content), report.digest)
        assert drawn == report.file
        assert drawn.startswith(b"%PDF-")
        assert content.digest_of(drawn) == report.file_digest


def test_report_names_no_beneficiary(served: Engine) -> None:
    key = make(served)
    with database.reading(served) as session:
        assert disclosure_cases.STUDENT not in service.get(session, key).content
    with refused("may_not_be_published"):
        make(served, 2, note=f"资助了{disclosure_cases.STUDENT}同学")


@pytest.mark.parametrize("through", [date(2025, 12, 31), date(2027, 1, 31)])
def test_month_before_the_gift_or_to_come_is_refused(served: Engine, through: date) -> None:
    with refused("nothing_to_report"):
        make(served, through=through)


def test_gift_that_does_not_stand_gets_no_report(served: Engine) -> None:
    with refused("unknown_gift"):
        make(served, 987)
    gift_cases.cancel(served, 2)
    with refused("nothing_to_report"):
        make(served, 2)


def test_year_is_made_at_once_and_says_what_was_left_out(both: Engine) -> None:
    make(both)
    with database.transaction(both) as session:
        keys = service.gifts_of(session, year=2026)
        batch = service.make_year(session, keys, through=END, actor=PREPARER, clock=CLOCK)
        assert service.gifts_of(session, year=2026, fund="LAB") == [3]
    assert (len(batch.made), [item.gift for item in batch.skipped]) == (3, ["G2026-000001"])


def test_word_goes_to_the_donor_once_and_is_logged(both: Engine) -> None:
    key = make(both)
    for _ in range(2):
        with database.transaction(both) as session:
            service.send(
                session, key, public_url="https://example.org", actor=PREPARER, clock=CLOCK
            )
    with database.reading(both) as session:
        (message,) = session.execute(select(Message)).scalars()
        assert message.to_address == MAIL
        assert "https://example.org/my" in message.body
        assert "15,000" not in message.body
        assert [row.way for row in queries.deliveries(session, key)] == [Way.MAILED]


def test_donor_without_an_address_is_not_mailed(served: Engine) -> None:
    key = make(served, 2)
    with refused("nothing_to_report"), database.transaction(served) as session:
        service.send(session, key, public_url="https://e.org", actor=PREPARER, clock=CLOCK)


def test_pages_make_send_and_give_the_file(served: Engine, accountant: Browser) -> None:
    answer = accountant.post("/use-reports", {"gift": "G2026-000001", "month": "2026-03"})
    assert answer.status_code == 303
    place = answer.headers["Location"]
    assert "15,000.00" in accountant.get(place).text
    file = accountant.get(f"{place}/file")
    assert (file.status_code, file.data[:5]) == (200, b"%PDF-")
    assert accountant.post(f"{place}/send", {"way": "mailed"}).status_code == 303
    handed = accountant.post(f"{place}/send", {"way": "handed", "note": "挂号信"})
    assert handed.status_code == 303
    assert "挂号信" in accountant.get(place).text
    year = accountant.post("/use-reports/year", {"year": "2026", "year_month": "2026-03"})
    assert year.status_code == 303
    assert accountant.post("/use-reports/send", {}).status_code == 303


@pytest.mark.parametrize(
    "fields",
    [
        {"gift": "", "month": "2026-03"},
        {"gift": "G2026-000999", "month": "2026-03"},
        {"gift": "G2026-000001", "month": "三月"},
        {"gift": "G2026-000001", "month": "2025-03"},
    ],
)
def test_wrong_request_is_explained(accountant: Browser, fields: dict[str, str]) -> None:
    assert accountant.post("/use-reports", fields).status_code in (409, 422)


def test_auditor_reads_and_makes_nothing(served: Engine, app: Flask) -> None:
    key = make(served)
    auditor = serving.signed_in(app, Role.AUDITOR)
    assert auditor.get("/use-reports").status_code == 200
    assert auditor.get(f"/use-reports/{key}/file").status_code == 200
    assert auditor.post("/use-reports", {}).status_code == 403


def test_donor_downloads_own_reports_and_nobody_elses(served: Engine, app: Flask) -> None:
    own, other = make(served), make(served, 2)
    donor = portal_cases.by_mail(app, served, MAIL)
    assert "G2026-000001-U1" in donor.get("/my").text
    assert donor.get(f"/my/use-reports/{own}").data[:5] == b"%PDF-"
    assert donor.get(f"/my/use-reports/{other}").status_code == 404
    with database.reading(served) as session:
        rows = session.execute(select(UseReportDelivery)).scalars().all()
    assert [(row.report_id, row.way) for row in rows] == [(own, Way.DOWNLOADED)]


def test_donor_sees_reports_of_gifts_given_under_a_merged_name(served: Engine, app: Flask) -> None:
    key = make(served, 2)
    with database.transaction(served) as session:
        merging.merge(session, 1, 2, reason="同一人", actor=PREPARER, clock=CLOCK)
    donor = portal_cases.by_mail(app, served, MAIL)
    assert "G2026-000002-U1" in donor.get("/my").text
    with database.transaction(served) as session:
        merging.undo(session, 2, reason="不是同一人", actor=PREPARER, clock=CLOCK)
        assert session.get(UseReport, key) is not None
    assert "G2026-000002-U1" not in portal_cases.by_mail(app, served, MAIL).get("/my").text


def test_stranger_gets_no_report(served: Engine, app: Flask) -> None:
    key = make(served)
    assert Browser(app).get(f"/my/use-reports/{key}").status_code in (302, 303, 401, 403)

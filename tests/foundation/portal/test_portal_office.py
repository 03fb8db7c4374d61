"""The office invites donors, decides what they ask for, and sees what was sent and taken."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from foundation import database
from foundation.portal import contact
from foundation.portal.contact import Wish
from foundation.portal.models import ContactRequest, RequestState
from foundation.users.models import Role
from ledger.trail import TrailRecord
from tests import factories
from tests.foundation.donors import donor_cases
from tests.foundation.portal import portal_cases
from tests.foundation.portal.portal_cases import by_mail, link_in, mails, office
from tests.refusals import refused
from tests.serving import Browser, HandClock


def ask(engine: Engine, **given: str) -> int:
    wish = Wish(**({"email": "new@example.org", "phone": "027-12345678"} | given))
    with database.transaction(engine) as session:
        return contact.ask(session, 1, wish, actor="donor:1", clock=factories.CLOCK)


def request(engine: Engine, key: int) -> ContactRequest:
    with database.reading(engine) as session:
        return session.get_one(ContactRequest, key)


def acts(engine: Engine) -> Iterator[tuple[str, str, str]]:
    with database.reading(engine) as session:
        for row in session.execute(select(TrailRecord).order_by(TrailRecord.sequence)).scalars():
            yield row.actor, row.action, row.subject


def test_invitation_is_shown_once_and_opens_for_a_week(
    app: Flask, books: Engine, hand: HandClock
) -> None:
    accountant = office(app, Role.ACCOUNTANT)
    shown = accountant.post("/donors/1/access/invite").text
    link = "/my/enter/" + shown.split("/my/enter/")[1].split("<")[0].strip()
    assert link not in accountant.get("/donors/1/access").text
    assert "工作人员生成邀请链接" in accountant.get("/donors/1/access").text
    assert ("accountant", "donor.invite", "donor:1") in set(acts(books))
    assert mails(books) == []
    hand.turn(days=6)
    browser = Browser(app)
    assert browser.post(link).status_code == 303
    assert "120,000.00" in browser.get("/my").text


def test_link_is_sent_to_the_own_address(app: Flask, books: Engine) -> None:
    accountant = office(app, Role.ACCOUNTANT)
    assert accountant.post("/donors/1/access/send").status_code == 303
    (message,) = mails(books)
    assert (message.to_address, message.created_by) == (portal_cases.MAIL, "accountant")
    # Staff see that it was written, never what it opens.
    assert link_in(message) not in accountant.get("/donors/1/access").text
    nobody = portal_cases.donor(books, name="无邮箱")
    assert accountant.post(f"/donors/{nobody.id}/access/send").status_code == 409


def test_access_is_ended_at_once(app: Flask, books: Engine) -> None:
    browser = by_mail(app, books)
    accountant = office(app, Role.ACCOUNTANT)
    accountant.post("/donors/1/access/send")
    unused = link_in(mails(books)[-1])
    assert accountant.post("/donors/1/access/shut-out").status_code == 303
    assert browser.get("/my").status_code == 303
    assert Browser(app).post(unused).status_code == 410


def test_accepted_request_changes_the_addresses(app: Flask, books: Engine) -> None:
    key = ask(books)
    accountant = office(app, Role.ACCOUNTANT)
    assert "new@example.org" in accountant.get("/donors/requests").text
    assert accountant.post(f"/donors/requests/{key}/accept").status_code == 303
    with database.reading(books) as session:
        donor = portal_cases.donors.get_donor(session, 1)
    assert (donor.email, donor.phone) == ("new@example.org", "027-12345678")
    assert request(books, key).state is RequestState.ACCEPTED
    assert request(books, key).decided_by == "accountant"


def test_declined_request_needs_a_reason_and_changes_nothing(app: Flask, books: Engine) -> None:
    key = ask(books)
    accountant = office(app, Role.ACCOUNTANT)
    assert accountant.post(f"/donors/requests/{key}/decline").status_code == 422
    accountant.post(f"/donors/requests/{key}/decline", {"reason": "来电核实，非本人"})
    assert request(books, key).state is RequestState.DECLINED
    with database.reading(books) as session:
        assert portal_cases.donors.get_donor(session, 1).email == portal_cases.MAIL
    assert accountant.post(f"/donors/requests/{key}/accept").status_code == 409
    assert accountant.post("/donors/requests/99/accept").status_code == 404


def test_service_refuses_a_second_decision(books: Engine) -> None:
    key = ask(books)
    with database.transaction(books) as session:
        decide(session, key)
    with refused("contact_request_decided"), database.transaction(books) as session:
        decide(session, key)


def decide(session: object, key: int) -> None:
    contact.decide(
        session,  # type: ignore[arg-type]
        key,
        is_accepted=True,
        vault=donor_cases.VAULT,
        actor="accountant",
        clock=factories.CLOCK,
    )


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REVIEWER])
def test_who_reads_donors_sees_the_log_and_changes_nothing(
    app: Flask, books: Engine, role: Role
) -> None:
    key = ask(books)
    browser = office(app, role)
    page = browser.get("/donors/1/access").text
    assert "生成邀请链接" not in page
    for path in (
        "/donors/1/access/invite",
        "/donors/1/access/send",
        "/donors/1/access/shut-out",
        f"/donors/requests/{key}/accept",
    ):
        assert browser.post(path).status_code == 403


def test_unknown_donor_is_not_found(app: Flask, books: Engine) -> None:
    accountant = office(app, Role.ACCOUNTANT)
    assert accountant.get("/donors/99/access").status_code == 404
    for act in ("invite", "send", "shut-out"):
        assert accountant.post(f"/donors/99/access/{act}").status_code == 404

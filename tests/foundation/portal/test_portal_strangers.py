"""Every address of `/my` with the session of somebody else, or of nobody."""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select

from foundation import database
from foundation.portal import visitors, web
from foundation.portal.models import DonorVisit, PublicityConsent
from foundation.users.models import Role
from foundation.uses import service as use_reports
from tests import factories, serving
from tests.foundation.portal import portal_cases
from tests.foundation.portal.portal_cases import OTHER_MAIL, attach, by_document, by_mail
from tests.serving import Browser

# What names something of the first donor; the rest shows only what is the visitor's own.
OWN = {
    "gift": "/my/gifts/G2026-000001",
    "consent": "/my/gifts/G2026-000001/consent",
    "letter": "/my/letters/QR-2026-000001.pdf",
    "bill_file": "/my/bill-files/1",
    "fund": "/my/funds/LAB",
    "use_report": "/my/use-reports/1",
}
PLAIN = {
    "home": "/my",
    "tax": "/my/tax",
    "particulars": "/my/particulars",
    "ask": "/my/particulars",
    "data": "/my/data.json",
}


@pytest.fixture
def prepared(books: Engine, tmp_path: Path) -> Engine:
    """The first donor also gave to a fund of the own, and the file of the bill is kept."""
    attach(books, 1, tmp_path)
    who = portal_cases.known_donor(books)
    portal_cases.given(books, who, minor=1_00, allocations=(("LAB", 1_00),))
    with database.transaction(books) as session:
        use_reports.make(
            session, 1, through=date(2026, 1, 31), actor=factories.PREPARER, clock=factories.CLOCK
        )
    return books


def doors() -> set[str]:
    return {name for _rule, name, view, _methods in web.RULES if hasattr(view, visitors._DOOR)}


def test_every_address_is_tried() -> None:
    names = {name for _rule, name, _view, _methods in web.RULES}
    assert names == set(OWN) | set(PLAIN) | doors()
    assert doors() == {
        "enter",
        "by_mail",
        "by_document",
        "link",
        "use_link",
        "renew_link",
        "leave",
    }


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("way", ["mail", "document"])
def test_what_belongs_to_somebody_else_does_not_exist(
    app: Flask, prepared: Engine, name: str, way: str
) -> None:
    own = by_mail(app, prepared)
    other = (
        by_mail(app, prepared, OTHER_MAIL)
        if way == "mail"
        else by_document(app, prepared, "QR-2026-000002")
    )
    before = count(prepared)
    answer = send(other, name, OWN[name])
    assert answer == 404
    assert count(prepared) == before
    # The same address, made up: nobody can tell the two apart.
    assert send(other, name, OWN[name].replace("1", "9").replace("LAB", "BAL")) == 404
    assert send(own, name, OWN[name]) in (200, 303)


def send(browser: Browser, name: str, path: str) -> int:
    answer = browser.post(path, {"name": "on"}) if name == "consent" else browser.get(path)
    answer.close()
    return answer.status_code


def count(engine: Engine) -> tuple[int, ...]:
    with database.reading(engine) as session:
        return tuple(
            session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (DonorVisit, PublicityConsent)
        )


@pytest.mark.parametrize("name", [*OWN, *PLAIN])
def test_nobody_is_led_to_the_door(app: Flask, prepared: Engine, name: str) -> None:
    path = (OWN | PLAIN)[name]
    browser = Browser(app)
    is_form = name in ("consent", "ask")
    answer = browser.post(path) if is_form else browser.get(path)
    assert (answer.status_code, answer.headers.get("Location")) == (303, "/my/enter")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DONOR])
def test_office_has_no_gifts_of_its_own(app: Flask, prepared: Engine, role: Role) -> None:
    browser = portal_cases.office(app, role)
    for path in (*OWN.values(), *PLAIN.values()):
        if path.endswith("/consent"):
            continue
        assert browser.get(path).headers.get("Location") == "/my/enter", path


def test_account_of_a_donor_sees_the_own_gifts_and_nothing_else(
    app: Flask, prepared: Engine
) -> None:
    serving.add_people(prepared, Role.DONOR)
    browser = serving.signed_in(app, Role.DONOR)
    # An account that nobody linked opens nothing.
    assert browser.get("/my").headers["Location"] == "/my/enter"
    admin = portal_cases.office(app, Role.ADMINISTRATOR)
    linked = admin.post("/settings/users/donor/donor", {"donor": "2"})
    assert linked.status_code == 303, linked.text
    assert browser.get("/").headers["Location"] == "/my"
    assert "7,777.00" in browser.get("/my").text
    for name, path in OWN.items():
        assert send(browser, name, path) == 404
    assert browser.get("/gifts").status_code == 403
    assert browser.get("/donors/2/access").status_code == 403


@pytest.mark.parametrize(
    ("user", "donor"), [("accountant", "2"), ("donor", "99"), ("donor", "3"), ("donor", "")]
)
def test_only_accounts_of_donors_are_linked_to_donors(
    app: Flask, books: Engine, user: str, donor: str
) -> None:
    serving.add_people(books, Role.DONOR)
    assert portal_cases.anonymous(books).id == 3
    admin = portal_cases.office(app, Role.ADMINISTRATOR)
    answer = admin.post(f"/settings/users/{user}/donor", {"donor": donor})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text

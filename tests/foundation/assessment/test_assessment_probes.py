"""What the books say by themselves: each verdict with books in which it is so, and the reason."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from flask import Flask, url_for
from sqlalchemy import Engine, text

import wsgi
from foundation import database
from foundation.assessment import probes, probing
from foundation.assessment.probing import Answer, Question, Verdict
from foundation.http.context import Services
from ledger.clock import FixedClock
from reports import assessment as reports
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.factories import BANK, CLOCK, cr, dr
from tests.foundation.gifts import gift_cases
from tests.migrations.violations import drop_guards

EVERY = {**probes.OWN, **reports.PROBES}
BOTH = Question((2025, 2026), CLOCK, 200_000_000)


def ask(engine: Engine, name: str, question: Question = BOTH) -> Answer:
    """Ask one probe."""
    with database.reading(engine) as session:
        return EVERY[name].ask(session, question)


def said(answer: Answer) -> str:
    """What it answers, in Chinese."""
    return answer.sentence.format(**answer.values)


def build(engine: Engine) -> None:
    """Opening balances, two closed months, a gift and a cost in 2026."""
    factories.install_books(engine)
    factories.install_organisation(engine)
    factories.book(
        engine,
        factories.opening_voucher(engine),
        factories.voucher(
            engine,
            dr("510101", "GEN", 5_000_00),
            cr(BANK, "GEN", 5_000_00),
            on=date(2026, 1, 20),
        ),
    )
    factories.close_periods(engine, 202511, 202512)
    factories.convert_year(engine)
    factories.post_gift(engine, minor=30_000_00, fund="GEN")


@pytest.fixture(params=DIALECTS)
def kept(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "assessment-probes", build) as engine:
        yield engine


@pytest.fixture
def small(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "assessment-probes", build) as engine:
        yield engine


@pytest.fixture
def joined(small: Engine, tmp_path: Path) -> Flask:
    config = serving.settings(tmp_path)
    return wsgi.join(Services(engine=small, clock=CLOCK, config=config))


def test_every_probe_answers_on_both_databases_and_is_kept_as_it_was(kept: Engine) -> None:
    with database.reading(kept) as session:
        found = probing.run(session, BOTH, EVERY, EVERY)

    assert len(found) == len(EVERY)
    for name, answer in found.items():
        assert said(answer), name
        again = probing.of_document(probing.to_document(answer))
        assert said(again) == said(answer), name
        assert again.verdict is answer.verdict, name


def test_books_without_vouchers_prove_nothing(books: Engine) -> None:
    with database.reading(books) as session:
        found = probing.run(session, BOTH, EVERY, EVERY)

    met = {name for name, answer in found.items() if answer.verdict is Verdict.MET}
    assert met == set()
    assert found["people_differ"].verdict is Verdict.UNCLEAR


def test_every_answer_leads_to_a_page(joined: Flask, small: Engine) -> None:
    with database.reading(small) as session:
        found = probing.run(session, BOTH, EVERY, EVERY)

    with joined.test_request_context():
        for answer in found.values():
            places = [(answer.endpoint, answer.arguments)]
            places += [(one.endpoint, one.arguments) for one in answer.instances]
            for endpoint, arguments in places:
                if endpoint:
                    assert endpoint in joined.view_functions
                    assert url_for(endpoint, **arguments).startswith("/")


def test_different_people_on_every_voucher_are_proved(small: Engine) -> None:
    assert ask(small, "people_differ").verdict is Verdict.MET


def test_voucher_of_one_person_is_named(small: Engine) -> None:
    with small.begin() as connection:
        drop_guards(connection)
        connection.execute(text("UPDATE voucher SET reviewed_by = prepared_by WHERE number = 1"))
    found = ask(small, "people_differ")

    assert found.verdict is Verdict.NOT_MET
    assert found.instances[0].endpoint == "books.voucher"
    assert "accountant/accountant" in found.instances[0].text


def test_gap_in_the_numbers_is_found(small: Engine) -> None:
    assert ask(small, "numbers_whole").verdict is Verdict.MET
    with small.begin() as connection:
        drop_guards(connection)
        connection.execute(
            text("UPDATE voucher SET number = 9 WHERE period_id = 202601 AND number = 2")
        )
    found = ask(small, "numbers_whole")

    assert found.verdict is Verdict.NOT_MET
    assert "2026-01" in found.instances[0].text


def test_open_months_that_ended_leave_the_archive_unsettled(small: Engine) -> None:
    found = ask(small, "months_archived")

    assert found.verdict is Verdict.NOT_MET
    assert [one.text for one in found.instances] == ["2026-01", "2026-02", "2026-03"]


def test_statements_that_were_not_issued_are_named(small: Engine) -> None:
    found = ask(small, "statements_issued")

    assert found.verdict is Verdict.NOT_MET
    assert [one.text for one in found.instances] == ["2025"]


def test_year_that_runs_owes_no_statements(small: Engine) -> None:
    found = ask(small, "statements_issued", Question((2026,), CLOCK))

    assert found.verdict is Verdict.UNCLEAR


def test_net_assets_are_held_against_the_founding_capital(small: Engine) -> None:
    enough = ask(small, "net_assets_kept", Question((2026,), CLOCK, 100))
    short = ask(small, "net_assets_kept", Question((2026,), CLOCK, 10**15))

    assert enough.verdict is Verdict.MET
    assert enough.measure is not None
    assert enough.measure > 1
    assert short.verdict is Verdict.NOT_MET
    assert isinstance(short.measure, Fraction)


def test_unknown_founding_capital_proves_nothing(small: Engine) -> None:
    found = ask(small, "net_assets_kept", Question((2026,), CLOCK))

    assert found.verdict is Verdict.UNCLEAR
    assert "尚未登记原始基金" in said(found)


def test_spending_without_a_budget_is_named(small: Engine) -> None:
    found = ask(small, "budgets_resolved")

    assert found.verdict is Verdict.NOT_MET
    assert [one.text for one in found.instances] == ["2026 GEN 非限定基金"]


def test_gift_that_waits_too_long_for_its_bill_is_named(small: Engine) -> None:
    assert ask(small, "gifts_have_bills").verdict is Verdict.UNCLEAR
    gift = gift_cases.posted(
        small, received_on=date(2026, 1, 5), allocations=(("GEN", 120_000_00),)
    )
    found = ask(small, "gifts_have_bills")

    assert found.verdict is Verdict.NOT_MET
    assert found.instances[0].arguments == {"reference": gift.reference}
    assert found.count == 1


def test_restricted_gift_needs_an_agreement_or_a_project_that_says_its_purpose(
    small: Engine,
) -> None:
    gift = gift_cases.posted(small, received_on=date(2026, 1, 5))
    found = ask(small, "gifts_documented")

    assert found.verdict is Verdict.NOT_MET
    assert found.instances[0].arguments == {"reference": gift.reference}


def test_requests_without_approvals_are_named(small: Engine) -> None:
    assert ask(small, "approvals_complete").verdict is Verdict.UNCLEAR
    with small.begin() as connection:
        drop_guards(connection)
        connection.execute(text(_PAYEE))
        connection.execute(text(_REQUEST))
    found = ask(small, "approvals_complete")
    bought = ask(small, "purchases_procured")

    assert found.verdict is Verdict.NOT_MET
    assert found.instances[0].text.startswith("Z2026-")
    assert bought.verdict is Verdict.NOT_MET


_PAYEE = "INSERT INTO dimension (kind, code, name) VALUES ('counterparty', 'C1', '某公司')"
_REQUEST = (
    "INSERT INTO spending_request (kind, state, payee_name, counterparty_id, is_related, summary,"
    " requested_on, total_minor, procurement, approvals_needed, round, requested_by, requested_at,"
    " account_id, paid_on, paid_by, paid_at) SELECT 'purchase', 'paid', '某公司', d.id, false,"
    " '设备', '2026-02-01', 60000000, 'direct', 2, 1, 'accountant', '2026-02-01 00:00:00', a.id,"
    " '2026-02-03', 'cashier', '2026-02-03 00:00:00' FROM dimension d,"
    " (SELECT MIN(id) AS id FROM account) a"
)


def test_first_day_of_a_year_looks_at_no_month_of_it() -> None:
    new_year = FixedClock(instant=CLOCK.instant.replace(year=2026, month=1, day=1))
    question = Question((2025, 2026), new_year)

    assert question.months[-1] == 202512
    assert question.last_period == 202601
    assert question.last_day == date(2026, 1, 1)


def test_probe_that_nobody_knows_cannot_tell(small: Engine) -> None:
    with database.reading(small) as session:
        found = probing.run(session, BOTH, EVERY, ["unheard_of"])

    assert found["unheard_of"].verdict is Verdict.UNCLEAR


def test_tables_that_were_not_handed_in_are_named_by_year(small: Engine) -> None:
    found = ask(small, "reports_indexed")
    running = ask(small, "reports_indexed", Question((2026,), CLOCK))

    assert found.verdict is Verdict.NOT_MET
    assert [one.text for one in found.instances] == ["2025 45 审计与专项报告索引"]
    assert running.verdict is Verdict.UNCLEAR


def test_answers_about_gifts_name_no_donor(small: Engine) -> None:
    gift_cases.posted(small, received_on=date(2026, 1, 5))
    with database.reading(small) as session:
        (name,) = session.execute(text("SELECT name FROM donor")).one()
        found = probing.run(session, BOTH, EVERY, EVERY)

    assert name
    for answer in found.values():
        assert name not in said(answer)
        assert all(name not in one.text for one in answer.instances)

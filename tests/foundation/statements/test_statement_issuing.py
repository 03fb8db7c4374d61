"""Issuing statements: only from closed and sound books, once, and nothing changes them after."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text

import wsgi
from foundation import database
from foundation.http.context import Services
from foundation.statements import integrity, service
from foundation.statements.content import Signers
from foundation.statements.service import StatementsIssued, StatementsNotFinal
from foundation.users.models import Role
from ledger import periods
from ledger.errors import Conflict, InvalidInput
from ledger.integrity import run as run_checks
from ledger.periods import UnknownPeriod
from reports.statements import composing
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.migrations.violations import documented
from tests.refusals import guarded


def build(engine: Engine) -> None:
    """Two closed months of 2025 and open ones after them."""
    factories.install_books(engine)
    serving.add_people(engine)
    factories.book(
        engine,
        factories.opening_voucher(engine),
        factories.gift_voucher(engine, minor=500_00, fund="GEN", on=date(2025, 11, 3)),
        factories.spending_voucher(engine, minor=120_00, fund="GEN", on=date(2025, 12, 9)),
    )
    factories.close_periods(engine, 202511, 202512)


@pytest.fixture(params=DIALECTS, name="closed")
def _closed(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "statements", build) as engine:
        yield engine


@pytest.fixture(name="local")
def _local(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "statements", build) as engine:
        yield engine


def issue(engine: Engine, period: str = "2025", layout: str = "auto", **names: str) -> Any:
    with database.transaction(engine) as session:
        content = composing.compose(session, period, layout, CLOCK)
        return service.issue(
            session, content, signers=Signers(**names), actor=REVIEWER, clock=CLOCK
        )


def file_of(engine: Engine, key: int, name: str) -> bytes:
    with database.reading(engine) as session:
        return service.get_file(session, key, name).data


def test_issued_statements_keep_content_digest_and_chain(closed: Engine) -> None:
    issued = issue(closed, legal_representative="王测试")
    assert issued.layout == "2004"
    assert issued.signers == Signers("王测试", "", "")
    content = file_of(closed, issued.id, "statements.json")
    assert hashlib.sha256(content).hexdigest() == issued.digest
    document = json.loads(content)
    assert set(document["statements"]) == set(composing.REPORTS)
    assert document["statements"]["balance_sheet"]["state"] == "final"
    with database.reading(closed) as session:
        assert issued.chain_head == periods.get_period(session, 202512).digest
        assert list(run_checks(session, integrity.CHECKS)) == []
    assert {f"{name}.{form}" for name in composing.REPORTS for form in ("pdf", "xlsx")} < set(
        issued.files
    )


def test_same_books_give_the_same_digest(local: Engine) -> None:
    with database.reading(local) as session:
        first = composing.compose(session, "2025", "auto", CLOCK).document
        again = composing.compose(session, "2025", "2004", serving.HandClock()).document
    assert first == again


def test_layouts_of_one_period_are_issued_each_once(local: Engine) -> None:
    issue(local, layout="2004")
    issue(local, layout="2024")
    with pytest.raises(StatementsIssued):
        issue(local, layout="2024")
    with database.reading(local) as session:
        assert [item.layout for item in service.list_issued(session)] == ["2024", "2004"]
        assert list(run_checks(session, integrity.CHECKS)) == []


@pytest.mark.parametrize("period", ["2026-01", "2026-Q1"])
def test_open_period_is_not_issued(local: Engine, period: str) -> None:
    with pytest.raises(StatementsNotFinal, match="尚未结账"):
        issue(local, period)
    with database.reading(local) as session:
        assert service.list_issued(session) == []


def test_period_that_the_books_do_not_have_is_not_issued(local: Engine) -> None:
    with pytest.raises(UnknownPeriod):
        issue(local, "2026")
    with pytest.raises(InvalidInput):
        issue(local, "2025-13")


def test_books_that_fail_check_are_not_issued(local: Engine) -> None:
    with local.begin() as connection:
        connection.execute(text("UPDATE movement SET debit_minor = debit_minor + 1"))
    with database.reading(local) as session, pytest.raises(StatementsNotFinal, match="账簿检查"):
        service.require_sound(session, "2025", wsgi.CHECKS)


def test_figures_that_do_not_tie_are_not_issued(local: Engine) -> None:
    with local.begin() as connection:
        connection.execute(text("DELETE FROM statement_movement WHERE kind = 'cash'"))
    with pytest.raises(StatementsNotFinal, match="不相等"):
        issue(local)


def test_period_of_issued_statements_is_not_reopened(closed: Engine) -> None:
    issue(closed)
    with database.transaction(closed) as session, pytest.raises(Conflict, match="已对外报出"):
        periods.request_reopening(session, 202512, reason="补记", actor=REVIEWER, clock=CLOCK)


def test_period_without_issued_statements_is_reopened(local: Engine) -> None:
    factories.reopen_period(local, 202512)
    with pytest.raises(StatementsNotFinal):
        issue(local)


MOVE = {"source": "long_term_debt", "target": "investments_due_within_year"}


def reclassify(engine: Engine, **changed: Any) -> None:
    values = {"amount_minor": 100, "reason": "到期", **MOVE, **changed}
    with database.transaction(engine) as session:
        service.reclassify(
            session,
            202512,
            allowed=composing.reclassifications(),
            actor=PREPARER,
            clock=CLOCK,
            **values,
        )


@pytest.mark.parametrize(
    "changed", [{"target": "payables"}, {"amount_minor": 0}, {"reason": " "}, {"source": ""}]
)
def test_reclassification_that_no_layout_knows_is_refused(
    local: Engine, changed: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        reclassify(local, **changed)


def test_reclassification_moves_a_row_and_no_total(local: Engine) -> None:
    reclassify(local)
    with database.reading(local) as session:
        content = composing.compose(session, "2025", "2024", CLOCK)
    rows = {r["item"]: r for r in content.document["statements"]["balance_sheet"]["rows"]}
    assert rows["一年内到期的长期投资"]["closing"] == "1.00"
    assert rows["长期债权投资"]["closing"] == "-1.00"
    assert rows["一年内到期的长期投资"]["opening"] == "0.00"
    assert rows["资产总计"]["closing"] == rows["负债和净资产总计"]["closing"]


def test_reclassification_after_the_issue_is_refused(local: Engine) -> None:
    issue(local)
    with pytest.raises(Conflict, match="已对外报出"):
        reclassify(local)


FINAL = "issued_statement_final"
VIOLATIONS = (
    (FINAL, "UPDATE issued_statement SET content = 'x'", "issued_statement_update"),
    (FINAL, "DELETE FROM issued_statement", "issued_statement_delete"),
    (FINAL, "UPDATE issued_statement_file SET digest = 'x'", "issued_file_update"),
    (FINAL, "DELETE FROM issued_statement_file", "issued_file_delete"),
    (
        "statement_of_open_period",
        (
            "INSERT INTO issued_statement SELECT 99, '2026-01', 202601, 202601, layout, content,"
            " digest, previous_digest, chain_head, legal_representative, accounting_head, preparer,"
            " issued_by, issued_at FROM issued_statement"
        ),
        "issued_statement_insert",
    ),
    (
        "reclassification_after_issue",
        (
            "INSERT INTO statement_reclassification SELECT 99, 202512, from_row, to_row,"
            " amount_minor, reason, entered_by, entered_at FROM statement_reclassification"
        ),
        "reclassification_insert",
    ),
    (
        "reclassification_final",
        "UPDATE statement_reclassification SET amount_minor = 5",
        "reclassification_update",
    ),
    (
        "reclassification_final",
        "DELETE FROM statement_reclassification",
        "reclassification_delete",
    ),
)
# SQLite has no TRUNCATE.
TRUNCATIONS = (
    (FINAL, "TRUNCATE issued_statement CASCADE", "issued_statement_truncate"),
    (FINAL, "TRUNCATE issued_statement_file", "issued_file_truncate"),
    (
        "reclassification_final",
        "TRUNCATE statement_reclassification",
        "reclassification_truncate",
    ),
)
REOPENING = "period_reopen_issued"
# These write what the statements read and refuse nothing.
KEEPING = {"voucher_statements", "voucher_update_statements"}


def test_database_itself_refuses_to_change_what_was_issued(closed: Engine) -> None:
    reclassify(closed)
    issue(closed)
    wanted = VIOLATIONS + (TRUNCATIONS if closed.dialect.name == "postgresql" else ())
    for guard, statement, _ in wanted:
        with guarded(guard), closed.begin() as connection:
            connection.execute(text(statement))
    with database.reading(closed) as session:
        assert list(run_checks(session, integrity.CHECKS)) == []


def test_database_itself_refuses_to_reopen_beneath_what_was_issued(closed: Engine) -> None:
    issue(closed)
    # As somebody would who knows the other guards: they are lifted, this one stands.
    other = "period_update" if closed.dialect.name == "postgresql" else "period_reopen"
    place = " ON period" if closed.dialect.name == "postgresql" else ""
    with guarded("statements_rest_on_period"), closed.begin() as connection:
        connection.execute(text(f"DROP TRIGGER {other}{place}"))
        connection.execute(
            text(
                "UPDATE period SET state = 'open', closed_by = NULL, closed_at = NULL,"
                " digest = NULL WHERE id = 202512"
            )
        )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_of_the_statements_has_a_violation(dialect: str) -> None:
    tried = {trigger for _, _, trigger in VIOLATIONS} | {REOPENING}
    if dialect == "postgresql":
        tried |= {trigger for _, _, trigger in TRUNCATIONS}
    assert {name for name, _ in documented(dialect, ["statements"])} - KEEPING == tried


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("UPDATE issued_statement SET content = content || ' '", "issued_statements_kept"),
        ("UPDATE issued_statement_file SET data = X'00'", "issued_statements_kept"),
        ("UPDATE issued_statement SET previous_digest = digest", "issued_statements_kept"),
        ("UPDATE period SET statements_issued_at = NULL", "issued_periods_settled"),
    ],
)
def test_check_names_an_issued_statement_that_was_changed(
    local: Engine, harm: str, found: str
) -> None:
    issue(local)
    with local.begin() as connection:
        for name, _ in documented("sqlite"):
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(harm))
    with database.reading(local) as session:
        assert {finding.check for finding in run_checks(session, integrity.CHECKS)} == {found}


@pytest.fixture(name="app")
def _app(local: Engine, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    config = serving.settings(tmp_path_factory.mktemp("statements"))
    app = wsgi.join(Services(engine=local, clock=CLOCK, config=config))
    app.testing = False
    return app


def test_reviewer_issues_on_the_page_and_everybody_gets_the_same_bytes(
    app: Flask, local: Engine
) -> None:
    reviewer = serving.signed_in(app, Role.REVIEWER)
    page = reviewer.get("/statements")
    assert "还没有签发过报表" in page.text
    assert "<option" in page.text
    answer = reviewer.post(
        "/statements", {"period": "2025", "layout": "2004", "preparer": "李测试"}
    )
    assert answer.status_code == 303, answer.text
    auditor = serving.signed_in(app, Role.AUDITOR)
    assert "balance_sheet.pdf" in auditor.get("/statements").text
    for name in ("balance_sheet.pdf", "activities.xlsx", "statements.json"):
        first, second = (auditor.get(f"/statements/1/{name}") for _ in range(2))
        assert first.status_code == 200
        assert first.data == second.data == file_of(local, 1, name)
    assert auditor.get("/statements/1/other.pdf").status_code == 404
    assert auditor.get("/statements/2/balance_sheet.pdf").status_code == 404


def test_page_says_why_an_open_period_is_not_issued(app: Flask) -> None:
    reviewer = serving.signed_in(app, Role.REVIEWER)
    answer = reviewer.post("/statements", {"period": "2026-01", "layout": "auto"})
    assert answer.status_code == 409
    assert "2026-01 尚未结账" in answer.text
    assert reviewer.post("/statements", {"period": ""}).status_code == 422


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.AUDITOR, Role.CASHIER, Role.ADMINISTRATOR])
def test_only_the_reviewer_issues(app: Flask, local: Engine, role: Role) -> None:
    answer = serving.signed_in(app, role).post("/statements", {"period": "2025"})
    assert answer.status_code == 403
    with database.reading(local) as session:
        assert service.list_issued(session) == []


def test_accountant_records_a_reclassification_on_the_page(app: Flask) -> None:
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    fields = {
        "month": "2025-12",
        "pair": "long_term_debt investments_due_within_year",
        "amount": "1万",
        "reason": "2026年6月到期",
    }
    assert accountant.post("/statements/reclassifications", fields).status_code == 303
    page = accountant.get("/statements").text
    assert "10,000.00" in page
    assert "2026年6月到期" in page
    wrong = accountant.post("/statements/reclassifications", {**fields, "pair": "a b"})
    assert wrong.status_code == 422
    auditor = serving.signed_in(app, Role.AUDITOR)
    assert auditor.post("/statements/reclassifications", fields).status_code == 403

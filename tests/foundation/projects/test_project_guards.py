"""What the database itself refuses about projects, agreements, pledges and merged donors."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from foundation import database
from foundation.agreements import service as agreements
from foundation.agreements.service import Consent
from foundation.donors import merging
from foundation.pledges import reminding
from ledger.orm import guard_name
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER
from tests.foundation.donors import donor_cases
from tests.foundation.gifts import gift_cases
from tests.foundation.pledges import pledge_cases
from tests.foundation.projects import project_cases
from tests.foundation.projects.project_cases import SIGNED
from tests.migrations.violations import documented, drop_trigger

_NOW = "'2026-11-22 02:00:00.000000'"
_PAY = (
    "INSERT INTO pledge_payment (id, gift_id, instalment_id, amount_minor, paid_on, reason,"
    " created_by, created_at) VALUES (901, {gift}, {part}, {minor}, '2026-02-01', 'x', 'x', "
    f"{_NOW})"
)
_CHANGE = (
    "INSERT INTO pledge_change (id, pledge_id, kind, changed_on, amount_minor, reason,"
    " requested_by, requested_at, approved_by, approved_at) VALUES ({key}, {pledge}, '{kind}',"
    " '2026-02-01', 1, 'x', 'a', " + f"{_NOW}" + ", {by}, {at})"
)
_APPROVE = f"UPDATE pledge_change SET approved_by = 'c', approved_at = {_NOW}"
_WAITING = " WHERE kind = 'written_off'"
_REDUCE = (
    "INSERT INTO instalment_reduction (instalment_id, change_id, amount_minor)"
    " VALUES ({part}, {change}, {minor})"
)
_INSTALMENT = (
    "INSERT INTO instalment (id, pledge_id, number, due_on, amount_minor, is_met, open_minor,"
    " scheduled_on) VALUES (901, 1, 90, '2027-01-01', {minor}, {met}, {open}, '2026-01-10')"
)
_MERGE = (
    "INSERT INTO donor_merge (id, kept_id, merged_id, reason, merged_by, merged_at)"
    " VALUES (901, {kept}, {merged}, 'x', 'x', " + f"{_NOW})"
)


@dataclass(frozen=True, slots=True)
class Case:
    """One violation and the triggers of both databases that must refuse it."""

    guard: str
    sqlite: str
    postgresql: str
    statement: str
    setup: tuple[str, ...] = ()


def case(guard: str, trigger: str, statement: str, *setup: str, postgresql: str = "") -> Case:
    return Case(guard, trigger, postgresql or trigger, statement, setup)


# Gift 1 pays instalment 1 with 30,000.00 of its 50,000.00; gift 2 is cancelled; donors 2 and 3
# are one; agreement 1 is signed; the endowment is ENDOW and ENDINC.
CASES = (
    case("pledge_final", "pledge_update", "UPDATE pledge SET amount_minor = amount_minor + 1"),
    case("pledge_final", "pledge_update", "UPDATE pledge SET fund_id = fund_id"),
    case("pledge_final", "pledge_delete", "DELETE FROM pledge"),
    case(
        "write_off_born_approved",
        "pledge_change_insert",
        _CHANGE.format(key=901, pledge=2, kind="written_off", by="'b'", at=_NOW),
    ),
    case("pledge_change_final", "pledge_change_update", "UPDATE pledge_change SET reason = 'y'"),
    case(
        "pledge_change_final",
        "pledge_change_update",
        f"{_APPROVE} WHERE kind = 'rescheduled'",
    ),
    case("pledge_change_final", "pledge_change_delete", "DELETE FROM pledge_change"),
    case(
        "instalment_open_differs",
        "instalment_insert",
        _INSTALMENT.format(minor=1, open=0, met="true"),
    ),
    case(
        "schedule_exceeds_pledge",
        "instalment_insert",
        _INSTALMENT.format(minor=1, open=1, met="true"),
    ),
    case("instalment_final", "instalment_update", "UPDATE instalment SET due_on = '2030-01-01'"),
    case(
        "instalment_final",
        "instalment_update",
        "UPDATE instalment SET is_met = false, condition = 'x'",
    ),
    case(
        "instalment_open_differs",
        "instalment_update",
        "UPDATE instalment SET open_minor = open_minor - 1 WHERE open_minor > 0",
    ),
    case("instalment_final", "instalment_delete", "DELETE FROM instalment"),
    case(
        "reduction_of_other_pledge",
        "instalment_reduction_insert",
        _REDUCE.format(part=1, change=901, minor=1),
        _CHANGE.format(key=901, pledge=2, kind="cancelled", by="NULL", at="NULL"),
    ),
    case(
        "write_off_not_approved",
        "instalment_reduction_insert",
        _REDUCE.format(part="{open}", change="{waiting}", minor=1),
    ),
    case(
        "reduction_exceeds_instalment",
        "instalment_reduction_insert",
        _REDUCE.format(part=1, change=901, minor=300_000_00),
        _CHANGE.format(key=901, pledge=1, kind="cancelled", by="NULL", at="NULL"),
    ),
    case(
        "reduction_final",
        "instalment_reduction_update",
        "UPDATE instalment_reduction SET amount_minor = 1",
    ),
    case("reduction_final", "instalment_reduction_delete", "DELETE FROM instalment_reduction"),
    case(
        "payment_of_ended_gift",
        "pledge_payment_insert",
        _PAY.format(gift="{ended}", part="{open}", minor=1),
    ),
    case(
        "payment_below_zero",
        "pledge_payment_insert",
        _PAY.format(gift="{gift}", part="{open}", minor=-1),
    ),
    case(
        "payment_exceeds_gift",
        "pledge_payment_insert",
        _PAY.format(gift="{gift}", part="{open}", minor=20_000_01),
    ),
    case(
        "payment_exceeds_gift",
        "pledge_payment_insert",
        _PAY.format(gift="{other}", part="{open}", minor=1),
    ),
    case(
        "payment_exceeds_instalment",
        "pledge_payment_insert",
        _PAY.format(gift="{rich}", part="{open}", minor=400_000_00),
    ),
    case("payment_final", "pledge_payment_update", "UPDATE pledge_payment SET amount_minor = 1"),
    case("payment_final", "pledge_payment_delete", "DELETE FROM pledge_payment"),
    case("reminder_final", "pledge_reminder_update", "UPDATE pledge_reminder SET sent_to = 'x'"),
    case("reminder_final", "pledge_reminder_delete", "DELETE FROM pledge_reminder"),
    case("agreement_final", "agreement_update", "UPDATE agreement SET number = 'y' WHERE id = 1"),
    case(
        "agreement_final", "agreement_update", "UPDATE agreement SET state = 'draft' WHERE id = 1"
    ),
    case(
        "agreement_change_missing",
        "agreement_update",
        "UPDATE agreement SET purpose = 'y' WHERE id = 2",
    ),
    case("agreement_final", "agreement_delete", "DELETE FROM agreement"),
    case(
        "agreement_change_final",
        "agreement_change_update",
        "UPDATE agreement_change SET detail = 'y'",
    ),
    case("agreement_change_final", "agreement_change_delete", "DELETE FROM agreement_change"),
    case("agreement_file_final", "agreement_file_update", "UPDATE agreement_file SET digest = 'y'"),
    case("agreement_file_final", "agreement_file_delete", "DELETE FROM agreement_file"),
    case(
        "endowment_restriction",
        "endowment_insert",
        "INSERT INTO endowment (principal_fund_id, income_fund_id, since, created_by, created_at)"
        " SELECT a.id, b.id, '2026-01-01', 'x', " + _NOW + " FROM fund a, fund b"
        " WHERE a.code = 'SCHOL' AND b.code = 'GEN'",
    ),
    case("endowment_final", "endowment_update", "UPDATE endowment SET since = '2020-01-01'"),
    case(
        "endowment_final",
        "endowment_delete",
        "DELETE FROM endowment",
        "DELETE FROM endowment_rule WHERE false",
    ),
    case(
        "endowment_rule_final",
        "endowment_rule_update",
        "UPDATE endowment_rule SET spend_basis_points = 1",
    ),
    case("endowment_rule_final", "endowment_rule_delete", "DELETE FROM endowment_rule"),
    case(
        "donor_merge_chain", "donor_merge_insert", _MERGE.format(kept="{merged}", merged="{lone}")
    ),
    case("donor_merge_chain", "donor_merge_insert", _MERGE.format(kept="{lone}", merged="{kept}")),
    case("donor_merge_final", "donor_merge_update", "UPDATE donor_merge SET reason = 'y'"),
    case("donor_merge_final", "donor_merge_delete", "DELETE FROM donor_merge"),
    case(
        "principal_spent",
        "voucher_seal_principal",
        "UPDATE voucher SET state = 'posted', number = 90, digest = '" + "0" * 64 + "',"
        f" reviewed_by = 'b', reviewed_at = {_NOW}, posted_by = 'b', posted_at = {_NOW}"
        " WHERE state = 'submitted' AND summary = '支付公益项目款'",
        "UPDATE voucher_series SET last_number = last_number + 200",
        postgresql="voucher_update_principal",
    ),
)
EMPTIED = {
    "pledge": "pledge_final",
    "pledge_change": "pledge_change_final",
    "instalment": "instalment_final",
    "instalment_reduction": "reduction_final",
    "pledge_payment": "payment_final",
    "pledge_reminder": "reminder_final",
    "agreement": "agreement_final",
    "agreement_change": "agreement_change_final",
    "agreement_file": "agreement_file_final",
    "endowment": "endowment_final",
    "endowment_rule": "endowment_rule_final",
    "donor_merge": "donor_merge_final",
}


def _build(engine: Engine) -> None:
    factories.install_books(engine)
    who, made = pledge_cases.recorded(engine)
    pledge_cases.record(engine, pledge_cases.entry(who))
    gift = gift_cases.record(engine, gift_cases.entry(who, minor=50_000_00))
    pledge_cases.pay(engine, gift.gift_id, made.pledge_id, parts=[(1, 30_000_00)])
    ended = gift_cases.record(engine, gift_cases.entry(who, minor=40_000_00))
    gift_cases.cancel(engine, ended.gift_id)
    gift_cases.record(
        engine, gift_cases.entry(who, minor=60_000_00, allocations=(("GEN", 60_000_00),))
    )
    gift_cases.record(engine, gift_cases.entry(who, minor=900_000_00))
    pledge_cases.reschedule(
        engine, made.pledge_id, pledge_cases.Due(pledge_cases.TODAY, 270_000_00)
    )
    with database.transaction(engine) as session:
        reminding.remind(session, actor=PREPARER, clock=CLOCK)
    pledge_cases.ask_write_off(engine, made.pledge_id)
    first = project_cases.signed(engine, who.id)
    project_cases.signed(engine, who.id, number="XY-2026-002")
    with database.transaction(engine) as session:
        agreements.change_agreement(
            session,
            first.id,
            project_cases.agreement_input(who.id, purpose="用于学生"),
            reason="来函",
            consent=Consent("林晓舟", SIGNED),
            actor=PREPARER,
            clock=CLOCK,
        )
    kept, merged = (
        donor_cases.record(engine, donor_cases.given(name=name)).id for name in ("甲甲", "乙乙")
    )
    donor_cases.record(engine, donor_cases.given(name="丙丙"))
    with database.transaction(engine) as session:
        merging.merge(session, kept, merged, reason="同", actor=PREPARER, clock=CLOCK)
    factories.post_gift(engine, fund="ENDOW", minor=1_000_000_00)
    project_cases.endowment(engine)
    project_cases.rule(engine, SIGNED, 5000)
    factories.prepare(engine, factories.spending_voucher(engine, fund="ENDOW", minor=1_00))
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO agreement_file (id, agreement_id, file_name, media_type, size, digest,"
                f" added_by, added_at) VALUES (1, 1, 'a.pdf', 'x', 1, 'd', 'x', {_NOW})"
            )
        )


@pytest.fixture(scope="module", params=DIALECTS)
def stored(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "projects", _build) as engine:
        yield engine


def names(engine: Engine) -> dict[str, int]:
    """Return what the statements refer to."""
    queries = {
        "open": "SELECT MIN(id) FROM instalment WHERE pledge_id = 1 AND open_minor > 0",
        "waiting": "SELECT id FROM pledge_change WHERE kind = 'written_off'",
        "gift": "SELECT id FROM gift WHERE amount_minor = 5000000",
        "ended": "SELECT id FROM gift WHERE amount_minor = 4000000",
        "other": "SELECT id FROM gift WHERE amount_minor = 6000000",
        "rich": "SELECT id FROM gift WHERE amount_minor = 90000000",
        "kept": "SELECT id FROM donor WHERE name = '甲甲'",
        "merged": "SELECT id FROM donor WHERE name = '乙乙'",
        "lone": "SELECT id FROM donor WHERE name = '丙丙'",
    }
    with engine.connect() as connection:
        return {
            name: connection.execute(text(query)).scalar_one() for name, query in queries.items()
        }


def refusal(engine: Engine, tried: Case, *, dropped: str = "") -> str:
    """Run a case and undo it; return the guard that refused, the error, or nothing."""
    known = names(engine)
    with engine.connect() as connection, connection.begin() as transaction:
        try:
            for statement in tried.setup:
                connection.execute(text(statement))
            if dropped:
                drop_trigger(connection, dropped)
            connection.execute(text(tried.statement.format(**known)))
        except DBAPIError as error:
            return guard_name(error) or str(error.orig)
        finally:
            transaction.rollback()
    return ""


@pytest.mark.parametrize("tried", CASES, ids=[f"{one.guard}-{i}" for i, one in enumerate(CASES)])
def test_raw_sql_is_refused_by_its_guard(stored: Engine, tried: Case) -> None:
    assert refusal(stored, tried) == tried.guard
    trigger = tried.sqlite if stored.dialect.name == "sqlite" else tried.postgresql
    # Without the trigger the same statement gets past it: it is this guard that refuses.
    assert refusal(stored, tried, dropped=trigger) != tried.guard


@pytest.mark.parametrize("table", EMPTIED)
def test_tables_cannot_be_emptied(stored: Engine, table: str) -> None:
    wanted = "DELETE FROM" if stored.dialect.name == "sqlite" else "TRUNCATE"
    cascade = "" if stored.dialect.name == "sqlite" else " CASCADE"
    tried = Case("", "", "", f"{wanted} {table}{cascade}")
    assert refusal(stored, tried) in EMPTIED.values()


def test_every_guard_of_projects_has_a_violation() -> None:
    for dialect in DIALECTS:
        tried = {getattr(one, dialect) for one in CASES}
        emptied = {f"{table}_truncate" for table in EMPTIED} if dialect == "postgresql" else set()
        assert tried | emptied == {trigger for trigger, _ in documented(dialect, ["projects"])}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pledge SET note = 'x', is_reminded = false, contact_email = 'a@example.org'",
        f"{_APPROVE} WHERE kind = 'written_off'",
        "UPDATE agreement SET note = 'x', state = 'ended' WHERE id = 1",
        "UPDATE agreement SET purpose = 'y' WHERE id = 1",
        f"UPDATE donor_merge SET undone_by = 'x', undone_at = {_NOW}, undone_reason = 'x'",
        _PAY.format(gift="{gift}", part="{open}", minor=20_000_00),
    ],
)
def test_what_the_rules_allow_is_not_refused(stored: Engine, statement: str) -> None:
    assert refusal(stored, Case("", "", "", statement)) == ""


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (f"{_APPROVE} WHERE requested_by = 'c'", ""),
        (f"{_APPROVE}, requested_by = 'c' WHERE kind = 'written_off'", "pledge_change_final"),
        (_APPROVE.replace("'c'", "requested_by") + _WAITING, "two_persons"),
        (f"{_APPROVE}, refused_by = 'd', refused_at = {_NOW}{_WAITING}", "one_answer"),
        ("UPDATE fund_project SET is_public = true", ""),
    ],
)
def test_write_off_by_one_person_is_refused_by_a_constraint(
    stored: Engine, statement: str, constraint: str
) -> None:
    assert constraint in refusal(stored, Case("", "", "", statement))

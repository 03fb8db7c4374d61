"""Every guard of related parties refuses raw SQL, and nothing else does it in its place."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.annual_report import service as annual_reports
from foundation.parties import linking, queries, service, suggesting
from foundation.parties.linking import Link
from foundation.parties.models import DealingKind
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK
from tests.foundation.parties import party_cases
from tests.foundation.parties.party_cases import BOARD, COMPANY, UNIVERSITY, do
from tests.migrations.violations import Case, documented, guard_of, refusal


def build(engine: Engine) -> None:
    """One row of everything, and one of each kind that is over already."""
    party_cases.factories.install_books(engine)
    gift = party_cases.give(engine, minor=50_000_00)
    party_cases.give(engine, COMPANY, minor=50_000_00)
    key = party_cases.declare(engine)
    other = do(engine, service.relate, key, BOARD)
    do(engine, service.withdraw, key, other.id, reason="录错")
    payee = party_cases.payee(engine, "出版社")
    link = do(engine, linking.link, key, Link(counterparty_id=payee))
    do(engine, linking.unlink, key, link.id, reason="不是")
    kind = DealingKind.OTHER_FLOW
    do(engine, service.rule, key, gift.voucher_id, kind=kind, decision="", reason="试")
    with database.reading(engine) as session:
        (item,) = suggesting.suggestions(session, today=CLOCK.today())
    do(engine, suggesting.dismiss, item.subject, item.key, reason="不是")
    do(engine, annual_reports.write, 2026, "other_words", words="无", amount_minor=None)
    do(engine, annual_reports.state_origin, 1, is_overseas=True, source="护照")


RELATION, LINK = "UPDATE related_party_relation SET", "UPDATE related_party_link SET"
CASES = (
    Case(
        "delete a party",
        "party_kept",
        "DELETE FROM related_party",
        "related_party_delete",
        "related_party_delete",
    ),
    Case(
        "empty the parties",
        "party_kept",
        "TRUNCATE related_party CASCADE",
        postgresql="related_party_truncate",
    ),
    Case(
        "make a relation unimportant",
        "party_relation_final",
        f"{RELATION} is_important = false, valid_until = '2030-01-01' WHERE id = 1",
        "related_party_relation_update",
        "related_party_relation_update",
    ),
    Case(
        "bring a withdrawn relation back",
        "party_relation_final",
        f"{RELATION} withdrawn_at = NULL, withdrawn_by = NULL, withdrawn_reason = NULL"
        " WHERE id = 2",
        "related_party_relation_update",
        "related_party_relation_update",
    ),
    Case(
        "end a relation on another day",
        "party_relation_final",
        f"{RELATION} valid_until = '2031-01-01' WHERE id = 1",
        "related_party_relation_update",
        "related_party_relation_update",
        (f"{RELATION} valid_until = '2030-01-01' WHERE id = 1",),
    ),
    Case(
        "delete a relation",
        "party_relation_final",
        "DELETE FROM related_party_relation WHERE id = 1",
        "related_party_relation_delete",
        "related_party_relation_delete",
    ),
    Case(
        "empty the relations",
        "party_relation_final",
        "TRUNCATE related_party_relation",
        postgresql="related_party_relation_truncate",
    ),
    Case(
        "point a link at another donor",
        "party_link_final",
        f"{LINK} donor_id = 2 WHERE id = 1",
        "related_party_link_update",
        "related_party_link_update",
    ),
    Case(
        "bring a removed link back",
        "party_link_final",
        f"{LINK} removed_at = NULL, removed_by = NULL, removed_reason = NULL WHERE id = 2",
        "related_party_link_update",
        "related_party_link_update",
    ),
    Case(
        "delete a link",
        "party_link_final",
        "DELETE FROM related_party_link WHERE id = 1",
        "related_party_link_delete",
        "related_party_link_delete",
    ),
    Case(
        "empty the links",
        "party_link_final",
        "TRUNCATE related_party_link",
        postgresql="related_party_link_truncate",
    ),
    *(
        case
        for table, guard, change in (
            ("related_party_ruling", "party_ruling_final", "kind = 'grant'"),
            ("related_party_dismissal", "party_dismissal_final", "reason = '改'"),
            ("annual_report_text", "annual_report_text_final", "words = '改'"),
            ("donor_origin", "donor_origin_final", "is_overseas = false"),
        )
        for case in (
            Case(
                f"change a row of {table}",
                guard,
                f"UPDATE {table} SET {change}",
                f"{table}_update",
                f"{table}_change",
            ),
            Case(
                f"delete a row of {table}",
                guard,
                f"DELETE FROM {table}",
                f"{table}_delete",
                f"{table}_change",
            ),
            Case(f"empty {table}", guard, f"TRUNCATE {table}", postgresql=f"{table}_truncate"),
        )
    ),
)


NEW_LINK = "INSERT INTO related_party_link (id, party_id, donor_id, added_by, added_at)"
NEW_RELATION = (
    "INSERT INTO related_party_relation (id, party_id, kind, is_important, relation, source,"
    " valid_from, valid_until, recorded_by, recorded_at)"
    " VALUES (90, 1, 'founder', true, 'x', 'y', '2026-01-02', '2026-01-01', 'a', '2026-01-01')"
)
NEW_RULING = (
    "INSERT INTO related_party_ruling (id, party_id, voucher_id, decision, reason,"
    " ruled_by, ruled_at) VALUES (90, 1, 1, '', 'x', 'a', '2026-01-01')"
)


@pytest.fixture(scope="module", params=DIALECTS, name="kept")
def _kept(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "parties-guarded", build) as engine:
        yield engine


@pytest.mark.parametrize("case", CASES, ids=[case.does for case in CASES])
def test_raw_sql_is_refused_by_its_guard(kept: Engine, case: Case) -> None:
    trigger = case.trigger(kept.dialect.name)
    if not trigger:
        assert case.trigger("postgresql")
        return
    assert guard_of(kept, case, {}) == case.guard
    assert guard_of(kept, case, {}, dropped=trigger) != case.guard


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_has_a_violation(dialect: str) -> None:
    tried = {case.trigger(dialect) for case in CASES} - {""}
    assert tried == {trigger for trigger, _ in documented(dialect, ["parties"])}


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE related_party SET name = ''", "named"),
        ("UPDATE related_party SET is_person = true, credit_code = 'X'", "number_fits"),
        (f"{NEW_LINK} VALUES (90, 1, NULL, 'a', '2026-01-01')", "one_target"),
        (f"{NEW_LINK} VALUES (90, 1, 1, 'a', '2026-01-01')", "donor_id"),
        (NEW_RELATION, "in_order"),
        (NEW_RULING, "says_something"),
    ],
)
def test_constraint_refuses_what_cannot_be(kept: Engine, statement: str, said: str) -> None:
    assert said in refusal(kept, statement, {})


def test_ending_a_relation_and_renaming_a_party_are_allowed(kept: Engine) -> None:
    for statement in (
        f"{RELATION} valid_until = '2030-01-01' WHERE id = 1",
        "UPDATE related_party SET name = '新名', name_key = '新名'",
        f"{LINK} removed_at = '2026-01-01', removed_by = 'a', removed_reason = 'x' WHERE id = 1",
    ):
        assert guard_of(kept, Case("do what is allowed", "", statement), {}) == ""
    with database.reading(kept) as session:
        assert queries.get(session, 1).party.name == UNIVERSITY
        assert queries.get(session, 1).is_related(date(2026, 1, 1))

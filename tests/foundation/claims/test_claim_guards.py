"""Every guard of the claims refuses what it is there for, also to raw SQL."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine

from foundation.claims.models import Claim, ClaimLine
from tests.databases import DIALECTS, Databases
from tests.foundation.claims import guarded_claims
from tests.migrations.violations import Case, documented, guard_of, refusal

FINAL = {
    "matching_scheme": ("scheme_version_final", "title"),
    "decision": ("decision_final", "reason"),
    "award": ("award_final", "document_title"),
    "award_difference": ("award_difference_final", "reason"),
    "award_payment": ("award_payment_final", "note"),
    "award_use": ("award_use_final", "purpose"),
    "clawback": ("clawback_final", "reason"),
}
TRUNCATED = {
    "parameter_confirmation": "confirmation_final",
    "scheme_intake": "intake_final",
    "claim": "claim_frozen",
    "claim_line": "claim_line_frozen",
    "claim_decision": "claim_decision_frozen",
    "claimed_gift": "claimed_gift_final",
    **{table: guard for table, (guard, _) in FINAL.items()},
}
NEW_DECISION = (
    "INSERT INTO decision (id, scheme_code, claim_year, question, answer, reason, evidence,"
    " decided_on, decided_by, decided_at, supersedes_id) VALUES (901, '*', 2027, 'gift.named',"
    " 'true', 'x', '', '2026-11-22', 'a', :now, {supersedes})"
)
LINE = (
    "INSERT INTO claim_line SELECT {claim}, gift_id, status, counted_on, group_key, amount_minor,"
    " counted_low, counted_high, low_minor, low_rest, high_minor, high_rest, codes, questions,"
    " cap_code, marks, facts, digest FROM claim_line WHERE claim_id = :draft AND gift_id = :fresh"
)
FREEZE = (
    "UPDATE claim SET state = 'frozen', frozen_by = 'b', frozen_at = :now, digest = :digest"
    " WHERE id = :draft"
)
HOLD = (
    "INSERT INTO claimed_gift SELECT claim_id, gift_id, 'cn-test', 2027, true FROM claim_line"
    " WHERE claim_id = :draft AND status = 'eligible'"
)
DELETE_DECISIONS = "DELETE FROM claim_decision WHERE claim_id = {claim}"


def _finals() -> Iterator[Case]:
    for table, (guard, column) in FINAL.items():
        yield Case(
            f"change {table}",
            guard,
            f"UPDATE {table} SET {column} = 'x'",
            f"{table}_update",
            f"{table}_change",
        )
        yield Case(
            f"delete {table}", guard, f"DELETE FROM {table}", f"{table}_delete", f"{table}_change"
        )
    for table, guard in TRUNCATED.items():
        yield Case(
            f"truncate {table}",
            guard,
            f"TRUNCATE {table} CASCADE",
            postgresql=f"{table}_truncate",
        )


CASES = (
    *_finals(),
    Case(
        "change a confirmation",
        "confirmation_final",
        "UPDATE parameter_confirmation SET value = 'x' WHERE id = :confirmation",
        "parameter_confirmation_update",
        "parameter_confirmation_update",
    ),
    Case(
        "delete a confirmation",
        "confirmation_final",
        "DELETE FROM parameter_confirmation",
        "parameter_confirmation_delete",
        "parameter_confirmation_delete",
    ),
    Case(
        "supersede a decision of another question",
        "decision_supersedes_another",
        NEW_DECISION.format(supersedes=":decision"),
        "decision_insert",
        "decision_insert",
    ),
    Case(
        "change a confirmed questionnaire",
        "intake_final",
        "UPDATE scheme_intake SET answers = '{}'",
        "scheme_intake_update",
        "scheme_intake_update",
    ),
    Case(
        "delete a questionnaire",
        "intake_final",
        "DELETE FROM scheme_intake",
        "scheme_intake_delete",
        "scheme_intake_delete",
    ),
    Case(
        "write a claim that is frozen already",
        "claim_born_frozen",
        "INSERT INTO claim SELECT 901, scheme_id, scheme_code, scheme_digest, 2030, 0, 'frozen',"
        " currency, result, claimed_on, claimant, fact_names, totals, blockers, line_count,"
        " eligible_count, ineligible_count, undecided_count, recognised_low, recognised_high,"
        " matched_low, matched_high, computed_by, computed_at, 'b', :now, :digest, NULL, NULL,"
        " NULL, NULL, NULL, NULL, NULL FROM claim WHERE id = :draft",
        "claim_insert",
        "claim_insert",
    ),
    Case(
        "raise the match of a frozen claim",
        "claim_frozen",
        "UPDATE claim SET matched_low = matched_low + 1, matched_high = matched_high + 1"
        " WHERE id = :frozen",
        "claim_update",
        "claim_update",
    ),
    Case(
        "delete a frozen claim",
        "claim_frozen",
        "DELETE FROM claim WHERE id = :withdrawn",
        "claim_delete",
        "claim_delete",
    ),
    Case(
        "freeze with an open question",
        "claim_not_final",
        FREEZE.replace("SET", "SET undecided_count = 1,"),
        "claim_freeze",
        "claim_freeze",
        setup=(HOLD,),
    ),
    Case(
        "freeze without holding the gifts",
        "claim_gifts_differ",
        FREEZE,
        "claim_freeze_gifts",
        "claim_freeze_gifts",
    ),
    Case(
        "add a line to a frozen claim",
        "claim_line_frozen",
        LINE.format(claim=":frozen"),
        "claim_line_insert",
        "claim_line_insert",
    ),
    Case(
        "change a line of a frozen claim",
        "claim_line_frozen",
        "UPDATE claim_line SET counted_low = counted_low + 1 WHERE claim_id = :frozen",
        "claim_line_update",
        "claim_line_change",
    ),
    Case(
        "delete a line of a frozen claim",
        "claim_line_frozen",
        "DELETE FROM claim_line WHERE claim_id = :awarded",
        "claim_line_delete",
        "claim_line_change",
    ),
    Case(
        "add a decision to a frozen claim",
        "claim_decision_frozen",
        "INSERT INTO claim_decision SELECT :frozen, MAX(id) FROM decision",
        "claim_decision_insert",
        "claim_decision_insert",
        setup=(NEW_DECISION.format(supersedes="NULL"),),
    ),
    Case(
        "change a decision of a claim",
        "claim_decision_frozen",
        "UPDATE claim_decision SET decision_id = decision_id WHERE claim_id = :frozen",
        "claim_decision_update",
        "claim_decision_change",
    ),
    Case(
        "take a decision out of a frozen claim",
        "claim_decision_frozen",
        DELETE_DECISIONS.format(claim=":frozen"),
        "claim_decision_delete",
        "claim_decision_change",
    ),
    Case(
        "hold a gift for a frozen claim",
        "claimed_gift_final",
        "INSERT INTO claimed_gift VALUES (:frozen, :fresh, 'cn-test', 2031, true)",
        "claimed_gift_insert",
        "claimed_gift_insert",
    ),
    Case(
        "free a gift of a claim that stands",
        "claimed_gift_final",
        "UPDATE claimed_gift SET is_live = false WHERE claim_id = :awarded",
        "claimed_gift_update",
        "claimed_gift_update",
    ),
    Case(
        "forget that a gift was claimed",
        "claimed_gift_final",
        "DELETE FROM claimed_gift WHERE claim_id = :awarded",
        "claimed_gift_delete",
        "claimed_gift_delete",
    ),
)


@dataclass(frozen=True, slots=True)
class Guarded:
    """The claims of guarded_claims on one database."""

    engine: Engine
    names: dict[str, object]

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name


@pytest.fixture(scope="module", params=DIALECTS)
def guarded(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Guarded]:
    """Claims that no test changes: whatever is tried is undone."""
    with databases.prepared(request.param, "guarded_claims", guarded_claims.build) as engine:
        yield Guarded(engine, guarded_claims.names(engine))


@pytest.mark.parametrize("case", CASES, ids=[case.does for case in CASES])
def test_raw_sql_is_refused_by_its_guard_and_by_nothing_else(guarded: Guarded, case: Case) -> None:
    trigger = case.trigger(guarded.dialect)
    if not trigger:
        assert case.trigger("sqlite") or case.trigger("postgresql")
        return
    assert guard_of(guarded.engine, case, guarded.names) == case.guard
    assert guard_of(guarded.engine, case, guarded.names, dropped=trigger) != case.guard


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_of_the_claims_has_a_violation(dialect: str) -> None:
    tried = {case.trigger(dialect) for case in CASES} - {""}
    assert tried == {trigger for trigger, _ in documented(dialect, ["claims"])}


@pytest.mark.parametrize(
    "column", [column.name for column in Claim.__table__.columns if column.name != "id"]
)
def test_no_figure_of_a_frozen_claim_can_be_changed(guarded: Guarded, column: str) -> None:
    kind = Claim.__table__.columns[column].type.python_type
    if kind is int:
        value = f"COALESCE({column}, 0) + 7"
    elif column == "state":
        value = "'draft'"
    elif column == "result":
        value = "'refused'"
    elif kind is str:
        value = "'x'"
    else:
        value = "'2020-01-01'"
    where = ":withdrawn" if column.startswith(("submi", "ended")) else ":frozen"
    case = Case(
        f"change {column}",
        "claim_frozen",
        f"UPDATE claim SET {column} = {value} WHERE id = {where}",
    )
    assert guard_of(guarded.engine, case, guarded.names) == "claim_frozen"


@pytest.mark.parametrize("column", [column.name for column in ClaimLine.__table__.columns])
def test_no_column_of_a_frozen_line_can_be_written(guarded: Guarded, column: str) -> None:
    same = f"UPDATE claim_line SET {column} = {column} WHERE claim_id = :frozen"
    case = Case(f"write {column}", "claim_line_frozen", same)
    assert guard_of(guarded.engine, case, guarded.names) == "claim_line_frozen"


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            "INSERT INTO claimed_gift VALUES (:draft, :gift, 'cn-test', 2027, true)",
            "claimed_gift",
        ),
        (
            (
                "INSERT INTO claim SELECT 902, scheme_id, scheme_code, scheme_digest, year, 9,"
                " 'draft', currency, result, claimed_on, claimant, fact_names, totals, blockers,"
                " line_count, eligible_count, ineligible_count, undecided_count, recognised_low,"
                " recognised_high, matched_low, matched_high, computed_by, computed_at, NULL, NULL,"
                " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM claim WHERE id = :draft"
            ),
            "claim",
        ),
        (FREEZE.replace("'b'", "computed_by"), "two_persons"),
    ],
)
def test_keys_and_checks_refuse_raw_sql(guarded: Guarded, statement: str, constraint: str) -> None:
    setup = (HOLD,) if "frozen_by" in statement and "two" in constraint else ()
    assert constraint in refusal(guarded.engine, statement, guarded.names, *setup)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE claim_line SET marks = marks WHERE claim_id = :draft",
        "DELETE FROM claim_decision WHERE claim_id = :draft",
        "UPDATE claim SET matched_low = 1 WHERE id = :draft",
        NEW_DECISION.format(supersedes="NULL"),
    ],
)
def test_what_the_rules_allow_is_not_refused(guarded: Guarded, statement: str) -> None:
    assert guard_of(guarded.engine, Case("allowed", "", statement), guarded.names) == ""

"""The integrity suite names what is wrong when somebody went around services and guards."""

import pytest
from sqlalchemy import Engine

from ledger import integrity
from ledger.integrity import CHECKS
from tests import factories
from tests.ledger.harming import Stored, harmed, rows_by_check
from tests.ledger.harms import HARMS, Harm


@pytest.mark.parametrize("harm", HARMS, ids=[harm.does for harm in HARMS])
def test_harm_is_named_by_its_checks_and_no_others(stored: Stored, harm: Harm) -> None:
    with harmed(stored, *harm.statements) as session:
        found = rows_by_check(list(integrity.run(session)))
    assert set(found) == set(harm.found)
    for check, rows in harm.found.items():
        for row in rows:
            wanted = row.format(**stored.names)
            assert any(wanted in named for named in found[check]), (wanted, found[check])


def test_every_check_has_a_violation() -> None:
    assert {check for harm in HARMS for check in harm.found} == {check.name for check in CHECKS}


def test_clean_books_give_no_finding(stored: Stored) -> None:
    assert factories.findings(stored.engine) == []


def test_empty_books_give_no_finding(books: Engine) -> None:
    assert factories.findings(books) == []


def test_database_without_books_gives_no_finding(engine: Engine) -> None:
    assert factories.findings(engine) == []


def test_checks_are_named_once_and_say_what_they_prove() -> None:
    names = [check.name for check in CHECKS]
    assert names == sorted(set(names), key=names.index)
    assert all(check.proves and check.severity in {"error", "warning"} for check in CHECKS)


def test_one_check_can_be_run_alone(stored: Stored) -> None:
    wanted = [check for check in CHECKS if check.name == "voucher_chain"]
    break_two = (
        "UPDATE voucher SET summary = '改过', prepared_by = reviewed_by WHERE id = :posted",
    )
    with harmed(stored, *break_two) as session:
        findings = list(integrity.run(session, wanted))
    assert [finding.check for finding in findings] == ["voucher_chain"]
    assert findings[0].severity == "error"
    assert findings[0].detail


def test_missing_source_document_is_a_warning(stored: Stored) -> None:
    with harmed(stored, "UPDATE voucher SET attachment_count = 0 WHERE id = :posted") as session:
        severities = {finding.check: finding.severity for finding in integrity.run(session)}
    assert severities == {"voucher_chain": "error", "source_documents": "warning"}


@pytest.mark.parametrize(
    ("policy", "harm"),
    [
        (
            "separation_required",
            "UPDATE voucher SET prepared_by = reviewed_by WHERE id = :reviewed",
        ),
        ("overspending_refused", "UPDATE fund SET restriction = 'none' WHERE id = :schol"),
    ],
)
def test_what_the_policy_allows_is_no_finding(stored: Stored, policy: str, harm: str) -> None:
    with harmed(stored, f"UPDATE ledger_policy SET {policy} = false", harm) as session:
        assert list(integrity.run(session)) == []


def test_second_reversal_is_found_if_the_key_is_ever_lost(stored: Stored) -> None:
    with harmed(
        stored,
        "DROP INDEX uq_voucher_reverses_id",
        "UPDATE voucher SET reverses_id = :reversed WHERE id = :red_submitted",
    ) as session:
        found = rows_by_check(list(integrity.run(session)))
    assert list(found) == ["reversal_mirrors"]
    assert found["reversal_mirrors"] == [f"记-202602-0 #{stored.names['red_submitted']}"]

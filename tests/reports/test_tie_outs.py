"""Control totals: two sides each, honest about what is missing, by row about what differs."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, text

from foundation import database
from reports import registry as reports
from reports.tables import kept
from reports.tie_outs import definitions, registry, report
from reports.tie_outs.definitions import Sides, TieOut
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK
from tests.foundation.gifts import gift_cases
from tests.reports import book_cases

OWN = ("CT01", "CT02", "CT03", "CT04", "CT05", "CT06", "CT08", "CT21")


@pytest.fixture(scope="module", params=DIALECTS, name="told")
def _told(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "report-books", book_cases.build) as engine:
        yield engine


@pytest.fixture(name="local")
def _local(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "books", factories.install_books) as engine:
        yield engine


def found(engine: Engine, period: str) -> dict[str, TieOut]:
    with database.reading(engine) as session:
        return {t.control.id: t for t in registry.run(session, period, clock=CLOCK)}


def test_control_totals_are_the_thirty_six_in_order() -> None:
    ids = [control.id for control in definitions.controls()]
    assert ids == [f"CT{number:02d}" for number in range(1, 37)]
    assert set(registry.COMPUTATIONS) <= set(ids)


def test_every_total_without_a_computation_says_what_it_needs() -> None:
    for control in definitions.controls():
        assert control.id in registry.COMPUTATIONS or control.needs is not None


@pytest.mark.parametrize("period", ["2025", "2026", "2026-02", "2026-Q1"])
def test_totals_of_sound_books_hold(told: Engine, period: str) -> None:
    answers = found(told, period)
    wrong = {key: answers[key].note for key in OWN if answers[key].holds is not True}
    assert wrong == {}


def test_opening_of_a_year_is_compared_with_the_closing_before(told: Engine) -> None:
    assert found(told, "2025")["CT36"].holds is None
    answer = found(told, "2026")["CT36"]
    assert answer.holds is True
    assert "科目含义" in answer.note


def test_what_is_missing_is_never_said_to_hold(told: Engine) -> None:
    for answer in found(told, "2026").values():
        if answer.sides is None:
            assert answer.holds is None
            assert answer.note.startswith("需要：")
    assert found(told, "2026")["CT24"].sides is None


def test_donations_without_a_register_are_named_voucher_by_voucher(told: Engine) -> None:
    answer = found(told, "2026")["CT11"]
    assert answer.holds is False
    assert answer.sides is not None
    assert sum(gap.minor for gap in answer.sides.gaps) == answer.sides.left - answer.sides.right


def test_gifts_of_the_register_tie_with_income(local: Engine) -> None:
    made = gift_cases.posted(local)
    gift_cases.refund(local, made.gift_id, 1_00)
    answers = found(local, "2026")
    for key in ("CT11", "CT12", "CT15", "CT32"):
        assert answers[key].holds is True, (key, answers[key].note)
    assert answers["CT11"].sides is not None
    assert answers["CT11"].sides.left > 0


def test_income_booked_beside_the_register_breaks_the_tie(local: Engine) -> None:
    gift_cases.posted(local)
    factories.book(
        local, factories.gift_voucher(local, minor=7_00, fund="GEN", on=date(2026, 1, 20))
    )
    answers = found(local, "2026")
    assert answers["CT11"].holds is False
    assert answers["CT11"].sides is not None
    assert [gap.minor for gap in answers["CT11"].sides.gaps] == [-7_00]
    assert answers["CT15"].holds is False


@pytest.mark.parametrize(
    ("harm", "broken"),
    [
        ("UPDATE movement SET debit_minor = debit_minor + 5", {"CT01", "CT03"}),
        ("UPDATE voucher_line SET amount_minor = amount_minor * 2 WHERE line_no = 1",
         {"CT02", "CT03"}),
        ("DELETE FROM statement_movement WHERE kind = 'cash'", {"CT08"}),
    ],
)  # fmt: skip
def test_a_side_that_was_changed_shows(local: Engine, harm: str, broken: set[str]) -> None:
    factories.post_gift(local)
    with local.begin() as connection:
        for name in ("voucher_line_update",):
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(harm))
    answers = found(local, "2026")
    assert {key for key in OWN if answers[key].holds is False} >= broken


def test_two_errors_that_cancel_do_not_hold() -> None:
    control = definitions.controls()[0]
    gaps = (definitions.Gap("甲", 5), definitions.Gap("乙", -5))
    answer = TieOut(control, Sides(10, 10, gaps))
    assert answer.holds is False
    assert answer.note == "甲 0.05；乙 -0.05"


def test_feature_with_data_answers_for_what_was_missing(local: Engine) -> None:
    with database.reading(local) as session:
        answers = registry.run(
            session, "2026", clock=CLOCK, more={"CT24": lambda _question: Sides(3, 3)}
        )
    (payroll,) = [answer for answer in answers if answer.control.id == "CT24"]
    assert payroll.holds is True


def test_document_has_the_keys_that_programs_rely_on(told: Engine) -> None:
    document = report.document(found(told, "2026").values())
    for item in document["tie_outs"]:
        assert {"id", "left", "right", "difference", "holds", "note"} <= set(item)
    first = document["tie_outs"][0]
    assert first["left"] == first["right"]
    assert first["difference"] == "0.00"


def test_page_says_in_words_what_holds(told: Engine) -> None:
    with database.reading(told) as session:
        table = kept(reports.run(session, "tie_outs", {"period": "2026"}, clock=CLOCK))
    verdicts = [row.cells[table.index("holds")] for row in table.rows]
    assert {verdict.label.zh for verdict in verdicts} == {"相符", "不符", "缺少资料"}  # type: ignore[union-attr]

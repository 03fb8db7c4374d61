"""The tables of the annual report: their rows and sums, the form of the year, what differs."""

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from foundation import database
from foundation.annual_report import service
from foundation.annual_report.places import places
from foundation.donors.models import Donor, DonorKind
from foundation.donors.service import UnknownDonor
from foundation.gifts.kinds import GiftKind
from foundation.spending.models import SpendingKind
from ledger.errors import InvalidInput, NotFound
from reports import parameters, registry
from reports.annual import figures, report
from reports.annual.forms import form_of
from reports.audit_pack.gift_files import donations
from reports.exporters import xlsx
from reports.parameters import PERIOD
from reports.tables import Table, kept
from reports.tie_outs import registry as tie_outs
from reports.tie_outs.definitions import TieOut
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import BANK, CLOCK
from tests.foundation.gifts import gift_cases
from tests.foundation.parties import party_cases
from tests.foundation.parties.party_cases import COMPANY, UNIVERSITY, do


def build(engine: Engine) -> None:
    """A year with gifts of every kind, grants, pay, office costs and a related party."""
    factories.install_books(engine)
    factories.book(engine, factories.opening_voucher(engine))
    factories.close_periods(engine, 202511, 202512)
    factories.convert_year(engine)
    party_cases.give(engine, COMPANY, minor=300_000_00)
    who = gift_cases.donor(engine, name="林晓舟", kind=DonorKind.PERSON)
    for more in (
        {"minor": 40_000_00},
        {
            "minor": 9_000_00,
            "kind": GiftKind.IN_KIND,
            "account_code": "1201",
            "item": "图书",
            "quantity": "900",
            "value_evidence": "发票",
        },
    ):
        entry = gift_cases.entry(who, **more)
        gift_cases.post(engine, gift_cases.record(engine, entry).voucher_id)
    party_cases.spend(engine, minor=40_000_00)
    party_cases.spend(engine, minor=40_000_00)
    party_cases.spend(
        engine, "某会计师事务所", minor=6_000_00, kind=SpendingKind.EXPENSE, element="agencies"
    )
    party_cases.book(
        engine,
        factories.dr("530101", "GEN", 12_000_00),
        factories.cr("2204", "GEN", 12_000_00),
        summary="计提工资",
    )
    party_cases.book(
        engine, factories.dr("540101", "GEN", 500_00), factories.cr(BANK, "GEN", 500_00)
    )
    party_cases.declare(engine)


@pytest.fixture(scope="module", params=DIALECTS, name="told")
def _told(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "annual", build) as engine:
        yield engine


@pytest.fixture(name="local")
def _local(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "annual", build) as engine:
        yield engine


def tables(engine: Engine, year: int = 2026) -> dict[str, Table]:
    with database.reading(engine) as session:
        asked = parameters.resolve(session, (PERIOD,), {"period": str(year)}, clock=CLOCK)
        return {name: kept(table) for name, table in report.several(session, asked)}


def rows(table: Table) -> dict[str, tuple[Any, ...]]:
    found = {}
    for row in table.rows:
        head = row.cells[0]
        found[getattr(head, "zh", head)] = row.cells[1:]
    return found


def tied(engine: Engine, *names: str, period: str = "2026") -> list[TieOut]:
    with database.reading(engine) as session:
        found = tie_outs.run(session, period, clock=CLOCK)
        return [item for item in found if item.control.id in names]


CONTROLS = ("CT14", "CT25", "CT26", "CT27", "CT34")


def test_donations_are_split_by_origin_donor_and_kind(told: Engine) -> None:
    found = rows(tables(told)["一、接受捐赠情况"])
    assert found["一、本年捐赠收入"] == (340_000_00, 9_000_00, 349_000_00)
    assert found["其中：来自境内自然人的捐赠"] == (40_000_00, 9_000_00, 49_000_00)
    assert found["来自境内法人或者其他组织的捐赠"] == (300_000_00, 0, 300_000_00)
    assert found["（二）来自境外的捐赠"] == (0, 0, 0)


def test_spending_is_that_of_the_books_and_ratios_print_as_the_form_does(told: Engine) -> None:
    name = "五、慈善活动支出和管理费用情况（不具有公开募捐资格）"
    found = rows(tables(told)[name])
    assert found["上年末净资产"][0] == 2_000_000_00
    assert found["本年度总支出"][0] == 98_500_00
    assert found["本年度用于慈善活动的支出"][0] == 80_000_00
    assert found["管理费用"][0] == 18_000_00
    assert found["其他支出"][0] == 500_00
    assert found["本年度慈善活动支出占上年末净资产的比例"][1] == "4"
    # 18,000 of 98,500 is 18.274…: two decimals, half up.
    assert found["本年度管理费用占总支出的比例"][1] == "18.27"
    assert found["占前三年年末净资产平均数的比例"][1] == ""


def test_pay_is_told_from_office_costs_by_what_staff_were_owed(told: Engine) -> None:
    with database.reading(told) as session:
        asked = parameters.resolve(session, (PERIOD,), {"period": "2026"}, clock=CLOCK)
        spent = figures.spending(session, asked, 2026)
    assert (spent.books["wages"], spent.books["office"]) == (12_000_00, 6_000_00)


def test_control_totals_of_the_report_hold(told: Engine) -> None:
    answers = tied(told, *CONTROLS)
    assert len(answers) == len(CONTROLS)
    assert {item.control.id: item.note for item in answers if item.holds is not True} == {}


def test_adjustment_is_reported_with_its_reason_and_differs_from_the_books(local: Engine) -> None:
    given = {"words": "项目人员工资列入本项", "amount_minor": 2_000_00}
    do(local, service.write, 2026, "adjust_wages", **given)
    table = tables(local)["年报与账面差异"]
    found = {getattr(row.cells[1], "zh", ""): row.cells[2:] for row in table.rows}
    assert found["工资福利和行政办公支出 对 管理费用"] == (
        20_000_00,
        18_000_00,
        2_000_00,
        "项目人员工资列入本项",
    )
    (pay, total, parts) = tied(local, "CT25", "CT26", "CT27")
    assert (pay.holds, total.holds, parts.holds) == (False, True, False)
    assert "项目人员工资列入本项" in pay.note
    do(local, service.write, 2026, "adjust_wages", words="", amount_minor=None)
    assert all(item.holds for item in tied(local, "CT25", "CT27"))


def test_donor_abroad_moves_to_the_rows_of_abroad(local: Engine) -> None:
    with database.reading(local) as session:
        donor_id = session.execute(select(Donor.id).where(Donor.name == "林晓舟")).scalar_one()
    do(local, service.state_origin, donor_id, is_overseas=True, source="护照")
    found = rows(tables(local)["一、接受捐赠情况"])
    assert found["其中：来自境外自然人的捐赠"] == (40_000_00, 9_000_00, 49_000_00)
    assert found["其中：来自境内自然人的捐赠"] == (0, 0, 0)
    assert tied(local, "CT14")[0].holds is True
    with database.reading(local) as session:
        asked = parameters.resolve(session, (PERIOD,), {"period": "2026"}, clock=CLOCK)
        register = kept(donations(session, asked))
    origins = {(row.cells[2], row.cells[4]) for row in register.rows}
    assert origins == {("林晓舟", "境外"), (COMPANY, "境内")}


def test_related_parties_stand_with_their_events(told: Engine) -> None:
    found = tables(told)
    assert rows(found["十二、关联方"])[UNIVERSITY] == ("发起人：发起设立本基金会",)
    events = rows(found["十二、与重要关联方的六类事项"])
    assert events[UNIVERSITY][1:] == (2, 80_000_00)


@pytest.mark.parametrize(
    ("year", "version", "item"),
    [(2004, "2013", "四"), (2013, "2013", "四"), (2016, "2013", "四"), (2017, "2017", "五")],
)
def test_form_is_that_of_the_year(year: int, version: str, item: str) -> None:
    form = form_of(year)
    assert form.version == version
    assert [table.item for table in form.tables if table.id.startswith("spending")] == [item]
    assert all(table.source and table.grade for table in form.tables)


def test_report_flattens_every_table(told: Engine) -> None:
    with database.reading(told) as session:
        given = {"period": "2026"}
        table = kept(registry.run(session, "annual_report_tables", given, clock=CLOCK))
    titles = {getattr(row.cells[0], "zh", "") for row in table.rows}
    assert {"一、接受捐赠情况", "六、计算比例的情况说明"} <= titles
    assert table.totals == {}


def test_major_projects_and_large_payees_stand_in_their_place(told: Engine) -> None:
    names = list(tables(told))
    place = names.index("八、重大公益慈善项目收支明细表")
    assert names[place + 1] == "九、大额支付对象"
    assert names[place + 2] == "十、委托理财"


def test_workbook_has_a_sheet_for_each_table(told: Engine) -> None:
    stream = io.BytesIO()
    found = tables(told)
    xlsx.write_several(list(found.values()), stream)
    book = openpyxl.load_workbook(stream)
    assert len(book.sheetnames) == len(found)
    first = [row for row in book.worksheets[0].iter_rows(values_only=True) if row[0]]
    assert ("一、本年捐赠收入", 340000, 9000, 349000) in first


@examples(
    parts=st.fixed_dictionaries(
        {
            f"{origin}_{kind}": st.tuples(st.integers(-(10**9), 10**12), st.integers(0, 10**12))
            for origin in ("domestic", "overseas")
            for kind in ("person", "entity")
        }
    )
)
def test_sums_of_the_donation_table_are_its_parts(parts: dict[str, tuple[int, int]]) -> None:
    found = figures.summed(parts)
    for place in (0, 1):
        assert found["all"][place] == sum(part[place] for part in parts.values())
        assert found["all"][place] == found["domestic"][place] + found["overseas"][place]


@pytest.mark.parametrize(
    ("year", "place", "words", "minor"),
    [
        (1999, "other_words", "无", None),
        (2026, "other_words", "无", 5),
        (2026, "adjust_total", "", 5),
        (2026, "other_words", "长" * 2001, None),
        (2026, "adjust_total", "巨大", 10**15),
    ],
)
def test_what_does_not_belong_is_refused(
    local: Engine, year: int, place: str, words: str, minor: int | None
) -> None:
    with pytest.raises(InvalidInput):
        do(local, service.write, year, place, words=words, amount_minor=minor)
    with pytest.raises(NotFound):
        do(local, service.write, 2026, "nowhere", words="x", amount_minor=None)
    with pytest.raises(UnknownDonor):
        do(local, service.state_origin, 424242, is_overseas=True, source="护照")
    with pytest.raises(InvalidInput):
        do(local, service.state_origin, 1, is_overseas=True, source=" ")


def test_every_adjusted_line_is_one_of_the_spending_table() -> None:
    adjusted = {place.adjusts for place in places().values() if place.adjusts}
    assert adjusted == set(figures.LINES)


def test_days_before_the_report_have_no_gifts(told: Engine) -> None:
    with database.reading(told) as session:
        asked = parameters.resolve(session, (PERIOD,), {"period": "2025"}, clock=CLOCK)
        assert asked.period.last_day == date(2025, 12, 31)
        assert figures.donations_split(session, asked)["all"] == (0, 0)

"""A fiscal year from opening balances to closed books, by the commands an accountant uses.

The figures are those of a published worked example; every one of them must come out.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select

from foundation import database
from foundation.cli import build_cli
from ledger import balances, catalogue, integrity, money
from ledger.balances import Span
from ledger.clock import FixedClock
from ledger.vouchers import Voucher, VoucherKind, VoucherLine
from tests.databases import DIALECTS, Databases

FILE = Path(__file__).parents[2].parent / "shared" / "data" / "worked_year.json"
pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason="published registers are not beside the project"
)
MONTHS = [f"2026-{month:02d}" for month in range(1, 13)]


class Year:
    """One database in which the year is told, and what the commands answered."""

    def __init__(self, engine: Engine, folder: Path, clock: FixedClock) -> None:
        self.engine = engine
        self._cli = build_cli(clock=clock)
        self._environ = {
            "DATABASE_URL": engine.url.render_as_string(hide_password=False),
            "DATA_DIR": str(folder),
        }

    def run(self, *arguments: str, by: str | None = None, code: int = 0) -> dict[str, Any]:
        options = ["--json", *(["--as", by] if by else [])]
        result = CliRunner().invoke(self._cli, [*options, *arguments], env=self._environ)
        assert result.exit_code == code, result.output
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    def import_and_post(self) -> None:
        self.run("init", "--profile", "demo", "--start", "2026-01")
        self.run("vouchers", "import", str(FILE), by="accountant")
        self.run("vouchers", "review", "--all", by="reviewer")
        answer = self.run("vouchers", "post", "--all", by="reviewer")
        assert answer["excluded"] == []

    def trial_balance(self) -> dict[str, Any]:
        """The year's trial balance in the shape of the file."""
        with database.reading(self.engine) as session:
            known = catalogue.load(session)
            rows = [
                {
                    "account": known.accounts[row.account_id].code,
                    "name": known.accounts[row.account_id].full_name,
                    "opening_debit": money.to_text(max(row.opening_minor, 0)),
                    "opening_credit": money.to_text(max(-row.opening_minor, 0)),
                    "period_debit": money.to_text(row.debit_minor),
                    "period_credit": money.to_text(row.credit_minor),
                    "closing_debit": money.to_text(max(row.closing_minor, 0)),
                    "closing_credit": money.to_text(max(-row.closing_minor, 0)),
                }
                for row in balances.trial_balance(session, Span.of_year(2026))
            ]
        columns = [name for name in rows[0] if name not in ("account", "name")]
        totals = {
            name: money.to_text(sum(money.parse(row[name]) for row in rows)) for name in columns
        }
        return {"rows": rows, "totals": totals}

    def closing_vouchers(self) -> list[dict[str, Any]]:
        """The generated closing vouchers in the shape of the file."""
        with database.reading(self.engine) as session:
            known = catalogue.load(session)
            heads = session.execute(
                select(Voucher.id, Voucher.summary, Voucher.booked_on, Voucher.total_minor)
                .where(Voucher.kind == VoucherKind.CLOSING)
                .order_by(Voucher.period_id, Voucher.number)
            ).all()
            found = []
            for head in heads:
                lines = session.execute(
                    select(VoucherLine.__table__)
                    .where(VoucherLine.voucher_id == head.id)
                    .order_by(VoucherLine.line_no)
                )
                found.append(
                    {
                        "summary": head.summary,
                        "date": head.booked_on.isoformat(),
                        "total": money.to_text(head.total_minor),
                        "lines": [_line(known, line) for line in lines],
                    }
                )
        return found


def _line(known: catalogue.Catalogue, line: Any) -> tuple[str, str, str, str]:
    debit, credit = balances.printed(line)
    return (
        known.accounts[line.account_id].code,
        known.funds[line.fund_id].code,
        money.to_text(debit),
        money.to_text(credit),
    )


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(FILE.read_bytes())
    return data


@pytest.fixture(scope="module", params=DIALECTS)
def posted(
    request: pytest.FixtureRequest,
    databases: Databases,
    clock: FixedClock,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Year]:
    """The year imported, reviewed and posted, nothing closed."""
    with databases.empty(request.param) as engine:
        year = Year(engine, tmp_path_factory.mktemp("data"), clock)
        year.import_and_post()
        yield year


@pytest.fixture(scope="module", params=DIALECTS)
def closed(
    request: pytest.FixtureRequest,
    databases: Databases,
    clock: FixedClock,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Year]:
    """The year closed month by month."""
    with databases.empty(request.param) as engine:
        year = Year(engine, tmp_path_factory.mktemp("data"), clock)
        year.import_and_post()
        for month in MONTHS:
            answer = year.run("periods", "close", month, by="reviewer")
            assert (answer["period"], answer["state"]) == (month, "closed")
            assert all(gate["passed"] for gate in answer["gates"])
        yield year


def test_trial_balance_before_closing_is_the_published_one(
    posted: Year, expected: dict[str, Any]
) -> None:
    assert posted.trial_balance() == expected["trial_balance_before_closing"]


def test_posted_year_has_no_findings(posted: Year, expected: dict[str, Any]) -> None:
    answer = posted.run("check", "--strict", by="auditor")
    assert answer["findings"] == []
    # The opening balances are a voucher too.
    assert answer["vouchers"] == len(expected["vouchers"]) + 1


def test_the_same_file_again_is_refused_and_adds_nothing(posted: Year) -> None:
    before = posted.run("vouchers", "list")
    answer = posted.run("vouchers", "import", str(FILE), by="accountant", code=1)
    assert answer["error"]["code"] == "nothing_new"
    assert posted.run("vouchers", "list") == before


def test_red_voucher_is_linked_to_the_one_it_undoes(posted: Year) -> None:
    rows = posted.run("vouchers", "list", "--search", "注销2026年6月10日")["vouchers"]
    red = posted.run("vouchers", "show", str(rows[0]["id"]))["voucher"]
    assert red["kind"] == "reversal"
    original = posted.run("vouchers", "show", str(red["reverses"]["id"]))["voucher"]
    assert original["summary"] == "收到个人零星捐赠（误记提供服务收入）"
    assert original["reversed_by"]["id"] == red["id"]
    assert original["corrected_by"][0]["number"] == "记-2026-06-0003"


def test_depreciation_is_divided_between_the_funds_it_concerns(posted: Year) -> None:
    rows = posted.run("vouchers", "list", "--search", "计提折旧")["vouchers"]
    lines = posted.run("vouchers", "show", str(rows[0]["id"]))["voucher"]["lines"]
    credited = {line["fund"]: line["credit"] for line in lines if line["account"] == "1502"}
    assert credited == {"GEN": "26400.00", "EQUIP": "50000.00"}


def test_opening_balances_give_restricted_funds_their_assets(posted: Year) -> None:
    rows = posted.run("vouchers", "list", "--search", "2026年期初余额")["vouchers"]
    voucher = posted.run("vouchers", "show", str(rows[0]["id"]))["voucher"]
    debits = [
        (line["account"], line["fund"], line["debit"])
        for line in voucher["lines"]
        if line["debit"] != "0.00" and line["fund"] != "GEN"
    ]
    assert voucher["period"] == "2026-00"
    assert debits == [
        ("100201", "SCHOL", "1500000.00"),
        ("100201", "LAB", "600000.00"),
        ("1402", "ENDOW", "4000000.00"),
    ]
    liabilities = {line["fund"] for line in voucher["lines"] if line["account"].startswith("2")}
    assert liabilities == {"GEN"}


def test_released_money_moves_between_funds_without_turnover(posted: Year) -> None:
    rows = posted.run("vouchers", "list", "--search", "时间限制到期")["vouchers"]
    lines = posted.run("vouchers", "show", str(rows[0]["id"]))["voucher"]["lines"]
    bank = [
        (line["fund"], line["debit"], line["credit"])
        for line in lines
        if line["account"] == "100201"
    ]
    assert bank == [("GEN", "600000.00", "0.00"), ("LAB", "-600000.00", "0.00")]


def test_closing_vouchers_are_the_published_ones(closed: Year, expected: dict[str, Any]) -> None:
    published = [
        {
            "summary": voucher["summary"],
            "date": voucher["date"],
            "total": voucher["total"],
            "lines": [
                (line["account"], line["fund"], line["debit"], line["credit"])
                for line in voucher["lines"]
            ],
        }
        for voucher in expected["closing_vouchers"]
    ]
    assert closed.closing_vouchers() == published


def test_trial_balance_after_closing_is_the_published_one(
    closed: Year, expected: dict[str, Any]
) -> None:
    assert closed.trial_balance() == expected["trial_balance_after_closing"]


def test_restricted_funds_roll_forward_as_published(closed: Year, expected: dict[str, Any]) -> None:
    with database.reading(closed.engine) as session:
        opening = balances.fund_nets(session, 202600)
        closing = balances.fund_nets(session, 202612)
        ids = catalogue.load(session).fund_ids
    for row in expected["restricted_fund_roll_forward"]:
        fund = ids[row["fund"]]
        assert money.to_text(opening.get(fund, 0)) == row["opening"]
        assert money.to_text(closing.get(fund, 0)) == row["closing"]
    balances_now = {fund["code"]: fund["balance"] for fund in closed.run("funds", "list")["funds"]}
    for row in expected["restricted_fund_roll_forward"]:
        assert balances_now[row["fund"]] == row["closing"]


def test_closed_year_has_no_findings_and_takes_no_voucher(closed: Year) -> None:
    answer = closed.run("check", "--strict", by="auditor")
    assert answer["findings"] == []
    with database.reading(closed.engine) as session:
        assert list(integrity.run(session)) == []
    reverse = ("vouchers", "reverse", "2", "--reason", "试验", "--date", "2026-12-31")
    refused = closed.run(*reverse, by="accountant", code=1)
    assert refused["error"]["code"] == "period_closed"

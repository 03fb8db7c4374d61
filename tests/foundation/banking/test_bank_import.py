"""A statement comes in whole, ties with itself and what is there, and comes in once."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, func, select

from foundation import database
from foundation.banking import importing
from foundation.banking.models import BankAccount, BankLine, BankStatement
from foundation.banking.refusals import (
    AccountDiffers,
    BalanceBroken,
    OpeningNeeded,
    StatementRejected,
    UnknownBankAccount,
)
from ledger.errors import InvalidInput
from tests import factories
from tests.databases import Databases
from tests.factories import BANK, CLOCK
from tests.foundation.banking import bank_cases
from tests.foundation.banking.bank_cases import Row


@pytest.fixture
def books(databases: Databases) -> Iterator[Engine]:
    """What is read does not depend on the database; `test_reconciliation` imports on both."""
    with databases.prepared("sqlite", "books", factories.install_books) as found:
        yield found


JANUARY: list[Row] = [
    ("2026-01-05", "捐款", 100_00, "王敏", "SN0000000001"),
    ("2026-01-05", "捐款", 100_00, "王敏", "SN0000000002"),
    ("2026-01-20", "转账", -30_00, "武汉晨光印务有限公司", "SN0000000003"),
]


def stored(engine: Engine) -> list[BankLine]:
    with database.reading(engine) as session:
        query = select(BankLine).order_by(BankLine.booked_on, BankLine.day_order)
        return list(session.execute(query).scalars())


def test_statement_comes_in_with_balances_and_masked_accounts(books: Engine) -> None:
    result = bank_cases.bring(books, bank_cases.csv_of(JANUARY, opening=500_00))
    assert result.imported == 3
    lines = stored(books)
    assert [line.amount_minor for line in lines] == [100_00, 100_00, -30_00]
    assert [line.balance_minor for line in lines] == [600_00, 700_00, 670_00]
    assert {line.month for line in lines} == {202601}
    assert all("****" in line.account_masked and len(line.account_mark) == 64 for line in lines)
    assert lines[0].account_mark == lines[1].account_mark != lines[2].account_mark
    with database.reading(books) as session:
        account = session.execute(select(BankAccount)).scalar_one()
        assert (account.begins_on, account.opening_minor) == (date(2026, 1, 1), 500_00)
        assert account.required_from == 202601


def test_same_file_twice_brings_nothing_new(books: Engine) -> None:
    content = bank_cases.csv_of(JANUARY)
    bank_cases.bring(books, content)
    again = bank_cases.bring(books, content)
    assert (again.imported, again.statement_id) == (0, None)
    assert again.examination.duplicate_count == 3
    assert len(stored(books)) == 3


def test_longer_file_brings_only_what_is_new(books: Engine) -> None:
    bank_cases.bring(books, bank_cases.csv_of(JANUARY[:2]))
    twin: Row = ("2026-01-05", "捐款", 100_00, "王敏", "SN0000000002")
    result = bank_cases.bring(books, bank_cases.csv_of([*JANUARY[:2], twin, JANUARY[2]]))
    # The twin has the same reference: the third of its kind on that day is a new line.
    assert (result.imported, result.examination.duplicate_count) == (2, 2)
    assert [line.day_order for line in stored(books)] == [1, 2, 3, 1]


def test_broken_balance_is_refused_by_row_and_leaves_nothing(books: Engine) -> None:
    content = bank_cases.csv_of(JANUARY).replace(b"200.00", b"201.00")
    with pytest.raises(BalanceBroken) as caught:
        bank_cases.bring(books, content)
    assert caught.value.data["count"] == 2
    assert "第 3 行" in caught.value.describe()
    assert stored(books) == []
    with database.reading(books) as session:
        assert session.execute(select(func.count()).select_from(BankAccount)).scalar() == 0


def test_broken_balance_is_kept_with_its_reason(books: Engine) -> None:
    content = bank_cases.csv_of(JANUARY).replace(b"200.00", b"201.00")
    bank_cases.bring(books, content, reason="银行更正打印错误")
    with database.reading(books) as session:
        statement = session.execute(select(BankStatement)).scalar_one()
        assert (statement.gap_count, statement.gap_reason) == (2, "银行更正打印错误")


def test_missing_statement_between_two_is_noticed(books: Engine) -> None:
    bank_cases.bring(books, bank_cases.csv_of(JANUARY))
    march: list[Row] = [("2026-03-02", "捐款", 50_00, "李强", "SN0000000009")]
    with pytest.raises(BalanceBroken, match="衔接处"):
        bank_cases.bring(books, bank_cases.csv_of(march, opening=999_00))
    bank_cases.bring(books, bank_cases.csv_of(march, opening=170_00))


def test_earlier_statement_moves_the_beginning(books: Engine) -> None:
    march: list[Row] = [("2026-03-02", "捐款", 50_00, "李强", "SN0000000009")]
    bank_cases.bring(books, bank_cases.csv_of(march, opening=670_00))
    with pytest.raises(BalanceBroken):
        bank_cases.bring(books, bank_cases.csv_of(JANUARY, opening=400_00))
    bank_cases.bring(books, bank_cases.csv_of(JANUARY, opening=500_00))
    with database.reading(books) as session:
        account = session.execute(select(BankAccount)).scalar_one()
        assert (account.begins_on, account.opening_minor) == (date(2026, 1, 1), 500_00)


def test_statement_of_another_account_is_refused(books: Engine) -> None:
    head = "账号：4200123456789012 户名：示例基金会"
    bank_cases.bring(books, bank_cases.csv_of(JANUARY, head=head))
    other = bank_cases.csv_of(
        [("2026-02-02", "捐款", 1_00, "李强", "SN0000000010")],
        opening=170_00,
        head="账号：4200123456780000",
    )
    with pytest.raises(AccountDiffers) as caught:
        bank_cases.bring(books, other)
    assert "4200****0000" in caught.value.describe()
    masked = other.replace(b"4200123456780000", b"4200********9012")
    assert bank_cases.bring(books, masked).imported == 1


def test_unknown_accounts_and_days_to_come_are_refused(books: Engine) -> None:
    with pytest.raises(UnknownBankAccount):
        bank_cases.bring(books, bank_cases.csv_of(JANUARY), account="1101")
    late: list[Row] = [("2099-01-05", "捐款", 1_00, "王敏", "SN0000000001")]
    with pytest.raises(InvalidInput, match="还没有到"):
        bank_cases.bring(books, bank_cases.csv_of(late))


def test_unreadable_row_refuses_the_whole_file(books: Engine) -> None:
    content = bank_cases.csv_of(JANUARY).replace(b"2026-01-20", b"20/1/26", 1)
    with pytest.raises(StatementRejected, match="第 4 行的交易日期"):
        bank_cases.bring(books, content)
    assert stored(books) == []


def test_statement_without_balances_needs_the_opening(books: Engine) -> None:
    content = (
        "日期,摘要,金额,户名\n2026-01-05,捐款,100.00,王敏\n2026-01-06,手续费,-1.50,\n".encode()
    )
    with pytest.raises(OpeningNeeded):
        bank_cases.bring(books, content)
    bank_cases.bring(books, content, opening=10_00)
    assert [line.balance_minor for line in stored(books)] == [110_00, 108_50]


def test_month_without_movement_is_recorded_with_its_balance(books: Engine) -> None:
    bank_cases.bring(books, bank_cases.csv_of(JANUARY))
    day = date(2026, 2, 28)
    with database.transaction(books) as session:
        with pytest.raises(BalanceBroken):
            importing.record_idle(
                session, BANK, through=day, balance_minor=1, actor="cashier", clock=CLOCK
            )
        importing.record_idle(
            session, BANK, through=day, balance_minor=170_00, actor="cashier", clock=CLOCK
        )
    assert bank_cases.month(books, 202602).has_statement
    assert not bank_cases.month(books, 202603).has_statement

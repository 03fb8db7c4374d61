"""A bank statement of 50,000 lines against 50,000 open vouchers, with the truth known.

Everything goes through the services: gifts are imported and posted, payments drafted and posted,
the statement is imported as a file, and matched. Time is that of `match_automatically`, reading
and writing included.
"""

import csv
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine, select

from benchmarks import bank_truth, places
from benchmarks.bank_truth import Book, Truth
from foundation import database
from foundation.banking import accounts, importing, matches, recognition
from foundation.banking.examining import StatementRequest
from foundation.banking.models import (
    BankLine,
    BankMatch,
    BankMatchLine,
    BankMatchVoucher,
    MatchState,
)
from foundation.donors.vault import Vault
from foundation.gifts.models import Gift
from foundation.imports import reading, service
from foundation.imports import recognition as registers
from foundation.imports.examination import ImportRequest
from ledger import catalogue, dimensions, drafting, posting
from ledger.clock import Clock
from ledger.dimensions import DimensionKind
from ledger.money import to_text
from ledger.vouchers import VoucherDraft, VoucherState, credit, debit

LINES = 50_000
_CHUNK = 5000
_VAULT = Vault.of("a key for measurements, 0123456789")


def run(where: Path, server: str) -> list[str]:
    """Measure and return the rows of the result table."""
    rows = [
        "| database | lines | vouchers | import, s | match, s | by itself | precision | recall |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for base in ("sqlite", server):
        place = places.fresh(base, "banking", where)
        engine = database.create(place.url)
        rows.append(_measure(engine, place.name, where))
        engine.dispose()
    return rows


def _measure(engine: Engine, name: str, where: Path) -> str:
    clock = Clock()
    first = clock.today() - timedelta(days=bank_truth.DAYS)
    truth = bank_truth.generate(LINES, seed=5, first=first)
    last = clock.today()
    places.install(engine, first=first.year * 100 + first.month, last=last.year * 100 + last.month)
    vouchers = _book(engine, truth, where)
    statement = where / "statement.csv"
    _print(truth, statement)
    started = time.perf_counter()
    with database.transaction(engine) as session:
        importing.import_statement(
            session,
            recognition.recognise(reading.open_register(statement, statement.name)),
            StatementRequest(account_code="100201"),
            vault=_VAULT,
            actor=places.ACTOR,
            clock=clock,
        )
    imported = time.perf_counter() - started
    started = time.perf_counter()
    with database.transaction(engine) as session:
        account = accounts.get_account(session, "100201")
        done = matches.match_automatically(session, account, actor=places.ACTOR, clock=clock)
    matched = time.perf_counter() - started
    precision, recall = _judge(engine, truth, vouchers)
    return (
        f"| {name} | {len(truth.lines):,} | {len(truth.books):,} | {imported:.1f} | {matched:.1f} |"
        f" {done.lines:,} | {precision:.4f} | {recall:.4f} |"
    )


def _book(engine: Engine, truth: Truth, where: Path) -> dict[int, int]:
    """Post the vouchers of the truth; return the number of each book by voucher."""
    gifts = [book for book in truth.books if not book.rule]
    others = [book for book in truth.books if book.rule]
    found = _gifts(engine, gifts, where) | _others(engine, others)
    while True:
        with database.transaction(engine) as session:
            keys = posting.list_waiting(session, VoucherState.SUBMITTED)[:_CHUNK]
            if not keys:
                return found
            posting.post(
                session, keys, actor=places.REVIEWER, clock=Clock(), reviewing=True
            ).require()


def _gifts(engine: Engine, gifts: list[Book], where: Path) -> dict[int, int]:
    register = where / "gifts.csv"
    with register.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["到账日期", "捐赠人", "捐赠金额", "流水号"])
        for book in gifts:
            writer.writerow([book.on.isoformat(), book.name, to_text(book.minor), book.reference])
    with database.transaction(engine) as session:
        understood = registers.recognise(reading.open_register(register, register.name))
        service.import_register(
            session,
            understood,
            ImportRequest("F001", "100201"),
            actor=places.ACTOR,
            clock=Clock(),
        )
    with database.reading(engine) as session:
        rows = session.execute(select(Gift.batch_row, Gift.voucher_id))
        return {row.voucher_id: gifts[row.batch_row - 2].number for row in rows}


def _others(engine: Engine, others: list[Book]) -> dict[int, int]:
    with database.transaction(engine) as session:
        names = sorted({book.name for book in others if book.name})
        parties = dimensions.ensure(
            session, DimensionKind.COUNTERPARTY, {name: name for name in names}
        )
        known = catalogue.load(session)
        fund = known.fund("F001").id
        drafts = []
        for book in others:
            chart = known.period(book.on.year * 100 + book.on.month).chart
            bank = known.account(chart, "100201").id
            tag = "other_income" if book.minor > 0 else "management_expense"
            other = known.tagged(chart, tag, "unrestricted").id
            party = parties.get(book.name)
            size = abs(book.minor)
            lines = (
                (debit(bank, fund, size), credit(other, fund, size, counterparty_id=party))
                if book.minor > 0
                else (debit(other, fund, size, counterparty_id=party), credit(bank, fund, size))
            )
            summary = "支付银行手续费" if book.rule == "fee" else "测速凭证"
            drafts.append(VoucherDraft(book.on, summary, lines, attachment_count=1, rule=book.rule))
        keys = drafting.draft(session, drafts, actor=places.ACTOR, clock=Clock())
        return {key: book.number for key, book in zip(keys, others, strict=True)}


def _print(truth: Truth, path: Path) -> None:
    balance = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["交易日期", "摘要", "收入金额", "支出金额", "账户余额", "对方户名", "交易流水号"]
        )
        for line in truth.lines:
            balance += line.minor
            received = to_text(line.minor) if line.minor > 0 else ""
            paid = to_text(-line.minor) if line.minor < 0 else ""
            day = line.on.isoformat()
            row = [day, line.summary, received, paid, to_text(balance), line.name, line.reference]
            writer.writerow(row)


def _judge(engine: Engine, truth: Truth, vouchers: dict[int, int]) -> tuple[float, float]:
    """A line is right when it is matched with just the vouchers of its truth, or with vouchers
    of the same day, amount and name, which nobody could tell apart."""
    looks = {book.number: book.look for book in truth.books}
    wanted = [Counter(looks[key] for key in line.books) for line in truth.lines]
    sides: dict[int, Counter[tuple[date, int, str]]] = {}
    with database.reading(engine) as session:
        for row in session.execute(
            select(BankMatchVoucher.match_id, BankMatchVoucher.voucher_id).where(
                BankMatchVoucher.is_live
            )
        ):
            sides.setdefault(row.match_id, Counter())[looks[vouchers[row.voucher_id]]] += 1
        lines = session.execute(
            select(BankLine.row_no, BankMatchLine.match_id)
            .join(BankMatchLine, BankMatchLine.bank_line_id == BankLine.id)
            .join(BankMatch, BankMatch.id == BankMatchLine.match_id)
            .where(BankMatch.state == MatchState.LIVE)
        ).all()
    right = sum(1 for row in lines if sides.get(row.match_id, Counter()) == wanted[row.row_no - 2])
    return right / max(len(lines), 1), right / sum(1 for one in wanted if one)

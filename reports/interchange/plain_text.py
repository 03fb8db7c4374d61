"""The books as plain text for beancount and hledger, each with a proof of its own at the end.

An account of theirs is an account of ours and a fund below it, so that both balances can be
compared: `Assets:2024-100201-银行存款:SCHOL`. The last lines assert the balance of every pair as
our checkpoints and movements have it, not as the lines add up; the other tool adds up the lines.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TextIO

from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Session

from ledger import balances, catalogue
from ledger.catalogue import AccountInfo, Catalogue
from ledger.charts.definitions import AccountCategory
from ledger.dimensions import DimensionKind
from ledger.money import to_text
from reports.interchange import reading
from reports.interchange.reading import CURRENCY, Exported, ExportedVoucher

_ROOTS = {
    AccountCategory.ASSET: "Assets",
    AccountCategory.LIABILITY: "Liabilities",
    AccountCategory.NET_ASSET: "Equity",
    AccountCategory.INCOME: "Income",
    AccountCategory.EXPENSE: "Expenses",
}
_NOT_IN_NAMES = re.compile(r"[^\w]+|_")
_BREAKS = re.compile(r"\s+")

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is written: the months, the names of accounts, and the balances to assert."""

    known: Catalogue
    periods: Sequence[int]
    names: Mapping[Pair, str]
    closing: Mapping[Pair, int]
    first_day: date
    after: date


def write_beancount(
    session: Session, out: TextIO, *, organisation: str, last: int = 999_912
) -> Exported:
    """Write a file that `bean-check` accepts; months up to `last`."""
    plan = _plan(session, last)
    out.write(f'option "title" "{_quoted(organisation)}"\n')
    out.write(f'option "operating_currency" "{CURRENCY}"\n\n')
    for pair, name in plan.names.items():
        account = plan.known.accounts[pair[0]]
        out.write(f"{plan.first_day} open {name} {CURRENCY}\n")
        out.write(f'  name: "{_quoted(account.full_name)}"\n')
    count = _write(out, (_beancount(voucher, plan) for voucher in _stream(session, plan)))
    out.write("\n")
    for pair, name in plan.names.items():
        amount = to_text(plan.closing.get(pair, 0))
        out.write(f"{plan.after} balance {name}  {amount} {CURRENCY}\n")
    return count


def write_hledger(
    session: Session, out: TextIO, *, organisation: str, last: int = 999_912
) -> Exported:
    """Write a journal that `hledger check --strict` accepts; months up to `last`."""
    plan = _plan(session, last)
    out.write(f"; {_one_line(organisation)}\n")
    out.write(f"commodity 1000.00 {CURRENCY}\ndecimal-mark .\n\n")
    out.writelines(
        f"account {name}  ; {_one_line(plan.known.accounts[pair[0]].full_name)}\n"
        for pair, name in plan.names.items()
    )
    count = _write(out, (_hledger(voucher, plan) for voucher in _stream(session, plan)))
    if plan.names:
        last_day = plan.after - timedelta(days=1)
        out.write(f"\n{last_day} * 余额核对 Balances as the books have them\n")
    for pair, name in plan.names.items():
        amount = to_text(plan.closing.get(pair, 0))
        out.write(f"    {name}  0.00 {CURRENCY} = {amount} {CURRENCY}\n")
    return count


def _plan(session: Session, last: int) -> _Plan:
    known = catalogue.load(session)
    keys = reading.periods(known, last=last)
    end = keys[-1] if keys else 200_001
    # An adjustment of month 00 stands on the first of January.
    last_month = date(end // 100, max(end % 100, 1), 1)
    first = keys[0] if keys else end
    return _Plan(
        known=known,
        periods=keys,
        names=_names(balances.moved_pairs(session, end), known),
        closing=balances.balances_at(session, end, by_fund=True),
        first_day=date(first // 100, max(first % 100, 1), 1),
        after=last_month + relativedelta(months=1),
    )


def _names(pairs: Iterable[Pair], known: Catalogue) -> dict[Pair, str]:
    """Name every pair once; codes that differ only in their signs get a number behind."""
    names: dict[Pair, str] = {}
    taken: dict[str, Pair] = {}
    for pair in pairs:
        plain = name = _name(known.accounts[pair[0]], known.funds[pair[1]].code)
        number = 2
        while name in taken:
            name, number = f"{plain}-{number}", number + 1
        taken[name] = pair
        names[pair] = name
    return names


def _name(account: AccountInfo, fund: str) -> str:
    words = _NOT_IN_NAMES.sub("-", account.full_name).strip("-")
    # A part begins with a capital or a digit there; the code of a fund need not.
    part = _NOT_IN_NAMES.sub("-", fund).strip("-")
    part = part if part[:1].isdigit() or part[:1].isupper() else f"F-{part}"
    return f"{_ROOTS[account.category]}:{account.chart}-{account.code}-{words}:{part}"


def _stream(session: Session, plan: _Plan) -> Iterator[ExportedVoucher]:
    return reading.vouchers(session, plan.known, plan.periods)


def _write(out: TextIO, texts: Iterable[tuple[str, int]]) -> Exported:
    vouchers = lines = 0
    for text, count in texts:
        out.write(text)
        vouchers += 1
        lines += count
    return Exported(vouchers, lines)


def _beancount(voucher: ExportedVoucher, plan: _Plan) -> tuple[str, int]:
    rows = [f'\n{voucher.booked_on} * "{_quoted(voucher.label)}" "{_quoted(voucher.summary)}"\n']
    for line, name in _named(voucher, plan):
        rows.append(f"  {name}  {to_text(line.amount_minor)} {CURRENCY}\n")
        rows.extend(f'    {kind.value}: "{_quoted(code)}"\n' for kind, code in line.values.items())
    return "".join(rows), len(voucher.lines)


def _hledger(voucher: ExportedVoucher, plan: _Plan) -> tuple[str, int]:
    rows = [f"\n{voucher.booked_on} * ({voucher.label}) {_one_line(voucher.summary)}\n"]
    for line, name in _named(voucher, plan):
        tags = ", ".join(
            f"{_tag(kind)}:{_one_line(code).replace(',', ' ')}"
            for kind, code in line.values.items()
        )
        comment = f"  ; {tags}" if tags else ""
        rows.append(f"    {name}  {to_text(line.amount_minor)} {CURRENCY}{comment}\n")
    return "".join(rows), len(voucher.lines)


def _named(voucher: ExportedVoucher, plan: _Plan) -> Iterator[tuple[reading.ExportedLine, str]]:
    for line in voucher.lines:
        yield line, plan.names[line.account.id, plan.known.fund_ids[line.fund]]


def _tag(kind: DimensionKind) -> str:
    return kind.value.replace("_", "-")


def _quoted(text: str) -> str:
    return _BREAKS.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"')


def _one_line(text: str) -> str:
    """A description of hledger: one line, without the signs that end it."""
    return _BREAKS.sub(" ", text).replace(";", "；").replace("|", "｜").strip()

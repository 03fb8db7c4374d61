"""Close a period: gates, generated closing vouchers, checkpoints, and the sealed state.

A gate names what is missing and the period stays open until it holds. The closing vouchers
move income and expenses to net assets within each fund (制度 期末结转); they are generated,
prepared by the system, reviewed by the person who closes, and undone only by reversal.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from ledger import balances, catalogue, chains, policy, posting, trail
from ledger.balances import Span
from ledger.catalogue import AccountInfo, Catalogue
from ledger.charts.definitions import AccountCategory
from ledger.clock import Clock
from ledger.drafting import draft
from ledger.errors import Conflict
from ledger.money import to_text
from ledger.periods import (
    AccountCheckpoint,
    Checkpoint,
    FundCheckpoint,
    Movement,
    Period,
    PeriodState,
    get_period,
    text_of,
)
from ledger.policy import ClosingFrequency
from ledger.vouchers import (
    SYSTEM_ACTOR,
    Line,
    Voucher,
    VoucherDraft,
    VoucherKind,
    VoucherSeries,
    VoucherState,
    credit,
    debit,
)

_WAITING = (VoucherState.DRAFT, VoucherState.SUBMITTED, VoucherState.REVIEWED)
_MAX_LINES = 400


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition for closing and whether it holds; `detail` says what is missing."""

    name: str
    passed: bool
    detail: str


ExtraGate = Callable[[Session, int], Gate]


class GatesNotPassed(Conflict):
    """Something is missing before the period can be closed."""

    code = "gates_not_passed"
    message = "会计期间 {period} 还不能结账：{missing}"


def gates(session: Session, key: int, *, extra: Iterable[ExtraGate] = ()) -> list[Gate]:
    """Return every gate of a period, in the order in which one would mend them.

    `extra` are conditions that the ledger cannot know, such as the bank reconciliation.
    """
    get_period(session, key)
    found = [
        _previous_closed(session, key),
        _nothing_waiting(session, key),
        *_converted(session, key),
        _balanced(session, key),
        _agency(session, key),
        _adjustments_cleared(session, key),
    ]
    return found + [gate(session, key) for gate in extra]


def close(
    session: Session, key: int, *, actor: str, clock: Clock, extra: Iterable[ExtraGate] = ()
) -> list[int]:
    """Close a period and return the keys of the closing vouchers that were posted for it.

    Raises GatesNotPassed naming what is missing, and Conflict when it is closed already.
    """
    period = session.execute(
        select(Period).where(Period.id == key).with_for_update()
    ).scalar_one_or_none() or get_period(session, key)
    if period.state is PeriodState.CLOSED:
        raise Conflict(reason=f"{text_of(key)} 已经结账")
    _close_opening(session, key, actor=actor, clock=clock)
    missing = [gate for gate in gates(session, key, extra=extra) if not gate.passed]
    if missing:
        raise GatesNotPassed(
            period=text_of(key),
            missing="；".join(f"{gate.name}（{gate.detail}）" for gate in missing),
        )
    generated = _post_closing_vouchers(session, key, actor=actor, clock=clock)
    _write_checkpoints(session, key)
    digest = _period_digest(session, key)
    period.state = PeriodState.CLOSED
    period.closed_by, period.closed_at, period.digest = actor, clock.now(), digest
    session.flush()
    policy.touch(session)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="period.close",
        subject=f"period:{text_of(key)}",
        detail={"closing_vouchers": generated, "digest": digest},
    )
    return generated


def _close_opening(session: Session, key: int, *, actor: str, clock: Clock) -> None:
    """Close what stands before January together with the first month that is closed."""
    opening = session.get(Period, key // 100 * 100)
    if opening is not None and opening.id != key and opening.state is PeriodState.OPEN:
        close(session, opening.id, actor=actor, clock=clock)


def closing_drafts(session: Session, key: int) -> list[VoucherDraft]:
    """Return the closing vouchers that a period needs now; none when nothing is open.

    One for unrestricted income, restricted income, unrestricted expenses, restricted expenses
    and the prior-period adjustment, each only when it has a balance.
    """
    known = catalogue.load(session)
    if not _closes_now(known, key):
        return []
    chart = known.period(key).chart
    rows = [
        (known.accounts[account_id], fund_id, amount)
        for (account_id, fund_id), amount in balances.balances_at(
            session, key, by_fund=True
        ).items()
        if known.accounts[account_id].chart == chart
    ]
    rows.sort(key=lambda row: (row[0].code, known.funds[row[1]].code))
    term = "本年" if known.policy.closing_frequency is ClosingFrequency.YEAR else "本月"
    wanted = (
        (f"结转{term}非限定性收入", _of(rows, AccountCategory.INCOME, restricted=False)),
        (f"结转{term}限定性收入", _of(rows, AccountCategory.INCOME, restricted=True)),
        (f"结转{term}非限定性费用", _of(rows, AccountCategory.EXPENSE, restricted=False)),
        (f"结转{term}限定性费用", _of(rows, AccountCategory.EXPENSE, restricted=True)),
        ("结转以前年度净资产调整", [r for r in rows if r[0].tag == "prior_period_adjustment"]),
    )
    last_day = date(key // 100, key % 100, 1) + relativedelta(months=1, days=-1)
    return [
        VoucherDraft(
            booked_on=last_day,
            summary=summary,
            lines=tuple(_closing_lines(known, chart, piece)),
            kind=VoucherKind.CLOSING,
            rule="closing",
        )
        for summary, part in wanted
        for piece in _pieces(part)
    ]


ClosingRow = tuple[AccountInfo, int, int]


def _of(
    rows: Sequence[ClosingRow], category: AccountCategory, *, restricted: bool
) -> list[ClosingRow]:
    return [
        row
        for row in rows
        if row[0].category is category and (row[0].restriction == "restricted") is restricted
    ]


def _pieces(rows: Sequence[ClosingRow]) -> list[list[ClosingRow]]:
    """Cut a long closing voucher between funds: a fund must balance within one voucher."""
    by_fund: dict[int, list[ClosingRow]] = {}
    for row in rows:
        by_fund.setdefault(row[1], []).append(row)
    pieces: list[list[ClosingRow]] = []
    size = _MAX_LINES + 1
    for members in by_fund.values():
        if size + len(members) > _MAX_LINES:
            pieces.append([])
            size = 0
        pieces[-1] += members
        size += len(members) + 2
    return [sorted(piece, key=lambda row: row[0].code) for piece in pieces]


def _closing_lines(known: Catalogue, chart: str, rows: Sequence[ClosingRow]) -> list[Line]:
    """Zero each account on the side away from its balance, and carry the rest to net assets."""
    unrestricted = known.tagged(chart, "net_asset_unrestricted")
    restricted = known.tagged(chart, "net_asset_restricted")
    emptied: list[Line] = []
    net: dict[tuple[int, int], int] = {}
    for account, fund_id, amount in rows:
        # An income account closes on the debit side and an expense account on the credit side,
        # also when its balance is the unusual one: turnover then shows a red figure.
        on_debit = account.category is AccountCategory.INCOME or (
            account.category is AccountCategory.NET_ASSET and amount < 0
        )
        if on_debit:
            emptied.append(debit(account.id, fund_id, -amount))
        else:
            emptied.append(credit(account.id, fund_id, amount))
        target = restricted if account.restriction == "restricted" else unrestricted
        pair = (target.id, fund_id)
        net[pair] = net.get(pair, 0) + amount
    from_income = bool(rows) and rows[0][0].category is AccountCategory.INCOME
    carried = []
    ordered = sorted(net.items(), key=lambda item: (item[0][0], known.funds[item[0][1]].code))
    for (account_id, fund_id), amount in ordered:
        if amount == 0:
            continue
        if from_income or (rows[0][0].category is AccountCategory.NET_ASSET and amount < 0):
            carried.append(credit(account_id, fund_id, -amount))
        else:
            carried.append(debit(account_id, fund_id, amount))
    first, second = (emptied, carried) if from_income else (carried, emptied)
    return first + second


def _closes_now(known: Catalogue, key: int) -> bool:
    if key % 100 == 0:
        return False
    return known.policy.closing_frequency is ClosingFrequency.MONTH or key % 100 == 12


def _post_closing_vouchers(session: Session, key: int, *, actor: str, clock: Clock) -> list[int]:
    drafts = closing_drafts(session, key)
    if not drafts:
        return []
    keys = draft(session, drafts, actor=SYSTEM_ACTOR, clock=clock)
    posting.post(session, keys, actor=actor, clock=clock, reviewing=True).require()
    return keys


def _write_checkpoints(session: Session, key: int) -> None:
    """Carry the last checkpoint forward by the movements since."""
    connection = session.connection()
    start = balances.last_checkpoint(session, key)
    known = catalogue.load(session)
    for table, by_fund in ((Checkpoint, True), (AccountCheckpoint, False)):
        columns = ["account_id", "fund_id"] if by_fund else ["account_id"]
        parts = [
            select(
                *(getattr(source, name) for name in columns),
                source.debit_minor,
                source.credit_minor,
            ).where(condition)
            for source, condition in (
                (table, table.period_id == start),
                (Movement, (Movement.period_id > start) & (Movement.period_id <= key)),
            )
        ]
        both = parts[0].union_all(parts[1]).subquery()
        keys = [both.c[name] for name in columns]
        connection.execute(
            insert(table).from_select(
                ["period_id", *columns, "debit_minor", "credit_minor"],
                select(
                    literal(key),
                    *keys,
                    func.sum(both.c.debit_minor),
                    func.sum(both.c.credit_minor),
                ).group_by(*keys),
            )
        )
    nets = balances.fund_nets(session, key)
    if nets:
        connection.execute(
            insert(FundCheckpoint),
            [
                {"period_id": key, "fund_id": fund_id, "net_minor": nets.get(fund_id, 0)}
                for fund_id in known.funds
            ],
        )


def _period_digest(session: Session, key: int) -> str:
    previous = session.execute(
        select(Period.digest)
        .where(Period.id < key, Period.state == PeriodState.CLOSED)
        .order_by(Period.id.desc())
        .limit(1)
    ).scalar()
    series = session.execute(
        select(VoucherSeries.word, VoucherSeries.last_number, VoucherSeries.head)
        .where(VoucherSeries.period_id == key)
        .order_by(VoucherSeries.word)
    )
    return chains.period_digest(previous or "", key, [list(row) for row in series])


def _previous_closed(session: Session, key: int) -> Gate:
    # What stands before January is closed together with the first month (`_close_opening`).
    earlier = session.execute(
        select(func.min(Period.id)).where(
            Period.id < key, Period.month > 0, Period.state == PeriodState.OPEN
        )
    ).scalar()
    detail = "以前期间均已结账" if earlier is None else f"{text_of(earlier)} 尚未结账"
    return Gate("上期已结账", earlier is None, detail)


def _nothing_waiting(session: Session, key: int) -> Gate:
    count = (
        session.execute(
            select(func.count())
            .select_from(Voucher)
            .where(
                Voucher.period_id.in_([key, key // 100 * 100]),
                Voucher.state.in_(_WAITING),
            )
        ).scalar()
        or 0
    )
    detail = "本期凭证均已记账" if not count else f"还有 {count} 张凭证未记账"
    return Gate("凭证全部记账", not count, detail)


def _converted(session: Session, key: int) -> list[Gate]:
    """In the first month under a new chart, the balances of the old one must have moved."""
    known = catalogue.load(session)
    before = known.periods.get((key // 100 - 1) * 100 + 12)
    chart = known.period(key).chart
    if key % 100 != 1 or before is None or before.chart == chart:
        return []
    left = [
        account_id
        for (account_id, _), amount in balances.balances_at(session, key // 100 * 100).items()
        if amount and known.accounts[account_id].chart != chart
    ]
    detail = (
        f"还有 {len(left)} 个旧科目有余额，请先生成并记账转换凭证"
        if left
        else "旧科目余额已转入新科目"
    )
    return [Gate("新旧科目余额已转换", not left, detail)]


def _balanced(session: Session, key: int) -> Gate:
    rows = balances.trial_balance(session, Span.of_period(key))
    difference = sum(row.closing_minor for row in rows)
    debits = sum(row.debit_minor for row in rows)
    credited = sum(row.credit_minor for row in rows)
    passed = difference == 0 and debits == credited
    detail = f"本期借方 {to_text(debits)}，贷方 {to_text(credited)}"
    return Gate("试算平衡", passed, detail)


def _agency(session: Session, key: int) -> Gate:
    known = catalogue.load(session)
    assets = [a.id for a in known.accounts.values() if is_agency_asset(a)]
    liabilities = [a.id for a in known.accounts.values() if a.tag == "agency_liability"]
    held = balances.account_balance(session, assets, key)
    owed = -balances.account_balance(session, liabilities, key)
    detail = f"受托代理资产 {to_text(held)}，受托代理负债 {to_text(owed)}"
    return Gate("受托代理资产等于受托代理负债", held == owed, detail)


def _adjustments_cleared(session: Session, key: int) -> Gate:
    """With monthly or yearly closing the generated vouchers clear 3201; else it must be zero."""
    known = catalogue.load(session)
    accounts = [a.id for a in known.accounts.values() if a.tag == "prior_period_adjustment"]
    amount = balances.account_balance(session, accounts, key)
    passed = amount == 0 or _closes_now(known, key) or key % 100 != 12
    return Gate("以前年度净资产调整已结转", passed, f"余额 {to_text(amount)}")


def is_agency_asset(account: AccountInfo) -> bool:
    """Agency assets are the account 受托代理资产 and the agency details of cash and bank."""
    return account.tag == "agency_asset" or "agency" in account.flags

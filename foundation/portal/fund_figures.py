"""What a fund did, from the books: received, spent, held; the years add up to the balance."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from foundation.gifts.models import Gift, GiftAllocation
from ledger import balances
from ledger.accounts import Account
from ledger.charts.definitions import AccountCategory
from ledger.errors import NotFound
from ledger.funds import Fund
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState


class UnknownOwnFund(NotFound):
    """The visitor gave nothing to such a fund."""

    code = "unknown_own_fund"
    message = "您没有捐赠给基金 {fund}"


@dataclass(frozen=True, slots=True)
class FundYear:
    """One year; `other_minor` is what came from or went to other funds and earlier years."""

    year: int
    opening_minor: int
    received_minor: int
    spent_minor: int
    other_minor: int
    closing_minor: int


@dataclass(frozen=True, slots=True)
class FundFigures:
    """A fund, the latest year first, and what it holds now."""

    code: str
    name: str
    years: tuple[FundYear, ...]
    balance_minor: int

    @property
    def received_minor(self) -> int:
        """What the fund received in all the years shown."""
        return sum(year.received_minor for year in self.years)

    @property
    def spent_minor(self) -> int:
        """What the fund spent in all the years shown."""
        return sum(year.spent_minor for year in self.years)


def of_fund(session: Session, code: str, gift_ids: Iterable[int]) -> FundFigures:
    """Return the figures of a fund to which one of the gifts went. Raises UnknownOwnFund."""
    if not code.isprintable():
        raise UnknownOwnFund(fund=code)
    fund = session.execute(
        select(Fund)
        .join(GiftAllocation, GiftAllocation.fund_id == Fund.id)
        .join(Gift, Gift.id == GiftAllocation.gift_id)
        .where(Fund.code == code, Gift.id.in_(sorted(gift_ids)))
        .limit(1)
    ).scalar()
    if fund is None:
        raise UnknownOwnFund(fund=code)
    flows = _flows(session, fund.id)
    years = []
    opening = balances.fund_nets(session, min(flows) * 100).get(fund.id, 0) if flows else 0
    for year in sorted(flows):
        received, spent = flows[year]
        closing = balances.fund_nets(session, year * 100 + 12).get(fund.id, 0)
        other = closing - opening - received + spent
        years.append(FundYear(year, opening, received, spent, other, closing))
        opening = closing
    held = balances.fund_nets(session).get(fund.id, 0)
    return FundFigures(fund.code, fund.name, tuple(reversed(years)), held)


def _flows(session: Session, fund_id: int) -> dict[int, tuple[int, int]]:
    """Return income and expense of a fund by year, before the generated closing vouchers."""
    undone = aliased(Voucher)
    is_closing = or_(
        Voucher.kind == VoucherKind.CLOSING,
        and_(undone.kind.is_not(None), undone.kind == VoucherKind.CLOSING),
    )
    rows = session.execute(
        select(VoucherLine.period_id, Account.category, func.sum(VoucherLine.amount_minor))
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .outerjoin(undone, undone.id == Voucher.reverses_id)
        .join(Account, Account.id == VoucherLine.account_id)
        .where(
            VoucherLine.fund_id == fund_id,
            Voucher.state == VoucherState.POSTED,
            ~is_closing,
        )
        .group_by(VoucherLine.period_id, Account.category)
        .order_by(VoucherLine.period_id, Account.category)
    )
    found: dict[int, tuple[int, int]] = {}
    for period_id, category, amount in rows:
        received, spent = found.get(period_id // 100, (0, 0))
        if category is AccountCategory.INCOME:
            received -= int(amount)
        elif category is AccountCategory.EXPENSE:
            spent += int(amount)
        found[period_id // 100] = (received, spent)
    return found

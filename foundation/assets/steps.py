"""What the registers share: vouchers that stand, gifts that goods came from, notes in the trail."""

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.assets.models import (
    AssetCard,
    Investment,
    InvestmentMovement,
    StockItem,
    StockMovement,
)
from foundation.gifts import service as gifts
from foundation.gifts.kinds import GiftKind
from foundation.gifts.models import Gift, reference
from foundation.posting_lines import Event
from ledger import catalogue, drafting, trail
from ledger.catalogue import AccountInfo, Catalogue
from ledger.charts.definitions import AccountFlag
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.funds import Restriction
from ledger.money import MAX_MINOR, to_text
from ledger.vouchers import Voucher, VoucherDraft, VoucherLine, VoucherState, stands

_NUMBER = re.compile(r"[\w][\w.-]*")
_LABEL = re.compile(r"(\w{1,4})-(\d{4})-(\d{2})-(\d{4,6})")
IN_KIND = frozenset({GiftKind.IN_KIND, GiftKind.NOMINAL, GiftKind.EQUITY, GiftKind.AGENCY})


class UnknownThing(NotFound):
    """No register has this number."""

    code = "unknown_asset"
    message = "登记簿中没有编号“{number}”"


class StillBooked(Conflict):
    """What has a voucher is undone only after the voucher."""

    code = "asset_still_booked"
    message = "凭证仍然有效；请先作废草稿或红字冲销，再撤销登记"


def require_gone(session: Session, voucher_id: int | None) -> None:
    """Refuse to undo what is still in the books. Raises StillBooked."""
    if voucher_id is not None and stands(session, voucher_id):
        raise StillBooked


def money_account(known: Catalogue, on: date, code: str) -> AccountInfo:
    """Return an account of our own money. Raises UnknownAccount, UnknownPeriod, InvalidInput."""
    account = known.account(known.period(month_of(on)).chart, code)
    if AccountFlag.CASH not in account.flags or "agency" in account.flags:
        raise InvalidInput(
            field="收付款账户", reason=f"{account.full_name}不是本单位的货币资金科目"
        )
    return account


def account_on(known: Catalogue, account_id: int, on: date) -> AccountInfo:
    """Return the account that stands for one of an earlier chart on a date."""
    account = known.accounts[account_id]
    chart = known.period(month_of(on)).chart
    return account if account.chart == chart else known.tagged(chart, account.tag)


def spendable_fund(known: Catalogue, code: str) -> int:
    """Return the key of a fund whose assets may be used up. Raises UnknownFund, InvalidInput."""
    fund = known.fund(code)
    if fund.restriction is Restriction.PERMANENT:
        raise InvalidInput(field="基金", reason="留本基金的本金不能消耗，请选择其他基金")
    return fund.id


def month_of(on: date) -> int:
    """Return the key of the period of a day."""
    return on.year * 100 + on.month


def not_future(on: date, clock: Clock) -> None:
    """Refuse a day that has not come. Raises InvalidInput."""
    if on > clock.today():
        raise InvalidInput(field="日期", reason="不能晚于今天")


def positive(field: str, value: int) -> int:
    """Return a number that is greater than zero and not absurd. Raises InvalidInput."""
    if not 0 < value <= MAX_MINOR:
        raise InvalidInput(field=field, reason="应大于零")
    return value


def filled_in(field: str, value: str, *, longest: int = 200) -> str:
    """Return a text without spaces around it. Raises InvalidInput."""
    stripped = value.strip()
    if not stripped or len(stripped) > longest:
        raise InvalidInput(field=field, reason=f"不能为空，最多 {longest} 字")
    return stripped


def numbered(value: str) -> str:
    """Return a number of a register, which also stands in addresses. Raises InvalidInput."""
    stripped = filled_in("编号", value, longest=32)
    if not _NUMBER.fullmatch(stripped):
        raise InvalidInput(field="编号", reason="只能用文字、数字和 - _ .")
    return stripped


def gift_of(
    session: Session, text: str, *, fund_id: int, tag: str, minor: int, on: date | None = None
) -> Gift:
    """Return the gift that something came from; its value is registered once only.

    Raises UnknownGift, InvalidInput when kind, account or fund differ, Conflict when more is
    registered than was given.
    """
    gift = gifts.get_gift(session, gifts.find_key(session, text))
    known = catalogue.load(session)
    if gift.kind not in IN_KIND or known.accounts[gift.account_id].tag != tag:
        raise InvalidInput(field="捐赠编号", reason="该捐赠不是记入此类科目的非货币捐赠")
    if on is not None and gift.received_on > on:
        raise InvalidInput(field="日期", reason="不能早于捐赠收到日期")
    share = dict(gifts.allocations_of(session, gift.id)).get(fund_id)
    if share is None:
        raise InvalidInput(field="基金", reason="该捐赠没有分配到此基金")
    registered = _registered(session, gift.id, fund_id)
    if registered + minor > share:
        raise Conflict(
            reason=f"捐赠 {reference(gift.id, gift.received_on)} 分配到此基金 {to_text(share)}，"
            f"已登记 {to_text(registered)}，不能再登记 {to_text(minor)}"
        )
    return gift


def _registered(session: Session, gift_id: int, fund_id: int) -> int:
    """What of a gift the registers hold already, in one fund."""
    cards = select(func.coalesce(func.sum(AssetCard.cost_minor), 0)).where(
        AssetCard.gift_id == gift_id, AssetCard.fund_id == fund_id
    )
    goods = (
        select(func.coalesce(func.sum(StockMovement.value_minor), 0))
        .join(StockItem, StockItem.id == StockMovement.item_id)
        .where(StockMovement.gift_id == gift_id, StockItem.fund_id == fund_id)
    )
    shares = (
        select(func.coalesce(func.sum(InvestmentMovement.value_minor), 0))
        .join(Investment, Investment.id == InvestmentMovement.investment_id)
        .where(InvestmentMovement.gift_id == gift_id, Investment.fund_id == fund_id)
    )
    return sum(int(session.execute(query).scalar_one()) for query in (cards, goods, shares))


def event(on: date, summary: str, *, cash_flow_item_id: int | None = None) -> Event:
    """Return the event of a register, with its one document."""
    return Event(on=on, summary=summary[:300], cash_flow_item_id=cash_flow_item_id)


def book(session: Session, voucher: VoucherDraft, *, actor: str, clock: Clock) -> int:
    """Draft one voucher, submitted for review, and return its key."""
    (voucher_id,) = drafting.draft(session, [voucher], actor=actor, clock=clock)
    return voucher_id


@dataclass(frozen=True, slots=True)
class Booked:
    """What a voucher does to one kind of account in one fund; debit positive, fen."""

    tag: str
    fund_id: int
    minor: int


def settle(
    session: Session,
    draft: VoucherDraft,
    named: str | None,
    *,
    place: Booked,
    actor: str,
    clock: Clock,
) -> int:
    """Return the voucher of an act: the one that is named, or else the draft, booked now."""
    if named:
        return booked(session, named, place)
    return book(session, draft, actor=actor, clock=clock)


def booked(session: Session, text: str, place: Booked) -> int:
    """Return the key of a posted voucher, named by its number, that books what an act says.

    For what was booked before it came into the register. Raises InvalidInput when the voucher
    is unknown, books something else, or stands in a register already.
    """
    found = find_voucher(session, text)
    known = catalogue.load(session)
    accounts = [key for key, account in known.accounts.items() if account.tag == place.tag]
    sums = select(func.coalesce(func.sum(VoucherLine.amount_minor), 0)).where(
        VoucherLine.voucher_id == found,
        VoucherLine.fund_id == place.fund_id,
        VoucherLine.account_id.in_(accounts),
    )
    left = int(session.execute(sums).scalar_one()) - _taken(session, found, place)
    if abs(left) < abs(place.minor) or (left > 0) is not (place.minor > 0):
        raise InvalidInput(
            field="凭证", reason=f"该凭证此科目和基金尚未登记的金额为 {to_text(left)}"
        )
    return found


def find_voucher(session: Session, text: str) -> int:
    """Return the key of a posted voucher that stands, by its number. Raises InvalidInput."""
    named = _LABEL.fullmatch(text.strip())
    found = (
        session.scalar(
            select(Voucher.id).where(
                Voucher.word == named[1],
                Voucher.period_id == int(named[2]) * 100 + int(named[3]),
                Voucher.number == int(named[4]),
                Voucher.state == VoucherState.POSTED,
            )
        )
        if named
        else None
    )
    if found is None or not stands(session, found):
        raise InvalidInput(field="凭证", reason="没有此凭证，应写作 记-2026-03-0007")
    return found


def _taken(session: Session, voucher_id: int, place: Booked) -> int:
    """What the registers have of a voucher on these accounts in this fund already."""
    is_due = place.tag == "other_receivable"
    moved = InvestmentMovement.due_minor if is_due else InvestmentMovement.value_minor
    holder = func.coalesce(Investment.income_fund_id, Investment.fund_id)
    shares = (
        select(func.coalesce(func.sum(moved), 0))
        .join(Investment, Investment.id == InvestmentMovement.investment_id)
        .where(
            InvestmentMovement.voucher_id == voucher_id,
            (holder if is_due else Investment.fund_id) == place.fund_id,
        )
    )
    goods = (
        select(func.coalesce(func.sum(StockMovement.value_minor), 0))
        .join(StockItem, StockItem.id == StockMovement.item_id)
        .where(StockMovement.voucher_id == voucher_id, StockItem.fund_id == place.fund_id)
    )
    return sum(int(session.execute(query).scalar_one()) for query in (shares, goods))


def note(
    session: Session,
    action: str,
    subject: str,
    *,
    actor: str,
    clock: Clock,
    reason: str | None = None,
    **detail: object,
) -> None:
    """Write what was done into the trail."""
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=subject,
        reason=reason,
        detail=detail,
    )

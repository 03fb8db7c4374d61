"""How amounts, dates and states are written for people: the filters that every template has."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask

from foundation.http import context
from foundation.http.languages import mark, translate
from foundation.users.models import Role
from ledger import money, periods
from ledger.funds import Restriction
from ledger.periods import PeriodState
from ledger.vouchers import VoucherState

NOTHING = "–"
MINUS = "\N{MINUS SIGN}"

# Words for states, and the tone of their badge; the word always says it, colour only repeats it.
LABELS: dict[str, tuple[str, str]] = {
    VoucherState.DRAFT: (mark("草稿"), "plain"),
    VoucherState.SUBMITTED: (mark("待审核"), "waiting"),
    VoucherState.REVIEWED: (mark("已审核"), "waiting"),
    VoucherState.POSTED: (mark("已记账"), "done"),
    VoucherState.DISCARDED: (mark("已作废"), "muted"),
    PeriodState.OPEN: (mark("未结账"), "plain"),
    PeriodState.CLOSED: (mark("已结账"), "done"),
    Restriction.NONE: (mark("非限定"), "plain"),
    Restriction.PURPOSE: (mark("用途限定"), "plain"),
    Restriction.TIME: (mark("时间限定"), "plain"),
    Restriction.PERMANENT: (mark("永久限定（留本）"), "plain"),
    Role.ADMINISTRATOR: (mark("管理员"), "plain"),
    Role.ACCOUNTANT: (mark("会计"), "plain"),
    Role.REVIEWER: (mark("审核"), "plain"),
    Role.CASHIER: (mark("出纳"), "plain"),
    Role.AUDITOR: (mark("审计"), "plain"),
    Role.DONOR: (mark("捐赠人"), "plain"),
    "active": (mark("启用"), "done"),
    "inactive": (mark("停用"), "muted"),
    "expired": (mark("已到期"), "muted"),
    "cancelled": (mark("已取消"), "muted"),
    "corrected": (mark("已更正"), "muted"),
    "refunded": (mark("已退回"), "alert"),
    "revoked": (mark("已撤销"), "muted"),
    "overdue": (mark("逾期"), "alert"),
    "duty_done": (mark("已完成"), "done"),
    "due_soon": (mark("即将到期"), "waiting"),
    "not_due": (mark("未到期"), "plain"),
    "unrecorded": (mark("未登记"), "muted"),
}


def install(app: Flask) -> None:
    """Give the filters to templates."""
    app.jinja_env.filters.update(
        money=amount, day=day, moment=moment, period=periods.text_of, label=label, tone=tone
    )


def amount(minor: int | None, *, zero: str = NOTHING) -> str:
    """Write minor units with separators; zero as a dash, as books do; nothing for None."""
    if minor is None:
        return ""
    if minor == 0:
        return zero
    return money.grouped(minor).replace("-", MINUS)


def day(value: date | None) -> str:
    """Write a date."""
    return value.isoformat() if value else NOTHING


def moment(value: datetime | None) -> str:
    """Write a timestamp in the organisation's time zone."""
    if value is None:
        return NOTHING
    zone = ZoneInfo(context.services().clock.zone)
    return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def label(value: str) -> str:
    """Say a state in the reader's language."""
    word, _ = LABELS.get(value, (value, ""))
    return translate(word)


def tone(value: str) -> str:
    """Return the tone of a state's badge."""
    return LABELS.get(value, ("", "plain"))[1]

"""Who gives in a month: people as they like, donors with a habit, single occasions, registers."""

import csv
import io
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from foundation.demo.events import Correction, Event, Foreign, Gift, Refund, Register
from foundation.demo.months import Month
from foundation.demo.plan import ANONYMOUS, Giver, Occasion, Plan, SmallGifts, TakingBack, fen
from foundation.gifts.kinds import GiftKind, GiftMethod, RefundCause
from ledger import money

_MONTHLY_DAY = 8
_ANONYMOUS_PERCENT = 3
_HEADER = ("日期", "捐赠人", "金额（元）", "交易流水号", "备注")


def tell(plan: Plan, month: Month) -> Iterator[Event]:
    """Yield everything that is given in a month, and what is taken back."""
    yield from _people(plan, month)
    yield from _monthly(plan, month)
    yield from _givers(plan, month)
    for occasion in plan.occasions:
        is_now = month.is_in(occasion.years) and occasion.day[0] == month.number
        if is_now and month.chart != occasion.until:
            yield _occasion(occasion, month)
    for small in plan.registers:
        if small.month == month.number:
            yield _register(plan, small, month)
    yield from _taken_back(plan, month)


def _people(plan: Plan, month: Month) -> Iterator[Gift]:
    rng = month.random("people")
    for _ in range(plan.season.per_month[month.number - 1]):
        fund, yuan, day = _choice(plan, month, rng)
        hidden = rng.randrange(100) < _ANONYMOUS_PERCENT
        on = month.day(day)
        yield Gift(
            on=on,
            donor=ANONYMOUS if hidden else rng.choice(plan.people.names),
            shares=((fund, fen(yuan)),),
            method=GiftMethod(_pick(rng, plan.season.methods)),
            is_anonymous=hidden,
            reference=f"{on:%Y%m%d}{rng.randrange(10**8):08d}",
        )


def _choice(plan: Plan, month: Month, rng: Random) -> tuple[str, int, int]:
    """Return fund, yuan and day of a gift; the anniversary draws most gifts of its month."""
    season = plan.season
    feast = season.anniversary
    if month.number == feast["month"] and rng.randrange(100) < feast["share"]:
        # Most of them come close to the day itself.
        day = round(rng.triangular(1, 31, feast["day"]))
        return feast["fund"], rng.choice(feast["yuan"]), day
    opened = {fund.code: fund.opened for fund in plan.funds}
    weights = {
        code: weight
        for code, weight in season.funds.items()
        if not _is_too_early(month, opened.get(code))
    }
    return (
        _pick(rng, weights),
        rng.choices(season.amounts["yuan"], season.amounts["weight"])[0],
        rng.randint(1, 28),
    )


def _is_too_early(month: Month, opened: tuple[int, int] | None) -> bool:
    return opened is not None and month.index < opened[0] - 1


def _monthly(plan: Plan, month: Month) -> Iterator[Gift]:
    for name, yuan in plan.people.monthly_yuan.items():
        yield Gift(
            on=month.day(_MONTHLY_DAY),
            donor=name,
            shares=(("AID", fen(yuan)),),
            method=GiftMethod.ONLINE,
            reference=f"YJ{month.key}{plan.people.names.index(name):04d}",
            note="月捐",
        )


def _givers(plan: Plan, month: Month) -> Iterator[Gift]:
    for giver in (*plan.organisations, *plan.groups):
        if month.is_in(giver.years) and giver.day[0] == month.number:
            yield _habit(giver, month)


def _habit(giver: Giver, month: Month) -> Gift:
    on = month.day(giver.day[1])
    return Gift(
        on=on,
        donor=giver.name,
        shares=((giver.fund, fen(giver.yuan)),),
        agreement=giver.agreement.format(signed=month.first_year) or None,
        reference=f"{on:%Y%m%d}{month.random(giver.name).randrange(10**8):08d}",
    )


def _occasion(occasion: Occasion, month: Month) -> Gift:
    minor = fen(occasion.yuan)
    shares = [(occasion.fund, minor - fen(occasion.split_yuan))]
    if occasion.split_fund:
        shares.append((occasion.split_fund, fen(occasion.split_yuan)))
    foreign = None
    if occasion.currency:
        original = money.parse(occasion.original, occasion.currency)
        foreign = Foreign(original, occasion.currency, occasion.rate)
    return Gift(
        on=month.day(occasion.day[1]),
        donor=occasion.donor.format(year=month.year),
        shares=tuple(shares),
        kind=GiftKind(occasion.kind),
        method=GiftMethod(occasion.method),
        place=occasion.place,
        is_anonymous=occasion.is_anonymous,
        note=occasion.note,
        item=occasion.item,
        quantity=occasion.quantity,
        evidence=occasion.evidence,
        expense=occasion.expense,
        recipient=occasion.recipient,
        foreign=foreign,
        mark=occasion.mark,
    )


def _register(plan: Plan, small: SmallGifts, month: Month) -> Register:
    """Write the file that the platform would send: dated rows and their total."""
    rng = month.random(small.title)
    platform = plan.season.platform
    # Whoever is known by an identity number is not known to the platform.
    names = [name for name in plan.people.names if name not in plan.people.id_number]
    rows = []
    for _ in range(small.rows):
        hidden = rng.randrange(100) < platform["anonymous"]
        rows.append(
            (
                month.day(rng.choice((3, 5, 9, 12, 16, 18, 19, 21, 24, 27))).isoformat(),
                ANONYMOUS if hidden else rng.choice(names),
                rng.choices(platform["yuan"], platform["weight"])[0],
            )
        )
    rows.sort()
    total = sum(fen(yuan) for _, _, yuan in rows)
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow((f"{small.title}明细（{month.year}年{month.number}月）",))
    writer.writerow(_HEADER)
    for number, (day, name, yuan) in enumerate(rows, start=1):
        writer.writerow((day, name, f"{yuan}.00", f"XS{month.key}{number:05d}", small.title))
    writer.writerow(("合计", "", money.to_text(total)))
    return Register(
        on=month.last_day,
        fund=small.fund,
        file_name=f"线上捐赠明细-{month.year}-{month.number:02d}.csv",
        text=stream.getvalue(),
        rows=len(rows),
        minor=total,
    )


def _taken_back(plan: Plan, month: Month) -> Iterator[Event]:
    for refund in plan.refunds:
        if month.is_in(refund.years) and refund.day[0] == month.number:
            yield Refund(
                on=month.day(refund.day[1]),
                mark=refund.mark,
                fund=_marked(plan, refund).fund,
                minor=fen(refund.yuan),
                cause=RefundCause(refund.cause),
                reason=refund.reason,
            )
    for correction in plan.corrections:
        if month.is_in(correction.years) and correction.day[0] == month.number:
            wrong = _marked(plan, correction)
            yield Correction(
                on=month.day(correction.day[1]),
                mark=correction.mark,
                fund=wrong.fund,
                wrong_minor=fen(wrong.yuan),
                right_minor=fen(correction.yuan),
                reason=correction.reason,
            )


def _marked(plan: Plan, taken: TakingBack) -> Occasion:
    return next(occasion for occasion in plan.occasions if occasion.mark == taken.mark)


def _pick(rng: Random, weights: Mapping[str, Any]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]

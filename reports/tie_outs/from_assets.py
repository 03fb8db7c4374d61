"""Control totals of the registers of assets: investments (CT29) and fixed assets (CT31)."""

from collections.abc import Mapping

from sqlalchemy import exists, select

from foundation.assets import queries
from foundation.assets.models import AssetCard, AssetKind, Investment
from ledger.charts.definitions import AccountTag
from reports.statements.books import CLASSES, total
from reports.tie_outs.definitions import Gap, Question, Sides

_HELD = (
    AccountTag.SHORT_TERM_INVESTMENT,
    AccountTag.SHORT_TERM_INVESTMENT_ALLOWANCE,
    AccountTag.LONG_TERM_EQUITY,
    AccountTag.LONG_TERM_DEBT_INVESTMENT,
    AccountTag.OTHER_LONG_TERM_INVESTMENT,
    AccountTag.LONG_TERM_INVESTMENT_ALLOWANCE,
)


def investments(question: Question) -> Sides | None:
    """CT29: what the register holds and earned in the year, and the books."""
    period = question.parameters.period
    first = period.first_day.replace(month=1, day=1)
    rows = queries.list_investments(question.session, first, period.last_day)
    carrying = sum(row.carrying_minor for row in rows)
    income = sum(row.income_minor for row in rows)
    activity = question.frame.books.activity(period.to_date.span, releases_used=False)
    earned = -sum(total(activity[name].get(AccountTag.INVESTMENT_INCOME, ())) for name in CLASSES)
    sides = {
        "账面价值": (carrying, _balance(question, _HELD)),
        "投资收益": (income, earned),
    }
    is_kept = question.session.execute(select(exists(select(Investment.id)))).scalar_one()
    return _compared(sides, is_kept=bool(is_kept))


def fixed_assets(question: Question) -> Sides | None:
    """CT31: cost and depreciation of the cards, and the books."""
    rows = [
        row
        for row in queries.list_cards(question.session, question.parameters.period.last_day)
        if row.card.kind is AssetKind.FIXED
    ]
    sides = {
        "原价": (
            sum(row.cost_minor for row in rows),
            _balance(question, (AccountTag.FIXED_ASSET,)),
        ),
        "累计折旧": (
            sum(row.charged_minor for row in rows),
            -_balance(question, (AccountTag.ACCUMULATED_DEPRECIATION,)),
        ),
    }
    query = select(exists(select(AssetCard.id).where(AssetCard.kind == AssetKind.FIXED)))
    return _compared(sides, is_kept=bool(question.session.execute(query).scalar_one()))


def _balance(question: Question, tags: tuple[AccountTag, ...]) -> int:
    """What the accounts of some tags come to at the end of the period, debit positive."""
    position = question.frame.books.position(question.parameters.period.last)
    return sum(total(position.get(tag, ())) for tag in tags)


def _compared(sides: Mapping[str, tuple[int, int]], *, is_kept: bool) -> Sides | None:
    """Put the figures together; without a register the books alone prove nothing."""
    if not is_kept and any(right for _, right in sides.values()):
        return None
    gaps = tuple(Gap(word, left - right) for word, (left, right) in sides.items() if left != right)
    return Sides(
        sum(left for left, _ in sides.values()), sum(right for _, right in sides.values()), gaps
    )

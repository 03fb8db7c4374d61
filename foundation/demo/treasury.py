"""What the foundation does with money that it does not need yet, and what that brings."""

from collections.abc import Iterator

from foundation.demo.events import BANK, Act, Addition, Event, Redemption, exchange
from foundation.demo.months import Month
from foundation.demo.plan import Plan, fen
from foundation.demo.purses import Purses

_SHORT, _BONDS = "short_term_investment", "long_term_debt_investment"
_DAYS_UNTIL_RECEIVED = 5


class Treasury:
    """Remembers what each investment cost until it comes back."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._costs: dict[int, int] = {}

    def tell(self, month: Month, left: Purses) -> Iterator[Event]:
        """Yield purchases, redemptions and interest of a month; purchases take from `left`."""
        yield from self._opening(month)
        yield from self._short_term(month, left)
        yield from self._endowment(month, left)
        yield from self._deposits(month, left)

    def _opening(self, month: Month) -> Iterator[Event]:
        held = self._plan.tables["treasury"]["opening"]
        if month.is_at(0, held["day"][0]):
            yield self._redeemed(
                month, held["day"][1], held["fund"], fen(held["cost"]), held["basis_points"]
            )

    def _short_term(self, month: Month, left: Purses) -> Iterator[Event]:
        table = self._plan.tables["treasury"]
        step = fen(table["step"])
        for number, one in enumerate(self._plan.investments):
            if month.is_at(*one.bought[:2]):
                most = left.cash(one.fund) * table["cash_share"] // 100
                cost = min(fen(one.yuan), most) // step * step
                if cost > 0:
                    self._costs[number] = cost
                    yield self._bought(month, one.bought[2], _SHORT, one.fund, cost, left)
            cost = self._costs.get(number, 0)
            if month.is_at(*one.redeemed[:2]) and cost:
                yield self._redeemed(month, one.redeemed[2], one.fund, cost, one.basis_points)

    def _endowment(self, month: Month, left: Purses) -> Iterator[Event]:
        table = self._plan.tables["endowment"]
        principal, income = table["principal"], table["income"]
        bonds = left.of(_BONDS, principal)
        step = fen(table["step"])
        cost = left.cash(principal) // step * step
        if month.number == table["bought"][0] and cost > 0:
            yield self._bought(month, table["bought"][1], _BONDS, principal, cost, left)
        redeemed = fen(table["redeemed_yuan"])
        if month.number == table["redeemed"][0] and bonds >= redeemed:
            yield Redemption(
                on=month.day(table["redeemed"][1]),
                summary="留本基金国债到期兑付，收益按协议用于青年教师支持",
                place=_BONDS,
                fund=principal,
                income_fund=income,
                cost=redeemed,
                proceeds=redeemed + fen(table["gain_yuan"]),
                item=self._plan.item("redeemed"),
            )
        if month.number in table["interest_months"]:
            interest = bonds * table["interest_basis_points"] // 10_000
            day = table["interest_day"]
            yield Act(
                on=month.day(day),
                rule="interest.accrued",
                summary="确认留本基金国债利息（协议限定用于青年教师支持）",
                rows=exchange("other_receivable", "investment_income", income, interest),
            )
            yield Act(
                on=month.day(day + _DAYS_UNTIL_RECEIVED),
                rule="interest.received",
                summary="收到留本基金国债利息",
                rows=exchange(BANK, "other_receivable", income, interest),
                item=self._plan.item("yields"),
            )
        addition = fen(table["addition_yuan"])
        if month.number == table["addition"][0] and left.free(income) >= addition:
            yield Addition(
                on=month.day(table["addition"][1]),
                summary="按捐赠协议将部分留本收益转入本金",
                income_fund=income,
                principal=principal,
                minor=addition,
            )

    def _deposits(self, month: Month, left: Purses) -> Iterator[Event]:
        table = self._plan.tables["deposit"]
        if month.number in table["months"]:
            minor = left.cash() * table["hundred_thousandths"] // 100_000
            yield Act(
                on=month.day(table["day"]),
                rule="interest.deposit",
                summary=f"收到{month.number // 3}季度银行存款利息",
                rows=exchange(BANK, "other_income", "GEN", minor),
                item=self._plan.item("other_received"),
            )

    def _bought(
        self, month: Month, day: int, place: str, fund: str, cost: int, left: Purses
    ) -> Act:
        what = "银行理财产品" if place == _SHORT else "储蓄国债"
        act = Act(
            on=month.day(day),
            rule="investment.bought",
            summary=f"购买{what}",
            rows=exchange(place, BANK, fund, cost),
            item=self._plan.item("invested"),
            attachments=2,
        )
        left.burden(act.rows)
        return act

    def _redeemed(
        self, month: Month, day: int, fund: str, cost: int, basis_points: int
    ) -> Redemption:
        return Redemption(
            on=month.day(day),
            summary="赎回银行理财产品",
            place=_SHORT,
            fund=fund,
            income_fund=fund,
            cost=cost,
            proceeds=cost + cost * basis_points // 10_000,
            item=self._plan.item("redeemed"),
        )

"""Refuse to spend more of a restricted fund than it holds.

The balance of a fund is its net assets with the income and expenses not yet closed. The funds
that a set of vouchers would reduce are locked in one order and read once; the effects of the
set are then carried along in booking order.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import balances
from ledger.catalogue import Catalogue
from ledger.charts.definitions import AccountCategory
from ledger.errors import Conflict
from ledger.funds import Fund, Restriction
from ledger.money import to_text

CLAIMS_ON_FUND = frozenset(
    {AccountCategory.NET_ASSET, AccountCategory.INCOME, AccountCategory.EXPENSE}
)


class FundOverspent(Conflict):
    """A restricted fund would go below zero."""

    code = "fund_overspent"
    message = "限定性基金“{fund}”余额不足：现有 {balance}，本凭证需要 {needed}"


class Spending:
    """What restricted funds hold while one set of vouchers is admitted one after another."""

    def __init__(
        self, session: Session, known: Catalogue, lines: Mapping[int, Iterable[Any]]
    ) -> None:
        self._known = known
        self._effects = {key: _effects(known, rows) for key, rows in lines.items()}
        self._held: dict[int, int] = {}
        if not known.policy.overspending_refused:
            return
        reduced = sorted(
            {
                fund_id
                for effects in self._effects.values()
                for fund_id, effect in effects.items()
                if effect < 0 and known.funds[fund_id].restriction is not Restriction.NONE
            }
        )
        if reduced:
            # Not FOR UPDATE: that would wait for everybody who is just writing a line of the
            # fund, and two who do both would wait for each other.
            session.execute(
                select(Fund.id)
                .where(Fund.id.in_(reduced))
                .order_by(Fund.id)
                .with_for_update(key_share=True)
            ).all()
            held = balances.fund_nets(session)
            self._held = {fund_id: held.get(fund_id, 0) for fund_id in reduced}

    def admit(self, voucher_id: int) -> FundOverspent | None:
        """Return why this voucher may not be posted, or None and remember its effect."""
        effects = self._effects[voucher_id]
        for fund_id, effect in effects.items():
            held = self._held.get(fund_id)
            if held is not None and effect < 0 and held + effect < 0:
                return FundOverspent(
                    fund=self._known.funds[fund_id].code,
                    balance=to_text(held),
                    needed=to_text(-effect),
                )
        for fund_id, effect in effects.items():
            if fund_id in self._held:
                self._held[fund_id] += effect
        return None


def _effects(known: Catalogue, lines: Iterable[Any]) -> dict[int, int]:
    effects: dict[int, int] = {}
    for line in lines:
        if known.accounts[line.account_id].category in CLAIMS_ON_FUND:
            effects[line.fund_id] = effects.get(line.fund_id, 0) - line.amount_minor
    return effects

"""The registers of the story: its assets, goods and investments, taken over from its vouchers.

The story books everything by vouchers; here each thing gets its card, and each card names the
voucher that booked it, as a foundation does that begins a register later than its books.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.assets import (
    cards,
    depreciation,
    investment_moves,
    investments,
    rules,
    services,
    stock,
)
from foundation.assets.cards import CardInput
from foundation.assets.investments import TAGS, InvestmentInput
from foundation.assets.models import AssetKind, InvestmentKind
from foundation.demo.plan import fen
from foundation.gifts.models import Gift, reference
from ledger import catalogue
from ledger.clock import Clock
from ledger.money import split
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState, label

_ADMINISTRATOR = "admin"
_KINDS = {tag: kind for kind, tag in TAGS.items()}


@dataclass(slots=True)
class _Holding:
    """An investment of the register while its story is read."""

    number: str
    tag: str
    fund: int
    left: int


@dataclass(frozen=True, slots=True)
class _Booked:
    """What one voucher did to one kind of account in one fund."""

    number: str
    on: date
    rule: str
    tag: str
    fund: int
    minor: int
    income: int


def keep(session: Session, *, year: int, actor: str, clock: Clock) -> None:
    """Write every register; `year` is the first of the story."""
    _Keeper(session, year, actor, clock).keep()


class _Keeper:
    """Remembers what is held while the vouchers are read in their order."""

    def __init__(self, session: Session, year: int, actor: str, clock: Clock) -> None:
        self._session = session
        self._year = year
        self._who: dict[str, Any] = {"actor": actor, "clock": clock}
        text = resources.files(f"{__package__}.data").joinpath("registers.toml")
        self._plan: dict[str, Any] = tomllib.loads(text.read_text("utf-8"))
        self._known = catalogue.load(session)
        self._held: list[_Holding] = []

    def keep(self) -> None:
        """Write every register."""
        level = self._plan["level"]
        rules.enter_level(
            self._session,
            from_on=date(self._year, 1, 1),
            from_minor=fen(level["yuan"]),
            source=level["source"],
            actor=_ADMINISTRATOR,
            clock=self._who["clock"],
        )
        self._cards()
        self._months()
        self._goods()
        self._investments()
        self._services()

    def _day(self, parts: list[int]) -> date:
        return date(self._year + parts[0], parts[1], parts[2])

    def _cards(self) -> None:
        for one in self._plan["card"]:
            gift = next(self._gifts(one["gift"]), None) if "gift" in one else None
            if self._day(one["acquired"]) > self._who["clock"].today():
                continue
            entry = CardInput(
                number=one["number"],
                name=one["name"],
                kind=AssetKind.FIXED,
                acquired_on=self._day(one["acquired"]),
                cost_minor=fen(one["yuan"]),
                life_months=one["months"],
                fund=one["fund"],
                used_by=one["used_by"],
                custody=one["custody"],
                evidence=one["evidence"],
                gift=reference(gift.id, gift.received_on) if gift is not None else None,
                charged_before_minor=fen(one.get("before_yuan", 0)),
                expense_tag=one["expense"],
                units=one.get("units", 1),
            )
            cards.register(self._session, entry, **self._who)

    def _months(self) -> None:
        """The months that the story charged by hand."""
        for voucher in self._vouchers(Voucher.rule == "depreciation"):
            depreciation.run(self._session, voucher.period_id, voucher=_label(voucher), **self._who)

    def _goods(self) -> None:
        for one in self._plan["goods"]:
            stock.open_item(
                self._session,
                number=one["number"],
                name=one["item"],
                unit=one["unit"],
                fund=one["fund"],
                custody=one["custody"],
                on=date(self._year, 1, 1),
                recipient=one.get("recipient"),
                **self._who,
            )
            for gift in self._gifts(one["item"]):
                stock.receive(
                    self._session,
                    one["number"],
                    on=gift.received_on,
                    quantity=one["quantity"],
                    value_minor=gift.amount_minor,
                    gift=reference(gift.id, gift.received_on),
                    evidence=f"验收单 {one['number']}-{gift.received_on:%Y%m}",
                    **self._who,
                )
            tag = "agency_asset" if "recipient" in one else "inventory"
            fund = self._known.fund(one["fund"]).id
            for booked in self._booked({tag}):
                if booked.fund == fund and booked.minor < 0:
                    stock.issue(
                        self._session,
                        one["number"],
                        on=booked.on,
                        quantity=one["quantity"],
                        party=one["party"],
                        evidence=f"签收单 {one['number']}-{booked.on:%Y%m}",
                        voucher=booked.number,
                        **self._who,
                    )

    def _investments(self) -> None:
        for booked in self._booked(set(_KINDS) | {"other_receivable"}):
            if booked.tag == "other_receivable":
                self._interest(booked)
            elif booked.minor > 0:
                self._bought(booked)
            else:
                self._redeemed(booked)

    def _bought(self, booked: _Booked) -> None:
        product = next(one for one in self._plan["product"] if one["tag"] == booked.tag)
        number = f"TZ-{booked.on.year}-{len(self._held) + 1:02d}"
        gift = self._session.scalar(
            select(Gift)
            .join(Voucher, Voucher.id == Gift.voucher_id)
            .where(Gift.kind == "equity", Gift.received_on == booked.on)
        )
        fund = self._known.funds[booked.fund]
        days = product["days"]
        is_endowment = fund.code == "ENDOW"
        entry = InvestmentInput(
            number=number,
            product=product["name"],
            kind=InvestmentKind(_KINDS[booked.tag]),
            trustee=product["trustee"],
            licence=product["licence"],
            risk=product["risk"],
            starts_on=booked.on,
            matures_on=booked.on + timedelta(days=days) if days else None,
            fund=fund.code,
            income_fund="ENDINC" if is_endowment else None,
            cost_minor=booked.minor,
            evidence=f"确认书 {number}",
            resolution=f"理事会决议〔{booked.on.year}〕{booked.on.month}号",
            gift=reference(gift.id, gift.received_on) if gift is not None else None,
            voucher=None if gift is not None else booked.number,
        )
        investments.register(self._session, entry, **self._who)
        self._held.append(_Holding(number, booked.tag, booked.fund, booked.minor))

    def _redeemed(self, booked: _Booked) -> None:
        """Take what came back off the oldest holding first, the gain in proportion."""
        cost = -booked.minor
        parts: list[tuple[_Holding, int]] = []
        for holding in self._held:
            if (holding.tag, holding.fund) == (booked.tag, booked.fund) and holding.left and cost:
                part = min(holding.left, cost)
                parts.append((holding, part))
                holding.left, cost = holding.left - part, cost - part
        gains = split(booked.income, [part for _, part in parts])
        for (holding, part), gain in zip(parts, gains, strict=True):
            investment_moves.redeem(
                self._session,
                holding.number,
                on=booked.on,
                proceeds_minor=part + gain,
                account="100201",
                evidence=f"兑付通知 {booked.number}",
                cost_minor=part,
                voucher=booked.number,
                **self._who,
            )

    def _interest(self, booked: _Booked) -> None:
        """Interest of the endowment, declared or received, stands with its oldest bond."""
        bonds = [one for one in self._held if one.tag == "long_term_debt_investment"]
        if not bonds or not booked.rule.startswith("interest."):
            return
        on, minor, number = booked.on, abs(booked.minor), bonds[0].number
        if booked.minor > 0:
            investment_moves.declare_income(
                self._session,
                number,
                on=on,
                minor=minor,
                evidence="付息公告",
                voucher=booked.number,
                **self._who,
            )
        else:
            investment_moves.receive_income(
                self._session,
                number,
                on=on,
                minor=minor,
                account="100201",
                evidence="银行回单",
                voucher=booked.number,
                **self._who,
            )

    def _services(self) -> None:
        for one in self._plan["service"]:
            on = self._day(one["day"])
            if on <= self._who["clock"].today():
                words = {name: one[name] for name in ("service", "extent", "reason")}
                services.note(
                    self._session, served_on=on, donor_name=one["donor"], **words, **self._who
                )

    def _gifts(self, item: str) -> Iterator[Gift]:
        """The posted gifts of some thing."""
        yield from self._session.scalars(
            select(Gift)
            .join(Voucher, Voucher.id == Gift.voucher_id)
            .where(Gift.item == item, Voucher.state == VoucherState.POSTED)
            .order_by(Gift.received_on, Gift.id)
        )

    def _vouchers(self, condition: Any) -> list[Voucher]:
        return list(
            self._session.scalars(
                select(Voucher)
                .where(condition, Voucher.state == VoucherState.POSTED)
                .order_by(Voucher.booked_on, Voucher.id)
            )
        )

    def _booked(self, tags: set[str]) -> list[_Booked]:
        """What posted vouchers did to accounts of some tags, in the order of their days."""
        accounts = {key: info.tag for key, info in self._known.accounts.items() if info.tag in tags}
        earned = [
            key for key, info in self._known.accounts.items() if info.tag == "investment_income"
        ]
        rows = self._session.execute(
            select(Voucher, VoucherLine.account_id, VoucherLine.fund_id, VoucherLine.amount_minor)
            .join(VoucherLine, VoucherLine.voucher_id == Voucher.id)
            .where(
                VoucherLine.account_id.in_(accounts),
                Voucher.state == VoucherState.POSTED,
                Voucher.kind.in_((VoucherKind.ORDINARY, VoucherKind.OPENING)),
            )
            .order_by(Voucher.booked_on, Voucher.id, VoucherLine.line_no)
        )
        sums: dict[tuple[int, str, int], int] = {}
        heads: dict[int, Voucher] = {}
        for voucher, account, fund, minor in rows:
            heads[voucher.id] = voucher
            key = (voucher.id, accounts[account], fund)
            sums[key] = sums.get(key, 0) + minor
        income = {
            row.voucher_id: -int(row.minor)
            for row in self._session.execute(
                select(VoucherLine.voucher_id, func.sum(VoucherLine.amount_minor).label("minor"))
                .where(VoucherLine.account_id.in_(earned), VoucherLine.voucher_id.in_(heads))
                .group_by(VoucherLine.voucher_id)
            )
        }
        return [
            _Booked(
                _label(heads[key]),
                heads[key].booked_on,
                heads[key].rule,
                tag,
                fund,
                minor,
                income.get(key, 0),
            )
            for (key, tag, fund), minor in sums.items()
            if minor
        ]


def _label(voucher: Voucher) -> str:
    return label(voucher.period_id, voucher.word, voucher.number)

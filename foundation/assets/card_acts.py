"""Forms of everything that is done to an asset: each says its fields and calls its service."""

from datetime import date
from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.assets import act_form, card_changes, cards, labels
from foundation.assets.act_form import Act, Input, Options
from foundation.assets.cards import EXPENSES, CardInput
from foundation.assets.models import AssetCard, AssetKind
from foundation.http import context
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import mark, translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.funds import Fund

_EVIDENCE = Input("evidence", mark("凭据"), hint=mark("如 发票号、验收单号、报废审批单号"))
_REASON = Input("reason", mark("原因"), kind="textarea", named=("处置原因",))
_GIFT = Input(
    "gift", mark("捐赠编号"), hint=mark("受赠资产填写，如 G2026-000123"), is_required=False
)
_WHERE = (
    Input("used_by", mark("使用部门")),
    Input("custody", mark("保管人、地点")),
)
_HIGHEST_MONTHS, _HIGHEST_UNITS = 1200, 100_000


@guard.requires(Permission.VOUCHERS_PREPARE)
def new() -> Any:
    """Register an asset; the voucher of its purchase or gift exists apart."""
    with database.reading(services().engine) as session:
        funds = act_form.funds_of(session)
    offered = {
        "on": request.args.get("on", act_form.today_text()),
        "kind": "fixed",
        "units": "1",
        "expense": "management_expense",
    }
    for name in ("gift", "name", "cost", "fund"):
        offered[name] = request.args.get(name, "")[:200]
    return act_form.run(
        Act(
            title=translate("登记资产"),
            note=translate("购入或受赠的凭证另行填制；此处登记卡片，按月计提折旧或摊销。"),
            inputs=(*_card_inputs(funds), _GIFT),
            do=lambda session, form: _registered(session, _read(form)),
            said=translate("已登记资产"),
            back=url_for("assets.index"),
            is_booked=False,
            offered=offered,
        )
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def improve(number: str) -> Any:
    """Register what an improvement cost, as a card that goes with the asset."""
    with database.reading(services().engine) as session:
        card = cards.find(session, number)
        funds = act_form.funds_of(session)
        kind, offered = (
            card.kind,
            {
                "number": f"{card.number}-1",
                "name": f"{card.name}改良",
                "on": act_form.today_text(),
                "used_by": card.used_by,
                "custody": card.custody,
                "expense": card.expense_tag,
                "fund": _fund_code(session, card),
                "units": "1",
            },
        )
    inputs = tuple(one for one in _card_inputs(funds) if one.name not in ("kind", "before"))

    def do(session: Session, form: Form) -> None:
        entry = _read(form, kind=kind)
        reason = form.text("reason", longest=300)
        form.require_complete()
        card_changes.improve(session, number, entry=entry, reason=reason, **context.who())

    return act_form.run(
        Act(
            title=translate("登记改良：{number}", number=number),
            note=translate("改良支出另立卡片，按自己的年限计提；付款凭证另行填制。"),
            inputs=(*inputs, _REASON),
            do=do,
            said=translate("已登记改良支出"),
            back=url_for("assets.show", number=number),
            is_booked=False,
            offered=offered,
        )
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def transfer(number: str) -> Any:
    """Note who uses and keeps the asset from now on."""
    with database.reading(services().engine) as session:
        card = cards.find(session, number)
        offered = {"used_by": card.used_by, "custody": card.custody}

    def do(session: Session, form: Form) -> None:
        used_by, custody = form.text("used_by"), form.text("custody")
        form.require_complete()
        cards.transfer(session, number, used_by=used_by, custody=custody, **context.who())

    return act_form.run(
        Act(
            title=translate("变更使用部门、保管人：{number}", number=number),
            inputs=_WHERE,
            do=do,
            said=translate("已变更"),
            back=url_for("assets.show", number=number),
            is_booked=False,
            offered=offered,
        )
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def impair(number: str) -> Any:
    """Write an asset down."""

    def do(session: Session, form: Form) -> int | None:
        on, minor = form.day("on"), form.amount("amount")
        reason, evidence = form.text("reason", longest=300), form.text("evidence")
        form.require_complete()
        assert on is not None
        assert minor is not None
        return card_changes.impair(
            session, number, on=on, minor=minor, reason=reason, evidence=evidence, **context.who()
        ).voucher_id

    return _act(
        number,
        translate("计提减值：{number}", number=number),
        (
            Input("on", mark("日期")),
            Input("amount", mark("减值金额"), kind="amount"),
            _REASON,
            _EVIDENCE,
        ),
        do,
        translate("已生成减值凭证，等待审核"),
        note=translate("减值后按剩余月数计提；固定资产、无形资产的减值不得转回。"),
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def dispose(number: str) -> Any:
    """Take an asset out of the books."""

    def do(session: Session, form: Form) -> int | None:
        on, proceeds, account, reason = _leaving(form)
        return cards.dispose(
            session,
            number,
            on=on,
            reason=reason,
            proceeds_minor=proceeds,
            account=account,
            **context.who(),
        ).voucher_id

    return _act(
        number,
        translate("处置资产：{number}", number=number),
        (*_leaving_inputs(), _REASON),
        do,
        translate("已生成处置凭证，等待审核"),
        note=translate("处置前须计提到处置月份（无形资产到上月）；没有价款的留空。"),
        is_danger=True,
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def dispose_part(number: str) -> Any:
    """Let some pieces of a card go."""

    def do(session: Session, form: Form) -> int | None:
        on, proceeds, account, reason = _leaving(form)
        units = form.whole_number("units", highest=_HIGHEST_UNITS)
        evidence = form.text("evidence")
        form.require_complete()
        return card_changes.dispose_part(
            session,
            number,
            on=on,
            units=units,
            reason=reason,
            evidence=evidence,
            proceeds_minor=proceeds,
            account=account,
            **context.who(),
        ).voucher_id

    return _act(
        number,
        translate("部分处置：{number}", number=number),
        (
            Input("units", mark("件数"), kind="number"),
            *_leaving_inputs(),
            _REASON,
            _EVIDENCE,
        ),
        do,
        translate("已生成处置凭证，等待审核"),
        note=translate("原价、累计折旧和减值按件数分摊。"),
        is_danger=True,
    )


def _act(
    number: str,
    title: str,
    inputs: tuple[Input, ...],
    do: Any,
    said: str,
    *,
    note: str = "",
    is_danger: bool = False,
) -> Any:
    with database.reading(services().engine) as session:
        cards.find(session, number)
        money = act_form.money_of(session)
    filled = tuple(
        Input(
            one.name,
            one.label,
            kind="day" if one.name == "on" else one.kind,
            hint=one.hint,
            is_required=one.is_required,
            options=money if one.name == "account" else one.options,
            named=one.named,
        )
        for one in inputs
    )
    return act_form.run(
        Act(
            title=title,
            inputs=filled,
            do=do,
            said=said,
            back=url_for("assets.show", number=number),
            note=note,
            offered={"on": act_form.today_text()},
            is_danger=is_danger,
        )
    )


def _leaving_inputs() -> tuple[Input, ...]:
    return (
        Input("on", mark("日期"), named=("处置日期、价款",)),
        Input("proceeds", mark("处置价款"), kind="amount", is_required=False),
        Input("account", mark("收款账户"), kind="picker", is_required=False, named=("收付款账户",)),
    )


def _leaving(form: Form) -> tuple[date, int, str, str]:
    on, proceeds = form.day("on"), form.amount("proceeds", is_required=False) or 0
    account = form.value("account").partition(" ")[0]
    reason = form.text("reason", longest=300)
    if proceeds and not account:
        form.refuse("account", translate("有价款的请填写收款账户"))
    form.require_complete()
    assert on is not None
    return on, proceeds, account, reason


def _card_inputs(funds: Options) -> tuple[Input, ...]:
    kinds, expenses = (
        act_form.labelled(labels.KINDS),
        [(tag, translate(labels.EXPENSES[tag])) for tag in EXPENSES],
    )
    return (
        Input("number", mark("编号"), hint=mark("不再更改，如 FA-2026-001")),
        Input("name", mark("名称")),
        Input("kind", mark("类别"), kind="select", options=kinds),
        Input("on", mark("取得日"), kind="day", named=("日期",)),
        Input("cost", mark("原价"), kind="amount"),
        Input(
            "residual",
            mark("预计净残值"),
            kind="amount",
            is_required=False,
            named=("残值、已提折旧",),
        ),
        Input("months", mark("使用月数"), kind="number", hint=mark("五年填 60")),
        Input("units", mark("件数"), kind="number"),
        Input("before", mark("建账前已提折旧"), kind="amount", is_required=False),
        Input("fund", mark("基金"), kind="picker", options=funds),
        Input("expense", mark("折旧计入"), kind="select", options=expenses, named=("费用",)),
        *_WHERE,
        _EVIDENCE,
    )


def _read(form: Form, *, kind: AssetKind | None = None) -> CardInput:
    on, cost = form.day("on"), form.amount("cost")
    kind = kind or form.choice("kind", AssetKind)
    entry = {
        "number": form.text("number", longest=32),
        "name": form.text("name"),
        "life_months": form.whole_number("months", highest=_HIGHEST_MONTHS),
        "units": form.whole_number("units", default=1, highest=_HIGHEST_UNITS),
        "fund": form.text("fund", longest=32).partition(" ")[0],
        "used_by": form.text("used_by"),
        "custody": form.text("custody"),
        "evidence": form.text("evidence"),
        "gift": form.value("gift") or None,
        "expense_tag": form.text("expense"),
        "residual_minor": form.amount("residual", is_required=False) or 0,
        "charged_before_minor": form.amount("before", is_required=False) or 0,
    }
    form.require_complete()
    assert on is not None
    assert cost is not None
    assert kind is not None
    return CardInput(kind=kind, acquired_on=on, cost_minor=cost, **entry)  # type: ignore[arg-type]


def _registered(session: Session, entry: CardInput) -> None:
    cards.register(session, entry, **context.who())


def _fund_code(session: Session, card: AssetCard) -> str:
    return session.get_one(Fund, card.fund_id).code

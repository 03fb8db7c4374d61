"""Forms of everything that happens to an investment, each with the voucher shown before."""

from datetime import date
from typing import Any

from flask import request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import database
from foundation.assets import act_form, investment_moves, investments, labels
from foundation.assets.act_form import Act, Input, Options
from foundation.assets.investments import InvestmentInput
from foundation.assets.models import Investment, InvestmentKind, InvestmentMovement
from foundation.http import context
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import mark, translate
from foundation.users import guard
from foundation.users.permissions import Permission

_ON = Input("on", mark("日期"), kind="day", named=("收回日期、金额", "减值日期、金额"))
_AMOUNT = Input("amount", mark("金额"), kind="amount", named=("收回成本",))
_EVIDENCE = Input("evidence", mark("凭据"), hint=mark("如 确认书、银行回单、公告编号"))
_TAGS = {
    "short_term_investment": InvestmentKind.WEALTH_PRODUCT,
    "long_term_equity": InvestmentKind.EQUITY,
    "long_term_debt_investment": InvestmentKind.LONG_TERM_BOND,
}


@guard.requires(Permission.VOUCHERS_PREPARE)
def new() -> Any:
    """Register an investment with its purchase, or the gift it came from."""
    with database.reading(services().engine) as session:
        funds, money = act_form.funds_of(session), act_form.money_of(session)
    kind = _TAGS.get(request.args.get("tag", ""), InvestmentKind.WEALTH_PRODUCT)
    offered = {"on": request.args.get("on", act_form.today_text())[:20], "kind": kind.value}
    for name, field in (("gift", "gift"), ("name", "product"), ("cost", "cost"), ("fund", "fund")):
        offered[field] = request.args.get(name, "")[:200]

    def do(session: Session, form: Form) -> int | None:
        made = investments.register(session, _read(form), **context.who())
        query = select(InvestmentMovement).where(InvestmentMovement.investment_id == made.id)
        movement = session.scalars(query).one()
        # What a gift or an earlier voucher books already is no voucher of this act.
        return None if form.value("gift") or form.value("voucher") else movement.voucher_id

    return act_form.run(
        Act(
            title=translate("登记投资"),
            note=translate("购买、受赠或接管已入账的投资；重大投资须有理事会决议。"),
            inputs=(*_what_inputs(), *_how_inputs(funds, money)),
            do=do,
            said=translate("已登记投资"),
            back=url_for("investments.index"),
            offered=offered,
        )
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def declare(number: str) -> Any:
    """Book income that was declared and not received yet."""

    def do(session: Session, form: Form) -> int | None:
        on, minor, evidence = _figures(form)
        return investment_moves.declare_income(
            session, number, on=on, minor=minor, evidence=evidence, **context.who()
        ).voucher_id

    return _run(number, mark("应收收益：{number}"), (_ON, _AMOUNT, _EVIDENCE), do)


@guard.requires(Permission.VOUCHERS_PREPARE)
def receive(number: str) -> Any:
    """Book income that was received while it is held."""

    def do(session: Session, form: Form) -> int | None:
        on, minor, evidence = _figures(form)
        return investment_moves.receive_income(
            session,
            number,
            on=on,
            minor=minor,
            account=_account(form),
            evidence=evidence,
            **context.who(),
        ).voucher_id

    return _run(
        number,
        mark("收到收益：{number}"),
        (_ON, _AMOUNT, _money(), _EVIDENCE),
        do,
        note=translate("理财产品持有期间收到的收益冲减成本；债券、股权先登记应收收益。"),
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def share(number: str) -> Any:
    """Book our share of a result under the equity method."""

    def do(session: Session, form: Form) -> int | None:
        on, minor, evidence = _figures(form)
        return investment_moves.share_result(
            session,
            number,
            on=on,
            minor=-minor if form.is_checked("is_loss") else minor,
            evidence=evidence,
            **context.who(),
        ).voucher_id

    return _run(
        number,
        mark("确认损益份额：{number}"),
        (_ON, _AMOUNT, Input("is_loss", mark("亏损"), kind="checkbox"), _EVIDENCE),
        do,
        note=translate("按持股比例确认被投资单位当年净损益；亏损以账面价值减记至零为限。"),
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def redeem(number: str) -> Any:
    """Book what came back."""

    def do(session: Session, form: Form) -> int | None:
        on, proceeds, evidence = _figures(form)
        cost = form.amount("cost", is_required=False)
        form.require_complete()
        return investment_moves.redeem(
            session,
            number,
            on=on,
            proceeds_minor=proceeds,
            account=_account(form),
            evidence=evidence,
            cost_minor=cost,
            **context.who(),
        ).voucher_id

    cost = Input(
        "cost",
        mark("收回成本"),
        kind="amount",
        hint=mark("部分收回填写；空着为全部"),
        is_required=False,
    )
    amount = Input("amount", mark("收回金额"), kind="amount")
    return _run(
        number, mark("收回：{number}"), (_ON, amount, cost, _money(), _EVIDENCE), do, is_danger=True
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def impair(number: str) -> Any:
    """Write an investment down, or take it back for a short-term one."""

    def do(session: Session, form: Form) -> int | None:
        on, minor, evidence = _figures(form)
        return investment_moves.impair(
            session,
            number,
            on=on,
            minor=-minor if form.is_checked("is_recovery") else minor,
            evidence=evidence,
            **context.who(),
        ).voucher_id

    recovery = Input(
        "is_recovery", mark("转回"), kind="checkbox", hint=mark("价值恢复时，只限短期投资")
    )
    return _run(number, mark("减值：{number}"), (_ON, _AMOUNT, recovery, _EVIDENCE), do)


def _what_inputs() -> tuple[Input, ...]:
    kinds = act_form.labelled(labels.INVESTMENT_KINDS)
    risks = [(risk, risk) for risk in labels.RISKS]
    return (
        Input("number", mark("编号"), hint=mark("不再更改，如 TZ-2026-01")),
        Input("product", mark("产品"), hint=mark("产品名称或被投资单位")),
        Input("kind", mark("类型"), kind="select", options=kinds),
        Input("trustee", mark("受托人")),
        Input("licence", mark("受托人资质"), hint=mark("如 金融许可证号"), named=("资质",)),
        Input("risk", mark("风险等级"), kind="picker", options=risks),
        Input("on", mark("起始日"), kind="day", named=("日期",)),
        Input(
            "matures",
            mark("到期日"),
            kind="day",
            is_required=False,
            hint=mark("没有固定期限的留空"),
        ),
    )


def _how_inputs(funds: Options, money: Options) -> tuple[Input, ...]:
    return (
        Input("fund", mark("基金"), kind="picker", options=funds),
        Input(
            "income_fund",
            mark("收益归属基金"),
            kind="picker",
            options=funds,
            is_required=False,
            hint=mark("留本基金的收益另归基金时填写"),
        ),
        Input("cost", mark("成本"), kind="amount"),
        Input("resolution", mark("理事会决议号"), is_required=False),
        Input(
            "account",
            mark("付款账户"),
            kind="picker",
            options=money,
            is_required=False,
            named=("收付款账户",),
        ),
        Input(
            "gift",
            mark("捐赠编号"),
            is_required=False,
            hint=mark("受赠股权、理财产品填写，不填付款账户"),
        ),
        Input(
            "voucher",
            mark("已有凭证"),
            is_required=False,
            hint=mark("此前已填制并记账的，填凭证号，如 记-2026-03-0007；否则留空"),
            named=("凭证",),
        ),
        Input(
            "equity",
            mark("按权益法核算"),
            kind="checkbox",
            is_required=False,
            hint=mark("有控制、共同控制或重大影响的长期股权投资"),
            named=("核算方法",),
        ),
        _EVIDENCE,
    )


def _run(
    number: str,
    title: str,
    inputs: tuple[Input, ...],
    do: Any,
    *,
    note: str = "",
    is_danger: bool = False,
) -> Any:
    with database.reading(services().engine) as session:
        known: Investment = investments.find(session, number)
        product = known.product
    return act_form.run(
        Act(
            title=translate(title, number=f"{number} {product}"),
            inputs=inputs,
            do=do,
            said=translate("已生成凭证，等待审核"),
            back=url_for("investments.show", number=number),
            note=note,
            offered={"on": act_form.today_text()},
            is_danger=is_danger,
        )
    )


def _money() -> Input:
    with database.reading(services().engine) as session:
        money = act_form.money_of(session)
    return Input("account", mark("收款账户"), kind="picker", options=money, named=("收付款账户",))


def _account(form: Form) -> str:
    account = form.text("account", longest=200).partition(" ")[0]
    form.require_complete()
    return account


def _figures(form: Form) -> tuple[date, int, str]:
    on, minor, evidence = form.day("on"), form.amount("amount"), form.text("evidence")
    form.require_complete()
    assert on is not None
    assert minor is not None
    return on, minor, evidence


def _read(form: Form) -> InvestmentInput:
    kind = form.choice("kind", InvestmentKind)
    on, cost = form.day("on"), form.amount("cost")
    matures_on = form.day("matures", is_required=False)
    names = ("number", "product", "trustee", "licence", "risk", "evidence")
    words = {name: form.text(name) for name in names}
    fund = form.text("fund").partition(" ")[0]
    gift, voucher = form.value("gift") or None, form.value("voucher") or None
    account = form.value("account").partition(" ")[0]
    if not (gift or voucher or account):
        form.refuse("account", translate("请填写付款账户、捐赠编号或已有凭证之一"))
    form.require_complete()
    assert kind is not None
    assert on is not None
    assert cost is not None
    return InvestmentInput(
        **words,
        kind=kind,
        starts_on=on,
        matures_on=matures_on,
        fund=fund,
        cost_minor=cost,
        resolution=form.value("resolution") or None,
        uses_equity_method=form.is_checked("equity"),
        income_fund=form.value("income_fund").partition(" ")[0] or None,
        account=account,
        gift=gift,
        voucher=voucher,
    )

"""Forms of everything that is done with goods: taken in, given out, sold, counted."""

from datetime import date
from typing import Any

from flask import request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import database
from foundation.assets import act_form, stock
from foundation.assets.act_form import Act, Input
from foundation.assets.models import StockItem
from foundation.http import context
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import mark, translate
from foundation.users import guard
from foundation.users.permissions import Permission

_HIGHEST = 999_999_999
_ON = Input("on", mark("日期"), kind="day")
_QUANTITY = Input("quantity", mark("数量"), kind="number")
_EVIDENCE = Input("evidence", mark("凭据"), hint=mark("如 验收单、签收单、盘点表编号"))


@guard.requires(Permission.VOUCHERS_PREPARE)
def new() -> Any:
    """Open an item of the register."""
    with database.reading(services().engine) as session:
        funds = act_form.funds_of(session)

    def do(session: Session, form: Form) -> None:
        words: dict[str, Any] = {
            name: form.text(name) for name in ("number", "name", "unit", "custody")
        }
        fund = form.text("fund", longest=32).partition(" ")[0]
        form.require_complete()
        stock.open_item(
            session,
            **words,
            fund=fund,
            on=services().clock.today(),
            recipient=form.value("recipient") or None,
            **context.who(),
        )

    offered = {name: request.args.get(name, "")[:200] for name in ("name", "fund")}
    return act_form.run(
        Act(
            title=translate("建立物资卡"),
            note=translate("一种物资、一个基金一张卡；受托代理物资填写受益人。"),
            inputs=(
                Input("number", mark("编号"), hint=mark("不再更改，如 WZ-001")),
                Input("name", mark("品名"), named=("名称",)),
                Input("unit", mark("单位"), hint=mark("如 件、箱、册")),
                Input("fund", mark("基金"), kind="picker", options=funds),
                Input("custody", mark("保管人、地点")),
                Input(
                    "recipient",
                    mark("受益人"),
                    hint=mark("只有受托代理物资填写"),
                    is_required=False,
                ),
            ),
            do=do,
            said=translate("已建立物资卡"),
            back=url_for("stock.index"),
            is_booked=False,
            offered=offered,
        )
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def take_in() -> Any:
    """Take goods of a gift into the register, whichever item they belong to."""
    with database.reading(services().engine) as session:
        items = [
            (item.number, f"{item.number} {item.name}")
            for item in session.scalars(select(StockItem).order_by(StockItem.number))
        ]
    offered = {"on": act_form.today_text()}
    offered |= {name: request.args[name][:200] for name in ("on", "gift") if name in request.args}
    offered["amount"] = request.args.get("cost", "")[:40]
    offered["number"] = request.args.get("number", items[0][0] if len(items) == 1 else "")[:32]

    def do(session: Session, form: Form) -> None:
        number = form.text("number", longest=32).partition(" ")[0]
        on, quantity, evidence = _read(form)
        minor, gift = form.amount("amount"), form.text("gift", longest=40)
        form.require_complete()
        assert minor is not None
        stock.receive(
            session,
            number,
            on=on,
            quantity=quantity,
            value_minor=minor,
            gift=gift,
            evidence=evidence,
            **context.who(),
        )

    return act_form.run(
        Act(
            title=translate("物资入库"),
            note=translate("凭证由捐赠登记生成；先为每种物资建立物资卡。"),
            inputs=(
                Input("number", mark("物资"), kind="picker", options=items),
                Input("gift", mark("捐赠编号")),
                _ON,
                _QUANTITY,
                Input("amount", mark("金额"), kind="amount"),
                _EVIDENCE,
            ),
            do=do,
            said=translate("已入库"),
            back=url_for("stock.index"),
            is_booked=False,
            offered=offered,
        )
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def issue(number: str) -> Any:
    """Give goods out, or hand over what is held for others."""

    def do(session: Session, form: Form) -> int | None:
        on, quantity, evidence = _read(form)
        party = form.text("party")
        form.require_complete()
        return stock.issue(
            session,
            number,
            on=on,
            quantity=quantity,
            party=party,
            evidence=evidence,
            voucher=form.value("voucher") or None,
            **context.who(),
        ).voucher_id

    item = _item(number)
    title = (
        translate("转交：{name}", name=item.name)
        if item.is_agency
        else translate("发放：{name}", name=item.name)
    )
    inputs = (
        _ON,
        _QUANTITY,
        Input("party", mark("领用人"), hint=mark("受益人或签收单位")),
        _EVIDENCE,
        Input(
            "voucher",
            mark("已有凭证"),
            hint=mark("此前已填制并记账的，填凭证号，如 记-2026-03-0007；否则留空"),
            is_required=False,
            named=("凭证",),
        ),
    )
    return _run(item, title, inputs, do)


@guard.requires(Permission.VOUCHERS_PREPARE)
def sell(number: str) -> Any:
    """Sell goods."""

    def do(session: Session, form: Form) -> int | None:
        on, quantity, evidence = _read(form)
        proceeds, account = form.amount("proceeds"), form.text("account").partition(" ")[0]
        party = form.text("party")
        form.require_complete()
        assert proceeds is not None
        return stock.sell(
            session,
            number,
            on=on,
            quantity=quantity,
            proceeds_minor=proceeds,
            account=account,
            party=party,
            evidence=evidence,
            **context.who(),
        ).voucher_id

    item = _item(number)
    with database.reading(services().engine) as session:
        money = act_form.money_of(session)
    inputs = (
        _ON,
        _QUANTITY,
        Input("proceeds", mark("价款"), kind="amount"),
        Input("account", mark("收款账户"), kind="picker", options=money, named=("收付款账户",)),
        Input("party", mark("购买人")),
        _EVIDENCE,
    )
    return _run(item, translate("变卖：{name}", name=item.name), inputs, do)


@guard.requires(Permission.VOUCHERS_PREPARE)
def count(number: str) -> Any:
    """Note what was counted; a difference makes a voucher."""

    def do(session: Session, form: Form) -> int | None:
        on = form.day("on")
        if not form.value("counted"):
            form.refuse("counted", translate("请填写此项"))
        counted = form.whole_number("counted", highest=_HIGHEST)
        party, evidence = form.text("party"), form.text("evidence")
        fair = form.amount("fair", is_required=False)
        form.require_complete()
        assert on is not None
        return stock.count(
            session,
            number,
            on=on,
            counted=counted,
            party=party,
            evidence=evidence,
            fair_value_minor=fair,
            **context.who(),
        ).voucher_id

    item = _item(number)
    inputs = (
        _ON,
        Input("counted", mark("盘点数量"), kind="number"),
        Input("party", mark("盘点人"), hint=mark("两人以上，其中一人不管物资")),
        _EVIDENCE,
        Input(
            "fair",
            mark("盘盈的公允价值"),
            kind="amount",
            hint=mark("只有盘盈填写；空着按现有平均价"),
            is_required=False,
            named=("公允价值",),
        ),
    )
    return _run(item, translate("盘点：{name}", name=item.name), inputs, do)


def _item(number: str) -> StockItem:
    with database.reading(services().engine) as session:
        item = stock.find(session, number)
        session.expunge(item)
        return item


def _run(item: StockItem, title: str, inputs: tuple[Input, ...], do: Any) -> Any:
    return act_form.run(
        Act(
            title=title,
            inputs=inputs,
            do=do,
            said=translate("已登记"),
            back=url_for("stock.show", number=item.number),
            offered={"on": act_form.today_text()},
        )
    )


def _read(form: Form) -> tuple[date, int, str]:
    on, evidence = form.day("on"), form.text("evidence")
    quantity = form.whole_number("quantity", highest=_HIGHEST)
    form.require_complete()
    assert on is not None
    return on, quantity, evidence

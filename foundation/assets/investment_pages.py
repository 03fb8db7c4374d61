"""Pages of investments: the list with what falls due, one investment, and the board's level."""

from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import database
from foundation.assets import (
    act_form,
    investment_list,
    investment_moves,
    investments,
    labels,
    rules,
)
from foundation.assets.act_form import Act, Input
from foundation.assets.investment_list import InvestmentFilter
from foundation.assets.models import InvestmentKind, InvestmentMovement
from foundation.books import voucher_view
from foundation.http import context, forms, list_export, listing, lists
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe, mark, translate
from foundation.http.list_export import ExportedFile
from foundation.http.listing import Column, Kind, Listing
from foundation.http.lists import Page, PageRequest
from foundation.projects import charts
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError
from ledger.trail import TrailRecord

_MOST_BARS = 12
LISTING = Listing(
    name="investments",
    endpoint="investments.index",
    filters=("q", "kind", "fund", "state"),
    columns=(
        Column("number", mark("编号"), lambda row: row.number, is_sortable=True, is_fixed=True),
        Column("product", mark("产品"), lambda row: row.product, is_sortable=True),
        Column("kind", mark("类型"), lambda row: translate(labels.INVESTMENT_KINDS[row.kind])),
        Column(
            "state", mark("状态"), lambda row: translate(labels.INVESTMENT_STATES[row.state][0])
        ),
        Column(
            "matures_on",
            mark("到期日"),
            lambda row: row.matures_on,
            kind=Kind.DATE,
            is_sortable=True,
        ),
        Column(
            "starts_on",
            mark("起始日"),
            lambda row: row.starts_on,
            kind=Kind.DATE,
            is_sortable=True,
            starts_hidden=True,
        ),
        Column("trustee", mark("受托人"), lambda row: row.trustee),
        Column("risk", mark("风险等级"), lambda row: row.risk),
        Column("fund", mark("基金"), lambda row: row.fund),
        Column("resolution", mark("决议号"), lambda row: row.resolution),
        Column("cost", mark("成本"), lambda row: row.cost_minor, kind=Kind.MONEY),
        Column(
            "impaired",
            mark("减值准备"),
            lambda row: row.impaired_minor,
            kind=Kind.MONEY,
            starts_hidden=True,
        ),
        Column("carrying", mark("账面价值"), lambda row: row.carrying_minor, kind=Kind.MONEY),
        Column("income", mark("累计收益"), lambda row: row.income_minor, kind=Kind.MONEY),
        Column("due", mark("应收收益"), lambda row: row.due_minor, kind=Kind.MONEY),
    ),
)


@guard.requires(Permission.BOOKS_READ)
def index() -> str:
    """List investments, with a chart of what is held."""
    today, asked, wanted = services().clock.today(), _asked(), _wanted()
    with database.reading(services().engine) as session:
        rows = investment_list.everything(session, wanted, today=today)
        page = investment_list.search(session, wanted, asked, today=today)
        held = [row for row in rows if row.value_minor > 0]
        shown = sorted(held, key=lambda row: -row.carrying_minor)[:_MOST_BARS]
        return render_template(
            "assets/investments.html",
            page=Page(
                [
                    replace(row, address=url_for("investments.show", number=row.number))
                    for row in page.items
                ],
                page.next,
            ),
            count=len(rows),
            sums=investment_list.add_up(rows) | {"cost": sum(row.cost_minor for row in rows)},
            chart=charts.bars(
                [(row.number, row.carrying_minor, 0) for row in shown],
                marked=[row.state == "overdue" for row in shown],
            ),
            overdue=[row for row in held if row.state == "overdue"],
            view=listing.view(session, LISTING, sort=asked.sort),
            level=rules.level_on(session, today),
            kinds=act_form.labelled(labels.INVESTMENT_KINDS),
            states=labels.INVESTMENT_STATES,
            funds=act_form.funds_of(session),
        )


@guard.requires(Permission.BOOKS_READ)
def export(form: str) -> Response:
    """Export exactly the list that is shown."""
    today, wanted = services().clock.today(), _wanted()
    with database.reading(services().engine) as session:
        list_export.check_size(len(investment_list.everything(session, wanted, today=today)))
        columns = listing.view(session, LISTING).columns
        file = ExportedFile(f"investments-{today.isoformat()}", translate("投资与委托理财"))
        rows = lists.every(
            lambda asked: investment_list.search(session, wanted, asked, today=today),
            sort=_asked().sort,
        )
        return list_export.respond(form, columns, rows, file=file)


@guard.requires(Permission.BOOKS_READ)
def show(number: str) -> str:
    """Show an investment with its movements."""
    with database.reading(services().engine) as session:
        one = investments.find(session, number)
        moves = session.scalars(
            select(InvestmentMovement)
            .where(InvestmentMovement.investment_id == one.id)
            .order_by(InvestmentMovement.moved_on, InvestmentMovement.id)
        ).all()
        impairments = investment_moves.impairments_of(session, one.id)
        undone = {move.reverses_id for move in moves} - {None}
        undone |= {move.id for move in moves if move.reverses_id is not None}
        keys = [move.voucher_id for move in moves]
        keys += [row.voucher_id for row in impairments]
        query = select(TrailRecord).where(TrailRecord.subject == f"investment:{one.id}")
        return render_template(
            "assets/investment.html",
            one=one,
            line=investment_list.get_line(session, one.id, today=services().clock.today()),
            moves=moves,
            undone=undone,
            impairments=impairments,
            released={move.voucher_id for move in moves},
            labels=voucher_view.find_labels(session, keys),
            kinds=labels.INVESTMENT_KINDS,
            words=labels.EQUITY_MOVES if one.uses_equity_method else labels.INVESTMENT_MOVES,
            states=labels.INVESTMENT_STATES,
            acts=labels.ACTS,
            method_source=rules.source("equity_method"),
            records=list(session.scalars(query.order_by(TrailRecord.sequence))),
        )


@guard.requires(Permission.SETTINGS_EDIT)
def level() -> Any:
    """Enter from which amount on an investment is major."""

    def do(session: Session, form: Form) -> None:
        from_on, minor = form.day("on"), form.amount("amount")
        source = form.text("source", longest=300)
        form.require_complete()
        assert from_on is not None
        assert minor is not None
        rules.enter_level(
            session, from_on=from_on, from_minor=minor, source=source, **context.who()
        )

    with database.reading(services().engine) as session:
        known = rules.list_levels(session)
        said = "；".join(
            translate(
                "{day} 起 {amount}（{source}）",
                day=one.from_on,
                amount=f"{one.from_minor // 100:,}",
                source=one.source,
            )
            for one in known
        )
    source, grade = rules.source()
    return act_form.run(
        Act(
            title=translate("重大投资金额标准"),
            note=translate("现行：{said}", said=said)
            if said
            else translate(
                "尚未录入：录入之前每项投资都须填写决议号。依据：{source}（{grade}）",
                source=source,
                grade=grade,
            ),
            inputs=(
                Input("on", mark("自何日起"), kind="day"),
                Input("amount", mark("金额"), kind="amount", hint=mark("达到此金额须经理事会决议")),
                Input("source", mark("依据"), hint=mark("如 章程第三十条、投资管理制度第五条")),
            ),
            do=do,
            said=translate("已录入"),
            back=url_for("investments.level"),
            is_booked=False,
            offered={"on": act_form.today_text()},
        )
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def undo(number: str, movement_id: int) -> Any:
    """Add the mirror of a movement whose voucher is gone."""
    reason = translate("登记有误")
    return _undone(
        number,
        lambda session: investment_moves.undo(session, movement_id, reason=reason, **context.who()),
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def undo_impairment(number: str, impairment_id: int) -> Any:
    """Take an impairment back whose voucher is gone."""
    return _undone(
        number,
        lambda session: investment_moves.undo_impairment(session, impairment_id, **context.who()),
    )


def _undone(number: str, do: Any) -> Any:
    try:
        with database.transaction(services().engine) as session:
            do(session)
    except DomainError as error:
        flash(describe(error), "error")
    else:
        flash(translate("已撤销"))
    return redirect(url_for("investments.show", number=number), 303)


def _asked() -> PageRequest:
    return lists.of_request(sorts=LISTING.sorts, default_sort=investment_list.DEFAULT_SORT)


def _wanted() -> InvestmentFilter:
    form = forms.Form.empty(listing.filters_of(LISTING))
    kind, state = form.value("kind"), form.value("state")
    return InvestmentFilter(
        text=form.value("q"),
        kind=InvestmentKind(kind) if kind in list(InvestmentKind) else None,
        fund=form.value("fund"),
        state=state if state in investment_list.STATES else "",
    )

"""Pages of fixed and intangible assets: the list, and one asset with its whole life."""

from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import database
from foundation.assets import act_form, card_changes, card_list, cards, labels
from foundation.assets.card_list import CardFilter, CardLine
from foundation.assets.card_view import get_view
from foundation.assets.models import AssetKind, Origin
from foundation.http import context, forms, list_export, listing, lists
from foundation.http.context import services
from foundation.http.languages import describe, mark, translate
from foundation.http.list_export import ExportedFile
from foundation.http.listing import Column, Kind, Listing
from foundation.http.lists import Page, PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError
from ledger.trail import TrailRecord

LISTING = Listing(
    name="assets",
    endpoint="assets.index",
    filters=("q", "kind", "origin", "fund", "state"),
    columns=(
        Column("number", mark("编号"), lambda row: row.number, is_sortable=True, is_fixed=True),
        Column("name", mark("名称"), lambda row: row.name, is_sortable=True),
        Column("kind", mark("类别"), lambda row: translate(labels.KINDS[row.kind])),
        Column(
            "acquired_on",
            mark("取得日"),
            lambda row: row.acquired_on,
            kind=Kind.DATE,
            is_sortable=True,
        ),
        Column("origin", mark("来源"), lambda row: translate(labels.ORIGINS[row.origin])),
        Column("state", mark("状态"), lambda row: translate(labels.CARD_STATES[row.state][0])),
        Column("fund", mark("基金"), lambda row: row.fund),
        Column("used_by", mark("使用部门"), lambda row: row.used_by, is_sortable=True),
        Column("custody", mark("保管人、地点"), lambda row: row.custody, starts_hidden=True),
        Column("units", mark("件数"), lambda row: row.standing.units, kind=Kind.COUNT),
        Column("cost", mark("原价"), lambda row: row.standing.cost_minor, kind=Kind.MONEY),
        Column(
            "charged",
            mark("累计折旧、摊销"),
            lambda row: row.standing.charged_minor,
            kind=Kind.MONEY,
        ),
        Column(
            "impaired",
            mark("减值准备"),
            lambda row: row.standing.impaired_minor,
            kind=Kind.MONEY,
            starts_hidden=True,
        ),
        Column("net", mark("账面价值"), lambda row: row.standing.net_minor, kind=Kind.MONEY),
    ),
)


@guard.requires(Permission.BOOKS_READ)
def index() -> str:
    """List the cards."""
    asked, wanted = _asked(), _wanted()
    with database.reading(services().engine) as session:
        page = _addressed(card_list.search(session, wanted, asked))
        count, sums = card_list.add_up(session, wanted)
        return render_template(
            "assets/index.html",
            page=page,
            count=count,
            sums=sums,
            view=listing.view(session, LISTING, sort=asked.sort),
            kinds=act_form.labelled(labels.KINDS),
            origins=act_form.labelled(labels.ORIGINS),
            states=labels.CARD_STATES,
            funds=act_form.funds_of(session),
        )


@guard.requires(Permission.BOOKS_READ)
def export(form: str) -> Response:
    """Export exactly the list that is shown."""
    wanted = _wanted()
    with database.reading(services().engine) as session:
        list_export.check_size(card_list.add_up(session, wanted)[0])
        columns = listing.view(session, LISTING).columns
        file = ExportedFile(
            f"assets-{services().clock.today().isoformat()}", translate("固定资产与无形资产")
        )
        rows = lists.every(
            lambda asked: card_list.search(session, wanted, asked), sort=_asked().sort
        )
        return list_export.respond(form, columns, rows, file=file)


@guard.requires(Permission.BOOKS_READ)
def show(number: str) -> str:
    """Show an asset with its life."""
    with database.reading(services().engine) as session:
        view = get_view(session, number, today=services().clock.today())
        return render_template(
            "assets/show.html",
            shown=view,
            kinds=labels.KINDS,
            origins=labels.ORIGINS,
            expenses=labels.EXPENSES,
            changes=labels.CHANGES,
            states=labels.CARD_STATES,
            acts=labels.ACTS,
            records=_records(session, f"asset:{view.line.id}"),
        )


@guard.requires(Permission.VOUCHERS_PREPARE)
def undo_disposal(number: str) -> Any:
    """Take a disposal back whose voucher is gone."""
    return _undone(number, lambda session: cards.undo_disposal(session, number, **context.who()))


@guard.requires(Permission.VOUCHERS_PREPARE)
def undo_change(number: str, change_id: int) -> Any:
    """Take a change back whose voucher is gone."""
    return _undone(number, lambda session: card_changes.undo(session, change_id, **context.who()))


def _undone(number: str, do: Any) -> Any:
    try:
        with database.transaction(services().engine) as session:
            do(session)
    except DomainError as error:
        flash(describe(error), "error")
    else:
        flash(translate("已撤销"))
    return redirect(url_for("assets.show", number=number), 303)


def _records(session: Session, subject: str) -> list[TrailRecord]:
    query = select(TrailRecord).where(TrailRecord.subject == subject)
    return list(session.execute(query.order_by(TrailRecord.sequence)).scalars())


def _addressed(page: Page[CardLine]) -> Page[CardLine]:
    return Page(
        [replace(row, address=url_for("assets.show", number=row.number)) for row in page.items],
        page.next,
    )


def _asked() -> PageRequest:
    return lists.of_request(sorts=LISTING.sorts, default_sort=card_list.DEFAULT_SORT)


def _wanted() -> CardFilter:
    form = forms.Form.empty({name: value for name, value in _values().items() if value})
    kind, origin, state = form.value("kind"), form.value("origin"), form.value("state")
    return CardFilter(
        text=form.value("q"),
        kind=AssetKind(kind) if kind in list(AssetKind) else None,
        origin=Origin(origin) if origin in list(Origin) else None,
        fund=form.value("fund"),
        state=state if state in ("held", "gone") else "",
    )


def _values() -> dict[str, str]:
    return listing.filters_of(LISTING)

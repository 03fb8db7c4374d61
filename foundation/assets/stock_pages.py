"""Pages of donated goods and goods held for others: the list and the stock card of an item."""

from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, render_template, url_for

from foundation import database
from foundation.assets import act_form, labels, stock, stock_list
from foundation.assets.stock_list import ItemFilter
from foundation.http import context, forms, list_export, listing, lists
from foundation.http.context import services
from foundation.http.languages import describe, mark, translate
from foundation.http.list_export import ExportedFile
from foundation.http.listing import Column, Kind, Listing
from foundation.http.lists import Page, PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError

_NUMBER = Column("number", mark("编号"), lambda row: row.number, is_sortable=True, is_fixed=True)
_COLUMNS = (
    Column("name", mark("品名"), lambda row: row.name, is_sortable=True),
    Column("fund", mark("基金"), lambda row: row.fund),
    Column("custody", mark("保管人、地点"), lambda row: row.custody, is_sortable=True),
    Column("counted_on", mark("最近盘点"), lambda row: row.counted_on, kind=Kind.DATE),
    Column("unit", mark("单位"), lambda row: row.unit),
    Column("quantity", mark("现有数量"), lambda row: row.quantity, kind=Kind.COUNT),
    Column("value", mark("现有金额"), lambda row: row.value_minor, kind=Kind.MONEY),
)
LISTING = Listing(
    name="stock", endpoint="stock.index", filters=("q", "fund"), columns=(_NUMBER, *_COLUMNS)
)
AGENCY = Listing(
    name="agency",
    endpoint="stock.agency",
    filters=("q", "fund"),
    columns=(_NUMBER, *_COLUMNS, Column("recipient", mark("受益人"), lambda row: row.recipient)),
)


@guard.requires(Permission.BOOKS_READ)
def index() -> str:
    """List our own goods."""
    return _index(LISTING, is_agency=False)


@guard.requires(Permission.BOOKS_READ)
def agency() -> str:
    """List goods held for others."""
    return _index(AGENCY, is_agency=True)


@guard.requires(Permission.BOOKS_READ)
def export(form: str) -> Response:
    """Export the list of our own goods."""
    return _export(form, LISTING, is_agency=False)


@guard.requires(Permission.BOOKS_READ)
def export_agency(form: str) -> Response:
    """Export the list of goods held for others."""
    return _export(form, AGENCY, is_agency=True)


@guard.requires(Permission.BOOKS_READ)
def show(number: str) -> str:
    """Show the stock card of an item."""
    with database.reading(services().engine) as session:
        item, movements = stock_list.card(session, number)
        return render_template(
            "assets/stock_card.html",
            item=item,
            movements=movements,
            moves=labels.MOVES,
            average_minor=item.value_minor // item.quantity if item.quantity else 0,
        )


@guard.requires(Permission.VOUCHERS_PREPARE)
def undo(number: str, movement_id: int) -> Any:
    """Add the mirror of a movement whose voucher is gone."""
    try:
        with database.transaction(services().engine) as session:
            stock.undo(session, movement_id, reason=translate("登记有误"), **context.who())
    except DomainError as error:
        flash(describe(error), "error")
    else:
        flash(translate("已撤销"))
    return redirect(url_for("stock.show", number=number), 303)


def _index(shown: Listing, *, is_agency: bool) -> str:
    asked, wanted = _asked(shown), _wanted(shown, is_agency=is_agency)
    with database.reading(services().engine) as session:
        page = stock_list.search(session, wanted, asked)
        addressed = [
            replace(row, address=url_for("stock.show", number=row.number)) for row in page.items
        ]
        count, value = stock_list.add_up(session, wanted)
        return render_template(
            "assets/stock.html",
            page=Page(addressed, page.next),
            count=count,
            sums={"value": value},
            is_agency=is_agency,
            view=listing.view(session, shown, sort=asked.sort),
            funds=act_form.funds_of(session),
        )


def _export(form: str, shown: Listing, *, is_agency: bool) -> Response:
    wanted = _wanted(shown, is_agency=is_agency)
    with database.reading(services().engine) as session:
        list_export.check_size(stock_list.add_up(session, wanted)[0])
        columns = listing.view(session, shown).columns
        title = translate("受托代理物资") if is_agency else translate("受赠物资")
        file = ExportedFile(f"{shown.name}-{services().clock.today().isoformat()}", title)
        rows = lists.every(
            lambda asked: stock_list.search(session, wanted, asked), sort=_asked(shown).sort
        )
        return list_export.respond(form, columns, rows, file=file)


def _asked(shown: Listing) -> PageRequest:
    return lists.of_request(sorts=shown.sorts, default_sort=stock_list.DEFAULT_SORT)


def _wanted(shown: Listing, *, is_agency: bool) -> ItemFilter:
    form = forms.Form.empty(listing.filters_of(shown))
    return ItemFilter(is_agency=is_agency, text=form.value("q"), fund=form.value("fund"))

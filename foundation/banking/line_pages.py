"""Pages of the lines: the list, one open line with what may match it, and matches.

The work goes from line to line: a decision leads to the next open one.
"""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from foundation import database
from foundation.banking import (
    accounts,
    drafting,
    items,
    labels,
    matches,
    payments,
    queries,
    scoring,
    suggesting,
)
from foundation.banking.accounts import Account
from foundation.banking.drafting import Business
from foundation.banking.queries import LineFilter, LineRow
from foundation.banking.scoring import BankItem, BookItem
from foundation.books import account_tree, picking
from foundation.gifts.kinds import GiftKind, GiftMethod
from foundation.http import context, lists
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe, translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError
from ledger.money import to_text
from ledger.periods import parse_period

_BOOKS_SHOWN = 40
_NEAR = timedelta(days=15)


@guard.requires(Permission.BANK_READ)
def index() -> str:
    """List the lines of the statements, open or matched."""
    asked = lists.of_request(sorts=queries.SORTS)
    wanted = _filter()
    with database.reading(services().engine) as session:
        return render_template(
            "banking/lines.html",
            page=queries.list_lines(session, wanted, asked),
            sums=queries.add_up(session, wanted),
            accounts=[one for one in accounts.list_accounts(session) if one.id is not None],
            sort=asked.sort,
        )


@guard.requires(Permission.BANK_READ)
def next_line(code: str) -> Any:
    """Go to the open line that follows, or back to the accounts when nothing is open."""
    after = request.args.get("after", "")
    key = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None
    with database.reading(services().engine) as session:
        account = accounts.get_account(session, code)
        found = queries.next_open(session, account, key)
    if found is None:
        flash(translate("所有流水都已勾对"))
        return redirect(url_for("banking.index"), 303)
    return redirect(url_for("banking.line", line_id=found.id), 303)


@guard.requires(Permission.BANK_READ)
def following(line_id: int) -> Any:
    """Go to the open line after this one."""
    with database.reading(services().engine) as session:
        row = queries.get_line(session, line_id)
    return redirect(url_for("banking.next_line", code=row.account, after=line_id), 303)


@guard.requires(Permission.BANK_READ)
def show(line_id: int) -> Any:
    """Show a line: what may match it, and what else can be done with it."""
    with database.reading(services().engine) as session:
        row = queries.get_line(session, line_id)
        if row.match_id is not None:
            return redirect(url_for("banking.show_match", match_id=row.match_id), 303)
        return _line_page(session, row, Form.empty())


@guard.requires(Permission.BANK_RECORD)
def match(line_id: int) -> Any:
    """Match a line, and perhaps others, with the sides of vouchers that were chosen."""
    chosen = [line_id, *_numbers("line")]
    sides = [side for text in request.form.getlist("side") if (side := _side(text))]
    try:
        with database.transaction(services().engine) as session:
            row = queries.get_line(session, line_id)
            account = accounts.get_account(session, row.account)
            matches.match_by_hand(
                session,
                account,
                list(dict.fromkeys(chosen)),
                list(dict.fromkeys(sides)),
                remember="forget" not in request.form,
                **context.who(),
            )
    except DomainError as error:
        return again(line_id, error)
    flash(translate("已勾对"))
    return redirect(url_for("banking.next_line", code=row.account, after=line_id), 303)


@guard.requires(Permission.GIFTS_RECORD)
def gift(line_id: int) -> Any:
    """Record the gift that a line is: the page of gifts, filled in from the line."""
    with database.reading(services().engine) as session:
        row = queries.get_line(session, line_id)
        account = accounts.get_account(session, row.account)
        found = items.bank_items(session, account, keys=[line_id])
        hints = suggesting.donors(session, found[0]) if found else []
    donor = request.args.get("donor") or (str(hints[0].id) if len(hints) == 1 else "")
    given: dict[str, Any] = {
        "donor": donor,
        "pledge": request.args.get("pledge", ""),
        "donor_text": "" if donor else row.name,
        "received_on": row.booked_on.isoformat(),
        "amount": to_text(row.amount_minor),
        "account": row.account,
        "bank_reference": row.reference,
        "note": "；".join(filter(None, (row.summary, row.note))),
        "kind": GiftKind.CASH.value,
        "method": GiftMethod.BANK.value,
        "bank_line": line_id,
    }
    kept = {name: value for name, value in given.items() if value}
    return redirect(url_for("gifts.new", **kept), 303)


@guard.requires(Permission.VOUCHERS_PREPARE)
def voucher(line_id: int) -> Any:
    """Draft the voucher of interest or a fee."""
    form = Form.of_request()
    business = form.choice("business", Business)
    try:
        with database.transaction(services().engine) as session:
            row = queries.get_line(session, line_id)
            account = accounts.get_account(session, row.account)
            funds = account_tree.fund_choices(session, on=row.booked_on)
            fund = picking.pick(form.value("fund"), funds, field=translate("基金"))
            assert business is not None
            drafting.draft_voucher(
                session, account, line_id, business, fund_code=fund.code, **context.who()
            )
    except DomainError as error:
        return again(line_id, error)
    flash(translate("凭证已编制，审核记账后自动勾对"))
    return redirect(url_for("banking.next_line", code=row.account, after=line_id), 303)


@guard.requires(Permission.BANK_RECORD)
def payer(line_id: int) -> Any:
    """Remember whose money it is when this payer pays."""
    (donor, *_) = [*_numbers("donor"), 0]
    try:
        with database.transaction(services().engine) as session:
            matches.remember_payer(session, line_id, donor, **context.who())
    except DomainError as error:
        return again(line_id, error)
    flash(translate("已记住付款人"))
    return redirect(url_for("banking.line", line_id=line_id), 303)


@guard.requires(Permission.BANK_READ)
def show_match(match_id: int) -> str:
    """Show a match: both sides, and why."""
    with database.reading(services().engine) as session:
        view = queries.get_match(session, match_id)
    return render_template(
        "banking/match.html", view=view, words=scoring.WORDS, origins=labels.ORIGINS
    )


@guard.requires(Permission.BANK_RECORD)
def undo(match_id: int) -> Any:
    """Undo a match."""
    form = Form.of_request()
    try:
        with database.transaction(services().engine) as session:
            view = queries.get_match(session, match_id)
            matches.undo(session, match_id, reason=form.value("reason"), **context.who())
    except DomainError as error:
        flash(describe(error), "error")
        return redirect(url_for("banking.show_match", match_id=match_id), 303)
    flash(translate("已撤销勾对"))
    if view.lines:
        return redirect(url_for("banking.line", line_id=view.lines[0].id), 303)
    return redirect(url_for("banking.index"), 303)


def _filter() -> LineFilter:
    period = request.args.get("period", "")
    try:
        key = parse_period(period) if period else 0
    except DomainError:
        key = 0
    return LineFilter(
        account=request.args.get("account", "")[:32],
        is_open={"open": True, "matched": False}.get(request.args.get("state", "")),
        text=request.args.get("q", "").strip()[:80],
        period=key,
        way=request.args.get("direction", ""),
    )


def _line_page(session: Session, row: LineRow, form: Form) -> str:
    account = accounts.get_account(session, row.account)
    (line,) = items.bank_items(session, account, keys=[row.id])
    hints = suggesting.donors(session, line) if line.amount > 0 else []
    return render_template(
        "banking/line.html",
        row=row,
        account=account,
        form=form,
        suggestions=suggesting.for_lines(session, account, [line])[line.id],
        waiting=suggesting.waiting(session, account, line),
        donors=hints,
        pledges=suggesting.pledges(session, line, hints),
        payments=payments.candidates(session, account, line),
        is_paid=bool(line.paid),
        books=_near_books(session, account, line),
        others=_near_lines(session, account, line),
        business=_business(line),
        businesses=[(one.value, translate(word)) for one, word in drafting.WORDS.items()],
        funds=account_tree.fund_choices(session, on=row.booked_on),
        words=scoring.WORDS,
        is_remembered=line.donor_id is not None,
    )


def _near_books(session: Session, account: Account, line: BankItem) -> list[BookItem]:
    """Open sides near the day, those of the same direction and the nearest days first."""
    found = items.book_items(session, account, first=line.on - _NEAR, last=line.on + _NEAR)
    found.sort(
        key=lambda book: ((book.amount > 0) != (line.amount > 0), abs((book.on - line.on).days))
    )
    return found[:_BOOKS_SHOWN]


def _near_lines(session: Session, account: Account, line: BankItem) -> list[BankItem]:
    """Other open lines near the day: those of the same payer first."""
    found = [
        other
        for other in items.bank_items(session, account)
        if other.id != line.id and abs(other.on - line.on) <= _NEAR
    ]
    found.sort(key=lambda other: (other.name != line.name, abs((other.on - line.on).days)))
    return found[:_BOOKS_SHOWN]


def _business(line: BankItem) -> str:
    if line.amount > 0:
        return Business.INTEREST if scoring.is_interest(line.text) else ""
    return Business.FEE if scoring.is_fee(line.text) else ""


def again(line_id: int, error: DomainError) -> Any:
    """Show a line again with what was refused."""
    form = Form.of_request()
    form.refuse("", error)
    with database.reading(services().engine) as session:
        row = queries.get_line(session, line_id)
        if row.match_id is not None:
            flash(describe(error), "error")
            target: Response = redirect(url_for("banking.show_match", match_id=row.match_id), 303)
            return target
        return _line_page(session, row, form), error.status


def _numbers(name: str) -> list[int]:
    given = request.form.getlist(name)
    return [int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 19]


def _side(text: str) -> tuple[int, int] | None:
    key, _, side = text.partition(":")
    if not (key.isascii() and key.isdigit()) or len(key) > 18 or side not in ("1", "-1"):
        return None
    return int(key), int(side)

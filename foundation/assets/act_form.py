"""One form for every act on a register: its fields, the voucher it would make, and doing it.

A page describes its act once; what it would book is shown by doing it and undoing it again, so
the preview cannot differ from the voucher. An act without a voucher is done at once.
"""

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from foundation import database
from foundation.assets.steps import UnknownThing
from foundation.books import voucher_view
from foundation.books.voucher_view import LineView
from foundation.http import forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from ledger import catalogue
from ledger.charts.definitions import AccountFlag
from ledger.errors import DomainError, NotFound
from ledger.funds import list_funds
from ledger.vouchers import Voucher

# Refusals that name their thing by their code instead of a field.
_CODES = {
    "unknown_fund": "fund",
    "fund_closed": "fund",
    "unknown_account": "account",
    "unknown_gift": "gift",
    "unknown_period": "on",
    "period_closed": "on",
    "investment_resolution_missing": "resolution",
    "investment_level_unknown": "resolution",
    "stock_short": "quantity",
    "investment_short": "amount",
}
Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Input:
    """A field: its name in the form, and what the services call it when they refuse it."""

    name: str
    label: str
    # text, day, amount, number, select, picker, textarea, checkbox
    kind: str = "text"
    hint: str = ""
    is_required: bool = True
    options: Options = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """An act on a register. `do` returns the key of the voucher it made, or None."""

    title: str
    inputs: tuple[Input, ...]
    do: Callable[[Session, Form], int | None]
    said: str
    back: str
    # Whether it makes a voucher, which is shown before.
    is_booked: bool = True
    note: str = ""
    button: str = ""
    offered: dict[str, str] = field(default_factory=dict)
    is_danger: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What an act would book, and the form that it was shown for."""

    summary: str
    lines: tuple[LineView, ...]
    seal: str


class _TriedOut(Exception):
    """Leaves the transaction of a trial, so that nothing of it remains."""


def run(act: Act) -> Any:
    """Answer a page of an act: its empty form, what it would book, or that it is done."""
    form = Form.empty(act.offered) if request.method == "GET" else Form.of_request()
    preview: Preview | None = None
    status = 200
    if request.method == "POST":
        seal = _seal(form)
        try:
            if not act.is_booked or form.value("seal") == seal:
                with database.transaction(services().engine) as session:
                    act.do(session, form)
                flash(act.said)
                return redirect(act.back, 303)
            preview = try_out(services().engine, lambda session: act.do(session, form), seal=seal)
        except forms.Incomplete:
            status = 422
        except DomainError as error:
            if isinstance(error, UnknownThing) and request.view_args:
                raise
            form.refuse(_place(act, error), error)
            status = error.status if not isinstance(error, NotFound) else 422
    page = render_template("assets/act.html", act=act, form=form, preview=preview)
    return page, status


def try_out(engine: Engine, do: Callable[[Session], int | None], *, seal: str = "") -> Preview:
    """Do something, read the voucher it made, and undo everything. Raises as the act itself."""
    found: list[Preview] = []

    def tried(session: Session) -> None:
        voucher_id = do(session)
        summary = ""
        lines: tuple[LineView, ...] = ()
        if voucher_id is not None:
            query = select(Voucher.summary).where(Voucher.id == voucher_id)
            summary = session.execute(query).scalar_one()
            lines = tuple(voucher_view.list_lines(session, voucher_id))
        found.append(Preview(summary, lines, seal))
        raise _TriedOut

    with contextlib.suppress(_TriedOut), database.transaction(engine) as session:
        tried(session)
    return found[0]


def funds_of(session: Session) -> Options:
    """Return the open funds to choose from."""
    return [
        (fund.code, f"{fund.code} {fund.name}")
        for fund in list_funds(session)
        if fund.closed_on is None
    ]


def money_of(session: Session) -> Options:
    """Return the accounts of our own money in the chart in force."""
    known = catalogue.load(session)
    chart = known.periods[max(known.periods)].chart
    return [
        (account.code, f"{account.code} {account.full_name}")
        for account in known.accounts.values()
        if account.chart == chart
        and account.is_postable
        and account.closed_on is None
        and AccountFlag.CASH in account.flags
        and "agency" not in account.flags
    ]


def today_text() -> str:
    """Return today as a form offers it."""
    return services().clock.today().isoformat()


def _place(act: Act, error: DomainError) -> str:
    said = str(error.data.get("field", ""))
    names = {one.name for one in act.inputs}
    for one in act.inputs:
        if said and (said == one.label or said in one.named):
            return one.name
    place = _CODES.get(error.code, "")
    return place if place in names else ""


def _seal(form: Form) -> str:
    """What the preview was shown for: any change of the form asks for another look."""
    kept = sorted((name, value) for name, value in form.values.items() if name != "seal")
    return hashlib.sha256(repr(kept).encode()).hexdigest()[:32]


def labelled(words: dict[Any, str]) -> Options:
    """Return the choices of an enumeration in the reader's language."""
    return [(value.value, translate(word)) for value, word in words.items()]

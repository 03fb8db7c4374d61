"""Pages where a voucher is typed: a new one, a draft again, a correction."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from foundation import database
from foundation.books import account_tree, entry_form, labels, service, voucher_view
from foundation.books.entry import MANUAL_KINDS, BadEntry, Entry
from foundation.books.entry_form import Choices
from foundation.http import context, forms, frame
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.dimensions import Dimension, DimensionKind
from ledger.errors import DomainError
from ledger.periods import period_key
from ledger.vouchers import DEFAULT_WORD, VoucherKind, VoucherState

SUBMIT, SUBMIT_NEXT = "submit", "submit_next"


@dataclass(frozen=True, slots=True)
class Subject:
    """What the form is about: a new voucher, or a draft that exists."""

    voucher_id: int | None = None
    version: int = 0
    kind: VoucherKind | None = None
    corrects: voucher_view.VoucherView | None = None


@guard.requires(Permission.VOUCHERS_PREPARE)
def new_voucher() -> Any:
    """Prepare a voucher."""
    with database.reading(services().engine) as session:
        subject = Subject(corrects=_corrected(session))
        if request.method == "GET":
            return _page(session, _first_form(session, subject), subject)
    return _save(Form.of_request(), subject)


@guard.requires(Permission.VOUCHERS_PREPARE)
def edit_voucher(voucher_id: int) -> Any:
    """Change a draft."""
    with database.reading(services().engine) as session:
        view = voucher_view.get_voucher(session, voucher_id)
        service.check_editable(session, view.row)
        subject = Subject(
            voucher_id=voucher_id,
            version=_seen_version(view.row.version),
            kind=view.row.kind,
            corrects=None
            if view.corrects is None
            else voucher_view.get_voucher(session, view.corrects.id),
        )
        if request.method == "GET":
            return _page(session, entry_form.of_view(view), subject)
    return _save(Form.of_request(), subject)


def _seen_version(current: int) -> int:
    """Return the version that the person saw when the form was opened."""
    given = request.form.get("version", "")
    return int(given) if given.isdecimal() else current


def _corrected(session: Session) -> voucher_view.VoucherView | None:
    key = request.values.get("corrects", "")
    return voucher_view.get_voucher(session, int(key)) if key.isdecimal() else None


def _first_form(session: Session, subject: Subject) -> Form:
    day = _offered_day(session)
    if subject.corrects is not None:
        return entry_form.correcting(subject.corrects, today=day)
    return Form.empty(
        {
            "date": day.isoformat(),
            "kind": VoucherKind.ORDINARY.value,
            "word": DEFAULT_WORD,
            "attachments": "1",
        }
    )


def _offered_day(session: Session) -> date:
    """Today, or the last day of the period in view when that is an earlier one."""
    today = services().clock.today()
    key = frame.period_in_view(session)
    if key is None or key >= period_key(today):
        return today
    following = date(key // 100 + key % 100 // 12, key % 100 % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def _save(form: Form, subject: Subject) -> Any:
    day = form.day("date")
    kind = subject.kind or form.choice("kind", VoucherKind) or VoucherKind.ORDINARY
    rows: list[int] = []
    try:
        with database.transaction(services().engine) as session:
            choices = _choices(session, day)
            entry, rows = entry_form.read_entry(
                form,
                choices,
                booked_on=day or services().clock.today(),
                kind=kind,
                corrects_id=None if subject.corrects is None else subject.corrects.row.id,
            )
            key = _write(session, entry, subject)
    except forms.Incomplete:
        return _again(form, subject), 422
    except BadEntry as error:
        entry_form.refuse(form, error, rows)
        return _again(form, subject), error.status
    except DomainError as error:
        form.refuse("", error)
        return _again(form, subject), error.status
    return _saved(key)


def _write(session: Session, entry: Entry, subject: Subject) -> int:
    who: dict[str, Any] = {"actor": context.require_user().actor, "clock": services().clock}
    complete = _then() in (SUBMIT, SUBMIT_NEXT)
    if subject.voucher_id is None:
        return service.prepare(session, entry, complete=complete, **who)
    service.change(
        session, subject.voucher_id, entry, version=subject.version, complete=complete, **who
    )
    return subject.voucher_id


def _saved(key: int) -> Response:
    then = _then()
    if then == SUBMIT_NEXT and request.endpoint == "books.new_voucher":
        flash(translate("凭证已提交，等待审核；请录入下一张"))
        return redirect(url_for("books.new_voucher"), 303)
    flash(translate("草稿已保存" if then == "draft" else "凭证已提交，等待审核"))
    return redirect(url_for("books.voucher", voucher_id=key), 303)


def _then() -> str:
    """What follows saving; Ctrl+Enter presses no button and means submitting."""
    return request.form.get("then", SUBMIT_NEXT)


def _again(form: Form, subject: Subject) -> str:
    with database.reading(services().engine) as session:
        return _page(session, form, subject)


def _page(session: Session, form: Form, subject: Subject) -> str:
    day = forms.parse_day(form.value("date"), today=services().clock.today())
    choices = _choices(session, day)
    names = {choice.code: choice.name for choice in choices.accounts}
    return render_template(
        "books/entry.html",
        form=form,
        subject=subject,
        rows=range(entry_form.row_count(form)),
        choices=choices,
        names=names,
        fund_names={choice.code: choice.name for choice in choices.funds},
        kinds=[(kind.value, translate(labels.KINDS[kind])) for kind in MANUAL_KINDS],
        kind_names=labels.KINDS,
        flows=_flow_items(session),
        draft=VoucherState.DRAFT,
    )


def _choices(session: Session, day: date | None) -> Choices:
    when = day or services().clock.today()
    chart = account_tree.chart_of_year(session, when.year)
    return Choices(
        account_tree.account_choices(session, chart, on=when),
        account_tree.fund_choices(session, on=when),
    )


def _flow_items(session: Session) -> list[str]:
    query = select(Dimension.name).where(Dimension.kind == DimensionKind.CASH_FLOW_ITEM)
    return list(session.execute(query.order_by(Dimension.id)).scalars())

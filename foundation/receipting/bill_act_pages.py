"""Pages that record official bills and end them: blue, red, void, lost, linked, with files."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.gifts import service as gifts
from foundation.http import forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.receipting import access, bill_forms, bill_pages, bill_view, billing, facts, labels
from foundation.receipting.bill_forms import who
from foundation.receipting.bill_view import BillView
from foundation.receipting.billing import BillEntry
from foundation.receipting.eligibility import title_of
from foundation.users import guard
from ledger.errors import DomainError
from ledger.money import to_text
from receipts import bill_ends, bill_registers
from receipts.bill_entry import BillInput
from receipts.content import RecipientKind
from receipts.models import BILL_STATE_NAMES, BillMedium, BillState

Work = Callable[[Session, Form], int]


@guard.requires(access.RECORD)
def record() -> Any:
    """Record a bill that the finance department's system issued."""
    if request.method == "GET":
        with database.reading(services().engine) as session:
            return _record_page(session, _offered(session))
    form = Form.of_request()
    done = _try(form, _record)
    if done is not None:
        flash(translate("票据已登记"))
        return redirect(url_for("receipting.bill", bill_id=done), 303)
    with database.reading(services().engine) as session:
        return _record_page(session, form), 422


@guard.requires(access.RECORD)
def red(bill_id: int) -> Any:
    """Record the red bill that takes a blue one back."""
    with database.reading(services().engine) as session:
        view = bill_view.get_view(session, bill_id)
    if not view.is_live_blue:
        _refuse(view)
    form = Form.of_request() if request.method == "POST" else Form.empty(_red_offer(view))
    if request.method == "POST":

        def work(session: Session, form: Form) -> int:
            given = bill_forms.red(form, _as_input(view))
            form.require_complete()
            assert given is not None
            (done,) = billing.record_bills(
                session,
                [BillEntry(given)],
                is_confirmed=form.is_checked("is_confirmed"),
                **who(),
            )
            return done.bill.id

        done = _try(form, work)
        if done is not None:
            flash(translate("红字票据已登记，{bill} 已冲红", bill=view.label))
            return redirect(url_for("receipting.bill", bill_id=done), 303)
    page = render_template("receipting/red.html", form=form, view=view, bill=view.bill)
    return page, 422 if form.errors else 200


@guard.requires(access.UNDO)
def end(bill_id: int) -> Any:
    """Void a number or record its loss."""
    with database.reading(services().engine) as session:
        view = bill_view.get_view(session, bill_id)
    if not view.may_be_taken_out:
        _refuse(view)
    today = services().clock.today().isoformat()
    form = Form.of_request() if request.method == "POST" else Form.empty({"day": today})
    if request.method == "POST":

        def work(session: Session, form: Form) -> int:
            day, reason = form.day("day"), form.text("reason", longest=500)
            kind = form.text("kind")
            is_lost = kind == BillState.LOST
            is_paper_void = not is_lost and view.batch.medium is BillMedium.PAPER
            if is_paper_void and not form.is_checked("copies_kept"):
                form.refuse("copies_kept", translate("作废票据各联须全部保存，请核对后勾选"))
            form.require_complete()
            assert day is not None
            if is_paper_void:
                reason = f"{reason}（各联已全部保存）"
            act = bill_ends.lose if is_lost else bill_ends.void
            act(session, view.bill.code, view.bill.number, on=day, reason=reason, **who())
            return bill_id

        if _try(form, work) is not None:
            flash(translate("票据 {bill} 的状态已更改", bill=view.label))
            return redirect(url_for("receipting.bill", bill_id=bill_id), 303)
    page = render_template("receipting/end.html", form=form, view=view, bill=view.bill)
    return page, 422 if form.errors else 200


@guard.requires(access.RECORD)
def link(bill_id: int) -> Any:
    """Say which gifts a bill covers."""
    form = Form.of_request()

    def work(session: Session, form: Form) -> int:
        view = bill_view.get_view(session, bill_id)
        keys = bill_forms.gift_ids(session, form)
        if not keys:
            form.refuse("gifts", translate("请填写捐赠编号"))
        form.require_complete()
        billing.link_bill(session, view.bill.code, view.bill.number, keys, **who())
        return bill_id

    return _on_bill(bill_id, form, work, translate("已关联捐赠"))


@guard.requires(access.RECORD)
def attach(bill_id: int) -> Any:
    """Keep files that the finance department's system handed out."""
    form = Form.of_request()

    def work(session: Session, form: Form) -> int:
        bill_view.get_view(session, bill_id)
        files = bill_forms.originals(form)
        if not files:
            form.refuse("files", translate("请选择文件"))
        form.require_complete()
        bill_forms.attach(session, bill_id, files)
        return bill_id

    return _on_bill(bill_id, form, work, translate("文件已入档"))


def _on_bill(bill_id: int, form: Form, work: Work, notice: str) -> Any:
    if _try(form, work) is not None:
        flash(notice)
        return redirect(url_for("receipting.bill", bill_id=bill_id), 303)
    with database.reading(services().engine) as session:
        return bill_pages.show(session, bill_id, form), 422


def _try(form: Form, work: Work) -> int | None:
    """Do the work in a transaction of its own; None when it was refused, as the form says."""
    try:
        with database.transaction(services().engine) as session:
            return work(session, form)
    except forms.Incomplete:
        return None
    except DomainError as error:
        form.refuse(bill_forms.place_of(error), error)
        return None


def _record(session: Session, form: Form) -> int:
    given = bill_forms.bill(form)
    keys = bill_forms.gift_ids(session, form)
    files = bill_forms.originals(form)
    form.require_complete()
    assert given is not None
    (done,) = billing.record_bills(
        session,
        [BillEntry(given, keys)],
        is_confirmed=form.is_checked("is_confirmed"),
        is_matching=not form.value("gifts"),
        **who(),
    )
    bill_forms.attach(session, done.bill.id, files)
    return done.bill.id


def _record_page(session: Session, form: Form) -> str:
    return render_template(
        "receipting/record.html",
        form=form,
        payer_kinds=[(kind.value, translate(word)) for kind, word in labels.PAYER_KINDS.items()],
        batches=bill_registers.list_batches(session),
        media=labels.MEDIA,
    )


def _offered(session: Session) -> Form:
    """Offer what is known of the gift that the bill is for, and the number that comes next."""
    values = {"issued_on": services().clock.today().isoformat()}
    open_batches = [
        use for use in bill_registers.list_batches(session) if use.written_off_on is None
    ]
    if open_batches:
        batch = open_batches[-1]
        values["code"] = batch.code
        if batch.medium is BillMedium.PAPER:
            values["number"] = bill_registers.next_number(session, batch.id)
    if text := request.args.get("gift", ""):
        (gift,) = facts.load(session, [gifts.find_key(session, text)])
        is_person = (gift.payer_kind or RecipientKind.PERSON) is RecipientKind.PERSON
        if not gift.title:
            is_person = gift.donor_kind == "person"
        values |= {
            "gifts": gift.reference,
            "payer": title_of(gift),
            "payer_kind": "person" if is_person else "organisation",
            "payer_code": gift.payer_code or ("" if is_person else gift.credit_code),
            "amount": to_text(gift.left_minor - gift.billed_minor),
            "item_name": gift.item,
            "remark": gift.reference,
        }
    return Form.empty(values)


def _red_offer(view: BillView) -> dict[str, str]:
    return {"code": view.bill.code, "issued_on": services().clock.today().isoformat()}


def _as_input(view: BillView) -> BillInput:
    bill = view.bill
    assert bill.issued_on is not None
    assert bill.payer_name is not None
    assert bill.payer_kind is not None
    assert bill.amount_minor is not None
    return BillInput(
        code=bill.code,
        number=bill.number,
        issued_on=bill.issued_on,
        payer_name=bill.payer_name,
        payer_kind=bill.payer_kind,
        payer_code=bill.payer_code or "",
        amount_minor=bill.amount_minor,
    )


def _refuse(view: BillView) -> None:
    """Say why a bill cannot be taken back or out, as the services would."""
    if view.bill.state is BillState.ISSUED and view.batch.medium is BillMedium.ELECTRONIC:
        raise bill_ends.NotVoidable(bill=view.label)
    raise bill_ends.NotLive(bill=view.label, state=BILL_STATE_NAMES[view.bill.state])

"""Pages where a gift is typed: a new one, and one that corrects another."""

from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from foundation import database
from foundation.books import account_tree
from foundation.donors.models import DonorKind
from foundation.donors.vault import Vault
from foundation.gifts import (
    changes,
    donor_picking,
    entry_form,
    gift_view,
    labels,
    offering,
    service,
)
from foundation.gifts.donor_picking import Candidate, NotSettled
from foundation.gifts.entry import GiftInput
from foundation.gifts.entry_form import Choices
from foundation.gifts.gift_view import GiftView
from foundation.gifts.models import Gift, reference
from foundation.http import context, forms, frame
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.pledges import paying
from foundation.pledges import queries as pledge_queries
from foundation.pledges import service as pledges
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError

NEXT = "next"


@guard.requires(Permission.GIFTS_RECORD)
def new() -> Any:
    """Record a gift."""
    if request.method == "GET":
        with database.reading(services().engine) as session:
            return _page(session, _first_form(session))
    return _save(None)


@guard.requires(Permission.GIFTS_RECORD)
def correct(reference: str) -> Any:
    """Record a gift anew and undo the one it replaces."""
    with database.reading(services().engine) as session:
        view = gift_view.get_view(session, reference)
        if request.method == "GET":
            form = Form.empty(entry_form.of_view(view))
            form.values["booked_on"] = offering.day_of(session).isoformat()
            return _page(session, form, corrects=view)
    return _save(view)


def _first_form(session: Session) -> Form:
    """Offer today, what the last gift of this person was like, and a donor when one is named."""
    query = select(Gift.id, Gift.received_on).where(
        Gift.created_by == context.require_user().actor, Gift.batch_id.is_(None)
    )
    last = session.execute(query.order_by(Gift.id.desc()).limit(1)).one_or_none()
    view = None if last is None else gift_view.get_view(session, reference(*last))
    values = entry_form.offered(view, today=offering.day_of(session))
    values |= offering.of_address(request.args)
    donor = request.args.get("donor", "")
    if donor.isascii() and donor.isdigit() and len(donor) <= 18:
        found = donor_picking.find(session, int(donor))
        if found is not None:
            values |= {"donor": found.name, "donor_id": str(found.id)}
    if pledge := request.args.get("pledge", ""):
        values["pledge"] = pledge[:40]
    return Form.empty(values)


def _save(corrects: GiftView | None) -> Any:
    form = Form.of_request()
    who: dict[str, Any] = {"actor": context.require_user().actor, "clock": services().clock}
    candidates: tuple[Candidate, ...] | None = None
    status = 422
    try:
        with database.transaction(services().engine, pipelined=True) as session:
            vault = Vault.of(services().config.secret_key)
            try:
                donor = donor_picking.settle(session, form, vault=vault, **who)
            except NotSettled as unsettled:
                candidates, donor = unsettled.candidates, None
                form.refuse("donor", translate("请确认是哪一位捐赠人"))
            entry = entry_form.read_gift(form, donor, _choices(session))
            made = _write(session, entry, form, corrects, who)
            session.flush()
            alike = gift_view.get_view(session, made).alike
    except forms.Incomplete:
        pass
    except DomainError as error:
        entry_form.refuse(form, error)
        # A period or fund that does not exist is a mistake in the form, not a missing page.
        status = error.status if error.status != HTTPStatus.NOT_FOUND else 422
    else:
        return _saved(made, corrects, alike)
    with database.reading(services().engine) as session:
        return _page(session, form, corrects=corrects, candidates=candidates), status


def _write(
    session: Session,
    entry: GiftInput,
    form: Form,
    corrects: GiftView | None,
    who: dict[str, Any],
) -> str:
    if corrects is None:
        made = service.record_gift(session, entry, **who)
        _pay_pledge(session, form, made.gift_id, who)
        return made.reference
    booked_on, reason = form.day("booked_on"), form.text("reason", longest=500)
    form.require_complete()
    assert booked_on is not None
    made = changes.correct_gift(
        session, corrects.id, entry, booked_on=booked_on, reason=reason, **who
    )
    _pay_pledge(session, form, made.gift_id, who)
    return made.reference


def _pay_pledge(session: Session, form: Form, gift_id: int, who: dict[str, Any]) -> None:
    """Let the gift pay the pledge that was named, in the same transaction. Raises Incomplete."""
    named = form.text("pledge", is_required=False, longest=40)
    if not named:
        return
    try:
        paying.pay(session, gift_id, pledges.find_key(session, named), **who)
    except DomainError as error:
        form.refuse("pledge", error)
        form.require_complete()


def _saved(made: str, corrects: GiftView | None, alike: tuple[str, ...]) -> Response:
    if alike:
        flash(
            translate(
                "{gift} 疑似重复：同一捐赠人同日、同金额的捐赠还有 {others}，请核对",
                gift=made,
                others="、".join(alike),
            ),
            "error",
        )
    if corrects is not None:
        flash(translate("已更正为 {gift}，新旧凭证等待审核", gift=made))
    else:
        flash(translate("已登记捐赠 {gift}，凭证等待审核", gift=made))
    line = request.args.get("bank_line", "")
    if line.isascii() and line.isdigit() and len(line) <= 18:
        return redirect(url_for("banking.following", line_id=int(line)), 303)
    # Ctrl+Enter presses no button: it saves and goes on to the next gift.
    if request.form.get("then", NEXT) == NEXT and corrects is None:
        return redirect(url_for("gifts.new"), 303)
    return redirect(url_for("gifts.show", reference=made), 303)


def _choices(session: Session) -> Choices:
    """What may be picked: the accounts of the year of the period in view, and open funds."""
    day = forms.parse_day(request.form.get("received_on", ""), today=services().clock.today())
    key = frame.period_in_view(session)
    year = day.year if day else (key or 0) // 100
    chart = account_tree.chart_of_year(session, year)
    return Choices(
        [item for item in account_tree.account_choices(session, chart) if item.code[:1] == "1"],
        account_tree.fund_choices(session),
    )


def _page(
    session: Session,
    form: Form,
    *,
    corrects: GiftView | None = None,
    candidates: tuple[Candidate, ...] | None = None,
) -> str:
    choices = _choices(session)
    return render_template(
        "gifts/entry.html",
        form=form,
        corrects=corrects,
        candidates=candidates,
        choices=choices,
        accounts=[(item.code, item.hint) for item in choices.accounts],
        fund_names={item.code: item.name for item in choices.funds},
        rows=entry_form.row_count(form),
        has_foreign=entry_form.typed(form.values, "currency", "original", "rate"),
        kinds=[(kind.value, translate(word)) for kind, word in labels.KINDS.items()],
        methods=[(method.value, translate(word)) for method, word in labels.METHODS.items()],
        served=[(tag, translate(word)) for tag, word in labels.SERVED.items()],
        donor_kinds=[(kind.value, translate(labels.DONORS[kind])) for kind in DonorKind],
        pledges=pledge_queries.offered(session, form.value("donor_id")),
    )

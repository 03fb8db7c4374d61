"""The pages of a donor: gifts, papers, what the fund did, the tax form, and the own data."""

import io
import json
from typing import Any

import flask
from flask import flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from foundation import database
from foundation.donors import service as donors
from foundation.donors.vault import Vault
from foundation.gifts import labels
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import mark, translate
from foundation.organisation.service import get_organisation
from foundation.portal import (
    consents,
    contact,
    fund_figures,
    gift_cards,
    handing,
    personal_data,
    sections,
    visitors,
    visits,
)
from foundation.portal.contact import Wish
from foundation.portal.handing import Handed
from foundation.portal.models import RequestState, VisitKind
from foundation.portal.section_list import SECTIONS
from foundation.portal.visitors import Visitor
from foundation.portal.visits import Visit
from foundation.users import guard
from foundation.verification.web import KIND_NAMES
from ledger.errors import DomainError, InvalidInput, NotFound
from receipts.models import LetterState

# Gifts, or bills, on one page: a phone reads no hundreds.
_SHOWN = 25
REQUESTS = {
    RequestState.OPEN: (mark("等待处理"), "waiting"),
    RequestState.ACCEPTED: (mark("已更改"), "done"),
    RequestState.DECLINED: (mark("未采纳"), "muted"),
}
LETTER_STATES = {
    LetterState.ISSUED: (mark("有效"), "done"),
    LetterState.REPLACED: (mark("已更换"), "muted"),
    LetterState.CANCELLED: (mark("已作废"), "muted"),
}


class OnlyByMail(NotFound):
    """Who came in by a document sees that document; the rest needs the donor's own address."""

    code = "only_by_mail"
    message = "用文件编号进入时只能查看该文件所列的捐赠；其他内容请用电子邮箱链接进入"


@guard.public
def home() -> str:
    """Show the gifts, the latest first."""
    visitor = visitors.require()
    page = _page()
    first = (page - 1) * _SHOWN
    with database.reading(services().engine) as session:
        gifts = gift_cards.own_gifts(session, visitor)
        shown = [] if visitor.is_limited else sections.of_donor(session, visitor.family, SECTIONS)
        donor = donors.get_donor(session, visitor.donor_id)
        return render_template(
            "portal/home.html",
            visitor=visitor,
            name=gifts[0].donor_name if visitor.is_limited and gifts else donor.name,
            gifts=gifts[first : first + _SHOWN],
            count=sum(not gift.is_over for gift in gifts),
            total_minor=sum(gift.left_minor for gift in gifts),
            earlier=page + 1 if len(gifts) > first + _SHOWN else None,
            page=page,
            sections=shown,
            **_words(),
        )


@guard.public
def gift(reference: str) -> str:
    """Show one gift with its papers."""
    return _gift(reference, Form.empty())


def _gift(reference: str, form: Form) -> str:
    visitor = visitors.require()
    with database.reading(services().engine) as session:
        card = gift_cards.own_gift(session, visitor, reference)
        return render_template(
            "portal/gift.html",
            visitor=visitor,
            gift=card,
            form=form,
            consent=consents.current(session, [card.id]).get(card.id, consents.Consent()),
            organisation=get_organisation(session),
            **_words(),
        )


@guard.public
def consent(reference: str) -> Any:
    """Agree to the publication of a gift, or take it back."""
    visitor = _whole()
    form = Form.of_request()
    given = consents.Consent(
        is_name_shown=form.is_checked("name"),
        is_amount_shown=form.is_checked("amount"),
        display_name=form.value("display_name"),
    )
    try:
        with database.transaction(services().engine) as session:
            card = gift_cards.own_gift(session, visitor, reference)
            consents.record(session, card.id, given, actor=visitor.actor, clock=services().clock)
    except InvalidInput as error:
        form.refuse("display_name", error)
        return _gift(reference, form), 422
    flash(translate("已保存您的意愿，随时可以更改"))
    return redirect(url_for("portal.gift", reference=reference), 303)


@guard.public
def letter(reference: str) -> Response:
    """Hand out a document: the original first, copies after it."""
    with database.transaction(services().engine) as session:
        file = handing.letter(session, visitors.require(), reference)
    return _sent(file)


@guard.public
def bill_file(file_id: int) -> Response:
    """Hand out a file of the finance department, byte for byte."""
    with database.transaction(services().engine) as session:
        file = handing.bill_file(session, visitors.require(), file_id)
    return _sent(file)


def _sent(file: Handed) -> Response:
    return send_file(
        io.BytesIO(file.content),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
    )


@guard.public
def fund(code: str) -> str:
    """Show what a fund did to which the donor gave."""
    visitor = visitors.require()
    with database.reading(services().engine) as session:
        keys = gift_cards.own_keys(session, visitor)
        figures = fund_figures.of_fund(session, code, keys)
        own = [
            (card.received_on, part.amount_minor)
            for card in gift_cards.own_gifts(session, visitor)
            if not card.is_over
            for part in card.funds
            if part.code == code
        ]
        return render_template("portal/fund.html", visitor=visitor, fund=figures, own=own[:_SHOWN])


@guard.public
def tax() -> str:
    """Show the five values that the tax form asks for, bill by bill."""
    visitor = visitors.require()
    with database.reading(services().engine) as session:
        bills = {
            bill.id: bill
            for card in gift_cards.own_gifts(session, visitor)
            for bill in card.bills
            if bill.is_standing
        }
        years = sorted({bill.given_on.year for bill in bills.values()}, reverse=True)
        asked = request.args.get("year", "")
        year = next((one for one in years if str(one) == asked), years[0] if years else None)
        shown = [bill for bill in bills.values() if bill.given_on.year == year]
        shown.sort(key=lambda bill: (bill.given_on, bill.id), reverse=True)
        first = (_page() - 1) * _SHOWN
        return render_template(
            "portal/tax.html",
            visitor=visitor,
            years=years,
            year=year,
            bills=shown[first : first + _SHOWN],
            count=len(shown),
            total_minor=sum(bill.amount_minor for bill in shown),
            earlier=_page() + 1 if len(shown) > first + _SHOWN else None,
            organisation=get_organisation(session),
        )


@guard.public
def particulars() -> str:
    """Show what is kept of the donor, and take requests to change it."""
    return _particulars(Form.empty())


def _particulars(form: Form) -> str:
    visitor = _whole()
    with database.reading(services().engine) as session:
        donor = donors.get_donor(session, visitor.donor_id)
        return render_template(
            "portal/particulars.html",
            visitor=visitor,
            donor=donor,
            kind=labels.DONORS[donor.kind],
            id_number=personal_data.masked_number(donor, _vault()),
            form=form,
            requests=contact.list_requests(session, donor_id=donor.id),
            request_states=REQUESTS,
            visits=visits.list_visits(session, donor_id=donor.id, limit=10),
            visit_kinds=VISITS,
        )


@guard.public
def ask() -> Any:
    """Ask for a change of addresses."""
    visitor = _whole()
    form = Form.of_request()
    wish = Wish(form.value("email"), form.value("phone"), form.value("message"))
    try:
        with database.transaction(services().engine) as session:
            contact.ask(
                session, visitor.donor_id, wish, actor=visitor.actor, clock=services().clock
            )
    except DomainError as error:
        fields = {"电子邮箱": "email", "电话": "phone"}
        form.refuse(fields.get(str(error.data.get("field", "")), "message"), error)
        return _particulars(form), error.status
    flash(translate("已收到您的请求，工作人员核对后更改"))
    return redirect(url_for("portal.particulars"), 303)


@guard.public
def data() -> Response:
    """Hand out the copy of everything that is kept of the donor."""
    visitor = _whole()
    clock = services().clock
    with database.transaction(services().engine) as session:
        copy = personal_data.of_visitor(session, visitor, vault=_vault(), clock=clock)
        visit = Visit(visitor.donor_id, VisitKind.EXPORTED, visitor.channel)
        visits.note(session, visit, actor=visitor.actor, clock=clock)
    text = json.dumps(copy, ensure_ascii=False, indent=2)
    response = flask.make_response(text)
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = "attachment; filename=my-data.json"
    return response


VISITS = {
    VisitKind.LINK_SENT: mark("发出登录链接"),
    VisitKind.INVITED: mark("工作人员生成邀请链接"),
    VisitKind.ENTERED: mark("进入"),
    VisitKind.DOWNLOADED: mark("下载"),
    VisitKind.EXPORTED: mark("导出个人信息"),
}


def _page() -> int:
    asked = request.args.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked) < 10_000 else 1


def _whole() -> Visitor:
    visitor = visitors.require()
    if visitor.is_limited:
        raise OnlyByMail
    return visitor


def _words() -> dict[str, Any]:
    return {
        "states": gift_cards.STATES,
        "gift_kinds": labels.KINDS,
        "letter_kinds": KIND_NAMES,
        "letter_states": LETTER_STATES,
    }


def _vault() -> Vault:
    return Vault.of(services().config.secret_key)

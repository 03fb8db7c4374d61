"""Pages for agreements: drafting with warnings, signing, changing with consent, papers."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.agreements import entry_form, labels, papers, service, view
from foundation.agreements.models import Agreement, AgreementState
from foundation.agreements.service import Consent
from foundation.agreements.view import AgreementFilter, AgreementView
from foundation.donors import aliases
from foundation.donors import service as donors
from foundation.http import context, forms, lists
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import funds
from ledger.errors import DomainError

blueprint = Blueprint("agreements", __name__, url_prefix="/agreements")


@blueprint.get("")
@guard.requires(Permission.GIFTS_READ)
def index() -> str:
    """List agreements with what came in."""
    asked = lists.of_request()
    state = request.args.get("state", "")
    donor = request.args.get("donor", "")
    wanted = AgreementFilter(
        state=AgreementState(state) if state in list(AgreementState) else None,
        donor_id=int(donor) if donor.isascii() and donor.isdigit() and len(donor) < 19 else None,
        text=request.args.get("q", ""),
    )
    with database.reading(services().engine) as session:
        return render_template(
            "agreements/index.html",
            page=view.rows(session, wanted, asked),
            total=view.count(session, wanted),
            states=labels.STATES,
            narrowed=bool(set(request.args) - {"limit", "cursor"}),
        )


@blueprint.get("/find")
@guard.requires(Permission.GIFTS_READ)
def find() -> Any:
    """Lead from a number, as gifts carry it, to its agreement."""
    number = request.args.get("number", "").replace("\x00", "")
    with database.reading(services().engine) as session:
        found = service.find_agreement(session, number)
    if found is None:
        return redirect(url_for("agreements.index", q=number), 302)
    return redirect(url_for("agreements.show", agreement_id=found.id), 302)


@blueprint.route("/new", methods=["GET", "POST"])
@guard.requires(Permission.AGREEMENTS_EDIT)
def new() -> Any:
    """Draft an agreement."""
    form = Form.of_request() if request.method == "POST" else _offered()
    if request.method == "POST":
        try:
            entry = entry_form.read(form)
            with database.transaction(services().engine) as session:
                made = service.record_agreement(session, entry, **context.who())
        except forms.Incomplete:
            pass
        except DomainError as error:
            entry_form.refuse(form, error)
        else:
            flash(translate("已登记协议 {number}", number=made.number))
            return redirect(url_for("agreements.show", agreement_id=made.id), 303)
    with database.reading(services().engine) as session:
        return _entry_page(session, form, None), 422 if form.errors else 200


@blueprint.get("/<int:agreement_id>")
@guard.requires(Permission.GIFTS_READ)
def show(agreement_id: int) -> str:
    """Show an agreement with what it would cost, what came in, papers and changes."""
    return _show(agreement_id, Form.empty(), "")


@blueprint.route("/<int:agreement_id>/edit", methods=["GET", "POST"])
@guard.requires(Permission.AGREEMENTS_EDIT)
def edit(agreement_id: int) -> Any:
    """Change an agreement; a signed one with a reason and consent."""
    with database.reading(services().engine) as session:
        held = _view(session, agreement_id)
        if request.method == "GET":
            values = entry_form.of_agreement(held.agreement, held.row.donor_name, held.funds)
            return _entry_page(session, Form.empty(values), held)
    form = Form.of_request()
    try:
        entry = entry_form.read(form)
        consent = _consent(form)
        form.require_complete()
        with database.transaction(services().engine) as session:
            service.change_agreement(
                session,
                agreement_id,
                entry,
                reason=form.value("reason"),
                consent=consent,
                **context.who(),
            )
    except forms.Incomplete:
        pass
    except DomainError as error:
        entry_form.refuse(form, error)
    else:
        flash(translate("已保存"))
        return redirect(url_for("agreements.show", agreement_id=agreement_id), 303)
    with database.reading(services().engine) as session:
        return _entry_page(session, form, _view(session, agreement_id)), 422


@blueprint.post("/<int:agreement_id>/sign")
@guard.requires(Permission.AGREEMENTS_EDIT)
def sign(agreement_id: int) -> Any:
    """Note that both have signed."""

    def act(session: Session, form: Form) -> str:
        day = form.day("signed_on")
        form.require_complete()
        assert day is not None
        service.sign(session, agreement_id, signed_on=day, **context.who())
        return translate("已登记签署")

    return _act(agreement_id, "sign", act)


@blueprint.post("/<int:agreement_id>/end")
@guard.requires(Permission.AGREEMENTS_EDIT)
def end(agreement_id: int) -> Any:
    """End an agreement."""

    def act(session: Session, form: Form) -> str:
        reason = form.text("reason", longest=500)
        form.require_complete()
        service.end(session, agreement_id, reason=reason, **context.who())
        return translate("协议已结束")

    return _act(agreement_id, "end", act)


@blueprint.post("/<int:agreement_id>/files")
@guard.requires(Permission.AGREEMENTS_EDIT)
def attach(agreement_id: int) -> Any:
    """Attach a paper."""
    sent = request.files.get("file")

    def act(session: Session, form: Form) -> str:
        if sent is None or not sent.filename:
            form.refuse("file", translate("请选择文件"))
        form.require_complete()
        assert sent is not None
        held = session.get(Agreement, agreement_id)
        if held is None:
            raise service.UnknownAgreement(agreement=str(agreement_id))
        papers.add(
            session,
            held,
            name=str(sent.filename),
            content=sent.read(),
            data_dir=services().config.data_dir,
            **context.who(),
        )
        return translate("已上传附件")

    return _act(agreement_id, "file", act)


@blueprint.get("/<int:agreement_id>/files/<int:file_id>")
@guard.requires(Permission.GIFTS_READ)
def paper(agreement_id: int, file_id: int) -> Response:
    """Give a paper back as it was stored."""
    with database.reading(services().engine) as session:
        file, content = papers.read(
            session, agreement_id, file_id, data_dir=services().config.data_dir
        )
    response = Response(content, mimetype=file.media_type)
    response.headers["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{quote(file.file_name)}"
    )
    return response


def _act(agreement_id: int, opened: str, act: Callable[[Session, Form], str]) -> Any:
    form = Form.of_request()
    try:
        with database.transaction(services().engine) as session:
            said = act(session, form)
    except forms.Incomplete:
        pass
    except service.UnknownAgreement:
        raise
    except DomainError as error:
        form.refuse("file" if opened == "file" else "", error)
        if opened != "file":
            form.errors.pop("", None)
            entry_form.refuse(form, error)
    else:
        flash(said)
        return redirect(url_for("agreements.show", agreement_id=agreement_id), 303)
    return _show(agreement_id, form, opened), 422


def _view(session: Session, agreement_id: int) -> AgreementView:
    return view.get_view(session, agreement_id, today=services().clock.today())


def _show(agreement_id: int, form: Form, opened: str) -> str:
    with database.reading(services().engine) as session:
        return render_template(
            "agreements/show.html",
            view=_view(session, agreement_id),
            form=form,
            opened=opened,
            states=labels.STATES,
            reporting=labels.REPORTING,
            field_words=labels.FIELDS,
            facts=labels.FACTS,
            match_facts=labels.MATCH_FACTS,
            percent=entry_form.percent_text,
            today=services().clock.today().isoformat(),
            is_english=context.language() == "en",
        )


def _entry_page(session: Session, form: Form, held: AgreementView | None) -> str:
    known = [fund for fund in funds.list_funds(session) if fund.closed_on is None]
    return render_template(
        "agreements/edit.html",
        form=form,
        view=held,
        funds=[(fund.code, fund.name) for fund in known],
        reporting=[(item.value, translate(word)) for item, word in labels.REPORTING.items()],
        yes_no=[(value, translate(word)) for value, word in labels.YES_NO],
        facts=labels.FACTS,
        match_facts=labels.MATCH_FACTS,
        rows=entry_form.FUND_ROWS,
        is_signed=held is not None and held.agreement.state is AgreementState.SIGNED,
    )


def _offered() -> Form:
    values = {"reporting": "yearly"}
    donor = request.args.get("donor", "")
    if donor.isascii() and donor.isdigit() and len(donor) <= 18:
        with database.reading(services().engine) as session:
            found = donors.get_donor(session, aliases.kept_of(session, int(donor)))
            values |= {"donor": found.name, "donor_id": str(found.id)}
    return Form.empty(values)


def _consent(form: Form) -> Consent | None:
    by, day = form.value("consented_by"), form.day("consented_on", is_required=False)
    if not by and day is None:
        return None
    if not by:
        form.refuse("consented_by", translate("请填写此项"))
    if day is None:
        form.refuse("consented_on", translate("请填写此项"))
        return None
    return Consent(by, day, form.value("evidence"))

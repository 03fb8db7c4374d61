"""Settings of papers: letterhead and wording with a look at them, and the tax qualification."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from foundation import database
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import mark, translate
from foundation.organisation import letterhead, qualification, specimen
from foundation.organisation.letterhead import NAMES, LetterheadInput
from foundation.organisation.models import Standing
from foundation.organisation.qualification import PeriodInput
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError
from receipts import profile
from receipts.content import Kind

STANDINGS = {
    Standing.QUALIFIED: (mark("具有资格"), "done"),
    Standing.CANCELLED: (mark("被取消资格"), "alert"),
}
_KINDS = {
    Kind.LETTER: mark("捐赠确认函"),
    Kind.ANNUAL: mark("年度捐赠明细"),
    Kind.CERTIFICATE: mark("捐赠证书"),
    Kind.TAX_RECEIPT: mark("税务收据（非中国）"),
}
_PROFILES = {"cn": mark("中国（确认函、明细、证书）"), "ca": mark("加拿大（由机构出具税务收据）")}
_PLACES = {
    "确认函致辞": "letter_words",
    "年度明细附言": "statement_words",
    "证书致辞": "certificate_words",
    "签署人": "signatory",
    "出具地点": "place",
    "公告文号": "document_number",
    "公告网址": "document_address",
    "期间": "last_on",
    "公布日期": "published_on",
    "更改原因": "reason",
    "撤回原因": "reason",
}


@guard.requires(Permission.SETTINGS_EDIT)
def letterhead_settings() -> Any:
    """Show and change what documents say of the organisation."""
    with database.reading(services().engine) as session:
        known = letterhead.get_letterhead(session)
    form = Form.of_request() if request.method == "POST" else Form.empty(_values(known))
    if request.method == "POST":
        try:
            given, reason = _typed(form), form.text("reason", longest=500)
            form.require_complete()
            with database.transaction(services().engine) as session:
                letterhead.change(session, given, reason=reason, **context.who())
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse(_PLACES.get(str(error.data.get("field", "")), ""), error)
        else:
            flash(translate("信笺已保存，此后出具的文件使用新的内容"))
            return redirect(url_for("organisation.letterhead_settings"), 303)
    page = render_template(
        "organisation/letterhead.html",
        form=form,
        profiles=[(name, translate(_PROFILES.get(name, name))) for name in profile.list_profiles()],
        kinds=[(kind.value, translate(_KINDS[kind])) for kind in specimen.kinds(known)],
    )
    return page, 422 if form.errors else 200


@guard.requires(Permission.SETTINGS_EDIT)
def letterhead_preview() -> Any:
    """Draw a specimen under what is typed, saved or not."""
    form = Form.of_request()
    kind = form.choice("kind", Kind)
    given = _typed(form)
    if kind is None:
        kind = Kind.LETTER
    with database.reading(services().engine) as session:
        content = specimen.draw(
            session,
            given,
            kind,
            verify_at=f"{services().config.public_url}/verify/",
            on=services().clock.today(),
        )
    return Response(content, mimetype="application/pdf")


@guard.requires(Permission.SETTINGS_EDIT)
def qualification_settings() -> Any:
    """Show the periods of the tax qualification, and enter one."""
    form = Form.of_request() if request.method == "POST" else Form.empty()
    if request.method == "POST":
        try:
            given = _period(form)
            form.require_complete()
            assert given is not None
            with database.transaction(services().engine) as session:
                qualification.record(session, given, **context.who())
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse(_PLACES.get(str(error.data.get("field", "")), ""), error)
        else:
            flash(translate("资格期间已登记"))
            return redirect(url_for("organisation.qualification_settings"), 303)
    return _qualification_page(form)


@guard.requires(Permission.SETTINGS_EDIT)
def withdraw_qualification(period_id: int) -> Any:
    """Take back a period that was entered by mistake."""
    form = Form.of_request() if request.method == "POST" else Form.empty()
    if request.method == "POST":
        try:
            reason = form.text("reason", longest=500)
            form.require_complete()
            with database.transaction(services().engine) as session:
                qualification.withdraw(session, period_id, reason=reason, **context.who())
        except forms.Incomplete:
            pass
        else:
            flash(translate("资格期间已撤回"))
            return redirect(url_for("organisation.qualification_settings"), 303)
    page = render_template(
        "confirm.html",
        form=form,
        heading=translate("撤回资格期间"),
        sentence=translate("登记有误时撤回并重新登记；撤回的期间保留在列表中，不再用于判断。"),
        button=translate("撤回"),
        asks_reason=True,
        is_danger=True,
        back=url_for("organisation.qualification_settings"),
    )
    return page, 422 if form.errors else 200


RULES: tuple[tuple[str, str, Callable[..., Any], tuple[str, ...]], ...] = (
    ("/settings/letterhead", "letterhead_settings", letterhead_settings, ("GET", "POST")),
    ("/settings/letterhead/preview", "letterhead_preview", letterhead_preview, ("POST",)),
    (
        "/settings/qualification",
        "qualification_settings",
        qualification_settings,
        ("GET", "POST"),
    ),
    (
        "/settings/qualification/<int:period_id>/withdraw",
        "withdraw_qualification",
        withdraw_qualification,
        ("GET", "POST"),
    ),
)


def _qualification_page(form: Form) -> Any:
    with database.reading(services().engine) as session:
        page = render_template(
            "organisation/qualification.html",
            form=form,
            periods=qualification.list_periods(session, with_withdrawn=True),
            today=qualification.answer_on(session, services().clock.today()),
            standings=STANDINGS,
            choices=[(one.value, translate(word)) for one, (word, _) in STANDINGS.items()],
        )
    return page, 422 if form.errors else 200


def _typed(form: Form) -> LetterheadInput:
    return LetterheadInput(
        **{
            # A document has paragraphs of its own; what was typed is one of them.
            name: "".join(form.text(name, is_required=name == "profile", longest=600).splitlines())
            for name in NAMES
        }
    )


def _values(known: LetterheadInput) -> dict[str, str]:
    return {name: getattr(known, name) for name in NAMES}


def _period(form: Form) -> PeriodInput | None:
    standing = form.choice("standing", Standing)
    days = [form.day(name) for name in ("first_on", "last_on", "published_on")]
    number = form.text("document_number", longest=120)
    address = form.text("document_address", is_required=False, longest=300)
    first_on, last_on, published_on = days
    if standing is None or first_on is None or last_on is None or published_on is None:
        return None
    return PeriodInput(
        standing=standing,
        first_on=first_on,
        last_on=last_on,
        document_number=number,
        published_on=published_on,
        document_address=address,
    )

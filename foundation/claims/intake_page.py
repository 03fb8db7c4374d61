"""The guided form for the Hubei document."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from foundation import database
from foundation.claims import intake as intakes
from foundation.claims import labels, schemes
from foundation.claims.desk_page import who
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe, mark, translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError

_ARTICLE = "article_"
CHOICES = {
    "previous_year": mark("上年"),
    "claim_year": mark("当年"),
    "receipt": mark("每笔到账"),
    "agreement": mark("同一协议"),
    "agreement_year": mark("同一协议在一年内"),
    "project_year": mark("同一项目在一年内"),
    "donor_year": mark("同一捐赠人在一年内"),
    "assessed": mark("主管部门核定"),
    "flat": mark("统一比例"),
    "marginal": mark("分档累退"),
    "prorata": mark("同比例压缩"),
    "proportional": mark("按认定收入分配"),
    "none": mark("不限"),
    "half_up": mark("四舍五入"),
    "down": mark("舍去尾数"),
    "up": mark("进一"),
    "half_even": mark("四舍六入五成双"),
}


@guard.requires(Permission.GIFTS_READ)
def intake() -> Any:
    """Show the questionnaire as far as it was filled in."""
    return _page(Form.empty())


@guard.requires(Permission.CLAIMS_PREPARE)
def fill() -> Any:
    """Keep what was filled in."""
    form = Form.of_request()
    file = request.files.get("file")
    kept = (file.filename, file.read()) if file is not None and file.filename else None
    articles = {
        name.removeprefix(_ARTICLE): text
        for name, text in form.values.items()
        if name.startswith(_ARTICLE)
    }
    try:
        with database.transaction(services().engine) as session:
            intakes.fill(
                session,
                {name: text for name, text in form.values.items() if name not in articles},
                articles,
                document_title=form.value("document_title"),
                document_number=form.value("document_number"),
                file=kept,
                folder=services().config.data_dir,
                **who(),
            )
    except DomainError as error:
        form.refuse("", error)
        return _page(form)
    flash(translate("已保存"))
    return redirect(url_for("matching.intake"), 303)


def _page(form: Form) -> Any:
    code, questions = intakes.form()
    with database.reading(services().engine) as session:
        filled = intakes.current(session)
        stored = schemes.current(session, code)
        if request.method == "GET":
            form.values.update(filled.answers)
            form.values.update({_ARTICLE + key: text for key, text in filled.articles.items()})
            form.values["document_title"] = filled.document_title
            form.values["document_number"] = filled.document_number
        page = render_template(
            "claims/intake.html",
            form=form,
            filled=filled,
            stored=stored,
            groups=[
                (labels.in_language(*intakes.GROUPS[group]),
                 [item for item in questions if item.group == group])
                for group in intakes.GROUPS
            ],
            choice_words=CHOICES,
            **labels.words(),
        )  # fmt: skip
    return page, 422 if form.errors else 200


@guard.requires(Permission.CLAIMS_APPROVE)
def confirm() -> Any:
    """Confirm the questionnaire as a second person."""
    try:
        with database.transaction(services().engine) as session:
            code = intakes.confirm(session, **who())
    except DomainError as error:
        flash(describe(error), "error")
        return redirect(url_for("matching.intake"), 303)
    flash(translate("已确认，办法已有新版本"))
    return redirect(url_for("matching.scheme", code=code), 303)

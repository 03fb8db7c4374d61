"""A gift under the schemes: its trace in every claim, its decisions, and deciding."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.claims import (
    deciding,
    decisions,
    governing,
    labels,
    queries,
    questions,
    schemes,
)
from foundation.claims.decisions import Evidence, NewDecision
from foundation.claims.desk_page import who
from foundation.claims.scheme_models import EVERY_SCHEME
from foundation.gifts import service as gifts
from foundation.gifts.models import reference as reference_of
from foundation.http import forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.matching import vocabulary as words
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import funds
from ledger.errors import DomainError
from ledger.money import BOOK_CURRENCY


@guard.requires(Permission.GIFTS_READ)
def gift(reference: str) -> Any:
    """Show what every claim makes of a gift, with its trace and its decisions."""
    return _gift(reference, Form.empty(request.args.to_dict()))


@guard.requires(Permission.CLAIMS_PREPARE)
def decide_gift(reference: str) -> Any:
    """Record a decision on one gift."""
    form = Form.of_request()
    with database.reading(services().engine) as session:
        key = gifts.find_key(session, reference)
    if _decided(form, gift_id=key):
        return redirect(url_for("matching.gift", reference=reference), 303)
    return _gift(reference, form)


def _gift(reference: str, form: Form) -> Any:
    with database.reading(services().engine) as session:
        key = gifts.find_key(session, reference)
        found = gifts.get_gift(session, key)
        page = render_template(
            "claims/gift.html",
            form=form,
            gift=found,
            reference=reference_of(found.id, found.received_on),
            claims=queries.claims_of_gift(session, key),
            decisions=decisions.list_decisions(
                session, gift_id=key, fund_ids=queries.funds_of_gift(session, key)
            ),
            **_choices(session),
            **labels.words(),
        )
    return page, 422 if form.errors else 200


@guard.requires(Permission.GIFTS_READ)
def recorded() -> Any:
    """Show the decisions on funds and claim years."""
    return _wide(Form.empty(request.args.to_dict()))


@guard.requires(Permission.CLAIMS_PREPARE)
def decide() -> Any:
    """Record a decision on a fund or on a whole claim year."""
    form = Form.of_request()
    fund = form.text("fund", is_required=False, longest=32)
    year = form.whole_number("year") if form.value("year") else None
    if _decided(form, fund=fund, year=None if fund else year):
        return redirect(url_for("matching.decisions"), 303)
    return _wide(form)


def _wide(form: Form) -> Any:
    with database.reading(services().engine) as session:
        found = [
            item for item in decisions.list_decisions(session, limit=200) if item.gift_id is None
        ]
        page = render_template(
            "claims/decide.html",
            form=form,
            decisions=found,
            funds=funds.list_funds(session),
            **_choices(session),
            **labels.words(),
        )
    return page, 422 if form.errors else 200


def _decided(
    form: Form, *, gift_id: int | None = None, fund: str = "", year: int | None = None
) -> bool:
    """Record what the form says; False when it is refused."""
    question, reason = form.text("question", longest=120), form.text("reason", longest=2000)
    answer = form.text("answer", is_required=False, longest=400)
    evidence = form.text("evidence", is_required=False, longest=2000)
    supersedes = form.whole_number("supersedes", highest=2**53)
    day = form.day("decided_on", is_required=False)
    file = request.files.get("file")
    kept = Evidence(file.filename, file.read()) if file is not None and file.filename else None
    try:
        form.require_complete()
        with database.transaction(services().engine) as session:
            given = NewDecision(
                question=question,
                answer=answer or None,
                reason=reason,
                scheme_code=form.value("scheme") or EVERY_SCHEME,
                gift_id=gift_id,
                fund_id=funds.get_fund(session, fund).id if fund else None,
                claim_year=year,
                evidence=evidence,
                file=kept,
                decided_on=day,
                supersedes_id=supersedes or None,
            )
            made = deciding.decide(session, given, folder=services().config.data_dir, **who())
    except forms.Incomplete:
        return False
    except DomainError as error:
        form.refuse("", error)
        return False
    flash(translate("已记录认定 {number}", number=made.decision_id))
    return True


def _choices(session: Session) -> dict[str, Any]:
    asked = [
        (fact, f"{topic.number}. {labels.in_language(*questions.label(fact))}")
        for topic in questions.topics()
        for fact in topic.facts
    ]
    offered = [
        (item.code, item.title)
        for item in schemes.list_current(session)
        if item.scheme.currency == BOOK_CURRENCY
    ]
    return {
        "question_options": asked,
        "answer_options": [
            (translate("是"), ""),
            (translate("否"), ""),
            *((kind, "") for kind in words.UNITS),
            *governing.choices(session),
        ],
        "scheme_options": [(EVERY_SCHEME, translate("所有办法")), *offered],
        "label_of": lambda fact: labels.in_language(*questions.label(fact)),
        "shown": _shown,
    }


def _shown(answer: str) -> str:
    value = questions.shown(answer)
    if value is None:
        return translate("重新待定")
    if isinstance(value, bool):
        return translate("是") if value else translate("否")
    return str(value)

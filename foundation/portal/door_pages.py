"""The doors of `/my`: a link by mail, a document in hand, a link from the office; the way out."""

import flask
from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from foundation import database
from foundation.http import context, security
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe
from foundation.mail import service as mail
from foundation.portal import entering, visitors, visits
from foundation.portal.entering import Entry
from foundation.portal.models import VisitKind
from foundation.portal.visits import Visit
from foundation.users import guard
from foundation.users.throttle import TooManyAttempts
from foundation.verification import limits
from ledger.errors import DomainError

_LONGEST = 200


@guard.public
@visitors.door
def enter() -> str | Response:
    """Offer the ways in."""
    if visitors.current() is not None:
        return redirect(url_for("portal.home"), 303)
    return _door(Form.empty(), is_sent="sent" in request.args)


@guard.public
@visitors.door
def by_mail() -> Response:
    """Send a link to an address; the answer is the same whether we know it or not."""
    form = Form.of_request()
    email = form.text("email", longest=_LONGEST)
    try:
        address = mail.check_address(email) if email else ""
        if address:
            _send(address)
    except DomainError as error:
        form.refuse("email", error)
        return _refused(form, error)
    if form.errors:
        return flask.make_response(_door(form), 422)
    return redirect(url_for("portal.enter", sent=1), 303)


def _send(address: str) -> None:
    counted = (
        limits.subject("portal mail", address.casefold(), free=3, longest_seconds=900),
        limits.subject("portal mail from", context.browser_address(), free=10, longest_seconds=300),
    )
    # One commit either way: the time it takes says little of what was found.
    with database.transaction(services().engine) as session:
        limits.admit(session, *counted)
        entering.request_link(
            session, address, public_url=services().config.public_url, clock=services().clock
        )


@guard.public
@visitors.door
def by_document() -> Response:
    """Come in with number and code of a document, to see that document and its gifts."""
    form = Form.of_request()
    number, code = form.text("number", longest=_LONGEST), form.text("code", longest=_LONGEST)
    if form.errors:
        return flask.make_response(_door(form), 422)
    of_number = limits.subject("portal number", number.upper(), free=5, longest_seconds=60)
    of_browser = limits.subject(
        "portal number from", context.browser_address(), free=10, longest_seconds=300
    )
    try:
        with database.transaction(services().engine) as session:
            limits.admit(session, of_number, of_browser)
        with database.transaction(services().engine) as session:
            entry = entering.by_document(session, number, code)
            limits.forgive(session, of_number)
            secret = _begin(session, entry)
    except DomainError as error:
        form.refuse("code", error)
        return _refused(form, error)
    return _welcome(secret)


@guard.public
@visitors.door
def link(token: str) -> Response:
    """Show what a link opens, and a button; only the button uses it up."""
    with database.reading(services().engine) as session:
        is_usable = entering.is_usable(session, token, clock=services().clock)
    page = render_template("portal/link.html", token=token, is_usable=is_usable)
    return flask.make_response(page, 200 if is_usable else entering.LinkNotUsable.status)


@guard.public
@visitors.door
def use_link(token: str) -> Response:
    """Come in by a link."""
    tried = limits.subject(
        "portal link from", context.browser_address(), free=20, longest_seconds=60
    )
    try:
        with database.transaction(services().engine) as session:
            limits.admit(session, tried)
        with database.transaction(services().engine) as session:
            secret = _begin(session, entering.by_link(session, token, clock=services().clock))
            limits.forgive(session, tried)
    except TooManyAttempts as error:
        return _refused(Form.empty(), error)
    except entering.LinkNotUsable as error:
        page = render_template("portal/link.html", token=token, is_usable=False)
        return flask.make_response(page, error.status)
    return _welcome(secret)


@guard.public
@visitors.door
def renew_link(token: str) -> Response:
    """Send a fresh link in the place of one that no longer works."""
    counted = (
        limits.subject("portal renewal", token, free=3, longest_seconds=900),
        limits.subject("portal mail from", context.browser_address(), free=10, longest_seconds=300),
    )
    try:
        with database.transaction(services().engine) as session:
            limits.admit(session, *counted)
            entering.renew(
                session, token, public_url=services().config.public_url, clock=services().clock
            )
    except TooManyAttempts as error:
        return _refused(Form.empty(), error)
    return redirect(url_for("portal.enter", sent=1), 303)


@guard.public
@visitors.door
def leave() -> Response:
    """End the session of this browser."""
    with database.transaction(services().engine) as session:
        visitors.end(session)
    flask.session.clear()
    response = redirect(url_for("portal.enter"), 303)
    response.delete_cookie(visitors.COOKIE, path="/")
    return response


def _begin(session: Session, entry: Entry) -> str:
    visit = Visit(entry.donor_id, VisitKind.ENTERED, entry.channel, letter_id=entry.letter_id)
    visits.note(session, visit, actor=f"donor:{entry.donor_id}", clock=services().clock)
    return visitors.begin(
        session,
        entry.donor_id,
        channel=entry.channel,
        letter_id=entry.letter_id,
        clock=services().clock,
    )


def _welcome(secret: str) -> Response:
    # The token of forms is a new one too: what was known before somebody came in is worth nothing.
    flask.session.clear()
    response = redirect(url_for("portal.home"), 303)
    security.set_cookie(response, visitors.COOKIE, secret)
    return response


def _door(form: Form, *, is_sent: bool = False) -> str:
    minutes = int(entering.MAILED_FOR.total_seconds()) // 60
    return render_template("portal/enter.html", form=form, is_sent=is_sent, minutes=minutes)


def _refused(form: Form, error: DomainError) -> Response:
    form.refuse("", describe(error))
    response = flask.make_response(_door(form), error.status)
    if "retry_after" in error.data:
        response.headers["Retry-After"] = str(error.data["retry_after"])
    return response

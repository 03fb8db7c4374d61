"""Every address of the donors' own pages, in one screen.

All of them are public to the guard of the office, which knows no donors; here nothing is shown
before `visitors.check` has found out whose pages these are.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirection

from foundation.http import context
from foundation.http.languages import describe
from foundation.portal import door_pages, pages, use_reports, visitors
from foundation.users.models import Role
from ledger import money
from ledger.errors import DomainError

blueprint = Blueprint("portal", __name__, url_prefix="/my")

View = Callable[..., Any]
_GET, _POST = ("GET",), ("POST",)

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("", "home", pages.home, _GET),
    ("/enter", "enter", door_pages.enter, _GET),
    ("/enter/mail", "by_mail", door_pages.by_mail, _POST),
    ("/enter/document", "by_document", door_pages.by_document, _POST),
    ("/enter/<token>", "link", door_pages.link, _GET),
    ("/enter/<token>", "use_link", door_pages.use_link, _POST),
    ("/enter/<token>/renew", "renew_link", door_pages.renew_link, _POST),
    ("/leave", "leave", door_pages.leave, _POST),
    ("/gifts/<reference>", "gift", pages.gift, _GET),
    ("/gifts/<reference>/consent", "consent", pages.consent, _POST),
    ("/use-reports/<int:report_id>", "use_report", use_reports.download, _GET),
    ("/letters/<reference>.pdf", "letter", pages.letter, _GET),
    ("/bill-files/<int:file_id>", "bill_file", pages.bill_file, _GET),
    ("/funds/<code>", "fund", pages.fund, _GET),
    ("/tax", "tax", pages.tax, _GET),
    ("/particulars", "particulars", pages.particulars, _GET),
    ("/particulars", "ask", pages.ask, _POST),
    ("/data.json", "data", pages.data, _GET),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))

blueprint.before_request(visitors.check)


@blueprint.before_app_request
def send_donors_home() -> Redirection | None:
    """Lead an account of a donor, which has no desk, to the own pages."""
    user = context.current_user()
    if request.endpoint == "home.desk" and user is not None and user.role is Role.DONOR:
        return redirect(url_for("portal.home"), 303)
    return None


@blueprint.app_template_filter("plain_amount")
def plain_amount(minor: int) -> str:
    """Write an amount as a form takes it: two decimals, nothing between the digits."""
    return money.to_text(minor)


@blueprint.app_template_filter("filled")
def filled(template: str, values: Mapping[str, object]) -> str:
    """Fill the places of a sentence that was translated."""
    return template.format(**values)


@blueprint.errorhandler(DomainError)
def refused(error: DomainError) -> Response:
    """Say what was refused without the frame of the office around it."""
    page = render_template(
        "portal/problem.html", detail=describe(error), visitor=visitors.current()
    )
    return make_response(page, error.status)


@blueprint.after_request
def keep_out(response: Response) -> Response:
    """Keep search engines and shared caches away from donors' pages."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response

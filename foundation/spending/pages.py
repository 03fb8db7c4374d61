"""Pages of spending: the list, a request with its approvals, and the form."""

from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import context, forms, lists
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.spending import drafts, labels, queries, request_form, rules
from foundation.spending.models import SpendingState, reference
from foundation.spending.queries import SpendingFilter
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import catalogue, funds
from ledger.charts.definitions import AccountFlag
from ledger.errors import DomainError
from ledger.funds import Restriction
from ledger.trail import TrailRecord
from receipts.content import RecipientKind
from receipts.verification import masked


@guard.requires(Permission.SPENDING_READ)
def index() -> str:
    """List requests with what they add up to."""
    asked, wanted = lists.of_request(), _wanted()
    with database.reading(services().engine) as session:
        page = queries.rows(session, wanted, asked)
        return render_template(
            "spending/index.html",
            page=page,
            sums=queries.add_up(session, wanted),
            states=labels.STATES,
            kinds=labels.KINDS,
            reference=reference,
            funds=[(fund.code, f"{fund.code} {fund.name}") for fund in funds.list_funds(session)],
            narrowed=bool(set(request.args) - {"limit", "cursor"}),
        )


def _wanted() -> SpendingFilter:
    given = {name: value.replace("\x00", "").strip() for name, value in request.args.items()}
    state = given.get("state", "")
    return SpendingFilter(
        state=SpendingState(state) if state in list(SpendingState) else None,
        text=given.get("q", ""),
        fund=given.get("fund", ""),
    )


@guard.requires(Permission.SPENDING_REQUEST)
def new() -> Any:
    """Write the draft of a request."""
    today = services().clock.today().isoformat()
    form = Form.of_request() if request.method == "POST" else Form.empty({"requested_on": today})
    return _form_page(form, None)


@guard.requires(Permission.SPENDING_REQUEST)
def edit(reference: str) -> Any:
    """Rewrite a draft of one's own."""
    with database.reading(services().engine) as session:
        view = queries.view(session, queries.find_key(session, reference))
    form = Form.of_request() if request.method == "POST" else request_form.offered(view)
    return _form_page(form, view.request.id)


def _form_page(form: Form, key: int | None) -> Any:
    if request.method == "POST":
        try:
            entry = request_form.read(form)
            with database.transaction(services().engine) as session:
                who = context.require_user().actor
                made = drafts.save_draft(
                    session, entry, request_id=key, actor=who, clock=services().clock
                )
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse(request_form.place_of(error), error)
        else:
            named = reference(made.id, made.requested_on)
            flash(translate("已保存支出申请 {request}", request=named))
            return redirect(url_for("spending.show", reference=named), 303)
    with database.reading(services().engine) as session:
        page = render_template(
            "spending/form.html",
            form=form,
            lines=request_form.LINES,
            kinds=_options(labels.KINDS),
            methods=_options(labels.METHODS),
            elements=[
                (item.code, item.zh if context.language() == "zh" else item.en)
                for item in rules.elements().values()
            ],
            funds=[
                (fund.code, fund.name)
                for fund in funds.list_funds(session)
                if fund.closed_on is None and fund.restriction is not Restriction.PERMANENT
            ],
        )
    return page, 422 if form.errors else 200


def _options(words: dict[Any, str]) -> list[tuple[str, str]]:
    return [(item.value, translate(word)) for item, word in words.items()]


@guard.requires(Permission.SPENDING_READ)
def show(reference: str) -> str:
    """Show a request with its approvals, its payment and its voucher."""
    return render_request(reference, Form.empty(), "")


def render_request(named: str, form: Form, opened: str) -> str:
    """Render a request; `opened` is the act whose form was refused."""
    with database.reading(services().engine) as session:
        view = queries.view(session, queries.find_key(session, named))
        records = session.execute(
            select(TrailRecord)
            .where(TrailRecord.subject == f"spending:{view.request.id}")
            .order_by(TrailRecord.sequence)
        ).scalars()
        return render_template(
            "spending/show.html",
            view=view,
            form=form,
            opened=opened,
            actor=context.require_user().actor,
            states=labels.STATES,
            kinds=labels.KINDS,
            methods=labels.METHODS,
            verdicts=labels.VERDICTS,
            masked=partial(masked, kind=RecipientKind.PERSON),
            accounts=_accounts(session),
            sources=rules.sources(),
            records=records.all(),
            today=services().clock.today(),
            is_english=context.language() == "en",
        )


def _accounts(session: Session) -> list[tuple[str, str]]:
    known = catalogue.load(session)
    today = services().clock.today()
    period = known.periods.get(today.year * 100 + today.month)
    if period is None:
        return []
    return [
        (account.code, f"{account.code} {account.full_name}")
        for account in known.accounts.values()
        if account.chart == period.chart
        and account.is_postable
        and account.closed_on is None
        and AccountFlag.CASH in account.flags
    ]

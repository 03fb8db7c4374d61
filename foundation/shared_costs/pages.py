"""Pages of shared costs: keys and runs, one key, one run, the preview, and time sheets."""

from fractions import Fraction
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import context
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.shared_costs import key_form, labels, queries, runs, steps
from foundation.shared_costs.allocating import percent
from foundation.shared_costs.models import Basis, Function, KeyState
from foundation.shared_costs.queries import KeyView
from foundation.spending import rules
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import catalogue, funds, periods
from ledger.charts.definitions import AccountCategory, AccountFlag
from ledger.errors import DomainError
from ledger.funds import Restriction

Options = list[tuple[str, str]]


@guard.requires(Permission.BOOKS_READ)
def index() -> str:
    """List keys and runs, with the form that looks at the next run."""
    return render_index(Form.empty({"period": _last_month()}))


def _last_month() -> str:
    today = services().clock.today()
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    return f"{year:04d}-{month:02d}"


def render_index(form: Form) -> str:
    """Render the list; `form` is what was asked to be looked at."""
    with database.reading(services().engine) as session:
        found = queries.list_keys(session)
        return render_template(
            "shared_costs/index.html",
            form=form,
            keys=found,
            runs=queries.list_runs(session),
            months=[
                (periods.text_of(period), count) for period, count in queries.sheet_months(session)
            ],
            bases=labels.BASES,
            key_states=labels.KEY_STATES,
            run_states=labels.RUN_STATES,
            usable=sorted(
                {(key.code, f"{key.code} {key.name}") for key, _ in found if _is_usable(key)}
            ),
            accounts=_money_accounts(session),
        )


def _is_usable(key: Any) -> bool:
    return key.state is KeyState.APPROVED


@guard.requires(Permission.BOOKS_READ)
def show_key(code: str, version: int) -> str:
    """Show one version of a key."""
    return render_key(code, version, Form.empty())


def render_key(code: str, version: int, form: Form) -> str:
    """Render a key; `form` is what was refused."""
    with database.reading(services().engine) as session:
        view = queries.view_key(session, code, version)
        return render_template(
            "shared_costs/key.html",
            view=view,
            form=form,
            shares=_shares(view),
            actor=context.require_user().actor,
            bases=labels.BASES,
            functions=labels.FUNCTIONS,
            key_states=labels.KEY_STATES,
            elements=_elements(),
        )


def _shares(view: KeyView) -> list[tuple[Function, Any, str]]:
    """Return (function, fund, share in words) of every row of a key."""
    found = []
    for share, fund in view.shares:
        words = translate("分配时计量")
        if share.numerator is not None and view.key.denominator is not None:
            words = percent(Fraction(share.numerator, view.key.denominator))
        found.append((share.function, fund, words))
    return found


def _elements() -> dict[str, str]:
    is_english = context.language() == "en"
    return {item.code: item.en if is_english else item.zh for item in rules.elements().values()}


def render_form(form: Form) -> str:
    """Render the form of a key."""
    with database.reading(services().engine) as session:
        names = _elements()
        tags = {item.code: item.tag for item in rules.elements().values()}
        return render_template(
            "shared_costs/form.html",
            form=form,
            lines=key_form.LINES,
            sources=key_form.SOURCES,
            bases=_options(labels.BASES),
            functions=_options(labels.FUNCTIONS),
            charitable=[
                (code, names[code])
                for code, tag in tags.items()
                if tag == "programme_expense" and code != "other_activity"
            ],
            management=[
                (code, names[code]) for code, tag in tags.items() if tag == "management_expense"
            ],
            elements=list(names.items()),
            accounts=_cost_accounts(session),
            funds=_funds(session, only_free=False),
            homes=_funds(session, only_free=True),
            stated={Basis.AREA.value, Basis.FIXED.value},
        )


def _options(words: dict[Any, str]) -> Options:
    return [(item.value, translate(word)) for item, word in words.items()]


def _funds(session: Session, *, only_free: bool) -> Options:
    return [
        (fund.code, fund.name)
        for fund in funds.list_funds(session)
        if fund.closed_on is None
        and fund.restriction is not Restriction.PERMANENT
        and (not only_free or fund.restriction is Restriction.NONE)
    ]


def _cost_accounts(session: Session) -> Options:
    return _accounts(session, lambda info: info.category is AccountCategory.EXPENSE)


def _money_accounts(session: Session) -> Options:
    return _accounts(
        session, lambda info: AccountFlag.CASH in info.flags and "agency" not in info.flags
    )


def _accounts(session: Session, is_wanted: Any) -> Options:
    known = catalogue.load(session)
    today = services().clock.today()
    period = known.periods.get(today.year * 100 + today.month)
    chart = period.chart if period else max(info.chart for info in known.periods.values())
    return [
        (info.code, f"{info.code} {info.full_name}")
        for info in known.accounts.values()
        if info.chart == chart and info.is_postable and info.closed_on is None and is_wanted(info)
    ]


@guard.requires(Permission.VOUCHERS_PREPARE)
def preview() -> Any:
    """Show what a run would do, before anything is written."""
    form = Form.empty(
        {name: request.args.get(name, "")[:40] for name in ("key", "period", "account")}
    )
    try:
        with database.reading(services().engine) as session:
            months = steps.read_months(form.value("period"))
            found = runs.preview(session, form.value("key"), months, held_in=form.value("account"))
            known = catalogue.load(session)
            return render_template(
                "shared_costs/preview.html",
                found=found,
                form=form,
                accounts=known.accounts,
                funds=known.funds,
                functions=labels.FUNCTIONS,
                held=labels.HELD,
                elements=_elements(),
                sums=_sums([(charge.function, charge.minor) for charge in found.charges]),
            )
    except DomainError as error:
        form.refuse("", error)
        return render_index(form), error.status if error.status != 404 else 422


def _sums(parts: list[tuple[Function, int]]) -> list[tuple[Function, int]]:
    sums = dict.fromkeys(Function, 0)
    for function, minor in parts:
        sums[function] += minor
    return list(sums.items())


@guard.requires(Permission.BOOKS_READ)
def show_run(reference: str) -> str:
    """Show a run with who bears what."""
    return render_run(reference, Form.empty())


def render_run(reference: str, form: Form) -> str:
    """Render a run; `form` is what was refused."""
    with database.reading(services().engine) as session:
        view = queries.view_run(session, reference)
        return render_template(
            "shared_costs/run.html",
            view=view,
            form=form,
            functions=labels.FUNCTIONS,
            run_states=labels.RUN_STATES,
            elements=_elements(),
            sums=_sums([(line.function, line.minor) for line in view.lines]),
        )


@guard.requires(Permission.BOOKS_READ)
def sheet() -> Any:
    """Show the time sheet of a month, and the form that replaces it."""
    text = request.args.get("period", "") or _last_month()
    named = periods.text_of(periods.parse_period(text))
    return redirect(url_for("shared_costs.show_sheet", period=named))


@guard.requires(Permission.BOOKS_READ)
def show_sheet(period: str) -> str:
    """Show the time sheet of a month."""
    return render_sheet(period, Form.empty())


def render_sheet(period: str, form: Form) -> str:
    """Render the time sheet of a month; `form` is what was refused."""
    key = periods.parse_period(period)
    with database.reading(services().engine) as session:
        lines = queries.sheet(session, key)
        if not form.values:
            form = Form.empty({"rows": "\n".join(_line(line) for line in lines)})
        return render_template(
            "shared_costs/sheet.html",
            period=periods.text_of(key),
            lines=lines,
            form=form,
            functions=labels.FUNCTIONS,
        )


def _line(line: queries.SheetLine) -> str:
    points = f"{line.basis_points // 100}.{line.basis_points % 100:02d}%"
    # In words that the form reads back: Chinese ones, or the codes beside English.
    is_chinese = context.language() == "zh"
    function = labels.FUNCTIONS[line.function] if is_chinese else line.function.value
    return f"{line.person}\t{function}\t{line.fund.code}\t{points}"

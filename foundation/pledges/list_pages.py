"""Pages that list pledges: all of them with what is overdue, the forecast, and the reminders."""

from typing import Any

from dateutil.relativedelta import relativedelta
from flask import render_template, request
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import lists
from foundation.http.context import services
from foundation.http.languages import translate
from foundation.pledges import forecasting, labels, queries, reminding
from foundation.pledges.forecasting import Age
from foundation.pledges.queries import PledgeFilter, PledgeState
from foundation.projects import charts
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import funds
from ledger.periods import text_of

_MONTHS = 12


@guard.requires(Permission.GIFTS_READ)
def index() -> str:
    """List pledges with the ageing of what is open."""
    asked = lists.of_request()
    wanted = _wanted()
    today = services().clock.today()
    with database.reading(services().engine) as session:
        page = queries.rows(session, wanted, asked, today=today)
        sums = queries.add_up(session, wanted, today=today)
        ages = forecasting.ageing(session, today)
        return render_template(
            "pledges/index.html",
            page=page,
            sums=sums,
            states=labels.STATES,
            funds=[(fund.code, f"{fund.code} {fund.name}") for fund in funds.list_funds(session)],
            ages=[(_age_words(age), age) for age in ages],
            chart=charts.bars(
                [(_age_words(age), age.minor, 0) for age in ages],
                marked=[age.days_from > 0 for age in ages],
            ),
            overdue=sum(age.minor for age in ages if age.days_from > 0),
            narrowed=bool(set(request.args) - {"limit", "cursor"}),
        )


@guard.requires(Permission.GIFTS_READ)
def forecast() -> str:
    """Show what pledges will bring, by month and fund, with a planned match beside it."""
    first = services().clock.today().replace(day=1)
    last = first + relativedelta(months=_MONTHS, days=-1)
    with database.reading(services().engine) as session:
        found = forecasting.forecast(session, first, last)
        months = forecasting.by_month(found, first, last)
        return render_template(
            "pledges/forecast.html",
            months=[(text_of(item.month), item) for item in months],
            by_fund=_by_fund(session, found),
            total=sum(item.expected_minor for item in months),
            match=sum(item.match_minor for item in months),
            chart=charts.bars(
                [
                    (
                        text_of(item.month)[2:],
                        item.expected_minor - item.conditional_minor,
                        item.conditional_minor,
                    )
                    for item in months
                ]
            ),
        )


@guard.requires(Permission.GIFTS_READ)
def reminders() -> str:
    """Show what donors were reminded of, and when."""
    with database.reading(services().engine) as session:
        return render_template(
            "pledges/reminders.html", reminders=reminding.log(session), stages=labels.STAGES
        )


def _wanted() -> PledgeFilter:
    given = {name: value.replace("\x00", "").strip() for name, value in request.args.items()}
    state = given.get("state", "")
    donor = given.get("donor", "")
    return PledgeFilter(
        donor_id=int(donor) if donor.isascii() and donor.isdigit() and len(donor) < 19 else None,
        fund=given.get("fund", ""),
        agreement=given.get("agreement", ""),
        state=PledgeState(state) if state in list(PledgeState) else None,
        text=given.get("q", ""),
    )


def _age_words(age: Age) -> str:
    if age.days_from == 0:
        return translate("未到期")
    if age.days_to is None:
        return translate("逾期 {days} 天以上", days=age.days_from - 1)
    return translate("逾期 {first}–{last} 天", first=age.days_from, last=age.days_to)


def _by_fund(session: Session, found: forecasting.Forecast) -> list[tuple[str, str, int, int]]:
    names = {fund.code: fund.name for fund in funds.list_funds(session)}
    sums: dict[str, list[int]] = {}
    for item in found:
        part = sums.setdefault(item.fund, [0, 0])
        part[0] += item.expected_minor
        part[1] += item.conditional_minor
    rows: list[Any] = [(code, names[code], *part) for code, part in sums.items()]
    return sorted(rows, key=lambda row: (-row[2], row[0]))

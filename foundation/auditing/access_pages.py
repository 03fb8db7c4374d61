"""What auditors opened, for who keeps an eye on it; an auditor sees the own requests."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, render_template, request

from foundation import database
from foundation.auditing import access_reading
from foundation.auditing.access_reading import AccessFilter
from foundation.http import context, list_export, listing, lists
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import mark, translate
from foundation.http.list_export import ExportedFile
from foundation.http.listing import Column, Kind, Listing
from foundation.users import guard
from foundation.users.models import Role
from foundation.users.permissions import Permission


def _moment(row: Any) -> str:
    here = row.at.astimezone(ZoneInfo(services().clock.zone))
    return str(here.strftime("%Y-%m-%d %H:%M:%S"))


LISTING = Listing(
    name="access_log",
    endpoint="auditing.access",
    filters=("q", "user", "from", "to", "refused"),
    columns=(
        Column("at", mark("时间"), _moment, is_fixed=True),
        Column("actor", mark("用户"), lambda row: row.actor),
        Column("method", mark("方式"), lambda row: row.method, starts_hidden=True),
        Column("path", mark("地址"), lambda row: row.path),
        Column("subject", mark("对象"), lambda row: row.subject),
        Column("endpoint", mark("功能"), lambda row: row.endpoint, starts_hidden=True),
        Column("status", mark("结果"), lambda row: row.status, kind=Kind.COUNT),
    ),
)


@guard.requires(Permission.TRAIL_READ)
def index() -> str:
    """List requests, the latest first."""
    asked, wanted = lists.of_request(), _wanted()
    with database.reading(services().engine) as session:
        return render_template(
            "auditing/access.html",
            page=access_reading.list_log(session, wanted, asked),
            total=access_reading.count(session, wanted),
            actors=access_reading.list_actors(session) if _sees_all() else [],
            view=listing.view(session, LISTING, sort=asked.sort),
        )


@guard.requires(Permission.TRAIL_READ)
def export(form: str) -> Response:
    """Export exactly the list that is shown."""
    wanted = _wanted()
    with database.reading(services().engine) as session:
        list_export.check_size(access_reading.count(session, wanted))
        columns = listing.view(session, LISTING).columns
        name = f"access-log-{services().clock.today().isoformat()}"
        rows = lists.every(lambda part: access_reading.list_log(session, wanted, part), sort="")
        return list_export.respond(
            form, columns, rows, file=ExportedFile(name, translate("审计访问记录"))
        )


def _sees_all() -> bool:
    return context.require_user().role is not Role.AUDITOR


def _wanted() -> AccessFilter:
    form = Form.empty({name: value.replace("\x00", "") for name, value in request.args.items()})
    user = context.require_user()
    return AccessFilter(
        zone=services().clock.zone,
        actor=form.value("user") if _sees_all() else user.actor,
        first_on=form.day("from", is_required=False),
        last_on=form.day("to", is_required=False),
        text=form.value("q"),
        is_refused=bool(form.value("refused")),
    )

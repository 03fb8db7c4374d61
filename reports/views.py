"""Pages for reports: the index, a report with its parameters, and its files.

Every figure is a link to what it is made of, and every report below another has a way back up.
"""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from flask import Blueprint, Flask, Response, render_template, request, send_file, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import context, frame, languages
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.navigation import link
from foundation.users import guard
from foundation.users.permissions import Permission, allows
from ledger import catalogue
from ledger.errors import DomainError, InvalidInput, NotAllowed
from reports import exporting, parameters, presenting, registry
from reports.definition import Report
from reports.exporting import Format
from reports.groups import GROUP_TITLES, Group
from reports.parameters import Answer, Parameter
from reports.period_range import month_text, parse_range
from reports.tables import STATE_WORDS, UNIT, Column, Link, Table, Target, without

blueprint = Blueprint("reports", __name__, template_folder="templates")
TRANSLATIONS = Path(__file__).parent / "translations"
_STYLE = Path(__file__).parent / "static" / "reports.css"
# What is kept in memory while a file is made; the rest of it goes to disk.
_IN_MEMORY = 4 * 1024 * 1024
_PIECE = 64 * 1024
_CASH_JOURNAL = "cash_journal"
_NOT_PARAMETERS = frozenset({"page", "sort", "hide"})
_FILE_TITLES = {"xlsx": "Excel", "csv": "CSV", "pdf": "PDF", "json": "JSON"}


def install(app: Flask) -> None:
    """Join the pages and their English to an application."""
    languages.add(app, TRANSLATIONS)
    app.register_blueprint(blueprint)


@blueprint.get("/reports")
@guard.requires(Permission.REPORTS_READ)
def index() -> Any:
    """List the reports by group."""
    role = context.require_user().role
    groups = [
        (GROUP_TITLES[group], [r for r in registry.REPORTS if r.group is group and r.allows(role)])
        for group in Group
    ]
    return render_template("reports/index.html", groups=[g for g in groups if g[1]], say=_say)


@blueprint.get("/reports/<report_id>")
@guard.requires(Permission.REPORTS_READ)
def show(report_id: str) -> Any:
    """Show a report."""
    return _page(_allowed(report_id))


@blueprint.get("/reports/<report_id>.<any(json,csv,xlsx,pdf):form>")
@guard.requires(Permission.REPORTS_READ)
def download(report_id: str, form: str) -> Response:
    """Give a report as a file."""
    return _file(_allowed(report_id), exporting.get(form))


@blueprint.get("/cash-journal")
@guard.requires(Permission.BANK_RECORD)
def cash_journal() -> Any:
    """Show the cash journal to the cashier, who sees no other report."""
    return _page(_allowed(_CASH_JOURNAL))


@blueprint.get("/cash-journal.<any(json,csv,xlsx,pdf):form>")
@guard.requires(Permission.BANK_RECORD)
def cash_journal_file(form: str) -> Response:
    """Give the cash journal as a file."""
    return _file(_allowed(_CASH_JOURNAL), exporting.get(form))


@blueprint.get("/reports.css")
@guard.public
def style() -> Response:
    """The few rules that only reports need."""
    return send_file(_STYLE, mimetype="text/css", max_age=86400)


def _allowed(report_id: str) -> Report:
    report = registry.get(report_id)
    if not report.allows(context.require_user().role):
        raise NotAllowed(reason="您的角色不能使用此功能")
    return report


def _say(label: Any) -> str:
    return str(label.of(context.language()))


def _given(session: Session) -> dict[str, str]:
    """Return the parameters of the address; the period in view when none is named."""
    given = {name: text for name, text in request.args.items() if name not in _NOT_PARAMETERS}
    if not given.get("period", "").strip():
        key = frame.period_in_view(session)
        if key is not None:
            given["period"] = month_text(key)
    return given


def _page(report: Report) -> Any:
    with database.reading(services().engine) as session:
        given = _given(session)
        form = Form.empty(given)
        columns: tuple[Column, ...] = ()
        table, part, status = None, None, 200
        try:
            whole = registry.run(session, report.id, given, clock=services().clock)
            columns = whole.columns
            table = without(whole, _hidden())
            part = presenting.shown(
                table,
                page=_page_number(),
                sort=request.args.get("sort", ""),
                language=context.language(),
                address=_address,
            )
        except DomainError as error:
            if error.status not in (404, 422):
                raise
            form.refuse("", error)
            table, status = None, error.status
        questions = [_question(session, parameter, given) for parameter in report.parameters]
    page = render_template(
        "reports/show.html",
        report=report,
        table=table,
        part=part,
        form=form,
        questions=questions,
        columns=columns,
        hidden=_hidden(),
        above=_above(report, given),
        files=_files(report, given),
        state=STATE_WORDS[table.heading.state] if table else None,
        unit=UNIT,
        say=_say,
    )
    return page, status


def _hidden() -> list[str]:
    return request.args.getlist("hide")


def _page_number() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 10**6:
        raise InvalidInput(field="page", reason="应为正整数")
    return int(text)


def _address(target: Link) -> str | None:
    """Return where a link leads, or None for a page that the person may not open."""
    role = context.require_user().role
    if target.target is Target.REPORT:
        report = registry.get(str(target.key))
        if not report.allows(role) or not allows(role, Permission.REPORTS_READ):
            return None
        return url_for("reports.show", report_id=target.key, **dict(target.params))  # type: ignore[arg-type]
    if target.target is Target.VOUCHER:
        return f"/vouchers/{target.key}" if allows(role, Permission.BOOKS_READ) else None
    if target.target is Target.PLEDGE:
        return f"/pledges/{target.key}" if allows(role, Permission.GIFTS_READ) else None
    return f"/gifts/{target.key}" if allows(role, Permission.GIFTS_READ) else None


def _above(report: Report, given: Mapping[str, str]) -> tuple[Report, str] | None:
    """Return the report that this one is a part of, asked for the same period and fund."""
    above = registry.find(report.above) if report.above else None
    if above is None or link("reports.show", report_id=above.id) is None:
        return None
    names = {parameter.name for parameter in above.parameters}
    kept = {name: text for name, text in given.items() if name in names and text}
    return above, url_for("reports.show", report_id=above.id, **kept)  # type: ignore[arg-type]


def _files(report: Report, given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the addresses of what is shown as files, the columns left out there too."""
    place, path = "reports.download", {"report_id": report.id}
    if request.endpoint == "reports.cash_journal":
        place, path = "reports.cash_journal_file", {}
    asked: dict[str, Any] = {**given, **path, "hide": _hidden()}
    return [(title, url_for(place, form=form, **asked)) for form, title in _FILE_TITLES.items()]


def _question(session: Session, parameter: Parameter, given: Mapping[str, str]) -> dict[str, Any]:
    """Return a parameter with what can be answered to it."""
    return {
        "name": parameter.name,
        "title": parameter.title,
        "answer": parameter.answer.value,
        "is_rare": parameter.answer is Answer.DIMENSION,
        "choices": parameter.choices,
        "value": given.get(parameter.name, ""),
        "offers": _offers(session, parameter, given),
    }


def _offers(
    session: Session, parameter: Parameter, given: Mapping[str, str]
) -> list[tuple[str, str]]:
    known = catalogue.load(session)
    if parameter.answer is Answer.PERIOD:
        months = sorted((key for key in known.periods if key % 100), reverse=True)
        years = sorted({key // 100 for key in months}, reverse=True)
        texts = [str(year) for year in years]
        texts += [f"{year}-H{half}" for year in years for half in (1, 2)]
        texts += [f"{year}-Q{quarter}" for year in years for quarter in (1, 2, 3, 4)]
        texts += [month_text(key) for key in months]
        return [(text, parse_range(text).title.of(context.language())) for text in texts]
    if parameter.answer is Answer.FUND:
        funds = sorted(known.funds.values(), key=lambda fund: fund.code)
        return [(fund.code, fund.name) for fund in funds]
    if parameter.answer is Answer.ACCOUNT:
        chart = _chart(known, given)
        accounts = [info for info in known.accounts.values() if info.chart == chart]
        return [(info.code, info.full_name) for info in sorted(accounts, key=lambda a: a.code)]
    return []


def _chart(known: catalogue.Catalogue, given: Mapping[str, str]) -> str:
    try:
        return parameters.chart_of(known, parse_range(given.get("period", "")).year)
    except InvalidInput:
        return ""


def _file(report: Report, form: Format) -> Response:
    with database.reading(services().engine) as session:
        table = registry.run(session, report.id, _given(session), clock=services().clock)
        shown = without(table, _hidden())
        return as_file(shown, form, language=context.language(), is_download=True)


def as_file(table: Table, form: Format, *, language: str, is_download: bool) -> Response:
    """Write a table to a temporary file and answer with it. The session must still be open."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (see _sent)
    try:
        form.write(table, cast(BinaryIO, file), language=language)
    except BaseException:
        file.close()
        raise
    response = Response(_sent(file), mimetype=form.media_type)
    response.content_length = file.tell()
    response.headers["Cache-Control"] = "no-store"
    if is_download:
        name = exporting.file_name(table, form)
        response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file from its beginning and close it when it is sent, or given up."""
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece

"""The first page of documents: what waits for a bill, why the rest has none, and the stock."""

from datetime import date

from flask import Response, render_template, request
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import list_export
from foundation.http.context import services
from foundation.http.languages import mark, translate
from foundation.http.list_export import ExportedFile
from foundation.http.listing import Column, Kind
from foundation.organisation import qualification
from foundation.receipting import deadlines, labels, letter_lists, planning, unreceipted
from foundation.receipting.eligibility import Reason
from foundation.receipting.letter_lists import LetterFilter
from foundation.receipting.unreceipted import Survey
from foundation.users import guard
from foundation.users.permissions import Permission
from receipts import bill_registers
from receipts.models import LetterState

_FIRST = 12
_SHOWN = 200
COLUMNS = (
    Column("reference", mark("捐赠编号"), lambda row: row.reference),
    Column("received_on", mark("收到日期"), lambda row: row.received_on, kind=Kind.DATE),
    Column("days", mark("已过天数"), lambda row: row.days, kind=Kind.COUNT),
    Column("donor", mark("捐赠人"), lambda row: row.donor),
    Column("reason", mark("没有票据的原因"), lambda row: translate(row.sentence)),
    Column("left", mark("现有金额"), lambda row: row.left_minor, kind=Kind.MONEY),
    Column("covered", mark("已开票"), lambda row: row.covered_minor, kind=Kind.MONEY),
    Column("open", mark("未开票"), lambda row: row.open_minor, kind=Kind.MONEY),
)


@guard.requires(Permission.GIFTS_READ)
def index() -> str:
    """Show how matters stand with documents."""
    today = services().clock.today()
    with database.reading(services().engine) as session:
        # What was given this year or the last can still be billed in time.
        surveyed = _survey(session, date(today.year - 1, 1, 1), today, "waiting", _FIRST)
        batches = bill_registers.list_batches(session)
        return render_template(
            "receipting/index.html",
            survey=surveyed,
            alarm=deadlines.get_deadline("alarm"),
            limit=deadlines.get_deadline("limit"),
            since=today.year - 1,
            batches=[use for use in batches if use.written_off_on is None],
            unassigned=unreceipted.count_unassigned(session),
            letters=_letters(session, today.year),
            year=today.year,
            tax=qualification.answer_on(session, today),
            tax_words=labels.TAX_STATUSES,
            media=labels.MEDIA,
        )


@guard.requires(Permission.GIFTS_READ)
def unreceipted_gifts() -> str:
    """List the gifts of a year that have no bill, with the reason of each."""
    today = services().clock.today()
    year = _year(today)
    wanted = request.args.get("reason", "")
    with database.reading(services().engine) as session:
        return render_template(
            "receipting/unreceipted.html",
            survey=_survey(session, date(year, 1, 1), date(year, 12, 31), wanted, _SHOWN),
            year=year,
            years=[(str(one), str(one)) for one in range(today.year, today.year - 8, -1)],
            wanted=wanted,
            alarm=deadlines.get_deadline("alarm"),
            documents=[
                (document.value, translate(labels.DOCUMENTS[document]))
                for document in planning.documents_of(session)
            ],
            most=_SHOWN,
        )


@guard.requires(Permission.GIFTS_READ)
def export_unreceipted(form: str) -> Response:
    """Export the list of gifts without a bill."""
    year = _year(services().clock.today())
    wanted = request.args.get("reason", "")
    with database.reading(services().engine) as session:
        found = _survey(
            session, date(year, 1, 1), date(year, 12, 31), wanted, list_export.MAX_EXPORTED
        )
    file = ExportedFile(f"unreceipted-{year}", translate("未开票的捐赠"))
    return list_export.respond(form, COLUMNS, found.rows, file=file)


def _survey(session: Session, first: date, last: date, wanted: str, most: int) -> Survey:
    known = {"", "waiting", "overdue", *Reason}
    return unreceipted.survey(
        session,
        first,
        last,
        on=services().clock.today(),
        wanted=wanted if wanted in known else "",
        most=most,
    )


def _letters(session: Session, year: int) -> dict[str, int]:
    standing = LetterFilter(year=year, state=LetterState.ISSUED)
    waiting = LetterFilter(year=year, state=LetterState.ISSUED, is_drawn=False)
    return {
        "standing": letter_lists.count_letters(session, standing)[0],
        "undrawn": letter_lists.count_letters(session, waiting)[0],
    }


def _year(today: date) -> int:
    text = request.args.get("year", "")
    is_year = text.isascii() and text.isdigit() and len(text) == 4 and 1900 < int(text) < 2200
    return int(text) if is_year else today.year

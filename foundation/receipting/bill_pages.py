"""The register of official bills: every number, one bill, and the files that came with it."""

from io import BytesIO
from typing import Any

from flask import Response, render_template, request, send_file
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import forms, list_export, listing, lists
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import mark, translate
from foundation.http.list_export import ExportedFile
from foundation.http.listing import Column, Kind, Listing
from foundation.http.lists import BadCursor, Page, PageRequest
from foundation.receipting import bill_view, labels, printers, unreceipted
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.trail import TrailRecord
from receipts import bill_files, bill_registers
from receipts.bill_registers import BillFilter, BillRow
from receipts.models import BillColour, BillState

_UNASSIGNED = 200
LISTING = Listing(
    name="bills",
    endpoint="receipting.bills",
    filters=("q", "state", "colour", "batch", "from", "to"),
    columns=(
        Column("code", mark("票据代码"), lambda row: row.code),
        Column("number", mark("票据号码"), lambda row: row.number, is_fixed=True),
        Column("state", mark("状态"), lambda row: translate(labels.BILL_STATES[row.state][0])),
        Column("colour", mark("蓝红字"), lambda row: translate(labels.COLOURS[row.colour])),
        Column("issued_on", mark("开票日期"), lambda row: row.issued_on, kind=Kind.DATE),
        Column("payer", mark("交款人"), lambda row: row.payer_name),
        Column("check_code", mark("校验码"), lambda row: row.check_code, starts_hidden=True),
        Column("counterpart", mark("相关票据"), lambda row: row.counterpart),
        Column(
            "ended_on",
            mark("终止日期"),
            lambda row: row.ended_on,
            kind=Kind.DATE,
            starts_hidden=True,
        ),
        Column("ended_reason", mark("终止原因"), lambda row: row.ended_reason, starts_hidden=True),
        Column(
            "amount", mark("金额"), lambda row: row.amount_minor, kind=Kind.MONEY, is_fixed=True
        ),
    ),
)


@guard.requires(Permission.GIFTS_READ)
def bills() -> str:
    """List the numbers of the register, in their order."""
    wanted = wanted_of(Form.empty(request.args))
    with database.reading(services().engine) as session:
        count, total = bill_registers.count_bills(session, wanted)
        return render_template(
            "receipting/bills.html",
            page=page_of(session, wanted, lists.of_request()),
            count=count,
            total=total,
            view=listing.view(session, LISTING),
            batches=[
                (str(use.id), f"{use.id} · {use.code} {use.first_number or ''}".strip())
                for use in bill_registers.list_batches(session)
            ],
            states=labels.BILL_STATES,
            colours=labels.COLOURS,
        )


@guard.requires(Permission.GIFTS_READ)
def export_bills(form: str) -> Response:
    """Export exactly the numbers that are shown."""
    wanted = wanted_of(Form.empty(request.args))
    with database.reading(services().engine) as session:
        list_export.check_size(bill_registers.count_bills(session, wanted)[0])
        columns = listing.view(session, LISTING).columns
        rows = lists.every(lambda asked: page_of(session, wanted, asked))
        file = ExportedFile(
            f"bills-{services().clock.today().isoformat()}", translate("票据登记簿")
        )
        return list_export.respond(form, columns, rows, file=file)


@guard.requires(Permission.GIFTS_READ)
def unassigned() -> str:
    """List the bills that cover no gift yet."""
    with database.reading(services().engine) as session:
        count, total = unreceipted.count_unassigned(session)
        return render_template(
            "receipting/unassigned.html",
            bills=unreceipted.list_unassigned(session, limit=_UNASSIGNED),
            count=count,
            total=total,
        )


@guard.requires(Permission.GIFTS_READ)
def bill(bill_id: int) -> str:
    """Show a bill with its lines, gifts, files and history."""
    with database.reading(services().engine) as session:
        return show(session, bill_id, Form.empty())


def show(session: Session, bill_id: int, form: Form) -> str:
    """Draw the page of a bill; `form` is what was typed into one of its forms."""
    view = bill_view.get_view(session, bill_id)
    records = session.execute(
        select(TrailRecord)
        .where(TrailRecord.subject == f"bill:{bill_id}")
        .order_by(TrailRecord.sequence)
    )
    return render_template(
        "receipting/bill.html",
        view=view,
        bill=view.bill,
        form=form,
        states=labels.BILL_STATES,
        colours=labels.COLOURS,
        media=labels.MEDIA,
        payer_kinds=labels.PAYER_KINDS,
        acts=labels.ACTS,
        printers=printers.list_printers(session) if view.may_be_overprinted else [],
        records=list(records.scalars()),
    )


@guard.requires(Permission.GIFTS_READ)
def bill_file(bill_id: int, file_id: int) -> Any:
    """Hand out a file of a bill as it came, byte for byte."""
    with database.reading(services().engine) as session:
        view = bill_view.get_view(session, bill_id)
        known = {file.id for file in view.files}
        # A file of another bill is not found here, whatever its key.
        wanted = file_id if file_id in known else 0
        file = bill_files.read(session, wanted, folder=services().config.data_dir)
    return send_file(
        BytesIO(file.content),
        mimetype=bill_files.MEDIA_TYPES[file.kind],
        as_attachment=True,
        download_name=file.name,
        etag=False,
    )


def wanted_of(form: Form) -> BillFilter:
    """Read the filter of the address; what cannot be read narrows nothing."""
    state, colour, batch = form.value("state"), form.value("colour"), form.value("batch")
    return BillFilter(
        state=BillState(state) if state in list(BillState) else None,
        colour=BillColour(colour) if colour in list(BillColour) else None,
        batch_id=int(batch) if batch.isascii() and batch.isdigit() and len(batch) < 18 else None,
        first_on=_day(form.value("from")),
        last_on=_day(form.value("to")),
        text=form.value("q").replace("\x00", ""),
        is_used=not state and not batch,
    )


def page_of(session: Session, wanted: BillFilter, asked: PageRequest) -> Page[BillRow]:
    """Return one part of the register. Raises BadCursor."""
    found = bill_registers.list_bills(
        session, wanted, limit=asked.limit + 1, after_id=after(asked.cursor)
    )
    shown = found[: asked.limit]
    return Page(shown, str(shown[-1].id) if len(found) > asked.limit else None)


def after(cursor: str | None) -> int:
    """Read the cursor of a list that goes by keys. Raises BadCursor."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise BadCursor
    return int(cursor)


def _day(text: str) -> Any:
    return forms.parse_day(text, today=services().clock.today()) if text else None

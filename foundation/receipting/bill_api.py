"""Official bills for programs: `/api/v1/bills`."""

from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from foundation.gifts import service as gifts
from foundation.http import api
from foundation.http.context import services
from foundation.http.lists import Page, PageRequest
from foundation.receipting import (
    access,
    batch_pages,
    bill_pages,
    bill_view,
    billing,
    documents,
)
from foundation.receipting.billing import BillEntry
from foundation.receipting.schemas import (
    BatchAnswer,
    BatchWriteOff,
    BillAnswer,
    BillEnd,
    BillGifts,
    BillQuery,
    BillRowAnswer,
    NewBatch,
    NewBill,
)
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import InvalidInput
from receipts import bill_batches, bill_ends, bill_files, bill_registers
from receipts.bill_batches import BatchInput
from receipts.bill_entry import BillInput, BillItem
from receipts.bill_registers import BillFilter
from receipts.models import BillState

blueprint = Blueprint("bills_api", __name__, url_prefix=f"{api.PREFIX}/bills")


@blueprint.get("")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(items=BillRowAnswer, query=BillQuery)
def list_bills(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List the numbers of the register, in their order."""
    wanted = BillFilter(
        state=query["state"],
        colour=query["colour"],
        batch_id=query["batch"],
        first_on=query["issued_from"],
        last_on=query["issued_to"],
        text=query["q"],
    )
    found = bill_pages.page_of(session, wanted, page)
    return Page([documents.of_bill(row) for row in found.items], found.next)


@blueprint.post("")
@guard.requires(access.RECORD)
@api.endpoint(body=NewBill, answer=BillAnswer, status=201)
def record_bill(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Record a bill that the finance department's system issued, blue or red."""
    keys = tuple(gifts.find_key(session, reference) for reference in body["gifts"])
    (done,) = billing.record_bills(
        session,
        [BillEntry(_bill(body), keys)],
        is_confirmed=body["confirmed"],
        is_matching=not keys,
        **api.who(),
    )
    return documents.of_bill_view(bill_view.get_view(session, done.bill.id))


@blueprint.get("/batches")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(items=BatchAnswer)
def list_batches(session: Session, *, page: PageRequest) -> Page[Any]:
    """List the batches that were drawn, with the use of their numbers."""
    uses = [
        use
        for use in bill_registers.list_batches(session)
        if use.id > bill_pages.after(page.cursor)
    ]
    uses.sort(key=lambda use: use.id)
    shown = uses[: page.limit]
    more = str(shown[-1].id) if len(uses) > page.limit else None
    return Page([documents.of_batch(use) for use in shown], more)


@blueprint.post("/batches")
@guard.requires(access.RECORD)
@api.endpoint(body=NewBatch, answer=BatchAnswer, status=201)
def draw_batch(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Enter a batch that was drawn from the finance department."""
    given = BatchInput(
        medium=body["medium"],
        code=body["code"],
        drawn_on=body["drawn_on"] or api.clock().today(),
        keeper=body["keeper"] or api.actor(),
        first_number=body["first"],
        last_number=body["last"],
        licence_number=body["licence"],
    )
    key = bill_batches.add_batch(session, given, **api.who())
    return documents.of_batch(batch_pages.find_use(session, key))


@blueprint.post("/batches/<int:batch_id>/write-off")
@guard.requires(access.UNDO)
@api.endpoint(body=BatchWriteOff, answer=BatchAnswer)
def write_off(session: Session, batch_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Record that the finance department wrote a batch off."""
    bill_batches.write_off(
        session,
        batch_id,
        on=body["date"] or api.clock().today(),
        reference=body["reference"],
        **api.who(),
    )
    return documents.of_batch(batch_pages.find_use(session, batch_id))


@blueprint.get("/<int:bill_id>")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(answer=BillAnswer)
def get_bill(session: Session, bill_id: int) -> dict[str, Any]:
    """Return a bill with its lines, gifts and files."""
    return documents.of_bill_view(bill_view.get_view(session, bill_id))


@blueprint.post("/<int:bill_id>/end")
@guard.requires(access.UNDO)
@api.endpoint(body=BillEnd, answer=BillAnswer)
def end_bill(session: Session, bill_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Void a paper bill or a blank number, or record its loss."""
    view = bill_view.get_view(session, bill_id)
    act = bill_ends.lose if body["state"] is BillState.LOST else bill_ends.void
    day = body["date"] or api.clock().today()
    act(session, view.bill.code, view.bill.number, on=day, reason=body["reason"], **api.who())
    session.expire_all()
    return documents.of_bill_view(bill_view.get_view(session, bill_id))


@blueprint.post("/<int:bill_id>/gifts")
@guard.requires(access.RECORD)
@api.endpoint(body=BillGifts, answer=BillAnswer)
def link_bill(session: Session, bill_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Say which gifts a recorded bill covers."""
    view = bill_view.get_view(session, bill_id)
    keys = [gifts.find_key(session, reference) for reference in body["gifts"]]
    billing.link_bill(session, view.bill.code, view.bill.number, keys, **api.who())
    return documents.of_bill_view(bill_view.get_view(session, bill_id))


@blueprint.post("/<int:bill_id>/files")
@guard.requires(access.RECORD)
@api.endpoint(answer=BillAnswer, status=201)
def attach_file(session: Session, bill_id: int) -> dict[str, Any]:
    """Keep a PDF, OFD or XML of the finance department's system (form field `file`)."""
    bill_view.get_view(session, bill_id)
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInput(field="票据文件", reason="请用表单字段 file 上传")
    bill_files.attach(
        session,
        bill_id,
        name=file.filename,
        content=file.stream.read(bill_files.MAX_BYTES + 1),
        folder=services().config.data_dir,
        **api.who(),
    )
    return documents.of_bill_view(bill_view.get_view(session, bill_id))


@blueprint.get("/<int:bill_id>/files/<int:file_id>")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint()
def get_file(session: Session, bill_id: int, file_id: int) -> Response:
    """Return a file of a bill, byte for byte."""
    view = bill_view.get_view(session, bill_id)
    wanted = file_id if file_id in {file.id for file in view.files} else 0
    file = bill_files.read(session, wanted, folder=services().config.data_dir)
    return Response(file.content, mimetype=bill_files.MEDIA_TYPES[file.kind])


def _bill(body: dict[str, Any]) -> BillInput:
    reverses = body["reverses"]
    return BillInput(
        code=body["code"],
        number=body["number"],
        issued_on=body["issued_on"],
        payer_name=body["payer"],
        payer_kind=body["payer_kind"],
        payer_code=body["payer_code"],
        amount_minor=body["amount"],
        items=tuple(
            BillItem(
                item_name=line["name"],
                amount_minor=line["amount"],
                item_code=line["code"],
                unit=line["unit"],
                quantity=line["quantity"],
                standard=line["standard"],
            )
            for line in body["lines"]
        ),
        check_code=body["check_code"],
        remark=body["remark"],
        drawer=body["drawer"],
        checker=body["checker"],
        skip_reason=body["skip_reason"],
        reverses=None if reverses is None else (reverses["code"], reverses["number"]),
        reason=body["reason"],
    )

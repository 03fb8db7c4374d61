"""What is typed about official bills, read into what the services take."""

from collections.abc import Sequence
from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from foundation.gifts import service as gifts
from foundation.http import context
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.receipting.bill_sources import Original
from ledger.errors import DomainError
from receipts import bill_files
from receipts.bill_batches import BatchInput
from receipts.bill_entry import BillInput, BillItem
from receipts.content import RecipientKind
from receipts.models import BillMedium

# Where a refusal of the services belongs in the form.
PLACES = {
    "票据代码": "code",
    "票据号码": "number",
    "校验码": "check_code",
    "开票日期": "issued_on",
    "交款人": "payer",
    "交款人代码": "payer_code",
    "金额": "amount",
    "备注": "remark",
    "收款人": "drawer",
    "复核人": "checker",
    "跳号原因": "skip_reason",
    "冲红原因": "reason",
    "原因": "reason",
    "日期": "day",
    "领用人": "keeper",
    "领用证号": "licence",
    "领用日期": "drawn_on",
    "核销文号": "reference",
    "核销日期": "day",
    "项目名称": "item_name",
    "票据文件": "files",
}
CODES = {
    "bill_number_taken": "number",
    "bill_number_not_drawn": "number",
    "bill_number_skipped": "skip_reason",
    "odd_bill": "is_confirmed",
    "payer_differs": "payer",
    "bill_differs": "amount",
    "not_eligible": "gifts",
    "unknown_gift": "gifts",
    "bill_numbers_drawn": "first_number",
}


def place_of(error: DomainError) -> str:
    """Return the field that a refusal is about, empty for the whole form."""
    return PLACES.get(str(error.data.get("field", ""))) or CODES.get(error.code, "")


def who() -> dict[str, Any]:
    """Return who acts, and the clock."""
    return {"actor": context.require_user().actor, "clock": services().clock}


def batch(form: Form) -> BatchInput | None:
    """Read a batch that was drawn; None when something is missing, which the form says."""
    medium, day = form.choice("medium", BillMedium), form.day("drawn_on")
    code, keeper = form.text("code", longest=20), form.text("keeper", longest=64)
    numbers = [
        form.text(name, is_required=False, longest=20) for name in ("first_number", "last_number")
    ]
    licence = form.text("licence", is_required=False, longest=60)
    if medium is None or day is None or form.errors:
        return None
    return BatchInput(
        medium=medium,
        code=code,
        drawn_on=day,
        keeper=keeper,
        first_number=numbers[0],
        last_number=numbers[1],
        licence_number=licence,
    )


def bill(form: Form) -> BillInput | None:
    """Read a bill; None when something is missing, which the form says."""
    day, amount = form.day("issued_on"), form.amount("amount")
    kind = form.choice("payer_kind", RecipientKind)
    typed: dict[str, Any] = {
        "code": form.text("code", longest=20),
        "number": form.text("number", longest=20),
        "payer_name": form.text("payer"),
    }
    optional: dict[str, Any] = {
        name: form.text(name, is_required=False, longest=300)
        for name in ("check_code", "payer_code", "remark", "drawer", "checker", "skip_reason")
    }
    items = _items(form, amount or 0)
    if day is None or amount is None or kind is None or form.errors:
        return None
    return BillInput(
        issued_on=day, amount_minor=amount, payer_kind=kind, items=items, **typed, **optional
    )


def red(form: Form, blue: BillInput) -> BillInput | None:
    """Read the red bill that takes a blue one back: its own number, everything else mirrored."""
    day = form.day("issued_on")
    code, number = form.text("code", longest=20), form.text("number", longest=20)
    check_code = form.text("check_code", is_required=False, longest=20)
    reason = form.text("reason", longest=300)
    if day is None or form.errors:
        return None
    return BillInput(
        code=code,
        number=number,
        check_code=check_code,
        issued_on=day,
        payer_name=blue.payer_name,
        payer_kind=blue.payer_kind,
        payer_code=blue.payer_code,
        amount_minor=-blue.amount_minor,
        reverses=(blue.code, blue.number),
        reason=reason,
        remark=form.text("remark", is_required=False, longest=300),
    )


def gift_ids(session: Session, form: Form) -> tuple[int, ...]:
    """Read the references of gifts, apart by blanks, commas or lines."""
    text = form.value("gifts")
    for mark in ("，", ",", "、", ";", "；"):
        text = text.replace(mark, " ")
    found = []
    for reference in text.split():
        try:
            found.append(gifts.find_key(session, reference))
        except DomainError as error:
            form.refuse("gifts", error)
    return tuple(dict.fromkeys(found))


def originals(form: Form) -> list[Original]:
    """Read the files that came with a bill."""
    found = []
    for file in _files():
        # One byte more than fits says that it does not.
        content = file.stream.read(bill_files.MAX_BYTES + 1)
        if len(content) > bill_files.MAX_BYTES:
            form.refuse("files", translate("文件“{name}”超过 20 MB", name=file.filename or ""))
        else:
            found.append(Original(file.filename or "", content))
    return found


def attach(session: Session, bill_id: int, files: Sequence[Original]) -> None:
    """Keep the files of a bill. Raises InvalidInput, Conflict."""
    for file in files:
        bill_files.attach(
            session,
            bill_id,
            name=file.name,
            content=file.content,
            folder=services().config.data_dir,
            **who(),
        )


def _files() -> list[FileStorage]:
    return [file for file in request.files.getlist("files") if file.filename]


def _items(form: Form, minor: int) -> tuple[BillItem, ...]:
    name = form.text("item_name", is_required=False)
    if not name:
        return ()
    return (
        BillItem(
            item_name=name,
            amount_minor=minor,
            item_code=form.text("item_code", is_required=False, longest=40),
            unit=form.text("unit", is_required=False, longest=20),
            quantity=form.text("quantity", is_required=False, longest=40),
            standard=form.text("standard", is_required=False, longest=40),
        ),
    )

"""Record a whole export of the finance department's system: every row is right, or nothing is."""

from sqlalchemy.orm import Session

from foundation.gifts import service as gifts
from foundation.imports.reading import Source
from foundation.receipting import bill_export, billing
from foundation.receipting.bill_export import BillRow, RejectedBill
from foundation.receipting.billing import Billed, BillEntry
from ledger.clock import Clock
from ledger.errors import InvalidInput, NotFound


class BillsRejected(InvalidInput):
    """Some rows are no bills as they stand, so nothing was recorded."""

    code = "bills_rejected"
    message = "{count} 行不能登记，本次没有写入任何数据；第一处：第 {row} 行，{reason}"


class NoBills(InvalidInput):
    """The file has a heading and no bill below it."""

    code = "no_bills"
    message = "文件“{filename}”中没有票据"


def import_bills(
    session: Session,
    source: Source,
    *,
    bill_code: str = "",
    is_confirmed: bool = False,
    is_matching: bool = True,
    actor: str,
    clock: Clock,
) -> list[Billed]:
    """Record the bills of a file and what they cover; see `billing.record_bills`.

    Raises NoBillTable, NoBills, BillsRejected, and what recording refuses.
    """
    entries: list[BillEntry] = []
    rejected: list[RejectedBill] = []
    for found in bill_export.read(source, code=bill_code):
        entry = found if isinstance(found, RejectedBill) else _entry(session, found)
        if isinstance(entry, RejectedBill):
            rejected.append(entry)
        else:
            entries.append(entry)
    if rejected:
        first = rejected[0]
        raise BillsRejected(count=len(rejected), row=first.row, reason=first.reason)
    if not entries:
        raise NoBills(filename=source.filename)
    return billing.record_bills(
        session,
        entries,
        is_confirmed=is_confirmed,
        is_matching=is_matching,
        actor=actor,
        clock=clock,
    )


def _entry(session: Session, found: BillRow) -> BillEntry | RejectedBill:
    try:
        keys = tuple(gifts.find_key(session, reference) for reference in found.gifts)
    except NotFound as error:
        return RejectedBill(found.row, error.describe())
    return BillEntry(found.bill, keys)

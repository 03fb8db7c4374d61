"""Record a whole export of the finance department's system: every row is right, or nothing is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from foundation.gifts import service as gifts
from foundation.imports.reading import Source
from foundation.receipting import bill_export, billing
from foundation.receipting.bill_export import BillRow, RejectedBill
from foundation.receipting.bill_sources import Found
from foundation.receipting.billing import Billed, BillEntry
from ledger.clock import Clock
from ledger.errors import InvalidInput, NotFound
from receipts import bill_entry, bill_files


class BillsRejected(InvalidInput):
    """Some rows are no bills as they stand, so nothing was recorded."""

    code = "bills_rejected"
    message = "{count} 行不能登记，本次没有写入任何数据；第一处：第 {row} 行，{reason}"


class NoBills(InvalidInput):
    """The file has a heading and no bill below it."""

    code = "no_bills"
    message = "文件“{filename}”中没有票据"


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file says: bills with the gifts they name, rows that are none, and what looks odd."""

    found: tuple[Found, ...]
    entries: tuple[BillEntry, ...]
    rejected: tuple[RejectedBill, ...]
    oddities: tuple[str, ...]

    @property
    def total_minor(self) -> int:
        """The sum of the bills, red ones negative."""
        return sum(entry.bill.amount_minor for entry in self.entries)


def examine(session: Session, found: Iterable[Found], filename: str) -> Examined:
    """Read everything and write nothing. Raises NoBills for a file without any row."""
    kept, entries, rejected, oddities = [], [], [], []
    for each in found:
        entry = each.row if isinstance(each.row, RejectedBill) else _entry(session, each.row)
        if isinstance(entry, RejectedBill):
            rejected.append(entry)
        else:
            kept.append(each)
            entries.append(entry)
            oddities += list(bill_entry.oddities(entry.bill))
    if not entries and not rejected:
        raise NoBills(filename=filename)
    return Examined(tuple(kept), tuple(entries), tuple(rejected), tuple(oddities))


def record(
    session: Session,
    examined: Examined,
    *,
    folder: Path | None = None,
    is_confirmed: bool = False,
    is_matching: bool = True,
    actor: str,
    clock: Clock,
) -> list[Billed]:
    """Record what was examined, with the originals when there is a folder to keep them in.

    Raises BillsRejected, and what recording refuses.
    """
    if examined.rejected:
        first = examined.rejected[0]
        raise BillsRejected(count=len(examined.rejected), row=first.row, reason=first.reason)
    done = billing.record_bills(
        session,
        examined.entries,
        is_confirmed=is_confirmed,
        is_matching=is_matching,
        actor=actor,
        clock=clock,
    )
    if folder is not None:
        _keep(session, examined.found, done, folder, actor=actor, clock=clock)
    return done


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
    """Record the bills of a list and what they cover; see `billing.record_bills`.

    Raises NoBillTable, NoBills, BillsRejected, and what recording refuses.
    """
    rows = (Found(row) for row in bill_export.read(source, code=bill_code))
    return record(
        session,
        examine(session, rows, source.filename),
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


def _keep(
    session: Session,
    found: Sequence[Found],
    done: Sequence[Billed],
    folder: Path,
    *,
    actor: str,
    clock: Clock,
) -> None:
    ids = {(each.bill.code, each.bill.number): each.bill.id for each in done}
    for each in found:
        assert isinstance(each.row, BillRow)
        key = ids[each.row.bill.code, each.row.bill.number]
        for original in each.originals:
            bill_files.attach(
                session,
                key,
                name=original.name,
                content=original.content,
                folder=folder,
                actor=actor,
                clock=clock,
            )

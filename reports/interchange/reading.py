"""Posted vouchers as other tools want them: whole, in the order of the books, streamed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.balances import printed
from ledger.catalogue import AccountInfo, Catalogue
from ledger.dimensions import Dimension, DimensionKind
from ledger.vouchers import Voucher, VoucherLine, VoucherState, label

CURRENCY = "CNY"
_CHUNK = 2000
# The columns of a line that name a value of an archive.
ARCHIVES: Mapping[str, DimensionKind] = {
    "donor_id": DimensionKind.DONOR,
    "counterparty_id": DimensionKind.COUNTERPARTY,
    "project_id": DimensionKind.PROJECT,
    "cash_flow_item_id": DimensionKind.CASH_FLOW_ITEM,
}


@dataclass(frozen=True, slots=True)
class ExportedLine:
    """One line; `amount_minor` is debit positive, debit and credit as they are printed."""

    line_no: int
    account: AccountInfo
    fund: str
    amount_minor: int
    debit_minor: int
    credit_minor: int
    summary: str
    # Code of the value by archive, for those that the line names.
    values: Mapping[DimensionKind, str]


@dataclass(frozen=True, slots=True)
class ExportedVoucher:
    """One posted voucher with its lines."""

    period_id: int
    word: str
    number: int
    booked_on: date
    summary: str
    attachment_count: int
    prepared_by: str
    reviewed_by: str
    posted_by: str
    lines: tuple[ExportedLine, ...]

    @property
    def label(self) -> str:
        """The number as people say it."""
        return label(self.period_id, self.word, self.number)


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote."""

    vouchers: int
    lines: int


def periods(known: Catalogue, first: int = 0, last: int = 999_912) -> list[int]:
    """Return the keys of the periods in a range, in order."""
    return sorted(key for key in known.periods if first <= key <= last)


def archive(session: Session, kind: DimensionKind) -> Iterator[tuple[str, str]]:
    """Return (code, name) of every value of an archive, by code."""
    found = session.execute(
        select(Dimension.code, Dimension.name)
        .where(Dimension.kind == kind)
        .order_by(Dimension.code)
        .execution_options(yield_per=_CHUNK)
    )
    return ((code, name) for code, name in found)


def vouchers(session: Session, known: Catalogue, keys: Sequence[int]) -> Iterator[ExportedVoucher]:
    """Stream the posted vouchers of periods, a month at a time, by word and number."""
    codes = _codes(session)
    for key in keys:
        rows = session.execute(_of_period(key))
        for _, lines in groupby(rows, key=attrgetter("voucher_id")):
            yield _voucher(list(lines), known, codes)


def _codes(session: Session) -> dict[int, str]:
    """Codes of all archives by key; a few megabytes at 200,000 donors."""
    return {row[0]: row[1] for row in session.execute(select(Dimension.id, Dimension.code))}


def _of_period(key: int) -> Any:
    return (
        select(
            VoucherLine.voucher_id,
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            Voucher.booked_on,
            Voucher.summary,
            Voucher.attachment_count,
            Voucher.prepared_by,
            Voucher.reviewed_by,
            Voucher.posted_by,
            VoucherLine.line_no,
            VoucherLine.account_id,
            VoucherLine.fund_id,
            VoucherLine.side,
            VoucherLine.amount_minor,
            VoucherLine.summary.label("line_summary"),
            *(getattr(VoucherLine, column) for column in ARCHIVES),
        )
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(VoucherLine.period_id == key, Voucher.state == VoucherState.POSTED)
        .order_by(Voucher.word, Voucher.number, VoucherLine.line_no)
        .execution_options(yield_per=_CHUNK)
    )


def _voucher(rows: list[Any], known: Catalogue, codes: Mapping[int, str]) -> ExportedVoucher:
    head = rows[0]
    return ExportedVoucher(
        head.period_id,
        head.word,
        head.number,
        head.booked_on,
        head.summary,
        head.attachment_count,
        head.prepared_by,
        head.reviewed_by or "",
        head.posted_by or "",
        tuple(_line(row, known, codes) for row in rows),
    )


def _line(row: Any, known: Catalogue, codes: Mapping[int, str]) -> ExportedLine:
    debit, credit = printed(row)
    return ExportedLine(
        row.line_no,
        known.accounts[row.account_id],
        known.funds[row.fund_id].code,
        row.amount_minor,
        debit,
        credit,
        row.line_summary or row.summary,
        {
            kind: codes[key]
            for column, kind in ARCHIVES.items()
            if (key := getattr(row, column)) is not None
        },
    )

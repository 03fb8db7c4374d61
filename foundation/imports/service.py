"""Bring a register into the books: look first, then write, all or nothing.

Both passes run in one transaction. The first reads every row, compares the total with the
stated one, and counts what the books have already; the second writes gifts, allocations and
vouchers as sets. A process that dies at any moment leaves nothing, and the same file again
brings nothing new.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from foundation import posting_rules
from foundation.donors import particulars
from foundation.donors import service as donors
from foundation.gifts import service as gifts
from foundation.gifts.kinds import GiftKind, GiftMethod
from foundation.gifts.models import Gift, GiftAllocation
from foundation.imports.examination import (
    CHUNK,
    Examination,
    ImportRequest,
    Progress,
    examine,
    fingerprint_of,
)
from foundation.imports.models import ImportBatch
from foundation.imports.recognition import Understanding
from foundation.imports.rows import RegisterRow
from foundation.posting_lines import Event
from ledger import catalogue, trail
from ledger.clock import Clock
from ledger.drafting import draft, open_period_for
from ledger.errors import InvalidInput
from ledger.money import to_text
from ledger.orm import bulk_insert, chunks, reserve_ids
from ledger.vouchers import VoucherDraft


class ImportRefused(InvalidInput):
    """Nothing was imported; `examination` is what was found in the file."""

    code = "import_refused"
    message = "没有导入任何数据"
    examination: Examination | None = None

    def of(self, found: Examination) -> "ImportRefused":
        """Return the refusal with what was found."""
        self.examination = found
        return self


class ImportRejected(ImportRefused):
    """Some rows cannot be imported, so nothing was."""

    code = "import_rejected"
    message = "{count} 行不能导入，本次没有写入任何数据；第一处：{first}"


class TotalDiffers(ImportRefused):
    """The rows do not add up to what the register states."""

    code = "total_differs"
    message = (
        "各行合计 {total} 与文件所列合计 {stated} 相差 {difference}，本次没有写入任何数据；"
        "请核对文件，或说明差异原因后重新导入"
    )


class NothingToImport(ImportRefused):
    """The table has no gift in it."""

    code = "nothing_to_import"
    message = "文件中没有可导入的捐赠"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did."""

    examination: Examination
    batch_id: int | None
    imported: int


def import_register(
    session: Session,
    understanding: Understanding,
    request: ImportRequest,
    *,
    actor: str,
    clock: Clock,
    progress: Progress | None = None,
) -> ImportResult:
    """Import a register whole. Raises ImportRejected, TotalDiffers or NothingToImport.

    Rows that the books have already are left out: a file imported twice brings nothing new,
    and N equal rows in one file are N gifts.
    """
    _one_import_at_a_time(session)
    found = examine(session, understanding, request, clock=clock, progress=progress)
    if found.rejected_count:
        raise ImportRejected(
            count=found.rejected_count,
            first=found.rejected[0].description,
            rejected=[
                {"row": row.row, "field": row.field, "reason": row.description}
                for row in found.rejected
            ],
        ).of(found)
    if not found.row_count:
        raise NothingToImport().of(found)
    reason = (request.difference_reason or "").strip()
    if found.ties is False and not reason:
        assert found.stated_minor is not None
        raise TotalDiffers(
            total=to_text(found.total_minor),
            stated=to_text(found.stated_minor),
            difference=to_text(found.total_minor - found.stated_minor),
        ).of(found)
    if not found.new_count:
        return ImportResult(found, None, 0)
    batch_id = _write_batch(
        session, understanding, request, found, reason, actor=actor, clock=clock
    )
    writer = _Writer(session, request, batch_id, actor=actor, clock=clock)
    writer.open_daily_vouchers(found)
    for chunk in chunks(_new_rows(understanding, found), CHUNK):
        writer.write(chunk)
        if progress is not None:
            progress("write", len(chunk))
    if found.new_count >= _MANY:
        _refresh_statistics(session)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="gifts.import",
        subject=f"batch:{batch_id}",
        reason=reason or None,
        detail={
            "file": understanding.source.filename,
            "digest": understanding.source.digest,
            "imported": found.new_count,
            "duplicates": len(found.duplicates),
            "total_minor": found.total_minor,
        },
    )
    return ImportResult(found, batch_id, found.new_count)


def _one_import_at_a_time(session: Session) -> None:
    """Two imports at once could each miss the other's rows; SQLite has one writer anyway."""
    if session.connection().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE import_batch IN SHARE ROW EXCLUSIVE MODE"))


def _refresh_statistics(session: Session) -> None:
    """Let the planner of PostgreSQL know at once how much is there.

    Posting usually follows within minutes; with the statistics of the empty tables before, it
    takes several times as long. SQLite plans without them.
    """
    if session.connection().dialect.name == "postgresql":
        session.execute(text("ANALYZE voucher, voucher_line, gift, gift_allocation, donor"))


def _new_rows(understanding: Understanding, found: Examination) -> Iterator[RegisterRow]:
    for outcome in understanding.rows():
        if (
            isinstance(outcome, RegisterRow)
            and (outcome.row, outcome.panel) not in found.duplicates
        ):
            yield outcome


def _write_batch(
    session: Session,
    understanding: Understanding,
    request: ImportRequest,
    found: Examination,
    reason: str,
    *,
    actor: str,
    clock: Clock,
) -> int:
    batch = ImportBatch(
        file_name=understanding.source.filename[:200],
        file_digest=understanding.source.digest,
        fund_id=catalogue.load(session).fund(request.fund_code).id,
        account_code=request.account_code,
        vouchers="daily" if request.daily else "each",
        row_count=found.row_count,
        imported_count=found.new_count,
        duplicate_count=len(found.duplicates),
        total_minor=found.total_minor,
        stated_total_minor=found.stated_minor,
        difference_reason=reason or None,
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(batch)
    session.flush()
    return batch.id


_GIFT_COLUMNS = (
    "id",
    "donor_id",
    "kind",
    "method",
    "received_on",
    "account_id",
    "amount_minor",
    "donor_name",
    "passed_on_by",
    "is_anonymous",
    "bank_reference",
    "note",
    "voucher_id",
    "batch_id",
    "batch_row",
    "batch_panel",
    "fingerprint",
    "created_by",
    "created_at",
)


# From so many rows on, an import changes what the planner should expect.
_MANY = 5000

# How registers say that a gift was paid; what none of them says came by bank.
_METHODS = {
    GiftMethod.CASH: ("现金",),
    GiftMethod.CHEQUE: ("支票",),
    GiftMethod.ONLINE: ("支付宝", "微信", "网上", "网络", "线上", "二维码", "云闪付"),
}


def _note_of(row: RegisterRow) -> str | None:
    """Keep the note, and beside it what the donor said the gift is for."""
    if row.fund_text and row.fund_text not in row.note:
        return f"{row.note}；用途：{row.fund_text}" if row.note else f"用途：{row.fund_text}"
    return row.note or None


class _Writer:
    """Writes the gifts of one batch, chunk by chunk."""

    def __init__(
        self, session: Session, request: ImportRequest, batch_id: int, *, actor: str, clock: Clock
    ) -> None:
        self._session = session
        self._request = request
        self._batch_id = batch_id
        self._actor = actor
        self._clock = clock
        gifts.donation_item(session, catalogue.load(session))
        self._known = catalogue.load(session)
        self._fund_id = self._known.fund(request.fund_code).id
        self._item_id = gifts.donation_item(session, self._known)
        self._daily: dict[date, int] = {}

    def open_daily_vouchers(self, found: Examination) -> None:
        """Prepare the summary voucher of each day, when the import asks for them."""
        if not self._request.daily:
            return
        days = sorted(found.per_day)
        drafts = [
            self._voucher(
                day,
                found.per_day[day][1],
                f"接受捐赠 {found.per_day[day][0]} 笔（导入批次 {self._batch_id}）",
                None,
            )
            for day in days
        ]
        keys = draft(self._session, drafts, actor=self._actor, clock=self._clock)
        self._daily = dict(zip(days, keys, strict=True))

    def write(self, rows: list[RegisterRow]) -> None:
        """Write the gifts, allocations and vouchers of some rows."""
        session = self._session
        refs = donors.ensure_named(
            session,
            {
                row.donor: particulars.guess_kind(row.donor, is_anonymous=row.is_anonymous)
                for row in rows
            },
            actor=self._actor,
            clock=self._clock,
        )
        if self._request.daily:
            vouchers = [self._daily[row.received_on] for row in rows]
        else:
            drafts = [
                self._voucher(
                    row.received_on,
                    row.amount_minor,
                    gifts.summary_of(row.donor),
                    refs[row.donor].dimension_id,
                )
                for row in rows
            ]
            vouchers = draft(session, drafts, actor=self._actor, clock=self._clock)
        connection = session.connection()
        keys = reserve_ids(connection, Gift.__table__, len(rows))  # type: ignore[arg-type]
        now = self._clock.now()
        bulk_insert(
            connection,
            Gift.__table__,  # type: ignore[arg-type]
            _GIFT_COLUMNS,
            (
                (
                    key,
                    refs[row.donor].id,
                    GiftKind.CASH.value,
                    self._method(row).value,
                    row.received_on,
                    self._account_id(row.received_on),
                    row.amount_minor,
                    row.donor,
                    row.passed_on_by,
                    row.is_anonymous,
                    row.reference or None,
                    _note_of(row),
                    voucher_id,
                    self._batch_id,
                    row.row,
                    row.panel,
                    fingerprint_of(row),
                    self._actor,
                    now,
                )
                for key, row, voucher_id in zip(keys, rows, vouchers, strict=True)
            ),
        )
        bulk_insert(
            connection,
            GiftAllocation.__table__,  # type: ignore[arg-type]
            ("gift_id", "fund_id", "amount_minor"),
            [(key, self._fund_id, row.amount_minor) for key, row in zip(keys, rows, strict=True)],
        )

    def _method(self, row: RegisterRow) -> GiftMethod:
        account = self._known.accounts[self._account_id(row.received_on)]
        if account.tag == "cash_on_hand":
            return GiftMethod.CASH
        for method, words in _METHODS.items():
            if any(word in row.method for word in words):
                return method
        return GiftMethod.BANK

    def _account_id(self, day: date) -> int:
        period = open_period_for(self._known, day)
        return self._known.account_ids[(period.chart, self._request.account_code)]

    def _voucher(
        self, day: date, amount: int, summary: str, donor_dimension: int | None
    ) -> VoucherDraft:
        event = Event(
            on=day,
            summary=summary,
            donor_id=donor_dimension,
            cash_flow_item_id=self._item_id,
        )
        return posting_rules.cash_gift(
            self._known, event, self._account_id(day), [(self._fund_id, amount)]
        )

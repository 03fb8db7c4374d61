"""Read one voucher with everything that belongs to it: lines, links, papers, gifts, history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from foundation.books import reading
from foundation.books.reading import VoucherRow
from foundation.gifts.models import Gift, GiftChange, reference
from ledger import balances, catalogue
from ledger.catalogue import Catalogue
from ledger.dimensions import Dimension, DimensionKind
from ledger.drafting import UnknownVoucher
from ledger.trail import TrailRecord
from ledger.vouchers import Voucher, VoucherFile, VoucherLine, VoucherState, label


@dataclass(frozen=True, slots=True)
class LineView:
    """A line with its names; amounts as they are printed, a red one negative."""

    line_no: int
    account_id: int
    account_code: str
    account_name: str
    fund_code: str
    fund_name: str
    side: int
    amount_minor: int
    debit_minor: int
    credit_minor: int
    summary: str
    dimensions: tuple[tuple[DimensionKind, str], ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """Another voucher that this one is linked to."""

    id: int
    label: str
    state: VoucherState


@dataclass(frozen=True, slots=True)
class FileView:
    """A stored source document."""

    id: int
    name: str
    media_type: str
    size: int
    digest: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Act:
    """Something somebody did to a voucher."""

    at: datetime
    actor: str
    action: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class VoucherView:
    """A voucher with everything that belongs to it."""

    row: VoucherRow
    word: str
    chart: str
    prepared_at: datetime
    reviewed_at: datetime | None
    posted_at: datetime | None
    reason: str | None
    digest: str | None
    lines: tuple[LineView, ...]
    debit_minor: int
    credit_minor: int
    reverses: Reference | None
    reversed_by: Reference | None
    corrects: Reference | None
    corrected_by: tuple[Reference, ...]
    files: tuple[FileView, ...]
    gifts: tuple[str, ...]


def get_voucher(session: Session, voucher_id: int) -> VoucherView:
    """Return a voucher with its lines, links and papers. Raises UnknownVoucher."""
    head = session.execute(select(Voucher.__table__).where(Voucher.id == voucher_id)).one_or_none()
    if head is None:
        raise UnknownVoucher(voucher=voucher_id)
    lines = tuple(list_lines(session, voucher_id))
    references = _references(session, head)
    return VoucherView(
        row=reading.row_of(head),
        word=head.word,
        chart=catalogue.load(session).period(head.period_id).chart,
        prepared_at=head.prepared_at,
        reviewed_at=head.reviewed_at,
        posted_at=head.posted_at,
        reason=head.reason,
        digest=head.digest,
        lines=lines,
        debit_minor=sum(line.debit_minor for line in lines),
        credit_minor=sum(line.credit_minor for line in lines),
        reverses=references.get(head.reverses_id),
        reversed_by=next((r for r in references.values() if r.reverses_id == head.id), None),
        corrects=references.get(head.corrects_id),
        corrected_by=tuple(r for r in references.values() if r.corrects_id == head.id),
        files=list_files(session, voucher_id),
        gifts=gifts_of(session, voucher_id),
    )


def list_lines(session: Session, voucher_id: int) -> list[LineView]:
    """Return the lines of a voucher with their names."""
    known = catalogue.load(session)
    rows = session.execute(
        select(VoucherLine.__table__)
        .where(VoucherLine.voucher_id == voucher_id)
        .order_by(VoucherLine.line_no)
    ).all()
    names = _dimension_names(session, rows)
    return [_line(known, row, names) for row in rows]


def find_labels(session: Session, keys: Sequence[int]) -> dict[int, str]:
    """Return how people call vouchers: the number, or the summary before there is one."""
    rows = session.execute(
        select(Voucher.id, Voucher.period_id, Voucher.word, Voucher.number, Voucher.summary)
        .where(Voucher.id.in_(keys))
        .order_by(Voucher.id)
    )
    return {
        row.id: label(row.period_id, row.word, row.number) if row.number else row.summary
        for row in rows
    }


def list_files(session: Session, voucher_id: int) -> tuple[FileView, ...]:
    """Return the stored source documents of a voucher."""
    rows = session.execute(
        select(VoucherFile.__table__)
        .where(VoucherFile.voucher_id == voucher_id)
        .order_by(VoucherFile.id)
    )
    return tuple(
        FileView(r.id, r.file_name, r.media_type, r.size, r.digest, r.added_by, r.added_at)
        for r in rows
    )


def gifts_of(session: Session, voucher_id: int) -> tuple[str, ...]:
    """Return the references of the gifts that a voucher books or changes."""
    changed = select(GiftChange.gift_id).where(GiftChange.voucher_id == voucher_id)
    rows = session.execute(
        select(Gift.id, Gift.received_on)
        .where(or_(Gift.voucher_id == voucher_id, Gift.id.in_(changed)))
        .order_by(Gift.id)
        .limit(20)
    )
    return tuple(reference(row.id, row.received_on) for row in rows)


def history(session: Session, view: VoucherView) -> list[Act]:
    """Return who did what to a voucher, oldest first.

    An act on a whole set stands in the trail once for the set; for those the stamps on the
    voucher itself say who and when.
    """
    rows = session.execute(
        select(TrailRecord.at, TrailRecord.actor, TrailRecord.action, TrailRecord.reason)
        .where(TrailRecord.subject == f"voucher:{view.row.id}")
        .order_by(TrailRecord.sequence)
    )
    acts = [Act(row.at, row.actor, row.action, row.reason) for row in rows]
    named = {act.action for act in acts}
    stamps = (
        ("voucher.prepare", view.row.prepared_by, view.prepared_at),
        ("voucher.review", view.row.reviewed_by, view.reviewed_at),
        ("voucher.post", view.row.posted_by, view.posted_at),
    )
    acts += [
        Act(at, actor, action, None)
        for action, actor, at in stamps
        if actor is not None and at is not None and action not in named
    ]
    # Two acts of the same moment stand in the order in which they can only have happened.
    ranks = {action: rank for rank, (action, _, _) in enumerate(stamps)}
    return sorted(acts, key=lambda act: (act.at, ranks.get(act.action, len(ranks))))


def _line(known: Catalogue, row: Any, names: dict[int, tuple[DimensionKind, str]]) -> LineView:
    account, fund = known.accounts[row.account_id], known.funds[row.fund_id]
    debit, credit = balances.printed(row)
    keys = (row.donor_id, row.counterparty_id, row.project_id, row.cash_flow_item_id)
    return LineView(
        line_no=row.line_no,
        account_id=account.id,
        account_code=account.code,
        account_name=account.full_name,
        fund_code=fund.code,
        fund_name=fund.name,
        side=row.side,
        amount_minor=row.amount_minor,
        debit_minor=debit,
        credit_minor=credit,
        summary=row.summary or "",
        dimensions=tuple(names[key] for key in keys if key is not None),
    )


def _dimension_names(session: Session, rows: Sequence[Any]) -> dict[int, tuple[DimensionKind, str]]:
    keys = {
        key
        for row in rows
        for key in (row.donor_id, row.counterparty_id, row.project_id, row.cash_flow_item_id)
        if key is not None
    }
    if not keys:
        return {}
    found = session.execute(
        select(Dimension.id, Dimension.kind, Dimension.name).where(Dimension.id.in_(sorted(keys)))
    )
    return {row.id: (row.kind, row.name) for row in found}


@dataclass(frozen=True, slots=True)
class _Linked(Reference):
    reverses_id: int | None
    corrects_id: int | None


def _references(session: Session, head: Any) -> dict[int | None, _Linked]:
    named = [key for key in (head.reverses_id, head.corrects_id) if key is not None]
    rows = session.execute(
        select(Voucher.__table__)
        .where(
            or_(
                Voucher.id.in_(named),
                and_(
                    or_(Voucher.reverses_id == head.id, Voucher.corrects_id == head.id),
                    Voucher.state != VoucherState.DISCARDED,
                ),
            )
        )
        .order_by(Voucher.id)
    )
    return {
        row.id: _Linked(
            row.id,
            label(row.period_id, row.word, row.number),
            row.state,
            row.reverses_id,
            row.corrects_id,
        )
        for row in rows
    }


LINES_OF_A_SHEET = 7


@dataclass(frozen=True, slots=True)
class Sheet:
    """One printed form of a voucher; a long one has several, numbered 1/2, 2/2."""

    view: VoucherView
    lines: tuple[LineView, ...]
    number: int
    of: int

    @property
    def empty_lines(self) -> int:
        """How many empty lines fill the form."""
        return LINES_OF_A_SHEET - len(self.lines)

    @property
    def is_last(self) -> bool:
        """Whether the sums of the voucher stand on this sheet."""
        return self.number == self.of


def sheets(views: Sequence[VoucherView]) -> list[Sheet]:
    """Cut vouchers into forms (规范 第五十一条（二）: fraction numbers for several sheets)."""
    found = []
    for view in views:
        count = max(1, -(-len(view.lines) // LINES_OF_A_SHEET))
        for number in range(1, count + 1):
            first = (number - 1) * LINES_OF_A_SHEET
            lines = view.lines[first : first + LINES_OF_A_SHEET]
            found.append(Sheet(view, lines, number, count))
    return found


def neighbours(session: Session, view: VoucherView) -> tuple[int | None, int | None]:
    """Return the vouchers before and after one, in order of date and key."""
    place = tuple_(literal(view.row.booked_on, Voucher.booked_on.type), literal(view.row.id))
    here = tuple_(Voucher.booked_on, Voucher.id)
    before = select(Voucher.id).where(here < place)
    after = select(Voucher.id).where(here > place)
    return (
        session.execute(
            before.order_by(Voucher.booked_on.desc(), Voucher.id.desc()).limit(1)
        ).scalar(),
        session.execute(after.order_by(Voucher.booked_on, Voucher.id).limit(1)).scalar(),
    )


def find_waiting(session: Session, state: VoucherState, *, not_by: str = "") -> int | None:
    """Return the first voucher in a state that somebody else prepared, or None."""
    query = select(Voucher.id).where(Voucher.state == state, Voucher.prepared_by != not_by)
    return session.execute(query.order_by(Voucher.booked_on, Voucher.id).limit(1)).scalar()

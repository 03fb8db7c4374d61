"""Draw a sample from the books and describe its items.

Drawing reads the whole population. Whoever walks through a sample item by item asks for the same
one each time, so the last few are kept in memory, under what was asked and the state of the books.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select, tuple_
from sqlalchemy.orm import Session

from foundation.auditing import populations, sampling
from foundation.auditing.plans import Plan, Source
from foundation.auditing.populations import Control, Population
from foundation.auditing.sampling import Method, Sample, Selected
from foundation.gifts.models import Gift, GiftAllocation, reference
from ledger import catalogue
from ledger.catalogue import Catalogue
from ledger.errors import InvalidInput, NotFound
from ledger.funds import Fund
from ledger.vouchers import Voucher, VoucherFile, VoucherLine, VoucherSeries, label

_AT_ONCE = 500
_MOST_KEPT = 8


class NotInSample(NotFound):
    """The sample has no item of this number."""

    code = "not_in_sample"
    message = "样本中没有第 {number} 项，共 {count} 项"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample with what it was drawn from. `keys` are (voucher or gift, line) of its items."""

    plan: Plan
    sample: Sample
    keys: tuple[tuple[int, int], ...]
    debit_minor: int
    credit_minor: int
    red_count: int
    control: Control | None
    # The words for the strata, when they are accounts.
    names: tuple[str, ...] = ()

    @property
    def ties(self) -> bool | None:
        """Whether the population is what the books have; None when there is nothing beside it."""
        if self.control is None:
            return None
        said = (self.control.debit_minor, self.control.credit_minor)
        return said == (self.debit_minor, self.credit_minor)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a sample as people read it; amounts of lines as they are printed."""

    number: int
    selected: Selected
    voucher_id: int
    line_no: int | None
    gift_id: int | None
    label: str
    voucher: str
    booked_on: date
    summary: str
    account_code: str
    account_name: str
    fund: str
    debit_minor: int | None
    credit_minor: int | None
    prepared_by: str
    reviewed_by: str
    posted_by: str
    paper_count: int
    file_count: int

    @property
    def key(self) -> str:
        """How a workbook names the item, for reading questions back."""
        if self.gift_id is not None:
            return self.label
        return self.label if self.line_no is None else f"{self.label}#{self.line_no}"


class Keeper:
    """The last samples that were drawn, for one application."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Any, ...], Drawn] = OrderedDict()
        self._lock = threading.Lock()

    def draw(self, session: Session, plan: Plan) -> Drawn:
        """Return the sample of a plan, drawn before if the books are as they were."""
        key = None if plan.source is Source.GIFTS else (plan, _state(session, plan))
        if key is None:
            return draw(session, plan)
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = draw(session, plan)
        with self._lock:
            self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return found


def _state(session: Session, plan: Plan) -> tuple[Any, ...]:
    """Return what changes whenever a voucher of the span is posted."""
    rows = session.execute(
        select(VoucherSeries.period_id, VoucherSeries.word, VoucherSeries.head)
        .where(VoucherSeries.period_id.between(plan.span.first, plan.span.last))
        .order_by(VoucherSeries.period_id, VoucherSeries.word)
    )
    return (_place(session.connection()), catalogue.load(session).token, *map(tuple, rows))


def _place(connection: Connection) -> str:
    return str(connection.engine.url)


def draw(session: Session, plan: Plan) -> Drawn:
    """Draw a sample. Raises InvalidInput, TooManySelected."""
    population = populations.load(session, plan)
    sample, names = _sampled(session, plan, population)
    lines = population.lines
    keys = tuple(
        (population.owners[one.position], lines[one.position] if lines else 0)
        for one in sample.selected
    )
    return Drawn(
        plan=plan,
        sample=sample,
        keys=keys,
        debit_minor=population.debit_minor,
        credit_minor=population.credit_minor,
        red_count=population.red_count,
        control=populations.control(session, plan),
        names=names,
    )


def _sampled(
    session: Session, plan: Plan, population: Population
) -> tuple[Sample, tuple[str, ...]]:
    amounts = population.amounts
    if plan.method is Method.THRESHOLD:
        return sampling.above(amounts, least_minor=plan.least_minor), ()
    if plan.method is Method.RANDOM:
        return sampling.at_random(amounts, size=plan.size, seed=plan.seed), ()
    if plan.method is Method.BANDS:
        bands = plan.bands
        keys = [sampling.band_of(amount, bands) for amount in amounts]
        wanted = {place: band.size for place, band in enumerate(bands)}
        return sampling.stratified(amounts, keys, wanted=wanted, seed=plan.seed), ()
    if plan.method is Method.GROUPS:
        return _by_account(catalogue.load(session), plan, population)
    if plan.tolerable_minor is not None:
        interval = sampling.interval_of_risk(plan.tolerable_minor, plan.confidence)
    else:
        interval = sampling.interval_of_size(sum(amounts), plan.size)
    return sampling.by_units(amounts, interval_minor=interval, seed=plan.seed), ()


def _by_account(
    known: Catalogue, plan: Plan, population: Population
) -> tuple[Sample, tuple[str, ...]]:
    """Strata are the accounts in the order of their codes, the same whatever their keys are."""
    moved = sorted(
        set(population.accounts),
        key=lambda key: (known.accounts[key].chart, known.accounts[key].code),
    )
    places = {key: place for place, key in enumerate(moved)}
    keys = [places[key] for key in population.accounts]
    wanted = dict.fromkeys(range(len(moved)), plan.size)
    sample = sampling.stratified(population.amounts, keys, wanted=wanted, seed=plan.seed)
    names = tuple(f"{known.accounts[key].code} {known.accounts[key].full_name}" for key in moved)
    return sample, names


def place_of(drawn: Drawn, number: int) -> int:
    """Return the place of the item of a number, from 1. Raises NotInSample."""
    if not 1 <= number <= len(drawn.keys):
        raise NotInSample(number=number, count=len(drawn.keys))
    return number - 1


def items(session: Session, drawn: Drawn, *, first: int = 0, last: int | None = None) -> list[Item]:
    """Describe the items of a sample, or a part of them, in their order."""
    places = range(first, len(drawn.keys) if last is None else min(last, len(drawn.keys)))
    found: list[Item] = []
    for start in range(places.start, places.stop, _AT_ONCE):
        part = range(start, min(start + _AT_ONCE, places.stop))
        found += _described(session, drawn, part)
    return found


def _described(session: Session, drawn: Drawn, places: range) -> list[Item]:
    owners = [drawn.keys[place][0] for place in places]
    gifts = _gift_heads(session, owners) if drawn.plan.source is Source.GIFTS else {}
    vouchers = [gifts[key].voucher_id for key in owners] if gifts else owners
    heads = _voucher_heads(session, vouchers)
    files = _file_counts(session, vouchers)
    lines = _lines(session, [drawn.keys[place] for place in places], drawn.plan.source)
    known = catalogue.load(session)
    found = []
    for place in places:
        owner, line_no = drawn.keys[place]
        gift = gifts.get(owner)
        head = heads[gift.voucher_id if gift else owner]
        line = lines.get((owner, line_no))
        name = label(head.period_id, head.word, head.number)
        found.append(
            Item(
                number=place + 1,
                selected=drawn.sample.selected[place],
                voucher_id=head.id,
                line_no=line_no if line else None,
                gift_id=owner if gift else None,
                label=reference(gift.id, gift.received_on) if gift else name,
                voucher=name,
                booked_on=gift.received_on if gift else head.booked_on,
                summary=_summary(gift, line, head),
                account_code=known.accounts[line.account_id].code if line else "",
                account_name=known.accounts[line.account_id].full_name if line else "",
                fund=_fund(known, line, gift),
                debit_minor=line.amount_minor if line and line.side > 0 else None,
                credit_minor=-line.amount_minor if line and line.side < 0 else None,
                prepared_by=head.prepared_by,
                reviewed_by=head.reviewed_by or "",
                posted_by=head.posted_by or "",
                paper_count=head.attachment_count,
                file_count=files.get(head.id, 0),
            )
        )
    return found


def _summary(gift: Any, line: Any, head: Any) -> str:
    if gift is not None:
        return str(gift.donor_name)
    return str((line.summary if line is not None else None) or head.summary)


def _fund(known: Catalogue, line: Any, gift: Any) -> str:
    if line is not None:
        return known.funds[line.fund_id].code
    return str(gift.funds) if gift is not None else ""


@dataclass(frozen=True, slots=True)
class _GiftHead:
    id: int
    voucher_id: int
    received_on: date
    donor_name: str
    funds: str


def _gift_heads(session: Session, keys: Sequence[int]) -> dict[int, _GiftHead]:
    funds: dict[int, list[str]] = {}
    for gift_id, code in session.execute(
        select(GiftAllocation.gift_id, Fund.code)
        .join(Fund, Fund.id == GiftAllocation.fund_id)
        .where(GiftAllocation.gift_id.in_(keys))
        .order_by(GiftAllocation.gift_id, Fund.code)
    ):
        funds.setdefault(gift_id, []).append(code)
    rows = session.execute(
        select(Gift.id, Gift.voucher_id, Gift.received_on, Gift.donor_name).where(Gift.id.in_(keys))
    )
    return {
        row.id: _GiftHead(
            row.id,
            row.voucher_id,
            row.received_on,
            row.donor_name,
            "、".join(funds.get(row.id, [])),
        )
        for row in rows
    }


def _voucher_heads(session: Session, keys: Sequence[int]) -> dict[int, Any]:
    rows = session.execute(select(Voucher.__table__).where(Voucher.id.in_(set(keys))))
    return {row.id: row for row in rows}


def _file_counts(session: Session, keys: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(VoucherFile.voucher_id, func.count())
        .where(VoucherFile.voucher_id.in_(set(keys)))
        .group_by(VoucherFile.voucher_id)
    )
    return {row[0]: row[1] for row in rows}


def _lines(
    session: Session, keys: Sequence[tuple[int, int]], source: Source
) -> dict[tuple[int, int], Any]:
    if source is not Source.LINES:
        return {}
    rows = session.execute(
        select(VoucherLine.__table__).where(
            tuple_(VoucherLine.voucher_id, VoucherLine.line_no).in_(keys)
        )
    )
    return {(row.voucher_id, row.line_no): row for row in rows}


def require_some(drawn: Drawn) -> None:
    """Raise InvalidInput for a sample without items, where there must be some."""
    if not drawn.keys:
        raise InvalidInput(field="样本", reason="总体中没有符合条件的项目")

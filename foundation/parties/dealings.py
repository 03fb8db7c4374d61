"""What happened with related parties, found in the posted lines.

A dealing is a party, a voucher and one of the six kinds of 民政部令第81号 第十四条. It is read from
the lines each time and never kept, so it cannot differ from the books; what people decided about
it (its kind, the paper behind it, that it was published) is kept beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from foundation.assets.models import Investment, InvestmentMovement
from foundation.duties.models import DutyMark
from foundation.gifts.models import Gift
from foundation.parties import rules
from foundation.parties.models import DealingKind, PartyRuling
from foundation.parties.queries import View
from foundation.spending.models import SpendingRequest
from ledger import catalogue
from ledger.catalogue import AccountInfo, Catalogue
from ledger.periods import period_key
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState, label

DUTY = "related_party_event"
# Generated vouchers that repeat what stands there already.
_CARRIED = (VoucherKind.OPENING, VoucherKind.CONVERSION, VoucherKind.CLOSING)
_MANY = 500
_REFUND = "refund."


@dataclass(frozen=True, slots=True)
class Dealing:
    """What one voucher did with one party, of one kind."""

    party_id: int
    voucher_id: int
    voucher: str
    booked_on: date
    kind: DealingKind
    # Negative for what was taken back: a refund, a red voucher.
    amount_minor: int
    summary: str
    is_important: bool
    # Whether the voucher undoes another, or was undone by one.
    is_undone: bool
    decision: str
    published_on: date | None
    place: str
    is_ruled: bool
    # Of a trade: what was sold to the party; the rest was bought.
    sold_minor: int = 0

    @property
    def occurrence(self) -> str:
        """What the calendar of duties calls it: one disclosure for a voucher and a party."""
        return occurrence_of(self.voucher_id, self.party_id)


@dataclass(slots=True)
class _Found:
    """The lines of one voucher that concern one party."""

    voucher: Any
    lines: dict[int, tuple[AccountInfo, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is known of vouchers outside the ledger."""

    rulings: Mapping[tuple[int, int], PartyRuling]
    requests: Mapping[int, Any]
    gifts: Mapping[int, str]
    marks: Mapping[str, Any]
    undone: frozenset[int]


def occurrence_of(voucher_id: int, party_id: int) -> str:
    """Return what the calendar calls the disclosure of a voucher with a party."""
    return f"v{voucher_id}-r{party_id}"


def read(session: Session, views: Sequence[View], first: date, last: date) -> list[Dealing]:
    """Return the dealings of some parties from one day to another, in the order of the books.

    A party counts only on the days on which it is related.
    """
    known = catalogue.load(session)
    by_id = {view.id: view for view in views}
    found = _lines(session, known, views, first, last)
    related = {
        (party_id, key): entry
        for (party_id, key), entry in found.items()
        if by_id[party_id].is_related(entry.voucher.booked_on)
    }
    beside = _beside(session, [key for _, key in related])
    dealings = []
    for (party_id, _), entry in related.items():
        dealings += _dealings(by_id[party_id], entry, beside)
    return sorted(dealings, key=lambda item: (item.booked_on, item.voucher_id, item.party_id))


def lines_of(session: Session, views: Sequence[View], first: date, last: date) -> dict[int, int]:
    """Return how many lines with the parties each voucher has; for whoever counts them again."""
    found = _lines(session, catalogue.load(session), views, first, last)
    counted: dict[int, int] = {}
    for (_, key), entry in found.items():
        counted[key] = counted.get(key, 0) + len(entry.lines)
    return counted


def _lines(
    session: Session, known: Catalogue, views: Sequence[View], first: date, last: date
) -> dict[tuple[int, int], _Found]:
    donors = {key: view.id for view in views for target in view.live for key in target.donors}
    others = {
        key: view.id for view in views for target in view.live for key in target.counterparties
    }
    found: dict[tuple[int, int], _Found] = {}
    for column, owners in ((VoucherLine.donor_id, donors), (VoucherLine.counterparty_id, others)):
        for part in _parts(sorted(owners)):
            rows = session.execute(_posted(first, last).where(column.in_(part)).add_columns(column))
            for row in rows:
                _add(found, known, owners[row[-1]], row)
    for party_id, row in _of_investments(session, known, views, first, last):
        _add(found, known, party_id, row)
    return found


def _posted(first: date, last: date) -> Any:
    return (
        select(
            Voucher.id,
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            Voucher.booked_on,
            Voucher.kind,
            Voucher.rule,
            Voucher.summary,
            VoucherLine.line_no,
            VoucherLine.account_id,
            VoucherLine.amount_minor,
            VoucherLine.summary.label("words"),
        )
        .join(VoucherLine, VoucherLine.voucher_id == Voucher.id)
        .where(
            Voucher.state == VoucherState.POSTED,
            Voucher.kind.not_in(_CARRIED),
            VoucherLine.period_id.between(period_key(first), period_key(last)),
            Voucher.booked_on.between(first, last),
        )
        .order_by(Voucher.id, VoucherLine.line_no)
    )


def _of_investments(
    session: Session, known: Catalogue, views: Sequence[View], first: date, last: date
) -> Iterable[tuple[int, Any]]:
    """The lines of what was invested with a party; such lines carry no counterparty."""
    owners = {
        target.link.investment_id: view.id
        for view in views
        for target in view.live
        if target.link.investment_id is not None
    }
    if not owners:
        return
    accounts = [
        account.id for account in known.accounts.values() if "investment" in _kind(account).value
    ]
    rows = session.execute(
        _posted(first, last)
        .join(InvestmentMovement, InvestmentMovement.voucher_id == Voucher.id)
        .join(Investment, Investment.id == InvestmentMovement.investment_id)
        .where(Investment.id.in_(sorted(owners)), VoucherLine.account_id.in_(accounts))
        .add_columns(Investment.id)
    )
    for row in rows:
        yield owners[row[-1]], row


def vouchers_of_investments(session: Session, view: View, first: date, last: date) -> set[int]:
    """Return the vouchers of what was invested with a party on days on which it is related."""
    known = catalogue.load(session)
    rows = _of_investments(session, known, [view], first, last)
    return {row.id for _, row in rows if view.is_related(row.booked_on)}


def _add(found: dict[tuple[int, int], _Found], known: Catalogue, party_id: int, row: Any) -> None:
    account = known.accounts[row.account_id]
    if "cash" in account.flags and "agency" not in account.flags:
        return
    entry = found.setdefault((party_id, row.id), _Found(row))
    # A line may name a party as donor and as counterparty; it is one line.
    entry.lines[row.line_no] = (account, row.amount_minor)


def _dealings(view: View, found: _Found, beside: _Beside) -> list[Dealing]:
    voucher = found.voucher
    key = (view.id, voucher.id)
    ruling, request = beside.rulings.get(key), beside.requests.get(voucher.id)
    amounts = classify(
        found.lines.values(),
        rule=voucher.rule,
        is_reversal=voucher.kind is VoucherKind.REVERSAL,
        request_kind=None if request is None else request.kind.value,
    )
    is_ruled = ruling is not None and ruling.kind is not None
    if ruling is not None and ruling.kind is not None:
        amounts = {ruling.kind: sum(amounts.values())}
    mark = beside.marks.get(occurrence_of(voucher.id, view.id))
    decision = ruling.decision if ruling is not None else ""
    if not decision:
        asked = "" if request is None else request.resolution or request.contract or ""
        decision = asked or beside.gifts.get(voucher.id, "")
    return [
        Dealing(
            party_id=view.id,
            voucher_id=voucher.id,
            voucher=label(voucher.period_id, voucher.word, voucher.number),
            booked_on=voucher.booked_on,
            kind=kind,
            amount_minor=minor,
            summary=voucher.summary,
            is_important=view.is_important(voucher.booked_on),
            is_undone=voucher.kind is VoucherKind.REVERSAL or voucher.id in beside.undone,
            decision=decision,
            published_on=None if mark is None else mark.done_on,
            place="" if mark is None else mark.note,
            is_ruled=is_ruled,
            sold_minor=_sold(found) if kind is DealingKind.TRADE else 0,
        )
        for kind, minor in amounts.items()
    ]


def classify(
    lines: Iterable[tuple[AccountInfo, int]],
    *,
    rule: str,
    is_reversal: bool,
    request_kind: str | None,
) -> dict[DealingKind, int]:
    """Return what the lines of a voucher with a party are, and how much of each kind.

    The lowest tier decides: a grant that is paid later is the grant, and the payable beside it
    only says so. Amounts are debit positive on the way in.
    """
    ranked = [(rules.of_tag(account.tag), minor) for account, minor in lines]
    tier = min(found.tier for found, _ in ranked)
    parts: dict[DealingKind, list[tuple[str, int]]] = {}
    for found, minor in ranked:
        if found.tier != tier:
            continue
        kind = found.kind
        if rule.startswith(_REFUND) and kind is not DealingKind.DONATION:
            kind = DealingKind.OTHER_FLOW
        elif request_kind is not None and found.sense == "debit":
            kind = rules.of_request(request_kind)
        parts.setdefault(kind, []).append((found.sense, minor))
    return {kind: _amount(part, is_reversal=is_reversal) for kind, part in parts.items()}


def _amount(part: Sequence[tuple[str, int]], *, is_reversal: bool) -> int:
    senses = {sense for sense, _ in part}
    if senses <= {"debit", "credit"}:
        return sum(minor if sense == "debit" else -minor for sense, minor in part)
    net = sum(minor for _, minor in part)
    # Money that only moved between two accounts of the same party is what moved.
    size = abs(net) or sum(minor for _, minor in part if minor > 0)
    return -size if is_reversal else size


def _sold(found: _Found) -> int:
    """Add up what was sold to the party: income that is no gift."""
    ranked = [(rules.of_tag(account.tag), minor) for account, minor in found.lines.values()]
    return -sum(
        minor for rule, minor in ranked if rule.kind is DealingKind.TRADE and rule.sense == "credit"
    )


def _kind(account: AccountInfo) -> DealingKind:
    return rules.of_tag(account.tag).kind


def _beside(session: Session, vouchers: Iterable[int]) -> _Beside:
    keys = sorted(set(vouchers))
    rulings: dict[tuple[int, int], PartyRuling] = {}
    requests: dict[int, Any] = {}
    gifts: dict[int, str] = {}
    undone: set[int] = set()
    red = aliased(Voucher)
    for part in _parts(keys):
        for ruling in session.execute(
            select(PartyRuling).where(PartyRuling.voucher_id.in_(part)).order_by(PartyRuling.id)
        ).scalars():
            rulings[ruling.party_id, ruling.voucher_id] = ruling
        table = SpendingRequest
        for asked in session.execute(
            select(table.voucher_id, table.kind, table.resolution, table.contract)
            .where(table.voucher_id.in_(part))
            .order_by(table.id)
        ):
            requests[asked.voucher_id or 0] = asked
        for key, agreement in session.execute(
            select(Gift.voucher_id, Gift.agreement)
            .where(Gift.voucher_id.in_(part), Gift.agreement.is_not(None))
            .order_by(Gift.id)
        ):
            gifts[key] = agreement or ""
        reds = select(red.reverses_id).where(
            red.reverses_id.in_(part), red.state == VoucherState.POSTED
        )
        undone.update(key or 0 for key in session.execute(reds).scalars())
    marks = session.execute(select(DutyMark).where(DutyMark.duty == DUTY)).scalars()
    return _Beside(
        rulings, requests, gifts, {mark.occurrence: mark for mark in marks}, frozenset(undone)
    )


def _parts(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    return (keys[place : place + _MANY] for place in range(0, len(keys), _MANY))

"""Gifts as the books know them, turned into the facts of the matching engine.

Whatever no record says is left out, and so unknown to the rules: nothing is guessed. Two facts
follow from how the books record a gift at all: a gift booked as income is not money to be passed
on (受托代理 is a kind of its own), and it was received by this foundation. Gifts stream in the
order of receipt, a few thousand at a time, so a million need no more memory than one chunk.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    String,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from foundation.agreements.models import Agreement, AgreementState
from foundation.claims import bank_payers
from foundation.claims.bank_payers import Paid
from foundation.claims.models import ClaimedGift
from foundation.donors.models import Donor, DonorKind
from foundation.gifts.kinds import ChangeKind, GiftKind
from foundation.gifts.models import Gift, GiftAllocation, GiftChange, reference
from foundation.gifts.standing import ended, withdrawn
from foundation.matching import reading
from foundation.matching.facts import Gift as GiftFacts
from foundation.matching.predicates import FactValue
from foundation.receipting.models import BillingParticulars, GiftBill
from ledger.funds import Fund, Restriction
from ledger.orm import connection_of
from ledger.vouchers import Voucher, VoucherState
from receipts.models import Bill

CHUNK = 4_000
_DATA = Path(__file__).parent / "data" / "donor_kinds.yaml"
_ASSETS = {
    GiftKind.CASH: "cash",
    GiftKind.CONDITIONAL: "cash",
    GiftKind.AGENCY: "cash",
    GiftKind.IN_KIND: "other_in_kind",
    GiftKind.NOMINAL: "other_in_kind",
    GiftKind.SERVICE: "other_in_kind",
    GiftKind.EQUITY: "equity",
}
Found = dict[str, FactValue]
# How many columns of a chunk every gift needs; the others belong to papers that few have.
_GIFT_COLUMNS = 16


class BookGift(NamedTuple):
    """A gift of the books: its key and what the engine is told."""

    gift_id: int
    facts: GiftFacts


@dataclass(frozen=True, slots=True)
class Scope:
    """Which gifts a claim looks at. Gifts held by a claim under `held_by_scheme` are left out."""

    first: date | None
    last: date | None
    held_by_scheme: str | None = None
    gift_ids: tuple[int, ...] | None = None
    # Only gifts that can share a counting unit: those with an agreement.
    has_agreement: bool = False


@cache
def _kinds_by_code() -> Mapping[str, str]:
    parsed = reading.parse(_DATA.read_text(encoding="utf-8"))
    assert isinstance(parsed.data, Mapping)
    return dict(parsed.data["prefixes"])


def stream(session: Session, scope: Scope) -> Iterator[BookGift]:
    """Yield the posted gifts of a scope that still stand, in the order of receipt."""
    # Rows of the connection itself: an ORM session would look at each of a million.
    connection = connection_of(session)
    funds = _funds(session)
    is_matched = bank_payers.has_matches(session)
    place: tuple[date, int] | None = None
    while True:
        rows = connection.execute(_chunk(scope, place)).all()
        parts = _split_funds(session, rows)
        taken = _taken_back(session, [row.id for row in rows if row.has_change])
        paid = _paid(session, rows) if is_matched else {}
        for row in rows:
            back = taken.get(row.id, 0) if taken else 0
            if back is not None:
                yield _gift(row, funds, parts, back, paid.get(row.id) if paid else None)
        if len(rows) < CHUNK:
            return
        place = (rows[-1].received_on, rows[-1].id)


def _paid(session: Session, rows: Sequence[Any]) -> dict[int, str]:
    """Who paid, where the statement of the bank says so."""
    gifts = [
        Paid(row.id, row.voucher_id, row.amount_minor, row.bank_reference)
        for row in rows
        if row.donor_kind != DonorKind.ANONYMOUS
    ]
    return bank_payers.payers(session, gifts)


def load(session: Session, gift_ids: list[int]) -> list[BookGift]:
    """Return some gifts in the order of receipt; those that are undone are left out."""
    scope = Scope(first=None, last=None, gift_ids=tuple(gift_ids))
    return list(stream(session, scope))


def span(first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    """The gifts that were received between two days."""
    found: list[ColumnElement[bool]] = []
    if first is not None:
        found.append(Gift.received_on >= first)
    if last is not None:
        found.append(Gift.received_on <= last)
    return found


def _only_fund() -> ScalarSelect[Any]:
    """The fund of a gift; NULL where it goes to several."""
    single = case((func.count() == 1, func.min(GiftAllocation.fund_id)))
    return select(single).where(GiftAllocation.gift_id == Gift.id).correlate(Gift).scalar_subquery()


def _has_change() -> ColumnElement[bool]:
    return exists(select(GiftChange.id).where(GiftChange.gift_id == Gift.id)).correlate(Gift)


def _taken_back(session: Session, gift_ids: list[int]) -> dict[int, int | None]:
    """What was taken back of the few gifts that changed; None of one that is undone."""
    found: dict[int, int | None] = {}
    if gift_ids:
        over = (ChangeKind.CANCELLED, ChangeKind.CORRECTED)
        query = (
            select(GiftChange.gift_id, GiftChange.kind, GiftChange.amount_minor, withdrawn())
            .where(GiftChange.gift_id.in_(gift_ids))
            .order_by(GiftChange.id)
        )
        for gift_id, kind, minor, is_withdrawn in session.execute(query):
            before = found.get(gift_id, 0)
            if is_withdrawn or before is None:
                found[gift_id] = before
            else:
                found[gift_id] = None if kind in over else before + minor
    return found


def stands() -> ColumnElement[bool]:
    """The gift was neither cancelled nor corrected."""
    return ~ended()


def _chunk(scope: Scope, place: tuple[date, int] | None) -> Select[Any]:
    query = _selected().where(Voucher.state == VoucherState.POSTED)
    query = query.where(*span(scope.first, scope.last))
    if scope.gift_ids is not None:
        query = query.where(Gift.id.in_(scope.gift_ids))
    if scope.has_agreement:
        query = query.where(Gift.agreement.is_not(None))
    if scope.held_by_scheme is not None:
        held = select(ClaimedGift.gift_id).where(
            ClaimedGift.gift_id == Gift.id,
            ClaimedGift.scheme_code == scope.held_by_scheme,
            ClaimedGift.is_live,
        )
        query = query.where(~held.correlate(Gift).exists())
    if place is not None:
        day, key = place
        query = query.where(
            Gift.received_on >= day,
            or_(Gift.received_on > day, and_(Gift.received_on == day, Gift.id > key)),
        )
    return query.order_by(Gift.received_on, Gift.id).limit(CHUNK)


def _selected() -> Select[Any]:
    query: Any = select(
        Gift.id,
        Gift.donor_id,
        type_coerce(Donor.kind, String).label("donor_kind"),
        Donor.credit_code,
        type_coerce(Gift.kind, String).label("kind"),
        Gift.received_on,
        Gift.amount_minor,
        Gift.donor_name,
        Gift.passed_on_by,
        Gift.agreement,
        Gift.bank_reference,
        BillingParticulars.benefit,
        _only_fund().label("fund_id"),
        _has_change().label("has_change"),
        Bill.number.label("bill_number"),
        type_coerce(Agreement.state, String).label("agreement_state"),
        Bill.code.label("bill_code"),
        Bill.issued_on,
        Bill.payer_name,
        Bill.payer_code,
        Agreement.signed_on,
        Agreement.may_pool,
        Agreement.has_return_benefit,
        Agreement.results_to_university,
        Agreement.naming,
        _signatory().label("signatory"),
        Gift.voucher_id,
    )
    joined: Select[Any] = (
        query.join(Voucher, Voucher.id == Gift.voucher_id)
        .join(Donor, Donor.id == Gift.donor_id)
        .outerjoin(GiftBill, and_(GiftBill.gift_id == Gift.id, GiftBill.is_live))
        .outerjoin(Bill, Bill.id == GiftBill.bill_id)
        .outerjoin(BillingParticulars, BillingParticulars.gift_id == Gift.id)
        .outerjoin(Agreement, Agreement.number == Gift.agreement)
    )
    return joined


def _signatory() -> ScalarSelect[Any]:
    party = Donor.__table__.alias("party")
    return (
        select(party.c.name)
        .where(party.c.id == Agreement.donor_id)
        .correlate(Agreement.__table__)
        .scalar_subquery()
    )


def _funds(session: Session) -> dict[int, tuple[str, str, Restriction]]:
    rows = session.execute(
        select(Fund.id, Fund.code, Fund.name, Fund.restriction).order_by(Fund.id)
    )
    return {row.id: (row.code, row.name, row.restriction) for row in rows}


def _split_funds(session: Session, rows: Any) -> dict[int, list[int]]:
    """The funds of the few gifts that go to several."""
    split = [row.id for row in rows if row.fund_id is None]
    found: dict[int, list[int]] = {}
    if split:
        query = (
            select(GiftAllocation.gift_id, GiftAllocation.fund_id)
            .where(GiftAllocation.gift_id.in_(split))
            .order_by(GiftAllocation.gift_id, GiftAllocation.fund_id)
        )
        for row in session.execute(query):
            found.setdefault(row.gift_id, []).append(row.fund_id)
    return found


def _gift(
    row: Row[Any],
    funds: Mapping[int, tuple[str, str, Restriction]],
    parts: Mapping[int, list[int]],
    taken: int,
    paid_by: str | None,
) -> BookGift:
    # Unpacked once, because a million rows pass here and each look-up by name costs as much as
    # the rest of a fact.
    (
        key, donor_id, donor_kind, credit_code, kind, received_on, amount_minor, donor_name,
        passed_on_by, agreement, bank_reference, benefit, fund_id, _, bill_number, agreement_state,
    ) = row[:_GIFT_COLUMNS]  # fmt: skip
    found: Found = {
        "gift.cash_received_on": received_on,
        "gift.asset_kind": _ASSETS[kind],
        "gift.origin": "donation",
        "gift.recipient_kind": "foundation_registered",
        "gift.must_be_passed_on": kind == GiftKind.AGENCY,
    }
    if bank_reference:
        found["payment.reference"] = bank_reference
    if donor_kind != DonorKind.ANONYMOUS:
        _donor(found, donor_id, donor_kind, credit_code)
        # The statement says who paid; before there is one, the line that the gift was registered
        # from does, or who passed the money on.
        payer = paid_by or passed_on_by or (donor_name if bank_reference else None)
        if payer:
            found["payment.payer"] = payer
    if agreement:
        found["agreement.number"] = agreement
    if benefit:
        found["gift.return_benefit"] = True
    if bill_number is not None or agreement_state is not None:
        _papers(row, found)
    code = None
    if fund_id is None:
        _several(found, [funds[item] for item in parts[key]])
    else:
        code, name, restriction = funds[fund_id]
        if restriction is not Restriction.NONE:
            found["gift.project_name"] = name
        found["gift.endowed"] = restriction is Restriction.PERMANENT
    return BookGift(
        key,
        GiftFacts(
            id=reference(key, received_on),
            amount_minor=amount_minor,
            facts=found,
            agreement=agreement,
            project=code,
            refunded_minor=min(taken, amount_minor),
        ),
    )


def _donor(found: Found, donor_id: int, kind: str, credit_code: str | None) -> None:
    found["donor.id"] = str(donor_id)
    if kind == DonorKind.PERSON:
        found["donor.kind"] = "natural_person"
    elif kind == DonorKind.GROUP:
        found["donor.kind"] = "group"
    elif credit_code and (registered := _kinds_by_code().get(credit_code[:2])):
        found["donor.kind"] = registered
    if credit_code:
        found["donor.credit_code"] = credit_code


def _several(found: Found, held: list[tuple[str, str, Restriction]]) -> None:
    """What is known of a gift that goes to several funds."""
    named = [name for _, name, restriction in held if restriction is not Restriction.NONE]
    if named:
        found["gift.project_name"] = "、".join(named)
    permanent = {restriction is Restriction.PERMANENT for _, _, restriction in held}
    if len(permanent) == 1:
        found["gift.endowed"] = permanent.pop()


def _papers(row: Row[Any], found: Found) -> None:
    """What the bill and the agreement say."""
    if row.bill_number is not None:
        found["receipt.code"], found["receipt.number"] = row.bill_code, row.bill_number
        found["receipt.issued_on"] = row.issued_on
        found["receipt.payer"] = row.payer_name
        if row.payer_code:
            found["receipt.payer_credit_code"] = row.payer_code
    if row.agreement_state in (AgreementState.SIGNED, AgreementState.ENDED):
        found["agreement.signed_on"] = row.signed_on
        found["agreement.signatory"] = row.signatory
        for name, value in (
            ("gift.university_may_pool", row.may_pool),
            ("agreement.ip_belongs_to_university", row.results_to_university),
        ):
            if value is not None:
                found[name] = value
        if row.has_return_benefit is not None and not row.benefit:
            found["gift.return_benefit"] = row.has_return_benefit
        if row.naming:
            found["gift.named"] = True

"""Bank payments that several gifts name: a payment is claimed once, whoever names it first."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.claims.book_facts import Scope, span, stands
from foundation.claims.models import ClaimedGift
from foundation.gifts.models import Gift
from ledger.orm import chunks
from ledger.vouchers import Voucher, VoucherState

_CHUNK = 4_000


def repeated(session: Session, scope: Scope, among: frozenset[str] | None = None) -> frozenset[str]:
    """Return the bank references, all or some, that more than one gift of a scope names."""
    narrowed = [] if among is None else [Gift.bank_reference.in_(sorted(among))]
    rows = session.execute(
        select(Gift.bank_reference)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(
            Gift.bank_reference.is_not(None),
            Voucher.state == VoucherState.POSTED,
            stands(),
            *span(scope.first, scope.last),
            *narrowed,
        )
        .group_by(Gift.bank_reference)
        .having(func.count() > 1)
        .order_by(Gift.bank_reference)
    )
    return frozenset(row.bank_reference for row in rows)


def held(session: Session, code: str, among: frozenset[str]) -> frozenset[str]:
    """Return those of the bank references that a claim under a scheme holds already."""
    found: set[str] = set()
    for some in chunks(sorted(among), _CHUNK):
        rows = session.execute(
            select(Gift.bank_reference)
            .join(ClaimedGift, ClaimedGift.gift_id == Gift.id)
            .where(
                ClaimedGift.scheme_code == code,
                ClaimedGift.is_live,
                Gift.bank_reference.in_(some),
            )
            .order_by(Gift.bank_reference)
        )
        found.update(row.bank_reference for row in rows)
    return frozenset(found)


def gifts_with(session: Session, scope: Scope, among: frozenset[str]) -> list[int]:
    """Return the gifts of a scope that name one of some bank references."""
    if not among:
        return []
    query = (
        select(Gift.id)
        .where(Gift.bank_reference.in_(sorted(among)), *span(scope.first, scope.last))
        .order_by(Gift.id)
    )
    return list(session.execute(query).scalars())

"""A recorded gift as it would be entered today: what a correction starts from."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors import service as donors
from foundation.gifts import service
from foundation.gifts.entry import GiftInput, Original
from foundation.gifts.kinds import GiftKind
from foundation.gifts.models import Gift
from ledger.accounts import Account
from ledger.errors import Conflict, InvalidInput
from ledger.funds import Fund
from ledger.vouchers import Voucher


def money_gift(session: Session, gift_id: int) -> GiftInput:
    """Return a gift of money as it was entered. Raises UnknownGift, Conflict for other kinds."""
    gift = service.get_gift(session, gift_id)
    if gift.kind not in (GiftKind.CASH, GiftKind.CONDITIONAL):
        raise Conflict(reason="只有货币捐赠可以用命令更正，其他捐赠请在网页上更正")
    return GiftInput(
        donor=donors.get_ref(session, gift.donor_id),
        donor_name=gift.donor_name,
        received_on=gift.received_on,
        amount_minor=gift.amount_minor,
        account_code=session.get_one(Account, gift.account_id).code,
        allocations=_by_code(session, gift),
        kind=gift.kind,
        method=gift.method,
        passed_on_by=gift.passed_on_by,
        is_anonymous=gift.is_anonymous,
        agreement=gift.agreement,
        bank_reference=gift.bank_reference,
        note=gift.note,
        original=_original(gift),
        attachment_count=session.get_one(Voucher, gift.voucher_id).attachment_count,
    )


def restated(
    entry: GiftInput, given: dict[str, Any], funds: Sequence[tuple[str, int | None]]
) -> GiftInput:
    """Return the gift with what was `given` changed and everything else as it was.

    `funds` are (code, fen), no fen meaning the whole; none at all keeps the funds. Raises
    InvalidInput when a changed amount cannot be spread without being told how.
    """
    changed = replace(entry, **given)
    if funds:
        parts = tuple(
            (code, changed.amount_minor if part is None else part) for code, part in funds
        )
    elif changed.amount_minor == entry.amount_minor:
        parts = entry.allocations
    elif len(entry.allocations) == 1:
        parts = ((entry.allocations[0][0], changed.amount_minor),)
    else:
        raise InvalidInput(field="基金", reason="捐赠分配到几个基金，请写明各自的新金额")
    if entry.original is not None and changed.amount_minor != entry.amount_minor:
        raise InvalidInput(field="金额", reason="外币捐赠的金额请在网页上连同汇率一起更正")
    return replace(changed, allocations=parts)


def _by_code(session: Session, gift: Gift) -> tuple[tuple[str, int], ...]:
    parts = dict(service.allocations_of(session, gift.id))
    codes = session.execute(select(Fund.id, Fund.code).where(Fund.id.in_(parts)))
    return tuple((row.code, parts[row.id]) for row in codes)


def _original(gift: Gift) -> Original | None:
    if gift.original_minor is None:
        return None
    assert gift.original_currency is not None  # all or none, says the database
    assert gift.rate is not None
    assert gift.rate_on is not None
    return Original(gift.original_minor, gift.original_currency, gift.rate, gift.rate_on)

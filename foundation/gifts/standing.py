"""Whether what happened to a gift stands: conditions for statements, and nothing that writes.

An act on a gift is never rewritten. It stands as long as its voucher does: discarded before
posting, or undone in red after it, the act took nothing and ended nothing.
"""

from sqlalchemy import Exists, or_, select
from sqlalchemy.orm import aliased

from foundation.gifts.kinds import ChangeKind
from foundation.gifts.models import Gift, GiftChange
from ledger.vouchers import Voucher, VoucherState


def withdrawn() -> Exists:
    """Tell of a change whether its voucher was discarded or undone in red: it took nothing."""
    made, undone = aliased(Voucher), aliased(Voucher)
    in_red = (
        select(undone.id)
        .where(
            undone.reverses_id == made.id,
            undone.state == VoucherState.POSTED,
            # Said once more so that SQLite takes the index of reversals.
            undone.state != VoucherState.DISCARDED,
        )
        .correlate(made)
        .exists()
    )
    return (
        select(made.id)
        .where(made.id == GiftChange.voucher_id, or_(made.state == VoucherState.DISCARDED, in_red))
        .correlate(GiftChange)
        .exists()
    )


def ended(*kinds: ChangeKind) -> Exists:
    """Tell of a gift whether it was cancelled or corrected (or only one of them) and stays so."""
    wanted = kinds or (ChangeKind.CANCELLED, ChangeKind.CORRECTED)
    return (
        select(GiftChange.id)
        .where(GiftChange.gift_id == Gift.id, GiftChange.kind.in_(wanted), ~withdrawn())
        .correlate(Gift)
        .exists()
    )

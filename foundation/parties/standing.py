"""What stands open with related parties at the end of each month: receivables less payables."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.parties import rules
from foundation.parties.queries import View
from ledger import catalogue
from ledger.vouchers import Voucher, VoucherLine, VoucherState


def month_ends(session: Session, views: Sequence[View], year: int) -> dict[int, list[int]]:
    """Return twelve balances for each party (what it owes us positive), January to December."""
    known = catalogue.load(session)
    accounts = [
        account.id for account in known.accounts.values() if account.tag in rules.open_tags()
    ]
    found = {view.id: [0] * 12 for view in views}
    for view in views:
        donors = {key for target in view.live for key in target.donors}
        others = {key for target in view.live for key in target.counterparties}
        for column, keys in ((VoucherLine.donor_id, donors), (VoucherLine.counterparty_id, others)):
            if not keys:
                continue
            rows = session.execute(
                select(VoucherLine.period_id, func.sum(VoucherLine.amount_minor))
                .join(Voucher, Voucher.id == VoucherLine.voucher_id)
                .where(
                    column.in_(sorted(keys)),
                    VoucherLine.account_id.in_(accounts),
                    VoucherLine.period_id <= year * 100 + 12,
                    Voucher.state == VoucherState.POSTED,
                )
                .group_by(VoucherLine.period_id)
                .order_by(VoucherLine.period_id)
            )
            for key, minor in rows:
                first = max(key - year * 100, 1) if key >= year * 100 else 1
                for month in range(first, 13):
                    found[view.id][month - 1] += int(minor)
    return found


def balances_at(session: Session, views: Sequence[View], month: int) -> dict[int, int]:
    """Return what stands open with each party at the end of a month such as 202603."""
    place = max(month % 100, 1) - 1
    ends = month_ends(session, views, month // 100)
    return {party_id: minors[place] for party_id, minors in ends.items()}

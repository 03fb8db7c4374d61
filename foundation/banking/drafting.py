"""From an open line to a voucher: what the bank did by itself, drafted by the posting rules.

Gifts are recorded on the page of gifts, which is filled in from the line. The voucher waits for
review like any other, and matches the line once it is posted.
"""

from enum import StrEnum

from sqlalchemy.orm import Session

from foundation import posting_rules
from foundation.banking import items
from foundation.banking.accounts import Account
from foundation.banking.refusals import MatchRefused
from foundation.http.languages import mark
from foundation.posting_lines import Event
from ledger import catalogue, drafting
from ledger.clock import Clock
from ledger.drafting import open_period_for
from ledger.vouchers import VoucherDraft


class Business(StrEnum):
    """What the bank did by itself."""

    INTEREST = "interest"
    FEE = "fee"


WORDS = {Business.INTEREST: mark("存款利息"), Business.FEE: mark("银行手续费")}
# The items of the cash-flow statement that these belong to.
_ITEMS = {
    Business.INTEREST: "收到的其他与业务活动有关的现金",
    Business.FEE: "支付的其他与业务活动有关的现金",
}


def draft_voucher(
    session: Session,
    account: Account,
    line_id: int,
    business: Business,
    *,
    fund_code: str,
    actor: str,
    clock: Clock,
) -> int:
    """Draft the voucher of interest or a fee for an open line, and return its key.

    Raises MatchRefused for a line that is matched or moves the other way, and what drafting does.
    """
    found = items.bank_items(session, account, keys=[line_id])
    if not found:
        raise MatchRefused(reason="这笔流水已经勾对，或不属于此账户")
    line = found[0]
    if (line.amount > 0) is not (business is Business.INTEREST):
        raise MatchRefused(reason="利息应为收入，手续费应为支出")
    known = catalogue.load(session)
    period = open_period_for(known, line.on)
    place = known.account(period.chart, account.code).id
    event = Event(
        on=line.on,
        summary=f"{line.on.month}月{WORDS[business]}",
        cash_flow_item_id=known.cash_flow_items.get(_ITEMS[business]),
    )
    parts = [(known.fund(fund_code).id, abs(line.amount))]
    made: VoucherDraft
    if business is Business.INTEREST:
        made = posting_rules.deposit_interest(known, event, place, parts)
    else:
        made = posting_rules.spending(known, event, "management_expense", place, parts)
    (key,) = drafting.draft(session, [made], actor=actor, clock=clock)
    return key

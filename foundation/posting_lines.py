"""How a rule becomes the lines of a voucher draft: the mechanics below `posting_rules`.

Accounts are found by tag and restriction in the chart of the date. Every line names its fund.
Amounts are fen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.catalogue import AccountInfo, Catalogue
from ledger.funds import Restriction
from ledger.periods import period_key
from ledger.vouchers import Line, VoucherDraft, VoucherKind, credit, debit

Part = tuple[int, int]
"""A fund and the amount that concerns it."""
Parts = Sequence[Part]
Place = int | str
"""An account: by key, or by tag, taken in the detail that fits the restriction of the fund."""


@dataclass(frozen=True, slots=True)
class Event:
    """What every event has: when, in words, and how many source documents prove it."""

    on: date
    summary: str
    attachments: int = 1
    donor_id: int | None = None
    counterparty_id: int | None = None
    cash_flow_item_id: int | None = None


def chart_of(known: Catalogue, day: date) -> str:
    """Return the chart of the year a date falls in. Raises UnknownPeriod."""
    return known.period(period_key(day)).chart


def is_2004(known: Catalogue, day: date) -> bool:
    """Tell whether the regime of 2004 applies on a date."""
    return chart_of(known, day) == "2004"


def is_restricted(known: Catalogue, fund_id: int) -> bool:
    """Tell whether a fund is restricted in any way."""
    return known.funds[fund_id].restriction is not Restriction.NONE


def account_for(known: Catalogue, day: date, place: Place, fund: int) -> AccountInfo:
    """Return the account of a place on a date. Raises UnknownAccount."""
    if isinstance(place, int):
        return known.accounts[place]
    side = "restricted" if is_restricted(known, fund) else "unrestricted"
    return known.tagged(chart_of(known, day), place, side)


def line_of(known: Catalogue, event: Event, account: AccountInfo, fund: int, minor: int) -> Line:
    """A line on the debit side (positive) or credit side, with the dimensions that belong to it.

    The cash-flow item goes with money; donor and counterparty go with everything else.
    """
    make, size = (debit, minor) if minor > 0 else (credit, -minor)
    if "cash" in account.flags:
        return make(account.id, fund, size, cash_flow_item_id=event.cash_flow_item_id)
    return make(
        account.id,
        fund,
        size,
        donor_id=event.donor_id,
        counterparty_id=event.counterparty_id,
    )


def exchange(
    known: Catalogue, event: Event, rule: str, taking: Place, giving: Place, parts: Parts
) -> VoucherDraft:
    """Dr `taking` / Cr `giving`, for each fund its part."""
    lines = [
        line_of(known, event, account_for(known, event.on, place, fund), fund, sign * amount)
        for place, sign in ((taking, 1), (giving, -1))
        for fund, amount in parts
    ]
    return voucher_of(event, rule, lines)


def voucher_of(
    event: Event, rule: str, lines: Sequence[Line], kind: VoucherKind = VoucherKind.ORDINARY
) -> VoucherDraft:
    """Return the draft of an event with the given lines."""
    return VoucherDraft(
        booked_on=event.on,
        summary=event.summary,
        lines=tuple(lines),
        kind=kind,
        attachment_count=event.attachments,
        rule=rule,
    )


def net_tag(known: Catalogue, fund: int) -> str:
    """Return the tag of the net assets that a fund belongs to."""
    return "net_asset_restricted" if is_restricted(known, fund) else "net_asset_unrestricted"


def assets_follow(account_id: int, source: int, target: int, amount: int) -> list[Line]:
    """Move money between two funds inside one account: its turnover does not change."""
    if source == target:
        return []
    return [debit(account_id, target, amount), debit(account_id, source, -amount)]


def against(account_id: int, claim_id: int, fund: int, increase: int) -> list[Line]:
    """Debit an account against a claim, or the reverse where the claim shrinks."""
    if increase > 0:
        return [debit(account_id, fund, increase), credit(claim_id, fund, increase)]
    return [debit(claim_id, fund, -increase), credit(account_id, fund, -increase)]

"""Turn an event of the story into voucher drafts, by the rules of the accounting policy."""

from collections.abc import Mapping
from datetime import date

from foundation import posting_lines, posting_rules
from foundation.demo.events import (
    AGENCY_BANK,
    BANK,
    Act,
    Addition,
    PriorPeriod,
    Redemption,
    Release,
    Row,
)
from foundation.posting_lines import Event
from foundation.posting_rules import ReleaseCause
from ledger.catalogue import AccountInfo, Catalogue
from ledger.vouchers import Line, VoucherDraft, VoucherKind, credit, debit

# The details of the bank account that the demo profile opens.
BANK_CODES = {BANK: "100201", AGENCY_BANK: "100202"}
Booked = Act | Addition | PriorPeriod | Redemption | Release


def account_of(known: Catalogue, day: date, place: str, fund: str) -> AccountInfo:
    """Return the account behind a place on a day. Raises UnknownAccount."""
    if place in BANK_CODES:
        return known.account(posting_lines.chart_of(known, day), BANK_CODES[place])
    return posting_lines.account_for(known, day, place, known.fund(fund).id)


def opening(
    known: Catalogue, day: date, rows: tuple[Row, ...], names: Mapping[str, int]
) -> VoucherDraft:
    """Return the voucher with which the books begin."""
    return VoucherDraft(
        booked_on=day,
        summary=f"{day.year}年期初余额",
        lines=tuple(_line(known, day, row, names) for row in rows),
        kind=VoucherKind.OPENING,
        attachment_count=1,
        rule="opening",
        before_year=True,
    )


def drafts_of(
    known: Catalogue, event: Booked, names: Mapping[str, int]
) -> tuple[VoucherDraft, ...]:
    """Return the vouchers of an event; `names` are the keys of counterparties and items."""
    match event:
        case Act():
            return (act(known, event, names),)
        case Redemption():
            return (_redemption(known, event, names),)
        case Release():
            return (_release(known, event),)
        case Addition():
            return (_addition(known, event),)
        case PriorPeriod():
            return _prior_period(known, event)


def act(known: Catalogue, told: Act, names: Mapping[str, int]) -> VoucherDraft:
    """Return the voucher of an act, by its rule or, where it has none, line by line."""
    taking, giving = told.rows[0], told.rows[-1]
    event = Event(
        on=told.on,
        summary=told.summary,
        attachments=told.attachments,
        counterparty_id=names.get(taking.counterparty),
        cash_flow_item_id=names.get(told.item),
    )
    parts = [(known.fund(taking.fund).id, taking.minor)]
    taken = account_of(known, told.on, taking.place, taking.fund).id
    given = account_of(known, told.on, giving.place, giving.fund).id
    match told.rule:
        case "spending":
            return posting_rules.spending(known, event, taking.place, given, parts)
        case "grant":
            return posting_rules.grant(known, event, taken, parts)
        case "agency.handover":
            return posting_rules.agency_handover(known, event, given, parts)
        case "investment.bought":
            return posting_rules.investment_bought(known, event, taking.place, given, parts)
        case "interest.accrued":
            return posting_rules.interest_accrued(known, event, parts)
        case "interest.received":
            return posting_rules.interest_received(known, event, taken, parts)
        case "interest.deposit":
            return posting_rules.deposit_interest(known, event, taken, parts)
    lines = [_line(known, told.on, row, names, item=told.item) for row in told.rows]
    return posting_lines.voucher_of(event, told.rule, lines)


def _redemption(known: Catalogue, told: Redemption, names: Mapping[str, int]) -> VoucherDraft:
    event = Event(
        on=told.on,
        summary=told.summary,
        attachments=2,
        cash_flow_item_id=names.get(told.item),
    )
    return posting_rules.investment_redeemed(
        known,
        event,
        told.place,
        _bank(known, told.on),
        fund=known.fund(told.fund).id,
        cost=told.cost,
        proceeds=told.proceeds,
        income_fund=known.fund(told.income_fund).id,
    )


def _release(known: Catalogue, told: Release) -> VoucherDraft:
    # A fund that is used frees its own net assets; one whose time has come gives them away.
    used = told.source == told.target
    return posting_rules.release(
        known,
        Event(on=told.on, summary=told.summary),
        ReleaseCause.USED if used else ReleaseCause.TIME_EXPIRED,
        source=known.fund(told.source).id,
        target=known.fund(told.target).id,
        amount=told.minor,
        held_in=_bank(known, told.on),
    )


def _addition(known: Catalogue, told: Addition) -> VoucherDraft:
    return posting_rules.endowment_addition(
        known,
        Event(on=told.on, summary=told.summary),
        income_fund=known.fund(told.income_fund).id,
        principal=known.fund(told.principal).id,
        amount=told.minor,
        held_in=_bank(known, told.on),
    )


def _prior_period(known: Catalogue, told: PriorPeriod) -> tuple[VoucherDraft, ...]:
    event = Event(on=told.on, summary=told.summary)
    account = account_of(known, told.on, told.place, told.fund)
    return posting_rules.prior_period_item(
        known, event, account.id, fund=known.fund(told.fund).id, increase=told.increase
    )


def _bank(known: Catalogue, day: date) -> int:
    return account_of(known, day, BANK, "GEN").id


def _line(
    known: Catalogue, day: date, row: Row, names: Mapping[str, int], *, item: str = ""
) -> Line:
    account = account_of(known, day, row.place, row.fund)
    make, size = (debit, row.minor) if row.minor > 0 else (credit, -row.minor)
    is_cash = "cash" in account.flags
    return make(
        account.id,
        known.fund(row.fund).id,
        size,
        summary=row.summary,
        counterparty_id=names.get(row.counterparty),
        cash_flow_item_id=names.get(item) if is_cash else None,
    )

"""Control totals of related parties, large donors and the ageing."""

from datetime import date

from sqlalchemy import or_, select

from foundation.donors.models import Donor, DonorMerge
from foundation.gifts.models import Gift, GiftAllocation, GiftChange
from foundation.gifts.standing import withdrawn
from foundation.parties import dealings, donations, queries, rules
from foundation.parties.models import Party, PartyLink
from foundation.parties.queries import View
from foundation.spending.models import SpendingRequest, SpendingState
from ledger.dimensions import Dimension, DimensionKind
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState, label
from reports import ageing, parties
from reports.tie_outs.definitions import Gap, Question, Sides

_MANY = 50
_CARRIED = (VoucherKind.OPENING, VoucherKind.CONVERSION, VoucherKind.CLOSING)
_SECTION_WORDS = {
    "receivables": "应收款项",
    "prepayments": "预付账款",
    "payables": "应付款项",
    "advance_receipts": "预收账款",
}


def large_donors(question: Question) -> Sides:
    """CT17: the donors of the table, and those whose gifts of the register pass the threshold."""
    session, parameters = question.session, question.parameters
    listed = {one.donor_id: one.name for one in parties.large(session, parameters)[0]}
    first, last = date(parameters.period.year, 1, 1), parameters.period.last_day
    sums = _register(question, first, last)
    income, rule = sum(sums.values()), rules.large_donation(last)
    above = {key for key, minor in sums.items() if rule.is_exceeded(minor, income)}
    names = {
        row.id: row.name
        for row in session.execute(select(Donor.id, Donor.name).where(Donor.id.in_(above)))
    }
    gaps = [Gap(f"表中多出 {listed[key]}", 1) for key in sorted(listed.keys() - above)]
    gaps += [Gap(f"表中缺少 {names[key]}", -1) for key in sorted(above - listed.keys())]
    return Sides(len(listed), len(above), tuple(gaps), is_count=True)


def _register(question: Question, first: date, last: date) -> dict[int, int]:
    """Add up what the register shows of each donor: allocations less what was taken back."""
    session = question.session
    owners: dict[int, int] = {}
    sums: dict[int, int] = {}
    leads = {
        row.merged_id: row.kept_id
        for row in session.execute(
            select(DonorMerge.merged_id, DonorMerge.kept_id).where(DonorMerge.undone_at.is_(None))
        )
    }
    posted = (
        select(Gift.id, Gift.donor_id, GiftAllocation.amount_minor)
        .join(GiftAllocation, GiftAllocation.gift_id == Gift.id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(*donations.is_income(first, last))
    )
    for gift_id, donor_id, minor in session.execute(posted):
        owners[gift_id] = leads.get(donor_id, donor_id)
        sums[owners[gift_id]] = sums.get(owners[gift_id], 0) + minor
    changes = select(GiftChange.gift_id, GiftChange.amount_minor).where(~withdrawn())
    for gift_id, minor in session.execute(changes):
        if gift_id in owners:
            sums[owners[gift_id]] -= minor
    return sums


def related_parties(question: Question) -> Sides | None:
    """CT28: the vouchers of the table, and those with a line that names a related party.

    The right side asks for names and credit codes, not for the links of the register, so that a
    payee of the same name that nobody linked is a difference. None while nobody is declared.
    """
    session, period = question.session, question.parameters.period
    views = queries.load(session)
    if not views:
        return None
    first, last = period.first_day, period.last_day
    shown = {
        (item.voucher_id, item.party_id) for item in dealings.read(session, views, first, last)
    }
    named: set[tuple[int, int]] = set()
    for view in views:
        named |= _named(question, view)
    gaps = [
        Gap(f"{_voucher(question, key)} 只在表中：{_name(views, party)}", 1)
        for key, party in sorted(shown - named)
    ]
    gaps += [
        Gap(f"{_voucher(question, key)} 表中没有：{_name(views, party)}", -1)
        for key, party in sorted(named - shown)
    ]
    undeclared = _undeclared(question)
    gaps += [Gap(f"支出申请注明关联、清单没有：{name}", -1) for name in undeclared]
    return Sides(len(shown), len(named) + len(undeclared), tuple(gaps[:_MANY]), is_count=True)


def _named(question: Question, view: View) -> set[tuple[int, int]]:
    """The vouchers of the days on which a party is related with a line that names it."""
    session, period = question.session, question.parameters.period
    removed = select(PartyLink).where(
        PartyLink.party_id == view.id, PartyLink.removed_at.is_not(None)
    )
    dropped = session.execute(removed).scalars().all()
    keys = {key for target in view.live for key in target.donors | target.counterparties}
    if not view.party.is_person:
        code = view.party.credit_code
        donors = select(Donor.id, Donor.dimension_id).where(
            or_(
                Donor.name == view.party.name,
                Donor.credit_code == code if code else Donor.name == view.party.name,
            )
        )
        left = {link.donor_id for link in dropped}
        keys |= {row.dimension_id for row in session.execute(donors) if row.id not in left}
        payees = select(Dimension.id).where(
            Dimension.kind == DimensionKind.COUNTERPARTY, Dimension.name == view.party.name
        )
        left = {link.counterparty_id for link in dropped}
        keys |= {row.id for row in session.execute(payees) if row.id not in left}
    found: set[tuple[int, int]] = {
        (key, view.id)
        for key in dealings.vouchers_of_investments(
            session, view, period.first_day, period.last_day
        )
    }
    cash = [
        account.id
        for account in question.parameters.known.accounts.values()
        if "cash" in account.flags and "agency" not in account.flags
    ]
    for column in (VoucherLine.donor_id, VoucherLine.counterparty_id):
        rows = session.execute(
            select(Voucher.id, Voucher.booked_on)
            .join(VoucherLine, VoucherLine.voucher_id == Voucher.id)
            .where(
                column.in_(sorted(keys)),
                VoucherLine.account_id.not_in(cash),
                Voucher.state == VoucherState.POSTED,
                Voucher.kind.not_in(_CARRIED),
                Voucher.booked_on.between(period.first_day, period.last_day),
            )
            .distinct()
        )
        found |= {(row.id, view.id) for row in rows if view.is_related(row.booked_on)}
    return found


def _undeclared(question: Question) -> list[str]:
    """Payees whom a paid request calls related, and whom nobody declared."""
    period = question.parameters.period
    table = SpendingRequest
    live = select(PartyLink.counterparty_id).where(
        PartyLink.removed_at.is_(None), PartyLink.counterparty_id.is_not(None)
    )
    rows = question.session.execute(
        select(table.payee_name)
        .where(
            table.is_related,
            table.state == SpendingState.BOOKED,
            table.paid_on.between(period.first_day, period.last_day),
            table.counterparty_id.not_in(live),
        )
        .distinct()
        .order_by(table.payee_name)
    )
    return [row.payee_name for row in rows]


def ageing_totals(question: Question) -> Sides:
    """CT30: the sums of the ageing, and the rows of the balance sheet."""
    parameters = question.parameters
    found = ageing.read(question.session, parameters)
    sheet = question.frame.balance_sheet(parameters.period.last)
    sums = dict.fromkeys(_SECTION_WORDS, 0)
    for one in found:
        sums[one.section] += one.total_minor - one.impairment_minor
    gaps = tuple(
        Gap(words, sums[section] - sheet[section])
        for section, words in _SECTION_WORDS.items()
        if sums[section] != sheet[section]
    )
    return Sides(sum(sums.values()), sum(sheet[section] for section in sums), gaps)


def _voucher(question: Question, key: int) -> str:
    voucher = question.session.get_one(Voucher, key)
    return label(voucher.period_id, voucher.word, voucher.number)


def _name(views: tuple[View, ...], key: int) -> str:
    party: Party = next(view.party for view in views if view.id == key)
    return party.name

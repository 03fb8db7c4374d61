"""Control totals of the annual report: CT14, CT25, CT26, CT27, CT34.

Differences carry the reason that was written with the adjustment; one without a reason is a gap
that nobody explained.
"""

from datetime import date

from sqlalchemy import select

from foundation.annual_report import queries
from foundation.donors.models import Donor, DonorKind
from foundation.gifts.kinds import MONEY_KINDS
from foundation.gifts.models import Gift, GiftAllocation, GiftChange
from foundation.gifts.standing import withdrawn
from foundation.parties import donations
from ledger.vouchers import Voucher
from reports.annual import differences, figures, tables
from reports.ratios import computing, from_books
from reports.tables import Label
from reports.tie_outs.definitions import Gap, Question, Sides

_PERSONS = (DonorKind.PERSON, DonorKind.ANONYMOUS)


def donations_table(question: Question) -> Sides:
    """CT14: the register by origin, kind of donor and cash, and table 1 of the annual report."""
    session, parameters = question.session, question.parameters
    table = figures.donations_split(session, parameters)
    register = figures.summed(_register(question))
    names = {
        row.code: row.label.zh
        for layout, _ in tables.of_year(session, parameters)
        if layout.id == "donations"
        for row in layout.rows
    }
    gaps = []
    for code in register:
        pairs = zip(("现金", "非现金"), register[code], table[code], strict=True)
        gaps += [Gap(f"{names[code]}{words}", a - b) for words, a, b in pairs if a != b]
    return Sides(sum(register["all"]), sum(table["all"]), tuple(gaps))


def _register(question: Question) -> figures.Split:
    """Add up the register gift by gift: allocations less what was taken back."""
    session, period = question.session, question.parameters.period
    abroad = queries.overseas(session)
    keys: dict[int, tuple[str, bool]] = {}
    sums: dict[str, list[int]] = {
        f"{origin}_{kind}": [0, 0]
        for origin in ("domestic", "overseas")
        for kind in ("person", "entity")
    }
    posted = (
        select(Gift.id, Gift.donor_id, Gift.kind, Donor.kind, GiftAllocation.amount_minor)
        .join(GiftAllocation, GiftAllocation.gift_id == Gift.id)
        .join(Donor, Donor.id == Gift.donor_id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(*donations.is_income(date(period.year, 1, 1), period.last_day))
    )
    for gift_id, donor_id, gift_kind, donor_kind, minor in session.execute(posted):
        origin = "overseas" if donor_id in abroad else "domestic"
        kind = "person" if donor_kind in _PERSONS else "entity"
        keys[gift_id] = (f"{origin}_{kind}", gift_kind not in MONEY_KINDS)
        sums[keys[gift_id][0]][keys[gift_id][1]] += minor
    changes = select(GiftChange.gift_id, GiftChange.amount_minor).where(~withdrawn())
    for gift_id, minor in session.execute(changes):
        if gift_id in keys:
            sums[keys[gift_id][0]][keys[gift_id][1]] -= minor
    return {key: (cash, kind) for key, (cash, kind) in sums.items()}


def pay_and_office(question: Question) -> Sides:
    """CT25: pay and office costs of the annual report, and management expense."""
    return _difference(question, 0)


def total_expenditure(question: Question) -> Sides:
    """CT26: total expenditure of the annual report, and total expenses."""
    return _difference(question, 1)


def parts(question: Question) -> Sides:
    """CT27: total expenditure of the annual report, and its parts."""
    return _difference(question, 2)


def _difference(question: Question, place: int) -> Sides:
    found = differences.read(question.session, question.parameters)[place]
    gaps = (Gap(found.reason or "未说明原因", found.minor),) if found.minor else ()
    note = "差额见 39 年报与账面差异说明" if found.minor else ""
    return Sides(found.report_minor, found.books_minor, gaps, note)


def ratio_parts(question: Question) -> Sides:
    """CT34: numerators and denominators of the ratios, and the statements."""
    session, parameters = question.session, question.parameters
    year = parameters.period.year
    history = from_books.history(session, parameters)
    spent = figures.spending(session, parameters, year)
    expected = {
        "total_expense": (Label("费用合计", "Total expenses"), spent.statement_total),
        "charity": (Label("慈善活动支出", "Charitable spending"), spent.books["charity"]),
        "opening_net_assets": (
            Label("上年末净资产", "Opening net assets"),
            question.frame.balance_sheet(year * 100)["net_assets_total"],
        ),
        "management_statement": (Label("管理费用", "Management"), spent.statement_management),
    }
    gaps, left, right = [], 0, 0
    for element, (label, minor) in expected.items():
        side = computing.amount(element, history, fiscal_year=year)
        computed = 0 if side is None else int(side.total)
        left, right = left + computed, right + minor
        if computed != minor:
            gaps.append(Gap(label.zh, computed - minor))
    return Sides(left, right, tuple(gaps))

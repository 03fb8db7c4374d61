"""Control totals inside the books: journal, trial balance, statements, funds, years."""

import json
from collections.abc import Iterable, Mapping

from sqlalchemy import case, func, select

from foundation.statements.models import IssuedStatement
from ledger import balances, money
from ledger.charts.definitions import AccountCategory
from ledger.funds import Restriction
from ledger.vouchers import Side, Voucher, VoucherLine, VoucherState
from reports.books import fund_roll_forward
from reports.parameters import chart_of
from reports.statements import layouts
from reports.statements.books import CLASSES, RESTRICTED, UNRESTRICTED, total
from reports.statements.evaluating import Column
from reports.statements.frame import figures_of
from reports.statements.layouts import RowKind
from reports.tie_outs.definitions import Gap, Question, Sides

_MANY = 50
_CLASS_WORDS = {UNRESTRICTED: "非限定性", RESTRICTED: "限定性"}
_DEBIT = func.sum(case((VoucherLine.side == Side.DEBIT, VoucherLine.amount_minor), else_=0))
_CREDIT = func.sum(case((VoucherLine.side == Side.CREDIT, -VoucherLine.amount_minor), else_=0))


def trial_balance(question: Question) -> Sides:
    """CT01: debits and credits of the trial balance, opening, period and closing."""
    rows = balances.trial_balance(question.session, question.parameters.period.span)
    pairs = {
        "期初": (
            sum(max(row.opening_minor, 0) for row in rows),
            sum(max(-row.opening_minor, 0) for row in rows),
        ),
        "本期": (sum(row.debit_minor for row in rows), sum(row.credit_minor for row in rows)),
        "期末": (
            sum(max(row.closing_minor, 0) for row in rows),
            sum(max(-row.closing_minor, 0) for row in rows),
        ),
    }
    return _compared(pairs)


def vouchers(question: Question) -> Sides:
    """CT02: debits and credits of the journal, voucher by voucher."""
    span = question.parameters.period.span
    lines = (
        select(VoucherLine.voucher_id, _DEBIT.label("debit"), _CREDIT.label("credit"))
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(
            Voucher.state == VoucherState.POSTED,
            Voucher.period_id >= span.first,
            Voucher.period_id <= span.last,
        )
        .group_by(VoucherLine.voucher_id)
        .subquery()
    )
    debit, credit = question.session.execute(
        select(
            func.coalesce(func.sum(lines.c.debit), 0), func.coalesce(func.sum(lines.c.credit), 0)
        )
    ).one()
    wrong = question.session.execute(
        select(lines.c.voucher_id, lines.c.debit - lines.c.credit)
        .where(lines.c.debit != lines.c.credit)
        .order_by(lines.c.voucher_id)
        .limit(_MANY)
    )
    gaps = tuple(Gap(f"凭证 #{key}", int(minor)) for key, minor in wrong)
    return Sides(int(debit), int(credit), gaps)


def turnover(question: Question) -> Sides:
    """CT03: turnover of the journal and of the trial balance, account by account."""
    span, known = question.parameters.period.span, question.parameters.known
    from_lines: dict[int, tuple[int, int]] = {}
    for account_id, debit, credit in question.session.execute(
        select(VoucherLine.account_id, _DEBIT, _CREDIT)
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(
            Voucher.state == VoucherState.POSTED,
            Voucher.period_id >= span.first,
            Voucher.period_id <= span.last,
        )
        .group_by(VoucherLine.account_id)
        .order_by(VoucherLine.account_id)
    ):
        from_lines[account_id] = (int(debit), int(credit))
    from_balances = {
        row.account_id: (row.debit_minor, row.credit_minor)
        for row in balances.trial_balance(question.session, span)
    }
    gaps = []
    for account_id in sorted(from_lines.keys() | from_balances.keys()):
        left, right = from_lines.get(account_id, (0, 0)), from_balances.get(account_id, (0, 0))
        for words, one, other in zip(("借方", "贷方"), left, right, strict=True):
            if one != other:
                gaps.append(Gap(f"{known.accounts[account_id].code} {words}", one - other))
    return Sides(_sum(from_lines.values()), _sum(from_balances.values()), tuple(gaps))


def statement_rows(question: Question) -> Sides:
    """CT04: what the rows show, and what the trial balance gives them account by account."""
    parameters, frame = question.parameters, question.frame
    sheet = frame.balance_sheet(parameters.period.last)
    rows = balances.trial_balance(question.session, parameters.period.to_date.span)
    sides: dict[str, tuple[int, int]] = {}
    by_category = dict.fromkeys(AccountCategory, 0)
    for row in rows:
        account = parameters.known.accounts[row.account_id]
        by_category[account.category] += row.closing_minor
    claims = sum(
        -minor
        for category, minor in by_category.items()
        if category not in (AccountCategory.ASSET, AccountCategory.LIABILITY)
    )
    sides["资产"] = (sheet["assets_total"], by_category[AccountCategory.ASSET])
    sides["负债"] = (sheet["liabilities_total"], -by_category[AccountCategory.LIABILITY])
    sides["净资产"] = (sheet["net_assets_total"], claims)
    shown = _addends(frame.rows(layouts.BALANCE_SHEET), sheet)
    whole = sheet["assets_total"] + sheet["liabilities_and_net_assets_total"]
    sides["各行之和"] = (shown, whole)
    return _compared(sides)


def _addends(rows: Iterable[layouts.LayoutRow], sheet: Column) -> int:
    """Add the rows that are no sums; deductions count as such."""
    found = 0
    for row in rows:
        if row.kind is RowKind.SUM:
            found += sum(part.minor for part in sheet.parts[row.code])
        elif row.has_figure:
            found += sheet[row.code] * (row.sign if not row.is_right else 1)
    return found


def balance(question: Question) -> Sides:
    """CT05: assets, and liabilities with net assets."""
    sheet = question.frame.balance_sheet(question.parameters.period.last)
    return Sides(sheet["assets_total"], sheet["liabilities_and_net_assets_total"])


def net_assets(question: Question) -> Sides:
    """CT06: the change in net assets and the balance sheet, by class."""
    frame, span = question.frame, question.parameters.period.to_date.span
    opening, closing = frame.balance_sheet(span.first - 1), frame.balance_sheet(span.last)
    unrestricted, restricted, _ = figures_of(frame.activities(span), "change")
    beside = frame.beside(span)
    pairs = {
        _CLASS_WORDS[name]: (
            change + beside[name],
            closing[f"net_assets_{name}"] - opening[f"net_assets_{name}"],
        )
        for name, change in zip(CLASSES, (unrestricted, restricted), strict=True)
    }
    outside = sum(beside.values())
    note = f"含不列入该表、直接计入净资产的 {money.to_text(outside)}" if outside else ""
    return _compared(pairs, note=note)


def issued_net_assets(question: Question) -> Sides | None:
    """CT07: closing net assets of the statements issued last year, and our opening."""
    year = question.parameters.period.year
    row = question.session.execute(
        select(IssuedStatement.content)
        .where(IssuedStatement.last_period_id == (year - 1) * 100 + 12)
        .order_by(IssuedStatement.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if row is None:
        return None
    rows = json.loads(row)["statements"][layouts.BALANCE_SHEET]["rows"]
    closing = next(line["closing"] for line in rows if line["item"] == "净资产合计")
    opening = question.frame.balance_sheet(year * 100)["net_assets_total"]
    return Sides(money.parse(closing), opening)


def cash(question: Question) -> Sides:
    """CT08: the cash-flow statement and the change of monetary funds."""
    frame, span = question.frame, question.parameters.period.to_date.span
    change = (
        frame.balance_sheet(span.last)["monetary_funds"]
        - frame.balance_sheet(span.first - 1)["monetary_funds"]
    )
    return Sides(frame.cash_flows(span)["net_increase"], change)


def restricted_funds(question: Question) -> Sides:
    """CT21: what the restricted funds hold and released, and the statements."""
    parameters, frame = question.parameters, question.frame
    span = parameters.period.to_date.span
    nets = balances.fund_nets(question.session, span.last)
    held = sum(
        minor
        for fund_id, minor in nets.items()
        if parameters.known.funds[fund_id].restriction is not Restriction.NONE
    )
    shown = frame.balance_sheet(span.last)["net_assets_restricted"]
    flows = fund_roll_forward.flows(question.session, parameters.at(parameters.period.to_date))
    # Under the 2004 regime use itself releases, inside the fund that spent.
    releases_used = chart_of(parameters.known, parameters.period.year) == "2004"
    released = sum(
        flow.released_minor + (flow.expense_minor if releases_used else 0)
        for fund_id, flow in flows.items()
        if parameters.known.funds[fund_id].restriction is not Restriction.NONE
    )
    sources = frame.books.activity(span, releases_used=False)[RESTRICTED]
    moved = sum(total(sources.get(name, ())) for name in ("release", "restriction"))
    gaps = [Gap("期末", held - shown)] if held != shown else []
    if released != moved:
        gaps.append(Gap("转为非限定性", released - moved))
    return Sides(held, shown, tuple(gaps))


def years(question: Question) -> Sides | None:
    """CT36: closing balances of last year and opening ones of this, by account.

    Across a change of charts accounts are compared by their meaning, through the conversion.
    """
    year = question.parameters.period.year
    last = (year - 1) * 100 + 12
    known = question.parameters.known
    if last not in known.periods:
        return None
    is_changed = known.periods[last].chart != known.periods[year * 100].chart

    def by_name(upto: int) -> dict[str, int]:
        found: dict[str, int] = {}
        for account_id, minor in question.frame.books.balances_at(upto).items():
            account = known.accounts[account_id]
            name = account.tag if is_changed else account.code
            found[name] = found.get(name, 0) + minor
        return {name: minor for name, minor in found.items() if minor}

    left, right = by_name(last), by_name(year * 100)
    names = sorted(left.keys() | right.keys())
    pairs = {name: (left.get(name, 0), right.get(name, 0)) for name in names}
    note = "科目表已更换，按科目含义比较" if is_changed else ""
    gaps = tuple(Gap(name, one - two) for name, (one, two) in pairs.items() if one != two)
    return Sides(
        sum(max(one, 0) for one, _ in pairs.values()),
        sum(max(two, 0) for _, two in pairs.values()),
        gaps,
        note,
    )


def _compared(pairs: Mapping[str, tuple[int, int]], *, note: str = "") -> Sides:
    gaps = tuple(Gap(words, one - two) for words, (one, two) in pairs.items() if one != two)
    return Sides(sum(p[0] for p in pairs.values()), sum(p[1] for p in pairs.values()), gaps, note)


def _sum(pairs: Iterable[tuple[int, int]]) -> int:
    return sum(debit + credit for debit, credit in pairs)

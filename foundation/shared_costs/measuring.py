"""Read from the books what is allocated, by what weights, and what restricted funds may bear."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from foundation.agreements.models import Agreement, AgreementFund, AgreementState
from foundation.posting_lines import account_for
from foundation.projects.models import FundProject
from foundation.shared_costs import sheets
from foundation.shared_costs.allocating import Cost, Room, Target
from foundation.shared_costs.models import (
    Basis,
    CostKey,
    CostLine,
    CostRun,
    CostShare,
    CostSource,
    Function,
    RunState,
)
from foundation.shared_costs.steps import Months, elements_of
from foundation.spending.approvals import promised_by
from foundation.spending.models import SpendingPart, SpendingRequest, SpendingState
from foundation.spending.rules import get_element
from ledger import balances
from ledger.catalogue import Catalogue
from ledger.errors import Conflict, InvalidInput
from ledger.funds import Restriction
from ledger.money import to_text
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState

_WAITING = (VoucherState.DRAFT, VoucherState.SUBMITTED, VoucherState.REVIEWED)
# Closing carries expenses away; what was brought forward is no cost of the year.
_NO_COST = (VoucherKind.CLOSING, VoucherKind.OPENING, VoucherKind.CONVERSION)
_FEE_TAGS = ("management_expense", "fundraising_expense")
_WHOLE = 10_000


class CostsWaiting(Conflict):
    """Costs of the months are not posted yet; they would be left out."""

    code = "shared_costs_waiting"
    message = "{period} 还有 {count} 张涉及待分配费用的凭证未记账，记账后再分配"


class NothingToAllocate(Conflict):
    """The sources have no cost in the months."""

    code = "nothing_to_allocate"
    message = "{period} 没有可分配的共同费用"


def costs(session: Session, known: Catalogue, key: CostKey, months: Months) -> list[Cost]:
    """Return what the sources of a key cost in some months, without what runs moved.

    Raises InvalidInput for a source of another chart, a credit balance, or a cost named twice.
    """
    found = []
    whole: set[int] = set()
    for account_id, element in sources(session, known, key, months):
        account = known.accounts[account_id]
        if account.chart != known.period(months.last).chart:
            raise InvalidInput(
                field="费用科目",
                reason=f"{account.code} 不属于该年度的科目表，请建立分配办法的新版本",
            )
        if element is None:
            whole.add(account_id)
            minor = _of_account(session, key.fund_id, account_id, months)
        elif account_id in whole:
            raise InvalidInput(
                field="费用来源", reason=f"费用要素“{element}”记在已选的科目 {account.code} 中"
            )
        else:
            minor = _of_element(session, key.fund_id, element, months)
        if minor < 0:
            raise InvalidInput(
                field="费用来源", reason=f"{account.full_name}为贷方余额 {to_text(-minor)}"
            )
        if minor:
            found.append(Cost(account_id, element, minor))
    return found


def _of_account(session: Session, fund_id: int, account_id: int, months: Months) -> int:
    query = (
        select(func.coalesce(func.sum(VoucherLine.amount_minor), 0))
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(
            VoucherLine.account_id == account_id,
            VoucherLine.fund_id == fund_id,
            VoucherLine.period_id.between(months.first, months.last),
            Voucher.state == VoucherState.POSTED,
            Voucher.kind.not_in(_NO_COST),
            ~_is_of_a_run(),
        )
    )
    return int(session.execute(query).scalar_one())


def _is_of_a_run() -> ColumnElement[bool]:
    """The condition of a voucher that a run made, or that reversed one."""
    made = select(CostRun.voucher_id)
    return or_(Voucher.id.in_(made), func.coalesce(Voucher.reverses_id, 0).in_(made))


def _of_element(session: Session, fund_id: int, element: str, months: Months) -> int:
    reversal = aliased(Voucher)
    reversed_by = (
        select(reversal.id)
        .where(reversal.reverses_id == Voucher.id, reversal.state == VoucherState.POSTED)
        .exists()
    )
    query = (
        select(func.coalesce(func.sum(SpendingPart.amount_minor), 0))
        .join(SpendingRequest, SpendingRequest.id == SpendingPart.request_id)
        .join(Voucher, Voucher.id == SpendingRequest.voucher_id)
        .where(
            SpendingRequest.state == SpendingState.BOOKED,
            SpendingPart.element == element,
            SpendingPart.fund_id == fund_id,
            Voucher.state == VoucherState.POSTED,
            Voucher.period_id.between(months.first, months.last),
            ~reversed_by,
        )
    )
    return int(session.execute(query).scalar_one())


def require_posted(session: Session, key: CostKey, accounts: Sequence[int], months: Months) -> None:
    """Refuse to allocate while costs of the months wait to be posted. Raises CostsWaiting."""
    query = (
        select(func.count(func.distinct(Voucher.id)))
        .join(VoucherLine, VoucherLine.voucher_id == Voucher.id)
        .where(
            Voucher.state.in_(_WAITING),
            VoucherLine.account_id.in_(accounts),
            VoucherLine.fund_id == key.fund_id,
            VoucherLine.period_id.between(months.first, months.last),
            ~_is_of_a_run(),
        )
    )
    count = session.execute(query).scalar_one()
    if count:
        raise CostsWaiting(period=months.text, count=count)


def sources(
    session: Session, known: Catalogue, key: CostKey, months: Months
) -> Sequence[tuple[int, str | None]]:
    """Return (account, element or None) of every source of a key, as it is in some months."""
    rows = session.execute(
        select(CostSource).where(CostSource.key_id == key.id).order_by(CostSource.line_no)
    ).scalars()
    found: list[tuple[int, str | None]] = []
    for row in rows:
        if row.element is None:
            assert row.account_id is not None
            found.append((row.account_id, None))
        else:
            tag = get_element(row.element).tag
            account = account_for(known, months.last_day, tag, key.fund_id)
            found.append((account.id, row.element))
    return found


def targets(session: Session, known: Catalogue, key: CostKey, months: Months) -> list[Target]:
    """Return whom a key charges in some months, with the weights of its basis.

    Raises Conflict when nothing was measured.
    """
    rows = session.execute(
        select(CostShare).where(CostShare.key_id == key.id).order_by(CostShare.line_no)
    )
    shares = [row[0] for row in rows]
    if key.basis is Basis.STAFF_TIME:
        worked = sheets.weights(session, months.first, months.last)
        found = [Target(function, fund, weight) for (function, fund), weight in worked.items()]
    elif key.basis is Basis.DIRECT_COST:
        spent = _direct(session, known, key, shares, months)
        found = [
            Target(share.function, share.fund_id, spent[share.function, share.fund_id])
            for share in shares
        ]
    else:
        found = [Target(share.function, share.fund_id, share.numerator or 0) for share in shares]
    if not any(target.weight for target in found):
        what = "工时表" if key.basis is Basis.STAFF_TIME else "直接费用"
        raise Conflict(reason=f"该期间没有{what}，不能按此分配")
    return found


def _direct(
    session: Session,
    known: Catalogue,
    key: CostKey,
    shares: Sequence[CostShare],
    months: Months,
) -> Mapping[tuple[Function, int], int]:
    """What each target cost by itself: posted in its fund, without any run and the sources."""
    elements = elements_of(key)
    chart = known.period(months.last).chart
    taken = {account for account, _ in sources(session, known, key, months)}
    found = {}
    for share in shares:
        tag = get_element(elements[share.function]).tag
        minor = sum(
            _of_account(session, share.fund_id, info.id, months)
            for info in known.accounts.values()
            if info.chart == chart
            and info.tag == tag
            and not (share.fund_id == key.fund_id and info.id in taken)
        )
        found[share.function, share.fund_id] = max(minor, 0)
    return found


def rooms(
    session: Session, known: Catalogue, funds: Sequence[int], months: Months
) -> dict[int, Room]:
    """Return what each restricted fund among some may still bear."""
    restricted = [
        fund
        for fund in dict.fromkeys(funds)
        if known.funds[fund].restriction is not Restriction.NONE
    ]
    if not restricted:
        return {}
    held, promised = balances.fund_nets(session), promised_by(session)
    pending, other = _by_runs(session, restricted, months)
    not_yet = _not_yet(session, restricted, months.last_day)
    caps = fee_caps(session, restricted)
    income = _moved(session, known, restricted, months, ("donation_income",))
    charged = _moved(session, known, restricted, months, _FEE_TAGS)
    found = {}
    for fund in restricted:
        fee = -income.get(fund, 0) * caps.get(fund, 0) // _WHOLE
        left = held.get(fund, 0) - promised.get(fund, 0) - pending.get(fund, 0)
        found[fund] = Room(
            held_minor=0 if fund in not_yet else max(left, 0),
            fee_minor=max(fee - charged.get(fund, 0) - other.get(fund, 0), 0),
        )
    return found


def fee_caps(session: Session, funds: Sequence[int]) -> dict[int, int]:
    """Return the most that may be taken for management from each fund, in basis points.

    The lowest of what its project and its signed agreements say; a fund of which nothing is said
    is not in it, and bears no management cost.
    """
    found: dict[int, int] = {}
    by_project = select(FundProject.fund_id, FundProject.fee_basis_points).where(
        FundProject.fund_id.in_(funds), FundProject.fee_basis_points.is_not(None)
    )
    by_agreement = (
        select(AgreementFund.fund_id, Agreement.fee_basis_points)
        .join(Agreement, Agreement.id == AgreementFund.agreement_id)
        .where(
            AgreementFund.fund_id.in_(funds),
            Agreement.state == AgreementState.SIGNED,
            Agreement.fee_basis_points.is_not(None),
        )
    )
    for query in (by_project, by_agreement):
        for fund, points in session.execute(query):
            found[fund] = min(found.get(fund, _WHOLE), points or 0)
    return found


def _not_yet(session: Session, funds: Sequence[int], on: date) -> set[int]:
    """The funds that may only be used from a later day on."""
    query = select(FundProject.fund_id).where(
        FundProject.fund_id.in_(funds), FundProject.starts_on > on
    )
    return set(session.execute(query).scalars())


def _moved(
    session: Session, known: Catalogue, funds: Sequence[int], months: Months, tags: Sequence[str]
) -> dict[int, int]:
    """What was debited to accounts with some tags in the year up to the months, by fund."""
    accounts = [info.id for info in known.accounts.values() if info.tag in tags]
    year = months.last // 100
    rows: Any = session.execute(
        select(VoucherLine.fund_id, func.sum(VoucherLine.amount_minor))
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(
            VoucherLine.account_id.in_(accounts),
            VoucherLine.fund_id.in_(funds),
            VoucherLine.period_id.between(year * 100 + 1, months.last),
            Voucher.state == VoucherState.POSTED,
            Voucher.kind.not_in(_NO_COST),
        )
        .group_by(VoucherLine.fund_id)
    )
    return {fund: int(minor) for fund, minor in rows}


def _by_runs(
    session: Session, funds: Sequence[int], months: Months
) -> tuple[dict[int, int], dict[int, int]]:
    """What runs not posted yet will take from each fund: in all, and as a fee in this year."""
    rows = session.execute(
        select(CostLine.fund_id, CostLine.function, CostRun.last_period_id, CostLine.amount_minor)
        .join(CostRun, CostRun.id == CostLine.run_id)
        .join(Voucher, Voucher.id == CostRun.voucher_id)
        .where(
            CostLine.fund_id.in_(funds),
            CostRun.state == RunState.BOOKED,
            Voucher.state.in_(_WAITING),
        )
    )
    pending: dict[int, int] = {}
    fees: dict[int, int] = {}
    for fund, function, last, minor in rows:
        pending[fund] = pending.get(fund, 0) + minor
        if function is not Function.CHARITABLE and last // 100 == months.last // 100:
            fees[fund] = fees.get(fund, 0) + minor
    return pending, fees

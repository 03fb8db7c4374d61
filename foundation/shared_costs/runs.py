"""Allocate the shared costs of some months: look first, then book, or take it back."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.posting_lines import Event
from foundation.shared_costs import allocating, measuring, posting, steps
from foundation.shared_costs.allocating import Charge, Cost, Target
from foundation.shared_costs.models import (
    CostKey,
    CostLine,
    CostMonth,
    CostRun,
    KeyState,
    RunState,
    reference,
)
from foundation.shared_costs.steps import Months, UnknownKey
from ledger import catalogue, drafting
from ledger.catalogue import AccountInfo, Catalogue
from ledger.charts.definitions import AccountFlag
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput
from ledger.money import to_text
from ledger.periods import text_of
from ledger.vouchers import VoucherDraft, stands


class AlreadyAllocated(Conflict):
    """A month is allocated once by a key."""

    code = "already_allocated"
    message = "{period} 已按分配办法 {key} 分配（{run}）"


class SourceTaken(Conflict):
    """Another key allocated the same costs of the months."""

    code = "shared_cost_taken"
    message = "{account} 在该期间的费用已按分配办法 {key} 分配"


class NothingMoves(Conflict):
    """Everything stays where it was booked: there is no voucher to make."""

    code = "allocation_moves_nothing"
    message = "分配后全部费用仍在原科目和原基金，无须制证"


class StillBooked(Conflict):
    """What has a voucher is taken back only after the voucher."""

    code = "allocation_still_booked"
    message = "凭证仍然有效；请先作废草稿或红字冲销，再撤回分配"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do: the key, the costs, the weights, who bears what, and the voucher."""

    key: CostKey
    months: Months
    costs: Sequence[Cost]
    targets: Sequence[Target]
    charges: Sequence[Charge]
    voucher: VoucherDraft
    held_in: AccountInfo

    @property
    def total_minor(self) -> int:
        """What is allocated; what the charges add up to."""
        return sum(cost.minor for cost in self.costs)


def key_for(session: Session, code: str, months: Months) -> CostKey:
    """Return the version in force in all of some months. Raises UnknownKey, InvalidInput."""
    versions = (
        session.execute(
            select(CostKey)
            .where(
                CostKey.code == code.strip().upper(),
                CostKey.state == KeyState.APPROVED,
                CostKey.valid_from <= months.last_day,
            )
            .order_by(CostKey.valid_from.desc())
        )
        .scalars()
        .all()
    )
    if not versions:
        raise UnknownKey(key=code)
    if versions[0].valid_from > months.first_day:
        raise InvalidInput(
            field="会计期间",
            reason=f"第 {versions[0].version} 版自 {versions[0].valid_from} 起生效，请分段分配",
        )
    return versions[0]


def preview(session: Session, code: str, months: Months, *, held_in: str) -> Preview:
    """Compute a run without writing anything.

    Raises UnknownKey, UnknownPeriod, InvalidInput, AlreadyAllocated, SourceTaken, CostsWaiting,
    NothingToAllocate, NothingMoves, PeriodClosed.
    """
    known = catalogue.load(session)
    for period in months.keys:
        known.period(period)
    key = key_for(session, code, months)
    drafting.open_period_for(known, months.last_day)
    _require_new(session, key, months)
    account = _money(known, months, held_in)
    sources = measuring.sources(session, known, key, months)
    _require_free(session, known, key, months, sources)
    measuring.require_posted(session, key, [each for each, _ in sources], months)
    costs = measuring.costs(session, known, key, months)
    if not costs:
        raise measuring.NothingToAllocate(period=months.text)
    targets = measuring.targets(session, known, key, months)
    rooms = measuring.rooms(session, known, [target.fund_id for target in targets], months)
    charges = allocating.allocate(costs, targets, rooms, home=key.fund_id)
    event = Event(on=months.last_day, summary=f"分配{months.text}共同费用：{key.name}"[:300])
    voucher = posting.allocation(
        known,
        event,
        charges,
        elements=steps.elements_of(key),
        home=key.fund_id,
        held_in=account.id,
    )
    if not voucher.lines:
        raise NothingMoves
    return Preview(key, months, costs, targets, charges, voucher, account)


def _money(known: Catalogue, months: Months, code: str) -> AccountInfo:
    account = known.account(known.period(months.last).chart, code)
    if AccountFlag.CASH not in account.flags or "agency" in account.flags:
        raise InvalidInput(field="资金账户", reason=f"{account.full_name}不是本单位的货币资金科目")
    return account


def _require_new(session: Session, key: CostKey, months: Months) -> None:
    taken = session.execute(
        select(CostMonth.period_id, CostRun.id, CostRun.last_period_id)
        .join(CostRun, CostRun.id == CostMonth.run_id)
        .where(CostMonth.code == key.code, CostMonth.period_id.between(months.first, months.last))
        .order_by(CostMonth.period_id)
    ).first()
    if taken is not None:
        period, run_id, last = taken
        raise AlreadyAllocated(period=text_of(period), key=key.code, run=reference(run_id, last))


def _require_free(
    session: Session,
    known: Catalogue,
    key: CostKey,
    months: Months,
    sources: Sequence[tuple[int, str | None]],
) -> None:
    """Refuse costs that another key allocated in any of the months."""
    taken = session.execute(
        select(CostLine.source_account_id, CostLine.source_element, CostKey.code)
        .join(CostRun, CostRun.id == CostLine.run_id)
        .join(CostKey, CostKey.id == CostRun.key_id)
        .join(CostMonth, CostMonth.run_id == CostRun.id)
        .where(
            CostMonth.period_id.between(months.first, months.last),
            CostKey.fund_id == key.fund_id,
            CostLine.source_account_id.in_([account for account, _ in sources]),
        )
        .distinct()
    ).all()
    for account, element, code in taken:
        for mine, wanted in sources:
            if mine == account and (wanted is None or element is None or wanted == element):
                raise SourceTaken(account=known.accounts[account].full_name, key=code)


def run(
    session: Session, code: str, months: Months, *, held_in: str, actor: str, clock: Clock
) -> CostRun:
    """Allocate the months: draft the voucher, submitted for review, and keep who bears what.

    Raises as `preview`, and FundClosed.
    """
    # Two runs at the same time may take the same cost by different keys: one waits.
    session.execute(select(CostKey.id).order_by(CostKey.id).with_for_update()).all()
    found = preview(session, code, months, held_in=held_in)
    if months.first_day > clock.today():
        raise InvalidInput(field="会计期间", reason="不能晚于本月")
    (voucher_id,) = drafting.draft(session, [found.voucher], actor=actor, clock=clock)
    made = CostRun(
        key_id=found.key.id,
        first_period_id=months.first,
        last_period_id=months.last,
        total_minor=found.total_minor,
        held_in_id=found.held_in.id,
        voucher_id=voucher_id,
        state=RunState.BOOKED,
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    _write_lines(session, made, found)
    steps.note(
        session,
        "run",
        f"cost_run:{made.id}",
        actor=actor,
        clock=clock,
        key=found.key.code,
        version=found.key.version,
        period=months.text,
        total=to_text(made.total_minor),
    )
    return made


def _write_lines(session: Session, made: CostRun, found: Preview) -> None:
    known = catalogue.load(session)
    elements = steps.elements_of(found.key)
    event = Event(on=found.months.last_day, summary="")
    session.add_all(
        CostMonth(code=found.key.code, period_id=period, run_id=made.id)
        for period in found.months.keys
    )
    session.add_all(
        CostLine(
            run_id=made.id,
            line_no=number,
            source_account_id=charge.cost.account_id,
            source_element=charge.cost.element,
            function=charge.function,
            element=elements[charge.function],
            wanted_fund_id=charge.wanted_fund_id,
            fund_id=charge.fund_id,
            account_id=posting.account_of(known, event, elements[charge.function], charge.fund_id),
            amount_minor=charge.minor,
        )
        for number, charge in enumerate(found.charges, start=1)
    )
    session.flush()


def undo(session: Session, named: str, *, reason: str, actor: str, clock: Clock) -> CostRun:
    """Take a run back once its voucher was discarded or reversed; its months are free again.

    Raises UnknownRun, StillBooked, Conflict when it was taken back already, InvalidInput.
    """
    made = steps.get_run(session, named)
    if made.state is RunState.UNDONE:
        raise Conflict(reason="该次分配已撤回")
    if not reason.strip():
        raise InvalidInput(field="撤回原因", reason="不能为空")
    if stands(session, made.voucher_id):
        raise StillBooked
    made.state = RunState.UNDONE
    made.undone_by = actor
    made.undone_at = clock.now()
    session.flush()
    session.execute(delete(CostMonth).where(CostMonth.run_id == made.id))
    session.flush()
    steps.note(
        session, "undo", f"cost_run:{made.id}", actor=actor, clock=clock, reason=reason.strip()
    )
    return made

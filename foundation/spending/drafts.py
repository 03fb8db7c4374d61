"""Write what a request says, as long as it is a draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete
from sqlalchemy.orm import Session

from foundation.spending import rules
from foundation.spending.models import (
    ProcurementMethod,
    SpendingBeneficiary,
    SpendingKind,
    SpendingPart,
    SpendingRequest,
    SpendingState,
)
from foundation.spending.steps import at_step, note
from ledger import catalogue, dimensions
from ledger.catalogue import Catalogue
from ledger.clock import Clock
from ledger.dimensions import DimensionKind
from ledger.errors import InvalidInput, NotAllowed
from ledger.money import MAX_MINOR, to_text


@dataclass(frozen=True, slots=True)
class PartInput:
    """What one fund bears, by code, and as which cost element."""

    fund: str
    element: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class BeneficiaryInput:
    """One person whom a scholarship reaches."""

    code: str
    name: str
    amount_minor: int
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class RequestInput:
    """What a request says."""

    kind: SpendingKind
    payee_name: str
    summary: str
    requested_on: date
    parts: Sequence[PartInput]
    payee_account: str | None = None
    relation: str | None = None
    contract: str | None = None
    procurement: ProcurementMethod | None = None
    resolution: str | None = None
    beneficiaries: Sequence[BeneficiaryInput] = ()


def save_draft(
    session: Session,
    entry: RequestInput,
    *,
    actor: str,
    clock: Clock,
    request_id: int | None = None,
) -> SpendingRequest:
    """Write a new draft, or rewrite one that is not submitted.

    Raises InvalidInput for empty or negative parts, unknown elements and beneficiaries that do
    not add up, UnknownFund, UnknownRequest, WrongStep, NotAllowed for somebody else's draft.
    """
    known = catalogue.load(session)
    total = _check(known, entry)
    payee = entry.payee_name.strip()
    counterparty = dimensions.ensure(session, DimensionKind.COUNTERPARTY, {payee: payee})[payee]
    facts = {
        "kind": entry.kind,
        "payee_name": payee,
        "payee_account": entry.payee_account,
        "counterparty_id": counterparty,
        "is_related": entry.relation is not None,
        "relation": entry.relation,
        "summary": entry.summary.strip(),
        "requested_on": entry.requested_on,
        "total_minor": total,
        "contract": entry.contract,
        "procurement": entry.procurement,
        "resolution": entry.resolution,
    }
    if request_id is None:
        request = SpendingRequest(
            state=SpendingState.DRAFT,
            round=1,
            requested_by=actor,
            requested_at=clock.now(),
            **facts,
        )
        session.add(request)
    else:
        request = at_step(session, request_id, "修改", SpendingState.DRAFT)
        if request.requested_by != actor:
            raise NotAllowed(reason="只有申请人可以修改自己的草稿")
        for name, value in facts.items():
            setattr(request, name, value)
    session.flush()
    _write_parts(session, known, request.id, entry)
    note(session, request, "spending.save", actor=actor, clock=clock)
    return request


def _check(known: Catalogue, entry: RequestInput) -> int:
    if not entry.payee_name.strip() or not entry.summary.strip():
        raise InvalidInput(field="收款方、事由", reason="不能为空")
    if not entry.parts:
        raise InvalidInput(field="明细", reason="至少一行")
    for part in entry.parts:
        known.fund(part.fund)
        rules.get_element(part.element)
        if not 0 < part.amount_minor <= MAX_MINOR:
            raise InvalidInput(field="金额", reason="应大于零")
    total = sum(part.amount_minor for part in entry.parts)
    if entry.beneficiaries:
        shared = sum(one.amount_minor for one in entry.beneficiaries)
        if shared != total:
            raise InvalidInput(
                field="受益人清单",
                reason=f"合计 {to_text(shared)} 与申请金额 {to_text(total)} 不符",
            )
        codes = [one.code for one in entry.beneficiaries]
        if len(set(codes)) != len(codes):
            raise InvalidInput(field="受益人清单", reason="同一受益人出现多次，请合并")
    if entry.relation is not None and not entry.relation.strip():
        raise InvalidInput(field="关联关系", reason="关联方须写明关系")
    return total


def _write_parts(session: Session, known: Catalogue, key: int, entry: RequestInput) -> None:
    session.execute(delete(SpendingPart).where(SpendingPart.request_id == key))
    session.execute(delete(SpendingBeneficiary).where(SpendingBeneficiary.request_id == key))
    session.add_all(
        SpendingPart(
            request_id=key,
            line_no=number,
            fund_id=known.fund(part.fund).id,
            element=part.element,
            amount_minor=part.amount_minor,
        )
        for number, part in enumerate(entry.parts, start=1)
    )
    session.add_all(
        SpendingBeneficiary(
            request_id=key,
            line_no=number,
            code=one.code,
            name=one.name,
            unit=one.unit,
            amount_minor=one.amount_minor,
        )
        for number, one in enumerate(entry.beneficiaries, start=1)
    )
    session.flush()

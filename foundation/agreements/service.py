"""Record agreements, sign them, and change what was signed only with the donor's consent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.agreements.models import (
    Agreement,
    AgreementChange,
    AgreementFund,
    AgreementState,
    Reporting,
)
from foundation.donors import merging
from ledger import funds, trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.money import MAX_MINOR, to_text

# Parts of an agreement that were promised to the donor: they change only with consent
# (慈善法 第五十六条).
NEEDS_CONSENT = frozenset(
    {"purpose", "amount_minor", "fee_basis_points", "naming", "reporting", "funds", "ends_on"}
)
# Parts that a signature fixes for ever.
FIXED = frozenset({"number", "donor_id", "signed_on"})
_TEXTS = {
    "number": ("协议编号", 120),
    "title": ("名称", 200),
    "donor_signatory": ("捐赠方签署人", 120),
    "foundation_signatory": ("基金会签署人", 120),
    "third_party": ("第三方", 200),
    "purpose": ("用途", 2000),
    "delivery": ("交付安排", 2000),
    "naming": ("冠名", 200),
    "naming_approval": ("冠名批准", 200),
    "note": ("备注", 2000),
}
_REQUIRED = frozenset({"number", "title", "purpose"})


class UnknownAgreement(NotFound):
    """No agreement has this number."""

    code = "unknown_agreement"
    message = "没有编号为“{agreement}”的捐赠协议"


class ConsentNeeded(Conflict):
    """What was promised to the donor changes only with the donor's consent."""

    code = "consent_needed"
    message = "变更已签协议的用途、金额、管理费、冠名、报告、基金或期限须写明捐赠人何时同意"


@dataclass(frozen=True, slots=True)
class AgreementInput:
    """An agreement as typed. Amounts are fen; `funds` are (code, fen or None for no share)."""

    number: str
    title: str
    donor_id: int
    purpose: str
    funds: tuple[tuple[str, int | None], ...]
    amount_minor: int | None = None
    donor_signatory: str = ""
    foundation_signatory: str = ""
    third_party: str = ""
    ends_on: date | None = None
    is_in_kind: bool = False
    is_instalments: bool = False
    is_construction: bool = False
    is_overseas: bool = False
    is_asked_by_donor: bool = False
    delivery: str = ""
    fee_basis_points: int | None = None
    naming: str = ""
    naming_approval: str = ""
    reporting: Reporting = Reporting.YEARLY
    may_pool: bool | None = None
    has_return_benefit: bool | None = None
    results_to_university: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agreed to a change for the donor, when, and what proves it."""

    by: str
    on: date
    evidence: str = ""


def record_agreement(
    session: Session, entry: AgreementInput, *, actor: str, clock: Clock
) -> Agreement:
    """Record a draft. Raises InvalidInput, UnknownDonor, UnknownFund."""
    values = _checked(session, entry)
    parts = _funds(session, entry)
    agreement = Agreement(
        **values,
        state=AgreementState.DRAFT,
        signed_on=None,
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(agreement)
    session.flush()
    _write_funds(session, agreement.id, parts)
    _note(session, agreement, "agreement.record", "", {"number": agreement.number}, actor, clock)
    return agreement


def change_agreement(
    session: Session,
    agreement_id: int,
    entry: AgreementInput,
    *,
    actor: str,
    clock: Clock,
    reason: str = "",
    consent: Consent | None = None,
) -> Agreement:
    """Change an agreement: a draft freely, a signed one with a reason and, where it was promised
    to the donor, with consent. What it said before stays on record.

    Raises InvalidInput, UnknownAgreement, ConsentNeeded, and Conflict for one that is over or for
    what a signature fixes.
    """
    agreement = _held(session, agreement_id)
    values = _checked(session, entry, own=agreement.id)
    parts = _funds(session, entry)
    changed = {
        name: [_plain(getattr(agreement, name)), _plain(value)]
        for name, value in values.items()
        if getattr(agreement, name) != value
    }
    before = _fund_texts(session, funds_of(session, agreement.id))
    after = _fund_texts(session, parts)
    if before != after:
        changed["funds"] = [before, after]
    if not changed:
        return agreement
    if agreement.state is not AgreementState.DRAFT:
        _require_right(agreement, changed, reason, consent)
        _write_change(session, agreement, changed, reason, consent, actor=actor, clock=clock)
    for name, value in values.items():
        setattr(agreement, name, value)
    session.flush()
    if "funds" in changed:
        _write_funds(session, agreement.id, parts)
    detail = {"changed": sorted(changed)}
    _note(session, agreement, "agreement.change", reason, detail, actor, clock)
    return agreement


def sign(
    session: Session, agreement_id: int, *, signed_on: date, actor: str, clock: Clock
) -> Agreement:
    """Note that an agreement was signed by both. Raises UnknownAgreement, Conflict, InvalidInput.

    From then on what was promised changes only with consent.
    """
    agreement = _held(session, agreement_id)
    if agreement.state is not AgreementState.DRAFT:
        raise Conflict(reason="协议已签署、已结束或已作废")
    if signed_on > clock.today():
        raise InvalidInput(field="签署日期", reason="不能晚于今天")
    if agreement.ends_on is not None and agreement.ends_on < signed_on:
        raise InvalidInput(field="签署日期", reason="不能晚于协议的结束日期")
    if not agreement.donor_signatory or not agreement.foundation_signatory:
        raise InvalidInput(field="签署人", reason="请先填写双方签署人")
    if agreement.naming and not agreement.naming_approval:
        raise InvalidInput(field="冠名批准", reason="冠名须写明受益人同意及批准文件")
    agreement.state, agreement.signed_on = AgreementState.SIGNED, signed_on
    session.flush()
    detail = {"signed_on": signed_on.isoformat()}
    _note(session, agreement, "agreement.sign", "", detail, actor, clock)
    return agreement


def end(session: Session, agreement_id: int, *, reason: str, actor: str, clock: Clock) -> Agreement:
    """End an agreement: a draft is cancelled, a signed one is over.

    Raises InvalidInput, UnknownAgreement, Conflict.
    """
    agreement = _held(session, agreement_id)
    _require_reason(reason)
    if agreement.state not in (AgreementState.DRAFT, AgreementState.SIGNED):
        raise Conflict(reason="协议已结束或已作废")
    is_draft = agreement.state is AgreementState.DRAFT
    agreement.state = AgreementState.CANCELLED if is_draft else AgreementState.ENDED
    session.flush()
    _note(session, agreement, f"agreement.{agreement.state.value}", reason, {}, actor, clock)
    return agreement


def find_agreement(session: Session, number: str) -> Agreement | None:
    """Return an agreement by its number, or None."""
    return session.execute(
        select(Agreement).where(Agreement.number == number.strip())
    ).scalar_one_or_none()


def get_agreement(session: Session, number: str) -> Agreement:
    """Return an agreement by its number. Raises UnknownAgreement."""
    found = find_agreement(session, number)
    if found is None:
        raise UnknownAgreement(agreement=number[:120])
    return found


def funds_of(session: Session, agreement_id: int) -> list[tuple[int, int | None]]:
    """Return (fund, fen or None) of an agreement in fund order."""
    rows = session.execute(
        select(AgreementFund.fund_id, AgreementFund.amount_minor)
        .where(AgreementFund.agreement_id == agreement_id)
        .order_by(AgreementFund.fund_id)
    )
    return [(row.fund_id, row.amount_minor) for row in rows]


def _held(session: Session, agreement_id: int) -> Agreement:
    found = session.execute(
        select(Agreement).where(Agreement.id == agreement_id).with_for_update()
    ).scalar_one_or_none()
    if found is None:
        raise UnknownAgreement(agreement=str(agreement_id))
    return found


def _checked(session: Session, entry: AgreementInput, *, own: int = 0) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, (called, longest) in _TEXTS.items():
        text = str(getattr(entry, name)).strip()
        if len(text) > longest or not all(c.isprintable() or c in "\n\r\t" for c in text):
            raise InvalidInput(field=called, reason=f"最多 {longest} 字，不能含有不能显示的字符")
        if not text and name in _REQUIRED:
            raise InvalidInput(field=called, reason="不能为空")
        values[name] = text if text or name in _REQUIRED else None
    taken = find_agreement(session, values["number"])
    if taken is not None and taken.id != own:
        raise InvalidInput(field="协议编号", reason=f"{taken.number} 已存在")
    if entry.amount_minor is not None and not 0 < entry.amount_minor <= MAX_MINOR:
        raise InvalidInput(field="协议金额", reason="应大于零")
    fee = entry.fee_basis_points
    if fee is not None and not 0 <= fee <= 10000:
        raise InvalidInput(field="管理费比例", reason="应为 0 至 100")
    values["donor_id"] = merging.kept_id(session, entry.donor_id)
    for name in (
        "amount_minor",
        "ends_on",
        "is_in_kind",
        "is_instalments",
        "is_construction",
        "is_overseas",
        "is_asked_by_donor",
        "fee_basis_points",
        "reporting",
        "may_pool",
        "has_return_benefit",
        "results_to_university",
    ):
        values[name] = getattr(entry, name)
    return values


def _funds(session: Session, entry: AgreementInput) -> list[tuple[int, int | None]]:
    parts: dict[int, int | None] = {}
    for code, minor in entry.funds:
        fund = funds.get_fund(session, code.strip())
        if fund.id in parts:
            raise InvalidInput(field="基金", reason=f"{fund.code} 写了两次")
        if minor is not None and not 0 < minor <= MAX_MINOR:
            raise InvalidInput(field="基金", reason="约定的金额应大于零")
        parts[fund.id] = minor
    if not parts:
        raise InvalidInput(field="基金", reason="请至少写明一个基金")
    shares = [minor for minor in parts.values() if minor is not None]
    whole = entry.amount_minor
    if len(shares) == len(parts) and whole is not None and sum(shares) != whole:
        raise InvalidInput(
            field="基金",
            reason=f"各基金合计 {to_text(sum(shares))} 与协议金额 {to_text(whole)} 不一致",
        )
    return sorted(parts.items())


def _write_funds(session: Session, agreement_id: int, parts: list[tuple[int, int | None]]) -> None:
    wanted = dict(parts)
    for row in session.execute(
        select(AgreementFund).where(AgreementFund.agreement_id == agreement_id)
    ).scalars():
        if row.fund_id in wanted:
            row.amount_minor = wanted.pop(row.fund_id)
        else:
            session.delete(row)
    session.add_all(
        AgreementFund(agreement_id=agreement_id, fund_id=fund, amount_minor=minor)
        for fund, minor in wanted.items()
    )
    session.flush()


def _fund_texts(session: Session, parts: list[tuple[int, int | None]]) -> list[str]:
    codes = {fund.id: fund.code for fund in funds.list_funds(session)}
    return sorted(
        codes[fund] if minor is None else f"{codes[fund]}={to_text(minor)}" for fund, minor in parts
    )


def _require_right(
    agreement: Agreement, changed: Mapping[str, Any], reason: str, consent: Consent | None
) -> None:
    if agreement.state is not AgreementState.SIGNED:
        raise Conflict(reason="协议已结束或已作废")
    if FIXED & set(changed):
        raise Conflict(reason="已签协议的编号和捐赠人不能变更，请作废后另签")
    _require_reason(reason)
    if consent is None and NEEDS_CONSENT & set(changed):
        raise ConsentNeeded
    if consent is not None and (not consent.by.strip() or len(consent.by) > 120):
        raise InvalidInput(field="同意人", reason="请写明谁代表捐赠人同意")


def _write_change(
    session: Session,
    agreement: Agreement,
    changed: Mapping[str, Any],
    reason: str,
    consent: Consent | None,
    *,
    actor: str,
    clock: Clock,
) -> None:
    if consent is not None and consent.on > clock.today():
        raise InvalidInput(field="同意日期", reason="不能晚于今天")
    session.add(
        AgreementChange(
            agreement_id=agreement.id,
            changed_on=clock.today(),
            detail=json.dumps(changed, ensure_ascii=False, sort_keys=True),
            reason=reason.strip(),
            consented_by=None if consent is None else consent.by.strip(),
            consented_on=None if consent is None else consent.on,
            evidence=None if consent is None else consent.evidence.strip()[:200] or None,
            created_by=actor,
            created_at=clock.now(),
        )
    )
    # Before the agreement itself: the guard of the database looks for it.
    session.flush()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _require_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > 500:
        raise InvalidInput(field="原因", reason="必须写明原因，最多 500 字")


def _note(
    session: Session,
    agreement: Agreement,
    action: str,
    reason: str,
    detail: dict[str, Any],
    actor: str,
    clock: Clock,
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"agreement:{agreement.id}",
        reason=reason.strip() or None,
        detail=detail or None,
    )

"""Record what persons decided, and gather the decisions in force for a claim.

A decision speaks of one gift, of the gifts of one fund, or of a claim year; the narrower one
goes before the wider, and one for a scheme before one for every scheme. A decision is never
edited: a later one supersedes it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from foundation.claims import governing, questions, schemes
from foundation.claims.scheme_models import EVERY_SCHEME, Decision
from foundation.gifts.models import Gift, reference
from foundation.matching import facts as engine_facts
from foundation.matching.schemes import Scheme
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.funds import Fund
from ledger.orm import guard_name
from receipts import files

LONGEST_TEXT = 2000


class DecisionStands(Conflict):
    """The question has an answer; a new one must say that it supersedes it."""

    code = "decision_stands"
    message = "“{question}”已有认定（编号 {decision}），请以新认定取代它"


class DecisionSuperseded(Conflict):
    """Another decision took the place of this one."""

    code = "decision_superseded"
    message = "认定 {decision} 已被取代，请刷新后重试"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that a decision stands on."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class NewDecision:
    """An answer. Exactly one of gift, fund and year says what it speaks of."""

    question: str
    answer: Any
    reason: str
    scheme_code: str = EVERY_SCHEME
    gift_id: int | None = None
    fund_id: int | None = None
    claim_year: int | None = None
    evidence: str = ""
    file: Evidence | None = None
    decided_on: date | None = None
    supersedes_id: int | None = None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision as lists show it."""

    id: int
    scheme_code: str
    gift_id: int | None
    gift: str
    fund: str
    claim_year: int | None
    question: str
    answer: str
    reason: str
    evidence: str
    file_name: str | None
    file_digest: str | None
    decided_on: date
    decided_by: str
    decided_at: datetime
    supersedes_id: int | None
    is_live: bool


def decide(
    session: Session, given: NewDecision, *, folder: Path | None, actor: str, clock: Clock
) -> int:
    """Record a decision and return its key.

    Raises InvalidInput for an answer of the wrong type, without a reason or with two scopes,
    NotFound for an unknown question, DecisionStands, DecisionSuperseded.
    """
    scheme = _scheme(session, given.scheme_code, actor=actor, clock=clock)
    _check(session, given, clock)
    answer = questions.read_answer(given.question, given.answer, scheme=scheme)
    if given.question == engine_facts.VERSION:
        governing.check(session, given.scheme_code, json.loads(answer))
    if questions.kind_of(given.question) == "parameter" and given.claim_year is None:
        raise InvalidInput(field="范围", reason="办法的参数按申请年度认定")
    standing = _standing(session, given)
    if standing is not None and given.supersedes_id is None:
        raise DecisionStands(question=questions.label(given.question)[0], decision=standing)
    if given.supersedes_id is not None and standing != given.supersedes_id:
        raise DecisionSuperseded(decision=given.supersedes_id)
    row = Decision(
        scheme_code=given.scheme_code,
        gift_id=given.gift_id,
        fund_id=given.fund_id,
        claim_year=given.claim_year,
        question=given.question,
        answer=answer,
        reason=given.reason.strip(),
        evidence=given.evidence.strip(),
        file_name=None if given.file is None else given.file.file_name[:200],
        file_digest=_keep(given.file, folder),
        decided_on=given.decided_on or clock.today(),
        decided_by=actor,
        decided_at=clock.now(),
        supersedes_id=given.supersedes_id,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        # Two persons answered at the same moment; the other one was first.
        if guard_name(error):
            raise
        raise DecisionSuperseded(decision=given.supersedes_id or 0) from None
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="decision.record",
        subject=f"decision:{row.id}",
        reason=row.reason,
        detail={
            "scheme": row.scheme_code,
            "question": row.question,
            "answer": row.answer,
            "gift": row.gift_id,
            "fund": row.fund_id,
            "year": row.claim_year,
            "supersedes": row.supersedes_id,
        },
    )
    return row.id


def _scheme(session: Session, code: str, *, actor: str, clock: Clock) -> Scheme | None:
    if code == EVERY_SCHEME:
        return None
    return schemes.ensure(session, code, actor=actor, clock=clock).scheme


def _check(session: Session, given: NewDecision, clock: Clock) -> None:
    scopes = (given.gift_id, given.fund_id, given.claim_year)
    if sum(scope is not None for scope in scopes) != 1:
        raise InvalidInput(field="范围", reason="认定应针对一笔捐赠、一个基金或一个申请年度")
    if not given.reason.strip():
        raise InvalidInput(field="理由", reason="认定必须写明理由")
    if len(given.reason) > LONGEST_TEXT or len(given.evidence) > LONGEST_TEXT:
        raise InvalidInput(field="理由", reason=f"最多 {LONGEST_TEXT} 个字符")
    if given.decided_on is not None and given.decided_on > clock.today():
        raise InvalidInput(field="认定日期", reason="不能晚于今天")
    if given.gift_id is not None and session.get(Gift, given.gift_id) is None:
        raise NotFound(what="捐赠", name=str(given.gift_id))
    if given.fund_id is not None and session.get(Fund, given.fund_id) is None:
        raise NotFound(what="基金", name=str(given.fund_id))
    if given.question.startswith(("inst.", "claimant.")) and given.claim_year is None:
        raise InvalidInput(field="范围", reason="申请单位的情况按申请年度认定")


def _keep(file: Evidence | None, folder: Path | None) -> str | None:
    if file is None:
        return None
    assert folder is not None
    if not file.content:
        raise InvalidInput(field="附件", reason="文件是空的")
    return files.store(folder, file.content)


def _standing(session: Session, given: NewDecision) -> int | None:
    found = session.execute(
        _live(select(Decision.id)).where(
            Decision.scheme_code == given.scheme_code,
            Decision.question == given.question,
            _is(Decision.gift_id, given.gift_id),
            _is(Decision.fund_id, given.fund_id),
            _is(Decision.claim_year, given.claim_year),
        )
    ).scalar_one_or_none()
    return None if found is None else int(found)


def _is(column: Any, value: int | None) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column.is_(None) if value is None else column == value
    return condition


def _live(query: Select[Any]) -> Select[Any]:
    later = aliased(Decision)
    return query.where(~select(later.id).where(later.supersedes_id == Decision.id).exists())


def in_force(
    session: Session, code: str, year: int, *, gift_ids: Sequence[int] | None = None
) -> list[engine_facts.Decision]:
    """Gather the decisions in force for a claim, or for some of its gifts.

    A decision for the scheme goes before one for every scheme; one that opens its question again
    leaves nothing.
    """
    everything: Any = select(Decision, Gift.received_on, Fund.code.label("fund_code"))
    rows = session.execute(
        _live(
            everything.outerjoin(Gift, Gift.id == Decision.gift_id).outerjoin(
                Fund, Fund.id == Decision.fund_id
            )
        )
        .where(
            Decision.scheme_code.in_((code, EVERY_SCHEME)),
            or_(Decision.claim_year.is_(None), Decision.claim_year == year),
            or_(Decision.gift_id.is_(None), _among(gift_ids)),
        )
        .order_by(Decision.id)
    ).all()
    chosen: dict[tuple[Any, ...], Any] = {}
    for row in rows:
        item = row.Decision
        key = (item.gift_id, item.fund_id, item.claim_year, item.question)
        before = chosen.get(key)
        if before is None or before.Decision.scheme_code == EVERY_SCHEME:
            chosen[key] = row
    return [_for_engine(row) for row in chosen.values() if row.Decision.answer != "null"]


def _among(gift_ids: Sequence[int] | None) -> ColumnElement[bool]:
    if gift_ids is None:
        return Decision.gift_id.is_not(None)
    return Decision.gift_id.in_(gift_ids)


def _for_engine(row: Any) -> engine_facts.Decision:
    item = row.Decision
    return engine_facts.Decision(
        fact=item.question,
        value=questions.value_of(item.question, item.answer),
        reason=item.reason,
        gift=None if item.gift_id is None else reference(item.gift_id, row.received_on),
        project=row.fund_code,
        id=str(item.id),
        decided_by=item.decided_by,
        decided_on=item.decided_on,
        evidence=item.evidence,
    )


def of_keys(session: Session, keys: Iterable[int]) -> list[engine_facts.Decision]:
    """Return decisions by their keys, as a frozen claim used them, in order."""
    rows = session.execute(
        select(Decision, Gift.received_on, Fund.code.label("fund_code"))
        .outerjoin(Gift, Gift.id == Decision.gift_id)
        .outerjoin(Fund, Fund.id == Decision.fund_id)
        .where(Decision.id.in_(list(keys)))
        .order_by(Decision.id)
    )
    return [_for_engine(row) for row in rows]


def list_decisions(
    session: Session,
    *,
    scheme_code: str | None = None,
    gift_id: int | None = None,
    fund_ids: Sequence[int] = (),
    year: int | None = None,
    before: int | None = None,
    limit: int = 500,
) -> list[DecisionRow]:
    """Return decisions with what became of them, the latest first."""
    later = aliased(Decision)
    is_over = select(later.id).where(later.supersedes_id == Decision.id).exists()
    query = (
        select(Decision, Gift.received_on, Fund.code.label("fund_code"), is_over.label("is_over"))
        .outerjoin(Gift, Gift.id == Decision.gift_id)
        .outerjoin(Fund, Fund.id == Decision.fund_id)
        .order_by(Decision.id.desc())
        .limit(limit)
    )
    if scheme_code is not None:
        query = query.where(Decision.scheme_code.in_((scheme_code, EVERY_SCHEME)))
    if before is not None:
        query = query.where(Decision.id < before)
    scopes: list[ColumnElement[bool]] = []
    if gift_id is not None:
        scopes.append(Decision.gift_id == gift_id)
    if fund_ids:
        scopes.append(Decision.fund_id.in_(list(fund_ids)))
    if year is not None:
        scopes.append(Decision.claim_year == year)
    if scopes:
        query = query.where(or_(*scopes))
    return [_row(row) for row in session.execute(query)]


def _row(row: Any) -> DecisionRow:
    item = row.Decision
    return DecisionRow(
        id=item.id,
        scheme_code=item.scheme_code,
        gift_id=item.gift_id,
        gift="" if item.gift_id is None else reference(item.gift_id, row.received_on),
        fund=row.fund_code or "",
        claim_year=item.claim_year,
        question=item.question,
        answer=item.answer,
        reason=item.reason,
        evidence=item.evidence,
        file_name=item.file_name,
        file_digest=item.file_digest,
        decided_on=item.decided_on,
        decided_by=item.decided_by,
        decided_at=item.decided_at,
        supersedes_id=item.supersedes_id,
        is_live=not row.is_over,
    )

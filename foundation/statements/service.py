"""Issue statements: store what was composed from closed books, once, and keep it.

What the statements say is composed elsewhere (reports read the books) and handed in; this module
decides whether they may leave the house, chains and stores them, and settles the months beneath:
those are not reopened any more. Nothing here knows a layout.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.statements.content import Content, Seal, Signers, StatementFile
from foundation.statements.models import (
    IssuedStatement,
    IssuedStatementFile,
    StatementReclassification,
)
from ledger import integrity, money, trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.integrity import Check
from ledger.periods import Period, PeriodState, UnknownPeriod, get_period, text_of

GENESIS = hashlib.sha256(b"statements").hexdigest()
CONTENT_FILE = "statements.json"
_NAMED_FINDINGS = 3


@dataclass(frozen=True, slots=True)
class IssuedView:
    """An issued statement as people see it."""

    id: int
    period: str
    layout: str
    digest: str
    chain_head: str
    signers: Signers
    issued_by: str
    issued_at: datetime
    files: tuple[str, ...]


class StatementsNotFinal(Conflict):
    """Something keeps the statements of this period from being final."""

    code = "statements_not_final"
    message = "{period} 的报表还不能签发：{reason}"


class StatementsIssued(Conflict):
    """The statements of this period were issued before."""

    code = "statements_issued"
    message = "{period}（{layout} 格式）的报表已于 {issued_on} 签发，不能再次签发"


class UnknownStatement(NotFound):
    """There is no such issued statement."""

    code = "unknown_statement"
    message = "没有编号为 {statement} 的已签发报表"


def require_sound(session: Session, period: str, checks: Iterable[Check]) -> None:
    """Refuse when the integrity suite finds an error. Raises StatementsNotFinal."""
    found = [f for f in integrity.run(session, checks) if f.severity == "error"]
    if found:
        named = "；".join(f"{f.check} {f.row}" for f in found[:_NAMED_FINDINGS])
        raise StatementsNotFinal(
            period=period, reason=f"账簿检查有 {len(found)} 项发现（{named}），须先查明并更正"
        )


def issue(
    session: Session, content: Content, *, signers: Signers, actor: str, clock: Clock
) -> IssuedView:
    """Store the statements and settle the months beneath them.

    Raises StatementsNotFinal while a month is open or a figure does not tie, StatementsIssued
    the second time.
    """
    months = _hold(session, content)
    is_open = [text_of(month.id) for month in months if month.state is not PeriodState.CLOSED]
    if is_open:
        raise StatementsNotFinal(period=content.period, reason=f"{'、'.join(is_open)} 尚未结账")
    if content.unequal:
        raise StatementsNotFinal(period=content.period, reason="；".join(content.unequal))
    _refuse_second(session, content)
    text = trail.canonical(dict(content.document))
    digest = hashlib.sha256(text.encode()).hexdigest()
    head, now = months[-1].digest or "", clock.now()
    for month in months:
        month.statements_issued_at = month.statements_issued_at or now
    session.flush()
    issued = IssuedStatement(
        period=content.period,
        first_period_id=months[0].id,
        last_period_id=months[-1].id,
        layout=content.layout,
        content=text,
        digest=digest,
        previous_digest=_last_digest(session),
        chain_head=head,
        legal_representative=signers.legal_representative.strip(),
        accounting_head=signers.accounting_head.strip(),
        preparer=signers.preparer.strip(),
        issued_by=actor,
        issued_at=now,
    )
    session.add(issued)
    session.flush()
    seal = Seal(digest, head, now, signers)
    files = [StatementFile(CONTENT_FILE, "application/json", text.encode()), *content.files(seal)]
    for file in files:
        session.add(
            IssuedStatementFile(
                statement_id=issued.id,
                name=file.name,
                media_type=file.media_type,
                digest=hashlib.sha256(file.data).hexdigest(),
                data=file.data,
            )
        )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="statements.issue",
        subject=f"statements:{content.period}:{content.layout}",
        detail={"digest": digest, "chain_head": head, "id": issued.id},
    )
    return _view(issued, tuple(sorted(file.name for file in files)))


def list_issued(session: Session) -> list[IssuedView]:
    """Return the issued statements, newest first."""
    names: dict[int, list[str]] = {}
    for key, name in session.execute(
        select(IssuedStatementFile.statement_id, IssuedStatementFile.name).order_by(
            IssuedStatementFile.statement_id, IssuedStatementFile.name
        )
    ):
        names.setdefault(key, []).append(name)
    rows = session.execute(select(IssuedStatement).order_by(IssuedStatement.id.desc())).scalars()
    return [_view(row, tuple(names.get(row.id, ()))) for row in rows]


def get_file(session: Session, statement_id: int, name: str) -> StatementFile:
    """Return a file of an issued statement as it was. Raises UnknownStatement."""
    row = session.get(IssuedStatementFile, (statement_id, name))
    if row is None:
        raise UnknownStatement(statement=statement_id)
    return StatementFile(row.name, row.media_type, row.data)


def last_signers(session: Session) -> Signers:
    """Return who signed last, to offer the names again."""
    row = session.execute(
        select(IssuedStatement).order_by(IssuedStatement.id.desc()).limit(1)
    ).scalar_one_or_none()
    return _signers(row) if row is not None else Signers()


def reclassify(
    session: Session,
    period_id: int,
    *,
    source: str,
    target: str,
    amount_minor: int,
    allowed: Sequence[tuple[str, str]],
    reason: str,
    actor: str,
    clock: Clock,
) -> None:
    """Show a part of one row of the balance sheet at the end of a month in another.

    `allowed` are the pairs of rows that the layouts know. A negative amount takes one back.
    Raises InvalidInput, UnknownPeriod, and Conflict after the statements were issued.
    """
    if (source, target) not in allowed:
        raise InvalidInput(field="重分类", reason=f"报表格式不允许由 {source} 重分类至 {target}")
    if not amount_minor:
        raise InvalidInput(field="金额", reason="不能为零")
    if not reason.strip():
        raise InvalidInput(field="原因", reason="请写明依据，例如到期日")
    period = get_period(session, period_id)
    if period.statements_issued_at is not None:
        raise Conflict(reason=f"{text_of(period_id)} 的报表已对外报出，不能再作列报重分类")
    session.add(
        StatementReclassification(
            period_id=period_id,
            from_row=source,
            to_row=target,
            amount_minor=amount_minor,
            reason=reason.strip(),
            entered_by=actor,
            entered_at=clock.now(),
        )
    )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="statements.reclassify",
        subject=f"period:{text_of(period_id)}",
        reason=reason.strip(),
        detail={"from": source, "to": target, "amount": money.to_text(amount_minor)},
    )


def list_reclassifications(session: Session) -> list[StatementReclassification]:
    """Return the reclassifications, newest first."""
    query = select(StatementReclassification).order_by(StatementReclassification.id.desc())
    return list(session.execute(query).scalars())


def _hold(session: Session, content: Content) -> list[Period]:
    """Lock the months of a statement, with what stands before January when it begins there."""
    first = content.first - 1 if content.first % 100 == 1 else content.first
    months = list(
        session.execute(
            select(Period)
            .where(Period.id >= first, Period.id <= content.last)
            .order_by(Period.id)
            .with_for_update()
        ).scalars()
    )
    if not months or months[-1].id != content.last:
        raise UnknownPeriod(period=text_of(content.last))
    return months


def _refuse_second(session: Session, content: Content) -> None:
    issued_at = session.execute(
        select(IssuedStatement.issued_at).where(
            IssuedStatement.period == content.period, IssuedStatement.layout == content.layout
        )
    ).scalar()
    if issued_at is not None:
        raise StatementsIssued(
            period=content.period,
            layout=content.layout,
            issued_on=issued_at.date().isoformat(),
        )


def _last_digest(session: Session) -> str:
    found = session.execute(
        select(IssuedStatement.digest).order_by(IssuedStatement.id.desc()).limit(1)
    ).scalar()
    return found or GENESIS


def _signers(row: IssuedStatement) -> Signers:
    return Signers(row.legal_representative, row.accounting_head, row.preparer)


def _view(row: IssuedStatement, files: tuple[str, ...]) -> IssuedView:
    return IssuedView(
        row.id,
        row.period,
        row.layout,
        row.digest,
        row.chain_head,
        _signers(row),
        row.issued_by,
        row.issued_at,
        files,
    )

"""Whether a gift may be deducted: the periods of the published lists, asked by the gift's date.

The answer is always of today's knowledge. A list may name a period that began months before it
was published, so nothing of this is ever frozen into a document (财政部 税务总局 民政部公告
2020年第27号). Bills are issued whatever the answer is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.organisation.models import Standing, TaxQualification
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from receipts.checks import check_text


class TaxStatus(StrEnum):
    """Where the date of a gift lies."""

    QUALIFIED = "qualified"
    NOT_LISTED_YET = "not_listed_yet"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


# What donors and staff are told, word for word. No sentence promises a deduction.
SENTENCES = {
    TaxStatus.QUALIFIED: (
        "捐赠日期处于本会公益性捐赠税前扣除资格有效期内（依据：{document}）。"
        "能否扣除及扣除比例以税收法律法规和主管税务机关认定为准。"
    ),
    TaxStatus.NOT_LISTED_YET: ("本会{year}年度公益性捐赠税前扣除资格以主管部门公告名单为准。"),
    TaxStatus.OUTSIDE: "该笔捐赠发生时本会不在公益性捐赠税前扣除资格有效期内。",
    TaxStatus.UNKNOWN: (
        "本会尚未登记公益性捐赠税前扣除资格的公告，能否扣除请以主管部门公告名单为准。"
    ),
}


class UnknownPeriod(NotFound):
    """No period has this key."""

    code = "unknown_qualification_period"
    message = "找不到资格期间 {period}"


class PeriodWithdrawn(Conflict):
    """The period was withdrawn before."""

    code = "qualification_period_withdrawn"
    message = "资格期间 {period} 已撤回"


@dataclass(frozen=True, slots=True)
class PeriodInput:
    """A period as a published list names it."""

    standing: Standing
    first_on: date
    last_on: date
    document_number: str
    published_on: date
    document_address: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What holds on a day, and the sentence that says it."""

    status: TaxStatus
    template: str
    values: dict[str, str | int]

    @property
    def sentence(self) -> str:
        """The sentence in Chinese, the places filled."""
        return self.template.format(**self.values)


def list_periods(session: Session, *, with_withdrawn: bool = False) -> list[TaxQualification]:
    """Return the periods by the day on which they begin."""
    query = select(TaxQualification).order_by(TaxQualification.first_on, TaxQualification.id)
    if not with_withdrawn:
        query = query.where(TaxQualification.withdrawn_at.is_(None))
    return list(session.execute(query).scalars())


def answer(periods: Sequence[TaxQualification], day: date) -> Answer:
    """Say what holds on a day. Of several periods the one that was published last counts."""
    covering = [period for period in periods if period.first_on <= day <= period.last_on]
    if not periods:
        return _answer(TaxStatus.UNKNOWN)
    if covering:
        last = max(covering, key=lambda period: (period.published_on, period.id))
        if last.standing is Standing.QUALIFIED:
            return _answer(TaxStatus.QUALIFIED, document=last.document_number)
        return _answer(TaxStatus.OUTSIDE)
    if day > max(period.last_on for period in periods):
        return _answer(TaxStatus.NOT_LISTED_YET, year=day.year)
    return _answer(TaxStatus.OUTSIDE)


def answer_on(session: Session, day: date) -> Answer:
    """Say what holds on a day, as it is known now."""
    return answer(list_periods(session), day)


def record(session: Session, period: PeriodInput, *, actor: str, clock: Clock) -> int:
    """Enter a period and return its key. Raises InvalidInput."""
    check_text("公告文号", period.document_number, most=120)
    check_text("公告网址", period.document_address, most=300, required=False)
    if period.document_address and not period.document_address.startswith(("https://", "http://")):
        raise InvalidInput(field="公告网址", reason="应以 http:// 或 https:// 开头")
    if period.first_on > period.last_on:
        raise InvalidInput(field="期间", reason="起始日期应早于终止日期")
    if period.published_on > clock.today():
        raise InvalidInput(field="公布日期", reason="不能晚于今天")
    stored = TaxQualification(
        standing=period.standing,
        first_on=period.first_on,
        last_on=period.last_on,
        document_number=period.document_number,
        document_address=period.document_address or None,
        published_on=period.published_on,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    session.add(stored)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="qualification.record",
        subject="organisation",
        reason=period.document_number,
        detail={
            "period": stored.id,
            "standing": period.standing.value,
            "first": period.first_on.isoformat(),
            "last": period.last_on.isoformat(),
        },
    )
    return stored.id


def withdraw(session: Session, period_id: int, *, reason: str, actor: str, clock: Clock) -> None:
    """Take back a period that was entered by mistake; it stays in the list, marked.

    Raises UnknownPeriod, PeriodWithdrawn, InvalidInput.
    """
    check_text("撤回原因", reason, most=500)
    held = session.execute(
        select(TaxQualification.withdrawn_at)
        .where(TaxQualification.id == period_id)
        .with_for_update()
    ).one_or_none()
    if held is None:
        raise UnknownPeriod(period=period_id)
    if held.withdrawn_at is not None:
        raise PeriodWithdrawn(period=period_id)
    session.execute(
        update(TaxQualification)
        .where(TaxQualification.id == period_id)
        .values(withdrawn_reason=reason, withdrawn_by=actor, withdrawn_at=clock.now())
    )
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="qualification.withdraw",
        subject="organisation",
        reason=reason,
        detail={"period": period_id},
    )


def _answer(status: TaxStatus, **values: str | int) -> Answer:
    return Answer(status, SENTENCES[status], values)

"""Report to a donor what became of a gift: make it, send word of it, and log where it went.

The foundation owes this on its own motion (慈善法 第四十二条; 公益事业捐赠法 第二十一条, A). A
report is frozen with its file; the next one is another report. Nothing of a person who was helped
comes into it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.disclosure import content as publication
from foundation.disclosure import screening
from foundation.donors import aliases
from foundation.donors.models import Donor, DonorKind
from foundation.gifts.kinds import ChangeKind
from foundation.gifts.models import Gift, GiftAllocation, GiftChange, reference
from foundation.gifts.service import UnknownGift
from foundation.gifts.standing import ended, withdrawn
from foundation.mail import service as mail
from foundation.mail import texts
from foundation.organisation.service import get_organisation
from foundation.projects.models import FundProject
from foundation.uses import content, drawing, figures
from foundation.uses.content import Content, FundPart
from foundation.uses.figures import FundUse
from foundation.uses.models import UseReport, UseReportDelivery, Way
from ledger import money, trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.funds import Fund
from ledger.periods import text_of
from ledger.vouchers import Voucher, VoucherState

_LONGEST_NOTE = 2000


class UnknownReport(NotFound):
    """There is no such report on the use of a gift."""

    code = "unknown_use_report"
    message = "没有使用报告 {report}"


class NothingToReport(Conflict):
    """The gift gets no such report."""

    code = "nothing_to_report"
    message = "捐赠 {gift} 不能出具使用报告：{reason}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A gift of a batch that got no report, and why."""

    gift: str
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch made."""

    made: tuple[int, ...]
    skipped: tuple[Skipped, ...]


@dataclass(slots=True)
class _Read:
    """What the gifts of a batch share, read once."""

    known: dict[tuple[int, int, int], FundUse]

    def use(self, session: Session, fund_id: int, first: int, last: int) -> FundUse:
        key = (fund_id, first, last)
        if key not in self.known:
            self.known[key] = figures.read(session, fund_id, first=first, last=last)
        return self.known[key]


def make(
    session: Session, gift_id: int, *, through: date, note: str = "", actor: str, clock: Clock
) -> UseReport:
    """Make the report of one gift up to the end of a month.

    Raises UnknownGift, NothingToReport, InvalidInput, MayNotBePublished for a note that names
    whom the gift helped, and Conflict when the donor has a report of that month already.
    """
    return _make(session, gift_id, through, note, actor, clock, _Read({}))


def make_year(
    session: Session, gift_ids: Iterable[int], *, through: date, actor: str, clock: Clock
) -> Batch:
    """Make the reports of many gifts; those that have one or get none are named with the reason."""
    made: list[int] = []
    skipped: list[Skipped] = []
    shared = _Read({})
    for gift_id in gift_ids:
        try:
            made.append(_make(session, gift_id, through, "", actor, clock, shared).id)
        except (NothingToReport, Reported) as error:
            skipped.append(Skipped(str(error.data["gift"]), str(error.data["reason"])))
    return Batch(tuple(made), tuple(skipped))


def gifts_of(session: Session, *, year: int, fund: str = "") -> list[int]:
    """Return the posted gifts of a year, of one fund if asked."""
    query = (
        select(Gift.id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(
            Voucher.state == VoucherState.POSTED,
            ~ended(),
            Gift.received_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .order_by(Gift.id)
    )
    if fund:
        of_fund = (
            select(GiftAllocation.gift_id)
            .join(Fund, Fund.id == GiftAllocation.fund_id)
            .where(Fund.code == fund)
        )
        query = query.where(Gift.id.in_(of_fund))
    return list(session.execute(query).scalars())


def send(session: Session, report_id: int, *, public_url: str, actor: str, clock: Clock) -> int:
    """Send the donor word that a report can be read, once; returns the message.

    The mail carries no figures: the report is read on the donor's own page. Raises UnknownReport,
    NothingToReport without an address.
    """
    report = get(session, report_id)
    written = content.load(report.content)
    donor = session.execute(
        select(Donor)
        .join(Gift, aliases.led_to(Gift.donor_id) == Donor.id)
        .where(Gift.id == report.gift_id)
    ).scalar_one()
    if not donor.email or donor.kind is DonorKind.ANONYMOUS:
        raise NothingToReport(gift=written.gift, reason="捐赠人没有登记电子邮箱")
    organisation = get_organisation(session)
    subject, body = texts.compose(
        "use_report",
        organisation=organisation.name,
        organisation_en=organisation.name_en,
        donor=written.donor,
        gift=written.gift,
        number=written.number,
        address=f"{public_url.rstrip('/')}/my",
    )
    message = mail.queue(
        session,
        to=donor.email,
        subject=subject,
        body=body,
        about=f"use_report:{report.id}",
        key=f"use_report:{report.id}",
        actor=actor,
        clock=clock,
    )
    known = select(UseReportDelivery.id).where(
        UseReportDelivery.report_id == report_id, UseReportDelivery.message_id == message
    )
    if session.execute(known).first() is None:
        log(session, report_id, Way.MAILED, message_id=message, actor=actor, clock=clock)
    return message


def log(
    session: Session,
    report_id: int,
    way: Way,
    *,
    actor: str,
    clock: Clock,
    message_id: int | None = None,
    note: str = "",
) -> None:
    """Note that a report went to somebody. Raises UnknownReport, InvalidInput."""
    get(session, report_id)
    if len(note) > 200 or not note.isprintable():
        raise InvalidInput(field="备注", reason="最多 200 字，不能含有不能显示的字符")
    session.add(
        UseReportDelivery(
            report_id=report_id,
            way=way,
            message_id=message_id,
            note=note.strip() or None,
            at=clock.now(),
            actor=actor[:64],
        )
    )
    session.flush()


def get(session: Session, report_id: int) -> UseReport:
    """Return a report. Raises UnknownReport."""
    found = session.get(UseReport, report_id)
    if found is None:
        raise UnknownReport(report=report_id)
    return found


class Reported(Conflict):
    """The gift has a report of that month."""

    code = "use_reported"
    message = "捐赠 {gift} 不能出具使用报告：{reason}"


def _make(
    session: Session,
    gift_id: int,
    through: date,
    note: str,
    actor: str,
    clock: Clock,
    shared: _Read,
) -> UseReport:
    gift = _held(session, gift_id)
    last = through.year * 100 + through.month
    first = gift.received_on.year * 100 + gift.received_on.month
    named = reference(gift.id, gift.received_on)
    if last < first or through > clock.today():
        raise NothingToReport(gift=named, reason="截止月份应在捐赠月份与今天之间")
    number = _number(session, gift, named, last)
    written = _written(session, gift, (first, last), number, note, clock, shared)
    if note.strip():
        _screen(session, written)
    body = content.dump(written)
    digest = content.digest_of(body.encode())
    file = drawing.draw(written, digest)
    report = UseReport(
        gift_id=gift.id,
        number=number,
        through_on=through,
        content=body,
        digest=digest,
        file=file,
        file_digest=content.digest_of(file),
        made_by=actor,
        made_at=clock.now(),
    )
    session.add(report)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="use_report.make",
        subject=f"gift:{gift.id}",
        detail={"report": report.id, "through": text_of(last), "digest": digest},
    )
    return report


def _held(session: Session, gift_id: int) -> Gift:
    gift = session.execute(
        select(Gift).where(Gift.id == gift_id).with_for_update()
    ).scalar_one_or_none()
    if gift is None:
        raise UnknownGift(gift=gift_id)
    stands = (
        select(Gift.id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(Gift.id == gift_id, Voucher.state == VoucherState.POSTED, ~ended())
    )
    if session.execute(stands).first() is None:
        named = reference(gift.id, gift.received_on)
        raise NothingToReport(gift=named, reason="尚未记账，或已撤销、更正")
    return gift


def _number(session: Session, gift: Gift, named: str, last: int) -> int:
    before: Sequence[Any] = session.execute(
        select(UseReport.number, UseReport.through_on)
        .where(UseReport.gift_id == gift.id)
        .order_by(UseReport.number)
    ).all()
    for _, through in before:
        if through.year * 100 + through.month == last:
            raise Reported(gift=named, reason=f"截至 {text_of(last)} 的报告已出具")
    return len(before) + 1


def _written(
    session: Session,
    gift: Gift,
    months: tuple[int, int],
    number: int,
    note: str,
    clock: Clock,
    shared: _Read,
) -> Content:
    said = note.strip()
    if len(said) > _LONGEST_NOTE or not all(sign.isprintable() or sign in "\r\n" for sign in said):
        raise InvalidInput(field="项目说明", reason=f"最多 {_LONGEST_NOTE} 字")
    refunded = session.execute(
        select(func.coalesce(func.sum(GiftChange.amount_minor), 0)).where(
            GiftChange.gift_id == gift.id,
            GiftChange.kind == ChangeKind.REFUNDED,
            ~withdrawn(),
        )
    ).scalar_one()
    named = reference(gift.id, gift.received_on)
    return Content(
        number=f"{named}-U{number}",
        organisation=get_organisation(session).name,
        donor=gift.donor_name,
        gift=named,
        received_on=gift.received_on.isoformat(),
        amount_minor=gift.amount_minor,
        refunded_minor=int(refunded),
        first_month=text_of(months[0]),
        last_month=text_of(months[1]),
        made_on=clock.today().isoformat(),
        note=said,
        parts=_parts(session, gift, int(refunded), months, shared),
    )


def _parts(
    session: Session, gift: Gift, refunded: int, months: tuple[int, int], shared: _Read
) -> tuple[FundPart, ...]:
    rows = session.execute(
        select(Fund, GiftAllocation.amount_minor, FundProject.purpose)
        .join(GiftAllocation, GiftAllocation.fund_id == Fund.id)
        .outerjoin(FundProject, FundProject.fund_id == Fund.id)
        .where(GiftAllocation.gift_id == gift.id)
        .order_by(Fund.code)
    ).all()
    gone = money.split(refunded, [minor for _, minor, _ in rows])
    found = []
    for (fund, minor, purpose), less in zip(rows, gone, strict=True):
        use = shared.use(session, fund.id, *months)
        given = minor - less
        found.append(
            FundPart(
                code=fund.code,
                name=fund.name,
                purpose=purpose or "",
                given_minor=given,
                opening_minor=use.opening_minor,
                received_minor=use.received_minor,
                spent_minor=use.spent_minor,
                closing_minor=use.closing_minor,
                share_minor=use.share_of(given),
                spending=use.spending,
            )
        )
    return tuple(found)


def _screen(session: Session, written: Content) -> None:
    """Refuse a note that holds somebody's data; the donor's own name may stand."""
    names = (written.donor, *(part.name for part in written.parts))
    said = publication.Content(
        kind="use_report",
        subject=written.gift,
        title="",
        title_en="",
        as_of="",
        sections=(publication.Section("", "", written.note),),
        public_names=names,
    )
    screening.require_publishable(session, said)

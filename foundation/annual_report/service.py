"""Write into an annual report, and state where a donor lives. What was written before stays."""

from sqlalchemy.orm import Session

from foundation.annual_report import queries
from foundation.annual_report.models import AnnualReportText, DonorOrigin
from foundation.annual_report.places import get_place
from foundation.donors import aliases
from foundation.donors.service import get_donor
from ledger import catalogue, trail
from ledger.clock import Clock
from ledger.errors import InvalidInput
from ledger.money import MAX_MINOR, to_text

_LONGEST = 2000


def write(
    session: Session,
    year: int,
    place: str,
    *,
    words: str,
    amount_minor: int | None,
    actor: str,
    clock: Clock,
) -> None:
    """Write a text, and an amount where the form asks for one; the last one counts.

    Raises NotFound for a place, InvalidInput for a year that the books do not have, an amount
    where none belongs, and an adjustment without a reason.
    """
    where, said = get_place(place), words.strip()
    if year not in {key // 100 for key in catalogue.load(session).periods}:
        raise InvalidInput(field="年度", reason=f"{year} 年没有会计期间")
    if len(said) > _LONGEST:
        raise InvalidInput(field="说明", reason=f"最多 {_LONGEST} 个字符")
    if amount_minor is not None and not where.has_amount:
        raise InvalidInput(field="金额", reason="此项不填金额")
    if amount_minor is not None and abs(amount_minor) > MAX_MINOR:
        raise InvalidInput(field="金额", reason="超出可记录的范围")
    if where.adjusts and amount_minor and not said:
        raise InvalidInput(field="说明", reason="调整金额须写明原因")
    before = queries.texts(session, year).get(place)
    if before is None and not said and not amount_minor:
        return
    if before is not None and (before.words, before.amount_minor) == (said, amount_minor):
        return
    session.add(
        AnnualReportText(
            year=year,
            place=place,
            words=said,
            amount_minor=amount_minor,
            written_by=actor,
            written_at=clock.now(),
        )
    )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="annual_report.write",
        subject=f"annual-report:{year}",
        detail={
            "place": place,
            "amount": None if amount_minor is None else to_text(amount_minor),
        },
    )


def state_origin(
    session: Session,
    donor_id: int,
    *,
    is_overseas: bool,
    source: str,
    actor: str,
    clock: Clock,
) -> None:
    """State whether a donor is abroad, and what says so. Raises UnknownDonor, InvalidInput."""
    kept = aliases.kept_of(session, get_donor(session, donor_id).id)
    said = source.strip()
    if not said or len(said) > 300:
        raise InvalidInput(field="依据", reason="不能为空，最多 300 个字符")
    session.add(
        DonorOrigin(
            donor_id=kept,
            is_overseas=is_overseas,
            source=said,
            stated_by=actor,
            stated_at=clock.now(),
        )
    )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="donor.origin",
        subject=f"donor:{kept}",
        reason=said,
        detail={"overseas": is_overseas},
    )

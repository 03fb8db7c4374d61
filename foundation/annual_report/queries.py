"""Read what people wrote for an annual report, and where donors live."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.agreements.models import Agreement, AgreementState
from foundation.annual_report.models import AnnualReportText, DonorOrigin
from foundation.donors import aliases


def texts(session: Session, year: int) -> Mapping[str, AnnualReportText]:
    """Return the last text of each place of a year; one that was emptied is left out."""
    last = (
        select(func.max(AnnualReportText.id))
        .where(AnnualReportText.year == year)
        .group_by(AnnualReportText.place)
    )
    rows = session.execute(
        select(AnnualReportText).where(AnnualReportText.id.in_(last)).order_by(AnnualReportText.id)
    ).scalars()
    return {row.place: row for row in rows if row.words or row.amount_minor}


def stated_origins(session: Session) -> Mapping[int, DonorOrigin]:
    """Return the last statement about each donor of whom somebody said where they live."""
    last = select(func.max(DonorOrigin.id)).group_by(DonorOrigin.donor_id)
    rows = session.execute(
        select(DonorOrigin).where(DonorOrigin.id.in_(last)).order_by(DonorOrigin.donor_id)
    ).scalars()
    return {row.donor_id: row for row in rows}


def overseas(session: Session) -> frozenset[int]:
    """Return the donors abroad, also under the names merged into them.

    Whoever is not stated is abroad when a signed agreement says so, and at home otherwise.
    """
    stated = stated_origins(session)
    by_agreement = session.execute(
        select(Agreement.donor_id).where(
            Agreement.is_overseas,
            Agreement.state.in_((AgreementState.SIGNED, AgreementState.ENDED)),
        )
    ).scalars()
    found = {key for key in by_agreement if key not in stated}
    found |= {key for key, row in stated.items() if row.is_overseas}
    return frozenset(alias for key in sorted(found) for alias in aliases.ids_of(session, key))

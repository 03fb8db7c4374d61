"""What a donor sees of the own pledges: what was promised, what came in, and what is next."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.http.context import services
from foundation.http.languages import mark
from foundation.pledges.models import Instalment, Pledge, PledgePayment
from foundation.pledges.service import reference
from foundation.portal.sections import Section
from ledger.funds import Fund


def own_pledges(session: Session, donor_ids: Sequence[int]) -> Section | None:
    """Return the section of pledges, or None for somebody who never promised anything."""
    paid = (
        select(func.coalesce(func.sum(PledgePayment.amount_minor), 0))
        .join(Instalment, Instalment.id == PledgePayment.instalment_id)
        .where(Instalment.pledge_id == Pledge.id)
        .correlate(Pledge)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Pledge.id, Pledge.made_on, Pledge.amount_minor, Fund.name, paid.label("paid"))
        .join(Fund, Fund.id == Pledge.fund_id)
        .where(Pledge.donor_id.in_(donor_ids))
        .order_by(Pledge.made_on.desc(), Pledge.id.desc())
    ).all()
    if not rows:
        return None
    coming: dict[int, list[tuple[str, int, str, bool]]] = {}
    today = services().clock.today()
    for item in session.execute(
        select(Instalment)
        .where(Instalment.pledge_id.in_([row.id for row in rows]), Instalment.open_minor > 0)
        .order_by(Instalment.due_on, Instalment.id)
    ).scalars():
        coming.setdefault(item.pledge_id, []).append(
            (
                item.due_on.isoformat(),
                item.open_minor,
                "" if item.is_met else (item.condition or ""),
                item.is_met and item.due_on < today,
            )
        )
    return Section(
        title=mark("我的捐赠承诺"),
        template="pledges/own.html",
        values={
            "pledges": [
                {
                    "reference": reference(row.id, row.made_on),
                    "fund": row.name,
                    "amount": row.amount_minor,
                    "paid": int(row.paid),
                    "coming": coming.get(row.id, []),
                }
                for row in rows
            ]
        },
    )

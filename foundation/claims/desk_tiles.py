"""What the desk says of claims: gifts that went back after a claim, and what waits for a person."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.claims import clawbacks
from foundation.claims.kinds import ConfirmationState
from foundation.claims.scheme_models import ParameterConfirmation
from foundation.home.strip import Tile, TileState, Viewer
from foundation.http.languages import translate
from foundation.users.permissions import Permission


def returned(session: Session, viewer: Viewer) -> Tile | None:
    """Claimed gifts that went back and that nobody has dealt with."""
    if not viewer.may(Permission.GIFTS_READ):
        return None
    count = clawbacks.count_open(session)
    if not count:
        return None
    return Tile(
        label=translate("申请后退回的捐赠"),
        figure=str(count),
        state=TileState.ALARM,
        note=translate("须报告并处理配比"),
        endpoint="matching.index",
    )


def unconfirmed(session: Session, viewer: Viewer) -> Tile | None:
    """Parameters of schemes that wait for a second person."""
    if not viewer.may(Permission.CLAIMS_APPROVE):
        return None
    query = select(func.count()).where(ParameterConfirmation.state == ConfirmationState.PROPOSED)
    count = session.execute(query).scalar_one()
    if not count:
        return None
    return Tile(
        label=translate("等待复核的参数"),
        figure=str(count),
        state=TileState.ATTENTION,
        note=translate("配比办法"),
        endpoint="matching.index",
    )

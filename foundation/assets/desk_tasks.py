"""What of the registers waits on the desk: gifts in no register, and a month not charged."""

from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from foundation.assets import depreciation, given
from foundation.assets.models import AssetCard, DepreciationRun
from foundation.home.desk import Task
from foundation.http.context import SignedIn, services
from foundation.http.languages import mark
from foundation.users.permissions import Permission, allows
from ledger.periods import text_of


def tasks(session: Session, user: SignedIn) -> list[Task]:
    """Return what an accountant should do about the registers."""
    if not allows(user.role, Permission.VOUCHERS_PREPARE):
        return []
    return [*_gifts(session), *_month(session)]


def _gifts(session: Session) -> list[Task]:
    waiting = [row for row in given.list_given(session) if row.open_minor > 0]
    if not waiting:
        return []
    minor = sum(row.open_minor for row in waiting)
    return [Task(mark("待登记的非货币捐赠"), len(waiting), minor, "assets.gifts", {})]


def _month(session: Session) -> list[Task]:
    """The month before this one, when assets bear something in it and it is not charged."""
    if not session.execute(select(exists(select(AssetCard.id)))).scalar_one():
        return []
    day = services().clock.today().replace(day=1) - timedelta(days=1)
    period = day.year * 100 + day.month
    is_run = select(exists(select(DepreciationRun).where(DepreciationRun.period_id >= period)))
    if session.execute(is_run).scalar_one():
        return []
    found = depreciation.charges(session, period)
    if not found:
        return []
    minor = sum(charge.amount_minor for charge in found)
    where = {"period": text_of(period)}
    return [Task(mark("上月待计提折旧和摊销"), len(found), minor, "assets.depreciation", where)]

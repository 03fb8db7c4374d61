"""What the desk shows of the workspace: the own tasks, and how many are late."""

from sqlalchemy.orm import Session

from foundation.assessment import tasks
from foundation.home.strip import Tile, TileState, Viewer
from foundation.http.languages import translate
from foundation.users.permissions import Permission


def tile(session: Session, viewer: Viewer) -> Tile | None:
    """Say what is open for this person; who sees the workspace also learns what is late."""
    load = tasks.load_of(session, viewer.actor, today=viewer.today)
    sees_all = viewer.may(Permission.REPORTS_READ)
    late = tasks.count_overdue(session, today=viewer.today) if sees_all else 0
    if not load.open and not late:
        return None
    figure = translate("我的 {count} 项", count=load.open)
    state = TileState.ALARM if load.overdue else TileState.GOOD
    if load.overdue:
        note = translate("{count} 项逾期", count=load.overdue)
    elif late:
        state, note = TileState.ATTENTION, translate("全部逾期 {count} 项", count=late)
    else:
        note = translate("最近期限 {day}", day=load.next_on)
    return Tile(
        label=translate("评估任务"),
        figure=figure,
        state=state,
        note=note,
        endpoint="assessment.tasks" if sees_all else "",
        arguments={"person": viewer.actor} if sees_all and load.open else {},
    )

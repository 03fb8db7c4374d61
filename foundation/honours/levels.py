"""Recognition levels: setting one from a day on, ending it, and which are in force on a day."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from foundation.honours.models import Basis, RecognitionLevel
from foundation.projects import campaigns
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.money import MAX_MINOR, to_text

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class LevelInput:
    """A level as typed; without a campaign a level of that basis holds for all of them."""

    basis: Basis
    name: str
    from_minor: int
    first_on: date
    name_en: str = ""
    campaign: str = ""


def set_level(session: Session, entry: LevelInput, *, actor: str, clock: Clock) -> RecognitionLevel:
    """Set a level. Raises InvalidInput, NotFound, and Conflict for a second one of its kind."""
    name, name_en = (" ".join(text.split()) for text in (entry.name, entry.name_en))
    if not 0 < len(name) <= _LONGEST_NAME or len(name_en) > _LONGEST_NAME:
        raise InvalidInput(field="名称", reason=f"不能为空，最多 {_LONGEST_NAME} 字")
    if not (name + name_en).isprintable():
        raise InvalidInput(field="名称", reason="不能含有不能显示的字符")
    if not 0 < entry.from_minor <= MAX_MINOR:
        raise InvalidInput(field="起点金额", reason="应大于零")
    if entry.campaign and entry.basis is not Basis.CAMPAIGN:
        raise InvalidInput(field="筹款活动", reason="只有按筹款活动计算的等级可以指定活动")
    campaign_id = campaigns.get_campaign(session, entry.campaign).id if entry.campaign else None
    _refuse_second(session, entry, name, campaign_id)
    level = RecognitionLevel(
        basis=entry.basis,
        campaign_id=campaign_id,
        name=name,
        name_en=name_en or None,
        from_minor=entry.from_minor,
        first_on=entry.first_on,
        set_by=actor,
        set_at=clock.now(),
    )
    session.add(level)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="honour.set_level",
        subject=f"honour-level:{level.id}",
        detail={
            "name": name,
            "basis": entry.basis.value,
            "from": to_text(entry.from_minor),
            "first_on": entry.first_on.isoformat(),
        },
    )
    return level


def end_level(
    session: Session, level_id: int, *, last_on: date, actor: str, clock: Clock
) -> RecognitionLevel:
    """End a level after a day; what it was stays readable. Raises NotFound, InvalidInput."""
    level = session.execute(
        select(RecognitionLevel).where(RecognitionLevel.id == level_id).with_for_update()
    ).scalar_one_or_none()
    if level is None:
        raise NotFound(what="鸣谢等级", name=str(level_id))
    if level.last_on is not None:
        raise Conflict(reason=f"“{level.name}”已于 {level.last_on} 停用")
    if last_on < level.first_on:
        raise InvalidInput(field="停用日期", reason=f"不能早于启用日期 {level.first_on}")
    level.last_on = last_on
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="honour.end_level",
        subject=f"honour-level:{level.id}",
        detail={"last_on": last_on.isoformat()},
    )
    return level


def list_levels(session: Session) -> list[RecognitionLevel]:
    """Return every level that ever was, those of one basis together, the highest first."""
    return list(
        session.execute(
            select(RecognitionLevel).order_by(
                RecognitionLevel.basis,
                RecognitionLevel.campaign_id,
                RecognitionLevel.from_minor.desc(),
                RecognitionLevel.id,
            )
        ).scalars()
    )


def in_force(
    session: Session, basis: Basis, *, on: date, campaign_id: int | None = None
) -> list[RecognitionLevel]:
    """Return the levels of a basis on a day, the highest first.

    A campaign with levels of its own has only these.
    """
    found = [
        level
        for level in session.execute(
            select(RecognitionLevel)
            .where(
                RecognitionLevel.basis == basis,
                RecognitionLevel.first_on <= on,
                or_(RecognitionLevel.last_on.is_(None), RecognitionLevel.last_on >= on),
            )
            .order_by(RecognitionLevel.from_minor.desc(), RecognitionLevel.id)
        ).scalars()
        if level.campaign_id in (None, campaign_id)
    ]
    own = [level for level in found if level.campaign_id is not None]
    return own or found


def _refuse_second(session: Session, entry: LevelInput, name: str, campaign_id: int | None) -> None:
    same = select(RecognitionLevel).where(
        RecognitionLevel.basis == entry.basis,
        RecognitionLevel.campaign_id.is_(None)
        if campaign_id is None
        else RecognitionLevel.campaign_id == campaign_id,
        or_(
            RecognitionLevel.last_on.is_(None),
            RecognitionLevel.last_on > entry.first_on - timedelta(days=1),
        ),
    )
    for level in session.execute(same.order_by(RecognitionLevel.id)).scalars():
        if level.name == name or level.from_minor == entry.from_minor:
            raise Conflict(
                reason=f"“{level.name}”（{to_text(level.from_minor)} 元起）仍在使用，请先停用"
            )

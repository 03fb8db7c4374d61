"""The rules of investing: what needs a resolution of the board, and where that is said.

The law as data, and the organisation's own figure with its history: a level is only ever added.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.assets import steps
from foundation.assets.change_models import InvestmentLevel
from foundation.assets.models import InvestmentKind
from ledger.clock import Clock
from ledger.errors import InvalidInput
from ledger.money import MAX_MINOR, to_text

_DATA = Path(__file__).parent / "data" / "rules.toml"


def needs_resolution(session: Session, kind: InvestmentKind, minor: int, on: date) -> bool:
    """Tell whether an investment is major on a date; every one is while no level is known.

    Raises InvalidInput without a rule.
    """
    found = [rule for rule in _rules()["major_investment"] if rule["from"] <= on]
    if not found:
        raise InvalidInput(field="日期", reason=f"{on} 没有适用的投资规则")
    if kind.value in found[-1]["always"]:
        return True
    level = level_on(session, on)
    return level is None or minor >= level.from_minor


def level_on(session: Session, on: date) -> InvestmentLevel | None:
    """Return the level in force on a day, or None while nobody has entered one."""
    return session.scalars(
        select(InvestmentLevel)
        .where(InvestmentLevel.from_on <= on)
        .order_by(InvestmentLevel.from_on.desc(), InvestmentLevel.id.desc())
        .limit(1)
    ).first()


def list_levels(session: Session) -> Sequence[InvestmentLevel]:
    """Return every level that was entered, the latest first."""
    query = select(InvestmentLevel).order_by(
        InvestmentLevel.from_on.desc(), InvestmentLevel.id.desc()
    )
    return session.scalars(query).all()


def enter_level(
    session: Session, *, from_on: date, from_minor: int, source: str, actor: str, clock: Clock
) -> InvestmentLevel:
    """Enter from which amount on an investment is major, and which rule says so.

    Raises InvalidInput.
    """
    if not 0 <= from_minor <= MAX_MINOR:
        raise InvalidInput(field="金额", reason="不能为负")
    level = InvestmentLevel(
        from_on=from_on,
        from_minor=from_minor,
        source=steps.filled_in("依据", source, longest=300),
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(level)
    session.flush()
    steps.note(
        session,
        "investment.level",
        "investment-level",
        actor=actor,
        clock=clock,
        reason=level.source,
        from_on=from_on.isoformat(),
        amount=to_text(from_minor),
    )
    return level


def source(name: str = "major_investment") -> tuple[str, str]:
    """Return source and grade of a rule in force last."""
    rule = _rules()[name][-1]
    return str(rule["source"]), str(rule["grade"])


@cache
def _rules() -> Mapping[str, list[dict[str, Any]]]:
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))

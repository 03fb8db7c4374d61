"""The public honour roll: names only with consent, everybody else as a number.

Nothing leaves here from which an amount that may not be shown could be worked out: while fewer
than FEWEST_DONORS donors are behind the sum of what is not shown, that sum and the total stay out.
The page is drawn once for each state of the books, so that many readers cost little; a consent
that is taken back changes that state and is gone at once.
"""

from typing import Any

from flask import current_app, render_template, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import database
from foundation.honours import queries
from foundation.honours.pages import scope_of
from foundation.honours.queries import RollScope
from foundation.honours.roll import HonourRoll
from foundation.http import context
from foundation.http.context import services
from foundation.projects import campaigns
from foundation.projects.public_pages import FEWEST_DONORS
from foundation.users import guard
from ledger.errors import NotFound
from ledger.trail import TrailRecord

_EXTENSION = "foundation.honours"
_MOST_KEPT = 32


@guard.public
def honours() -> str:
    """Show the names of donors who agreed to it, of a year, of a public campaign, or of all."""
    asked = scope_of(request.args)
    scope = RollScope(year=asked.year, campaign=asked.campaign)
    with database.reading(services().engine) as session:
        public = campaigns.list_campaigns(session, only_public=True)
        if scope.campaign and scope.campaign not in {item.code for item in public}:
            raise NotFound(what="筹款活动", name=scope.campaign)
        roll, years = _kept(session, scope)
    return render_template(
        "honours/honours.html",
        roll=roll,
        scope=scope,
        years=years,
        campaigns=public,
        chosen=next((item for item in public if item.code == scope.campaign), None),
        is_english=context.language() == "en",
        is_sum_shown=may_show_sum(roll),
    )


def may_show_sum(roll: HonourRoll) -> bool:
    """Tell whether the sum of what is not shown says nothing of any single donor."""
    return roll.hidden_donors == 0 or roll.hidden_donors >= FEWEST_DONORS


def _kept(session: Session, scope: RollScope) -> tuple[HonourRoll, list[int]]:
    """Return the roll, drawn anew only when something was recorded since it was drawn."""
    held: dict[Any, Any] = current_app.extensions.setdefault(_EXTENSION, {})
    head = session.execute(select(func.max(TrailRecord.sequence))).scalar()
    today = services().clock.today()
    key = (scope, head, today)
    if key not in held:
        made = queries.read(session, scope, today=today), queries.years(session)
        session.expunge_all()
        for old in [old for old in held if old[1:] != (head, today)]:
            held.pop(old, None)
        if len(held) >= _MOST_KEPT:
            held.clear()
        held[key] = made
    kept: tuple[HonourRoll, list[int]] = held[key]
    return kept

"""Asking the books everything at once, and keeping what they said on that day."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.assessment import probing
from foundation.assessment.choosing import Chosen
from foundation.assessment.models import AssessmentRun
from foundation.assessment.probing import Answer, Probe
from ledger.clock import Clock


@dataclass(frozen=True, slots=True)
class Run:
    """What the books said on one day."""

    answers: dict[str, Answer]
    run_by: str
    run_at: datetime


def names(chosen: Chosen) -> list[str]:
    """Return the probes that a rubric asks, in order."""
    asked = [name for one in chosen.rubric.indicators for name in one.evidence.probes]
    asked += [one.scoring.probe for one in chosen.rubric.indicators if one.scoring is not None]
    return list(dict.fromkeys(asked))


def ask(
    session: Session, chosen: Chosen, probes: Mapping[str, Probe], *, clock: Clock
) -> dict[str, Answer]:
    """Ask every probe of the rubric; reads only."""
    return probing.run(session, chosen.question(clock), probes, names(chosen))


def keep(
    session: Session, chosen: Chosen, answers: Mapping[str, Answer], *, actor: str, clock: Clock
) -> None:
    """Keep what the books said."""
    document = {name: probing.to_document(found) for name, found in answers.items()}
    session.add(
        AssessmentRun(
            version=chosen.rubric.version,
            first_year=chosen.first_year,
            last_year=chosen.last_year,
            content=json.dumps(document, ensure_ascii=False),
            run_by=actor,
            run_at=clock.now(),
        )
    )
    session.flush()


def last(session: Session, chosen: Chosen) -> Run | None:
    """Return the last run of the rubric and the years that are worked with, or None."""
    row = session.execute(
        select(AssessmentRun)
        .where(
            AssessmentRun.version == chosen.rubric.version,
            AssessmentRun.first_year == chosen.first_year,
            AssessmentRun.last_year == chosen.last_year,
        )
        .order_by(AssessmentRun.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if row is None:
        return None
    kept = json.loads(row.content)
    answers = {name: probing.of_document(one) for name, one in kept.items()}
    return Run(answers, row.run_by, row.run_at)

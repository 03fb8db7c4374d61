"""Which rubrics there are, importing the official one, and which is worked with for which years."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.assessment import points, rubric_files, rubrics, shipped
from foundation.assessment.models import AssessmentChoice, AssessmentRubric
from foundation.assessment.probing import Question
from foundation.assessment.rubric_files import Particulars
from foundation.assessment.rubrics import Problem, Rubric
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from receipts import files

FIRST_YEAR, LAST_YEAR, MOST_YEARS = 2005, 2100, 5
MAX_BYTES = 5 * 1024 * 1024


class UnknownRubric(NotFound):
    """No rubric has this version."""

    code = "unknown_rubric"
    message = "没有名为“{version}”的评分细则"


class NoRubricChosen(Conflict):
    """An administrator has not said which rubric is worked with."""

    code = "no_rubric_chosen"
    message = "尚未启用评分细则，请由管理员在“评分细则”中选择"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rubric that is worked with, and the years that the assessment looks at."""

    rubric: Rubric
    first_year: int
    last_year: int
    founding_minor: int | None
    reason: str
    chosen_by: str
    chosen_at: datetime

    @property
    def years(self) -> tuple[int, ...]:
        """The years, in order."""
        return tuple(range(self.first_year, self.last_year + 1))

    def question(self, clock: Clock) -> Question:
        """Return what the probes are asked."""
        return Question(self.years, clock, self.founding_minor)


@dataclass(frozen=True, slots=True)
class Imported:
    """A rubric that was handed in."""

    rubric: Rubric
    file_name: str
    digest: str
    imported_by: str
    imported_at: datetime


def list_rubrics(session: Session) -> list[Rubric]:
    """Return every rubric: those that were handed in, then those of the program."""
    return [one.rubric for one in list_imported(session)] + list(shipped.list_rubrics())


def list_imported(session: Session) -> list[Imported]:
    """Return the rubrics that were handed in, the latest first."""
    rows = session.execute(select(AssessmentRubric).order_by(AssessmentRubric.id.desc())).scalars()
    return [
        Imported(
            rubrics.parse(json.loads(row.content)),
            row.file_name,
            row.digest,
            row.imported_by,
            row.imported_at,
        )
        for row in rows
    ]


def get_rubric(session: Session, version: str) -> Rubric:
    """Return a rubric. Raises UnknownRubric."""
    for rubric in list_rubrics(session):
        if rubric.version == version:
            return rubric
    raise UnknownRubric(version=version[:60])


def find_chosen(session: Session) -> Chosen | None:
    """Return the rubric that is worked with, or None."""
    row = session.execute(
        select(AssessmentChoice).order_by(AssessmentChoice.id.desc()).limit(1)
    ).scalar_one_or_none()
    if row is None:
        return None
    return Chosen(
        get_rubric(session, row.version),
        row.first_year,
        row.last_year,
        row.founding_minor,
        row.reason,
        row.chosen_by,
        row.chosen_at,
    )


def get_chosen(session: Session) -> Chosen:
    """Return the rubric that is worked with. Raises NoRubricChosen."""
    found = find_chosen(session)
    if found is None:
        raise NoRubricChosen
    return found


def choose(
    session: Session,
    version: str,
    *,
    first_year: int,
    last_year: int,
    founding_minor: int | None,
    reason: str,
    actor: str,
    clock: Clock,
) -> Chosen:
    """Work with a rubric from now on. Raises UnknownRubric, InvalidInput."""
    get_rubric(session, version)
    if not FIRST_YEAR <= first_year <= last_year <= LAST_YEAR:
        raise InvalidInput(field="评估年度", reason="起始年度不能晚于截止年度")
    if last_year - first_year >= MOST_YEARS:
        raise InvalidInput(field="评估年度", reason=f"最多 {MOST_YEARS} 个年度")
    if last_year > clock.today().year:
        raise InvalidInput(field="评估年度", reason="截止年度不能晚于今年")
    if founding_minor is not None and founding_minor <= 0:
        raise InvalidInput(field="原始基金", reason="应大于零")
    session.add(
        AssessmentChoice(
            version=version,
            first_year=first_year,
            last_year=last_year,
            founding_minor=founding_minor,
            reason=reason.strip(),
            chosen_by=actor,
            chosen_at=clock.now(),
        )
    )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="assessment.choose",
        subject=f"rubric:{version}",
        reason=reason.strip() or None,
        detail={"first_year": first_year, "last_year": last_year, "founding": founding_minor},
    )
    return get_chosen(session)


def check(
    content: bytes, filename: str, particulars: Particulars | None = None
) -> tuple[Rubric, list[Problem]]:
    """Read a rubric without keeping it: what it is, and what does not add up in its text.

    Raises BadRubric with every mistake, and what reading a table raises.
    """
    document, rubric = _read(content, filename, particulars)
    return rubric, list(rubric_files.remarks(document))


def import_rubric(
    session: Session,
    content: bytes,
    filename: str,
    particulars: Particulars | None,
    *,
    data_dir: Path,
    actor: str,
    clock: Clock,
) -> Rubric:
    """Keep a rubric with its document. Raises BadRubric, Conflict when its version is taken."""
    document, rubric = _read(content, filename, particulars)
    if any(rubric.version == known.version for known in list_rubrics(session)):
        raise Conflict(reason=f"版本“{rubric.version}”已存在，请换一个版本名称")
    digest = files.store(data_dir, content)
    session.add(
        AssessmentRubric(
            version=rubric.version,
            title=rubric.title.zh[:200],
            content=json.dumps(document, ensure_ascii=False, default=_text),
            file_name=Path(filename.replace("\\", "/")).name[-200:],
            digest=digest,
            imported_by=actor,
            imported_at=clock.now(),
        )
    )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="assessment.import",
        subject=f"rubric:{rubric.version}",
        detail={"digest": digest, "indicators": len(rubric.indicators)},
    )
    return rubric


def _read(
    content: bytes, filename: str, particulars: Particulars | None
) -> tuple[dict[str, Any], Rubric]:
    if not content or len(content) > MAX_BYTES:
        raise InvalidInput(field="评分细则文件", reason="不能为空，最大 5 MB")
    document = rubric_files.read(content, filename, particulars)
    return document, rubrics.parse(document)


def _text(value: object) -> str:
    """Dates and decimals of TOML as text; points stay as exact as they were written."""
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def totals(rubric: Rubric) -> tuple[int, int | None]:
    """Return the known points, and the stated total where the text states one."""
    known = sum(one.points or 0 for one in rubric.indicators)
    stated = rubric.total
    if stated is None and all(points_ is not None for points_ in rubric.sections.values()):
        stated = sum(value or 0 for value in rubric.sections.values())
    return known, stated


def points_text(rubric: Rubric) -> str:
    """Write known of stated points: `225/1000`, `80/80`, `0/?`."""
    known, stated = totals(rubric)
    return f"{points.text_of(known) or '0'}/{points.text_of(stated) or '?'}"

"""What the pages of the workspace share: the reader's language, forms of papers and tasks."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from foundation.assessment import joining, shipped, wording
from foundation.assessment.models import AssessmentPaper
from foundation.assessment.papers import PaperInput
from foundation.assessment.tasks import TaskInput
from foundation.http import context
from foundation.http.forms import Form
from foundation.http.languages import translate

_YEAR_DIGITS = 4


def say(sentence: str, values: Mapping[str, Any] | None = None) -> str:
    """Return a sentence with its data in the reader's language."""
    return wording.say(sentence, values or {}, language=context.language(), translate=translate)


def title_of(name: str) -> str:
    """Return what a probe is called."""
    probe = joining.every().get(name)
    return name if probe is None else translate(probe.title)


def report_title(report_id: str) -> str:
    """Return what a report is called."""
    found = joining.joined().reports.get(report_id)
    return report_id if found is None else found.of(context.language())


def file_title(number: str) -> str:
    """Return the number and the name of a file of the pack."""
    found = joining.joined().files.get(number)
    return number if found is None else f"{number} {found.of(context.language())}"


def words() -> dict[str, Any]:
    """Return what every template of the workspace uses."""
    return {
        "say": say,
        "title_of": title_of,
        "report_title": report_title,
        "file_title": file_title,
        "state_words": wording.STATES,
        "looks_words": wording.LOOKS,
        "asks_words": wording.ASKS,
        "slots": shipped.slots(),
        "number_of": wording.number_of,
        "language": context.language(),
    }


def read_paper(form: Form) -> PaperInput:
    """Read what was typed about a paper; mistakes go to the form."""
    return PaperInput(
        title=form.text("title"),
        slot=form.value("slot"),
        document_number=form.text("document_number", is_required=False, longest=120),
        issuer=form.text("issuer", is_required=False),
        issued_on=form.day("issued_on", is_required=False),
        valid_until=form.day("valid_until", is_required=False),
        first_year=_year(form, "first_year"),
        last_year=_year(form, "last_year"),
    )


def offered(session: Session, paper_id: int) -> Form:
    """Return the form of a paper that takes the place of another one."""
    older = session.get(AssessmentPaper, paper_id)
    if older is None or older.ended_at is not None:
        return Form.empty()
    number = wording.number_of(older.id)
    return Form.empty(
        {
            "supersedes": str(older.id),
            "older": f"{number} {older.title}",
            "title": older.title,
            "slot": older.slot,
            "issuer": older.issuer,
            "first_year": str(older.first_year or ""),
            "last_year": str(older.last_year or ""),
        }
    )


def _year(form: Form, name: str) -> int | None:
    value = form.value(name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) == _YEAR_DIGITS):
        form.refuse(name, translate("应为四位年份"))
        return None
    return int(value)


def read_task(form: Form) -> TaskInput | None:
    """Read a task; None when its day is missing."""
    day = form.day("due_on")
    given = form.text("task")
    assignee = form.text("assignee", longest=64)
    if day is None:
        return None
    return TaskInput(
        title=given,
        assignee=assignee,
        due_on=day,
        indicator=form.value("indicator")[:40],
        gap=form.value("gap")[:120],
        duty=form.value("duty")[:64] or None,
        occurrence=form.value("occurrence")[:40] or None,
        note=form.text("task_note", is_required=False, longest=500),
    )

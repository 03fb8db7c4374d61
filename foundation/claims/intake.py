"""The intake questionnaire of a skeleton scheme: from answers to a scheme that can be final.

One person fills it in from the official document, another compares and confirms. Only then does a
new version of the scheme exist, with every parameter confirmed; until then the skeleton shows
recognised income and an upper bound, and refuses to be final.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.claims import confirmations, intake_scheme, schemes
from foundation.claims.confirmations import Document, SamePerson
from foundation.claims.kinds import IntakeState, SchemeOrigin
from foundation.claims.scheme_models import SchemeIntake
from foundation.matching import amounts, predicates, reading
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from receipts import files

_DATA = Path(__file__).parent / "data" / "hubei_intake.yaml"
LONGEST = 1_000
YES, NO = "yes", "no"


class IntakeIncomplete(Conflict):
    """Answers are missing; `questions` names them."""

    code = "intake_incomplete"
    message = "调查表尚未填完，还缺：{missing}"


@dataclass(frozen=True, slots=True)
class IntakeQuestion:
    """One question of the form."""

    key: str
    group: str
    kind: str
    is_needed: bool
    parameter: str
    zh: str
    en: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as far as it was filled in."""

    id: int | None
    answers: Mapping[str, str]
    articles: Mapping[str, str]
    document_title: str
    document_number: str
    file_name: str | None
    file_digest: str | None
    filled_by: str
    missing: tuple[IntakeQuestion, ...]

    @property
    def is_complete(self) -> bool:
        """Whether it can be confirmed."""
        return self.id is not None and not self.missing and self.file_digest is not None


GROUPS = {
    "document": ("文件", "Document"),
    "scope": ("范围与期间", "Scope and window"),
    "amount": ("单笔与最低额", "One gift and its minimum"),
    "kinds": ("计入与不计入", "What counts"),
    "ratio": ("比例与资金", "Ratio and pool"),
    "papers": ("材料与报送", "Papers"),
    "after": ("使用与后果", "Use and consequences"),
}


@cache
def form() -> tuple[str, tuple[IntakeQuestion, ...]]:
    """Return the scheme that the form is for, and its questions."""
    parsed = reading.parse(_DATA.read_text(encoding="utf-8"))
    assert isinstance(parsed.data, Mapping)
    return str(parsed.data["scheme"]), tuple(
        IntakeQuestion(
            key=item["key"],
            group=item["group"],
            kind=item["kind"],
            is_needed=item["needed"],
            parameter=item["parameter"],
            zh=item["zh"],
            en=item["en"],
            choices=tuple(item.get("choices", ())),
        )
        for item in parsed.data["questions"]
    )


def current(session: Session) -> Filled:
    """Return the open form, or an empty one."""
    code, questions = form()
    row = _open(session, code)
    if row is None:
        needed = tuple(item for item in questions if item.is_needed)
        return Filled(None, {}, {}, "", "", None, None, "", needed)
    stored = json.loads(row.answers)
    answers = stored["answers"]
    return Filled(
        id=row.id,
        answers=answers,
        articles=stored["articles"],
        document_title=row.document_title,
        document_number=row.document_number,
        file_name=row.file_name,
        file_digest=row.file_digest,
        filled_by=row.filled_by,
        missing=missing(answers),
    )


def missing(answers: Mapping[str, str]) -> tuple[IntakeQuestion, ...]:
    """Name the questions that still need an answer; some are needed by the method chosen."""
    _, questions = form()
    also = {"flat": "ratio", "marginal": "bands"}.get(answers.get("method", ""), "")
    return tuple(
        item
        for item in questions
        if (item.is_needed or item.key == also) and not answers.get(item.key, "").strip()
    )


def _open(session: Session, code: str) -> SchemeIntake | None:
    return session.execute(
        select(SchemeIntake)
        .where(SchemeIntake.scheme_code == code, SchemeIntake.state == IntakeState.OPEN)
        .with_for_update()
    ).scalar_one_or_none()


def fill(
    session: Session,
    answers: Mapping[str, str],
    articles: Mapping[str, str],
    *,
    document_title: str,
    document_number: str,
    file: tuple[str, bytes] | None,
    folder: Path,
    actor: str,
    clock: Clock,
) -> Filled:
    """Keep what was filled in so far. Raises InvalidInput naming the question."""
    code, questions = form()
    known = {item.key: item for item in questions}
    kept = {key: text.strip() for key, text in answers.items() if key in known and text.strip()}
    for key, text in kept.items():
        check(known[key], text)
    row = _open(session, code)
    if row is None:
        row = SchemeIntake(scheme_code=code, state=IntakeState.OPEN)
        session.add(row)
    row.answers = trail.canonical(
        {
            "answers": kept,
            "articles": {
                key: text.strip()[:120]
                for key, text in articles.items()
                if key in known and text.strip()
            },
        }
    )
    row.document_title = document_title.strip()[:200]
    row.document_number = document_number.strip()[:120]
    if file is not None and file[1]:
        row.file_name = file[0][:200]
        row.file_digest = files.store(folder, file[1])
    row.filled_by, row.filled_at = actor, clock.now()
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="intake.fill",
        subject=f"scheme:{code}",
        detail={"answered": len(kept), "file": row.file_digest},
    )
    return current(session)


def check(question: IntakeQuestion, text: str) -> None:
    """Refuse an answer that is not of its kind. Raises InvalidInput."""
    if len(text) > LONGEST:
        raise InvalidInput(field=question.zh, reason=f"最多 {LONGEST} 个字符")
    match question.kind:
        case "money":
            amounts.minor(text, path=question.zh)
        case "ratio":
            amounts.ratio(text, path=question.zh)
        case "day":
            predicates.as_date(text, path=question.zh)
        case "flag" if text not in (YES, NO):
            raise InvalidInput(field=question.zh, reason="应为是或否")
        case "choice" if text not in question.choices:
            raise InvalidInput(field=question.zh, reason="请从列表中选择")
        case "whole" if not (text.isascii() and text.isdigit()):
            raise InvalidInput(field=question.zh, reason="应为整数")
        case "bands":
            intake_scheme.bands_of(text)


def confirm(session: Session, *, actor: str, clock: Clock) -> str:
    """Confirm the form as a second person: the scheme gets a version with everything confirmed.

    Returns the code of the scheme. Raises NotFound, SamePerson, IntakeIncomplete.
    """
    code, questions = form()
    row = _open(session, code)
    if row is None:
        raise NotFound(what="调查表", name=code)
    if row.filled_by == actor:
        raise SamePerson(what="调查表")
    stored = json.loads(row.answers)
    lacking = [item.zh for item in missing(stored["answers"])]
    if row.file_digest is None or not row.document_title or not row.document_number:
        lacking.append("正式文件（名称、文号、附件）")
    if lacking:
        raise IntakeIncomplete(missing="、".join(lacking))
    data = intake_scheme.scheme_data(schemes.current(session, code).data, stored["answers"])
    (version,) = schemes.add_text(
        session,
        schemes.text_of(data),
        reason=f"按正式文件 {row.document_number} 录入",
        actor=actor,
        clock=clock,
        origin=SchemeOrigin.INTAKE,
    )
    row.state = IntakeState.CONFIRMED
    row.confirmed_by, row.confirmed_at, row.scheme_id = actor, clock.now(), version.id
    articles: dict[str, str] = {}
    for item in questions:
        if item.key in stored["articles"]:
            articles.setdefault(item.parameter, stored["articles"][item.key])
    for parameter in confirmations.parameters(version):
        name = parameter.parameter
        confirmations.keep_confirmed(
            session,
            version,
            name,
            Document(
                title=row.document_title,
                number=row.document_number,
                article=articles.get(name.partition(".")[0], "全文"),
                file_name=row.file_name or "",
                content=b"",
            ),
            file_digest=row.file_digest or "",
            proposed=(row.filled_by, row.filled_at),
            confirmed_by=actor,
            clock=clock,
        )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="intake.confirm",
        subject=f"scheme:{code}",
        detail={"version": version.version, "document": row.document_number},
    )
    return code

"""Compare the parameters of a scheme with its official document: one person proposes, another
confirms.

A confirmation speaks of a value. While the value stays the same, later versions need no new one;
a changed value is unconfirmed again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.claims import schemes
from foundation.claims.kinds import ConfirmationState
from foundation.claims.scheme_models import ParameterConfirmation
from foundation.claims.schemes import StoredScheme
from foundation.matching import completeness, unread_words
from foundation.matching import vocabulary as words
from foundation.matching.results import Blocker
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotAllowed, NotFound
from receipts import files

LARGEST_FILE = 30 * 1024 * 1024
_UNREAD = "unknown."
_RULE = "gift_rules."


class SamePerson(NotAllowed):
    """Who proposed cannot confirm."""

    code = "same_person"
    message = "{what}应由另一人复核确认，不能由本人确认"


class NotWaiting(Conflict):
    """The confirmation was answered before."""

    code = "confirmation_answered"
    message = "参数“{parameter}”的核对已经处理过"


class AlreadyProposed(Conflict):
    """The same value waits for confirmation or has it."""

    code = "confirmation_standing"
    message = "参数“{parameter}”的这一取值已经提出或确认"


@dataclass(frozen=True, slots=True)
class Document:
    """The official document that a parameter was compared with."""

    title: str
    number: str
    article: str
    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ParameterState:
    """One parameter as the page of a scheme shows it."""

    name: str
    name_zh: str
    name_en: str
    value: str
    # confirmed, proposed, unconfirmed, memory or unknown
    state: str
    confirmation: ParameterConfirmation | None


def value_of(data: Mapping[str, Any], parameter: str, mixins: Mapping[str, Any]) -> Any:
    """Return what a scheme says of a parameter, as plain data; None where it says nothing."""
    if parameter.startswith(_UNREAD):
        return None
    if not parameter.startswith(_RULE):
        return data.get(parameter)
    code = parameter.removeprefix(_RULE)
    found = []
    for rule in data.get("gift_rules") or ():
        inner = mixins.get(rule["use"], ()) if "use" in rule else (rule,)
        found += [item for item in inner if item.get("code") == code]
    return found


def _value_text(stored: StoredScheme, parameter: str) -> str:
    mixins = json.loads(stored.content)["mixins"]
    return trail.canonical(value_of(stored.data, parameter, mixins))


def _digest(parameter: str, text: str) -> str:
    return hashlib.sha256(f"{parameter}\n{text}".encode()).hexdigest()


def parameters(stored: StoredScheme) -> list[Blocker]:
    """List the parameters that a person has to compare or find out, with their state."""
    found = completeness.blockers(
        stored.scheme, confirmed=(), decided=(), questions=(), is_claimant_known=True
    )
    return [item for item in found if item.state in ("unknown", "memory", "unconfirmed")]


def list_states(session: Session, stored: StoredScheme) -> list[ParameterState]:
    """Return every parameter of a scheme with its value and how far it is confirmed."""
    standing = _standing(session, stored.code)
    found = []
    for item in parameters(stored):
        text = _value_text(stored, item.parameter)
        row = standing.get((item.parameter, _digest(item.parameter, text)))
        zh, en = _name(item.parameter)
        state = item.state if row is None else row.state.value
        shown = row.value if row is not None and item.parameter.startswith(_UNREAD) else text
        found.append(ParameterState(item.parameter, zh, en, shown, state, row))
    return found


def _name(parameter: str) -> tuple[str, str]:
    if parameter.startswith(_UNREAD):
        text = parameter.removeprefix(_UNREAD)
        return f"未见条款：{unread_words.chinese(text)}", f"not seen: {text}"
    return words.parameter_name(parameter)


def confirmed(session: Session, stored: StoredScheme) -> frozenset[str]:
    """Return the parameters whose present value two persons compared with the document."""
    return frozenset(
        item.name
        for item in list_states(session, stored)
        if item.state == ConfirmationState.CONFIRMED
    )


def _standing(session: Session, code: str) -> dict[tuple[str, str], ParameterConfirmation]:
    rows = session.execute(
        select(ParameterConfirmation)
        .where(
            ParameterConfirmation.scheme_code == code,
            ParameterConfirmation.state != ConfirmationState.REFUSED,
        )
        .order_by(ParameterConfirmation.id)
    ).scalars()
    return {(row.parameter, row.value_digest): row for row in rows}


def propose(
    session: Session,
    code: str,
    parameter: str,
    document: Document,
    *,
    stated: str = "",
    folder: Path,
    actor: str,
    clock: Clock,
) -> int:
    """Say that a parameter agrees with the official document; another person has to confirm.

    `stated` is what the document says of something that the scheme only lists as not seen.
    Raises InvalidInput for a document that is not named completely or a parameter that has no
    value yet, AlreadyProposed.
    """
    stored = schemes.ensure(session, code, actor=actor, clock=clock)
    states = {item.parameter: item.state for item in parameters(stored)}
    if parameter not in states:
        raise NotFound(what="参数", name=parameter[:80])
    if parameter.startswith(_UNREAD):
        if not stated.strip():
            raise InvalidInput(field="文件内容", reason="请写明正式文件对此如何规定")
    elif states[parameter] == "unknown":
        raise InvalidInput(field="参数", reason="办法中还没有这一参数的取值，请先录入新版本")
    return _propose(
        session, stored, parameter, document, stated=stated, folder=folder, actor=actor, clock=clock
    )


def _propose(
    session: Session,
    stored: StoredScheme,
    parameter: str,
    document: Document,
    *,
    stated: str,
    folder: Path,
    actor: str,
    clock: Clock,
) -> int:
    text = _value_text(stored, parameter)
    if (parameter, _digest(parameter, text)) in _standing(session, stored.code):
        raise AlreadyProposed(parameter=parameter)
    _check(document)
    row = ParameterConfirmation(
        scheme_code=stored.code,
        scheme_id=stored.key,
        parameter=parameter,
        value=stated.strip() if parameter.startswith(_UNREAD) else text,
        value_digest=_digest(parameter, text),
        document_title=document.title.strip(),
        document_number=document.number.strip(),
        article=document.article.strip(),
        file_name=document.file_name.strip(),
        file_digest=files.store(folder, document.content),
        state=ConfirmationState.PROPOSED,
        proposed_by=actor,
        proposed_at=clock.now(),
    )
    session.add(row)
    session.flush()
    _note(session, row, "confirmation.propose", actor=actor, clock=clock)
    return row.id


def keep_confirmed(
    session: Session,
    stored: StoredScheme,
    parameter: str,
    document: Document,
    *,
    file_digest: str,
    proposed: tuple[str, datetime],
    confirmed_by: str,
    clock: Clock,
) -> None:
    """Keep what two persons confirmed together, as the intake of a whole document does.

    Raises SamePerson. A value that is confirmed already stays as it is.
    """
    proposed_by, proposed_at = proposed
    if proposed_by == confirmed_by:
        raise SamePerson(what="参数")
    text = _value_text(stored, parameter)
    digest = _digest(parameter, text)
    if (parameter, digest) in _standing(session, stored.code):
        return
    session.add(
        ParameterConfirmation(
            scheme_code=stored.code,
            scheme_id=stored.key,
            parameter=parameter,
            value=text,
            value_digest=digest,
            document_title=document.title,
            document_number=document.number,
            article=document.article,
            file_name=document.file_name,
            file_digest=file_digest,
            state=ConfirmationState.CONFIRMED,
            proposed_by=proposed_by,
            proposed_at=proposed_at,
            answered_by=confirmed_by,
            answered_at=clock.now(),
        )
    )
    session.flush()


def _check(document: Document) -> None:
    for field, value, longest in (
        ("文件名称", document.title, 200),
        ("文号", document.number, 120),
        ("条款", document.article, 120),
        ("附件", document.file_name, 200),
    ):
        if not value.strip() or len(value.strip()) > longest:
            raise InvalidInput(field=field, reason=f"请填写，最多 {longest} 个字符")
    if not 0 < len(document.content) <= LARGEST_FILE:
        raise InvalidInput(field="附件", reason="请附上正式文件，最大 30 MB")


def answer(
    session: Session, confirmation_id: int, verdict: ConfirmationState, *, actor: str, clock: Clock
) -> None:
    """Confirm or refuse what somebody else proposed. Raises SamePerson, NotWaiting, NotFound."""
    row = session.execute(
        select(ParameterConfirmation)
        .where(ParameterConfirmation.id == confirmation_id)
        .with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise NotFound(what="参数核对", name=str(confirmation_id))
    if row.state is not ConfirmationState.PROPOSED:
        raise NotWaiting(parameter=row.parameter)
    if row.proposed_by == actor:
        raise SamePerson(what="参数")
    row.state = verdict
    row.answered_by, row.answered_at = actor, clock.now()
    session.flush()
    _note(session, row, f"confirmation.{verdict.value}", actor=actor, clock=clock)


def waiting(session: Session) -> list[ParameterConfirmation]:
    """Return what waits for a second person, oldest first."""
    rows = session.execute(
        select(ParameterConfirmation)
        .where(ParameterConfirmation.state == ConfirmationState.PROPOSED)
        .order_by(ParameterConfirmation.id)
    ).scalars()
    return list(rows)


def _note(
    session: Session, row: ParameterConfirmation, action: str, *, actor: str, clock: Clock
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"scheme:{row.scheme_code}",
        detail={
            "parameter": row.parameter,
            "value": row.value,
            "document": row.document_number,
            "article": row.article,
            "file": row.file_digest,
        },
    )

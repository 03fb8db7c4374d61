"""Issue, replace and cancel the documents of our own: letters, annual statements, certificates.

Issuing gives the number, freezes the content and stores both with the digest, in one transaction or
not at all. What was issued never changes; a wrong letter is replaced by a new one that names it, or
cancelled with a reason. The file is made from the frozen content: see `letter_files`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import groupby

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, NotFound
from ledger.orm import bulk_insert, reserve_ids
from receipts import letter_numbers, rendering
from receipts.checks import check_text
from receipts.content import Content, Draft, Kind, from_json, to_json
from receipts.models import LETTER_STATE_NAMES, Letter, LetterState

_COLUMNS = (
    "id",
    "kind",
    "year",
    "number",
    "reference",
    "issued_on",
    "issued_at",
    "issued_by",
    "recipient_name",
    "total_minor",
    "content",
    "digest",
    "verification_code",
    "state",
)


class UnknownLetter(NotFound):
    """No letter has this number."""

    code = "unknown_letter"
    message = "找不到编号为“{letter}”的文件"


class LetterEnded(Conflict):
    """The letter was replaced or cancelled before."""

    code = "letter_ended"
    message = "文件 {letter} {state}，不能再次处理"


class WrongKind(Conflict):
    """A letter is replaced by one of its kind."""

    code = "letter_of_other_kind"
    message = "文件 {letter} 只能由同类文件更换"


@dataclass(frozen=True, slots=True)
class IssuedLetter:
    """A letter that was issued."""

    id: int
    reference: str
    total_minor: int


def issue(
    session: Session, drafts: Sequence[Draft], *, verify_at: str, actor: str, clock: Clock
) -> list[IssuedLetter]:
    """Issue drafts in their order and return what they became.

    `verify_at` is the address that the verification code is put behind. Raises InvalidInput,
    ForbiddenWord and MissingGlyph; then nothing is issued. Gifts are locked by the caller.
    """
    issued = _issue(session, drafts, verify_at=verify_at, actor=actor, clock=clock, replaces="")
    _note(session, "letter.issue", issued, actor=actor, clock=clock)
    return issued


def replace(
    session: Session,
    letter_id: int,
    draft: Draft,
    *,
    reason: str,
    verify_at: str,
    actor: str,
    clock: Clock,
) -> IssuedLetter:
    """Issue a letter in the place of another, which is marked as replaced.

    Raises LetterEnded, WrongKind, InvalidInput, and as `issue`.
    """
    check_text("更换原因", reason, most=500)
    letter = _standing(session, letter_id)
    if letter.kind is not draft.kind:
        raise WrongKind(letter=letter.reference)
    (issued,) = _issue(
        session, [draft], verify_at=verify_at, actor=actor, clock=clock, replaces=letter.reference
    )
    _end(
        session,
        letter,
        LetterState.REPLACED,
        replaced_by_id=issued.id,
        reason=reason,
        actor=actor,
        clock=clock,
    )
    _note(session, "letter.issue", [issued], actor=actor, clock=clock)
    return issued


def cancel(session: Session, letter_id: int, *, reason: str, actor: str, clock: Clock) -> None:
    """Cancel a letter; its number stays, with the reason. Raises LetterEnded, InvalidInput."""
    check_text("作废原因", reason, most=500)
    letter = _standing(session, letter_id)
    _end(
        session,
        letter,
        LetterState.CANCELLED,
        replaced_by_id=None,
        reason=reason,
        actor=actor,
        clock=clock,
    )


def find_letter(session: Session, reference: str) -> Letter | None:
    """Return the letter with a printed number, or None."""
    found = letter_numbers.parse(reference)
    if found is None:
        return None
    kind, year, number = found
    query = select(Letter).where(Letter.kind == kind, Letter.year == year, Letter.number == number)
    return session.execute(query).scalar_one_or_none()


def get_letter(session: Session, reference: str) -> Letter:
    """Return the letter with a printed number. Raises UnknownLetter."""
    letter = find_letter(session, reference)
    if letter is None:
        raise UnknownLetter(letter=reference)
    return letter


def content_of(letter: Letter) -> Content:
    """Return the frozen content of a letter. Raises TamperedContent."""
    return from_json(letter.content, expected_digest=letter.digest)


def _issue(
    session: Session,
    drafts: Sequence[Draft],
    *,
    verify_at: str,
    actor: str,
    clock: Clock,
    replaces: str,
) -> list[IssuedLetter]:
    issued: list[IssuedLetter] = []
    for kind, same in groupby(drafts, key=lambda draft: draft.kind):
        issued += _issue_kind(session, kind, list(same), replaces, verify_at, actor, clock)
    return issued


def _issue_kind(
    session: Session,
    kind: Kind,
    drafts: Sequence[Draft],
    replaces: str,
    verify_at: str,
    actor: str,
    clock: Clock,
) -> list[IssuedLetter]:
    # A letter that cannot be printed must not get a number.
    for draft in drafts:
        rendering.check(draft)
    today, now = clock.today(), clock.now()
    connection = session.connection()
    keys = reserve_ids(connection, Letter.__table__, len(drafts))  # type: ignore[arg-type]
    first = letter_numbers.take(connection, kind, today.year, len(drafts))
    issued, rows = [], []
    for key, number, draft in zip(keys, range(first, first + len(drafts)), drafts, strict=True):
        code = letter_numbers.new_code()
        content = _frozen(draft, number, today, f"{verify_at}{code}", replaces)
        text = to_json(content)
        total = sum(gift.amount_minor for gift in draft.gifts)
        rows.append(
            (
                key,
                kind.value,
                today.year,
                number,
                content.number,
                today,
                now,
                actor,
                draft.recipient.name,
                total,
                text,
                sha256(text.encode()).hexdigest(),
                code,
                LetterState.ISSUED.value,
            )
        )
        issued.append(IssuedLetter(key, content.number, total))
    bulk_insert(connection, Letter.__table__, _COLUMNS, rows)  # type: ignore[arg-type]
    return issued


def _frozen(draft: Draft, number: int, on: date, address: str, replaces: str) -> Content:
    return Content(
        draft=draft,
        number=letter_numbers.reference(draft.kind, on.year, number),
        issued_on=on,
        verify_url=address,
        replaces=replaces,
    )


def _standing(session: Session, letter_id: int) -> Letter:
    letter = session.execute(
        select(Letter)
        .where(Letter.id == letter_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if letter is None:
        raise UnknownLetter(letter=letter_id)
    if letter.state is not LetterState.ISSUED:
        raise LetterEnded(letter=letter.reference, state=LETTER_STATE_NAMES[letter.state])
    return letter


def _end(
    session: Session,
    letter: Letter,
    state: LetterState,
    *,
    replaced_by_id: int | None,
    reason: str,
    actor: str,
    clock: Clock,
) -> None:
    session.execute(
        update(Letter)
        .where(Letter.id == letter.id)
        .values(
            state=state,
            replaced_by_id=replaced_by_id,
            ended_reason=reason,
            ended_by=actor,
            ended_at=clock.now(),
        )
    )
    session.refresh(letter)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="letter.cancel" if state is LetterState.CANCELLED else "letter.replace",
        subject=f"letter:{letter.id}",
        reason=reason,
        detail={"letter": letter.reference},
    )


def _note(
    session: Session, action: str, issued: Sequence[IssuedLetter], *, actor: str, clock: Clock
) -> None:
    """Record the act: one record for one letter, one for a whole set."""
    if not issued:
        return
    is_single = len(issued) == 1
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"letter:{issued[0].id}" if is_single else "letters",
        detail={"letter": issued[0].reference}
        if is_single
        else {
            "count": len(issued),
            "first": issued[0].reference,
            "last": issued[-1].reference,
            "total": sum(letter.total_minor for letter in issued),
        },
    )

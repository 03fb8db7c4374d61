"""Issue letters, annual statements and certificates for gifts, and undo them.

A preview says exactly what an issue would do; an issue that is given the fingerprint of a preview
does that or refuses. Number, frozen content and the link to the gifts are written together.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors import aliases
from foundation.gifts.models import Gift
from foundation.receipting import facts, planning
from foundation.receipting.eligibility import KINDS, Document
from foundation.receipting.models import GiftLetter
from foundation.receipting.planning import Exclusion, Planned
from foundation.receipting.scopes import Scope
from ledger.clock import Clock
from ledger.errors import Conflict, Stale
from ledger.orm import bulk_insert, chunks
from receipts import letters
from receipts.letters import IssuedLetter
from receipts.models import LETTER_STATE_NAMES, Letter

Progress = Callable[[int], None]
_LINK_COLUMNS = ("letter_id", "gift_id", "kind", "amount_minor", "is_live")
_DOCUMENTS = {kind: document for document, kind in KINDS.items()}
_TWO_DONORS = "函件出具后捐赠人的合并已撤销，请作废该函件后分别出具"


class NotEligible(Conflict):
    """The gift gets no such document."""

    code = "not_eligible"
    message = "捐赠 {gift} 不能出具：{reason}"


@dataclass(frozen=True, slots=True)
class Preview:
    """What an issue would do. The fingerprint changes with whatever would change it."""

    letters: int
    gifts: int
    total_minor: int
    excluded: tuple[Exclusion, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Issuance:
    """What an issue did; `first` and `last` are printed numbers."""

    letters: int
    gifts: int
    total_minor: int
    excluded: tuple[Exclusion, ...]
    first: str
    last: str


class _Sum:
    """Counts what goes by, and makes the fingerprint of it."""

    def __init__(self) -> None:
        self.letters = self.gifts = self.total_minor = 0
        self.excluded: list[Exclusion] = []
        self._hash = sha256()

    def add(self, step: planning.Step) -> None:
        if isinstance(step, Exclusion):
            self.excluded.append(step)
            self._hash.update(f"-{step.gift_id}:{step.reason}\n".encode())
            return
        self.letters += 1
        self.gifts += len(step.gifts)
        self._hash.update(f"+{step.draft.recipient.name}\n".encode())
        # What the documents say; in another country's profile that is not what the books say.
        self.total_minor += sum(item.amount_minor for item in step.draft.gifts)
        for gift in step.gifts:
            self._hash.update(f"{gift.gift_id}:{gift.left_minor}:{gift.bill}\n".encode())

    @property
    def fingerprint(self) -> str:
        return self._hash.hexdigest()


def preview(session: Session, scope: Scope, *, clock: Clock) -> Preview:
    """Say what an issue would do, writing nothing."""
    counted = _Sum()
    for steps in planning.steps(session, scope, on=clock.today(), is_locking=False):
        for step in steps:
            counted.add(step)
    return Preview(
        counted.letters,
        counted.gifts,
        counted.total_minor,
        tuple(counted.excluded),
        counted.fingerprint,
    )


def issue(
    session: Session,
    scope: Scope,
    *,
    verify_at: str,
    actor: str,
    clock: Clock,
    expected: str = "",
    progress: Progress | None = None,
) -> Issuance:
    """Issue the documents of a scope, all or none; gifts that get none are named with the reason.

    `verify_at` is the address that the verification code is put behind, `expected` the fingerprint
    of the preview that somebody agreed to. Raises Stale when the gifts have changed since, and
    NotEligible when the scope is one gift that gets nothing.
    """
    counted = _Sum()
    issued: list[IssuedLetter] = []
    first = last = ""
    for steps in planning.steps(session, scope, on=clock.today(), is_locking=True):
        for step in steps:
            counted.add(step)
        planned = [step for step in steps if isinstance(step, Planned)]
        issued = _issue(session, planned, verify_at=verify_at, actor=actor, clock=clock)
        if issued:
            first, last = first or issued[0].reference, issued[-1].reference
        if progress is not None:
            progress(sum(len(step.gifts) if isinstance(step, Planned) else 1 for step in steps))
    if expected and counted.fingerprint != expected:
        raise Stale(what="捐赠")
    if scope.gift_id is not None and counted.excluded:
        refused = counted.excluded[0]
        raise NotEligible(gift=refused.reference, reason=refused.sentence)
    return Issuance(
        counted.letters,
        counted.gifts,
        counted.total_minor,
        tuple(counted.excluded),
        first,
        last,
    )


def replace(
    session: Session, letter_id: int, *, reason: str, verify_at: str, actor: str, clock: Clock
) -> IssuedLetter:
    """Issue a letter anew from the gifts as they are now; the old one is marked as replaced.

    An annual statement takes in the gifts of its year that came since. Raises NotEligible when a
    gift gets none any more (then cancel the letter), and what `letters.replace` raises.
    """
    letter = session.get(Letter, letter_id)
    if letter is None:
        raise letters.UnknownLetter(letter=letter_id)
    keys = list(
        session.execute(
            select(GiftLetter.gift_id)
            .where(GiftLetter.letter_id == letter_id)
            .order_by(GiftLetter.gift_id)
        ).scalars()
    )
    document = _DOCUMENTS[letter.kind]
    days = None
    if document is Document.ANNUAL:
        content = letters.content_of(letter)
        assert content.draft.period_from is not None
        assert content.draft.period_to is not None
        days = (content.draft.period_from, content.draft.period_to)
        keys = _with_later_gifts(session, keys, days)
    lock_gifts(session, keys)
    planned = _anew(session, keys, document, letter, days, clock)
    issued = letters.replace(
        session,
        letter_id,
        planned.draft,
        reason=reason,
        verify_at=verify_at,
        actor=actor,
        clock=clock,
    )
    _link(session, [issued], [planned])
    return issued


def cancel(session: Session, letter_id: int, *, reason: str, actor: str, clock: Clock) -> None:
    """Cancel a letter; its gifts can then be changed or get another. Raises as `letters.cancel`."""
    keys = session.execute(select(GiftLetter.gift_id).where(GiftLetter.letter_id == letter_id))
    lock_gifts(session, list(keys.scalars()))
    letters.cancel(session, letter_id, reason=reason, actor=actor, clock=clock)


def lock_gifts(session: Session, keys: Iterable[int]) -> None:
    """Hold gifts, in the one order of locks, before anything that documents them."""
    for part in chunks(sorted(set(keys)), facts.CHUNK):
        query = select(Gift.id).where(Gift.id.in_(part)).order_by(Gift.id).with_for_update()
        session.execute(query).all()


def _issue(
    session: Session, planned: Sequence[Planned], *, verify_at: str, actor: str, clock: Clock
) -> list[IssuedLetter]:
    if not planned:
        return []
    drafts = [step.draft for step in planned]
    issued = letters.issue(session, drafts, verify_at=verify_at, actor=actor, clock=clock)
    _link(session, issued, planned)
    return issued


def _link(session: Session, issued: Sequence[IssuedLetter], planned: Sequence[Planned]) -> None:
    rows = [
        (letter.id, gift.gift_id, step.draft.kind.value, gift.left_minor, True)
        for letter, step in zip(issued, planned, strict=True)
        for gift in step.gifts
    ]
    bulk_insert(session.connection(), GiftLetter.__table__, _LINK_COLUMNS, rows)  # type: ignore[arg-type]


def _with_later_gifts(session: Session, keys: list[int], days: tuple[date, date]) -> list[int]:
    given = select(Gift.donor_id).where(Gift.id.in_(keys)).distinct().order_by(Gift.donor_id)
    donors = {
        key
        for donor_id in session.execute(given).scalars()
        for key in aliases.ids_of(session, donor_id)
    }
    later = select(Gift.id).where(
        Gift.donor_id.in_(sorted(donors)), Gift.received_on.between(*days)
    )
    return sorted({*keys, *session.execute(later).scalars()})


def _anew(
    session: Session,
    keys: list[int],
    document: Document,
    letter: Letter,
    days: tuple[date, date] | None,
    clock: Clock,
) -> Planned:
    """Plan a letter again as if the old one were not there; its own gifts must all be in it."""
    own = set(
        session.execute(
            select(GiftLetter.gift_id).where(GiftLetter.letter_id == letter.id, GiftLetter.is_live)
        ).scalars()
    )
    found = [
        gift._replace(letters=gift.letters - {letter.kind}) if gift.gift_id in own else gift
        for gift in facts.load(session, keys)
    ]
    if days is not None:
        steps = planning.statement(session, found, days, on=clock.today())
    else:
        steps = [planning.one(session, found[0], document, on=clock.today())]
    for step in steps:
        if isinstance(step, Exclusion) and step.gift_id in own:
            raise NotEligible(gift=step.reference, reason=step.sentence)
    planned = [step for step in steps if isinstance(step, Planned)]
    if not planned:
        # Every gift of the letter is gone from it: it ended before.
        raise letters.LetterEnded(letter=letter.reference, state=LETTER_STATE_NAMES[letter.state])
    if len(planned) > 1:
        # Issued while two donors were one, and they are two again: no one letter is right.
        raise NotEligible(gift=planned[1].gifts[0].reference, reason=_TWO_DONORS)
    return planned[0]

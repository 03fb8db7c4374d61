"""The letterhead and wording of documents: organisation data, changed with a reason.

What is issued keeps what it said; a change shows on the documents that come after it.
"""

from dataclasses import asdict, dataclass, fields

from sqlalchemy.orm import Session

from foundation.organisation.models import Letterhead, Organisation
from ledger import trail
from ledger.clock import Clock
from ledger.errors import InvalidInput, NotFound
from receipts import profile as profiles
from receipts.checks import check_text
from receipts.content import Issuer

LETTERHEAD_ROW = ORGANISATION_ROW = 1
DEFAULT_PROFILE = "cn"
_WORDS = {
    "letter_words": "确认函致辞",
    "statement_words": "年度明细附言",
    "certificate_words": "证书致辞",
}


@dataclass(frozen=True, slots=True)
class LetterheadInput:
    """Everything that documents say of the organisation beside its name; empty is left out."""

    profile: str = DEFAULT_PROFILE
    address: str = ""
    telephone: str = ""
    email: str = ""
    website: str = ""
    signatory: str = ""
    place: str = ""
    letter_words: str = ""
    statement_words: str = ""
    certificate_words: str = ""


NAMES = tuple(field.name for field in fields(LetterheadInput))


def get_letterhead(session: Session) -> LetterheadInput:
    """Return the letterhead as it is; the defaults while nobody has set it."""
    stored = session.get(Letterhead, LETTERHEAD_ROW)
    if stored is None:
        return LetterheadInput()
    return LetterheadInput(**{name: getattr(stored, name) for name in NAMES})


def issuer(session: Session, given: LetterheadInput | None = None) -> Issuer:
    """Return the organisation as its letterhead shows it. Raises InvalidInput."""
    organisation = session.get(Organisation, ORGANISATION_ROW)
    if organisation is None:
        raise NotFound(what="机构资料", name="organisation")
    head = get_letterhead(session) if given is None else given
    return Issuer(
        name=organisation.name,
        registration=organisation.credit_code,
        name_second=organisation.name_en,
        address=head.address,
        telephone=head.telephone,
        email=head.email,
        website=head.website,
        signatory=head.signatory,
    )


def check(session: Session, given: LetterheadInput) -> None:
    """Refuse what no document could say. Raises InvalidInput, ForbiddenWord."""
    if given.profile not in profiles.list_profiles():
        raise InvalidInput(field="文件方案", reason="没有这个方案")
    issuer(session, given)
    check_text("出具地点", given.place, most=60, required=False)
    chosen = profiles.get_profile(given.profile)
    for name, field in _WORDS.items():
        words = getattr(given, name)
        check_text(field, words, most=600, required=False)
        profiles.check_words(chosen, field, words)


def change(
    session: Session, given: LetterheadInput, *, reason: str, actor: str, clock: Clock
) -> None:
    """Replace the letterhead; old and new go to the trail. Raises as `check`."""
    check(session, given)
    check_text("更改原因", reason, most=500)
    before = get_letterhead(session)
    stored = session.get(Letterhead, LETTERHEAD_ROW) or Letterhead(id=LETTERHEAD_ROW)
    for name, value in asdict(given).items():
        setattr(stored, name, value)
    stored.changed_by = actor
    stored.changed_at = clock.now()
    session.add(stored)
    session.flush()
    changed = [name for name in NAMES if getattr(before, name) != getattr(given, name)]
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="letterhead.change",
        subject="organisation",
        reason=reason,
        detail={
            "before": {name: getattr(before, name) for name in changed},
            "after": {name: getattr(given, name) for name in changed},
        },
    )

"""What issuing would do: the drafts it would issue, and why every other gift gets none.

Preview and issue both ask here, so that what was shown is what happens. Gifts come in sets, so that
a batch of any length takes the same memory.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from sqlalchemy.orm import Session

from foundation.organisation import letterhead
from foundation.receipting import drafts, eligibility, facts, scopes
from foundation.receipting.drafts import Sender
from foundation.receipting.eligibility import KINDS, SENTENCES, Document, Reason
from foundation.receipting.facts import GiftFacts
from foundation.receipting.scopes import Scope
from ledger import catalogue
from ledger.errors import DomainError
from ledger.orm import chunks
from receipts import profile, rendering
from receipts.content import Draft


@dataclass(frozen=True, slots=True)
class Planned:
    """A document that can be issued, and its gifts."""

    draft: Draft
    gifts: tuple[GiftFacts, ...]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A gift that gets no document, and why."""

    gift_id: int
    reference: str
    reason: Reason
    sentence: str


Step = Planned | Exclusion


_DRAFTS: dict[Document, Callable[[GiftFacts, Sender], Draft]] = {
    Document.LETTER: drafts.letter,
    Document.CERTIFICATE: drafts.certificate,
    Document.TAX_RECEIPT: drafts.tax_receipt,
}


def steps(session: Session, scope: Scope, *, on: date, is_locking: bool) -> Iterator[list[Step]]:
    """Yield, set by set, what issuing does with each gift of a scope.

    Raises NotFound for a document that the organisation's profile does not have.
    """
    sender = sender_for(session, scope.document)
    keys = scopes.gift_ids(session, scope, is_locking=is_locking)
    if scope.document is not Document.ANNUAL:
        for part in chunks(keys, facts.CHUNK):
            yield [_single(gift, scope.document, sender, on) for gift in facts.load(session, part)]
        return
    waiting: list[GiftFacts] = []
    for part in chunks(keys, facts.CHUNK):
        waiting += facts.load(session, part)
        # The last donor of the set may go on in the next one.
        last = waiting[-1].donor_id
        ready = [gift for gift in waiting if gift.donor_id != last]
        waiting = [gift for gift in waiting if gift.donor_id == last]
        yield list(_statements(ready, scope, sender, on))
    yield list(_statements(waiting, scope, sender, on))


def one(session: Session, gift: GiftFacts, document: Document, *, on: date) -> Step:
    """Return what issuing a letter, certificate or tax receipt for one gift does."""
    return _single(gift, document, sender_for(session, document), on)


def statement(
    session: Session, gifts: list[GiftFacts], days: tuple[date, date], *, on: date
) -> list[Step]:
    """Return what issuing the statement of one donor's gifts from day to day does."""
    sender = sender_for(session, Document.ANNUAL)
    return list(_statements(gifts, Scope(Document.ANNUAL, span=days), sender, on))


def documents_of(session: Session) -> tuple[Document, ...]:
    """Return the documents that the organisation's profile has, the usual one first."""
    chosen = profile.get_profile(letterhead.get_letterhead(session).profile)
    return tuple(document for document, kind in KINDS.items() if kind in chosen.forms)


def sender_for(session: Session, document: Document) -> Sender:
    """Return who issues a document now. Raises NotFound when the profile does not have it."""
    head = letterhead.get_letterhead(session)
    chosen = profile.get_profile(head.profile)
    chosen.form(KINDS[document])
    known = catalogue.load(session)
    funds = {fund.id: fund.name for fund in known.funds.values()}
    return Sender(letterhead.issuer(session, head), head, funds, chosen.currency)


def excluded(gift: GiftFacts, reason: Reason, sentence: str = "") -> Exclusion:
    """Say that a gift gets nothing."""
    return Exclusion(gift.gift_id, gift.reference, reason, sentence or SENTENCES[reason])


def _single(gift: GiftFacts, document: Document, sender: Sender, on: date) -> Step:
    reason = eligibility.judge(gift, document, on=on)
    if reason is None and document is Document.TAX_RECEIPT:
        minor = drafts.amount_in(gift, sender.currency)
        reason = Reason.NO_CURRENCY if minor is None else None
    if reason is not None:
        return excluded(gift, reason)
    try:
        draft = _DRAFTS[document](gift, sender)
        rendering.check(draft)
    except DomainError as error:
        return excluded(gift, Reason.UNPRINTABLE, error.describe())
    return Planned(draft, (gift,))


def _statements(gifts: list[GiftFacts], scope: Scope, sender: Sender, on: date) -> Iterator[Step]:
    # A statement without days is refused by its scope.
    assert scope.days is not None
    for _donor, same in groupby(gifts, key=attrgetter("donor_id")):
        listed: list[GiftFacts] = []
        for gift in same:
            reason = eligibility.judge(gift, Document.ANNUAL, on=on)
            if reason is None:
                listed.append(gift)
            else:
                yield excluded(gift, reason)
        if not listed:
            continue
        try:
            draft = drafts.annual(listed, scope.days, sender)
            rendering.check(draft)
        except DomainError as error:
            for gift in listed:
                yield excluded(gift, Reason.UNPRINTABLE, error.describe())
            continue
        yield Planned(draft, tuple(listed))

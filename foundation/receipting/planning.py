"""What issuing would do: the drafts it would issue, and why every other gift gets none.

Preview and issue both ask here, so that what was shown is what happens. Gifts come in sets, so that
a batch of any length takes the same memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from sqlalchemy.orm import Session

from foundation.organisation.service import get_organisation
from foundation.receipting import drafts, eligibility, facts, scopes
from foundation.receipting.eligibility import SENTENCES, Document, Reason
from foundation.receipting.facts import GiftFacts
from foundation.receipting.scopes import Scope
from ledger import catalogue
from ledger.errors import DomainError
from ledger.orm import chunks
from receipts import rendering
from receipts.content import Draft, Issuer


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


def steps(session: Session, scope: Scope, *, on: date, is_locking: bool) -> Iterator[list[Step]]:
    """Yield, set by set, what issuing does with each gift of a scope."""
    known = catalogue.load(session)
    funds = {fund.id: fund.name for fund in known.funds.values()}
    issuer = drafts.issuer_of(get_organisation(session))
    keys = scopes.gift_ids(session, scope, is_locking=is_locking)
    if scope.document is not Document.ANNUAL:
        for part in chunks(keys, facts.CHUNK):
            yield [
                _single(gift, scope.document, issuer, funds, on)
                for gift in facts.load(session, part)
            ]
        return
    waiting: list[GiftFacts] = []
    for part in chunks(keys, facts.CHUNK):
        waiting += facts.load(session, part)
        # The last donor of the set may go on in the next one.
        last = waiting[-1].donor_id
        ready = [gift for gift in waiting if gift.donor_id != last]
        waiting = [gift for gift in waiting if gift.donor_id == last]
        yield list(_statements(ready, scope, issuer, funds, on))
    yield list(_statements(waiting, scope, issuer, funds, on))


def one(session: Session, gift: GiftFacts, document: Document, *, on: date) -> Step:
    """Return what issuing a letter or certificate for one gift does."""
    known = catalogue.load(session)
    funds = {fund.id: fund.name for fund in known.funds.values()}
    return _single(gift, document, drafts.issuer_of(get_organisation(session)), funds, on)


def statement(session: Session, gifts: list[GiftFacts], year: int, *, on: date) -> list[Step]:
    """Return what issuing the statement of one donor's gifts in a year does."""
    known = catalogue.load(session)
    funds = {fund.id: fund.name for fund in known.funds.values()}
    issuer = drafts.issuer_of(get_organisation(session))
    return list(_statements(gifts, Scope(Document.ANNUAL, year=year), issuer, funds, on))


def excluded(gift: GiftFacts, reason: Reason, sentence: str = "") -> Exclusion:
    """Say that a gift gets nothing."""
    return Exclusion(gift.gift_id, gift.reference, reason, sentence or SENTENCES[reason])


def _single(
    gift: GiftFacts, document: Document, issuer: Issuer, funds: Mapping[int, str], on: date
) -> Step:
    reason = eligibility.judge(gift, document, on=on)
    if reason is not None:
        return excluded(gift, reason)
    make = drafts.certificate if document is Document.CERTIFICATE else drafts.letter
    try:
        draft = make(gift, issuer, funds)
        rendering.check(draft)
    except DomainError as error:
        return excluded(gift, Reason.UNPRINTABLE, error.describe())
    return Planned(draft, (gift,))


def _statements(
    gifts: list[GiftFacts], scope: Scope, issuer: Issuer, funds: Mapping[int, str], on: date
) -> Iterator[Step]:
    assert scope.year is not None
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
            draft = drafts.annual(listed, scope.year, issuer, funds)
            rendering.check(draft)
        except DomainError as error:
            for gift in listed:
                yield excluded(gift, Reason.UNPRINTABLE, error.describe())
            continue
        yield Planned(draft, tuple(listed))

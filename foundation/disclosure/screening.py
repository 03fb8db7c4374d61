"""What may never be published, looked for in every text before it is frozen and again before it is
published: numbers of people, telephones, mail addresses, bank accounts, beneficiaries, and donors
who did not agree (慈善法 第八十二条; 个人信息保护法 第二十八条, A).

This is a net below the composers, which never ask for such data: it catches what people type and
what a summary in the books says.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.disclosure.content import Content, consented, texts
from foundation.donors.models import Donor, DonorKind
from foundation.organisation import letterhead
from foundation.organisation.service import get_organisation
from foundation.portal import consents
from foundation.spending.models import SpendingBeneficiary
from ledger.errors import InvalidInput
from ledger.orm import chunks

_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])(?:\d[ -]?){12,19}(?![0-9A-Za-z])")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_SHORTEST = 2
_CHUNK = 5_000


class MayNotBePublished(InvalidInput):
    """The text holds what may not be public. What it is is said, never the thing itself."""

    code = "may_not_be_published"
    message = "内容含有不得公开的信息：{found}"


@dataclass(frozen=True, slots=True)
class Find:
    """What was found: its kind, and enough of it to find it again."""

    what: str
    where: str


def require_publishable(session: Session, content: Content) -> None:
    """Refuse a content that holds what may not be public. Raises MayNotBePublished."""
    found = finds(session, content)
    if found:
        said = "；".join(f"{find.what}（{find.where}）" for find in found[:5])
        raise MayNotBePublished(found=said)


def finds(session: Session, content: Content) -> list[Find]:
    """Return everything in a content that may not be public."""
    own = _own_contacts(session)
    shown = [text for text in texts(content) if text]
    found = [find for text in shown for find in _in_text(text, own)]
    agreed = {name for name, _ in consented(content)}
    # Longer names first, so that none hides in another.
    public = sorted({*own, *content.public_names}, key=len, reverse=True)
    rest = [_without(text, public) for text in shown]
    found += [Find("未同意公示的姓名", _masked(name)) for name in _names_in(session, rest, agreed)]
    gone = taken_back(session, content)
    found += [Find("捐赠人已撤回或没有同意公示", _masked(name)) for name in gone.values()]
    return list(dict.fromkeys(found))


def taken_back(session: Session, content: Content) -> dict[tuple[int, ...], str]:
    """Return the names that may not be shown any more, by the gifts that they rest on."""
    rested = {gifts: name for name, gifts in consented(content)}
    wanted = sorted({key for gifts in rested for key in gifts})
    agreed: set[int] = set()
    for keys in chunks(wanted, _CHUNK):
        known = consents.current(session, keys)
        agreed |= {key for key, consent in known.items() if consent.is_name_shown}
    return {
        gifts: name for gifts, name in rested.items() if not gifts or not agreed.issuperset(gifts)
    }


def _in_text(text: str, own: frozenset[str]) -> list[Find]:
    rest = _without(text, own)
    found = []
    for pattern, what in (
        (_ID_NUMBER, "身份证号码"),
        (_PHONE, "手机号码"),
        (_LANDLINE, "电话号码"),
        (_MAIL, "电子邮箱"),
        (_ACCOUNT, "银行账号"),
    ):
        found += [Find(what, _masked(match.group())) for match in pattern.finditer(rest)]
        # What is one thing is not another one too.
        rest = pattern.sub(" ", rest)
    return found


def _without(text: str, known: Iterable[str]) -> str:
    for part in known:
        text = text.replace(part, " ")
    return text


def _own_contacts(session: Session) -> frozenset[str]:
    """The organisation's own name and number, and what it is reached by; these are public."""
    head, organisation = letterhead.get_letterhead(session), get_organisation(session)
    given = (
        organisation.name,
        organisation.name_en,
        organisation.credit_code,
        head.telephone,
        head.email,
        head.website,
    )
    return frozenset(text for text in given if text)


def _names_in(session: Session, shown: list[str], allowed: set[str]) -> list[str]:
    """Return names of donors and beneficiaries that a text has and may not have.

    A cell that is a name is one; inside a sentence a name of two signs is too often a word, so
    there it must stand by itself.
    """
    whole = "\n".join(shown)
    cells = set(shown)
    found = []
    for name in _kept_names(session):
        if name in allowed or len(name) < _SHORTEST or name not in whole:
            continue
        if name in cells or len(name) > _SHORTEST or _stands_alone(name, whole):
            found.append(name)
    return found


def _kept_names(session: Session) -> Iterable[str]:
    people = select(Donor.name).where(Donor.kind.in_((DonorKind.PERSON, DonorKind.GROUP)))
    yield from session.execute(people.distinct().order_by(Donor.name)).scalars()
    helped = select(SpendingBeneficiary.name, SpendingBeneficiary.code).distinct()
    for name, _code in session.execute(helped.order_by(SpendingBeneficiary.name)):
        yield name
    # An organisation is as free to stay unnamed as a person.
    firms = select(Donor.name).where(
        Donor.kind == DonorKind.ORGANISATION, func.length(Donor.name) > _SHORTEST
    )
    yield from session.execute(firms.distinct().order_by(Donor.name)).scalars()


def _stands_alone(name: str, whole: str) -> bool:
    for match in re.finditer(re.escape(name), whole):
        before, after = (
            whole[match.start() - 1 : match.start()],
            whole[match.end() : match.end() + 1],
        )
        if not _CHINESE.match(before) and not _CHINESE.match(after):
            return True
    return False


def _masked(text: str) -> str:
    cleaned = text.strip()
    return f"{cleaned[:1]}…{cleaned[-1:]}" if len(cleaned) > _SHORTEST else f"{cleaned[:1]}…"

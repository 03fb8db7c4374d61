"""Find donors by what people type, and warn when one may be there already."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.orm import Session

from foundation.donors import pinyin
from foundation.donors.models import Donor
from foundation.donors.service import DonorInput, DonorRef, ref_of
from foundation.donors.vault import Vault
from foundation.imports.names import normalise_name

_SHORTEST_CODE = 4


@dataclass(frozen=True, slots=True)
class Likeness:
    """A donor that may be the same, and why we think so."""

    donor: DonorRef
    why: str


def likenesses(
    session: Session, entry: DonorInput, *, vault: Vault, limit: int = 8
) -> list[Likeness]:
    """Return donors that may be the one being typed, the surest first."""
    name = normalise_name(entry.name)
    found: dict[int, Likeness] = {}
    conditions: list[tuple[ColumnElement[bool], str]] = []
    if entry.credit_code.strip():
        conditions.append((Donor.credit_code == entry.credit_code.strip().upper(), "信用代码相同"))
    if entry.id_number.strip():
        index = vault.index(entry.id_number.strip().upper())
        conditions.append((Donor.id_number_index == index, "证件号码相同"))
    if name:
        conditions.append((Donor.name_key == name.casefold(), "名称相同"))
        readings = {pinyin.spell(name, is_person=is_person)[0] for is_person in (True, False)}
        conditions.append((Donor.pinyin.in_(sorted(readings)), "读音相同"))
    for condition, why in conditions:
        query = select(Donor).where(condition).order_by(Donor.id).limit(limit)
        for donor in session.execute(query).scalars():
            found.setdefault(donor.id, Likeness(ref_of(donor), why))
    return list(found.values())[:limit]


def search(session: Session, text: str, *, limit: int = 20) -> list[Donor]:
    """Find donors by name, pinyin, initials or credit code; what begins so comes first."""
    typed = _typed(text)
    if not typed:
        return []
    begin = _begins(typed)
    query = (
        select(Donor)
        .where(matches(text))
        .order_by(case((begin, 0), else_=1), Donor.name_key, Donor.id)
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def matches(text: str) -> ColumnElement[bool]:
    """Return the condition of donors that a search text may mean."""
    typed = _typed(text)
    conditions = [_begins(typed)]
    if len(typed) >= 2:
        conditions.append(Donor.name_key.contains(typed, autoescape=True))
    return or_(*conditions)


def _typed(text: str) -> str:
    return normalise_name(text).casefold().replace(" ", "")


def _begins(typed: str) -> ColumnElement[bool]:
    columns = [Donor.name_key, Donor.pinyin, Donor.initials]
    conditions = [column.startswith(typed, autoescape=True) for column in columns]
    if typed.isascii() and typed.isalnum() and len(typed) >= _SHORTEST_CODE:
        conditions.append(Donor.credit_code.startswith(typed.upper(), autoescape=True))
    return or_(*conditions)

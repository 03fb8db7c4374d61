"""Find donors by what people type, and warn when one may be there already."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from foundation.donors import aliases, pinyin
from foundation.donors.models import Donor, DonorMerge
from foundation.donors.service import DonorInput, DonorRef, ref_of
from foundation.donors.vault import Vault
from foundation.imports.names import normalise_name

_SHORTEST_CODE = 4
# No name goes on with the last of all characters.
_LAST = "\U0010ffff"


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
            ref = ref_of(donor)
            found.setdefault(ref.id, Likeness(ref, why))
    return list(found.values())[:limit]


def search(session: Session, text: str, *, limit: int = 20) -> list[Donor]:
    """Find donors by name, pinyin, initials, credit code or telephone.

    What begins with the text comes first; only when that leaves room are names looked through
    for the text anywhere in them. A donor that was merged leads to the one that was kept.
    """
    typed = _typed(text)
    if not typed:
        return []
    begin = (
        select(Donor)
        .where(Donor.id.in_(_beginning(typed)), ~aliases.is_alias())
        .order_by(Donor.name_key, Donor.id)
        .limit(limit)
    )
    found = {donor.id: donor for donor in session.execute(begin).scalars()}
    if len(found) < limit and _is_long(typed):
        inside = (
            select(Donor.id)
            .where(_inside(session, typed))
            .order_by(Donor.name_key, Donor.id)
            .limit(limit)
        )
        wanted = [key for key in session.execute(inside).scalars() if key not in found]
        for key in _kept(session, wanted):
            found.setdefault(key.id, key)
    for donor in _of_aliases(session, typed, limit):
        found.setdefault(donor.id, donor)
    return list(found.values())[:limit]


def matches(text: str) -> ColumnElement[bool]:
    """Return the condition of donors that a search text may mean."""
    typed = _typed(text)
    alias = aliased(Donor)
    led = select(DonorMerge.kept_id).join(alias, alias.id == DonorMerge.merged_id)
    conditions: list[ColumnElement[bool]] = [
        Donor.id.in_(_beginning(typed)),
        # A donor is found by the names of those that were merged into it.
        Donor.id.in_(led.where(DonorMerge.undone_at.is_(None), alias.id.in_(_beginning(typed)))),
    ]
    if _is_long(typed):
        conditions.append(Donor.name_key.contains(typed, autoescape=True))
    return or_(*conditions)


def _typed(text: str) -> str:
    return normalise_name(text).casefold().replace(" ", "")


def _is_long(typed: str) -> bool:
    return len(typed) >= 2


def _inside(session: Session, typed: str) -> ColumnElement[bool]:
    if session.get_bind().dialect.name == "sqlite":
        return func.instr(Donor.name_key, typed) > 0
    # Pairs of letters are indexed; having them all is not yet having them in this order.
    grams = func.donor_grams(Donor.name_key).op("@>")(func.donor_grams(typed))
    return and_(grams, func.strpos(Donor.name_key, typed) > 0)


def _begins(column: InstrumentedAttribute[Any], typed: str) -> ColumnElement[bool]:
    """A range instead of LIKE: every index serves it, whatever the database's language."""
    return and_(column >= typed, column < typed + _LAST)


def _beginning(typed: str) -> CompoundSelect[Any]:
    """Select the keys of donors that begin so; each part is answered by an index of its own."""
    parts = [
        select(Donor.id).where(_begins(column, typed))
        for column in (Donor.name_key, Donor.pinyin, Donor.initials)
    ]
    if typed.isascii() and typed.isalnum() and len(typed) >= _SHORTEST_CODE:
        parts.append(select(Donor.id).where(_begins(Donor.credit_code, typed.upper())))
    if typed.lstrip("+").isdigit() and len(typed) >= _SHORTEST_CODE:
        parts.append(select(Donor.id).where(_begins(Donor.phone, typed)))
    return union_all(*parts)


def _kept(session: Session, keys: list[int]) -> list[Donor]:
    """Return donors by key in the given order, without those that were merged."""
    donors = {
        donor.id: donor
        for donor in session.execute(
            select(Donor).where(Donor.id.in_(keys), ~aliases.is_alias()).order_by(Donor.id)
        ).scalars()
    }
    return [donors[key] for key in keys if key in donors]


def _of_aliases(session: Session, typed: str, limit: int) -> list[Donor]:
    """Return donors by the names of those that were merged into them."""
    alias = aliased(Donor)
    named = [and_(alias.name_key >= typed, alias.name_key < typed + _LAST)]
    named += [
        and_(column >= typed, column < typed + _LAST) for column in (alias.pinyin, alias.initials)
    ]
    query = (
        select(Donor)
        .join(DonorMerge, (DonorMerge.kept_id == Donor.id) & DonorMerge.undone_at.is_(None))
        .join(alias, alias.id == DonorMerge.merged_id)
        .where(or_(*named))
        .order_by(Donor.name_key, Donor.id)
        .limit(limit)
    )
    return list(session.execute(query).unique().scalars())

"""Record donors, find them, and warn when one may be there already."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from foundation.donors import identity, pinyin
from foundation.donors.models import Donor, DonorKind
from foundation.donors.vault import Vault
from foundation.imports.names import normalise_name
from ledger import trail
from ledger.clock import Clock
from ledger.dimensions import Dimension, DimensionKind
from ledger.errors import InvalidInput, NotFound
from ledger.orm import bulk_insert, reserve_ids

_ORGANISATION = re.compile(
    r"公司|集团|大学|学院|学校|中学|小学|医院|银行|基金|协会|商会|学会|联合会|研究|中心|委员会|政府"
    r"|[局厅部处厂店社所院会队站馆]$|有限|合伙|事务所|工作室|俱乐部|Ltd|Inc|Co\.",
    re.IGNORECASE,
)
_GROUP = re.compile(r"全体|校友会|[级班]|师生|员工|职工|同学")


@dataclass(frozen=True, slots=True)
class DonorRef:
    """What gifts and vouchers need of a donor."""

    id: int
    dimension_id: int
    name: str


@dataclass(frozen=True, slots=True)
class DonorInput:
    """A donor as typed."""

    name: str
    kind: DonorKind
    credit_code: str = ""
    id_number: str = ""
    email: str = ""
    phone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A donor that may be the same, and why we think so."""

    donor: DonorRef
    why: str


class UnknownDonor(NotFound):
    """No donor has this key."""

    code = "unknown_donor"
    message = "找不到捐赠人 {donor}"


def guess_kind(name: str, *, is_anonymous: bool = False) -> DonorKind:
    """Guess from a name in a register what kind of donor it is."""
    if is_anonymous:
        return DonorKind.ANONYMOUS
    if _ORGANISATION.search(name):
        return DonorKind.ORGANISATION
    if _GROUP.search(name):
        return DonorKind.GROUP
    return DonorKind.PERSON


def record_donor(
    session: Session, entry: DonorInput, *, vault: Vault, actor: str, clock: Clock
) -> DonorRef:
    """Record a donor. Raises WrongNumber for check digits, InvalidInput for an empty name or a
    credit code that another donor has."""
    name = normalise_name(entry.name)
    if not name or len(name) > 200:
        raise InvalidInput(field="捐赠人", reason="名称不能为空，最多 200 字")
    credit_code = identity.check_credit_code(entry.credit_code) if entry.credit_code else None
    id_number = identity.check_id_number(entry.id_number) if entry.id_number else None
    if credit_code is not None and _with_credit_code(session, credit_code) is not None:
        raise InvalidInput(field="统一社会信用代码", reason="已有捐赠人使用此代码")
    connection = session.connection()
    (key,) = reserve_ids(connection, Donor.__table__, 1)  # type: ignore[arg-type]
    dimension = Dimension(kind=DimensionKind.DONOR, code=f"D{key:07d}", name=name)
    session.add(dimension)
    session.flush()
    spelled, initials = pinyin.spell(name)
    session.add(
        Donor(
            id=key,
            dimension_id=dimension.id,
            kind=entry.kind,
            name=name,
            name_key=name.casefold(),
            pinyin=spelled,
            initials=initials,
            credit_code=credit_code,
            id_number=vault.seal(id_number, f"donor:{key}") if id_number else None,
            id_number_index=vault.index(id_number) if id_number else None,
            email=entry.email.strip() or None,
            phone=entry.phone.strip() or None,
            note=entry.note.strip() or None,
            created_by=actor,
            created_at=clock.now(),
        )
    )
    session.flush()
    trail.record(session, actor=actor, clock=clock, action="donor.record", subject=f"donor:{key}")
    return DonorRef(key, dimension.id, name)


def ensure_named(
    session: Session, kinds: Mapping[str, DonorKind], *, actor: str, clock: Clock
) -> dict[str, DonorRef]:
    """Return a donor for each normalised name, recording those that are new, as one set.

    A register names donors and nothing more: equal names are one donor until somebody tells
    them apart.
    """
    found = {donor.name.casefold(): donor for donor in _with_names(session, kinds)}
    missing = [name for name in kinds if name.casefold() not in found]
    if missing:
        unique = list({name.casefold(): name for name in missing}.values())
        for ref in _add_all(session, unique, kinds, actor=actor, clock=clock):
            found[ref.name.casefold()] = ref
    return {name: found[name.casefold()] for name in kinds}


def likenesses(
    session: Session, entry: DonorInput, *, vault: Vault, limit: int = 8
) -> list[Likeness]:
    """Return donors that may be the one being typed, the surest first."""
    name = normalise_name(entry.name)
    found: dict[int, Likeness] = {}
    conditions = []
    if entry.credit_code.strip():
        conditions.append((Donor.credit_code == entry.credit_code.strip().upper(), "信用代码相同"))
    if entry.id_number.strip():
        index = vault.index(entry.id_number.strip().upper())
        conditions.append((Donor.id_number_index == index, "证件号码相同"))
    if name:
        conditions.append((Donor.name_key == name.casefold(), "名称相同"))
        conditions.append((Donor.pinyin == pinyin.spell(name)[0], "读音相同"))
    for condition, why in conditions:
        query = select(Donor).where(condition).order_by(Donor.id).limit(limit)
        for donor in session.execute(query).scalars():
            found.setdefault(donor.id, Likeness(_ref(donor), why))
    return list(found.values())[:limit]


def search(session: Session, text: str, *, limit: int = 20) -> list[Donor]:
    """Find donors by the beginning of the name, pinyin, initials or credit code."""
    typed = normalise_name(text).casefold().replace(" ", "")
    if not typed:
        return []
    after = typed[:-1] + chr(ord(typed[-1]) + 1)

    def begins(column: object) -> object:
        # A range, because LIKE does not use the index on every collation.
        return (column >= typed) & (column < after)  # type: ignore[operator]

    conditions = [begins(Donor.name_key), begins(Donor.pinyin), begins(Donor.initials)]
    if typed.isalnum() and len(typed) >= 4:
        conditions.append(Donor.credit_code == typed.upper())
    query = select(Donor).where(or_(*conditions)).order_by(Donor.name_key, Donor.id)  # type: ignore[arg-type]
    return list(session.execute(query.limit(limit)).scalars())


def get_donor(session: Session, donor_id: int) -> Donor:
    """Return a donor. Raises UnknownDonor."""
    donor = session.get(Donor, donor_id)
    if donor is None:
        raise UnknownDonor(donor=donor_id)
    return donor


def get_ref(session: Session, donor_id: int) -> DonorRef:
    """Return what a gift needs of a donor. Raises UnknownDonor."""
    row = (
        session.connection()
        .execute(select(Donor.id, Donor.dimension_id, Donor.name).where(Donor.id == donor_id))
        .one_or_none()
    )
    if row is None:
        raise UnknownDonor(donor=donor_id)
    return DonorRef(row.id, row.dimension_id, row.name)


def _ref(donor: Donor) -> DonorRef:
    return DonorRef(donor.id, donor.dimension_id, donor.name)


def _with_credit_code(session: Session, code: str) -> Donor | None:
    return session.execute(select(Donor).where(Donor.credit_code == code)).scalar_one_or_none()


def _with_names(session: Session, names: Iterable[str]) -> list[DonorRef]:
    keys = sorted({name.casefold() for name in names})
    rows = session.connection().execute(
        select(Donor.id, Donor.dimension_id, Donor.name)
        .where(Donor.name_key.in_(keys))
        # The earliest of several donors with one name wins: it is read last.
        .order_by(Donor.id.desc())
    )
    return [DonorRef(row.id, row.dimension_id, row.name) for row in rows]


def _add_all(
    session: Session,
    names: list[str],
    kinds: Mapping[str, DonorKind],
    *,
    actor: str,
    clock: Clock,
) -> list[DonorRef]:
    connection = session.connection()
    dimension_table, donor_table = Dimension.__table__, Donor.__table__
    dimensions = reserve_ids(connection, dimension_table, len(names))  # type: ignore[arg-type]
    keys = reserve_ids(connection, donor_table, len(names))  # type: ignore[arg-type]
    refs = [
        DonorRef(key, dimension, name)
        for key, dimension, name in zip(keys, dimensions, names, strict=True)
    ]
    bulk_insert(
        connection,
        dimension_table,  # type: ignore[arg-type]
        ("id", "kind", "code", "name"),
        [(ref.dimension_id, DimensionKind.DONOR.value, f"D{ref.id:07d}", ref.name) for ref in refs],
    )
    now = clock.now()
    rows = []
    for ref in refs:
        spelled, initials = pinyin.spell(ref.name)
        rows.append(
            (
                ref.id,
                ref.dimension_id,
                kinds[ref.name].value,
                ref.name,
                ref.name.casefold(),
                spelled,
                initials,
                actor,
                now,
            )
        )
    bulk_insert(
        connection,
        donor_table,  # type: ignore[arg-type]
        (
            "id",
            "dimension_id",
            "kind",
            "name",
            "name_key",
            "pinyin",
            "initials",
            "created_by",
            "created_at",
        ),
        rows,
    )
    return refs

"""Record donors, keep their particulars, and show identity numbers only to who may see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased, object_session

from foundation.donors import identity, particulars, pinyin
from foundation.donors.models import Donor, DonorKind, DonorMerge
from foundation.donors.vault import Vault
from ledger import trail
from ledger.clock import Clock
from ledger.dimensions import Dimension, DimensionKind
from ledger.errors import InvalidInput, NotFound
from ledger.orm import bulk_insert, reserve_ids

# Particulars that follow from others; the trail names the others only.
_DERIVED = frozenset({"name_key", "pinyin", "initials", "id_number_index"})


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
class DonorChange:
    """What to change about a donor: None leaves a particular as it is, "" takes it away."""

    name: str | None = None
    kind: DonorKind | None = None
    credit_code: str | None = None
    id_number: str | None = None
    email: str | None = None
    phone: str | None = None
    note: str | None = None


class UnknownDonor(NotFound):
    """No donor has this key."""

    code = "unknown_donor"
    message = "找不到捐赠人 {donor}"


def record_donor(
    session: Session, entry: DonorInput, *, vault: Vault, actor: str, clock: Clock
) -> DonorRef:
    """Record a donor. Raises WrongNumber for check digits, InvalidInput for texts and for a
    credit code that another donor has."""
    name = particulars.check_name(entry.name)
    credit_code = _credit_code(session, entry.credit_code)
    id_number = identity.check_id_number(entry.id_number) if entry.id_number.strip() else None
    email, phone, note = (
        particulars.check_email(entry.email),
        particulars.check_phone(entry.phone),
        particulars.check_note(entry.note),
    )
    connection = session.connection()
    (key,) = reserve_ids(connection, Donor.__table__, 1)  # type: ignore[arg-type]
    dimension = Dimension(kind=DimensionKind.DONOR, code=f"D{key:07d}", name=name)
    session.add(dimension)
    session.flush()
    spelled, initials = pinyin.spell(name, is_person=entry.kind is DonorKind.PERSON)
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
            id_number=vault.seal(id_number, _subject(key)) if id_number else None,
            id_number_index=vault.index(id_number) if id_number else None,
            email=email,
            phone=phone,
            note=note,
            created_by=actor,
            created_at=clock.now(),
        )
    )
    session.flush()
    trail.record(session, actor=actor, clock=clock, action="donor.record", subject=_subject(key))
    return DonorRef(key, dimension.id, name)


def find_or_record(
    session: Session, entry: DonorInput, *, vault: Vault, actor: str, clock: Clock
) -> DonorRef:
    """Return the donor that is meant, recording one that is new.

    A credit code or identity number decides; without one, the same name of the same kind is
    the same donor. An organisation that was known by name only gets its credit code.
    """
    name = particulars.check_name(entry.name)
    code = identity.check_credit_code(entry.credit_code) if entry.credit_code.strip() else ""
    number = identity.check_id_number(entry.id_number) if entry.id_number.strip() else ""
    known = _identified(session, code, number, vault)
    if known is None:
        namesakes = select(Donor).where(Donor.name_key == name.casefold(), Donor.kind == entry.kind)
        if code:
            namesakes = namesakes.where(Donor.credit_code.is_(None))
        # People share names: a number that nobody has yet is another person.
        if not number:
            known = session.execute(namesakes.order_by(Donor.id).limit(1)).scalar()
        if known is not None and code:
            change_donor(
                session,
                known.id,
                DonorChange(credit_code=code),
                vault=vault,
                actor=actor,
                clock=clock,
            )
    if known is not None:
        return ref_of(known)
    return record_donor(session, entry, vault=vault, actor=actor, clock=clock)


def change_donor(
    session: Session,
    donor_id: int,
    change: DonorChange,
    *,
    vault: Vault,
    actor: str,
    clock: Clock,
) -> Donor:
    """Change particulars of a donor; what is None stays. Names on earlier gifts stay as given.

    Raises UnknownDonor and what `record_donor` raises. The trail says which particulars were
    changed, never what they are.
    """
    donor = session.execute(
        select(Donor).where(Donor.id == donor_id).with_for_update()
    ).scalar_one_or_none() or get_donor(session, donor_id)
    values = _changed_values(session, donor, change, vault)
    changed = sorted(name for name, value in values.items() if getattr(donor, name) != value)
    for name in changed:
        setattr(donor, name, values[name])
    if "name" in changed:
        session.get_one(Dimension, donor.dimension_id).name = donor.name
    session.flush()
    if changed:
        shown = [name for name in changed if name not in _DERIVED]
        trail.record(
            session,
            actor=actor,
            clock=clock,
            action="donor.change",
            subject=_subject(donor_id),
            detail={"changed": shown},
        )
    return donor


def reveal_id_number(
    session: Session, donor_id: int, *, reason: str, vault: Vault, actor: str, clock: Clock
) -> str:
    """Return the whole identity number of a donor and record who saw it, and why.

    Raises UnknownDonor, NotFound when there is none, InvalidInput without a reason.
    """
    donor = get_donor(session, donor_id)
    if not reason.strip():
        raise InvalidInput(field="原因", reason="查看完整证件号码必须写明原因")
    if donor.id_number is None:
        raise NotFound(what="证件号码", name=donor.name)
    number = vault.open(donor.id_number, _subject(donor_id))
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="donor.unmask",
        subject=_subject(donor_id),
        reason=reason.strip()[:500],
    )
    return number


def masked_id_number(donor: Donor, vault: Vault) -> str:
    """Return the identity number as everybody may see it, or nothing."""
    if donor.id_number is None:
        return ""
    return identity.mask_id_number(vault.open(donor.id_number, _subject(donor.id)))


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


def get_donor(session: Session, donor_id: int) -> Donor:
    """Return a donor. Raises UnknownDonor."""
    donor = session.get(Donor, donor_id)
    if donor is None:
        raise UnknownDonor(donor=donor_id)
    return donor


def get_ref(session: Session, donor_id: int) -> DonorRef:
    """Return what a gift needs of a donor; one that was merged leads to the one that was kept.

    The name stays that of the key, because it is how the donor gave. Raises UnknownDonor.
    """
    row = session.connection().execute(_led().where(Donor.id == donor_id)).one_or_none()
    if row is None:
        raise UnknownDonor(donor=donor_id)
    return DonorRef(row.id, row.dimension_id, row.name)


def ref_of(donor: Donor) -> DonorRef:
    """Return what gifts and vouchers need of a donor; see `get_ref` for one that was merged."""
    session = object_session(donor)
    if session is not None:
        return get_ref(session, donor.id)
    return DonorRef(donor.id, donor.dimension_id, donor.name)


def _led() -> Select[int, int, str]:
    """Select key and dimension of the donor that a donor leads to, and the donor's own name."""
    kept = aliased(Donor)
    return (
        select(
            func.coalesce(kept.id, Donor.id).label("id"),
            func.coalesce(kept.dimension_id, Donor.dimension_id).label("dimension_id"),
            Donor.name,
        )
        .outerjoin(DonorMerge, (DonorMerge.merged_id == Donor.id) & DonorMerge.undone_at.is_(None))
        .outerjoin(kept, kept.id == DonorMerge.kept_id)
    )


def _subject(donor_id: int) -> str:
    return f"donor:{donor_id}"


def _changed_values(
    session: Session, donor: Donor, change: DonorChange, vault: Vault
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if change.name is not None or change.kind is not None:
        name = donor.name if change.name is None else particulars.check_name(change.name)
        kind = change.kind or donor.kind
        spelled, initials = pinyin.spell(name, is_person=kind is DonorKind.PERSON)
        values |= {
            "name": name,
            "name_key": name.casefold(),
            "pinyin": spelled,
            "initials": initials,
        }
    if change.kind is not None:
        values["kind"] = change.kind
    if change.credit_code is not None:
        values["credit_code"] = _credit_code(session, change.credit_code, own=donor.id)
    if change.id_number is not None:
        given = change.id_number.strip()
        number = identity.check_id_number(given) if given else None
        index = vault.index(number) if number else None
        # Sealing again what is there would look like a change.
        if index != donor.id_number_index:
            values["id_number"] = vault.seal(number, _subject(donor.id)) if number else None
            values["id_number_index"] = index
    if change.email is not None:
        values["email"] = particulars.check_email(change.email)
    if change.phone is not None:
        values["phone"] = particulars.check_phone(change.phone)
    if change.note is not None:
        values["note"] = particulars.check_note(change.note)
    return values


def _credit_code(session: Session, text: str, *, own: int = 0) -> str | None:
    if not text.strip():
        return None
    code = identity.check_credit_code(text)
    if session.connection().dialect.name == "postgresql":
        # Two people may record the same organisation at once: the second one waits, then is told.
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"donor {code}"))))
    holder = session.execute(
        select(Donor.id, Donor.name).where(Donor.credit_code == code, Donor.id != own)
    ).one_or_none()
    if holder is not None:
        raise InvalidInput(field="统一社会信用代码", reason=f"捐赠人“{holder.name}”已使用此代码")
    return code


def _identified(session: Session, code: str, number: str, vault: Vault) -> Donor | None:
    if code:
        query = select(Donor).where(Donor.credit_code == code)
    elif number:
        query = select(Donor).where(Donor.id_number_index == vault.index(number))
    else:
        return None
    return session.execute(query.order_by(Donor.id).limit(1)).scalar()


def _with_names(session: Session, names: Iterable[str]) -> list[DonorRef]:
    keys = sorted({name.casefold() for name in names})
    rows = session.connection().execute(
        _led()
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
        spelled, initials = pinyin.spell(ref.name, is_person=kinds[ref.name] is DonorKind.PERSON)
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

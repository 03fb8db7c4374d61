"""Two donors found to be one, and found to be two again.

A merge moves nothing. Gifts, vouchers and issued documents stay with the donor they were made
out to, with the name and numbers they carry; the merged donor becomes an alias, and whatever asks
for a donor by key is led to the one that was kept. So a merge never changes a document, and
undoing it gives back exactly what was there.
"""

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from foundation.donors import aliases
from foundation.donors.models import Donor, DonorKind, DonorMerge
from foundation.donors.service import UnknownDonor, get_donor
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput


class UnsureMerge(Conflict):
    """What is known of the two donors says, or may say, that they are not one."""

    code = "unsure_merge"
    message = "不能合并“{kept}”与“{merged}”：{reason}"


def merge(
    session: Session, kept_id: int, merged_id: int, *, reason: str, actor: str, clock: Clock
) -> DonorMerge:
    """Make one donor an alias of another.

    Raises UnknownDonor, InvalidInput without a reason, and UnsureMerge where anything known of
    the two speaks against it; then a person has to put the particulars right first.
    """
    if not reason.strip() or len(reason) > 500:
        raise InvalidInput(field="原因", reason="合并捐赠人必须写明原因，最多 500 字")
    kept, merged = _hold(session, kept_id, merged_id)
    _require_one(session, kept, merged)
    made = DonorMerge(
        kept_id=kept_id,
        merged_id=merged_id,
        reason=reason.strip(),
        merged_by=actor,
        merged_at=clock.now(),
    )
    session.add(made)
    session.flush()
    for key in (kept_id, merged_id):
        trail.record(
            session,
            actor=actor,
            clock=clock,
            action="donor.merge",
            subject=f"donor:{key}",
            reason=reason.strip(),
            detail={"kept": kept_id, "merged": merged_id},
        )
    return made


def undo(session: Session, merged_id: int, *, reason: str, actor: str, clock: Clock) -> int:
    """Make an alias a donor of its own again, and return whose alias it was.

    Raises InvalidInput without a reason, and Conflict for a donor that is no alias.
    """
    if not reason.strip() or len(reason) > 500:
        raise InvalidInput(field="原因", reason="撤销合并必须写明原因，最多 500 字")
    _hold(session, merged_id)
    found = session.execute(
        select(DonorMerge).where(DonorMerge.merged_id == merged_id, DonorMerge.undone_at.is_(None))
    ).scalar_one_or_none()
    if found is None:
        raise Conflict(reason="此捐赠人没有并入其他捐赠人")
    found.undone_by, found.undone_at = actor, clock.now()
    found.undone_reason = reason.strip()
    session.flush()
    for key in (found.kept_id, merged_id):
        trail.record(
            session,
            actor=actor,
            clock=clock,
            action="donor.unmerge",
            subject=f"donor:{key}",
            reason=reason.strip(),
            detail={"kept": found.kept_id, "merged": merged_id},
        )
    return found.kept_id


def kept_id(session: Session, donor_id: int) -> int:
    """Return the donor that a key leads to: itself unless it was merged. Raises UnknownDonor."""
    kept = aliases.kept_of(session, donor_id)
    if kept == donor_id and session.get(Donor, donor_id) is None:
        raise UnknownDonor(donor=donor_id)
    return kept


def merges_of(session: Session, donor_id: int) -> list[DonorMerge]:
    """Return every merge that a donor took part in, the latest first."""
    return list(
        session.execute(
            select(DonorMerge)
            .where(or_(DonorMerge.kept_id == donor_id, DonorMerge.merged_id == donor_id))
            .order_by(DonorMerge.id.desc())
        ).scalars()
    )


def names_of(session: Session, keys: Iterable[int]) -> dict[int, str]:
    """Return the names of donors by key."""
    rows = session.execute(
        select(Donor.id, Donor.name).where(Donor.id.in_(sorted(set(keys)))).order_by(Donor.id)
    )
    return {row.id: row.name for row in rows}


def _hold(session: Session, *keys: int) -> list[Donor]:
    for key in sorted(set(keys)):
        session.execute(select(Donor.id).where(Donor.id == key).with_for_update()).all()
    return [get_donor(session, key) for key in keys]


def _require_one(session: Session, kept: Donor, merged: Donor) -> None:
    """Refuse wherever what is known does not fit together. Raises UnsureMerge."""
    reason = _difference(kept, merged)
    for donor in (kept, merged):
        if not reason and kept_id(session, donor.id) != donor.id:
            reason = f"“{donor.name}”已并入其他捐赠人，请先撤销"
    if not reason and len(aliases.ids_of(session, merged.id)) > 1:
        reason = f"已有捐赠人并入“{merged.name}”，请反向合并或先撤销"
    if reason:
        raise UnsureMerge(kept=kept.name, merged=merged.name, reason=reason)


def _difference(kept: Donor, merged: Donor) -> str:
    """Return what tells the two apart, or nothing."""
    codes = {kept.credit_code, merged.credit_code} - {None}
    numbers = {kept.id_number_index, merged.id_number_index} - {None}
    reasons = (
        (kept.id == merged.id, "是同一条记录"),
        (DonorKind.ANONYMOUS in (kept.kind, merged.kind), "匿名捐赠人不能合并"),
        (kept.kind is not merged.kind, "类型不同，请先核对并改正"),
        (len(codes) > 1, "统一社会信用代码不同"),
        (len(numbers) > 1, "身份证号码不同"),
    )
    return next((reason for applies, reason in reasons if applies), "")

"""Keep the register of related parties: declare, relate, end, withdraw, link, rule.

Nothing is edited: what was wrong is withdrawn with a reason and stated anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from foundation.donors import identity
from foundation.donors.vault import Vault
from foundation.imports.names import normalise_name
from foundation.parties import linking, queries
from foundation.parties.models import (
    DealingKind,
    Party,
    PartyRelation,
    PartyRuling,
    RelationKind,
    number_of,
)
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.orm import reserve_ids
from ledger.vouchers import Voucher, VoucherState

_LONGEST = 300


class PartyThere(Conflict):
    """Another party of the register has this name or number."""

    code = "related_party_exists"
    message = "关联方 {number} {name} 已使用该{field}"


class RelationThere(Conflict):
    """The same relation is stated for some of the same days."""

    code = "relation_exists"
    message = "该关联方在所填期间已有相同的关联关系；如有变化，请先终止或撤回原关系"


@dataclass(frozen=True, slots=True)
class RelationInput:
    """Why somebody is related, from when to when, and which paper says so."""

    kind: RelationKind
    is_important: bool
    relation: str
    source: str
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class PartyInput:
    """A related party as typed."""

    name: str
    is_person: bool
    credit_code: str = ""
    id_number: str = ""


def declare(
    session: Session,
    entry: PartyInput,
    relation: RelationInput,
    *,
    vault: Vault,
    actor: str,
    clock: Clock,
) -> Party:
    """Declare a related party with its first relation, and link what has its name or number.

    Raises InvalidInput, WrongNumber for check digits, and PartyThere.
    """
    name = _name(entry.name)
    _require_new(session, Party.name_key == name.casefold(), "名称")
    credit_code, sealed, index = None, None, None
    (key,) = reserve_ids(session.connection(), Party.__table__, 1)  # type: ignore[arg-type]
    if entry.credit_code.strip():
        if entry.is_person:
            raise InvalidInput(field="统一社会信用代码", reason="个人没有统一社会信用代码")
        credit_code = identity.check_credit_code(entry.credit_code)
        _require_new(session, Party.credit_code == credit_code, "统一社会信用代码")
    if entry.id_number.strip():
        if not entry.is_person:
            raise InvalidInput(field="身份证号码", reason="单位没有身份证号码")
        number = identity.check_id_number(entry.id_number)
        sealed, index = vault.seal(number, _subject(key)), vault.index(number)
        _require_new(session, Party.id_number_index == index, "身份证号码")
    party = Party(
        id=key,
        name=name,
        name_key=name.casefold(),
        is_person=entry.is_person,
        credit_code=credit_code,
        id_number=sealed,
        id_number_index=index,
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(party)
    session.flush()
    _note(session, party.id, "party.declare", {"name": name}, actor=actor, clock=clock)
    relate(session, party.id, relation, actor=actor, clock=clock)
    linking.link_the_same(session, party, actor=actor, clock=clock)
    return party


def relate(
    session: Session, party_id: int, entry: RelationInput, *, actor: str, clock: Clock
) -> PartyRelation:
    """State one more relation of a party. Raises UnknownParty, InvalidInput, RelationThere."""
    _locked(session, party_id)
    _check_relation(entry)
    for before in queries.get(session, party_id).relations:
        if before.withdrawn_at is None and before.kind is entry.kind and _meet(before, entry):
            raise RelationThere
    relation = PartyRelation(
        party_id=party_id,
        kind=entry.kind,
        is_important=entry.is_important,
        relation=entry.relation.strip(),
        source=entry.source.strip(),
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    session.add(relation)
    session.flush()
    detail = {
        "kind": entry.kind.value,
        "important": entry.is_important,
        "from": entry.valid_from.isoformat(),
        "until": entry.valid_until.isoformat() if entry.valid_until else None,
    }
    _note(session, party_id, "party.relate", detail, actor=actor, clock=clock)
    return relation


def end(
    session: Session,
    party_id: int,
    relation_id: int,
    *,
    until: date,
    reason: str,
    actor: str,
    clock: Clock,
) -> PartyRelation:
    """Say until when a relation lasted. Raises NotFound, InvalidInput, Conflict."""
    relation = _relation(session, party_id, relation_id)
    if relation.valid_until is not None:
        raise Conflict(reason=f"该关联关系已于 {relation.valid_until} 终止")
    if until < relation.valid_from:
        raise InvalidInput(field="终止日期", reason=f"不能早于 {relation.valid_from}")
    relation.valid_until = until
    session.flush()
    _note(
        session,
        party_id,
        "party.end",
        {"relation": relation_id, "until": until.isoformat()},
        reason=_reason(reason),
        actor=actor,
        clock=clock,
    )
    return relation


def withdraw(
    session: Session, party_id: int, relation_id: int, *, reason: str, actor: str, clock: Clock
) -> PartyRelation:
    """Take back a relation that was stated by mistake. Raises NotFound, InvalidInput."""
    relation = _relation(session, party_id, relation_id)
    relation.withdrawn_reason = _reason(reason)
    relation.withdrawn_by, relation.withdrawn_at = actor, clock.now()
    session.flush()
    _note(
        session,
        party_id,
        "party.withdraw",
        {"relation": relation_id},
        reason=relation.withdrawn_reason,
        actor=actor,
        clock=clock,
    )
    return relation


def rename(
    session: Session, party_id: int, name: str, *, reason: str, actor: str, clock: Clock
) -> Party:
    """Give a party its new name; the trail keeps the one before. Raises as `declare`."""
    party = _locked(session, party_id)
    cleaned, before = _name(name), party.name
    if cleaned == before:
        return party
    _require_new(session, (Party.name_key == cleaned.casefold()) & (Party.id != party_id), "名称")
    party.name, party.name_key = cleaned, cleaned.casefold()
    session.flush()
    detail = {"before": before, "after": cleaned}
    _note(
        session, party_id, "party.rename", detail, reason=_reason(reason), actor=actor, clock=clock
    )
    linking.link_the_same(session, party, actor=actor, clock=clock)
    return party


def rule(
    session: Session,
    party_id: int,
    voucher_id: int,
    *,
    kind: DealingKind | None,
    decision: str,
    reason: str,
    actor: str,
    clock: Clock,
) -> PartyRuling:
    """Decide what the dealing in a voucher is, and name the paper behind it.

    Raises UnknownParty, NotFound for a voucher that is not posted, InvalidInput.
    """
    queries.get(session, party_id)
    voucher = session.get(Voucher, voucher_id)
    if voucher is None or voucher.state is not VoucherState.POSTED:
        raise NotFound(what="已记账凭证", name=str(voucher_id))
    if kind is None and not decision.strip():
        raise InvalidInput(field="交易类型、决策文件", reason="至少填写一项")
    if len(decision.strip()) > 200:
        raise InvalidInput(field="决策文件", reason="最多 200 个字符")
    ruling = PartyRuling(
        party_id=party_id,
        voucher_id=voucher_id,
        kind=kind,
        decision=decision.strip(),
        reason=_reason(reason),
        ruled_by=actor,
        ruled_at=clock.now(),
    )
    session.add(ruling)
    session.flush()
    detail = {"voucher": voucher_id, "kind": kind.value if kind else None}
    _note(session, party_id, "party.rule", detail, reason=ruling.reason, actor=actor, clock=clock)
    return ruling


def masked_id_number(party: Party, vault: Vault) -> str:
    """Return the identity number of a party as people may see it, or nothing."""
    if party.id_number is None:
        return ""
    return identity.mask_id_number(vault.open(party.id_number, _subject(party.id)))


def _relation(session: Session, party_id: int, relation_id: int) -> PartyRelation:
    """Lock a relation that still stands. Raises NotFound, Conflict."""
    relation = session.execute(
        select(PartyRelation).where(PartyRelation.id == relation_id).with_for_update()
    ).scalar_one_or_none()
    if relation is None or relation.party_id != party_id:
        raise NotFound(what="关联关系", name=str(relation_id))
    if relation.withdrawn_at is not None:
        raise Conflict(reason="该关联关系已撤回")
    return relation


def _locked(session: Session, party_id: int) -> Party:
    party = session.execute(
        select(Party).where(Party.id == party_id).with_for_update()
    ).scalar_one_or_none()
    if party is None:
        raise queries.UnknownParty(party=number_of(party_id))
    return party


def _check_relation(entry: RelationInput) -> None:
    for field, text in (("关联关系", entry.relation), ("依据文件", entry.source)):
        if not text.strip():
            raise InvalidInput(field=field, reason="不能为空")
        if len(text.strip()) > _LONGEST:
            raise InvalidInput(field=field, reason=f"最多 {_LONGEST} 个字符")
    if entry.valid_until is not None and entry.valid_until < entry.valid_from:
        raise InvalidInput(field="终止日期", reason="不能早于起始日期")


def _meet(before: PartyRelation, entry: RelationInput) -> bool:
    latest = date.max
    return before.valid_from <= (entry.valid_until or latest) and entry.valid_from <= (
        before.valid_until or latest
    )


def _name(text: str) -> str:
    name = normalise_name(text)
    if not name or len(name) > 200 or not name.isprintable():
        raise InvalidInput(field="关联方", reason="名称不能为空，最多 200 字")
    return name


def _reason(text: str) -> str:
    cleaned = text.strip()
    if not cleaned or len(cleaned) > 500:
        raise InvalidInput(field="原因", reason="不能为空，最多 500 个字符")
    return cleaned


def _require_new(session: Session, condition: ColumnElement[bool], field: str) -> None:
    found: Sequence[Party] = session.execute(select(Party).where(condition)).scalars().all()
    if found:
        raise PartyThere(number=number_of(found[0].id), name=found[0].name, field=field)


def _subject(party_id: int) -> str:
    return f"party:{party_id}"


def _note(
    session: Session,
    party_id: int,
    action: str,
    detail: dict[str, Any],
    *,
    reason: str | None = None,
    actor: str,
    clock: Clock,
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=_subject(party_id),
        reason=reason,
        detail=detail,
    )

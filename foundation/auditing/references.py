"""What a question is about: a voucher, one of its lines, or a gift, named as people write it.

`记-2026-03-0007`, `记-2026-03-0007#2` (line 2), `G2026-000123`, `Q2026-0004` (a question).
"""

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.auditing.models import AuditQuery
from foundation.gifts.models import Gift
from foundation.gifts.models import reference as gift_reference
from ledger.errors import InvalidInput, NotFound
from ledger.vouchers import Voucher, VoucherLine

_VOUCHER = re.compile(r"([^\W\d_]{1,8})-(\d{4})-(\d{2})-(\d{1,9})(?:#(\d{1,5}))?")
_GIFT = re.compile(r"[Gg](\d{4})-(\d{1,18})", re.ASCII)
_QUERY = re.compile(r"[Qq](\d{4})-(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Object:
    """What of the books is asked about; nothing at all for a question on the whole."""

    voucher_id: int | None = None
    line_no: int | None = None
    gift_id: int | None = None


class UnknownQuery(NotFound):
    """There is no such question."""

    code = "unknown_audit_query"
    message = "没有审计询问“{query}”"


def find(session: Session, text: str) -> Object:
    """Return what a text names; nothing for an empty one. Raises NotFound, InvalidInput."""
    wanted = text.strip()
    if not wanted:
        return Object()
    if found := _GIFT.fullmatch(wanted):
        return Object(gift_id=_gift(session, wanted, int(found[2])))
    if found := _VOUCHER.fullmatch(wanted):
        month = int(found[2]) * 100 + int(found[3])
        line_no = int(found[5]) if found[5] else None
        return _voucher(session, wanted, (month, found[1], int(found[4])), line_no)
    raise InvalidInput(
        field="对象", reason="应写作 记-2026-03-0007、记-2026-03-0007#2 或 G2026-000123"
    )


def _gift(session: Session, text: str, key: int) -> int:
    gift = session.get(Gift, key) if key < 2**63 else None
    if gift is None or gift_reference(gift.id, gift.received_on) != text.upper():
        raise NotFound(what="捐赠", name=text)
    return gift.id


def _voucher(session: Session, text: str, key: tuple[int, str, int], line_no: int | None) -> Object:
    period, word, number = key
    voucher_id = session.execute(
        select(Voucher.id).where(
            Voucher.period_id == period, Voucher.word == word, Voucher.number == number
        )
    ).scalar_one_or_none()
    if voucher_id is None:
        raise NotFound(what="凭证", name=text)
    if line_no is not None and session.get(VoucherLine, (voucher_id, line_no)) is None:
        raise NotFound(what="分录", name=text)
    return Object(voucher_id=voucher_id, line_no=line_no)


def find_query(session: Session, text: str) -> AuditQuery:
    """Return the question of a reference. Raises UnknownQuery."""
    found = _QUERY.fullmatch(text.strip())
    query = None
    if found:
        query = session.execute(
            select(AuditQuery).where(
                AuditQuery.year == int(found[1]), AuditQuery.number == int(found[2])
            )
        ).scalar_one_or_none()
    if query is None:
        raise UnknownQuery(query=text[:40])
    return query

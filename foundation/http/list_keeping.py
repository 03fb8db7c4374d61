"""What a person keeps of lists: filters with a name, and columns that stay hidden.

These are the person's own, like the language: nobody else sees them and no book depends on them.
"""

import re
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from foundation.http.models import HiddenColumns, SavedFilter
from ledger.clock import Clock
from ledger.errors import InvalidInput

MOST, LONGEST_NAME, LONGEST_QUERY = 60, 60, 1000
_WORD = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
# The place in a list is nothing to keep.
_PASSING = frozenset({"cursor", "limit"})


def save_filter(
    session: Session, *, user_id: int, listing: str, name: str, query: str, clock: Clock
) -> str:
    """Keep a filter under a name, replacing the one that had it; return its parameters."""
    check_listing(listing)
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME:
        raise InvalidInput(field="筛选名称", reason=f"应为 1 到 {LONGEST_NAME} 个字符")
    cleaned = clean(query)
    mine = select(SavedFilter).where(SavedFilter.user_id == user_id)
    kept = session.execute(
        mine.where(SavedFilter.listing == listing, SavedFilter.name == called)
    ).scalar_one_or_none()
    if kept is not None:
        kept.query = cleaned
        return cleaned
    count = session.execute(mine.with_only_columns(func.count())).scalar_one()
    if count >= MOST:
        raise InvalidInput(field="筛选名称", reason=f"最多保存 {MOST} 个筛选，请先删除不用的")
    session.add(
        SavedFilter(
            user_id=user_id, listing=listing, name=called, query=cleaned, created_at=clock.now()
        )
    )
    return cleaned


def delete_filter(session: Session, key: int, *, user_id: int) -> None:
    """Forget a filter of the person; one that is not there is forgotten already."""
    session.execute(
        delete(SavedFilter).where(SavedFilter.id == key, SavedFilter.user_id == user_id)
    )


def hide_columns(session: Session, *, user_id: int, listing: str, columns: list[str]) -> None:
    """Remember which columns the person does not want to see."""
    check_listing(listing)
    if not all(_WORD.fullmatch(column) for column in columns):
        raise InvalidInput(field="列", reason="列的名称无效")
    text = ",".join(sorted(set(columns)))
    if len(text) > LONGEST_QUERY:
        raise InvalidInput(field="列", reason="列的名称无效")
    chosen = session.get(HiddenColumns, (user_id, listing))
    if chosen is None:
        session.add(HiddenColumns(user_id=user_id, listing=listing, columns=text))
    else:
        chosen.columns = text


def check_listing(listing: str) -> None:
    """Raise InvalidInput for what cannot be the name of a list."""
    if not _WORD.fullmatch(listing):
        raise InvalidInput(field="列表", reason="列表的名称无效")


def clean(query: str) -> str:
    """Return the parameters of an address without those that mean only a place in the list."""
    given = parse_qsl(query.replace("\x00", ""), max_num_fields=50)
    kept = urlencode([(name, value) for name, value in given if name not in _PASSING])
    if len(kept) > LONGEST_QUERY:
        raise InvalidInput(field="筛选条件", reason="筛选条件过长，不能保存")
    return kept

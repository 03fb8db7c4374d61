"""Schemes in force: the shipped ones, and the versions that an administrator entered.

A shipped scheme is stored the first time that something is written about it, so a claim, a
confirmation and a decision always name a stored version. Text with a mistake is never stored; a
version is never edited, a new one takes its place. A version is complete in itself: its content
holds every rule block that it uses, so it means the same when the program has moved on.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.claims.kinds import SchemeOrigin
from foundation.claims.scheme_models import MatchingScheme
from foundation.matching import catalogue, checking, loading
from foundation.matching.checking import Problem
from foundation.matching.schemes import Scheme
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound

SYSTEM_REASON = "随程序提供的配比办法"
LONGEST_TEXT = 400_000


class SchemeTextWrong(InvalidInput):
    """The text of a scheme has mistakes; `problems` names each with its line."""

    code = "scheme_text_wrong"
    message = "配比办法有 {count} 处错误，未保存"


class UnknownScheme(NotFound):
    """No scheme has this code."""

    code = "unknown_scheme"
    message = "没有编号为“{scheme}”的配比办法"


class SchemeUnchanged(Conflict):
    """The text says what the version in force says already."""

    code = "scheme_unchanged"
    message = "办法“{scheme}”的内容与现行版本相同，没有可保存的更改"


@dataclass(frozen=True, slots=True)
class StoredScheme:
    """One version. `id` is None while a shipped scheme has not been stored yet."""

    id: int | None
    code: str
    version: int
    origin: SchemeOrigin
    title: str
    text: str
    content: str
    digest: str
    reason: str
    created_by: str
    created_at: datetime | None

    @property
    def scheme(self) -> Scheme:
        """The typed scheme."""
        return loaded(self.content)

    @property
    def data(self) -> Mapping[str, Any]:
        """The scheme as plain data."""
        return data_of(self.content)

    @property
    def key(self) -> int:
        """The key of a version that is stored."""
        assert self.id is not None
        return self.id


@lru_cache(maxsize=128)
def loaded(content: str) -> Scheme:
    """Build the scheme of a stored content."""
    known = catalogue.shipped().known
    (scheme,) = loading.schemes(json.loads(content), known=known, mixins={})
    return scheme


def data_of(content: str) -> Mapping[str, Any]:
    """Return the scheme of a stored content as plain data."""
    found: Mapping[str, Any] = json.loads(content)["schemes"][0]
    return found


def content_of(data: Mapping[str, Any], mixins: Mapping[str, Any]) -> str:
    """Write a scheme with every rule block that it uses, and the law, as canonical JSON."""
    used = {rule["use"] for rule in data.get("gift_rules") or () if "use" in rule}
    blocks = {name: rules for name, rules in mixins.items() if name in used or _is_law(name)}
    return trail.canonical({"mixins": blocks, "schemes": [data]})


def _is_law(name: str) -> bool:
    return name.startswith("law.")


def digest_of(content: str) -> str:
    """Return the digest of a content."""
    return hashlib.sha256(content.encode()).hexdigest()


def text_of(data: Mapping[str, Any]) -> str:
    """Write a scheme as YAML, as an administrator edits it."""
    return str(yaml.safe_dump({"schemes": [data]}, allow_unicode=True, sort_keys=False, width=100))


def list_current(session: Session) -> list[StoredScheme]:
    """Return the version in force of every scheme, by code."""
    newest = select(func.max(MatchingScheme.id)).group_by(MatchingScheme.code)
    rows = session.execute(
        select(MatchingScheme).where(MatchingScheme.id.in_(newest)).order_by(MatchingScheme.code)
    ).scalars()
    found = {row.code: _stored(row) for row in rows}
    for code in catalogue.shipped_data():
        kept = found.get(code)
        if kept is None or _is_outdated(kept):
            found[code] = _shipped(code, 0 if kept is None else kept.version)
    return [found[code] for code in sorted(found)]


def current(session: Session, code: str) -> StoredScheme:
    """Return the version in force of a scheme. Raises UnknownScheme."""
    row = session.execute(
        select(MatchingScheme)
        .where(MatchingScheme.code == code)
        .order_by(MatchingScheme.version.desc())
        .limit(1)
    ).scalar_one_or_none()
    if row is not None:
        kept = _stored(row)
        return _shipped(code, kept.version) if _is_outdated(kept) else kept
    if code not in catalogue.shipped_data():
        raise UnknownScheme(scheme=code[:60])
    return _shipped(code, 0)


def get_version(session: Session, key: int) -> StoredScheme:
    """Return a stored version by its key. Raises UnknownScheme."""
    row = session.get(MatchingScheme, key)
    if row is None:
        raise UnknownScheme(scheme=str(key))
    return _stored(row)


def list_versions(session: Session, code: str) -> list[StoredScheme]:
    """Return the stored versions of a scheme, newest first."""
    rows = session.execute(
        select(MatchingScheme)
        .where(MatchingScheme.code == code)
        .order_by(MatchingScheme.version.desc())
    ).scalars()
    return [_stored(row) for row in rows]


def ensure(session: Session, code: str, *, actor: str, clock: Clock) -> StoredScheme:
    """Return the version in force, storing a shipped one that is not stored yet."""
    found = current(session, code)
    if found.id is not None:
        return found
    return _store(session, found, actor=actor, clock=clock)


def check_text(session: Session, text: str, filename: str = "scheme.yaml") -> tuple[Problem, ...]:
    """Explain every mistake of a text, with its line, also against the schemes in force."""
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(field="文件", reason="配比办法文件过大")
    data, problems = catalogue.parse_scheme_text(text, filename)
    if problems:
        return problems
    items = _items(data)
    codes = {str(item["scheme"]) for item in items}
    others: list[object] = [kept.data for kept in list_current(session) if kept.code not in codes]
    known = catalogue.shipped().known
    before = {mistake.message_zh for mistake in checking.overlaps(others, known=known)}
    return tuple(
        Problem(1, "in_force", mistake.message_zh, mistake.message_en)
        for mistake in checking.overlaps([*others, *items], known=known)
        if mistake.message_zh not in before
    )


def add_text(
    session: Session,
    text: str,
    *,
    filename: str = "scheme.yaml",
    reason: str,
    actor: str,
    clock: Clock,
    origin: SchemeOrigin = SchemeOrigin.EDITED,
) -> list[StoredScheme]:
    """Store each scheme of a text as a new version.

    Raises SchemeTextWrong with every mistake, SchemeUnchanged, InvalidInput without a reason.
    """
    if not reason.strip():
        raise InvalidInput(field="理由", reason="修改办法必须写明理由")
    problems = check_text(session, text, filename)
    if problems:
        raise SchemeTextWrong(
            count=len(problems),
            problems=[
                {
                    "line": problem.line,
                    "field": problem.field,
                    "message": problem.message_zh,
                    "message_en": problem.message_en,
                }
                for problem in problems
            ],
        )
    data, _ = catalogue.parse_scheme_text(text, filename)
    own = data.get("mixins", {}) if isinstance(data, Mapping) else {}
    items = _items(data)
    added = []
    for item in items:
        content = content_of(item, {**catalogue.shipped().mixins, **own})
        code = str(item["scheme"])
        kept = _version_before(session, code)
        if kept is not None and kept.content == content:
            raise SchemeUnchanged(scheme=code)
        if kept is not None and kept.id is None:
            kept = _store(session, kept, actor=actor, clock=clock)
        candidate = StoredScheme(
            id=None,
            code=code,
            version=0 if kept is None else kept.version,
            origin=origin,
            title=str(item["title"])[:200],
            text=text if len(items) == 1 else text_of(item),
            content=content,
            digest=digest_of(content),
            reason=reason.strip(),
            created_by=actor,
            created_at=None,
        )
        added.append(_store(session, candidate, actor=actor, clock=clock))
    return added


def _items(data: object) -> list[Mapping[str, Any]]:
    if isinstance(data, Mapping):
        listed = data.get("schemes", [data])
        return list(listed)
    return list(data) if isinstance(data, list) else []


def _version_before(session: Session, code: str) -> StoredScheme | None:
    try:
        return current(session, code)
    except UnknownScheme:
        return None


def _shipped(code: str, version: int) -> StoredScheme:
    data = catalogue.shipped_data()[code]
    content = _shipped_content(code)
    return StoredScheme(
        id=None,
        code=code,
        version=version,
        origin=SchemeOrigin.SHIPPED,
        title=str(data["title"]),
        text=text_of(data),
        content=content,
        digest=digest_of(content),
        reason=SYSTEM_REASON,
        created_by="",
        created_at=None,
    )


@lru_cache(maxsize=64)
def _shipped_content(code: str) -> str:
    return content_of(catalogue.shipped_data()[code], catalogue.shipped().mixins)


def _is_outdated(kept: StoredScheme) -> bool:
    """Whether the program now ships something else than what was stored from it."""
    if kept.origin is not SchemeOrigin.SHIPPED or kept.code not in catalogue.shipped_data():
        return False
    return kept.content != _shipped_content(kept.code)


def _store(session: Session, candidate: StoredScheme, *, actor: str, clock: Clock) -> StoredScheme:
    row = MatchingScheme(
        code=candidate.code,
        version=candidate.version + 1,
        title=candidate.title,
        origin=candidate.origin,
        text=candidate.text,
        content=candidate.content,
        digest=candidate.digest,
        reason=candidate.reason,
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="scheme.version",
        subject=f"scheme:{row.code}",
        reason=candidate.reason,
        detail={"version": row.version, "digest": row.digest, "origin": row.origin.value},
    )
    return _stored(row)


def _stored(row: MatchingScheme) -> StoredScheme:
    return StoredScheme(
        id=row.id,
        code=row.code,
        version=row.version,
        origin=row.origin,
        title=row.title,
        text=row.text,
        content=row.content,
        digest=row.digest,
        reason=row.reason,
        created_by=row.created_by,
        created_at=row.created_at,
    )

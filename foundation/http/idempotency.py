"""Answers kept for repeated requests: same key and same body, same answer, work done once.

The answer is stored in the transaction of the work, so there is never one without the other. A
request that was refused leaves nothing, and may be corrected and sent again with its key.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import IO, Any

from flask import Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.http.models import IdempotentAnswer
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput

HEADER = "Idempotency-Key"
LONGEST = 120


class KeyReused(Conflict):
    """The key was used for another request."""

    code = "idempotency_key_reused"
    message = "Idempotency-Key 已用于另一请求，请换用新的键"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered: the status and the JSON text."""

    status: int
    body: str


def key_of(request: Request) -> str | None:
    """Return the key of a request, or None. Raises InvalidInput for one that cannot be kept."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST or not (key.isascii() and key.isprintable()):
        raise InvalidInput(field=HEADER, reason=f"应为 1 至 {LONGEST} 个可打印字符")
    return key


def digest_of(request: Request) -> str:
    """Return the digest of what is asked: method, address and body.

    JSON counts by content, not by spaces. A form with files counts by its parts, because the
    boundary between them is another one each time.
    """
    parts: list[Any] = [request.method, request.full_path]
    if request.mimetype == "multipart/form-data":
        parts.append(sorted(request.form.items(multi=True)))
        for name, file in sorted(request.files.items(multi=True), key=lambda item: item[0]):
            parts.append([name, file.filename, _content_digest(file.stream)])
    else:
        content = request.get_json(silent=True)
        parts.append(request.get_data(as_text=True) if content is None else content)
    packed = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(packed.encode()).hexdigest()


def _content_digest(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(1 << 20):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()


def find(session: Session, user_id: int, key: str, digest: str) -> Answer | None:
    """Return the answer that was given, or None. Raises KeyReused for another request.

    The key stays locked until commit, so a second request at the same moment waits for the
    answer of the first. SQLite needs no lock: its write transactions run one after another.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_lock(user_id, key))))
    kept = session.get(IdempotentAnswer, (user_id, key))
    if kept is None:
        return None
    if kept.request_digest != digest:
        raise KeyReused
    return Answer(kept.status, kept.body)


def keep(
    session: Session, user_id: int, key: str, digest: str, answer: Answer, *, clock: Clock
) -> None:
    """Keep an answer with the work it speaks of."""
    session.add(
        IdempotentAnswer(
            user_id=user_id,
            key=key,
            request_digest=digest,
            status=answer.status,
            body=answer.body,
            created_at=clock.now(),
        )
    )


def _lock(user_id: int, key: str) -> int:
    packed = hashlib.sha256(f"idempotency:{user_id}:{key}".encode()).digest()
    return int.from_bytes(packed[:8], "big", signed=True)

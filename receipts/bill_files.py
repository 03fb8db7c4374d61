"""The finance department's own files of a bill: kept as they came, handed out as they came.

Never saved anew, stamped or merged: that would break the signatures of both seals.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from receipts import files
from receipts.models import BillFile, BillFileKind

MAX_BYTES = 20 * 1024 * 1024
MEDIA_TYPES = {
    BillFileKind.PDF: "application/pdf",
    BillFileKind.OFD: "application/ofd",
    BillFileKind.XML: "application/xml",
}
# How the content of each kind begins; an OFD is a zip archive.
_BEGINNINGS = {
    BillFileKind.PDF: (b"%PDF-",),
    BillFileKind.OFD: (b"PK\x03\x04",),
    BillFileKind.XML: (b"<", b"\xef\xbb\xbf<"),
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a bill and its bytes."""

    name: str
    kind: BillFileKind
    digest: str
    content: bytes


def attach(
    session: Session,
    bill_id: int,
    *,
    name: str,
    content: bytes,
    folder: Path,
    actor: str,
    clock: Clock,
) -> int:
    """Keep a file of a bill and return its key.

    Raises InvalidInput for what is no PDF, OFD or XML, and Conflict when it is there already.
    """
    cleaned = Path(name.replace("\\", "/")).name.strip()[-200:]
    kind = _kind(cleaned, content)
    digest = files.digest_of(content)
    same = select(BillFile.id).where(BillFile.bill_id == bill_id, BillFile.digest == digest)
    if session.execute(same).first() is not None:
        raise Conflict(reason="该票据已有内容相同的文件")
    files.store(folder, content)
    file = BillFile(
        bill_id=bill_id,
        kind=kind,
        file_name=cleaned,
        size=len(content),
        digest=digest,
        added_by=actor,
        added_at=clock.now(),
    )
    session.add(file)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bill.attach",
        subject=f"bill:{bill_id}",
        detail={"name": cleaned, "digest": digest},
    )
    return file.id


def read(session: Session, file_id: int, *, folder: Path) -> StoredFile:
    """Return a file as it came in. Raises NotFound, or FileChanged."""
    file = session.get(BillFile, file_id)
    if file is None:
        raise NotFound(what="票据文件", name=str(file_id))
    content = files.read(folder, file.digest, name=file.file_name)
    return StoredFile(file.file_name, file.kind, file.digest, content)


def list_files(session: Session, bill_id: int) -> list[BillFile]:
    """Return the files of a bill in the order in which they came."""
    query = select(BillFile).where(BillFile.bill_id == bill_id).order_by(BillFile.id)
    return list(session.execute(query).scalars())


def _kind(name: str, content: bytes) -> BillFileKind:
    suffix = Path(name).suffix.lower().removeprefix(".")
    if suffix not in tuple(BillFileKind):
        raise InvalidInput(field="票据文件", reason="应为财政系统下载的 PDF、OFD 或 XML 文件")
    kind = BillFileKind(suffix)
    if not 0 < len(content) <= MAX_BYTES:
        raise InvalidInput(field="票据文件", reason="不能为空，最大 20 MB")
    if not content.startswith(_BEGINNINGS[kind]):
        raise InvalidInput(field="票据文件", reason="内容与文件类型不符")
    return kind

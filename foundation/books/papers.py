"""Source documents (原始凭证) of vouchers: stored byte for byte under their digest.

A file lies in DATA_DIR/files/ab/abcd…; the same content is stored once. It is written before
the transaction commits and never deleted, so a row always finds its file.
"""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import trail
from ledger.clock import Clock
from ledger.drafting import get_state
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.integrity import Check
from ledger.vouchers import VoucherFile, VoucherState
from receipts import files

MAX_BYTES = 20 * 1024 * 1024
_BATCH = 1000
# What a voucher may carry: what auditors can open and what cannot run.
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".ofd": "application/ofd",
    ".xml": "application/xml",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".zip": "application/zip",
}


class PaperChanged(Conflict):
    """What lies in the archive is not what was stored."""

    code = "paper_changed"
    message = "附件“{name}”与入档时的摘要不符或已丢失，请从备份恢复"


def add(
    session: Session,
    voucher_id: int,
    *,
    name: str,
    content: bytes,
    data_dir: Path,
    actor: str,
    clock: Clock,
) -> int:
    """Attach a document and return its key.

    Raises InvalidInput for an empty, oversized or unknown kind of file, and Conflict when the
    voucher has it already or was discarded.
    """
    cleaned = Path(name.replace("\\", "/")).name.strip()[-200:]
    suffix = Path(cleaned).suffix.lower()
    if not cleaned or suffix not in MEDIA_TYPES:
        raise InvalidInput(field="附件", reason="文件类型应为 " + "、".join(sorted(MEDIA_TYPES)))
    if not content or len(content) > MAX_BYTES:
        raise InvalidInput(field="附件", reason=f"不能为空，最大 {MAX_BYTES // 1024 // 1024} MB")
    if get_state(session, voucher_id) is VoucherState.DISCARDED:
        raise Conflict(reason="凭证已作废")
    digest = files.digest_of(content)
    same = select(VoucherFile.id).where(
        VoucherFile.voucher_id == voucher_id, VoucherFile.digest == digest
    )
    if session.execute(same).first() is not None:
        raise Conflict(reason="该凭证已有内容相同的附件")
    files.store(data_dir, content)
    file = VoucherFile(
        voucher_id=voucher_id,
        file_name=cleaned,
        media_type=MEDIA_TYPES[suffix],
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
        action="voucher.attach",
        subject=f"voucher:{voucher_id}",
        detail={"name": cleaned, "digest": digest},
    )
    return file.id


def read(
    session: Session, voucher_id: int, file_id: int, *, data_dir: Path
) -> tuple[VoucherFile, bytes]:
    """Return a document and its content, checked against its digest.

    Raises NotFound, or PaperChanged when the archive no longer has what was stored.
    """
    file = session.get(VoucherFile, file_id)
    if file is None or file.voucher_id != voucher_id:
        raise NotFound(what="附件", name=str(file_id))
    try:
        content = files.path_of(data_dir, file.digest).read_bytes()
    except OSError:
        raise PaperChanged(name=file.file_name) from None
    if files.digest_of(content) != file.digest:
        raise PaperChanged(name=file.file_name)
    return file, content


def file_check(data_dir: Path) -> Check:
    """Return the check of a folder: every source document is there, byte for byte."""

    def broken(session: Session) -> Iterator[tuple[str, str]]:
        rows = session.connection().execute(
            select(VoucherFile.voucher_id, VoucherFile.digest)
            .order_by(VoucherFile.id)
            .execution_options(yield_per=_BATCH)
        )
        for row in rows:
            try:
                content = files.path_of(data_dir, row.digest).read_bytes()
            except OSError:
                content = b""
            if files.digest_of(content) != row.digest:
                yield f"voucher #{row.voucher_id}", f"file {row.digest} changed or missing"

    return Check("voucher_files", "Every source document is as it was stored", broken)

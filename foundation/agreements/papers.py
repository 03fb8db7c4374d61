"""Papers of agreements: kept byte for byte in the archive of the vouchers' papers."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.agreements.models import Agreement, AgreementFile
from foundation.books import papers
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.integrity import Check
from receipts import files


def add(
    session: Session,
    agreement: Agreement,
    *,
    name: str,
    content: bytes,
    data_dir: Path,
    actor: str,
    clock: Clock,
) -> AgreementFile:
    """Attach a paper. Raises InvalidInput for its kind or size, Conflict when it is there."""
    cleaned = Path(name.replace("\\", "/")).name.strip()[-200:]
    suffix = Path(cleaned).suffix.lower()
    if not cleaned or suffix not in papers.MEDIA_TYPES:
        known = "、".join(sorted(papers.MEDIA_TYPES))
        raise InvalidInput(field="附件", reason=f"文件类型应为 {known}")
    most = papers.MAX_BYTES // 1024 // 1024
    if not content or len(content) > papers.MAX_BYTES:
        raise InvalidInput(field="附件", reason=f"不能为空，最大 {most} MB")
    digest = files.digest_of(content)
    same = select(AgreementFile.id).where(
        AgreementFile.agreement_id == agreement.id, AgreementFile.digest == digest
    )
    if session.execute(same).first() is not None:
        raise Conflict(reason="该协议已有内容相同的附件")
    files.store(data_dir, content)
    file = AgreementFile(
        agreement_id=agreement.id,
        file_name=cleaned,
        media_type=papers.MEDIA_TYPES[suffix],
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
        action="agreement.attach",
        subject=f"agreement:{agreement.id}",
        detail={"name": cleaned, "digest": digest},
    )
    return file


def list_files(session: Session, agreement_id: int) -> list[AgreementFile]:
    """Return the papers of an agreement in the order in which they came."""
    return list(
        session.execute(
            select(AgreementFile)
            .where(AgreementFile.agreement_id == agreement_id)
            .order_by(AgreementFile.id)
        ).scalars()
    )


def read(
    session: Session, agreement_id: int, file_id: int, *, data_dir: Path
) -> tuple[AgreementFile, bytes]:
    """Return a paper and its content, checked against its digest. Raises NotFound, PaperChanged."""
    file = session.get(AgreementFile, file_id)
    if file is None or file.agreement_id != agreement_id:
        raise NotFound(what="附件", name=str(file_id))
    try:
        content = files.path_of(data_dir, file.digest).read_bytes()
    except OSError:
        raise papers.PaperChanged(name=file.file_name) from None
    if files.digest_of(content) != file.digest:
        raise papers.PaperChanged(name=file.file_name)
    return file, content


def file_check(data_dir: Path) -> Check:
    """Return the check of a folder: every paper of an agreement is there, byte for byte."""

    def broken(session: Session) -> Iterator[tuple[str, str]]:
        rows = session.connection().execute(
            select(AgreementFile.agreement_id, AgreementFile.digest).order_by(AgreementFile.id)
        )
        for row in rows:
            try:
                content = files.path_of(data_dir, row.digest).read_bytes()
            except OSError:
                content = b""
            if files.digest_of(content) != row.digest:
                yield f"agreement {row.agreement_id}", f"file {row.digest} changed or missing"

    return Check("agreement_files", "Every paper of an agreement is as it was stored", broken)

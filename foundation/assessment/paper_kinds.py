"""What a paper may be, told by its content and not only by its name."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import PurePath

from ledger.errors import InvalidInput

MAX_BYTES = 20 * 1024 * 1024
_JPEG = "image/jpeg"
MEDIA_TYPES: Mapping[str, str] = {
    ".pdf": "application/pdf",
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".png": "image/png",
    ".ofd": "application/ofd",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SIGNATURES = {".pdf": b"%PDF-", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
_SIGNATURES[".png"] = b"\x89PNG\r\n\x1a\n"
# Documents that are zips: the entry without which it is none.
_INSIDE = {".ofd": "OFD.xml", ".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
# A header of a scanner may stand before the mark of a PDF.
_START = 1024


def check(name: str, content: bytes) -> tuple[str, str]:
    """Return the clean name and the media type. Raises InvalidInput for anything else."""
    cleaned = PurePath(name.replace("\\", "/")).name.strip()[-200:]
    suffix = PurePath(cleaned).suffix.lower()
    if suffix not in MEDIA_TYPES:
        known = "、".join(MEDIA_TYPES)
        raise InvalidInput(field="文件", reason=f"文件类型应为 {known}")
    if not content or len(content) > MAX_BYTES:
        raise InvalidInput(field="文件", reason=f"不能为空，最大 {MAX_BYTES // 1024 // 1024} MB")
    if not _is(suffix, content):
        raise InvalidInput(field="文件", reason=f"内容不是 {suffix} 文件，请检查扩展名或重新导出")
    return cleaned, MEDIA_TYPES[suffix]


def _is(suffix: str, content: bytes) -> bool:
    if suffix in _SIGNATURES:
        start = content[:_START] if suffix == ".pdf" else content[: len(_SIGNATURES[suffix])]
        return _SIGNATURES[suffix] in start
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _INSIDE[suffix] in archive.namelist()
    except zipfile.BadZipFile:
        return False

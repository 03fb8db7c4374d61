"""What a file is, told by its content and not by its name."""

import re
import zipfile
from enum import StrEnum
from pathlib import PurePath
from typing import BinaryIO

from foundation.imports.refusals import (
    FileDamaged,
    FileEmpty,
    FileEncrypted,
    FileNotWhatItSays,
    FileTypeUnsupported,
)


class Kind(StrEnum):
    """The kinds of files that are read."""

    XLS = "xls"
    XLSX = "xlsx"
    TEXT = "csv"


_KIND_OF_SUFFIX = {
    ".xls": Kind.XLS,
    ".xlsx": Kind.XLSX,
    ".xlsm": Kind.XLSX,
    ".csv": Kind.TEXT,
    ".txt": Kind.TEXT,
    ".tsv": Kind.TEXT,
}
_CALLED = {
    Kind.XLS: "Excel 97-2003 工作簿（.xls）",
    Kind.XLSX: "Excel 工作簿（.xlsx）",
    Kind.TEXT: "文本表格（.csv）",
}
_START_BYTES = 8192
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_SIGNATURES = (
    (b"%PDF", "PDF 文件"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"\x89PNG", "PNG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"BM", "BMP 图片"),
    (b"II*\x00", "TIFF 图片"),
    (b"MM\x00*", "TIFF 图片"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "GZIP 压缩包"),
    (b"{\\rtf", "RTF 文档"),
    (b"SQLite format 3", "数据库文件"),
)
_MARKUP = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|table|meta|style|div)",
    re.IGNORECASE | re.DOTALL,
)
_XML_WORKBOOK = b"urn:schemas-microsoft-com:office:spreadsheet"
# More than any register needs; a bomb of zeros unpacks to far more.
_MOST_UNPACKED = 4 * 1024**3
_RESAVE = "请用 Excel 或 WPS 打开后另存为 .xlsx 再导入"
_GET_TABLE = "请提供登记表原来的 .xlsx、.xls 或 .csv 文件"


def check(stream: BinaryIO, filename: str) -> Kind:
    """Return the kind that both name and content say; refuse everything else.

    `stream` stands at its beginning and is left anywhere. Raises FileEmpty,
    FileTypeUnsupported, FileNotWhatItSays, FileEncrypted or FileDamaged.
    """
    start = stream.read(_START_BYTES)
    if not start:
        raise FileEmpty(filename=filename)
    named = _KIND_OF_SUFFIX.get(PurePath(filename).suffix.lower())
    if named is None:
        raise FileTypeUnsupported(filename=filename)
    found, advice = _identify(stream, start, filename)
    if found is named:
        return named
    if isinstance(found, Kind):
        advice = f"请把扩展名改为 .{found}，或{_RESAVE.removeprefix('请')}"
        found = _CALLED[found]
    raise FileNotWhatItSays(filename=filename, named=_CALLED[named], found=found, advice=advice)


def _identify(stream: BinaryIO, start: bytes, filename: str) -> tuple[Kind | str, str]:
    """Return the kind, or what else the content is and what to do about it."""
    if start.startswith(_OLE2):
        return _inside_ole2(stream, start, filename)
    if start.startswith(_ZIP):
        return _inside_zip(stream, filename)
    for signature, called in _SIGNATURES:
        if start.startswith(signature):
            return called, _GET_TABLE
    if _XML_WORKBOOK in start:
        return "XML 格式的表格", _RESAVE
    if _MARKUP.match(_narrowed(start)):
        return "网页（HTML）", _RESAVE
    if _is_binary(start):
        return "无法识别的二进制文件", _GET_TABLE
    return Kind.TEXT, ""


def _inside_ole2(stream: BinaryIO, start: bytes, filename: str) -> tuple[Kind | str, str]:
    # The names of the streams stand in the file as UTF-16; the directory may be anywhere.
    content = start + stream.read()
    if _utf16("EncryptedPackage") in content:
        raise FileEncrypted(filename=filename)
    if _utf16("Workbook\0") in content or _utf16("Book\0") in content:
        return Kind.XLS, ""
    if _utf16("WordDocument") in content:
        return "Word 文档", _GET_TABLE
    if _utf16("PowerPoint Document") in content:
        return "PowerPoint 演示文稿", _GET_TABLE
    raise FileDamaged(filename=filename)


def _inside_zip(stream: BinaryIO, filename: str) -> tuple[Kind | str, str]:
    try:
        with zipfile.ZipFile(stream) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise FileDamaged(filename=filename) from None
    if sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise FileDamaged(filename=filename)
    names = {part.filename for part in parts}
    if "xl/workbook.xml" in names:
        return Kind.XLSX, ""
    if "xl/workbook.bin" in names:
        return "Excel 二进制工作簿（.xlsb）", _RESAVE
    if "content.xml" in names and "mimetype" in names:
        return "OpenDocument 文件", _RESAVE
    if any(name.startswith("word/") for name in names):
        return "Word 文档", _GET_TABLE
    if any(name.startswith("ppt/") for name in names):
        return "PowerPoint 演示文稿", _GET_TABLE
    return "ZIP 压缩包", "请先解压，再导入其中的表格"


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


def _narrowed(start: bytes) -> bytes:
    """Return the ASCII of a text that may be UTF-8 with a mark, or UTF-16."""
    return start.removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe").replace(b"\0", b"")


def _is_binary(start: bytes) -> bool:
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return False
    return any(byte < 0x20 and byte not in b"\t\n\r\f\x1a" for byte in start)

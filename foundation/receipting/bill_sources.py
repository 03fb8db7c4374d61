"""Open what the finance department's system hands out: a list, an e-bill, or many of them.

A list is csv or xlsx. An e-bill is its XML, and a zip holds e-bills with their PDF and OFD beside
them under the same name; those files stay with the bill, byte for byte.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from foundation.imports.reading import open_register
from foundation.receipting import bill_export, bill_xml
from foundation.receipting.bill_export import BillRow, RejectedBill
from ledger.errors import InvalidInput
from receipts import bill_files

MAX_FILES = 6_000
MAX_UNPACKED = 400 * 1024 * 1024
ACCEPTED = ".csv,.xls,.xlsx,.xml,.zip"


class PackageRefused(InvalidInput):
    """The zip holds more than bills, or too much."""

    code = "bill_package_refused"
    message = "压缩包“{filename}”不能读取：{reason}"


@dataclass(frozen=True, slots=True)
class Original:
    """A file of the finance department's system."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """A bill of the source, or why there is none, and the originals that came with it."""

    row: BillRow | RejectedBill
    originals: tuple[Original, ...] = ()
    # Which file of a package it is from; empty for a list.
    source: str = ""


def read(path: Path, name: str, *, code: str = "") -> Iterator[Found]:
    """Yield the bills of a file by what its name says it is.

    Raises NoBillTable, NoBillInXml, PackageRefused, and what opening a register refuses.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".xml":
        content = _bounded(path, name)
        yield from _of_xml([Original(name, content)], code)
    elif suffix == ".zip":
        yield from _package(path, name, code)
    else:
        for row in bill_export.read(open_register(path, name), code=code):
            yield Found(row)


def _bounded(path: Path, name: str) -> bytes:
    if path.stat().st_size > bill_files.MAX_BYTES:
        raise bill_xml.NoBillInXml(filename=name, reason="文件过大，最大 20 MB")
    return path.read_bytes()


def _package(path: Path, name: str, code: str) -> Iterator[Found]:
    try:
        with zipfile.ZipFile(path) as package:
            groups = _groups(package, name)
            for number, (stem, entries) in enumerate(groups.items(), start=1):
                originals = [
                    Original(PurePosixPath(entry.filename).name, package.read(entry))
                    for entry in entries
                ]
                if not any(original.name.lower().endswith(".xml") for original in originals):
                    sentence = f"“{stem}”没有 XML，不能读取内容；请逐张登记后上传文件"
                    yield Found(RejectedBill(number, sentence), source=stem)
                    continue
                yield from _of_xml(originals, code, number=number)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError):
        raise PackageRefused(filename=name, reason="文件已损坏或已加密") from None


def _groups(package: zipfile.ZipFile, name: str) -> dict[str, list[zipfile.ZipInfo]]:
    """Return the files of a package by name without ending: what belongs to one bill."""
    entries = [entry for entry in package.infolist() if _is_file(entry)]
    if len(entries) > MAX_FILES:
        raise PackageRefused(filename=name, reason=f"最多 {MAX_FILES} 个文件")
    # The sizes that a package states are checked again while it is unpacked.
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED or any(
        entry.file_size > bill_files.MAX_BYTES for entry in entries
    ):
        raise PackageRefused(filename=name, reason="解压后过大")
    groups: dict[str, list[zipfile.ZipInfo]] = {}
    for entry in sorted(entries, key=lambda entry: entry.filename):
        inside = PurePosixPath(entry.filename)
        if inside.suffix.lower() not in (".xml", ".pdf", ".ofd"):
            raise PackageRefused(
                filename=name, reason=f"不应有 {inside.name}，只应有 XML、PDF、OFD"
            )
        groups.setdefault(str(inside.with_suffix("")), []).append(entry)
    if not groups:
        raise PackageRefused(filename=name, reason="其中没有文件")
    return groups


def _is_file(entry: zipfile.ZipInfo) -> bool:
    last = PurePosixPath(entry.filename).name
    # What operating systems leave in every package.
    return not entry.is_dir() and not last.startswith(".") and "__MACOSX" not in entry.filename


def _of_xml(originals: list[Original], code: str, *, number: int = 0) -> Iterator[Found]:
    (xml, *_) = (item for item in originals if item.name.lower().endswith(".xml"))
    try:
        rows = list(bill_xml.read(xml.content, xml.name, code=code))
    except bill_xml.NoBillInXml as error:
        if not number:
            raise
        yield Found(RejectedBill(number, error.describe()), source=xml.name)
        return
    for row in rows:
        # The file of one bill is its original; a list of many is nobody's.
        kept = tuple(originals) if len(rows) == 1 else ()
        yield Found(row, kept, source=xml.name)

"""The element tables of GB/T 24589: read from data, written as XML in order, and as a schema."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from ledger.errors import InvalidInput

ENCODING = "GB18030"
_CONTROLS = re.compile("[\x00-\x1f]")
# How many characters are written at a time.
_AT_ONCE = 1 << 18
_DATA = Path(__file__).parent / "gbt24589_2010.toml"


@dataclass(frozen=True, slots=True)
class Element:
    """One element; `kind` is `C..60`, `C8`, `I..2` or `D..2` as the standard writes types."""

    name: str
    identifier: str
    kind: str
    is_optional: bool

    @property
    def length(self) -> int:
        """The number in the type: characters, digits, or decimals."""
        return int(self.kind.lstrip("CID."))


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """One table: every row of it is an element of this name."""

    name: str
    identifier: str
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Root:
    """One file."""

    name: str
    identifier: str
    tables: tuple[TableDefinition, ...]

    def table(self, name: str) -> TableDefinition:
        """Return a table by name."""
        return next(table for table in self.tables if table.name == name)


@dataclass(frozen=True, slots=True)
class Standard:
    """The edition that this data file describes."""

    namespace: str
    source: str
    roots: tuple[Root, ...]

    def root(self, name: str) -> Root:
        """Return a file by the name of its root element."""
        return next(root for root in self.roots if root.name == name)


@cache
def standard() -> Standard:
    """Read the data file."""
    data = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    roots = tuple(
        Root(file["root"], file["locid"], tuple(_table(table) for table in file["table"]))
        for file in data["file"]
    )
    return Standard(data["namespace"], data["source"], roots)


def _table(data: Mapping[str, object]) -> TableDefinition:
    rows = data["elements"]
    assert isinstance(rows, list)
    elements = tuple(
        Element(name, identifier, kind, bool(rest)) for name, identifier, kind, *rest in rows
    )
    return TableDefinition(str(data["name"]), str(data["locid"]), elements)


@dataclass(frozen=True, slots=True)
class _Place:
    """One element as it is written: its marks, and how a text is made to fit."""

    opening: str
    closing: str
    empty: str
    is_text: bool
    # How long a text may be that is cut, 0 when it is never cut.
    longest: int
    # Why a text that is too long is refused rather than cut.
    refused_as: str


class Writer:
    """Writes one file, row by row, in the order of the standard.

    A ledger has millions of elements, so each row is one text and many rows are written at once.
    """

    def __init__(self, stream: BinaryIO, root: Root) -> None:
        self._root, self._stream = root, stream
        self._parts: list[str] = []
        self._length = 0
        self._tables = {
            table.name: [_place(element) for element in table.elements] for table in root.tables
        }
        marks = f"xmlns={quoteattr(standard().namespace)} locID={quoteattr(root.identifier)}"
        self._add(f'<?xml version="1.0" encoding="{ENCODING}"?>\n<{root.name} {marks}>')

    def row(self, table: str, values: Sequence[str | None]) -> None:
        """Write a row; `values` in the order of the table, None for an optional one left out."""
        parts = [f"<{table}>"]
        for place, value in zip(self._tables[table], values, strict=True):
            if value is None:
                continue
            text = escape(_fitting(place, value))
            parts.append(f"{place.opening}{text}{place.closing}" if text else place.empty)
        if len(parts) == 1:
            self._add(f"<{table}/>\n")
            return
        parts.append(f"</{table}>\n")
        self._add("".join(parts))

    def close(self) -> None:
        """End the document."""
        self._add(f"</{self._root.name}>")
        self._flush()

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        if self._length >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self._stream.write("".join(self._parts).encode(ENCODING))
        self._parts, self._length = [], 0


def _place(element: Element) -> _Place:
    is_text = element.kind.startswith("C")
    is_cut = is_text and ".." in element.kind
    is_code = element.name.endswith(("编号", "编码"))
    name = element.name
    return _Place(
        f"<{name}>",
        f"</{name}>",
        f"<{name}/>",
        is_text,
        element.length if is_cut else 0,
        name if is_code else "",
    )


def _fitting(place: _Place, value: str) -> str:
    """Return a text as its type holds it: without control characters, names cut to length."""
    if not place.is_text:
        return value
    value = _CONTROLS.sub(" ", value)
    if not place.longest or len(value) <= place.longest:
        return value
    # A name that is too long is cut; a code that is too long would name something else.
    if place.refused_as:
        raise InvalidInput(field=place.refused_as, reason=f"最多 {place.longest} 位：{value}")
    return value[: place.longest]


def schema(root: Root) -> str:
    """Return the schema of a file (XSD), made of the same table that the file is written by."""
    namespace = standard().namespace
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"',
        f' elementFormDefault="qualified" targetNamespace={quoteattr(namespace)}>',
        "<xs:annotation>",
        f"<xs:documentation>{escape(standard().source)}</xs:documentation>",
        "</xs:annotation>",
        f"<xs:element name={quoteattr(root.name)}><xs:complexType><xs:sequence>",
    ]
    for table in root.tables:
        lines.append(
            f"<xs:element name={quoteattr(table.name)} minOccurs='0' maxOccurs='unbounded'>"
            "<xs:complexType><xs:sequence>"
        )
        lines.extend(_declaration(element) for element in table.elements)
        lines.append("</xs:sequence></xs:complexType></xs:element>")
    lines += [
        "</xs:sequence><xs:attribute name='locID' type='xs:string'/></xs:complexType></xs:element>",
        "</xs:schema>",
        "",
    ]
    return "\n".join(lines)


def _declaration(element: Element) -> str:
    occurs = " minOccurs='0'" if element.is_optional else ""
    return (
        f"<xs:element name={quoteattr(element.name)}{occurs}><xs:simpleType>"
        f"{_restriction(element)}</xs:simpleType></xs:element>"
    )


def _restriction(element: Element) -> str:
    if element.kind.startswith("C"):
        facet = "maxLength" if ".." in element.kind else "length"
        return (
            f"<xs:restriction base='xs:string'><xs:{facet} value='{element.length}'/>"
            "</xs:restriction>"
        )
    if element.kind.startswith("I"):
        return (
            f"<xs:restriction base='xs:integer'><xs:totalDigits value='{element.length}'/>"
            "</xs:restriction>"
        )
    return (
        "<xs:restriction base='xs:decimal'><xs:totalDigits value='20'/>"
        f"<xs:fractionDigits value='{element.length}'/></xs:restriction>"
    )

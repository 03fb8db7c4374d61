"""Embedded fonts: which font has a character, how wide it is, and the subset in the file.

A document embeds each font once, as a composite font with two-byte codes in the order in which the
characters first appear. The table back to Unicode is written in UTF-16, so names with characters
beyond U+FFFF can be copied and searched. A character that no font has is refused: an empty box
in a donor's name must never leave the house.
"""

import hashlib
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import TTFontFace
from typing_extensions import override

from ledger.errors import InvalidInput

FOLDER = Path(__file__).parents[1] / "fonts"
REGULAR = FOLDER / "NotoSansSC-Regular.ttf"
BOLD = FOLDER / "NotoSansSC-Bold.ttf"

# The parser of a face keeps a position while it cuts a subset; two threads would mix theirs up.
_CUTTING = threading.Lock()
_BLOCK = 100
# Full-width marks are half empty. Where two meet, the empty half between them goes (标点挤压).
_CLOSING = "，。、；：？！）》」』】〕〉”’"
_OPENING = "（《「『【〔〈“‘"
_FACING = re.compile(f"[{_CLOSING}](?=[{_CLOSING}{_OPENING}])|[{_OPENING}](?=[{_OPENING}])")
_FULL = 1000
SQUEEZE = 500
_CMAP_HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
"""
_CMAP_TAIL = """endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


class MissingGlyph(InvalidInput):
    """No font has the character, so the document would show an empty box for it."""

    code = "missing_glyph"
    message = (
        "字体中没有字符“{character}”（{code_point}），无法印出“{text}”；请在设置中补充字体后再出具"
    )


class _Glyphs:
    """The glyph table as slices: the parser asks for a few hundred bytes of ten million."""

    __slots__ = ("_data", "_start")

    def __init__(self, data: bytes, start: int) -> None:
        self._data = data
        self._start = start

    def __getitem__(self, part: slice) -> bytes:
        return self._data[self._start + part.start : self._start + part.stop]


class Face(TTFontFace):
    """A parsed font file; one for the life of the process."""

    _ttf_data: bytes

    @override
    def get_table(self, tag: str) -> Any:  # bytes, or for glyf something sliced like bytes
        if tag == "glyf":
            # The stock parser copies the whole table for each document.
            return _Glyphs(self._ttf_data, self.get_table_pos(tag)[0])
        return super().get_table(tag)  # type: ignore[no-untyped-call]

    def cut(self, codes: Sequence[int]) -> tuple[bytes, list[int]]:
        """Return the font file of these characters, and the glyph of each in it."""
        with _CUTTING:
            data = self.makeSubset(codes)
        # The subset numbers its glyphs in the order of first use, after the missing glyph.
        glyphs = {0: 0}
        for code in codes:
            glyphs.setdefault(self.charToGlyph[code], len(glyphs))
        return data, [glyphs[self.charToGlyph[code]] for code in codes]


@cache
def load_face(path: Path) -> Face:
    """Parse a font file, once per process."""
    return Face(str(path))


@dataclass(frozen=True, slots=True)
class FontSet:
    """Font files in order of preference, for the two weights; rare characters go down the list."""

    regular: tuple[Path, ...] = (REGULAR,)
    bold: tuple[Path, ...] = (BOLD, REGULAR)

    def with_fallback(self, *paths: Path) -> "FontSet":
        """Return the set with the operator's own font files at the end of both lists."""
        return FontSet((*self.regular, *paths), (*self.bold, *paths))


class Typeface:
    """One weight: a chain of faces, looked up per character and remembered."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self._paths = paths
        self._widths: dict[str, int] = {}
        self._files: dict[str, Path] = {}

    def has(self, character: str) -> bool:
        """Tell whether a font of the chain has the character."""
        return self._find(character) is not None

    def width(self, text: str, size: float) -> float:
        """Return the width of the text in points; raises MissingGlyph."""
        try:
            width = sum(map(self._widths.__getitem__, text))
        except KeyError:
            self._learn(text)
            width = sum(map(self._widths.__getitem__, text))
        return (width - SQUEEZE * len(self.squeezed(text))) * size / 1000

    def squeezed(self, text: str) -> list[int]:
        """Return the places of the marks after which the next one moves half a width closer."""
        places = [match.start() for match in _FACING.finditer(text)]
        if not places:
            return places
        self._learn(text)
        full = [self._widths[character] == _FULL for character in text]
        return [place for place in places if full[place] and full[place + 1]]

    def runs(self, text: str) -> Iterator[tuple[Path, str]]:
        """Split the text where the font changes; raises MissingGlyph."""
        self._learn(text)
        for path, run in groupby(text, key=self._files.__getitem__):
            yield path, "".join(run)

    def _learn(self, text: str) -> None:
        for character in text:
            if character in self._files:
                continue
            found = self._find(character)
            if found is None:
                raise MissingGlyph(
                    character=character, code_point=f"U+{ord(character):04X}", text=text[:40]
                )
            # The width first: who finds the file finds the width, in any thread.
            self._widths[character] = found[1]
            self._files[character] = found[0]

    def _find(self, character: str) -> tuple[Path, int] | None:
        code = ord(character)
        for path in self._paths:
            face = load_face(path)
            if face.charToGlyph.get(code):
                return path, round(face.charWidths[code])
        return None


@cache
def load_typeface(paths: tuple[Path, ...]) -> Typeface:
    """Return the typeface of a chain, once per process."""
    return Typeface(paths)


class EmbeddedFont:
    """A font inside one document: gives codes to characters, and writes itself at the end."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self._face = load_face(path)
        # Code 0 is the missing glyph and is never used.
        self._codes: dict[str, int] = {}

    def encode(self, text: str) -> str:
        """Return the text in this document's codes, in hexadecimal."""
        codes = self._codes
        return "".join([f"{codes.setdefault(character, len(codes) + 1):04X}" for character in text])

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - reportlab calls it so
        """Write the subset, the metrics and the table back to Unicode into the document."""
        characters = list(self._codes)
        data, glyphs = self._face.cut([ord(character) for character in characters])
        name = f"{_tag(characters)}+{self._face.name.decode('ascii')}"
        descriptor = pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("FontDescriptor"),
                "FontName": pdfdoc.PDFName(name),
                "Flags": 4,
                "FontBBox": pdfdoc.PDFArray(self._face.bbox),
                "ItalicAngle": 0,
                "Ascent": self._face.ascent,
                "Descent": self._face.descent,
                "CapHeight": self._face.capHeight,
                "StemV": self._face.stemV,
                "FontFile2": doc.Reference(_stream(data, {"Length1": len(data)})),
            }
        )
        # Two characters may share a glyph (a radical and its ideograph); their codes do not, so
        # that each is copied out as what it is.
        places = b"".join(glyph.to_bytes(2, "big") for glyph in (0, *glyphs))
        widths = " ".join(str(round(self._face.charWidths[ord(each)])) for each in characters)
        descendant = pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Font"),
                "Subtype": pdfdoc.PDFName("CIDFontType2"),
                "BaseFont": pdfdoc.PDFName(name),
                "CIDSystemInfo": pdfdoc.PDFDictionary(
                    {
                        "Registry": pdfdoc.PDFString("Adobe"),
                        "Ordering": pdfdoc.PDFString("Identity"),
                        "Supplement": 0,
                    }
                ),
                "FontDescriptor": doc.Reference(descriptor),
                "DW": 1000,
                "W": f"[1 [{widths}]]",
                "CIDToGIDMap": doc.Reference(_stream(places)),
            }
        )
        composite = pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Font"),
                "Subtype": pdfdoc.PDFName("Type0"),
                "BaseFont": pdfdoc.PDFName(name),
                "Encoding": pdfdoc.PDFName("Identity-H"),
                "DescendantFonts": pdfdoc.PDFArray([doc.Reference(descendant)]),
                "ToUnicode": doc.Reference(_stream(to_unicode(characters).encode("ascii"))),
            }
        )
        doc.idToObject["BasicFonts"].dict[self.name] = doc.Reference(composite)


def to_unicode(characters: Sequence[str]) -> str:
    """Write the table from codes (1 for the first) back to characters, in UTF-16."""
    parts = [_CMAP_HEAD]
    for first in range(0, len(characters), _BLOCK):
        block = characters[first : first + _BLOCK]
        parts.append(f"{len(block)} beginbfchar\n")
        parts.extend(
            f"<{code:04X}> <{character.encode('utf-16-be').hex().upper()}>\n"
            for code, character in enumerate(block, start=first + 1)
        )
        parts.append("endbfchar\n")
    return "".join([*parts, _CMAP_TAIL])


def _tag(characters: Sequence[str]) -> str:
    """Return the six letters that mark a subset, made from what is in it."""
    digest = hashlib.sha256("".join(characters).encode()).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:6])


def _stream(data: bytes, entries: dict[str, Any] | None = None) -> pdfdoc.PDFStream:
    return pdfdoc.PDFStream(
        dictionary=pdfdoc.PDFDictionary(entries or {}),
        content=data,
        filters=[pdfdoc.PDFZCompress],
    )

"""Sheets of paper: text, rules and boxes in points from the lower left corner, kept until the end.

Operators are collected as text and handed to reportlab's document layer when all pages are known,
so that a page can say how many there are. Nothing here depends on the clock, the machine, or
reportlab's global settings: the same calls give the same bytes.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from math import cos, radians, sin
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfdoc

from receipts.pdf import qr
from receipts.pdf.archive import make_archivable
from receipts.pdf.fonts import SQUEEZE, EmbeddedFont, FontSet, Typeface, load_typeface
from receipts.pdf.linebreak import break_lines

A4 = (595.28, 841.89)
A4_LANDSCAPE = (841.89, 595.28)
BLACK = (0.0, 0.0, 0.0)

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Style:
    """How text looks; `leading` is the distance between lines, `spacing` between characters."""

    size: float
    leading: float
    is_bold: bool = False
    colour: Colour = BLACK
    spacing: float = 0.0


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the file says about itself."""

    title: str
    author: str
    subject: str
    language: str
    issued_on: date
    digest: str


@dataclass(slots=True)
class Sheet:
    """A document being drawn."""

    size: tuple[float, float]
    fonts: FontSet
    metadata: Metadata
    _pages: list[list[str]] = field(default_factory=lambda: [[]])
    _embedded: dict[Path, EmbeddedFont] = field(default_factory=dict)

    @property
    def width(self) -> float:
        """Return the width of the page."""
        return self.size[0]

    @property
    def height(self) -> float:
        """Return the height of the page."""
        return self.size[1]

    def new_page(self) -> None:
        """Go on with an empty page."""
        self._pages.append([])

    def measure(self, text: str, style: Style) -> float:
        """Return the width of a line of text; raises MissingGlyph."""
        width = self._typeface(style).width(text, style.size)
        return width + style.spacing * (len(text) - 1) if text else 0.0

    def wrap(self, text: str, width: float, style: Style) -> list[str]:
        """Return the lines that the text needs."""
        return break_lines(text, width, lambda part: self.measure(part, style))

    def text(self, x: float, y: float, text: str, style: Style) -> None:
        """Write one line from x to the right, its baseline at y."""
        self._write(f"1 0 0 1 {x:.2f} {y:.2f} Tm", text, style)

    def text_right(self, x: float, y: float, text: str, style: Style) -> None:
        """Write one line that ends at x."""
        self.text(x - self.measure(text, style), y, text, style)

    def text_centred(self, x: float, y: float, text: str, style: Style) -> None:
        """Write one line with its middle at x."""
        self.text(x - self.measure(text, style) / 2, y, text, style)

    def text_slanted(self, x: float, y: float, degrees: float, text: str, style: Style) -> None:
        """Write one line with its middle at (x, y), turned to the left."""
        across, up = cos(radians(degrees)), sin(radians(degrees))
        half = self.measure(text, style) / 2
        left, bottom = x - half * across, y - half * up
        matrix = f"{across:.4f} {up:.4f} {-up:.4f} {across:.4f} {left:.2f} {bottom:.2f} Tm"
        self._write(matrix, text, style)

    def lines(self, x: float, y: float, lines: list[str], style: Style) -> float:
        """Write lines downwards, the first baseline at y; return the baseline after the last."""
        for line in lines:
            self.text(x, y, line, style)
            y -= style.leading
        return y

    def rule(
        self, start: tuple[float, float], end: tuple[float, float], *, width: float, colour: Colour
    ) -> None:
        """Draw a straight line."""
        ends = f"{start[0]:.2f} {start[1]:.2f} m {end[0]:.2f} {end[1]:.2f} l S"
        self._put(f"{_numbers(colour)} RG {width:.2f} w {ends}")

    def box(self, corner: tuple[float, float], size: tuple[float, float], **look: Any) -> None:
        """Draw a rectangle from its lower left corner: `fill=colour`, or `stroke=` and `width=`."""
        shape = f"{corner[0]:.2f} {corner[1]:.2f} {size[0]:.2f} {size[1]:.2f} re"
        if "fill" in look:
            self._put(f"{_numbers(look['fill'])} rg {shape} f")
        else:
            self._put(f"{_numbers(look['stroke'])} RG {look['width']:.2f} w {shape} S")

    def qr(self, corner: tuple[float, float], size: float, text: str) -> None:
        """Draw a QR code of this size; the caller leaves the quiet zone around it."""
        rows = qr.modules(text)
        scale = size / len(rows)
        # Whole numbers in a scaled space: no coordinate is formatted as a fraction.
        shapes = " ".join(f"{x} {y} {length} 1 re" for x, y, length in qr.rectangles(rows))
        place = f"{scale:.5f} 0 0 {scale:.5f} {corner[0]:.2f} {corner[1]:.2f} cm"
        self._put(f"q 0 0 0 rg {place} {shapes} f Q")

    def finish(self, each_page: Callable[[int, int], None]) -> bytes:
        """Call `each_page(page, pages)` on every page, which may add to it; return the file."""
        pages, total = self._pages, len(self._pages)
        file = _File(self.size, self.metadata)
        for number, operators in enumerate(pages, start=1):
            self._pages = [operators]
            each_page(number, total)
            file.add_page(operators)
        self._pages = pages
        return file.to_bytes(self._embedded.values())

    @contextmanager
    def behind(self) -> Iterator[None]:
        """Put what is drawn inside the block behind everything that the page has so far."""
        front = self._pages[-1]
        self._pages[-1] = []
        yield
        # The list of the page stays the same object, because `finish` holds it.
        front[:0] = self._pages[-1]
        self._pages[-1] = front

    def _write(self, matrix: str, text: str, style: Style) -> None:
        if not text:
            return
        parts = [f"BT {_numbers(style.colour)} rg {matrix}"]
        if style.spacing:
            parts.append(f"{style.spacing:g} Tc")
        typeface = self._typeface(style)
        for path, run in typeface.runs(text):
            font = self._embedded.get(path)
            if font is None:
                font = EmbeddedFont(path, f"F{len(self._embedded) + 1}")
                self._embedded[path] = font
            parts.append(f"/{font.name} {style.size:g} Tf {_shown(typeface, font, run)}")
        # The spacing would outlive the text object.
        self._put(" ".join([*parts, "0 Tc ET" if style.spacing else "ET"]))

    def _typeface(self, style: Style) -> Typeface:
        return load_typeface(self.fonts.bold if style.is_bold else self.fonts.regular)

    def _put(self, operators: str) -> None:
        self._pages[-1].append(operators)


class _File:
    """The PDF file around finished pages, written by reportlab's document layer."""

    def __init__(self, size: tuple[float, float], metadata: Metadata) -> None:
        self._size = size
        self._document: Any = pdfdoc.PDFDocument(
            compression=1, invariant=1, pdfVersion=(1, 7), lang=metadata.language
        )
        self._document.setTitle(metadata.title)
        self._document.setAuthor(metadata.author)
        self._document.setSubject(metadata.subject)
        self._document.setKeywords(f"sha256:{metadata.digest}")
        self._document.setCreator("foundation-books")
        self._document.setProducer("foundation-books (ReportLab)")
        self._set_date(metadata)
        make_archivable(self._document, language=metadata.language, issued_on=metadata.issued_on)

    def add_page(self, operators: list[str]) -> None:
        """Add a page of finished operators."""
        page: Any = pdfdoc.PDFPage()
        # Everything is given, because what reportlab would fill in depends on global settings.
        page.Override_default_compilation = 1
        page.Parent = self._document.Reference(self._document.Pages)
        page.MediaBox = pdfdoc.PDFArray([0, 0, *self._size])
        page.Resources = pdfdoc.PDFResourceDictionary()
        page.Resources.basicFonts()
        page.Resources.basicProcs()
        page.Contents = pdfdoc.PDFStream(
            content="\n".join(operators), filters=[pdfdoc.PDFZCompress]
        )
        self._document.addPage(page)

    def to_bytes(self, fonts: Iterable[EmbeddedFont]) -> bytes:
        """Write the file."""
        self._document.delayedFonts.extend(fonts)
        return bytes(self._document.GetPDFData(None))

    def _set_date(self, metadata: Metadata) -> None:
        """Date the file by the document, and make its ID follow from the content alone."""
        stamp = self._document._timeStamp  # noqa: SLF001 - reportlab offers no other way
        stamp.YMDhms = metadata.issued_on.timetuple()[:6]
        stamp.dhh = stamp.dmm = 0
        self._document.signature = hashlib.md5(metadata.digest.encode(), usedforsecurity=False)


def _shown(typeface: Typeface, font: EmbeddedFont, run: str) -> str:
    places = typeface.squeezed(run)
    if not places:
        return f"<{font.encode(run)}> Tj"
    cuts = [0, *(place + 1 for place in places), len(run)]
    parts = (f"<{font.encode(run[first:last])}>" for first, last in pairwise(cuts))
    return f"[{f' {SQUEEZE} '.join(parts)}] TJ"


def _numbers(colour: Colour) -> str:
    return f"{colour[0]:g} {colour[1]:g} {colour[2]:g}"

"""What a publication says, frozen: sections of text and tables, as canonical JSON with a digest.

Money is whole fen under `{"minor": …}`, dates are ISO texts. A name that is published by consent
is `{"name": …, "gifts": […]}`, so that a page can tell whether the consent still stands.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

Cell = Any


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `kind` is text, money or number."""

    zh: str
    en: str
    kind: str = "text"

    def title(self, language: str) -> str:
        """Return the heading in a language."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with a text, a table, or both."""

    zh: str
    en: str
    text: str = ""
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    total: tuple[Cell, ...] = ()

    def title(self, language: str) -> str:
        """Return the heading in a language."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that is published with it."""

    name: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a publication says."""

    kind: str
    subject: str
    title: str
    title_en: str
    as_of: str
    sections: tuple[Section, ...] = ()
    papers: tuple[Paper, ...] = ()
    # Names that are public anyway: of published projects, and of parties that the law wants named.
    public_names: tuple[str, ...] = field(default=())

    def heading(self, language: str) -> str:
        """Return the title in a language."""
        return self.title_en if language == "en" else self.title


def money(minor: int) -> Mapping[str, int]:
    """Return a cell with an amount."""
    return {"minor": minor}


def named(name: str, gifts: Sequence[int]) -> Mapping[str, Any]:
    """Return a cell with a name that is published by consent."""
    return {"name": name, "gifts": list(gifts)}


def dump(content: Content) -> str:
    """Return the canonical JSON of a content."""
    return json.dumps(asdict(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load(text: str) -> Content:
    """Return the content that a JSON text says."""
    data = json.loads(text)
    sections = tuple(
        Section(
            zh=row["zh"],
            en=row["en"],
            text=row["text"],
            columns=tuple(Column(**column) for column in row["columns"]),
            rows=tuple(tuple(cells) for cells in row["rows"]),
            total=tuple(row["total"]),
        )
        for row in data["sections"]
    )
    papers = tuple(Paper(**paper) for paper in data["papers"])
    return Content(
        **(
            data
            | {
                "sections": sections,
                "papers": papers,
                "public_names": tuple(data["public_names"]),
            }
        )
    )


def digest_of(text: str) -> str:
    """Return the SHA-256 of a content, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def with_papers(content: Content, papers: tuple[Paper, ...]) -> Content:
    """Return the content with these papers."""
    return replace(content, papers=papers)


def same(first: Content, second: Content) -> bool:
    """Tell whether two contents say the same, whenever they were written."""
    return replace(first, as_of="") == load(dump(replace(second, as_of="")))


def texts(content: Content) -> Iterator[str]:
    """Yield every text that readers will see, for looking through it."""
    yield content.title
    yield content.title_en
    for section in content.sections:
        yield section.text
        for row in (*section.rows, section.total):
            for cell in row:
                if isinstance(cell, str):
                    yield cell
                elif isinstance(cell, Mapping) and "name" in cell:
                    yield str(cell["name"])
    for paper in content.papers:
        yield paper.name


def consented(content: Content) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield every name that is published by consent, and the gifts that it rests on."""
    for section in content.sections:
        for row in section.rows:
            for cell in row:
                if isinstance(cell, Mapping) and "name" in cell:
                    yield str(cell["name"]), tuple(cell["gifts"])

"""The kinds of publications: read from data/kinds.toml, once."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from ledger.errors import NotFound

_FILE = "kinds.toml"


class About(StrEnum):
    """What an entry of a kind is about."""

    CURRENT = "current"
    YEAR = "year"
    EVENT = "event"
    NOTICE = "notice"


class Papers(StrEnum):
    """Whether papers are published with it."""

    NONE = ""
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of publication, and what it rests on."""

    id: str
    title_zh: str
    title_en: str
    about: About
    source: str
    article: str
    grade: str
    duty: str
    together: str
    needs: str
    papers: Papers

    def title(self, language: str) -> str:
        """Return the title in a language."""
        return self.title_en if language == "en" else self.title_zh


class UnknownKind(NotFound):
    """There is no such kind of publication."""

    code = "unknown_disclosure_kind"
    message = "没有名为“{kind}”的公开事项"


@cache
def shipped() -> dict[str, Kind]:
    """Return every kind by its id, in the order of the page."""
    text = resources.files("foundation.disclosure.data").joinpath(_FILE).read_text("utf-8")
    found = {}
    for row in tomllib.loads(text)["kind"]:
        found[row["id"]] = Kind(
            id=row["id"],
            title_zh=row["title"]["zh"],
            title_en=row["title"]["en"],
            about=About(row["about"]),
            source=row["source"],
            article=row["article"],
            grade=row["grade"],
            duty=row.get("duty", ""),
            together=row.get("together", ""),
            needs=row.get("needs", ""),
            papers=Papers(row.get("files", "")),
        )
    return found


def get(kind_id: str) -> Kind:
    """Return a kind. Raises UnknownKind."""
    found = shipped().get(kind_id)
    if found is None:
        raise UnknownKind(kind=kind_id[:40])
    return found

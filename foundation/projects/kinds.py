"""The kinds of fund projects, as their data file has them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ledger.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class ProjectKind:
    """A field of the university's development."""

    code: str
    zh: str
    en: str
    note: str

    def of(self, language: str) -> str:
        """Return the words in a language."""
        return self.en if language == "en" else self.zh


@cache
def shipped() -> dict[str, ProjectKind]:
    """Return the kinds by code, in the order of the catalogue."""
    text = resources.files("foundation.projects.data").joinpath("kinds.toml").read_text("utf-8")
    return {item["code"]: ProjectKind(**item) for item in tomllib.loads(text)["kind"]}


def check(code: str) -> str:
    """Return a code that exists. Raises InvalidInput."""
    if code not in shipped():
        raise InvalidInput(field="类别", reason=f"应为 {'、'.join(shipped())} 之一")
    return code

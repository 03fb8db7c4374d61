"""Every sentence that people may read has an English translation with the same places for data."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from babel.messages import pofile
from jinja2.ext import babel_extract

from foundation.http import languages
from ledger.errors import DomainError

ROOT = Path(languages.__file__).parent.parent.parent
PACKAGES = ("ledger", "receipts", "foundation", "reports")
CATALOGUES = (ROOT / "foundation" / "translations", ROOT / "reports" / "translations")
# Calls whose first argument is shown to people: see foundation.http.languages and
# foundation.command_context.
CALLS = frozenset({"translate", "mark", "text", "say", "progress", "refuse"})
CHINESE = re.compile(r"[\u3400-\u9fff]")
PLACE = re.compile(r"%\((\w+)\)[sd]|\{(\w+)[^{}]*\}")


def sentences_of_templates() -> Iterator[str]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.html")):
            options = {"trimmed": "false", "newstyle_gettext": "true", "silent": "false"}
            with path.open("rb") as file:
                found = babel_extract(file, ("_", "gettext"), [], options)
                yield from _chinese(text for _line, _function, text, _comments in found)


def sentences_of_code() -> Iterator[str]:
    # Documents of `receipts` are Chinese by law; only the two upper packages talk to readers.
    for package in ("foundation", "reports"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _called(node) in CALLS and node.args:
                    yield from _chinese(_constants(node.args[0]))


def _constants(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(str(text)):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _constants(body)
            yield from _constants(orelse)


def _chinese(found: Iterable[object]) -> Iterator[str]:
    for one in found:
        texts = one if isinstance(one, tuple) else (one,)
        yield from (text for text in texts if isinstance(text, str) and CHINESE.search(text))


def errors() -> list[type[DomainError]]:
    """Every kind of refusal in the four packages."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            try:
                importlib.import_module(module.name)
            except ModuleNotFoundError as error:
                # A script that builds data may need a tool that the service does not.
                if str(error.name).partition(".")[0] in PACKAGES:
                    raise
    found = {DomainError}
    while more := {kind for known in found for kind in known.__subclasses__()} - found:
        found |= more
    return sorted((kind for kind in found if _is_ours(kind)), key=lambda kind: kind.__qualname__)


def _is_ours(kind: type[DomainError]) -> bool:
    return kind.__module__.partition(".")[0] in PACKAGES


def english() -> dict[str, str]:
    known: dict[str, str] = {}
    for folder in CATALOGUES:
        known |= languages.read(folder)
    return known


def places(text: str) -> set[str]:
    return {found[1] or found[2] for found in PLACE.finditer(text)}


def _missing(wanted: Iterable[str]) -> list[str]:
    known = english()
    return sorted(set(wanted) - set(known))


def test_every_sentence_of_a_template_has_english() -> None:
    assert _missing(sentences_of_templates()) == []


def test_every_sentence_of_the_code_has_english() -> None:
    assert _missing(sentences_of_code()) == []


def test_every_refusal_has_english() -> None:
    assert _missing(kind.message for kind in errors()) == []


def test_every_refusal_has_a_code_of_its_own_kind() -> None:
    malformed = [
        kind.code for kind in errors() if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", kind.code)
    ]

    assert malformed == []


@pytest.mark.parametrize("folder", CATALOGUES, ids=lambda folder: folder.parent.name)
def test_translations_keep_the_places_for_data(folder: Path) -> None:
    broken = [
        text for text, other in languages.read(folder).items() if places(text) != places(other)
    ]

    assert broken == []


@pytest.mark.parametrize("folder", CATALOGUES, ids=lambda folder: folder.parent.name)
def test_no_sentence_is_translated_in_two_ways(folder: Path) -> None:
    seen: dict[str, str] = {}
    differing: list[tuple[str, str]] = []
    for path in sorted((folder / "en").glob("*.po")):
        with path.open("rb") as file:
            found = {message.id: message.string for message in pofile.read_po(file)}
        differing += [
            (path.name, text)
            for text, other in found.items()
            if text and seen.setdefault(text, other) != other
        ]

    assert differing == []


def reasons_of_refusals() -> Iterator[str]:
    """What refusals carry as data, in the code: fixed texts, and texts with numbered places."""
    names = {kind.__name__ for kind in errors()}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _called(node) in names:
                    yield from filter(CHINESE.search, map(_written, node.keywords))


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
    return ""


def _written(keyword: ast.keyword) -> str:
    match keyword.value:
        case ast.Constant(str(text)):
            return text
        case ast.JoinedStr(parts):
            places = iter(range(10))
            return "".join(
                str(part.value) if isinstance(part, ast.Constant) else f"{{{next(places)}}}"
                for part in parts
            )
    return ""


def test_every_reason_of_a_refusal_has_english() -> None:
    assert _missing(reasons_of_refusals()) == []

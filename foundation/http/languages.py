"""Two languages: Chinese is the text in the code, English comes from catalogues beside it.

A catalogue is one `.po` file for each feature under `translations/en`; all are read when the
application starts. A sentence without a translation is shown in Chinese. In templates write
`_('…')` for fixed text and `value|tr` for text that comes from a table of labels; in code write
`translate('…')`, or `mark('…')` where the text is only named and translated later. Places for
data are written `{name}` in code and `%(name)s` in templates.

An error carries sentences of its own as data, such as a reason with a date already in it. Their
catalogue entries have numbered places (`{0} 已结账`) and are found by pattern; templates write
`text|described` for such a sentence.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from babel.messages import pofile
from flask import Flask, current_app, has_request_context

from foundation.http import context
from ledger.errors import DomainError

CHINESE, ENGLISH = "zh", "en"
LANGUAGES = (CHINESE, ENGLISH)
COOKIE = "language"
HTML_CODES = {CHINESE: "zh-CN", ENGLISH: "en"}
_EXTENSION = "foundation.languages"
_TRANSLATIONS = Path(__file__).parent.parent / "translations"
_PLACE = re.compile(r"\{(\w+)\}")
_LONGEST_REASON = 600


def install(app: Flask) -> None:
    """Read the catalogues and give templates `_`, `{% trans %}` and the filter `tr`."""
    app.extensions[_EXTENSION] = {}
    add(app, _TRANSLATIONS)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    cast(Any, app.jinja_env).install_gettext_callables(translate, _plural, newstyle=True)
    app.jinja_env.filters["tr"] = translate
    app.jinja_env.filters["described"] = describe_text


def add(app: Flask, folder: Path) -> None:
    """Read more catalogues, such as those of the reports: every `en/*.po` below a folder."""
    app.extensions[_EXTENSION].update(read(folder))


def read(folder: Path) -> dict[str, str]:
    """Return the English of every Chinese sentence in the catalogues below a folder."""
    english: dict[str, str] = {}
    for path in sorted((folder / ENGLISH).glob("*.po")):
        english |= _catalogue(path, path.stat().st_mtime_ns)
    return english


@lru_cache(maxsize=128)
def _catalogue(path: Path, _changed_at: int) -> Mapping[str, str]:
    """Read one catalogue, once as long as it does not change: parsing is slow."""
    with path.open("rb") as file:
        return {
            str(message.id): str(message.string)
            for message in pofile.read_po(file, locale=ENGLISH)
            if message.id and message.string
        }


def mark(text: str) -> str:
    """Name a text for translation and return it unchanged; `translate` it where it is shown."""
    return text


def translate(text: str, **values: object) -> str:
    """Return a text in the reader's language, with `{places}` filled when values are given."""
    if has_request_context() and context.language() == ENGLISH:
        text = current_app.extensions[_EXTENSION].get(text, text)
    return text.format(**values) if values else text


def describe(error: DomainError) -> str:
    """Say what the rules refused in the reader's language."""
    if not has_request_context() or context.language() == CHINESE:
        return error.describe()
    return describe_in(current_app.extensions[_EXTENSION], error)


def describe_text(text: str) -> str:
    """Say a sentence that has its data in it already, such as the detail of a gate."""
    if not has_request_context() or context.language() == CHINESE:
        return text
    return _reason_in(current_app.extensions[_EXTENSION], text)


def describe_in(english: Mapping[str, str], error: DomainError) -> str:
    """Say what the rules refused in English, as far as the catalogue knows the words."""
    data = {
        name: _reason_in(english, value) if isinstance(value, str) else value
        for name, value in error.data.items()
    }
    return english.get(error.message, error.message).format(**data)


def _reason_in(english: Mapping[str, str], text: str) -> str:
    """Translate a text that may have data in it already; unknown text stays as it is."""
    if text in english or text.isascii() or len(text) > _LONGEST_REASON:
        return english.get(text, text)
    # The sentence with the most words of its own says best what the text is.
    for sentence in sorted(english, key=len, reverse=True):
        if "{" in sentence and (found := _pattern(sentence).fullmatch(text)):
            parts = {name: _reason_in(english, part) for name, part in found.groupdict().items()}
            return _filled(english[sentence], parts)
    return text


@lru_cache(maxsize=2048)
def _pattern(sentence: str) -> re.Pattern[str]:
    written: list[str] = []
    seen: set[str] = set()
    for i, piece in enumerate(_PLACE.split(sentence)):
        if i % 2 == 0:
            written.append(re.escape(piece))
        elif piece in seen:
            written.append(f"(?P=_{piece})")
        else:
            seen.add(piece)
            written.append(f"(?P<_{piece}>.+?)")
    return re.compile("".join(written), re.DOTALL)


def _filled(sentence: str, parts: Mapping[str, str]) -> str:
    # Not str.format: what was read out of the text may have braces of its own.
    return _PLACE.sub(lambda place: parts[f"_{place[1]}"], sentence)


def _plural(singular: str, plural: str, count: int) -> str:
    # Chinese has one form; English writes it so that one form will do.
    return translate(singular if count == 1 else plural)

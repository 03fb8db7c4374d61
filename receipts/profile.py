"""Profiles: the names, wording, fields and forbidden words of the documents of a country.

They are data (receipts/profiles/*.toml), because wording follows the law and the law changes.
Loading checks a profile against itself: a profile whose own wording uses a forbidden word does
not load, so no page can be drawn from it.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ledger.errors import InvalidInput, NotFound
from receipts.content import Content, Draft, Kind, RecipientKind

FOLDER = Path(__file__).parent / "profiles"
GRADES = frozenset("ABCMI")


@dataclass(frozen=True, slots=True)
class Text:
    """A wording in the document's language and, where there is one, a second language."""

    text: str
    second: str = ""

    def filled(self, **values: str) -> "Text":
        """Return the wording with its places filled; the values are never read as templates."""
        return Text(self.text.format(**values), self.second.format(**values))


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a rule or wording comes from, and how well that is known."""

    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Words that no document of the profile may use."""

    words: tuple[str, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled value of a document that has one gift."""

    field: str
    label: Text
    is_strong: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a document that lists gifts; width 0 takes what the others leave."""

    field: str
    label: Text
    width: int
    is_right_aligned: bool


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of document of a profile."""

    layout: str
    title: Text
    texts: dict[str, Text]
    small_print: Text
    small_print_provenance: Provenance
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Profile:
    """All documents of one country."""

    id: str
    revision: str
    language: str
    currency: str
    symbol: str
    date_format: str
    labels: dict[str, Text]
    marks: dict[str, Text]
    forms: dict[Kind, Form]
    forbidden: tuple[Forbidden, ...]
    permitted: tuple[str, ...]

    def form(self, kind: Kind) -> Form:
        """Return the form of a kind; raises NotFound when the country has no such document."""
        try:
            return self.forms[kind]
        except KeyError:
            raise NotFound(what="文件种类", name=f"{self.id}/{kind}") from None


class ForbiddenWord(InvalidInput):
    """A document would say what only an official bill or the tax office may say."""

    code = "forbidden_word"
    message = "{field}不得使用“{word}”：自制文件不得冒充官方票据，也不得作税务承诺"


def list_profiles() -> tuple[str, ...]:
    """Return the ids of the profiles that exist, in order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def get_profile(profile_id: str) -> Profile:
    """Load a profile by id; raises NotFound for one that does not exist."""
    if profile_id not in list_profiles():
        raise NotFound(what="文件方案", name=profile_id)
    return read(tomllib.loads((FOLDER / f"{profile_id}.toml").read_text(encoding="utf-8")))


def read(data: dict[str, Any]) -> Profile:
    """Turn parsed data into a profile that keeps its own rules.

    Raises InvalidInput when a part is missing, and ForbiddenWord when its wording breaks its rules.
    """
    try:
        profile = Profile(
            id=data["id"],
            revision=data["revision"],
            language=data["language"],
            currency=data["currency"],
            symbol=data["symbol"],
            date_format=data["date_format"],
            labels=_texts(data["labels"]),
            marks=_texts(data["marks"]),
            forms={Kind(kind): _form(form) for kind, form in data["kind"].items()},
            forbidden=tuple(
                Forbidden(tuple(rule["words"]), _provenance(rule)) for rule in data["forbidden"]
            ),
            permitted=tuple(data["permitted"]["phrases"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(field="文件方案", reason=f"缺少或写错：{error}") from None
    for wording in _wordings(profile):
        _refuse_forbidden(profile, "方案文字", _without(wording, profile.permitted))
    return profile


def check_wording(draft: Draft, profile: Profile) -> None:
    """Refuse a draft in which staff wrote what a document of our own must not say."""
    _refuse_forbidden(profile, "致辞", draft.message)
    for gift in draft.gifts:
        _refuse_forbidden(profile, "捐赠物资", gift.description)
        for part in gift.designations:
            _refuse_forbidden(profile, "捐赠项目", part.project)


def check_words(profile: Profile, field: str, words: str) -> None:
    """Refuse words of the organisation's own that a document must not say. Raises ForbiddenWord."""
    _refuse_forbidden(profile, field, words)


def forbidden_words(text: str, content: Content, profile: Profile) -> list[str]:
    """Return the forbidden words in the extracted text of a document.

    The small print, the quoted official bill and the names of both parties do not count.
    """
    issuer = content.draft.issuer
    known = (
        *_bilingual(small_print(content, profile)),
        *profile.permitted,
        issuer.name,
        issuer.name_second,
        content.draft.recipient.name,
    )
    return list(_found(profile, _without(text, known)))


def small_print(content: Content, profile: Profile) -> Text:
    """Return the fixed small print of a document."""
    return profile.form(content.draft.kind).small_print.filled(**places(content, profile))


def places(content: Content, profile: Profile) -> dict[str, str]:
    """Return what the places of the wording are filled with."""
    draft = content.draft
    projects = list(
        dict.fromkeys(part.project for gift in draft.gifts for part in gift.designations)
    )
    separator = profile.labels["list_separator"]
    return {
        "issuer": draft.issuer.name,
        "issuer_second": draft.issuer.name_second or draft.issuer.name,
        "recipient": draft.recipient.name,
        "projects": separator.text.join(f"“{project}”" for project in projects),
        "projects_second": separator.second.join(f'"{project}"' for project in projects),
    }


def addressed(form: Form, name: str, recipient: RecipientKind) -> Text:
    """Return the wording `name` in the version for a person or an organisation."""
    return form.texts[f"{name}_{recipient.value}"]


def _without(text: str, phrases: Iterable[str]) -> str:
    # Pages break their lines anywhere, so that spaces mean nothing here.
    rest = "".join(text.split())
    for phrase in phrases:
        rest = rest.replace("".join(phrase.split()), "\n") if phrase else rest
    return rest


def _refuse_forbidden(profile: Profile, field: str, text: str) -> None:
    for word in _found(profile, "".join(text.split())):
        raise ForbiddenWord(field=field, word=word)


def _found(profile: Profile, text: str) -> Iterator[str]:
    folded = text.casefold()
    for rule in profile.forbidden:
        yield from (word for word in rule.words if "".join(word.split()).casefold() in folded)


def _wordings(profile: Profile) -> Iterator[str]:
    groups = [profile.labels, profile.marks, *(form.texts for form in profile.forms.values())]
    for group in groups:
        for wording in group.values():
            yield from _bilingual(wording)
    for form in profile.forms.values():
        yield from _bilingual(form.title)
        for row in form.rows:
            yield from _bilingual(row.label)
        for column in form.columns:
            yield from _bilingual(column.label)


def _bilingual(wording: Text) -> tuple[str, str]:
    return wording.text, wording.second


def _form(data: dict[str, Any]) -> Form:
    return Form(
        layout=data["layout"],
        title=_text(data["title"]),
        texts=_texts(data["text"]),
        small_print=_text(data["small_print"]),
        small_print_provenance=_provenance(data["small_print"]),
        rows=tuple(
            Row(row["field"], _text(row["label"]), row.get("strong", False))
            for row in data.get("row", ())
        ),
        columns=tuple(
            Column(
                field=column["field"],
                label=_text(column["label"]),
                width=column["width"],
                is_right_aligned=column.get("align", "left") == "right",
            )
            for column in data.get("column", ())
        ),
        provenance=_provenance(data),
    )


def _texts(data: dict[str, Any]) -> dict[str, Text]:
    return {name: _text(value) for name, value in data.items()}


def _text(data: dict[str, Any]) -> Text:
    return Text(text=data["text"], second=data.get("second", ""))


def _provenance(data: dict[str, Any]) -> Provenance:
    if data["grade"] not in GRADES or not data["source"]:
        raise ValueError(f"grade {data['grade']!r}")
    return Provenance(source=data["source"], grade=data["grade"])

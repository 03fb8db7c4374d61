"""The schemes that the project ships, with the facts, codes, sources and blocks they refer to.

Reading files is the one thing here that is not pure; everything read is immutable and the same
for the life of the program.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from foundation.matching import checking, loading, reading
from foundation.matching.check_report import Known
from foundation.matching.checking import Problem
from foundation.matching.reading import Parsed
from foundation.matching.schemes import Scheme
from foundation.matching.trace import Labels, TraceLine, sentence
from ledger.errors import InvalidInput, NotFound

DATA = Path(__file__).parent / "data"
SCHEME_FILES = (
    "china_central.yaml",
    "china_local.yaml",
    "university.yaml",
    "abroad.yaml",
    "planning.yaml",
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule was read."""

    id: str
    what: str
    where: str
    nature: str
    grade: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is shipped."""

    schemes: Mapping[str, Scheme]
    mixins: Mapping[str, Any]
    known: Known
    labels: Labels
    sources: Mapping[str, Source]
    fiscal_years: Mapping[str, str]


def _read(name: str) -> Mapping[str, Any]:
    parsed = reading.parse((DATA / name).read_text(encoding="utf-8"))
    loading.refuse(parsed.mistakes, prefix=f"{name}: ")
    assert isinstance(parsed.data, Mapping)
    return parsed.data


@cache
def shipped() -> Catalogue:
    """Read the shipped files once."""
    facts, codes = _read("facts.yaml")["facts"], _read("codes.yaml")["codes"]
    sources = {
        key: Source(id=key, **{part: str(text) for part, text in item.items()})
        for key, item in _read("sources.yaml")["sources"].items()
    }
    mixins = _read("mixins.yaml")["mixins"]
    known = Known(
        facts={name: str(item["type"]) for name, item in facts.items()},
        codes=frozenset(codes),
        sources=frozenset(sources),
        mixins=frozenset(mixins),
    )
    loaded: dict[str, Scheme] = {}
    for name in SCHEME_FILES:
        for scheme in loading.schemes(_read(name), known=known, mixins=mixins):
            loaded[scheme.id] = scheme
    return Catalogue(
        schemes=loaded,
        mixins=mixins,
        known=known,
        labels=Labels(
            facts=_pairs(facts),
            codes=_pairs(codes),
            values={
                (str(fact), str(word)): (str(item["zh"]), str(item["en"]))
                for fact, found in _read("values.yaml")["values"].items()
                for word, item in found.items()
            },
        ),
        sources=sources,
        fiscal_years={
            prefix: str(item["starts"])
            for prefix, item in _read("calendars.yaml")["fiscal_years"].items()
        },
    )


@cache
def shipped_data() -> Mapping[str, Mapping[str, Any]]:
    """The shipped schemes as they are written, by id."""
    return {str(item["scheme"]): item for name in SCHEME_FILES for item in _read(name)["schemes"]}


def _pairs(data: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    return {name: (str(item["zh"]), str(item["en"])) for name, item in data.items()}


def list_schemes() -> tuple[Scheme, ...]:
    """Every shipped scheme, by id."""
    return tuple(scheme for _, scheme in sorted(shipped().schemes.items()))


def get_scheme(identity: str) -> Scheme:
    """Find a shipped scheme. Raises NotFound."""
    try:
        return shipped().schemes[identity]
    except KeyError:
        raise NotFound(what="配比办法", name=identity) from None


def check_scheme_text(text: str, filename: str) -> tuple[Problem, ...]:
    """Explain every mistake in a scheme file, with its line. No mistakes, no problems.

    The file is YAML or JSON and holds one scheme, a list, or `mixins` and `schemes`; a file of
    cases is checked for the schemes that it brings with it.
    """
    return _problems(_parsed(text, filename))


def _parsed(text: str, filename: str) -> Parsed:
    # JSON is read as YAML, which knows no tabs; within JSON strings a raw tab is not allowed.
    return reading.parse(text.replace("\t", " ") if filename.lower().endswith(".json") else text)


def _problems(parsed: Parsed) -> tuple[Problem, ...]:
    known, data = shipped().known, parsed.data
    if isinstance(data, Mapping):
        # A file of cases brings facts and codes of its own.
        known = with_own_names(known, data)
    return checking.problems_in(parsed, known=known)


def with_own_names(known: Known, data: Mapping[str, Any]) -> Known:
    """Add the facts and codes that a document declares."""
    declared, codes = data.get("gift_defaults"), data.get("reason_codes")
    return known.plus(
        facts=dict.fromkeys(declared, "") if isinstance(declared, Mapping) else {},
        codes=frozenset(codes) if isinstance(codes, Mapping) else frozenset(),
    )


def parse_scheme_text(text: str, filename: str) -> tuple[object, tuple[Problem, ...]]:
    """Read a scheme file into plain data, together with every mistake in it."""
    parsed = _parsed(text, filename)
    return parsed.data, _problems(parsed)


def load_scheme_text(text: str, filename: str) -> tuple[Scheme, ...]:
    """Load a scheme file. Raises InvalidInput for its first mistake, whatever it is."""
    parsed = _parsed(text, filename)
    problems = _problems(parsed)
    if problems:
        first = problems[0]
        raise InvalidInput(
            field=f"{filename}:{first.line} {first.field}",
            reason=first.message_zh,
            english=first.message_en,
        )
    known, mixins = shipped().known, shipped().mixins
    return loading.schemes(parsed.data, known=known, mixins=mixins)


def fiscal_year_starts(scheme: Scheme) -> str:
    """The first day (MM-DD) of the fiscal year of a scheme's place."""
    if scheme.fiscal_year_starts:
        return scheme.fiscal_year_starts
    known = shipped().fiscal_years
    prefixes = [prefix for prefix in known if scheme.id.startswith(prefix)]
    return known[max(prefixes, key=len)] if prefixes else "01-01"


def sentence_of(line: TraceLine, *, language: str = "zh") -> str:
    """Write a line of a trace as a sentence, with the shipped names of facts and codes."""
    return sentence(line, labels=shipped().labels, language=language)


def list_versions(family: str) -> tuple[Scheme, ...]:
    """The shipped versions of a scheme, oldest first; a start that is not known comes last."""
    found = [scheme for scheme in list_schemes() if scheme.family == family]
    return tuple(sorted(found, key=lambda item: (item.in_force_from or date.max, item.id)))

"""Rubrics as data: indicators with points, what proves them, and where the text is from.

The format is documented in data/jiangsu.toml. Pure: a document in, a rubric or its mistakes out.
Points that a text does not give are None, and nothing adds them up as if they were known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from foundation.assessment import points
from foundation.duties.loading import Words
from foundation.http.languages import mark
from ledger.errors import InvalidInput

GRADES = "ABCMI"
MOST_LEVELS, MOST_YEARS = 4, 4
_LONGEST_CODE, _LONGEST_TEXT = 40, 2000
_EVIDENCE = ("files", "reports", "probes", "slots", "duties")


class Looks(StrEnum):
    """Which time an indicator looks at: today, the years of the assessment, a change of term."""

    CURRENT = "current"
    YEARS = "years"
    TERM = "term"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it is, and a sentence with places."""

    place: str
    sentence: str
    values: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        said = self.sentence.format(**self.values)
        return f"{self.place}：{said}" if self.place else said


class BadRubric(InvalidInput):
    """The rubric has mistakes; `problems` names every one."""

    code = "bad_rubric"
    message = "评分细则有 {count} 处错误，例如 {first}"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(count=len(problems), first=str(problems[0]))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves an indicator: numbers of pack files, ids of reports, probes, places, duties."""

    files: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """From which value of a measure on how many points are given."""

    at_least: Fraction
    points: int


@dataclass(frozen=True, slots=True)
class Scoring:
    """How the text says to compute the points: by a probe's measure, or by its verdict."""

    probe: str
    steps: tuple[Step, ...] = ()
    met: int | None = None
    not_met: int | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of a rubric."""

    code: str
    levels: tuple[str, ...]
    text: str
    points: int | None
    method: str
    proof: str
    grade: str
    looks: Looks
    evidence: Evidence
    scoring: Scoring | None = None

    @property
    def section(self) -> str:
        """Its first-level head."""
        return self.levels[0]

    @property
    def name(self) -> str:
        """Its own name: that of its last level."""
        return self.levels[-1]


@dataclass(frozen=True, slots=True)
class Band:
    """A grade, and from how many points of the whole it is given."""

    grade: str
    at_least: int


@dataclass(frozen=True, slots=True)
class Rubric:
    """A whole rubric, or the part of one that is known."""

    version: str
    title: Words
    authority: str
    source: str
    grade: str
    years: int
    is_official: bool
    is_complete: bool
    total: int | None
    note: Words
    # First-level heads in order, with their points where the text states them.
    sections: dict[str, int | None]
    bands: tuple[Band, ...]
    indicators: tuple[Indicator, ...]

    def find(self, code: str) -> Indicator | None:
        """Return an indicator by code, or None."""
        return next((one for one in self.indicators if one.code == code), None)


def parse(document: Mapping[str, Any]) -> Rubric:
    """Return the rubric of a document. Raises BadRubric with every mistake."""
    return _Reader(document).read()


class _Reader:
    """Reads a document and gathers what is wrong with it."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._problems: list[Problem] = []

    def read(self) -> Rubric:
        data = self._document
        version = self._text("", data, "version", longest=64)
        title = self._words(data, "title")
        sections = self._sections(data.get("section", []))
        indicators = tuple(
            self._indicator(number, item)
            for number, item in enumerate(self._list(data, "indicator"), start=1)
        )
        if not indicators:
            self._refuse("", mark("没有任何指标"))
        self._refuse_repeats(indicators)
        for one in indicators:
            sections.setdefault(one.section, None)
        bands = self._bands(data.get("band", []))
        rubric = Rubric(
            version=version,
            title=title,
            authority=self._text("", data, "authority"),
            source=self._text("", data, "source", longest=500),
            grade=self._grade("", data.get("grade")),
            years=self._years(data.get("years", 2)),
            is_official=data.get("is_official") is True,
            is_complete=data.get("is_complete") is True,
            total=self._points("", data, "total"),
            note=self._words(data, "note") if "note" in data else Words("", ""),
            sections=sections,
            bands=bands,
            indicators=indicators,
        )
        if self._problems:
            raise BadRubric(self._problems)
        return rubric

    def _refuse(self, place: str, sentence: str, **values: object) -> None:
        self._problems.append(Problem(place, sentence, values))

    def _list(self, data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        found = data.get(name, [])
        if not isinstance(found, list) or any(not isinstance(item, Mapping) for item in found):
            self._refuse("", mark("{name} 应为列表"), name=name)
            return []
        return found

    def _text(
        self,
        place: str,
        data: Mapping[str, Any],
        name: str,
        *,
        longest: int = 200,
        is_required: bool = True,
    ) -> str:
        value = data.get(name, "")
        text = value.strip() if isinstance(value, str) else ""
        if (is_required and not text) or (value and not isinstance(value, str)):
            self._refuse(place, mark("缺少 {name}"), name=name)
        if len(text) > longest:
            self._refuse(place, mark("{name} 最多 {count} 个字符"), name=name, count=longest)
        return text

    def _words(self, data: Mapping[str, Any], name: str) -> Words:
        value = data.get(name)
        if isinstance(value, str) and value.strip():
            return Words(value.strip(), value.strip())
        if isinstance(value, Mapping) and value.get("zh"):
            return Words(str(value["zh"]), str(value.get("en") or value["zh"]))
        self._refuse("", mark("缺少 {name}"), name=name)
        return Words("", "")

    def _grade(self, place: str, value: object) -> str:
        if isinstance(value, str) and len(value) == 1 and value in GRADES:
            return value
        self._refuse(place, mark("依据等级应为 A、B、C、M、I 之一"))
        return "I"

    def _years(self, value: object) -> int:
        if type(value) is int and 1 <= value <= MOST_YEARS:
            return value
        self._refuse("", mark("考察年数应为 1 到 {count}"), count=MOST_YEARS)
        return 2

    def _points(self, place: str, data: Mapping[str, Any], name: str) -> int | None:
        if data.get(name) in (None, ""):
            return None
        found = points.parse(data[name])
        if found is None:
            self._refuse(place, mark("分值“{value}”应为不超过两位小数的数字"), value=data[name])
        return found

    def _sections(self, found: object) -> dict[str, int | None]:
        sections: dict[str, int | None] = {}
        for item in self._list({"section": found}, "section"):
            name = self._text("", item, "name")
            sections[name] = self._points(name, item, "points")
        return sections

    def _bands(self, found: object) -> tuple[Band, ...]:
        bands = []
        for item in self._list({"band": found}, "band"):
            grade = self._text("", item, "grade", longest=20)
            lowest = self._points(grade, item, "from")
            if lowest is None:
                self._refuse(grade, mark("缺少 {name}"), name="from")
            bands.append(Band(grade, lowest or 0))
        return tuple(sorted(bands, key=lambda band: -band.at_least))

    def _indicator(self, number: int, item: Mapping[str, Any]) -> Indicator:
        # A table says its row; a file has its codes.
        place = str(item.get("place") or item.get("code") or f"indicator {number}")
        code = self._text(place, item, "code", longest=_LONGEST_CODE)
        if "/" in code:
            self._refuse(place, mark("编号不能含有 /"))
        return Indicator(
            code=code,
            levels=self._levels(place, item.get("levels")),
            text=self._text(place, item, "text", longest=_LONGEST_TEXT),
            points=self._points(place, item, "points"),
            method=self._text(place, item, "method", longest=_LONGEST_TEXT, is_required=False),
            proof=self._text(place, item, "proof", longest=_LONGEST_TEXT, is_required=False),
            grade=self._grade(place, item.get("grade")),
            looks=self._looks(place, item.get("period", Looks.YEARS.value)),
            evidence=Evidence(**{name: self._names(place, item, name) for name in _EVIDENCE}),
            scoring=self._scoring(place, item["scoring"]) if "scoring" in item else None,
        )

    def _levels(self, place: str, found: object) -> tuple[str, ...]:
        levels = tuple(str(level).strip() for level in found) if isinstance(found, list) else ()
        if not 1 <= len(levels) <= MOST_LEVELS or not all(levels):
            self._refuse(place, mark("指标应有一至四级名称，中间不能空缺"))
            return ("?",)
        if any(len(level) > _LONGEST_TEXT // 10 for level in levels):
            self._refuse(place, mark("指标名称最多 200 个字符"))
        return levels

    def _looks(self, place: str, value: object) -> Looks:
        if isinstance(value, str) and value in list(Looks):
            return Looks(value)
        self._refuse(place, mark("period 应为 current、years 或 term"))
        return Looks.YEARS

    def _names(self, place: str, item: Mapping[str, Any], name: str) -> tuple[str, ...]:
        found = item.get(name, [])
        if not isinstance(found, list) or any(not isinstance(one, str) for one in found):
            self._refuse(place, mark("{name} 应为文本的列表"), name=name)
            return ()
        return tuple(dict.fromkeys(found))

    def _scoring(self, place: str, found: object) -> Scoring | None:
        if not isinstance(found, Mapping) or not isinstance(found.get("probe"), str):
            self._refuse(place, mark("计分方法应指明 probe"))
            return None
        steps = []
        for item in self._list({"steps": found.get("steps", [])}, "steps"):
            given = self._points(place, item, "points")
            try:
                at_least = Fraction(str(item.get("from", "")))
            except (ValueError, ZeroDivisionError):
                self._refuse(place, mark("计分档次的 from 应为数字"))
                continue
            if given is not None:
                steps.append(Step(at_least, given))
        met, not_met = (self._points(place, found, name) for name in ("met", "not_met"))
        if not steps and met is None:
            self._refuse(place, mark("计分方法应有 steps 或 met"))
        ordered = tuple(sorted(steps, key=lambda step: -step.at_least))
        return Scoring(found["probe"], ordered, met, not_met)

    def _refuse_repeats(self, indicators: tuple[Indicator, ...]) -> None:
        seen: set[str] = set()
        paths: set[tuple[str, ...]] = set()
        for one in indicators:
            if one.code in seen:
                self._refuse(one.code, mark("编号重复"))
            if (*one.levels, one.text) in paths:
                self._refuse(one.code, mark("指标重复"))
            seen.add(one.code)
            paths.add((*one.levels, one.text))

"""Explain every mistake in a scheme file, with its line, in Chinese and in English.

The check reads the whole file and lists everything it finds, so that the person who types in an
official document corrects it once. The loader refuses a file with any mistake.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from foundation.matching import check_parts, check_rules, dates, reading
from foundation.matching import vocabulary as words
from foundation.matching.check_report import Known, Report
from foundation.matching.reading import Mistake, Parsed, Path, path_text


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a scheme file."""

    line: int
    field: str
    message_zh: str
    message_en: str


def problems_in(parsed: Parsed, *, known: Known) -> tuple[Problem, ...]:
    """List the mistakes of a scheme file, in the order of its lines."""
    mistakes = list(parsed.mistakes)
    if not mistakes or parsed.data is not None:
        mistakes += mistakes_in(parsed.data, known=known)
    problems = {
        Problem(
            line=mistake.line or parsed.line_of(mistake.path),
            field=path_text(mistake.path),
            message_zh=mistake.message_zh,
            message_en=mistake.message_en,
        )
        for mistake in mistakes
    }
    return tuple(sorted(problems, key=lambda item: (item.line, item.field, item.message_zh)))


def mistakes_in(data: object, *, known: Known) -> list[Mistake]:
    """List the mistakes in the data of a scheme file or of a file of cases."""
    report = Report(known=known)
    floats_in(data, (), report)
    if isinstance(data, Mapping) and "schemes" in data:
        _whole_file(data, report)
    elif isinstance(data, Mapping):
        _scheme(data, (), report)
    elif isinstance(data, list):
        _schemes(data, (), report)
    else:
        report.add(
            (), "文件应为办法或办法的列表", "the file must hold a scheme or a list of schemes"
        )
    return report.mistakes


def floats_in(data: object, path: Path, report: Report) -> None:
    """Name every floating-point number: money and ratios are written as text."""
    if isinstance(data, reading.Float | float):
        text = data.text if isinstance(data, reading.Float) else repr(data)
        report.add(
            path,
            f"不得使用浮点数 {text}：请加引号写成文本",
            f"{text} is a floating-point number: write it in quotes",
        )
    elif isinstance(data, Mapping):
        for key, value in data.items():
            floats_in(value, (*path, str(key)), report)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            floats_in(value, (*path, index), report)


def _whole_file(data: Mapping[str, object], report: Report) -> None:
    is_cases = "cases" in data
    report.keys(data, words.CASE_FILE_KEYS if is_cases else words.FILE_KEYS, ())
    sources = data.get("sources")
    if isinstance(sources, Mapping):
        report.known = report.known.plus(sources=frozenset(map(str, sources)))
    mixins = data.get("mixins", {})
    if not isinstance(mixins, Mapping):
        report.add(("mixins",), "应为规则块的表", "must be a table of rule blocks")
        mixins = {}
    report.known = report.known.plus(mixins=frozenset(map(str, mixins)))
    for name, rules in mixins.items():
        check_rules.gift_rules(rules, ("mixins", str(name)), report)
    _schemes(data["schemes"], ("schemes",), report)


def _schemes(data: object, path: Path, report: Report) -> None:
    if not isinstance(data, list) or not data:
        report.add(path, "应为办法的列表", "must be a list of schemes")
        return
    for index, scheme in enumerate(data):
        if isinstance(scheme, Mapping):
            _scheme(scheme, (*path, index), report)
        else:
            report.add((*path, index), "应为一份办法", "must be a scheme")
    _versions(data, path, report)


def _scheme(scheme: Mapping[str, object], path: Path, report: Report) -> None:
    report.keys(scheme, words.SCHEME_KEYS, path)
    for key in ("scheme", "title", "status"):
        if not isinstance(scheme.get(key), str) or not str(scheme[key]).strip():
            report.add((*path, key), f"缺少{key}", f"{key} is missing")
    for key in ("family", "doc", "currency", "superseded_by"):
        report.text(scheme.get(key), (*path, key))
    report.one_of(scheme.get("status"), words.STATUSES, (*path, "status"))
    report.one_of(scheme.get("grade"), words.GRADES, (*path, "grade"))
    _sources(scheme, path, report)
    _in_force(scheme.get("in_force"), (*path, "in_force"), report)
    if scheme.get("claimant") is not None:
        check_rules.predicate(scheme["claimant"], (*path, "claimant"), report)
    if scheme.get("gift_rules") is not None:
        check_rules.gift_rules(scheme["gift_rules"], (*path, "gift_rules"), report)
    for key, check in check_parts.PARTS.items():
        value = scheme.get(key)
        if value is not None and value != words.UNKNOWN_TEXT:
            check(value, (*path, key), report)
    for key in ("unknown", "income_kinds", "assets_allowed"):
        report.text_list(scheme.get(key), (*path, key))


def _sources(scheme: Mapping[str, object], path: Path, report: Report) -> None:
    if not scheme.get("src"):
        report.add((*path, "src"), "缺少来源", "the source is missing", is_fatal=False)
        return
    report.source(scheme["src"], (*path, "src"))


def _in_force(value: object, path: Path, report: Report) -> None:
    if value is None:
        return
    if not report.mapping(value, words.IN_FORCE_KEYS, path):
        return
    first = value.get("from")
    if first not in (None, words.UNKNOWN_TEXT) and dates.first_day(first) is None:
        report.add(
            (*path, "from"),
            f"“{first}”应以日期或年份开头，或写 UNKNOWN",
            f"'{first}' must begin with a date or a year, or be UNKNOWN",
        )
    start, end = dates.first_day(first), dates.last_day(value.get("to"))
    if start and end and end < start:
        report.add((*path, "to"), "施行终止日早于起始日", "ends before it begins")


def overlaps(schemes: list[object], *, known: Known) -> list[Mistake]:
    """Name the versions of one scheme that would be in force on the same day."""
    report = Report(known=known)
    _versions(schemes, (), report)
    return report.mistakes


def _versions(schemes: list[object], path: Path, report: Report) -> None:
    """Two versions of one scheme may not be in force on the same day."""
    seen: list[tuple[str, str, date | None, date | None]] = []
    for index, scheme in enumerate(schemes):
        if not isinstance(scheme, Mapping):
            continue
        identity = str(scheme.get("scheme", ""))
        family = str(scheme.get("family") or identity)
        start, end = _span(scheme, schemes)
        for other_id, other_family, other_start, other_end in seen:
            if other_id == identity and (start is None or other_start is None):
                report.add(
                    (*path, index, "scheme"),
                    f"办法“{identity}”出现两次，且施行日期不明",
                    f"scheme '{identity}' is given twice without dates in force",
                )
            elif family == other_family and _overlap((start, end), (other_start, other_end)):
                report.add(
                    (*path, index, "in_force"),
                    f"与“{other_id}”的施行期间重叠",
                    f"in force at the same time as '{other_id}'",
                )
        seen.append((identity, family, start, end))


def _span(scheme: Mapping[str, object], schemes: list[object]) -> tuple[date | None, date | None]:
    """The days a version is in force; a start of None means that they are not known."""
    in_force = scheme.get("in_force")
    if not isinstance(in_force, Mapping):
        return None, None
    start, end = dates.first_day(in_force.get("from")), dates.last_day(in_force.get("to"))
    successor = scheme.get("superseded_by")
    for other in schemes:
        if end is None and isinstance(other, Mapping) and other.get("scheme") == successor:
            later = other.get("in_force")
            begins = dates.first_day(later.get("from")) if isinstance(later, Mapping) else None
            end = begins - timedelta(days=1) if begins else None
    if end is None and in_force.get("to") is not None:
        # An end that is only known in words cannot be compared with anything.
        return None, None
    return start, end


def _overlap(one: tuple[date | None, date | None], other: tuple[date | None, date | None]) -> bool:
    if one[0] is None or other[0] is None:
        return False
    return one[0] <= (other[1] or date.max) and other[0] <= (one[1] or date.max)

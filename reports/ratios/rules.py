"""The rule sets as dated data: who must spend how much of what, and since when.

A rule set is a document of the law. Its requirements name a ratio, a limit (fixed or by band),
to whom it applies, and what frees from it. Nothing here computes; see `verdicts`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

from ledger.charts.definitions import Grade
from ledger.errors import NotFound
from reports.ratios.loading import DATA_FOLDER, InvalidRules, Reader, read
from reports.ratios.measures import Measures, measures


class Organisation(StrEnum):
    """The legal form that a requirement speaks of."""

    FOUNDATION = "foundation"
    ASSOCIATION = "association"
    SERVICE_INSTITUTION = "service_institution"


class Status(StrEnum):
    """A draft binds nobody and is left out unless asked for."""

    ISSUED = "issued"
    DRAFT = "draft"


class LimitKind(StrEnum):
    """Which side of the limit passes. The limit itself always does."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Profile:
    """What decides which requirements an organisation is under."""

    organisation: Organisation = Organisation.FOUNDATION
    public_fundraising: bool = False
    central_ministry_university: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A limit for a range of the deciding figure: lower bound included, upper bound not."""

    label: str
    from_minor: int | None
    below_minor: int | None
    share: Fraction
    grade: Grade

    def holds(self, amount_minor: Fraction) -> bool:
        return (self.from_minor is None or amount_minor >= self.from_minor) and (
            self.below_minor is None or amount_minor < self.below_minor
        )


@dataclass(frozen=True, slots=True)
class Exemption:
    """An element strictly below this amount frees from the limit."""

    element: str
    below_minor: int
    article: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class Requirement:
    """One limit on one quantity; it is met when any of its ratios meets it."""

    id: str
    label: str
    article: str
    organisations: tuple[Organisation, ...]
    public_fundraising: bool | None
    central_ministry_university: bool | None
    kind: LimitKind
    ratios: tuple[str, ...]
    share: Fraction | None
    band_by: str
    bands: tuple[Band, ...]
    exemption: Exemption | None
    needs_opening: bool
    each_of_years: int
    on_failure: str

    def applies_to(self, profile: Profile) -> bool:
        return (
            profile.organisation in self.organisations
            and self.public_fundraising in {None, profile.public_fundraising}
            and self.central_ministry_university in {None, profile.central_ministry_university}
        )


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One document of the law with the days on which it applies."""

    id: str
    name: str
    number: str
    valid_from: date | None
    valid_to: date | None
    status: Status
    source: str
    grade: Grade
    note: str
    requirements: tuple[Requirement, ...]

    def in_force(self, day: date) -> bool:
        return (
            self.status is Status.ISSUED
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )

    def requirement(self, requirement_id: str) -> Requirement:
        """Return a requirement. Raises NotFound."""
        for requirement in self.requirements:
            if requirement.id == requirement_id:
                return requirement
        raise NotFound(what="比例要求", name=f"{self.id}.{requirement_id}")


@cache
def rule_sets() -> tuple[RuleSet, ...]:
    """Return every rule set of the data files, oldest first, drafts last."""
    return load(sorted(DATA_FOLDER.glob("rules_*.toml")), measures())


def get_rule_set(rule_set_id: str) -> RuleSet:
    """Return a rule set. Raises NotFound."""
    for rule_set in rule_sets():
        if rule_set.id == rule_set_id:
            return rule_set
    raise NotFound(what="比例规则", name=rule_set_id)


def list_in_force(day: date) -> tuple[RuleSet, ...]:
    """Return the issued rule sets that apply on a day."""
    return tuple(rule_set for rule_set in rule_sets() if rule_set.in_force(day))


def load(paths: Iterable[Path], known: Measures) -> tuple[RuleSet, ...]:
    """Read rule sets from files; raise InvalidRules for anything unexpected."""
    found: dict[str, RuleSet] = {}
    for path in paths:
        for rule_set in read(path, lambda reader: _file(reader, known)):
            if rule_set.id in found:
                raise InvalidRules(file=path.name, key="id", reason=f"“{rule_set.id}”重复")
            found[rule_set.id] = rule_set
    undated = date.max
    return tuple(sorted(found.values(), key=lambda item: (item.valid_from or undated, item.id)))


def _file(reader: Reader, known: Measures) -> tuple[RuleSet, ...]:
    return tuple(_rule_set(table, known) for table in reader.tables("rule_set"))


def _rule_set(table: Reader, known: Measures) -> RuleSet:
    rule_set = RuleSet(
        id=table.text("id"),
        name=table.text("name"),
        number=table.text("number"),
        valid_from=table.optional_date("valid_from"),
        valid_to=table.optional_date("valid_to"),
        status=Status(table.choice("status", list(Status))),
        source=table.text("source"),
        grade=table.grade(),
        note=table.text("note", ""),
        requirements=tuple(_requirement(item, known) for item in table.tables("requirement")),
    )
    if rule_set.status is Status.ISSUED and rule_set.valid_from is None:
        table.refuse("valid_from", "已公布的规定须有施行日期")
    if rule_set.valid_from and rule_set.valid_to and rule_set.valid_to < rule_set.valid_from:
        table.refuse("valid_to", "早于施行日期")
    ids = [requirement.id for requirement in rule_set.requirements]
    if len(ids) != len(set(ids)):
        table.refuse("requirement", "id 重复")
    table.finish()
    return rule_set


def _requirement(table: Reader, known: Measures) -> Requirement:
    forms = [str(form) for form in Organisation]
    organisations = table.texts("organisations")
    if not organisations or any(form not in forms for form in organisations):
        table.refuse("organisations", f"应为 {'、'.join(forms)} 之一或多个")
    ratios = table.texts("ratios")
    if not ratios or any(ratio not in known.ratios for ratio in ratios):
        table.refuse("ratios", "须为已定义的比例")
    share = table.share("share") if table.has("share") else None
    bands = tuple(_band(item) for item in table.tables("band", optional=True))
    if (share is None) == (not bands):
        table.refuse("share", "share 与 band 必须且只能有一个")
    _check_bands(table, bands)
    requirement = Requirement(
        id=table.text("id"),
        label=table.text("label"),
        article=table.text("article"),
        organisations=tuple(Organisation(form) for form in organisations),
        public_fundraising=table.optional_flag("public_fundraising"),
        central_ministry_university=table.optional_flag("central_ministry_university"),
        kind=LimitKind(table.choice("kind", list(LimitKind))),
        ratios=ratios,
        share=share,
        band_by=table.choice("band_by", known.elements) if bands else "",
        bands=bands,
        exemption=_exemption(table.table("exempt_below"), known)
        if table.has("exempt_below")
        else None,
        needs_opening=table.flag("needs_opening"),
        each_of_years=table.integer("each_of_years", 1),
        on_failure=table.text("on_failure", ""),
    )
    if requirement.each_of_years < 1:
        table.refuse("each_of_years", "至少一年")
    table.finish()
    return requirement


def _band(table: Reader) -> Band:
    band = Band(
        label=table.text("label"),
        from_minor=table.optional_amount("from"),
        below_minor=table.optional_amount("below"),
        share=table.share("share"),
        grade=table.grade(),
    )
    table.finish()
    return band


def _check_bands(table: Reader, bands: tuple[Band, ...]) -> None:
    # Bands run from the highest down and meet, so no amount has two limits or falls between.
    for higher, lower in pairwise(bands):
        if lower.below_minor is None or lower.below_minor != higher.from_minor:
            table.refuse("band", f"“{higher.label}”与“{lower.label}”之间有空档或重叠")
    for band in bands:
        if None not in {band.from_minor, band.below_minor} and (
            (band.from_minor or 0) >= (band.below_minor or 0)
        ):
            table.refuse("band", f"“{band.label}”的下限不小于上限")


def _exemption(table: Reader, known: Measures) -> Exemption:
    exemption = Exemption(
        element=table.choice("element", known.elements),
        below_minor=table.amount("amount"),
        article=table.text("article"),
        grade=table.grade(),
    )
    table.finish()
    return exemption

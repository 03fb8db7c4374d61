"""Build typed schemes from checked data.

Data with a mistake that would change a figure is refused with the place of the first one;
`checking` explains all of them. Rule blocks are copied into the scheme with its own source.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from foundation.matching import amounts, checking, dates
from foundation.matching import loading_parts as parts
from foundation.matching import vocabulary as words
from foundation.matching.check_report import Known
from foundation.matching.reading import Mistake, path_text
from foundation.matching.schemes import (
    UNKNOWN,
    Basis,
    Coefficients,
    GiftRule,
    Minimum,
    MinimumClass,
    RuleKind,
    Scheme,
    SchemeStatus,
    Unit,
    UnknownType,
    Window,
)
from ledger.errors import InvalidInput

Table = Mapping[str, Any]


def schemes(data: object, *, known: Known, mixins: Table) -> tuple[Scheme, ...]:
    """Build every scheme of a file's data. Raises InvalidInput for the first fatal mistake."""
    refuse(checking.mistakes_in(data, known=known))
    own: Table = data.get("mixins", {}) if isinstance(data, Mapping) else {}
    listed = data
    if isinstance(data, Mapping):
        listed = data.get("schemes", [data])
    blocks = {**mixins, **own}
    assert isinstance(listed, Sequence)
    return tuple(scheme(item, mixins=blocks) for item in listed)


def refuse(mistakes: Iterable[Mistake], *, prefix: str = "") -> None:
    """Raise InvalidInput for the first mistake that keeps a scheme from being computed."""
    for mistake in mistakes:
        if mistake.is_fatal:
            place = prefix + path_text(mistake.path)
            raise InvalidInput(field=place, reason=mistake.message_zh, english=mistake.message_en)


def scheme(data: Table, *, mixins: Table) -> Scheme:
    """Build one scheme from data that has been checked."""
    in_force = _table(data, "in_force")
    stated_end = in_force.get("to")
    currency = str(data.get("currency") or "CNY")
    return Scheme(
        id=str(data["scheme"]),
        title=str(data["title"]),
        status=SchemeStatus(data["status"]),
        doc=unknown_or(str, data.get("doc") or words.UNKNOWN_TEXT),
        family=str(data.get("family") or data["scheme"]),
        currency=currency,
        grade=str(data.get("grade") or ""),
        in_force_from=dates.first_day(in_force.get("from")),
        in_force_to=dates.last_day(stated_end),
        in_force_note="" if dates.last_day(stated_end) else str(stated_end or ""),
        superseded_by=str(data.get("superseded_by") or ""),
        claimant=parts.optional_predicate(data.get("claimant")),
        window=_window(data.get("window")),
        unit=unit(data.get("unit")),
        gift_rules=_rules(data, mixins),
        basis=_basis(data.get("basis")),
        minimum=minimum(data.get("minimum"), currency),
        recognise=_coefficients(data.get("recognise")),
        method=parts.method(data.get("match"), currency=currency),
        caps=parts.caps(data.get("caps"), currency=currency),
        pool=parts.pool(data.get("pool"), currency=currency),
        rounding=parts.rounding_rule(data.get("rounding"), currency=currency),
        documents=parts.documents(data.get("documents")),
        use_of_match=parts.use_of_match(_table(data, "use_of_match")),
        consequences=parts.consequences(_table(data, "consequences")),
        income_kinds=tuple(data.get("income_kinds") or ()),
        assets_allowed=tuple(data.get("assets_allowed") or ()),
        fiscal_year_starts=str(data.get("fiscal_year_starts") or ""),
        unknown=tuple(data.get("unknown") or ()),
        memory=_memory(data),
        sources=sources(data),
        clauses=tuple(
            (key, str(value["clause"]))
            for key, value in data.items()
            if isinstance(value, Mapping) and value.get("clause")
        ),
    )


def _table(data: Table, key: str) -> Table:
    """A table of the scheme; one that says UNKNOWN has nothing in it."""
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def unknown_or(build: Any, value: Any) -> Any:
    """Build a parameter unless it says UNKNOWN (possibly followed by words)."""
    is_unknown = isinstance(value, str) and value.split(" ")[0] == words.UNKNOWN_TEXT
    return UNKNOWN if is_unknown else build(value)


def sources(data: Table) -> tuple[str, ...]:
    """The sources beside a parameter, MEMORY included."""
    named = data.get("src", ())
    return (named,) if isinstance(named, str) else tuple(named)


def unit(value: Any) -> Unit | UnknownType | None:
    """Build the counting unit from a word or a table."""
    if value is None or value == words.UNKNOWN_TEXT:
        return None if value is None else UNKNOWN
    if isinstance(value, str):
        return Unit(kind=value)
    if value["kind"] == words.UNKNOWN_TEXT:
        return UNKNOWN
    return Unit(
        kind=value["kind"],
        same=tuple(value.get("same", ())),
        within_days=value.get("within_days", 0),
        counted_from=value.get("from", "first_deposit"),
    )


def _memory(data: Table) -> tuple[str, ...]:
    named = [
        key
        for key, value in data.items()
        if isinstance(value, Mapping) and words.MEMORY_TEXT in sources(value)
    ]
    return tuple(named)


def _window(value: Any) -> Window | None:
    if not isinstance(value, Mapping):
        return None if value is None else Window(date_fact=parts.RECEIVED, period=UNKNOWN)
    period = value.get("period")
    stated_end = value.get("to")
    return Window(
        date_fact=value.get("date", parts.RECEIVED),
        period=UNKNOWN if period == words.UNKNOWN_TEXT else period,
        starts_on=dates.first_day(value.get("from")),
        ends_on=dates.last_day(stated_end),
        is_open_ended=stated_end is not None and dates.last_day(stated_end) is None,
        claims=tuple(value.get("claims", ())),
        claim_within_days=value.get("claim_within_days"),
        new_donations_only=value.get("new_donations_only", False),
        sources=sources(value),
    )


def _rules(data: Table, mixins: Table) -> tuple[GiftRule, ...]:
    rules: list[GiftRule] = []
    for item in data.get("gift_rules") or ():
        if "use" not in item:
            rules.append(_rule(item, block="", using=data))
            continue
        rules += [
            _rule(inner, block=item["use"], using={**data, **item}) for inner in mixins[item["use"]]
        ]
    # The law of gifts stands before any scheme, imported or not; it is the law of one country.
    if (data.get("currency") or "CNY") == "CNY":
        return _law(mixins, present=rules) + tuple(rules)
    return tuple(rules)


def _rule(item: Table, *, block: str, using: Table) -> GiftRule:
    kind = next(RuleKind(key) for key in words.RULE_KINDS if key in item)
    return GiftRule(
        code=item["code"],
        kind=kind,
        test=None if kind is RuleKind.DECIDE else parts.predicate(item[kind.value]),
        decide=item["decide"] if kind is RuleKind.DECIDE else "",
        expect=item.get("expect", True),
        when=parts.optional_predicate(item.get("when")),
        clause=str(item.get("clause") or using.get("clause") or ""),
        sources=sources(item) or sources(using),
        block=block,
    )


def _law(mixins: Table, *, present: Iterable[GiftRule]) -> tuple[GiftRule, ...]:
    imported = {rule.block for rule in present}
    return tuple(
        _rule(inner, block=name, using={})
        for name, rules in mixins.items()
        if name.startswith("law.") and name not in imported
        for inner in rules
    )


def _basis(value: Any) -> Basis:
    if isinstance(value, str) and value != words.UNKNOWN_TEXT:
        return Basis(securities=value)
    if isinstance(value, Mapping):
        return Basis(
            securities=value.get("securities", "received"),
            received_on=str(value.get("received_on", "")),
        )
    return Basis()


def minimum(value: Any, currency: str) -> Minimum | UnknownType | None:
    if value is None or value == words.UNKNOWN_TEXT:
        return None if value is None else UNKNOWN
    listed = value.get("by_class") or [{**value, "when": "otherwise"}]
    if any(step["value"] == words.UNKNOWN_TEXT for step in listed):
        return UNKNOWN
    classes = tuple(
        MinimumClass(
            value_minor=amounts.minor(step["value"], path="minimum", currency=currency),
            is_inclusive=step.get("cmp", "ge") == "ge",
            when=None if step["when"] == "otherwise" else parts.predicate(step["when"]),
        )
        for step in listed
    )
    return Minimum(classes=classes, is_soft=value.get("soft", False), sources=sources(value))


def _coefficients(value: Any) -> Coefficients | UnknownType | None:
    if value is None or value == words.UNKNOWN_TEXT:
        return None if value is None else UNKNOWN
    named = value["coefficient"]
    return Coefficients(
        facts=(named,) if isinstance(named, str) else tuple(named), op=value.get("op", "multiply")
    )

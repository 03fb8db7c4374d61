"""Build the single primitives of a scheme from checked data; see `loading`."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from foundation.matching import amounts, dates
from foundation.matching import vocabulary as words
from foundation.matching.predicates import (
    Compare,
    Every,
    FactValue,
    Negation,
    Predicate,
    Same,
    Some,
)
from foundation.matching.rounding import DEFAULT, Rounding
from foundation.matching.schemes import (
    UNKNOWN,
    Assessed,
    Band,
    Baseline,
    ByClass,
    Cap,
    Consequences,
    Document,
    Flat,
    Marginal,
    Method,
    Pool,
    ShareOfPool,
    UnknownType,
    UseOfMatch,
    Whole,
)

Table = Mapping[str, Any]
RECEIVED = "gift.cash_received_on"


def optional_predicate(value: Any) -> Predicate | None:
    """Build a condition, or None where there is none."""
    return None if value is None else predicate(value)


def predicate(value: Table) -> Predicate:
    """Build a condition from checked data."""
    if "all" in value:
        return Every(tuple(predicate(item) for item in value["all"]))
    if "any" in value:
        return Some(tuple(predicate(item) for item in value["any"]))
    if "not" in value:
        return Negation(predicate(value["not"]))
    if value["op"] == "same":
        return Same(tuple(value["facts"]))
    found = value.get("value")
    wanted: FactValue | tuple[FactValue, ...] = tuple(found) if isinstance(found, list) else found
    return Compare(fact=value["fact"], op=value["op"], value=wanted)


def ratio(value: Any) -> Fraction | UnknownType:
    """Build a ratio that may be UNKNOWN."""
    if value is None or value == words.UNKNOWN_TEXT:
        return UNKNOWN
    return amounts.ratio(value, path="match.ratio")


def _max_ratio(value: Table) -> Fraction | None:
    found = ratio(value.get("max_ratio"))
    return found if isinstance(found, Fraction) else None


def method(value: Any, *, currency: str) -> Method | UnknownType | None:
    """Build the method of the match."""
    if value is None or value == words.UNKNOWN_TEXT:
        return None if value is None else UNKNOWN
    built: Method | UnknownType = UNKNOWN
    match value["method"]:
        case "flat":
            built = Flat(ratio=ratio(value["ratio"]), max_ratio=_max_ratio(value))
        case "marginal":
            built = Marginal(bands=bands(value["bands"], currency=currency))
        case "whole":
            built = Whole(brackets=bands(value["brackets"], currency=currency))
        case "by_class":
            built = ByClass(fact=value["fact"], ratios=_ratios(value["ratios"]))
        case "baseline":
            built = _baseline(value, currency)
        case "share_of_pool":
            built = ShareOfPool(
                weight=value.get("weight", "recognised"), max_ratio=_max_ratio(value)
            )
        case "assessed":
            built = Assessed(max_ratio=_max_ratio(value))
        case _:
            built = UNKNOWN
    return built


def _ratios(value: Any) -> tuple[tuple[str, Fraction | UnknownType], ...]:
    if value == words.UNKNOWN_TEXT:
        return ()
    return tuple((str(key), ratio(item)) for key, item in value.items())


def _baseline(value: Table, currency: str) -> Baseline:
    otherwise = method(value.get("otherwise"), currency=currency)
    return Baseline(
        baseline_fact=value["baseline"],
        ratio_above=ratio(value["ratio_above"]),
        ratio_below=ratio(value["ratio_below"]),
        when=optional_predicate(value.get("when")),
        otherwise=None if otherwise is UNKNOWN else otherwise,
        years=value.get("years"),
    )


def bands(value: Any, *, currency: str) -> tuple[Band, ...] | UnknownType:
    """Build a scale; a lower edge that is not given is the upper edge before it."""
    if value == words.UNKNOWN_TEXT:
        return UNKNOWN
    built: list[Band] = []
    begins = 0
    for item in value:
        lower, upper = item.get("from"), item.get("upto", item.get("to"))
        if lower is not None:
            begins = amounts.minor(lower, path="match.bands.from", currency=currency)
        ends = (
            None
            if upper is None
            else amounts.minor(upper, path="match.bands.upto", currency=currency)
        )
        built.append(Band(from_minor=begins, upto_minor=ends, ratio=ratio(item["ratio"])))
        begins = ends if ends is not None else begins
    return tuple(built)


def caps(value: Any, *, currency: str) -> tuple[Cap, ...] | UnknownType:
    """Build the caps."""
    if value == words.UNKNOWN_TEXT:
        return UNKNOWN
    return tuple(
        Cap(per=tuple(item["per"]), of=item["of"], value_minor=_money(item["value"], currency))
        for item in value or ()
    )


def _money(value: Any, currency: str) -> int | UnknownType:
    if value is None or value == words.UNKNOWN_TEXT:
        return UNKNOWN
    return amounts.minor(value, path="amount", currency=currency)


def pool(value: Any, *, currency: str) -> Pool | UnknownType | None:
    """Build the pool."""
    if value is None or value == words.UNKNOWN_TEXT:
        return None if value is None else UNKNOWN
    amount = value.get("amount")
    by_year = amount.items() if isinstance(amount, Mapping) else ()
    total = None if amount is None or isinstance(amount, Mapping) else _money(amount, currency)
    if value.get("reduced_to") is not None:
        total = _money(value["reduced_to"], currency)
    reserve = value.get("reserve") or {}
    held = _money(reserve.get("per_claimant"), currency)
    rule = value.get("rule")
    return Pool(
        rule=UNKNOWN if rule == words.UNKNOWN_TEXT else rule,
        period=str(value.get("period", "")),
        amount_minor=total,
        amount_by_year=tuple(
            (str(year), figure)
            for year, text in by_year
            if isinstance(figure := _money(text, currency), int)
        ),
        reserve_minor=held if isinstance(held, int) else 0,
        reserve_until=dates.last_day(reserve.get("until")),
        queue_by=str(value.get("queue_by", "")),
        on_exhausted=str(value.get("on_exhausted", "")),
        on_abolition=str(value.get("on_abolition", "")),
        must_sum_to_pool=value.get("must_sum_to_pool", False),
    )


def rounding_rule(value: Any, *, currency: str) -> Rounding | UnknownType | None:
    """Build the rounding; parts that say UNKNOWN fall back to half-up and are remembered."""
    if value is None or value == words.UNKNOWN_TEXT:
        return None if value is None else UNKNOWN
    place = _money(value.get("place", words.UNKNOWN_TEXT), currency)
    mode = value.get("mode", DEFAULT.mode)
    return Rounding(
        place_minor=place if isinstance(place, int) and place else 1,
        mode=DEFAULT.mode if mode == words.UNKNOWN_TEXT else mode,
        at=value.get("at", DEFAULT.at),
        is_stated=value.get("sourced", True),
        unknown=tuple(key for key, part in value.items() if part == words.UNKNOWN_TEXT),
    )


def documents(value: Any) -> tuple[Document, ...]:
    """Build the list of papers."""
    return tuple(
        Document(
            name=str(item["name"]),
            stage=str(item.get("stage", "")),
            by=str(item.get("by", "")),
            per=str(item.get("per", "claim")),
        )
        for item in (value if isinstance(value, list) else ())
    )


def use_of_match(value: Table) -> UseOfMatch:
    """Build the rules of spending the match."""
    return UseOfMatch(
        by=str(value.get("by", "")),
        purposes=tuple(value.get("for") or ()),
        prefer=tuple(value.get("prefer") or ()),
        forbid=tuple(value.get("forbid") or ()),
    )


def consequences(value: Table) -> Consequences:
    """Build what follows a returned gift or a false claim."""
    returned = value.get("donation_returned") or {}
    return Consequences(
        repay_match=returned.get("repay_match", False),
        notify_within_days=returned.get("notify_within_days"),
        blacklist=value.get("blacklist", False),
        performance_review=value.get("performance_review", False),
    )

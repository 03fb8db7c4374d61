"""The check of each primitive of a scheme but its rules; see `checking`."""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise

from foundation.matching import amounts, check_rules, dates
from foundation.matching import vocabulary as words
from foundation.matching.check_report import Report
from foundation.matching.reading import Path
from ledger.errors import InvalidInput


def _window(value: object, path: Path, report: Report) -> None:
    if not report.mapping(value, words.WINDOW_KEYS, path):
        return
    if "date" in value:
        report.fact(value["date"], (*path, "date"))
    report.one_of(value.get("period"), words.PERIODS, (*path, "period"))
    report.whole_number(value.get("claim_within_days"), (*path, "claim_within_days"))
    report.flag(value.get("new_donations_only"), (*path, "new_donations_only"))
    report.text_list(value.get("claims"), (*path, "claims"))
    start, end = dates.first_day(value.get("from")), dates.last_day(value.get("to"))
    if value.get("from") not in (None, words.UNKNOWN_TEXT) and start is None:
        report.add((*path, "from"), "应以日期开头", "must begin with a date")
    if start and end and end < start:
        report.add((*path, "to"), "终止日早于起始日", "ends before it begins")


def _unit(value: object, path: Path, report: Report) -> None:
    if isinstance(value, str):
        report.one_of(value, words.UNITS, path)
        return
    if not report.mapping(value, words.UNIT_KEYS, path):
        return
    report.needed(value, ("kind",), path)
    report.one_of(value.get("kind"), words.UNITS, (*path, "kind"))
    report.text_list(value.get("same"), (*path, "same"))
    report.whole_number(value.get("within_days"), (*path, "within_days"))
    report.one_of(value.get("from"), words.BUNDLE_STARTS, (*path, "from"))
    if value.get("kind") == words.BUNDLE:
        report.needed(value, ("same", "within_days"), path)


def _basis(value: object, path: Path, report: Report) -> None:
    if isinstance(value, str):
        report.one_of(value, words.BASES, path)
    elif report.mapping(value, words.BASIS_KEYS, path):
        report.one_of(value.get("securities"), words.BASES, (*path, "securities"))


def _minimum(value: object, path: Path, report: Report) -> None:
    if not report.mapping(value, words.MINIMUM_KEYS, path):
        return
    report.flag(value.get("soft"), (*path, "soft"))
    classes = value.get("by_class")
    if classes is None:
        _least(value, path, report)
        return
    if not isinstance(classes, list) or not classes:
        report.add((*path, "by_class"), "应为各类的列表", "must be a list of classes")
        return
    for index, step in enumerate(classes):
        where = (*path, "by_class", index)
        if not report.mapping(step, words.MINIMUM_CLASS_KEYS, where):
            continue
        _least(step, where, report)
        if step.get("when") == "otherwise":
            if index != len(classes) - 1:
                report.add(
                    (*where, "when"), "otherwise 应在最后", "otherwise must be the last class"
                )
        else:
            check_rules.predicate(step.get("when"), (*where, "when"), report)
    last = classes[-1]
    if isinstance(last, Mapping) and last.get("when") != "otherwise":
        report.add((*path, "by_class"), "缺少 otherwise 一类", "the class 'otherwise' is missing")


def _least(value: Mapping[str, object], path: Path, report: Report) -> None:
    report.needed(value, ("value",), path)
    report.money(value.get("value"), (*path, "value"))
    report.one_of(value.get("cmp"), words.COMPARISONS_OF_MINIMUM, (*path, "cmp"))


def _recognise(value: object, path: Path, report: Report) -> None:
    if not report.mapping(value, words.RECOGNISE_KEYS, path):
        return
    names = value.get("coefficient")
    listed = names if isinstance(names, list) else [names]
    for index, name in enumerate(listed):
        report.fact(name, (*path, "coefficient", index))
    report.one_of(value.get("op"), ("multiply", words.UNKNOWN_TEXT), (*path, "op"))


def _match(value: object, path: Path, report: Report) -> None:
    if not isinstance(value, Mapping):
        report.add(path, "应为配比方法", "must be a method")
        return
    method = value.get("method")
    if method not in words.METHODS:
        report.one_of(method if method is not None else "", words.METHODS, (*path, "method"))
        return
    allowed = words.ANYWHERE | {"method"} | words.METHOD_KEYS[str(method)]
    report.keys(value, allowed, path)
    report.needed(value, words.METHOD_NEEDS.get(str(method), ()), path)
    _numbers_of_match(value, path, report)
    if "when" in value:
        check_rules.predicate(value["when"], (*path, "when"), report)
    if "otherwise" in value:
        _match(value["otherwise"], (*path, "otherwise"), report)


def _numbers_of_match(value: Mapping[str, object], path: Path, report: Report) -> None:
    for key in ("ratio", "max_ratio", "ratio_above", "ratio_below"):
        report.ratio(value.get(key), (*path, key))
    report.one_of(value.get("weight"), words.WEIGHTS, (*path, "weight"))
    report.whole_number(value.get("years"), (*path, "years"))
    for key in ("bands", "brackets"):
        if value.get(key) not in (None, words.UNKNOWN_TEXT):
            _bands(value[key], (*path, key), report, is_marginal=key == "bands")
    for key in ("fact", "baseline"):
        if key in value:
            report.fact(value[key], (*path, key))
    if value.get("ratios") not in (None, words.UNKNOWN_TEXT):
        _ratios(value["ratios"], (*path, "ratios"), report)


def _ratios(value: object, path: Path, report: Report) -> None:
    if not isinstance(value, Mapping) or not value:
        report.add(path, "应为各类的比例表", "must be a table of ratios")
        return
    for key, ratio in value.items():
        report.ratio(ratio, (*path, str(key)))


def _bands(value: object, path: Path, report: Report, *, is_marginal: bool) -> None:
    if not isinstance(value, list) or not value:
        report.add(path, "应为分档的列表", "must be a list of bands")
        return
    edges: list[tuple[int | None, int | None]] = []
    for index, band in enumerate(value):
        where = (*path, index)
        if not report.mapping(band, words.BAND_KEYS, where):
            return
        report.needed(band, ("ratio",), where)
        report.ratio(band.get("ratio"), (*where, "ratio"))
        upper = band.get("upto", band.get("to"))
        for key in ("from", "upto", "to"):
            report.money(band.get(key), (*where, key))
        edges.append((_edge(band.get("from")), _edge(upper)))
        if upper is None and index != len(value) - 1:
            report.add(where, "只有最后一档可以没有上限", "only the last band may be open")
    _order_of_bands(edges, path, report, is_marginal=is_marginal)


def _order_of_bands(
    edges: list[tuple[int | None, int | None]], path: Path, report: Report, *, is_marginal: bool
) -> None:
    for index, (lower, upper) in enumerate(edges):
        if lower is not None and upper is not None and upper < lower:
            report.add((*path, index), "上限低于下限", "the band ends below where it begins")
        if lower is None and not is_marginal:
            report.add((*path, index, "from"), "缺少“from”", "'from' is missing")
    for index, ((lower, upper), (next_lower, next_upper)) in enumerate(pairwise(edges), start=1):
        begins = next_lower if next_lower is not None else upper
        ends = upper if upper is not None else lower
        is_behind = (
            next_lower is None
            and None not in (upper, next_upper)
            and ((next_upper or 0) <= (upper or 0))
        )
        # The upper edge of a slice may be the lower edge of the next one; a bracket that takes
        # the whole gift must begin above the one before.
        touches = (
            begins is not None
            and ends is not None
            and (begins < ends or (begins == ends and not is_marginal))
        )
        if is_behind or (next_lower is not None and touches):
            report.add(
                (*path, index),
                "与上一档重叠，或没有按从低到高排列",
                "overlaps the band before it, or is out of order",
            )
        elif is_marginal and next_lower is not None and ends is not None and next_lower > ends:
            report.add((*path, index), "与上一档之间有空档", "leaves a gap after the band before")


def _edge(value: object) -> int | None:
    try:
        return amounts.minor(value, path="")
    except InvalidInput:
        return None


def _caps(value: object, path: Path, report: Report) -> None:
    if not isinstance(value, list):
        report.add(path, "应为上限的列表", "must be a list of caps")
        return
    for index, cap in enumerate(value):
        where = (*path, index)
        if not report.mapping(cap, words.CAP_KEYS, where):
            continue
        report.needed(cap, ("per", "of", "value"), where)
        per = cap.get("per", [])
        if not isinstance(per, list) or not per:
            report.add((*where, "per"), "应为列表", "must be a list")
        else:
            for place, item in enumerate(per):
                report.one_of(item, words.CAP_PER, (*where, "per", place))
        report.one_of(cap.get("of"), words.CAP_OF, (*where, "of"))
        report.money(cap.get("value"), (*where, "value"))


def _pool(value: object, path: Path, report: Report) -> None:
    if not report.mapping(value, words.POOL_KEYS, path):
        return
    report.one_of(value.get("rule"), words.POOL_RULES, (*path, "rule"))
    report.flag(value.get("must_sum_to_pool"), (*path, "must_sum_to_pool"))
    amount = value.get("amount")
    if isinstance(amount, Mapping):
        for year, figure in amount.items():
            if not re.fullmatch(r"\d{4}", str(year)):
                report.add((*path, "amount", str(year)), "应为年份", "must be a year")
            report.money(figure, (*path, "amount", str(year)))
    else:
        report.money(amount, (*path, "amount"))
    report.money(value.get("reduced_to"), (*path, "reduced_to"))
    reserve = value.get("reserve")
    if reserve is not None and report.mapping(reserve, words.RESERVE_KEYS, (*path, "reserve")):
        report.money(reserve.get("per_claimant"), (*path, "reserve"))


def _rounding(value: object, path: Path, report: Report) -> None:
    if not report.mapping(value, words.ROUNDING_KEYS, path):
        return
    report.money(value.get("place"), (*path, "place"))
    report.one_of(value.get("mode"), words.ROUNDING_MODES, (*path, "mode"))
    report.one_of(value.get("at"), words.ROUNDING_STEPS, (*path, "at"))
    report.flag(value.get("sourced"), (*path, "sourced"))


def _documents(value: object, path: Path, report: Report) -> None:
    if not isinstance(value, list):
        report.add(path, "应为材料的列表", "must be a list of documents")
        return
    for index, document in enumerate(value):
        where = (*path, index)
        if report.mapping(document, words.DOCUMENT_KEYS, where):
            report.needed(document, ("name",), where)


def _use_of_match(value: object, path: Path, report: Report) -> None:
    if report.mapping(value, words.USE_OF_MATCH_KEYS, path):
        for key in ("for", "prefer", "forbid"):
            report.text_list(value.get(key), (*path, key))


def _consequences(value: object, path: Path, report: Report) -> None:
    if not report.mapping(value, words.CONSEQUENCE_KEYS, path):
        return
    for key in ("blacklist", "performance_review"):
        report.flag(value.get(key), (*path, key))
    returned = value.get("donation_returned")
    where = (*path, "donation_returned")
    if returned is not None and report.mapping(returned, words.RETURNED_KEYS, where):
        report.flag(returned.get("repay_match"), (*where, "repay_match"))
        report.whole_number(returned.get("notify_within_days"), (*where, "notify_within_days"))


def _fiscal_year(value: object, path: Path, report: Report) -> None:
    if not isinstance(value, str) or not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d)", value):
        report.add(path, "应为月-日，例如 09-01", "must be month-day, for example 09-01")


PARTS: dict[str, Callable[[object, Path, Report], None]] = {
    "window": _window,
    "unit": _unit,
    "basis": _basis,
    "minimum": _minimum,
    "recognise": _recognise,
    "match": _match,
    "caps": _caps,
    "pool": _pool,
    "rounding": _rounding,
    "documents": _documents,
    "use_of_match": _use_of_match,
    "consequences": _consequences,
    "fiscal_year_starts": _fiscal_year,
}

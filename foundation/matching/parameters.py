"""Settle single parameters of a scheme: a recorded decision, or the numbers of a test case.

The texts leave some parameters open (what 单笔 means, first of all). Setting one gives a new
scheme; the stored one never changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from foundation.matching import amounts, check_parts, loading
from foundation.matching import loading_parts as parts
from foundation.matching.check_report import Known, Report
from foundation.matching.schemes import (
    UNKNOWN,
    Assessed,
    Baseline,
    ByClass,
    Cap,
    Flat,
    Marginal,
    Minimum,
    MinimumClass,
    Scheme,
    Whole,
)
from ledger.errors import InvalidInput

Setter = Callable[[Scheme, Any, str], Scheme]


def applied(scheme: Scheme, values: Mapping[str, Any], *, path: str) -> Scheme:
    """Give the scheme with some parameters set. Names that are no parameters are left alone."""
    for name, value in values.items():
        setter = SETTERS.get(name)
        if setter is not None and value is not None:
            scheme = setter(scheme, value, f"{path}.{name}")
    return scheme


def _checked(key: str, value: Any, path: str) -> None:
    report = Report(known=Known())
    check_parts.PARTS[key](value, (path,), report)
    loading.refuse(report.mistakes)


def _unit(scheme: Scheme, value: Any, path: str) -> Scheme:
    _checked("unit", value, path)
    return replace(scheme, unit=loading.unit(value))


def _minimum(scheme: Scheme, value: Any, path: str) -> Scheme:
    if isinstance(value, Mapping):
        _checked("minimum", value, path)
        return replace(scheme, minimum=loading.minimum(value, scheme.currency))
    least = amounts.minor(value, path=path, currency=scheme.currency)
    step = MinimumClass(value_minor=least, is_inclusive=True)
    soft = isinstance(scheme.minimum, Minimum) and scheme.minimum.is_soft
    return replace(scheme, minimum=Minimum(classes=(step,), is_soft=soft))


def _ratio(scheme: Scheme, value: Any, path: str) -> Scheme:
    ratio = amounts.ratio(value, path=path)
    ceiling = getattr(scheme.method, "max_ratio", None)
    if ceiling is not None and ratio > ceiling:
        raise InvalidInput(field=path, reason="比例超过办法规定的最高比例")
    return replace(scheme, method=Flat(ratio=ratio, max_ratio=ceiling))


def _max_ratio(scheme: Scheme, value: Any, path: str) -> Scheme:
    ratio = amounts.ratio(value, path=path)
    if isinstance(scheme.method, Flat):
        return replace(scheme, method=replace(scheme.method, max_ratio=ratio))
    if scheme.method is None or scheme.method is UNKNOWN or isinstance(scheme.method, Assessed):
        return replace(scheme, method=Assessed(max_ratio=ratio))
    raise InvalidInput(field=path, reason="该办法没有最高比例这一参数")


def _scale(scheme: Scheme, value: Any, path: str) -> Scheme:
    key = path.rpartition(".")[2]
    method = "marginal" if key == "bands" else "whole"
    _checked("match", {"method": method, key: value}, path.rpartition(".")[0])
    bands = parts.bands(value, currency=scheme.currency)
    return replace(scheme, method=Marginal(bands) if key == "bands" else Whole(bands))


def _ratios(scheme: Scheme, value: Any, path: str) -> Scheme:
    if not isinstance(scheme.method, ByClass):
        raise InvalidInput(field=path, reason="该办法不是按类别配比")
    table = {"method": "by_class", "fact": scheme.method.fact, "ratios": value}
    _checked("match", table, path.rpartition(".")[0])
    ratios = tuple((str(key), parts.ratio(item)) for key, item in value.items())
    return replace(scheme, method=replace(scheme.method, ratios=ratios))


def _ratio_below(scheme: Scheme, value: Any, path: str) -> Scheme:
    if not isinstance(scheme.method, Baseline):
        raise InvalidInput(field=path, reason="该办法不是按基数配比")
    below = amounts.ratio(value, path=path)
    return replace(scheme, method=replace(scheme.method, ratio_below=below))


def _caps(scheme: Scheme, value: Any, path: str) -> Scheme:
    if isinstance(value, list):
        _checked("caps", value, path)
        return replace(scheme, caps=parts.caps(value, currency=scheme.currency))
    figure = amounts.minor(value, path=path, currency=scheme.currency)
    held = scheme.caps if isinstance(scheme.caps, tuple) else ()
    known = tuple(
        replace(cap, value_minor=figure) if cap.value_minor is UNKNOWN else cap for cap in held
    )
    return replace(scheme, caps=known or (Cap(("claimant",), "grant", figure),))


def _rounding(scheme: Scheme, value: Any, path: str) -> Scheme:
    _checked("rounding", value, path)
    return replace(scheme, rounding=parts.rounding_rule(value, currency=scheme.currency))


def _fiscal_year(scheme: Scheme, value: Any, path: str) -> Scheme:
    _checked("fiscal_year_starts", value, path)
    return replace(scheme, fiscal_year_starts=value)


SETTERS: dict[str, Setter] = {
    "unit": _unit,
    "minimum": _minimum,
    "ratio": _ratio,
    "requested_ratio": _ratio,
    "max_ratio": _max_ratio,
    "bands": _scale,
    "brackets": _scale,
    "ratios": _ratios,
    "ratio_below": _ratio_below,
    "caps": _caps,
    "cap": _caps,
    "rounding": _rounding,
    "fiscal_year_starts": _fiscal_year,
}

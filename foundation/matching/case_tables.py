"""The cases that look beyond one claim: several claimants, awards, spending; see `cases`."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from foundation.matching import amounts, awards, claim, completeness, methods, pools, rounding
from foundation.matching.case_input import (
    Case,
    as_date,
    claim_year,
    claimant_of,
    context_of,
    fact_value,
    fail,
    money_of,
    named,
)
from foundation.matching.case_shapes import INCOME_AMOUNTS, frame, text
from foundation.matching.results import ResultStatus, least_certain
from foundation.matching.rounding import Rounding
from foundation.matching.schemes import Assessed, Coefficients, Pool, Scheme, ShareOfPool

Output = dict[str, Any]
CLAIMANT_KEYS = ("recognised_by_claimant", "claimants", "universities", "institutions")
WAN = 10_000  # 万元 in yuan


def of_claimants(case: Case) -> Output:
    """Share a pool among claimants by their recognised income."""
    listed = _claimants(case)
    names = list(listed)
    recognised, weights, own = [], [], []
    for name in names:
        income, claimant = _claimant(case, name, listed[name])
        # The pool is shared below, once; no claimant by itself is cut by it.
        context = replace(context_of(case, claimant=claimant), pool_minor=None)
        weight = methods.weight_of(case.scheme, income, claimant=claimant)
        if weight is None:
            return frame(
                case, ResultStatus.SHARE_OF_POOL, missing=["coefficients"], recognised=None
            )
        recognised.append(income)
        weights.append(weight)
        own.append(claim.of_amount(case.scheme, income, context=context))
    total = text(case, sum(recognised))
    pool = methods.pool_of(case.scheme, context_of(case))
    if _is_shared(case.scheme):
        if pool is None:
            return frame(case, ResultStatus.SHARE_OF_POOL, recognised=total, missing=["pool"])
        ceiling = awards.max_ratio(case.scheme)
        shares = pools.proportional(
            pool,
            weights,
            ceilings=[None if ceiling is None else income * ceiling for income in recognised],
            place_minor=_award_place(case.scheme),
            fills_pool=isinstance(case.scheme.pool, Pool) and case.scheme.pool.must_sum_to_pool,
        )
        return _shared(case, names, shares, total)
    status = least_certain([figure.status for figure in own])
    if any(figure.most is None for figure in own):
        return frame(case, status, recognised=total)
    asked = [rounding.to_place(figure.most or 0) for figure in own]
    shares = pools.Shares(tuple(asked), 0)
    if pool is not None and case.params.get("pool") is not None:
        shares = pools.prorata(pool, asked)
    return _shared(case, names, shares, total, status=status)


def _claimants(case: Case) -> Mapping[str, Any]:
    """The claimants by name: a table, or a list whose items carry their name."""
    key = next(key for key in CLAIMANT_KEYS if case.has(key))
    listed = case.get(key)
    if isinstance(listed, list):
        named_items = [item for item in listed if isinstance(item, Mapping)]
        listed = {str(item.get("id", item.get("name", ""))): item for item in named_items}
    if not isinstance(listed, Mapping) or not listed:
        raise fail(f"{case.path}.{key}", "应为各申请单位的认定收入")
    return {str(name): value for name, value in listed.items()}


def _claimant(case: Case, name: str, value: object) -> tuple[int, dict[str, Any]]:
    path = f"{case.path}.{name}"
    claimant: dict[str, Any] = {**(claimant_of(case) or {}), **_coefficients(case, name)}
    if not isinstance(value, Mapping):
        return money_of(case, value, path), claimant
    income = next((key for key in INCOME_AMOUNTS if key in value), "recognised")
    for key, item in value.items():
        if key not in (income, "id", "name"):
            claimant[named(case, str(key))] = fact_value(str(key), item, path=f"{path}.{key}")
    stated = value.get(income)
    # Income of several kinds counts together.
    parts = stated if isinstance(stated, Mapping) else {income: stated}
    total = sum(money_of(case, part, f"{path}.{kind}") for kind, part in parts.items())
    return total, claimant


def _coefficients(case: Case, name: str) -> dict[str, Any]:
    """The coefficients of one claimant, where the case's parameters give them by name."""
    table = case.params.get("coefficients")
    found = table.get(name) if isinstance(table, Mapping) else None
    if found is None or not isinstance(case.scheme.recognise, Coefficients):
        return {}
    if isinstance(found, Mapping):
        return {named(case, str(key)): item for key, item in found.items()}
    listed = found if isinstance(found, list) else [found]
    facts = case.scheme.recognise.facts
    return dict(zip(facts, [*listed, *["1"] * len(facts)], strict=False))


def _is_shared(scheme: Scheme) -> bool:
    rule = scheme.pool.rule if isinstance(scheme.pool, Pool) else None
    return isinstance(scheme.method, ShareOfPool | Assessed) or rule == "proportional"


def _award_place(scheme: Scheme) -> int:
    rule = scheme.rounding
    return rule.place_minor if isinstance(rule, Rounding) and rule.at in ("award", "pool") else 1


def _shared(
    case: Case,
    names: list[str],
    shares: pools.Shares,
    recognised: str | None,
    *,
    status: ResultStatus = ResultStatus.COMPUTED,
) -> Output:
    total = text(case, sum(shares.awards))
    return frame(
        case,
        status,
        awards={name: text(case, award) for name, award in zip(names, shares.awards, strict=True)},
        sum=total,
        unused=text(case, shares.unused_minor),
        recognised=recognised,
        matched=total,
    )


def of_awards(case: Case) -> Output:
    """Check official awards against the maximum ratio and the pool."""
    listed = case.get("awards") if case.has("awards") else [case.get("award")]
    if isinstance(listed, Mapping):
        listed = list(listed.values())
    if not isinstance(listed, list):
        raise fail(f"{case.path}.awards", "应为下达金额的列表")
    if not case.has("recognised"):
        raise fail(f"{case.path}.recognised", "缺少认定收入")
    recognised = money_of(case, case.get("recognised"), f"{case.path}.recognised")
    verdicts = {}
    for place, item in enumerate(listed):
        award = money_of(case, item, f"{case.path}.awards[{place}]")
        verdicts[str(item)] = awards.check_award(
            case.scheme,
            recognised_minor=recognised,
            award_minor=award,
            claim_year=claim_year(case),
        ).verdict
    return frame(
        case,
        ResultStatus.COMPUTED,
        recognised=text(case, recognised),
        awards=verdicts,
        missing=list(completeness.missing_parameters(case.scheme)),
    )


def of_uses(case: Case) -> Output:
    """Say of every spending of the match whether it is allowed."""
    key = next(key for key in ("uses", "use", "spending", "spend", "expenditures") if case.has(key))
    listed = case.get(key)
    verdicts: Output = {}
    for place, item in enumerate(listed if isinstance(listed, list) else [listed]):
        if isinstance(item, Mapping):
            kind = next(
                (item[part] for part in ("purpose", "kind", "use", "for") if part in item), None
            )
            name = str(item.get("id", kind))
        else:
            kind, name = item, str(item)
        if not isinstance(kind, str):
            raise fail(f"{case.path}.{key}[{place}]", "应写明支出用途")
        verdicts[name] = awards.check_use(case.scheme, kind)
    return frame(case, ResultStatus.COMPUTED, **{key: verdicts})


def of_return(case: Case) -> Output:
    """Say what a returned gift takes back."""
    key = "returned_on" if case.has("returned_on") else "returned"
    found = awards.on_return(
        case.scheme,
        matched_minor=money_of(case, case.data.get("matched", "0"), f"{case.path}.matched"),
        returned_on=as_date(case, key, case.get(key)),
    )
    status = ResultStatus.NEEDS_DECISION if found.needs_decision else ResultStatus.COMPUTED
    return frame(
        case,
        status,
        repay=text(case, found.repay_minor),
        notify_by=found.notify_by.isoformat() if found.notify_by else None,
    )


def of_years(case: Case) -> Output:
    """Match a recognised income per year, and say how it grew."""
    years = _table(case, "recognised_by_year")
    incomes = {
        str(year): money_of(case, value, f"{case.path}.recognised_by_year.{year}")
        for year, value in years.items()
    }
    figures = {
        year: claim.of_amount(case.scheme, income, context=context_of(case))
        for year, income in incomes.items()
    }
    total = sum((figure.most or 0 for figure in figures.values()), start=Fraction(0))
    status = least_certain([figure.status for figure in figures.values()])
    first, last = min(incomes), max(incomes)
    growth = Fraction(incomes[last], incomes[first]) if incomes[first] else None
    return frame(
        case,
        status,
        recognised=text(case, sum(incomes.values())),
        recognised_by_year={year: text(case, income) for year, income in incomes.items()},
        matched=text(case, total),
        matched_total=text(case, total),
        matched_by_year={year: text(case, figure.most) for year, figure in figures.items()},
        growth_2dp=None if growth is None else amounts.decimal_text(growth, 2),
    )


def of_published_awards(case: Case) -> Output:
    """Add up a published award table in 万元 and hold it against the pool."""
    table = _table(case, "awards_wan")
    figures = []
    for name, value in table.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise fail(f"{case.path}.awards_wan.{name}", "应为整数万元")
        figures.append(value)
    pool = methods.pool_of(case.scheme, context_of(case))
    place = 100 * WAN
    return frame(
        case,
        ResultStatus.COMPUTED,
        awards_wan=dict(table),
        sum_wan=sum(figures),
        pool_wan=None if pool is None else pool // place,
        count=len(figures),
        sums_to_pool=pool is not None and sum(figures) * place == pool,
        matched=text(case, sum(figures) * place),
    )


def of_parts(case: Case) -> Output:
    """Add up published parts, and find the least income that could absorb the pool."""
    listed = case.get("parts")
    if not isinstance(listed, list):
        raise fail(f"{case.path}.parts", "应为金额的列表")
    figures = [
        money_of(case, item, f"{case.path}.parts[{place}]") for place, item in enumerate(listed)
    ]
    answer = frame(
        case,
        ResultStatus.COMPUTED,
        parts=[text(case, figure) for figure in figures],
        total=text(case, sum(figures)),
    )
    ratio = awards.max_ratio(case.scheme)
    if case.has("pool") and ratio:
        pool = money_of(case, case.get("pool"), f"{case.path}.pool")
        percent = amounts.decimal_text(ratio * 100, 0)
        answer["pool"] = text(case, pool)
        answer[f"min_recognised_if_all_at_{percent}pct"] = text(case, Fraction(pool) / ratio)
    return answer


def of_share(case: Case) -> Output:
    """The scale of a pool over a published total, and one claimant's share by it."""
    context = context_of(case)
    pool, total = methods.pool_of(case.scheme, context), context.recognised_total_minor
    if pool is None or not total:
        return frame(case, ResultStatus.SHARE_OF_POOL, missing=["pool"])
    answer = frame(
        case, ResultStatus.COMPUTED, scale_6dp=amounts.decimal_text(Fraction(pool, total), 6)
    )
    example = case.get("example")
    if isinstance(example, Mapping):
        path = f"{case.path}.example.recognised"
        income = money_of(case, example.get("recognised"), path)
        figure = claim.of_amount(case.scheme, income, context=context)
        answer["example"] = {
            "recognised": text(case, income),
            "matched": text(case, figure.most),
        }
    return answer


def _table(case: Case, key: str) -> Mapping[str, Any]:
    value = case.get(key)
    if not isinstance(value, Mapping) or not value:
        raise fail(f"{case.path}.{key}", "应为键值表")
    return value

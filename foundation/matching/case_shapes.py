"""The computations that a case can ask for, gift by gift or amount by amount; see `cases`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from foundation.matching import (
    amounts,
    claim,
    completeness,
    engine,
    methods,
    rounding,
)
from foundation.matching.amounts import Exact
from foundation.matching.case_input import (
    Case,
    claimant_of,
    context_of,
    decisions_of,
    fact_value,
    fail,
    gift_of,
    gifts_of,
    money_of,
    named,
    proceeds_of,
    some_day,
)
from foundation.matching.predicates import CLAIMANT_SPACES
from foundation.matching.results import (
    Blocker,
    ClaimResult,
    Figure,
    GiftResult,
    GiftStatus,
    ResultStatus,
    least_certain,
)
from foundation.matching.schemes import Unit, Whole
from ledger import money

Output = dict[str, Any]
GIFT_AMOUNTS = ("gift", "amount", "principal")
INCOME_AMOUNTS = ("recognised", "raised", "donations", "income")
ANSWERS = ("matched", "code", "codes", "bracket", "status", "total", "counted", "missing", "note")


def text(case: Case, value: Exact | None) -> str | None:
    """Write an amount with two decimals."""
    if value is None:
        return None
    return money.to_text(rounding.to_place(value), case.scheme.currency)


def matched_text(case: Case, value: Exact | None) -> str | None:
    """Write a match, rounded as the scheme rounds an estimate."""
    return text(case, claim.whole(value, claim.rounding_of(case.scheme)))


def single_text(case: Case, value: Exact | None) -> str | None:
    """Write the match of one gift: by the scheme's rule where that rounds gift by gift."""
    is_by_gift = claim.rounding_of(case.scheme).at in claim.ROUNDED_EACH
    return matched_text(case, value) if is_by_gift else text(case, value)


def frame(case: Case, status: ResultStatus, **parts: Any) -> Output:
    """The keys that every answer has."""
    answer: Output = {
        "id": case.data.get("id"),
        "scheme": case.scheme.id,
        "status": status.value,
        "gifts": {},
        "recognised": None,
        "matched": None,
    }
    answer.update(parts)
    return answer


def blockers_of(case: Case) -> tuple[Blocker, ...]:
    """What keeps a claim under the case's scheme from being final, whatever its gifts."""
    return completeness.blockers(
        case.scheme,
        confirmed=(),
        decided=tuple(item.fact for item in decisions_of(case)),
        questions=(),
        is_claimant_known=True,
    )


def of_gifts(case: Case) -> Output:
    """A claim: gifts in, the standing of each and the figures out."""
    result = engine.evaluate(
        case.scheme,
        gifts_of(case),
        decisions=decisions_of(case),
        context=context_of(case),
        with_trace=False,
    )
    return written(case, result)


def written(case: Case, result: ClaimResult) -> Output:
    """Write the result of a claim in the form in which cases state what they expect."""
    answer = frame(
        case,
        result.status,
        gifts={gift.gift: _gift(case, gift) for gift in result.gifts},
        recognised=text(case, result.recognised_minor),
        matched=text(case, result.matched_minor),
        missing=list(result.missing),
    )
    if result.codes:
        answer["claimant"] = result.codes[0]
    if result.recognised_minor is None:
        answer["recognised_min"] = text(case, result.recognised_min)
        answer["recognised_max"] = text(case, result.recognised_max)
    if result.matched_minor is None or result.status is ResultStatus.UPPER_BOUND:
        answer["matched_min"] = text(case, result.matched_min)
        answer["matched_max"] = text(case, result.matched_max)
    if result.weight is not None and case.scheme.recognise is not None:
        answer["recognised_after_coefficients"] = text(case, result.weight)
    if result.questions:
        answer["questions"] = [
            {"fact": item.fact, "code": item.code, "gift": item.gift} for item in result.questions
        ]
    answer.update(_by_gift(case, result))
    if isinstance(case.scheme.unit, Unit) and case.scheme.unit.kind == "bundle":
        answer["bundles"] = _bundles(case, result)
    if result.matched_by_project:
        answer["matched_by_project"] = {
            name: text(case, value) for name, value in result.matched_by_project
        }
    answer.update(_of_figure(case, result.figure))
    return answer


def _gift(case: Case, gift: GiftResult) -> Output:
    if gift.status is GiftStatus.ELIGIBLE:
        return {"status": gift.status.value, "counted": text(case, gift.counted_min)}
    if gift.status is GiftStatus.INELIGIBLE:
        return {"status": gift.status.value, "codes": list(gift.codes)}
    return {
        "status": gift.status.value,
        "codes": list(gift.codes),
        "open": list(dict.fromkeys(item.fact for item in gift.questions)),
        "counted_min": text(case, gift.counted_min),
        "counted_max": text(case, gift.counted_max),
    }


def _by_gift(case: Case, result: ClaimResult) -> Output:
    scale = result.figure.scale if result.figure else 1
    drawn = {
        gift.gift: single_text(case, gift.matched_max * scale)
        for gift in result.gifts
        if gift.status is GiftStatus.ELIGIBLE and gift.matched_max is not None
    }
    cut = {gift.gift: gift.cap_code for gift in result.gifts if gift.cap_code}
    found: Output = {"matched_by_gift": drawn} if drawn else {}
    if cut:
        found["cap_codes"] = cut
    return found


def _bundles(case: Case, result: ClaimResult) -> list[Output]:
    return [
        {
            "gifts": list(unit.gifts),
            "amount": text(case, unit.counted_minor),
            "matched": single_text(case, unit.matched),
        }
        for unit in result.units
    ]


def _of_figure(case: Case, figure: Figure | None) -> Output:
    """The parts of a figure that only some methods have."""
    found: Output = {}
    if figure is None:
        return found
    if figure.on_excess is not None:
        found["matched_on_excess"] = text(case, figure.on_excess)
        found["matched_below_baseline"] = text(case, figure.below_baseline)
    if figure.carried_over is not None:
        found["carried_over"] = text(case, figure.carried_over)
    if figure.cap_code:
        found["cap_code"] = figure.cap_code
    return found


def of_projects(case: Case) -> Output:
    """Projects with one principal each, matched and rounded one by one."""
    listed = case.get("projects")
    if not isinstance(listed, list):
        raise fail(f"{case.path}.projects", "应为项目的列表")
    gifts = []
    for place, item in enumerate(listed):
        path = f"{case.path}.projects[{place}]"
        if not isinstance(item, Mapping):
            raise fail(path, "应为一个项目")
        name = str(item.get("id", place + 1))
        amount = item.get("principal", item.get("amount"))
        data = {"received": some_day(case).isoformat(), **item, "id": name, "amount": amount}
        data.setdefault("project", name)
        gifts.append(gift_of(case, data, path=path, default_id=name))
    context = replace(context_of(case), skips_assumed=True)
    result = engine.evaluate(
        case.scheme, gifts, decisions=decisions_of(case), context=context, with_trace=False
    )
    answer = written(case, result)
    by_project = dict(result.matched_by_project)
    answer["matched"] = {gift.id: text(case, by_project.get(gift.id, 0)) for gift in gifts}
    answer["total"] = text(case, result.matched_minor)
    return answer


def of_proceeds(case: Case) -> Output:
    """One gift that became money over several days."""
    received_on, total = proceeds_of(case, case.get("proceeds"), f"{case.path}.proceeds")
    amount = money.to_text(total, case.scheme.currency)
    answer, status, missing = row(case, {"gift": amount, "received": received_on.isoformat()})
    return frame(
        case,
        status,
        received_on=received_on.isoformat(),
        amount=text(case, total),
        recognised=text(case, total),
        matched=answer.get("matched"),
        missing=list(missing),
    )


def of_recognised(case: Case) -> Output:
    """A recognised income given as one figure."""
    answer, status, missing = row(case, {"recognised": case.get("recognised")})
    answer.pop("recognised")
    found = frame(case, status, missing=list(missing), **answer)
    found["recognised"] = text(case, _amount(case, case.get("recognised"), "recognised"))
    return found


def of_one_gift(case: Case) -> Output:
    """A single amount: its match, its bracket, and both together."""
    answer, status, missing = row(case, {"gift": case.get("gift")})
    amount = _amount(case, case.get("gift"), "gift")
    matched = answer.get("matched")
    total = None
    if matched is not None:
        total = amount + money.parse(matched, case.scheme.currency)
    return frame(
        case,
        status,
        **{key: value for key, value in answer.items() if key != "gift"},
        gift=case.get("gift"),
        recognised=text(case, amount),
        total=text(case, total),
        missing=list(missing),
    )


def of_rows(case: Case) -> Output:
    """A table of amounts, each computed by itself."""
    rows = case.get("cases") if case.has("cases") else case.get("rows")
    if not isinstance(rows, list):
        raise fail(f"{case.path}.cases", "应为金额的列表")
    answers: list[Output] = []
    statuses: list[ResultStatus] = []
    missing: list[str] = []
    for place, item in enumerate(rows):
        if not isinstance(item, Mapping):
            raise fail(f"{case.path}.cases[{place}]", "应为一行")
        answer, status, lacks = row(case, item)
        answers.append(answer)
        statuses.append(status)
        missing += lacks
    return frame(case, least_certain(statuses), cases=answers, missing=list(dict.fromkeys(missing)))


def _amount(case: Case, value: object, key: str) -> int:
    return money_of(case, value, f"{case.path}.{key}")


def row(case: Case, data: Mapping[str, Any]) -> tuple[Output, ResultStatus, Sequence[str]]:
    """Compute one amount, a single gift's or a claimant's income, with the facts beside it."""
    inputs = {key: value for key, value in data.items() if not _is_answer(key)}
    given = {
        named(case, key): fact_value(named(case, key), value, path=f"{case.path}.{key}")
        for key, value in inputs.items()
        if key not in (*GIFT_AMOUNTS, *INCOME_AMOUNTS, "received")
    }
    for key in GIFT_AMOUNTS:
        if key in inputs:
            answer, status, missing = _gift_row(case, inputs, key, given)
            return {**inputs, **answer}, status, missing
    for key in INCOME_AMOUNTS:
        if key in inputs:
            answer, status, missing = _income_row(case, inputs[key], key, given)
            return {**inputs, **answer}, status, missing
    raise fail(f"{case.path}.cases", "缺少金额")


def _is_answer(key: str) -> bool:
    return key in ANSWERS or key.startswith(("matched", "expected"))


def _gift_row(
    case: Case, inputs: Mapping[str, Any], key: str, given: Mapping[str, Any]
) -> tuple[Output, ResultStatus, Sequence[str]]:
    claimant = {
        **(claimant_of(case) or {}),
        **{name: value for name, value in given.items() if name.startswith(CLAIMANT_SPACES)},
    }
    data = {
        "id": "gift",
        "amount": inputs[key],
        "received": inputs.get("received", some_day(case).isoformat()),
        **{name: value for name, value in given.items() if name not in claimant},
    }
    gift = gift_of(case, data, path=f"{case.path}.{key}", default_id="gift")
    context = replace(
        context_of(case, claimant=claimant), skips_assumed=True, checks_claimant=False
    )
    result = engine.evaluate(
        case.scheme,
        [gift],
        decisions=decisions_of(case),
        context=context,
        with_trace=False,
    )
    single = result.gifts[0]
    answer: Output = {"matched": text(case, result.matched_minor)}
    if single.status is GiftStatus.INELIGIBLE:
        answer["code"] = single.codes[0]
    elif single.cap_code:
        answer["code"] = single.cap_code
    if result.status is ResultStatus.NOT_COMPUTABLE or result.matched_minor is None:
        answer["matched_max"] = text(case, result.matched_max)
    if isinstance(case.scheme.method, Whole):
        ratio = methods.bracket_ratio(case.scheme.method, gift.amount_minor)
        answer["bracket"] = None if ratio is None else amounts.ratio_text(ratio)
    answer.update(_of_figure(case, result.figure))
    return answer, result.status, result.missing


def _income_row(
    case: Case, amount: object, key: str, given: Mapping[str, Any]
) -> tuple[Output, ResultStatus, Sequence[str]]:
    context = context_of(case, claimant={**(claimant_of(case) or {}), **given})
    recognised = _amount(case, amount, key)
    figure = claim.of_amount(case.scheme, recognised, context=context)
    missing = completeness.missing_parameters(case.scheme, extra=figure.missing)
    is_one = figure.least is not None and figure.least == figure.most
    answer: Output = {"matched": matched_text(case, figure.most) if is_one else None}
    if not is_one and figure.most is not None:
        answer["matched_max"] = matched_text(case, figure.most)
    answer.update(_of_figure(case, figure))
    if figure.status is ResultStatus.COMPUTED:
        answer.pop("matched_on_excess", None)
        answer.pop("matched_below_baseline", None)
    return answer, figure.status, missing

"""Read one case of a document into facts, a claim and decisions; see `cases`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from foundation.matching import amounts, catalogue, facts, parameters, predicates
from foundation.matching.facts import Context, Decision, Gift
from foundation.matching.predicates import FactValue
from foundation.matching.schemes import Baseline, Scheme
from ledger.errors import InvalidInput

# Short names that cases use for facts.
GIFT_ALIASES = {
    "received": facts.RECEIVED,
    "donor": facts.DONOR,
    "currency": facts.CURRENCY,
    "rate": facts.EXCHANGE_RATE,
    "exchange_rate": facts.EXCHANGE_RATE,
    "reference": facts.REFERENCE,
    "bank_reference": facts.REFERENCE,
    "bank_ref": facts.REFERENCE,
    "ref": facts.REFERENCE,
    "payment": facts.REFERENCE,
    "payment_id": facts.REFERENCE,
    "payment_ref": facts.REFERENCE,
    "payment_reference": facts.REFERENCE,
    "payment.id": facts.REFERENCE,
    "payment.ref": facts.REFERENCE,
    "submitted": facts.SUBMITTED,
    "claimed_on": facts.SUBMITTED,
}
REFUND_KEYS = ("refund", "refunded", "refunded_amount", "gift.refund", "gift.refunded",
               "gift.refunded_amount")  # fmt: skip
CLAIMED_BEFORE_KEYS = (
    "claimed_before", "already_claimed", "previously_claimed", "prior_claims", "previous_claims",
    "earlier_claims", "claimed", "claimed_payments", "claimed_in", "claimed_in_year",
)  # fmt: skip
CLAIMED_ON_KEYS = ("claimed_on", "submitted", "claim_date")


@dataclass(frozen=True, slots=True)
class CaseBook:
    """The schemes and default facts of a document."""

    schemes: Mapping[str, Scheme]
    defaults: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One case, its scheme with the case's parameters, and where it stands in the document."""

    data: Mapping[str, Any]
    path: str
    scheme: Scheme
    params: Mapping[str, Any]
    defaults: Mapping[str, Any]

    def has(self, key: str) -> bool:
        """Whether the case gives this input, by itself or beside what it expects."""
        return key in self.data or key in self._beside()

    def get(self, key: str) -> Any:
        """An input of the case."""
        return self.data[key] if key in self.data else self._beside().get(key)

    def _beside(self) -> Mapping[str, Any]:
        # Tables of the kind "this amount gives that match" stand under `expect` as a whole.
        found = self.data.get("expect", {})
        if not isinstance(found, Mapping):
            return {}
        return {key: found[key] for key in INPUTS_BESIDE_ANSWERS if key in found}


# Keys of `expect` that hold inputs; its answers are never looked at.
INPUTS_BESIDE_ANSWERS = (
    "cases", "gift", "recognised_by_year", "awards_wan", "parts", "pool", "example",
)  # fmt: skip


def fail(path: str, reason: str) -> InvalidInput:
    """The refusal of an input, with its place."""
    return InvalidInput(field=path, reason=reason)


def new_case(book: CaseBook, data: Mapping[str, Any], *, path: str) -> Case:
    """Read the frame of a case. Raises InvalidInput for an unknown scheme or parameter."""
    name = str(data.get("scheme"))
    if name not in book.schemes:
        raise fail(f"{path}.scheme", f"没有名为“{name}”的办法")
    params = data.get("params", {})
    if not isinstance(params, Mapping):
        raise fail(f"{path}.params", "应为键值表")
    scheme = book.schemes[name]
    scheme = replace(scheme, fiscal_year_starts=catalogue.fiscal_year_starts(scheme))
    scheme = parameters.applied(scheme, params, path=f"{path}.params")
    return Case(data=data, path=path, scheme=scheme, params=params, defaults=book.defaults)


def money_of(case: Case, value: object, path: str) -> int:
    """Read an amount of the scheme's currency."""
    return amounts.minor(value, path=path, currency=case.scheme.currency)


def fact_value(name: str, value: object, *, path: str) -> FactValue:
    """Read a fact; names that end in `_on` are dates."""
    if isinstance(value, float):
        raise fail(path, "不得使用浮点数，请写成文本")
    if value is None or isinstance(value, bool | int | date):
        return value
    if not isinstance(value, str):
        raise fail(path, "事实应为单个值")
    return predicates.as_date(value, path=path) if name.endswith("_on") else value


def context_of(case: Case, *, claimant: Mapping[str, FactValue] | None = None) -> Context:
    """Read the claim around the gifts.

    A case that does not say who claims, under a scheme that asks, tests arithmetic: rules that
    would reject only because of facts nobody stated are left out.
    """
    stated = claimant if claimant is not None else claimant_of(case)
    params = case.params
    claimed_on = next((case.data[key] for key in CLAIMED_ON_KEYS if case.data.get(key)), None)
    return Context(
        claimant=stated,
        claim_year=claim_year(case),
        claimed_on=None if claimed_on is None else as_date(case, "claimed_on", claimed_on),
        claimed_before=_claimed_before(case),
        pool_minor=_param_money(case, "pool"),
        recognised_total_minor=_param_money(case, "recognised_total"),
        scale=None
        if params.get("scale") is None
        else amounts.ratio(params["scale"], path=f"{case.path}.params.scale"),
        skips_assumed="claimant" not in case.data and case.scheme.claimant is not None,
        checks_claimant="claimant" in case.data,
    )


def as_date(case: Case, key: str, value: object) -> date:
    """Read a date of the case."""
    if isinstance(value, str | date):
        return predicates.as_date(value, path=f"{case.path}.{key}")
    raise fail(f"{case.path}.{key}", "应为日期，例如 2025-06-15")


def claim_year(case: Case) -> int | None:
    """The year of application."""
    year = case.data.get("claim_year", case.params.get("claim_year"))
    if year is None:
        return None
    text = str(year)
    if isinstance(year, bool | float) or not text.isdigit() or not 1900 <= int(text) <= 9998:
        raise fail(f"{case.path}.claim_year", "应为年份，例如 2026")
    return int(text)


def _param_money(case: Case, key: str) -> int | None:
    value = case.params.get(key)
    if value is None or isinstance(value, Mapping):
        return None
    return money_of(case, value, f"{case.path}.params.{key}")


def claimant_of(case: Case) -> dict[str, FactValue] | None:
    """The facts of the claimant; None where the case does not say who claims."""
    stated = case.data.get("claimant")
    if stated is None:
        return None
    if not isinstance(stated, Mapping):
        raise fail(f"{case.path}.claimant", "应为申请单位的事实")
    return {
        named(case, str(key)): fact_value(str(key), value, path=f"{case.path}.claimant.{key}")
        for key, value in stated.items()
    }


def named(case: Case, key: str) -> str:
    """The fact that a short name means: the scheme's own fact with that last part."""
    if "." in key:
        return key
    method = case.scheme.method
    if key == "baseline" and isinstance(method, Baseline):
        return method.baseline_fact
    if key == "inst":
        return "inst.name"
    own = [name for name in case.scheme.facts if name.endswith(f".{key}")]
    own = own or [name for name in case.scheme.facts if f".{key}_" in name]
    return own[0] if own else f"inst.{key}"


def _claimed_before(case: Case) -> frozenset[str]:
    found: set[str] = set()
    for key in CLAIMED_BEFORE_KEYS:
        listed = case.data.get(key)
        if not isinstance(listed, list):
            continue
        for item in listed:
            if isinstance(item, Mapping):
                named_parts = ("reference", "gift", "id", "payment", facts.REFERENCE)
                found |= {str(item[part]) for part in named_parts if part in item}
            else:
                found.add(str(item))
    return frozenset(found)


def decisions_of(case: Case) -> tuple[Decision, ...]:
    """The recorded decisions. One without a reason settles nothing and stays out."""
    listed = case.data.get("decisions", [])
    if not isinstance(listed, list):
        raise fail(f"{case.path}.decisions", "应为认定的列表")
    found = []
    for place, item in enumerate(listed):
        path = f"{case.path}.decisions[{place}]"
        if not isinstance(item, Mapping) or not item.get("fact"):
            raise fail(path, "认定应写明事项、结论和理由")
        if not str(item.get("reason") or "").strip():
            continue
        name = str(item["fact"])
        found.append(
            Decision(
                fact=name,
                value=fact_value(name, item.get("value"), path=f"{path}.value"),
                reason=str(item["reason"]),
                gift=None if item.get("gift") is None else str(item["gift"]),
                id=str(item.get("id", "")),
                decided_by=str(item.get("decided_by", "")),
                evidence=str(item.get("evidence", "")),
                supersedes=_text(item.get("supersedes")),
            )
        )
    return tuple(found)


def gifts_of(case: Case) -> list[Gift]:
    """The gifts of the case, each with the default facts of the document."""
    listed = case.data.get("gifts", [])
    if not isinstance(listed, list):
        raise fail(f"{case.path}.gifts", "应为捐赠的列表")
    return [
        gift_of(case, item, path=f"{case.path}.gifts[{place}]", default_id=f"g{place + 1}")
        for place, item in enumerate(listed)
    ]


def gift_of(case: Case, data: object, *, path: str, default_id: str) -> Gift:
    """Read one gift. Raises InvalidInput with its path."""
    if not isinstance(data, Mapping):
        raise fail(path, "应为一笔捐赠")
    if "amount" not in data:
        raise fail(f"{path}.amount", "缺少金额")
    stated: dict[str, FactValue] = {}
    if "default_received" in case.data:
        stated[facts.RECEIVED] = fact_value(
            facts.RECEIVED, case.data["default_received"], path=f"{case.path}.default_received"
        )
    for key, value in data.items():
        name = GIFT_ALIASES.get(str(key), str(key))
        if "." in name and key not in REFUND_KEYS:
            stated[name] = fact_value(name, value, path=f"{path}.{key}")
    if any(data.get(key) for key in CLAIMED_BEFORE_KEYS):
        stated[facts.ALREADY_CLAIMED] = True
    amount = money_of(case, data["amount"], f"{path}.amount")
    realised = data.get("realised_amount")
    refund = next((data[key] for key in REFUND_KEYS if data.get(key) is not None), "0")
    realised_minor = None
    if realised is not None:
        realised_minor = money_of(case, realised, f"{path}.realised_amount")
    if data.get("proceeds"):
        received_on, realised_minor = proceeds_of(case, data["proceeds"], f"{path}.proceeds")
        stated[facts.RECEIVED] = stated[facts.REALISED] = received_on
    try:
        return Gift(
            id=str(data.get("id", default_id)),
            amount_minor=amount,
            facts={**case.defaults, **stated},
            agreement=_text(data.get("agreement")),
            project=_text(data.get("project")),
            realised_minor=realised_minor,
            refunded_minor=money_of(case, refund, f"{path}.refunded"),
            assumed=frozenset(case.defaults).difference(stated),
        )
    except InvalidInput as error:
        part = str(error.data["field"]).rpartition(".")[2]
        raise fail(f"{path}.{part}", str(error.data["reason"])) from None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def proceeds_of(case: Case, listed: object, path: str) -> tuple[date, int]:
    """The day the last proceeds arrived, and what they come to."""
    if not isinstance(listed, list) or not listed:
        raise fail(path, "应为变现款项的列表")
    days, total = [], 0
    for place, item in enumerate(listed):
        where = f"{path}[{place}]"
        if not isinstance(item, Mapping) or "on" not in item or "amount" not in item:
            raise fail(where, "变现款项应有日期和金额")
        days.append(predicates.as_date(item["on"], path=f"{where}.on"))
        total += money_of(case, item["amount"], f"{where}.amount")
    return max(days), total


def some_day(case: Case) -> date:
    """A day on which money counts, for an amount that comes without a date."""
    window = case.scheme.window
    year = claim_year(case)
    if window is not None and window.starts_on is not None:
        return window.starts_on
    if window is not None and window.ends_on is not None:
        return window.ends_on
    return date(2000 if year is None else year - 1, 1, 1)

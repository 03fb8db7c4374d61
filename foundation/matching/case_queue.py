"""Claims by their dates: made in time, and served in order while the pool lasts; see `cases`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from foundation.matching import dates, methods, pools
from foundation.matching.case_input import Case, as_date, context_of, fail, money_of
from foundation.matching.case_shapes import INCOME_AMOUNTS, Output, frame, row, text
from foundation.matching.results import ResultStatus
from foundation.matching.schemes import Pool
from ledger import money

QUEUE_DATES = ("on", "certified_on", "requested_on", "submitted", "date", "received")
ASKED = ("amount", "requested", "grant")


def of_claims(case: Case) -> Output:
    """Claims by their dates: made in time, and served in order while the pool lasts."""
    listed = case.get("claims")
    if not isinstance(listed, list):
        raise fail(f"{case.path}.claims", "应为申请的列表")
    verdicts: Output = {}
    queue: list[pools.Request] = []
    for place, item in enumerate(listed):
        if not isinstance(item, Mapping):
            raise fail(f"{case.path}.claims[{place}]", "应为一项申请")
        name = str(item.get("id", place + 1))
        limit = case.scheme.window.claim_within_days if case.scheme.window else None
        if "deposited" in item and "submitted" in item:
            key = f"claims[{place}]"
            deadline = dates.deadline(
                as_date(case, f"{key}.deposited", item["deposited"]), within_days=limit or 0
            )
            submitted = as_date(case, f"{key}.submitted", item["submitted"])
            is_late = limit is not None and submitted > deadline
            verdicts[name] = "LATE_CLAIM" if is_late else "in_time"
        if any(key in item for key in (*ASKED, *INCOME_AMOUNTS, "gift")):
            queue.append(_request(case, item, name, place))
    answer = frame(case, ResultStatus.COMPUTED, claims=verdicts)
    if queue:
        answer.update(_served(case, queue))
    return answer


def _request(case: Case, item: Mapping[str, Any], name: str, place: int) -> pools.Request:
    key = f"claims[{place}]"
    day = next((item[part] for part in QUEUE_DATES if part in item), None)
    return pools.Request(
        id=name,
        claimant=str(item.get("claimant", name)),
        requested_on=as_date(case, f"{key}.on", day),
        amount_minor=_asked(case, item, f"{case.path}.{key}"),
    )


def _asked(case: Case, item: Mapping[str, Any], path: str) -> int:
    """What a claim asks for: stated, or the match of its gift or its income."""
    stated = next((key for key in ASKED if key in item), "")
    if stated:
        return money_of(case, item[stated], f"{path}.{stated}")
    parts = {key: item[key] for key in (*INCOME_AMOUNTS, "gift") if key in item}
    # The queue shares the pool; a single claim asks as if it were alone.
    alone = replace(case, params={key: case.params[key] for key in case.params if key != "pool"})
    matched = row(alone, parts)[0].get("matched")
    if matched is None:
        raise fail(path, "该办法算不出配比额，应写明申请金额")
    return money.parse(matched, case.scheme.currency)


def _names(case: Case) -> list[str]:
    """Every claimant of the scheme, where the case names them; others may still be to come."""
    listed = case.params.get("claimants", [])
    if not isinstance(listed, list):
        raise fail(f"{case.path}.params.claimants", "应为申请单位的列表")
    return [str(item) for item in listed]


def _served(case: Case, queue: list[pools.Request]) -> Output:
    pool = case.scheme.pool if isinstance(case.scheme.pool, Pool) else Pool()
    context = context_of(case)
    total = methods.pool_of(case.scheme, context)
    if total is None:
        return {"status": ResultStatus.NOT_COMPUTABLE.value, "missing": ["pool"]}
    grants = pools.in_order(
        total,
        queue,
        reserve_minor=pool.reserve_minor,
        reserve_until=pool.reserve_until,
        claimants=_names(case),
    )
    waiting = {grant.id: text(case, grant.rest_minor) for grant in grants if grant.rest_minor > 0}
    is_closed = bool(case.params.get("abolished")) and bool(pool.on_abolition)
    return {
        "awards": {grant.id: text(case, grant.granted_minor) for grant in grants},
        "rejected" if is_closed else "waiting": waiting,
        "unused": text(case, total - sum(grant.granted_minor for grant in grants)),
    }

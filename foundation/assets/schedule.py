"""How an asset is charged month by month: straight line, the last month takes the rest. Pure.

固定资产 from the month after acquisition, 无形资产 from the month itself (财会〔2004〕7号
第三十八、四十六条 [A]). After an impairment what is left is spread over the months that are left
(未来适用法 [I]). Amounts are fen.
"""

from collections.abc import Sequence
from datetime import date

from foundation.assets.models import AssetKind

Cut = tuple[int, int]
"""After so many months of the life, so much of what is left is not to be charged any more."""


def monthly(base_minor: int, life_months: int) -> list[int]:
    """Return what each month of a life bears; together exactly the base."""
    if base_minor < 0 or life_months < 1:
        raise ValueError("a schedule needs a base that is not negative and a month at least")
    each = base_minor // life_months
    return [each] * (life_months - 1) + [base_minor - each * (life_months - 1)]


def months_charged(kind: AssetKind, acquired_on: date, period: int) -> int:
    """Return how many months are to be charged up to and with a period such as 202603."""
    year, month = divmod(period, 100)
    passed = (year - acquired_on.year) * 12 + month - acquired_on.month
    return max(0, passed + (1 if kind is AssetKind.INTANGIBLE else 0))


def charged_through(
    base_minor: int, life_months: int, months: int, cuts: Sequence[Cut] = ()
) -> int:
    """Return what the first `months` of a life bear together."""
    borne, left, begun = 0, base_minor, 0
    for at, minor in sorted(cuts):
        if at >= months:
            break
        part = _straight(left, life_months - begun, at - begun)
        borne += part
        left = max(0, left - part - minor)
        begun = at
    return borne + _straight(left, life_months - begun, months - begun)


def _straight(base_minor: int, life_months: int, months: int) -> int:
    if months >= life_months:
        return base_minor
    return base_minor // life_months * max(0, months)

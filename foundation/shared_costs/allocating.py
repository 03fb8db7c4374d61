"""How costs are split, without a database: exact shares, whole fen, limits of restricted funds.

A cost is split by the largest remainder, so that nothing is lost. Where a restricted fund may
not bear its part, the fund that paid first keeps it, for the same function: what an activity
cost does not depend on who pays for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import lcm

from foundation.shared_costs.models import Function
from ledger import money
from ledger.errors import InvalidInput

# What fits a BIGINT with room to add up.
_MOST = 10**15


class Held(StrEnum):
    """Why a fund does not bear what the key gives it."""

    BALANCE = "balance"
    FEE_CAP = "fee_cap"
    PURPOSE = "purpose"


@dataclass(frozen=True, slots=True)
class Target:
    """A fund that is charged for a function, and its weight among the others."""

    function: Function
    fund_id: int
    weight: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What is allocated: the account it was booked in, and the element when that is the source."""

    account_id: int
    element: str | None
    minor: int


@dataclass(frozen=True, slots=True)
class Room:
    """What a restricted fund may still bear: in all, and of it for management and fundraising."""

    held_minor: int
    fee_minor: int


@dataclass(frozen=True, slots=True)
class Charge:
    """What one fund bears of one cost. `held` says why it is not the fund that the key names."""

    cost: Cost
    function: Function
    wanted_fund_id: int
    fund_id: int
    minor: int
    held: Held | None = None


def shares_of(parts: Sequence[Fraction]) -> tuple[list[int], int]:
    """Return numerators over one denominator. Raises InvalidInput unless they are exactly one."""
    if not parts or min(parts) <= 0:
        raise InvalidInput(field="分配比例", reason="每一比例应大于零")
    whole = sum(parts, Fraction(0))
    if whole != 1:
        raise InvalidInput(field="分配比例", reason=f"合计应正好为 100%，现为 {percent(whole)}")
    denominator = lcm(*(part.denominator for part in parts))
    if denominator > _MOST:
        raise InvalidInput(field="分配比例", reason="比例的小数位过多")
    return [int(part * denominator) for part in parts], denominator


def percent(share: Fraction) -> str:
    """Write a share in percent: exact where four decimals suffice, else with `约`."""
    scaled = share * 1_000_000
    rounded = round(scaled)
    text = f"{rounded // 10_000}.{rounded % 10_000:04d}".rstrip("0").rstrip(".")
    return f"{text}%" if scaled == rounded else f"约 {text}%"


def read_share(text: str) -> Fraction:
    """Read `33.3%`, `1/3` or a plain number such as an area. Raises InvalidInput."""
    stripped = text.strip().replace(",", "").replace("％", "%")
    is_percent = stripped.endswith("%")
    digits = stripped.removesuffix("%").strip()
    is_plain = digits.isascii() and set(digits) <= set("0123456789./") and len(digits) <= 24
    try:
        found = Fraction(digits) if is_plain else Fraction(0)
    except (ValueError, ZeroDivisionError):
        found = Fraction(0)
    if not 0 < found <= _MOST:
        raise InvalidInput(field="分配比例", reason=f"“{text[:30]}”应写作 25%、1/3 或面积等数量")
    return found / 100 if is_percent else found


def allocate(
    costs: Sequence[Cost], targets: Sequence[Target], rooms: Mapping[int, Room], *, home: int
) -> list[Charge]:
    """Split every cost over the targets; what a fund has no room for stays with `home`.

    `rooms` names the restricted funds. Raises InvalidAmount when no target has a weight.
    """
    held = {fund: room.held_minor for fund, room in rooms.items()}
    fees = {fund: room.fee_minor for fund, room in rooms.items()}
    weights = [target.weight for target in targets]
    found: list[Charge] = []
    for cost in costs:
        for target, minor in zip(targets, money.split(cost.minor, weights), strict=True):
            fund = target.fund_id
            borne, why = _bearable(target, minor, held, fees)
            if borne:
                found.append(Charge(cost, target.function, fund, fund, borne))
            if minor > borne:
                found.append(Charge(cost, target.function, fund, home, minor - borne, why))
            if fund in held:
                held[fund] -= borne
                fees[fund] -= borne if target.function is not Function.CHARITABLE else 0
    return found


def _bearable(
    target: Target, minor: int, held: Mapping[int, int], fees: Mapping[int, int]
) -> tuple[int, Held | None]:
    """What of a part its fund bears, and what holds it back from the rest."""
    if target.fund_id not in held:
        return minor, None
    if target.function is Function.OTHER:
        return 0, Held.PURPOSE
    room, why = max(held[target.fund_id], 0), Held.BALANCE
    if target.function is not Function.CHARITABLE:
        fee = max(fees[target.fund_id], 0)
        room, why = (fee, Held.FEE_CAP) if fee < room else (room, why)
    return (minor, None) if minor <= room else (room, why)

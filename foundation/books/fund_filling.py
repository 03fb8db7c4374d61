"""Give every line of an imported voucher its fund, so that the voucher balances within each.

Files from elsewhere name a fund where income, expense or net assets are concerned and leave it
out for cash and other assets. Pure and deterministic: the same lines give the same funds.

1. Where one fund only is named, the other lines belong to it too.
2. Where none is named, all belong to the fund without restriction.
3. Where several are named, the lines without a fund are divided: each restricted fund takes
   what it needs to balance, from a line of exactly that amount, else from the first line that
   holds enough, else from lines in order; the fund without restriction takes the rest.
4. What then still differs is money that moved between funds: a pair of lines on the cash
   account, both on the debit side, so that the turnover of the account stays what it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass

BRIDGE = -1


@dataclass(frozen=True, slots=True)
class Given:
    """A line as it came: signed amount (debit positive), fund if it names one.

    Money held for others is never divided among the foundation's own funds when another line
    can be (`is_agency`).
    """

    amount_minor: int
    fund: str | None
    is_agency: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A line, or a part of one, with its fund; `line` is BRIDGE for a pair between funds."""

    line: int
    fund: str
    amount_minor: int


def fill(lines: Sequence[Given], *, default: str) -> list[Part]:
    """Return the parts that the lines become, in line order, each with its fund.

    The lines must balance in total. A line without a fund may become several parts; bridging
    parts, if any, come last.
    """
    funds = list(dict.fromkeys(line.fund for line in lines if line.fund is not None))
    if len(funds) <= 1:
        only = funds[0] if funds else default
        return [Part(i, only, line.amount_minor) for i, line in enumerate(lines)]
    needs = dict.fromkeys(funds, 0)
    for line in lines:
        if line.fund is not None:
            needs[line.fund] -= line.amount_minor
    taken = _divide(lines, needs, default=default)
    order = {
        fund: place for place, fund in enumerate([default, *(f for f in funds if f != default)])
    }
    parts = []
    for i, line in enumerate(lines):
        if line.fund is not None:
            parts.append(Part(i, line.fund, line.amount_minor))
        else:
            shares = sorted(taken[i].items(), key=lambda share: order[share[0]])
            parts += [Part(i, fund, minor) for fund, minor in shares if minor]
    return parts + _bridges(parts, order)


def _divide(
    lines: Sequence[Given], needs: dict[str, int], *, default: str
) -> dict[int, dict[str, int]]:
    """Divide the lines without a fund: by line, what each fund takes of it."""
    left = {i: line.amount_minor for i, line in enumerate(lines) if line.fund is None}
    taken: dict[int, dict[str, int]] = {i: {} for i in left}
    candidates = sorted(left, key=lambda i: (lines[i].is_agency, i))
    claims = {fund: need for fund, need in needs.items() if need and fund != default}
    # All exact matches first, so that no other fund cuts into a line that fits one whole.
    for fund, need in list(claims.items()):
        match = next((i for i in candidates if left[i] == need and not taken[i]), None)
        if match is not None:
            taken[match] = {fund: need}
            left[match] = 0
            del claims[fund]
    for fund, need in claims.items():
        rest = need
        enough = [i for i in candidates if _same_sign(left[i], rest) and abs(left[i]) >= abs(rest)]
        for i in enough[:1] or candidates:
            if rest == 0 or not _same_sign(left[i], rest):
                continue
            share = rest if abs(left[i]) >= abs(rest) else left[i]
            taken[i][fund] = taken[i].get(fund, 0) + share
            left[i] -= share
            rest -= share
    for i, minor in left.items():
        if minor:
            taken[i][default] = minor
    return taken


def _bridges(parts: Sequence[Part], order: dict[str, int]) -> list[Part]:
    needs: dict[str, int] = {}
    for part in parts:
        needs[part.fund] = needs.get(part.fund, 0) - part.amount_minor
    ordered = sorted(needs.items(), key=lambda need: order[need[0]])
    return [Part(BRIDGE, fund, minor) for fund, minor in ordered if minor]


def _same_sign(left: int, right: int) -> bool:
    return (left > 0) == (right > 0) and left != 0 and right != 0

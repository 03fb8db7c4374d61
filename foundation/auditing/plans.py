"""What a sample is drawn from and how: read from an address, and written back to one.

The parameters are the whole protocol. Who has them and the same books gets the same sample, so
nothing about a sample is stored, and an auditor draws one without writing anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.orm import Session

from foundation.auditing.sampling import CONFIDENCE_FACTORS, LONGEST_SEED, Band, Method
from foundation.http import forms
from ledger import catalogue
from ledger.accounts import UnknownAccount
from ledger.balances import Span
from ledger.catalogue import Catalogue
from ledger.errors import InvalidInput
from ledger.money import MAX_MINOR

Chosen = TypeVar("Chosen", bound=StrEnum)
DEFAULT_SIZE = 25
MOST_BANDS = 20
MOST_ASKED = 5000
_EVERYTHING = ("*", "全部", "all")
_SEPARATORS = str.maketrans({"，": ",", "；": ",", ";": ",", "：": ":", "\n": ","})
# What an address may carry; `period` belongs to whoever reads the period.
NAMES = (
    "population",
    "account",
    "fund",
    "side",
    "closing",
    "method",
    "size",
    "seed",
    "least",
    "bands",
    "tolerable",
    "confidence",
)


class Source(StrEnum):
    """What is sampled."""

    LINES = "lines"
    VOUCHERS = "vouchers"
    GIFTS = "gifts"


class SideOf(StrEnum):
    """Which lines."""

    BOTH = "both"
    DEBIT = "debit"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides a sample, besides the books."""

    source: Source
    period: str
    span: Span
    method: Method
    seed: str
    size: int
    account: str = ""
    accounts: tuple[int, ...] = ()
    fund: str = ""
    fund_id: int | None = None
    side: SideOf = SideOf.BOTH
    has_closing: bool = False
    least_minor: int = 0
    bands: tuple[Band, ...] = ()
    tolerable_minor: int | None = None
    confidence: str = "95"
    # The parameters as they were typed, for links to the same sample.
    given: tuple[tuple[str, str], ...] = ()

    @property
    def address(self) -> dict[str, str]:
        """The parameters of the address of this sample."""
        return dict(self.given)


def read(session: Session, given: Mapping[str, str], *, period: str, span: Span) -> Plan:
    """Read the parameters of a sample; what was left out has a usual answer.

    Raises InvalidInput, UnknownAccount or UnknownFund.
    """
    typed = {name: given[name].strip() for name in NAMES if given.get(name, "").strip()}
    known = catalogue.load(session)
    source = _choice(typed, "population", "总体", Source, Source.LINES)
    if source is not Source.LINES:
        for name, title in (("account", "科目"), ("fund", "基金"), ("side", "方向")):
            if typed.get(name, SideOf.BOTH) != SideOf.BOTH:
                raise InvalidInput(field=title, reason="只适用于分录总体")
    method = _choice(typed, "method", "抽样方法", Method, Method.UNITS)
    if method is Method.GROUPS and source is not Source.LINES:
        raise InvalidInput(field="抽样方法", reason="按科目分层只适用于分录总体")
    account = typed.get("account", "")
    fund = typed.get("fund", "")
    return Plan(
        source=source,
        period=period,
        span=Span(max(span.first, span.first // 100 * 100 + 1), span.last),
        method=method,
        seed=_seed(typed.get("seed", period)),
        size=_size(typed.get("size", str(DEFAULT_SIZE))),
        account=account,
        accounts=_accounts(known, span, account) if account else (),
        fund=fund,
        fund_id=known.fund(fund).id if fund else None,
        side=_choice(typed, "side", "方向", SideOf, SideOf.BOTH),
        has_closing=typed.get("closing", "excluded") == "included",
        least_minor=_amount(typed, "least", "金额起点") or 0,
        bands=_bands(typed.get("bands", "")) if method is Method.BANDS else (),
        tolerable_minor=_amount(typed, "tolerable", "可容忍错报"),
        confidence=_confidence(typed.get("confidence", "95")),
        given=(("period", period), *typed.items()),
    )


def _choice(
    typed: Mapping[str, str], name: str, title: str, kind: type[Chosen], usual: Chosen
) -> Chosen:
    try:
        return kind(typed.get(name, usual.value))
    except ValueError:
        choices = "、".join(member.value for member in kind)
        raise InvalidInput(field=title, reason=f"应为 {choices} 之一") from None


def _seed(text: str) -> str:
    if len(text) > LONGEST_SEED or not text.isprintable() or "|" in text:
        raise InvalidInput(field="随机种子", reason=f"最多 {LONGEST_SEED} 个字符，不含竖线")
    return text


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:9]) <= MOST_ASKED:
        raise InvalidInput(field="样本量", reason=f"应为 1 到 {MOST_ASKED} 的整数")
    return int(text)


def _amount(typed: Mapping[str, str], name: str, title: str) -> int | None:
    text = typed.get(name)
    if text is None:
        return None
    minor = forms.parse_amount(text)
    if not 0 < minor <= MAX_MINOR:
        raise InvalidInput(field=title, reason="应大于零")
    return minor


def _confidence(text: str) -> str:
    cleaned = text.removesuffix("%").strip()
    if cleaned not in CONFIDENCE_FACTORS:
        known = "、".join(CONFIDENCE_FACTORS)
        raise InvalidInput(field="置信水平", reason=f"应为 {known} 之一（百分数）")
    return cleaned


def _bands(text: str) -> tuple[Band, ...]:
    """Read `10000:5, 100000:10, *:all`: each limit (included) with how many are taken."""
    parts = [part.strip() for part in text.translate(_SEPARATORS).split(",") if part.strip()]
    if not 0 < len(parts) <= MOST_BANDS:
        raise InvalidInput(field="金额分层", reason="应写作 10000:5, 100000:10, *:全部")
    found: list[Band] = []
    for part in parts:
        limit, colon, size = (piece.strip() for piece in part.partition(":"))
        if not colon or not limit or not size:
            raise InvalidInput(field="金额分层", reason="每层应写作 上限:数量")
        upto = None if limit in _EVERYTHING else forms.parse_amount(limit)
        last = found[-1].upto_minor if found else 0
        if last is None or (upto is not None and upto <= last):
            raise InvalidInput(field="金额分层", reason="上限应从小到大，* 只能是最后一层")
        found.append(Band(upto, None if size in _EVERYTHING else _size(size)))
    return tuple(found)


def _accounts(known: Catalogue, span: Span, text: str) -> tuple[int, ...]:
    """Return an account and everything below it, in the chart of the year."""
    chart, colon, code = text.rpartition(":")
    if not colon:
        year = span.last // 100
        chart = next((p.chart for key, p in known.periods.items() if key // 100 == year), "")
        if not chart:
            raise UnknownAccount(chart=str(year), account=text)
    found = {known.account(chart, code).id}
    for info in sorted(known.accounts.values(), key=lambda info: len(info.code)):
        if info.parent_id in found:
            found.add(info.id)
    return tuple(sorted(found))

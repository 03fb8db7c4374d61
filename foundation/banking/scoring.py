"""What speaks for two things being the same money, in points and in words.

The amount always agrees; everything else is a reason of its own. A person sees every reason
with its points, so that a match can be judged without trusting the program.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from foundation.banking import naming
from foundation.http.languages import mark

AUTOMATIC = 80
"""From here on the program matches by itself."""
SUGGESTED = 25
"""From here on a person is asked."""
NEAR_DAYS = 7
"""What is matched by itself lies no further apart, unless a reference agrees."""
FAR_DAYS = 45
"""What lies further apart is not looked at."""

POINTS = {
    "amount": 40,
    "reference": 50,
    "request": 50,
    "payment": 60,
    "name": 30,
    "payer": 30,
    "name_variant": 24,
    "named_in_text": 24,
    "kind": 25,
    "merged": 2,
    "day_total": 25,
    "reversal": 30,
    "alone": 10,
    "name_differs": -25,
}
WORDS = {
    "amount": mark("金额相同"),
    "reference": mark("流水号相同"),
    "request": mark("附言中有支出申请编号"),
    "payment": mark("已登记为该申请的付款"),
    "name": mark("户名相同"),
    "payer": mark("记住的付款人"),
    "name_variant": mark("户名的简称、读音或前段相同"),
    "named_in_text": mark("摘要或附言中有对方名称"),
    "kind": mark("摘要与凭证业务相符"),
    "merged": mark("{count} 笔合计相等"),
    "day_total": mark("当日 {count} 笔合计相等"),
    "reversal": mark("冲正或退回，两笔相抵"),
    "alone": mark("前后 {days} 天仅此一笔同额"),
    "name_differs": mark("户名不同"),
    "same_day": mark("同一天"),
    "near": mark("相差 {days} 天"),
    "far": mark("相差 {days} 天，较远"),
    "chosen": mark("人工勾对"),
}
# (at most so many days, points)
_DAYS = ((0, 20), (1, 17), (3, 14), (7, 10), (15, 2), (31, -10))
_FARTHEST = -15
_SHORTEST_REFERENCE = 6
# Words of a bank's own business, and the rules of the books that record it.
_KINDS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("结息", "利息", "存款息"), ("interest",)),
    (("理财", "赎回", "申购", "兑付", "国债"), ("investment",)),
    (("退款", "退捐", "退还"), ("refund",)),
)
_FEES = ("手续费", "服务费", "工本费", "账户管理费", "年费", "短信费")


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for (or against) a match."""

    code: str
    points: int
    count: int = 0
    days: int = 0

    def as_json(self) -> dict[str, str | int]:
        """Return it as it is stored."""
        kept: dict[str, str | int] = {"code": self.code, "points": self.points}
        if self.count:
            kept["count"] = self.count
        if self.days:
            kept["days"] = self.days
        return kept


@dataclass(frozen=True, slots=True)
class BankItem:
    """An open line of a bank."""

    id: int
    on: date
    amount: int
    name: str = ""
    donor_id: int | None = None
    reference: str = ""
    text: str = ""
    # The vouchers of the spending requests that it paid.
    paid: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class BookItem:
    """An open side of a voucher: what its lines on the bank account come to."""

    voucher_id: int
    side: int
    on: date
    amount: int
    names: tuple[str, ...] = ()
    donors: frozenset[int] = frozenset()
    references: frozenset[str] = frozenset()
    rule: str = ""
    text: str = ""
    reverses_id: int | None = None
    # The number of the spending request that it books.
    request: str = ""

    @property
    def key(self) -> tuple[int, int]:
        """Name the item."""
        return self.voucher_id, self.side


def of_json(rows: Sequence[Mapping[str, str | int]]) -> list[Reason]:
    """Read stored reasons."""
    return [
        Reason(
            str(row["code"]), int(row["points"]), int(row.get("count", 0)), int(row.get("days", 0))
        )
        for row in rows
    ]


def total(reasons: Sequence[Reason]) -> int:
    """Add up, between 0 and 100."""
    return max(0, min(100, sum(reason.points for reason in reasons)))


def explain(line: BankItem, book: BookItem, *, alone: bool = False) -> list[Reason]:
    """Return everything that speaks for or against one line and one side of a voucher."""
    found = [_reason("amount"), *names(line, book), days(line.on, book.on)]
    if line.reference and line.reference in book.references:
        found.append(_reason("reference"))
    if is_request_named(line.text, book.request):
        found.append(_reason("request"))
    if kinds_agree(line.text, book):
        found.append(_reason("kind"))
    if alone:
        found.append(Reason("alone", POINTS["alone"], days=NEAR_DAYS))
    return found


def names(line: BankItem, book: BookItem) -> list[Reason]:
    """Compare who paid with whom the voucher names: at most one reason."""
    if line.donor_id is not None and line.donor_id in book.donors:
        return [_reason("payer")]
    if line.name and book.names:
        own = naming.plain(line.name)
        if any(naming.plain(name) == own for name in book.names):
            return [_reason("name")]
        if any(naming.is_variant(line.name, name) for name in book.names):
            return [_reason("name_variant")]
        if _is_named(line.text, book.names):
            return [_reason("named_in_text")]
        return [_reason("name_differs")]
    if _is_named(line.text, book.names) or (line.name and _is_named(book.text, (line.name,))):
        return [_reason("named_in_text")]
    return []


def days(first: date, second: date) -> Reason:
    """Say how far apart two days are."""
    apart = abs((first - second).days)
    points = next((points for most, points in _DAYS if apart <= most), _FARTHEST)
    if apart == 0:
        return Reason("same_day", points)
    return Reason("near" if apart <= 15 else "far", points, days=apart)


def usable_reference(text: str) -> str:
    """Return a reference for comparing; '' for one that is too short to identify anything."""
    cleaned = "".join(text.split()).upper()
    return cleaned if len(cleaned) >= _SHORTEST_REFERENCE else ""


def is_request_named(text: str, request: str) -> bool:
    """Tell whether the words of the bank have the number of a spending request."""
    return bool(request) and request in text.upper().replace(" ", "")


def is_fee(text: str) -> bool:
    """Tell whether a bank took a fee of its own."""
    return any(word in text for word in _FEES)


def is_interest(text: str) -> bool:
    """Tell whether a bank paid interest."""
    return any(word in text for word in _KINDS[0][0])


def kinds_agree(text: str, book: BookItem) -> bool:
    """Tell whether the words of the bank fit the rule or the summary of the voucher."""
    for words, rules in _KINDS:
        if any(word in text for word in words):
            return book.rule.startswith(rules) or any(word in book.text for word in words)
    return is_fee(text) and is_fee(book.text)


def _is_named(text: str, wanted: Sequence[str]) -> bool:
    return any(len(name) >= 2 and name in text for name in wanted) if text else False


def _reason(code: str) -> Reason:
    return Reason(code, POINTS[code])

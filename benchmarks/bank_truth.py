"""A bank statement and the books beside it, generated together, so that the truth is known.

Names are invented. What makes matching hard is in it on purpose: popular amounts that collide,
donors who give the same again, names that the bank cuts off, shortens or writes in other
characters, payers who are not the donor, one payment for several gifts and several payments for
one voucher, lines without a voucher and vouchers without a line.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from foundation.banking.scoring import BankItem, BookItem

_FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "明华强伟芳娜敏静丽勇军杰涛超磊洋艳玲桂平建国志新文海波宁辉鹏飞雪梅兰竹"
_PLACES = ("武汉", "宜昌", "襄阳", "荆州", "黄石", "十堰", "孝感", "咸宁", "随州", "恩施")
_WORDS = "宏远盛达恒信同创金桥晨光瑞丰博雅启航众合天成长江楚源"
_TRADES = ("科技", "建设", "贸易", "医药", "教育", "光电", "农业", "咨询")
_FORMS = ("有限公司", "股份有限公司", "有限责任公司")
# Popular amounts, in yuan: most gifts share their amount with thousands of others.
_POPULAR = (100, 100, 100, 200, 200, 300, 500, 500, 1000, 1000, 2000, 5000, 10_000, 20_000)
_OTHER_WRITING = str.maketrans("华国张陈吴赵宁飞军伟静丽艳兰", "華國張陳吳趙寧飛軍偉靜麗豔蘭")
_LATER = (0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 5)
DAYS = 180


@dataclass(slots=True)
class Book:
    """What the books have: a gift, or with a rule a payment, interest or a fee."""

    number: int
    on: date
    minor: int
    name: str
    reference: str = ""
    rule: str = ""

    @property
    def look(self) -> tuple[date, int, str]:
        """What tells it apart: two of the same look may be exchanged."""
        return self.on, self.minor, self.name


@dataclass(slots=True)
class Line:
    """What the bank has. `books` are the numbers of the truth; none for a line without one."""

    number: int
    on: date
    minor: int
    name: str
    reference: str
    summary: str
    books: tuple[int, ...] = ()


@dataclass(slots=True)
class Truth:
    """Both sides."""

    first: date
    books: list[Book] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def generate(count: int, *, seed: int, first: date) -> Truth:
    """Return about `count` lines and as many vouchers."""
    chance = random.Random(seed)
    people = [_person(chance) for _ in range(max(count // 6, 20))]
    firms = [_firm(chance) for _ in range(max(count // 30, 10))]
    truth = Truth(first)
    makers: list[tuple[float, Callable[[], None]]] = [
        (0.03, lambda: _merged(truth, chance, people + firms)),
        (0.01, lambda: _split(truth, chance, firms)),
        (0.06, lambda: _payment(truth, chance, firms)),
        (0.01, lambda: _own_business(truth, chance)),
        (0.03, lambda: _unbooked(truth, chance, people)),
        (0.03, lambda: _unpaid(truth, chance, people)),
    ]
    while len(truth.lines) < count:
        drawn = chance.random()
        for share, make in makers:
            drawn -= share
            if drawn < 0:
                make()
                break
        else:
            donor = chance.choice(firms) if chance.random() < 0.15 else chance.choice(people)
            _gift(truth, chance, donor)
    truth.lines.sort(key=lambda line: line.on)
    truth.books.sort(key=lambda book: book.on)
    return truth


def _gift(truth: Truth, chance: random.Random, donor: str) -> None:
    on, minor = _day(truth, chance), _minor(chance)
    reference = _reference(chance)
    kept = reference if chance.random() < 0.3 else ""
    book = _book(truth, _later(on, chance), minor, donor, reference=kept)
    _line(truth, on, minor, _as_printed(donor, chance), reference, "捐款", (book,))


def _merged(truth: Truth, chance: random.Random, donors: list[str]) -> None:
    donor, on = chance.choice(donors), _day(truth, chance)
    parts = [_minor(chance) for _ in range(chance.randrange(2, 5))]
    later = _later(on, chance)
    books = tuple(_book(truth, later, minor, donor) for minor in parts)
    _line(truth, on, sum(parts), _as_printed(donor, chance), _reference(chance), "捐款", books)


def _split(truth: Truth, chance: random.Random, donors: list[str]) -> None:
    donor, on = chance.choice(donors), _day(truth, chance)
    parts = [_minor(chance) for _ in range(chance.randrange(2, 4))]
    book = _book(truth, _later(on, chance), sum(parts), donor)
    for minor in parts:
        _line(truth, on, minor, _as_printed(donor, chance), _reference(chance), "捐款", (book,))


def _payment(truth: Truth, chance: random.Random, firms: list[str]) -> None:
    on, minor, name = _day(truth, chance), -chance.randrange(10_000, 30_000_000), ""
    name = chance.choice(firms)
    # The books pay first, the bank follows.
    book = _book(truth, on, minor, name, rule="spending")
    _line(
        truth,
        _later(on, chance),
        minor,
        _as_printed(name, chance),
        _reference(chance),
        "转账",
        (book,),
    )


def _own_business(truth: Truth, chance: random.Random) -> None:
    on = _day(truth, chance)
    if chance.random() < 0.5:
        minor = chance.randrange(100, 500_000)
        book = _book(truth, _later(on, chance), minor, "", rule="interest.deposit")
        _line(truth, on, minor, "", "", "结息", (book,))
    else:
        minor = -chance.randrange(50, 5000)
        book = _book(truth, _later(on, chance), minor, "", rule="fee")
        _line(truth, on, minor, "", "", "手续费", (book,))


def _unbooked(truth: Truth, chance: random.Random, people: list[str]) -> None:
    name = _as_printed(chance.choice(people), chance)
    _line(truth, _day(truth, chance), _minor(chance), name, _reference(chance), "捐款", ())


def _unpaid(truth: Truth, chance: random.Random, people: list[str]) -> None:
    _book(truth, _day(truth, chance), _minor(chance), chance.choice(people))


def _book(
    truth: Truth, on: date, minor: int, name: str, *, reference: str = "", rule: str = ""
) -> int:
    number = len(truth.books)
    truth.books.append(Book(number, on, minor, name, reference, rule))
    return number


def _line(
    truth: Truth,
    on: date,
    minor: int,
    name: str,
    reference: str,
    summary: str,
    books: tuple[int, ...],
) -> None:
    truth.lines.append(Line(len(truth.lines), on, minor, name, reference, summary, books))


def _day(truth: Truth, chance: random.Random) -> date:
    return truth.first + timedelta(days=chance.randrange(DAYS - max(_LATER)))


def _later(on: date, chance: random.Random) -> date:
    return on + timedelta(days=chance.choice(_LATER))


def _minor(chance: random.Random) -> int:
    if chance.random() < 0.6:
        return chance.choice(_POPULAR) * 100
    return chance.randrange(5_000, 50_000_000)


def _reference(chance: random.Random) -> str:
    return f"{chance.randrange(10**14, 10**15)}"


def _person(chance: random.Random) -> str:
    length = 1 if chance.random() < 0.25 else 2
    return chance.choice(_FAMILY) + "".join(chance.choice(_GIVEN) for _ in range(length))


def _firm(chance: random.Random) -> str:
    words = "".join(chance.choice(_WORDS) for _ in range(3))
    return f"{chance.choice(_PLACES)}{words}{chance.choice(_TRADES)}{chance.choice(_FORMS)}"


def _as_printed(name: str, chance: random.Random) -> str:
    """Write a name as a bank might."""
    drawn = chance.random()
    is_firm = len(name) > 5
    if drawn < 0.78:
        return name
    if drawn < 0.84:
        return name[: max(len(name) - 4, 6)] if is_firm else name
    if drawn < 0.89:
        return name.removesuffix("有限公司").removesuffix("股份") if is_firm else name
    if drawn < 0.93:
        return name.translate(_OTHER_WRITING)
    if drawn < 0.97:
        return _person(chance)
    return ""


def items(truth: Truth) -> tuple[list[BankItem], list[BookItem]]:
    """Return both sides as the engine takes them, without any database."""
    lines = [
        BankItem(line.number, line.on, line.minor, line.name, None, line.reference, line.summary)
        for line in truth.lines
    ]
    books = [
        BookItem(
            voucher_id=book.number,
            side=1 if book.minor > 0 else -1,
            on=book.on,
            amount=book.minor,
            names=(book.name,) if book.name else (),
            references=frozenset({book.reference}) if book.reference else frozenset(),
            rule=book.rule,
            text="支付银行手续费" if book.rule == "fee" else "",
        )
        for book in truth.books
    ]
    return lines, books

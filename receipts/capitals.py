"""Amounts of RMB in capital characters (大写金额), written and read.

Two regulations speak of them and differ in one place: after 角 the bank rule lets 整 go, the
accounting rule demands it. What is written here satisfies both; what is read may follow either.
The words around the amount (人民币, ¥) belong to the document that prints it.

Sources: 支付结算办法附一《正确填写票据和结算凭证的基本规定》 (B); 会计基础工作规范第五十二条 (B).
"""

from itertools import product

from ledger.errors import InvalidInput
from ledger.money import InvalidAmount, to_text

# 仟亿 is the highest place that the forms have.
MAX_FEN = 99_999_999_999_999

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))
_SECTIONS = ((10**8, "亿"), (10**4, "万"), (1, ""))
_UNITS = {"拾": 10, "佰": 100, "仟": 1000}
_SCALES = {"亿": 10**8, "万": 10**4, "元": 1}
# Traditional characters must be accepted (附一 一); 圆 and 正 are equal to 元 and 整.
_SAME = str.maketrans("貳叄陸萬億圓圆正", "贰叁陆万亿元元整")
_PREFIXES = ("人民币", "人民幣")
# The longest permitted text has 38 characters; far beyond that nothing is worth reading.
_MAX_CHARACTERS = 60

# One place of the text and its permitted wordings. The first one is ours.
_Part = tuple[str, ...]


class InvalidCapitals(InvalidInput):
    """The text is not an amount in capital characters as the regulations permit it."""

    code = "invalid_capitals"
    message = "大写金额“{text}”无效：{reason}"


def to_capitals(minor: int) -> str:
    """Write fen in capital characters, without the leading 人民币.

    Raises InvalidAmount unless the amount is a whole number of fen from 0.01 to
    999,999,999,999.99. Nothing is ever rounded.
    """
    return "".join(wordings[0] for wordings in _parts(_checked(minor)))


def from_capitals(text: str) -> int:
    """Read an amount in capital characters into fen.

    Accepts every wording that the regulations permit: with or without 人民币, 圆 for 元, 正 for
    整, the traditional characters, either choice of the optional 零, and no 整 after 角. Raises
    InvalidCapitals for anything else, naming the right wording when the amount is clear.
    """
    body = text.strip()
    for prefix in _PREFIXES:
        body = body.removeprefix(prefix)
    body = body.translate(_SAME)
    if not body or len(body) > _MAX_CHARACTERS:
        raise InvalidCapitals(text=text[:_MAX_CHARACTERS], reason="应为大写金额，例如 壹佰元整")
    minor = _value(body, text)
    if not 0 < minor <= MAX_FEN:
        raise InvalidCapitals(text=text, reason="金额应在0.01元至9999亿元之间")
    # Reading the value is lenient; the wording is then held against all that are permitted.
    if body not in {"".join(choice) for choice in product(*_parts(minor))}:
        raise InvalidCapitals(text=text, reason=f"写法不规范，应写作“{to_capitals(minor)}”")
    return minor


def _checked(minor: int) -> int:
    # bool is an int to Python, and a float may arrive where nobody looks: neither is an amount.
    if type(minor) is not int:
        raise InvalidAmount(text=str(minor), reason="应为整数分")
    if not 0 < minor <= MAX_FEN:
        raise InvalidAmount(text=to_text(minor), reason="大写金额应大于零且不超过9999亿余元")
    return minor


def _parts(minor: int) -> list[_Part]:
    """Return the wordings of each place of the amount, from the left."""
    yuan, rest = divmod(minor, 100)
    jiao, fen = divmod(rest, 10)
    parts = _yuan_parts(yuan) if yuan else []
    if jiao:
        # 元 digit 0 and 角 not: one 零 or none (附一 四(三)).
        if yuan and yuan % 10 == 0:
            parts.append(("零", ""))
        parts.append((_DIGITS[jiao] + "角",))
    elif fen and yuan:
        parts.append(("零",))
    if fen:
        parts.append((_DIGITS[fen] + "分",))
    elif jiao:
        # The bank rule says 可以不写, the accounting rule 应当写: written, and read without.
        parts.append(("整", ""))
    else:
        parts.append(("整",))
    return parts


def _yuan_parts(yuan: int) -> list[_Part]:
    parts: list[_Part] = []
    skipped = False
    for scale, unit in _SECTIONS:
        section = yuan // scale % 10_000
        if section == 0:
            skipped = True
            continue
        if parts:
            parts.extend(_joint(yuan // scale // 10_000, section, skipped=skipped))
        parts.append((_section(section) + unit,))
        skipped = False
    return [*parts, ("元",)]


def _joint(above: int, section: int, *, skipped: bool) -> list[_Part]:
    """Return the 零 between a section and what stands above it, if there may be one."""
    if section < 1000:
        return [("零",)]
    if skipped:
        # A whole section of zeros: written, although 四(三) would let it go.
        return [("零", "")]
    # 万 digit 0 (or 亿 digit, read likewise) and 仟 digit not: one 零 or none.
    return [("", "零")] if above % 10 == 0 else []


def _section(number: int) -> str:
    """Write one to 9999; zeros inside become one 零, zeros at the end nothing."""
    text = ""
    gap = False
    for place, unit in _PLACES:
        digit = number // place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + unit
        gap = False
    return text


def _value(body: str, text: str) -> int:
    """Add up the characters, whatever their order; the caller checks the wording."""
    fen = yuan = section = digit = 0
    for character in body:
        if character in _DIGITS:
            digit = _DIGITS.index(character)
        elif character in _UNITS:
            # A bare 拾 is refused for its wording; read as ten it gets the right hint.
            ones = digit or int(character == "拾" and not section)
            section, digit = section + ones * _UNITS[character], 0
        elif character in _SCALES:
            yuan += (section + digit) * _SCALES[character]
            section = digit = 0
        elif character in "角分":
            fen, digit = fen + digit * (10 if character == "角" else 1), 0
        elif character != "整":
            raise InvalidCapitals(text=text, reason=f"不得使用“{character}”")
    return yuan * 100 + fen

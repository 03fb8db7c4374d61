"""Check digits of the numbers that identify donors.

统一社会信用代码: GB 32100-2015 (18 characters, modulus 31). 公民身份号码: GB 11643-1999
(18 characters, ISO 7064 MOD 11-2). Both algorithms are public standards.
"""

from datetime import date

from ledger.errors import InvalidInput

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"


class WrongNumber(InvalidInput):
    """A number that identifies somebody is not one that can exist."""

    code = "wrong_number"
    message = "{field}无效：{reason}"


def check_credit_code(text: str) -> str:
    """Return a 统一社会信用代码 in upper case. Raises WrongNumber."""
    code = text.strip().upper()
    field = "统一社会信用代码"
    if len(code) != 18 or any(char not in _CREDIT_ALPHABET for char in code):
        raise WrongNumber(field=field, reason="应为 18 位数字或大写字母（不含 I、O、S、V、Z）")
    total = sum(
        _CREDIT_ALPHABET.index(char) * weight
        for char, weight in zip(code[:17], _CREDIT_WEIGHTS, strict=True)
    )
    if _CREDIT_ALPHABET[(31 - total % 31) % 31] != code[17]:
        raise WrongNumber(field=field, reason="校验位不符，请核对")
    return code


def check_id_number(text: str) -> str:
    """Return a 公民身份号码 in upper case. Raises WrongNumber."""
    number = text.strip().upper()
    field = "身份证号码"
    if len(number) != 18 or not number[:17].isascii() or not number[:17].isdigit():
        raise WrongNumber(field=field, reason="应为 18 位（前 17 位为数字）")
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise WrongNumber(field=field, reason="出生日期不存在") from None
    total = sum(int(char) * weight for char, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    if _ID_CHECKS[total % 11] != number[17]:
        raise WrongNumber(field=field, reason="校验位不符，请核对")
    return number


def mask_id_number(number: str) -> str:
    """Show an identity number as people may see it: the first six and the last four."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"

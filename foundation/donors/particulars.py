"""What is written down about a donor, checked: name, addresses, note; and what kind it may be."""

import re

from foundation.donors.models import DonorKind
from foundation.imports.names import normalise_name
from ledger.errors import InvalidInput

_ORGANISATION = re.compile(
    r"公司|集团|大学|学院|学校|中学|小学|医院|银行|基金|协会|商会|学会|联合会|研究|中心|委员会|政府"
    r"|[局厅部处厂店社所院会队站馆]$|有限|合伙|事务所|工作室|俱乐部|Ltd|Inc|Co\.",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d()（） -]{5,}", re.ASCII)
_GROUP = re.compile(r"全体|校友会|[级班]|师生|员工|职工|同学")


def guess_kind(name: str, *, is_anonymous: bool = False) -> DonorKind:
    """Guess from a name in a register what kind of donor it is."""
    if is_anonymous:
        return DonorKind.ANONYMOUS
    if _ORGANISATION.search(name):
        return DonorKind.ORGANISATION
    if _GROUP.search(name):
        return DonorKind.GROUP
    return DonorKind.PERSON


def check_name(text: str) -> str:
    """Return a name in its one spelling. Raises InvalidInput."""
    name = normalise_name(text)
    if not name or len(name) > 200 or not name.isprintable():
        raise InvalidInput(field="捐赠人", reason="名称不能为空，最多 200 字")
    return name


def check_email(text: str) -> str | None:
    """Return an e-mail address, or None for none. Raises InvalidInput."""
    email = text.strip()
    if email and (len(email) > 200 or not _EMAIL.fullmatch(email)):
        raise InvalidInput(field="电子邮箱", reason="应写作 name@example.org")
    return email or None


def check_phone(text: str) -> str | None:
    """Return a telephone number, or None for none. Raises InvalidInput."""
    phone = text.strip()
    if phone and (len(phone) > 40 or not _PHONE.fullmatch(phone)):
        raise InvalidInput(field="电话", reason="应为数字，可有空格、+、- 和括号，最多 40 位")
    return phone or None


def check_note(text: str) -> str | None:
    """Return a note, or None for none. Raises InvalidInput."""
    note = text.strip()
    if len(note) > 2000 or not all(letter.isprintable() or letter in "\n\r\t" for letter in note):
        raise InvalidInput(field="备注", reason="最多 2000 字，不能含有不能显示的字符")
    return note or None

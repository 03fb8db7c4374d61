"""Voucher files that the tests write: an invented year of a small foundation."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

Content = dict[str, Any]


def line(
    account: str, *, dr: str = "0.00", cr: str = "0.00", fund: str | None = None, **more: Any
) -> Content:
    """A line; amounts as text."""
    given: Content = {"account": account, "debit": dr, "credit": cr}
    if fund is not None:
        given["fund"] = fund
    return given | more


def voucher(number: str, day: str, *lines: Content, **more: Any) -> Content:
    """A voucher with one source document, unless told otherwise."""
    return {
        "no": number,
        "date": day,
        "summary": f"业务{number}",
        "red": False,
        "attachments": 1,
        "lines": list(lines),
    } | more


def gift(number: str, day: str, amount: str, fund: str = "GEN") -> Content:
    """Money received for a fund."""
    income = "410101" if fund == "GEN" else "410102"
    return voucher(number, day, line("100201", dr=amount), line(income, cr=amount, fund=fund))


def red_of(original: Content, number: str, day: str) -> Content:
    """The red copy of a voucher."""
    copied = deepcopy(original["lines"])
    for item in copied:
        for side in ("debit", "credit"):
            item[side] = "0.00" if item[side] == "0.00" else f"-{item[side]}"
    return voucher(
        number,
        day,
        *copied,
        red=True,
        attachments=0,
        summary=f"注销{original['date']}{original['no']}号凭证",
    )


def content(*vouchers: Content, **more: Any) -> Content:
    """A file with one restricted fund beside GEN."""
    return {
        "accounts": [],
        "funds": [
            {"fund": "GEN", "name": "一般基金", "restriction": "none"},
            {"fund": "SCHOL", "name": "奖学金", "restriction": "purpose"},
        ],
        "vouchers": list(vouchers),
    } | more


def encoded(file: Content) -> bytes:
    """The file as it is stored."""
    return json.dumps(file, ensure_ascii=False).encode()


def written(folder: Path, file: Content, name: str = "vouchers.json") -> str:
    """Write the file and return its path."""
    path = folder / name
    path.write_bytes(encoded(file))
    return str(path)

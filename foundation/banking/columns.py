"""What the headings of bank statements mean: dated data (data/statement_columns.toml), compiled.

The rules are read once and are data, not code: another bank, or a new wording, is another line
there.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from foundation.http.languages import mark
from foundation.imports import labels
from foundation.imports.cells import Cell

_DATA = Path(__file__).parent / "data" / "statement_columns.toml"
OTHER = "other"
NOTE = "note"
# What a person may say of a column, in the order of the page.
ROLE_NAMES = {
    "date": mark("交易日期"),
    "debit": mark("支出（借方）"),
    "credit": mark("收入（贷方）"),
    "amount": mark("发生额"),
    "direction": mark("借贷标志"),
    "balance": mark("余额"),
    "name": mark("对方户名"),
    "account": mark("对方账号"),
    "payer_name": mark("付款人名称"),
    "payer_account": mark("付款人账号"),
    "payee_name": mark("收款人名称"),
    "payee_account": mark("收款人账号"),
    "reference": mark("流水号"),
    "summary": mark("摘要"),
    "note": mark("用途或附言"),
    "own_account": mark("本方账号"),
    "currency": mark("币种"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A wording, the role that it names, and how well it says it."""

    role: str
    weight: int
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank whose export is known, and the headings it typically has."""

    key: str
    name: str
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything that the data says."""

    rules: tuple[Rule, ...]
    banks: tuple[Bank, ...]
    words_in: frozenset[str]
    words_out: frozenset[str]
    opening: re.Pattern[str]
    closing: re.Pattern[str]
    number: re.Pattern[str]
    total: re.Pattern[str]


@lru_cache(maxsize=1)
def wording() -> Wording:
    """Read the data."""
    data = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    around = {name: re.compile(text) for name, text in data["around"].items()}
    return Wording(
        rules=tuple(
            Rule(row["role"], row["weight"], re.compile(row["pattern"])) for row in data["rule"]
        ),
        banks=tuple(Bank(row["key"], row["name"], tuple(row["headings"])) for row in data["bank"]),
        words_in=frozenset(data["direction"]["in"]),
        words_out=frozenset(data["direction"]["out"]),
        opening=around["opening"],
        closing=around["closing"],
        number=around["number"],
        total=around["total"],
    )


def role_of(cell: Cell) -> Rule | None:
    """Return the rule that a heading fits, None when it fits none or is no heading."""
    text = labels.label_text(cell)
    if not text:
        return None
    bare = re.sub(r"[(/]?(单位:?)?(人民币)?元\)?", "", text) or text
    return next((rule for rule in wording().rules if rule.pattern.search(bare)), None)


def bank_of(headings: frozenset[str]) -> Bank | None:
    """Return the bank whose typical headings a table has most of, if it has nearly all."""
    best: tuple[int, Bank] | None = None
    for bank in wording().banks:
        known = {labels.label_text(heading) for heading in bank.headings}
        shared = len(known & headings)
        if shared * 10 >= len(known) * 8 and (best is None or shared > best[0]):
            best = shared, bank
    return best[1] if best else None

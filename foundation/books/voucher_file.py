"""Voucher files: accounts, funds, opening balances and vouchers of one year.

What a file consists of once it is read (`voucher_file_reading` reads it, `importing` writes it
to the books), and which voucher of a file a red one undoes.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.errors import InvalidInput
from ledger.funds import Restriction
from ledger.trail import canonical
from ledger.vouchers import Side

OPENING = "期初余额"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake of a file: where it stands, what was expected, what was found."""

    voucher: str
    line: int | None
    field: str
    expected: str
    found: str

    def describe(self) -> str:
        """Say it in one sentence."""
        place = self.voucher + (f" 第 {self.line} 行" if self.line else "")
        if not self.expected:
            return f"{place}：{self.found}"
        found = f"，实为“{self.found}”" if self.found else ""
        return f"{place} {self.field}：应为{self.expected}{found}"


class BadVoucherFile(InvalidInput):
    """The file cannot be imported; nothing was."""

    code = "bad_voucher_file"
    message = "凭证文件有 {count} 处错误，未导入任何凭证。{first}"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            count=len(problems),
            first=problems[0].describe(),
            problems=[
                {
                    "voucher": problem.voucher,
                    "line": problem.line,
                    "field": problem.field,
                    "expected": problem.expected,
                    "found": problem.found,
                }
                for problem in problems
            ],
        )


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line as the file has it; `amount_minor` is debit positive."""

    account: str
    fund: str | None
    side: Side
    amount_minor: int
    summary: str | None = None
    cash_flow_item: str | None = None


@dataclass(frozen=True, slots=True)
class FileVoucher:
    """A voucher of the file; `fingerprint` recognises it when the file comes again."""

    number: str
    booked_on: date
    summary: str
    is_red: bool
    attachment_count: int
    lines: tuple[FileLine, ...]
    fingerprint: str
    is_opening: bool = False


@dataclass(frozen=True, slots=True)
class FileAccount:
    """An account that the file names."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class FileFund:
    """A fund that the file names."""

    code: str
    name: str
    restriction: Restriction


@dataclass(frozen=True, slots=True)
class VoucherFile:
    """Everything that is imported; the opening balances, if any, are the first voucher."""

    year: int
    digest: str
    accounts: tuple[FileAccount, ...]
    funds: tuple[FileFund, ...]
    vouchers: tuple[FileVoucher, ...]


def make_voucher(
    *,
    number: str,
    booked_on: date,
    summary: str,
    is_red: bool,
    attachment_count: int,
    lines: tuple[FileLine, ...],
    is_opening: bool = False,
) -> FileVoucher:
    """Make a voucher with its fingerprint: number, date, summary and lines decide it."""
    content = [
        number,
        booked_on.isoformat(),
        summary,
        [[line.account, line.fund, int(line.side), line.amount_minor] for line in lines],
    ]
    return FileVoucher(
        number=number,
        booked_on=booked_on,
        summary=summary,
        is_red=is_red,
        attachment_count=attachment_count,
        lines=lines,
        fingerprint=hashlib.sha256(canonical(content).encode()).hexdigest()[:32],
        is_opening=is_opening,
    )


def mirrors(red: FileVoucher, vouchers: Sequence[FileVoucher]) -> Iterator[FileVoucher]:
    """Yield earlier vouchers that a red one would undo, the likeliest first."""
    wanted = _sorted(red.lines, sign=-1)
    found = [
        voucher
        for voucher in vouchers
        if not voucher.is_red
        and not voucher.is_opening
        and voucher.booked_on <= red.booked_on
        and _sorted(voucher.lines, sign=1) == wanted
    ]
    # Of several that fit, the one that the summary names, else the latest.
    latest_first = found[::-1]
    yield from sorted(latest_first, key=lambda voucher: voucher.number not in red.summary)


def _sorted(lines: Sequence[FileLine], *, sign: int) -> list[tuple[str, str, int, int]]:
    return sorted(
        (line.account, line.fund or "", int(line.side), sign * line.amount_minor) for line in lines
    )

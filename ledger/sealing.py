"""The canonical content of a voucher and the digest that seals it.

Each digest covers the voucher, its lines, its number, its people, and the digest of the voucher
before it in the same month and word. One changed byte anywhere is named by `check`.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from ledger.catalogue import AccountInfo, FundInfo
from ledger.trail import canonical


class Head(Protocol):
    """The columns of a voucher that its content is made of."""

    id: Any
    period_id: Any
    word: Any
    booked_on: Any
    kind: Any
    summary: Any
    attachment_count: Any
    rule: Any
    reverses_id: Any
    corrects_id: Any
    reason: Any
    prepared_by: Any


class Row(Protocol):
    """The columns of a line, as every query here selects them."""

    line_no: Any
    account_id: Any
    fund_id: Any
    side: Any
    amount_minor: Any
    summary: Any
    donor_id: Any
    counterparty_id: Any
    project_id: Any
    cash_flow_item_id: Any


def line_content(
    row: Row, accounts: Mapping[int, AccountInfo], funds: Mapping[int, FundInfo]
) -> list[Any]:
    """Return a line as it enters the digest: by chart, account code and fund code."""
    account = accounts[row.account_id]
    return [
        row.line_no,
        account.chart,
        account.code,
        funds[row.fund_id].code,
        int(row.side),
        row.amount_minor,
        row.summary,
        row.donor_id,
        row.counterparty_id,
        row.project_id,
        row.cash_flow_item_id,
    ]


def seal(
    previous: str,
    head: Head,
    lines: Sequence[Sequence[Any]],
    *,
    number: int,
    people: Iterable[str],
    posted_at: str,
) -> str:
    """Return the digest of a voucher posted under `number` after the digest `previous`.

    `people` are who reviewed and who posted; `posted_at` is the ISO timestamp in UTC.
    """
    content = [
        head.id,
        head.period_id,
        head.word,
        number,
        head.booked_on.isoformat(),
        str(head.kind),
        head.summary,
        head.attachment_count,
        head.rule,
        head.reverses_id,
        head.corrects_id,
        head.reason,
        head.prepared_by,
        *people,
        posted_at,
        lines,
    ]
    return hashlib.sha256(f"{previous}\n{canonical(content)}".encode()).hexdigest()

"""The form in which a voucher is typed: rows of text to an entry, and back.

Accounts and funds are found by code, name or pinyin; an amount of `=` is what the fund still
lacks. What is wrong is said beside its cell, and everything typed is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from foundation.books.entry import BadEntry, Entry, EntryLine
from foundation.books.picking import Choice, pick
from foundation.books.voucher_view import VoucherView
from foundation.http import forms
from foundation.http.forms import Form
from foundation.http.languages import translate
from ledger.errors import InvalidInput
from ledger.money import to_text
from ledger.vouchers import DEFAULT_WORD, VoucherKind

CELLS = ("summary", "account", "fund", "debit", "credit", "flow")
FIELDS = {"cash_flow_item": "flow"}
BALANCE = "="
MIN_ROWS, SPARE_ROWS, MAX_ROWS = 5, 2, 500


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be picked on the date of the voucher."""

    accounts: Sequence[Choice]
    funds: Sequence[Choice]


def row_count(form: Form) -> int:
    """Return how many rows to show: those that were filled and some spare ones."""
    used = [
        int(name.partition("-")[2])
        for name, value in form.values.items()
        if name.partition("-")[0] in CELLS and name.partition("-")[2].isdecimal() and value.strip()
    ]
    return min(max(MIN_ROWS, max(used, default=-1) + 1 + SPARE_ROWS), MAX_ROWS)


def read_entry(
    form: Form, choices: Choices, *, booked_on: date, kind: VoucherKind, corrects_id: int | None
) -> tuple[Entry, list[int]]:
    """Return what the form says, and the row of each line. Mistakes are kept in the form.

    Raises Incomplete when a cell cannot be read.
    """
    lines: list[EntryLine] = []
    rows: list[int] = []
    wanting: list[tuple[int, str]] = []
    for row in range(MAX_ROWS):
        cells = {cell: form.value(f"{cell}-{row}") for cell in CELLS}
        if not any(cells[cell] for cell in ("account", "debit", "credit")):
            continue
        line, lacks = _line(form, row, cells, choices)
        if lacks:
            wanting.append((len(lines), lacks))
        lines.append(line)
        rows.append(row)
    attachments = form.whole_number("attachments")
    form.require_complete()
    for place, side in wanting:
        lines[place] = _balancing(lines, place, side)
    summary = next((line.summary for line in lines if line.summary), form.value("summary-0"))
    if not summary:
        form.refuse("summary-0", translate("请填写摘要"))
        form.require_complete()
    entry = Entry(
        booked_on=booked_on,
        summary=summary,
        lines=tuple(
            # A line that says what the voucher says needs no summary of its own.
            replace(line, summary="" if line.summary == summary else line.summary)
            for line in lines
        ),
        kind=kind,
        word=form.value("word") or DEFAULT_WORD,
        attachment_count=attachments,
        corrects_id=corrects_id,
    )
    return entry, rows


def refuse(form: Form, error: BadEntry, rows: Sequence[int]) -> None:
    """Say what is wrong beside the cells it is about."""
    for mistake in error.mistakes:
        field = FIELDS.get(mistake.field, mistake.field)
        name = f"{field}-{rows[mistake.line - 1]}" if mistake.line else mistake.field
        known = field in CELLS or mistake.line == 0
        form.refuse(name if known else "", mistake.error)


def of_view(view: VoucherView) -> Form:
    """Return the form as it was when the voucher was saved."""
    form = Form.empty(
        {
            "date": view.row.booked_on.isoformat(),
            "kind": view.row.kind.value,
            "word": view.word,
            "attachments": str(view.row.attachment_count),
            "version": str(view.row.version),
        }
    )
    _fill(form, view, sign=1)
    return form


def correcting(view: VoucherView, *, today: date) -> Form:
    """Return the form of the voucher that corrects a posted one (规范 第五十一条（五）)."""
    day = view.row.booked_on
    form = Form.empty(
        {
            "date": today.isoformat(),
            "kind": VoucherKind.CORRECTION.value,
            "word": view.word,
            "attachments": "0",
            "corrects": str(view.row.id),
        }
    )
    if day.year == today.year:
        _fill(form, view, sign=1)
    form.values["summary-0"] = f"订正{day.year}年{day.month}月{day.day}日{view.row.label}号凭证"
    return form


def _fill(form: Form, view: VoucherView, *, sign: int) -> None:
    for row, line in enumerate(view.lines):
        flow = next((name for kind, name in line.dimensions if kind == "cash_flow_item"), "")
        cells = {
            "summary": line.summary or (view.row.summary if row == 0 else ""),
            "account": line.account_code,
            "fund": line.fund_code,
            "debit": to_text(sign * line.debit_minor) if line.side > 0 else "",
            "credit": to_text(sign * line.credit_minor) if line.side < 0 else "",
            "flow": flow,
        }
        form.values.update({f"{cell}-{row}": text for cell, text in cells.items()})


def _line(form: Form, row: int, cells: dict[str, str], choices: Choices) -> tuple[EntryLine, str]:
    """Return the line of a row, and the side that is to be filled with the balance, if any."""
    account = _picked(form, row, "account", cells, choices.accounts, translate("科目"))
    fund = _picked(form, row, "fund", cells, choices.funds, translate("基金"))
    amounts: dict[str, int | None] = {}
    lacks = ""
    for side in ("debit", "credit"):
        amounts[side] = None
        if cells[side] in (BALANCE, "＝"):
            lacks = side
        elif cells[side]:
            try:
                amounts[side] = forms.parse_amount(cells[side])
            except InvalidInput as error:
                form.refuse(f"{side}-{row}", error)
    line = EntryLine(
        account=account,
        fund=fund,
        debit_minor=amounts["debit"],
        credit_minor=amounts["credit"],
        summary=cells["summary"],
        cash_flow_item=cells["flow"],
    )
    return line, lacks


def _picked(
    form: Form, row: int, cell: str, cells: dict[str, str], choices: Sequence[Choice], field: str
) -> str:
    name = f"{cell}-{row}"
    if not cells[cell]:
        form.refuse(name, translate("请填写此项"))
        return ""
    try:
        found = pick(cells[cell], choices, field=field)
    except InvalidInput as error:
        form.refuse(name, error)
        return ""
    form.values[name] = found.code
    return found.code


def _balancing(lines: Sequence[EntryLine], place: int, side: str) -> EntryLine:
    """Return the line with what its fund still lacks on that side."""
    line = lines[place]
    difference = sum(
        (other.debit_minor or 0) - (other.credit_minor or 0)
        for i, other in enumerate(lines)
        if other.fund == line.fund and i != place
    )
    if side == "debit":
        return replace(line, debit_minor=-difference)
    return replace(line, credit_minor=difference)

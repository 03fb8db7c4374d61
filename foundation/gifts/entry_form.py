"""The form in which a gift is typed: text to a gift, and a gift back to text.

Accounts and funds are found by code, name or pinyin; the last allocation may be left empty or
be `=` and then takes the rest. What is wrong is said beside its field, and everything typed is
kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from foundation.books.picking import Choice, pick
from foundation.donors.service import DonorRef
from foundation.gifts.entry import GiftInput, Original, in_book_currency
from foundation.gifts.gift_view import GiftView
from foundation.gifts.kinds import GiftKind, GiftMethod
from foundation.http import forms
from foundation.http.forms import Form
from foundation.http.languages import translate
from ledger import money
from ledger.errors import DomainError, InvalidInput
from ledger.money import BOOK_CURRENCY, to_text

MIN_ROWS, MAX_ROWS = 1, 50
THE_REST = frozenset({"", "=", "＝"})
# Where a refusal of the service is shown: the name it gives a field → the field of the form.
_PLACES = {
    "金额": "amount",
    "收到日期": "received_on",
    "分配金额": "part-0",
    "基金": "fund-0",
    "收款科目": "account",
    "科目": "account",
    "服务用途": "served",
    "捐赠人": "donor",
    "代捐人": "passed_on_by",
    "捐赠协议": "agreement",
    "银行流水号": "bank_reference",
    "备注": "note",
    "捐赠物": "item",
    "数量": "quantity",
    "价值凭据": "value_evidence",
    "受益人": "recipient",
    "原币": "currency",
    "原币金额": "original",
    "汇率": "rate",
    "汇率日期": "rate_on",
    "附件张数": "attachments",
    "原因": "reason",
    "更正日期": "booked_on",
}
_CODES = {
    "allocation_differs": "part-0",
    "rate_differs": "amount",
    "unknown_period": "received_on",
    "period_closed": "received_on",
    "unknown_fund": "fund-0",
    "fund_closed": "fund-0",
    "restriction_mismatch": "fund-0",
    "unknown_account": "account",
    "account_not_postable": "account",
    "not_recognised": "kind",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be picked on the date of the gift."""

    accounts: Sequence[Choice]
    funds: Sequence[Choice]


def row_count(form: Form) -> int:
    """Return how many rows of allocations to show."""
    used = [
        int(name.partition("-")[2])
        for name, value in form.values.items()
        if name.partition("-")[0] in ("fund", "part")
        and name.partition("-")[2].isdecimal()
        and value.strip()
    ]
    return min(max(MIN_ROWS, max(used, default=-1) + 1), MAX_ROWS)


def read_gift(form: Form, donor: DonorRef | None, choices: Choices) -> GiftInput:
    """Return the gift that was typed. Mistakes are kept in the form. Raises Incomplete."""
    kind = form.choice("kind", GiftKind) or GiftKind.CASH
    method = form.choice("method", GiftMethod, is_required=False) or GiftMethod.BANK
    received_on = form.day("received_on")
    amount_minor, original = _amounts(form, received_on)
    account = ""
    if kind is not GiftKind.SERVICE:
        account = _picked(form, "account", choices.accounts, translate("科目"))
    allocations = _allocations(form, choices.funds, amount_minor)
    attachments = form.whole_number("attachments", default=1)
    form.require_complete()
    assert donor is not None
    assert received_on is not None
    assert amount_minor is not None
    return GiftInput(
        donor=donor,
        received_on=received_on,
        amount_minor=amount_minor,
        account_code=account,
        allocations=allocations,
        kind=kind,
        method=method,
        donor_name=form.value("donor_name"),
        passed_on_by=form.value("passed_on_by") or None,
        is_anonymous=form.is_checked("is_anonymous"),
        agreement=form.value("agreement") or None,
        bank_reference=form.value("bank_reference") or None,
        note=form.value("note") or None,
        item=form.value("item") or None,
        quantity=form.value("quantity") or None,
        value_evidence=form.value("value_evidence") or None,
        original=original,
        expense_tag=form.value("served") or "programme_expense",
        recipient=form.value("recipient") or None,
        attachment_count=attachments,
    )


def refuse(form: Form, error: DomainError) -> None:
    """Say what the service refused beside the field it is about."""
    field = str(error.data.get("field", ""))
    name = _PLACES.get(field) or _CODES.get(error.code, "")
    form.refuse(name, error)


def of_view(view: GiftView) -> dict[str, str]:
    """Return the form as a gift would be typed again."""
    values = {
        "kind": view.kind.value,
        "method": view.method.value,
        "donor": view.donor.name,
        "donor_id": str(view.donor.id),
        "donor_name": view.donor_name if view.donor_name != view.donor.name else "",
        "passed_on_by": view.passed_on_by or "",
        "received_on": view.received_on.isoformat(),
        "amount": to_text(view.amount_minor),
        "account": view.account_code if view.kind is not GiftKind.SERVICE else "",
        "agreement": view.agreement or "",
        "pledge": view.pledge or "",
        "bank_reference": view.bank_reference or "",
        "note": view.note or "",
        "item": view.item or "",
        "quantity": view.quantity or "",
        "value_evidence": view.value_evidence or "",
        "recipient": view.recipient or "",
        "attachments": str(view.attachment_count),
    }
    if view.is_anonymous:
        values["is_anonymous"] = "on"
    for row, part in enumerate(view.allocations):
        values[f"fund-{row}"] = part.fund
        # A single fund takes whatever the amount becomes.
        if len(view.allocations) > 1:
            values[f"part-{row}"] = to_text(part.amount_minor)
    if view.original is not None:
        values["original"] = to_text(view.original.minor, view.original.currency)
        values["currency"] = view.original.currency
        values["rate"] = view.original.rate
        values["rate_on"] = view.original.rate_on.isoformat() if view.original.rate_on else ""
    return values


def offered(last: GiftView | None, *, today: date) -> dict[str, str]:
    """Return what a new form offers: the day, and what the last gift had in common with most."""
    values = {"received_on": today.isoformat(), "kind": GiftKind.CASH.value, "attachments": "1"}
    if last is None:
        return values
    kept = of_view(last)
    names = ["kind", "method", "account"]
    if len(last.allocations) == 1:
        names.append("fund-0")
    return values | {name: kept[name] for name in names}


def typed(values: Mapping[str, str], *names: str) -> bool:
    """Tell whether any of some fields has something in it."""
    return any(values.get(name, "").strip() for name in names)


def _amounts(form: Form, received_on: date | None) -> tuple[int | None, Original | None]:
    """Return the amount in fen and what it was in another currency, if any."""
    if not typed(form.values, "currency", "original", "rate"):
        return form.amount("amount"), None
    currency = form.text("currency", longest=3).upper()
    if currency in ("", BOOK_CURRENCY):
        return form.amount("amount"), None
    rate = form.text("rate", longest=24)
    rate_on = form.day("rate_on", is_required=False) or received_on
    minor = _foreign(form, currency)
    if minor is None or not rate or rate_on is None:
        form.amount("amount", is_required=False)
        return None, None
    original = Original(minor, currency, rate, rate_on)
    amount = form.amount("amount", is_required=False)
    if amount is None and not form.error("amount"):
        try:
            amount = in_book_currency(minor, currency, rate)
        except InvalidInput as error:
            form.refuse("rate", error)
    return amount, original


def _foreign(form: Form, currency: str) -> int | None:
    text = form.text("original", longest=40)
    if not text:
        return None
    try:
        return money.parse_positive(text, currency)
    except InvalidInput as error:
        form.refuse("original", error)
        return None


def _allocations(
    form: Form, funds: Sequence[Choice], amount_minor: int | None
) -> tuple[tuple[str, int], ...]:
    found: list[tuple[str, int | None]] = []
    for row in range(MAX_ROWS):
        fund, part = form.value(f"fund-{row}"), form.value(f"part-{row}")
        if not fund and (not part or row):
            if part not in THE_REST:
                form.refuse(f"fund-{row}", translate("请填写此项"))
            continue
        code = _picked(form, f"fund-{row}", funds, translate("基金"))
        found.append((code, _part(form, f"part-{row}", part)))
    if not found:
        form.refuse("fund-0", translate("请填写此项"))
    return _filled(form, found, amount_minor)


def _part(form: Form, name: str, text: str) -> int | None:
    if text in THE_REST:
        return None
    try:
        return forms.parse_amount(text)
    except InvalidInput as error:
        form.refuse(name, error)
        return 0


def _filled(
    form: Form, found: Sequence[tuple[str, int | None]], amount_minor: int | None
) -> tuple[tuple[str, int], ...]:
    """Give the rest of the amount to the one row that asks for it."""
    asking = [row for row, (_, part) in enumerate(found) if part is None]
    if len(asking) > 1:
        form.refuse(f"part-{asking[1]}", translate("只能有一行不填金额，由它取余额"))
    rest = (amount_minor or 0) - sum(part or 0 for _, part in found)
    return tuple((code, rest if part is None else part) for code, part in found)


def _picked(form: Form, name: str, choices: Sequence[Choice], field: str) -> str:
    text = form.value(name)
    if not text:
        form.refuse(name, translate("请填写此项"))
        return ""
    try:
        found = pick(text, choices, field=field)
    except InvalidInput as error:
        form.refuse(name, error)
        return ""
    form.values[name] = found.code
    return found.code

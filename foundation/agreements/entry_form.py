"""The form in which an agreement is typed: text to an agreement, and back."""

from collections.abc import Sequence
from typing import Any

from foundation.agreements.models import Agreement, Reporting
from foundation.agreements.service import AgreementInput
from foundation.http import forms
from foundation.http.forms import Form
from foundation.http.languages import translate
from ledger.errors import DomainError, InvalidInput
from ledger.money import to_text

TEXTS = (
    "number",
    "title",
    "donor_signatory",
    "foundation_signatory",
    "third_party",
    "purpose",
    "delivery",
    "naming",
    "naming_approval",
    "note",
)
FLAGS = ("is_in_kind", "is_instalments", "is_construction", "is_overseas", "is_asked_by_donor")
TRISTATES = ("may_pool", "has_return_benefit", "results_to_university")
FUND_ROWS = 6
# Where a refusal of the service is shown: the name it gives a field → the field of the form.
_PLACES = {
    "协议编号": "number",
    "名称": "title",
    "捐赠方签署人": "donor_signatory",
    "基金会签署人": "foundation_signatory",
    "第三方": "third_party",
    "用途": "purpose",
    "交付安排": "delivery",
    "冠名": "naming",
    "冠名批准": "naming_approval",
    "备注": "note",
    "协议金额": "amount",
    "管理费比例": "fee",
    "基金": "fund-0",
    "同意人": "consented_by",
    "同意日期": "consented_on",
    "原因": "reason",
    "签署日期": "signed_on",
}
_CODES = {"unknown_fund": "fund-0", "unknown_donor": "donor", "consent_needed": "consented_by"}


def read(form: Form) -> AgreementInput:
    """Return the agreement that was typed. Mistakes are kept in the form. Raises Incomplete."""
    donor = form.value("donor_id")
    form.text("donor")
    if form.value("donor") and not (donor.isascii() and donor.isdigit() and len(donor) <= 18):
        form.refuse("donor", translate("请从列表中选择已登记的捐赠人"))
    for name in ("number", "title"):
        form.text(name)
    form.text("purpose", longest=2000)
    amount = form.amount("amount", is_required=False)
    ends_on = form.day("ends_on", is_required=False)
    fee = percent(form, "fee")
    parts = _parts(form)
    reporting = form.choice("reporting", Reporting, is_required=False) or Reporting.NONE
    form.require_complete()
    typed: dict[str, Any] = {
        **{name: form.value(name) for name in TEXTS},
        **{name: form.is_checked(name) for name in FLAGS},
        **{name: _tristate(form, name) for name in TRISTATES},
    }
    return AgreementInput(
        donor_id=int(donor),
        funds=parts,
        amount_minor=amount,
        ends_on=ends_on,
        fee_basis_points=fee,
        reporting=reporting,
        **typed,
    )


def refuse(form: Form, error: DomainError) -> None:
    """Say what the service refused beside the field it is about."""
    field = str(error.data.get("field", ""))
    form.refuse(_PLACES.get(field) or _CODES.get(error.code, ""), error)


def of_agreement(
    agreement: Agreement, donor_name: str, parts: Sequence[tuple[str, str, int | None]]
) -> dict[str, str]:
    """Return the form as the agreement would be typed again."""
    values = {name: getattr(agreement, name) or "" for name in TEXTS}
    values |= {name: "on" for name in FLAGS if getattr(agreement, name)}
    for name in TRISTATES:
        value = getattr(agreement, name)
        values[name] = "" if value is None else ("yes" if value else "no")
    values |= {
        "donor": donor_name,
        "donor_id": str(agreement.donor_id),
        "reporting": agreement.reporting.value,
        "amount": "" if agreement.amount_minor is None else to_text(agreement.amount_minor),
        "ends_on": "" if agreement.ends_on is None else agreement.ends_on.isoformat(),
        "fee": percent_text(agreement.fee_basis_points),
    }
    for row, (code, _name, minor) in enumerate(parts):
        values[f"fund-{row}"] = code
        values[f"part-{row}"] = "" if minor is None else to_text(minor)
    return values


def percent(form: Form, name: str) -> int | None:
    """Read a share such as `5` or `2.5%` into hundredths of a percent."""
    text = form.value(name).removesuffix("%").removesuffix("％").strip()
    if not text:
        return None
    whole, dot, rest = text.partition(".")
    digits = whole.isascii() and whole.isdigit() and len(whole) <= 3
    decimals = not dot or (rest.isascii() and rest.isdigit() and len(rest) <= 2)
    if not digits or not decimals or int(whole) * 100 + int(rest.ljust(2, "0") or 0) > 10000:
        form.refuse(name, translate("应为 0 至 100，最多两位小数"))
        return None
    return int(whole) * 100 + (int(rest.ljust(2, "0")) if dot else 0)


def percent_text(basis_points: int | None) -> str:
    """Write a share as percent, without zeros that say nothing."""
    if basis_points is None:
        return ""
    whole, rest = divmod(basis_points, 100)
    return str(whole) if not rest else f"{whole}.{rest:02d}".rstrip("0")


def _tristate(form: Form, name: str) -> bool | None:
    return {"yes": True, "no": False}.get(form.value(name))


def _parts(form: Form) -> tuple[tuple[str, int | None], ...]:
    found: list[tuple[str, int | None]] = []
    for row in range(FUND_ROWS):
        code, part = form.value(f"fund-{row}"), form.value(f"part-{row}")
        if not code:
            if part:
                form.refuse(f"fund-{row}", translate("请填写此项"))
            continue
        minor = None
        if part:
            try:
                minor = forms.parse_amount(part)
            except InvalidInput as error:
                form.refuse(f"part-{row}", error)
        found.append((code.partition(" ")[0], minor))
    if not found:
        form.refuse("fund-0", translate("请填写此项"))
    return tuple(found)

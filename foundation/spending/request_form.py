"""The form of a request: lines of fund, cost and amount, and a list of beneficiaries as text."""

from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.spending.drafts import BeneficiaryInput, PartInput, RequestInput
from foundation.spending.models import ProcurementMethod, SpendingKind
from foundation.spending.queries import SpendingView
from ledger import money
from ledger.errors import DomainError, InvalidInput

LINES = range(1, 9)
_CELLS = 3
_PLACES = {
    "收款方、事由": "payee",
    "明细": "part_fund_1",
    "金额": "part_amount_1",
    "费用要素": "part_element_1",
    "受益人清单": "beneficiaries",
    "关联关系": "relation",
}


def place_of(error: DomainError) -> str:
    """Return the field beside which a refusal of the service is shown."""
    if error.code == "unknown_fund":
        return "part_fund_1"
    return _PLACES.get(str(error.data.get("field", "")), "")


def read(form: Form) -> RequestInput:
    """Read the form. Raises Incomplete."""
    kind = form.choice("kind", SpendingKind)
    requested_on = form.day("requested_on")
    payee = form.text("payee")
    summary = form.text("summary", longest=300)
    procurement = (
        form.choice("procurement", ProcurementMethod) if form.value("procurement") else None
    )
    parts = _parts(form)
    beneficiaries = _beneficiaries(form)
    form.require_complete()
    assert kind is not None
    assert requested_on is not None
    return RequestInput(
        kind=kind,
        payee_name=payee,
        payee_account=form.text("payee_account", is_required=False, longest=60) or None,
        relation=form.text("relation", is_required=False) or None,
        summary=summary,
        requested_on=requested_on,
        contract=form.text("contract", is_required=False, longest=120) or None,
        procurement=procurement,
        resolution=form.text("resolution", is_required=False, longest=120) or None,
        parts=parts,
        beneficiaries=beneficiaries,
    )


def _parts(form: Form) -> list[PartInput]:
    parts = []
    for number in LINES:
        names = [f"part_{name}_{number}" for name in ("fund", "element", "amount")]
        if number > 1 and not any(form.value(name) for name in names):
            continue
        fund = form.text(names[0], longest=32)
        element = form.text(names[1], longest=32)
        amount = form.amount(names[2])
        if amount is not None:
            parts.append(PartInput(fund.split(" ")[0], element, amount))
    return parts


def _beneficiaries(form: Form) -> list[BeneficiaryInput]:
    """Read lines of code, name, amount and unit, as they are pasted from a spreadsheet."""
    found = []
    lines = form.values.get("beneficiaries", "").splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found.append(_beneficiary(line))
        except InvalidInput as error:
            said = str(error)
            form.refuse(
                "beneficiaries", translate("第 {line} 行：{reason}", line=number, reason=said)
            )
    return found


def _beneficiary(line: str) -> BeneficiaryInput:
    cells = [cell.strip() for cell in line.replace("，", "\t").replace(",", "\t").split("\t")]
    if len(cells) < _CELLS:
        raise InvalidInput(field="受益人清单", reason="每行应为：代码、姓名、金额、单位")
    unit = cells[_CELLS] if len(cells) > _CELLS else None
    return BeneficiaryInput(cells[0], cells[1], money.parse_positive(cells[2]), unit or None)


def offered(view: SpendingView) -> Form:
    """Return the form filled with a request."""
    request = view.request
    values = {
        "kind": request.kind.value,
        "requested_on": request.requested_on.isoformat(),
        "payee": request.payee_name,
        "payee_account": request.payee_account or "",
        "relation": request.relation or "",
        "summary": request.summary,
        "contract": request.contract or "",
        "procurement": request.procurement.value if request.procurement else "",
        "resolution": request.resolution or "",
        "beneficiaries": "\n".join(
            "\t".join((one.code, one.name, money.to_text(one.amount_minor), one.unit or ""))
            for one in view.beneficiaries
        ),
    }
    for number, (part, fund, _) in enumerate(view.parts, start=1):
        values[f"part_fund_{number}"] = fund.code
        values[f"part_element_{number}"] = part.element
        values[f"part_amount_{number}"] = money.to_text(part.amount_minor)
    return Form.empty(values)

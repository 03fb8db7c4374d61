"""The form of a key: its fields read, and filled with a version that is to be changed."""

from collections.abc import Sequence
from fractions import Fraction

from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.shared_costs.allocating import read_share
from foundation.shared_costs.keys import KeyInput, ShareInput
from foundation.shared_costs.models import Basis, Function
from foundation.shared_costs.queries import KeyView
from foundation.shared_costs.sheets import SheetRow
from ledger.errors import DomainError, InvalidInput

LINES = range(1, 13)
SOURCES = range(1, 4)
_CELLS = 4
_PLACES = {
    "办法编号": "code",
    "名称、依据": "paper",
    "生效日期": "valid_from",
    "垫付基金": "fund",
    "慈善活动要素": "charitable_element",
    "管理要素": "management_element",
    "费用科目": "account_1",
    "费用来源": "account_1",
    "费用要素": "element_1",
    "分配对象": "share_fund_1",
    "分配比例": "share_part_1",
}
# What a spreadsheet may call a function.
_FUNCTIONS = {
    "慈善活动": Function.CHARITABLE,
    "慈善": Function.CHARITABLE,
    "其他业务活动": Function.OTHER,
    "其他业务": Function.OTHER,
    "管理": Function.MANAGEMENT,
    "募捐": Function.FUNDRAISING,
}


def place_of(error: DomainError) -> str:
    """Return the field beside which a refusal of the service is shown."""
    return _PLACES.get(str(error.data.get("field", "")), "")


def read(form: Form) -> KeyInput:
    """Read the form. Raises Incomplete."""
    code = form.text("code", longest=32)
    name = form.text("name")
    basis = form.choice("basis", Basis)
    fund = form.text("fund", longest=32)
    charitable = form.text("charitable_element", longest=32)
    management = form.text("management_element", longest=32)
    valid_from = form.day("valid_from")
    paper = form.text("paper")
    shares = _shares(form)
    form.require_complete()
    assert basis is not None
    assert valid_from is not None
    return KeyInput(
        code=code,
        name=name,
        basis=basis,
        fund=fund.split(" ")[0],
        charitable_element=charitable,
        management_element=management,
        valid_from=valid_from,
        paper=paper,
        accounts=_given(form, "account"),
        elements=_given(form, "element"),
        shares=shares,
    )


def _given(form: Form, name: str) -> list[str]:
    values = (form.value(f"{name}_{number}") for number in SOURCES)
    return [value.split(" ")[0] for value in values if value]


def _shares(form: Form) -> list[ShareInput]:
    found = []
    for number in LINES:
        names = [f"share_{name}_{number}" for name in ("function", "fund", "part")]
        if not any(form.value(name) for name in names[1:]):
            continue
        function = form.choice(names[0], Function)
        fund = form.text(names[1], longest=32)
        part: Fraction | None = None
        if form.value(names[2]):
            try:
                part = read_share(form.value(names[2]))
            except InvalidInput as error:
                form.refuse(names[2], error)
        if function is not None:
            found.append(ShareInput(function, fund.split(" ")[0], part))
    return found


def offered(view: KeyView) -> Form:
    """Return the form filled with a version, to write the next one."""
    key = view.key
    values = {
        "code": key.code,
        "name": key.name,
        "basis": key.basis.value,
        "fund": view.fund.code,
        "charitable_element": key.charitable_element,
        "management_element": key.management_element,
        "valid_from": key.valid_from.isoformat(),
        "paper": key.paper,
    }
    for name, is_element in (("account", False), ("element", True)):
        codes = [source.code for source in view.sources if source.is_element is is_element]
        values |= {f"{name}_{number}": code for number, code in enumerate(codes, start=1)}
    for number, (share, fund) in enumerate(view.shares, start=1):
        values[f"share_function_{number}"] = share.function.value
        values[f"share_fund_{number}"] = fund.code
        if share.numerator is not None and key.denominator is not None:
            values[f"share_part_{number}"] = _text(Fraction(share.numerator, key.denominator))
    return Form.empty(values)


def _text(share: Fraction) -> str:
    """Write a share so that it is read back exactly: as percent where that is exact."""
    hundredths = share * 10_000
    if hundredths.denominator != 1:
        return str(share)
    whole, rest = divmod(hundredths.numerator, 100)
    return f"{whole}.{rest:02d}%" if rest else f"{whole}%"


def read_sheet(form: Form) -> Sequence[SheetRow]:
    """Read lines of person, function, fund and percent. Raises Incomplete."""
    found = []
    for number, line in enumerate(form.values.get("rows", "").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(_sheet_row(line))
        except InvalidInput as error:
            form.refuse("rows", translate("第 {line} 行：{reason}", line=number, reason=str(error)))
    form.require_complete()
    return found


def _sheet_row(line: str) -> SheetRow:
    cells = [cell.strip() for cell in line.replace("，", "\t").replace(",", "\t").split("\t")]
    if len(cells) != _CELLS:
        raise InvalidInput(field="工时", reason="每行应为：人员代码、职能、基金、比例")
    person, word, fund, text = cells
    function = _FUNCTIONS.get(word)
    if function is None:
        if word not in list(Function):
            raise InvalidInput(field="工时", reason=f"没有职能“{word}”")
        function = Function(word)
    points = read_share(text if text.endswith(("%", "％")) else f"{text}%") * 10_000
    if points.denominator != 1 or points > 10_000:
        raise InvalidInput(field="工时", reason="比例最多两位小数，不超过 100%")
    return SheetRow(person, function, fund.split(" ")[0], points.numerator)

"""Read official bills from the XML of the finance department's system (财政电子票据).

The data standard (财网信办〔2020〕1号) itself was not at hand; the names of the elements are those
of published implementations (grade C), so they are found wherever they stand below a bill, whatever
their case and namespace. A document type declaration is refused: it could name other files.
"""

from collections.abc import Iterator
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element
from xml.parsers import expat

from foundation.imports import amounts
from foundation.imports.cells import Cell, Flaw
from foundation.imports.dates import DateReader
from foundation.receipting import bill_export
from foundation.receipting.bill_export import BillRow, RejectedBill
from ledger.errors import InvalidInput
from receipts.bill_entry import BillItem

# The name of a cell of `bill_export`, and the elements that say it.
_ELEMENTS: dict[str, tuple[str, ...]] = {
    "code": ("einvoicecode", "invoicecode"),
    "number": ("einvoicenumber", "invoicenumber"),
    "check_code": ("randomnumber", "checkcode"),
    "issued_on": ("issuedate",),
    "payer_name": ("payerpartyname", "payername"),
    "payer_code": ("payerpartycode", "payercode"),
    "payer_kind": ("payerpartytype", "payertype"),
    "amount": ("totalamount",),
    "remark": ("remark",),
    "drawer": ("handlingperson",),
    "checker": ("checker",),
    "red_code": ("relatedinvoicecode", "relatedeinvoicecode"),
    "red_number": ("relatedinvoicenumber", "relatedeinvoicenumber"),
}
_PAYER_KINDS = {"1": "个人", "2": "单位"}
_MAIN = "main"
_MOST_BILLS = 20_000


class NoBillInXml(InvalidInput):
    """The file is XML at best, and holds no bill."""

    code = "no_bill_in_xml"
    message = "文件“{filename}”不是财政电子票据的 XML：{reason}"


def read(content: bytes, filename: str, *, code: str = "") -> Iterator[BillRow | RejectedBill]:
    """Yield the bills of a file in their order. Raises NoBillInXml."""
    root = _parsed(content, filename)
    bills = _bills(root)
    if not bills:
        raise NoBillInXml(filename=filename, reason="没有票据号码")
    if len(bills) > _MOST_BILLS:
        raise NoBillInXml(filename=filename, reason=f"最多 {_MOST_BILLS} 份")
    dates = DateReader(year=None)
    for number, bill in enumerate(bills, start=1):
        try:
            yield bill_export.bill_of(number, _cells(bill), dates, code, items=_items(bill))
        except InvalidInput as error:
            yield RejectedBill(number, error.describe())


def _parsed(content: bytes, filename: str) -> Element:
    checker = expat.ParserCreate()

    def refuse(*_declaration: object) -> None:
        raise NoBillInXml(filename=filename, reason="不接受带有 DOCTYPE 的文件")

    checker.StartDoctypeDeclHandler = refuse
    try:
        checker.Parse(content, True)
        # No entity can be declared without the declaration that was just refused.
        return ET.fromstring(content)
    except (expat.ExpatError, ET.ParseError, LookupError, ValueError):
        raise NoBillInXml(filename=filename, reason="内容不是有效的 XML") from None


def _bills(root: Element) -> list[Element]:
    """Return the elements that hold one bill each: what stands around a Main, or the whole."""
    around = [element for element in root.iter() if any(_name(child) == _MAIN for child in element)]
    if around:
        return around
    return [root] if _text(root, _ELEMENTS["number"]) else []


def _cells(bill: Element) -> dict[str, Cell]:
    cells: dict[str, Cell] = {name: _text(bill, said) for name, said in _ELEMENTS.items()}
    cells["payer_kind"] = _PAYER_KINDS.get(str(cells["payer_kind"]), cells["payer_kind"])
    return cells


def _items(bill: Element) -> tuple[BillItem, ...]:
    items = []
    for element in bill.iter():
        names = {_name(child) for child in element}
        if "itemname" not in names or not {"itemamount", "amount"} & names:
            continue
        minor = amounts.read_signed(_text(element, ("itemamount", "amount")), unit=1)
        if isinstance(minor, Flaw):
            raise InvalidInput(field="项目金额", reason=f"应为{minor.expected}")
        items.append(
            BillItem(
                item_name=_text(element, ("itemname",)),
                amount_minor=minor,
                item_code=_text(element, ("itemcode",)),
                unit=_text(element, ("itemunit", "unit")),
                quantity=_text(element, ("itemquantity", "quantity")),
                standard=_text(element, ("itemstd", "standard")),
            )
        )
    return tuple(items)


def _text(element: Element, names: tuple[str, ...]) -> str:
    """Return the first text below an element under one of the names."""
    for found in element.iter():
        if _name(found) in names and (text := " ".join((found.text or "").split())):
            return text
    return ""


def _name(element: Element) -> str:
    # A comment has a function in the place of a name.
    return str(element.tag).rpartition("}")[2].casefold()

"""Keys, previews and runs as JSON documents: the same for commands and the API."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from foundation.shared_costs.models import Function
from foundation.shared_costs.queries import KeyView, LineView, RunRow, RunView, SheetLine
from foundation.shared_costs.runs import Preview
from foundation.shared_costs.steps import elements_of
from ledger.catalogue import Catalogue
from ledger.money import BOOK_CURRENCY, to_text


def of_key(view: KeyView) -> dict[str, Any]:
    """One version of a key; shares as exact fractions."""
    key = view.key
    return {
        "code": key.code,
        "version": key.version,
        "name": key.name,
        "state": key.state.value,
        "basis": key.basis.value,
        "fund": view.fund.code,
        "charitable_element": key.charitable_element,
        "management_element": key.management_element,
        "valid_from": key.valid_from.isoformat(),
        "paper": key.paper,
        "accounts": [source.code for source in view.sources if not source.is_element],
        "elements": [source.code for source in view.sources if source.is_element],
        "shares": [
            {
                "function": share.function.value,
                "fund": fund.code,
                "share": str(Fraction(share.numerator, key.denominator))
                if share.numerator is not None and key.denominator is not None
                else None,
            }
            for share, fund in view.shares
        ],
        "prepared_by": key.prepared_by,
        "approved_by": key.approved_by,
    }


def of_row(row: RunRow) -> dict[str, Any]:
    """A run in a list."""
    return {
        "reference": row.reference,
        "key": row.key.code,
        "version": row.key.version,
        "period": row.months.text,
        "state": row.run.state.value,
        "currency": BOOK_CURRENCY,
        "total": to_text(row.run.total_minor),
        "voucher": row.voucher,
    }


def of_run(view: RunView) -> dict[str, Any]:
    """A run with who bears what."""
    return of_row(view.row) | {
        "functions": _functions((line.function, line.minor) for line in view.lines),
        "lines": [_line(line) for line in view.lines],
    }


def _line(line: LineView) -> dict[str, Any]:
    return {
        "source": line.source.code,
        "function": line.function.value,
        "element": line.element,
        "wanted_fund": line.wanted.code,
        "fund": line.fund.code,
        "account": line.account.code,
        "amount": to_text(line.minor),
        "held": None,
    }


def of_preview(found: Preview, known: Catalogue) -> dict[str, Any]:
    """What a run would do, with the reason where a fund does not bear what the key gives it."""
    elements = elements_of(found.key)
    return {
        "reference": None,
        "key": found.key.code,
        "version": found.key.version,
        "period": found.months.text,
        "state": "preview",
        "currency": BOOK_CURRENCY,
        "total": to_text(found.total_minor),
        "voucher": None,
        "functions": _functions((charge.function, charge.minor) for charge in found.charges),
        "lines": [
            {
                "source": charge.cost.element or known.accounts[charge.cost.account_id].code,
                "function": charge.function.value,
                "element": elements[charge.function],
                "wanted_fund": known.funds[charge.wanted_fund_id].code,
                "fund": known.funds[charge.fund_id].code,
                "account": None,
                "amount": to_text(charge.minor),
                "held": charge.held.value if charge.held else None,
            }
            for charge in found.charges
        ],
    }


def _functions(parts: Iterable[tuple[Function, int]]) -> dict[str, str]:
    sums = dict.fromkeys(Function, 0)
    for function, minor in parts:
        sums[function] += minor
    return {function.value: to_text(minor) for function, minor in sums.items()}


def of_sheet(line: SheetLine) -> dict[str, Any]:
    """A row of a time sheet."""
    return {
        "person": line.person,
        "function": line.function.value,
        "fund": line.fund.code,
        "basis_points": line.basis_points,
    }

"""Assets, goods and investments as the API and the command line answer them."""

from collections.abc import Sequence
from typing import Any

from foundation.assets import stock_list
from foundation.assets.card_list import CardLine
from foundation.assets.depreciation import MonthView
from foundation.assets.investment_list import InvestmentLine
from foundation.assets.stock_list import ItemLine
from ledger.money import to_text
from ledger.periods import text_of


def of_asset(line: CardLine) -> dict[str, Any]:
    """Return an asset."""
    now = line.standing
    return {
        "number": line.number,
        "name": line.name,
        "kind": line.kind.value,
        "origin": line.origin.value,
        "state": line.state,
        "acquired_on": line.acquired_on.isoformat(),
        "disposed_on": line.disposed_on.isoformat() if line.disposed_on else None,
        "fund": line.fund,
        "used_by": line.used_by,
        "custody": line.custody,
        "units": now.units,
        "life_months": line.life_months,
        "cost": to_text(now.cost_minor),
        "charged": to_text(now.charged_minor),
        "impaired": to_text(now.impaired_minor),
        "net": to_text(now.net_minor),
    }


def of_month(view: MonthView, period: int) -> dict[str, Any]:
    """Return a month of depreciation."""
    return {
        "period": text_of(period),
        "charged": view.run is not None,
        "voucher": view.run.voucher_id if view.run is not None else None,
        "total": to_text(view.total_minor),
        "lines": [
            {"asset": one.card.number, "amount": to_text(one.amount_minor)} for one in view.charges
        ],
    }


def of_item(line: ItemLine) -> dict[str, Any]:
    """Return an item of goods."""
    return {
        "number": line.number,
        "name": line.name,
        "unit": line.unit,
        "fund": line.fund,
        "custody": line.custody,
        "agency": line.is_agency,
        "recipient": line.recipient,
        "quantity": line.quantity,
        "value": to_text(line.value_minor),
        "counted_on": line.counted_on.isoformat() if line.counted_on else None,
    }


def of_card(line: ItemLine, movements: Sequence[stock_list.CardLine]) -> dict[str, Any]:
    """Return an item with its stock card."""
    return of_item(line) | {
        "movements": [
            {
                "id": one.movement.id,
                "kind": one.movement.kind.value,
                "date": one.movement.moved_on.isoformat(),
                "quantity": one.movement.quantity,
                "value": to_text(one.movement.value_minor),
                "proceeds": to_text(one.movement.proceeds_minor),
                "party": one.movement.party,
                "evidence": one.movement.evidence,
                "gift": one.gift,
                "voucher": one.movement.voucher_id,
                "quantity_after": one.quantity_after,
                "value_after": to_text(one.value_after_minor),
            }
            for one in movements
        ]
    }


def of_investment(line: InvestmentLine) -> dict[str, Any]:
    """Return an investment."""
    return {
        "number": line.number,
        "product": line.product,
        "kind": line.kind.value,
        "state": line.state,
        "trustee": line.trustee,
        "risk": line.risk,
        "starts_on": line.starts_on.isoformat(),
        "matures_on": line.matures_on.isoformat() if line.matures_on else None,
        "fund": line.fund,
        "resolution": line.resolution,
        "cost": to_text(line.cost_minor),
        "value": to_text(line.value_minor),
        "impaired": to_text(line.impaired_minor),
        "carrying": to_text(line.carrying_minor),
        "income": to_text(line.income_minor),
        "due": to_text(line.due_minor),
    }

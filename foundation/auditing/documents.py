"""Samples as the API and the command line answer them."""

from typing import Any

from sqlalchemy.orm import Session

from foundation.auditing import drawing
from foundation.auditing.drawing import Drawn, Item
from ledger import chains


def of_sample(session: Session, drawn: Drawn) -> dict[str, Any]:
    """Return a sample with its items; amounts are in minor units."""
    sample, plan = drawn.sample, drawn.plan
    return {
        "population": plan.source.value,
        "period": plan.period,
        "method": plan.method.value,
        "seed": plan.seed,
        "count": sample.count,
        "total_minor": sample.total_minor,
        "debit_minor": drawn.debit_minor,
        "credit_minor": drawn.credit_minor,
        "red_count": drawn.red_count,
        "ties": drawn.ties,
        "interval_minor": sample.interval_minor,
        "start_minor": sample.start_minor,
        "certain_minor": sample.certain_minor,
        "selected": len(sample.selected),
        "selected_minor": sample.selected_minor,
        "chain_head": chains.chain_head(session),
        "strata": [
            {
                "key": one.key,
                "name": drawn.names[one.key] if drawn.names else "",
                "count": one.count,
                "total_minor": one.total_minor,
                "wanted": one.wanted,
                "taken": one.taken,
            }
            for one in sample.strata
        ],
        "items": [of_item(item) for item in drawing.items(session, drawn)],
    }


def of_item(item: Item) -> dict[str, Any]:
    """Return one item."""
    return {
        "number": item.number,
        "position": item.selected.position + 1,
        "reference": item.label,
        "voucher": item.voucher,
        "line": item.line_no,
        "gift": item.label if item.gift_id is not None else None,
        "date": item.booked_on,
        "summary": item.summary,
        "account": item.account_code,
        "fund": item.fund,
        "amount_minor": item.selected.amount_minor,
        "certain": item.selected.is_certain,
        "hit_minor": item.selected.hit_minor,
        "stratum": item.selected.stratum,
        "papers": item.paper_count,
        "files": item.file_count,
    }

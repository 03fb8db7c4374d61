"""分配共同费用: a pure function from what each fund bears to a voucher draft.

Dr the expense of the function in the fund that bears it, Cr the account that the cost was booked
in; the money follows from fund to fund inside one account, so that every fund stays balanced.
S1 第六十二条 [A]; restricted funds through 限定性费用, S3 [C].
"""

from collections.abc import Sequence

from foundation.posting_lines import Event, account_for, assets_follow, line_of, voucher_of
from foundation.shared_costs.allocating import Charge
from foundation.shared_costs.models import Function
from foundation.spending.rules import get_element
from ledger.catalogue import Catalogue
from ledger.vouchers import Line, VoucherDraft

RULE = "shared_costs"


def account_of(known: Catalogue, event: Event, element: str, fund: int) -> int:
    """Return the account that a fund is charged in for an element, on the day of the event."""
    return account_for(known, event.on, get_element(element).tag, fund).id


def allocation(
    known: Catalogue,
    event: Event,
    charges: Sequence[Charge],
    *,
    elements: dict[Function, str],
    home: int,
    held_in: int,
) -> VoucherDraft:
    """Return the voucher of a run; what stays where it was booked has no line."""
    moved: dict[tuple[int, int], int] = {}
    borne: dict[int, int] = {}
    for charge in charges:
        account = account_of(known, event, elements[charge.function], charge.fund_id)
        for key, minor in (
            ((account, charge.fund_id), charge.minor),
            ((charge.cost.account_id, home), -charge.minor),
        ):
            moved[key] = moved.get(key, 0) + minor
        if charge.fund_id != home:
            borne[charge.fund_id] = borne.get(charge.fund_id, 0) + charge.minor
    lines: list[Line] = [
        line_of(known, event, known.accounts[account], fund, minor)
        for (account, fund), minor in sorted(moved.items(), key=lambda item: item[1] < 0)
        if minor
    ]
    for fund, minor in borne.items():
        lines += assets_follow(held_in, fund, home, minor)
    return voucher_of(event, RULE, lines)

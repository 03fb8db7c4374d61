"""The conditions that features put on closing a month, beside those of the ledger itself.

Whoever closes a period or shows what is missing passes `GATES` as `extra` to `ledger.closing`;
the guards of the database refuse what went around them.
"""

from foundation.banking import closing_gate
from ledger.closing import ExtraGate

GATES: tuple[ExtraGate, ...] = (closing_gate.bank_reconciled,)

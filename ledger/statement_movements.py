"""What the posted lines of a period moved, in the ways that only the statements ask.

A statement never reads lines. Balances come from checkpoints and movements; what those cannot
tell is kept here by the sealing guard, a few dozen rows for each month: cash by cash-flow item,
what the generated closing vouchers moved, and why net assets changed without income or expense.

Cash is the organisation's own (accounts flagged `cash` and not `agency`). A voucher whose cash
lines name no item, and whose cash changes, is kept by what stood opposite: item 0, the opposite
account, and the amount as it came in (debit) or went out (credit). So cash by item and opposite
always adds up to the change of cash.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger.balances import Span
from ledger.integrity import Check
from ledger.orm import Base, Minor, choice

NO_ITEM = 0


class MovementKind(StrEnum):
    """Why a row is kept."""

    CASH = "cash"
    """Own cash, by cash-flow item, or by opposite account where no item was named."""
    CLOSING = "closing"
    """Lines of generated closing vouchers and of their reversals."""
    RELEASE = "release"
    """Net assets moved from restricted to unrestricted."""
    RESTRICTION = "restriction"
    """Net assets moved from unrestricted to restricted."""
    BETWEEN = "between"
    """Moves between funds inside one class of net assets."""
    ADJUSTMENT = "adjustment"
    """Net assets of vouchers through 以前年度净资产调整."""
    DIRECT = "direct"
    """Anything else straight to net assets, such as 注册资金."""


class StatementMovement(Base):
    """One sum of a period. `item_key` is a cash-flow item, or 0."""

    __tablename__ = "statement_movement"

    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), primary_key=True)
    kind: Mapped[MovementKind] = mapped_column(choice(MovementKind), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    item_key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    debit_minor: Mapped[Minor]
    credit_minor: Mapped[Minor]

    __table_args__ = ({"sqlite_with_rowid": False},)


@dataclass(frozen=True, slots=True)
class Moved:
    """One sum of a span."""

    kind: MovementKind
    account_id: int
    item_key: int
    debit_minor: int
    credit_minor: int

    @property
    def net_minor(self) -> int:
        """Debit less credit."""
        return self.debit_minor - self.credit_minor


def moved(session: Session, span: Span) -> list[Moved]:
    """Return the sums of a span; what stands before January is not part of any span."""
    table = StatementMovement
    keys = (table.kind, table.account_id, table.item_key)
    rows = session.connection().execute(
        select(*keys, func.sum(table.debit_minor), func.sum(table.credit_minor))
        .where(table.period_id >= span.first, table.period_id <= span.last)
        .group_by(*keys)
        .order_by(*keys)
    )
    return [Moved(row[0], row[1], row[2], int(row[3]), int(row[4])) for row in rows]


_OWN_CASH = (
    "(' ' || a.flags || ' ' LIKE '% cash %' AND ' ' || a.flags || ' ' NOT LIKE '% agency %')"
)

# The source view says what the guard wrote; a row that differs was changed behind its back.
_AGREE = """
SELECT 'period ' || s.period_id || ' ' || s.kind || ' account ' || s.account_id
       || ' item ' || s.item_key,
       'differs by debit ' || SUM(s.debit) || ', credit ' || SUM(s.credit)
FROM (
    SELECT period_id, kind, account_id, item_key, debit_minor AS debit, credit_minor AS credit
    FROM statement_movement_source
    UNION ALL
    SELECT period_id, kind, account_id, item_key, -debit_minor, -credit_minor
    FROM statement_movement
) s
GROUP BY s.period_id, s.kind, s.account_id, s.item_key
HAVING SUM(s.debit) <> 0 OR SUM(s.credit) <> 0
"""

_CASH = f"""
SELECT 'period ' || s.period_id, 'cash flow and change of cash differ by ' || SUM(s.net)
FROM (
    SELECT period_id, debit_minor - credit_minor AS net FROM statement_movement
    WHERE kind = 'cash'
    UNION ALL
    SELECT m.period_id, m.credit_minor - m.debit_minor
    FROM movement m JOIN account a ON a.id = m.account_id
    WHERE {_OWN_CASH} AND m.period_id % 100 <> 0
) s
GROUP BY s.period_id HAVING SUM(s.net) <> 0
"""

_NET_ASSETS = """
SELECT 'period ' || s.period_id || ' account ' || s.account_id,
       'changes of net assets differ by ' || SUM(s.net)
FROM (
    SELECT n.period_id, n.account_id, n.debit_minor - n.credit_minor AS net
    FROM statement_movement n JOIN account a ON a.id = n.account_id
    WHERE n.kind <> 'cash' AND a.category = 'net_asset'
    UNION ALL
    SELECT m.period_id, m.account_id, m.credit_minor - m.debit_minor
    FROM movement m JOIN account a ON a.id = m.account_id
    WHERE a.category = 'net_asset' AND m.period_id % 100 <> 0
) s
GROUP BY s.period_id, s.account_id HAVING SUM(s.net) <> 0
"""

CHECKS: tuple[Check, ...] = (
    Check("statement_movements_agree", "What statements read equals the posted lines", _AGREE),
    Check("cash_flow_is_change_of_cash", "Cash flow by item equals the change of cash", _CASH),
    Check("net_asset_changes_told", "Every change of net assets has its reason", _NET_ASSETS),
)

"""What the acts on shared costs have in common: finding, refusing, months, notes in the trail."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.books.reading import span_of
from foundation.shared_costs.models import CostKey, CostRun, Function, reference
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.periods import text_of

# 189号 names no element for these two functions but themselves.
_OWN_ELEMENTS = {Function.OTHER: "other_activity", Function.FUNDRAISING: "fundraising"}


class UnknownKey(NotFound):
    """No key has this code, or none that is approved for the months."""

    code = "unknown_cost_key"
    message = "没有适用的共同费用分配办法“{key}”"


class UnknownRun(NotFound):
    """No run has this number."""

    code = "unknown_cost_run"
    message = "没有共同费用分配“{run}”"


class WrongKeyStep(Conflict):
    """The key is not at the step that this act follows."""

    code = "wrong_cost_key_step"
    message = "分配办法 {key} 第 {version} 版当前不能{act}"


@dataclass(frozen=True, slots=True)
class Months:
    """Whole months of one year, both ends included."""

    first: int
    last: int

    @property
    def first_day(self) -> date:
        """The day from which a key must be in force."""
        return date(self.first // 100, self.first % 100, 1)

    @property
    def last_day(self) -> date:
        """The day of the voucher."""
        year, month = divmod(self.last, 100)
        return date(year, month, monthrange(year, month)[1])

    @property
    def keys(self) -> range:
        """The keys of the periods."""
        return range(self.first, self.last + 1)

    @property
    def text(self) -> str:
        """The months as people write them."""
        first, last = self.first % 100, self.last % 100
        if (first, last) == (1, 12):
            return f"{self.first // 100}"
        if first % 3 == 1 and last == first + 2:
            return f"{self.first // 100}-Q{last // 3}"
        whole = text_of(self.first)
        return whole if self.first == self.last else f"{whole}..{text_of(self.last)}"


def read_months(text: str) -> Months:
    """Read `2026-03`, `2026-Q1` or `2026`. Raises InvalidInput."""
    first, last = span_of(text)
    first = max(first, first // 100 * 100 + 1)
    if first > last:
        raise InvalidInput(field="会计期间", reason="应写作 2026-03、2026-Q1 或 2026")
    return Months(first, last)


def elements_of(key: CostKey) -> dict[Function, str]:
    """Return the cost element that each function counts as."""
    return {
        Function.CHARITABLE: key.charitable_element,
        Function.MANAGEMENT: key.management_element,
        **_OWN_ELEMENTS,
    }


def get_key(session: Session, code: str, version: int) -> CostKey:
    """Return one version of a key, locked. Raises UnknownKey."""
    found = session.execute(
        select(CostKey).where(CostKey.code == code, CostKey.version == version).with_for_update()
    ).scalar_one_or_none()
    if found is None:
        raise UnknownKey(key=f"{code} v{version}")
    return found


def get_run(session: Session, named: str) -> CostRun:
    """Return a run by its number, `FT2026-000003` or `3`. Raises UnknownRun."""
    digits = named.strip().upper().removeprefix("FT").rpartition("-")[2]
    is_number = digits.isascii() and digits.isdigit() and len(digits) < 19
    found = session.get(CostRun, int(digits)) if is_number else None
    if found is None or named.strip().upper() not in (
        str(found.id),
        reference(found.id, found.last_period_id),
    ):
        raise UnknownRun(run=named)
    return found


def note(
    session: Session,
    action: str,
    subject: str,
    *,
    actor: str,
    clock: Clock,
    reason: str | None = None,
    **detail: object,
) -> None:
    """Write what was done into the trail."""
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=f"shared_costs.{action}",
        subject=subject,
        reason=reason,
        detail=detail,
    )

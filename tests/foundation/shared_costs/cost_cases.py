"""Books with costs that several funds share, and keys that allocate them."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from sqlalchemy import Engine

from foundation import database
from foundation.shared_costs import keys, runs, sheets, steps
from foundation.shared_costs.keys import KeyInput, ShareInput
from foundation.shared_costs.models import Basis, CostRun, Function
from foundation.shared_costs.sheets import SheetRow
from ledger.vouchers import VoucherDraft
from tests import factories
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER, cr, dr

RENT = "530101"
JANUARY = 202601
CHARITABLE, MANAGEMENT = Function.CHARITABLE, Function.MANAGEMENT
THIRDS = (
    ShareInput(CHARITABLE, "SCHOL", Fraction(1, 3)),
    ShareInput(CHARITABLE, "GEN", Fraction(1, 3)),
    ShareInput(MANAGEMENT, "GEN", Fraction(1, 3)),
)


def build(engine: Engine) -> None:
    """Gifts to two funds, and 1000.00 of rent that the general fund paid in January."""
    factories.install_books(engine)
    factories.post_gift(engine)
    factories.post_gift(engine, fund="GEN")
    rent(engine)


def rent(engine: Engine, minor: int = 1_000_00, *, day: date = date(2026, 1, 10)) -> int:
    """Post rent of the general fund."""
    return factories.book(engine, rent_draft(engine, minor, day))[0]


def rent_draft(engine: Engine, minor: int, day: date) -> VoucherDraft:
    """Rent of the general fund as a draft."""
    return factories.voucher(
        engine, dr(RENT, "GEN", minor), cr(BANK, "GEN", minor), on=day, summary="付房租"
    )


def entry(
    code: str = "RENT",
    *,
    basis: Basis = Basis.FIXED,
    shares: Sequence[ShareInput] = THIRDS,
    valid_from: date = date(2026, 1, 1),
    fund: str = "GEN",
    accounts: Sequence[str] = (RENT,),
    elements: Sequence[str] = (),
    charitable: str = "premises_material",
) -> KeyInput:
    """What a key says."""
    return KeyInput(
        code=code,
        name="房租",
        basis=basis,
        fund=fund,
        charitable_element=charitable,
        management_element="office",
        valid_from=valid_from,
        paper="理事会纪要 2026-1",
        accounts=accounts,
        elements=elements,
        shares=shares,
    )


def draft_key(engine: Engine, said: KeyInput) -> int:
    """Write a key as a draft and return its version."""
    with database.transaction(engine) as session:
        return keys.save_key(session, said, actor=PREPARER, clock=CLOCK).version


def approve(engine: Engine, said: KeyInput) -> int:
    """Write a key and let the second person approve it."""
    version = draft_key(engine, said)
    with database.transaction(engine) as session:
        keys.approve(session, said.code, version, actor=REVIEWER, clock=CLOCK)
    return version


def allocate(engine: Engine, code: str = "RENT", period: str = "2026-01") -> CostRun:
    """Run a key; its voucher waits for review."""
    months = steps.read_months(period)
    with database.transaction(engine) as session:
        return runs.run(session, code, months, held_in=BANK, actor=PREPARER, clock=CLOCK)


def work(engine: Engine, *rows: tuple[str, Function, str, int], period: int = JANUARY) -> None:
    """Write the time sheet of a month."""
    with database.transaction(engine) as session:
        given = [SheetRow(*row) for row in rows]
        sheets.save_sheet(session, period, given, actor=PREPARER, clock=CLOCK)

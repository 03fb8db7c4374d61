"""Printers for the paper form: how far each prints beside the place (套打偏移)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.receipting.models import BillPrinter
from ledger import trail
from ledger.clock import Clock
from ledger.errors import InvalidInput, NotFound
from receipts.checks import check_text
from receipts.forms.loading import get_form
from receipts.overprint import Offset

# Three centimetres: more is not a printer that is off, but a wrong form.
FURTHEST = 300


class UnknownPrinter(NotFound):
    """No printer has this key."""

    code = "unknown_printer"
    message = "找不到打印机 {printer}"


def list_printers(session: Session) -> list[BillPrinter]:
    """Return the printers by name."""
    query = select(BillPrinter).order_by(BillPrinter.name, BillPrinter.form)
    return list(session.execute(query).scalars())


def get_printer(session: Session, printer_id: int) -> BillPrinter:
    """Return a printer. Raises UnknownPrinter."""
    found = session.get(BillPrinter, printer_id)
    if found is None:
        raise UnknownPrinter(printer=printer_id)
    return found


def offset_of(printer: BillPrinter) -> Offset:
    """Return how far a printer has to be corrected."""
    return Offset(printer.right_tenths, printer.down_tenths)


def set_printer(
    session: Session, name: str, form: str, offset: Offset, *, actor: str, clock: Clock
) -> int:
    """Enter a printer, or set the offsets of one that is known; return its key.

    Raises InvalidInput, NotFound for an unknown form.
    """
    check_text("打印机名称", name, most=60)
    get_form(form)
    for tenths in (offset.right, offset.down):
        if not -FURTHEST <= tenths <= FURTHEST:
            raise InvalidInput(field="偏移", reason="最多 30 毫米")
    query = select(BillPrinter).where(BillPrinter.name == name, BillPrinter.form == form)
    stored = session.execute(query).scalar_one_or_none() or BillPrinter(name=name, form=form)
    stored.right_tenths, stored.down_tenths = offset.right, offset.down
    stored.changed_by, stored.changed_at = actor, clock.now()
    session.add(stored)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="printer.set",
        subject=f"printer:{stored.id}",
        detail={"name": name, "form": form, "right": offset.right, "down": offset.down},
    )
    return stored.id

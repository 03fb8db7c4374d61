"""Books with one voucher of every kind and state, to try raw SQL on."""

from datetime import date

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from foundation import database
from ledger import accounts, funds, posting
from ledger.vouchers import Voucher, VoucherDraft
from tests import factories
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER

NOVEMBER, DECEMBER = date(2025, 11, 10), date(2025, 12, 10)
JANUARY, FEBRUARY = date(2026, 1, 15), date(2026, 2, 10)


def build(engine: Engine) -> None:
    """Post, close and prepare; what is named is found again by its summary."""
    factories.install_books(engine)
    factories.book(
        engine,
        factories.opening_voucher(engine),
        _named(engine, "november", NOVEMBER),
        _named(engine, "december", DECEMBER),
    )
    factories.close_periods(engine, 202511, 202512)
    factories.convert_year(engine)
    names = ("posted", "second", "reversed", "wrong")
    keys = dict(
        zip(
            names,
            factories.book(engine, *(_named(engine, name, JANUARY) for name in names)),
            strict=True,
        )
    )
    factories.book(engine, _named(engine, "february", FEBRUARY))
    factories.post_reversal(engine, keys["reversed"], on=JANUARY)
    with database.transaction(engine) as session:
        posting.reverse(
            session,
            keys["wrong"],
            booked_on=FEBRUARY,
            reason="重复入账",
            actor=PREPARER,
            clock=CLOCK,
        )
    factories.prepare(engine, _named(engine, "draft", JANUARY), complete=False)
    factories.prepare(engine, _named(engine, "submitted", JANUARY))
    reviewed, discarded = factories.prepare(
        engine, *(_named(engine, name, JANUARY) for name in ("reviewed", "discarded"))
    )
    with database.transaction(engine) as session:
        posting.review(session, [reviewed], actor=REVIEWER, clock=CLOCK).require()
        posting.discard(session, [discarded], reason="作废", actor=PREPARER, clock=CLOCK)
        _take_out_of_use(session, engine)


def _take_out_of_use(session: Session, engine: Engine) -> None:
    """Close an account and a fund, so that a line can be pointed at them."""
    accounts.close_account(
        session,
        factories.account_id(engine, "1122"),
        closed_on=JANUARY,
        reason="不再使用",
        actor=PREPARER,
        clock=CLOCK,
    )
    funds.close_fund(
        session, "ENDOW", closed_on=JANUARY, reason="停用", actor=PREPARER, clock=CLOCK
    )


def _named(engine: Engine, name: str, on: date) -> VoucherDraft:
    rows = (factories.dr(BANK, "SCHOL", 100_00), factories.cr("410102", "SCHOL", 100_00))
    return factories.voucher(engine, *rows, on=on, summary=name)


def names(engine: Engine) -> dict[str, object]:
    """Return what raw SQL may refer to: keys of vouchers by summary, accounts and funds."""
    with database.reading(engine) as session:
        found: dict[str, object] = {
            row.summary: row.id
            for row in session.execute(
                select(Voucher.id, Voucher.summary, Voucher.kind).order_by(Voucher.id)
            )
        }
        reds = session.execute(
            select(Voucher.id, Voucher.state)
            .where(Voucher.reverses_id.is_not(None))
            .order_by(Voucher.id)
        ).all()
    (red, _), (red_submitted, _) = reds
    known = factories.known(engine)
    return {
        **found,
        "opening": found["期初余额"],
        "red": red,
        "red_submitted": red_submitted,
        "bank": known.account("2024", BANK).id,
        "bank_heading": known.account("2024", "1002").id,
        "old_bank": known.account("2004", BANK).id,
        "closed_account": known.account("2024", "1122").id,
        "schol": known.fund("SCHOL").id,
        "gen": known.fund("GEN").id,
        "endow": known.fund("ENDOW").id,
        "now": "2026-11-22 02:00:00.000000",
        "digest": "0" * 64,
    }

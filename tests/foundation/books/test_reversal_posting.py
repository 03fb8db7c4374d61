"""A red voucher is posted after the voucher it undoes, also when both wait for posting."""

from datetime import date

import pytest
from sqlalchemy import Engine

from foundation import database
from ledger import posting
from ledger.clock import FixedClock
from ledger.vouchers import Line, Side, VoucherDraft, VoucherKind, VoucherState
from tests import factories


def _pair(engine: Engine, *, attachments: int = 1, red_on: date) -> tuple[int, int]:
    """Prepare a voucher and its red copy in one import: neither is posted yet."""
    original = factories.gift_voucher(engine, attachments=attachments, on=date(2026, 1, 15))
    (first,) = factories.prepare(engine, original)
    red = VoucherDraft(
        booked_on=red_on,
        summary="注销凭证",
        lines=tuple(
            Line(row.account_id, row.fund_id, Side(row.side), -row.amount_minor)
            for row in factories.lines(engine, first)
        ),
        kind=VoucherKind.REVERSAL,
        reverses_id=first,
        reason="误记",
    )
    (second,) = factories.prepare(engine, red)
    return first, second


@pytest.mark.parametrize("red_on", [date(2026, 1, 15), date(2026, 1, 20), date(2026, 2, 3)])
def test_original_and_reversal_are_posted_in_one_set(books: Engine, red_on: date) -> None:
    first, second = _pair(books, red_on=red_on)
    outcome = factories.post(books, [second, first])
    assert outcome.excluded == ()
    assert factories.head(books, second).state is VoucherState.POSTED
    assert factories.findings(books) == []


def test_reversal_of_an_unposted_voucher_is_left_out(books: Engine) -> None:
    _, second = _pair(books, red_on=date(2026, 1, 20))
    outcome = factories.post(books, [second])
    assert [item.voucher_id for item in outcome.excluded] == [second]
    assert outcome.done == ()


def test_reversal_waits_when_its_original_cannot_be_posted(books: Engine) -> None:
    """The original has no source document; the set goes on without both."""
    first, second = _pair(books, attachments=0, red_on=date(2026, 1, 20))
    other = factories.prepare(books, factories.gift_voucher(books, minor=500))[0]
    outcome = factories.post(books, [first, second, other])
    assert outcome.done == (other,)
    assert {item.voucher_id for item in outcome.excluded} == {first, second}


def test_reversal_in_a_later_chunk_finds_its_original(
    books: Engine, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "_CHUNK", 1)
    first, second = _pair(books, red_on=date(2026, 1, 15))
    with database.transaction(books) as session:
        outcome = posting.post(
            session, [first, second], actor="reviewer", clock=clock, reviewing=True
        )
    assert set(outcome.done) == {first, second}

"""What the tests stand on: no network, and databases of their own."""

import socket

import pytest
from sqlalchemy import Engine, select

from foundation import database
from ledger.clock import FixedClock
from ledger.funds import list_funds
from ledger.trail import TrailHead
from tests import factories


def test_no_test_leaves_the_machine() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as outside,
        pytest.raises(AssertionError, match="tried to reach"),
    ):
        outside.connect(("192.0.2.1", 9))
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", 1), timeout=1):
        pass


@pytest.mark.parametrize("attempt", [1, 2])
def test_every_test_gets_books_of_its_own(books: Engine, attempt: int) -> None:
    with database.reading(books) as session:
        head = session.execute(select(TrailHead.sequence)).scalar_one()
        assert [fund.code for fund in list_funds(session)] == ["ENDOW", "GEN", "LAB", "SCHOL"]
    factories.post_gift(books, minor=attempt)
    with database.reading(books) as session:
        assert session.execute(select(TrailHead.sequence)).scalar_one() == head + 2


def test_books_know_both_bank_accounts_in_both_charts(books: Engine, clock: FixedClock) -> None:
    known = factories.known(books)
    for chart in ("2004", "2024"):
        assert known.account(chart, "100201").full_name.endswith("—基本户")
        assert "agency" in known.account(chart, "100202").flags
    assert clock.today().isoformat() == "2026-11-22"

"""What matures stands in the calendar until it is redeemed; what is major is to be published."""

from dataclasses import replace
from datetime import date

from sqlalchemy import Engine

from foundation import database
from foundation.assets import events, investment_moves, investments, rules
from foundation.duties import service as duties
from foundation.duties.calendar import DutyState
from tests import factories
from tests.factories import BANK
from tests.foundation.assets.asset_books import DAY, LATER, do
from tests.foundation.assets.test_investments import PRODUCT

TODAY = date(2026, 7, 10)


def told(engine: Engine) -> set[tuple[str, str]]:
    with database.reading(engine) as session:
        return {(one.duty, one.occurrence) for one in events.events(session, today=TODAY)}


def test_maturity_is_due_until_everything_came_back(books: Engine) -> None:
    factories.post_gift(books, minor=1_000_000_00, fund="GEN", on=DAY)
    do(books, investments.register, PRODUCT)
    assert told(books) == {("investment_matures", "TZ-01")}
    with database.reading(books) as session:
        items = duties.list_items(session, year=2026, today=TODAY)
    (item,) = (one for one in items if one.duty.id == "investment_matures")
    assert (item.due_on, item.state) == (date(2026, 7, 20), DutyState.DUE_SOON)
    back = {"on": LATER, "account": BANK, "evidence": "回单", "proceeds_minor": 100_000_00}
    do(books, investment_moves.redeem, "TZ-01", cost_minor=100_000_00, **back)
    assert told(books) == {("investment_matures", "TZ-01")}
    do(books, investment_moves.redeem, "TZ-01", **back)
    assert told(books) == set()


def test_major_investment_is_to_be_published(books: Engine) -> None:
    factories.post_gift(books, minor=1_000_000_00, fund="GEN", on=DAY)
    do(books, rules.enter_level, from_on=DAY, from_minor=100_000_00, source="章程第三十条")
    do(books, investments.register, PRODUCT)
    small = replace(PRODUCT, number="TZ-02", cost_minor=99_999_99, resolution=None)
    do(books, investments.register, small)
    assert ("major_transaction", "investment:TZ-01") in told(books)
    assert ("major_transaction", "investment:TZ-02") not in told(books)

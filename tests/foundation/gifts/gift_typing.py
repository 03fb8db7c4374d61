"""What people type into the form of a gift, and what came of it."""

from sqlalchemy import Engine, select

from foundation import database
from foundation.gifts.models import Gift
from tests.factories import BANK
from tests.serving import Browser


def typed(**changes: str) -> dict[str, str]:
    """What a person typed; the donor is the one that `known` recorded."""
    values = {
        "kind": "cash",
        "donor": "林晓舟",
        "received_on": "2026-01-15",
        "amount": "12万",
        "account": BANK,
        "method": "bank",
        "fund-0": "SCHOL",
        "part-0": "",
        "attachments": "1",
        "then": "show",
    }
    return values | changes


def enter(browser: Browser, **changes: str) -> str:
    """Record a gift and return its reference."""
    answer = browser.post("/gifts/new", typed(**changes))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).rpartition("/")[2]


def gifts(engine: Engine) -> list[Gift]:
    with database.reading(engine) as session:
        found = list(session.execute(select(Gift).order_by(Gift.id)).scalars())
        session.expunge_all()
        return found

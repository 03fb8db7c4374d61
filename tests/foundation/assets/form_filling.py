"""Filling in the forms of the registers as a person does: look at the voucher, then confirm."""

import re

from sqlalchemy import Engine, func, select
from werkzeug.test import TestResponse

from foundation import database
from ledger.vouchers import Voucher, label
from tests import factories
from tests.foundation.assets.asset_books import LATER
from tests.serving import Browser

SEAL = re.compile(r'name="seal" value="(\w+)"')


def confirmed(browser: Browser, path: str, fields: dict[str, str]) -> TestResponse:
    """Fill in a form, look at its voucher, and confirm it."""
    shown = browser.post(path, fields)
    seal = SEAL.search(shown.text)
    assert seal is not None, shown.text
    return browser.post(path, fields | {"seal": seal[1]})


def count(engine: Engine) -> int:
    """How many vouchers there are."""
    with database.reading(engine) as session:
        return session.execute(select(func.count()).select_from(Voucher)).scalar_one()


def latest(engine: Engine) -> int:
    """The key of the last voucher."""
    with database.reading(engine) as session:
        return int(session.execute(select(func.max(Voucher.id))).scalar_one())


def posted(engine: Engine, taking: str, giving: str, minor: int) -> str:
    """Post a voucher apart from the registers and return its number."""
    rows = (factories.dr(taking, "GEN", minor), factories.cr(giving, "GEN", minor))
    (key,) = factories.book(engine, factories.voucher(engine, *rows, on=LATER, summary="手工"))
    with database.reading(engine) as session:
        found = session.get_one(Voucher, key)
        return label(found.period_id, found.word, found.number)

"""Fill books with many posted lines, through the service: draft, post, close month by month."""

import random
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from benchmarks import places
from foundation import database
from ledger import catalogue, closing, conversion, dimensions, drafting, posting
from ledger.catalogue import Catalogue
from ledger.clock import Clock
from ledger.dimensions import DimensionKind
from ledger.periods import months
from ledger.vouchers import VoucherDraft, credit, debit

FUNDS = 200
_CHUNK = 2000
_INCOME = ("donation_income", "donation_income", "donation_income", "grant_income", "other_income")
_COST = ("programme_expense", "management_expense", "fundraising_expense")
_ASSET = ("other_receivable", "short_term_investment", "inventory", "prepayment")
_ITEMS = ("接受捐赠收到的现金", "提供捐赠或者资助支付的现金", "支付的其他与业务活动有关的现金")
# What was filled in this run, by base and size: measurements that only read share it.
_FILLED: dict[tuple[str, int], str] = {}


def filled(base: str, where: Path, line_count: int) -> Engine:
    """Return an engine on books that another measurement of this run may have filled."""
    key = (base, line_count)
    if key not in _FILLED:
        engine = fill(base, where, line_count)
        _FILLED[key] = engine.url.render_as_string(hide_password=False)
        engine.dispose()
    return database.create(_FILLED[key])


def fill(base: str, where: Path, line_count: int, *, month_count: int = 60) -> Engine:
    """Return an engine on books with `line_count` lines; all months but the last are closed."""
    place = places.fresh(base, f"lines{line_count}", where)
    engine = database.create(place.url)
    today = Clock().today()
    ordinal = today.year * 12 + today.month - month_count
    first = ordinal // 12 * 100 + ordinal % 12 + 1
    last = today.year * 100 + today.month
    places.install(engine, first=first, last=last, fund_count=FUNDS)
    with database.transaction(engine) as session:
        names = {name: name for name in _ITEMS}
        dimensions.ensure(session, DimensionKind.CASH_FLOW_ITEM, names)
    chance = random.Random(11)
    keys = list(months(first, last))
    for key in keys:
        if key % 100 == 1 and key != first:
            _convert(engine, key // 100)
        _month(engine, key, line_count // len(keys) // 2, chance)
        if key != last:
            with database.transaction(engine) as session:
                closing.close(session, key, actor=places.REVIEWER, clock=Clock())
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return engine


def _convert(engine: Engine, year: int) -> None:
    """Carry the balances over where the year has another chart than the one before."""
    with database.transaction(engine) as session:
        periods = catalogue.load(session).periods
        if periods[year * 100].chart == periods[(year - 1) * 100 + 12].chart:
            return
        made = conversion.convert(session, year, actor=places.ACTOR, clock=Clock())
        posting.post(
            session, [made], actor=places.REVIEWER, clock=Clock(), reviewing=True
        ).require()


def _month(engine: Engine, key: int, count: int, chance: random.Random) -> None:
    clock = Clock()
    for start in range(0, count, _CHUNK):
        with database.transaction(engine) as session:
            known = catalogue.load(session)
            drafts = [_voucher(known, key, chance) for _ in range(min(_CHUNK, count - start))]
            made = drafting.draft(session, drafts, actor=places.ACTOR, clock=clock)
            posting.post(
                session, made, actor=places.REVIEWER, clock=clock, reviewing=True
            ).require()


def _voucher(known: Catalogue, key: int, chance: random.Random) -> VoucherDraft:
    """A gift, a grant, spending or a move between assets, of one of the funds."""
    chart = known.period(key).chart
    number = min(int(chance.expovariate(0.02)) + 1, FUNDS)
    fund = known.fund(f"F{number:03d}")
    restriction = "restricted" if number % 2 == 0 else "unrestricted"
    bank = known.account(chart, "100201").id
    kind = chance.random()
    # One cash line in twenty names no item, as people forget it.
    items = [known.cash_flow_items[name] for name in _ITEMS]
    item = None if chance.random() < 0.05 else items[0 if kind < 0.7 else 1 if kind < 0.9 else 2]
    if kind < 0.7:
        other = known.tagged(chart, chance.choice(_INCOME), restriction).id
        lines = (debit(bank, fund.id, chance.randrange(10**5, 10**7), cash_flow_item_id=item),)
    elif kind < 0.9 and number % 2:
        # Only unrestricted funds spend: a restricted one must not be overspent on the way.
        other = known.tagged(chart, chance.choice(_COST), restriction).id
        lines = (credit(bank, fund.id, chance.randrange(1, 100), cash_flow_item_id=item),)
    else:
        other = known.tagged(chart, chance.choice(_ASSET)).id
        lines = (credit(bank, fund.id, chance.randrange(1, 10**5), cash_flow_item_id=item),)
    amount = lines[0].amount_minor
    opposite = credit(other, fund.id, amount) if amount > 0 else debit(other, fund.id, -amount)
    return VoucherDraft(
        booked_on=date(key // 100, key % 100, chance.randrange(1, 20)),
        summary="测速凭证",
        lines=(*lines, opposite) if amount > 0 else (opposite, *lines),
        attachment_count=1,
        rule="benchmark",
    )

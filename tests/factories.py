"""What tests arrange: plain functions that call our services, never the tables.

Every function takes an engine and does its work in a transaction of its own, so that what a test
finds is what was committed. Amounts are in fen; accounts and funds are named by code, and the
chart follows from the date.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Engine, Row, select

from foundation import database
from foundation.organisation.models import Organisation
from ledger import (
    accounts,
    catalogue,
    closing,
    conversion,
    drafting,
    funds,
    integrity,
    periods,
    policy,
    posting,
)
from ledger.catalogue import Catalogue
from ledger.charts import loading
from ledger.clock import Clock, FixedClock
from ledger.funds import Restriction
from ledger.integrity import Finding
from ledger.policy import Policy
from ledger.posting import Outcome
from ledger.vouchers import (
    DEFAULT_WORD,
    Line,
    Side,
    Voucher,
    VoucherDraft,
    VoucherKind,
    VoucherLine,
)

CLOCK = FixedClock()
ADMINISTRATOR, PREPARER, REVIEWER, DIRECTOR = "admin", "accountant", "reviewer", "director"
CHARTS = ("2004", "2024")
FIRST_PERIOD, LAST_PERIOD = 202511, 202603
FUNDS = (
    ("GEN", "非限定基金", Restriction.NONE),
    ("SCHOL", "奖学金", Restriction.PURPOSE),
    ("LAB", "实验室建设基金", Restriction.TIME),
    ("ENDOW", "永久留本基金", Restriction.PERMANENT),
)
BANK, AGENCY_BANK = "100201", "100202"
GIFT_DAY = date(2026, 1, 15)
SPENDING_DAY = date(2026, 1, 20)


@dataclass(frozen=True, slots=True)
class Entered:
    """A line by codes; `minor` is what is printed on its side."""

    side: Side
    account: str
    fund: str
    minor: int
    dimensions: dict[str, int | str | None] = field(default_factory=dict)


def dr(account: str, fund: str, minor: int, **dimensions: int | str | None) -> Entered:
    """A debit line."""
    return Entered(Side.DEBIT, account, fund, minor, dimensions)


def cr(account: str, fund: str, minor: int, **dimensions: int | str | None) -> Entered:
    """A credit line."""
    return Entered(Side.CREDIT, account, fund, minor, dimensions)


def install_books(engine: Engine) -> None:
    """Install both charts, two bank accounts in each, four funds and five open months."""
    with database.transaction(engine) as session:
        policy.install(session, Policy(), actor=ADMINISTRATOR, clock=CLOCK)
        for chart in CHARTS:
            accounts.install_chart(session, chart, actor=ADMINISTRATOR, clock=CLOCK)
            for code, name, flags in ((BANK, "基本户", ""), (AGENCY_BANK, "受托代理户", "agency")):
                accounts.open_account(
                    session,
                    chart=chart,
                    code=code,
                    name=name,
                    flags=flags,
                    actor=PREPARER,
                    clock=CLOCK,
                )
        for code, name, restriction in FUNDS:
            funds.open_fund(
                session,
                code=code,
                name=name,
                restriction=restriction,
                actor=PREPARER,
                clock=CLOCK,
            )
        periods.open_through(session, FIRST_PERIOD, LAST_PERIOD, actor=PREPARER, clock=CLOCK)


def install_organisation(engine: Engine) -> None:
    """Say whose books these are, as commands ask for it."""
    with database.transaction(engine) as session:
        session.add(
            Organisation(
                id=1,
                name="测试大学教育发展基金会",
                name_en="Test University Foundation",
                credit_code="53420000MJ000000X2",
                time_zone="Asia/Shanghai",
                is_demo=True,
                created_at=CLOCK.now(),
            )
        )


def known(engine: Engine) -> Catalogue:
    """Return the catalogue as it is committed."""
    with database.reading(engine) as session:
        return catalogue.load(session)


def change_policy(engine: Engine, changed: Policy) -> None:
    """Replace the policies."""
    with database.transaction(engine) as session:
        policy.change(session, changed, reason="理事会决议", actor=ADMINISTRATOR, clock=CLOCK)


def open_account(engine: Engine, code: str, *, chart: str = "2024", name: str = "明细") -> int:
    """Open a detail account and return its key."""
    with database.transaction(engine) as session:
        return accounts.open_account(
            session, chart=chart, code=code, name=name, actor=PREPARER, clock=CLOCK
        ).id


def account_id(engine: Engine, code: str, *, chart: str = "2024") -> int:
    """Return the key of an account."""
    return known(engine).account(chart, code).id


def fund_id(engine: Engine, code: str) -> int:
    """Return the key of a fund."""
    return known(engine).fund(code).id


def voucher(
    engine: Engine,
    *rows: Entered,
    on: date,
    summary: str = "测试凭证",
    attachments: int = 1,
    kind: VoucherKind = VoucherKind.ORDINARY,
    word: str = DEFAULT_WORD,
    before_year: bool = False,
    chart: str | None = None,
) -> VoucherDraft:
    """Make a draft of any shape, in the chart in force on its date unless another is named."""
    names = known(engine)
    version = loading.chart_for(on).version if chart is None else chart
    return VoucherDraft(
        booked_on=on,
        summary=summary,
        lines=tuple(_line(names, version, row) for row in rows),
        kind=kind,
        word=word,
        attachment_count=attachments,
        before_year=before_year,
    )


def _line(names: Catalogue, chart: str, row: Entered) -> Line:
    dimensions: dict[str, object] = dict(row.dimensions)
    return Line(
        names.account(chart, row.account).id,
        names.fund(row.fund).id,
        row.side,
        row.minor * int(row.side),
        **dimensions,  # type: ignore[arg-type]
    )


def gift_voucher(
    engine: Engine,
    *,
    minor: int = 100_000_00,
    fund: str = "SCHOL",
    on: date = GIFT_DAY,
    account: str = BANK,
    attachments: int = 1,
    donor_id: int | None = None,
) -> VoucherDraft:
    """Make the draft of money received; it is restricted unless the fund is GEN."""
    income = "410101" if fund == "GEN" else "410102"
    return voucher(
        engine,
        dr(account, fund, minor),
        cr(income, fund, minor, donor_id=donor_id),
        on=on,
        summary="收到捐赠款",
        attachments=attachments,
    )


def spending_voucher(
    engine: Engine,
    *,
    minor: int = 10_000_00,
    fund: str = "SCHOL",
    on: date = SPENDING_DAY,
    account: str = BANK,
) -> VoucherDraft:
    """Make the draft of money spent on the purpose of a fund."""
    if loading.chart_for(on).version == "2004":
        expense = "5101"
    else:
        expense = "510101" if fund == "GEN" else "510102"
    return voucher(
        engine,
        dr(expense, fund, minor),
        cr(account, fund, minor),
        on=on,
        summary="支付公益项目款",
    )


def opening_voucher(engine: Engine, *, minor: int = 1_000_000_00, year: int = 2025) -> VoucherDraft:
    """Make the opening balances of a year: money that the general fund and LAB hold."""
    return voucher(
        engine,
        dr(BANK, "GEN", minor),
        cr("3101", "GEN", minor),
        dr(BANK, "LAB", minor),
        cr("3102", "LAB", minor),
        on=date(year, 1, 1),
        summary="期初余额",
        attachments=0,
        kind=VoucherKind.OPENING,
        before_year=True,
    )


def head(engine: Engine, key: int) -> Row[Any]:
    """Return a voucher as it is stored."""
    with database.reading(engine) as session:
        return session.execute(select(Voucher.__table__).where(Voucher.id == key)).one()


def lines(engine: Engine, key: int) -> list[Row[Any]]:
    """Return the lines of a voucher as they are stored."""
    table = VoucherLine.__table__
    query = select(table).where(VoucherLine.voucher_id == key).order_by(VoucherLine.line_no)
    with database.reading(engine) as session:
        return list(session.execute(query))


def prepare(
    engine: Engine, *drafts: VoucherDraft, complete: bool = True, actor: str = PREPARER
) -> list[int]:
    """Write drafts, submitted unless told otherwise, and return their keys."""
    with database.transaction(engine) as session:
        return drafting.draft(session, drafts, actor=actor, clock=CLOCK, complete=complete)


def post(
    engine: Engine, keys: Sequence[int], *, actor: str = REVIEWER, clock: Clock = CLOCK
) -> Outcome:
    """Review and post submitted vouchers; what cannot be posted is left out with its reason."""
    with database.transaction(engine) as session:
        return posting.post(session, keys, actor=actor, clock=clock, reviewing=True)


def book(engine: Engine, *drafts: VoucherDraft) -> list[int]:
    """Prepare, review and post vouchers; nothing may be left out."""
    with database.transaction(engine) as session:
        keys = drafting.draft(session, drafts, actor=PREPARER, clock=CLOCK)
        posting.post(session, keys, actor=REVIEWER, clock=CLOCK, reviewing=True).require()
    return keys


def post_gift(
    engine: Engine, *, minor: int = 100_000_00, fund: str = "SCHOL", on: date = GIFT_DAY
) -> int:
    """Post money received and return the key of its voucher."""
    return book(engine, gift_voucher(engine, minor=minor, fund=fund, on=on))[0]


def post_spending(
    engine: Engine, *, minor: int = 10_000_00, fund: str = "SCHOL", on: date = SPENDING_DAY
) -> int:
    """Post money spent and return the key of its voucher."""
    return book(engine, spending_voucher(engine, minor=minor, fund=fund, on=on))[0]


def post_reversal(engine: Engine, voucher_id: int, *, on: date) -> int:
    """Post the red copy of a voucher and return its key."""
    with database.transaction(engine) as session:
        key = posting.reverse(
            session, voucher_id, booked_on=on, reason="重复入账", actor=PREPARER, clock=CLOCK
        )
        posting.post(session, [key], actor=REVIEWER, clock=CLOCK, reviewing=True).require()
    return key


def close_periods(
    engine: Engine, *keys: int, actor: str = REVIEWER, clock: Clock = CLOCK
) -> list[int]:
    """Close periods in the order given and return the keys of the closing vouchers."""
    generated = []
    with database.transaction(engine) as session:
        for key in keys:
            generated += closing.close(session, key, actor=actor, clock=clock)
    return generated


def reopen_period(engine: Engine, key: int) -> None:
    """Reopen the last closed period: one person asks, another approves."""
    with database.transaction(engine) as session:
        periods.request_reopening(session, key, reason="补记凭证", actor=REVIEWER, clock=CLOCK)
    with database.transaction(engine) as session:
        periods.approve_reopening(session, key, actor=DIRECTOR, clock=CLOCK)


def convert_year(engine: Engine, year: int = 2026) -> int:
    """Prepare and post the conversion to the chart of a year; return the key of its voucher."""
    with database.transaction(engine) as session:
        key = conversion.convert(session, year, actor=PREPARER, clock=CLOCK)
        posting.post(session, [key], actor=REVIEWER, clock=CLOCK, reviewing=True).require()
    return key


def findings(engine: Engine) -> list[Finding]:
    """Run the integrity suite."""
    with database.reading(engine) as session:
        return list(integrity.run(session))

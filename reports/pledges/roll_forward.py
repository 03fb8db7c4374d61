"""Roll-forward of pledges (捐赠承诺滚动表): opening, new, received, given up, closing.

What was received is what gifts paid in the period by their day of receipt, so the column ties to
the donation register; the closing of one period is the opening of the next.
"""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy.orm import Session

from reports.parameters import Parameters
from reports.pledges import standing
from reports.pledges.standing import CANCELLED, PAID, WRITTEN_OFF, Promise
from reports.tables import Column, Kind, Label, Link, Row, Table, to_pledge

ID = "pledge_roll_forward"
TITLE = Label("捐赠承诺滚动表", "Pledge roll-forward")
COLUMNS = (
    Column("reference", Label("承诺编号", "Pledge"), Kind.CODE, 13),
    Column("agreement", Label("协议编号", "Agreement"), Kind.CODE, 14),
    Column("donor", Label("捐赠人", "Donor"), width=22),
    Column("fund", Label("基金", "Fund"), Kind.CODE, 10),
    Column("opening", Label("期初未到账", "Opening"), Kind.MONEY, 15),
    Column("promised", Label("本期新增", "Promised"), Kind.MONEY, 15),
    Column("received", Label("本期到账", "Received"), Kind.MONEY, 15),
    Column("written_off", Label("本期核销", "Written off"), Kind.MONEY, 13),
    Column("cancelled", Label("本期取消", "Cancelled"), Kind.MONEY, 13),
    Column("closing", Label("期末未到账", "Closing"), Kind.MONEY, 15),
    Column("overdue_days", Label("逾期天数", "Days overdue"), Kind.INTEGER, 8),
)
NOTE = Label(
    "期末未到账 = 期初未到账 + 本期新增 - 本期到账 - 本期核销 - 本期取消。"
    "承诺不入账；改期不改变合计，不在此列示。",
    "Closing = opening + promised - received - written off - cancelled."
    " Pledges are not booked; a new schedule changes no total and is not shown.",
)
# The columns that hold money.
_FIRST, _LAST = 4, 10


def run(session: Session, parameters: Parameters) -> Table:
    """Return a row for each pledge that was open or moved in the period."""
    rows = tuple(_rows(parameters, standing.load(session, parameters)))
    keys = [column.key for column in COLUMNS[_FIRST:_LAST]]
    sums = [
        sum(cell for row in rows if isinstance(cell := row.cells[place], int))
        for place in range(_FIRST, _LAST)
    ]
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=rows,
        heading=parameters.heading,
        totals=dict(zip(keys, sums, strict=True)),
        subtitle=parameters.subtitle,
        notes=(NOTE,),
        is_list=True,
    )


def _rows(parameters: Parameters, promises: list[Promise]) -> Iterator[Row]:
    first, last = parameters.period.first_day, parameters.period.last_day
    for promise in promises:
        opening = promise.open_on(first - timedelta(days=1))
        promised = promise.amount_minor if first <= promise.made_on <= last else 0
        received, written_off, cancelled = (
            promise.moved(kind, first, last) for kind in (PAID, WRITTEN_OFF, CANCELLED)
        )
        if not any((opening, promised, received, written_off, cancelled)):
            continue
        links: list[Link | None] = [None] * len(COLUMNS)
        links[0] = links[9] = to_pledge(promise.reference)
        yield Row(
            (
                promise.reference,
                promise.agreement or None,
                promise.donor_name,
                parameters.known.funds[promise.fund_id].code,
                opening,
                promised,
                received,
                written_off,
                cancelled,
                promise.open_on(last),
                promise.overdue_on(last)[1],
            ),
            tuple(links),
        )

"""The register of pledges (捐赠承诺台账): every promise and how it stood at the end of a period."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from foundation.pledges.models import PledgeEvidence
from reports.parameters import Parameters
from reports.pledges import standing
from reports.pledges.standing import CANCELLED, PAID, WRITTEN_OFF, Promise
from reports.tables import Column, Kind, Label, Link, Row, Table, Term, to_pledge

ID = "pledge_register"
TITLE = Label("捐赠承诺台账", "Pledge register")
NOTE = Label(
    "捐赠承诺不入账，在附注中披露；承诺金额 = 已到账 + 已核销 + 已取消 + 期末未到账。",
    "Pledges are not booked, the notes disclose them;"
    " promised = received + written off + cancelled + open.",
)
COLUMNS = (
    Column("reference", Label("承诺编号", "Pledge"), Kind.CODE, 13),
    Column("made_on", Label("承诺日期", "Made on"), Kind.DATE, 11),
    Column("donor", Label("捐赠人", "Donor"), width=22),
    Column("credit_code", Label("统一社会信用代码", "Credit code"), Kind.CODE, 19),
    Column("agreement", Label("协议编号", "Agreement"), Kind.CODE, 14),
    Column("evidence", Label("凭据", "Evidence"), width=8),
    Column("fund", Label("基金", "Fund"), Kind.CODE, 10),
    Column("amount", Label("承诺金额", "Promised"), Kind.MONEY, 15),
    Column("received", Label("已到账", "Received"), Kind.MONEY, 15),
    Column("written_off", Label("已核销", "Written off"), Kind.MONEY, 13),
    Column("cancelled", Label("已取消", "Cancelled"), Kind.MONEY, 13),
    Column("open", Label("期末未到账", "Open"), Kind.MONEY, 15),
    Column("overdue", Label("其中逾期", "Overdue"), Kind.MONEY, 14),
    Column("overdue_days", Label("逾期天数", "Days overdue"), Kind.INTEGER, 8),
    Column("next_due_on", Label("下次到期", "Next due"), Kind.DATE, 11),
)
EVIDENCE = {
    PledgeEvidence.AGREEMENT: Label("协议", "Agreement"),
    PledgeEvidence.LETTER: Label("承诺书", "Letter"),
    PledgeEvidence.ORAL: Label("口头", "Spoken"),
}
MONEY = ("amount", "received", "written_off", "cancelled", "open", "overdue")


def run(session: Session, parameters: Parameters) -> Table:
    """Return the register: a row for each pledge made up to the end of the period."""
    rows = tuple(_rows(parameters, standing.load(session, parameters)))
    places = {column.key: place for place, column in enumerate(COLUMNS)}
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=rows,
        heading=parameters.heading,
        totals={key: sum(_minor(row, places[key]) for row in rows) for key in MONEY},
        subtitle=parameters.subtitle,
        notes=(NOTE,),
        is_list=True,
    )


def _minor(row: Row, place: int) -> int:
    value = row.cells[place]
    return value if isinstance(value, int) else 0


def _rows(parameters: Parameters, promises: list[Promise]) -> Iterator[Row]:
    day = parameters.period.last_day
    for promise in promises:
        overdue, days = promise.overdue_on(day)
        links: list[Link | None] = [None] * len(COLUMNS)
        links[0] = links[7] = links[11] = to_pledge(promise.reference)
        yield Row(
            (
                promise.reference,
                promise.made_on,
                promise.donor_name,
                promise.credit_code or None,
                promise.agreement or None,
                Term(promise.evidence.value, EVIDENCE[promise.evidence]),
                parameters.known.funds[promise.fund_id].code,
                promise.amount_minor,
                promise.moved(PAID, promise.made_on, day),
                promise.moved(WRITTEN_OFF, promise.made_on, day),
                promise.moved(CANCELLED, promise.made_on, day),
                promise.open_on(day),
                overdue,
                days,
                promise.next_due(day),
            ),
            tuple(links),
        )

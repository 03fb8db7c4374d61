"""Ageing of pledges (捐赠承诺账龄表): what was open at the end of a period, by how long overdue."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from foundation.pledges.forecasting import AGES
from reports.parameters import Parameters
from reports.pledges import standing
from reports.pledges.standing import Promise
from reports.tables import Column, Kind, Label, Link, Row, Table, to_pledge

ID = "pledge_ageing"
TITLE = Label("捐赠承诺账龄表", "Pledge ageing")
_CLASSES = (
    ("not_due", Label("未到期", "Not due")),
    *(
        (f"days_{last}", Label(f"逾期{first}–{last}天", f"{first}–{last} days"))
        for first, last in zip((day + 1 for day in AGES), AGES[1:], strict=False)
    ),
    ("longer", Label(f"逾期{AGES[-1]}天以上", f"Over {AGES[-1]} days")),
)
COLUMNS = (
    Column("reference", Label("承诺编号", "Pledge"), Kind.CODE, 13),
    Column("donor", Label("捐赠人", "Donor"), width=22),
    Column("fund", Label("基金", "Fund"), Kind.CODE, 10),
    Column("agreement", Label("协议编号", "Agreement"), Kind.CODE, 14),
    *(Column(key, title, Kind.MONEY, 14) for key, title in _CLASSES),
    Column("conditional", Label("条件未满足", "Condition not met"), Kind.MONEY, 14),
    Column("open", Label("合计", "Total"), Kind.MONEY, 15),
)
_FIRST = 4


def run(session: Session, parameters: Parameters) -> Table:
    """Return a row for each pledge that was open at the end of the period."""
    rows = tuple(_rows(parameters, standing.load(session, parameters)))
    keys = [column.key for column in COLUMNS[_FIRST:]]
    sums = [
        sum(cell for row in rows if isinstance(cell := row.cells[place], int))
        for place in range(_FIRST, len(COLUMNS))
    ]
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=rows,
        heading=parameters.heading,
        totals=dict(zip(keys, sums, strict=True)),
        subtitle=parameters.subtitle,
        is_list=True,
    )


def _rows(parameters: Parameters, promises: list[Promise]) -> Iterator[Row]:
    day = parameters.period.last_day
    for promise in promises:
        whole = promise.open_on(day)
        if not whole:
            continue
        parts = [0] * (len(_CLASSES) + 1)
        for part in promise.parts:
            minor = part.open_on(day)
            place = len(_CLASSES) if not part.is_met else _class_of((day - part.due_on).days)
            parts[place] += minor
        link = to_pledge(promise.reference)
        links: list[Link | None] = [None] * len(COLUMNS)
        links[0] = links[-1] = link
        yield Row(
            (
                promise.reference,
                promise.donor_name,
                parameters.known.funds[promise.fund_id].code,
                promise.agreement or None,
                *parts,
                whole,
            ),
            tuple(links),
        )


def _class_of(days: int) -> int:
    """Return the class of something so many days overdue; the first is not due yet."""
    return sum(1 for edge in AGES if days > edge)

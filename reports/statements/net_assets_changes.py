"""净资产变动表: how each class of net assets came from its opening to its closing balance.

Neither regime prescribes it (the statement of activities does its work); auditors ask for it,
and the notes need it. Grade I. By fund see the fund roll-forward.
"""

from sqlalchemy.orm import Session

from ledger.balances import Span
from reports.parameters import Parameters
from reports.statements import tabling
from reports.statements.books import RESTRICTED, UNRESTRICTED, total
from reports.statements.frame import Frame
from reports.tables import Column, Emphasis, Form, Kind, Label, Row, Table, to_report

ID = "net_assets_changes"
TITLE = Label("净资产变动表", "Statement of changes in net assets")
COLUMNS = (
    Column("item", Label("项目", "Item"), Kind.TEXT, 44),
    Column("unrestricted", Label("非限定性净资产", "Unrestricted"), Kind.MONEY, 19),
    Column("restricted", Label("限定性净资产", "Restricted"), Kind.MONEY, 19),
    Column("total", Label("净资产合计", "Total"), Kind.MONEY, 19),
)
_LABELS = {
    "opening": Label("一、年初余额", "Opening balance"),
    "income": Label("加：本期收入", "Add: income"),
    "expense": Label("减：本期费用", "Less: expenses"),
    "release": Label("限定性净资产转为非限定性净资产", "Released from restriction"),
    "restriction": Label("非限定性净资产转为限定性净资产", "Transferred to restricted"),
    "adjustment": Label("以前年度净资产调整", "Prior-period adjustments"),
    "direct": Label("直接计入净资产的其他变动", "Other changes straight to net assets"),
    "closing": Label("二、期末余额", "Closing balance"),
}
_DIRECT = ("direct", "between")


def run(session: Session, parameters: Parameters) -> Table:
    """Return the changes from the beginning of the year to the end of the period."""
    frame = tabling.frame_of(session, parameters)
    span = parameters.period.to_date.span
    figures = changes(frame, span)
    rows = []
    for code, (unrestricted, restricted) in figures.items():
        is_end = code in ("opening", "closing")
        if code == "direct" and not (unrestricted or restricted):
            continue
        link = to_report("balance_sheet" if is_end else "activities", period=parameters.period.text)
        rows.append(
            Row(
                (_LABELS[code], unrestricted, restricted, unrestricted + restricted),
                (None, link, link, link),
                level=0 if is_end else 1,
                emphasis=Emphasis.TOTAL if is_end else Emphasis.PLAIN,
            )
        )
    last = len(rows) - 1
    addends = tuple((-1 if place == 2 else 1, place) for place in range(last))
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(rows),
        heading=parameters.heading,
        subtitle=frame.layout.title,
        notes=tuple(equality.words for equality in frame.equalities(span)),
        form=Form(
            number="附表",
            signatures=tuple((label, "") for label in tabling.SIGNATURES),
            sums={last: addends},
        ),
    )


def changes(frame: Frame, span: Span) -> dict[str, tuple[int, int]]:
    """Return each change as (unrestricted, restricted), in the order of the statement."""
    opening, closing = frame.balance_sheet(span.first - 1), frame.balance_sheet(span.last)
    activities = frame.activities(span)
    sources = frame.books.activity(span, releases_used=frame.layout.releases_used)

    def of(code: str) -> tuple[int, int]:
        return activities[UNRESTRICTED][code], activities[RESTRICTED][code]

    def beside(*names: str) -> tuple[int, int]:
        unrestricted, restricted = (
            -sum(total(sources[kind].get(name, ())) for name in names)
            for kind in (UNRESTRICTED, RESTRICTED)
        )
        return unrestricted, restricted

    return {
        "opening": (opening["net_assets_unrestricted"], opening["net_assets_restricted"]),
        "income": of("income_total"),
        "expense": of("expenses_total"),
        "release": beside("release"),
        "restriction": beside("restriction"),
        "adjustment": beside("adjustment"),
        "direct": beside(*_DIRECT),
        "closing": (closing["net_assets_unrestricted"], closing["net_assets_restricted"]),
    }

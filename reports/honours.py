"""The honour roll as a table (鸣谢名录): what may be printed on a wall, and what it adds up to."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from foundation.honours import queries
from foundation.honours.queries import RollScope
from foundation.honours.roll import HonourRoll
from reports.parameters import Answer, Parameter, Parameters
from reports.tables import Column, Emphasis, Kind, Label, Row, Table

ID = "honour_roll"
TITLE = Label("鸣谢名录", "Honour roll")
SPAN = Parameter(
    "span",
    Label("范围", "Span"),
    Answer.CHOICE,
    (
        ("year", Label("当年", "The year of the period")),
        ("all", Label("历年累计", "All years")),
    ),
)
CAMPAIGN = Parameter("campaign", Label("筹款活动", "Campaign"), Answer.TEXT)
COLLEGE = Parameter("college", Label("学院", "College"), Answer.TEXT)
CLASS = Parameter("class", Label("班级", "Class"), Answer.TEXT)
COLUMNS = (
    Column("level", Label("等级", "Level"), width=20),
    Column("name", Label("姓名或名称", "Name"), width=34),
    Column("gifts", Label("笔数", "Gifts"), Kind.INTEGER, 8),
    Column("amount", Label("金额", "Amount"), Kind.MONEY, 18),
)
_BELOW = Label("捐赠人", "Donors")
_THANKED = Label("感谢（不公示金额）", "With thanks (amount not shown)")
_UNNAMED = Label("爱心人士（不公示姓名或金额）", "Friends without a name or an amount")


def run(session: Session, parameters: Parameters) -> Table:
    """Return the names that may be published, and all the others in one sum."""
    campaign = parameters.option("campaign")
    is_year = not campaign and parameters.option("span") == "year"
    scope = RollScope(
        year=parameters.period.year if is_year else None,
        campaign=campaign,
        college=parameters.option("college"),
        class_name=parameters.option("class"),
    )
    found = queries.read(session, scope, today=parameters.heading.printed_at.date())
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(_rows(found)),
        heading=parameters.heading,
        totals={"gifts": found.gifts, "amount": found.total_minor},
        subtitle=_subtitle(scope),
        is_list=True,
    )


def _rows(roll: HonourRoll) -> Iterator[Row]:
    for group in roll.groups:
        level = group.level
        said = _BELOW if level is None else Label(level.name, level.name_en or level.name)
        for entry in group.entries:
            yield Row((said, entry.name, entry.gifts, entry.minor))
    # Their gifts are counted in the last row, where no amount belongs to a name.
    for entry in roll.thanked:
        yield Row((_THANKED, entry.name, None, None))
    if roll.hidden_gifts:
        yield Row((_UNNAMED, None, roll.hidden_gifts, roll.hidden_minor), emphasis=Emphasis.PLAIN)


def _subtitle(scope: RollScope) -> Label:
    if scope.campaign:
        zh, en = f"筹款活动：{scope.campaign}", f"Campaign: {scope.campaign}"
    elif scope.year is None:
        zh, en = "历年累计", "All years"
    else:
        zh, en = f"{scope.year}年", str(scope.year)
    if scope.college or scope.class_name:
        place = f"{scope.college} {scope.class_name}".strip()
        zh, en = f"{zh}　{place}", f"{en}  {place}"
    return Label(zh, en)

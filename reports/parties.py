"""Related parties and large donations as reports: 关联方清单与交易, 大额捐赠收入表."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from foundation.parties import dealings, donations, queries, rules, standing
from foundation.parties.dealings import Dealing
from foundation.parties.donations import Given
from foundation.parties.labels import RELATIONS
from foundation.parties.models import DealingKind, RelationKind
from foundation.parties.queries import View
from ledger.money import grouped
from reports.parameters import Answer, Parameter, Parameters
from reports.tables import Column, Kind, Label, Link, Row, Table, Term, Value, to_voucher

RELATED_ID, RELATED_TITLE = "related_parties", Label("关联方清单与交易", "Related parties")
BALANCES_ID = "related_party_balances"
BALANCES_TITLE = Label("关联方各月末余额", "Month-end balances with related parties")
LARGE_ID, LARGE_TITLE = "large_donations", Label("大额捐赠收入表", "Large donations")
IMPORTANT = Parameter("important", Label("只列重要关联方", "Important ones only"), Answer.FLAG)
KINDS = {
    DealingKind.DONATION: Label("接受关联方捐赠", "Gift"),
    DealingKind.GRANT: Label("对关联方资助", "Grant"),
    DealingKind.JOINT_INVESTMENT: Label("与关联方共同投资", "Joint investment"),
    DealingKind.ENTRUSTED_INVESTMENT: Label("委托关联方投资", "Entrusted investment"),
    DealingKind.TRADE: Label("与关联方交易", "Trade"),
    DealingKind.OTHER_FLOW: Label("其他资金往来", "Other flow"),
}
_NOTHING = Label("本期无交易", "No dealings in the period")
RELATED_COLUMNS = (
    Column("party", Label("关联方", "Related party"), width=24),
    Column("relation", Label("关系", "Relation"), width=22),
    Column("important", Label("重要", "Important"), width=6),
    Column("kind", Label("交易类型", "Kind"), width=16),
    Column("amount", Label("金额", "Amount"), Kind.MONEY, 16),
    Column("balance", Label("余额", "Balance"), Kind.MONEY, 16),
    Column("voucher", Label("凭证号", "Voucher"), Kind.CODE, 17),
    Column("booked_on", Label("日期", "Date"), Kind.DATE, 11),
    Column("decision", Label("决策文件", "Decision"), width=18),
    Column("published_on", Label("30日公开日", "Published"), Kind.DATE, 11),
)
BALANCE_COLUMNS = (
    Column("number", Label("编号", "Number"), Kind.CODE, 8),
    Column("party", Label("关联方", "Related party"), width=24),
    *(
        Column(f"m{month}", Label(f"{month}月末", f"Month {month}"), Kind.MONEY, 14)
        for month in range(1, 13)
    ),
)
LARGE_COLUMNS = (
    Column("donor", Label("捐赠人", "Donor"), width=26),
    Column("cash", Label("现金", "Cash"), Kind.MONEY, 16),
    Column("in_kind", Label("非现金", "In kind"), Kind.MONEY, 16),
    Column("total", Label("合计", "Total"), Kind.MONEY, 16),
    Column("purpose", Label("用途", "Purpose"), width=34),
)


def run_related(session: Session, parameters: Parameters) -> Table:
    """Return the parties related in the period, each with its dealings."""
    rows, total = [], 0
    only = parameters.option(IMPORTANT.name)
    for view, important, found, balance in read(session, parameters):
        if only and not important:
            continue
        head: tuple[Value, ...] = (view.party.name, _relation(view, parameters), _yes(important))
        if not found:
            rows.append(Row((*head, _NOTHING, 0, balance, "", None, "", None)))
        rows += [_row(head, item, balance) for item in found]
        total += sum(item.amount_minor for item in found)
    return Table(
        id=RELATED_ID,
        title=RELATED_TITLE,
        columns=RELATED_COLUMNS,
        rows=tuple(rows),
        heading=parameters.heading,
        totals={"amount": total},
        notes=(
            Label(
                "交易由已记账凭证得出；余额为期末未结算余额（应收减应付），同一关联方各行相同，不合计。",
                "Dealings follow from posted vouchers; the balance is what stands open with the "
                "party at the end (receivables less payables), the same in each of its rows.",
            ),
        ),
        is_list=True,
    )


def _row(head: tuple[Value, ...], item: Dealing, balance: int) -> Row:
    links: list[Link | None] = [None] * len(RELATED_COLUMNS)
    links[6] = to_voucher(item.voucher_id)
    return Row(
        (
            *head,
            Term(item.kind.value, KINDS[item.kind]),
            item.amount_minor,
            balance,
            item.voucher,
            item.booked_on,
            item.decision,
            item.published_on,
        ),
        links=tuple(links),
    )


def read(
    session: Session, parameters: Parameters
) -> Iterable[tuple[View, bool, list[Dealing], int]]:
    """Yield each party related in the period: important or not, its dealings, what is open."""
    period = parameters.period
    first, last = period.first_day, period.last_day
    views = [view for view in queries.load(session) if related_between(view, first, last)]
    balances = standing.balances_at(session, views, period.last)
    found = dealings.read(session, views, first, last)
    for view in views:
        mine = [item for item in found if item.party_id == view.id]
        important = view.is_important(last) or any(item.is_important for item in mine)
        yield view, important, mine, balances[view.id]


def related_between(view: View, first: date, last: date) -> bool:
    """Whether a party is related on some day of a period."""
    return any(
        one.withdrawn_at is None
        and one.valid_from <= last
        and (one.valid_until is None or one.valid_until >= first)
        for one in view.relations
    )


def relations_between(view: View, first: date, last: date) -> list[RelationKind]:
    """Return the kinds of relation of a party in a period, each once."""
    found = [
        one.kind
        for one in view.relations
        if one.withdrawn_at is None
        and one.valid_from <= last
        and (one.valid_until is None or one.valid_until >= first)
    ]
    return list(dict.fromkeys(found))


def relation_words(view: View, first: date, last: date) -> str:
    """Return what a party is to the foundation, as the form has it."""
    return "、".join(RELATIONS[kind] for kind in relations_between(view, first, last))


def _relation(view: View, parameters: Parameters) -> str:
    return relation_words(view, parameters.period.first_day, parameters.period.last_day)


def _yes(value: object) -> Label:
    return Label("是", "Yes") if value else Label("否", "No")


def run_balances(session: Session, parameters: Parameters) -> Table:
    """Return what stands open with each related party at the end of each month of the year."""
    year = parameters.period.year
    first, last = date(year, 1, 1), date(year, 12, 31)
    views = [view for view in queries.load(session) if related_between(view, first, last)]
    ends = standing.month_ends(session, views, year)
    rows = tuple(Row((view.number, view.party.name, *ends[view.id])) for view in views)
    return Table(
        id=BALANCES_ID,
        title=BALANCES_TITLE,
        columns=BALANCE_COLUMNS,
        rows=rows,
        heading=parameters.heading,
        totals={f"m{n}": sum(end[n - 1] for end in ends.values()) for n in range(1, 13)},
        notes=(
            Label(
                "应收、预付减应付、预收等，正数为关联方欠本单位。",
                "Receivables less payables; positive is owed to us.",
            ),
        ),
        is_list=True,
    )


def run_large(session: Session, parameters: Parameters) -> Table:
    """Return the donors whose gifts of the year to date pass the threshold of the annual report."""
    found, purposes = large(session, parameters)
    rule = rules.large_donation(parameters.period.last_day)
    return Table(
        id=LARGE_ID,
        title=LARGE_TITLE,
        columns=LARGE_COLUMNS,
        rows=tuple(
            Row(
                (
                    one.shown_name,
                    one.cash_minor,
                    one.kind_minor,
                    one.total_minor,
                    purposes.get(one.donor_id, ""),
                )
            )
            for one in found
        ),
        heading=parameters.heading,
        totals={
            "cash": sum(one.cash_minor for one in found),
            "in_kind": sum(one.kind_minor for one in found),
            "total": sum(one.total_minor for one in found),
        },
        notes=(
            Label(
                f"标准：本年累计捐赠超过本年捐赠收入的 {_percent(rule.share_basis_points)}%，"
                f"或超过 {grouped(rule.amount_minor)} 元。"
                f"依据：{rule.source}（等级 {rule.grade.value}）。不愿公开姓名的以代号列示。",
                f"Threshold: gifts of the year above {_percent(rule.share_basis_points)}% of the "
                f"donation income, or above {grouped(rule.amount_minor)} (grade "
                f"{rule.grade.value}). Who may not be named stands under a code.",
            ),
        ),
        is_list=True,
    )


def large(session: Session, parameters: Parameters) -> tuple[list[Given], dict[int, str]]:
    """Return the large donors of the year up to the end of the period, and what they gave for."""
    first, last = date(parameters.period.year, 1, 1), parameters.period.last_day
    found = donations.large(donations.given(session, first, last), rules.large_donation(last))
    return found, donations.purposes(session, [one.donor_id for one in found], first, last)


def _percent(basis_points: int) -> str:
    whole, rest = divmod(basis_points, 100)
    return str(whole) if not rest else f"{whole}.{rest:02d}".rstrip("0")

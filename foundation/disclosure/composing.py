"""Write publications from the registers and the books: only what must be public.

Each composer returns sections; none of them asks for a number, an address or a beneficiary. Names
of donors come from the honour roll, which knows consent.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.disclosure import events
from foundation.disclosure.content import Column, Content, Paper, Section, money, named
from foundation.disclosure.kinds import About, Kind, Papers
from foundation.disclosure.working import NothingToPublish, Year, read_year
from foundation.duties.loading import YES
from foundation.duties.models import DutyFact
from foundation.honours import queries as honours
from foundation.honours.queries import RollScope
from foundation.organisation import letterhead, qualification
from foundation.organisation.service import get_organisation
from foundation.projects import campaigns
from foundation.projects.public_pages import FEWEST_DONORS
from foundation.statements.models import IssuedStatement
from ledger.errors import InvalidInput

_AMOUNT = Column("金额（元）", "Amount (CNY)", "money")
_LONGEST_TEXT = 4000
_LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to publish: its kind and subject, and what they typed."""

    kind: Kind
    subject: str
    text: str = ""
    title: str = ""
    papers: tuple[Paper, ...] = ()


def compose(session: Session, wanted: Wanted, *, today: date) -> Content:
    """Write a publication. Raises InvalidInput, NothingToPublish, and what registers raise."""
    kind = wanted.kind
    _check(session, wanted)
    organisation = get_organisation(session)
    sections, public_names = _COMPOSERS[kind.id](session, wanted, today)
    if wanted.text.strip():
        said = Section("说明", "Explanation", wanted.text.strip())
        sections = (*sections, said)
    title, title_en = _title(kind, wanted)
    return Content(
        kind=kind.id,
        subject=wanted.subject,
        title=title,
        title_en=title_en,
        as_of=today.isoformat(),
        sections=sections,
        papers=wanted.papers,
        public_names=(organisation.name, *public_names),
    )


def _check(session: Session, wanted: Wanted) -> None:
    kind = wanted.kind
    if len(wanted.text) > _LONGEST_TEXT or len(wanted.title) > _LONGEST_TITLE:
        raise InvalidInput(field="说明", reason=f"最多 {_LONGEST_TEXT} 字")
    if not all(sign.isprintable() or sign in "\r\n\t" for sign in wanted.text + wanted.title):
        raise InvalidInput(field="说明", reason="不能含有不能显示的字符")
    if kind.papers is Papers.REQUIRED and not wanted.papers:
        raise InvalidInput(field="附件", reason="此事项必须附上文件")
    if kind.papers is Papers.NONE and wanted.papers:
        raise InvalidInput(field="附件", reason="此事项的内容由系统生成，不附文件")
    if kind.about is About.NOTICE and not (wanted.title.strip() and wanted.text.strip()):
        raise InvalidInput(field="标题", reason="公告须有标题和正文")
    if kind.needs:
        fact = session.get(DutyFact, kind.needs)
        if fact is None or fact.value != YES:
            raise InvalidInput(field="公开事项", reason="不具有公开募捐资格，没有此公开事项")


def _title(kind: Kind, wanted: Wanted) -> tuple[str, str]:
    if kind.about is About.NOTICE:
        return wanted.title.strip(), wanted.title.strip()
    if kind.about is About.YEAR:
        return f"{wanted.subject} 年度{kind.title_zh.removeprefix('年度')}", (
            f"{kind.title_en} {wanted.subject}"
        )
    return kind.title_zh, kind.title_en


Composed = tuple[tuple[Section, ...], tuple[str, ...]]


def _basic(session: Session, _wanted: Wanted, _today: date) -> Composed:
    organisation, head = get_organisation(session), letterhead.get_letterhead(session)
    rows = [
        ("名称", "Name", organisation.name),
        ("英文名称", "English name", organisation.name_en),
        ("统一社会信用代码", "Credit code", organisation.credit_code),
        ("住所", "Address", head.address),
        ("联系电话", "Telephone", head.telephone),
        ("电子邮箱", "E-mail", head.email),
        ("网址", "Website", head.website),
    ]
    section = Section(
        "基本信息",
        "About the foundation",
        columns=(Column("事项", "Item"), Column("内容", "Content")),
        rows=tuple((f"{zh} {en}", value) for zh, en, value in rows if value),
    )
    return (section,), ()


def _papers(session: Session, _wanted: Wanted, _today: date) -> Composed:
    periods = [
        (period.first_on.isoformat(), period.last_on.isoformat(), period.document_number)
        for period in qualification.list_periods(session)
    ]
    section = Section(
        "公益性捐赠税前扣除资格",
        "Qualification for tax-deductible donations",
        columns=(Column("自", "From"), Column("至", "Until"), Column("公告文号", "Published as")),
        rows=tuple(periods),
    )
    return ((section,) if periods else ()), ()


def _annual_report(_session: Session, wanted: Wanted, today: date) -> Composed:
    _require_past(wanted.subject, today)
    return (), ()


def _statements(session: Session, wanted: Wanted, _today: date) -> Composed:
    """Only what was issued from closed books; the digests are those of the issued statements."""
    issued = list(
        session.execute(
            select(IssuedStatement)
            .where(IssuedStatement.period == wanted.subject)
            .order_by(IssuedStatement.id)
        ).scalars()
    )
    if not issued:
        raise NothingToPublish(reason=f"{wanted.subject} 年度的会计报表还没有签发")
    section = Section(
        "签发的会计报表",
        "Statements as issued",
        "报表由已结账的账簿签发，内容以附后的文件和摘要为准。",
        columns=(
            Column("报表格式", "Layout"),
            Column("签发日期", "Issued on"),
            Column("摘要", "Digest"),
        ),
        rows=tuple(
            (row.layout, row.issued_at.date().isoformat(), _spaced(row.digest)) for row in issued
        ),
    )
    return (section,), ()


def _gifts(session: Session, wanted: Wanted, today: date) -> Composed:
    """Names with amounts as donors agreed; everybody else is one sum.

    A sum of few donors beside their names would tell what they gave: then the names stay out.
    """
    year = _year(wanted.subject, today)
    roll = honours.read(session, RollScope(year=year), today=today)
    if not roll.gifts:
        raise NothingToPublish(reason=f"{year} 年没有已记账的捐赠")
    entries = [entry for group in roll.groups for entry in group.entries]
    rows: list[tuple[object, ...]] = [
        (named(entry.name, entry.gift_ids), entry.gifts, money(entry.minor or 0))
        for entry in sorted(entries, key=lambda entry: (-(entry.minor or 0), entry.name))
    ]
    if roll.hidden_gifts:
        rows.append(("不公示姓名或金额的捐赠人", roll.hidden_gifts, money(roll.hidden_minor)))
    listed = Section(
        "捐赠人",
        "Donors",
        columns=(Column("捐赠人", "Donor"), Column("笔数", "Gifts", "number"), _AMOUNT),
        rows=tuple(rows),
        total=("合计", roll.gifts, money(roll.total_minor)),
    )
    sections = [listed]
    if roll.thanked and roll.hidden_donors >= FEWEST_DONORS:
        sections.append(
            Section(
                "感谢",
                "With thanks",
                columns=(Column("捐赠人（不公示金额）", "Donor (amount not shown)"),),
                rows=tuple((named(entry.name, entry.gift_ids),) for entry in roll.thanked),
            )
        )
    facts = read_year(session, year)
    sections.append(_by_fund(facts))
    return tuple(sections), facts.names


def _by_fund(facts: Year) -> Section:
    rows = [(row.name, money(row.received_minor)) for row in facts.public if row.received_minor]
    if facts.other_received_minor:
        rows.append(("其他项目", money(facts.other_received_minor)))
    return Section(
        "按项目",
        "By project",
        columns=(Column("项目", "Project"), _AMOUNT),
        rows=tuple(rows),
        total=("合计", money(facts.received_minor)),
    )


def _projects(session: Session, wanted: Wanted, today: date) -> Composed:
    facts = read_year(session, _year(wanted.subject, today))
    if not facts.public:
        raise NothingToPublish(reason="没有公开的基金项目")
    section = Section(
        "项目收支",
        "Income and spending of projects",
        columns=(
            Column("项目", "Project"),
            Column("年初余额", "Opening", "money"),
            Column("收入", "Income", "money"),
            Column("支出", "Spending", "money"),
            Column("其他变动", "Other", "money"),
            Column("年末余额", "Closing", "money"),
        ),
        rows=tuple(
            (
                row.name,
                money(row.opening_minor),
                money(row.income_minor),
                money(row.spent_minor),
                money(row.other_minor),
                money(row.closing_minor),
            )
            for row in facts.public
        ),
    )
    purposes = Section(
        "项目内容",
        "What projects are for",
        columns=(Column("项目", "Project"), Column("内容", "Purpose")),
        rows=tuple((row.name, row.text) for row in facts.public if row.text),
    )
    return (section, purposes), facts.names


def _uses(session: Session, wanted: Wanted, today: date) -> Composed:
    facts = read_year(session, _year(wanted.subject, today))
    if not facts.spending:
        raise NothingToPublish(reason=f"{wanted.subject} 年没有已记账的支出")
    section = Section(
        "按支出内容",
        "By what it was spent on",
        columns=(Column("支出内容", "Spent on"), _AMOUNT),
        rows=tuple((name, money(minor)) for name, minor in facts.spending),
        total=("合计", money(sum(minor for _, minor in facts.spending))),
    )
    rows = [(row.name, money(row.spent_minor)) for row in facts.public if row.spent_minor]
    if facts.other_spent_minor:
        rows.append(("其他项目", money(facts.other_spent_minor)))
    by_project = Section(
        "按项目",
        "By project",
        columns=(Column("项目", "Project"), _AMOUNT),
        rows=tuple(rows),
        total=("合计", money(facts.spent_minor)),
    )
    return (section, by_project), facts.names


def _related_event(session: Session, wanted: Wanted, today: date) -> Composed:
    return events.related(session, wanted.subject, today=today)


def _payment(session: Session, wanted: Wanted, _today: date) -> Composed:
    return events.payment(session, wanted.subject)


def _notice(_session: Session, _wanted: Wanted, _today: date) -> Composed:
    return (), ()


def _fundraising(session: Session, wanted: Wanted, today: date) -> Composed:
    year = _year(wanted.subject, today)
    first, last = date(year, 1, 1), date(year, 12, 31)
    found = [
        campaigns.read(session, campaign)
        for campaign in campaigns.list_campaigns(session, only_public=True)
        if campaign.starts_on <= last and campaign.ends_on >= first
    ]
    if not found:
        raise NothingToPublish(reason=f"{year} 年没有公开的筹款活动")
    section = Section(
        "筹款活动",
        "Campaigns",
        columns=(
            Column("活动", "Campaign"),
            Column("起", "From"),
            Column("止", "Until"),
            Column("累计募得（元）", "Raised so far (CNY)", "money"),
        ),
        rows=tuple(
            (
                item.campaign.name,
                item.campaign.starts_on.isoformat(),
                item.campaign.ends_on.isoformat(),
                money(item.raised_minor),
            )
            for item in found
        ),
    )
    return (section,), tuple(item.campaign.name for item in found)


def _year(subject: str, today: date) -> int:
    year = int(subject) if subject.isascii() and subject.isdigit() and len(subject) == 4 else 0
    if not 1990 <= year <= today.year:
        raise InvalidInput(field="年度", reason="应为不晚于今年的四位数年份")
    return year


def _require_past(subject: str, today: date) -> None:
    if _year(subject, today) >= today.year:
        raise InvalidInput(field="年度", reason="年度工作报告在年度结束后公开")


def _spaced(digest: str) -> str:
    """A digest in groups, so that nobody and nothing takes it for a number."""
    return " ".join(digest[place : place + 8] for place in range(0, len(digest), 8))


_COMPOSERS: dict[str, Callable[[Session, Wanted, date], Composed]] = {
    "basic": _basic,
    "papers": _papers,
    "annual_report": _annual_report,
    "statements": _statements,
    "gifts": _gifts,
    "uses": _uses,
    "projects": _projects,
    "related_event": _related_event,
    "payment": _payment,
    "notice": _notice,
    "fundraising": _fundraising,
}


def offered(session: Session, kind: Kind, *, today: date) -> Iterable[tuple[str, str]]:
    """Return the subjects that a kind may be published for: value and words."""
    if kind.about is About.YEAR:
        return [(str(year), str(year)) for year in range(today.year, today.year - 4, -1)]
    if kind.id == "related_event":
        return events.offered_related(session, today=today)
    if kind.id == "payment":
        return events.offered_payments(session)
    return [("current", "")] if kind.about is About.CURRENT else []

"""The claim on paper: the application form (申请表) and the list of its gifts (申请明细).

No official form was seen for any scheme; these say what the rules cannot do without, with places
for seal and signatures. The same claim always gives the same bytes: nothing here reads a clock.
"""

from collections.abc import Iterator
from typing import BinaryIO
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from foundation.claims import schemes
from foundation.claims.models import Claim
from foundation.matching.results import GiftStatus
from ledger.clock import DEFAULT_ZONE
from reports.claims import reading, workbook
from reports.claims.reading import ClaimHead
from reports.exporters import pdf
from reports.tables import Column, Heading, Kind, Label, Row, State, Table

_FORM = (
    Column("name", Label("项目", "Item"), width=22),
    Column("text", Label("内容", "Content"), width=90),
)
_LIST = (
    Column("place", Label("序号", "No."), Kind.INTEGER, 6),
    Column("gift", Label("捐赠编号", "Gift"), Kind.CODE, 15),
    Column("donor", Label("捐赠人", "Donor"), width=24),
    Column("agreement", Label("协议编号", "Agreement"), Kind.CODE, 16),
    Column("received_on", Label("到账日期", "Received"), Kind.DATE, 11),
    Column("reference", Label("银行流水号", "Bank reference"), Kind.CODE, 20),
    Column("bill", Label("票据号码", "Bill"), Kind.CODE, 14),
    Column("voucher", Label("凭证号", "Voucher"), Kind.CODE, 16),
    Column("amount", Label("到账金额", "Received amount"), Kind.MONEY, 16),
    Column("recognised", Label("认定金额", "Recognised"), Kind.MONEY, 16),
    Column("matched", Label("配比金额", "Match"), Kind.MONEY, 16),
)
_PLACES = (
    "申请单位（公章）：　　　　　　　　　　单位负责人（签字）：　　　　　　　　　　"
    "财务负责人（签字）：　　　　　　　　　　经办人（签字）：　　　　　　　　　　"
    "日期：　　　　年　　月　　日"
)
_SEEN = "未见正式文件规定的申请书格式；正式格式公布后，以正式格式为准。"


def write_form(session: Session, claim: Claim, stream: BinaryIO) -> None:
    """Write the application form of a claim."""
    head = reading.head(session, claim)
    scheme = schemes.get_version(session, claim.scheme_id).scheme
    said = workbook.summary(head)
    papers = "、".join(item.name for item in scheme.documents)
    if papers:
        said.append(("应附材料", papers))
    if scheme.use_of_match.forbid:
        said.append(("配比资金不得用于", "、".join(scheme.use_of_match.forbid)))
    table = Table(
        id="claim_form",
        title=Label("捐赠收入财政配比资金申请表", "Application for matching funds"),
        columns=_FORM,
        rows=[Row((name, text)) for name, text in said],
        heading=_heading(head),
        notes=(Label("", ""), Label(_PLACES, _PLACES), Label("", ""), Label(_SEEN, _SEEN)),
    )
    pdf.write(table, stream)


def write_list(session: Session, claim: Claim, stream: BinaryIO) -> None:
    """Write the list of the gifts that count. Raises TooLongForPaper."""
    totals = {"amount": 0, "recognised": 0, "matched": 0}
    head = reading.head(session, claim)
    rows = list(_rows(session, claim))
    for row in rows:
        for place, key in ((8, "amount"), (9, "recognised"), (10, "matched")):
            value = row.cells[place]
            totals[key] += value if isinstance(value, int) else 0
    note = "配比金额按单笔列示，舍去不足一分的部分；申请合计只取整一次，可能略高。"
    table = Table(
        id="claim_list",
        title=Label("捐赠收入财政配比资金申请明细", "Gifts of the claim"),
        columns=_LIST,
        rows=rows,
        heading=_heading(head),
        totals=totals,
        subtitle=Label(head.title, head.title),
        notes=(Label(note, note),),
        is_list=True,
    )
    pdf.write(table, stream)


def _rows(session: Session, claim: Claim) -> Iterator[Row]:
    place = 0
    for item in reading.paper_lines(session, claim):
        if item.line.status is not GiftStatus.ELIGIBLE:
            continue
        place += 1
        fact = item.facts.get
        yield Row(
            (
                place,
                item.gift,
                item.donor_name,
                fact("agreement.number", ""),
                item.received_on,
                fact("payment.reference", ""),
                fact("receipt.number", ""),
                item.voucher,
                int(fact("amount", 0)),
                item.line.counted_low,
                item.line.low_minor,
            )
        )


def _heading(head: ClaimHead) -> Heading:
    claim = head.claim
    more = f"（补充申请 {claim.sequence}）" if claim.sequence else ""
    title = f"{claim.year} 年度{more}"
    return Heading(
        organisation=Label(head.organisation, head.organisation),
        period=str(claim.year),
        period_title=Label(title, title),
        state=State.DRAFT if claim.frozen_at is None else State.FINAL,
        printed_at=head.made_at.astimezone(ZoneInfo(DEFAULT_ZONE)),
    )

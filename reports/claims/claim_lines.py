"""Register of claim lines (配比申请明细): every gift of every claim of a year, with its standing.

The period names the claim year; claims that were withdrawn are left out.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from foundation.claims.kinds import ClaimState
from foundation.claims.models import Claim, ClaimLine
from foundation.gifts.models import Gift, reference
from foundation.matching import catalogue
from foundation.matching.results import GiftStatus
from reports.parameters import Answer, Parameter, Parameters
from reports.tables import Column, Kind, Label, Row, Table, Term, to_gift

ID = "claim_lines"
TITLE = Label("配比申请明细", "Claim lines")
COLUMNS = (
    Column("scheme", Label("办法", "Scheme"), Kind.CODE, 18),
    Column("year", Label("申请年度", "Claim year"), Kind.INTEGER, 9),
    Column("claim", Label("申请", "Claim"), Kind.INTEGER, 7),
    Column("state", Label("申请状态", "Claim state"), width=9),
    Column("gift", Label("捐赠编号", "Gift"), Kind.CODE, 14),
    Column("received_on", Label("到账日期", "Received"), Kind.DATE, 11),
    Column("donor", Label("捐赠人", "Donor"), width=22),
    Column("status", Label("认定", "Standing"), width=9),
    Column("codes", Label("原因", "Reasons"), width=30),
    Column("amount", Label("金额", "Amount"), Kind.MONEY, 15),
    Column("recognised", Label("认定金额", "Recognised"), Kind.MONEY, 15),
    Column("matched", Label("配比金额", "Match"), Kind.MONEY, 15),
)
STATUS = Parameter(
    "standing",
    Label("认定", "Standing"),
    Answer.CHOICE,
    (
        ("all", Label("全部", "All")),
        ("eligible", Label("符合", "Eligible")),
        ("ineligible", Label("不符合", "Ineligible")),
        ("needs_decision", Label("待认定", "Open")),
    ),
)
_STATES = {
    ClaimState.DRAFT: Label("草稿", "Draft"),
    ClaimState.FROZEN: Label("已定稿", "Frozen"),
    ClaimState.SUBMITTED: Label("已报送", "Submitted"),
    ClaimState.AWARDED: Label("已下达", "Awarded"),
    ClaimState.CLAWED_BACK: Label("已追回", "Clawed back"),
}
_GIFTS = {
    GiftStatus.ELIGIBLE: Label("符合", "Eligible"),
    GiftStatus.INELIGIBLE: Label("不符合", "Ineligible"),
    GiftStatus.NEEDS_DECISION: Label("待认定", "Open"),
}


def run(session: Session, parameters: Parameters) -> Table:
    """Return the register of the claims of a year."""
    amount, recognised, matched = session.execute(
        _narrowed(
            select(
                func.coalesce(func.sum(ClaimLine.amount_minor), 0),
                func.coalesce(func.sum(ClaimLine.counted_low), 0),
                func.coalesce(func.sum(ClaimLine.low_minor), 0),
            ),
            parameters,
        )
    ).one()
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=_rows(session, parameters),
        heading=parameters.heading,
        totals={"amount": int(amount), "recognised": int(recognised), "matched": int(matched)},
        notes=(
            Label(
                "配比金额按单笔列示，舍去不足一分的部分；申请合计只取整一次，可能略高。",
                "The match of single gifts leaves out parts of a fen; the claim rounds once.",
            ),
        ),
        is_list=True,
    )


def _narrowed(query: Any, parameters: Parameters) -> Select[Any]:
    narrowed: Select[Any] = (
        query.select_from(ClaimLine)
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .join(Gift, Gift.id == ClaimLine.gift_id)
        .where(Claim.year == parameters.period.year, Claim.state != ClaimState.WITHDRAWN)
    )
    wanted = parameters.option("standing")
    if wanted != "all":
        narrowed = narrowed.where(ClaimLine.status == GiftStatus(wanted))
    return narrowed


def _rows(session: Session, parameters: Parameters) -> Iterator[Row]:
    names = catalogue.shipped().labels.codes
    query = _narrowed(
        select(
            Claim.id,
            Claim.scheme_code,
            Claim.year,
            Claim.state,
            ClaimLine.gift_id,
            ClaimLine.status,
            ClaimLine.codes,
            ClaimLine.amount_minor,
            ClaimLine.counted_low,
            ClaimLine.low_minor,
            Gift.received_on,
            Gift.donor_name,
        ),
        parameters,
    ).order_by(Claim.scheme_code, Claim.sequence, Gift.received_on, Gift.id)
    for row in session.execute(query, execution_options={"yield_per": 500}):
        codes = [names.get(code, (code, code)) for code in row.codes.split(",") if code]
        said = Label("；".join(zh for zh, _ in codes), "; ".join(en for _, en in codes))
        gift = to_gift(row.gift_id)
        yield Row(
            (
                row.scheme_code,
                row.year,
                row.id,
                Term(row.state.value, _STATES[row.state]),
                reference(row.gift_id, row.received_on),
                row.received_on,
                row.donor_name,
                Term(row.status.value, _GIFTS[row.status]),
                said,
                row.amount_minor,
                row.counted_low,
                row.low_minor,
            ),
            (None, None, None, None, gift, None, None, None, None, gift, gift, gift),
        )

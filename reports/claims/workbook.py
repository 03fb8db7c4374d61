"""The application workbook (申请书附表): summary, gifts, gifts left out, decisions, parameters.

No official column list was seen for any scheme; the columns are those that the rules cannot do
without. The same claim always gives the same bytes: nothing here reads a clock.
"""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from sqlalchemy.orm import Session

from foundation.claims import confirmations, questions, schemes
from foundation.claims.lifecycle import STATE_WORDS
from foundation.claims.models import Claim
from foundation.matching import catalogue
from foundation.matching.results import GiftStatus
from ledger.money import to_text
from receipts.capitals import to_capitals
from reports.claims import reading
from reports.claims.reading import ClaimHead, PaperLine

_GIFT_HEADS = (
    "序号", "捐赠编号", "协议编号", "协议签署日期", "协议签署人", "捐赠人", "统一社会信用代码",
    "捐赠人类型", "项目名称", "是否冠名", "学校可否统筹", "到账日期", "金额", "币种", "付款人",
    "银行流水号", "票据代码", "票据号码", "开票日期", "票据交款人", "已退款", "认定金额", "凭证号",
    "决定编号",
)  # fmt: skip
_OUT_HEADS = (
    "序号",
    "捐赠编号",
    "捐赠人",
    "到账日期",
    "金额",
    "状态",
    "不予认定的原因或待认定事项",
)
_WIDE = (6, 15, 16, 12, 18, 24, 20, 12, 20, 9, 12, 12, 15, 6, 24, 20, 14, 14, 12, 24, 13, 15, 16,
         14)  # fmt: skip


def write(session: Session, claim: Claim, stream: BinaryIO) -> None:
    """Write the workbook of a claim."""
    head = reading.head(session, claim)
    book = xlsxwriter.Workbook(
        stream,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    book.set_properties(
        {
            "title": f"{head.title} {claim.year}",
            "author": head.organisation,
            "created": head.made_at.replace(tzinfo=None),
        }
    )
    writer = _Writer(book)
    writer.pairs("申请表", summary(head))
    found = reading.paper_lines(session, claim)
    kept = writer.gifts("申请明细", found, currency=claim.currency)
    writer.rows("未计入", _OUT_HEADS, kept, widths=(6, 16, 26, 12, 15, 10, 60))
    writer.rows(
        "认定",
        ("决定编号", "办法", "范围", "事项", "认定", "理由", "依据", "认定人", "日期", "取代"),
        _decisions(session, claim),
        widths=(9, 16, 14, 24, 16, 40, 24, 14, 12, 9),
    )
    writer.rows(
        "办法参数",
        ("参数", "取值", "核对", "文件", "条款", "提出人", "确认人"),
        _parameters(session, claim),
        widths=(24, 40, 10, 26, 16, 14, 14),
    )
    book.close()


def summary(head: ClaimHead) -> list[tuple[str, str]]:
    """What the first page of a claim says: names and values."""
    claim = head.claim
    matched = claim.matched_high
    is_one = claim.matched_low == matched
    # The university claims; the foundation keeps what the claim stands on.
    claimant = json.loads(claim.claimant).get("inst.name")
    return [
        ("申请单位", str(claimant or "（填写高校名称）")),
        ("受赠基金会", head.organisation),
        ("依据办法", f"{head.title}（{claim.scheme_code} 第 {head.version} 版）"),
        (
            "申请年度",
            str(claim.year) + (f"（补充申请 {claim.sequence}）" if claim.sequence else ""),
        ),
        ("状态", STATE_WORDS[claim.state]),
        ("捐赠笔数", str(claim.line_count)),
        ("符合笔数", str(claim.eligible_count)),
        ("认定捐赠收入", to_text(claim.recognised_low)),
        ("申请配比金额" if is_one else "配比上限", "" if matched is None else to_text(matched)),
        ("大写", to_capitals(matched) if is_one and matched else ""),
        ("计算", f"{claim.computed_by} {claim.claimed_on.isoformat()}"),
        ("定稿", f"{claim.frozen_by or ''}"),
        ("摘要", claim.digest or "未定稿，仅供核对"),
    ]


def _decisions(session: Session, claim: Claim) -> Iterable[Sequence[Any]]:
    for item in reading.decisions(session, claim):
        scope = item.gift_id or item.fund_id or item.claim_year
        kind = "捐赠" if item.gift_id else "基金" if item.fund_id else "年度"
        yield (
            item.id,
            item.scheme_code,
            f"{kind} {scope}",
            questions.label(item.question)[0],
            reading.answer_text(item),
            item.reason,
            item.evidence,
            item.decided_by,
            item.decided_on.isoformat(),
            item.supersedes_id or "",
        )


def _parameters(session: Session, claim: Claim) -> Iterable[Sequence[Any]]:
    stored = schemes.get_version(session, claim.scheme_id)
    for item in confirmations.list_states(session, stored):
        row = item.confirmation
        yield (
            item.name_zh,
            item.value,
            item.state,
            "" if row is None else f"{row.document_title} {row.document_number}",
            "" if row is None else row.article,
            "" if row is None else row.proposed_by,
            "" if row is None else row.answered_by or "",
        )


class _Writer:
    """One workbook being written, sheet by sheet and row by row."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._strong = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._money = book.add_format({"num_format": "#,##0.00"})
        self._total = book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1})

    def pairs(self, name: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Write a sheet of names and values."""
        sheet = self._sheet(name, ("项目", "内容"), (20, 70))
        for row, (title, text) in enumerate(pairs, start=1):
            sheet.write_string(row, 0, title)
            sheet.write_string(row, 1, text)

    def rows(
        self,
        name: str,
        heads: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        widths: Sequence[int],
    ) -> None:
        """Write a sheet of rows."""
        sheet = self._sheet(name, heads, widths)
        for place, values in enumerate(rows, start=1):
            for column, value in enumerate(values):
                self._cell(sheet, place, column, value)

    def gifts(self, name: str, found: Iterable[PaperLine], *, currency: str) -> list[Sequence[Any]]:
        """Write the gifts that count; return the rows of those that do not."""
        sheet = self._sheet(name, _GIFT_HEADS, _WIDE)
        left: list[Sequence[Any]] = []
        place = total = 0
        for item in found:
            if item.line.status is not GiftStatus.ELIGIBLE:
                left.append(_left_out(len(left) + 1, item))
                continue
            place += 1
            total += item.line.counted_low
            for column, value in enumerate(_gift(place, item, currency)):
                self._cell(sheet, place, column, value)
        sheet.write_string(place + 1, 0, "合计", self._strong)
        sheet.write_number(place + 1, 21, _yuan(total), self._total)
        return left

    def _sheet(self, name: str, heads: Sequence[str], widths: Sequence[int]) -> Any:
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        for column, (title, width) in enumerate(zip(heads, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, self._strong)
        return sheet

    def _cell(self, sheet: Any, row: int, column: int, value: Any) -> None:
        if isinstance(value, _Money):
            sheet.write_number(row, column, _yuan(value.minor), self._money)
        elif isinstance(value, int):
            sheet.write_number(row, column, value)
        else:
            sheet.write_string(row, column, str(value))


class _Money:
    """An amount in a cell."""

    def __init__(self, minor: int) -> None:
        self.minor = minor


def _yuan(minor: int) -> Decimal:
    return Decimal(minor).scaleb(-2)


def _word(name: str, value: str) -> str:
    """The word of a fact as people call it."""
    return catalogue.shipped().labels.values.get((name, value), (value,))[0]


def _yes(value: Any) -> str:
    return "" if value is None else "是" if value else "否"


def _gift(place: int, item: PaperLine, currency: str) -> Sequence[Any]:
    fact = item.facts.get
    return (
        place,
        item.gift,
        fact("agreement.number", ""),
        fact("agreement.signed_on", ""),
        fact("agreement.signatory", ""),
        item.donor_name,
        fact("donor.credit_code", ""),
        _word("donor.kind", fact("donor.kind", "")),
        fact("gift.project_name", ""),
        _yes(fact("gift.named")),
        _yes(fact("gift.university_may_pool")),
        item.received_on.isoformat(),
        _Money(fact("amount", 0)),
        currency,
        fact("payment.payer", ""),
        fact("payment.reference", ""),
        fact("receipt.code", ""),
        fact("receipt.number", ""),
        fact("receipt.issued_on", ""),
        fact("receipt.payer", ""),
        _Money(fact("refunded", 0)),
        _Money(item.line.counted_low),
        item.voucher,
        "、".join(str(key) for key in item.decisions),
    )


def _left_out(place: int, item: PaperLine) -> Sequence[Any]:
    names = catalogue.shipped().labels.codes
    codes = [code for code in item.line.codes.split(",") if code]
    said = [names.get(code, (code, code))[0] for code in codes]
    asked = [part.rpartition(":")[0] for part in item.line.questions.split(";") if part]
    said += [f"待认定：{questions.label(fact)[0]}" for fact in dict.fromkeys(asked)]
    state = "待认定" if item.line.status is GiftStatus.NEEDS_DECISION else "不予认定"
    return (
        place,
        item.gift,
        item.donor_name,
        item.received_on.isoformat(),
        _Money(item.facts.get("amount", 0)),
        state,
        "；".join(said),
    )

"""The evidence folder of a claim: one zip, one folder for each gift, and an index of everything.

Per gift, in the order in which the rules ask: the agreement and its papers, the bank line, the
bill and its files, the voucher, and the decision with its trace. The same claim gives the same
bytes on every machine: entries are sorted, carry no time of their own and are compressed alike.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.agreements import papers
from foundation.agreements.models import Agreement
from foundation.claims.explaining import Explainer
from foundation.claims.kinds import ClaimState
from foundation.claims.models import Claim
from foundation.claims.scheme_models import Decision
from foundation.matching.results import GiftStatus
from foundation.receipting.models import GiftBill
from foundation.zip_entries import entry
from ledger.accounts import Account
from ledger.errors import Conflict
from ledger.funds import Fund
from ledger.money import to_text
from ledger.vouchers import Voucher, VoucherLine
from receipts import bill_files, files
from reports.claims import reading, workbook
from reports.claims.reading import PaperLine

_INDEX = ("序号", "捐赠编号", "类别", "文件", "说明", "字节", "SHA-256")


class NotFrozen(Conflict):
    """Evidence is put together for what was frozen."""

    code = "claim_not_frozen"
    message = "申请尚未定稿，不能生成证据材料包"


@dataclass(frozen=True, slots=True)
class Packed:
    """What a folder holds."""

    files: int
    gifts: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Paper:
    """One file to put in."""

    kind: str
    name: str
    note: str
    content: bytes


def write(session: Session, claim: Claim, stream: BinaryIO, *, folder: Path) -> Packed:
    """Write the zip of a frozen claim. Raises NotFrozen, FileChanged."""
    if claim.state is ClaimState.DRAFT:
        raise NotFrozen
    index: list[tuple[object, ...]] = []
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        sheet = io.BytesIO()
        workbook.write(session, claim, sheet)
        _put(archive, index, 0, "", _Paper("申请表", "申请表.xlsx", "", sheet.getvalue()))
        explainer = reading.explainer(session, claim)
        used = {item.id: item for item in reading.decisions(session, claim)}
        _decision_files(archive, index, used, folder)
        place = 0
        for item in reading.paper_lines(session, claim):
            if item.line.status is not GiftStatus.ELIGIBLE:
                continue
            place += 1
            where = f"{place:05d}_{item.gift}/"
            for paper in _papers(session, claim, item, explainer, used, folder):
                _put(archive, index, place, where, paper, gift=item.gift)
        listed = _index_text(index)
        _add(archive, "目录.csv", listed)
    return Packed(len(index) + 1, place, hashlib.sha256(listed).hexdigest())


def _decision_files(
    archive: zipfile.ZipFile,
    index: list[tuple[object, ...]],
    used: dict[int, Decision],
    folder: Path,
) -> None:
    for key, decision in used.items():
        if decision.file_digest is not None and decision.file_name is not None:
            content = files.read(folder, decision.file_digest, name=decision.file_name)
            name = f"{key}_{_safe(decision.file_name)}"
            paper = _Paper("认定附件", name, decision.reason, content)
            _put(archive, index, 0, "认定附件/", paper)


def _papers(
    session: Session,
    claim: Claim,
    item: PaperLine,
    explainer: Explainer,
    used: dict[int, Decision],
    folder: Path,
) -> Iterator[_Paper]:
    yield from _agreement(session, item, folder)
    yield _bank_line(item)
    yield from _bill(session, item, folder)
    yield _voucher(session, item)
    yield _decision(claim, item, explainer, used)


def _agreement(session: Session, item: PaperLine, folder: Path) -> Iterator[_Paper]:
    number = item.facts.get("agreement.number")
    if number is None:
        yield _text("协议", "1_协议.txt", "未登记协议", "此捐赠未登记捐赠协议。")
        return
    said = [
        ("协议编号", number),
        ("签署人", item.facts.get("agreement.signatory", "未登记")),
        ("签署日期", item.facts.get("agreement.signed_on", "未登记")),
    ]
    yield _text("协议", "1_协议.txt", str(number), _pairs(said))
    key = session.execute(select(Agreement.id).where(Agreement.number == number)).scalar()
    if key is not None:
        for place, file in enumerate(papers.list_files(session, key), start=1):
            content = files.read(folder, file.digest, name=file.file_name)
            name = f"1_协议_{place}_{_safe(file.file_name)}"
            yield _Paper("协议文件", name, file.file_name, content)


def _bank_line(item: PaperLine) -> _Paper:
    fact = item.facts.get
    said = [
        ("到账日期", item.received_on.isoformat()),
        ("金额", to_text(int(fact("amount", 0)))),
        ("已退款", to_text(int(fact("refunded", 0)))),
        ("付款人", fact("payment.payer", "未登记")),
        ("银行流水号", fact("payment.reference", "未登记")),
    ]
    return _text("银行流水", "2_银行流水.txt", str(fact("payment.reference", "")), _pairs(said))


def _bill(session: Session, item: PaperLine, folder: Path) -> Iterator[_Paper]:
    fact = item.facts.get
    if fact("receipt.number") is None:
        yield _text("票据", "3_票据.txt", "未开具票据", "此捐赠未登记公益事业捐赠票据。")
        return
    said = [
        ("票据代码", fact("receipt.code", "")),
        ("票据号码", fact("receipt.number", "")),
        ("开票日期", fact("receipt.issued_on", "")),
        ("交款人", fact("receipt.payer", "")),
        ("交款人统一社会信用代码", fact("receipt.payer_credit_code", "")),
    ]
    yield _text("票据", "3_票据.txt", str(fact("receipt.number")), _pairs(said))
    keys = session.execute(
        select(GiftBill.bill_id)
        .where(GiftBill.gift_id == item.line.gift_id, GiftBill.is_live)
        .order_by(GiftBill.bill_id)
    ).scalars()
    for key in keys:
        for place, file in enumerate(bill_files.list_files(session, key), start=1):
            content = files.read(folder, file.digest, name=file.file_name)
            name = f"3_票据_{place}_{_safe(file.file_name)}"
            yield _Paper("票据文件", name, file.file_name, content)


def _voucher(session: Session, item: PaperLine) -> _Paper:
    voucher = session.get_one(Voucher, item.voucher_id)
    rows = session.execute(
        select(VoucherLine, Account.code, Account.full_name, Fund.code.label("fund"))
        .join(Account, Account.id == VoucherLine.account_id)
        .join(Fund, Fund.id == VoucherLine.fund_id)
        .where(VoucherLine.voucher_id == item.voucher_id)
        .order_by(VoucherLine.line_no)
    )
    said = [
        f"记账凭证 {item.voucher}",
        f"日期 {voucher.booked_on.isoformat()}　附单据 {voucher.attachment_count} 张",
        f"摘要 {voucher.summary}",
        "",
    ]
    for row in rows:
        line = row.VoucherLine
        side = "借" if int(line.side) > 0 else "贷"
        amount = to_text(abs(line.amount_minor))
        said.append(f"{side}　{row.code} {row.full_name}　基金 {row.fund}　{amount}")
    said += ["", f"制单 {voucher.prepared_by}　审核 {voucher.reviewed_by or ''}"]
    said += [f"记账 {voucher.posted_by or ''}　摘要值 {voucher.digest or ''}"]
    return _text("记账凭证", "4_记账凭证.txt", item.voucher, "\n".join(said))


def _decision(
    claim: Claim, item: PaperLine, explainer: Explainer, used: dict[int, Decision]
) -> _Paper:
    explained = explainer.explain(item.line)
    said = [
        f"{claim.scheme_code} {claim.year} 年度　捐赠 {item.gift}",
        f"认定金额 {to_text(item.line.counted_low)}",
        f"明细摘要值 {item.line.digest}",
        "",
        "逐条说明",
        *(step.zh for step in explained.steps),
        "",
        "所用认定",
    ]
    said += [
        f"{key}：{reading.answer_text(used[key])}；{used[key].reason}"
        f"（{used[key].decided_by} {used[key].decided_on.isoformat()}）"
        for key in item.decisions
        if key in used
    ]
    return _text("认定", "5_认定说明.txt", "", "\n".join(said))


def _text(kind: str, name: str, note: str, text: str) -> _Paper:
    return _Paper(kind, name, note, f"{text}\n".encode())


def _pairs(pairs: list[tuple[str, object]]) -> str:
    return "\n".join(f"{name}：{value}" for name, value in pairs)


def _safe(name: str) -> str:
    return "".join(letter if letter not in '\\/:*?"<>|' else "_" for letter in name)[-120:]


def _put(
    archive: zipfile.ZipFile,
    index: list[tuple[object, ...]],
    place: int,
    where: str,
    paper: _Paper,
    *,
    gift: str = "",
) -> None:
    name = f"{where}{paper.name}"
    _add(archive, name, paper.content)
    digest = hashlib.sha256(paper.content).hexdigest()
    index.append((place or "", gift, paper.kind, name, paper.note, len(paper.content), digest))


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(entry(name), content)


def _index_text(index: list[tuple[object, ...]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(_INDEX)
    writer.writerows(index)
    # The mark at the beginning tells spreadsheets that the text is UTF-8.
    return stream.getvalue().encode("utf-8-sig")

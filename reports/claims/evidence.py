"""The evidence folder of a claim: one zip, one folder for each gift, and an index of everything.

Per gift, in the order in which the rules ask: the agreement and its papers, the bank line, the
bill and its files, the voucher as it is printed, and the decision with its trace. A voucher that
books many gifts is there once; the index names it for each of them, with the clauses that a paper
answers. The same claim gives the same bytes on every machine: entries stand in a fixed order, carry
no time of their own and are compressed alike.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

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
from ledger.clock import DEFAULT_ZONE
from ledger.errors import Conflict
from ledger.money import to_text
from ledger.vouchers import Voucher
from receipts import bill_files, files
from reports.claims import forms, reading, voucher_paper, workbook
from reports.claims.reading import PaperLine
from reports.exporters.pdf import MAX_ROWS

_INDEX = ("序号", "捐赠编号", "类别", "文件", "说明", "条款", "字节", "SHA-256")


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
        for paper in _forms(session, claim):
            _put(archive, index, 0, "", paper)
        explainer = reading.explainer(session, claim)
        used = {item.id: item for item in reading.decisions(session, claim)}
        _decision_files(archive, index, used, folder)
        vouchers = _Vouchers(session, claim, archive)
        clauses = _clauses(explainer)
        place = 0
        for item in reading.paper_lines(session, claim):
            if item.line.status is not GiftStatus.ELIGIBLE:
                continue
            place += 1
            where = f"{place:05d}_{item.gift}/"
            for paper in _papers(session, item, folder):
                clause = clauses.get(paper.kind, "")
                _put(archive, index, place, where, paper, gift=item.gift, clause=clause)
            filed = vouchers.of(item)
            index.append(
                (
                    place,
                    item.gift,
                    "记账凭证",
                    filed.name,
                    item.voucher,
                    clauses.get("记账凭证", ""),
                    filed.size,
                    filed.digest,
                )
            )
            why = _decision(claim, item, explainer, used)
            _put(archive, index, place, where, why, gift=item.gift)
        listed = _index_text(index)
        _add(archive, "目录.csv", listed)
        count = len(archive.namelist())
    return Packed(count, place, hashlib.sha256(listed).hexdigest())


def _forms(session: Session, claim: Claim) -> Iterator[_Paper]:
    """The application: the form and the list on paper, and the workbook with everything."""
    form = io.BytesIO()
    forms.write_form(session, claim, form)
    yield _Paper("申请表", "申请表.pdf", "", form.getvalue())
    if claim.eligible_count <= MAX_ROWS:
        listed = io.BytesIO()
        forms.write_list(session, claim, listed)
        yield _Paper("申请明细", "申请明细.pdf", "", listed.getvalue())
    sheet = io.BytesIO()
    workbook.write(session, claim, sheet)
    yield _Paper("申请表", "申请表.xlsx", "", sheet.getvalue())


# Which rules a paper answers; the index names their clauses.
_ANSWERS = {
    "协议": ("NO_PROJECT_NAME", "NAMED_SCHOLARSHIP", "RESTRICTED_USE", "IP_CLAUSE_MISSING",
             "POLITICAL_CONDITION", "DONOR_BENEFIT", "NOT_FOR_THIS_UNIVERSITY"),
    "银行流水": ("NOT_RECEIVED", "NOT_VIA_FOUNDATION", "NOT_CASH"),
    "票据": ("NAME_MISMATCH",),
    "记账凭证": ("INVESTMENT_INCOME", "PASS_THROUGH"),
}  # fmt: skip


def _clauses(explainer: Explainer) -> dict[str, str]:
    """The clauses that each kind of paper answers, in the order of the scheme."""
    rules = explainer.plan.scheme.gift_rules
    found = {}
    for kind, codes in _ANSWERS.items():
        named = [rule.clause for rule in rules if rule.code in codes and rule.clause]
        found[kind] = "；".join(dict.fromkeys(named))
    return found


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


def _papers(session: Session, item: PaperLine, folder: Path) -> Iterator[_Paper]:
    yield from _agreement(session, item, folder)
    yield _bank_line(item)
    yield from _bill(session, item, folder)


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


class _Vouchers:
    """Vouchers on paper: one file each, however many gifts it books."""

    def __init__(self, session: Session, claim: Claim, archive: zipfile.ZipFile) -> None:
        self._session = session
        self._head = reading.head(session, claim)
        self._archive = archive
        self._made: dict[int, _Filed] = {}

    def of(self, item: PaperLine) -> "_Filed":
        """Return the file of a gift's voucher, written at its first gift."""
        made = self._made.get(item.voucher_id)
        if made is None:
            made = self._made[item.voucher_id] = self._write(item)
        return made

    def _write(self, item: PaperLine) -> "_Filed":
        stream = io.BytesIO()
        voucher_paper.write(
            self._session,
            self._session.get_one(Voucher, item.voucher_id),
            stream,
            organisation=self._head.organisation,
            printed_at=self._head.made_at.astimezone(ZoneInfo(DEFAULT_ZONE)),
        )
        name = f"记账凭证/{_safe(item.voucher or str(item.voucher_id))}.pdf"
        content = stream.getvalue()
        _add(self._archive, name, content)
        return _Filed(name, len(content), hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True)
class _Filed:
    """A file that several gifts share."""

    name: str
    size: int
    digest: str


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
    clause: str = "",
) -> None:
    name = f"{where}{paper.name}"
    _add(archive, name, paper.content)
    digest = hashlib.sha256(paper.content).hexdigest()
    index.append(
        (place or "", gift, paper.kind, name, paper.note, clause, len(paper.content), digest)
    )


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(entry(name), content)


def _index_text(index: list[tuple[object, ...]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(_INDEX)
    writer.writerows(index)
    # The mark at the beginning tells spreadsheets that the text is UTF-8.
    return stream.getvalue().encode("utf-8-sig")

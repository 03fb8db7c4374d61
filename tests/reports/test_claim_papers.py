"""The papers of a claim: the workbook, the evidence folder, the register of lines."""

import csv
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import Engine

import wsgi
from foundation import database
from foundation.claims import computing
from foundation.http.context import Services
from foundation.users.models import Role
from ledger import periods
from reports import registry
from reports.claims import evidence, forms, workbook
from tests import factories, serving
from tests.databases import Databases
from tests.factories import CLOCK
from tests.foundation.claims import claim_cases as cases
from tests.foundation.claims.conftest import build
from tests.refusals import refused


@pytest.fixture
def engine(databases: Databases) -> Engine:  # type: ignore[misc]
    with databases.prepared("sqlite", "served_claims", build) as found:
        yield found


def packed(engine: Engine, claim_id: int, folder: Path) -> bytes:
    stream = io.BytesIO()
    with database.reading(engine) as session:
        evidence.write(session, computing.get_claim(session, claim_id), stream, folder=folder)
    return stream.getvalue()


def sheets(engine: Engine, claim_id: int) -> bytes:
    stream = io.BytesIO()
    with database.reading(engine) as session:
        workbook.write(session, computing.get_claim(session, claim_id), stream)
    return stream.getvalue()


def text_of(pdf: bytes) -> str:
    """The words of a printed paper."""
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_workbook_holds_gifts_reasons_decisions_and_parameters(
    engine: Engine, tmp_path: Path
) -> None:
    claim, gifts = cases.frozen(engine, tmp_path, 120_000_00, 8_000_00)

    book = load_workbook(io.BytesIO(sheets(engine, claim.id)))

    assert book.sheetnames == ["申请表", "申请明细", "未计入", "认定", "办法参数"]
    head = {row[0].value: row[1].value for row in book["申请表"].iter_rows(min_row=2)}
    assert (head["认定捐赠收入"], head["申请配比金额"]) == ("120000.00", "40000.00")
    listed = [[cell.value for cell in row] for row in book["申请明细"].iter_rows(min_row=2)]
    assert listed[0][1] == gifts[0].reference
    assert listed[0][21] == listed[1][21] == 120000
    left = [cell.value for cell in book["未计入"][2]]
    assert left[1] == gifts[1].reference
    assert "低于单笔最低额" in str(left[6])
    assert book["认定"].max_row == 4
    assert {row[2].value for row in book["办法参数"].iter_rows(min_row=2)} == {"confirmed"}


def test_evidence_has_a_folder_for_each_gift_and_an_index_with_digests(
    engine: Engine, tmp_path: Path
) -> None:
    claim, gifts = cases.frozen(engine, tmp_path, 120_000_00, 30_000_00)

    with zipfile.ZipFile(io.BytesIO(packed(engine, claim.id, tmp_path))) as archive:
        names = archive.namelist()
        index = list(csv.reader(archive.read("目录.csv").decode("utf-8-sig").splitlines()))
        why = archive.read(f"00001_{gifts[0].reference}/5_认定说明.txt").decode()
        filed = {row[3]: row for row in index[1:]}
        digests = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in filed}
        voucher = next(archive.read(name) for name in names if name.startswith("记账凭证/"))

    kinds = [row[2] for row in index if row[1] == gifts[0].reference]
    assert kinds == ["协议", "银行流水", "票据", "记账凭证", "认定"]
    assert {*filed, "目录.csv"} == set(names)
    assert digests == {name: row[7] for name, row in filed.items()}
    clauses = {row[2]: row[5] for row in index if row[1] == gifts[0].reference}
    assert (clauses["协议"], clauses["银行流水"]) == ("第六条", "第五条")
    assert {"申请表.pdf", "申请明细.pdf", "申请表.xlsx"} <= set(names)
    assert "第六条" in why
    assert "认定理由：按协议" in why
    text = text_of(voucher)
    assert "记账凭证" in text
    assert "120,000.00" in text


def test_same_claim_gives_the_same_bytes(engine: Engine, tmp_path: Path) -> None:
    claim, _ = cases.frozen(engine, tmp_path)

    assert packed(engine, claim.id, tmp_path) == packed(engine, claim.id, tmp_path)


def test_evidence_of_a_draft_is_refused(engine: Engine, tmp_path: Path) -> None:
    claim, _ = cases.ready(engine, tmp_path)

    with refused("claim_not_frozen"):
        packed(engine, claim.id, tmp_path)


def test_register_of_claim_lines_adds_up(engine: Engine, tmp_path: Path) -> None:
    _, gifts = cases.ready(engine, tmp_path, 120_000_00, 8_000_00)
    # The register is asked by a period that the books have.
    with database.transaction(engine) as session:
        periods.open_through(session, 202701, 202701, actor="admin", clock=CLOCK)

    def register(**options: str) -> tuple[list[tuple[object, ...]], dict[str, int]]:
        with database.reading(engine) as session:
            asked = {"period": str(cases.YEAR)} | options
            table = registry.run(session, "claim_lines", asked, clock=CLOCK)
            rows = [tuple(row.cells[i] for i in (4, 9, 10, 11)) for row in table.rows]
            return rows, dict(table.totals)

    first, second = (gift.reference for gift in gifts)
    counted = (first, 120_000_00, 120_000_00, 40_000_00)
    refused_line = (second, 8_000_00, 0, None)
    assert register() == (
        [counted, refused_line],
        {"amount": 128_000_00, "recognised": 120_000_00, "matched": 40_000_00},
    )
    assert register(standing="ineligible")[0] == [refused_line]
    assert register(standing="needs_decision") == (
        [],
        {"amount": 0, "recognised": 0, "matched": 0},
    )


def test_form_and_list_of_a_claim_are_printed(engine: Engine, tmp_path: Path) -> None:
    claim, gifts = cases.frozen(engine, tmp_path, 120_000_00, 8_000_00)
    form, listed = io.BytesIO(), io.BytesIO()

    with database.reading(engine) as session:
        found = computing.get_claim(session, claim.id)
        forms.write_form(session, found, form)
        forms.write_list(session, found, listed)

    said = text_of(form.getvalue())
    assert "申请配比金额" in said
    assert "40000.00" in said
    assert "偿还贷款" in said
    rows = text_of(listed.getvalue())
    assert gifts[0].reference in rows
    assert gifts[1].reference not in rows
    assert "40,000.00" in rows


def test_papers_are_given_on_the_pages(engine: Engine, tmp_path: Path) -> None:
    claim, _ = cases.frozen(engine, tmp_path)
    app = wsgi.join(
        Services(engine=engine, clock=factories.CLOCK, config=serving.settings(tmp_path))
    )
    auditor = serving.signed_in(app, Role.AUDITOR)

    book = auditor.get(f"/matching/claims/{claim.id}/workbook.xlsx")
    folder = auditor.get(f"/matching/claims/{claim.id}/evidence.zip")
    papers = [auditor.get(f"/matching/claims/{claim.id}/{name}.pdf") for name in ("form", "list")]

    assert (book.status_code, folder.status_code) == (200, 200)
    assert [paper.data[:5] for paper in papers] == [b"%PDF-", b"%PDF-"]
    assert folder.data[:2] == b"PK"
    assert "证据材料包" in auditor.get(f"/matching/claims/{claim.id}").text

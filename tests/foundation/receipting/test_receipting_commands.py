"""The commands around documents, as scripts use them: keys, files, exit codes, who may."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from foundation.cli import build_cli
from foundation.receipting import commands
from tests.factories import CLOCK
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import posted, recorded
from tests.foundation.imports import import_cases
from tests.foundation.receipting import document_cases
from tests.foundation.receipting.document_cases import numbers
from tests.receipts.bill_cases import CODE, PAPER_CODE

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(books: Engine, tmp_path: Path) -> Run:
    cli = build_cli(extra=commands.COMMANDS, clock=CLOCK)
    environ = {
        "DATABASE_URL": books.url.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path / "instance"),
        "PUBLIC_URL": "https://foundation.example.org",
    }

    def call(*arguments: object, by: str = "accountant", code: int = 0) -> dict[str, Any]:
        options = ["--json", *(["--as", by] if by else [])]
        given = [*options, *(str(argument) for argument in arguments)]
        result = CliRunner().invoke(cli, given, env=environ)
        assert result.exit_code == code, result.output
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    return call


def draw(run: Run) -> None:
    run("bills", "add-batch", "--code", CODE, "--first", "0000000001", "--last", "0000000010",
        "--drawn-on", "2026-01-05")  # fmt: skip


def one_bill(
    number: int, *more: object, payer: str = "林晓舟", amount: str = "1000"
) -> list[object]:
    return ["bills", "record", "--code", CODE, "--number", f"{number:010d}", "--date",
            "2026-03-10", "--payer", payer, "--amount", amount, *more]  # fmt: skip


def test_batch_is_drawn_and_counted(run: Run) -> None:
    answer = run(
        "bills", "add-batch", "--code", CODE, "--first", "0000000001", "--last", "0000000010"
    )

    assert (answer["batch"], answer["quantity"], answer["in_stock"]) == (1, 10, 10)
    assert (answer["first"], answer["last"], answer["issued"]) == ("0000000001", "0000000010", 0)
    assert answer["total"] == "0.00"
    (batch,) = run("bills", "batches", by="auditor")["batches"]
    assert batch == answer


def test_bill_is_recorded_from_options(run: Run, books: Engine, tmp_path: Path) -> None:
    draw(run)
    made = posted(books, minor=1_000_00)
    pdf = tmp_path / "票据.pdf"
    pdf.write_bytes(b"%PDF-1.7 official")
    answer = run(*one_bill(1, "--gift", made.reference, "--attach", pdf))

    assert (answer["issued"], answer["total"]) == (1, "1000.00")
    assert answer["first"] == answer["last"] == f"{CODE} 0000000001"
    assert answer["unmatched"] == []
    assert numbers(books, made.gift_id) == [f"{CODE} 0000000001"]
    listed = run("bills", "list", "--state", "issued")
    assert (listed["count"], listed["total"], listed["next"]) == (1, "1000.00", None)
    assert listed["bills"][0]["payer"] == "林晓舟"


def test_bills_are_recorded_from_a_file(run: Run, books: Engine, tmp_path: Path) -> None:
    draw(run)
    made = posted(books, minor=1_000_00)
    path = tmp_path / "票据.csv"
    path.write_text(
        "票据代码,票据号码,开票日期,交款人,金额\n"
        f"{CODE},0000000001,2026-03-10,林晓舟,1000.00\n"
        f"{CODE},0000000002,2026-03-10,周明远,5.50\n",
        encoding="utf-8",
    )
    answer = run("bills", "record", path)

    assert (answer["issued"], answer["total"]) == (2, "1005.50")
    assert (answer["first"], answer["last"]) == (f"{CODE} 0000000001", f"{CODE} 0000000002")
    assert answer["unmatched"] == [f"{CODE} 0000000002"]
    assert numbers(books, made.gift_id) == [f"{CODE} 0000000001"]
    late = posted(books, minor=5_50, donor_name="周明远")
    assert run("bills", "link", CODE, "0000000002", "--gift", late.reference)["gifts"] == 1


def test_wrong_bill_is_taken_back_and_recorded_anew(run: Run, books: Engine) -> None:
    draw(run)
    made = posted(books, minor=1_000_00)
    run(*one_bill(1, "--gift", made.reference, amount="100"))
    run(*one_bill(2, "--red-of", CODE, "0000000001", "--reason", "金额开错", amount="-100"))
    run(*one_bill(3, "--gift", made.reference))

    assert numbers(books, made.gift_id) == [f"{CODE} 0000000003"]
    red = run("bills", "list", "--colour", "red")
    assert [bill["counterpart"] for bill in red["bills"]] == [f"{CODE} 0000000001"]
    assert document_cases.findings(books) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (one_bill(99), "bill_number_not_drawn"),
        (one_bill(1, "--check-code", "?"), "odd_bill"),
        (one_bill(1, "--gift", "G2026-999999"), "unknown_gift"),
        (one_bill(1, amount="0"), "invalid"),
        (one_bill(1, amount="1e3"), "invalid_amount"),
        (["bills", "list", "--after", "0", "--batch", "1"], ""),
        (["letters", "issue", "--gift", "nonsense"], "unknown_gift"),
        (["letters", "issue", "--batch", "4711"], "unknown_import_batch"),
        (["letters", "cancel", "QR-2026-000001", "--reason", "x"], "not_allowed"),
        (["bills", "void", CODE, "0000000001", "--reason", "x"], "not_allowed"),
    ],
)
def test_refusals_have_a_code_and_exit_1(run: Run, arguments: list[object], code: str) -> None:
    draw(run)
    answer = run(*arguments, code=1 if code else 0)

    assert answer.get("error", {}).get("code", "") == code


def test_paper_is_voided_lost_and_written_off_by_the_reviewer(run: Run) -> None:
    run("bills", "add-batch", "--medium", "paper", "--code", PAPER_CODE, "--first", "0000000101",
        "--last", "0000000102")  # fmt: skip
    run("bills", "void", PAPER_CODE, "0000000101", "--reason", "印刷模糊", by="reviewer")
    lost = run(
        "bills", "void", PAPER_CODE, "0000000102", "--reason", "搬迁", "--lost", by="reviewer"
    )
    assert lost["state"] == "lost"
    answer = run("bills", "write-off", 1, "--reference", "核销1号", by="reviewer")

    assert (answer["void"], answer["lost"], answer["in_stock"]) == (1, 1, 0)
    assert answer["written_off_on"] == CLOCK.today().isoformat()


def test_letters_of_a_batch_are_issued_drawn_and_verified(
    run: Run, books: Engine, tmp_path: Path
) -> None:
    brought = import_cases.bring(books, import_cases.table(import_cases.GIFTS))
    import_cases.post_everything(books)
    planned = run("letters", "issue", "--batch", brought.batch_id, "--dry-run", by="auditor")
    answer = run("letters", "issue", "--batch", brought.batch_id)

    assert (planned["planned"], planned["total"]) == (answer["issued"], answer["total"])
    assert (answer["issued"], answer["total"]) == (3, "251066.66")
    assert (answer["first"], answer["last"]) == ("QR-2026-000001", "QR-2026-000003")
    assert [item["code"] for item in answer["excluded"]] == ["anonymous"]

    drawn = run("letters", "render", "--out", tmp_path / "out")
    assert drawn["signed"] is True
    assert [Path(file).name for file in drawn["files"]] == [
        f"QR-2026-00000{number}.pdf" for number in (1, 2, 3)
    ]
    first = Path(drawn["files"][0])
    content = first.read_bytes()
    again = run("letters", "render", "--out", tmp_path / "again", "--batch", brought.batch_id)
    assert Path(again["files"][0]).read_bytes() == content

    verdict = run("letters", "verify", first, by="")
    assert verdict["valid"] is True
    assert verdict["signed_by"] == "示例大学教育发展基金会"
    assert (verdict["number"], verdict["status"]) == ("QR-2026-000001", "genuine")
    assert "林晓舟" not in json.dumps(verdict, ensure_ascii=False)

    first.write_bytes(content + b" ")
    altered = run("letters", "verify", first, by="")
    assert (altered["valid"], altered["status"]) == (False, "altered")
    listed = run("letters", "list", "--batch", brought.batch_id, "--limit", 2)
    assert (listed["count"], listed["total"], listed["next"]) == (3, "251066.66", 2)
    assert document_cases.findings(books) == []


def test_cancelled_and_replaced_letters_verify_as_such(
    run: Run, books: Engine, tmp_path: Path
) -> None:
    made = [posted(books) for _ in range(2)]
    for gift in made:
        run("letters", "issue", "--gift", gift.reference)
    files = run("letters", "render", "--out", tmp_path)["files"]
    replaced = run("letters", "replace", "QR-2026-000001", "--reason", "名称有误")
    run("letters", "cancel", "QR-2026-000002", "--reason", "重复", by="reviewer")

    assert replaced["first"] == "QR-2026-000003"
    statuses = [run("letters", "verify", file, by="")["status"] for file in files]
    assert statuses == ["replaced", "cancelled"]
    copy = run("letters", "render", "QR-2026-000001", "--copy", "--out", tmp_path)["files"][0]
    assert run("letters", "verify", copy, by="")["copy"] is True
    unknown = tmp_path / "other.pdf"
    unknown.write_bytes(b"%PDF-1.7")
    assert run("letters", "verify", unknown, by="")["status"] == "unknown"


def test_statements_of_a_year_are_issued(run: Run, books: Engine) -> None:
    posted(books)
    recorded(books)
    answer = run("letters", "issue", "--year", 2026)

    assert (answer["issued"], answer["first"], answer["gifts"]) == (1, "MX-2026-000001", 1)
    letters = run("letters", "issue", "--year", 2026, "--kind", "letter")
    assert letters["first"] == "QR-2026-000001"
    assert run("letters", "issue", "--year", 2026)["issued"] == 0


def test_second_letter_for_a_gift_is_refused(run: Run, books: Engine) -> None:
    made = posted(books)
    run("letters", "issue", "--gift", made.reference)

    answer = run("letters", "issue", "--gift", made.gift_id, code=1)
    assert answer["error"]["code"] == "not_eligible"


@pytest.mark.parametrize(
    "arguments",
    [
        ["letters", "issue"],
        ["letters", "issue", "--gift", "1", "--year", "2026"],
        ["bills", "record"],
        ["bills", "record", "--number", "1"],
    ],
)
def test_wrong_usage_exits_2(run: Run, arguments: list[str]) -> None:
    assert run(*arguments, code=2)["error"]["code"] == "wrong_usage"


@pytest.mark.parametrize("by", ["auditor", "cashier", "admin", "reviewer"])
def test_only_who_records_gifts_documents_them(run: Run, books: Engine, by: str) -> None:
    made = posted(books)

    answer = run("letters", "issue", "--gift", made.reference, by=by, code=1)
    assert answer["error"]["code"] == "not_allowed"
    answer = run("letters", "issue", "--gift", made.reference, by="", code=1)
    assert answer["error"]["code"] == "actor_needed"
    assert numbers(books, made.gift_id) == []
    assert gift_cases.counts(books)["gift"] == 1


def test_people_read_what_was_done(run: Run, books: Engine, tmp_path: Path) -> None:
    posted(books, is_anonymous=True)
    cli = build_cli(extra=commands.COMMANDS, clock=CLOCK)
    environ = {
        "DATABASE_URL": books.url.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path / "instance"),
    }
    said = CliRunner().invoke(
        cli, ["--as", "accountant", "letters", "issue", "--year", "2026"], env=environ
    )

    assert said.exit_code == 0
    assert "未出具 1 笔：匿名捐赠" in said.stdout
    assert run("letters", "list")["letters"] == []

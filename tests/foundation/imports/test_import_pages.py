"""The import wizard and its API: look first, correct, import once, and see what came of it."""

import html
import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from foundation import database
from foundation.imports import uploads
from foundation.imports.models import ColumnMapping
from foundation.users.models import Role
from ledger.trail import TrailRecord
from tests import serving
from tests.factories import AGENCY_BANK, BANK, CLOCK
from tests.foundation.gifts import gift_cases
from tests.foundation.imports import import_cases
from tests.foundation.imports.import_cases import GIFTS, STATED, TOTAL, Row, table
from tests.serving import ON_BOTH, Browser, Program

WHERE = {"fund": "SCHOL", "account": BANK, "vouchers": "each"}
_SELECT = re.compile(r'<select [^>]*name="([^"]+)".*?>(.*?)</select>', re.DOTALL)
# A header whose words say nothing: who gave and how much has to be said by a person.
ODD_HEADER = ("时日", "谁", "多少", "号")
ODD: tuple[Row, ...] = (
    ("2026-01-05", "林晓舟", "1,000.00", "T001"),
    ("2026-01-06", "沈知遥", "88.80", "T002"),
)


def workbook(*sheets: tuple[str, list[Row]]) -> bytes:
    """Write a workbook of some sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def send(browser: Browser, data: bytes, name: str = "登记表.csv", **fields: str) -> TestResponse:
    """Upload a file from the first page."""
    return browser.post("/imports", {"file": (io.BytesIO(data), name)} | WHERE | fields)


def opened(browser: Browser, data: bytes, name: str = "登记表.csv", **fields: str) -> str:
    """Upload a file and return the address of its preview."""
    answer = send(browser, data, name, **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def typed(page: str) -> dict[str, str]:
    """Return the fields of the preview's form as a browser would send them back."""
    form = page[page.index('action="/imports/preview/') :]
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is not None:
            fields[name[1]] = html.unescape(value[1]) if value else ""
    for name, options in re.findall(
        r'<select [^>]*name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        fields[name] = html.unescape(chosen[1]) if chosen else ""
    for name, text in re.findall(
        r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL
    ):
        fields[name] = html.unescape(text)
    fields.pop("csrf_token")
    return fields


def address_of(preview: str) -> str:
    return preview.partition("?")[0]


def run(browser: Browser, preview: str, page: str, **changes: str) -> TestResponse:
    """Press the button that imports, with what the page holds."""
    return browser.post(f"{address_of(preview)}/run", typed(page) | changes)


def kept_files(folder: Path) -> list[Path]:
    found = folder / uploads.FOLDER
    return list(found.iterdir()) if found.is_dir() else []


def text_of(answer: TestResponse) -> str:
    """The words of a page, without its tags."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


# ---- the way through ----


@ON_BOTH
def test_register_goes_from_upload_to_its_gifts(served: Engine, accountant: Browser) -> None:
    where = opened(accountant, table([*GIFTS, STATED]))
    preview = accountant.get(where)
    assert preview.status_code == 200
    assert import_cases.imported(served) == (0, 0)
    assert "251,066.67" in preview.text
    assert "相符" in preview.text
    assert "第 6 行：合计 251066.67" in text_of(preview)

    answer = run(accountant, where, preview.text)

    assert answer.status_code == 303, text_of(answer)
    assert import_cases.imported(served) == (4, TOTAL)
    shown = accountant.get(answer.headers["Location"])
    assert "林晓舟" in shown.text
    assert "G2026-0000" in shown.text
    assert "全部 4 笔合计 251,066.67" in text_of(shown)
    assert re.search(r'href="/vouchers/\d+"', shown.text)
    assert import_cases.findings(served) == []
    assert "登记表.csv" in accountant.get("/imports").text


def test_fund_is_found_by_its_pinyin_and_other_accounts_are_not_offered(
    accountant: Browser,
) -> None:
    page = accountant.get(opened(accountant, table(GIFTS), fund="jxj")).text

    assert typed(page)["fund"] == "SCHOL"
    assert f'value="{BANK}"' in page
    assert f'value="{AGENCY_BANK}"' not in page


def test_empty_list_says_what_to_do(accountant: Browser) -> None:
    assert "还没有导入过文件" in accountant.get("/imports").text


@ON_BOTH
def test_gifts_of_a_batch_come_in_parts(served: Engine, accountant: Browser) -> None:
    import_cases.bring(served, import_cases.many(5))
    first = accountant.get("/imports/1?limit=3")
    more = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert more is not None
    second = accountant.get(html.unescape(more[1]))

    found = [set(re.findall(r"G2026-\d{6}", page.text)) for page in (first, second)]
    assert [len(part) for part in found] == [3, 2]
    assert not found[0] & found[1]
    assert "全部 5 笔合计" in text_of(second)


def test_daily_vouchers_are_made_when_asked(served: Engine, accountant: Browser) -> None:
    where = opened(accountant, table(GIFTS), vouchers="daily")
    answer = run(accountant, where, accountant.get(where).text)

    assert answer.status_code == 303
    assert gift_cases.counts(served)["voucher"] == 3
    assert "%E5%AF%BC%E5%85%A5%E6%89%B9%E6%AC%A1" in accountant.get("/imports/1").text


# ---- once only ----


@ON_BOTH
def test_same_file_again_imports_nothing(served: Engine, accountant: Browser) -> None:
    import_cases.bring(served, table(GIFTS))
    where = opened(accountant, table(GIFTS))
    page = accountant.get(where)

    assert "都已在账簿中" in page.text
    assert "第 2、3、4、5 行" in text_of(page)
    assert "导入过" in page.text
    assert "/run" not in page.text
    answer = run(accountant, where, page.text)
    assert answer.headers["Location"] == "/imports"
    assert "没有重复导入" in accountant.get("/imports").text
    assert import_cases.imported(served) == (4, TOTAL)


# ---- columns ----


def corrected(page: str) -> dict[str, str]:
    return typed(page) | {
        "header_row": "1",
        "role-0": "date",
        "role-1": "donor",
        "role-2": "amount",
        "role-3": "reference",
    }


@ON_BOTH
def test_corrected_columns_are_read_and_remembered(served: Engine, accountant: Browser) -> None:
    where = opened(accountant, table(ODD, header=ODD_HEADER))
    refused = accountant.get(where)
    assert "没有找到表头" in refused.text
    assert "谁" in refused.text

    read = accountant.post(address_of(where), corrected(refused.text))
    assert read.status_code == 200, text_of(read)
    assert "1,088.80" in read.text
    answer = run(accountant, where, read.text)
    assert answer.status_code == 303, text_of(answer)
    assert import_cases.imported(served) == (2, 1_088_80)

    following = table([("2026-01-09", "顾言", "5", "T009")], header=ODD_HEADER)
    page = accountant.get(opened(accountant, following, "二月.csv"))
    assert "沿用上次" in page.text
    with database.reading(served) as session:
        actions = set(session.execute(select(TrailRecord.action)).scalars())
    assert {"mapping.save", "gifts.import"} <= actions
    assert typed(page.text)["role-1"] == "donor"
    assert "顾言" in page.text


def test_remembered_columns_can_be_left_for_recognition(
    served: Engine, accountant: Browser
) -> None:
    where = opened(accountant, table(GIFTS))
    fields = typed(accountant.get(where).text) | {"role-4": ""}
    read = accountant.post(address_of(where), fields)
    assert run(accountant, where, read.text).status_code == 303
    other = opened(accountant, table([("2026-01-09", "顾言", "5", "T009", "旧")]))
    assert typed(accountant.get(other).text)["role-4"] == ""

    plain = accountant.get(f"{other}&plain=1")
    assert typed(plain.text)["role-4"] == "note"
    assert run(accountant, other, plain.text).status_code == 303
    with database.reading(served) as session:
        assert session.execute(select(ColumnMapping)).all() == []


def test_unit_is_read_from_each_file_and_not_remembered(
    served: Engine, accountant: Browser
) -> None:
    where = opened(accountant, table(GIFTS))
    fields = typed(accountant.get(where).text) | {"role-4": ""}
    read = accountant.post(address_of(where), fields)
    assert run(accountant, where, read.text).status_code == 303

    data = "单位：万元\n".encode() + table([("2026-01-09", "顾言", "5", "T009", "")])
    page = accountant.get(opened(accountant, data))
    assert "沿用上次" in page.text
    assert "50,000.00" in page.text
    assert "单位：万元" in page.text


def test_column_given_twice_is_refused_and_everything_typed_stays(accountant: Browser) -> None:
    where = opened(accountant, table(GIFTS))
    fields = typed(accountant.get(where).text) | {"role-4": "amount", "date": "2026-01-31"}
    answer = accountant.post(address_of(where), fields)

    assert answer.status_code == 422
    assert "“金额”指定了不止一列" in answer.text
    kept = typed(answer.text)
    assert (kept["role-4"], kept["date"], kept["fund"]) == ("amount", "2026-01-31", "SCHOL")


def test_nothing_is_imported_in_a_way_that_was_not_shown(
    served: Engine, accountant: Browser
) -> None:
    where = opened(accountant, table(GIFTS))
    answer = run(accountant, where, accountant.get(where).text, **{"role-4": "donor_other"})

    assert answer.status_code == 422
    assert "先核对" in answer.text
    assert import_cases.imported(served) == (0, 0)
    again = run(accountant, where, answer.text)
    assert again.status_code == 303, text_of(again)


def test_sheet_is_chosen_among_several(served: Engine, accountant: Browser) -> None:
    header = import_cases.HEADER
    data = workbook(
        ("一月", [header, ("2026-01-05", "林晓舟", 10, "A1", "")]),
        ("二月", [("说明",), header, ("2026-02-05", "沈知遥", 20, "A2", "")]),
    )
    where = opened(accountant, data, "全年.xlsx")
    first = accountant.get(where)
    assert "林晓舟" in first.text
    assert "没有读取" in first.text

    second = accountant.post(address_of(where), typed(first.text) | {"sheet": "二月"})
    assert "沈知遥" in second.text
    assert typed(second.text)["header_row"] == "2"
    assert run(accountant, where, second.text).status_code == 303
    assert import_cases.imported(served) == (1, 20_00)


def test_date_is_asked_for_and_candidates_are_offered(served: Engine, accountant: Browser) -> None:
    data = "截至2026年2月3日捐赠名单\n".encode() + table(
        [("林晓舟", "10"), ("沈知遥", "20")], header=("捐赠人", "金额")
    )
    where = opened(accountant, data)
    page = accountant.get(where)
    assert 'name="chosen_date" value="2026-02-03"' in page.text

    read = accountant.post(address_of(where), typed(page.text) | {"chosen_date": "2026-02-03"})
    assert read.status_code == 200
    assert run(accountant, where, read.text).status_code == 303
    gift = gift_cases.stored(served, 1)
    assert gift.received_on == date(2026, 2, 3)


def test_units_that_contradict_each_other_are_decided_by_a_person(
    served: Engine, accountant: Browser
) -> None:
    header = ("日期", "捐赠人", "金额（元）")
    data = "单位：万元\n".encode() + table([("2026-01-05", "林晓舟", "12")], header=header)
    where = opened(accountant, data)
    page = accountant.get(where)
    assert "金额单位不一致" in page.text
    assert typed(page.text)["unit"] == ""

    fields = typed(page.text) | {"unit": "1"}
    fields |= {f"role-{i}": role for i, role in enumerate(("date", "donor", "amount"))}
    read = accountant.post(address_of(where), fields)
    assert run(accountant, where, read.text).status_code == 303, text_of(read)
    assert import_cases.imported(served) == (1, 12_00)


def test_table_without_a_header_is_read_and_not_remembered(
    served: Engine, accountant: Browser
) -> None:
    where = opened(accountant, table([("2026-01-06", "沈知遥", "2")], header=ODD[0][:3]))
    fields = typed(accountant.get(where).text) | {"header_row": "0"}
    fields |= {f"role-{i}": role for i, role in enumerate(("date", "donor", "amount"))}
    read = accountant.post(address_of(where), fields)
    assert run(accountant, where, read.text).status_code == 303, text_of(read)
    assert import_cases.imported(served) == (2, 1_002_00)
    with database.reading(served) as session:
        assert session.execute(select(ColumnMapping)).all() == []


def test_table_that_repeats_side_by_side_keeps_all_its_parts(
    served: Engine, accountant: Browser
) -> None:
    header = ("日期", "捐赠人", "金额", "日期", "捐赠人", "金额")
    row = ("2026-01-05", "林晓舟", "1", "2026-01-06", "沈知遥", "2")
    where = opened(accountant, table([row], header=header))
    page = accountant.get(where)
    assert "并列 2 组" in page.text

    read = accountant.post(address_of(where), typed(page.text))
    assert run(accountant, where, read.text).status_code == 303, text_of(read)
    assert import_cases.imported(served) == (2, 3_00)


# ---- what is refused ----


@pytest.mark.parametrize(
    ("data", "name", "saying"),
    [
        (b"", "空.csv", "是空的"),
        (b"%PDF-1.7 whatever", "登记.pdf", "不支持"),
        (b"PK\x03\x04 not a workbook", "登记.xlsx", "登记.xlsx"),
        (table([("2026-01-05", "林晓舟", "1", "", "")]), "登记.xlsx", "实际内容是"),
        (
            table([("林晓舟", "100", "2026-01-05")], header=("捐赠人", "金额（分）", "日期")),
            "分.csv",
            "单位不支持",
        ),
    ],
)
def test_file_that_cannot_be_read_is_refused_and_removed(
    accountant: Browser, tmp_path: Path, data: bytes, name: str, saying: str
) -> None:
    answer = send(accountant, data, name)

    assert answer.status_code == 422
    assert saying in answer.text
    assert f'value="{BANK}" selected' in answer.text
    assert kept_files(tmp_path) == []


def test_upload_without_a_file_is_asked_again(accountant: Browser) -> None:
    answer = accountant.post("/imports", WHERE)

    assert answer.status_code == 422
    assert "请选择要导入的文件" in answer.text


def test_rows_that_cannot_be_imported_are_named_and_nothing_is_written(
    served: Engine, accountant: Browser
) -> None:
    where = opened(accountant, table([*GIFTS, ("2026-01-09", "顾言", "x", "T9", "")]))
    page = accountant.get(where)
    assert "6 金额 x 应为大于零的金额" in text_of(page)
    assert "/run" not in page.text

    answer = run(accountant, where, page.text)
    assert answer.status_code == 422
    assert "1 行不能导入" in text_of(answer)
    assert import_cases.imported(served) == (0, 0)


def test_total_that_differs_needs_a_reason_which_is_kept(
    served: Engine, accountant: Browser
) -> None:
    where = opened(accountant, table([*GIFTS, ("合计", "", "251066.68", "", "")]))
    page = accountant.get(where)
    assert "相差 −0.01" in text_of(page)

    refused = run(accountant, where, page.text, vouchers="daily")
    assert refused.status_code == 422
    assert "相差 -0.01" in text_of(refused), text_of(refused)
    assert typed(refused.text)["vouchers"] == "daily"
    assert import_cases.imported(served) == (0, 0)

    answer = run(accountant, where, refused.text, reason="表中合计四舍五入")
    assert answer.status_code == 303, text_of(answer)
    assert "表中合计四舍五入" in accountant.get(answer.headers["Location"]).text
    assert [batch.difference_reason for batch in import_cases.batches(served)] == [
        "表中合计四舍五入"
    ]


def test_unknown_fund_and_account_are_said_beside_their_fields(accountant: Browser) -> None:
    where = opened(accountant, table(GIFTS), fund="NONE", account="410102")
    page = accountant.get(where)

    assert 'id="fund-error"' in page.text
    assert "/run" not in page.text
    other = accountant.get(opened(accountant, table(GIFTS), account="410102"))
    assert 'id="account-error"' in other.text


def test_unknown_upload_and_batch_are_not_found(accountant: Browser) -> None:
    assert accountant.get(f"/imports/preview/{'0' * 64}").status_code == 404
    assert accountant.get("/imports/preview/..%2f..%2fsecret_key").status_code == 404
    assert accountant.get("/imports/999").status_code == 404


def test_form_without_its_token_is_refused(served: Engine, accountant: Browser) -> None:
    data = {"file": (io.BytesIO(table(GIFTS)), "登记表.csv")} | WHERE
    assert accountant.client.post("/imports", data=data).status_code == 400
    where = opened(accountant, table(GIFTS))
    fields = typed(accountant.get(where).text)
    assert accountant.client.post(f"{address_of(where)}/run", data=fields).status_code == 400
    assert import_cases.imported(served) == (0, 0)


# ---- who may ----


def test_auditor_looks_and_does_not_import(served: Engine, app: Flask) -> None:
    import_cases.bring(served, table(GIFTS))
    auditor = serving.signed_in(app, Role.AUDITOR)

    page = auditor.get("/imports")
    assert page.status_code == 200
    assert 'name="file"' not in page.text
    assert auditor.get("/imports/1").status_code == 200
    assert send(auditor, table(GIFTS)).status_code == 403
    assert auditor.get(f"/imports/preview/{'0' * 64}").status_code == 403
    assert auditor.post(f"/imports/preview/{'0' * 64}/run").status_code == 403


def test_cashier_sees_nothing_of_imports(served: Engine, app: Flask) -> None:
    import_cases.bring(served, table(GIFTS))
    cashier = serving.signed_in(app, Role.CASHIER)

    for path in ("/imports", "/imports/1", f"/imports/preview/{'0' * 64}"):
        assert cashier.get(path).status_code == 403
    assert send(cashier, table(GIFTS)).status_code == 403


# ---- files ----


def test_file_is_kept_under_its_digest_with_its_name(tmp_path: Path) -> None:
    first = uploads.keep(tmp_path, io.BytesIO(b"a"), "C:\\目录\\登记\x00表.csv", now=CLOCK.now())
    second = uploads.keep(tmp_path, io.BytesIO(b"a"), "别名.csv", now=CLOCK.now())

    assert (first.name, first.is_new, second.is_new) == ("登记表.csv", True, False)
    assert uploads.find(tmp_path, first.digest).name == "别名.csv"
    uploads.remove(second)
    assert uploads.find(tmp_path, first.digest).path.read_bytes() == b"a"
    assert len(kept_files(tmp_path)) == 2


def test_long_name_keeps_its_ending() -> None:
    name = uploads.clean_name("长" * 300 + ".xlsx")

    assert len(name) == 200
    assert name.endswith(".xlsx")


# ---- the API ----


def post(program: Program, data: bytes, name: str = "登记表.csv", **fields: str) -> TestResponse:
    body: dict[str, Any] = {"file": (io.BytesIO(data), name), "fund": "SCHOL", "account": BANK}
    return program.client.post("/api/v1/imports", data=body | fields, headers=program.headers)


@ON_BOTH
def test_program_imports_a_register(served: Engine, importing: Program) -> None:
    answer = post(importing, table([*GIFTS, STATED]))

    assert answer.status_code == 201, answer.text
    found = answer.get_json()
    assert {name: found[name] for name in found if name != "skipped"} == {
        "rows": 4,
        "imported": 4,
        "duplicates": 0,
        "probable_duplicates": [],
        "rejected": [],
        "total": "251066.67",
        "stated_total": "251066.67",
        "ties": True,
        "currency": "CNY",
        "batch": 1,
    }
    assert import_cases.imported(served) == (4, TOTAL)
    listed = importing.get("/api/v1/imports").get_json()
    one = importing.get("/api/v1/imports/1").get_json()
    assert listed == {"items": [one], "next": None}
    assert (one["file"], one["fund"], one["total"]) == ("登记表.csv", "SCHOL", "251066.67")

    again = post(importing, table([*GIFTS, STATED])).get_json()
    assert (again["imported"], again["duplicates"], again["batch"]) == (0, 4, None)
    assert import_cases.imported(served) == (4, TOTAL)


def test_program_reads_columns_as_they_were_corrected_on_the_page(
    served: Engine, accountant: Browser, importing: Program
) -> None:
    following = table([("2026-01-09", "顾言", "5", "T009")], header=ODD_HEADER)
    assert post(importing, following).status_code == 422
    where = opened(accountant, table(ODD, header=ODD_HEADER))
    read = accountant.post(address_of(where), corrected(accountant.get(where).text))
    assert run(accountant, where, read.text).status_code == 303

    tried = post(importing, following, dry_run="true").get_json()
    assert (tried["rows"], tried["total"]) == (1, "5.00")
    done = post(importing, following)
    assert (done.status_code, done.get_json()["imported"]) == (201, 1)


def test_probable_duplicate_is_said_on_the_page_and_to_a_program(
    served: Engine, accountant: Browser, importing: Program
) -> None:
    who = gift_cases.donor(served, name="林晓舟")
    gift = gift_cases.record(served, gift_cases.entry(who, minor=10_00)).reference
    data = table([("2026-01-15", "林晓舟", "10", "T1", "")])
    page = accountant.get(opened(accountant, data)).text
    assert "疑似重复 1 笔" in page
    assert f'href="/gifts/{gift}"' in page
    answer = post(importing, data, dry_run="true").get_json()
    assert answer["probable_duplicates"] == [{"row": 2, "gift": gift}]


def test_dry_run_of_a_program_writes_nothing(
    served: Engine, importing: Program, tmp_path: Path
) -> None:
    rows = [*GIFTS, ("2026-01-09", "顾言", "x", "T9", "")]
    answer = post(importing, table(rows), dry_run="true")

    assert answer.status_code == 200
    found = answer.get_json()
    assert (found["rows"], found["imported"], found["batch"]) == (4, 0, None)
    assert [(row["row"], row["field"]) for row in found["rejected"]] == [(6, "amount")]
    assert import_cases.imported(served) == (0, 0)
    assert kept_files(tmp_path) == []


def test_program_is_told_the_rows_that_stop_a_file(
    served: Engine, importing: Program, tmp_path: Path
) -> None:
    answer = post(importing, table([*GIFTS, ("2026-01-09", "顾言", "x", "T9", "")]))

    assert answer.status_code == 422
    problem = answer.get_json()
    assert problem["code"] == "import_rejected"
    assert [(row["row"], row["field"]) for row in problem["rejected"]] == [(6, "amount")]
    assert import_cases.imported(served) == (0, 0)
    assert kept_files(tmp_path) == []


def test_program_explains_a_total_that_differs(served: Engine, importing: Program) -> None:
    data = table([*GIFTS, ("合计", "", "1", "", "")])
    refused = post(importing, data)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "total_differs")

    accepted = post(importing, data, accept_difference="合计漏填")
    assert accepted.status_code == 201
    assert accepted.get_json()["ties"] is False
    assert importing.get("/api/v1/imports/1").get_json()["difference_reason"] == "合计漏填"


def test_date_and_daily_vouchers_of_a_program(served: Engine, importing: Program) -> None:
    data = table([("林晓舟", "10"), ("沈知遥", "20")], header=("捐赠人", "金额"))
    needed = post(importing, data)
    assert needed.get_json()["code"] == "date_needed"

    answer = post(importing, data, date="2026-01-31", vouchers="daily")
    assert answer.status_code == 201, answer.text
    assert gift_cases.counts(served)["voucher"] == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"fund": ""}, "fund"),
        ({"vouchers": "weekly"}, "vouchers"),
        ({"date": "20260105"}, "date"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_fields_of_a_program_that_do_not_fit_are_named(
    importing: Program, fields: dict[str, str], field: str
) -> None:
    answer = post(importing, table(GIFTS), **fields)

    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]


def test_program_without_a_file_is_told_so(importing: Program) -> None:
    answer = importing.client.post(
        "/api/v1/imports", data={"fund": "SCHOL", "account": BANK}, headers=importing.headers
    )

    assert answer.status_code == 422
    assert "file" in answer.get_json()["errors"]


@ON_BOTH
def test_repeated_request_of_a_program_is_answered_the_same(
    served: Engine, importing: Program
) -> None:
    headers = importing.headers | {"Idempotency-Key": "once"}
    answers = [
        importing.client.post(
            "/api/v1/imports",
            data={
                "file": (io.BytesIO(table(GIFTS)), "登记表.csv"),
                "fund": "SCHOL",
                "account": BANK,
            },
            headers=headers,
        )
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json() == answers[1].get_json()
    assert import_cases.imported(served) == (4, TOTAL)


@pytest.mark.parametrize(
    ("role", "reading", "writing"),
    [(Role.AUDITOR, 200, 403), (Role.CASHIER, 403, 403), (Role.REVIEWER, 200, 403)],
)
def test_roles_hold_for_programs(
    served: Engine, app: Flask, role: Role, reading: int, writing: int
) -> None:
    program = Program(app, serving.issue_token(served, role))

    assert program.get("/api/v1/imports").status_code == reading
    assert post(program, table(GIFTS)).status_code == writing

"""An alumni list is read whole or not at all, in any wording, and adds nobody twice."""

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.alumni import rows
from foundation.users.models import Role
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.foundation.alumni import alumni_cases as cases
from tests.foundation.alumni.alumni_cases import COLLEGE, LIN, LU, ZHOU, csv, read
from tests.refusals import refused
from tests.serving import Browser


@pytest.fixture(params=DIALECTS)
def both(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "alumni", factories.install_books) as found:
        yield found


@pytest.fixture
def local(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "alumni", factories.install_books) as found:
        yield found


def test_list_is_read_and_counts_its_classes(both: Engine) -> None:
    done = read(both, csv(LIN, ZHOU, LU))
    assert (done.rows, done.added, done.known, done.classes) == (3, 3, 0, 2)
    assert cases.members(both) == {("农学1班", 2008): 2, ("农学2班", 2009): 1}


def test_same_list_adds_nobody(both: Engine) -> None:
    read(both, csv(LIN, ZHOU))
    again = read(both, csv(LIN, ZHOU))
    assert (again.added, again.known) == (0, 2)
    more = read(both, csv(ZHOU, LIN, LU))
    assert (more.added, more.known) == (1, 2)


def test_namesakes_of_one_class_stay_two(local: Engine) -> None:
    twin = f"林晓舟,{COLLEGE},农学1班,2008,,,"
    assert read(local, csv(twin, twin)).added == 2
    assert read(local, csv(twin, twin)).added == 0
    assert read(local, csv(twin, twin, twin)).added == 1


def test_stated_size_of_a_class_is_not_made_smaller(local: Engine) -> None:
    from_hand = cases.facts
    with cases.database.transaction(local) as session:
        from_hand.set_class(
            session,
            college=COLLEGE,
            class_name="农学1班",
            year=2008,
            member_count=40,
            actor=factories.PREPARER,
            clock=factories.CLOCK,
        )
    read(local, csv(LIN, ZHOU))
    assert cases.members(local)[("农学1班", 2008)] == 40


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("校友姓名,所在院系,所在班级,届别", f"林晓舟,{COLLEGE},农学1班,2008届"),
        ("Name,College,Class,Year", f"林晓舟,{COLLEGE},农学1班,2008"),
        ("序号,姓 名,性别,院系,专业,年级", f"1,林晓舟,男,{COLLEGE},农学1班,08级"),
        ("学院,班级,姓名", f"{COLLEGE},2008级农学1班,林晓舟"),
        ("姓名,毕业时间,班级,学院名称", f"林晓舟,2008-06-30,农学1班,{COLLEGE}"),
    ],
)
def test_headings_of_any_wording_are_understood(local: Engine, header: str, row: str) -> None:
    found = cases.look(local, csv(row, header=header))
    (person,) = found.people
    assert (person.name, person.college, person.year) == ("林晓舟", COLLEGE, 2008)
    assert "农学1班" in person.class_name


def test_workbook_with_titles_and_sums_is_understood(local: Engine) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ["资源环境学院校友名单"],
        [],
        ["学号", "姓名", "班级", "入学年份", "联系电话"],
        [2008010101, "林晓舟", "农学1班", 2008, 13900000001],
        ["合计", "1 人", None, None, None],
    ):
        sheet.append(line)
    stream = io.BytesIO()
    book.save(stream)
    found = cases.look(local, stream.getvalue(), "名单.xlsx", college=COLLEGE)
    (person,) = found.people
    assert (person.student_number, person.phone) == ("2008010101", "13900000001")


@pytest.mark.parametrize(
    "row",
    [
        f",{COLLEGE},农学1班,2008,1,,",
        "林晓舟,,农学1班,2008,,,",
        f"林晓舟,{COLLEGE},,2008,,,",
        f"林晓舟,{COLLEGE},农学1班,不详,,,",
        f"林晓舟,{COLLEGE},农学1班,3008,,,",
    ],
)
def test_one_wrong_row_keeps_the_whole_list_out(local: Engine, row: str) -> None:
    with refused("alumni_rows_refused"):
        read(local, csv(LIN, row))
    assert cases.members(local) == {}


def test_file_without_names_is_refused(local: Engine) -> None:
    with refused("no_alumni_list_found"):
        read(local, csv("1,2", header="金额,日期"))
    with refused("invalid"):
        read(local, csv())


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("+86 139-0000-0001", "13900000001"),
        ("8613900000001", "13900000001"),
        ("139 0000 0001", "13900000001"),
        ("", ""),
    ],
)
def test_telephones_compare_by_their_digits(typed: str, key: str) -> None:
    assert rows.phone_key(typed) == key


@pytest.fixture
def app(databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    with databases.prepared("sqlite", "alumni_pages", serving.open_books) as found:
        yield serving.application(found, serving.settings(tmp_path))


@pytest.fixture
def accountant(app: Flask) -> Browser:
    return serving.signed_in(app, Role.ACCOUNTANT)


def _upload(browser: Browser, data: bytes, name: str = "名单.csv") -> str:
    answer = browser.post(
        "/alumni/upload", {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_pages_read_a_list_step_by_step(accountant: Browser) -> None:
    place = _upload(accountant, csv(LIN, ZHOU))
    page = accountant.get(place)
    assert page.status_code == 200
    assert "农学1班" in page.text
    done = accountant.post(f"{place}/import", {})
    assert done.status_code == 303
    assert "2" in accountant.get("/alumni").text
    assert accountant.get("/alumni/matches").status_code == 200


def test_person_puts_columns_right(accountant: Browser) -> None:
    place = _upload(accountant, csv(f"林晓舟,{COLLEGE},农学1班,2008", header="甲,乙,丙,丁"))
    page = accountant.get(place)
    assert page.status_code == 422
    roles = {"role-0": "name", "role-1": "college", "role-2": "class_name", "role-3": "year"}
    fields = {**roles, "header_row": "1"}
    assert accountant.post(place, fields).status_code == 200
    assert accountant.post(f"{place}/import", fields).status_code == 303
    wrong = fields | {"role-1": "name"}
    again = _upload(accountant, csv(f"林晓舟,{COLLEGE},农学1班,2009", header="甲,乙,丙,丁"))
    assert accountant.post(again, wrong).status_code == 422


def test_page_names_the_rows_that_are_wrong(accountant: Browser) -> None:
    place = _upload(accountant, csv(LIN, f"林晓舟,{COLLEGE},,2008,,,"))
    page = accountant.get(place)
    assert "第 3 行" in page.text
    assert accountant.post(f"{place}/import", {}).status_code == 422


def test_what_is_no_table_is_refused(accountant: Browser) -> None:
    answer = accountant.post(
        "/alumni/upload",
        {"file": (io.BytesIO(b"%PDF-1.7"), "a.xlsx")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert accountant.post("/alumni/upload", {}).status_code == 422


def test_auditor_reads_and_imports_nothing(app: Flask) -> None:
    auditor = serving.signed_in(app, Role.AUDITOR)
    assert auditor.get("/alumni").status_code == 200
    assert auditor.get("/alumni/matches").status_code == 200
    assert auditor.post("/alumni/upload", {}).status_code == 403
    assert auditor.post("/alumni/matches/sure", {}).status_code == 403

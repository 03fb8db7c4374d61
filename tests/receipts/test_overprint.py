"""Printing onto the paper form: the fields at their places, and nothing of the form itself."""

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from foundation import database
from receipts import overprint
from receipts.forms import loading
from receipts.forms.loading import get_form, list_forms
from receipts.models import Bill, BillBatch, BillLine, BillMedium
from receipts.overprint import Filling, Offset
from tests.receipts import bill_cases
from tests.receipts.bill_cases import PAPER_CODE, bill
from tests.refusals import refused

FORM = "donation_bill_2024"
# What is printed on the paper already, or must never be drawn by anybody else.
OF_THE_FORM = ("票据", "监制", "收据联", "存根", "记账联", "财政", "章", "0000000101", PAPER_CODE)


def filled(**changes: Any) -> Filling:
    """Return what is printed of an invented bill unless changed."""
    fields = {
        "payer": "武汉示例新材料股份有限公司",
        "payer_code": "91350100M000100Y43",
        "check_code": "",
        "issued_on": "2026-03-10",
        "capitals": "人民币壹仟元整",
        "figures": "¥1,000.00",
        "remark": "",
        "drawer": "林会计",
        "checker": "周主管",
    }
    line = {
        "item_code": "0501",
        "item_name": "励学奖助学金",
        "unit": "笔",
        "quantity": "1",
        "standard": "",
        "amount": "1,000.00",
    }
    lines = (line,) * changes.pop("count", 1)
    return Filling(f"{PAPER_CODE} 0000000101", date(2026, 3, 10), fields | changes, lines)


def operators(pdf: bytes) -> str:
    """Return what is drawn on the first page."""
    page = PdfReader(io.BytesIO(pdf)).pages[0]
    return page.get_contents().get_data().decode("latin-1")  # type: ignore[union-attr]


def text_of(pdf: bytes) -> str:
    return str(PdfReader(io.BytesIO(pdf)).pages[0].extract_text())


def recorded(session: Session, number: str = "0000000101") -> tuple[Bill, list[BillLine], Any]:
    stored = session.execute(
        select(Bill).where(Bill.code == PAPER_CODE, Bill.number == number)
    ).scalar_one()
    lines = session.execute(select(BillLine).where(BillLine.bill_id == stored.id)).scalars()
    return stored, list(lines), session.get_one(BillBatch, stored.batch_id).medium


def test_only_the_fields_are_on_the_page() -> None:
    pdf = overprint.render(filled(), get_form(FORM))

    text = text_of(pdf)
    for value in (
        "武汉示例新材料股份有限公司",
        "人民币壹仟元整",
        "¥1,000.00",
        "2026-03-10",
        "励学奖助学金",
    ):
        assert value in text
    for word in OF_THE_FORM:
        assert word not in text
    # No line, box or picture: every operator belongs to a text.
    assert not re.search(r"\b(re|l|S|f|Do)\b", operators(pdf))


def test_page_has_the_size_of_the_form() -> None:
    form = get_form(FORM)
    box = PdfReader(io.BytesIO(overprint.render(filled(), form))).pages[0].mediabox

    assert abs(float(box.width) - form.width * 72 / 254) < 0.01
    assert abs(float(box.height) - form.height * 72 / 254) < 0.01


def test_same_bill_gives_the_same_bytes() -> None:
    form = get_form(FORM)
    assert overprint.render(filled(), form) == overprint.render(filled(), form)


@given(right=st.integers(-300, 300), down=st.integers(-300, 300))
def test_offset_moves_every_field_alike(right: int, down: int) -> None:
    form = get_form(FORM)
    places = [
        [
            (float(x), float(y))
            for x, y in re.findall(r"1 0 0 1 ([-\d.]+) ([-\d.]+) Tm", operators(pdf))
        ]
        for pdf in (
            overprint.render(filled(), form),
            overprint.render(filled(), form, offset=Offset(right, down)),
        )
    ]
    for (x, y), (moved_x, moved_y) in zip(*places, strict=True):
        assert abs(moved_x - x - right * 72 / 254) < 0.02
        assert abs(y - moved_y - down * 72 / 254) < 0.02


def test_long_name_stays_in_its_field() -> None:
    form = get_form(FORM)
    spot = next(spot for spot in form.fields if spot.name == "payer")
    name = "武汉东湖高新技术开发区示例新材料科技发展股份有限公司（华中第二分公司）" * 2
    pdf = overprint.render(filled(payer=name), form)

    text = text_of(pdf).replace("\n", "")
    assert name in text
    sizes = [float(size) for size in re.findall(r"/F\d+ ([\d.]+) Tf", operators(pdf))]
    assert min(sizes) >= spot.size / 10 * 0.6 - 0.01


def test_more_lines_than_the_form_has_are_refused() -> None:
    form = get_form(FORM)
    with refused("invalid", saying=f"最多 {form.most_lines} 行"):
        overprint.render(filled(count=form.most_lines + 1), form)


def test_calibration_page_says_that_it_is_no_bill() -> None:
    pdf = overprint.calibration(get_form(FORM), on=date(2026, 11, 22), offset=Offset(5, -12))
    text = text_of(pdf)

    assert "校准页，不是票据" in text
    assert "0.5 mm" in text
    assert "-1.2 mm" in text
    assert "交款人" in text


@pytest.mark.parametrize("text", ["<b>甲</b>", "甲 & 乙", "=1+1", "甲)Tj(乙"])
def test_markup_is_printed_as_it_stands(text: str) -> None:
    assert text in text_of(overprint.render(filled(payer=text), get_form(FORM)))


def test_every_form_says_where_it_comes_from() -> None:
    for name in list_forms():
        form = get_form(name)
        assert form.source
        assert form.places_source
        # No official text gives the places: they are ours to calibrate, and say so.
        assert form.places_grade in ("I", "A", "B")
        assert form.in_force <= date(2026, 11, 22)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "payer"', 'name = "seal"'),
        ("width = 900", "width = 9000"),
        ('grade = "I"', 'grade = "Z"'),
        ("most = 5", "most = 50"),
        ("step = 75", ""),
    ],
)
def test_form_that_makes_no_sense_does_not_load(old: str, new: str) -> None:
    text = (Path(loading.FOLDER) / f"{FORM}.toml").read_text(encoding="utf-8")
    data = loading.tomllib.loads(text.replace(old, new, 1))
    with refused("invalid"):
        loading.read(data)


def test_unknown_form_is_not_found() -> None:
    with refused("not_found"):
        get_form("../cn")


def test_recorded_paper_bill_is_filled_in(engine: Engine) -> None:
    bill_cases.draw_paper(engine)
    bill_cases.record(engine, bill("0000000101", code=PAPER_CODE, drawer="林会计"))
    with database.reading(engine) as session:
        given = overprint.filling(*recorded(session))

    assert given.fields["capitals"] == "人民币壹仟元整"
    assert given.fields["figures"] == "¥1,000.00"
    assert given.fields["drawer"] == "林会计"
    assert [line["item_name"] for line in given.lines] == ["捐赠"]


def test_red_bill_says_so_before_its_capitals(engine: Engine) -> None:
    bill_cases.draw_paper(engine)
    blue = bill("0000000101", code=PAPER_CODE)
    bill_cases.record(engine, blue)
    bill_cases.record(engine, bill_cases.red("0000000102", blue))
    with database.reading(engine) as session:
        given = overprint.filling(*recorded(session, "0000000102"))

    assert given.fields["capitals"] == "人民币（负数）壹仟元整"
    assert given.fields["figures"] == "-¥1,000.00"


def test_only_a_paper_bill_that_stands_is_printed(engine: Engine) -> None:
    bill_cases.draw_paper(engine)
    bill_cases.record(engine, bill("0000000101", code=PAPER_CODE))
    with database.reading(engine) as session:
        stored, lines, _medium = recorded(session)
        with refused("bill_not_overprinted", saying="电子票据"):
            overprint.filling(stored, lines, BillMedium.ELECTRONIC)
    bill_cases.void(engine, PAPER_CODE, "0000000101")
    with database.reading(engine) as session, refused("bill_not_overprinted", saying="作废"):
        overprint.filling(*recorded(session))

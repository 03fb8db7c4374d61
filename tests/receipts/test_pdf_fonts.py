"""Fonts: what they cover, the table back to Unicode, fallback, and QR codes."""

import io
import re
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from receipts.pdf import fonts, qr
from receipts.pdf.fonts import BOLD, REGULAR, FontSet, MissingGlyph, load_typeface, to_unicode
from receipts.pdf.sheet import A4, Metadata, Sheet, Style

STANDARD = (fonts.FOLDER / "standard_characters.txt").read_text(encoding="utf-8")
CHARACTERS = [character for character in STANDARD if not character.isspace()]
WEB = Path(__file__).parents[2] / "foundation" / "static" / "fonts"
METADATA = Metadata("标题", "作者", "主题", "zh-CN", date(2026, 3, 5), "00" * 32)


def gb2312():
    rows = range(0xB0, 0xF8)
    raw = (bytes((row, cell)) for row in rows for cell in range(0xA1, 0xFF))
    return "".join(each.decode("gb2312", errors="ignore") for each in raw)


def test_table_of_standard_characters_is_complete():
    assert len(CHARACTERS) == len(set(CHARACTERS)) == 8105


@pytest.mark.parametrize("path", [REGULAR, BOLD])
def test_each_weight_has_the_standard_characters_and_gb2312(path):
    face = load_typeface((path,))
    assert len(gb2312()) == 6763
    missing = [character for character in (*CHARACTERS, *gb2312()) if not face.has(character)]
    assert missing == []


def test_regular_has_level_two_of_gb18030():
    face = load_typeface((REGULAR,))
    codes = [*range(0x4E00, 0x9FA6), *range(0x3400, 0x4DB6)]
    assert [code for code in codes if not face.has(chr(code))] == []


@pytest.mark.parametrize("signs", ["¥￥①②⑳〇々（）《》“”‘’——……·、。", "éüñØßĀǎǚńễ", "αβЯяあア"])
def test_signs_of_documents_and_names_are_there(signs):
    for path in (REGULAR, BOLD):
        assert [sign for sign in signs if not load_typeface((path,)).has(sign)] == []


def test_font_files_are_small_enough_and_licensed():
    files = [REGULAR, BOLD, WEB / "NotoSansSC-Regular.woff2", WEB / "NotoSansSC-Bold.woff2"]
    assert sum(path.stat().st_size for path in files) < 18 * 2**20
    for folder in (fonts.FOLDER, WEB):
        assert "SIL OPEN FONT LICENSE Version 1.1" in (folder / "OFL.txt").read_text()
    assert all(path.read_bytes()[:4] == b"wOF2" for path in files[2:])


def test_bold_falls_back_to_regular_for_what_it_lacks():
    face = load_typeface(FontSet().bold)
    rare = "㐀"
    assert not load_typeface((BOLD,)).has(rare)
    assert [path for path, _ in face.runs(f"陈{rare}明")] == [BOLD, REGULAR, BOLD]
    assert "".join(run for _, run in face.runs(f"陈{rare}明")) == f"陈{rare}明"


def test_operator_can_add_a_font():
    chain = FontSet(regular=(BOLD,), bold=(BOLD,)).with_fallback(REGULAR)
    assert chain.regular == chain.bold == (BOLD, REGULAR)
    assert load_typeface(chain.regular).has("㐀")


def test_missing_character_is_named():
    with pytest.raises(MissingGlyph, match=r"“𪚥”（U\+2A6A5）"):
        load_typeface((REGULAR,)).width("陈𪚥", 10)


def test_every_standard_character_comes_back_out_of_the_file():
    sheet = Sheet(A4, FontSet(), METADATA)
    style = Style(5, 6)
    for row, first in enumerate(range(0, 8105, 90)):
        sheet.text(20, 830 - 9 * row, "".join(CHARACTERS[first : first + 90]), style)
    pdf = sheet.finish(lambda _page, _pages: None)
    text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert "".join(text.split()) == "".join(CHARACTERS)


def test_empty_text_leaves_no_trace():
    sheet = Sheet(A4, FontSet(), METADATA)
    sheet.text(50, 500, "", Style(10, 12))
    page = PdfReader(io.BytesIO(sheet.finish(lambda _page, _pages: None))).pages[0]
    assert page.extract_text() == ""
    assert page["/Resources"]["/Font"] == {}


def test_radical_and_ideograph_of_one_glyph_stay_apart():
    sheet = Sheet(A4, FontSet(), METADATA)
    sheet.text(50, 500, "一⼀", Style(10, 12))
    text = PdfReader(io.BytesIO(sheet.finish(lambda _page, _pages: None))).pages[0].extract_text()
    assert text.strip() == "一⼀"


def test_table_to_unicode_is_utf16_in_blocks_of_a_hundred():
    characters = ["𬭸", *(chr(0x4E00 + place) for place in range(249))]
    table = to_unicode(characters)
    assert "<0001> <D872DF78>" in table
    assert re.findall(r"(\d+) beginbfchar", table) == ["100", "100", "50"]
    pairs = re.findall(r"<([0-9A-F]{4})> <([0-9A-F]+)>\n", table.split("endcodespacerange")[1])
    read = {int(code, 16): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}
    assert read == dict(enumerate(characters, start=1))


def test_facing_marks_share_their_empty_halves():
    face = load_typeface((REGULAR,))
    assert face.squeezed("“励学金”、《图书》。") == [4, 5, 9]
    assert face.width("（甲）、", 10) == pytest.approx(35)
    assert face.width("甲，乙。", 10) == pytest.approx(40)


def test_qr_code_is_made_of_whole_rows_and_covers_every_dark_module():
    rows = qr.modules("https://foundation.example.org/verify/abc")
    size = len(rows)
    assert all(len(row) == size for row in rows)
    covered = {
        (x + step, size - 1 - y) for x, y, length in qr.rectangles(rows) for step in range(length)
    }
    dark = {(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
    assert covered == dark
    # The three finders: a dark ring of seven in three corners.
    for left, top in ((0, 0), (size - 7, 0), (0, size - 7)):
        assert bytes(rows[top][left : left + 7]) == b"\x01" * 7

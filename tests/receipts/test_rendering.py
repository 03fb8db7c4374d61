"""The pages: what their text says, what they never say, and that they are the same each time."""

import hashlib
import io
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from ledger.errors import InvalidInput, NotFound
from receipts.content import (
    Designation,
    GiftForm,
    Kind,
    OriginalAmount,
    Recipient,
    RecipientKind,
    digest,
    to_json,
)
from receipts.pdf.fonts import MissingGlyph
from receipts.pdf.frame import Status
from receipts.profile import ForbiddenWord, forbidden_words, get_profile
from receipts.rendering import render

ROOT = Path(__file__).parents[2]
SMALL_PRINT = {
    Kind.LETTER: "本函由江汉示例大学教育发展基金会出具，仅证明收到捐赠，不是财政票据，"
    "不能替代公益事业捐赠票据作为税前扣除凭证。",
    Kind.ANNUAL: "不是财政票据，合计数不能替代公益事业捐赠票据作为税前扣除凭证。",
    Kind.CERTIFICATE: "本证书不作为财务及税前扣除凭证。",
}


def text_of(pdf, *, page=None):
    """Return the text of all pages, or one, without white space."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    chosen = pages if page is None else [pages[page]]
    return "".join("".join(each.extract_text().split()) for each in chosen)


def spans_of(page):
    """Yield left end, right end and height of each line of text that is not slanted."""
    fonts = {}
    for name, font in page["/Resources"]["/Font"].items():
        fonts[name] = font.get_object()["/DescendantFonts"][0].get_object()["/W"][1]
    stream = page.get_contents().get_data().decode("ascii")
    for x, y, shown in re.findall(r"1 0 0 1 (\S+) (\S+) Tm (.*?) ET", stream):
        right = float(x)
        for name, size, codes in re.findall(r"(/F\d+) (\S+) Tf ([^T]*)", shown):
            used = re.findall("[0-9A-F]{4}", "".join(re.findall("<(.*?)>", codes)))
            right += sum(fonts[name][int(code, 16) - 1] for code in used) * float(size) / 1000
        yield float(x), right, float(y)


@pytest.fixture
def statement(documents):
    """Return a statement of 120 gifts."""
    gifts = tuple(documents.gift(position) for position in range(1, 121))
    return documents.content(Kind.ANNUAL, gifts=gifts, recipient=documents.company)


def test_letter_says_what_was_received(documents):
    text = text_of(render(documents.content()))
    for expected in (
        "捐赠确认函",
        "QR-2027-000001",
        "尊敬的陈明澈：",
        "2026年2月2日",
        "励学奖助学金",
        "货币资金",
        "人民币壹仟肆佰零玖元伍角壹分",
        "¥1,409.51",
        "G2026-000001",
        "记-2026-03-0001",
        "代码42050126号码0000000001",
        "统一社会信用代码：53420000MJB0000001",
        "****002X",
        "第1页共1页",
    ):
        assert expected in text


def test_figure_with_a_sign_has_no_unit_after_it(documents):
    text = text_of(render(documents.content()))
    assert "¥1,409.51元" not in text


@pytest.mark.parametrize("kind", [Kind.LETTER, Kind.ANNUAL, Kind.CERTIFICATE])
@pytest.mark.parametrize("status", list(Status))
def test_small_print_is_there_and_forbidden_words_are_not(documents, kind, status):
    content = documents.content(kind, recipient=documents.company)
    text = text_of(render(content, copy=True, status=status))
    assert SMALL_PRINT[kind] in text
    assert forbidden_words(text, content, get_profile("cn")) == []
    assert documents.issuer.registration in text


def test_small_print_is_on_every_page_of_a_statement(documents, statement):
    pdf = render(statement)
    pages = len(PdfReader(io.BytesIO(pdf)).pages)
    assert pages > 3
    for page in range(pages):
        text = text_of(pdf, page=page)
        assert SMALL_PRINT[Kind.ANNUAL] in text
        assert f"第{page + 1}页共{pages}页" in text
        assert "官方票据代码和号码" in text or page == pages - 1


def test_statement_lists_every_gift_once_and_its_total(documents, statement):
    text = text_of(render(statement))
    for position in range(1, 121):
        assert text.count(f"G2026-{position:06d}") == 1
        assert text.count(f"42050126{position:010d}") == 1
    # 120 gifts of 1,409.50 and 0.01 to 1.20 on top.
    assert "合计（120笔）" in text
    assert "¥169,212.60" in text
    # A total in capital characters would look like a bill.
    assert "人民币" not in text


def test_statement_totals_each_currency_apart(documents):
    gifts = (documents.gift(1), documents.gift(2, currency="USD"))
    text = text_of(render(documents.content(Kind.ANNUAL, gifts=gifts)))
    assert "¥1,409.51" in text
    assert "USD1,409.52" in text
    assert text.count("合计（1笔）") == 2


def test_statement_without_gifts_says_so(documents):
    text = text_of(render(documents.content(Kind.ANNUAL, gifts=())))
    assert "本期间没有捐赠记录。" in text
    assert "合计" not in text.replace("合计数不能替代", "")


def test_certificate_shows_no_amount(documents):
    text = text_of(render(documents.content(Kind.CERTIFICATE)))
    assert "捐赠证书" in text
    assert "陈明澈" in text
    assert "¥" not in text
    assert "1,409" not in text
    assert "人民币" not in text


def test_certificate_prints_the_words_of_the_organisation(documents):
    words = "谨以此证感谢您多年来对青年学子的关怀。" * 12
    pdf = render(documents.content(Kind.CERTIFICATE, message=words))
    assert words in text_of(pdf)
    assert "善举泽被学子" not in text_of(pdf)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1


@pytest.mark.parametrize("message", ["", "感谢您的支持。" * 80])
def test_statement_keeps_message_and_signature_off_the_footer(documents, message):
    for count in range(14, 26):
        gifts = tuple(documents.gift(position) for position in range(1, count))
        content = documents.content(Kind.ANNUAL, gifts=gifts, message=message)
        for page in PdfReader(io.BytesIO(render(content))).pages:
            heights = [y for _, _, y in spans_of(page)]
            body = [y for y in heights if y > 110]
            assert len(body) > 2
            # The small print begins below; nothing of the text reaches into it.
            assert not [y for y in heights if 92 < y <= 98]


def test_letter_in_another_currency_has_no_capital_characters(documents):
    item = documents.gift(currency="USD")
    text = text_of(render(documents.content(gifts=(item,))))
    assert "USD1,409.51" in text
    assert "金额（大写）" not in text


def test_rare_characters_of_names_can_be_copied_out(documents):
    for kind in (Kind.LETTER, Kind.ANNUAL, Kind.CERTIFICATE):
        named = Recipient("㛃𬭸𬬭䶮", RecipientKind.ORGANISATION)
        item = documents.gift(designations=(Designation("纪念䶮𬬭基金", 140951),))
        text = text_of(render(documents.content(kind, recipient=named, gifts=(item,))))
        assert "㛃𬭸𬬭䶮" in text
        assert "纪念䶮𬬭基金" in text


@pytest.mark.parametrize(
    "name",
    [
        "<b>陈明</b><script>alert(1)</script>",
        "陈&amp;明<br/>",
        "'; DROP TABLE letter; --",
        "(陈)\\)Tj ET Q",
        "{issuer}{0}%s%(x)s",
        "]]>/JS(app.alert(1))",
    ],
)
def test_markup_and_operators_in_a_name_are_printed_as_text(documents, name):
    pdf = render(documents.content(recipient=Recipient(name)))
    assert "".join(name.split()) in text_of(pdf)
    reader = PdfReader(io.BytesIO(pdf))
    assert "/AA" not in reader.pages[0]
    assert not {"/OpenAction", "/Names", "/AcroForm"} & reader.trailer["/Root"].keys()


@pytest.mark.parametrize("name", ["🙂", "陈𪚥", "محمد", "भारत"])
def test_character_that_no_font_has_is_refused(documents, name):
    with pytest.raises(MissingGlyph) as refused:
        render(documents.content(recipient=Recipient(name)))
    assert refused.value.data["character"] in name
    assert refused.value.data["code_point"].startswith("U+")


def test_long_name_and_long_amount_stay_on_the_page(documents):
    amount = 99_999_999_999_999
    item = documents.gift(amount_minor=amount, designations=(Designation("长" * 120, amount),))
    named = Recipient("很长的名称" * 40, RecipientKind.ORGANISATION)
    for kind in (Kind.LETTER, Kind.ANNUAL, Kind.CERTIFICATE):
        content = documents.content(kind, recipient=named, gifts=(item,))
        reader = PdfReader(io.BytesIO(render(content)))
        for page in reader.pages:
            width, height = page.mediabox.width, page.mediabox.height
            spans = list(spans_of(page))
            assert spans
            assert all(20 <= left <= right <= width - 20 for left, right, _ in spans)
            assert all(20 <= y <= height - 10 for _, _, y in spans)
        assert "很长的名称" * 40 in text_of(render(content))


def test_letter_with_many_projects_goes_on_over_pages(documents):
    parts = tuple(Designation(f"第{number}号奖助学金", 100) for number in range(1, 91))
    item = documents.gift(amount_minor=9000, designations=parts)
    pdf = render(documents.content(gifts=(item,)))
    text = text_of(pdf)
    assert len(PdfReader(io.BytesIO(pdf)).pages) > 1
    assert all(f"第{number}号奖助学金" in text for number in range(1, 91))


def test_gift_in_kind_and_foreign_money_are_described(documents):
    item = documents.gift(
        form=GiftForm.IN_KIND,
        description="图书《数据结构》1,200册",
        original=OriginalAmount(2000, "USD", "7.1234", date(2026, 2, 1)),
        bill=None,
    )
    text = text_of(render(documents.content(gifts=(item,))))
    assert "非货币财产：图书《数据结构》1,200册" in text
    assert "USD20.00（汇率7.1234，2026年2月1日）" in text
    assert "官方票据" not in text


def test_copy_void_replaced_and_specimen_are_marked(documents):
    content = documents.content()
    plain = text_of(render(content))
    assert not any(mark in plain for mark in ("副本", "已作废", "已更换", "样张"))
    assert "副本COPY" in text_of(render(content, copy=True))
    assert "已作废VOID" in text_of(render(content, status=Status.VOID))
    assert "已更换REPLACED" in text_of(render(content, status=Status.REPLACED))
    specimen = documents.content(issued={"is_specimen": True, "number": "TEST-2027-000001"})
    assert "样张SPECIMEN" in text_of(render(specimen))


def test_marks_are_on_every_page(documents, statement):
    pdf = render(statement, copy=True, status=Status.VOID)
    for page in range(len(PdfReader(io.BytesIO(pdf)).pages)):
        text = text_of(pdf, page=page)
        assert "副本COPY" in text
        assert "已作废VOID" in text


def test_successor_is_named_only_on_a_replaced_document(documents):
    with pytest.raises(InvalidInput, match="仅用于已更换的文件"):
        render(documents.content(), replaced_by="QR-2027-000009")


@pytest.mark.parametrize("kind", [Kind.LETTER, Kind.ANNUAL, Kind.CERTIFICATE])
def test_document_names_its_predecessor_and_successor(documents, kind):
    content = documents.content(kind, issued={"replaces": "QR-2026-000007"})
    text = text_of(render(content, status=Status.REPLACED, replaced_by="QR-2027-000009"))
    assert "本文件更换编号QR-2026-000007的文件，原文件作废。" in text
    assert "更换后的编号：QR-2027-000009" in text


def test_forbidden_word_in_a_draft_stops_the_page(documents):
    with pytest.raises(ForbiddenWord):
        render(documents.content(message="凭本函可税前扣除。"))


def test_unknown_profile_or_kind_is_not_found(documents):
    with pytest.raises(NotFound):
        render(documents.content(profile="xx"))
    with pytest.raises(NotFound):
        render(documents.content(Kind.TAX_RECEIPT))


def test_file_names_itself_its_author_language_and_content(documents):
    content = documents.content()
    reader = PdfReader(io.BytesIO(render(content)))
    assert reader.metadata.title == "捐赠确认函 QR-2027-000001"
    assert reader.metadata.author == documents.issuer.name
    assert reader.metadata["/Keywords"] == f"sha256:{digest(content)}"
    assert reader.metadata.creation_date.date() == content.issued_on
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


def test_file_is_fit_for_the_archive(documents):
    content = documents.content(recipient=Recipient("陈<明> & 㛃"))
    reader = PdfReader(io.BytesIO(render(content)))
    root = reader.trailer["/Root"]
    intent = root["/OutputIntents"][0]
    assert intent["/S"] == "/GTS_PDFA1"
    assert intent["/DestOutputProfile"].get_object().get_data()[36:40] == b"acsp"
    described = root.xmp_metadata
    assert described.dc_title["x-default"] == reader.metadata.title
    assert described.dc_creator == [reader.metadata.author]
    assert described.pdf_keywords == reader.metadata["/Keywords"]
    assert described.pdf_producer == reader.metadata.producer
    assert described.xmp_create_date.date() == content.issued_on
    assert b"<pdfaid:part>2</pdfaid:part>" in root["/Metadata"].get_object().get_data()
    assert not any("/Trans" in page for page in reader.pages)
    assert "/Encrypt" not in reader.trailer


@pytest.mark.parametrize("kind", [Kind.LETTER, Kind.ANNUAL, Kind.CERTIFICATE])
def test_archive_checker_has_no_finding(documents, kind):
    pikepdf = pytest.importorskip("pikepdf", reason="pikepdf[pdfa] is not installed")
    pdfa = pytest.importorskip("pikepdf.pdfa", reason="pikepdf[pdfa] is not installed")
    content = documents.content(kind, recipient=Recipient("陈㛃𬭸"))
    with pikepdf.open(io.BytesIO(render(content, copy=True, status=Status.VOID))) as pdf:
        assert list(pdfa.check(pdf, "2b").findings) == []


def test_fonts_are_embedded_and_nothing_else_is_referred_to(documents):
    reader = PdfReader(io.BytesIO(render(documents.content())))
    fonts = reader.pages[0]["/Resources"]["/Font"]
    assert fonts
    for font in fonts.values():
        descendant = font.get_object()["/DescendantFonts"][0].get_object()
        assert descendant["/FontDescriptor"]["/FontFile2"].get_object().get_data()
        assert "NotoSansSC" in font.get_object()["/BaseFont"]
    assert "/XObject" not in reader.pages[0]["/Resources"]


def test_same_content_gives_the_same_bytes(documents, statement):
    for content in (documents.content(), statement, documents.content(Kind.CERTIFICATE)):
        assert render(content) == render(content)
    assert render(documents.content()) != render(documents.content(recipient=Recipient("陈明")))


def test_bytes_do_not_depend_on_process_clock_or_time_zone(documents):
    content = documents.content(recipient=Recipient("陈㛃𬭸"))
    script = (
        "import hashlib, sys\n"
        "from receipts.content import from_json\n"
        "from receipts.rendering import render\n"
        "content = from_json(sys.stdin.buffer.read().decode())\n"
        "print(hashlib.sha256(render(content, copy=True)).hexdigest())\n"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": "7",
        "TZ": "America/Halifax",
        "SOURCE_DATE_EPOCH": "1",
    }
    elsewhere = subprocess.run(
        [sys.executable, "-c", script],
        input=to_json(content).encode(),
        capture_output=True,
        check=True,
        env=environment,
    )
    here = hashlib.sha256(render(content, copy=True)).hexdigest()
    assert elsewhere.stdout.decode().strip() == here


def test_threads_do_not_mix_their_documents_up(documents):
    contents = [documents.content(recipient=Recipient(f"陈{name}")) for name in "明澈思远宇浩㛃𬭸"]
    expected = [render(content) for content in contents]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(render, contents * 3)) == expected * 3


@settings(max_examples=25, deadline=None)
@given(
    name=st.text(
        st.characters(categories=("L", "N", "P", "S", "Zs", "M"), max_codepoint=0x2FFFF),
        min_size=1,
        max_size=12,
    )
)
def test_any_name_is_printed_exactly_or_refused(documents, name):
    try:
        pdf = render(documents.content(recipient=Recipient(name)))
    except InvalidInput:
        return
    assert "".join(name.split()) in text_of(pdf)


def test_canadian_receipt_has_what_the_revenue_agency_lists(documents):
    text = text_of(render(documents.canadian(replaces="QR-2026-000007")))
    for expected in (
        "Officialreceiptforincometaxpurposes",
        "ExampleLakesCollegeFoundation",
        "000000000RR0001",
        "1ExampleStreet,Halifax",
        "Serialnumber",
        "QR-2027-000001",
        "Placeofissue",
        "2026-03-05",
        "2027-01-05",
        "ZoëExemple",
        "22SampleRoad,Toronto",
        "$1,250.00",
        "$50.00(dinner)",
        "$1,200.00",
        "Authorisedsignature",
        "CanadaRevenueAgency",
        "canada.ca/charities-giving",
        "cancelsandreplacesreceiptno.QR-2026-000007",
    ):
        assert expected in text

"""Documents: issuing, drawing against plain reportlab code, signing, the first download, memory.

The peers draw the same page (same texts, fonts, QR code and rules) with reportlab's canvas in the
same run: once as its manual shows it, once tuned (no text coding of streams, the QR code in whole
numbers with a fixed mask, the glyph table not copied). Neither makes archive metadata, which ours
does. Everything is measured on one process, after a warm-up.
"""

import io
import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import Engine, func, select

from benchmarks import places
from foundation import database
from foundation.donors import service as donors
from foundation.donors.models import DonorKind
from foundation.gifts import service as gifts
from foundation.organisation import profiles
from foundation.organisation import service as organisation
from foundation.receipting import drawing, service
from foundation.receipting.drawing import Places
from foundation.receipting.eligibility import Document
from foundation.receipting.scopes import Scope
from foundation.receipting.signer import Seal
from ledger import integrity, posting
from ledger.clock import Clock
from receipts import integrity as document_integrity
from receipts import letter_files, rendering, signing
from receipts.capitals import to_capitals
from receipts.content import (
    BillReference,
    Content,
    Designation,
    Draft,
    GiftItem,
    Issuer,
    Kind,
    Recipient,
)
from receipts.models import Letter, LetterSeries
from receipts.pdf import qr
from receipts.pdf.fonts import Face, FontSet

ISSUED = 10_000
DRAWN = 150
ROUNDS = 3
VERIFY_AT = "https://foundation.example.org/verify/"
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
_NAMES = "明珏睿轩梓涵宇浩然子墨若溪思远嘉懿承志国庆建华淑贞秀兰雨桐欣怡晓东海峰"


def run(where: Path, server: str) -> list[str]:
    """Measure and return the rows of the result tables."""
    rows = ["| database | letters issued in one batch | per second | growth of memory |"]
    rows.append("|---|---|---|---|")
    engines = {"SQLite": prepared("sqlite", where), "PostgreSQL": prepared(server, where)}
    for name, engine in engines.items():
        rate, grown = _issued(engine)
        rows.append(f"| {name} | {ISSUED:,} | {rate:,.0f} | {grown:.0f} MiB |")
    rows += ["", "| one process | per second | ratio |", "|---|---|---|"]
    rows += _drawing()
    rows += ["", "| first download of one letter, cold | ms |", "|---|---|"]
    rows += _cold(engines["SQLite"], where)
    for engine in engines.values():
        engine.dispose()
    return rows


def prepared(base: str, where: Path) -> Engine:
    """Books of the demo organisation with posted gifts, and no letter yet."""
    place = places.fresh(base, "documents", where)
    engine = database.create(place.url)
    clock, day = Clock(), places.this_month()
    with database.transaction(engine) as session:
        organisation.initialise(session, profiles.load("demo"), start=None, clock=clock)
        names = {f"{_name(i)}{i}": DonorKind.PERSON for i in range(ISSUED)}
        donors.ensure_named(session, names, actor=places.ACTOR, clock=clock)
    keys: list[int] = []
    for first in range(1, ISSUED + 1, 500):
        with database.transaction(engine) as session:
            for donor_id in range(first, min(first + 500, ISSUED + 1)):
                entry = gifts.GiftInput(
                    donor=donors.get_ref(session, donor_id),
                    received_on=day,
                    amount_minor=100_00 + donor_id,
                    account_code="100201",
                    allocations=(("GEN", 100_00 + donor_id),),
                )
                made = gifts.record_gift(session, entry, actor=places.ACTOR, clock=clock)
                keys.append(made.voucher_id)
    for first in range(0, len(keys), 1000):
        with database.transaction(engine) as session:
            part = keys[first : first + 1000]
            posting.post(
                session, part, actor=places.REVIEWER, clock=clock, reviewing=True
            ).require()
    return engine


def _issued(engine: Engine) -> tuple[float, float]:
    """Issue a batch in one transaction; return the rate and how much more memory it took."""
    year = places.this_month().year
    before = _peak()
    started = time.perf_counter()
    with database.transaction(engine) as session:
        done = service.issue(
            session,
            Scope(Document.LETTER, year=year),
            verify_at=VERIFY_AT,
            actor=places.ACTOR,
            clock=Clock(),
        )
    spent = time.perf_counter() - started
    grown = _peak() - before
    with database.reading(engine) as session:
        last = session.execute(select(func.max(LetterSeries.last_number))).scalar_one()
        findings = list(integrity.run(session, document_integrity.CHECKS))
    if done.letters != ISSUED or last != ISSUED or findings:
        raise SystemExit(f"issued {done.letters}, last {last}, {findings[:3]}")
    return done.letters / spent, grown


def _drawing() -> list[str]:
    contents = [_content(i) for i in range(DRAWN)]
    fonts = FontSet()
    for name, path in (("R", fonts.regular[0]), ("B", fonts.bold[0])):
        pdfmetrics.registerFont(TTFont(name, str(path)))
        lean = TTFont(f"{name}t", str(path))
        lean.face.__class__ = Face  # reads the glyph table in place
        pdfmetrics.registerFont(lean)
    identity = signing.create_development_identity("测速基金会", moment=Clock().now())
    signer = signing.load_signer(identity.key, identity.chain)
    moment = Clock().now()
    pages = [rendering.render(content) for content in contents]
    seen: dict[str, list[float]] = {"plain": [], "tuned": [], "ours": [], "sign": []}
    # Round by round, so that what else the machine does falls on all of them alike.
    for _ in range(ROUNDS):
        seen["plain"].append(_rate(_plain, contents))
        seen["tuned"].append(_rate(_tuned, contents))
        seen["ours"].append(_rate(rendering.render, contents))
        seen["sign"].append(
            _rate(lambda pdf: signing.sign(pdf, signer, moment=moment, reason="测速"), pages)
        )
    plain, tuned, ours, sign = (statistics.median(rates) for rates in seen.values())
    both = _two_processes(contents)
    return [
        f"| plain reportlab canvas, the same page | {plain:,.0f} | 1.00 |",
        f"| tuned reportlab canvas, the same page | {tuned:,.0f} | {tuned / plain:.2f} |",
        f"| our letter, fit for the archive (PDF/A) | {ours:,.0f} | {ours / plain:.2f} |",
        f"| our letter, two processes | {both:,.0f} | {both / plain:.2f} |",
        f"| signature (RSA 2048, key loaded) | {sign:,.0f} | {sign / plain:.2f} |",
    ]


def _rate(work: Callable[[Any], bytes], things: list[Any]) -> float:
    for thing in things[:5]:
        work(thing)
    started = time.perf_counter()
    for thing in things:
        work(thing)
    return len(things) / (time.perf_counter() - started)


def _render_all(contents: list[Content], barrier: Any) -> None:
    for content in contents[:5]:
        rendering.render(content)
    barrier.wait()
    for content in contents:
        rendering.render(content)


def _two_processes(contents: list[Content]) -> float:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(3)
    workers = [
        context.Process(target=_render_all, args=(contents[at::2] * 2, barrier)) for at in (0, 1)
    ]
    for worker in workers:
        worker.start()
    barrier.wait()
    started = time.perf_counter()
    for worker in workers:
        worker.join()
    return 2 * len(contents) / (time.perf_counter() - started)


def _cold(engine: Engine, where: Path) -> list[str]:
    """Draw, sign, keep and read letters that never had a file, one after another."""
    identity = signing.create_development_identity("测速基金会", moment=Clock().now())
    seal = Seal(signing.load_signer(identity.key, identity.chain), identity.root)
    folder = where / "documents"
    with database.reading(engine) as session:
        query = select(Letter.id).order_by(Letter.id).limit(61)
        keys = list(session.execute(query).scalars())
    spent = []
    for key in keys:
        started = time.perf_counter()
        with database.transaction(engine) as session:
            letter_files.hand_out(
                session,
                key,
                folder=folder,
                signer=seal.signer,
                actor=places.ACTOR,
                clock=Clock(),
            )
        spent.append((time.perf_counter() - started) * 1000)
    first, rest = spent[0], sorted(spent[1:])
    count, grown = _batch_memory(engine, folder, seal)
    memory = f"Memory while {count:,} originals are made: {grown:.0f} MiB more than after 100."
    return [
        f"| the very first: fonts and key read from disk | {first:.0f} |",
        f"| median of the next {len(rest)} | {statistics.median(rest):.0f} |",
        f"| slowest of the next {len(rest)} | {rest[-1]:.0f} |",
        "",
        memory,
    ]


def _batch_memory(engine: Engine, folder: Path, seal: Seal) -> tuple[int, float]:
    with database.reading(engine) as session:
        query = select(Letter.id).order_by(Letter.id).offset(100).limit(400)
        keys = list(session.execute(query).scalars())
    spots = Places(lambda: database.reading(engine), lambda: database.transaction(engine), folder)
    peak = 0.0
    for number, _file in enumerate(
        drawing.originals(spots, keys, seal=seal, actor=places.ACTOR, clock=Clock())
    ):
        if number == 100:
            peak = _peak()
    return len(keys), _peak() - peak


def _peak() -> float:
    """The most memory that the process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _name(number: int) -> str:
    return _SURNAMES[number % len(_SURNAMES)] + _NAMES[number * 7 % len(_NAMES)]


def _content(number: int) -> Content:
    """A letter as it is issued every day."""
    minor = 100_00 + number * 7_919
    day = date(2026, 1 + number % 12, 1 + number % 27)
    gift = GiftItem(
        reference=f"G2026-{number:06d}",
        received_on=day,
        amount_minor=minor,
        designations=(Designation("励学奖助学金", minor),),
        voucher=f"记-2026-{day.month:02}-{number:04d}",
        bill=BillReference("42050126", f"{number:010d}"),
    )
    issuer = Issuer(
        name="江汉示例大学教育发展基金会",
        registration="53420000MJ000000X2",
        name_second="Jianghan Example University Education Foundation",
        address="湖北省武汉市示例路1号",
        telephone="027-00000000",
        website="https://foundation.example.org",
    )
    draft = Draft(
        kind=Kind.LETTER,
        profile="cn",
        issuer=issuer,
        recipient=Recipient(_name(number)),
        gifts=(gift,),
    )
    return Content(
        draft=draft,
        number=f"QR-2027-{number:06d}",
        issued_on=date(2027, 1, 5),
        verify_url=f"{VERIFY_AT}{number:026d}",
    )


def _plain(content: Content) -> bytes:
    """Draw the page of a letter as the manual of reportlab shows it."""
    return _drawn(content, "R", "B", _code_of_widget)


def _tuned(content: Content) -> bytes:
    """Draw it with everything that makes the canvas faster."""
    rl_config.useA85 = 0
    try:
        return _drawn(content, "Rt", "Bt", _code_in_whole_numbers)
    finally:
        rl_config.useA85 = 1


def _code_of_widget(page: Canvas, text: str) -> None:
    code = QrCodeWidget(text, barLevel="M")
    left, bottom, right, top = code.getBounds()
    drawing_of = Drawing(66, 66, transform=[66 / (right - left), 0, 0, 66 / (top - bottom), 0, 0])
    drawing_of.add(code)
    renderPDF.draw(drawing_of, page, 56, 90)


def _code_in_whole_numbers(page: Canvas, text: str) -> None:
    rows = qr.modules(text)
    page.saveState()
    page.translate(56, 90)
    page.scale(66 / len(rows), 66 / len(rows))
    path = page.beginPath()
    for left, bottom, length in qr.rectangles(rows):
        path.rect(left, bottom, length, 1)
    page.drawPath(path, stroke=0, fill=1)
    page.restoreState()


def _drawn(
    content: Content, regular: str, bold: str, draw_code: Callable[[Canvas, str], None]
) -> bytes:
    gift, issuer = content.draft.gifts[0], content.draft.issuer
    stream = io.BytesIO()
    page = Canvas(stream, pagesize=(595.28, 841.89), pageCompression=1)
    page.setTitle(content.number)
    page.setFont(bold, 15)
    page.drawString(56, 788, issuer.name)
    page.setFont(regular, 9)
    page.drawString(56, 774, issuer.name_second)
    page.line(56, 763, 539, 763)
    page.setFont(bold, 21)
    page.drawCentredString(297, 723, "捐赠确认函")
    page.setFont(regular, 9.5)
    page.drawCentredString(297, 707, "Donation Confirmation Letter")
    page.setFont(regular, 8)
    page.drawString(56, 679, f"编号 No.  {content.number}")
    page.drawRightString(539, 679, "出具日期 Date of issue  2027年1月5日")
    page.setFont(regular, 10.5)
    y = 640.0
    for line in (
        f"尊敬的{content.draft.recipient.name}：",
        f"感谢您对{issuer.name}的支持。兹确认，本会已收到您的下列捐赠：",
        f"Thank you for supporting {issuer.name_second}.",
    ):
        page.drawString(56, y, line)
        y -= 17
    rows = (
        ("捐赠人", content.draft.recipient.name),
        ("收到日期", gift.received_on.isoformat()),
        ("捐赠项目", gift.designations[0].project),
        ("捐赠形式", "货币资金"),
        ("金额（大写）", f"人民币{to_capitals(gift.amount_minor)}"),
        ("金额（小写）", f"¥{gift.amount_minor // 100:,}.{gift.amount_minor % 100:02}"),
        ("捐赠编号", gift.reference),
        ("记账凭证号", gift.voucher),
        ("官方票据", "代码 42050126　号码 0000000000"),
    )
    for label, value in rows:
        page.line(56, y, 539, y)
        page.drawString(61, y - 15, label)
        page.drawString(179, y - 15, value)
        y -= 25
    for line in (
        "本会将按照约定的用途管理和使用捐赠财产，依法接受监督，并向捐赠人反馈使用情况。特此确认。",
        "We will use the gift for the agreed purpose and report on its use to the donor.",
    ):
        page.drawString(56, y - 20, line)
        y -= 17
    page.drawRightString(539, y - 40, issuer.name)
    draw_code(page, content.verify_url)
    page.setFont(regular, 7.6)
    page.drawString(56, 60, f"本函由{issuer.name}出具，仅证明收到捐赠，不是财政票据。")
    page.drawString(56, 48, f"{issuer.address}  {issuer.telephone}  {issuer.website}")
    page.showPage()
    page.save()
    return stream.getvalue()

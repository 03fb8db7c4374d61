"""Draw a report on the use of a gift: one page or more of A4, the same content the same bytes."""

from dataclasses import dataclass
from datetime import date

from foundation.uses.content import Content, FundPart
from ledger.money import grouped
from receipts.pdf.fonts import FontSet, load_typeface
from receipts.pdf.sheet import A4, Metadata, Sheet, Style

_LEFT, _RIGHT_MARGIN, _TOP, _BOTTOM = 62.0, 62.0, 66.0, 64.0
_GREY, _LINE = (0.35, 0.35, 0.35), (0.6, 0.64, 0.7)
_TITLE = Style(18, 26, is_bold=True)
_HEAD = Style(12, 20, is_bold=True)
_BODY = Style(10.5, 17)
_STRONG = Style(10.5, 17, is_bold=True)
_SMALL = Style(8.5, 13, colour=_GREY)
_MISSING = "〓"
_BLANK = " "


@dataclass(slots=True)
class _Pen:
    """Where the next line goes."""

    sheet: Sheet
    y: float

    @property
    def right(self) -> float:
        return self.sheet.width - _RIGHT_MARGIN

    @property
    def width(self) -> float:
        return self.right - _LEFT

    def room(self, height: float) -> None:
        if self.y - height < _BOTTOM:
            self.sheet.new_page()
            self.y = self.sheet.height - _TOP

    def words(self, text: str, style: Style = _BODY) -> None:
        for paragraph in text.splitlines() or [""]:
            for line in self.sheet.wrap(_known(paragraph), self.width, style):
                self.room(style.leading)
                self.sheet.text(_LEFT, self.y, line, style)
                self.y -= style.leading

    def row(self, label: str, minor: int, style: Style = _BODY, *, indent: float = 0.0) -> None:
        lines = self.sheet.wrap(_known(label), self.width - 130 - indent, style)
        self.room(style.leading * len(lines))
        self.sheet.text_right(self.right, self.y, grouped(minor), style)
        for line in lines:
            self.sheet.text(_LEFT + indent, self.y, line, style)
            self.y -= style.leading

    def rule(self) -> None:
        self.sheet.rule((_LEFT, self.y + 10), (self.right, self.y + 10), width=0.6, colour=_LINE)

    def gap(self, height: float = 8.0) -> None:
        self.y -= height


def draw(content: Content, digest: str) -> bytes:
    """Return the file of a report."""
    metadata = Metadata(
        title=f"捐赠使用报告 {content.number}",
        author=content.organisation,
        subject="捐赠使用报告",
        language="zh-CN",
        issued_on=date.fromisoformat(content.made_on),
        digest=digest,
    )
    sheet = Sheet(A4, FontSet(), metadata)
    pen = _Pen(sheet, sheet.height - _TOP)
    _opening(pen, content)
    for part in content.parts:
        _fund(pen, part, content)
    _ending(pen, content)
    return sheet.finish(lambda page, pages: _foot(sheet, content, page, pages))


def _opening(pen: _Pen, content: Content) -> None:
    sheet = pen.sheet
    sheet.text_centred(sheet.width / 2, pen.y, _known(content.organisation), _STRONG)
    pen.gap(30)
    sheet.text_centred(sheet.width / 2, pen.y, "捐赠使用报告", _TITLE)
    pen.gap(28)
    sheet.text_right(pen.right, pen.y, f"编号 {content.number}", _SMALL)
    pen.gap(22)
    pen.words(f"{content.donor}：", _STRONG)
    pen.gap(2)
    pen.words(
        f"感谢您于 {content.received_on} 的捐赠（{content.gift}）。现将这笔捐赠自 "
        f"{content.first_month} 至 {content.last_month} 的使用情况报告如下，金额单位为人民币元。"
    )
    pen.gap()
    pen.rule()
    pen.gap(6)
    pen.row("捐赠金额", content.amount_minor)
    if content.refunded_minor:
        pen.row("减：已退回", content.refunded_minor)
    pen.row("至本期末已使用", content.share_minor)
    pen.row("至本期末尚未使用", content.left_minor, _STRONG)
    pen.gap()


def _fund(pen: _Pen, part: FundPart, content: Content) -> None:
    pen.room(120)
    pen.rule()
    pen.gap(8)
    pen.words(f"{part.name}（{part.code}）", _HEAD)
    if part.purpose:
        pen.words(part.purpose, _SMALL)
        pen.gap(4)
    pen.row("您的捐赠", part.given_minor)
    pen.row(f"该基金 {content.first_month} 月初余额", part.opening_minor)
    pen.row("该基金同期收入（含您的捐赠）", part.received_minor)
    pen.row("该基金同期支出", part.spent_minor)
    for name, minor in part.spending:
        pen.row(name, minor, _SMALL, indent=18)
    pen.row("该基金期末余额", part.closing_minor)
    pen.row("其中使用您的捐赠", part.share_minor, _STRONG)
    pen.gap()


def _ending(pen: _Pen, content: Content) -> None:
    if content.note:
        pen.room(60)
        pen.rule()
        pen.gap(8)
        pen.words("项目说明", _HEAD)
        pen.words(content.note)
        pen.gap()
    pen.room(110)
    pen.rule()
    pen.gap(6)
    pen.words(
        "基金的钱不分来源使用。“使用您的捐赠”按这笔捐赠占该基金同期可用资金（期初余额加同期收入）"
        "的比例计算，不超过捐赠金额。数字来自已记账的凭证。",
        _SMALL,
    )
    pen.gap(16)
    pen.sheet.text_right(pen.right, pen.y, _known(content.organisation), _BODY)
    pen.gap(18)
    pen.sheet.text_right(pen.right, pen.y, content.made_on, _BODY)


def _foot(sheet: Sheet, content: Content, page: int, pages: int) -> None:
    y = _BOTTOM - 26
    sheet.text(_LEFT, y, f"本报告不是票据，不作为税前扣除凭证。编号 {content.number}", _SMALL)
    sheet.text_right(sheet.width - _RIGHT_MARGIN, y, f"第 {page} 页，共 {pages} 页", _SMALL)


def _known(text: str) -> str:
    """Return a text that can be printed: what no font has becomes a sign that says so."""
    face = load_typeface(FontSet().regular)
    return "".join(sign if face.has(sign) or sign == _BLANK else _MISSING for sign in text)

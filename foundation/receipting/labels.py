"""The words people read for documents, states and acts; translated where they are shown."""

from foundation.http.languages import mark
from foundation.organisation.qualification import TaxStatus
from foundation.receipting.eligibility import Document
from receipts.content import Kind, RecipientKind
from receipts.models import BillColour, BillMedium, BillState, LetterState, RenderMark

DOCUMENTS = {
    Document.BILL: mark("公益事业捐赠票据"),
    Document.LETTER: mark("捐赠确认函"),
    Document.ANNUAL: mark("年度捐赠明细"),
    Document.CERTIFICATE: mark("捐赠证书"),
    Document.TAX_RECEIPT: mark("税务收据（非中国）"),
}
KINDS = {
    Kind.LETTER: DOCUMENTS[Document.LETTER],
    Kind.ANNUAL: DOCUMENTS[Document.ANNUAL],
    Kind.CERTIFICATE: DOCUMENTS[Document.CERTIFICATE],
    Kind.TAX_RECEIPT: DOCUMENTS[Document.TAX_RECEIPT],
}
# Words and tones of states; the word says it, the colour only repeats it.
BILL_STATES = {
    BillState.IN_STOCK: (mark("库存"), "plain"),
    BillState.ISSUED: (mark("已开具"), "done"),
    BillState.VOID: (mark("作废"), "muted"),
    BillState.LOST: (mark("遗失"), "alert"),
    BillState.RED: (mark("已冲红"), "muted"),
}
COLOURS = {BillColour.BLUE: mark("蓝字"), BillColour.RED: mark("红字")}
MEDIA = {BillMedium.PAPER: mark("纸质"), BillMedium.ELECTRONIC: mark("电子")}
LETTER_STATES = {
    LetterState.ISSUED: (mark("有效"), "done"),
    LetterState.REPLACED: (mark("已更换"), "muted"),
    LetterState.CANCELLED: (mark("已作废"), "muted"),
}
MARKS = {RenderMark.ORIGINAL: mark("原件"), RenderMark.COPY: mark("副本")}
PAYER_KINDS = {RecipientKind.PERSON: mark("个人"), RecipientKind.ORGANISATION: mark("单位")}
TAX_STATUSES = {
    TaxStatus.QUALIFIED: (mark("资格有效期内"), "done"),
    TaxStatus.NOT_LISTED_YET: (mark("名单尚未公布"), "waiting"),
    TaxStatus.OUTSIDE: (mark("不在有效期内"), "muted"),
    TaxStatus.UNKNOWN: (mark("尚未登记公告"), "waiting"),
}
# Acts of the trail on bills and letters.
ACTS = {
    "bill.record": mark("登记票据"),
    "bill.link": mark("关联捐赠"),
    "bill.attach": mark("保存文件"),
    "bill.void": mark("作废票据"),
    "bill.lost": mark("登记遗失"),
    "bill.overprint": mark("套打"),
    "bill_batch.add": mark("登记领用"),
    "bill_batch.write_off": mark("登记核销"),
    "letter.issue": mark("出具"),
    "letter.copy": mark("生成副本"),
    "letter.replace": mark("更换"),
    "letter.cancel": mark("作废文件"),
    "gift.billing": mark("登记开票信息"),
}

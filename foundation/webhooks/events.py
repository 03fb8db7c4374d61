"""What an address may be told of: names that stay, over the acts of the trail.

An event says what happened to which thing and when, never to whom: who may know more asks the
API with a token of its own.
"""

from foundation.http.languages import mark

# Event: (act in the trail, what people call it).
EVENTS: dict[str, tuple[str, str]] = {
    "gift.recorded": ("gift.record", mark("登记捐赠")),
    "gift.imported": ("gifts.import", mark("导入捐赠登记表")),
    "gift.cancelled": ("gift.cancelled", mark("作废捐赠")),
    "gift.corrected": ("gift.corrected", mark("更正捐赠")),
    "gift.refunded": ("gift.refund", mark("登记退款")),
    "voucher.posted": ("voucher.post", mark("凭证记账")),
    "period.closed": ("period.close", mark("结账")),
    "period.reopened": ("period.reopen", mark("反结账")),
    "bill.recorded": ("bill.record", mark("登记票据")),
    "letter.issued": ("letter.issue", mark("出具文件")),
    "letter.replaced": ("letter.replace", mark("更换文件")),
    "letter.cancelled": ("letter.cancel", mark("作废文件")),
    "agreement.signed": ("agreement.sign", mark("签订协议")),
    "pledge.recorded": ("pledge.record", mark("登记承诺")),
    "pledge.paid": ("pledge.pay", mark("承诺履行")),
    "spending.approved": ("spending.approve", mark("批准支出")),
    "spending.paid": ("spending.pay", mark("支付支出")),
    "statements.issued": ("statements.issue", mark("签发报表")),
}
EVENT_OF_ACT = {act: event for event, (act, _) in EVENTS.items()}

"""The words people read for kinds, ways of paying, causes and acts; translated where shown."""

from foundation.donors.models import DonorKind
from foundation.gifts.kinds import ChangeKind, GiftKind, GiftMethod, GiftState, RefundCause
from foundation.http.languages import mark

KINDS = {
    GiftKind.CASH: mark("货币捐赠"),
    GiftKind.CONDITIONAL: mark("附条件货币捐赠"),
    GiftKind.IN_KIND: mark("实物捐赠"),
    GiftKind.NOMINAL: mark("实物捐赠（名义金额）"),
    GiftKind.SERVICE: mark("服务捐赠"),
    GiftKind.EQUITY: mark("股权捐赠"),
    GiftKind.AGENCY: mark("受托代理"),
}
METHODS = {
    GiftMethod.BANK: mark("银行转账"),
    GiftMethod.CASH: mark("现金"),
    GiftMethod.ONLINE: mark("网络支付"),
    GiftMethod.CHEQUE: mark("支票"),
    GiftMethod.OTHER: mark("其他方式"),
}
CAUSES = {
    RefundCause.EXTERNAL: mark("捐赠人、法律或主管部门的原因"),
    RefundCause.OWN: mark("本基金会自身原因（如未按约定使用）"),
}
CHANGES = {
    ChangeKind.CANCELLED: mark("作废"),
    ChangeKind.CORRECTED: mark("更正"),
    ChangeKind.REFUNDED: mark("退款"),
}
SERVED = {
    "programme_expense": mark("业务活动"),
    "management_expense": mark("管理"),
    "fundraising_expense": mark("筹资"),
    "other_expense": mark("其他"),
}
# Words and tones of the states; the word says it, the colour only repeats it.
STATES = {
    GiftState.DRAFT: (mark("凭证退回修改"), "plain"),
    GiftState.SUBMITTED: (mark("待审核"), "waiting"),
    GiftState.REVIEWED: (mark("已审核"), "waiting"),
    GiftState.POSTED: (mark("已记账"), "done"),
    GiftState.CANCELLED: (mark("已作废"), "muted"),
    GiftState.CORRECTED: (mark("已更正"), "muted"),
    GiftState.PARTLY_REFUNDED: (mark("部分退款"), "alert"),
    GiftState.REFUNDED: (mark("已退款"), "alert"),
}
DONORS = {
    DonorKind.ORGANISATION: mark("单位"),
    DonorKind.PERSON: mark("个人"),
    DonorKind.GROUP: mark("集体"),
    DonorKind.ANONYMOUS: mark("匿名"),
}
# Acts of the trail on a gift.
ACTS = {
    "gift.record": mark("登记捐赠"),
    "gift.cancelled": mark("作废捐赠"),
    "gift.corrected": mark("更正捐赠"),
    "gift.refund": mark("登记退款"),
    "gift.undo": mark("撤销变更"),
}

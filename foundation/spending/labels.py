"""The words of spending, as people see them."""

from foundation.http.languages import mark
from foundation.spending.models import ProcurementMethod, SpendingKind, SpendingState, Verdict

KINDS = {
    SpendingKind.GRANT: mark("资助拨款"),
    SpendingKind.SCHOLARSHIP: mark("奖助学金"),
    SpendingKind.PURCHASE: mark("采购"),
    SpendingKind.STAFF: mark("人员费用"),
    SpendingKind.EXPENSE: mark("日常费用"),
}
# The words of a state, and the look of its badge.
STATES = {
    SpendingState.DRAFT: (mark("草稿"), "muted"),
    SpendingState.SUBMITTED: (mark("待审批"), "waiting"),
    SpendingState.APPROVED: (mark("已批准，待付款"), "waiting"),
    SpendingState.PAID: (mark("已付款，待制证"), "waiting"),
    SpendingState.BOOKED: (mark("已制证"), "done"),
    SpendingState.CANCELLED: (mark("已撤销"), "muted"),
}
METHODS = {
    ProcurementMethod.TENDER: mark("招标"),
    ProcurementMethod.COMPARISON: mark("比价"),
    ProcurementMethod.DIRECT: mark("直接采购"),
}
VERDICTS = {Verdict.APPROVED: mark("同意"), Verdict.RETURNED: mark("退回")}

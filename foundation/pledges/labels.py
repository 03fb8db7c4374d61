"""The words people read about pledges; translated where they are shown."""

from foundation.http.languages import mark
from foundation.pledges.models import PledgeChangeKind, PledgeEvidence
from foundation.pledges.queries import PledgeState
from foundation.pledges.schedule import Every

# Words and tones; the word says it, the colour only repeats it.
STATES = {
    PledgeState.OPEN: (mark("履行中"), "waiting"),
    PledgeState.OVERDUE: (mark("逾期"), "alert"),
    PledgeState.CONDITIONAL: (mark("待条件满足"), "plain"),
    PledgeState.FULFILLED: (mark("已履行"), "done"),
    PledgeState.WRITTEN_OFF: (mark("已核销"), "muted"),
    PledgeState.CANCELLED: (mark("已取消"), "muted"),
}
EVIDENCE = {
    PledgeEvidence.AGREEMENT: mark("捐赠协议"),
    PledgeEvidence.LETTER: mark("承诺书或函件"),
    PledgeEvidence.ORAL: mark("口头承诺"),
}
EVERY = {
    Every.MONTH: mark("每月"),
    Every.QUARTER: mark("每季"),
    Every.HALF_YEAR: mark("每半年"),
    Every.YEAR: mark("每年"),
}
CHANGES = {
    PledgeChangeKind.RESCHEDULED: mark("重新安排分期"),
    PledgeChangeKind.WRITTEN_OFF: mark("核销"),
    PledgeChangeKind.CANCELLED: mark("取消"),
    PledgeChangeKind.CONDITION_MET: mark("条件满足"),
}
STAGES = {
    "coming": mark("到期前提醒"),
    "due": mark("到期提醒"),
    "overdue_30": mark("逾期三十日提醒"),
    "overdue_90": mark("逾期九十日提醒"),
}
# Acts of the trail on a pledge.
ACTS = {
    "pledge.record": mark("登记承诺"),
    "pledge.pay": mark("捐赠到账抵付"),
    "pledge.release": mark("抵付因捐赠退回而减少"),
    "pledge.reschedule": mark("重新安排分期"),
    "pledge.ask_write_off": mark("申请核销"),
    "pledge.write_off": mark("批准核销"),
    "pledge.refuse_write_off": mark("退回核销申请"),
    "pledge.cancel": mark("取消承诺"),
    "pledge.meet_condition": mark("登记条件满足"),
}

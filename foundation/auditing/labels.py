"""Words for what the auditor's desk shows."""

from foundation.auditing.papers import PaperKind
from foundation.auditing.plans import SideOf, Source
from foundation.auditing.queries import QueryState
from foundation.auditing.sampling import Method
from foundation.http.languages import mark
from foundation.spending.models import Verdict

SOURCES = {
    Source.LINES: mark("已记账分录"),
    Source.VOUCHERS: mark("已记账凭证"),
    Source.GIFTS: mark("已入账捐赠"),
}
SIDES = {
    SideOf.BOTH: mark("借方和贷方"),
    SideOf.DEBIT: mark("只抽借方"),
    SideOf.CREDIT: mark("只抽贷方"),
}
METHODS = {
    Method.UNITS: mark("货币单元抽样"),
    Method.RANDOM: mark("简单随机抽样"),
    Method.BANDS: mark("按金额分层随机"),
    Method.GROUPS: mark("按科目分层随机"),
    Method.THRESHOLD: mark("大额全查（不低于起点）"),
}
STATES = {
    QueryState.OPEN: (mark("待答复"), "waiting"),
    QueryState.ANSWERED: (mark("已答复"), "done"),
    QueryState.CLOSED: (mark("已关闭"), "muted"),
}
PAPERS = {
    PaperKind.VOUCHER: mark("凭证附件"),
    PaperKind.AGREEMENT: mark("捐赠协议文本"),
    PaperKind.BILL: mark("捐赠票据"),
    PaperKind.LETTER: mark("函件原件"),
    PaperKind.ANSWER: mark("答复附件"),
}
VERDICTS = {Verdict.APPROVED.value: mark("同意"), Verdict.RETURNED.value: mark("退回")}
# How each method chooses, in a sentence that an auditor can check.
PROTOCOLS = {
    Method.UNITS: mark(
        "金额不低于抽样间隔的项目必选；其余按账簿顺序累加金额，落有命中点的项目入选。"
        "首个命中点 = 1 + SHA-256(种子|1) 除以间隔的余数，此后每隔一个间隔取一点。"
    ),
    Method.RANDOM: mark(
        "项目按账簿顺序自 1 编号；依次取 1 + SHA-256(种子|序号) 除以总体项数的余数，"
        "重复的跳过，直至取足。"
    ),
    Method.BANDS: mark(
        "按金额分层，层内按账簿顺序编号；依次取 1 + SHA-256(种子|层号|序号) 除以层内项数的余数，"
        "层号自 0 起，重复的跳过。"
    ),
    Method.GROUPS: mark(
        "每个科目为一层，按科目编码排列，层内按账簿顺序编号；依次取 1 + SHA-256(种子|层号|序号) "
        "除以层内项数的余数，层号自 0 起，重复的跳过。"
    ),
    Method.THRESHOLD: mark("金额不低于起点的项目全部入选。"),
}

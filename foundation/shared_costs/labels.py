"""The words of shared costs, as people see them."""

from foundation.http.languages import mark
from foundation.shared_costs.allocating import Held
from foundation.shared_costs.models import Basis, Function, KeyState, RunState

BASES = {
    Basis.STAFF_TIME: mark("人员工时"),
    Basis.AREA: mark("使用面积"),
    Basis.DIRECT_COST: mark("直接费用"),
    Basis.FIXED: mark("固定比例"),
}
FUNCTIONS = {
    Function.CHARITABLE: mark("慈善活动"),
    Function.OTHER: mark("其他业务活动"),
    Function.MANAGEMENT: mark("管理"),
    Function.FUNDRAISING: mark("募捐"),
}
# The words of a state, and the look of its badge.
KEY_STATES = {
    KeyState.DRAFT: (mark("待批准"), "waiting"),
    KeyState.APPROVED: (mark("已批准"), "done"),
    KeyState.RETIRED: (mark("已停用"), "muted"),
}
RUN_STATES = {
    RunState.BOOKED: (mark("已制证"), "done"),
    RunState.UNDONE: (mark("已撤回"), "muted"),
}
HELD = {
    Held.BALANCE: mark("基金余额不足"),
    Held.FEE_CAP: mark("超过管理费上限"),
    Held.PURPOSE: mark("不属于基金用途"),
}

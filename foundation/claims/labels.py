"""Words for what claims, results and parameters are, and the tone of their badges."""

from typing import Any

from foundation.http import context
from foundation.http.languages import CHINESE, mark

STATES: dict[str, tuple[str, str]] = {
    "draft": (mark("草稿"), "plain"),
    "frozen": (mark("已定稿"), "waiting"),
    "submitted": (mark("已报送"), "waiting"),
    "awarded": (mark("已下达"), "done"),
    "clawed_back": (mark("已追回"), "alert"),
    "withdrawn": (mark("已撤回"), "muted"),
}
RESULTS: dict[str, tuple[str, str]] = {
    "computed": (mark("已计算"), "done"),
    "share_of_pool": (mark("按资金总量分配"), "waiting"),
    "upper_bound": (mark("只有上限"), "waiting"),
    "not_computable": (mark("不能计算"), "alert"),
    "needs_decision": (mark("有待认定"), "waiting"),
    "partial": (mark("部分可计算"), "waiting"),
    "refused": (mark("不在范围内"), "alert"),
}
GIFTS: dict[str, tuple[str, str]] = {
    "eligible": (mark("符合"), "done"),
    "ineligible": (mark("不符合"), "alert"),
    "needs_decision": (mark("待认定"), "waiting"),
}
PARAMETERS: dict[str, tuple[str, str]] = {
    "confirmed": (mark("已核对"), "done"),
    "proposed": (mark("待复核"), "waiting"),
    "unconfirmed": (mark("未核对"), "alert"),
    "memory": (mark("仅凭记忆"), "alert"),
    "unknown": (mark("未见"), "alert"),
}
SCHEMES: dict[str, tuple[str, str]] = {
    "usable": (mark("可测算"), "done"),
    "partial": (mark("条文不全"), "waiting"),
    "skeleton": (mark("仅有框架"), "alert"),
    "planning": (mark("测算用"), "muted"),
}
OUTCOMES: dict[str, tuple[str, str]] = {
    "passed": (mark("符合"), "done"),
    "rejected": (mark("不予认定"), "alert"),
    "open": (mark("待认定"), "waiting"),
    "not_applied": (mark("未适用"), "muted"),
    "counted": (mark("计入"), "done"),
    "unknown": (mark("办法中未见"), "alert"),
    "limited": (mark("受上限限制"), "waiting"),
    "computed": (mark("已计算"), "done"),
    "bounded": (mark("只有上限"), "waiting"),
    "shared": (mark("按资金总量分配"), "waiting"),
}
PAYEES = {"foundation": mark("本基金会"), "university": mark("学校")}


def words() -> dict[str, Any]:
    """Give a template the labels, and the choice between two languages."""
    return {
        "states": STATES,
        "results": RESULTS,
        "gift_states": GIFTS,
        "parameter_states": PARAMETERS,
        "scheme_states": SCHEMES,
        "step_states": OUTCOMES,
        "payees": PAYEES,
        "in_language": in_language,
    }


def in_language(zh: str, en: str) -> str:
    """Choose between a Chinese and an English text of the data."""
    return zh if context.language() == CHINESE else en

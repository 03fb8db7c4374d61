"""Words for what speaks for a proposal and for its states."""

from foundation.alumni.matching import CLASS, MAIL, NAME, ONLY_ONE, PHONE
from foundation.alumni.models import MatchState
from foundation.http.languages import mark

REASONS = {
    NAME: mark("姓名相同"),
    PHONE: mark("手机相同"),
    MAIL: mark("电子邮箱相同"),
    CLASS: mark("班级相同"),
    ONLY_ONE: mark("没有重名"),
}
STATES = {
    MatchState.PROPOSED: mark("待确认"),
    MatchState.CONFIRMED: mark("已确认"),
    MatchState.DECLINED: mark("不是同一人"),
}

"""The words of related parties, as people see them."""

from foundation.http.languages import mark
from foundation.parties.models import DealingKind, RelationKind

RELATIONS = {
    RelationKind.FOUNDER: mark("发起人"),
    RelationKind.MAIN_DONOR: mark("主要捐赠人"),
    RelationKind.BOARD_SOURCE: mark("理事主要来源单位"),
    RelationKind.INVESTEE: mark("被投资方"),
    RelationKind.INFLUENCE: mark("其他控制、共同控制或重大影响"),
}
DEALINGS = {
    DealingKind.DONATION: mark("接受关联方捐赠"),
    DealingKind.GRANT: mark("对关联方资助"),
    DealingKind.JOINT_INVESTMENT: mark("与关联方共同投资"),
    DealingKind.ENTRUSTED_INVESTMENT: mark("委托关联方投资"),
    DealingKind.TRADE: mark("与关联方交易"),
    DealingKind.OTHER_FLOW: mark("其他资金往来"),
}

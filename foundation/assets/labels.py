"""The words of the registers in two languages: kinds, movements, states and acts."""

from foundation.assets.change_models import AssetChangeKind
from foundation.assets.depreciation import Skipped
from foundation.assets.models import AssetKind, InvestmentKind, InvestmentMove, Origin, StockMove
from foundation.http.languages import mark

KINDS: dict[AssetKind, str] = {
    AssetKind.FIXED: mark("固定资产"),
    AssetKind.INTANGIBLE: mark("无形资产"),
}
ORIGINS: dict[Origin, str] = {Origin.BOUGHT: mark("购入"), Origin.DONATED: mark("受赠")}
EXPENSES: dict[str, str] = {
    "management_expense": mark("管理费用"),
    "programme_expense": mark("业务活动成本"),
    "fundraising_expense": mark("筹资费用"),
}
CHANGES: dict[AssetChangeKind, str] = {
    AssetChangeKind.IMPROVEMENT: mark("改良"),
    AssetChangeKind.IMPAIRMENT: mark("计提减值"),
    AssetChangeKind.PART_DISPOSED: mark("部分处置"),
}
CARD_STATES: dict[str, tuple[str, str]] = {
    "held": (mark("在用"), "done"),
    "charged": (mark("已提足"), "plain"),
    "gone": (mark("已处置"), "muted"),
}
MOVES: dict[StockMove, str] = {
    StockMove.RECEIPT: mark("入库"),
    StockMove.ISSUE: mark("发放"),
    StockMove.SALE: mark("变卖"),
    StockMove.HANDOVER: mark("转交"),
    StockMove.SURPLUS: mark("盘盈"),
    StockMove.SHORTAGE: mark("盘亏"),
    StockMove.COUNT: mark("盘点相符"),
    StockMove.UNDONE: mark("撤销"),
}
INVESTMENT_KINDS: dict[InvestmentKind, str] = {
    InvestmentKind.WEALTH_PRODUCT: mark("委托理财"),
    InvestmentKind.LONG_TERM_BOND: mark("长期债权"),
    InvestmentKind.EQUITY: mark("长期股权"),
}
INVESTMENT_MOVES: dict[InvestmentMove, str] = {
    InvestmentMove.PURCHASE: mark("购入"),
    InvestmentMove.DONATION: mark("受赠"),
    InvestmentMove.YIELD: mark("收到收益（冲减成本）"),
    InvestmentMove.INCOME_DUE: mark("应收收益"),
    InvestmentMove.INCOME_RECEIVED: mark("收到应收收益"),
    InvestmentMove.REDEMPTION: mark("收回"),
    InvestmentMove.UNDONE: mark("撤销"),
}
# Under the equity method the same movements mean something else.
EQUITY_MOVES: dict[InvestmentMove, str] = INVESTMENT_MOVES | {
    InvestmentMove.YIELD: mark("确认损益份额"),
    InvestmentMove.INCOME_DUE: mark("宣告分派（冲减账面）"),
}
INVESTMENT_STATES: dict[str, tuple[str, str]] = {
    "overdue": (mark("逾期未收回"), "alert"),
    "due_soon": (mark("即将到期"), "waiting"),
    "held": (mark("持有"), "done"),
    "ended": (mark("已收回"), "muted"),
}
SKIPPED: dict[Skipped, str] = {
    Skipped.NOT_BEGUN: mark("尚未开始计提（固定资产自取得次月起，无形资产自取得当月起）"),
    Skipped.FULLY_CHARGED: mark("已提足"),
    Skipped.GONE: mark("已处置"),
    Skipped.CHARGED_BEFORE: mark("此前已计提到本月"),
}
RISKS = ("R1", "R2", "R3", "R4", "R5")
ACTS: dict[str, str] = {
    "asset.register": mark("登记资产"),
    "asset.transfer": mark("变更使用部门、保管人"),
    "asset.improvement": mark("改良"),
    "asset.impairment": mark("计提减值"),
    "asset.part_disposed": mark("部分处置"),
    "asset.dispose": mark("处置"),
    "asset.undo_disposal": mark("撤销处置"),
    "asset.undo_impairment": mark("撤销减值"),
    "asset.undo_part_disposed": mark("撤销部分处置"),
    "stock.open": mark("建立物资卡"),
    "stock.receipt": mark("入库"),
    "stock.issue": mark("发放"),
    "stock.sale": mark("变卖"),
    "stock.handover": mark("转交"),
    "stock.surplus": mark("盘盈"),
    "stock.shortage": mark("盘亏"),
    "stock.count": mark("盘点相符"),
    "stock.undone": mark("撤销"),
    "investment.purchase": mark("购入"),
    "investment.donation": mark("受赠"),
    "investment.yield": mark("收到收益（冲减成本）"),
    "investment.income_due": mark("应收收益"),
    "investment.income_received": mark("收到应收收益"),
    "investment.redemption": mark("收回"),
    "investment.undone": mark("撤销"),
    "investment.impairment": mark("计提减值"),
    "investment.undo_impairment": mark("撤销减值"),
}

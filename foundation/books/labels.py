"""Words for kinds of vouchers, their history and accounts, as pages show them."""

from foundation.http.languages import mark
from ledger.charts.definitions import AccountCategory, AccountTag, BalanceSide
from ledger.dimensions import DimensionKind
from ledger.vouchers import VoucherKind

KINDS: dict[str, str] = {
    VoucherKind.ORDINARY: mark("普通"),
    VoucherKind.OPENING: mark("期初余额"),
    VoucherKind.CONVERSION: mark("新旧科目转换"),
    VoucherKind.TRANSFER: mark("结转"),
    VoucherKind.CLOSING: mark("期末结转"),
    VoucherKind.REVERSAL: mark("红字冲销"),
    VoucherKind.CORRECTION: mark("更正"),
}

ACTS: dict[str, str] = {
    "voucher.prepare": mark("制单"),
    "voucher.replace": mark("修改"),
    "voucher.submit": mark("提交"),
    "voucher.withdraw": mark("退回草稿"),
    "voucher.review": mark("审核"),
    "voucher.post": mark("记账"),
    "voucher.discard": mark("作废"),
    "voucher.attach": mark("添加附件"),
}

CATEGORIES: dict[str, str] = {
    AccountCategory.ASSET: mark("资产"),
    AccountCategory.LIABILITY: mark("负债"),
    AccountCategory.NET_ASSET: mark("净资产"),
    AccountCategory.INCOME: mark("收入"),
    AccountCategory.EXPENSE: mark("费用"),
}

SIDES: dict[str, str] = {BalanceSide.DEBIT: mark("借"), BalanceSide.CREDIT: mark("贷")}

GRADES: dict[str, str] = {
    "A": mark("A 官方文本"),
    "B": mark("B 逐字引用"),
    "C": mark("C 二手来源"),
    "M": mark("M 凭记忆"),
    "I": mark("I 推定"),
}

DIMENSIONS: dict[str, str] = {
    DimensionKind.DONOR: mark("捐赠人"),
    DimensionKind.COUNTERPARTY: mark("往来单位"),
    DimensionKind.PROJECT: mark("项目"),
    DimensionKind.CASH_FLOW_ITEM: mark("现金流量"),
}

# What statements, ratios and posting rules bind to; the same in every chart.
TAGS: dict[str, str] = {
    AccountTag.CASH_ON_HAND: mark("库存现金"),
    AccountTag.BANK: mark("银行存款"),
    AccountTag.AGENCY_ASSET: mark("受托代理资产"),
    AccountTag.AGENCY_LIABILITY: mark("受托代理负债"),
}

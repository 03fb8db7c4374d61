"""Words for what the bank's pages show; states come with the tone of their badge."""

from foundation.banking.models import ItemKind, MatchOrigin, ReconciliationState
from foundation.http.languages import mark

STATES: dict[str, tuple[str, str]] = {
    "no_statement": (mark("没有对账单"), "muted"),
    "unreconciled": (mark("未编制"), "waiting"),
    ReconciliationState.PREPARED: (mark("待复核"), "waiting"),
    ReconciliationState.REVIEWED: (mark("已核对"), "done"),
    "stale": (mark("有变动"), "alert"),
}
ORIGINS: dict[str, str] = {
    MatchOrigin.AUTOMATIC: mark("自动勾对"),
    MatchOrigin.ACCEPTED: mark("采纳建议"),
    MatchOrigin.MANUAL: mark("人工勾对"),
}
KINDS: dict[ItemKind, str] = {
    ItemKind.BANK_RECEIVED: mark("加：银行已收、本单位未收"),
    ItemKind.BANK_PAID: mark("减：银行已付、本单位未付"),
    ItemKind.BOOKS_RECEIVED: mark("加：本单位已收、银行未收"),
    ItemKind.BOOKS_PAID: mark("减：本单位已付、银行未付"),
}

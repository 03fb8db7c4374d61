"""What the registers book: pure functions from an event to a voucher draft, as `posting_rules`.

Accounts are found by tag and restriction in the chart of the date. S1 is 财会〔2004〕7号, S2
财会〔2020〕9号, S3 财会〔2024〕25号; grades as there. Amounts are fen.
"""

from collections.abc import Sequence
from dataclasses import replace

from foundation import posting_rules
from foundation.assets.standing import Standing
from foundation.posting_lines import (
    Event,
    account_for,
    exchange,
    is_2004,
    line_of,
    voucher_of,
)
from ledger.catalogue import AccountInfo, Catalogue
from ledger.vouchers import Line, VoucherDraft, credit

ALLOWANCES = {
    "fixed_asset": "accumulated_depreciation",
    "intangible_asset": "accumulated_amortisation",
}

IMPAIRED = {
    "fixed_asset": "fixed_asset_impairment_allowance",
    "intangible_asset": "intangible_asset_impairment_allowance",
    "short_term_investment": "short_term_investment_allowance",
    "long_term_debt_investment": "long_term_investment_allowance",
    "long_term_equity": "long_term_investment_allowance",
}


def allowance_of(known: Catalogue, event: Event, asset: AccountInfo, fund: int) -> AccountInfo:
    """累计折旧, 累计摊销; under 2004 an intangible asset is credited itself (S1 第四十六条 [A])."""
    if asset.tag == "intangible_asset" and is_2004(known, event.on):
        return asset
    return account_for(known, event.on, ALLOWANCES[asset.tag], fund)


def depreciation(
    known: Catalogue, event: Event, charges: Sequence[tuple[str, AccountInfo, int, int]]
) -> VoucherDraft:
    """计提折旧、摊销: Dr the expense, Cr 累计折旧 or 累计摊销; S1 第三十八、四十六条 [A].

    `charges` are (expense tag, account of the asset, fund, fen). A restricted fund bears it as
    限定性费用 ([I]; under 2004 the use itself releases, S2 五（二）3 [A]).
    """
    sums: dict[tuple[int, int], int] = {}
    for tag, asset, fund, minor in charges:
        expense = account_for(known, event.on, tag, fund)
        allowance = allowance_of(known, event, asset, fund)
        for account, amount in ((expense, minor), (allowance, -minor)):
            sums[account.id, fund] = sums.get((account.id, fund), 0) + amount
    lines = [
        line_of(known, event, known.accounts[account], fund, minor)
        for (account, fund), minor in sorted(sums.items(), key=lambda item: item[1] < 0)
    ]
    return voucher_of(event, "asset.depreciation", lines)


def disposal(
    known: Catalogue,
    event: Event,
    asset: AccountInfo,
    *,
    fund: int,
    gone: Standing,
    proceeds: int,
    money_id: int | None,
) -> VoucherDraft:
    """处置: through 固定资产清理, net gain 其他收入, net loss 其他费用. S1 [A].

    The allowance for impairment leaves with the asset.
    """
    net = gone.net_minor
    lines: list[Line] = []

    def add(account: AccountInfo, minor: int) -> None:
        if minor:
            lines.append(line_of(known, event, account, fund, minor))

    allowance = allowance_of(known, event, asset, fund)
    if gone.impaired_minor:
        add(account_for(known, event.on, IMPAIRED[asset.tag], fund), gone.impaired_minor)
    if allowance.id == asset.id:
        add(asset, gone.charged_minor - gone.cost_minor)
    else:
        add(allowance, gone.charged_minor)
        add(asset, -gone.cost_minor)
    if asset.tag == "fixed_asset":
        clearing = account_for(known, event.on, "fixed_asset_disposal", fund)
        # What came in and what is left meet in the clearing account, which ends at zero.
        for minor in (net, -proceeds, proceeds - net):
            add(clearing, minor)
    if proceeds and money_id is not None:
        add(known.accounts[money_id], proceeds)
    difference = proceeds - net
    tag = "other_income" if difference > 0 else "other_expense"
    if difference:
        add(account_for(known, event.on, tag, fund), -difference)
    return voucher_of(event, "asset.disposal", lines)


def asset_impaired(
    known: Catalogue, event: Event, asset: AccountInfo, fund: int, minor: int
) -> VoucherDraft:
    """计提减值准备: Dr 资产减值损失 ([C]; 2004: 管理费用 [A]), Cr the allowance.

    The allowances of fixed and intangible assets are accounts that the organisation adds itself.
    """
    return _impaired(known, event, "asset.impairment", IMPAIRED[asset.tag], fund, minor)


def investment_impaired(
    known: Catalogue, event: Event, tag: str, fund: int, minor: int
) -> VoucherDraft:
    """计提（负数为转回）投资减值准备: 1102, 1421 [A]; the expense as `asset_impaired`."""
    return _impaired(known, event, "investment.impairment", IMPAIRED[tag], fund, minor)


def _impaired(
    known: Catalogue, event: Event, rule: str, allowance: str, fund: int, minor: int
) -> VoucherDraft:
    expense = "management_expense" if is_2004(known, event.on) else "impairment_loss"
    lines = [
        line_of(known, event, account_for(known, event.on, place, fund), fund, sign * minor)
        for place, sign in ((expense, 1), (allowance, -1))
    ]
    return voucher_of(event, rule, lines)


def investment_redeemed(
    known: Catalogue,
    event: Event,
    tag: str,
    money_id: int,
    *,
    fund: int,
    income_fund: int | None,
    cost: int,
    released: int,
    proceeds: int,
) -> VoucherDraft:
    """收回投资; an allowance leaves with what it was made for. S1 第二十一条 [A]."""
    voucher = posting_rules.investment_redeemed(
        known,
        event,
        tag,
        money_id,
        fund=fund,
        cost=cost - released,
        proceeds=proceeds,
        income_fund=income_fund,
    )
    if not released:
        return voucher
    lines = [
        *voucher.lines,
        line_of(known, event, account_for(known, event.on, IMPAIRED[tag], fund), fund, released),
        line_of(known, event, account_for(known, event.on, tag, fund), fund, -released),
    ]
    return replace(voucher, lines=tuple(lines))


def result_shared(
    known: Catalogue, event: Event, *, fund: int, income_fund: int, minor: int
) -> VoucherDraft:
    """权益法确认份额: Dr 长期股权投资, Cr 投资收益; a loss the other way. S1 第二十七条 [A].

    Whether 2024 changed the choice of the method is unverified.
    """
    lines = [
        line_of(known, event, account_for(known, event.on, "long_term_equity", fund), fund, minor)
    ]
    income = account_for(known, event.on, "investment_income", income_fund)
    # A loss stands red on the credit side, so that the income account shows it as less.
    lines.append(credit(income.id, income_fund, minor))
    return voucher_of(event, "investment.share", lines)


def share_declared(known: Catalogue, event: Event, fund: int, minor: int) -> VoucherDraft:
    """权益法下宣告分派: Dr 其他应收款, Cr 长期股权投资. S1 第二十七条 [A]."""
    return exchange(
        known, event, "investment.dividend", "other_receivable", "long_term_equity", [(fund, minor)]
    )


def goods_issued(
    known: Catalogue, event: Event, goods_id: int, fund: int, minor: int
) -> VoucherDraft:
    """发放受赠物资: Dr 业务活动成本, Cr 存货. S1 [A]."""
    return exchange(known, event, "stock.issue", "programme_expense", goods_id, [(fund, minor)])


def goods_sold(
    known: Catalogue,
    event: Event,
    goods_id: int,
    money_id: int,
    *,
    fund: int,
    cost: int,
    proceeds: int,
) -> VoucherDraft:
    """变卖受赠物资: Dr 银行存款, Cr 存货, the difference 其他收入 or 其他费用. [I]."""
    lines = [line_of(known, event, known.accounts[money_id], fund, proceeds)]
    if cost:
        lines.append(line_of(known, event, known.accounts[goods_id], fund, -cost))
    difference = proceeds - cost
    if difference:
        tag = "other_income" if difference > 0 else "other_expense"
        lines.append(
            line_of(known, event, account_for(known, event.on, tag, fund), fund, -difference)
        )
    return voucher_of(event, "stock.sale", lines)


def goods_counted(
    known: Catalogue, event: Event, goods_id: int, fund: int, change: int
) -> VoucherDraft:
    """盘盈 Dr 存货 / Cr 其他收入; 盘亏 Dr 管理费用 / Cr 存货. S1 [A]."""
    if change > 0:
        return exchange(known, event, "stock.surplus", goods_id, "other_income", [(fund, change)])
    return exchange(
        known, event, "stock.shortage", "management_expense", goods_id, [(fund, -change)]
    )

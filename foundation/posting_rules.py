"""The accounting policy on one page: what each event books, and by which article.

Pure functions from an event to a voucher draft. Accounts are found by tag and restriction in
the chart of the date, so one rule serves both charts; where the regimes differ, the chart
decides. Grades of the sources: A read in the official text, B quoted from it, C secondary,
I our inference. S1 is 财会〔2004〕7号, S2 财会〔2020〕9号, S3 财会〔2024〕25号 (from 2026 on).

Every line names its fund, and every draft balances within each fund. Amounts are fen.
"""

from collections.abc import Sequence
from enum import StrEnum

from foundation.gifts.kinds import RefundCause
from foundation.posting_lines import (
    Event,
    Part,
    Parts,
    account_for,
    against,
    assets_follow,
    chart_of,
    exchange,
    is_2004,
    is_restricted,
    line_of,
    net_tag,
    voucher_of,
)
from ledger.catalogue import AccountInfo, Catalogue
from ledger.errors import Conflict, InvalidInput
from ledger.funds import Restriction
from ledger.vouchers import VoucherDraft, VoucherKind, credit, debit

NOMINAL_MINOR = 100
REFUND_PAYMENT = "refund.payment"


class NotRecognised(Conflict):
    """The regime of that year does not book this; it is disclosed instead."""

    code = "not_recognised"
    message = "按{source}，{event}不予确认入账，应在附注中披露"


class RestrictionMismatch(InvalidInput):
    """The funds of one event do not fit the event."""

    code = "restriction_mismatch"
    message = "基金“{fund}”的限定性质不适用于此业务：{reason}"


class ReleaseCause(StrEnum):
    """Why a restriction ends (S1 第五十七条 [A])."""

    TIME_EXPIRED = "time_expired"
    PURPOSE_ACHIEVED = "purpose_achieved"
    CANCELLED = "cancelled"
    USED = "used"


# --- Gifts ---------------------------------------------------------------------------------


def cash_gift(known: Catalogue, event: Event, account_id: int, parts: Parts) -> VoucherDraft:
    """现金捐赠: Dr 现金/银行存款, Cr 捐赠收入, as received. S1 第十六、五十九、六十条 [A].

    Endowment principal is a gift to a permanent fund: 限定性收入, never released (第五十六条 [A]).
    """
    _require_own(known.accounts[account_id])
    return exchange(known, event, "gift.cash", account_id, "donation_income", parts)


def conditional_gift(known: Catalogue, event: Event, account_id: int, parts: Parts) -> VoucherDraft:
    """附条件捐赠: 限定性收入 when control is obtained. S1 第五十九条 [A]; S3 [C]."""
    for fund, _ in parts:
        if not is_restricted(known, fund):
            raise RestrictionMismatch(
                fund=known.funds[fund].code, reason="附条件捐赠应记入限定性基金"
            )
    _require_own(known.accounts[account_id])
    return exchange(known, event, "gift.conditional", account_id, "donation_income", parts)


def in_kind_gift(known: Catalogue, event: Event, account_id: int, parts: Parts) -> VoucherDraft:
    """实物捐赠: Dr the asset at its document or fair value, Cr 捐赠收入. S1 第十六、十七条 [A]."""
    return exchange(known, event, "gift.in_kind", account_id, "donation_income", parts)


def nominal_gift(known: Catalogue, event: Event, account_id: int, parts: Parts) -> VoucherDraft:
    """名义金额: an asset without document or fair value at one yuan. S3 [C]; not under S1 [A]."""
    if is_2004(known, event.on):
        raise NotRecognised(source="财会〔2004〕7号第十七条", event="无法可靠计量的受赠资产")
    if sum(amount for _, amount in parts) != NOMINAL_MINOR:
        raise InvalidInput(field="金额", reason="名义金额为人民币 1 元")
    return exchange(known, event, "gift.nominal", account_id, "donation_income", parts)


def equity_gift(known: Catalogue, event: Event, account_id: int, parts: Parts) -> VoucherDraft:
    """股权捐赠: Dr 长期股权投资 at the amount of the valid document. S3 [C]; S1 第十六条 [A]."""
    return exchange(known, event, "gift.equity", account_id, "donation_income", parts)


def service_gift(known: Catalogue, event: Event, expense_tag: str, parts: Parts) -> VoucherDraft:
    """服务捐赠: Dr the expense it served, Cr 捐赠收入, with a document at fair value.

    S3 [C, the change itself B]; under S1 第十六、五十八条 [A] never recognised.
    """
    if is_2004(known, event.on):
        raise NotRecognised(source="财会〔2004〕7号第十六条", event="接受的劳务捐赠")
    return exchange(known, event, "gift.service", expense_tag, "donation_income", parts)


def agency_receipt(known: Catalogue, event: Event, account_id: int, parts: Parts) -> VoucherDraft:
    """受托代理: Dr 受托代理资产 or the agency bank detail, Cr 受托代理负债. S2 三 [A]."""
    _require_agency(known.accounts[account_id])
    return exchange(known, event, "gift.agency", account_id, "agency_liability", parts)


def agency_handover(known: Catalogue, event: Event, account_id: int, parts: Parts) -> VoucherDraft:
    """转交受托代理款物: Dr 受托代理负债, Cr 受托代理资产 or its bank detail. S2 三 [A]."""
    _require_agency(known.accounts[account_id])
    return exchange(known, event, "agency.handover", "agency_liability", account_id, parts)


def _is_agency(account: AccountInfo) -> bool:
    return account.tag == "agency_asset" or "agency" in account.flags


def _require_own(account: AccountInfo) -> None:
    if _is_agency(account):
        raise InvalidInput(field="科目", reason="受托代理款物不是本基金会的收入")


def _require_agency(account: AccountInfo) -> None:
    if not _is_agency(account):
        raise InvalidInput(field="科目", reason="受托代理款物应记入受托代理资产或其银行存款明细")


def refund_due(known: Catalogue, event: Event, reason: RefundCause, parts: Parts) -> VoucherDraft:
    """应退捐赠款: a cause outside reduces 捐赠收入, an own cause is 管理费用; Cr 其他应付款.

    S3 [C]; under S1 4101 四（一） [A] both are 管理费用.
    """
    outside = reason is RefundCause.EXTERNAL and not is_2004(known, event.on)
    tag = "donation_income" if outside else "management_expense"
    return exchange(known, event, f"refund.{reason.value}", tag, "other_payable", parts)


def refund_payment(known: Catalogue, event: Event, account_id: int, parts: Parts) -> VoucherDraft:
    """退还捐赠款: Dr 其他应付款, Cr 银行存款. S1 4101 [A]."""
    return exchange(known, event, REFUND_PAYMENT, "other_payable", account_id, parts)


# --- Other income, net assets, release -------------------------------------------------------


def grant(known: Catalogue, event: Event, account_id: int, parts: Parts) -> VoucherDraft:
    """政府补助: Dr 银行存款, Cr 政府补助收入, restricted as a gift would be. S1 4401 [A]."""
    return exchange(known, event, "grant", account_id, "grant_income", parts)


def deposit_interest(known: Catalogue, event: Event, account_id: int, parts: Parts) -> VoucherDraft:
    """存款利息: Dr 银行存款, Cr 其他收入. S2 八 [A]."""
    return exchange(known, event, "interest.deposit", account_id, "other_income", parts)


def registration_capital(
    known: Catalogue, event: Event, account_id: int, part: Part
) -> VoucherDraft:
    """注册资金: straight to net assets, not income. S2 六 [A]."""
    tag = net_tag(known, part[0])
    return exchange(known, event, "capital.registration", account_id, tag, [part])


def release(
    known: Catalogue,
    event: Event,
    cause: ReleaseCause,
    *,
    source: int,
    target: int,
    amount: int,
    held_in: int,
    same_year_income_tag: str | None = None,
) -> VoucherDraft:
    """限定解除: Dr 3102 / Cr 3101; the money follows from fund to fund inside `held_in`.

    Income of the same period whose restriction is lifted moves inside the income account
    (`same_year_income_tag`; S1 4101 四（二） [A]). Under the 2004 regime use itself releases
    (S2 五（二）3 [A]); under 2024 use is 限定性费用 and releases nothing [C].
    """
    if not is_restricted(known, source):
        raise RestrictionMismatch(fund=known.funds[source].code, reason="非限定性基金无须解除限定")
    if known.funds[source].restriction is Restriction.PERMANENT:
        raise RestrictionMismatch(fund=known.funds[source].code, reason="留本基金本金不得解除限定")
    if target != source and is_restricted(known, target):
        raise RestrictionMismatch(
            fund=known.funds[target].code, reason="解除限定的金额应转入非限定性基金"
        )
    if cause is ReleaseCause.USED and not is_2004(known, event.on):
        raise NotRecognised(source="财会〔2024〕25号", event="使用限定性资源（应直接列限定性费用）")
    chart = chart_of(known, event.on)
    if same_year_income_tag is None:
        giving = known.tagged(chart, "net_asset_restricted")
        taking = known.tagged(chart, "net_asset_unrestricted")
    else:
        giving = known.tagged(chart, same_year_income_tag, "restricted")
        taking = known.tagged(chart, same_year_income_tag, "unrestricted")
    lines = [debit(giving.id, source, amount), credit(taking.id, target, amount)]
    lines += assets_follow(held_in, source, target, amount)
    return voucher_of(event, f"release.{cause.value}", lines)


def restrict(
    known: Catalogue, event: Event, *, source: int, target: int, amount: int, held_in: int
) -> VoucherDraft:
    """提供者事后加限定: Dr 3101 / Cr 3102. S2 五（三） [A]."""
    if is_restricted(known, source):
        raise RestrictionMismatch(fund=known.funds[source].code, reason="该基金已是限定性基金")
    if not is_restricted(known, target):
        raise RestrictionMismatch(fund=known.funds[target].code, reason="应转入限定性基金")
    chart = chart_of(known, event.on)
    lines = [
        debit(known.tagged(chart, "net_asset_unrestricted").id, source, amount),
        credit(known.tagged(chart, "net_asset_restricted").id, target, amount),
        *assets_follow(held_in, source, target, amount),
    ]
    return voucher_of(event, "restrict", lines)


def endowment_addition(
    known: Catalogue, event: Event, *, income_fund: int, principal: int, amount: int, held_in: int
) -> VoucherDraft:
    """留本收益转入本金: a move between two funds inside 3102, no account-level entry. [I]."""
    if not is_restricted(known, income_fund):
        raise RestrictionMismatch(
            fund=known.funds[income_fund].code, reason="转入本金的应是限定性的留本收益"
        )
    if known.funds[principal].restriction is not Restriction.PERMANENT:
        raise RestrictionMismatch(fund=known.funds[principal].code, reason="不是留本基金")
    account = known.tagged(chart_of(known, event.on), "net_asset_restricted")
    lines = [
        debit(account.id, income_fund, amount),
        credit(account.id, principal, amount),
        *assets_follow(held_in, income_fund, principal, amount),
    ]
    return voucher_of(event, "endowment.addition", lines)


# --- Spending and investments ----------------------------------------------------------------


def spending(
    known: Catalogue, event: Event, expense_tag: str, account_id: int, parts: Parts
) -> VoucherDraft:
    """支出: Dr the expense (限定性费用 for a restricted fund, S3 [C]), Cr 银行存款."""
    for fund, _ in parts:
        if known.funds[fund].restriction is Restriction.PERMANENT:
            raise RestrictionMismatch(fund=known.funds[fund].code, reason="留本基金本金不得支出")
    return exchange(known, event, "spending", expense_tag, account_id, parts)


def payment(
    known: Catalogue, event: Event, account_id: int, costs: Sequence[tuple[str, int, int]]
) -> VoucherDraft:
    """付款: Dr the expense of each cost (tag, fund, fen), Cr the account for each fund its sum.

    The same rule as `spending`, for a payment that is several kinds of cost at once: 限定性费用
    for a restricted fund, S3 [C].
    """
    lines, paid = [], dict[int, int]()
    for tag, fund, minor in costs:
        if known.funds[fund].restriction is Restriction.PERMANENT:
            raise RestrictionMismatch(fund=known.funds[fund].code, reason="留本基金本金不得支出")
        account = account_for(known, event.on, tag, fund)
        lines.append(line_of(known, event, account, fund, minor))
        paid[fund] = paid.get(fund, 0) + minor
    money = known.accounts[account_id]
    lines += [line_of(known, event, money, fund, -minor) for fund, minor in paid.items()]
    return voucher_of(event, "spending", lines)


def investment_bought(
    known: Catalogue, event: Event, tag: str, account_id: int, parts: Parts
) -> VoucherDraft:
    """购买投资: Dr 短期投资 or 长期债权投资 at cost, Cr 银行存款. S1 第二十七条 [A]."""
    return exchange(known, event, "investment.bought", tag, account_id, parts)


def investment_redeemed(
    known: Catalogue,
    event: Event,
    tag: str,
    account_id: int,
    *,
    fund: int,
    cost: int,
    proceeds: int,
    income_fund: int | None = None,
) -> VoucherDraft:
    """赎回投资: Dr 银行存款, Cr the investment at cost, the difference 投资收益. S1 第二十一条 [A].

    A gain may belong to another fund than the principal (the income fund of an endowment).
    """
    asset = account_for(known, event.on, tag, fund)
    bank = known.accounts[account_id]
    gaining = income_fund if income_fund is not None else fund
    gain = proceeds - cost
    received = {fund: cost}
    received[gaining] = received.get(gaining, 0) + gain
    # A loss borne by the income fund stands red beside the cost: the turnover of the bank
    # account is what the bank paid.
    item = event.cash_flow_item_id
    lines = [
        debit(bank.id, key, size, cash_flow_item_id=item) for key, size in received.items() if size
    ]
    lines.append(line_of(known, event, asset, fund, -cost))
    if gain:
        # A loss stands red on the credit side, so that the income account shows it as less.
        income = account_for(known, event.on, "investment_income", gaining)
        lines.append(credit(income.id, gaining, gain))
    return voucher_of(event, "investment.redeemed", lines)


def short_term_yield(known: Catalogue, event: Event, account_id: int, parts: Parts) -> VoucherDraft:
    """短期投资持有期间收到的利息股利: reduces cost, not income. S1 第二十一条（二） [A]."""
    return exchange(known, event, "investment.yield", account_id, "short_term_investment", parts)


def interest_accrued(known: Catalogue, event: Event, parts: Parts) -> VoucherDraft:
    """计提债券利息: Dr 其他应收款, Cr 投资收益; 限定性 when its use is fixed. S1 第二十八条 [A]."""
    return exchange(
        known, event, "interest.accrued", "other_receivable", "investment_income", parts
    )


def interest_received(
    known: Catalogue, event: Event, account_id: int, parts: Parts
) -> VoucherDraft:
    """收到应收利息: Dr 银行存款, Cr 其他应收款. S1 第二十八条 [A]."""
    return exchange(known, event, "interest.received", account_id, "other_receivable", parts)


# --- Earlier years ---------------------------------------------------------------------------


def prior_period_item(
    known: Catalogue, event: Event, account_id: int, *, fund: int, increase: int
) -> tuple[VoucherDraft, ...]:
    """以前年度调整: through 3201 and on to net assets (S3 3201 [B]); 2004: directly (S1 3101 [A]).

    `increase` is what earlier net assets gain (negative: lose) against `account_id`. Returns
    the adjusting voucher and, under 2024, the voucher that carries 3201 to net assets.
    """
    net = known.tagged(chart_of(known, event.on), net_tag(known, fund))
    if is_2004(known, event.on):
        return (voucher_of(event, "prior_period", against(account_id, net.id, fund, increase)),)
    adjustment = account_for(known, event.on, "prior_period_adjustment", fund)
    carried = Event(on=event.on, summary="以前年度净资产调整转入净资产", attachments=0)
    return (
        voucher_of(event, "prior_period", against(account_id, adjustment.id, fund, increase)),
        voucher_of(
            carried,
            "prior_period.transfer",
            against(adjustment.id, net.id, fund, increase),
            VoucherKind.TRANSFER,
        ),
    )

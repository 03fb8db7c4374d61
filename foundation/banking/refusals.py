"""Why a statement, a match or a reconciliation is refused, in words that say what to do next."""

from foundation.imports.refusals import FileRefused
from ledger.errors import Conflict, InvalidInput, NotFound


class NoStatementFound(FileRefused):
    """No row looks like the header of a statement."""

    code = "no_statement_found"
    message = (
        "在“{filename}”的前 {searched} 行中没有找到对账单的表头，"
        "表头应有日期、金额（收入、支出或发生额）；请指定表头行和各列的含义"
    )


class DirectionUnknown(FileRefused):
    """There is one column of amounts, and nothing says which are paid and which received."""

    code = "direction_unknown"
    message = (
        "“{filename}”只有一列金额，没有借贷标志、正负号或余额，无法区分收入和支出；请指定有关的列"
    )


class StatementRejected(InvalidInput):
    """Some rows cannot be read, so nothing was imported."""

    code = "statement_rejected"
    message = "{count} 行不能读取，本次没有写入任何数据；第一处：{first}"


class NothingInStatement(InvalidInput):
    """The table has no line in it."""

    code = "nothing_in_statement"
    message = "对账单中没有任何收支"


class BalanceBroken(InvalidInput):
    """The running balance does not follow from the lines."""

    code = "balance_broken"
    message = (
        "余额不连续，本次没有写入任何数据：{first}（共 {count} 处）；"
        "请补齐缺少的对账单，或说明原因后重新导入"
    )


class OpeningNeeded(InvalidInput):
    """Neither the file nor the account says what the balance was before the first line."""

    code = "opening_needed"
    message = "对账单没有余额，账户也没有以前的对账单，请另外填写期初余额"


class AccountDiffers(InvalidInput):
    """The statement is of another account."""

    code = "bank_account_differs"
    message = "对账单的账号是 {found}，而 {account} 登记的账号是 {expected}"


class MonthReconciled(Conflict):
    """The month is reconciled, and what would change it is refused."""

    code = "bank_month_reconciled"
    message = "{account} 的 {period} 已编制余额调节表，不能再改动；确需改动的，先撤回调节表"


class UnknownBankAccount(NotFound):
    """There is no bank account of that code."""

    code = "unknown_bank_account"
    message = "没有编码为“{account}”的银行账户，请先登记，或检查科目编码"


class UnknownBankLine(NotFound):
    """There is no such line."""

    code = "unknown_bank_line"
    message = "没有编号为 {line} 的银行流水"


class PaymentRefused(Conflict):
    """A line and spending requests that are not one payment."""

    code = "bank_payment_refused"
    message = "不能登记为付款：{reason}"


class UnknownMatch(NotFound):
    """There is no such match."""

    code = "unknown_bank_match"
    message = "没有编号为 {match} 的勾对"


class MatchRefused(InvalidInput):
    """What was to be matched is not the same money, or is matched already."""

    code = "match_refused"
    message = "不能勾对：{reason}"


class NoStatement(Conflict):
    """The month has no statement to reconcile with."""

    code = "no_statement"
    message = "{account} 没有 {period} 的银行对账单，请先导入"


class DifferenceUnexplained(InvalidInput):
    """The adjusted balances differ and nobody said why."""

    code = "difference_unexplained"
    message = "调节后余额不符，相差 {difference}；请查明并更正，或写明原因后留存"


class ReconciliationRefused(Conflict):
    """The reconciliation cannot be prepared, reviewed or withdrawn now."""

    code = "reconciliation_refused"
    message = "{period} 的余额调节表：{reason}"

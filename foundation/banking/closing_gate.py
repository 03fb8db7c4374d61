"""The condition that the bank puts on closing a month.

Each account needs a reconciliation, prepared by one person and reviewed by another, from the
month that its `required_from` names; the first statement sets that month. An account of the
books without any statement is named in the gate and does not hold up the month: whether it must
have statements is the organisation's decision, made by setting its month.
"""

from sqlalchemy.orm import Session

from foundation.banking import accounts, month_end
from foundation.banking.accounts import Account
from foundation.banking.models import ReconciliationState
from foundation.http.languages import mark
from ledger.closing import Gate

NAME = mark("银行余额已核对")


def bank_reconciled(session: Session, key: int) -> Gate:
    """Tell whether every account that needs it is reconciled for a month."""
    missing, fine, without = [], 0, []
    for account in accounts.list_accounts(session):
        required = account.required_from
        if required is None or required > key:
            if account.begins_on is None:
                without.append(account.code)
            continue
        problem = _missing(session, account, key)
        if problem:
            missing.append(f"{account.code} {problem}")
        else:
            fine += 1
    if missing:
        return Gate(NAME, False, "；".join(missing))
    said = [f"{fine} 个账户已核对"] if fine else ["没有需要核对的账户"]
    if without:
        said.append(f"没有导入对账单：{'、'.join(without)}")
    return Gate(NAME, True, "；".join(said))


def _missing(session: Session, account: Account, key: int) -> str:
    if account.id is None:
        return ""
    kept = month_end.find_kept(session, account, key)
    if kept is None:
        found = month_end.month(session, account, key)
        if not found.has_statement:
            return "没有本月对账单"
        return "尚未编制余额调节表"
    if kept.state is not ReconciliationState.REVIEWED:
        return "余额调节表尚未复核"
    if month_end.month(session, account, key).is_stale:
        return "余额调节表编制后账面有变动，请重新编制"
    return ""

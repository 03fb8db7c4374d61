"""What may not be done with an endowment: its principal is kept for ever.

Spending asks here before it approves; the database refuses the same when a voucher is sealed.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.projects.models import Endowment
from ledger import catalogue
from ledger.errors import Conflict
from ledger.funds import Fund, Restriction
from ledger.vouchers import Line

SPENDING_TAGS = frozenset({"programme_expense", "management_expense", "fundraising_expense"})


class PrincipalSpent(Conflict):
    """The principal of an endowment is not spent."""

    code = "principal_spent"
    message = "基金“{fund}”是永久限定的留本本金，不能支出；请使用其收益基金{income}"


def refuse_principal(session: Session, fund_ids: Iterable[int]) -> None:
    """Refuse to spend from any fund that is permanently restricted. Raises PrincipalSpent."""
    keys = sorted(set(fund_ids))
    permanent = session.execute(
        select(Fund.id, Fund.code)
        .where(Fund.id.in_(keys), Fund.restriction == Restriction.PERMANENT)
        .order_by(Fund.code)
        .limit(1)
    ).one_or_none()
    if permanent is None:
        return
    income = session.execute(
        select(Fund.code)
        .join(Endowment, Endowment.income_fund_id == Fund.id)
        .where(Endowment.principal_fund_id == permanent.id)
    ).scalar()
    raise PrincipalSpent(fund=permanent.code, income=f" {income}" if income else "")


def refuse_principal_lines(session: Session, lines: Iterable[Line]) -> None:
    """Refuse a voucher typed by hand that charges an expense to the principal of an endowment.

    Only registered endowments: those the database guards too. Raises PrincipalSpent.
    """
    principals = set(session.execute(select(Endowment.principal_fund_id)).scalars())
    if not principals:
        return
    known = catalogue.load(session)
    refuse_principal(
        session,
        (
            line.fund_id
            for line in lines
            if line.fund_id in principals
            and line.amount_minor > 0
            and known.accounts[line.account_id].tag in SPENDING_TAGS
        ),
    )

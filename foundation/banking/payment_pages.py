"""On the page of a line: pay the spending requests that it is the payment of."""

from typing import Any

from flask import flash, redirect, request, url_for

from foundation import database
from foundation.banking import accounts, line_pages, payments, queries
from foundation.http import context
from foundation.http.context import services
from foundation.http.languages import translate
from foundation.spending import queries as spending
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError


@guard.requires(Permission.SPENDING_PAY)
def pay(line_id: int) -> Any:
    """Say that a line paid the requests that were chosen."""
    try:
        with database.transaction(services().engine) as session:
            row = queries.get_line(session, line_id)
            account = accounts.get_account(session, row.account)
            keys = [spending.find_key(session, named) for named in request.form.getlist("request")]
            payments.settle(session, account, line_id, keys, **context.who())
    except DomainError as error:
        return line_pages.again(line_id, error)
    flash(translate("已登记付款；凭证记账后自动勾对"))
    return redirect(url_for("banking.next_line", code=row.account, after=line_id), 303)

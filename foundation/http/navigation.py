"""The menu on the left: by the job, not by the table. A role sees only what it may use."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for

from foundation.http.languages import mark
from foundation.users.models import Role
from foundation.users.permissions import Permission, allows


@dataclass(frozen=True, slots=True)
class Destination:
    """A place of the menu; it is shown when the application has its page."""

    label: str
    endpoint: str
    permission: Permission
    # Below another place, such as the import of gifts.
    is_below: bool = False


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A place as one person sees it."""

    label: str
    address: str
    is_below: bool
    is_current: bool


DESTINATIONS = (
    Destination(mark("工作台"), "home.desk", Permission.OWN_ACCOUNT),
    Destination(mark("捐赠"), "gifts.index", Permission.GIFTS_READ),
    Destination(mark("导入捐赠"), "imports.index", Permission.GIFTS_RECORD, is_below=True),
    Destination(mark("承诺"), "pledges.index", Permission.GIFTS_READ),
    Destination(mark("基金项目"), "funds.index", Permission.BOOKS_READ),
    Destination(mark("票据与函件"), "receipting.index", Permission.GIFTS_READ),
    Destination(mark("支出"), "spending.index", Permission.BOOKS_READ),
    Destination(mark("银行"), "banking.index", Permission.BANK_RECORD),
    Destination(mark("凭证"), "books.vouchers", Permission.BOOKS_READ),
    Destination(mark("账簿"), "books.accounts", Permission.BOOKS_READ),
    Destination(mark("会计期间"), "books.periods", Permission.BOOKS_READ, is_below=True),
    Destination(mark("报表"), "reports.index", Permission.REPORTS_READ),
    Destination(mark("配比"), "matching.index", Permission.GIFTS_READ),
    Destination(mark("评估与公开"), "assessment.index", Permission.REPORTS_READ),
    Destination(mark("捐赠人"), "donors.index", Permission.DONORS_READ),
    Destination(mark("设置"), "organisation.settings", Permission.SETTINGS_EDIT),
    Destination(mark("用户"), "users.index", Permission.USERS_MANAGE, is_below=True),
)


def link(endpoint: str, **values: Any) -> str | None:
    """Return the address of a page, or None while the application does not have it."""
    if endpoint not in current_app.view_functions:
        return None
    return url_for(endpoint, **values)


def menu(role: Role) -> list[MenuItem]:
    """Return what a role may use, with the place it is at now."""
    places = [
        (place, address)
        for place in DESTINATIONS
        if allows(role, place.permission) and (address := link(place.endpoint)) is not None
    ]
    here = _current([address for _, address in places])
    return [
        MenuItem(place.label, address, place.is_below, address == here) for place, address in places
    ]


def _current(addresses: list[str]) -> str | None:
    """The longest address that the page lies below; the desk only when it is the page itself."""
    path = request.path
    below = [
        address
        for address in addresses
        if path == address or (address != "/" and path.startswith(f"{address}/"))
    ]
    return max(below, key=len, default=None)

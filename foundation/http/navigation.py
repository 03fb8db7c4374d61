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
    Destination(mark("期限日程"), "duties.index", Permission.REPORTS_READ, is_below=True),
    Destination(mark("账簿检查"), "home.checks", Permission.BOOKS_READ, is_below=True),
    Destination(mark("捐赠"), "gifts.index", Permission.GIFTS_READ),
    Destination(mark("导入捐赠"), "imports.index", Permission.GIFTS_RECORD, is_below=True),
    Destination(mark("承诺"), "pledges.index", Permission.GIFTS_READ),
    Destination(mark("捐赠协议"), "agreements.index", Permission.GIFTS_READ, is_below=True),
    Destination(mark("基金项目"), "funds.index", Permission.BOOKS_READ),
    Destination(mark("筹款活动"), "projects.campaigns", Permission.BOOKS_READ, is_below=True),
    Destination(mark("票据与函件"), "receipting.index", Permission.GIFTS_READ),
    Destination(mark("使用报告"), "uses.index", Permission.GIFTS_READ, is_below=True),
    Destination(mark("支出"), "spending.index", Permission.SPENDING_READ),
    Destination(mark("共同费用"), "shared_costs.index", Permission.BOOKS_READ, is_below=True),
    Destination(mark("银行"), "banking.index", Permission.BANK_READ),
    Destination(mark("现金日记账"), "reports.cash_journal", Permission.BANK_RECORD, is_below=True),
    Destination(mark("资产"), "assets.index", Permission.BOOKS_READ),
    Destination(mark("物资"), "stock.index", Permission.BOOKS_READ, is_below=True),
    Destination(mark("投资"), "investments.index", Permission.BOOKS_READ, is_below=True),
    Destination(mark("凭证"), "books.vouchers", Permission.BOOKS_READ),
    Destination(mark("账簿"), "books.accounts", Permission.BOOKS_READ),
    Destination(mark("会计期间"), "books.periods", Permission.BOOKS_READ, is_below=True),
    Destination(mark("报表"), "reports.index", Permission.REPORTS_READ),
    Destination(mark("导出"), "exports.index", Permission.REPORTS_READ, is_below=True),
    Destination(mark("签发的报表"), "statements.index", Permission.REPORTS_READ, is_below=True),
    Destination(mark("勾稽与说明"), "controls.index", Permission.REPORTS_READ, is_below=True),
    Destination(mark("评估资料"), "evidence.index", Permission.REPORTS_READ, is_below=True),
    Destination(mark("评估资料包"), "packs.index", Permission.REPORTS_READ, is_below=True),
    Destination(mark("配比"), "matching.index", Permission.GIFTS_READ),
    Destination(mark("配比办法"), "matching.edit_schemes", Permission.SCHEMES_EDIT),
    Destination(mark("评估与公开"), "assessment.index", Permission.REPORTS_READ),
    Destination(mark("年度报告"), "annual_report.index", Permission.REPORTS_READ, is_below=True),
    Destination(mark("关联方清单"), "parties.index", Permission.REPORTS_READ, is_below=True),
    Destination(mark("信息公开"), "disclosure.index", Permission.REPORTS_READ, is_below=True),
    Destination(mark("审计台"), "auditing.desk", Permission.REPORTS_READ),
    Destination(mark("审计询问"), "auditing.queries", Permission.BOOKS_READ, is_below=True),
    Destination(mark("审计访问记录"), "auditing.access", Permission.TRAIL_READ, is_below=True),
    Destination(mark("捐赠人"), "donors.index", Permission.DONORS_READ),
    Destination(mark("校友名单"), "alumni.index", Permission.DONORS_READ, is_below=True),
    Destination(mark("鸣谢名录"), "honours.show", Permission.DONORS_READ, is_below=True),
    Destination(
        mark("捐赠人请求"), "portal_office.requests", Permission.DONORS_READ, is_below=True
    ),
    Destination(mark("设置"), "organisation.settings", Permission.SETTINGS_EDIT),
    Destination(mark("评分细则"), "assessment.rubrics", Permission.SETTINGS_EDIT, is_below=True),
    Destination(mark("重大投资标准"), "investments.level", Permission.SETTINGS_EDIT, is_below=True),
    Destination(mark("用户"), "users.index", Permission.USERS_MANAGE, is_below=True),
    Destination(mark("发件箱"), "mail.index", Permission.SETTINGS_EDIT, is_below=True),
    Destination(mark("事件通知"), "webhooks.index", Permission.SETTINGS_EDIT, is_below=True),
)


def link(endpoint: str, **values: Any) -> str | None:
    """Return the address of a page, or None while the application does not have it."""
    if endpoint not in current_app.view_functions:
        return None
    return url_for(endpoint, **values)


def menu(role: Role) -> list[MenuItem]:
    """Return what a role may use, with the place it is at now.

    A place below one that the role does not see stands by itself, not below the one before.
    """
    places: list[tuple[Destination, str, bool]] = []
    sees_top = False
    for place in DESTINATIONS:
        address = link(place.endpoint) if allows(role, place.permission) else None
        if not place.is_below:
            sees_top = address is not None
        if address is not None:
            places.append((place, address, place.is_below and sees_top))
    here = _current([address for _, address, _ in places])
    return [
        MenuItem(place.label, address, is_below, address == here)
        for place, address, is_below in places
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

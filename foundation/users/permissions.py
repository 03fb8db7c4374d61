"""Which role may do what: the one table that pages, API and commands ask.

Separation of duties is in the table itself: an administrator keeps no books (S: 内部控制), a
cashier reviews nothing and keeps no income books (会计法 第三十五条), an auditor changes nothing.
"""

from enum import StrEnum

from foundation.users.models import Role


class Permission(StrEnum):
    """Something a person may do. Reading is separate from writing everywhere."""

    BOOKS_READ = "books.read"
    VOUCHERS_PREPARE = "vouchers.prepare"
    VOUCHERS_REVIEW = "vouchers.review"
    VOUCHERS_POST = "vouchers.post"
    PERIODS_OPEN = "periods.open"
    PERIODS_CLOSE = "periods.close"
    ACCOUNTS_EDIT = "accounts.edit"
    FUNDS_OPEN = "funds.open"
    GIFTS_READ = "gifts.read"
    GIFTS_RECORD = "gifts.record"
    REFUNDS_APPROVE = "refunds.approve"
    DONORS_READ = "donors.read"
    DONORS_EDIT = "donors.edit"
    IDENTITY_UNMASK = "identity.unmask"
    BANK_RECORD = "bank.record"
    REPORTS_READ = "reports.read"
    TRAIL_READ = "trail.read"
    USERS_MANAGE = "users.manage"
    SETTINGS_EDIT = "settings.edit"
    OWN_ACCOUNT = "own.account"
    OWN_GIFTS = "own.gifts"


_READING = {
    Permission.BOOKS_READ,
    Permission.GIFTS_READ,
    Permission.DONORS_READ,
    Permission.REPORTS_READ,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.USERS_MANAGE,
            Permission.SETTINGS_EDIT,
            Permission.TRAIL_READ,
            Permission.OWN_ACCOUNT,
        }
    ),
    Role.ACCOUNTANT: frozenset(
        _READING
        | {
            Permission.VOUCHERS_PREPARE,
            Permission.VOUCHERS_POST,
            Permission.PERIODS_OPEN,
            Permission.ACCOUNTS_EDIT,
            Permission.FUNDS_OPEN,
            Permission.GIFTS_RECORD,
            Permission.DONORS_EDIT,
            Permission.IDENTITY_UNMASK,
            Permission.OWN_ACCOUNT,
        }
    ),
    Role.REVIEWER: frozenset(
        _READING
        | {
            Permission.VOUCHERS_REVIEW,
            Permission.VOUCHERS_POST,
            Permission.PERIODS_CLOSE,
            Permission.REFUNDS_APPROVE,
            Permission.TRAIL_READ,
            Permission.OWN_ACCOUNT,
        }
    ),
    Role.CASHIER: frozenset({Permission.BANK_RECORD, Permission.OWN_ACCOUNT}),
    Role.AUDITOR: frozenset(_READING | {Permission.TRAIL_READ, Permission.OWN_ACCOUNT}),
    Role.DONOR: frozenset({Permission.OWN_GIFTS, Permission.OWN_ACCOUNT}),
}


def allows(role: Role, permission: Permission) -> bool:
    """Tell whether a role has a permission."""
    return permission in ROLE_PERMISSIONS[role]

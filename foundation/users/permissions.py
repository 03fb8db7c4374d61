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
    DOCUMENTS_ISSUE = "documents.issue"
    DOCUMENTS_END = "documents.end"
    AGREEMENTS_EDIT = "agreements.edit"
    PLEDGES_RECORD = "pledges.record"
    PLEDGES_WRITE_OFF = "pledges.write_off"
    SPENDING_READ = "spending.read"
    SPENDING_REQUEST = "spending.request"
    SPENDING_APPROVE = "spending.approve"
    SPENDING_PAY = "spending.pay"
    BANK_READ = "bank.read"
    DONORS_READ = "donors.read"
    DONORS_EDIT = "donors.edit"
    IDENTITY_UNMASK = "identity.unmask"
    BANK_RECORD = "bank.record"
    CLAIMS_PREPARE = "claims.prepare"
    CLAIMS_APPROVE = "claims.approve"
    SCHEMES_EDIT = "schemes.edit"
    REPORTS_READ = "reports.read"
    STATEMENTS_ISSUE = "statements.issue"
    EVIDENCE_EDIT = "evidence.edit"
    AUDIT_ANSWER = "audit.answer"
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
    Permission.BANK_READ,
    Permission.SPENDING_READ,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.USERS_MANAGE,
            Permission.SETTINGS_EDIT,
            Permission.SCHEMES_EDIT,
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
            Permission.DOCUMENTS_ISSUE,
            Permission.AGREEMENTS_EDIT,
            Permission.PLEDGES_RECORD,
            Permission.SPENDING_REQUEST,
            Permission.CLAIMS_PREPARE,
            Permission.EVIDENCE_EDIT,
            Permission.AUDIT_ANSWER,
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
            Permission.DOCUMENTS_END,
            Permission.PLEDGES_WRITE_OFF,
            Permission.SPENDING_APPROVE,
            Permission.CLAIMS_APPROVE,
            Permission.STATEMENTS_ISSUE,
            Permission.AUDIT_ANSWER,
            Permission.TRAIL_READ,
            Permission.OWN_ACCOUNT,
        }
    ),
    Role.CASHIER: frozenset(
        {
            Permission.BANK_READ,
            Permission.BANK_RECORD,
            Permission.SPENDING_READ,
            Permission.SPENDING_PAY,
            Permission.OWN_ACCOUNT,
        }
    ),
    Role.AUDITOR: frozenset(_READING | {Permission.TRAIL_READ, Permission.OWN_ACCOUNT}),
    Role.DONOR: frozenset({Permission.OWN_GIFTS, Permission.OWN_ACCOUNT}),
}


def allows(role: Role, permission: Permission) -> bool:
    """Tell whether a role has a permission."""
    return permission in ROLE_PERMISSIONS[role]

"""What a chart of accounts consists of: the words its data files may use, and their records.

Everything that reads the books binds to `AccountTag`. A code means different accounts in
different charts (1701, 5201, 5301 and 5401 do), so a code alone identifies nothing; a tag
means the same in every chart.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.errors import NotFound


class AccountCategory(StrEnum):
    """The element of the statements that an account belongs to."""

    ASSET = "asset"
    LIABILITY = "liability"
    NET_ASSET = "net_asset"
    INCOME = "income"
    EXPENSE = "expense"


class BalanceSide(StrEnum):
    """The side on which an account normally has its balance."""

    DEBIT = "debit"
    CREDIT = "credit"


class AccountRestriction(StrEnum):
    """Which kind of net assets an account raises or lowers, where the chart fixes it."""

    UNRESTRICTED = "unrestricted"
    RESTRICTED = "restricted"


class AccountFlag(StrEnum):
    """Facts about an account that steer checks and forms."""

    CONTRA = "contra"
    """Deducted from another account on the balance sheet."""
    EITHER = "either"
    """A balance on either side is normal; `side` is only where to print a zero."""
    FUND_REQUIRED = "fund_required"
    """Restricted money: a line must name the fund it belongs to."""
    CASH = "cash"
    """Money on hand or in a bank: a line needs a cash-flow item."""
    REGISTER = "register"
    """Kept item by item on cards or in a register that must agree with the balance."""
    NOT_FOR_FOUNDATIONS = "not_for_foundations"
    """In the chart, but for other kinds of organisation."""


class Grade(StrEnum):
    """How well a figure or name of the law is established."""

    OFFICIAL = "A"
    QUOTED = "B"
    SECONDARY = "C"
    MEMORY = "M"
    INFERENCE = "I"


class MappingKind(StrEnum):
    """What happens to an account on the way from one chart to the next."""

    SAME = "same"
    RENAMED = "renamed"
    RECODED = "recoded"
    GROSS_UP = "gross_up"
    """Net in the old chart; cost and allowance apart in the new one."""
    SPLIT = "split"
    """Code and name stay, but a part may belong elsewhere."""


class RestrictedExpenseMode(StrEnum):
    """How spending of restricted money reaches the restricted net assets."""

    RELEASE = "release"
    """Every expense is unrestricted; what was used is reclassified beside it."""
    DIRECT = "direct"
    """Restricted expenses have their own details and close to restricted net assets."""


class AccountTag(StrEnum):
    """The meaning of a first-level account, equal in every chart that has it."""

    CASH_ON_HAND = "cash_on_hand"
    BANK = "bank"
    OTHER_MONETARY = "other_monetary"
    SHORT_TERM_INVESTMENT = "short_term_investment"
    SHORT_TERM_INVESTMENT_ALLOWANCE = "short_term_investment_allowance"
    NOTES_RECEIVABLE = "notes_receivable"
    ACCOUNTS_RECEIVABLE = "accounts_receivable"
    OTHER_RECEIVABLE = "other_receivable"
    BAD_DEBT_ALLOWANCE = "bad_debt_allowance"
    PREPAYMENT = "prepayment"
    INVENTORY = "inventory"
    INVENTORY_ALLOWANCE = "inventory_allowance"
    DEFERRED_EXPENSE = "deferred_expense"
    LONG_TERM_EQUITY = "long_term_equity"
    LONG_TERM_DEBT_INVESTMENT = "long_term_debt_investment"
    OTHER_LONG_TERM_INVESTMENT = "other_long_term_investment"
    LONG_TERM_INVESTMENT_ALLOWANCE = "long_term_investment_allowance"
    FIXED_ASSET = "fixed_asset"
    ACCUMULATED_DEPRECIATION = "accumulated_depreciation"
    # The two impairment allowances have no prescribed code: organisations add them when needed.
    FIXED_ASSET_IMPAIRMENT_ALLOWANCE = "fixed_asset_impairment_allowance"
    CONSTRUCTION_IN_PROGRESS = "construction_in_progress"
    HERITAGE_ASSET = "heritage_asset"
    FIXED_ASSET_DISPOSAL = "fixed_asset_disposal"
    INTANGIBLE_ASSET = "intangible_asset"
    ACCUMULATED_AMORTISATION = "accumulated_amortisation"
    INTANGIBLE_ASSET_IMPAIRMENT_ALLOWANCE = "intangible_asset_impairment_allowance"
    LONG_TERM_DEFERRED_EXPENSE = "long_term_deferred_expense"
    AGENCY_ASSET = "agency_asset"
    SHORT_TERM_LOAN = "short_term_loan"
    NOTES_PAYABLE = "notes_payable"
    ACCOUNTS_PAYABLE = "accounts_payable"
    ADVANCE_RECEIPT = "advance_receipt"
    PAYROLL_PAYABLE = "payroll_payable"
    TAX_PAYABLE = "tax_payable"
    OTHER_PAYABLE = "other_payable"
    ACCRUED_EXPENSE = "accrued_expense"
    LONG_TERM_LOAN = "long_term_loan"
    LONG_TERM_PAYABLE = "long_term_payable"
    PROVISION = "provision"
    AGENCY_LIABILITY = "agency_liability"
    NET_ASSET_UNRESTRICTED = "net_asset_unrestricted"
    NET_ASSET_RESTRICTED = "net_asset_restricted"
    PRIOR_PERIOD_ADJUSTMENT = "prior_period_adjustment"
    DONATION_INCOME = "donation_income"
    MEMBERSHIP_INCOME = "membership_income"
    SERVICE_INCOME = "service_income"
    GRANT_INCOME = "grant_income"
    SALES_INCOME = "sales_income"
    INVESTMENT_INCOME = "investment_income"
    HEAD_OFFICE_INCOME = "head_office_income"
    OTHER_INCOME = "other_income"
    PROGRAMME_EXPENSE = "programme_expense"
    BUSINESS_TAX = "business_tax"
    MANAGEMENT_EXPENSE = "management_expense"
    FUNDRAISING_EXPENSE = "fundraising_expense"
    IMPAIRMENT_LOSS = "impairment_loss"
    INCOME_TAX_EXPENSE = "income_tax_expense"
    OTHER_EXPENSE = "other_expense"


@dataclass(frozen=True, slots=True)
class AccountDefinition:
    """One account as a chart prescribes it. `full_name` joins parent and own name: 父—子."""

    code: str
    name: str
    full_name: str
    category: AccountCategory
    side: BalanceSide
    parent: str | None
    restriction: AccountRestriction | None
    tag: AccountTag
    flags: tuple[AccountFlag, ...]
    grade: Grade
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class ChartDefinition:
    """One version of the chart of accounts; `accounts` are in code order."""

    version: str
    name: str
    document: str
    effective_from: date
    effective_to: date | None
    grade: Grade
    source: str
    note: str
    restricted_expense_mode: RestrictedExpenseMode
    accounts: tuple[AccountDefinition, ...] = ()

    def find_account(self, code: str) -> AccountDefinition | None:
        """Return the account with this code, or None if the chart does not prescribe it."""
        return next((account for account in self.accounts if account.code == code), None)

    def get_account(self, code: str) -> AccountDefinition:
        """Return the account with this code. Raises NotFound."""
        account = self.find_account(code)
        if account is None:
            raise NotFound(what="会计科目", name=f"{self.version}/{code}")
        return account


@dataclass(frozen=True, slots=True)
class MappingRow:
    """Where one account of the old chart goes, unless the accountant decides otherwise.

    `details_under` is the account of the new chart that takes the old account's own details.
    It differs from `new_code` where the new account is divided by restriction and the old one
    was not: an old detail 520102 must not turn into a restricted expense by its number.
    """

    old_code: str
    new_code: str
    details_under: str
    kind: MappingKind
    question: str
    grade: Grade
    source: str

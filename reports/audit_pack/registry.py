"""Which builder makes which file of the pack. A file without one is listed as missing."""

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from sqlalchemy.orm import Session

from ledger.clock import Clock
from reports.audit_pack import (
    annual_files,
    assessment_files,
    asset_files,
    bank_files,
    book_files,
    cost_files,
    evidence_files,
    gift_files,
    management_files,
    party_files,
    project_files,
    promise_files,
    receipt_files,
    statement_files,
    use_files,
)
from reports.parameters import Parameters
from reports.tables import Table

Build = Callable[[Session, Parameters], Table]
Pour = Callable[[Session, Parameters, BinaryIO], None]

Several = Callable[[Session, Parameters, Clock], Iterator[tuple[str, Table]]]

TABLES: Mapping[str, Build] = {
    "01": book_files.accounts,
    "02": book_files.trial_balance,
    "03": book_files.ledger,
    "04": book_files.journal,
    "05": book_files.exceptions,
    "09": bank_files.accounts,
    "10": bank_files.lines,
    "11": bank_files.reconciliations,
    "12": bank_files.outstanding,
    "13": gift_files.donations,
    "14": promise_files.agreements,
    "15": promise_files.pledges,
    "16": receipt_files.in_kind,
    "17": gift_files.bills,
    "18": receipt_files.bill_stock,
    "19": receipt_files.without_bill,
    "20": receipt_files.across_years,
    "21": use_files.uses,
    "22": promise_files.projects,
    "23": promise_files.spending,
    "24": project_files.major_projects,
    "25": project_files.large_payees,
    "26": promise_files.beneficiaries,
    "27": book_files.restricted_funds,
    "28": party_files.large_donors,
    "29": party_files.related_parties,
    "30": asset_files.investments,
    "31": party_files.aged,
    "32": asset_files.fixed_assets,
    "33": asset_files.stock,
    "35": management_files.management,
    "36": cost_files.allocations,
    "37": statement_files.ratios,
    "40": project_files.budgets,
    "41": promise_files.purchases,
    "42": receipt_files.disclosures,
    "43": book_files.archives,
    "44": assessment_files.self_assessment,
}
# Files that are several tables, each under its own name.
SEVERAL: Mapping[str, Several] = {
    "07": statement_files.statements,
    "08": statement_files.sources,
    "34": evidence_files.payroll,
    "38": annual_files.annual_tables,
    "39": annual_files.differences,
    "45": evidence_files.reports,
}
# Files that are no table of ours: written whole.
FILES: Mapping[str, tuple[str, Pour]] = {"06": ("zip", book_files.interface)}

"""Which builder makes which file of the pack. A file without one is listed as missing."""

from collections.abc import Callable, Mapping
from typing import BinaryIO

from sqlalchemy.orm import Session

from reports.audit_pack import book_files, gift_files
from reports.parameters import Parameters
from reports.tables import Table

Build = Callable[[Session, Parameters], Table]
Pour = Callable[[Session, Parameters, BinaryIO], None]

TABLES: Mapping[str, Build] = {
    "01": book_files.accounts,
    "02": book_files.trial_balance,
    "03": book_files.ledger,
    "04": book_files.journal,
    "05": book_files.exceptions,
    "13": gift_files.donations,
    "17": gift_files.bills,
    "27": book_files.restricted_funds,
    "43": book_files.archives,
}
# Files that are no table of ours: written whole.
FILES: Mapping[str, tuple[str, Pour]] = {"06": ("zip", book_files.interface)}

"""Import every table of the project, so that the metadata is complete."""

from sqlalchemy import MetaData

from ledger import accounts, dimensions, funds, periods, policy, trail, vouchers
from ledger.orm import Base

_TABLES = (accounts, dimensions, funds, periods, policy, trail, vouchers)


def everything() -> MetaData:
    """Return the metadata with all tables."""
    assert _TABLES
    return Base.metadata

"""Import every table of the project, so that the metadata is complete."""

from sqlalchemy import MetaData

from foundation.donors import models as donors
from foundation.gifts import models as gifts
from foundation.http import models as http
from foundation.imports import models as imports
from foundation.organisation import models as organisation
from foundation.receipting import models as receipting
from foundation.users import models as users
from ledger import accounts, dimensions, funds, periods, policy, trail, vouchers
from ledger.orm import Base
from receipts import models as receipts

_TABLES = (
    accounts,
    dimensions,
    funds,
    periods,
    policy,
    trail,
    vouchers,
    users,
    organisation,
    http,
    donors,
    imports,
    gifts,
    receipts,
    receipting,
)


def everything() -> MetaData:
    """Return the metadata with all tables."""
    assert _TABLES
    return Base.metadata

"""Import every table of the project, so that the metadata is complete."""

from sqlalchemy import MetaData

from foundation.agreements import models as agreements
from foundation.assets import models as assets
from foundation.banking import models as banking
from foundation.claims import models as claims
from foundation.claims import scheme_models as claim_schemes
from foundation.donors import models as donors
from foundation.duties import models as duties
from foundation.gifts import models as gifts
from foundation.home import models as home
from foundation.http import models as http
from foundation.imports import models as imports
from foundation.mail import models as mail
from foundation.organisation import models as organisation
from foundation.pledges import models as pledges
from foundation.portal import models as portal
from foundation.projects import models as projects
from foundation.receipting import models as receipting
from foundation.spending import models as spending
from foundation.statements import models as statements
from foundation.users import models as users
from ledger import (
    accounts,
    dimensions,
    funds,
    periods,
    policy,
    statement_movements,
    trail,
    vouchers,
)
from ledger.orm import Base
from receipts import models as receipts

_TABLES = (
    assets,
    banking,
    agreements,
    pledges,
    projects,
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
    spending,
    claims,
    claim_schemes,
    statement_movements,
    statements,
    home,
    duties,
    mail,
    portal,
)


def everything() -> MetaData:
    """Return the metadata with all tables."""
    assert _TABLES
    return Base.metadata

"""Import every table of the project, so that the metadata is complete."""

from sqlalchemy import MetaData

from foundation.agreements import models as agreements
from foundation.alumni import models as alumni
from foundation.annual_report import models as annual_report
from foundation.assessment import models as assessment
from foundation.assets import change_models as asset_changes
from foundation.assets import models as assets
from foundation.auditing import models as auditing
from foundation.banking import models as banking
from foundation.banking import payment_models as bank_payments
from foundation.claims import models as claims
from foundation.claims import scheme_models as claim_schemes
from foundation.disclosure import models as disclosure
from foundation.donors import models as donors
from foundation.duties import models as duties
from foundation.evidence import models as evidence
from foundation.gifts import models as gifts
from foundation.home import models as home
from foundation.honours import models as honours
from foundation.http import models as http
from foundation.imports import models as imports
from foundation.mail import models as mail
from foundation.organisation import models as organisation
from foundation.parties import models as parties
from foundation.pledges import models as pledges
from foundation.portal import models as portal
from foundation.projects import models as projects
from foundation.receipting import models as receipting
from foundation.shared_costs import models as shared_costs
from foundation.spending import element_models as spending_elements
from foundation.spending import models as spending
from foundation.statements import models as statements
from foundation.users import models as users
from foundation.uses import models as uses
from foundation.webhooks import models as webhooks
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
    assessment,
    alumni,
    disclosure,
    honours,
    uses,
    auditing,
    asset_changes,
    assets,
    bank_payments,
    spending_elements,
    shared_costs,
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
    parties,
    annual_report,
    evidence,
    mail,
    webhooks,
    portal,
)


def everything() -> MetaData:
    """Return the metadata with all tables."""
    assert _TABLES
    return Base.metadata

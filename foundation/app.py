"""The application: collaborators, checks and pages, put together step by step.

Reports join in `wsgi`, so that nothing here knows them.
"""

from flask import Blueprint, Flask
from jinja2 import StrictUndefined
from sqlalchemy import Engine

from foundation.agreements import api as agreement_api
from foundation.agreements import web as agreements
from foundation.alumni import web as alumni
from foundation.annual_report import api as annual_report_api
from foundation.annual_report import web as annual_report
from foundation.assessment import api as assessment_api
from foundation.assessment import web as assessment
from foundation.assets import api as register_api
from foundation.assets import desk_tasks, investment_api
from foundation.assets import web as registers
from foundation.auditing import access as audit_access
from foundation.auditing import api as audit_api
from foundation.auditing import web as auditing
from foundation.banking import api as bank_api
from foundation.banking import payment_api as bank_payment_api
from foundation.banking import web as banking
from foundation.books import account_api, period_api
from foundation.books import api as voucher_api
from foundation.books import web as books
from foundation.claims import api as claim_api
from foundation.claims import scheme_api
from foundation.claims import web as matching
from foundation.config import Config
from foundation.disclosure import api as disclosure_api
from foundation.disclosure import web as disclosure
from foundation.donors import api as donor_api
from foundation.donors import link_pages as donor_links
from foundation.donors import web as donors
from foundation.duties import web as duties
from foundation.funds import api as fund_api
from foundation.funds import web as funds
from foundation.gifts import api as gift_api
from foundation.gifts import web as gifts
from foundation.home import desk
from foundation.home import web as home
from foundation.honours import api as honour_api
from foundation.honours import web as honours
from foundation.http import (
    access,
    api,
    assets,
    context,
    documentation,
    formats,
    frame,
    health,
    languages,
    lists,
    preferences,
    problems,
    security,
)
from foundation.http.context import Services
from foundation.imports import api as import_api
from foundation.imports import web as imports
from foundation.mail import web as mail
from foundation.organisation import web as organisation
from foundation.parties import api as party_api
from foundation.parties import web as parties
from foundation.pledges import api as pledge_api
from foundation.pledges import web as pledges
from foundation.portal import office as portal_office
from foundation.portal import web as portal
from foundation.projects import web as projects
from foundation.receipting import bill_api, letter_api
from foundation.receipting import web as receipting
from foundation.shared_costs import api as shared_cost_api
from foundation.shared_costs import web as shared_costs
from foundation.spending import api as spending_api
from foundation.spending import web as spending
from foundation.users import api as user_api
from foundation.users import guard
from foundation.users import web as users
from foundation.uses import web as uses
from foundation.verification import web as verification
from foundation.webhooks import api as webhooks_api
from foundation.webhooks import web as webhooks
from ledger.clock import Clock

# Registers of donors with 100,000 rows fit; anything bigger is not a register.
MAX_UPLOAD_BYTES = 50 * 1024 * 1024

# Every feature, one line for its pages and one for each of its resources.
BLUEPRINTS: tuple[Blueprint, ...] = (
    home.blueprint,
    alumni.blueprint,
    uses.blueprint,
    disclosure.blueprint,
    disclosure_api.blueprint,
    honours.blueprint,
    honour_api.blueprint,
    matching.blueprint,
    claim_api.blueprint,
    scheme_api.blueprint,
    *registers.BLUEPRINTS,
    banking.blueprint,
    books.blueprint,
    donors.blueprint,
    donor_links.blueprint,
    duties.blueprint,
    assessment.blueprint,
    assessment_api.blueprint,
    funds.blueprint,
    gifts.blueprint,
    imports.blueprint,
    mail.blueprint,
    webhooks.blueprint,
    webhooks_api.blueprint,
    agreements.blueprint,
    auditing.blueprint,
    audit_api.blueprint,
    organisation.blueprint,
    parties.blueprint,
    party_api.blueprint,
    annual_report.blueprint,
    annual_report_api.blueprint,
    pledges.blueprint,
    projects.blueprint,
    portal.blueprint,
    portal_office.blueprint,
    receipting.blueprint,
    users.blueprint,
    spending.blueprint,
    shared_costs.blueprint,
    shared_cost_api.blueprint,
    spending_api.blueprint,
    verification.blueprint,
    account_api.blueprint,
    agreement_api.blueprint,
    register_api.assets,
    register_api.goods,
    investment_api.blueprint,
    pledge_api.blueprint,
    bank_api.blueprint,
    bank_payment_api.blueprint,
    bill_api.blueprint,
    donor_api.blueprint,
    fund_api.blueprint,
    gift_api.blueprint,
    import_api.blueprint,
    letter_api.blueprint,
    period_api.blueprint,
    user_api.blueprint,
    voucher_api.blueprint,
    documentation.blueprint,
    health.blueprint,
    preferences.blueprint,
)


def create_app(config: Config, *, engine: Engine, clock: Clock) -> Flask:
    """Put the application together. Nothing is read from the database yet."""
    app = Flask("foundation")
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_SECURE=config.is_secure,
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES,
        MAX_FORM_PARTS=5000,
        MAX_FORM_MEMORY_SIZE=5 * 1024 * 1024,
    )
    app.extensions[context.EXTENSION] = Services(engine=engine, clock=clock, config=config)
    _configure_templates(app)
    _configure_checks(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    desk.add(app, desk_tasks.tasks)
    return app


def _configure_templates(app: Flask) -> None:
    # A misspelt name in a template is an error, not an empty place on a statement.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    languages.install(app)
    formats.install(app)
    assets.install(app)
    frame.install(app)
    lists.install(app)


def _configure_checks(app: Flask) -> None:
    """The order matters: number the request, find who asks, check the form, then the view."""
    access.install(app)
    audit_access.install(app)
    problems.install(app)
    guard.install(app)
    security.install(app)
    api.install(app)

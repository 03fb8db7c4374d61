"""Put the application together: the foundation and the reports beside it.

Servers use the factory (`wsgi:build_app`), the command line uses `main`. Nothing happens at
import.
"""

import os

from flask import Flask
from sqlalchemy import Engine

from foundation import app, cli, config, database
from foundation.config import Config
from foundation.demo import commands as demo_commands
from foundation.donors import commands as donor_commands
from foundation.gifts import commands as gift_commands
from foundation.gifts import integrity as gift_integrity
from foundation.http.context import Services
from foundation.matching import commands as matching_commands
from foundation.organisation.service import find_organisation
from foundation.receipting import commands as document_commands
from foundation.receipting import integrity as coverage_integrity
from foundation.users import commands as user_commands
from ledger import integrity
from ledger.clock import Clock
from receipts import integrity as document_integrity
from reports import api as reports_api
from reports import cli as reports_cli
from reports import views
from reports.ratios import commands as ratio_commands


def build_app(settings: Config | None = None) -> Flask:
    """Make the application for a server, from the environment unless settings are given."""
    chosen = settings or config.read(os.environ)
    engine = database.create(chosen.database_url)
    return join(Services(engine=engine, clock=_clock(engine), config=chosen))


def _clock(engine: Engine) -> Clock:
    """The clock of the organisation, or ours while the database is not ready (see `/readyz`)."""
    if database.at_head(engine):
        with database.reading(engine) as session:
            organisation = find_organisation(session)
            if organisation is not None:
                return Clock(organisation.time_zone)
    return Clock()


def join(services: Services) -> Flask:
    """Join the pages of the foundation and of the reports."""
    joined = app.create_app(services.config, engine=services.engine, clock=services.clock)
    views.install(joined)
    joined.register_blueprint(reports_api.blueprint)
    return joined


def main() -> None:
    """Run the command line."""
    extra = (
        *user_commands.COMMANDS,
        *donor_commands.COMMANDS,
        *gift_commands.COMMANDS,
        *demo_commands.COMMANDS,
        *document_commands.COMMANDS,
        *matching_commands.COMMANDS,
        *reports_cli.COMMANDS,
        *ratio_commands.COMMANDS,
    )
    cli.build_cli(
        extra=extra,
        serve=join,
        checks=(
            *integrity.CHECKS,
            *gift_integrity.CHECKS,
            *document_integrity.CHECKS,
            *coverage_integrity.CHECKS,
        ),
        catalogues=(views.TRANSLATIONS,),
    )()

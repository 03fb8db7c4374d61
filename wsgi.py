"""Put the application together: the foundation and the reports beside it.

Servers use the factory (`wsgi:build_app`), the command line uses `main`. Nothing happens at
import.
"""

import os

import click
from flask import Flask
from sqlalchemy import Engine

from foundation import app, cli, config, database
from foundation.agreements import papers as agreement_papers
from foundation.assessment import commands as assessment_commands
from foundation.assessment import desk as assessment_desk
from foundation.assessment import joining as assessment_joining
from foundation.assessment import papers as assessment_papers
from foundation.assets import commands as asset_commands
from foundation.assets import integrity as asset_integrity
from foundation.auditing import commands as audit_commands
from foundation.auditing import integrity as audit_integrity
from foundation.backup import commands as backup_commands
from foundation.banking import commands as bank_commands
from foundation.banking import integrity as bank_integrity
from foundation.books import papers
from foundation.claims import commands as claim_commands
from foundation.claims import desk_tiles as claim_tiles
from foundation.claims import integrity as claim_integrity
from foundation.config import Config
from foundation.demo import commands as demo_commands
from foundation.disclosure import commands as disclosure_commands
from foundation.disclosure import integrity as disclosure_integrity
from foundation.donors import commands as donor_commands
from foundation.duties import commands as duty_commands
from foundation.evidence import commands as evidence_commands
from foundation.evidence import integrity as evidence_integrity
from foundation.evidence import web as evidence_web
from foundation.evidence.joined import Joined, PackQuestion
from foundation.gifts import commands as gift_commands
from foundation.gifts import integrity as gift_integrity
from foundation.home import checking, strip
from foundation.honours import commands as honour_commands
from foundation.http.context import Services
from foundation.mail import commands as mail_commands
from foundation.mail import worker as mail_worker
from foundation.matching import commands as matching_commands
from foundation.organisation.service import find_organisation
from foundation.parties import commands as party_commands
from foundation.pledges import commands as pledge_commands
from foundation.pledges import integrity as pledge_integrity
from foundation.portal import commands as portal_commands
from foundation.receipting import commands as document_commands
from foundation.receipting import integrity as coverage_integrity
from foundation.shared_costs import commands as shared_cost_commands
from foundation.shared_costs import integrity as shared_cost_integrity
from foundation.spending import commands as spending_commands
from foundation.spending import integrity as spending_integrity
from foundation.statements import commands as statement_commands
from foundation.statements import integrity as statement_integrity
from foundation.statements import web as statement_web
from foundation.statements.joining import Joined as StatementsJoined
from foundation.users import commands as user_commands
from foundation.uses import commands as use_commands
from foundation.webhooks import commands as webhook_commands
from foundation.webhooks import worker as webhook_worker
from ledger import integrity, statement_movements
from ledger.clock import Clock
from receipts import integrity as document_integrity
from reports import api as reports_api
from reports import assessment as assessment_report
from reports import assessment_titles, views
from reports import cli as reports_cli
from reports.annual import pages as annual_pages
from reports.audit_pack import joining
from reports.claims import commands as claim_paper_commands
from reports.claims import pages as claim_paper_pages
from reports.interchange import commands as interchange_commands
from reports.interchange import pages as export_pages
from reports.ratios import commands as ratio_commands
from reports.statements import composing

# The whole integrity suite, for the command and for the page.
CHECKS = (
    *integrity.CHECKS,
    *statement_movements.CHECKS,
    *gift_integrity.CHECKS,
    *pledge_integrity.CHECKS,
    *bank_integrity.CHECKS,
    *asset_integrity.CHECKS,
    *spending_integrity.CHECKS,
    *shared_cost_integrity.CHECKS,
    *document_integrity.CHECKS,
    *coverage_integrity.CHECKS,
    *claim_integrity.CHECKS,
    *statement_integrity.CHECKS,
    *disclosure_integrity.CHECKS,
    *evidence_integrity.CHECKS,
    *audit_integrity.CHECKS,
)


# What proves the files that lie beside the rows, for the folder of data.
FILE_CHECKS = (
    document_integrity.file_check,
    papers.file_check,
    agreement_papers.file_check,
    audit_integrity.file_check,
    evidence_integrity.file_check,
    assessment_papers.file_check,
)


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
    assessment_joining.install(
        joined,
        assessment_report.PROBES,
        reports=assessment_titles.of_reports(),
        files=assessment_titles.of_files(),
    )
    strip.add(joined, assessment_desk.tile, claim_tiles.returned, claim_tiles.unconfirmed)
    folder = services.config.data_dir
    checking.install(joined, (*CHECKS, *(make(folder) for make in FILE_CHECKS)))
    statements = StatementsJoined(
        composing.compose, tuple(CHECKS), tuple(composing.titled_reclassifications())
    )
    statement_web.install(joined, statements)
    evidence_web.install(joined, _evidence())
    joined.register_blueprint(reports_api.blueprint)
    joined.register_blueprint(claim_paper_pages.blueprint)
    joined.register_blueprint(annual_pages.blueprint)
    joined.register_blueprint(export_pages.blueprint)
    return joined


def _evidence() -> Joined:
    """What evidence is given from the reports; a final pack passes the whole suite."""

    def suite(question: PackQuestion) -> tuple[integrity.Check, ...]:
        return (*CHECKS, *(make(question.data_dir) for make in FILE_CHECKS))

    return joining.joined(suite)


def serve(services: Services) -> Flask:
    """Join everything for `serve`, with the threads that send mail and notices beside it."""
    joined = join(services)
    mail_worker.start(services)
    webhook_worker.start(services)
    return joined


def command_line() -> click.Group:
    """Make the command line with the commands of every feature."""
    extra = (
        *user_commands.COMMANDS,
        *donor_commands.COMMANDS,
        *gift_commands.COMMANDS,
        *honour_commands.COMMANDS,
        *disclosure_commands.COMMANDS,
        *use_commands.COMMANDS,
        *bank_commands.COMMANDS,
        *audit_commands.COMMANDS,
        *backup_commands.COMMANDS,
        *spending_commands.COMMANDS,
        *shared_cost_commands.COMMANDS,
        *asset_commands.COMMANDS,
        *assessment_commands.commands(assessment_report.PROBES),
        *pledge_commands.COMMANDS,
        *demo_commands.COMMANDS,
        *duty_commands.COMMANDS,
        *evidence_commands.commands(_evidence()),
        *document_commands.COMMANDS,
        *mail_commands.COMMANDS,
        *webhook_commands.COMMANDS,
        *matching_commands.COMMANDS,
        *claim_commands.COMMANDS,
        *portal_commands.COMMANDS,
        *party_commands.COMMANDS,
        *reports_cli.COMMANDS,
        *ratio_commands.COMMANDS,
        *claim_paper_commands.COMMANDS,
        *interchange_commands.COMMANDS,
        *statement_commands.commands(composing.compose, CHECKS, composing.reclassifications),
    )
    return cli.build_cli(
        extra=extra,
        serve=serve,
        checks=CHECKS,
        file_checks=FILE_CHECKS,
        catalogues=(views.TRANSLATIONS,),
    )


def main() -> None:
    """Run the command line."""
    command_line()()

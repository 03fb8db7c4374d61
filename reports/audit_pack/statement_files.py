"""Files 07, 08 and 37: the statements, what they are made of, and the ratios."""

import dataclasses
from collections.abc import Iterator

from sqlalchemy.orm import Session

from ledger.clock import Clock
from reports import registry
from reports.audit_pack.definitions import filled
from reports.parameters import Parameters
from reports.ratios import from_books, printing
from reports.ratios.report import verdict_words
from reports.ratios.rules import Profile, list_in_force
from reports.ratios.verdicts import judge
from reports.tables import Emphasis, Row, Table

STATEMENTS = ("balance_sheet", "activities", "cash_flows", "net_assets_changes", "notes")
_SOURCES = "statement_sources"


def statements(
    session: Session, parameters: Parameters, clock: Clock
) -> Iterator[tuple[str, Table]]:
    """07: each statement of the year under its name."""
    for name in STATEMENTS:
        table = _run(session, parameters, name, clock)
        yield table.title.zh, table


def sources(session: Session, parameters: Parameters, clock: Clock) -> Iterator[tuple[str, Table]]:
    """08 报表取数说明: the accounts behind every figure that is not zero."""
    found = _run(session, parameters, _SOURCES, clock)
    place = {column.key: i for i, column in enumerate(found.columns)}
    rows = [
        Row(
            (
                row.cells[place["statement"]],
                row.cells[place["line"]],
                row.cells[place["item"]],
                row.cells[place["formula"]],
                row.cells[place["account"]],
                row.cells[place["amount"]],
            )
        )
        for row in found.rows
        if row.emphasis is Emphasis.PLAIN
    ]
    yield "", filled("08", parameters, rows)


def _run(session: Session, parameters: Parameters, name: str, clock: Clock) -> Table:
    found = registry.run(session, name, {"period": str(parameters.period.year)}, clock=clock)
    # The time of printing is that of the books, so that the same books give the same bytes.
    return dataclasses.replace(found, heading=parameters.heading)


def ratios(session: Session, parameters: Parameters) -> Table:
    """37 比例计算表: every requirement in force, with the figures that it was held against."""
    year = parameters.period.year
    years = from_books.history(session, parameters)
    rows = []
    for rule_set in list_in_force(parameters.period.last_day):
        for requirement in rule_set.requirements:
            if not requirement.applies_to(Profile()):
                continue
            finding = judge(rule_set, requirement, years, fiscal_year=year)
            first = finding.bases[0].ratio
            printed = {basis.ratio.definition.id: basis.ratio.printed for basis in finding.bases}
            rows.append(
                Row(
                    (
                        f"{rule_set.id}.{requirement.id}",
                        year,
                        None if first.numerator is None else int(first.numerator.total),
                        None if first.denominator is None else int(first.denominator.total),
                        first.four_decimals,
                        "",
                        "",
                        next((text for key, text in printed.items() if "mean" in key), ""),
                        "" if finding.share is None else printing.share(finding.share),
                        {True: "是", False: "否", None: ""}[finding.exempt],
                        verdict_words(finding.verdict).zh,
                        finding.reason,
                    )
                )
            )
    return filled("37", parameters, rows)

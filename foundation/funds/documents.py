"""Funds as JSON documents: the same for commands and the API."""

from typing import Any

from foundation.funds.service import FundBalance
from foundation.projects.figures import ProjectRow
from ledger.money import to_text


def of_row(row: ProjectRow) -> dict[str, Any]:
    """A fund with its project and what it raised."""
    project = row.project
    said = None
    if project is not None:
        said = {
            "kind": project.kind,
            "name_en": project.name_en,
            "purpose": project.purpose,
            "steward": project.steward,
            "college": project.college,
            "target": None if project.target_minor is None else to_text(project.target_minor),
            "progress": row.progress,
            "starts_on": None if project.starts_on is None else project.starts_on.isoformat(),
            "ends_on": None if project.ends_on is None else project.ends_on.isoformat(),
            "spending_rule": project.spending_rule,
            "fee_basis_points": project.fee_basis_points,
            "remainder": project.remainder.value,
            "public": project.is_public,
            "public_text": project.public_text,
            "public_text_en": project.public_text_en,
        }
    return of_fund(FundBalance(row.fund, row.net_minor)) | {
        "raised": to_text(row.raised.minor),
        "gifts": row.raised.gifts,
        "donors": row.raised.donors,
        "pledged": to_text(row.pledged_minor),
        "project": said,
    }


def of_fund(held: FundBalance) -> dict[str, Any]:
    """A fund and what it holds."""
    fund = held.fund
    return {
        "code": fund.code,
        "name": fund.name,
        "restriction": fund.restriction.value,
        "opened_on": None if fund.opened_on is None else fund.opened_on.isoformat(),
        "closed_on": None if fund.closed_on is None else fund.closed_on.isoformat(),
        "balance": to_text(held.net_minor),
    }

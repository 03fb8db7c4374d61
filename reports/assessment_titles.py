"""What reports and files of the audit pack are called, for the pages of the assessment."""

from collections.abc import Mapping

from foundation.duties.loading import Words
from reports.audit_pack.definitions import definitions
from reports.registry import REPORTS


def of_reports() -> Mapping[str, Words]:
    """Return the titles of reports by id."""
    return {report.id: Words(report.title.zh, report.title.en) for report in REPORTS}


def of_files() -> Mapping[str, Words]:
    """Return the titles of the files of the pack by number."""
    return {number: Words(one.title.zh, one.title.en) for number, one in definitions().items()}

"""What a report is: its id and title, who may run it, what it asks, and how it is run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from foundation.users.models import Role
from foundation.users.permissions import Permission, allows
from ledger.errors import NotFound
from reports.groups import Group
from reports.parameters import Parameter, Parameters
from reports.tables import Label, Table


@dataclass(frozen=True, slots=True)
class Report:
    """One report. Whoever has one of the permissions may run it."""

    id: str
    title: Label
    purpose: Label
    group: Group
    run: Callable[[Session, Parameters], Table]
    parameters: tuple[Parameter, ...]
    permissions: frozenset[Permission] = frozenset({Permission.REPORTS_READ})
    # The report whose figures this one explains: the way back up.
    above: str = ""

    def allows(self, role: Role) -> bool:
        """Tell whether a role may run it."""
        return any(allows(role, permission) for permission in self.permissions)


class UnknownReport(NotFound):
    """There is no such report."""

    code = "unknown_report"
    message = "没有名为“{report}”的报表"


def described(report: Report) -> dict[str, Any]:
    """Return what programs are told about a report."""
    return {
        "id": report.id,
        "title": report.title.zh,
        "title_en": report.title.en,
        "group": report.group.value,
        "purpose": report.purpose.zh,
        "parameters": [
            {
                "name": parameter.name,
                "title": parameter.title.zh,
                "kind": parameter.answer.value,
                "choices": [code for code, _ in parameter.choices],
            }
            for parameter in report.parameters
        ],
    }

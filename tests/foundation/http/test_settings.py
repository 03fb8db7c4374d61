"""The organisation's facts and the policies: changed by an administrator, with a reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.organisation import profiles, service
from foundation.organisation.models import Organisation
from foundation.users.models import Role
from ledger.policy import ClosingFrequency, LedgerPolicy
from ledger.trail import TrailRecord
from tests import factories, serving
from tests.databases import Databases
from tests.serving import Browser


def _build(engine: Engine) -> None:
    with database.transaction(engine) as session:
        profile = profiles.load(profiles.DEMO)
        service.initialise(session, profile, start=None, clock=factories.CLOCK)
    serving.add_people(engine, Role.ADMINISTRATOR)


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "settings", _build) as found:
        yield found


@pytest.fixture
def admin(engine: Engine, tmp_path: Path) -> Browser:
    app = serving.application(engine, serving.settings(tmp_path))
    return serving.signed_in(app, Role.ADMINISTRATOR)


def as_shown(engine: Engine, **changes: Any) -> dict[str, Any]:
    """The form as the page shows it; a box that is not ticked is not sent."""
    with database.reading(engine) as session:
        facts = session.execute(select(Organisation)).scalar_one()
        form = {
            "name": facts.name,
            "name_en": facts.name_en,
            "credit_code": facts.credit_code,
            "separation_required": "on",
            "attachments_required": "on",
            "overspending_refused": "on",
            "closing_frequency": "year",
            "reason": "理事会决议",
        } | changes
    return {name: value for name, value in form.items() if value is not None}


def acts(engine: Engine) -> list[str]:
    with database.reading(engine) as session:
        query = (
            select(TrailRecord.action)
            .where(TrailRecord.actor == "administrator", TrailRecord.reason.is_not(None))
            .order_by(TrailRecord.sequence)
        )
        return list(session.execute(query).scalars())


def test_name_is_changed_with_a_reason_that_stays(admin: Browser, engine: Engine) -> None:
    answer = admin.post("/settings", as_shown(engine, name="示例大学基金会"))

    page = admin.get("/settings").text
    assert answer.status_code == 303
    assert "示例大学基金会" in page
    assert "理事会决议" in page
    assert acts(engine) == ["organisation.change"]


def test_policy_is_changed_and_the_books_obey(admin: Browser, engine: Engine) -> None:
    changed = as_shown(engine, separation_required=None, closing_frequency="month")

    assert admin.post("/settings", changed).status_code == 303

    with database.reading(engine) as session:
        rules = session.get_one(LedgerPolicy, 1)
        assert not rules.separation_required
        assert rules.attachments_required
        assert rules.closing_frequency is ClosingFrequency.MONTH
    assert acts(engine) == ["policy.change"]


def test_what_did_not_change_leaves_no_record(admin: Browser, engine: Engine) -> None:
    assert admin.post("/settings", as_shown(engine)).status_code == 303

    assert acts(engine) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"name": ""}, "name"),
        ({"credit_code": "53420000MJ000000X3"}, "credit_code"),
        ({"credit_code": "123"}, "credit_code"),
        ({"closing_frequency": "week"}, "closing_frequency"),
    ],
)
def test_error_stands_beside_its_field_and_nothing_changes(
    admin: Browser, engine: Engine, changes: dict[str, str], field: str
) -> None:
    sent = as_shown(engine, name_en="Another name") | changes

    answer = admin.post("/settings", sent)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'value="Another name"' in answer.text
    assert acts(engine) == []

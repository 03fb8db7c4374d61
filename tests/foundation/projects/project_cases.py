"""Projects, agreements and campaigns that the tests record."""

from datetime import date
from typing import Any

from sqlalchemy import Engine

from foundation import database
from foundation.agreements import service as agreements
from foundation.agreements.models import Agreement
from foundation.agreements.service import AgreementInput
from foundation.projects import campaigns, endowments, service
from foundation.projects.campaigns import CampaignInput
from foundation.projects.endowments import RuleInput
from foundation.projects.models import Campaign, EndowmentBase, EndowmentRule, FundProject
from foundation.projects.service import ProjectInput
from ledger import funds
from ledger.funds import Restriction
from tests.factories import CLOCK, PREPARER

SIGNED = date(2026, 1, 5)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def project(engine: Engine, code: str = "SCHOL", **changed: Any) -> FundProject:
    """Say what a fund is for."""
    values: dict[str, Any] = {"kind": "student", "purpose": "奖励品学兼优的学生"}
    with database.transaction(engine) as session:
        entry = ProjectInput(**(values | changed))
        return service.set_project(session, code, entry, actor=PREPARER, clock=CLOCK)


def published(engine: Engine, code: str = "SCHOL", **changed: Any) -> FundProject:
    """Publish a project."""
    return project(engine, code, is_public=True, public_text="请支持我们的学生。", **changed)


def endowment(engine: Engine, *, principal: str = "ENDOW", income: str = "ENDINC") -> None:
    """Join a principal and an income fund, opening the second."""
    with database.transaction(engine) as session:
        if funds.find_fund(session, income) is None:
            funds.open_fund(
                session,
                code=income,
                name="永久留本基金收益",
                restriction=Restriction.PURPOSE,
                actor=PREPARER,
                clock=CLOCK,
            )
        endowments.open_endowment(
            session, principal, income, since=SIGNED, actor=PREPARER, clock=CLOCK
        )


def rule(engine: Engine, day: date, spend: int, **changed: Any) -> EndowmentRule:
    """Set a rule for the endowment."""
    values: dict[str, Any] = {
        "in_force_from": day,
        "base": EndowmentBase.INCOME,
        "spend_basis_points": spend,
        "resolution": "理事会〔2026〕1 号",
    }
    with database.transaction(engine) as session:
        entry = RuleInput(**(values | changed))
        return endowments.set_rule(session, "ENDOW", entry, actor=PREPARER, clock=CLOCK)


def campaign(engine: Engine, *codes: str, **changed: Any) -> Campaign:
    """Record a campaign over some funds."""
    values: dict[str, Any] = {
        "code": "J120",
        "name": "120 周年校庆",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "funds": codes or ("SCHOL", "GEN"),
        "target_minor": 1_000_000_00,
    }
    with database.transaction(engine) as session:
        entry = CampaignInput(**(values | changed))
        return campaigns.set_campaign(session, entry, actor=PREPARER, clock=CLOCK)


def agreement_input(donor_id: int, **changed: Any) -> AgreementInput:
    """Return an agreement that is valid unless changed."""
    values: dict[str, Any] = {
        "number": "XY-2026-001",
        "title": "学校发展捐赠协议",
        "donor_id": donor_id,
        "purpose": "由学校统筹用于事业发展",
        "funds": (("SCHOL", None),),
        "amount_minor": 300_000_00,
        "donor_signatory": "林晓舟",
        "foundation_signatory": "周知秋",
    }
    return AgreementInput(**(values | changed))


def agreement(engine: Engine, donor_id: int, **changed: Any) -> Agreement:
    """Draft an agreement."""
    with database.transaction(engine) as session:
        entry = agreement_input(donor_id, **changed)
        return agreements.record_agreement(session, entry, actor=PREPARER, clock=CLOCK)


def sign(engine: Engine, agreement_id: int, *, on: date = SIGNED) -> None:
    """Note that an agreement was signed."""
    with database.transaction(engine) as session:
        agreements.sign(session, agreement_id, signed_on=on, actor=PREPARER, clock=CLOCK)


def signed(engine: Engine, donor_id: int, **changed: Any) -> Agreement:
    """Draft and sign an agreement."""
    made = agreement(engine, donor_id, **changed)
    sign(engine, made.id)
    return made

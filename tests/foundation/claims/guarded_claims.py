"""Claims in every state, to try raw SQL on."""

import tempfile
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, text

from foundation import database
from foundation.claims import awards, clawbacks, intake, lifecycle
from tests import factories
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.foundation.claims import claim_cases as cases
from tests.foundation.claims import lifecycle_cases
from tests.foundation.claims.intake_answers import ANSWERS
from tests.foundation.gifts import gift_cases


def build(engine: Engine) -> None:
    """One awarded claim with everything after it, one withdrawn, and a draft."""
    factories.install_books(engine)
    folder = Path(tempfile.mkdtemp(prefix="claims-"))
    claim, gifts = cases.frozen(engine, folder)
    cases.submit(engine, claim.id)
    lifecycle_cases.award(
        engine, claim.id, amount_minor=40_000_00, differences=((-10_000_00, "不足"),)
    )
    lifecycle_cases.receive(engine, claim.id, 10_000_00)
    with database.transaction(engine) as session:
        awards.record_use(
            session,
            claim.id,
            amount_minor=1_00,
            used_on=date(2026, 11, 22),
            purpose="学科建设",
            evidence="",
            actor=PREPARER,
            clock=CLOCK,
        )
    change = cases.refund_later(engine, gifts[0].gift_id, 100)
    with database.transaction(engine) as session:
        clawbacks.claw_back(
            session,
            claim.id,
            gifts[0].gift_id,
            change_id=change,
            repay_minor=0,
            notified_on=None,
            reason="金额很小",
            actor=REVIEWER,
            clock=CLOCK,
        )
        intake.fill(
            session,
            ANSWERS,
            {},
            document_title="湖北办法",
            document_number="1号",
            file=("办法.pdf", b"%PDF"),
            folder=folder,
            actor=PREPARER,
            clock=CLOCK,
        )
    with database.transaction(engine) as session:
        intake.confirm(session, actor=REVIEWER, clock=CLOCK)
    gift_cases.posted(engine, minor=50_000_00)
    second = cases.compute(engine)
    cases.freeze(engine, second.id)
    with database.transaction(engine) as session:
        lifecycle.withdraw(session, second.id, reason="漏报", actor=REVIEWER, clock=CLOCK)
    third = cases.compute(engine)
    cases.freeze(engine, third.id)
    gift_cases.posted(engine, minor=70_000_00)
    cases.compute(engine)


def names(engine: Engine) -> dict[str, object]:
    """Return what raw SQL may refer to."""
    with engine.connect() as connection:
        claims = dict(
            connection.execute(text("SELECT sequence, id FROM claim ORDER BY sequence")).all()
        )
        gift = (
            connection.execute(
                text("SELECT gift_id FROM claim_line WHERE claim_id = :c ORDER BY gift_id"),
                {"c": claims[0]},
            )
            .scalars()
            .first()
        )
        fresh = (
            connection.execute(
                text("SELECT gift_id FROM claim_line WHERE claim_id = :c ORDER BY gift_id DESC"),
                {"c": claims[3]},
            )
            .scalars()
            .first()
        )
        decision = connection.execute(text("SELECT MIN(id) FROM decision")).scalar_one()
        unused = connection.execute(text("SELECT MAX(id) FROM parameter_confirmation")).scalar_one()
    return {
        "awarded": claims[0],
        "withdrawn": claims[1],
        "frozen": claims[2],
        "draft": claims[3],
        "gift": gift,
        "fresh": fresh,
        "decision": decision,
        "confirmation": unused,
        "now": "2026-11-22 02:00:00.000000",
        "digest": "0" * 64,
    }

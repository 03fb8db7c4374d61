"""Schemes, gifts and persons that the tests of claims work with."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from foundation import database
from foundation.claims import (
    computing,
    confirmations,
    decisions,
    integrity,
    lifecycle,
    schemes,
)
from foundation.claims.confirmations import Document
from foundation.claims.decisions import NewDecision
from foundation.claims.kinds import ConfirmationState
from foundation.claims.models import Claim, ClaimLine
from foundation.claims.schemes import StoredScheme
from foundation.gifts import changes
from foundation.gifts.kinds import RefundCause
from foundation.gifts.models import GiftChange
from foundation.gifts.service import RecordedGift
from ledger import integrity as ledger_integrity
from ledger.clock import FixedClock
from ledger.integrity import Finding
from tests.factories import ADMINISTRATOR, CLOCK, PREPARER, REVIEWER
from tests.foundation.gifts import gift_cases

CODE = "cn-test"
YEAR = 2027
# A scheme of which every parameter is known, so that its claims can be final.
TEXT = """
schemes:
  - scheme: cn-test
    title: 测试省属高校捐赠收入财政配比办法
    family: cn-test
    doc: 测财教〔2025〕1号
    in_force: {from: "2025-01-01"}
    status: usable
    grade: A
    window: {date: gift.cash_received_on, period: previous_year, clause: 第四条}
    unit: receipt
    gift_rules:
      - {use: law.is_a_gift}
      - {use: cn.cash_received, clause: 第五条}
      - {code: RESTRICTED_USE, decide: gift.university_may_pool, expect: true, clause: 第六条}
    minimum: {value: "10000.00", cmp: ge, clause: 第七条}
    match: {method: flat, ratio: "1/3", max_ratio: "1", clause: 第八条}
    pool: {period: year, rule: none, amount: "5000000.00"}
    rounding: {place: "0.01", mode: half_up, at: claimant, sourced: true}
    use_of_match: {by: 学校统筹, forbid: [偿还贷款]}
    consequences: {donation_returned: {notify_within_days: 30, repay_match: true}}
    src: [PLAN]
"""
# What a person answers once for a whole year, so that no gift stays open.
YES = ("gift.university_may_pool",)
NO = ("gift.beneficiary_related_to_donor", "gift.linked_to_enrolment")
DOCUMENT = Document("测试办法", "测财教〔2025〕1号", "第八条", "办法.pdf", b"%PDF-1.4 official")


def scheme(engine: Engine, text: str = TEXT) -> StoredScheme:
    """Store a scheme."""
    with database.transaction(engine) as session:
        (stored,) = schemes.add_text(
            session, text, reason="录入正式文件", actor=ADMINISTRATOR, clock=CLOCK
        )
        return stored


def decide(engine: Engine, question: str, answer: Any, **given: Any) -> int:
    """Record a decision; for the claim year unless it names a gift or a fund."""
    values: dict[str, Any] = {"reason": "按协议", "scheme_code": CODE}
    if not given.keys() & {"gift_id", "fund_id", "claim_year"}:
        values["claim_year"] = YEAR
    actor = given.pop("actor", PREPARER)
    with database.transaction(engine) as session:
        return decisions.decide(
            session,
            NewDecision(question=question, answer=answer, **(values | given)),
            folder=None,
            actor=actor,
            clock=CLOCK,
        )


def decide_all(engine: Engine, code: str = CODE) -> None:
    """Answer for the whole year what every gift asks."""
    for question in YES:
        decide(engine, question, True, scheme_code=code)
    for question in NO:
        decide(engine, question, False, scheme_code=code)


def confirm_all(engine: Engine, folder: Path, code: str = CODE) -> None:
    """Compare every parameter with the document, in two persons."""
    with database.transaction(engine) as session:
        stored = schemes.ensure(session, code, actor=PREPARER, clock=CLOCK)
        for item in confirmations.parameters(stored):
            key = confirmations.propose(
                session,
                code,
                item.parameter,
                DOCUMENT,
                stated="见第九条",
                folder=folder,
                actor=PREPARER,
                clock=CLOCK,
            )
            confirmations.answer(
                session, key, ConfirmationState.CONFIRMED, actor=REVIEWER, clock=CLOCK
            )


def compute(engine: Engine, code: str = CODE, year: int = YEAR, actor: str = PREPARER) -> Claim:
    """Compute a claim."""
    with database.transaction(engine) as session:
        return computing.compute(session, code, year, actor=actor, clock=CLOCK)


def freeze(engine: Engine, claim_id: int, actor: str = REVIEWER) -> Claim:
    """Freeze a claim."""
    with database.transaction(engine) as session:
        return lifecycle.freeze(session, claim_id, actor=actor, clock=CLOCK)


def submit(engine: Engine, claim_id: int) -> Claim:
    """Hand a claim in."""
    with database.transaction(engine) as session:
        return lifecycle.submit(
            session,
            claim_id,
            submitted_on=date(2026, 11, 20),
            submitted_to="省教育厅",
            reference="测教报〔2026〕1号",
            actor=PREPARER,
            clock=CLOCK,
        )


def ready(engine: Engine, folder: Path, *amounts: int) -> tuple[Claim, list[RecordedGift]]:
    """Give a draft that can be frozen, over posted gifts of these amounts."""
    scheme(engine)
    gifts = [posted(engine, minor) for minor in amounts or (120_000_00, 30_000_00)]
    decide_all(engine)
    confirm_all(engine, folder)
    return compute(engine), gifts


def frozen(engine: Engine, folder: Path, *amounts: int) -> tuple[Claim, list[RecordedGift]]:
    """Give a frozen claim and its gifts."""
    claim, gifts = ready(engine, folder, *amounts)
    return freeze(engine, claim.id), gifts


def posted(engine: Engine, minor: int = 120_000_00, **changes: Any) -> RecordedGift:
    """Record a gift of a new donor and post it."""
    values = {"allocations": (("SCHOL", minor),)} | changes
    return gift_cases.posted(engine, minor=minor, **values)


def line(engine: Engine, claim_id: int, gift_id: int) -> ClaimLine:
    """Return a line of a claim."""
    with database.reading(engine) as session:
        return session.get_one(ClaimLine, (claim_id, gift_id))


def lines(engine: Engine, claim_id: int) -> dict[int, str]:
    """Return the status of every line."""
    with database.reading(engine) as session:
        rows = session.execute(
            select(ClaimLine.gift_id, ClaimLine.status).where(ClaimLine.claim_id == claim_id)
        )
        return {row.gift_id: row.status.value for row in rows}


def findings(engine: Engine) -> list[Finding]:
    """Run the checks of the books and of claims."""
    with database.reading(engine) as session:
        return list(ledger_integrity.run(session, (*ledger_integrity.CHECKS, *integrity.CHECKS)))


def names(found: Iterable[Finding]) -> set[str]:
    """Return the names of the checks that found something."""
    return {item.check for item in found}


def refund_later(engine: Engine, gift_id: int, minor: int) -> int:
    """Refund part of a gift an hour after everything else; return the key of the change."""
    later = FixedClock(instant=CLOCK.instant + timedelta(hours=1))
    with database.transaction(engine) as session:
        changes.refund_gift(
            session,
            gift_id,
            amount_minor=minor,
            cause=RefundCause.EXTERNAL,
            refunded_on=gift_cases.LATER,
            pay_from=None,
            reason="项目取消",
            actor=PREPARER,
            clock=later,
        )
        return session.execute(
            select(GiftChange.id).where(GiftChange.gift_id == gift_id)
        ).scalar_one()

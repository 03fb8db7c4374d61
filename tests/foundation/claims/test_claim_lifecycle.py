"""Freezing, handing in, awards, clawbacks: what is allowed, and what must be refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.claims import awards, clawbacks, computing, confirmations, lifecycle
from foundation.claims.kinds import ClaimState, ConfirmationState, Payee
from foundation.claims.models import AwardPayment, Claim, ClaimedGift
from ledger.clock import FixedClock
from tests import factories
from tests.databases import Databases
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.foundation.claims import claim_cases as cases
from tests.foundation.claims.lifecycle_cases import award, awarded, receive
from tests.foundation.gifts import gift_cases
from tests.refusals import refused
from tests.threads import together


def test_frozen_claim_keeps_facts_decisions_version_and_digest(
    books: Engine, tmp_path: Path
) -> None:
    claim, gifts = cases.frozen(books, tmp_path)

    with database.reading(books) as session:
        stored = session.get_one(Claim, claim.id)
        held = session.execute(select(ClaimedGift.gift_id).order_by(ClaimedGift.gift_id)).scalars()
        assert list(held) == [gift.gift_id for gift in gifts]
        assert stored.state is ClaimState.FROZEN
        assert lifecycle.digest_of(session, stored) == stored.digest
    assert cases.findings(books) == []


def test_who_computed_does_not_freeze(books: Engine, tmp_path: Path) -> None:
    claim, _ = cases.ready(books, tmp_path)

    with refused("same_person"):
        cases.freeze(books, claim.id, actor=PREPARER)


def test_who_decided_does_not_freeze(books: Engine, tmp_path: Path) -> None:
    _, gifts = cases.ready(books, tmp_path)
    cases.decide(books, "gift.university_may_pool", True, gift_id=gifts[0].gift_id, actor=REVIEWER)
    claim = cases.compute(books)

    with refused("same_person", saying="认定"):
        cases.freeze(books, claim.id)


def test_claim_with_an_undecided_gift_is_not_frozen(books: Engine, tmp_path: Path) -> None:
    _, gifts = cases.ready(books, tmp_path)
    cases.decide(books, "gift.university_may_pool", None, gift_id=gifts[0].gift_id)
    cases.decide(books, "gift.university_may_pool", None, supersedes_id=1)
    claim = cases.compute(books)

    with refused("scheme_incomplete", saying="笔捐赠待认定"):
        cases.freeze(books, claim.id)


def test_claim_with_an_unconfirmed_parameter_is_not_frozen(books: Engine) -> None:
    cases.scheme(books)
    cases.posted(books)
    cases.decide_all(books)
    claim = cases.compute(books)

    with refused("scheme_incomplete", saying="尚未与正式文件核对：单笔最低额"):
        cases.freeze(books, claim.id)


def test_claim_with_an_unknown_parameter_is_not_frozen(books: Engine, tmp_path: Path) -> None:
    text = cases.TEXT.replace(
        'minimum: {value: "10000.00", cmp: ge, clause: 第七条}', "minimum: UNKNOWN"
    )
    cases.scheme(books, text)
    cases.posted(books)
    cases.decide_all(books)
    with database.transaction(books) as session, refused("invalid", saying="还没有这一参数的取值"):
        confirmations.propose(
            session,
            cases.CODE,
            "minimum",
            cases.DOCUMENT,
            folder=tmp_path,
            actor=PREPARER,
            clock=CLOCK,
        )
    claim = cases.compute(books)

    with refused("scheme_incomplete", saying="办法中未见：单笔最低额"):
        cases.freeze(books, claim.id)


def test_planning_scheme_is_never_frozen(books: Engine) -> None:
    for fact in cases.NO:
        cases.decide(books, fact, False, scheme_code="plan-one-to-one")
    cases.posted(books)
    claim = cases.compute(books, "plan-one-to-one")

    with refused("scheme_incomplete", saying="测算用办法"):
        cases.freeze(books, claim.id)


def _refunded(engine: Engine, gift_id: int) -> None:
    gift_cases.refund(engine, gift_id, 100)


def _decided(engine: Engine, gift_id: int) -> None:
    cases.decide(engine, "gift.university_may_pool", False, gift_id=gift_id)


def _joined(engine: Engine, _gift_id: int) -> None:
    cases.posted(engine)


def _version(engine: Engine, _gift_id: int) -> None:
    cases.scheme(engine, cases.TEXT.replace('"1/3"', '"1/2"'))


@pytest.mark.parametrize("change", [_refunded, _decided, _joined, _version])
def test_claim_is_not_frozen_when_the_books_moved_since(
    books: Engine, tmp_path: Path, change: Callable[[Engine, int], None]
) -> None:
    claim, gifts = cases.ready(books, tmp_path)
    change(books, gifts[0].gift_id)

    with refused("claim_stale"):
        cases.freeze(books, claim.id)


def test_changed_parameter_has_to_be_confirmed_again(books: Engine, tmp_path: Path) -> None:
    cases.ready(books, tmp_path)
    cases.scheme(books, cases.TEXT.replace('"1/3"', '"1/2"'))

    claim = cases.compute(books)

    assert [item["parameter"] for item in computing.blockers_of(claim)] == ["match"]


def test_gift_is_claimed_once_and_late_facts_make_a_supplementary_claim(
    books: Engine, tmp_path: Path
) -> None:
    claim, gifts = cases.frozen(books, tmp_path, 120_000_00, 8_000_00)
    late = cases.posted(books, 60_000_00)

    second = cases.compute(books)

    assert (second.sequence, second.id) == (1, second.id)
    assert cases.lines(books, second.id) == {
        gifts[1].gift_id: "ineligible",
        late.gift_id: "eligible",
    }
    assert second.recognised_low == 60_000_00
    cases.freeze(books, second.id)
    assert cases.findings(books) == []
    with refused("claim_not_draft"):
        cases.freeze(books, claim.id)


def test_frozen_claim_is_not_evaluated_again(books: Engine, tmp_path: Path) -> None:
    claim, gifts = cases.frozen(books, tmp_path)

    with database.transaction(books) as session, refused("claim_not_draft"):
        computing.reevaluate(session, claim.id, [gifts[0].gift_id], actor=PREPARER, clock=CLOCK)


def test_withdrawn_claim_frees_its_gifts(books: Engine, tmp_path: Path) -> None:
    claim, gifts = cases.frozen(books, tmp_path)
    with database.transaction(books) as session:
        lifecycle.withdraw(session, claim.id, reason="漏报附件", actor=REVIEWER, clock=CLOCK)

    again = cases.compute(books)

    assert set(cases.lines(books, again.id)) == {gift.gift_id for gift in gifts}
    assert again.sequence == 1
    cases.freeze(books, again.id)
    assert cases.findings(books) == []


def test_two_persons_at_once_never_claim_a_gift_twice(databases: Databases, tmp_path: Path) -> None:
    """On PostgreSQL, with real threads: one claim is frozen, and every gift is in it once."""
    with databases.prepared("postgresql", "books", factories.install_books) as engine:
        claim, gifts = cases.ready(engine, tmp_path)

        def freeze() -> object:
            return cases.freeze(engine, claim.id)

        def compute() -> object:
            made = cases.compute(engine, actor="other")
            return cases.freeze(engine, made.id)

        together([freeze, compute, freeze, compute])

        with database.reading(engine) as session:
            held = list(
                session.execute(
                    select(ClaimedGift.gift_id)
                    .where(ClaimedGift.is_live)
                    .order_by(ClaimedGift.gift_id)
                ).scalars()
            )
        assert held == [gift.gift_id for gift in gifts]
        assert cases.findings(engine) == []


def test_award_is_explained_to_the_last_fen(books: Engine, tmp_path: Path) -> None:
    claim, _ = cases.frozen(books, tmp_path)
    cases.submit(books, claim.id)
    parts = ((-6_000_00, "资金总量不足"), (-4_000_00, "一笔未予认定"))

    with refused("award_difference", saying="-10000.00"):
        award(books, claim.id, amount_minor=40_000_00)
    award(books, claim.id, amount_minor=40_000_00, differences=parts)

    with database.reading(books) as session:
        view = awards.view(session, claim.id)
    assert view is not None
    assert [item.amount_minor for item in view.differences] == [-6_000_00, -4_000_00]
    assert cases.findings(books) == []


def test_award_above_the_maximum_needs_a_reason(books: Engine, tmp_path: Path) -> None:
    claim, _ = cases.frozen(books, tmp_path)
    cases.submit(books, claim.id)
    more: dict[str, Any] = {
        "amount_minor": 160_000_00,
        "differences": ((110_000_00, "省级统筹追加"),),
    }

    with refused("award_needs_reason", saying="AWARD_EXCEEDS_MAX_RATIO"):
        award(books, claim.id, **more)
    assert award(books, claim.id, reason="省政府专题会议纪要", **more)


def test_award_before_the_claim_was_handed_in_is_refused(books: Engine, tmp_path: Path) -> None:
    claim, _ = cases.frozen(books, tmp_path)

    with refused("claim_state", saying="已定稿"):
        award(books, claim.id)


def test_money_of_the_university_is_noted_and_not_booked(books: Engine, tmp_path: Path) -> None:
    claim_id = awarded(books, tmp_path)

    assert receive(books, claim_id, 30_000_00) is None
    with refused("invalid", saying="20000.00"):
        receive(books, claim_id, 30_000_00)
    with refused("invalid", saying="凭据"):
        receive(books, claim_id, 10_000_00, note="")


def test_money_of_the_foundation_is_booked_as_a_government_grant(
    books: Engine, tmp_path: Path
) -> None:
    claim_id = awarded(books, tmp_path, payee=Payee.FOUNDATION)
    # The books of the tests end in March: the award is dated back for them.
    with database.transaction(books) as session:
        made = awards.booking_draft(
            session, claim_id, 50_000_00, date(2026, 3, 2), account=factories.BANK, fund="SCHOL"
        )
    lines = {(line.account_id, line.amount_minor) for line in made.lines}
    bank = factories.account_id(books, factories.BANK)
    grant = factories.account_id(books, "440102")

    assert lines == {(bank, 50_000_00), (grant, -50_000_00)}
    assert made.rule == "grant"
    with refused("unknown_period"):
        receive(books, claim_id, 50_000_00, account=factories.BANK, fund="SCHOL")
    with database.reading(books) as session:
        assert session.execute(select(AwardPayment.id)).first() is None


def test_forbidden_use_is_noted_as_such(books: Engine, tmp_path: Path) -> None:
    claim_id = awarded(books, tmp_path)

    def use(purpose: str) -> str:
        with database.transaction(books) as session:
            return awards.record_use(
                session,
                claim_id,
                amount_minor=10_000_00,
                used_on=date(2026, 11, 22),
                purpose=purpose,
                evidence="",
                actor=PREPARER,
                clock=CLOCK,
            )

    assert use("学科建设") == "allowed"
    assert use("偿还贷款") == "USE_FORBIDDEN"


def test_refund_after_the_claim_is_a_finding_until_it_is_dealt_with(
    books: Engine, tmp_path: Path
) -> None:
    claim, gifts = cases.frozen(books, tmp_path)
    cases.submit(books, claim.id)
    award(books, claim.id)
    change = cases.refund_later(books, gifts[0].gift_id, 60_000_00)

    with database.reading(books) as session:
        (item,) = clawbacks.returned_after_claim(session)
        repayment = clawbacks.repayment_of(session, item)
    # Half of a gift that drew 40,000.00 of 50,000.00; texts are silent about parts.
    assert (repayment.repay_minor, repayment.needs_decision) == (20_000_00, True)
    assert repayment.notify_by == gift_cases.LATER + timedelta(days=30)
    assert cases.names(cases.findings(books)) == {"claim_returns"}

    with database.transaction(books) as session:
        clawbacks.claw_back(
            session,
            claim.id,
            gifts[0].gift_id,
            change_id=change,
            repay_minor=20_000_00,
            notified_on=None,
            reason="按比例退还",
            actor=REVIEWER,
            clock=FixedClock(instant=CLOCK.instant + timedelta(hours=2)),
        )
        assert session.get_one(Claim, claim.id).state is ClaimState.CLAWED_BACK
    assert cases.findings(books) == []


def test_confirmation_needs_a_document_and_two_persons(books: Engine, tmp_path: Path) -> None:
    cases.scheme(books)

    def propose(**changes: Any) -> int:
        with database.transaction(books) as session:
            return confirmations.propose(
                session,
                cases.CODE,
                "minimum",
                replace(cases.DOCUMENT, **changes),
                folder=tmp_path,
                actor=PREPARER,
                clock=CLOCK,
            )

    def answer(key: int, actor: str) -> None:
        with database.transaction(books) as session:
            confirmations.answer(
                session, key, ConfirmationState.CONFIRMED, actor=actor, clock=CLOCK
            )

    for lacking in ({"title": ""}, {"number": " "}, {"article": ""}, {"content": b""}):
        with refused("invalid"):
            propose(**lacking)
    key = propose()
    with refused("confirmation_standing"):
        propose()
    with refused("same_person"):
        answer(key, PREPARER)
    answer(key, REVIEWER)
    with refused("confirmation_answered"):
        answer(key, "director")

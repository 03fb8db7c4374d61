"""The states of a voucher, who may move it, and what posting does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import cast

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from foundation import database
from ledger import accounts, posting
from ledger.policy import Policy
from ledger.posting import Outcome
from ledger.trail import TrailRecord
from ledger.vouchers import VoucherKind, VoucherState
from tests import factories
from tests.factories import BANK, CLOCK, GIFT_DAY, PREPARER, REVIEWER, cr, dr
from tests.ledger.harming import Stored, harmed
from tests.refusals import excluded, refused

DRAFT, SUBMITTED, REVIEWED, POSTED, DISCARDED = VoucherState
Act = Callable[[Session, list[int]], Outcome]


def submit(session: Session, keys: list[int]) -> Outcome:
    return posting.submit(session, keys, actor=PREPARER, clock=CLOCK)


def withdraw(session: Session, keys: list[int]) -> Outcome:
    return posting.withdraw(session, keys, reason="金额有误", actor=PREPARER, clock=CLOCK)


def discard(session: Session, keys: list[int]) -> Outcome:
    return posting.discard(session, keys, reason="重复录入", actor=PREPARER, clock=CLOCK)


def review(session: Session, keys: list[int]) -> Outcome:
    return posting.review(session, keys, actor=REVIEWER, clock=CLOCK)


def post(session: Session, keys: list[int]) -> Outcome:
    return posting.post(session, keys, actor=REVIEWER, clock=CLOCK)


def review_and_post(session: Session, keys: list[int]) -> Outcome:
    return posting.post(session, keys, actor=REVIEWER, clock=CLOCK, reviewing=True)


def do(engine: Engine, act: Act, *keys: int) -> Outcome:
    with database.transaction(engine) as session:
        return act(session, list(keys))


def one_in_each_state(books: Engine) -> dict[VoucherState, int]:
    """Write five vouchers and leave one in every state."""
    gift = factories.gift_voucher(books)
    (draft,) = factories.prepare(books, gift, complete=False)
    submitted, reviewed, posted, discarded = factories.prepare(books, *[gift] * 4)
    do(books, review, reviewed, posted).require()
    do(books, post, posted).require()
    do(books, discard, discarded).require()
    return dict(zip(VoucherState, (draft, submitted, reviewed, posted, discarded), strict=True))


@pytest.mark.parametrize(
    ("act", "admitted", "after"),
    [
        (submit, {DRAFT}, SUBMITTED),
        (withdraw, {SUBMITTED, REVIEWED}, DRAFT),
        (discard, {DRAFT, SUBMITTED, REVIEWED}, DISCARDED),
        (review, {SUBMITTED}, REVIEWED),
        (post, {REVIEWED}, POSTED),
        (review_and_post, {SUBMITTED, REVIEWED}, POSTED),
    ],
    ids=["submit", "withdraw", "discard", "review", "post", "review_and_post"],
)
def test_act_moves_what_its_state_admits_and_refuses_the_rest(
    books: Engine, act: Act, admitted: set[VoucherState], after: VoucherState
) -> None:
    keys = one_in_each_state(books)
    versions = {state: factories.head(books, key).version for state, key in keys.items()}
    outcome = do(books, act, *keys.values())
    assert set(outcome.done) == {keys[state] for state in admitted}
    assert excluded(outcome) == {
        keys[state]: "wrong_state" for state in VoucherState if state not in admitted
    }
    for state, key in keys.items():
        stored = factories.head(books, key)
        assert stored.state is (after if state in admitted else state)
        assert stored.version == versions[state] + (state in admitted)
    assert factories.findings(books) == []


@pytest.mark.parametrize("act", [submit, withdraw, discard, review, post])
def test_unknown_voucher_is_left_out(books: Engine, act: Act) -> None:
    outcome = do(books, act, 4711)
    assert outcome.done == ()
    assert excluded(outcome) == {4711: "unknown_voucher"}


def test_posting_seals_the_voucher_with_its_people(books: Engine) -> None:
    (key,) = factories.prepare(books, factories.gift_voucher(books))
    do(books, review, key).require()
    with database.transaction(books) as session:
        posting.post(session, [key], actor="poster", clock=CLOCK).require()
    stored = factories.head(books, key)
    assert (stored.word, stored.number, stored.state) == ("记", 1, POSTED)
    assert (stored.prepared_by, stored.reviewed_by, stored.posted_by) == (
        PREPARER,
        REVIEWER,
        "poster",
    )
    assert stored.reviewed_at == stored.posted_at == CLOCK.now()
    assert len(stored.digest) == 64


def test_preparer_may_not_review_the_own_voucher(books: Engine) -> None:
    (key,) = factories.prepare(books, factories.gift_voucher(books), actor=REVIEWER)
    assert excluded(do(books, review, key)) == {key: "self_review"}
    assert excluded(do(books, review_and_post, key)) == {key: "self_review"}
    assert factories.head(books, key).state is SUBMITTED


def test_preparer_may_post_what_somebody_else_reviewed(books: Engine) -> None:
    (key,) = factories.prepare(books, factories.gift_voucher(books))
    do(books, review, key).require()
    with database.transaction(books) as session:
        posting.post(session, [key], actor=PREPARER, clock=CLOCK).require()
    assert factories.head(books, key).posted_by == PREPARER


def test_policy_can_let_one_person_do_both(books: Engine) -> None:
    factories.change_policy(books, Policy(separation_required=False))
    (key,) = factories.prepare(books, factories.gift_voucher(books), actor=REVIEWER)
    do(books, review_and_post, key).require()
    assert factories.findings(books) == []


def test_ordinary_voucher_needs_a_source_document(books: Engine) -> None:
    (key,) = factories.prepare(books, factories.gift_voucher(books, attachments=0))
    assert excluded(do(books, review, key)) == {key: "attachment_missing"}
    assert excluded(do(books, review_and_post, key)) == {key: "attachment_missing"}


def test_policy_can_do_without_source_documents(books: Engine) -> None:
    factories.change_policy(books, Policy(attachments_required=False))
    (key,) = factories.prepare(books, factories.gift_voucher(books, attachments=0))
    do(books, review_and_post, key).require()


@pytest.mark.parametrize("kind", [VoucherKind.TRANSFER, VoucherKind.CORRECTION])
def test_generated_and_correcting_vouchers_need_no_source_document(
    books: Engine, kind: VoucherKind
) -> None:
    draft = replace(factories.gift_voucher(books, attachments=0), kind=kind)
    factories.book(books, draft)
    assert factories.findings(books) == []


def test_submitting_checks_the_draft_in_full(books: Engine) -> None:
    gift = factories.gift_voucher(books)
    (empty, lopsided, good) = factories.prepare(
        books,
        replace(gift, lines=()),
        replace(gift, lines=gift.lines[:1] * 2),
        gift,
        complete=False,
    )
    outcome = do(books, submit, empty, lopsided, good)
    assert outcome.done == (good,)
    assert excluded(outcome) == {empty: "empty_voucher", lopsided: "unbalanced"}


def test_submitting_sees_what_changed_since_the_draft(books: Engine) -> None:
    rows = (dr("1122", "GEN", 5_00), cr("410101", "GEN", 5_00))
    (key,) = factories.prepare(books, factories.voucher(books, *rows, on=GIFT_DAY), complete=False)
    with database.transaction(books) as session:
        accounts.close_account(
            session,
            factories.account_id(books, "1122"),
            closed_on=date(2026, 1, 1),
            reason="不再使用",
            actor=PREPARER,
            clock=CLOCK,
        )
    assert excluded(do(books, submit, key)) == {key: "account_not_postable"}


def test_withdrawing_takes_the_review_back(books: Engine) -> None:
    (key,) = factories.prepare(books, factories.gift_voucher(books))
    do(books, review, key).require()
    do(books, withdraw, key).require()
    stored = factories.head(books, key)
    assert (stored.state, stored.reviewed_by, stored.reviewed_at) == (DRAFT, None, None)
    do(books, submit, key).require()
    do(books, review, key).require()


@pytest.mark.parametrize("reason", ["", "   "])
def test_discarding_needs_a_reason(books: Engine, reason: str) -> None:
    (key,) = factories.prepare(books, factories.gift_voucher(books))
    with refused("invalid", "原因"), database.transaction(books) as session:
        posting.discard(session, [key], reason=reason, actor=PREPARER, clock=CLOCK)
    assert factories.head(books, key).state is SUBMITTED


def test_discarded_voucher_stays_visible_without_a_number(books: Engine) -> None:
    (key,) = factories.prepare(books, factories.gift_voucher(books))
    do(books, review, key).require()
    do(books, discard, key).require()
    stored = factories.head(books, key)
    assert (stored.state, stored.number, stored.reviewed_by) == (DISCARDED, None, None)
    assert len(factories.lines(books, key)) == 2


def test_set_is_posted_without_those_that_cannot_be_and_says_why(books: Engine) -> None:
    gift = factories.gift_voucher(books, minor=100_00)
    good, bare, drafted, other = factories.prepare(
        books,
        gift,
        replace(gift, attachment_count=0),
        gift,
        factories.spending_voucher(books, minor=500_00),
    )
    (own,) = factories.prepare(books, gift, actor=REVIEWER)
    do(books, withdraw, drafted).require()
    outcome = do(books, review_and_post, good, bare, drafted, own, other, 4711)
    assert outcome.done == (good,)
    assert excluded(outcome) == {
        bare: "attachment_missing",
        drafted: "wrong_state",
        own: "self_review",
        other: "fund_overspent",
        4711: "unknown_voucher",
    }
    assert factories.head(books, good).number == 1
    assert factories.findings(books) == []


def test_requiring_all_raises_the_reason_and_undoes_the_rest(books: Engine) -> None:
    gift = factories.gift_voucher(books)
    good, bare = factories.prepare(books, gift, replace(gift, attachment_count=0))
    with refused("attachment_missing"), database.transaction(books) as session:
        review_and_post(session, [good, bare]).require()
    assert factories.head(books, good).state is SUBMITTED


def test_voucher_named_twice_is_posted_once(books: Engine) -> None:
    (key,) = factories.prepare(books, factories.gift_voucher(books))
    outcome = do(books, review_and_post, key, key)
    assert outcome.done == (key,)
    assert factories.head(books, key).number == 1


def test_vouchers_named_twice_across_a_large_set_are_posted_once(books: Engine) -> None:
    keys = factories.prepare(books, *[factories.gift_voucher(books)] * 1200)
    outcome = do(books, review_and_post, *keys, *keys)
    assert sorted(outcome.done) == keys
    assert outcome.excluded == ()
    assert factories.findings(books) == []


def test_progress_is_told_in_vouchers(books: Engine) -> None:
    keys = factories.prepare(books, *[factories.gift_voucher(books)] * 5)
    told: list[int] = []
    with database.transaction(books) as session:
        posting.post(
            session, keys, actor=REVIEWER, clock=CLOCK, reviewing=True, progress=told.append
        )
    assert sum(told) == 5


def test_waiting_vouchers_are_listed_in_booking_order(books: Engine) -> None:
    late, early = factories.prepare(
        books,
        factories.gift_voucher(books, on=date(2026, 2, 10)),
        factories.gift_voucher(books, on=date(2026, 1, 31)),
    )
    with database.reading(books) as session:
        assert posting.list_waiting(session, SUBMITTED) == [early, late]
        assert posting.list_waiting(session, POSTED) == []


def test_every_act_is_in_the_trail_with_its_reason(books: Engine) -> None:
    first, second = factories.prepare(books, *[factories.gift_voucher(books)] * 2)
    do(books, withdraw, first).require()
    do(books, submit, first).require()
    do(books, review, first, second).require()
    do(books, post, first).require()
    do(books, discard, second).require()
    with database.reading(books) as session:
        acts = session.execute(
            select(
                TrailRecord.actor,
                TrailRecord.action,
                TrailRecord.subject,
                TrailRecord.reason,
                TrailRecord.detail,
            )
            .where(TrailRecord.action.like("voucher.%"))
            .order_by(TrailRecord.sequence)
        ).all()
    both = f'{{"count":2,"first":{first},"last":{second}}}'
    assert [tuple(act) for act in acts] == [
        (PREPARER, "voucher.prepare", "vouchers", None, both),
        (PREPARER, "voucher.withdraw", f"voucher:{first}", "金额有误", None),
        (PREPARER, "voucher.submit", f"voucher:{first}", None, None),
        (REVIEWER, "voucher.review", "vouchers", None, both),
        (REVIEWER, "voucher.post", f"voucher:{first}", None, None),
        (PREPARER, "voucher.discard", f"voucher:{second}", "重复录入", None),
    ]


def test_act_that_moves_nothing_leaves_no_record(books: Engine) -> None:
    with database.reading(books) as session:
        before = session.execute(select(TrailRecord.sequence)).all()
    do(books, post, 4711)
    with database.reading(books) as session:
        assert session.execute(select(TrailRecord.sequence)).all() == before


def test_red_amounts_may_stand_in_an_ordinary_voucher(books: Engine) -> None:
    """Only the amount was wrong: one voucher for the difference, decreases in red."""
    factories.post_gift(books, minor=100_00, fund="GEN")
    less = factories.voucher(
        books, dr(BANK, "GEN", -30_00), cr("410101", "GEN", -30_00), on=GIFT_DAY
    )
    factories.book(books, less)
    assert factories.findings(books) == []


def test_voucher_that_somebody_moved_into_a_closed_period_is_left_out(stored: Stored) -> None:
    moved = (
        "UPDATE voucher SET period_id = 202512, booked_on = '2025-12-03' WHERE id = :submitted",
        "UPDATE voucher_line SET period_id = 202512 WHERE voucher_id = :submitted",
    )
    key = cast(int, stored.names["submitted"])
    with harmed(stored, *moved) as session:
        assert excluded(review_and_post(session, [key])) == {key: "period_closed"}

"""Dealings with related parties, found in the postings and told apart as the rule does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.duties import service as duties
from foundation.parties import dealings, events, queries, service, standing
from foundation.parties.models import DealingKind
from foundation.spending.models import SpendingKind
from ledger.errors import InvalidInput, NotFound
from tests import factories
from tests.databases import Databases
from tests.factories import BANK
from tests.foundation.gifts import gift_cases
from tests.foundation.parties import party_cases
from tests.foundation.parties.party_cases import BOARD, COMPANY, DAY, FOUNDER, LATER, UNIVERSITY, do

TODAY = date(2026, 2, 20)


@pytest.fixture(name="local")
def _local(databases: Databases) -> Iterator[Engine]:
    """Books on SQLite, where the database makes no difference."""
    with databases.prepared("sqlite", "books", factories.install_books) as engine:
        yield engine


def test_gift_grant_and_purchase_are_told_apart(books: Engine) -> None:
    party_cases.give(books, minor=50_000_00)
    party_cases.spend(books, minor=10_000_00, resolution="理事会决议〔2026〕2号")
    party_cases.spend(books, minor=3_000_00, kind=SpendingKind.PURCHASE, element="project_meetings")
    party_cases.spend(books, "别的单位", minor=77_00)
    party_cases.declare(books)
    found = party_cases.found(books)
    assert [(item.kind.value, item.amount_minor, item.decision) for item in found] == [
        ("donation", 50_000_00, ""),
        ("grant", 10_000_00, "理事会决议〔2026〕2号"),
        ("trade", 3_000_00, ""),
    ]
    assert all(item.is_important for item in found)


def test_accrued_and_prepaid_money_is_a_flow_and_stays_open(books: Engine) -> None:
    payee = party_cases.payee(books)
    party_cases.declare(books)
    factories.post_gift(books, minor=100_000_00, fund="GEN")
    party_cases.book(
        books,
        factories.dr("1141", "GEN", 8_000_00, counterparty_id=payee),
        factories.cr(BANK, "GEN", 8_000_00),
    )
    party_cases.book(
        books,
        factories.dr("530101", "GEN", 5_000_00, counterparty_id=payee),
        factories.cr("1141", "GEN", 5_000_00, counterparty_id=payee),
        on=date(2026, 3, 2),
    )
    assert party_cases.said(books) == [("other_flow", 8_000_00), ("trade", 5_000_00)]
    with database.reading(books) as session:
        views = queries.load(session)
        (minors,) = standing.month_ends(session, views, 2026).values()
        assert minors == [0, 8_000_00, *[3_000_00] * 10]
        assert standing.balances_at(session, views, 202602) == {views[0].id: 8_000_00}
        assert standing.balances_at(session, views, 202512) == {views[0].id: 0}


def test_fixed_asset_and_share_are_trade_and_joint_investment(local: Engine) -> None:
    payee = party_cases.payee(local)
    party_cases.declare(local)
    factories.post_gift(local, minor=100_000_00, fund="GEN")
    for account, minor in (("1501", 6_000_00), ("1401", 20_000_00), ("1101", 9_000_00)):
        party_cases.book(
            local,
            factories.dr(account, "GEN", minor, counterparty_id=payee),
            factories.cr(BANK, "GEN", minor),
        )
    assert party_cases.said(local) == [
        ("trade", 6_000_00),
        ("joint_investment", 20_000_00),
        ("entrusted_investment", 9_000_00),
    ]


def test_red_voucher_and_refund_are_negative(books: Engine) -> None:
    gift = party_cases.give(books, minor=50_000_00)
    grant = party_cases.spend(books, minor=10_000_00)
    party_cases.declare(books)
    factories.post_reversal(books, grant, on=LATER)
    refund = gift_cases.refund(books, gift.gift_id, 20_000_00)
    gift_cases.post(books, refund.due_voucher_id)
    assert party_cases.said(books) == [
        ("donation", 50_000_00),
        ("grant", 10_000_00),
        ("grant", -10_000_00),
        ("donation", -20_000_00),
    ]
    assert [item.is_undone for item in party_cases.found(books)] == [False, True, True, False]


def test_only_days_of_the_relation_count(local: Engine) -> None:
    party_cases.give(local, minor=50_000_00)
    party_cases.spend(local, minor=10_000_00)
    party_cases.declare(local, relation=replace(FOUNDER, valid_from=LATER))
    assert party_cases.said(local) == [("grant", 10_000_00)]


def test_ruling_changes_the_kind_and_names_the_paper(local: Engine) -> None:
    voucher = party_cases.spend(local, minor=10_000_00)
    draft = factories.prepare(local, factories.spending_voucher(local))[0]
    key = party_cases.declare(local)
    given = {"kind": DealingKind.TRADE, "decision": "关联交易决议 3 号", "reason": "实为采购"}
    do(local, service.rule, key, voucher, **given)
    (found,) = party_cases.found(local)
    assert (found.kind, found.decision, found.is_ruled) == (
        DealingKind.TRADE,
        "关联交易决议 3 号",
        True,
    )
    for voucher_id in (draft, 424242):
        with pytest.raises(NotFound):
            do(local, service.rule, key, voucher_id, **given)
    with pytest.raises(InvalidInput):
        do(local, service.rule, key, voucher, **(given | {"reason": ""}))
    with pytest.raises(InvalidInput):
        do(local, service.rule, key, voucher, kind=None, decision=" ", reason="无")


def test_event_of_an_important_party_is_a_duty_of_thirty_days_until_it_is_published(
    books: Engine,
) -> None:
    party_cases.give(books, minor=50_000_00)
    voucher = party_cases.spend(books, minor=10_000_00)
    party_cases.spend(books, COMPANY, minor=500_00)
    key = party_cases.declare(books)
    party_cases.declare(books, COMPANY, BOARD)
    with database.reading(books) as session:
        owed = [
            item
            for item in duties.list_items(session, year=2026, today=TODAY)
            if item.duty.id == dealings.DUTY
        ]
    assert [item.due_on for item in owed] == [date(2026, 2, 14), date(2026, 3, 12)]
    occurrence = dealings.occurrence_of(voucher, key)
    assert owed[1].occurrence == occurrence
    do(
        books,
        duties.mark_done,
        dealings.DUTY,
        occurrence,
        done_on=date(2026, 2, 18),
        note="慈善中国",
    )
    found = party_cases.found(books)
    assert [item.published_on for item in found if item.party_id == key] == [
        None,
        date(2026, 2, 18),
    ]


def test_voucher_that_was_undone_or_has_two_kinds_is_at_most_one_duty(local: Engine) -> None:
    payee = party_cases.payee(local)
    key = party_cases.declare(local)
    factories.post_gift(local, minor=100_000_00, fund="GEN")
    both = party_cases.book(
        local,
        factories.dr("510101", "GEN", 3_000_00, counterparty_id=payee),
        factories.dr("530101", "GEN", 2_000_00, counterparty_id=payee),
        factories.cr(BANK, "GEN", 5_000_00),
    )
    undone = party_cases.spend(local, minor=10_00)
    factories.post_reversal(local, undone, on=LATER)
    assert len(party_cases.found(local)) == 4
    with database.reading(local) as session:
        found = events.events(session, today=TODAY)
    assert [event.occurrence for event in found] == [dealings.occurrence_of(both, key)]


def test_opening_and_closing_vouchers_are_no_dealings(local: Engine) -> None:
    payee = party_cases.payee(local)
    party_cases.declare(local)
    factories.book(
        local,
        factories.voucher(
            local,
            factories.dr(BANK, "GEN", 1_000_00),
            factories.cr("2209", "GEN", 1_000_00, counterparty_id=payee),
            on=date(2025, 1, 1),
            kind=factories.VoucherKind.OPENING,
            attachments=0,
            before_year=True,
        ),
    )
    assert party_cases.found(local, date(2025, 1, 1)) == []
    with database.reading(local) as session:
        assert standing.balances_at(session, queries.load(session), 202511) == {1: -1_000_00}


def test_line_that_names_the_party_twice_is_one_line(local: Engine) -> None:
    gift = party_cases.give(local, minor=50_000_00)
    party_cases.payee(local)
    party_cases.declare(local)
    with database.reading(local) as session:
        counted = dealings.lines_of(session, queries.load(session), DAY, LATER)
    assert counted == {gift.voucher_id: 1}
    assert UNIVERSITY in {view.party.name for view in _views(local)}


def _views(books: Engine) -> tuple[queries.View, ...]:
    with database.reading(books) as session:
        return queries.load(session)

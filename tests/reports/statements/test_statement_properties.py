"""Whatever is booked, the statements tie: any lines on any accounts, with or without items."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from foundation import database, posting_rules
from foundation.posting_lines import Event
from foundation.posting_rules import ReleaseCause
from ledger import catalogue, closing, dimensions, drafting, integrity, posting, statement_movements
from ledger.balances import Span
from ledger.catalogue import Catalogue
from ledger.dimensions import DimensionKind
from ledger.funds import Restriction
from ledger.policy import Policy
from ledger.vouchers import Line, Side, VoucherDraft, VoucherKind
from reports.statements import layouts, net_assets_changes
from reports.statements.frame import Frame
from tests import factories
from tests.databases import Databases
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER

ITEMS = ("接受捐赠收到的现金", "支付的其他与业务活动有关的现金", "本单位自设的项目")
FUNDS = ("GEN", "SCHOL", "LAB")
SPANS = (Span(202601, 202601), Span(202601, 202603), Span(202602, 202603), Span(202603, 202603))
AMOUNTS = st.integers(min_value=-(10**9), max_value=10**9).filter(bool)


def _build(engine: Engine) -> None:
    factories.install_books(engine)
    factories.change_policy(engine, Policy(overspending_refused=False))
    with database.transaction(engine) as session:
        names = {name: name for name in ITEMS}
        dimensions.ensure(session, DimensionKind.CASH_FLOW_ITEM, names)
    opening = factories.opening_voucher(engine)
    factories.book(engine, opening)
    factories.close_periods(engine, 202511, 202512)
    factories.convert_year(engine)


@pytest.fixture(scope="module")
def books_2026(databases: Databases) -> Iterator[Engine]:
    """Books that begin 2026 under the new chart with something in two funds."""
    with databases.prepared("sqlite", "statement-properties", _build) as engine:
        yield engine


@contextmanager
def undone(engine: Engine) -> Iterator[Session]:
    """A session whose work is undone in the end."""
    with engine.connect() as connection, connection.begin() as transaction:
        with Session(connection, expire_on_commit=False) as session:
            yield session
        transaction.rollback()


@st.composite
def free_vouchers(draw: st.DrawFn) -> list[Any]:
    """Vouchers of any lines: (day, fund, [(account, side, amount, item)], reversed?)."""
    lines = st.tuples(
        st.integers(0, 10**6),
        st.sampled_from([Side.DEBIT, Side.CREDIT]),
        AMOUNTS,
        st.sampled_from([None, *ITEMS]),
    )
    voucher = st.tuples(
        st.sampled_from([date(2026, month, 10) for month in (1, 2, 3)]),
        st.sampled_from(FUNDS),
        st.lists(lines, min_size=1, max_size=4),
        st.booleans(),
    )
    return draw(st.lists(voucher, min_size=1, max_size=6))


def drafted(known: Catalogue, told: list[Any]) -> list[VoucherDraft]:
    accounts = sorted(
        info.id
        for info in known.accounts.values()
        if info.chart == "2024" and info.is_postable and "not_for_foundations" not in info.flags
    )
    bank = known.account("2024", BANK).id
    drafts = []
    for day, fund, parts, _ in told:
        key = known.fund(fund).id
        lines = []
        for place, side, minor, item in parts:
            account = accounts[place % len(accounts)]
            flow = known.cash_flow_items[item] if item else None
            is_cash = "cash" in known.accounts[account].flags
            lines.append(
                Line(account, key, side, minor, cash_flow_item_id=flow if is_cash else None)
            )
        rest = -sum(line.amount_minor for line in lines)
        if rest or len(lines) < 2:
            lines.append(Line(bank, key, Side.DEBIT, rest or 1))
        if not rest and len(lines) < 3:
            lines.append(Line(bank, key, Side.CREDIT, -1))
        drafts.append(VoucherDraft(day, "任意凭证", tuple(lines), attachment_count=1))
    return drafts


def posted(session: Session, drafts: list[VoucherDraft]) -> list[int]:
    # A voucher of the rule for gifts needs its gift, which no statement asks for.
    drafts = [dataclasses.replace(draft, rule="manual") for draft in drafts]
    keys = drafting.draft(session, drafts, actor=PREPARER, clock=CLOCK)
    posting.post(session, keys, actor=REVIEWER, clock=CLOCK, reviewing=True).require()
    return keys


def everything_ties(session: Session) -> None:
    known = catalogue.load(session)
    for layout in layouts.list_layouts():
        frame = Frame(session, known, layout)
        for span in SPANS:
            for equality in frame.equalities(span):
                assert equality.holds, (layout.version, span, equality.words.zh)
            changes = net_assets_changes.changes(frame, span)
            for i in (0, 1):
                figures = {name: pair[i] for name, pair in changes.items()}
                opening, closing_ = figures.pop("opening"), figures.pop("closing")
                figures["expense"] = -figures["expense"]
                assert opening + sum(figures.values()) == closing_, (layout.version, span)
    assert list(integrity.run(session, statement_movements.CHECKS)) == []


QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUIET
@given(told=free_vouchers(), closes=st.booleans())
def test_any_vouchers_give_statements_that_tie(
    books_2026: Engine, told: list[Any], closes: bool
) -> None:
    with undone(books_2026) as session:
        drafts = drafted(catalogue.load(session), told)
        keys = posted(session, drafts)
        for (day, *_, is_reversed), key in zip(told, keys, strict=True):
            if is_reversed:
                red = posting.reverse(
                    session, key, booked_on=day, reason="试验", actor=PREPARER, clock=CLOCK
                )
                posting.post(session, [red], actor=REVIEWER, clock=CLOCK, reviewing=True).require()
        if closes:
            agency = [gate for gate in closing.gates(session, 202601) if not gate.passed]
            if not agency:
                closing.close(session, 202601, actor=REVIEWER, clock=CLOCK)
        everything_ties(session)


CASES = ("gift", "grant", "spend", "refund", "release", "restrict", "invest", "capital", "prior")


def _event(month: int, known: Catalogue, item: str | None) -> Event:
    key = known.cash_flow_items[item] if item else None
    return Event(on=date(2026, month, 12), summary="业务", cash_flow_item_id=key)


def _drafts_of(
    known: Catalogue, case: str, fund: str, minor: int, month: int, item: str | None
) -> list[VoucherDraft]:
    bank, key = known.account("2024", BANK).id, known.fund(fund).id
    event, part = _event(month, known, item), [(known.fund(fund).id, minor)]
    is_open = known.funds[key].restriction is Restriction.NONE
    gen, lab = known.fund("GEN").id, known.fund("LAB").id
    moving: dict[str, Any] = {"amount": minor, "held_in": bank}
    match case:
        case "gift":
            return [posting_rules.cash_gift(known, event, bank, part)]
        case "grant":
            return [posting_rules.grant(known, event, bank, part)]
        case "spend":
            return [posting_rules.spending(known, event, "programme_expense", bank, part)]
        case "refund":
            cause = posting_rules.RefundCause.EXTERNAL
            due = posting_rules.refund_due(known, event, cause, part)
            return [due, posting_rules.refund_payment(known, event, bank, part)]
        case "release":
            source = lab if is_open else key
            ended = ReleaseCause.TIME_EXPIRED
            return [posting_rules.release(known, event, ended, source=source, target=gen, **moving)]
        case "restrict":
            target = lab if is_open else key
            return [posting_rules.restrict(known, event, source=gen, target=target, **moving)]
        case "invest":
            return [posting_rules.investment_bought(known, event, "long_term_equity", bank, part)]
        case "capital":
            return [posting_rules.registration_capital(known, event, bank, part[0])]
        case _:
            payable = known.account("2024", "2202").id
            return list(
                posting_rules.prior_period_item(known, event, payable, fund=key, increase=-minor)
            )


@QUIET
@given(
    told=st.lists(
        st.tuples(
            st.sampled_from(CASES),
            st.sampled_from(FUNDS),
            st.integers(1, 10**10),
            st.sampled_from([1, 2, 3]),
            st.sampled_from([None, *ITEMS[:2]]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_combination_of_cases_gives_statements_that_tie(
    books_2026: Engine, told: list[Any]
) -> None:
    with undone(books_2026) as session:
        known = catalogue.load(session)
        drafts = [draft for case in told for draft in _drafts_of(known, *case)]
        posted(session, drafts)
        everything_ties(session)


def test_restricted_spending_gives_the_same_net_assets_in_both_presentations(
    books_2026: Engine,
) -> None:
    with undone(books_2026) as session:
        known = catalogue.load(session)
        told = [("gift", "SCHOL", 900, 1, None), ("spend", "SCHOL", 300, 2, None)]
        posted(session, [draft for case in told for draft in _drafts_of(known, *case)])
        changes = []
        for version in ("2024", "2004"):
            columns = Frame(session, known, layouts.get_layout(version)).activities(SPANS[1])
            changes.append([column["change"] for column in columns.values()])
        assert changes[0] == changes[1] == [0, 600]


def test_kind_of_voucher_is_not_asked_by_the_statements(books_2026: Engine) -> None:
    """A correction or transfer counts like any other voucher; only generated closing does not."""
    with undone(books_2026) as session:
        known = catalogue.load(session)
        (draft,) = _drafts_of(known, "gift", "GEN", 500, 1, None)
        changed = VoucherDraft(
            draft.booked_on, draft.summary, draft.lines, kind=VoucherKind.CORRECTION
        )
        posted(session, [changed])
        columns = Frame(session, known, layouts.get_layout("2024")).activities(SPANS[0])
        assert columns["unrestricted"]["donations"] == 500
        everything_ties(session)

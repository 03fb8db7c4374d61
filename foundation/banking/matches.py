"""Make, undo and remember matches: the only writer of them.

A match is written open, filled, and sealed by one update on which the guards of the database
check it. Many are written as sets.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.banking import accounts, engine, items, linking, naming, scoring
from foundation.banking.accounts import Account
from foundation.banking.engine import Proposal
from foundation.banking.models import (
    BankLine,
    BankMatch,
    BankMatchLine,
    BankMatchVoucher,
    BankPayer,
    MatchOrigin,
    MatchState,
)
from foundation.banking.refusals import MatchRefused, MonthReconciled, UnknownMatch
from foundation.banking.scoring import BankItem, BookItem, Reason
from foundation.donors.models import Donor
from ledger import trail
from ledger.clock import Clock
from ledger.errors import InvalidInput
from ledger.money import to_text
from ledger.orm import bulk_insert, chunks, reserve_ids
from ledger.periods import period_key, text_of

_SEALED_TOGETHER = 5000


@dataclass(frozen=True, slots=True)
class Matched:
    """What a run of the program did for one account."""

    account: str
    matches: int
    lines: int
    open_lines: int
    open_minor: int


def match_automatically(session: Session, account: Account, *, actor: str, clock: Clock) -> Matched:
    """Match everything that is sure, and return what is left to a person."""
    lines = items.bank_items(session, account)
    done: list[Proposal] = []
    if lines:
        first, last = items.around(line.on for line in lines)
        books = items.book_items(session, account, first=first, last=last)
        done = linking.run(lines, books)
        taken_books = {key for one in done for key in one.books}
        # A line that is known to have paid something waits for that and takes nothing else.
        done += engine.run(
            [line for line in lines if not line.paid],
            [book for book in books if book.key not in taken_books],
        )
        _write(
            session,
            account,
            done,
            {line.id: line for line in lines},
            {book.key: book for book in books},
            origin=MatchOrigin.AUTOMATIC,
            actor=actor,
            clock=clock,
        )
    taken = {key for one in done for key in one.lines}
    left = [line for line in lines if line.id not in taken]
    if done:
        trail.record(
            session,
            actor=actor,
            clock=clock,
            action="bank.match",
            subject=f"bank_account:{account.code}",
            detail={"matches": len(done), "lines": len(taken), "open": len(left)},
        )
    return Matched(
        account.code, len(done), len(taken), len(left), sum(abs(line.amount) for line in left)
    )


def match_by_hand(
    session: Session,
    account: Account,
    line_ids: Sequence[int],
    sides: Sequence[tuple[int, int]],
    *,
    actor: str,
    clock: Clock,
    remember: bool = True,
) -> int:
    """Match what a person chose and return the key of the match.

    Raises MatchRefused for what is matched already, is not of this account or does not add up.
    """
    lines = items.bank_items(session, account, keys=set(line_ids))
    books = [
        book
        for book in items.book_sides(session, account, {key for key, _ in sides})
        if book.key in set(sides)
    ]
    if len(lines) != len(set(line_ids)) or len(books) != len(set(sides)):
        raise MatchRefused(reason="所选流水或凭证已经勾对、尚未记账，或不属于此账户")
    if len(lines) + len(books) < 2:
        raise MatchRefused(reason="请至少选择两笔")
    received, booked = sum(one.amount for one in lines), sum(one.amount for one in books)
    if received != booked:
        raise MatchRefused(
            reason=f"银行流水合计 {to_text(received)} 与账面合计 {to_text(booked)} 不等"
        )
    reasons = [Reason("chosen", 100)]
    if len(lines) == len(books) == 1:
        reasons = scoring.explain(lines[0], books[0])
    proposal = Proposal(
        tuple(line.id for line in lines), tuple(book.key for book in books), tuple(reasons)
    )
    is_offered = len(lines) == len(books) == 1 and proposal.score >= scoring.SUGGESTED
    (key,) = _write(
        session,
        account,
        [proposal],
        {line.id: line for line in lines},
        {book.key: book for book in books},
        origin=MatchOrigin.ACCEPTED if is_offered else MatchOrigin.MANUAL,
        actor=actor,
        clock=clock,
    )
    if remember:
        _learn(session, key, lines, books, actor=actor, clock=clock)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bank.match_by_hand",
        subject=f"bank_match:{key}",
        detail={"lines": [line.id for line in lines], "vouchers": [b.voucher_id for b in books]},
    )
    return key


def undo(session: Session, match_id: int, *, reason: str, actor: str, clock: Clock) -> None:
    """Undo a match. Raises UnknownMatch, MatchRefused, and MonthReconciled once it is proof."""
    match = session.execute(
        select(BankMatch).where(BankMatch.id == match_id).with_for_update()
    ).scalar_one_or_none()
    if match is None:
        raise UnknownMatch(match=match_id)
    if match.state is not MatchState.LIVE:
        raise MatchRefused(reason="这一勾对已经撤销")
    if not reason.strip():
        raise InvalidInput(field="原因", reason="请写明撤销的原因")
    if match.settled_in <= accounts.last_reconciled(session, match.bank_account_id):
        raise MonthReconciled(
            account=_label(session, match.bank_account_id), period=text_of(match.settled_in)
        )
    match.state = MatchState.UNDONE
    match.undone_by, match.undone_at, match.undone_reason = actor, clock.now(), reason.strip()
    session.flush()
    for table in (BankMatchLine, BankMatchVoucher):
        session.execute(update(table).where(table.match_id == match_id).values(is_live=False))
    session.execute(
        update(BankPayer)
        .where(BankPayer.match_id == match_id, BankPayer.forgotten_at.is_(None))
        .values(forgotten_by=actor, forgotten_at=clock.now())
    )
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bank.unmatch",
        subject=f"bank_match:{match_id}",
        reason=reason.strip(),
    )


def remember_payer(
    session: Session, line_id: int, donor_id: int, *, actor: str, clock: Clock
) -> None:
    """Remember whose money it is when the payer of a line pays. Raises MatchRefused."""
    line = session.get(BankLine, line_id)
    donor = session.get(Donor, donor_id)
    if line is None or donor is None or not (line.name or line.account_mark):
        raise MatchRefused(reason="流水没有户名和账号，无法记住付款人")
    _remember(session, line.name, line.account_mark, donor.id, None, actor=actor, clock=clock)


def _write(
    session: Session,
    account: Account,
    proposals: Sequence[Proposal],
    lines: dict[int, BankItem],
    books: dict[tuple[int, int], BookItem],
    *,
    origin: MatchOrigin,
    actor: str,
    clock: Clock,
) -> list[int]:
    connection = session.connection()
    session.flush()
    keys = reserve_ids(connection, BankMatch.__table__, len(proposals))  # type: ignore[arg-type]
    earliest = _next_month(accounts.last_reconciled(session, account.id or 0))
    now = clock.now()
    pairs = list(zip(keys, proposals, strict=True))
    bulk_insert(
        connection,
        BankMatch.__table__,  # type: ignore[arg-type]
        (
            "id",
            "bank_account_id",
            "state",
            "origin",
            "score",
            "reasons",
            "settled_in",
            "made_by",
            "made_at",
        ),
        [
            (
                key,
                account.id,
                MatchState.BUILDING.value,
                origin.value,
                one.score,
                json.dumps([reason.as_json() for reason in one.reasons], ensure_ascii=False),
                max(
                    earliest,
                    *(period_key(lines[i].on) for i in one.lines),
                    *(period_key(books[b].on) for b in one.books),
                ),
                actor,
                now,
            )
            for key, one in pairs
        ],
    )
    bulk_insert(
        connection,
        BankMatchLine.__table__,  # type: ignore[arg-type]
        ("match_id", "bank_line_id", "is_live"),
        [(key, line, True) for key, one in pairs for line in one.lines],
    )
    bulk_insert(
        connection,
        BankMatchVoucher.__table__,  # type: ignore[arg-type]
        ("match_id", "voucher_id", "side", "bank_account_id", "amount_minor", "is_live"),
        [
            (key, *side, account.id, books[side].amount, True)
            for key, one in pairs
            for side in one.books
        ],
    )
    for some in chunks(keys, _SEALED_TOGETHER):
        session.execute(
            update(BankMatch)
            .where(BankMatch.id.between(some[0], some[-1]), BankMatch.id.in_(some))
            .values(state=MatchState.LIVE)
            .execution_options(synchronize_session=False)
        )
    return keys


def _next_month(key: int) -> int:
    if key == 0:
        return 0
    return key + 1 if key % 100 < 12 else (key // 100 + 1) * 100 + 1


def _learn(
    session: Session,
    match_id: int,
    lines: Sequence[BankItem],
    books: Sequence[BookItem],
    *,
    actor: str,
    clock: Clock,
) -> None:
    """Remember a payer whose name the program could not connect with the donor."""
    donors = {donor for book in books for donor in book.donors}
    if len(lines) != 1 or len(donors) != 1 or lines[0].amount < 0 or not lines[0].name:
        return
    (donor_id,) = donors
    names = [name for book in books for name in book.names]
    own = naming.plain(lines[0].name)
    if lines[0].donor_id == donor_id or any(naming.plain(name) == own for name in names):
        return
    row = session.get(BankLine, lines[0].id)
    assert row is not None
    _remember(session, row.name, row.account_mark, donor_id, match_id, actor=actor, clock=clock)


def _remember(
    session: Session,
    name: str,
    mark: str,
    donor_id: int,
    match_id: int | None,
    *,
    actor: str,
    clock: Clock,
) -> None:
    key = naming.plain(name)
    kept = session.execute(
        select(BankPayer).where(
            BankPayer.name_key == key,
            BankPayer.account_mark == mark,
            BankPayer.forgotten_at.is_(None),
        )
    ).scalar_one_or_none()
    if kept is not None and kept.donor_id == donor_id:
        return
    if kept is not None:
        kept.forgotten_by, kept.forgotten_at = actor, clock.now()
        session.flush()
    session.add(
        BankPayer(
            name=name,
            name_key=key,
            account_mark=mark,
            donor_id=donor_id,
            match_id=match_id,
            created_by=actor,
            created_at=clock.now(),
        )
    )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bank.remember_payer",
        subject=f"donor:{donor_id}",
    )


def _label(session: Session, bank_account_id: int) -> str:
    for account in accounts.list_accounts(session):
        if account.id == bank_account_id:
            return account.label
    return str(bank_account_id)

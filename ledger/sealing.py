"""Seal vouchers: give each its number and the digest of its canonical content.

Each digest covers the voucher, its lines, its number, its people, and the digest of the voucher
before it in the same month and word. One changed byte anywhere is named by `check`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    DateTime,
    Integer,
    Text,
    Update,
    bindparam,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from ledger import numbering, trail
from ledger.accounts import Account
from ledger.catalogue import Codes
from ledger.funds import Fund
from ledger.orm import Prepared, connection_of, is_postgresql
from ledger.trail import canonical
from ledger.vouchers import Voucher, VoucherSeries

# The columns that enter a digest, in the order in which they do.
VOUCHER_FIELDS = (
    "id",
    "period_id",
    "word",
    "number",
    "booked_on",
    "kind",
    "summary",
    "attachment_count",
    "rule",
    "reverses_id",
    "corrects_id",
    "reason",
    "prepared_by",
    "reviewed_by",
    "posted_by",
    "posted_at",
)
LINE_FIELDS = (
    "line_no",
    "account_id",
    "fund_id",
    "side",
    "amount_minor",
    "summary",
    "donor_id",
    "counterparty_id",
    "project_id",
    "cash_flow_item_id",
)
_line_values = attrgetter(*LINE_FIELDS)
# What a voucher has before it is sealed; the rest is given by the seal itself.
_given_values = attrgetter(
    *(name for name in VOUCHER_FIELDS[:-3] if name != "number"),
)


def stored_codes(session: Session) -> Codes:
    """Read the codes of every account and fund as they are stored now, past any copy."""
    connection = session.connection()
    accounts = connection.execute(select(Account.id, Account.chart, Account.code))
    funds = connection.execute(select(Fund.id, Fund.code))
    return Codes({row[0]: (row[1], row[2]) for row in accounts}, {row[0]: row[1] for row in funds})


def line_content(values: Sequence[Any], names: Codes) -> list[Any]:
    """Return a line as it enters the digest; `values` are its LINE_FIELDS."""
    line_no, account_id, fund_id, *rest = values
    chart, code = names.accounts.get(account_id, ("", ""))
    return [line_no, chart, code, names.funds.get(fund_id, ""), *rest]


def content_of(values: Sequence[Any], lines: Sequence[Sequence[Any]]) -> tuple[int | None, str]:
    """Return the number of a voucher and its canonical content without it.

    `values` are its VOUCHER_FIELDS; dates and timestamps may come as ISO text in UTC.
    """
    key, period_id, word, number, booked_on, kind, *rest, posted_at = values
    content = [
        key,
        period_id,
        word,
        booked_on if isinstance(booked_on, str) else booked_on.isoformat(),
        str(kind),
        *rest,
        posted_at if isinstance(posted_at, str) else posted_at.astimezone(UTC).isoformat(),
        lines,
    ]
    return number, canonical(content)


def chained(previous: str, number: int | None, content: str) -> str:
    """Return the digest of a content under its number after the digest `previous`."""
    return hashlib.sha256(f"{previous}\n{number}\n{content}".encode()).hexdigest()


def digest(previous: str, values: Sequence[Any], lines: Sequence[Sequence[Any]]) -> str:
    """Return the digest of a voucher after the digest `previous`; see `content_of`."""
    return chained(previous, *content_of(values, lines))


def seal(
    session: Session,
    heads: Sequence[Any],
    lines: Mapping[int, Sequence[Any]],
    names: Codes,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Number, chain and post locked vouchers, in the order given within each month and word."""
    connection = connection_of(session)
    if len(heads) == 1 and session.info.get(trail.SINGLE_ACT) and is_postgresql(connection):
        _seal_on_the_server(connection, heads[0], lines[heads[0].id], names, actor, now)
        return
    by_series: dict[tuple[int, str], list[Any]] = {}
    for head in heads:
        by_series.setdefault((head.period_id, head.word), []).append(head)
    for (period_id, word), members in sorted(by_series.items()):
        first, last_digest = numbering.take(connection, period_id, word, len(members))
        numbers, digests = [], []
        for number, head in enumerate(members, start=first):
            key, _, _, *given = _given_values(head)
            last_digest = digest(
                last_digest,
                [key, period_id, word, number, *given, head.reviewed_by or actor, actor, now],
                [line_content(_line_values(row), names) for row in lines[head.id]],
            )
            numbers.append(number)
            digests.append(last_digest)
        _write(session, [head.id for head in members], numbers, digests, actor, now)
        numbering.set_head(connection, period_id, word, last_digest)


def _seal_on_the_server(
    connection: Connection,
    head: Any,
    lines: Sequence[Any],
    names: Codes,
    actor: str,
    now: datetime,
) -> None:
    """Number, chain and seal one voucher in one statement, whose answer nobody waits for.

    The counter is locked from here to the commit. With many writers that time is all that
    counts, so nothing in it goes back and forth: the server takes the number and hashes.
    """
    key, _, _, *given = _given_values(head)
    _, content = content_of(
        [key, head.period_id, head.word, None, *given, head.reviewed_by or actor, actor, now],
        [line_content(_line_values(row), names) for row in lines],
    )
    _SEAL_ONE.run(
        connection,
        key=key,
        period_id=head.period_id,
        word=head.word,
        genesis=numbering.genesis(head.period_id, head.word),
        content=content,
        actor=actor,
        now=now,
    )


def _sealing_one(_dialect: str) -> Update:
    series, content = VoucherSeries.__table__.c, bindparam("content", type_=Text)

    def hashed(previous: Any, number: Any) -> Any:
        text = func.concat(previous, "\n", number, "\n", content)
        return func.encode(func.sha256(func.convert_to(text, "UTF8")), "hex")

    first = postgresql.insert(VoucherSeries).values(
        period_id=bindparam("period_id"),
        word=bindparam("word"),
        last_number=1,
        head=hashed(bindparam("genesis", type_=Text), literal_column("1")),
    )
    taken = (
        first.on_conflict_do_update(
            index_elements=["period_id", "word"],
            set_={
                "last_number": series.last_number + 1,
                "head": hashed(series.head, series.last_number + 1),
            },
        )
        .returning(VoucherSeries.last_number, VoucherSeries.head)
        .cte("taken")
    )
    return (
        update(Voucher)
        .where(Voucher.id == bindparam("key"))
        .values(number=taken.c.last_number, digest=taken.c.head, **_posted())
        .add_cte(taken)
    )


def _posted() -> dict[str, Any]:
    return {
        "state": literal_column("'posted'"),
        "reviewed_by": func.coalesce(Voucher.reviewed_by, bindparam("actor", type_=Text)),
        "reviewed_at": func.coalesce(
            Voucher.reviewed_at, bindparam("now", type_=DateTime(timezone=True))
        ),
        "posted_by": bindparam("actor", type_=Text),
        "posted_at": bindparam("now", type_=DateTime(timezone=True)),
        "version": Voucher.version + literal_column("1"),
    }


_SEAL_ONE = Prepared(_sealing_one)


def _write(
    session: Session,
    keys: list[int],
    numbers: list[int],
    digests: list[str],
    actor: str,
    now: datetime,
) -> None:
    """Seal a set in one statement, so that the guards see it as a set."""
    connection = connection_of(session)
    if is_postgresql(connection):
        _SEAL.run(connection, keys=keys, numbers=numbers, digests=digests, actor=actor, now=now)
        return
    _SEAL.run_each(
        connection,
        [
            {"key": key, "number": number, "digest": value, "actor": actor, "now": now}
            for key, number, value in zip(keys, numbers, digests, strict=True)
        ],
    )


def _sealing(dialect: str) -> Update:
    statement = update(Voucher).values(**_posted())
    if dialect != "postgresql":
        return statement.where(Voucher.id == bindparam("key")).values(
            number=bindparam("number"), digest=bindparam("digest")
        )
    sealed = (
        func.unnest(
            bindparam("keys", type_=ARRAY(BigInteger)),
            bindparam("numbers", type_=ARRAY(Integer)),
            bindparam("digests", type_=ARRAY(Text)),
        )
        .table_valued("id", "number", "digest")
        .render_derived()
    )
    return statement.where(Voucher.id == sealed.c.id).values(
        number=sealed.c.number, digest=sealed.c.digest
    )


_SEAL = Prepared(_sealing)

"""One search for everything: names, pinyin, references, numbers, amounts. Reads only.

What a person may not read is not searched.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from foundation.agreements.models import Agreement
from foundation.assets.models import AssetCard, Investment, StockItem
from foundation.auditing.models import AuditQuery
from foundation.auditing.models import reference as query_reference
from foundation.donors import finding
from foundation.donors.models import Donor
from foundation.gifts.models import Gift, reference
from foundation.http import forms
from foundation.http.languages import mark
from foundation.pledges.models import Pledge
from foundation.pledges.service import reference as pledge_reference
from foundation.users.models import Role
from foundation.users.permissions import Permission, allows
from ledger.accounts import Account
from ledger.errors import InvalidInput
from ledger.funds import Fund
from ledger.periods import text_of
from ledger.vouchers import Voucher, VoucherState, label
from receipts.models import Bill, Letter

MOST = 10
# Numbers of bills have ten digits; fewer than these would find too many.
_FEWEST_DIGITS = 5
LONGEST = 100
# 记-2026-03-0007, with or without the word; and G2026-000123.
_NUMBER = re.compile(r"(?:(\D{1,8})-)?(\d{4})-?(\d{2})-(\d{1,9})", re.ASCII)
_PLEDGE = re.compile(r"P\d{4}-(\d{1,15})", re.ASCII | re.IGNORECASE)
_QUERY = re.compile(r"Q(\d{4})-(\d{1,9})", re.ASCII | re.IGNORECASE)
_REFERENCE = re.compile(r"G(\d{4})-(\d{1,15})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found; its page is `endpoint` when the application has it."""

    title: str
    detail: str
    minor: int | None
    endpoint: str
    arguments: dict[str, object]
    state: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind."""

    heading: str
    hits: tuple[Hit, ...]


def search(session: Session, query: str, *, role: Role) -> list[Group]:
    """Find what a person may read, at most ten of each kind. An empty query finds nothing."""
    wanted = " ".join(query.split())[:LONGEST]
    if not wanted:
        return []
    minor = _amount(wanted)
    kinds: tuple[tuple[str, Permission, Callable[..., list[Hit]]], ...] = (
        (mark("捐赠人"), Permission.DONORS_READ, _donors),
        (mark("捐赠"), Permission.GIFTS_READ, _gifts),
        (mark("捐赠承诺"), Permission.GIFTS_READ, _pledges),
        (mark("捐赠协议"), Permission.GIFTS_READ, _agreements),
        (mark("票据"), Permission.GIFTS_READ, _bills),
        (mark("函件"), Permission.GIFTS_READ, _letters),
        (mark("凭证"), Permission.BOOKS_READ, _vouchers),
        (mark("基金"), Permission.BOOKS_READ, _funds),
        (mark("资产、物资与投资"), Permission.BOOKS_READ, _things),
        (mark("审计询问"), Permission.BOOKS_READ, _audit_queries),
        (mark("会计科目"), Permission.BOOKS_READ, _accounts),
    )
    groups = [
        Group(heading, tuple(find(session, wanted, minor)))
        for heading, permission, find in kinds
        if allows(role, permission)
    ]
    return [group for group in groups if group.hits]


def _amount(wanted: str) -> int | None:
    try:
        return forms.parse_amount(wanted)
    except InvalidInput:
        return None


def _donors(session: Session, wanted: str, _minor: int | None) -> list[Hit]:
    found = finding.search(session, wanted, limit=MOST)
    return [Hit(row.name, "", None, "donors.show", {"donor_id": row.id}, row.kind) for row in found]


def _pledges(session: Session, wanted: str, _minor: int | None) -> list[Hit]:
    found = _PLEDGE.fullmatch(wanted)
    if found is None:
        return []
    rows = session.execute(
        select(Pledge.id, Pledge.made_on, Pledge.amount_minor, Donor.name)
        .join(Donor, Donor.id == Pledge.donor_id)
        .where(Pledge.id == int(found[1]))
    )
    return [
        Hit(
            pledge_reference(row.id, row.made_on),
            f"{row.made_on} {row.name}",
            row.amount_minor,
            "pledges.show",
            {"reference": pledge_reference(row.id, row.made_on)},
        )
        for row in rows
    ]


def _agreements(session: Session, wanted: str, minor: int | None) -> list[Hit]:
    conditions: list[ColumnElement[bool]] = [
        Agreement.number == wanted,
        Agreement.title.contains(wanted, autoescape=True),
    ]
    if minor is not None:
        conditions.append(Agreement.amount_minor == minor)
    rows = session.execute(
        select(Agreement.id, Agreement.number, Agreement.title, Agreement.amount_minor)
        .where(or_(*conditions))
        .order_by(Agreement.id.desc())
        .limit(MOST)
    )
    return [
        Hit(row.number, row.title, row.amount_minor, "agreements.show", {"agreement_id": row.id})
        for row in rows
    ]


def _gifts(session: Session, wanted: str, minor: int | None) -> list[Hit]:
    conditions: list[ColumnElement[bool]] = [Gift.bank_reference == wanted]
    if found := _REFERENCE.fullmatch(wanted):
        conditions.append(Gift.id == int(found[2]))
    if minor is not None:
        conditions.append(Gift.amount_minor == minor)
    rows = session.execute(
        select(Gift.id, Gift.received_on, Gift.donor_name, Gift.amount_minor)
        .where(or_(*conditions))
        .order_by(Gift.received_on.desc(), Gift.id.desc())
        .limit(MOST)
    )
    return [
        Hit(
            reference(row.id, row.received_on),
            f"{row.received_on} {row.donor_name}",
            row.amount_minor,
            "gifts.show",
            {"reference": reference(row.id, row.received_on)},
        )
        for row in rows
    ]


def _bills(session: Session, wanted: str, _minor: int | None) -> list[Hit]:
    number = wanted.rpartition(" ")[2]
    if not (number.isascii() and number.isdigit() and len(number) >= _FEWEST_DIGITS):
        return []
    rows = session.execute(
        select(Bill.id, Bill.code, Bill.number, Bill.issued_on, Bill.payer_name, Bill.amount_minor)
        .where(Bill.number.endswith(number, autoescape=True))
        .order_by(Bill.id.desc())
        .limit(MOST)
    )
    return [
        Hit(
            f"{row.code} {row.number}",
            f"{row.issued_on or ''} {row.payer_name or ''}".strip(),
            row.amount_minor,
            "receipting.bill",
            {"bill_id": row.id},
        )
        for row in rows
    ]


def _letters(session: Session, wanted: str, _minor: int | None) -> list[Hit]:
    if "-" not in wanted:
        return []
    rows = session.execute(
        select(Letter.reference, Letter.issued_on, Letter.recipient_name, Letter.total_minor)
        .where(Letter.reference == wanted.upper())
        .order_by(Letter.id)
        .limit(MOST)
    )
    return [
        Hit(
            row.reference,
            f"{row.issued_on} {row.recipient_name}",
            row.total_minor,
            "receipting.letter",
            {"reference": row.reference},
        )
        for row in rows
    ]


def _vouchers(session: Session, wanted: str, minor: int | None) -> list[Hit]:
    conditions: list[Any] = []
    if found := _NUMBER.fullmatch(wanted):
        by_number = (Voucher.period_id == int(found[2] + found[3])) & (
            Voucher.number == int(found[4])
        )
        conditions.append(by_number & (Voucher.word == found[1]) if found[1] else by_number)
    elif minor is not None:
        conditions.append(Voucher.total_minor == minor)
    else:
        conditions.append(Voucher.summary.contains(wanted, autoescape=True))
    rows = session.execute(
        select(
            Voucher.id,
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            Voucher.booked_on,
            Voucher.summary,
            Voucher.total_minor,
            Voucher.state,
        )
        .where(or_(*conditions), Voucher.state != VoucherState.DISCARDED)
        .order_by(Voucher.id.desc())
        .limit(MOST)
    )
    return [
        Hit(
            label(row.period_id, row.word, row.number) if row.number else text_of(row.period_id),
            f"{row.booked_on} {row.summary}",
            row.total_minor,
            "books.voucher",
            {"voucher_id": row.id},
            row.state,
        )
        for row in rows
    ]


def _things(session: Session, wanted: str, _minor: int | None) -> list[Hit]:
    """What the registers hold: assets, goods and investments, by number or name."""
    found: list[Hit] = []
    for table, name, detail, endpoint in (
        (AssetCard, AssetCard.name, AssetCard.used_by, "assets.show"),
        (StockItem, StockItem.name, StockItem.custody, "stock.show"),
        (Investment, Investment.product, Investment.trustee, "investments.show"),
    ):
        number = table.number
        rows = session.execute(
            select(number, name.label("name"), detail.label("detail"))
            .where(
                or_(
                    number.startswith(wanted, autoescape=True),
                    name.contains(wanted, autoescape=True),
                )
            )
            .order_by(number)
            .limit(MOST)
        )
        found += [
            Hit(f"{row.number} {row.name}", row.detail, None, endpoint, {"number": row.number})
            for row in rows
        ]
    return found[:MOST]


def _audit_queries(session: Session, wanted: str, _minor: int | None) -> list[Hit]:
    found = _QUERY.fullmatch(wanted)
    if not found:
        return []
    rows = session.execute(
        select(AuditQuery.year, AuditQuery.number, AuditQuery.topic).where(
            AuditQuery.year == int(found[1]), AuditQuery.number == int(found[2])
        )
    )
    return [
        Hit(name, row.topic, None, "auditing.query", {"named": name})
        for row in rows
        for name in [query_reference(row.year, row.number)]
    ]


def _funds(session: Session, wanted: str, _minor: int | None) -> list[Hit]:
    rows = session.execute(
        select(Fund.code, Fund.name, Fund.restriction)
        .where(
            or_(
                Fund.code.startswith(wanted.upper(), autoescape=True),
                Fund.name.contains(wanted, autoescape=True),
            )
        )
        .order_by(Fund.code)
        .limit(MOST)
    )
    return [
        Hit(f"{row.code} {row.name}", "", None, "funds.show", {"code": row.code}, row.restriction)
        for row in rows
    ]


def _accounts(session: Session, wanted: str, _minor: int | None) -> list[Hit]:
    rows = session.execute(
        select(Account.chart, Account.code, Account.full_name)
        .where(
            or_(
                Account.code.startswith(wanted, autoescape=True),
                Account.full_name.contains(wanted, autoescape=True),
            )
        )
        .order_by(Account.chart.desc(), Account.code)
        .limit(MOST)
    )
    return [
        Hit(
            f"{row.code} {row.full_name}",
            row.chart,
            None,
            "books.account",
            {"chart": row.chart, "code": row.code},
        )
        for row in rows
    ]

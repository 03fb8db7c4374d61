"""Publications of single events: dealings with important related parties, and major payments."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.disclosure.content import Column, Section, money
from foundation.disclosure.working import NothingToPublish
from foundation.donors import particulars
from foundation.donors.models import DonorKind
from foundation.parties import dealings, queries
from foundation.parties.dealings import Dealing
from foundation.parties.labels import DEALINGS, RELATIONS
from foundation.parties.queries import View
from foundation.spending.models import SpendingRequest, SpendingState, reference
from ledger.money import to_text

_LOOKS_BACK = timedelta(days=800)
_MOST = 100

Composed = tuple[tuple[Section, ...], tuple[str, ...]]


def related(session: Session, occurrence: str, *, today: date) -> Composed:
    """Write the publication of what one voucher did with one important related party.

    The law wants the party named; a person is named as the party and by nothing else.
    """
    views, found = _dealings(session, today)
    chosen = [item for item in found if item.occurrence == occurrence]
    if not chosen:
        raise NothingToPublish(reason=f"账簿中没有须公开的重要关联方事项 {occurrence[:40]}")
    view = next(view for view in views if view.id == chosen[0].party_id)
    relations = "、".join(
        dict.fromkeys(RELATIONS[one.kind] for one in view.relations_on(chosen[0].booked_on))
    )
    section = Section(
        "重要关联方事项",
        "Dealing with an important related party",
        columns=(
            Column("关联方", "Party"),
            Column("关联关系", "Relation"),
            Column("事项", "Kind"),
            Column("日期", "Date"),
            Column("金额（元）", "Amount (CNY)", "money"),
        ),
        rows=tuple(
            (
                view.party.name,
                relations,
                DEALINGS[item.kind],
                item.booked_on.isoformat(),
                money(item.amount_minor),
            )
            for item in chosen
        ),
    )
    return (section,), (view.party.name,)


def payment(session: Session, subject: str) -> Composed:
    """Write the publication of one payment. A person who was paid is not named."""
    request = session.execute(
        select(SpendingRequest).where(
            SpendingRequest.id == _key(subject),
            SpendingRequest.state.in_((SpendingState.PAID, SpendingState.BOOKED)),
        )
    ).scalar_one_or_none()
    if request is None or reference(request.id, request.requested_on) != subject:
        raise NothingToPublish(reason=f"没有已支付的申请 {subject[:40]}")
    assert request.paid_on is not None
    # Only what has the name of an organisation is sure to be none of a person.
    is_firm = particulars.guess_kind(request.payee_name) is DonorKind.ORGANISATION
    payee = request.payee_name if is_firm else "（自然人，不公示姓名）"
    section = Section(
        "重大支付",
        "Major payment",
        columns=(
            Column("支付对象", "Payee"),
            Column("事由", "What for"),
            Column("日期", "Date"),
            Column("金额（元）", "Amount (CNY)", "money"),
        ),
        rows=((payee, request.summary, request.paid_on.isoformat(), money(request.total_minor)),),
    )
    return (section,), ((payee,) if is_firm else ())


def offered_related(session: Session, *, today: date) -> list[tuple[str, str]]:
    """Return the dealings that may be published, the latest first."""
    views, found = _dealings(session, today)
    names = {view.id: view.party.name for view in views}
    said: dict[str, str] = {}
    for item in reversed(found):
        said.setdefault(
            item.occurrence,
            f"{item.booked_on} {names[item.party_id]} {item.voucher} {to_text(item.amount_minor)}",
        )
    return list(said.items())[:_MOST]


def offered_payments(session: Session) -> list[tuple[str, str]]:
    """Return the largest payments of the last years."""
    rows = session.execute(
        select(SpendingRequest)
        .where(SpendingRequest.state.in_((SpendingState.PAID, SpendingState.BOOKED)))
        .order_by(SpendingRequest.total_minor.desc(), SpendingRequest.id.desc())
        .limit(_MOST)
    ).scalars()
    return [
        (
            reference(row.id, row.requested_on),
            f"{row.paid_on} {row.payee_name} {to_text(row.total_minor)}",
        )
        for row in rows
    ]


def _dealings(session: Session, today: date) -> tuple[list[View], list[Dealing]]:
    views = [
        view
        for view in queries.load(session)
        if any(relation.is_important for relation in view.relations)
    ]
    found = dealings.read(session, views, today - _LOOKS_BACK, today) if views else []
    return views, [item for item in found if item.is_important and not item.is_undone]


def _key(text: str) -> int:
    digits = text.rpartition("-")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0

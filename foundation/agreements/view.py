"""Agreements read: lists with what came in, and one with warnings, papers, pledges and changes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from foundation.agreements import papers, requirements, service, wording
from foundation.agreements.models import (
    Agreement,
    AgreementChange,
    AgreementFile,
    AgreementState,
    Reporting,
)
from foundation.agreements.requirements import Promise, Requirement
from foundation.agreements.wording import Draft, MatchWarning
from foundation.donors import aliases, finding, merging
from foundation.donors.models import Donor
from foundation.gifts.models import Gift
from foundation.gifts.models import reference as gift_reference
from foundation.gifts.standing import ended
from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from foundation.pledges.models import Instalment, Pledge
from foundation.pledges.service import reference as pledge_reference
from ledger import funds
from ledger.vouchers import Voucher, VoucherState


@dataclass(frozen=True, slots=True)
class AgreementFilter:
    """What a list is narrowed to."""

    state: AgreementState | None = None
    donor_id: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """An agreement in a list. Amounts are fen; what came in is not yet reduced by refunds."""

    id: int
    number: str
    title: str
    donor_id: int
    donor_name: str
    state: AgreementState
    signed_on: date | None
    ends_on: date | None
    amount_minor: int | None
    received_minor: int
    pledged_minor: int


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change: field, what it said, what it says."""

    changed_on: date
    fields: tuple[tuple[str, str, str], ...]
    reason: str
    consented_by: str | None
    consented_on: date | None
    evidence: str | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AgreementView:
    """An agreement with everything that belongs to it."""

    row: AgreementRow
    agreement: Agreement
    funds: tuple[tuple[str, str, int | None], ...]
    gifts: tuple[tuple[str, date, int], ...]
    pledges: tuple[tuple[str, int, int], ...]
    files: tuple[AgreementFile, ...]
    changes: tuple[ChangeView, ...]
    requirements: tuple[Requirement, ...]
    warnings: tuple[MatchWarning, ...]

    @property
    def reporting(self) -> Reporting:
        """How often the donor is told."""
        return self.agreement.reporting


def rows(session: Session, wanted: AgreementFilter, request: PageRequest) -> Page[AgreementRow]:
    """Return one part of a list, the latest first. Raises BadCursor."""
    query: Any = select(Agreement, Agreement.id).where(*_conditions(wanted))
    part = lists.page(session, query, keys=[Agreement.id], request=request, descending=True)
    found = [row[0] for row in part.items]
    return Page(_rows(session, found), part.next)


def count(session: Session, wanted: AgreementFilter) -> int:
    """Return how many agreements a list has."""
    query = select(func.count()).select_from(Agreement).where(*_conditions(wanted))
    return session.execute(query).scalar_one()


def get_view(session: Session, agreement_id: int, *, today: date) -> AgreementView:
    """Return one agreement with everything. Raises UnknownAgreement."""
    agreement = session.get(Agreement, agreement_id)
    if agreement is None:
        raise service.UnknownAgreement(agreement=str(agreement_id))
    known = {fund.id: fund for fund in funds.list_funds(session)}
    parts = service.funds_of(session, agreement_id)
    return AgreementView(
        row=_rows(session, [agreement])[0],
        agreement=agreement,
        funds=tuple((known[key].code, known[key].name, minor) for key, minor in parts),
        gifts=_gifts(session, agreement.number),
        pledges=_pledges(session, agreement_id),
        files=tuple(papers.list_files(session, agreement_id)),
        changes=_changes(session, agreement_id),
        requirements=tuple(requirements.required(promise_of(agreement, today))),
        warnings=tuple(
            wording.warnings(draft_of(agreement, today, [known[k].name for k, _ in parts]))
        ),
    )


def promise_of(agreement: Agreement, today: date) -> Promise:
    """Return what the rules for agreements look at."""
    return Promise(
        on=agreement.signed_on or today,
        amount_minor=agreement.amount_minor,
        is_in_kind=agreement.is_in_kind,
        is_instalments=agreement.is_instalments,
        is_construction=agreement.is_construction,
        is_overseas=agreement.is_overseas,
        is_asked_by_donor=agreement.is_asked_by_donor,
    )


def draft_of(agreement: Agreement, today: date, projects: Sequence[str]) -> Draft:
    """Return what the matching schemes look at."""
    return Draft(
        on=agreement.signed_on or today,
        amount_minor=agreement.amount_minor,
        title=agreement.title,
        purpose=agreement.purpose,
        delivery=agreement.delivery or "",
        naming=agreement.naming or "",
        note=agreement.note or "",
        project_name=projects[0] if projects else "",
        is_in_kind=agreement.is_in_kind,
        may_pool=agreement.may_pool,
        has_return_benefit=agreement.has_return_benefit,
        results_to_university=agreement.results_to_university,
    )


def _conditions(wanted: AgreementFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.state is not None:
        found.append(Agreement.state == wanted.state)
    if wanted.donor_id is not None:
        found.append(Agreement.donor_id.in_(aliases.same_as(wanted.donor_id)))
    typed = wanted.text.replace("\x00", "").strip()
    if typed:
        found.append(
            or_(
                Agreement.number == typed,
                Agreement.title.contains(typed, autoescape=True),
                Agreement.donor_id.in_(select(Donor.id).where(finding.matches(typed))),
            )
        )
    return found


def _rows(session: Session, found: Sequence[Agreement]) -> tuple[AgreementRow, ...]:
    led = {item.id: merging.kept_id(session, item.donor_id) for item in found}
    names = merging.names_of(session, led.values())
    received = _received(session, [item.number for item in found])
    pledged = _pledged(session, [item.id for item in found])
    return tuple(
        AgreementRow(
            id=item.id,
            number=item.number,
            title=item.title,
            donor_id=led[item.id],
            donor_name=names[led[item.id]],
            state=item.state,
            signed_on=item.signed_on,
            ends_on=item.ends_on,
            amount_minor=item.amount_minor,
            received_minor=received.get(item.number, 0),
            pledged_minor=pledged.get(item.id, 0),
        )
        for item in found
    )


def _received(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    query = (
        select(Gift.agreement, func.sum(Gift.amount_minor))
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(Gift.agreement.in_(numbers), ~ended(), Voucher.state != VoucherState.DISCARDED)
        .group_by(Gift.agreement)
        .order_by(Gift.agreement)
    )
    return {str(number): int(minor) for number, minor in session.execute(query)}


def _pledged(session: Session, keys: Sequence[int]) -> dict[int, int]:
    query = (
        select(Pledge.agreement_id, func.sum(Instalment.open_minor))
        .join(Instalment, Instalment.pledge_id == Pledge.id)
        .where(Pledge.agreement_id.in_(keys))
        .group_by(Pledge.agreement_id)
        .order_by(Pledge.agreement_id)
    )
    return {int(key): int(minor) for key, minor in session.execute(query) if key is not None}


def _gifts(session: Session, number: str) -> tuple[tuple[str, date, int], ...]:
    query = (
        select(Gift.id, Gift.received_on, Gift.amount_minor)
        .where(Gift.agreement == number, ~ended())
        .order_by(Gift.received_on, Gift.id)
    )
    return tuple(
        (gift_reference(row.id, row.received_on), row.received_on, row.amount_minor)
        for row in session.execute(query)
    )


def _pledges(session: Session, agreement_id: int) -> tuple[tuple[str, int, int], ...]:
    query = (
        select(
            Pledge.id,
            Pledge.made_on,
            Pledge.amount_minor,
            func.sum(Instalment.open_minor).label("open"),
        )
        .join(Instalment, Instalment.pledge_id == Pledge.id)
        .where(Pledge.agreement_id == agreement_id)
        .group_by(Pledge.id, Pledge.made_on, Pledge.amount_minor)
        .order_by(Pledge.id)
    )
    return tuple(
        (pledge_reference(row.id, row.made_on), row.amount_minor, int(row.open))
        for row in session.execute(query)
    )


def _changes(session: Session, agreement_id: int) -> tuple[ChangeView, ...]:
    found = session.execute(
        select(AgreementChange)
        .where(AgreementChange.agreement_id == agreement_id)
        .order_by(AgreementChange.id)
    ).scalars()
    return tuple(
        ChangeView(
            changed_on=item.changed_on,
            fields=tuple(
                (name, _text(pair[0]), _text(pair[1]))
                for name, pair in sorted(json.loads(item.detail).items())
            ),
            reason=item.reason,
            consented_by=item.consented_by,
            consented_on=item.consented_on,
            evidence=item.evidence,
            created_by=item.created_by,
            created_at=item.created_at,
        )
        for item in found
    )


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return "、".join(value) if isinstance(value, list) else str(value)

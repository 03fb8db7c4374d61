"""Which donor is meant by what was typed into a form: one that is known, or a new one.

Nothing is guessed about people: unless a donor was picked, or the name is exactly that of one
donor and like no other, the form comes back with those that may be meant and a new one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from foundation.donors import finding, particulars
from foundation.donors import service as donors
from foundation.donors.finding import Likeness
from foundation.donors.models import Donor, DonorKind
from foundation.donors.service import DonorInput, DonorRef
from foundation.donors.vault import Vault
from foundation.http import forms
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.imports.names import normalise_name
from ledger.clock import Clock
from ledger.errors import DomainError

NEW = "new"
_FIELDS = {"统一社会信用代码": "donor_credit_code", "身份证号码": "donor_id_number"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A donor that may be meant, and what tells it from others."""

    id: int
    name: str
    kind: DonorKind
    detail: str
    why: str


class NotSettled(forms.Incomplete):
    """Somebody has to say which donor is meant; `candidates` may be empty."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.candidates = tuple(candidates)
        super().__init__()


def settle(
    session: Session, form: Form, *, vault: Vault, actor: str, clock: Clock
) -> DonorRef | None:
    """Return the donor that is meant, recording a new one when that was said.

    None when the form lacks a donor, which it then says. Raises NotSettled.
    """
    text = form.text("donor")
    if not text:
        return None
    chosen = form.value("donor_choice") or form.value("donor_id")
    if chosen == NEW:
        return _record(session, form, vault=vault, actor=actor, clock=clock)
    if chosen.isascii() and chosen.isdigit() and len(chosen) <= 18:
        donor = session.get(Donor, int(chosen))
        # A choice holds for the name it was made for.
        if donor is not None and (form.value("donor_choice") or donor.name == text):
            form.values["donor"], form.values["donor_id"] = donor.name, str(donor.id)
            return donors.ref_of(donor)
    candidates = _candidates(session, text, vault=vault)
    alike = [item for item in candidates if item.why]
    if len(alike) == 1 and alike[0].name.casefold() == _key(text):
        form.values["donor"], form.values["donor_id"] = alike[0].name, str(alike[0].id)
        return donors.get_ref(session, alike[0].id)
    form.values.setdefault("donor_kind", particulars.guess_kind(text).value)
    raise NotSettled(candidates)


def find(session: Session, donor_id: int) -> DonorRef | None:
    """Return a donor by key, or None."""
    donor = session.get(Donor, donor_id)
    return None if donor is None else donors.ref_of(donor)


def detail_of(donor: Donor) -> str:
    """Return what tells a donor from others of the same name, without anything secret."""
    parts = [donor.credit_code or "", _shortened(donor.phone), donor.note or ""]
    return " · ".join(part for part in parts if part)[:80]


def _candidates(session: Session, text: str, *, vault: Vault) -> list[Candidate]:
    entry = DonorInput(text, DonorKind.PERSON, credit_code=text if len(text) == 18 else "")
    found: dict[int, Candidate] = {}
    likenesses: list[Likeness] = finding.likenesses(session, entry, vault=vault)
    for item in likenesses:
        donor = donors.get_donor(session, item.donor.id)
        found[donor.id] = _candidate(donor, item.why)
    for donor in finding.search(session, text, limit=8):
        found.setdefault(donor.id, _candidate(donor, ""))
    return list(found.values())


def _candidate(donor: Donor, why: str) -> Candidate:
    return Candidate(donor.id, donor.name, donor.kind, detail_of(donor), why)


def _record(
    session: Session, form: Form, *, vault: Vault, actor: str, clock: Clock
) -> DonorRef | None:
    kind = form.choice("donor_kind", DonorKind)
    if kind is None:
        return None
    entry = DonorInput(
        name=form.value("donor"),
        kind=kind,
        credit_code=form.value("donor_credit_code"),
        id_number=form.value("donor_id_number"),
    )
    try:
        return donors.record_donor(session, entry, vault=vault, actor=actor, clock=clock)
    except DomainError as error:
        form.refuse(_FIELDS.get(str(error.data.get("field")), "donor"), error)
        raise NotSettled(_candidates(session, entry.name, vault=vault)) from None


def _key(text: str) -> str:
    return normalise_name(text).casefold()


def _shortened(phone: str | None) -> str:
    return translate("电话尾号 {digits}", digits=phone[-4:]) if phone else ""

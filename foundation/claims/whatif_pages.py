"""Pages for what could be: schemes side by side, a gift before it is signed, what is promised."""

from datetime import date
from typing import Any

from flask import render_template, request
from sqlalchemy.orm import Session

from foundation import database
from foundation.agreements.models import Agreement
from foundation.claims import labels, schemes, whatif
from foundation.claims.whatif import Outcome
from foundation.donors.models import Donor
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.matching import catalogue
from foundation.matching.predicates import FactValue
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError
from ledger.money import BOOK_CURRENCY, to_text

_FIRST_CHOICE = ("cn-hubei", "cn-shandong-2017", "plan-one-to-one")
# What a person may say of a planned gift, beside amount and day: fact -> kind of field.
FACTS: tuple[tuple[str, str], ...] = (
    ("gift.purpose", "purpose"),
    ("gift.project_name", "text"),
    ("gift.university_may_pool", "flag"),
    ("gift.named", "flag"),
    ("gift.return_benefit", "flag"),
    ("agreement.ip_belongs_to_university", "flag"),
    ("gift.political_condition", "flag"),
    ("gift.source_lawful", "flag"),
    ("gift.good_for_development", "flag"),
    ("gift.linked_to_enrolment", "flag"),
    ("gift.beneficiary_related_to_donor", "flag"),
    ("gift.must_be_passed_on", "flag"),
    ("agreement.signatory", "text"),
    ("payment.payer", "text"),
    ("receipt.payer", "text"),
)
PURPOSES = ("scholarship", "bursary", "research", "building", "teaching_award", "other_designated",
            "unrestricted")  # fmt: skip


@guard.requires(Permission.GIFTS_READ)
def compare() -> Any:
    """Show the same gifts under several schemes, and what promises would add."""
    today = services().clock.today()
    form = Form.empty({"year": request.args.get("year", str(today.year))})
    codes = request.args.getlist("scheme") or list(_FIRST_CHOICE)
    year = form.whole_number("year")
    outcomes: list[Outcome] = []
    expected: list[Outcome] = []
    promised = 0
    with database.reading(services().engine) as session:
        offered = _offered(schemes.list_current(session))
        known = [code for code in codes if code in dict(offered)]
        try:
            outcomes = whatif.compare(session, known, year, clock=services().clock)
            coming = whatif.coming(session, today, date(year, 12, 31))
            promised = sum(item.amount_minor for item in coming)
            if coming:
                expected = [
                    whatif.forecast(session, code, coming, year=year + 1, clock=services().clock)
                    for code in known
                ]
        except DomainError as error:
            form.refuse("", error)
    most = max([item.matched_high or 0 for item in outcomes], default=0)
    page = render_template(
        "claims/compare.html",
        form=form,
        offered=offered,
        chosen=known,
        outcomes=outcomes,
        expected={item.code: item for item in expected},
        promised=promised,
        next_year=year + 1,
        most=most,
        **labels.words(),
    )
    return page, 422 if form.errors else 200


def _offered(found: list[Any]) -> list[tuple[str, str]]:
    return [(item.code, item.title) for item in found if item.scheme.currency == BOOK_CURRENCY]


@guard.requires(Permission.GIFTS_READ)
def try_gift() -> Any:
    """Try a gift or a draft of an agreement under several schemes. Nothing is stored."""
    form = Form.empty(request.args.to_dict())
    codes = request.args.getlist("scheme") or list(_FIRST_CHOICE)
    tried: list[whatif.TriedGift] = []
    draft = request.args.get("agreement", "")
    with database.reading(services().engine) as session:
        if draft.isascii() and draft.isdigit() and len(draft) <= 18:
            form.values.update(_of_agreement(session, int(draft)))
        offered = _offered(schemes.list_current(session))
        if "amount" in request.args:
            amount, day = form.amount("amount"), form.day("received_on")
            facts = {name: _fact(form, name, kind) for name, kind in FACTS}
            if amount is not None and amount <= 0:
                form.refuse("amount", translate("应大于零"))
            if not form.errors and amount is not None and day is not None:
                known = [code for code in codes if code in dict(offered)]
                tried = whatif.try_gift(
                    session, known, amount_minor=amount, received_on=day, facts=facts
                )
    if "received_on" not in form.values:
        form.values["received_on"] = services().clock.today().isoformat()
    page = render_template(
        "claims/try.html",
        form=form,
        offered=offered,
        chosen=codes,
        tried=tried,
        facts=[(name, _field(name), labels_of(name), kind) for name, kind in FACTS],
        purposes=PURPOSES,
        **labels.words(),
    )
    return page, 422 if form.errors else 200


def _of_agreement(session: Session, key: int) -> dict[str, str]:
    """What a draft says, as the form has it; what it leaves open stays open."""
    found = session.get(Agreement, key)
    if found is None:
        return {}
    flags = {
        "gift.university_may_pool": found.may_pool,
        "gift.return_benefit": found.has_return_benefit,
        "agreement.ip_belongs_to_university": found.results_to_university,
        "gift.named": True if found.naming else None,
    }
    values = {
        _field(name): "yes" if flag else "no" for name, flag in flags.items() if flag is not None
    }
    donor = session.get(Donor, found.donor_id)
    if donor is not None:
        values[_field("agreement.signatory")] = donor.name
    if found.amount_minor:
        values["amount"] = to_text(found.amount_minor)
    return values


def _field(name: str) -> str:
    return name.replace(".", "_")


def labels_of(name: str) -> str:
    """Call a fact by its name in the reader's language."""
    zh, en = catalogue.shipped().labels.facts[name]
    return labels.in_language(zh, en)


def _fact(form: Form, name: str, kind: str) -> FactValue:
    value = form.value(_field(name))
    if not value:
        return None
    if kind == "flag":
        return {"yes": True, "no": False}.get(value)
    return value[:200]

"""The values that a document shows, by the name under which a profile asks for them.

A field returns its lines; no lines means that the document has nothing to say there, and the row
is left out. A profile that asks for a field that is not here does not render.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from ledger import money
from ledger.errors import InvalidInput
from ledger.money import BOOK_CURRENCY
from receipts.capitals import to_capitals
from receipts.content import Content, GiftItem
from receipts.profile import Profile

Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a field speaks of: one gift of a content, and its place in the list."""

    content: Content
    profile: Profile
    gift: GiftItem
    position: int = 1


def values_of(name: str, subject: Subject) -> Lines:
    """Return the lines of a field."""
    try:
        field = _FIELDS[name]
    except KeyError:
        raise InvalidInput(field="文件方案", reason=f"没有名为{name}的字段") from None
    return tuple(line for line in field(subject) if line)


def amount_text(minor: int, currency: str, profile: Profile) -> str:
    """Write an amount in figures, the sign directly before them and nothing after."""
    figures = money.grouped(minor, currency)
    return f"{profile.symbol}{figures}" if currency == profile.currency else f"{currency} {figures}"


def colon(profile: Profile) -> str:
    """Return the colon of the language, with the space that it needs."""
    return "：" if profile.language.startswith("zh") else ": "


def date_text(day: date, profile: Profile) -> str:
    """Write a date as the profile does."""
    return profile.date_format.format(year=day.year, month=day.month, day=day.day)


def _capitals(subject: Subject) -> Lines:
    # Capital characters are a rule for RMB; another currency is written in figures only.
    if subject.gift.currency != BOOK_CURRENCY:
        return ()
    return (f"人民币{to_capitals(subject.gift.amount_minor)}",)


def _amount(subject: Subject) -> Lines:
    gift = subject.gift
    return (amount_text(gift.amount_minor, gift.currency, subject.profile),)


def _projects(subject: Subject) -> Lines:
    gift = subject.gift
    if len(gift.designations) == 1:
        return (gift.designations[0].project,)
    return tuple(
        f"{part.project}　{amount_text(part.amount_minor, gift.currency, subject.profile)}"
        for part in gift.designations
    )


def _form(subject: Subject) -> Lines:
    form = subject.profile.labels[subject.gift.form.value].text
    description = subject.gift.description
    return (f"{form}{colon(subject.profile)}{description}" if description else form,)


def _original(subject: Subject) -> Lines:
    original = subject.gift.original
    if original is None:
        return ()
    figures = money.grouped(original.amount_minor, original.currency)
    rate = f"{subject.profile.labels['rate'].text} {original.rate}"
    day = date_text(original.rate_on, subject.profile)
    return (f"{original.currency} {figures}（{rate}，{day}）",)


def _bill(subject: Subject) -> Lines:
    bill, labels = subject.gift.bill, subject.profile.labels
    if bill is None:
        return ()
    return (f"{labels['bill_code'].text} {bill.code}　{labels['bill_number'].text} {bill.number}",)


def _bill_short(subject: Subject) -> Lines:
    bill = subject.gift.bill
    return (f"{bill.code} {bill.number}",) if bill else ()


def _identity(subject: Subject) -> Lines:
    tail = subject.content.draft.recipient.identity_tail
    return (f"****{tail}",) if tail else ()


def _advantage(subject: Subject) -> Lines:
    gift = subject.gift
    amount = amount_text(gift.advantage_minor, gift.currency, subject.profile)
    return (f"{amount} {gift.advantage}" if gift.advantage else amount,)


def _eligible(subject: Subject) -> Lines:
    gift = subject.gift
    return (amount_text(gift.amount_minor - gift.advantage_minor, gift.currency, subject.profile),)


_FIELDS: dict[str, Callable[[Subject], Lines]] = {
    "recipient": lambda subject: (subject.content.draft.recipient.name,),
    "recipient_registration": lambda subject: (subject.content.draft.recipient.registration,),
    "recipient_identity": _identity,
    "recipient_address": lambda subject: (subject.content.draft.recipient.address,),
    "issuer": lambda subject: (subject.content.draft.issuer.name,),
    "issuer_registration": lambda subject: (subject.content.draft.issuer.registration,),
    "issuer_address": lambda subject: (subject.content.draft.issuer.address,),
    "number": lambda subject: (subject.content.number,),
    "place": lambda subject: (subject.content.draft.place,),
    "issued_on": lambda subject: (date_text(subject.content.issued_on, subject.profile),),
    "received_on": lambda subject: (date_text(subject.gift.received_on, subject.profile),),
    "received_on_iso": lambda subject: (subject.gift.received_on.isoformat(),),
    "reference": lambda subject: (subject.gift.reference,),
    "voucher": lambda subject: (subject.gift.voucher,),
    "description": lambda subject: (subject.gift.description,),
    "appraiser": lambda subject: (subject.gift.appraiser,),
    "position": lambda subject: (str(subject.position),),
    "form": _form,
    "form_short": lambda subject: (subject.profile.labels[subject.gift.form.value].text,),
    "capitals": _capitals,
    "amount": _amount,
    "projects": _projects,
    "original": _original,
    "bill": _bill,
    "bill_short": _bill_short,
    "advantage": _advantage,
    "eligible": _eligible,
}

"""Which donors a person of a list may be, with a score and the reasons. Pure.

A name proves nothing by itself: half a dozen people of one university share it. So a name alone is
only ever proposed, and only while few share it; a telephone number, a mail address or the class
makes it likely. Nobody is joined without a person's word.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

NAME, PHONE, MAIL, CLASS, ONLY_ONE = "name", "phone", "mail", "class", "only_one"
_WEIGHTS = {NAME: 40, PHONE: 45, MAIL: 40, CLASS: 40, ONLY_ONE: 10}
# From this score on, and with nobody else as likely, many are confirmed in one act.
SURE = 80
# A name that more donors or alumni share than this says nothing without more.
_MOST_NAMESAKES = 3
_MOST = 100


@dataclass(frozen=True, slots=True)
class KnownDonor:
    """What a donor is compared by. `classes` are those that the donor is known to be of."""

    id: int
    name_key: str
    phone: str
    email: str
    classes: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """What a person of a list is compared by."""

    id: int
    name_key: str
    phone: str
    email: str
    class_id: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A donor who may be a person of a list."""

    alumnus_id: int
    donor_id: int
    score: int
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Register:
    """Donors by what they are looked for."""

    by_name: dict[str, list[KnownDonor]] = field(default_factory=dict)
    by_phone: dict[str, list[KnownDonor]] = field(default_factory=dict)
    by_mail: dict[str, list[KnownDonor]] = field(default_factory=dict)


def register(donors: Iterable[KnownDonor]) -> Register:
    """Index donors once, so that each person of a list is a few look-ups."""
    made = Register()
    for donor in donors:
        made.by_name.setdefault(donor.name_key, []).append(donor)
        if donor.phone:
            made.by_phone.setdefault(donor.phone, []).append(donor)
        if donor.email:
            made.by_mail.setdefault(donor.email, []).append(donor)
    return made


def propose(person: Person, known: Register, *, namesakes: Mapping[str, int]) -> Sequence[Proposal]:
    """Return who a person may be, the likeliest first. `namesakes` counts alumni by name."""
    named = known.by_name.get(person.name_key, [])
    found: dict[int, tuple[KnownDonor, list[str]]] = {}
    is_rare = len(named) <= _MOST_NAMESAKES and namesakes.get(person.name_key, 1) <= _MOST_NAMESAKES
    for donor in named:
        reasons = [NAME]
        if person.class_id in donor.classes:
            reasons.append(CLASS)
        if len(reasons) > 1 or is_rare or _same(person, donor):
            found[donor.id] = (donor, reasons)
    for donors, reason in (
        (known.by_phone.get(person.phone, []) if person.phone else [], PHONE),
        (known.by_mail.get(person.email, []) if person.email else [], MAIL),
    ):
        for donor in donors:
            found.setdefault(donor.id, (donor, []))[1].append(reason)
    if len(named) == 1 and named[0].id in found and namesakes.get(person.name_key, 1) == 1:
        found[named[0].id][1].append(ONLY_ONE)
    made = [
        Proposal(person.id, donor.id, min(_MOST, sum(_WEIGHTS[r] for r in reasons)), tuple(reasons))
        for donor, reasons in found.values()
    ]
    return sorted(made, key=lambda item: (-item.score, item.donor_id))


def _same(person: Person, donor: KnownDonor) -> bool:
    return bool(
        (person.phone and person.phone == donor.phone)
        or (person.email and person.email == donor.email)
    )

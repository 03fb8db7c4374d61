"""Donors with every kind of consent, and the rolls that follow."""

from datetime import date
from typing import Any

from sqlalchemy import Engine

from foundation import database
from foundation.donors import facts
from foundation.donors.models import DonorKind
from foundation.donors.service import DonorRef
from foundation.honours import levels, queries
from foundation.honours.levels import LevelInput
from foundation.honours.models import Basis, RecognitionLevel
from foundation.honours.queries import RollScope
from foundation.honours.roll import HonourRoll
from foundation.portal import consents
from foundation.portal.consents import Consent
from tests import serving
from tests.factories import CLOCK, PREPARER
from tests.foundation.donors import donor_cases
from tests.foundation.gifts import gift_cases
from tests.foundation.projects import project_cases

TODAY = CLOCK.today()
FIRST = date(2020, 1, 1)
NAME, WHOLE = Consent(is_name_shown=True), Consent(is_name_shown=True, is_amount_shown=True)
# Fully named; with a pen name; name only; no record; withdrawn; anonymous.
NAMED, PEN, QUIET, SILENT, BACK, HIDDEN = (
    "林晓舟",
    "周知秋",
    "陆行远",
    "沈怀瑾",
    "许归田",
    "顾无名",
)
PEN_NAME = "一位八七级校友"
MINORS = {
    NAMED: 500_000_00,
    PEN: 60_000_00,
    QUIET: 7_000_00,
    SILENT: 800_00,
    BACK: 90_00,
    HIDDEN: 1_00,
}
TOTAL = sum(MINORS.values())


def build(engine: Engine) -> None:
    """Books with people, six donors and their gifts of 2026, two levels, one public campaign."""
    serving.open_books(engine)
    for name, minor in MINORS.items():
        phone = f"1390000000{len(name)}"
        who = donor(engine, name=name, email="private@example.org", phone=phone)
        give(engine, who, minor, is_anonymous=name == HIDDEN)
    allow(engine, 1, WHOLE)
    allow(engine, 2, Consent(is_name_shown=True, is_amount_shown=True, display_name=PEN_NAME))
    allow(engine, 3, NAME)
    allow(engine, 5, WHOLE)
    allow(engine, 5, Consent())
    level(engine, "金榜", 100_000_00)
    level(engine, "银榜", 50_000_00)
    project_cases.campaign(engine, "SCHOL", is_public=True, public_text="校庆")


def donor(engine: Engine, **changes: Any) -> DonorRef:
    """Record a donor."""
    return donor_cases.record(engine, donor_cases.given(**changes))


def anonymous(engine: Engine) -> DonorRef:
    """Record the donor that stands for everybody without a name."""
    return donor(engine, name="匿名", kind=DonorKind.ANONYMOUS)


def give(engine: Engine, who: DonorRef, minor: int, **changes: Any) -> int:
    """Record a gift, post it, and return its key."""
    if "allocations" not in changes:
        changes["allocations"] = (("SCHOL", minor),)
    made = gift_cases.record(engine, gift_cases.entry(who, minor=minor, **changes))
    gift_cases.post(engine, made.voucher_id)
    return made.gift_id


def allow(engine: Engine, gift_id: int, consent: Consent) -> None:
    """Record what a donor agrees to."""
    with database.transaction(engine) as session:
        consents.record(session, gift_id, consent, actor="donor", clock=CLOCK)


def level(
    engine: Engine, name: str, minor: int, *, basis: Basis = Basis.YEARLY, **changes: Any
) -> RecognitionLevel:
    """Set a level."""
    values: dict[str, Any] = {"first_on": FIRST} | changes
    entry = LevelInput(basis=basis, name=name, from_minor=minor, **values)
    with database.transaction(engine) as session:
        return levels.set_level(session, entry, actor=PREPARER, clock=CLOCK)


def roll(engine: Engine, **scope: Any) -> HonourRoll:
    """Return a roll, of 2026 unless said otherwise."""
    with database.reading(engine) as session:
        return queries.read(session, RollScope(**(scope or {"year": 2026})), today=TODAY)


def join(engine: Engine, donor_id: int, college: str) -> None:
    """Note that a donor was in a class."""
    with database.transaction(engine) as session:
        facts.join_class(
            session,
            donor_id,
            college=college,
            class_name="1 班",
            year=1987,
            actor=PREPARER,
            clock=CLOCK,
        )


def names(found: HonourRoll) -> dict[str, list[str]]:
    """Return the names of a roll by level."""
    said = {
        group.level.name if group.level else "": [entry.name for entry in group.entries]
        for group in found.groups
    }
    if found.thanked:
        said["thanked"] = [entry.name for entry in found.thanked]
    return said

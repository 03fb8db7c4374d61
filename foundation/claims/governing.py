"""Which version of a scheme governs a gift, where the texts do not say (decision 16).

Rules change between gift, claim and award. Where another version of the same scheme may be in
force for a gift of the claim, a person decides for the claim year, a fund or a gift, by naming
the version; gifts that another version governs are refused under this one and counted under that.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from foundation.claims import schemes
from foundation.claims.schemes import StoredScheme
from foundation.matching import facts, versions
from foundation.matching.facts import Decision
from ledger.errors import InvalidInput


def family_of(session: Session, stored: StoredScheme) -> tuple[StoredScheme, ...]:
    """Return the versions of a scheme, itself among them, oldest first."""
    family = stored.scheme.family
    found = [item for item in schemes.list_current(session) if item.scheme.family == family]
    return tuple(sorted(found, key=lambda item: (item.scheme.in_force_from or date.max, item.code)))


def choices(session: Session) -> list[tuple[str, str]]:
    """Return every scheme that has more than one version: code and title, by family."""
    by_family: dict[str, list[StoredScheme]] = {}
    for item in schemes.list_current(session):
        by_family.setdefault(item.scheme.family, []).append(item)
    return [
        (item.code, f"{item.title}（{item.code}）")
        for _, found in sorted(by_family.items())
        if len(found) > 1
        for item in sorted(found, key=lambda one: one.scheme.in_force_from or date.max)
    ]


def check(session: Session, scheme_code: str, answer: str | None) -> None:
    """Refuse a version that is none of the scheme in question. Raises InvalidInput."""
    if answer is None:
        return
    known = {item.code: item for item in schemes.list_current(session)}
    if answer not in known:
        raise InvalidInput(field=facts.VERSION, reason=f"没有编号为“{answer[:60]}”的办法")
    asked = known.get(scheme_code)
    if asked is not None and asked.scheme.family != known[answer].scheme.family:
        raise InvalidInput(field=facts.VERSION, reason=f"“{answer}”不是“{scheme_code}”的另一版本")


def of_family(found: Sequence[Decision], family: Sequence[StoredScheme]) -> list[Decision]:
    """Leave out decisions about the versions of other schemes."""
    codes = {item.code for item in family}
    return [item for item in found if item.fact != facts.VERSION or item.value in codes]


def blockers(
    stored: StoredScheme,
    family: Sequence[StoredScheme],
    decided: Sequence[Decision],
    *,
    span: tuple[date | None, date | None],
    claimed_on: date,
) -> list[dict[str, str]]:
    """What keeps a claim from being final as long as nobody said which version governs."""
    if any(item.fact == facts.VERSION and item.gift is None for item in decided):
        return []
    every = [item.scheme for item in family]
    candidates: dict[str, StoredScheme] = {}
    for day in (day for day in span if day is not None):
        governing = versions.governing(every, received_on=day, claimed_on=claimed_on)
        possible = {scheme.id for scheme in governing.candidates}
        candidates |= {item.code: item for item in family if item.code in possible}
    others = [item for code, item in candidates.items() if code != stored.code]
    if not others:
        return []
    named = "、".join(f"“{item.title}”" for item in others)
    listed = ", ".join(item.code for item in others)
    return [
        {
            "parameter": facts.VERSION,
            "state": "decision",
            "zh": f"{named}也可能适用于本年度的捐赠，请认定适用哪一版本",
            "en": f"{listed} may govern gifts of the year too; decide which version does",
        }
    ]

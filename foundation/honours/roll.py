"""The honour roll (鸣谢名录): pure rules for who is named, with what, and who is left out and why.

A name is published only where the donor agreed to it for that gift, an amount only where that was
agreed too (慈善法 第八十二条, 公益事业捐赠法 第八条, A). A level says what somebody gave at least,
so it is reached only by gifts whose amount may be shown; who agreed to the name alone is thanked
without a level. One donor under two names stays two lines: nothing joins a pen name to a person.
Named and unnamed gifts together are always the total of the gifts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from foundation.honours.models import RecognitionLevel
from foundation.portal.consents import Consent


class LeftOut(StrEnum):
    """Why a gift is on the roll without a name: 匿名捐赠、未同意公示姓名、已撤回同意."""

    ANONYMOUS = "anonymous"
    NO_CONSENT = "no_consent"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class GivenGift:
    """What is left of a posted gift, for whom it counts, and what may be published of it."""

    gift_id: int
    donor_id: int
    donor_name: str
    is_anonymous: bool
    minor: int
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class HonourEntry:
    """A name as it is published. `minor` is None where the amount may not be shown."""

    name: str
    donor_id: int
    gifts: int
    minor: int | None
    level: RecognitionLevel | None
    gift_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOutDonor:
    """A donor whose gifts are not named, for the office only."""

    donor_id: int
    name: str
    gifts: int
    minor: int
    reason: LeftOut


@dataclass(frozen=True, slots=True)
class LevelGroup:
    """A level and who reached it, the greatest first."""

    level: RecognitionLevel | None
    entries: tuple[HonourEntry, ...]


@dataclass(frozen=True, slots=True)
class HonourRoll:
    """A roll. `shown_minor` + `hidden_minor` = `total_minor`, always."""

    groups: tuple[LevelGroup, ...]
    # Named, without an amount.
    thanked: tuple[HonourEntry, ...]
    left_out: tuple[LeftOutDonor, ...]
    shown_minor: int
    hidden_minor: int
    hidden_donors: int
    hidden_gifts: int
    total_minor: int
    gifts: int

    @property
    def named(self) -> int:
        """How many names the roll has."""
        return sum(len(group.entries) for group in self.groups) + len(self.thanked)

    @property
    def unnamed_donors(self) -> int:
        """How many donors are thanked as 爱心人士."""
        return len({donor.donor_id for donor in self.left_out})

    @property
    def unnamed_minor(self) -> int:
        """What donors without a name gave."""
        return sum(donor.minor for donor in self.left_out)


def why_left_out(gift: GivenGift) -> LeftOut | None:
    """Return why a gift is not named, or None when it is."""
    if gift.is_anonymous:
        return LeftOut.ANONYMOUS
    if gift.consent is None:
        return LeftOut.NO_CONSENT
    return None if gift.consent.is_name_shown else LeftOut.WITHDRAWN


def compose(gifts: Iterable[GivenGift], levels: Sequence[RecognitionLevel]) -> HonourRoll:
    """Return the roll of these gifts. Nothing of a gift is lost or counted twice."""
    with_amount: dict[tuple[int, str], list[GivenGift]] = {}
    only_name: dict[tuple[int, str], list[GivenGift]] = {}
    left: dict[tuple[int, LeftOut], list[GivenGift]] = {}
    every = []
    for gift in gifts:
        every.append(gift)
        reason = why_left_out(gift)
        if reason is not None:
            left.setdefault((gift.donor_id, reason), []).append(gift)
            continue
        assert gift.consent is not None
        named = (gift.donor_id, gift.consent.display_name or gift.donor_name)
        place = with_amount if gift.consent.is_amount_shown else only_name
        place.setdefault(named, []).append(gift)
    entries = [_entry(key, mine, levels) for key, mine in with_amount.items()]
    # Who is named with an amount already is not named again without one.
    thanked = [
        HonourEntry(name, donor, len(mine), None, None, _keys(mine))
        for (donor, name), mine in only_name.items()
        if (donor, name) not in with_amount
    ]
    hidden = [gift for mine in (*only_name.values(), *left.values()) for gift in mine]
    shown_minor = sum(entry.minor or 0 for entry in entries)
    hidden_minor = sum(gift.minor for gift in hidden)
    return HonourRoll(
        groups=_grouped(entries, levels),
        thanked=tuple(sorted(thanked, key=lambda entry: (entry.name, entry.donor_id))),
        left_out=_left_out(left),
        shown_minor=shown_minor,
        hidden_minor=hidden_minor,
        hidden_donors=len({gift.donor_id for gift in hidden}),
        hidden_gifts=len(hidden),
        total_minor=shown_minor + hidden_minor,
        gifts=len(every),
    )


def _entry(
    key: tuple[int, str], gifts: Sequence[GivenGift], levels: Sequence[RecognitionLevel]
) -> HonourEntry:
    minor = sum(gift.minor for gift in gifts)
    reached = next((level for level in levels if minor >= level.from_minor), None)
    return HonourEntry(key[1], key[0], len(gifts), minor, reached, _keys(gifts))


def _keys(gifts: Sequence[GivenGift]) -> tuple[int, ...]:
    return tuple(gift.gift_id for gift in gifts)


def _grouped(
    entries: Sequence[HonourEntry], levels: Sequence[RecognitionLevel]
) -> tuple[LevelGroup, ...]:
    found: dict[int | None, list[HonourEntry]] = {}
    for entry in sorted(entries, key=lambda entry: (-(entry.minor or 0), entry.name)):
        found.setdefault(entry.level.id if entry.level else None, []).append(entry)
    groups = [LevelGroup(level, tuple(found.get(level.id, ()))) for level in levels]
    below = LevelGroup(None, tuple(found.get(None, ())))
    return tuple(group for group in (*groups, below) if group.entries)


def _left_out(
    left: Mapping[tuple[int, LeftOut], Sequence[GivenGift]],
) -> tuple[LeftOutDonor, ...]:
    found = [
        LeftOutDonor(donor, mine[0].donor_name, len(mine), sum(g.minor for g in mine), reason)
        for (donor, reason), mine in left.items()
    ]
    return tuple(sorted(found, key=lambda item: (-item.minor, item.name, item.donor_id)))

"""The honour roll and its levels as programs read them."""

from typing import Any

from foundation.honours.models import RecognitionLevel
from foundation.honours.roll import HonourRoll
from ledger.money import to_text


def of_roll(roll: HonourRoll) -> dict[str, Any]:
    """Return a roll; donors without a name are a number."""
    names = [
        {
            "name": entry.name,
            "level": entry.level.name if entry.level else None,
            "amount": None if entry.minor is None else to_text(entry.minor),
            "gifts": entry.gifts,
        }
        for group in roll.groups
        for entry in group.entries
    ]
    names += [
        {"name": entry.name, "level": None, "amount": None, "gifts": entry.gifts}
        for entry in roll.thanked
    ]
    return {
        "names": names,
        "named": roll.named,
        "shown": to_text(roll.shown_minor),
        "hidden": to_text(roll.hidden_minor),
        "unnamed_donors": roll.unnamed_donors,
        "gifts": roll.gifts,
        "total": to_text(roll.total_minor),
    }


def of_level(level: RecognitionLevel) -> dict[str, Any]:
    """Return a level."""
    return {
        "id": level.id,
        "basis": level.basis.value,
        "name": level.name,
        "name_en": level.name_en,
        "from": to_text(level.from_minor),
        "first_on": level.first_on.isoformat(),
        "last_on": None if level.last_on is None else level.last_on.isoformat(),
        "set_by": level.set_by,
    }

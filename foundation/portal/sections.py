"""What other features show on a donor's own page: one line for each in `section_list`.

A provider gets the session and the keys of the donor (several when donors were merged), and
returns a section or None. It shows what belongs to these donors and nothing else; whoever came in
by a document in hand is shown no sections.

    def own_pledges(session: Session, donor_ids: Sequence[int]) -> Section | None: ...
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Section:
    """A heading (marked for translation), a template below it, and what the template shows."""

    title: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)


Provider = Callable[[Session, Sequence[int]], Section | None]


def of_donor(
    session: Session, donor_ids: Sequence[int], providers: Sequence[Provider]
) -> list[Section]:
    """Return what the features have to show to a donor."""
    found = (provider(session, donor_ids) for provider in providers)
    return [section for section in found if section is not None]

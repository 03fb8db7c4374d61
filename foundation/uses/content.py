"""What a report on the use of a gift says, frozen as canonical JSON."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FundPart:
    """One fund of the gift: what the gift gave to it, what it did, and the gift's share."""

    code: str
    name: str
    purpose: str
    given_minor: int
    opening_minor: int
    received_minor: int
    spent_minor: int
    closing_minor: int
    share_minor: int
    spending: tuple[tuple[str, int], ...]

    @property
    def left_minor(self) -> int:
        """What is left of the gift in this fund."""
        return self.given_minor - self.share_minor


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a report says. Months are `2026-03`."""

    number: str
    organisation: str
    donor: str
    gift: str
    received_on: str
    amount_minor: int
    refunded_minor: int
    first_month: str
    last_month: str
    made_on: str
    note: str
    parts: tuple[FundPart, ...]

    @property
    def given_minor(self) -> int:
        """What stayed of the gift after refunds."""
        return self.amount_minor - self.refunded_minor

    @property
    def share_minor(self) -> int:
        """What was spent of the gift."""
        return sum(part.share_minor for part in self.parts)

    @property
    def left_minor(self) -> int:
        """What is left of the gift."""
        return sum(part.left_minor for part in self.parts)


def dump(content: Content) -> str:
    """Return the canonical JSON of a content."""
    return json.dumps(asdict(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load(text: str) -> Content:
    """Return the content that a JSON text says."""
    data: dict[str, Any] = json.loads(text)
    parts = tuple(
        FundPart(**(part | {"spending": tuple((name, minor) for name, minor in part["spending"])}))
        for part in data["parts"]
    )
    return Content(**(data | {"parts": parts}))


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()

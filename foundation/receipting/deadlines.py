"""How soon a gift should have its bill: read from dated data, never from the code."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Deadline:
    """A number of days after the gift, where it comes from, and how well that is known."""

    name: str
    days: int
    source: str
    grade: str


@cache
def get_deadline(name: str) -> Deadline:
    """Return a deadline: `target`, `alarm` or `limit`."""
    text = resources.files(f"{__package__}.data").joinpath("deadlines.toml").read_text("utf-8")
    found = {row["name"]: row for row in tomllib.loads(text)["deadline"]}[name]
    return Deadline(found["name"], found["days"], found["source"], found["grade"])

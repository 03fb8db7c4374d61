"""The words of messages: Chinese first, English below, in text files of `templates/mail`.

The first line of a file is the subject. Values come from people, so whatever could pass for a line
of ours (a line break, a control character) becomes a blank.
"""

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent.parent / "templates" / "mail"
_SUBJECT = "Subject: "


def compose(name: str, **values: Any) -> tuple[str, str]:
    """Return subject and body of the message `templates/mail/NAME.txt`."""
    whole = _environment().get_template(f"{name}.txt").render(values)
    first, _, body = whole.partition("\n")
    assert first.startswith(_SUBJECT), name
    return first.removeprefix(_SUBJECT), body.strip() + "\n"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # Plain text: nothing reads markup in it, and an escaped name would be wrong.
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_one_line,
        autoescape=False,
    )


def _one_line(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "".join(
        " " if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp", "Cs") else letter
        for letter in value
    )

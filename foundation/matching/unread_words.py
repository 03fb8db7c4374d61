"""What of a document was not seen, in words for people."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from foundation.matching import reading

_DATA = Path(__file__).parent / "data" / "unread.yaml"


@cache
def _words() -> Mapping[str, str]:
    parsed = reading.parse(_DATA.read_text(encoding="utf-8"))
    assert isinstance(parsed.data, Mapping)
    return {str(name): str(text) for name, text in parsed.data["unread"].items()}


def chinese(name: str) -> str:
    """What a scheme lists as not seen, in Chinese; as the scheme has it where nobody said."""
    return _words().get(name, name)

"""Assert that something was refused, and by which defence."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import DBAPIError

from ledger.errors import DomainError
from ledger.orm import guard_name
from ledger.posting import Outcome


@contextmanager
def refused(code: str, saying: str = "") -> Iterator[None]:
    """Expect a service to refuse with this code, and its sentence to contain `saying`."""
    with pytest.raises(DomainError) as caught:
        yield
    assert caught.value.code == code
    assert saying in str(caught.value)


@contextmanager
def guarded(name: str) -> Iterator[None]:
    """Expect a guard of the database to refuse."""
    with pytest.raises(DBAPIError) as caught:
        yield
    assert guard_name(caught.value) == name


def excluded(outcome: Outcome) -> dict[int, str]:
    """Return the vouchers that were left out and the code of the reason."""
    return {item.voucher_id: item.error.code for item in outcome.excluded}

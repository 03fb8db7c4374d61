"""Gifts as programs send them: the example of the contract, with a donor of ours."""

from typing import Any

from tests.factories import BANK
from tests.serving import Program

GIFTS = "/api/v1/gifts"
COMPANY = {"name": "东湖启明科技有限公司", "kind": "organisation"}


def body(**changes: Any) -> dict[str, Any]:
    """The example of the contract, with a donor of ours."""
    values: dict[str, Any] = {
        "donor": COMPANY,
        "kind": "cash",
        "received_on": "2026-03-05",
        "amount": "120000.00",
        "currency": "CNY",
        "account": BANK,
        "allocations": [{"fund": "SCHOL", "amount": "120000.00"}],
        "pledge": None,
    }
    return values | changes


def record(program: Program, **changes: Any) -> dict[str, Any]:
    answer = program.post(GIFTS, body(**changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.get_json()
    return found

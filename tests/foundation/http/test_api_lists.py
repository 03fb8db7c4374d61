"""Lists come in parts, and the parts together are the list."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from foundation import database
from foundation.http import lists
from foundation.http.lists import PageRequest
from foundation.users.models import Role, User
from tests.serving import Program

NEW = {"name": "newcomer", "role": "auditor", "display_name": "新来的"}


def body(answer: TestResponse) -> Any:
    return json.loads(answer.text)


def test_list_is_walked_in_parts_without_loss(program: Program) -> None:
    names: list[str] = []
    address = "/api/v1/users?limit=2"
    while True:
        part = body(program.get(address))
        assert len(part["items"]) <= 2
        names += [item["name"] for item in part["items"]]
        if part["next"] is None:
            break
        address = f"/api/v1/users?limit=2&cursor={part['next']}"

    assert names == sorted(role.value for role in Role)


def test_row_added_behind_the_cursor_moves_nothing(program: Program) -> None:
    first = body(program.get("/api/v1/users?limit=2"))
    program.post("/api/v1/users", NEW | {"name": "aaa"})

    second = body(program.get(f"/api/v1/users?limit=2&cursor={first['next']}"))

    assert [item["name"] for item in second["items"]] == ["auditor", "cashier"]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%%%",
        "W10",  # []
        "WzFd",  # [1]
        "bnVsbA",  # null
        "W251bGxd",  # [null]
        "WyJcdWQ4MDAiXQ",  # a lone surrogate
        "WyJcdTAwMDAiXQ",  # a zero byte
        "\udcff",
    ],
)
def test_cursor_made_up_is_refused(program: Program, cursor: str) -> None:
    query = {"cursor": cursor.encode("utf-8", "surrogateescape")}
    answer = program.client.get("/api/v1/users", query_string=query, headers=program.headers)

    assert (answer.status_code, body(answer)["code"]) == (422, "bad_cursor")


@pytest.mark.parametrize("limit", ["0", "501", "-1", "many", "1.5", "٣"])
def test_limit_out_of_range_is_refused(program: Program, limit: str) -> None:
    answer = program.client.get(
        "/api/v1/users", query_string={"limit": limit}, headers=program.headers
    )

    assert answer.status_code == 422


@pytest.mark.parametrize("falls", [False, True])
def test_list_is_cut_by_several_columns_in_both_directions(served: Engine, falls: bool) -> None:
    columns = select(User.role, User.created_at, User.id)
    keys = [User.role, User.created_at, User.id]
    found: list[Any] = []
    cursor = None
    with database.reading(served) as session:
        while True:
            asked = PageRequest(limit=1, cursor=cursor)
            part = lists.page(session, columns, keys=keys, request=asked, descending=falls)
            found += part.items
            cursor = part.next
            if cursor is None:
                break

    roles = [row.role.value for row in found]
    assert roles == sorted((role.value for role in Role), reverse=falls)

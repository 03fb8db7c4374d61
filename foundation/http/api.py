"""The frame of the API: what is checked, done and answered around every call of a program.

A resource is a blueprint below `/api/v1`, and a call is a view with three marks:

    blueprint = Blueprint("funds_api", __name__, url_prefix="/api/v1/funds")

    @blueprint.post("")
    @guard.requires(Permission.FUNDS_OPEN)
    @api.endpoint(body=NewFund, answer=FundAnswer, status=201)
    def open_fund(session: Session, *, body: dict[str, Any]) -> Fund:
        \"\"\"Open a fund.\"\"\"
        return funds.open_fund(session, **body, actor=api.actor(), clock=api.clock())

    @blueprint.get("")
    @guard.requires(Permission.BOOKS_READ)
    @api.endpoint(items=FundAnswer, query=FundFilter)
    def list_funds(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
        \"\"\"List funds.\"\"\"
        return lists.page(session, select(...), keys=[...], request=page)

- `session` is open already: a GET reads one snapshot, anything else runs in one transaction that
  commits after the view returns and is undone by any error. Never open another one.
- `body` and `query` are dictionaries loaded by schemas (derive them from `fields.Input`: unknown
  fields are refused). What does not fit is answered 422 with one entry for each field.
- The view returns what `answer` dumps; with `items`, a `lists.Page`, answered as
  `{"items": […], "next": …}`, with `limit` and `cursor` read for it.
- Every POST takes `Idempotency-Key`, without a line in the view.
- Errors: raise a DomainError; it becomes a problem document.
- The summary in the OpenAPI document is the first line of the docstring.

A view that answers with a file or a stream leaves `answer` and `items` out and returns a
`Response`; it is not replayed for the same key.
"""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request
from marshmallow import Schema, ValidationError

from foundation import database
from foundation.http import context, idempotency, lists
from foundation.http.context import services
from foundation.http.idempotency import Answer
from ledger.clock import Clock
from ledger.errors import InvalidInput

PREFIX = "/api/v1"
_SPECIFICATION = "_endpoint"


class InvalidFields(InvalidInput):
    """The body or the query does not fit; `errors` says what is wrong with each field."""

    code = "invalid_fields"
    message = "提交的内容有误，详见各字段说明"


class NotJson(InvalidInput):
    """The body is not JSON."""

    code = "not_json"
    status = 415
    message = "请求正文应为 JSON（Content-Type: application/json）"


class BrokenJson(InvalidInput):
    """The body says it is JSON and cannot be read."""

    code = "broken_json"
    status = 400
    message = "请求正文不是有效的 JSON"


@dataclass(frozen=True, slots=True)
class Specification:
    """What an endpoint takes and answers; the OpenAPI document is made of these."""

    body: type[Schema] | None
    query: type[Schema] | None
    answer: type[Schema] | None
    items: type[Schema] | None
    status: int
    summary: str


def install(app: Flask) -> None:
    """Write JSON answers as they are: Chinese as Chinese, fields in the order of the schema."""
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]


def actor() -> str:
    """Return the name of who asks, for vouchers and trail."""
    return context.require_user().actor


def clock() -> Clock:
    """Return the clock of the application."""
    return services().clock


def who() -> dict[str, Any]:
    """Return who acts and when, as every service that writes takes it: `actor` and `clock`."""
    return {"actor": actor(), "clock": clock()}


def specification_of(view: Callable[..., Any]) -> Specification | None:
    """Return what `endpoint` said of a view."""
    return getattr(view, _SPECIFICATION, None)


def endpoint(
    *,
    body: type[Schema] | None = None,
    query: type[Schema] | None = None,
    answer: type[Schema] | None = None,
    items: type[Schema] | None = None,
    status: int = 200,
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Make a call of the API out of a view; see the top of this module."""

    def make(view: Callable[..., Any]) -> Callable[..., Response]:
        summary = (view.__doc__ or "").strip().partition("\n")[0].rstrip(".")
        said = Specification(body, query, answer, items, status, summary)

        @functools.wraps(view)
        def call(**path: Any) -> Response:
            arguments = path | _arguments(said)
            if request.method in ("GET", "HEAD"):
                with database.reading(services().engine) as session:
                    return _answered(said, view(session, **arguments))
            return _work(said, view, arguments)

        setattr(call, _SPECIFICATION, said)
        return call

    return make


def _arguments(said: Specification) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if said.items is not None:
        arguments["page"] = lists.of_request()
    if said.query is not None:
        given = request.args.to_dict()
        if said.items is not None:
            given = {name: given[name] for name in given if name not in ("limit", "cursor")}
        arguments["query"] = _load(said.query, given)
    if said.body is not None:
        arguments["body"] = _load(said.body, _json())
    return arguments


def _json() -> Any:
    if not request.is_json:
        raise NotJson
    try:
        # Numbers with a point become text: no amount passes through a float on its way in.
        return json.loads(request.get_data(), parse_float=str, parse_constant=_refuse_constant)
    except ValueError:
        raise BrokenJson from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _load(schema: type[Schema], given: Any) -> Any:
    try:
        return schema().load(given)
    except ValidationError as error:
        raise InvalidFields(errors=error.messages_dict) from None


def _work(said: Specification, view: Callable[..., Any], arguments: dict[str, Any]) -> Response:
    """Do the work once: a repeated request gets the answer of the first."""
    key = idempotency.key_of(request) if request.method == "POST" else None
    user_id = context.require_user().user_id
    digest = "" if key is None else idempotency.digest_of(request)
    # A call with a JSON body is a single act; one with files may write many rows.
    with database.transaction(services().engine, pipelined=request.is_json) as session:
        if key is not None:
            kept = idempotency.find(session, user_id, key, digest)
            if kept is not None:
                repeated = Response(kept.body, kept.status, mimetype="application/json")
                repeated.headers["Idempotent-Replayed"] = "true"
                return repeated
        response = _answered(said, view(session, **arguments))
        if key is not None and response.is_json:
            answer = Answer(response.status_code, response.get_data(as_text=True))
            idempotency.keep(session, user_id, key, digest, answer, clock=clock())
    return response


def _answered(said: Specification, result: Any) -> Response:
    if isinstance(result, Response):
        return result
    if said.items is not None:
        content: Any = {
            "items": said.items(many=True).dump(result.items),
            "next": result.next,
        }
    else:
        content = {} if said.answer is None else said.answer().dump(result)
    if said.status == 204:
        return Response(status=204)
    text = json.dumps(content, ensure_ascii=False)
    return Response(text, said.status, mimetype="application/json")

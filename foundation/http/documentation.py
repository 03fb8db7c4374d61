"""The API described for programs (OpenAPI 3) and for people (a page of our own).

Both are made from the routes and the schemas themselves, so they cannot say anything else than
what the service does.
"""

import re
from collections.abc import Callable
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask, Response, current_app, jsonify, render_template
from marshmallow import Schema, class_registry, fields
from marshmallow.exceptions import RegistryError
from werkzeug.routing import Rule

from foundation.http import api, idempotency, lists
from foundation.http.api import Specification
from foundation.http.fields import Amount, Moment
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("documentation", __name__, url_prefix=api.PREFIX)
_PLACE = re.compile(r"<(?:(?P<kind>[^:<>]+):)?(?P<name>[^<>]+)>")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
VERSION = "1"


class Problem(Schema):
    """A problem document (RFC 9457); the data of the error stands beside these fields."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    request_id = fields.String()
    errors = fields.Dict(keys=fields.String(), values=fields.Raw())


@blueprint.get("/openapi.json")
@guard.public
def openapi() -> Response:
    """The description of the API for programs."""
    return jsonify(describe(current_app))


@blueprint.get("/docs")
@guard.public
def docs() -> str:
    """The description of the API for people."""
    document = describe(current_app)
    return render_template(
        "home/api_docs.html",
        groups=_groups(document["paths"]),
        schemas=document["components"]["schemas"],
    )


def describe(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI document of everything below /api/v1."""
    plugin = MarshmallowPlugin(schema_name_resolver=_schema_name)
    document = APISpec(
        title="Foundation books",
        version=VERSION,
        openapi_version="3.0.3",
        plugins=[plugin],
        info={"description": "Books, gifts and reports of a university foundation."},
        security=[{"token": []}],
    )
    assert plugin.converter is not None
    plugin.converter.add_attribute_function(_special_fields)  # type: ignore[no-untyped-call]
    document.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    document.components.schema("Problem", schema=Problem)
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        said = api.specification_of(view)
        if said is not None and rule.rule.startswith(api.PREFIX):
            path = _PLACE.sub(lambda found: "{" + found["name"] + "}", rule.rule)
            document.path(path=path, operations=_operations(rule, view, said))
    return document.to_dict()


def _schema_name(schema: type[Schema] | Schema | str) -> str:
    if isinstance(schema, str):
        return schema
    known = schema if isinstance(schema, type) else type(schema)
    try:
        class_registry.get_class(known.__name__)
    except RegistryError:
        # Features may use one word for schemas of their own: the feature tells them apart.
        return known.__module__.split(".")[-2].capitalize() + known.__name__
    return known.__name__


def _special_fields(self: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    if isinstance(field, Amount):
        return {"type": "string", "pattern": r"^-?\d+(\.\d{1,2})?$", "example": "120000.00"}
    if isinstance(field, Moment):
        return {"type": "string", "format": "date-time"}
    return {}


def _operations(
    rule: Rule, view: Callable[..., Any], said: Specification
) -> dict[str, dict[str, Any]]:
    methods = [method for method in _METHODS if method in (rule.methods or ())]
    return {method.lower(): _operation(rule, view, said, method) for method in methods}


def _operation(
    rule: Rule, view: Callable[..., Any], said: Specification, method: str
) -> dict[str, Any]:
    mark = guard.permission_of(view)
    operation: dict[str, Any] = {
        "operationId": rule.endpoint.replace(".", "_"),
        "summary": said.summary,
        "tags": [rule.rule.removeprefix(f"{api.PREFIX}/").partition("/")[0]],
        "parameters": _parameters(rule, said, method),
        "responses": {
            str(said.status): _answer(said),
            "default": {
                "description": "Problem",
                "content": {"application/problem+json": {"schema": Problem}},
            },
        },
    }
    if isinstance(mark, Permission):
        operation["x-permission"] = mark.value
    if said.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": said.body}},
        }
    return operation


def _parameters(rule: Rule, said: Specification, method: str) -> list[Any]:
    parameters: list[Any] = [
        {
            "name": found["name"],
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if found["kind"] == "int" else "string"},
        }
        for found in _PLACE.finditer(rule.rule)
    ]
    if said.query is not None:
        parameters.append({"in": "query", "schema": said.query})
    if said.items is not None:
        limit = {"type": "integer", "minimum": 1, "maximum": lists.HIGHEST_LIMIT}
        parameters += [
            {"name": "limit", "in": "query", "schema": limit},
            {"name": "cursor", "in": "query", "schema": {"type": "string"}},
        ]
    if method == "POST":
        key = {"type": "string", "maxLength": idempotency.LONGEST}
        parameters.append({"name": idempotency.HEADER, "in": "header", "schema": key})
    return parameters


def _answer(said: Specification) -> dict[str, Any]:
    if said.items is not None:
        schema: Any = {
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": {"type": "array", "items": said.items},
                "next": {"type": "string", "nullable": True},
            },
        }
    elif said.answer is not None:
        schema = said.answer
    else:
        return {"description": "Done"}
    return {"description": "Done", "content": {"application/json": {"schema": schema}}}


def _groups(paths: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    groups: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, operations in paths.items():
        for method, operation in operations.items():
            groups.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    return groups

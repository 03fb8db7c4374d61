"""What happens when something is refused or breaks: one answer for pages, one for programs.

Programs get `application/problem+json` (RFC 9457) with the stable code and the data of the
error; people get a page in their language that says what to do next. A guard of the database
that fires is a fault of ours: 500, logged with its name, and nothing was written.
"""

import json
import logging
import traceback
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, render_template, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from foundation.http import context, languages
from foundation.http.languages import mark, translate
from ledger.errors import DomainError
from ledger.money import Money
from ledger.orm import guard_name

API_PREFIX = "/api/"
_logger = logging.getLogger("foundation.http")

_HTTP_TITLES = {
    400: mark("请求无法理解"),
    401: mark("需要登录"),
    403: mark("没有权限"),
    404: mark("找不到此页面"),
    405: mark("此地址不接受这种操作"),
    409: mark("当前状态不允许此操作"),
    412: mark("内容已被他人修改"),
    413: mark("上传的内容过大"),
    415: mark("不支持这种内容格式"),
    422: mark("填写的内容有误"),
    429: mark("请求过于频繁"),
    500: mark("系统出现故障"),
}
_ADVICE = {
    400: mark("请返回上一页，刷新后重试。"),
    403: mark("如确需使用，请联系管理员调整角色。"),
    404: mark("请检查地址，或从左侧菜单进入。"),
    405: mark("请返回上一页，使用页面上的按钮操作。"),
    409: mark("请返回上一页，查看当前状态后再操作。"),
    412: mark("请返回上一页，刷新后重新填写。"),
    413: mark("请拆分文件后分次上传。"),
    422: mark("请返回上一页，改正后重新提交。"),
    429: mark("请稍候再试。"),
    500: mark("没有写入任何数据。请稍后重试；若再次出现，请把下面的编号告诉管理员。"),
}


def install(app: Flask) -> None:
    """Answer refusals and failures of every kind."""
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _failed)


def is_api() -> bool:
    """Tell whether a program is asking rather than a person."""
    return request.path.startswith(API_PREFIX)


def document(error: DomainError) -> dict[str, Any]:
    """Return the problem document of a refusal."""
    return _document(error.status, error.code, languages.describe(error), error.data)


def _document(status: int, code: str, detail: str, data: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: jsonable(value) for name, value in data.items()}
    return fields | {
        "type": f"urn:foundation:problem:{code}",
        "title": translate(_HTTP_TITLES.get(status, _HTTP_TITLES[400])),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": g.get("request_id", ""),
    }


def jsonable(value: Any) -> Any:
    """Return a value as JSON holds it: money and dates as text, never a float."""
    match value:
        case Enum():
            result: Any = value.value
        case None | bool() | int() | str():
            result = value
        case date() | datetime():
            result = value.isoformat()
        case Mapping():
            result = {str(key): jsonable(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            result = [jsonable(item) for item in value]
        case Money():
            result = str(value)
        case _:
            result = str(value)
    return result


def _answer(problem: dict[str, Any]) -> Response:
    text = json.dumps(problem, ensure_ascii=False)
    answer = Response(text, problem["status"], mimetype="application/problem+json")
    if problem["status"] == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _page(status: int, detail: str) -> Response:
    is_failure = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    page = render_template(
        "errors/failure.html" if is_failure else "errors/problem.html",
        status=status,
        heading=translate(_HTTP_TITLES.get(status, _HTTP_TITLES[400])),
        detail=detail,
        advice=translate(_ADVICE.get(status, "")),
        request_id=g.get("request_id", ""),
        html_language=languages.HTML_CODES[context.language()],
    )
    return Response(page, status)


def _refused(error: DomainError) -> Response:
    answer = (
        _answer(document(error)) if is_api() else _page(error.status, languages.describe(error))
    )
    if "retry_after" in error.data:
        answer.headers["Retry-After"] = str(error.data["retry_after"])
    return answer


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST:  # a redirect of the router
        redirection = error.get_response()
        assert isinstance(redirection, Response)
        return redirection
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _failed(error)
    if is_api():
        detail = translate(_HTTP_TITLES.get(status, _HTTP_TITLES[400]))
        code = HTTPStatus(status).name.lower()
        answer = _answer(_document(status, code, detail, {}))
    else:
        answer = _page(status, "")
    # 405 names the methods that are allowed.
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def _failed(error: Exception) -> Response:
    _log(error)
    if is_api():
        return _answer(_document(500, "internal_error", translate(_ADVICE[500]), {}))
    return _page(500, "")


def _log(error: Exception) -> None:
    """Write one record: the guard that fired, or where the program failed.

    A message of the database is cut to its first line and its statement stays without its
    parameters, because both hold names and amounts.
    """
    place = request.url_rule.rule if request.url_rule else "-"
    number = g.get("request_id", "")
    if not isinstance(error, DBAPIError):
        _logger.error("failure request=%s at=%s", number, place, exc_info=error)
    elif guard := guard_name(error):
        _logger.error("guard=%s request=%s at=%s", guard, number, place)
    else:
        _logger.error(
            "failure request=%s at=%s database=%s: %s\n%s\n%s",
            number,
            place,
            type(error.orig).__name__,
            str(error.orig).partition("\n")[0],
            error.statement,
            "".join(traceback.format_tb(error.__traceback__)),
        )

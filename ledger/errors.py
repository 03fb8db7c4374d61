"""Errors that the domain knows, each with a stable code and the data behind it.

`message` is the Chinese sentence with places for the data; the edge translates the template
and fills it, so pages, API and command line say the same thing in the reader's language.
"""

from typing import Any, ClassVar


class DomainError(Exception):
    """Something the rules refuse. Not a fault of the program."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "操作被拒绝"

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.describe())

    def describe(self, template: str | None = None) -> str:
        """Fill the template (the class's own unless a translation is given) with the data."""
        return (template or self.message).format(**self.data)


class InvalidInput(DomainError):
    """What was given cannot be understood or is out of range (422)."""

    code = "invalid"
    status = 422
    message = "{field}无效：{reason}"


class NotFound(DomainError):
    """What was named does not exist (404)."""

    code = "not_found"
    status = 404
    message = "找不到{what}“{name}”"


class Conflict(DomainError):
    """The books are in a state that does not allow this (409)."""

    code = "conflict"
    status = 409
    message = "当前状态不允许此操作：{reason}"


class NotAllowed(DomainError):
    """This person may not do this (403)."""

    code = "not_allowed"
    status = 403
    message = "没有权限：{reason}"


class Stale(DomainError):
    """Somebody changed the record since it was read (412)."""

    code = "stale"
    status = 412
    message = "{what}已被他人修改，请刷新后重试"

"""What the API takes and gives about users. Secrets never leave."""

from marshmallow import fields

from foundation.http.fields import Day, Input, Moment, Text, one_of
from foundation.users.models import Role


class NewUser(Input):
    """A user to add."""

    name = Text(required=True, longest=64)
    display_name = Text(load_default="")
    role = one_of(Role, required=True)
    password = fields.String(load_default=None, allow_none=True, load_only=True)
    expires_on = Day(load_default=None, allow_none=True)


class UserChange(Input):
    """What an administrator changes about a user; a field left out stays."""

    is_active = fields.Boolean()
    expires_on = Day(allow_none=True)
    # Why an auditor's last day is moved further.
    reason = Text()
    password = fields.String(load_only=True)


class UserAnswer(Input):
    """A user."""

    name = fields.String()
    display_name = fields.String()
    role = one_of(Role)
    is_active = fields.Boolean()
    expires_on = Day(allow_none=True)
    created_at = Moment()

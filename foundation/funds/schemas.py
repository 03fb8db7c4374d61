"""What the API takes and gives about funds."""

from marshmallow import Schema, fields, validate

from foundation.http.fields import Amount, Day, Input, Text, one_of
from foundation.projects.models import Remainder
from ledger.funds import Restriction


class NewFund(Input):
    """A fund to open."""

    code = Text(required=True, shortest=1, longest=32)
    name = Text(required=True, shortest=1)
    restriction = one_of(Restriction, required=True)
    opened_on = Day(load_default=None, allow_none=True)


class ClosingOfFund(Input):
    """From which date a fund is closed, and why."""

    date = Day(required=True)
    reason = Text(required=True, shortest=1, longest=500)
    remainder = one_of(Remainder, load_default=None, allow_none=True)


class ProjectBody(Input):
    """What is said of a fund: what it is for, who looks after it, and what may be published."""

    kind = Text(required=True, shortest=1, longest=32)
    purpose = Text(required=True, shortest=1, longest=2000)
    remainder = one_of(Remainder, load_default=Remainder.AS_AGREED)
    name_en = Text(load_default="")
    steward = Text(load_default="", longest=120)
    college = Text(load_default="", longest=120)
    target = Amount(load_default=None, allow_none=True)
    starts_on = Day(load_default=None, allow_none=True)
    ends_on = Day(load_default=None, allow_none=True)
    spending_rule = Text(load_default="", longest=2000)
    fee_basis_points = fields.Integer(load_default=None, allow_none=True, strict=True)
    fee_source = Text(load_default="")
    remainder_note = Text(load_default="", longest=2000)
    public = fields.Boolean(load_default=False)
    public_text = Text(load_default="", longest=4000)
    public_text_en = Text(load_default="", longest=4000)


class BudgetBody(Input):
    """What a fund plans to spend in a year."""

    year = fields.Integer(required=True, strict=True, validate=validate.Range(1990, 2200))
    amount = Amount(required=True)
    resolution = Text(load_default="", longest=120)


class BudgetAnswer(Schema):
    """A budget."""

    fund = fields.String()
    year = fields.Integer()
    amount = fields.String(metadata={"example": "120000.00"})
    resolution = fields.String(allow_none=True)


class ProjectAnswer(Schema):
    """What is said of a fund."""

    kind = fields.String()
    name_en = fields.String(allow_none=True)
    purpose = fields.String()
    steward = fields.String(allow_none=True)
    college = fields.String(allow_none=True)
    target = fields.String(allow_none=True)
    progress = fields.Integer(allow_none=True)
    starts_on = fields.String(allow_none=True, metadata={"format": "date"})
    ends_on = fields.String(allow_none=True, metadata={"format": "date"})
    spending_rule = fields.String(allow_none=True)
    fee_basis_points = fields.Integer(allow_none=True)
    remainder = fields.String()
    public = fields.Boolean()
    public_text = fields.String(allow_none=True)
    public_text_en = fields.String(allow_none=True)


class FundAnswer(Schema):
    """A fund and what it holds now."""

    code = fields.String()
    name = fields.String()
    restriction = fields.String()
    opened_on = fields.String(allow_none=True, metadata={"format": "date"})
    closed_on = fields.String(allow_none=True, metadata={"format": "date"})
    balance = fields.String(metadata={"example": "120000.00"})
    raised = fields.String(metadata={"example": "120000.00"})
    gifts = fields.Integer()
    donors = fields.Integer()
    pledged = fields.String(metadata={"example": "120000.00"})
    project = fields.Nested(ProjectAnswer, allow_none=True)

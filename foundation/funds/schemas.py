"""What the API takes and gives about funds."""

from marshmallow import Schema, fields

from foundation.http.fields import Day, Input, Text, one_of
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


class FundAnswer(Schema):
    """A fund and what it holds now."""

    code = fields.String()
    name = fields.String()
    restriction = fields.String()
    opened_on = fields.String(allow_none=True, metadata={"format": "date"})
    closed_on = fields.String(allow_none=True, metadata={"format": "date"})
    balance = fields.String(metadata={"example": "120000.00"})

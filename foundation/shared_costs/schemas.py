"""What the API takes and gives about shared costs."""

from marshmallow import Schema, fields, validate

from foundation.http.fields import Day, Input, Text, one_of
from foundation.shared_costs.models import Basis, Function

MOST_SHARES, MOST_SOURCES, MOST_ROWS = 100, 20, 2000
_MONTHS = {"example": "2026-03"}


class NewShare(Input):
    """A fund that bears a function, and its share: `25%`, `1/3`, or an area."""

    function = one_of(Function, required=True)
    fund = Text(required=True, shortest=1, longest=32)
    share = Text(load_default=None, allow_none=True, longest=30)


class NewKey(Input):
    """A key of allocation, as a draft."""

    code = Text(required=True, shortest=1, longest=32)
    name = Text(required=True, shortest=1, longest=200)
    basis = one_of(Basis, required=True)
    fund = Text(required=True, shortest=1, longest=32)
    charitable_element = Text(required=True, shortest=1, longest=32)
    management_element = Text(required=True, shortest=1, longest=32)
    valid_from = Day(required=True)
    paper = Text(required=True, shortest=1, longest=200)
    accounts = fields.List(
        Text(shortest=1, longest=32), load_default=list, validate=validate.Length(max=MOST_SOURCES)
    )
    elements = fields.List(
        Text(shortest=1, longest=32), load_default=list, validate=validate.Length(max=MOST_SOURCES)
    )
    shares = fields.List(
        fields.Nested(NewShare), load_default=list, validate=validate.Length(max=MOST_SHARES)
    )


class Reason(Input):
    """Why."""

    reason = Text(required=True, shortest=1, longest=500)


class NewRun(Input):
    """What to allocate: a key, a month, quarter or year, and the account of the money."""

    key = Text(required=True, shortest=1, longest=32)
    period = Text(required=True, shortest=1, longest=10, metadata=_MONTHS)
    account = Text(required=True, shortest=1, longest=32)


class NewSheetRow(Input):
    """What part of a person's month was for a fund and a function."""

    person = Text(required=True, shortest=1, longest=40)
    function = one_of(Function, required=True)
    fund = Text(required=True, shortest=1, longest=32)
    basis_points = fields.Integer(required=True, strict=True, validate=validate.Range(1, 10000))


class NewSheet(Input):
    """The time sheet of a month, in place of what was there."""

    rows = fields.List(
        fields.Nested(NewSheetRow), required=True, validate=validate.Length(max=MOST_ROWS)
    )


class KeyAnswer(Schema):
    """One version of a key."""

    code = fields.String()
    version = fields.Integer()
    name = fields.String()
    state = fields.String()
    basis = fields.String()
    fund = fields.String()
    charitable_element = fields.String()
    management_element = fields.String()
    valid_from = fields.String(metadata={"format": "date"})
    paper = fields.String()
    accounts = fields.List(fields.String())
    elements = fields.List(fields.String())
    shares = fields.List(fields.Dict())
    prepared_by = fields.String()
    approved_by = fields.String(allow_none=True)


class KeysAnswer(Schema):
    """Every version of every key."""

    keys = fields.List(fields.Nested(KeyAnswer))


class RunRowAnswer(Schema):
    """A run in a list."""

    reference = fields.String(allow_none=True)
    key = fields.String()
    version = fields.Integer()
    period = fields.String(metadata=_MONTHS)
    state = fields.String()
    currency = fields.String()
    total = fields.String(metadata={"example": "120000.00"})
    voucher = fields.String(allow_none=True)


class RunAnswer(RunRowAnswer):
    """A run with who bears what, or what it would be."""

    functions = fields.Dict(keys=fields.String(), values=fields.String())
    lines = fields.List(fields.Dict())


class RunsAnswer(Schema):
    """Runs, the latest first."""

    runs = fields.List(fields.Nested(RunRowAnswer))


class SheetAnswer(Schema):
    """The time sheet of a month."""

    period = fields.String(metadata=_MONTHS)
    rows = fields.List(fields.Dict())

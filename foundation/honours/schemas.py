"""What the API takes and gives about the honour roll."""

from marshmallow import Schema, fields, validate

from foundation.honours.models import Basis
from foundation.http.fields import Amount, Day, Input, Text, one_of


class RollQuery(Input):
    """A year, a campaign, or neither for everything; perhaps of one college or class."""

    year = fields.Integer(load_default=None, validate=validate.Range(1901, 2199))
    campaign = Text(load_default="", longest=32)
    college = Text(load_default="", longest=120)
    class_name = Text(load_default="", longest=120)


class NameAnswer(Schema):
    """A name as it is published."""

    name = fields.String()
    level = fields.String(allow_none=True)
    amount = fields.String(allow_none=True, metadata={"example": "120000.00"})
    gifts = fields.Integer()


class RollAnswer(Schema):
    """A roll: shown and hidden amounts are the total."""

    names = fields.List(fields.Nested(NameAnswer))
    named = fields.Integer()
    shown = fields.String(metadata={"example": "120000.00"})
    hidden = fields.String(metadata={"example": "8000.00"})
    unnamed_donors = fields.Integer()
    gifts = fields.Integer()
    total = fields.String(metadata={"example": "128000.00"})


class NewLevel(Input):
    """A level to set."""

    basis = one_of(Basis, required=True)
    name = Text(required=True, shortest=1, longest=60)
    name_en = Text(load_default="", longest=60)
    from_amount = Amount(required=True, data_key="from")
    first_on = Day(required=True)
    campaign = Text(load_default="", longest=32)


class EndOfLevel(Input):
    """The last day of a level."""

    last_on = Day(required=True)


class LevelAnswer(Schema):
    """A level."""

    id = fields.Integer()
    basis = fields.String()
    name = fields.String()
    name_en = fields.String(allow_none=True)
    from_amount = fields.String(data_key="from", attribute="from")
    first_on = fields.String(metadata={"format": "date"})
    last_on = fields.String(allow_none=True, metadata={"format": "date"})
    set_by = fields.String()


class LevelsAnswer(Schema):
    """Every level."""

    levels = fields.List(fields.Nested(LevelAnswer))

"""What the API takes and gives about pledges."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from foundation.http.fields import Amount, Day, Input, Text, one_of
from foundation.http.languages import translate
from foundation.pledges.models import PledgeEvidence
from foundation.pledges.queries import PledgeState
from foundation.pledges.schedule import MOST_INSTALMENTS, Every

_MONEY = {"example": "120000.00"}
_DATE = {"format": "date"}


class NewInstalment(Input):
    """A part of a pledge; with a condition it is expected once that is met."""

    due_on = Day(required=True)
    amount = Amount(required=True)
    condition = Text(load_default=None, allow_none=True)


class Regular(Input):
    """Equal parts at equal distances, on the day of the month of the first."""

    first = Day(required=True)
    count = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST_INSTALMENTS))
    every = one_of(Every, load_default=Every.YEAR)


class Scheduled(Input):
    """A schedule: `regular`, or `instalments` one by one."""

    regular = fields.Nested(Regular)
    instalments = fields.List(
        fields.Nested(NewInstalment), validate=validate.Length(1, MOST_INSTALMENTS)
    )

    @validates_schema
    def check_one(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Take one kind of schedule, not both."""
        if ("regular" in data) == ("instalments" in data):
            raise ValidationError(translate("请给出 regular 或 instalments 之一"), "instalments")


class NewPledge(Scheduled):
    """A pledge to record."""

    donor = fields.Integer(required=True, strict=True)
    fund = Text(required=True, shortest=1, longest=32)
    made_on = Day(required=True)
    amount = Amount(required=True)
    agreement = Text(load_default="", longest=120)
    evidence = one_of(PledgeEvidence, load_default=PledgeEvidence.LETTER)
    contact_email = Text(load_default="")
    reminded = fields.Boolean(load_default=True)
    note = Text(load_default="", longest=2000)


class Rescheduling(Scheduled):
    """A new schedule for what is open, and why."""

    reason = Text(required=True, shortest=1, longest=500)


class PaidPart(Input):
    """What a gift pays on one instalment."""

    instalment = fields.Integer(required=True, strict=True)
    amount = Amount(required=True)


class NewPayment(Input):
    """The gift that pays; without parts the earliest due instalments are paid."""

    gift = Text(required=True, shortest=1, longest=40)
    parts = fields.List(fields.Nested(PaidPart), load_default=None, allow_none=True)
    reason = Text(load_default="", longest=500)


class NewWriteOff(Input):
    """How much is to be given up (default: all that is open), and why."""

    amount = Amount(load_default=None, allow_none=True)
    reason = Text(required=True, shortest=1, longest=500)


class Reason(Input):
    """Why."""

    reason = Text(required=True, shortest=1, longest=500)


class PledgeQuery(Input):
    """What a list of pledges is narrowed to."""

    donor = fields.Integer(load_default=None)
    fund = Text(load_default="", longest=32)
    agreement = Text(load_default="", longest=120)
    due_by = Day(load_default=None)
    state = one_of(PledgeState, load_default=None)
    q = Text(load_default="")


class PledgeDonor(Schema):
    """Who promised."""

    id = fields.Integer()
    name = fields.String()


class PledgeRowAnswer(Schema):
    """A pledge in a list."""

    reference = fields.String(metadata={"example": "P2026-000012"})
    state = fields.String(metadata={"enum": [state.value for state in PledgeState]})
    donor = fields.Nested(PledgeDonor)
    fund = fields.String()
    agreement = fields.String(allow_none=True)
    evidence = fields.String()
    made_on = fields.String(metadata=_DATE)
    currency = fields.String()
    amount = fields.String(metadata=_MONEY)
    paid = fields.String(metadata=_MONEY)
    open = fields.String(metadata=_MONEY)
    overdue = fields.String(metadata=_MONEY)
    conditional = fields.String(metadata=_MONEY)
    written_off = fields.String(metadata=_MONEY)
    cancelled = fields.String(metadata=_MONEY)
    next_due_on = fields.String(metadata=_DATE, allow_none=True)
    recorded_by = fields.String()
    recorded_at = fields.String()


class InstalmentAnswer(Schema):
    """A part of a pledge."""

    number = fields.Integer()
    due_on = fields.String(metadata=_DATE)
    amount = fields.String(metadata=_MONEY)
    paid = fields.String(metadata=_MONEY)
    open = fields.String(metadata=_MONEY)
    condition = fields.String(allow_none=True)
    met = fields.Boolean()
    replaced = fields.Boolean()


class PledgePaymentAnswer(Schema):
    """What a gift paid."""

    gift = fields.String(metadata={"example": "G2026-000123"})
    instalment = fields.Integer()
    amount = fields.String(metadata=_MONEY)
    paid_on = fields.String(metadata=_DATE)
    reason = fields.String(allow_none=True)


class PledgeChangeAnswer(Schema):
    """What happened to a pledge."""

    id = fields.Integer()
    kind = fields.String()
    date = fields.String(metadata=_DATE)
    amount = fields.String(metadata=_MONEY)
    reason = fields.String()
    requested_by = fields.String()
    approved_by = fields.String(allow_none=True)
    refused_by = fields.String(allow_none=True)


class PledgeAnswer(PledgeRowAnswer):
    """A pledge with everything that belongs to it."""

    contact_email = fields.String(allow_none=True)
    reminded = fields.Boolean()
    note = fields.String(allow_none=True)
    instalments = fields.List(fields.Nested(InstalmentAnswer))
    payments = fields.List(fields.Nested(PledgePaymentAnswer))
    changes = fields.List(fields.Nested(PledgeChangeAnswer))


class ExpectedAnswer(Schema):
    """What a fund may expect in a month."""

    month = fields.String(metadata={"example": "2026-03"})
    fund = fields.String()
    expected = fields.String(metadata=_MONEY)
    conditional = fields.String(metadata=_MONEY)


class MonthAnswer(Schema):
    """What all funds may expect in a month, and what a planned match would add."""

    month = fields.String(metadata={"example": "2026-03"})
    expected = fields.String(metadata=_MONEY)
    conditional = fields.String(metadata=_MONEY)
    planned_match = fields.String(metadata=_MONEY)


class ForecastAnswer(Schema):
    """What pledges will bring."""

    funds = fields.List(fields.Nested(ExpectedAnswer))
    months = fields.List(fields.Nested(MonthAnswer))


class ForecastQuery(Input):
    """The days between which a forecast is made (default: this month and eleven more)."""

    from_day = Day(load_default=None, data_key="from")
    to_day = Day(load_default=None, data_key="to")

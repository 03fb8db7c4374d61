"""What the API takes and gives about spending."""

from marshmallow import Schema, fields, validate

from foundation.http.fields import Amount, Day, Input, Text, one_of
from foundation.spending.models import ProcurementMethod, SpendingKind, SpendingState

MOST_PARTS, MOST_BENEFICIARIES = 50, 5000


class NewPart(Input):
    """What one fund bears, and as which cost element."""

    fund = Text(required=True, shortest=1, longest=32)
    element = Text(required=True, shortest=1, longest=32)
    amount = Amount(required=True)


class NewBeneficiary(Input):
    """One person whom a scholarship reaches."""

    code = Text(required=True, shortest=1, longest=40)
    name = Text(required=True, shortest=1, longest=200)
    unit = Text(load_default=None, allow_none=True, longest=120)
    amount = Amount(required=True)


class NewRequest(Input):
    """A request to spend, as a draft."""

    kind = one_of(SpendingKind, required=True)
    payee = Text(required=True, shortest=1, longest=200)
    payee_account = Text(load_default=None, allow_none=True, longest=60)
    related = Text(load_default=None, allow_none=True, longest=200)
    summary = Text(required=True, shortest=1, longest=300)
    requested_on = Day(required=True)
    contract = Text(load_default=None, allow_none=True, longest=120)
    procurement = one_of(ProcurementMethod, load_default=None, allow_none=True)
    resolution = Text(load_default=None, allow_none=True, longest=120)
    parts = fields.List(
        fields.Nested(NewPart), required=True, validate=validate.Length(1, MOST_PARTS)
    )
    beneficiaries = fields.List(
        fields.Nested(NewBeneficiary),
        load_default=list,
        validate=validate.Length(max=MOST_BENEFICIARIES),
    )


class Remark(Input):
    """A note to an approval."""

    note = Text(load_default=None, allow_none=True, longest=500)


class Reason(Input):
    """Why."""

    reason = Text(required=True, shortest=1, longest=500)


class NewPayment(Input):
    """How an approved request was paid."""

    account = Text(required=True, shortest=1, longest=32)
    paid_on = Day(required=True)
    reference = Text(load_default=None, allow_none=True, longest=120)


class NewBooking(Input):
    """The voucher of a paid request."""

    attachments = fields.Integer(load_default=1, strict=True, validate=validate.Range(1, 9999))


class ElementLine(Input):
    """A line of a posted voucher."""

    voucher = fields.Integer(required=True, strict=True, validate=validate.Range(1, 2**62))
    line = fields.Integer(required=True, strict=True, validate=validate.Range(1, 30000))


class NewElements(Input):
    """Which cost element some lines are."""

    element = Text(required=True, shortest=1, longest=32)
    lines = fields.List(fields.Nested(ElementLine), required=True, validate=validate.Length(1, 500))


class PeriodQuery(Schema):
    """The period that is asked for; the running year by default."""

    period = fields.String(load_default="")


class OpenCostsAnswer(Schema):
    """Lines of programme costs without an element."""

    lines = fields.List(fields.Dict())
    count = fields.Integer()
    total = fields.String(metadata={"example": "120000.00"})


class SpendingQuery(Schema):
    """What a list is narrowed to."""

    state = one_of(SpendingState, load_default=None)
    fund = fields.String(load_default="")
    q = fields.String(load_default="")


class SpendingRowAnswer(Schema):
    """A request in a list."""

    reference = fields.String()
    kind = fields.String()
    state = fields.String()
    payee = fields.String()
    related = fields.String(allow_none=True)
    summary = fields.String()
    requested_on = fields.String(metadata={"format": "date"})
    currency = fields.String()
    amount = fields.String(metadata={"example": "120000.00"})
    contract = fields.String(allow_none=True)
    procurement = fields.String(allow_none=True)
    resolution = fields.String(allow_none=True)
    requested_by = fields.String()
    paid_on = fields.String(allow_none=True, metadata={"format": "date"})
    disclose_by = fields.String(allow_none=True, metadata={"format": "date"})


class SpendingAnswer(SpendingRowAnswer):
    """A request with everything."""

    approvals_needed = fields.Integer()
    parts = fields.List(fields.Dict())
    approvals = fields.List(fields.Dict())
    beneficiaries = fields.List(fields.Dict())
    account = fields.String(allow_none=True)
    voucher = fields.String(allow_none=True)

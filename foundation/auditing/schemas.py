"""What the API takes and gives about samples and questions of auditors."""

from marshmallow import Schema, fields, validate

from foundation.auditing.plans import SideOf, Source
from foundation.auditing.queries import QueryState
from foundation.auditing.sampling import CONFIDENCE_FACTORS, LONGEST_SEED, Method
from foundation.http.fields import Amount, Day, Input, Moment, Text, one_of


class SampleQuery(Schema):
    """Everything that decides a sample, besides the books."""

    population = one_of(Source, load_default=Source.LINES)
    period = fields.String(load_default="")
    account = fields.String(load_default="")
    fund = fields.String(load_default="")
    side = one_of(SideOf, load_default=SideOf.BOTH)
    closing = fields.String(
        load_default="excluded", validate=validate.OneOf(["excluded", "included"])
    )
    method = one_of(Method, load_default=Method.UNITS)
    size = fields.Integer(validate=validate.Range(1, 5000))
    seed = fields.String(validate=validate.Length(1, LONGEST_SEED))
    least = fields.String()
    bands = fields.String()
    tolerable = fields.String()
    confidence = fields.String(validate=validate.OneOf(list(CONFIDENCE_FACTORS)))


class StratumAnswer(Input):
    """A part of the population."""

    key = fields.Integer()
    name = fields.String()
    count = fields.Integer()
    total = Amount(attribute="total_minor")
    wanted = fields.Integer()
    taken = fields.Integer()


class SampleItemAnswer(Input):
    """An item of a sample; `position` is its number in the population, from 1."""

    number = fields.Integer()
    position = fields.Integer()
    reference = fields.String()
    voucher = fields.String()
    line = fields.Integer(allow_none=True)
    gift = fields.String(allow_none=True)
    date = Day()
    summary = fields.String()
    account = fields.String()
    fund = fields.String()
    amount = Amount(attribute="amount_minor")
    certain = fields.Boolean()
    hit = Amount(attribute="hit_minor", allow_none=True)
    stratum = fields.Integer()
    papers = fields.Integer()
    files = fields.Integer()


class SampleAnswer(Input):
    """A sample with what it was drawn from."""

    population = fields.String()
    period = fields.String()
    method = fields.String()
    seed = fields.String()
    count = fields.Integer()
    total = Amount(attribute="total_minor")
    debit = Amount(attribute="debit_minor")
    credit = Amount(attribute="credit_minor")
    red = fields.Integer(attribute="red_count")
    ties = fields.Boolean(allow_none=True)
    interval = Amount(attribute="interval_minor", allow_none=True)
    start = Amount(attribute="start_minor", allow_none=True)
    certain = Amount(attribute="certain_minor")
    selected = fields.Integer()
    selected_total = Amount(attribute="selected_minor")
    chain_head = fields.String()
    strata = fields.List(fields.Nested(StratumAnswer))
    items = fields.List(fields.Nested(SampleItemAnswer))


class AuditQueryFilter(Schema):
    """What a list of questions is narrowed to."""

    state = one_of(QueryState, load_default=None)
    year = fields.Integer(load_default=None, validate=validate.Range(1900, 9999))
    q = fields.String(load_default="")


class NewAuditQuery(Input):
    """A question as it was put; `about` names a voucher, a line or a gift."""

    topic = Text(required=True, shortest=1, longest=200)
    text = Text(required=True, shortest=1, longest=5000)
    asked_by = Text(required=True, shortest=1, longest=200)
    asked_on = Day(required=True)
    about = Text(load_default="", longest=60)


class NewAuditAnswer(Input):
    """An answer; papers are added on the page."""

    text = Text(required=True, shortest=1, longest=5000)


class AuditQueryAnswer(Input):
    """A question with the answer that counts."""

    reference = fields.String()
    topic = fields.String()
    text = fields.String()
    about = fields.String()
    asked_by = fields.String()
    asked_on = Day()
    state = one_of(QueryState)
    answers = fields.Integer()
    answer = fields.String()
    answered_by = fields.String()
    answered_at = Moment(allow_none=True)
    recorded_by = fields.String()
    recorded_at = Moment()
    closed_by = fields.String()
    closed_at = Moment(allow_none=True)

"""What programs hand in and read about evidence."""

from marshmallow import Schema, fields, validate

from foundation.http.fields import Day, Input, Moment, Text


class YearQuery(Input):
    """Which year."""

    year = fields.Integer(required=True, validate=validate.Range(1990, 2099))


class UploadFields(Input):
    """What stands beside the file of an upload, as fields of the form."""

    year = fields.Integer(required=True, validate=validate.Range(1990, 2099))
    kind = Text(required=True, longest=32)
    title = Text(load_default="", longest=200)
    reference = Text(load_default="", longest=120)
    dated_on = Day(load_default=None, allow_none=True)


class Reason(Input):
    """Why."""

    reason = Text(required=True, shortest=1, longest=2000)


class NewWaiver(Input):
    """Do without a required table."""

    year = fields.Integer(required=True, validate=validate.Range(1990, 2099))
    kind = Text(required=True, longest=32)
    reason = Text(required=True, shortest=1, longest=500)


class NewExplanation(Input):
    """Why a control total of a year differs."""

    year = fields.Integer(required=True, validate=validate.Range(1990, 2099))
    control = Text(required=True, longest=8)
    reason = Text(required=True, shortest=1, longest=2000)


class UploadAnswer(Schema):
    """One file that was handed in."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    year = fields.Integer(required=True)
    title = fields.String(required=True)
    reference = fields.String(required=True)
    dated_on = Day(allow_none=True, required=True)
    file_name = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(attribute="digest", required=True)
    rows = fields.Integer(attribute="row_count", required=True)
    uploaded_by = fields.String(required=True)
    uploaded_at = Moment(required=True)
    ended_at = Moment(allow_none=True, required=True)
    ended_reason = fields.String(allow_none=True, required=True)


class SlotAnswer(Schema):
    """One kind of table in a year."""

    kind = fields.String(attribute="kind.code", required=True)
    file = fields.String(attribute="kind.file", required=True)
    title = fields.String(attribute="kind.zh", required=True)
    required = fields.Boolean(attribute="kind.is_required", required=True)
    state = fields.String(required=True)
    upload = fields.Nested(UploadAnswer, allow_none=True, required=True)
    waived = fields.String(attribute="waiver.reason", dump_default=None, allow_none=True)


class YearAnswer(Schema):
    """What a year has and lacks."""

    year = fields.Integer(required=True)
    tables = fields.List(fields.Nested(SlotAnswer), required=True)
    papers = fields.List(fields.Nested(UploadAnswer), required=True)
    missing = fields.List(fields.String(), required=True)


class WaiverAnswer(Schema):
    """What a year does without."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    year = fields.Integer(required=True)
    reason = fields.String(required=True)
    waived_by = fields.String(required=True)
    waived_at = Moment(required=True)


class ExplanationAnswer(Schema):
    """An explanation of a control total."""

    id = fields.Integer(required=True)
    period = fields.String(required=True)
    control = fields.String(required=True)
    reason = fields.String(required=True)
    made_by = fields.String(required=True)
    made_at = Moment(required=True)
    approved_by = fields.String(allow_none=True, required=True)
    approved_at = Moment(allow_none=True, required=True)
    ended_at = Moment(allow_none=True, required=True)


class ExplainedAnswer(Schema):
    """What was said about a difference, and whether it still holds."""

    id = fields.Integer(required=True)
    standing = fields.String(required=True)
    reason = fields.String(required=True)
    made_by = fields.String(required=True)
    approved_by = fields.String(allow_none=True, required=True)


class ControlAnswer(Schema):
    """One control total of a year."""

    id = fields.String(required=True)
    left = fields.String(required=True)
    right = fields.String(required=True)
    difference = fields.String(required=True)
    holds = fields.Boolean(allow_none=True, required=True)
    note = fields.String(required=True)
    explanation = fields.Nested(
        ExplainedAnswer, attribute="explained", allow_none=True, required=True
    )


class ControlList(Schema):
    """Every control total; there is one part only."""

    items = fields.List(fields.Nested(ControlAnswer), required=True)
    next = fields.String(allow_none=True, required=True)


class PackAnswer(Schema):
    """A pack that was made."""

    id = fields.Integer(required=True)
    first_year = fields.Integer(required=True)
    last_year = fields.Integer(required=True)
    state = fields.Function(lambda pack: pack.state.value, required=True)
    sha256 = fields.String(attribute="digest", required=True)
    size = fields.Integer(required=True)
    files = fields.Integer(attribute="file_count", required=True)
    chain_head = fields.String(required=True)
    made_by = fields.String(required=True)
    made_at = Moment(required=True)


class PackList(Schema):
    """Every pack that was made; there is one part only."""

    items = fields.List(fields.Nested(PackAnswer), required=True)
    next = fields.String(allow_none=True, required=True)

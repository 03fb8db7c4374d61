"""What the API takes and gives about imports. Answers are the documents of `documents`."""

from marshmallow import Schema, fields, validate

from foundation.http.fields import Day, Input, Text

_MONEY = {"example": "120000.00"}


class ImportFields(Input):
    """The fields beside the file of a register (`multipart/form-data`).

    `date` is for registers without a date column. `vouchers` makes one voucher for each gift
    or one for each day. `accept_difference` is the reason for which a total that differs from
    the stated one is accepted; it is kept.
    """

    fund = Text(required=True, shortest=1, longest=32)
    account = Text(required=True, shortest=1, longest=32)
    date = Day(load_default=None)
    vouchers = fields.String(load_default="each", validate=validate.OneOf(["each", "daily"]))
    sheet = Text(load_default="")
    dry_run = fields.Boolean(load_default=False)
    accept_difference = Text(load_default="", longest=500)


class RejectedAnswer(Schema):
    """A row that cannot be imported, numbered as a spreadsheet shows it."""

    row = fields.Integer()
    field = fields.String()
    reason = fields.String()


class SkippedAnswer(Schema):
    """A row that is no gift, such as a title or a total."""

    row = fields.Integer()
    reason = fields.String()
    text = fields.String()


class ProbableAnswer(Schema):
    """A row that agrees with a gift typed by hand in all but the reference of the bank."""

    row = fields.Integer()
    gift = fields.String(metadata={"example": "G2026-000123"})


class ImportAnswer(Schema):
    """What an import did, or with `dry_run` would do."""

    rows = fields.Integer()
    imported = fields.Integer()
    duplicates = fields.Integer()
    probable_duplicates = fields.List(fields.Nested(ProbableAnswer))
    rejected = fields.List(fields.Nested(RejectedAnswer))
    total = fields.String(metadata=_MONEY)
    stated_total = fields.String(allow_none=True, metadata=_MONEY)
    ties = fields.Boolean(allow_none=True)
    currency = fields.String()
    batch = fields.Integer(allow_none=True)
    skipped = fields.List(fields.Nested(SkippedAnswer))


class BatchAnswer(Schema):
    """A register that was imported."""

    batch = fields.Integer()
    file = fields.String()
    digest = fields.String()
    fund = fields.String()
    account = fields.String()
    vouchers = fields.String()
    rows = fields.Integer()
    imported = fields.Integer()
    duplicates = fields.Integer()
    total = fields.String(metadata=_MONEY)
    stated_total = fields.String(allow_none=True, metadata=_MONEY)
    ties = fields.Boolean(allow_none=True)
    difference_reason = fields.String(allow_none=True)
    currency = fields.String()
    imported_by = fields.String()
    imported_at = fields.String(metadata={"format": "date-time"})

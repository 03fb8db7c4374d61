"""What the API takes and gives about vouchers, accounts and periods.

Answers are the documents of `documents`, so that programs and commands read the same.
"""

from marshmallow import Schema, fields, validate

from foundation.books.entry import MANUAL_KINDS, MAX_LINES, MAX_NAME
from foundation.http.fields import Amount, Day, Input, Text, one_of
from ledger.vouchers import DEFAULT_WORD, VoucherKind, VoucherState

_MONEY = {"example": "120000.00"}
_DATE = {"format": "date"}


class NewLine(Input):
    """A line: an account, a fund, and an amount on one side."""

    account = Text(required=True, shortest=1, longest=32)
    fund = Text(required=True, shortest=1, longest=32)
    debit = Amount(load_default=None, allow_none=True)
    credit = Amount(load_default=None, allow_none=True)
    summary = Text(load_default="", longest=300)
    counterparty = Text(load_default="", longest=MAX_NAME)
    project = Text(load_default="", longest=MAX_NAME)
    cash_flow_item = Text(load_default="", longest=MAX_NAME)


class NewVoucher(Input):
    """A voucher to prepare; `submit` sends it on for review at once."""

    date = Day(required=True)
    summary = Text(load_default="", longest=300)
    kind = fields.Enum(
        VoucherKind,
        by_value=True,
        load_default=VoucherKind.ORDINARY,
        validate=validate.OneOf(MANUAL_KINDS),
    )
    word = Text(load_default=DEFAULT_WORD, longest=8)
    attachments = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, 9999))
    corrects = fields.Integer(load_default=None, allow_none=True, strict=True)
    lines = fields.List(
        fields.Nested(NewLine), required=True, validate=validate.Length(max=MAX_LINES)
    )
    submit = fields.Boolean(load_default=False)


class ChangedVoucher(NewVoucher):
    """A draft written anew; `version` is the one that was read. Without a kind it keeps its own."""

    kind = fields.Enum(
        VoucherKind,
        by_value=True,
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(MANUAL_KINDS),
    )

    version = fields.Integer(required=True, strict=True)


class VoucherQuery(Input):
    """What a list of vouchers is narrowed to; `period` is 2026, 2026-03 or 2026-Q1."""

    period = Text(load_default="")
    state = one_of(VoucherState, load_default=None)
    kind = one_of(VoucherKind, load_default=None)
    fund = Text(load_default="")
    account = Text(load_default="")
    search = Text(load_default="")
    sort = Text(load_default="date")


class Reason(Input):
    """Why."""

    reason = Text(required=True, shortest=1, longest=500)


class Reversal(Reason):
    """Why a voucher is reversed, and on which date."""

    date = Day(required=True)


class Keys(Input):
    """Vouchers to act on together."""

    ids = fields.List(
        fields.Integer(strict=True), required=True, validate=validate.Length(min=1, max=5000)
    )


class LineAnswer(Schema):
    """A line; a red amount is negative."""

    line = fields.Integer()
    account = fields.String()
    name = fields.String()
    fund = fields.String()
    debit = fields.String(metadata=_MONEY)
    credit = fields.String(metadata=_MONEY)
    summary = fields.String()
    donor = fields.String()
    counterparty = fields.String()
    project = fields.String()
    cash_flow_item = fields.String()


class ReferenceAnswer(Schema):
    """Another voucher."""

    id = fields.Integer()
    number = fields.String()
    state = fields.String()


class FileAnswer(Schema):
    """A stored source document."""

    id = fields.Integer()
    name = fields.String()
    media_type = fields.String()
    size = fields.Integer()
    sha256 = fields.String()
    added_by = fields.String()
    added_at = fields.String(metadata={"format": "date-time"})


class VoucherRowAnswer(Schema):
    """A voucher in a list; `number` is null until it is posted."""

    id = fields.Integer()
    number = fields.String(allow_none=True)
    period = fields.String()
    date = fields.String(metadata=_DATE)
    kind = fields.String()
    state = fields.String()
    summary = fields.String()
    total = fields.String(metadata=_MONEY)
    attachments = fields.Integer()
    prepared_by = fields.String()
    reviewed_by = fields.String(allow_none=True)
    posted_by = fields.String(allow_none=True)
    version = fields.Integer()


class VoucherAnswer(VoucherRowAnswer):
    """A voucher with everything that belongs to it."""

    word = fields.String()
    chart = fields.String()
    rule = fields.String()
    reason = fields.String(allow_none=True)
    digest = fields.String(allow_none=True)
    lines = fields.List(fields.Nested(LineAnswer))
    reverses = fields.Nested(ReferenceAnswer, allow_none=True)
    reversed_by = fields.Nested(ReferenceAnswer, allow_none=True)
    corrects = fields.Nested(ReferenceAnswer, allow_none=True)
    corrected_by = fields.List(fields.Nested(ReferenceAnswer))
    gifts = fields.List(fields.String())
    files = fields.List(fields.Nested(FileAnswer))


class ExclusionAnswer(Schema):
    """A voucher that was left out, and why."""

    id = fields.Integer()
    voucher = fields.String()
    code = fields.String()
    reason = fields.String()


class OutcomeAnswer(Schema):
    """What an act on several vouchers did."""

    done = fields.List(fields.Integer())
    total = fields.String(metadata=_MONEY)
    excluded = fields.List(fields.Nested(ExclusionAnswer))


class AccountQuery(Input):
    """Which chart; default: the one of this year."""

    chart = Text(load_default="")


class NewAccount(Input):
    """A detail account: its code extends that of an account of the chart."""

    chart = Text(load_default="", longest=16)
    code = Text(required=True, shortest=1, longest=32)
    name = Text(required=True, shortest=1)
    agency = fields.Boolean(load_default=False)


class ClosingOfAccount(Reason):
    """From which date an account is out of use, and why."""

    date = Day(required=True)


class AccountAnswer(Schema):
    """An account of a chart."""

    chart = fields.String()
    code = fields.String()
    name = fields.String()
    full_name = fields.String()
    category = fields.String()
    side = fields.String()
    tag = fields.String()
    restriction = fields.String(allow_none=True)
    flags = fields.List(fields.String())
    grade = fields.String(allow_none=True)
    own = fields.Boolean()
    postable = fields.Boolean()
    closed_on = fields.String(allow_none=True, metadata=_DATE)


class NewPeriods(Input):
    """The last month to open; left out, the next one."""

    through = Text(load_default="", longest=7)


class GateAnswer(Schema):
    """A condition for closing."""

    name = fields.String()
    passed = fields.Boolean()
    detail = fields.String()


class PeriodAnswer(Schema):
    """A month of the books."""

    period = fields.String()
    state = fields.String()
    gates = fields.List(fields.Nested(GateAnswer))
    chart = fields.String()
    posted = fields.Integer()
    waiting = fields.Integer()
    closed_by = fields.String(allow_none=True)
    closed_at = fields.String(allow_none=True, metadata={"format": "date-time"})
    digest = fields.String(allow_none=True)
    reopening_requested_by = fields.String(allow_none=True)


class OpenedAnswer(Schema):
    """The months that were opened."""

    periods = fields.List(fields.String())

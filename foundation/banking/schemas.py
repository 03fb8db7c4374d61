"""What the API takes and gives about the bank."""

from marshmallow import Schema, fields, validate

from foundation.http.fields import Day, Input, Text


class LineQuery(Input):
    """Which lines are listed."""

    account = Text(load_default="", longest=32)
    state = fields.String(load_default="", validate=validate.OneOf(["", "open", "matched"]))
    period = Text(load_default="", longest=10)
    direction = fields.String(load_default="", validate=validate.OneOf(["", "in", "out"]))
    q = Text(load_default="", longest=80)


class StatementFields(Input):
    """The fields beside the file of a statement."""

    account = Text(required=True, shortest=1, longest=32)
    opening = Text(load_default="", longest=40)
    through = Day(load_default=None, allow_none=True)
    accept_gap = Text(load_default="", longest=500)
    sheet = Text(load_default="", longest=100)
    dry_run = fields.Boolean(load_default=False)


class IdleFields(Input):
    """An account on which nothing moved."""

    account = Text(required=True, shortest=1, longest=32)
    through = Day(required=True)
    balance = Text(required=True, shortest=1, longest=40)


class MatchRun(Input):
    """For which account the program should match."""

    account = Text(required=True, shortest=1, longest=32)


class MemberVoucher(Input):
    """A side of a voucher."""

    voucher = fields.Integer(required=True, strict=True)
    side = fields.String(required=True, validate=validate.OneOf(["debit", "credit"]))


class NewMatch(Input):
    """What a person matches."""

    account = Text(required=True, shortest=1, longest=32)
    lines = fields.List(fields.Integer(strict=True), required=True)
    vouchers = fields.List(fields.Nested(MemberVoucher), required=True)
    remember = fields.Boolean(load_default=True)


class Because(Input):
    """Why something is undone or withdrawn."""

    reason = Text(required=True, shortest=1, longest=500)


class NewReconciliation(Input):
    """Why the adjusted balances differ, where they do."""

    explanation = Text(load_default="", longest=2000)


class ReasonAnswer(Schema):
    """One thing that speaks for or against a match."""

    code = fields.String()
    points = fields.Integer()
    text = fields.String()


class LineAnswer(Schema):
    """A line of a statement."""

    id = fields.Integer()
    account = fields.String()
    date = fields.String(metadata={"format": "date"})
    amount = fields.String(metadata={"example": "-1200.00"})
    balance = fields.String(allow_none=True)
    reference = fields.String()
    name = fields.String()
    counterparty_account = fields.String()
    summary = fields.String()
    note = fields.String()
    statement = fields.Integer()
    row = fields.Integer()
    match = fields.Integer(allow_none=True)


class SideAnswer(Schema):
    """A side of a voucher."""

    voucher = fields.Integer()
    side = fields.String()
    number = fields.String()
    date = fields.String(metadata={"format": "date"})
    amount = fields.String()
    summary = fields.String()


class SuggestionAnswer(Schema):
    """Vouchers that may be the money of a line."""

    score = fields.Integer()
    reasons = fields.List(fields.Nested(ReasonAnswer))
    vouchers = fields.List(fields.Nested(SideAnswer))


class PaymentAnswer(Schema):
    """A spending request that a line may have paid."""

    request = fields.String()
    payee = fields.String()
    summary = fields.String()
    amount = fields.String()
    paid = fields.Boolean()
    score = fields.Integer()
    reasons = fields.List(fields.Nested(ReasonAnswer))


class NewPayment(Input):
    """The spending requests that a line paid, by reference; they add up to it."""

    requests = fields.List(
        Text(shortest=1, longest=40), required=True, validate=validate.Length(1, 100)
    )


class Unpaid(Input):
    """A spending request that a line did not pay after all, and why."""

    request = Text(required=True, shortest=1, longest=40)
    reason = Text(required=True, shortest=1, longest=500)


class SuggestionsAnswer(Schema):
    """An open line and what may match it."""

    line = fields.Nested(LineAnswer)
    suggestions = fields.List(fields.Nested(SuggestionAnswer))
    payments = fields.List(fields.Nested(PaymentAnswer))


class MatchAnswer(Schema):
    """A match."""

    id = fields.Integer()
    account = fields.String()
    state = fields.String()
    origin = fields.String()
    score = fields.Integer()
    reasons = fields.List(fields.Nested(ReasonAnswer))
    settled_in = fields.String()
    made_by = fields.String()
    lines = fields.List(fields.Nested(LineAnswer))
    vouchers = fields.List(fields.Nested(SideAnswer))


class RunAnswer(Schema):
    """What the program matched, and what is left."""

    account = fields.String()
    matches = fields.Integer()
    lines = fields.Integer()
    open_lines = fields.Integer()
    open_amount = fields.String()


class RejectedAnswer(Schema):
    """A row that cannot be read."""

    row = fields.Integer()
    field = fields.String()
    reason = fields.String()


class StatementAnswer(Schema):
    """What a statement holds, and what importing it did."""

    account = fields.String()
    bank = fields.String(allow_none=True)
    rows = fields.Integer()
    imported = fields.Integer()
    new = fields.Integer()
    duplicates = fields.Integer()
    rejected = fields.List(fields.Nested(RejectedAnswer))
    gaps = fields.List(fields.String())
    ties = fields.Boolean()
    from_ = fields.String(data_key="from", attribute="from", metadata={"format": "date"})
    through = fields.String(metadata={"format": "date"})
    opening = fields.String()
    closing = fields.String()
    received = fields.String()
    paid = fields.String()
    statement = fields.Integer(allow_none=True)


class IdleAnswer(Schema):
    """A recorded month without movement."""

    statement = fields.Integer()


class ItemAnswer(Schema):
    """An item on the way."""

    kind = fields.String()
    date = fields.String(metadata={"format": "date"})
    amount = fields.String()
    text = fields.String()
    line = fields.Integer(allow_none=True)
    voucher = fields.Integer(allow_none=True)


class FiguresAnswer(Schema):
    """The figures of a reconciliation."""

    books = fields.String()
    bank_received = fields.String()
    bank_paid = fields.String()
    adjusted_books = fields.String()
    bank = fields.String()
    books_received = fields.String()
    books_paid = fields.String()
    adjusted_bank = fields.String()
    difference = fields.String()


class KeptAnswer(FiguresAnswer):
    """A reconciliation as it was prepared."""

    state = fields.String()
    explanation = fields.String(allow_none=True)
    prepared_by = fields.String()
    reviewed_by = fields.String(allow_none=True)


class MonthAnswer(FiguresAnswer):
    """An account at the end of a month."""

    account = fields.String()
    period = fields.String()
    has_statement = fields.Boolean()
    statement_through = fields.String(allow_none=True, metadata={"format": "date"})
    items = fields.List(fields.Nested(ItemAnswer))
    stale = fields.Boolean()
    kept = fields.Nested(KeptAnswer, allow_none=True)

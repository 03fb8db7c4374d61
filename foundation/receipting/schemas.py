"""What the API takes and gives about bills and letters. Answers are those of `documents`."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from foundation.http.fields import Amount, Day, Input, Text, one_of
from foundation.http.languages import translate
from foundation.receipting.eligibility import Document
from receipts.content import Kind, RecipientKind
from receipts.models import BillColour, BillMedium, BillState, LetterState

_MOST_LINES = 200
_ENDS = (BillState.VOID, BillState.LOST)


class NewBatch(Input):
    """A batch of numbers that was drawn; without a range the finance system gives them."""

    medium = one_of(BillMedium, load_default=BillMedium.ELECTRONIC)
    code = Text(required=True, shortest=1, longest=20)
    first = Text(load_default="", longest=20)
    last = Text(load_default="", longest=20)
    drawn_on = Day(load_default=None, allow_none=True)
    keeper = Text(load_default="", longest=64)
    licence = Text(load_default="", longest=60)


class NewBillLine(Input):
    """An item line of a bill."""

    name = Text(required=True, shortest=1)
    amount = Amount(required=True)
    code = Text(load_default="", longest=40)
    unit = Text(load_default="", longest=20)
    quantity = Text(load_default="", longest=40)
    standard = Text(load_default="", longest=40)


class BillName(Input):
    """A bill by code and number."""

    code = Text(required=True, shortest=1, longest=20)
    number = Text(required=True, shortest=1, longest=20)


class NewBill(BillName):
    """A bill that the finance department's system issued; a red one names the blue one.

    Without `gifts` it goes to the one gift of that payer and amount, if there is exactly one.
    """

    check_code = Text(load_default="", longest=20)
    issued_on = Day(required=True)
    payer = Text(required=True, shortest=1)
    payer_kind = one_of(RecipientKind, required=True)
    payer_code = Text(load_default="", longest=40)
    amount = Amount(required=True)
    lines = fields.List(
        fields.Nested(NewBillLine), load_default=list, validate=validate.Length(max=_MOST_LINES)
    )
    remark = Text(load_default="", longest=300)
    drawer = Text(load_default="", longest=60)
    checker = Text(load_default="", longest=60)
    skip_reason = Text(load_default="")
    reverses = fields.Nested(BillName, load_default=None, allow_none=True)
    reason = Text(load_default="", longest=300)
    gifts = fields.List(Text(longest=40), load_default=list)
    confirmed = fields.Boolean(load_default=False)


class BillEnd(Input):
    """How a paper bill or a blank number ends, and why."""

    state = fields.Enum(BillState, by_value=True, required=True, validate=validate.OneOf(_ENDS))
    reason = Text(required=True, shortest=1, longest=500)
    date = Day(load_default=None, allow_none=True)


class BillGifts(Input):
    """The gifts that a bill covers."""

    gifts = fields.List(Text(longest=40), required=True, validate=validate.Length(min=1, max=200))


class BatchWriteOff(Input):
    """That the finance department wrote a batch off."""

    reference = Text(required=True, shortest=1, longest=60)
    date = Day(load_default=None, allow_none=True)


class BillQuery(Input):
    """What the register is narrowed to."""

    state = one_of(BillState, load_default=None)
    colour = one_of(BillColour, load_default=None)
    batch = fields.Integer(load_default=None)
    issued_from = Day(load_default=None, data_key="from")
    issued_to = Day(load_default=None, data_key="to")
    q = Text(load_default="")


class BatchAnswer(Schema):
    """A batch and the use of its numbers."""

    batch = fields.Integer()
    medium = fields.String()
    code = fields.String()
    first = fields.String(allow_none=True)
    last = fields.String(allow_none=True)
    quantity = fields.Integer(allow_none=True)
    drawn_on = fields.String(metadata={"format": "date"})
    keeper = fields.String()
    in_stock = fields.Integer()
    issued = fields.Integer()
    red = fields.Integer()
    reversed = fields.Integer()
    void = fields.Integer()
    lost = fields.Integer()
    total = fields.String()
    written_off_on = fields.String(allow_none=True, metadata={"format": "date"})
    write_off_reference = fields.String(allow_none=True)


class BillRowAnswer(Schema):
    """A number of the register."""

    id = fields.Integer()
    code = fields.String()
    number = fields.String()
    colour = fields.String()
    state = fields.String()
    check_code = fields.String(allow_none=True)
    issued_on = fields.String(allow_none=True, metadata={"format": "date"})
    payer = fields.String(allow_none=True)
    amount = fields.String(allow_none=True)
    ended_on = fields.String(allow_none=True, metadata={"format": "date"})
    ended_reason = fields.String(allow_none=True)
    counterpart = fields.String(allow_none=True)


class BillLineAnswer(Schema):
    """An item line of a bill."""

    name = fields.String()
    amount = fields.String()
    code = fields.String(allow_none=True)
    unit = fields.String(allow_none=True)
    quantity = fields.String(allow_none=True)
    standard = fields.String(allow_none=True)


class BillGiftAnswer(Schema):
    """A gift that a bill covers."""

    gift = fields.String()
    amount = fields.String()
    live = fields.Boolean()


class BillFileAnswer(Schema):
    """A file of a bill, kept byte for byte."""

    id = fields.Integer()
    kind = fields.String()
    name = fields.String()
    size = fields.Integer()
    sha256 = fields.String()


class BillAnswer(BillRowAnswer):
    """A bill with everything."""

    batch = fields.Integer()
    payer_kind = fields.String(allow_none=True)
    payer_code = fields.String(allow_none=True)
    remark = fields.String(allow_none=True)
    drawer = fields.String(allow_none=True)
    checker = fields.String(allow_none=True)
    lines = fields.List(fields.Nested(BillLineAnswer))
    gifts = fields.List(fields.Nested(BillGiftAnswer))
    files = fields.List(fields.Nested(BillFileAnswer))


class LetterScope(Input):
    """The gifts of one gift, one import, one year or some days (of one donor), and the document.

    Without `kind` the usual one of the organisation: a confirmation, or a statement for a year.
    """

    kind = fields.Enum(Document, by_value=True, load_default=None, allow_none=True)
    gift = Text(load_default=None, allow_none=True, longest=40)
    batch = fields.Integer(load_default=None, allow_none=True)
    year = fields.Integer(load_default=None, allow_none=True)
    first_on = Day(load_default=None, allow_none=True, data_key="from")
    last_on = Day(load_default=None, allow_none=True, data_key="to")
    donor = fields.Integer(load_default=None, allow_none=True)

    @validates_schema
    def check_kind(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """A bill is never ours to issue."""
        if data.get("kind") is Document.BILL:
            raise ValidationError(translate("票据由财政系统开具，此处只登记"), "kind")


class NewLetters(LetterScope):
    """What to issue; `expected` is the fingerprint of the preview that was agreed to."""

    expected = Text(load_default="", longest=64)


class LetterEnding(Input):
    """Why a letter is replaced or cancelled."""

    reason = Text(required=True, shortest=1, longest=500)


class LetterQuery(Input):
    """What the list of letters is narrowed to."""

    kind = one_of(Kind, load_default=None)
    state = one_of(LetterState, load_default=None)
    year = fields.Integer(load_default=None)
    batch = fields.Integer(load_default=None)
    donor = fields.Integer(load_default=None)
    gift = Text(load_default="", longest=40)
    q = Text(load_default="")


class LetterRowAnswer(Schema):
    """A letter in a list."""

    id = fields.Integer()
    kind = fields.String()
    number = fields.String()
    issued_on = fields.String(metadata={"format": "date"})
    issued_by = fields.String()
    recipient = fields.String()
    total = fields.String()
    state = fields.String()
    drawn = fields.Boolean()


class LetterGiftAnswer(Schema):
    """A gift that a letter speaks of."""

    gift = fields.String()
    amount = fields.String()


class LetterFileAnswer(Schema):
    """A file that was made of a letter."""

    mark = fields.String()
    sha256 = fields.String()
    size = fields.Integer()
    made_by = fields.String()
    made_at = fields.String(metadata={"format": "date-time"})


class LetterAnswer(LetterRowAnswer):
    """A letter with everything."""

    verify_url = fields.String()
    digest = fields.String()
    replaces = fields.String(allow_none=True)
    replaced_by = fields.String(allow_none=True)
    ended_reason = fields.String(allow_none=True)
    gifts = fields.List(fields.Nested(LetterGiftAnswer))
    files = fields.List(fields.Nested(LetterFileAnswer))


class ExclusionAnswer(Schema):
    """A gift that gets no document, and why."""

    gift = fields.String()
    code = fields.String()
    reason = fields.String()


class IssuanceAnswer(Schema):
    """What was issued, or in a preview would be."""

    issued = fields.Integer()
    first = fields.String(allow_none=True)
    last = fields.String(allow_none=True)
    total = fields.String()
    gifts = fields.Integer()
    fingerprint = fields.String(allow_none=True)
    excluded = fields.List(fields.Nested(ExclusionAnswer))

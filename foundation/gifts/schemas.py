"""What the API takes and gives about gifts. Answers are the documents of `documents`."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from foundation.donors.models import DonorKind
from foundation.gifts.entry import SERVED_EXPENSES
from foundation.gifts.kinds import GiftKind, GiftMethod, GiftState, RefundCause
from foundation.http.fields import Amount, Day, Input, Text, one_of
from foundation.http.languages import translate
from ledger.money import BOOK_CURRENCY

_MONEY = {"example": "120000.00"}
_DATE = {"format": "date"}
# More funds than any agreement names.
MAX_ALLOCATIONS = 50


class GiftDonor(Input):
    """Who gave: `id` of a donor that is known, or the particulars of one to find or record.

    Without a kind, it is guessed from the name.
    """

    id = fields.Integer(strict=True)
    name = Text(shortest=1)
    kind = one_of(DonorKind, load_default=None, allow_none=True)
    credit_code = Text(load_default="", longest=40)
    id_number = Text(load_default="", longest=40)
    email = Text(load_default="")
    phone = Text(load_default="", longest=40)

    @validates_schema
    def check_one(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Take a key or a name, not both."""
        if ("id" in data) == ("name" in data):
            raise ValidationError(translate("请给出捐赠人的 id，或名称"), "id")


class Allocation(Input):
    """The part of a gift that goes to one fund, in RMB."""

    fund = Text(required=True, shortest=1, longest=32)
    amount = Amount(required=True)


class NewGift(Input):
    """A gift to record.

    With a currency other than CNY, `amount` is in that currency, `rate` is yuan for one unit,
    and `book_amount` is what it came to in RMB; allocations are always in RMB.
    """

    donor = fields.Nested(GiftDonor, required=True)
    kind = one_of(GiftKind, load_default=GiftKind.CASH)
    method = one_of(GiftMethod, load_default=GiftMethod.BANK)
    received_on = Day(required=True)
    amount = Text(required=True, shortest=1, longest=40, metadata=_MONEY)
    currency = Text(load_default=BOOK_CURRENCY, longest=3)
    rate = Text(load_default=None, allow_none=True, longest=24)
    rate_on = Day(load_default=None, allow_none=True)
    book_amount = Amount(load_default=None, allow_none=True)
    account = Text(load_default="", longest=32)
    allocations = fields.List(
        fields.Nested(Allocation),
        required=True,
        validate=validate.Length(min=1, max=MAX_ALLOCATIONS),
    )
    # The pledge that it pays, by reference; its instalments are paid in the order they are due.
    pledge = Text(load_default=None, allow_none=True, longest=40)
    donor_name = Text(load_default="")
    passed_on_by = Text(load_default=None, allow_none=True)
    anonymous = fields.Boolean(load_default=False)
    agreement = Text(load_default=None, allow_none=True, longest=120)
    bank_reference = Text(load_default=None, allow_none=True, longest=120)
    note = Text(load_default=None, allow_none=True, longest=2000)
    item = Text(load_default=None, allow_none=True)
    quantity = Text(load_default=None, allow_none=True, longest=60)
    value_evidence = Text(load_default=None, allow_none=True)
    served = fields.String(
        load_default=SERVED_EXPENSES[0], validate=validate.OneOf(SERVED_EXPENSES)
    )
    recipient = Text(load_default=None, allow_none=True, longest=60)
    attachments = fields.Integer(load_default=1, strict=True, validate=validate.Range(0, 9999))


class Ending(Input):
    """Why a gift ends, and on which date its red voucher stands (default: today)."""

    reason = Text(required=True, shortest=1, longest=500)
    date = Day(load_default=None, allow_none=True)


class Correction(Ending):
    """The gift as it should have been recorded, and why."""

    gift = fields.Nested(NewGift, required=True)


class NewRefund(Ending):
    """What goes back and by whose cause; with `pay_from` it is paid from that account at once."""

    amount = Amount(required=True)
    cause = one_of(RefundCause, required=True)
    pay_from = Text(load_default=None, allow_none=True, longest=32)


class GiftQuery(Input):
    """What a list of gifts is narrowed to."""

    donor = fields.Integer(load_default=None)
    fund = Text(load_default="", longest=32)
    received_from = Day(load_default=None, data_key="from")
    received_to = Day(load_default=None, data_key="to")
    least = Amount(load_default=None, data_key="min")
    most = Amount(load_default=None, data_key="max")
    state = one_of(GiftState, load_default=None)
    kind = one_of(GiftKind, load_default=None)
    batch = fields.Integer(load_default=None)
    q = Text(load_default="")
    sort = fields.String(
        load_default="-received_on",
        validate=validate.OneOf(["received_on", "-received_on", "amount", "-amount"]),
    )


class GiftDonorAnswer(Schema):
    """The donor of a gift."""

    id = fields.Integer()
    name = fields.String()
    kind = fields.String()


class GiftVoucherAnswer(Schema):
    """A voucher that a gift made."""

    id = fields.Integer()
    state = fields.String()
    number = fields.String(allow_none=True)


class GiftRowAnswer(Schema):
    """A gift in a list."""

    reference = fields.String(metadata={"example": "G2026-000123"})
    state = fields.String(metadata={"enum": [state.value for state in GiftState]})
    kind = fields.String()
    method = fields.String()
    received_on = fields.String(metadata=_DATE)
    amount = fields.String(metadata=_MONEY)
    remaining = fields.String(metadata=_MONEY)
    currency = fields.String()
    donor = fields.Nested(GiftDonorAnswer)
    anonymous = fields.Boolean()
    funds = fields.List(fields.String())
    bank_reference = fields.String(allow_none=True)
    voucher = fields.Nested(GiftVoucherAnswer)
    batch = fields.Integer(allow_none=True)
    recorded_by = fields.String()
    recorded_at = fields.String()


class OriginalAnswer(Schema):
    """What a foreign gift was."""

    amount = fields.String(metadata=_MONEY)
    currency = fields.String()
    rate = fields.String()
    rate_on = fields.String(metadata=_DATE, allow_none=True)


class AllocationAnswer(Schema):
    """The part of a gift that goes to one fund."""

    fund = fields.String()
    name = fields.String()
    amount = fields.String(metadata=_MONEY)


class GiftChangeAnswer(Schema):
    """What happened to a gift."""

    id = fields.Integer()
    kind = fields.String()
    cause = fields.String(allow_none=True)
    date = fields.String(metadata=_DATE)
    amount = fields.String(metadata=_MONEY)
    reason = fields.String()
    voucher = fields.Nested(GiftVoucherAnswer, allow_none=True)
    replaced_by = fields.String(allow_none=True)
    withdrawn = fields.Boolean()
    recorded_by = fields.String()
    recorded_at = fields.String()


class GiftBatchAnswer(Schema):
    """The register that a gift came from."""

    id = fields.Integer()
    file = fields.String()
    row = fields.Integer()


class GiftAnswer(Schema):
    """A gift with everything that belongs to it."""

    reference = fields.String(metadata={"example": "G2026-000123"})
    state = fields.String(metadata={"enum": [state.value for state in GiftState]})
    kind = fields.String()
    method = fields.String()
    received_on = fields.String(metadata=_DATE)
    amount = fields.String(metadata=_MONEY)
    remaining = fields.String(metadata=_MONEY)
    currency = fields.String()
    original = fields.Nested(OriginalAnswer, allow_none=True)
    donor = fields.Nested(GiftDonorAnswer)
    donor_name = fields.String()
    passed_on_by = fields.String(allow_none=True)
    anonymous = fields.Boolean()
    account = fields.String()
    allocations = fields.List(fields.Nested(AllocationAnswer))
    pledge = fields.String(allow_none=True, metadata={"example": "P2026-000012"})
    recipient = fields.String(allow_none=True)
    agreement = fields.String(allow_none=True)
    bank_reference = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    item = fields.String(allow_none=True)
    quantity = fields.String(allow_none=True)
    value_evidence = fields.String(allow_none=True)
    attachments = fields.Integer()
    voucher = fields.Nested(GiftVoucherAnswer)
    changes = fields.List(fields.Nested(GiftChangeAnswer))
    replaces = fields.String(allow_none=True)
    probable_duplicates = fields.List(fields.String())
    batch = fields.Nested(GiftBatchAnswer, allow_none=True)
    recorded_by = fields.String()
    recorded_at = fields.String()

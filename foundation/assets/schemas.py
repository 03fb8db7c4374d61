"""What the API takes and gives about assets, goods and investments."""

from marshmallow import Schema, fields, validate

from foundation.assets.investment_list import STATES
from foundation.assets.models import AssetKind, InvestmentKind, Origin
from foundation.http.fields import Amount, Day, Input, Text, one_of

_MONEY = {"example": "120000.00"}
_DATE = {"format": "date"}
_PERIOD = {"example": "2026-03"}


class NewAsset(Input):
    """An asset to register; the voucher of its purchase or gift exists apart."""

    number = Text(required=True, shortest=1, longest=32)
    name = Text(required=True, shortest=1)
    kind = one_of(AssetKind, required=True)
    acquired_on = Day(required=True)
    cost = Amount(required=True)
    life_months = fields.Integer(required=True, strict=True)
    fund = Text(required=True, shortest=1, longest=32)
    used_by = Text(required=True, shortest=1)
    custody = Text(required=True, shortest=1)
    evidence = Text(required=True, shortest=1)
    account = Text(load_default="", longest=32)
    gift = Text(load_default=None, allow_none=True, longest=40)
    residual = Amount(load_default=0)
    charged_before = Amount(load_default=0)
    expense = Text(load_default="management_expense", longest=64)
    units = fields.Integer(load_default=1, strict=True)


class NewDisposal(Input):
    """How an asset leaves; with `units` only some of its pieces."""

    date = Day(required=True)
    reason = Text(required=True, shortest=1, longest=300)
    proceeds = Amount(load_default=0)
    account = Text(load_default="", longest=32)
    units = fields.Integer(load_default=None, allow_none=True, strict=True)
    evidence = Text(load_default="", longest=200)


class NewImpairment(Input):
    """What an asset is written down by."""

    date = Day(required=True)
    amount = Amount(required=True)
    reason = Text(required=True, shortest=1, longest=300)
    evidence = Text(required=True, shortest=1)


class NewKeeper(Input):
    """Who uses and keeps an asset from now on."""

    used_by = Text(required=True, shortest=1)
    custody = Text(required=True, shortest=1)


class AssetQuery(Input):
    """What a list of assets is narrowed to."""

    q = Text(load_default="")
    kind = one_of(AssetKind, load_default=None)
    origin = one_of(Origin, load_default=None)
    fund = Text(load_default="", longest=32)
    state = fields.String(load_default="", validate=validate.OneOf(("", "held", "gone")))


class AssetAnswer(Schema):
    """An asset as its register has it now."""

    number = fields.String()
    name = fields.String()
    kind = fields.String()
    origin = fields.String()
    state = fields.String()
    acquired_on = fields.String(metadata=_DATE)
    disposed_on = fields.String(metadata=_DATE, allow_none=True)
    fund = fields.String()
    used_by = fields.String()
    custody = fields.String()
    units = fields.Integer()
    life_months = fields.Integer()
    cost = fields.String(metadata=_MONEY)
    charged = fields.String(metadata=_MONEY)
    impaired = fields.String(metadata=_MONEY)
    net = fields.String(metadata=_MONEY)


class Month(Input):
    """The month to charge."""

    period = fields.String(
        required=True, validate=validate.Regexp(r"^[0-9]{4}-(0[1-9]|1[0-2])$"), metadata=_PERIOD
    )


class ChargeAnswer(Schema):
    """What one asset bears in a month."""

    asset = fields.String()
    amount = fields.String(metadata=_MONEY)


class RunAnswer(Schema):
    """A month as it is charged, or would be."""

    period = fields.String(metadata=_PERIOD)
    charged = fields.Boolean()
    voucher = fields.Integer(allow_none=True)
    total = fields.String(metadata=_MONEY)
    lines = fields.List(fields.Nested(ChargeAnswer))


class NewItem(Input):
    """An item of the register of goods; with a recipient it is held for others."""

    number = Text(required=True, shortest=1, longest=32)
    name = Text(required=True, shortest=1)
    unit = Text(required=True, shortest=1, longest=20)
    fund = Text(required=True, shortest=1, longest=32)
    custody = Text(required=True, shortest=1)
    recipient = Text(load_default=None, allow_none=True)


class _Moved(Input):
    date = Day(required=True)
    quantity = fields.Integer(required=True, strict=True)
    evidence = Text(required=True, shortest=1)


class NewReceipt(_Moved):
    """Goods of a gift that are taken in."""

    gift = Text(required=True, shortest=1, longest=40)
    amount = Amount(required=True)


class NewIssue(_Moved):
    """Goods that are given out, or handed over to whom they are held for."""

    party = Text(required=True, shortest=1)
    voucher = Text(load_default=None, allow_none=True, longest=40)


class NewSale(_Moved):
    """Goods that are sold."""

    party = Text(required=True, shortest=1)
    proceeds = Amount(required=True)
    account = Text(required=True, shortest=1, longest=32)


class NewCount(Input):
    """What was counted."""

    date = Day(required=True)
    counted = fields.Integer(required=True, strict=True)
    party = Text(required=True, shortest=1)
    evidence = Text(required=True, shortest=1)
    fair_value = Amount(load_default=None, allow_none=True)


class ItemQuery(Input):
    """What a list of goods is narrowed to."""

    q = Text(load_default="")
    fund = Text(load_default="", longest=32)
    agency = fields.Boolean(load_default=False)


class ItemAnswer(Schema):
    """An item with what there is of it."""

    number = fields.String()
    name = fields.String()
    unit = fields.String()
    fund = fields.String()
    custody = fields.String()
    agency = fields.Boolean()
    recipient = fields.String(allow_none=True)
    quantity = fields.Integer()
    value = fields.String(metadata=_MONEY)
    counted_on = fields.String(metadata=_DATE, allow_none=True)


class MovementAnswer(Schema):
    """A line of the stock card."""

    id = fields.Integer()
    kind = fields.String()
    date = fields.String(metadata=_DATE)
    quantity = fields.Integer()
    value = fields.String(metadata=_MONEY)
    proceeds = fields.String(metadata=_MONEY)
    party = fields.String()
    evidence = fields.String()
    gift = fields.String(allow_none=True)
    voucher = fields.Integer(allow_none=True)
    quantity_after = fields.Integer()
    value_after = fields.String(metadata=_MONEY)


class ItemCardAnswer(ItemAnswer):
    """An item with its stock card."""

    movements = fields.List(fields.Nested(MovementAnswer))


class NewInvestment(Input):
    """An investment: bought from `account`, given by `gift`, or booked before by `voucher`."""

    number = Text(required=True, shortest=1, longest=32)
    product = Text(required=True, shortest=1)
    kind = one_of(InvestmentKind, required=True)
    trustee = Text(required=True, shortest=1)
    licence = Text(required=True, shortest=1)
    risk = Text(required=True, shortest=1, longest=40)
    starts_on = Day(required=True)
    matures_on = Day(load_default=None, allow_none=True)
    fund = Text(required=True, shortest=1, longest=32)
    income_fund = Text(load_default=None, allow_none=True, longest=32)
    cost = Amount(required=True)
    evidence = Text(required=True, shortest=1)
    resolution = Text(load_default=None, allow_none=True, longest=120)
    equity_method = fields.Boolean(load_default=False)
    account = Text(load_default="", longest=32)
    gift = Text(load_default=None, allow_none=True, longest=40)
    voucher = Text(load_default=None, allow_none=True, longest=40)


class NewIncome(Input):
    """Income that was declared, or a share of a result (negative for a loss)."""

    date = Day(required=True)
    amount = Amount(required=True)
    evidence = Text(required=True, shortest=1)


class NewReceived(NewIncome):
    """Income that was received."""

    account = Text(required=True, shortest=1, longest=32)


class NewRedemption(NewReceived):
    """What came back; without a cost all of it."""

    cost = Amount(load_default=None, allow_none=True)


class InvestmentQuery(Input):
    """What a list of investments is narrowed to."""

    q = Text(load_default="")
    kind = one_of(InvestmentKind, load_default=None)
    fund = Text(load_default="", longest=32)
    state = fields.String(load_default="", validate=validate.OneOf(("", *STATES)))


class InvestmentAnswer(Schema):
    """An investment as its register has it now."""

    number = fields.String()
    product = fields.String()
    kind = fields.String()
    state = fields.String(metadata={"enum": list(STATES)})
    trustee = fields.String()
    risk = fields.String()
    starts_on = fields.String(metadata=_DATE)
    matures_on = fields.String(metadata=_DATE, allow_none=True)
    fund = fields.String()
    resolution = fields.String(allow_none=True)
    cost = fields.String(metadata=_MONEY)
    value = fields.String(metadata=_MONEY)
    impaired = fields.String(metadata=_MONEY)
    carrying = fields.String(metadata=_MONEY)
    income = fields.String(metadata=_MONEY)
    due = fields.String(metadata=_MONEY)

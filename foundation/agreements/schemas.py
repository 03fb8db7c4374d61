"""What the API takes and gives about agreements."""

from marshmallow import Schema, fields, validate

from foundation.agreements.models import AgreementState, Reporting
from foundation.http.fields import Amount, Day, Input, Text, one_of

_MONEY = {"example": "120000.00"}
_DATE = {"format": "date"}


class AgreementPart(Input):
    """A fund that the agreement gives to, and how much of it when that was agreed."""

    fund = Text(required=True, shortest=1, longest=32)
    amount = Amount(load_default=None, allow_none=True)


class NewAgreement(Input):
    """An agreement as it is drafted."""

    number = Text(required=True, shortest=1, longest=120)
    title = Text(required=True, shortest=1)
    donor = fields.Integer(required=True, strict=True)
    purpose = Text(required=True, shortest=1, longest=2000)
    funds = fields.List(
        fields.Nested(AgreementPart), required=True, validate=validate.Length(1, 50)
    )
    amount = Amount(load_default=None, allow_none=True)
    donor_signatory = Text(load_default="", longest=120)
    foundation_signatory = Text(load_default="", longest=120)
    third_party = Text(load_default="")
    ends_on = Day(load_default=None, allow_none=True)
    in_kind = fields.Boolean(load_default=False)
    instalments = fields.Boolean(load_default=False)
    construction = fields.Boolean(load_default=False)
    overseas = fields.Boolean(load_default=False)
    asked_by_donor = fields.Boolean(load_default=False)
    delivery = Text(load_default="", longest=2000)
    fee_basis_points = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(0, 10000)
    )
    naming = Text(load_default="")
    naming_approval = Text(load_default="")
    reporting = one_of(Reporting, load_default=Reporting.YEARLY)
    may_pool = fields.Boolean(load_default=None, allow_none=True)
    return_benefit = fields.Boolean(load_default=None, allow_none=True)
    results_to_university = fields.Boolean(load_default=None, allow_none=True)
    note = Text(load_default="", longest=2000)


class ConsentInput(Input):
    """Who agreed to a change for the donor, when, and what proves it."""

    by = Text(required=True, shortest=1, longest=120)
    on = Day(required=True)
    evidence = Text(load_default="")


class AgreementRevision(Input):
    """The agreement as it should be, why, and the consent of the donor."""

    agreement = fields.Nested(NewAgreement, required=True)
    reason = Text(load_default="", longest=500)
    consent = fields.Nested(ConsentInput, load_default=None, allow_none=True)


class Signing(Input):
    """When both had signed."""

    date = Day(required=True)


class AgreementEnding(Input):
    """Why it ends."""

    reason = Text(required=True, shortest=1, longest=500)


class AgreementQuery(Input):
    """What a list of agreements is narrowed to."""

    state = one_of(AgreementState, load_default=None)
    donor = fields.Integer(load_default=None)
    q = Text(load_default="")


class AgreementDonor(Schema):
    """Who gives."""

    id = fields.Integer()
    name = fields.String()


class AgreementRowAnswer(Schema):
    """An agreement in a list."""

    id = fields.Integer()
    number = fields.String()
    title = fields.String()
    state = fields.String(metadata={"enum": [state.value for state in AgreementState]})
    donor = fields.Nested(AgreementDonor)
    signed_on = fields.String(metadata=_DATE, allow_none=True)
    ends_on = fields.String(metadata=_DATE, allow_none=True)
    amount = fields.String(metadata=_MONEY, allow_none=True)
    received = fields.String(metadata=_MONEY)
    pledged_open = fields.String(metadata=_MONEY)


class AgreementAnswer(AgreementRowAnswer):
    """An agreement with everything that belongs to it."""

    purpose = fields.String()
    funds = fields.List(fields.Dict())
    donor_signatory = fields.String(allow_none=True)
    foundation_signatory = fields.String(allow_none=True)
    third_party = fields.String(allow_none=True)
    delivery = fields.String(allow_none=True)
    fee_basis_points = fields.Integer(allow_none=True)
    naming = fields.String(allow_none=True)
    naming_approval = fields.String(allow_none=True)
    reporting = fields.String()
    in_kind = fields.Boolean()
    instalments = fields.Boolean()
    construction = fields.Boolean()
    overseas = fields.Boolean()
    asked_by_donor = fields.Boolean()
    may_pool = fields.Boolean(allow_none=True)
    return_benefit = fields.Boolean(allow_none=True)
    results_to_university = fields.Boolean(allow_none=True)
    note = fields.String(allow_none=True)
    gifts = fields.List(fields.Dict())
    pledges = fields.List(fields.Dict())
    files = fields.List(fields.Dict())
    changes = fields.List(fields.Dict())
    required_because = fields.List(fields.Dict())
    match_warnings = fields.List(fields.Dict())
    recorded_by = fields.String()
    recorded_at = fields.String()

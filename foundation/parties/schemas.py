"""What the API takes and gives about related parties. Whole identity numbers never leave."""

from marshmallow import Schema, fields

from foundation.http.fields import Amount, Day, Input, Text, one_of
from foundation.parties.models import DealingKind, RelationKind


class RelationBody(Input):
    """Why a party is related, from when to when, and which paper says so."""

    kind = one_of(RelationKind, required=True)
    is_important = fields.Boolean(required=True, truthy={True}, falsy={False})
    relation = Text(required=True, shortest=1, longest=300)
    source = Text(required=True, shortest=1, longest=300)
    valid_from = Day(required=True)
    valid_until = Day(load_default=None, allow_none=True)


class NewParty(Input):
    """A related party to declare, with its first relation."""

    name = Text(required=True, shortest=1)
    is_person = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    credit_code = Text(load_default="", longest=40)
    id_number = Text(load_default="", longest=40)
    relation = fields.Nested(RelationBody, required=True)


class EndBody(Input):
    """Until when a relation lasted, and why it ended."""

    until = Day(required=True)
    reason = Text(required=True, shortest=1, longest=500)


class ReasonBody(Input):
    """Why."""

    reason = Text(required=True, shortest=1, longest=500)


class NameBody(Input):
    """The new name, and why."""

    name = Text(required=True, shortest=1)
    reason = Text(required=True, shortest=1, longest=500)


class LinkBody(Input):
    """What in another register is this party: exactly one of the three."""

    donor = fields.Integer(load_default=None, allow_none=True, strict=True)
    counterparty = fields.Integer(load_default=None, allow_none=True, strict=True)
    investment = fields.Integer(load_default=None, allow_none=True, strict=True)


class RulingBody(Input):
    """What the dealing in a voucher is, and the paper behind it."""

    voucher_id = fields.Integer(required=True, strict=True)
    kind = one_of(DealingKind, load_default=None, allow_none=True)
    decision = Text(load_default="")
    reason = Text(required=True, shortest=1, longest=500)


class PublishBody(Input):
    """When and where the dealing in a voucher was published."""

    voucher_id = fields.Integer(required=True, strict=True)
    published_on = Day(required=True)
    place = Text(load_default="", longest=500)


class DismissalBody(Input):
    """Why somebody who was suggested is not related."""

    subject = Text(required=True, shortest=1, longest=60)
    ground = Text(required=True, shortest=1, longest=60)
    reason = Text(required=True, shortest=1, longest=500)


class PartyQuery(Input):
    """What a list is narrowed to."""

    q = Text(load_default="")
    kind = one_of(RelationKind, load_default=None)
    important = fields.Boolean(load_default=None, allow_none=True)
    standing = Text(load_default="", longest=10)


class DealingQuery(Input):
    """Of which days, and of which party."""

    first = Day(load_default=None)
    last = Day(load_default=None)
    party = Text(load_default="", longest=24)


class RelationAnswer(Schema):
    """A relation as it was stated."""

    id = fields.Integer()
    kind = fields.String(metadata={"enum": [kind.value for kind in RelationKind]})
    is_important = fields.Boolean()
    relation = fields.String()
    source = fields.String()
    valid_from = fields.String()
    valid_until = fields.String(allow_none=True)
    recorded_by = fields.String()
    withdrawn_reason = fields.String(allow_none=True)


class LinkAnswer(Schema):
    """What in another register is the party."""

    id = fields.Integer()
    name = fields.String()
    donor = fields.Integer(allow_none=True)
    counterparty = fields.Integer(allow_none=True)
    investment = fields.Integer(allow_none=True)


class PartyAnswer(Schema):
    """A related party."""

    number = fields.String()
    name = fields.String()
    is_person = fields.Boolean()
    credit_code = fields.String(allow_none=True)
    id_number_masked = fields.String(allow_none=True)
    is_related = fields.Boolean()
    is_important = fields.Boolean()
    relations = fields.List(fields.Nested(RelationAnswer))
    links = fields.List(fields.Nested(LinkAnswer))
    recorded_by = fields.String()
    recorded_at = fields.String()


class DealingAnswer(Schema):
    """What one voucher did with one party."""

    party = fields.String()
    name = fields.String()
    kind = fields.String(metadata={"enum": [kind.value for kind in DealingKind]})
    amount = Amount(attribute="amount_minor")
    voucher = fields.String()
    voucher_id = fields.Integer()
    booked_on = Day()
    summary = fields.String()
    is_important = fields.Boolean()
    is_undone = fields.Boolean()
    decision = fields.String()
    published_on = Day(allow_none=True)
    place = fields.String()


class DealingsAnswer(Schema):
    """The dealings of some days."""

    dealings = fields.List(fields.Nested(DealingAnswer))


class SuggestionAnswer(Schema):
    """Somebody who may be related."""

    subject = fields.String()
    ground = fields.String()
    name = fields.String()
    amount = Amount(attribute="amount_minor")
    party = fields.String(allow_none=True)
    relation = fields.String()


class SuggestionsAnswer(Schema):
    """Everybody who may be related."""

    suggestions = fields.List(fields.Nested(SuggestionAnswer))

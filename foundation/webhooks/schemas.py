"""What programs send and get about the addresses that are told of events."""

from marshmallow import Schema, fields, validate

from foundation.http.fields import Input, Moment, Text
from foundation.webhooks.events import EVENTS
from foundation.webhooks.models import WebhookState


class NewWebhook(Input):
    """An address and what it is told of."""

    url = Text(required=True, metadata={"example": "https://crm.example.org/foundation"})
    events = fields.List(
        fields.String(validate=validate.OneOf(list(EVENTS))),
        required=True,
        validate=validate.Length(min=1),
        metadata={"example": ["gift.recorded", "voucher.posted"]},
    )


class WebhookChange(Input):
    """Pause, resume or end an address."""

    state = fields.Enum(WebhookState, by_value=True, required=True)


class WebhookAnswer(Schema):
    """An address; its secret is in the answer to its creation and nowhere else."""

    id = fields.Integer()
    url = fields.String()
    events = fields.List(fields.String())
    state = fields.String(metadata={"enum": [state.value for state in WebhookState]})
    last_error = fields.String(allow_none=True)
    next_try_at = fields.String(allow_none=True)
    created_by = fields.String()
    created_at = fields.String()


class CreatedWebhookAnswer(WebhookAnswer):
    """A new address with the secret that its signatures are made with."""

    secret = fields.String()


class AttemptAnswer(Schema):
    """One attempt to tell an address of an event."""

    delivery = fields.String(metadata={"example": "1-204"})
    event = fields.String()
    at = Moment()
    status = fields.Integer(allow_none=True)
    detail = fields.String(allow_none=True)
    delivered = fields.Boolean()

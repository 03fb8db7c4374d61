"""What the API takes and gives about publications."""

from marshmallow import Schema, fields

from foundation.http.fields import Input, Text


class NewPublication(Input):
    """A publication without files; those are added on the page."""

    kind = Text(required=True, shortest=1, longest=32)
    subject = Text(load_default="current", shortest=1, longest=40)
    title = Text(load_default="", longest=120)
    text = Text(load_default="", longest=4000)
    correction = Text(load_default="", longest=1000)


class Approval(Input):
    """The digest of what was looked at."""

    digest = Text(required=True, shortest=64, longest=64)


class Refusal(Input):
    """Why a prepared publication is sent back."""

    reason = Text(required=True, shortest=1, longest=500)


class PublicationAnswer(Schema):
    """A version of an entry."""

    id = fields.Integer()
    kind = fields.String()
    subject = fields.String()
    number = fields.Integer(allow_none=True)
    state = fields.String()
    title = fields.String()
    digest = fields.String()
    correction = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    prepared_by = fields.String()
    published_by = fields.String(allow_none=True)
    published_at = fields.String(allow_none=True, metadata={"format": "date-time"})


class PublicationsAnswer(Schema):
    """The latest versions."""

    publications = fields.List(fields.Nested(PublicationAnswer))

"""What programs send and get about issued statements."""

from marshmallow import Schema, fields, validate

from foundation.http.fields import Input, Text

_SHA256 = {"example": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}


class NewStatements(Input):
    """The period whose statements become final, and who answers for them."""

    period = Text(required=True, metadata={"example": "2026-Q1"})
    layout = fields.String(load_default="auto", validate=validate.OneOf(["auto", "2024", "2004"]))
    legal_representative = Text(load_default="")
    accounting_head = Text(load_default="")
    preparer = Text(load_default="")


class StatementsAnswer(Schema):
    """Statements that were issued; `files` are read below them by name."""

    id = fields.Integer()
    period = fields.String()
    layout = fields.String()
    sha256 = fields.String(metadata=_SHA256)
    chain_head = fields.String(metadata=_SHA256)
    legal_representative = fields.String()
    accounting_head = fields.String()
    preparer = fields.String()
    issued_by = fields.String()
    issued_at = fields.String()
    files = fields.List(fields.String())

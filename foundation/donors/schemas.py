"""What the API takes and gives about donors. Whole identity numbers leave only by `unmask`."""

from marshmallow import Schema, fields

from foundation.donors.models import DonorKind
from foundation.http.fields import Input, Text, one_of


class NewDonor(Input):
    """A donor to record."""

    name = Text(required=True, shortest=1)
    kind = one_of(DonorKind, required=True)
    credit_code = Text(load_default="", longest=40)
    id_number = Text(load_default="", longest=40)
    email = Text(load_default="")
    phone = Text(load_default="", longest=40)
    note = Text(load_default="", longest=2000)


class DonorContact(Input):
    """Contact data to change; a field left out stays, "" takes it away."""

    email = Text()
    phone = Text(longest=40)
    note = Text(longest=2000)


class Unmasking(Input):
    """Why the whole identity number is needed; it stands in the trail."""

    reason = Text(required=True, shortest=1, longest=500)


class Merging(Input):
    """The donor that is merged into this one, and why."""

    donor = fields.Integer(required=True, strict=True)
    reason = Text(required=True, shortest=1, longest=500)


class Unmerging(Input):
    """Why a merge is undone."""

    reason = Text(required=True, shortest=1, longest=500)


class ClassFactBody(Input):
    """A class that the donor was in, and how many there were, if that is known."""

    college = Text(required=True, shortest=1, longest=120)
    class_name = Text(required=True, shortest=1, longest=120)
    year = fields.Integer(required=True, strict=True)
    members = fields.Integer(load_default=None, allow_none=True, strict=True)


class DonorQuery(Input):
    """A search by name, pinyin, initials or credit code; empty for everybody."""

    q = Text(load_default="")
    kind = one_of(DonorKind, load_default=None)


class SimilarDonor(Schema):
    """A donor that may be the same, and why."""

    id = fields.Integer()
    name = fields.String()
    why = fields.String()


class DonorAnswer(Schema):
    """A donor."""

    id = fields.Integer()
    name = fields.String()
    kind = fields.String(metadata={"enum": [kind.value for kind in DonorKind]})
    credit_code = fields.String(allow_none=True)
    id_number_masked = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    merged_into = fields.Integer(allow_none=True)
    recorded_by = fields.String()
    recorded_at = fields.String()
    similar = fields.List(fields.Nested(SimilarDonor))


class IdNumberAnswer(Schema):
    """The whole identity number of a donor."""

    id = fields.Integer()
    id_number = fields.String()

"""What the API takes and gives about schemes, decisions and claims."""

from marshmallow import Schema, fields

from foundation.claims.kinds import ClaimState, Payee
from foundation.http.fields import Amount, Day, Input, Text, one_of
from foundation.matching.results import GiftStatus


class SchemeParameter(Schema):
    """A parameter of a scheme and how far it was compared with the official document."""

    name = fields.String()
    label = fields.String()
    value = fields.String()
    state = fields.String(
        metadata={"enum": ["confirmed", "proposed", "unconfirmed", "memory", "unknown"]}
    )


class SchemeAnswer(Schema):
    """A matching scheme in force."""

    id = fields.String()
    version = fields.Integer(allow_none=True)
    title = fields.String()
    status = fields.String()
    grade = fields.String()
    document = fields.String(allow_none=True)
    in_force_from = fields.String(allow_none=True, metadata={"format": "date"})
    in_force_to = fields.String(allow_none=True, metadata={"format": "date"})
    currency = fields.String()
    origin = fields.String()
    digest = fields.String()
    parameters = fields.List(fields.Nested(SchemeParameter))


class NewSchemeText(Input):
    """The text of a scheme (YAML), to be checked and stored as a new version."""

    # Not stripped: the lines of its mistakes are those of what was sent.
    text = fields.String(required=True)
    reason = Text(required=True, shortest=1, longest=500)


class SchemeText(Input):
    """The text of a scheme (YAML), only to be checked."""

    # Not stripped: the lines of its mistakes are those of what was sent.
    text = fields.String(required=True)


class ProblemAnswer(Schema):
    """One mistake of a scheme file."""

    line = fields.Integer()
    field = fields.String()
    message = fields.String()
    message_en = fields.String()


class ProblemsAnswer(Schema):
    """Every mistake of a scheme file; none when it can be stored."""

    problems = fields.List(fields.Nested(ProblemAnswer))


class ClaimFilter(Input):
    """Which claims."""

    scheme = Text(load_default=None)
    year = fields.Integer(load_default=None)
    state = one_of(ClaimState, load_default=None)


class NewClaim(Input):
    """Under which scheme and for which year a claim is computed."""

    scheme = Text(required=True, shortest=1, longest=64)
    year = fields.Integer(required=True, strict=True)


class BlockerAnswer(Schema):
    """One thing that keeps a claim from being final."""

    parameter = fields.String()
    state = fields.String()
    zh = fields.String()
    en = fields.String()


class ClaimAnswer(Schema):
    """A claim: its figures, and what is missing."""

    id = fields.Integer()
    scheme = fields.String()
    scheme_version = fields.Integer()
    year = fields.Integer()
    sequence = fields.Integer()
    state = fields.String()
    status = fields.String()
    is_final = fields.Boolean()
    currency = fields.String()
    gifts = fields.Integer()
    eligible = fields.Integer()
    ineligible = fields.Integer()
    undecided = fields.Integer()
    recognised = fields.String(allow_none=True)
    recognised_min = fields.String(allow_none=True)
    recognised_max = fields.String(allow_none=True)
    matched = fields.String(allow_none=True)
    matched_min = fields.String(allow_none=True)
    matched_max = fields.String(allow_none=True)
    missing = fields.List(fields.String())
    blockers = fields.List(fields.Nested(BlockerAnswer))
    computed_by = fields.String()
    frozen_by = fields.String(allow_none=True)
    digest = fields.String(allow_none=True)
    submitted_on = fields.String(allow_none=True, metadata={"format": "date"})
    submitted_to = fields.String(allow_none=True)


class LineFilter(Input):
    """Which lines of a claim."""

    status = one_of(GiftStatus, load_default=None)
    code = Text(load_default="")


class LineAnswer(Schema):
    """A gift in a claim."""

    gift = fields.String()
    received_on = fields.String(metadata={"format": "date"})
    status = fields.String()
    codes = fields.List(fields.String())
    questions = fields.List(fields.String())
    amount = fields.String()
    recognised_min = fields.String()
    recognised_max = fields.String(allow_none=True)
    fund = fields.String(allow_none=True)


class WorkListFilter(Input):
    """Which gifts of a work list."""

    # A reason code, or `?` and the fact that is asked for.
    code = Text(load_default="", longest=120)
    q = Text(load_default="")
    fund = Text(load_default="", longest=32)
    can_mend = fields.Boolean(load_default=None)
    min = Amount(load_default=None)
    max = Amount(load_default=None)


class LackAnswer(Schema):
    """One thing that a gift lacks."""

    code = fields.String()
    fact = fields.String(allow_none=True)
    what = fields.String()
    what_en = fields.String()
    clause = fields.String(allow_none=True)
    can_mend = fields.Boolean()
    shortfall = fields.String(allow_none=True)


class WorkAnswer(Schema):
    """A gift that does not count yet, and what it lacks."""

    gift = fields.String()
    donor = fields.String()
    received_on = fields.String(metadata={"format": "date"})
    fund = fields.String(allow_none=True)
    status = fields.String()
    at_stake = fields.String()
    match_at_stake = fields.String(allow_none=True)
    can_mend = fields.Boolean()
    lacks = fields.List(fields.Nested(LackAnswer))


class StepAnswer(Schema):
    """One step of a trace."""

    step = fields.Integer()
    outcome = fields.String()
    rule = fields.String(allow_none=True)
    clause = fields.String(allow_none=True)
    sources = fields.List(fields.String())
    sentence = fields.String()
    sentence_en = fields.String()


class TraceAnswer(Schema):
    """Why a gift stands as it does."""

    gift = fields.String()
    status = fields.String()
    reproduced = fields.Boolean()
    trace = fields.List(fields.Nested(StepAnswer))


class Submission(Input):
    """That a claim was handed in."""

    submitted_on = Day(required=True)
    submitted_to = Text(required=True, shortest=1)
    reference = Text(load_default="", longest=120)


class Withdrawal(Input):
    """Why a claim is given up."""

    reason = Text(required=True, shortest=1, longest=500)


class Difference(Input):
    """One reason why the award is not what was computed."""

    amount = Amount(required=True)
    reason = Text(required=True, shortest=1, longest=500)


class NewAwardBody(Input):
    """The official award of a claim."""

    amount = Amount(required=True)
    awarded_on = Day(required=True)
    document_title = Text(required=True, shortest=1)
    document_number = Text(load_default="", longest=120)
    payee = one_of(Payee, required=True)
    reason = Text(load_default="", longest=500)
    differences = fields.List(fields.Nested(Difference), load_default=list)


class DifferenceAnswer(Schema):
    """A reason and its amount."""

    amount = fields.String()
    reason = fields.String()


class AwardAnswer(Schema):
    """An award with what followed."""

    amount = fields.String()
    awarded_on = fields.String(metadata={"format": "date"})
    document = fields.String()
    payee = fields.String()
    verdict = fields.String()
    reason = fields.String(allow_none=True)
    differences = fields.List(fields.Nested(DifferenceAnswer))
    received = fields.String()
    used = fields.String()
    repaid = fields.String()


class NewDecisionBody(Input):
    """An answer to what the texts leave open; one of gift, fund and year."""

    question = Text(required=True, shortest=1, longest=120)
    answer = fields.Raw(required=True, allow_none=True)
    reason = Text(required=True, shortest=1, longest=2000)
    scheme = Text(load_default="*", longest=64)
    gift = Text(load_default=None, allow_none=True)
    fund = Text(load_default=None, allow_none=True)
    year = fields.Integer(load_default=None, allow_none=True)
    evidence = Text(load_default="", longest=2000)
    supersedes = fields.Integer(load_default=None, allow_none=True)


class DecisionFilter(Input):
    """Which decisions."""

    scheme = Text(load_default=None)
    gift = Text(load_default=None)
    year = fields.Integer(load_default=None)


class DecisionAnswer(Schema):
    """A decision."""

    id = fields.Integer()
    scheme = fields.String()
    gift = fields.String(allow_none=True)
    fund = fields.String(allow_none=True)
    year = fields.Integer(allow_none=True)
    question = fields.String()
    label = fields.String()
    answer = fields.Raw(allow_none=True)
    reason = fields.String()
    evidence = fields.String(allow_none=True)
    decided_on = fields.String(metadata={"format": "date"})
    decided_by = fields.String()
    supersedes = fields.Integer(allow_none=True)
    is_live = fields.Boolean()

"""What the API takes about the workspace; answers are the documents of `documents`."""

from marshmallow import Schema, fields, validate

from foundation.assessment.models import Confirming
from foundation.http.fields import Day, Input, Text, one_of


class NewScore(Input):
    """Points for an indicator; empty points take the score back, with a note that says why."""

    points = Text(required=True, longest=12)
    note = Text(load_default="", longest=1000)


class NewConfirmation(Input):
    """What a second person says to the score that they saw."""

    score = fields.Integer(required=True, strict=True)
    verdict = one_of(Confirming, required=True)
    note = Text(load_default="", longest=1000)


class NewTask(Input):
    """What somebody is asked to do."""

    title = Text(required=True, shortest=1)
    assignee = Text(required=True, shortest=1, longest=64)
    due_on = Day(required=True)
    indicator = Text(load_default="", longest=40)
    gap = Text(load_default="", longest=120)
    note = Text(load_default="", longest=500)


class TaskEnding(Input):
    """That a task is done, or no longer wanted."""

    state = Text(required=True, validate=validate.OneOf(["done", "dropped"]))
    note = Text(load_default="", longest=500)


class WorkspaceAnswer(Schema):
    """The whole workspace."""

    rubric = fields.Raw()
    checked_at = fields.String(allow_none=True)
    total = fields.Raw()
    sections = fields.List(fields.Raw())
    grade = fields.String(allow_none=True)
    indicators = fields.List(fields.Raw())


class IndicatorAnswer(Schema):
    """One indicator with its evidence."""

    code = fields.String()
    levels = fields.List(fields.String())
    text = fields.String()
    points = fields.String(allow_none=True)
    score = fields.String(allow_none=True)
    score_id = fields.Integer(allow_none=True)
    is_confirmed = fields.Boolean()
    suggested = fields.String(allow_none=True)
    state = fields.String()
    gaps = fields.List(fields.Raw())
    papers = fields.List(fields.Raw())
    open_tasks = fields.Integer()
    method = fields.String()
    proof = fields.String()
    grade = fields.String()
    looks_at = fields.String()
    pack_files = fields.List(fields.String())
    reports = fields.List(fields.String())
    slots = fields.List(fields.String())
    probes = fields.List(fields.Raw())
    tasks = fields.List(fields.Raw())


class TaskAnswer(Schema):
    """One task."""

    id = fields.Integer()
    indicator = fields.String(allow_none=True)
    title = fields.String()
    gap = fields.String(allow_none=True)
    assignee = fields.String()
    due_on = fields.String()
    state = fields.String()
    is_overdue = fields.Boolean()
    duty = fields.String(allow_none=True)
    note = fields.String()
    created_by = fields.String()
    closed_by = fields.String(allow_none=True)


class TasksAnswer(Schema):
    """Every task of the rubric and years."""

    tasks = fields.List(fields.Nested(TaskAnswer))


class PapersAnswer(Schema):
    """Every paper."""

    papers = fields.List(fields.Raw())


class RubricsAnswer(Schema):
    """Every rubric."""

    chosen = fields.String(allow_none=True)
    rubrics = fields.List(fields.Raw())

"""Programs that record and read donors."""

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import serving
from tests.serving import Program


@pytest.fixture
def recording(served: Engine, app: Flask) -> Program:
    """A program with the accountant's token."""
    return Program(app, serving.issue_token(served, Role.ACCOUNTANT))


@pytest.fixture
def reading(served: Engine, app: Flask) -> Program:
    """A program with the auditor's token."""
    return Program(app, serving.issue_token(served, Role.AUDITOR))

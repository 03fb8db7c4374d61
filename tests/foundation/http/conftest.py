"""A program of an administrator, for what holds of every page and call."""

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import serving
from tests.serving import Program


@pytest.fixture
def program(app: Flask, served: Engine) -> Program:
    """A program with the token of an administrator."""
    return Program(app, serving.issue_token(served, Role.ADMINISTRATOR))

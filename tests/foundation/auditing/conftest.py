"""The auditor's desk on books with a few vouchers and a gift, its reports beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

import wsgi
from foundation import database
from foundation.books import papers
from foundation.http.context import Services
from foundation.users.models import Role
from tests import factories, serving
from tests.databases import Databases
from tests.factories import CLOCK, PREPARER
from tests.foundation.gifts import gift_cases
from tests.serving import Browser


def build(engine: Engine) -> None:
    """Books of an organisation, a person for each role, two vouchers and a gift."""
    serving.open_books(engine)
    factories.install_organisation(engine)
    factories.post_gift(engine)
    factories.post_spending(engine)
    gift_cases.posted(engine, minor=500_00, donor=gift_cases.donor(engine))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def audited(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "audited", build) as engine:
        yield engine


@pytest.fixture
def desk(audited: Engine, folder: Path) -> Flask:
    """The whole application, the first voucher with two papers."""
    with database.transaction(audited) as session:
        for name, content in (("回单.pdf", b"%PDF-1.7 first"), ("票.png", b"\x89PNG second")):
            papers.add(
                session,
                1,
                name=name,
                content=content,
                data_dir=folder,
                actor=PREPARER,
                clock=CLOCK,
            )
    services = Services(engine=audited, clock=CLOCK, config=serving.settings(folder))
    return wsgi.join(services)


@pytest.fixture
def auditor(desk: Flask) -> Browser:
    return serving.signed_in(desk, Role.AUDITOR)


@pytest.fixture
def accountant(desk: Flask) -> Browser:
    return serving.signed_in(desk, Role.ACCOUNTANT)

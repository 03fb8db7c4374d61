"""The application as a server gets it: one factory, nothing done before it is called."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import wsgi
from foundation import database
from foundation.config import BadSetting, Config
from foundation.http.context import EXTENSION, Services
from foundation.organisation import profiles, service
from tests import factories, serving

ROOT = Path(wsgi.__file__).parent


def test_importing_does_nothing(tmp_path: Path) -> None:
    environ = {**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": "", "SECRET_KEY": ""}
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi; print('imported')"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "imported\n", done.stderr
    assert list(tmp_path.iterdir()) == []


def test_foundation_and_reports_are_joined(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'books.db'}"
    engine = database.create(url)
    database.upgrade(engine)
    with database.transaction(engine) as session:
        profile = profiles.load(profiles.DEMO)
        service.initialise(session, profile, start=None, clock=factories.CLOCK)
    engine.dispose()

    app = wsgi.build_app(_settings(tmp_path, url))

    services: Services = app.extensions[EXTENSION]
    assert {"home.desk", "books.vouchers", "reports.index"} <= set(app.view_functions)
    assert services.clock.zone == "Asia/Shanghai"
    assert app.test_client().get("/readyz").status_code == 200
    services.engine.dispose()


def test_application_starts_before_the_database_is_ready(tmp_path: Path) -> None:
    app = wsgi.build_app(_settings(tmp_path, f"sqlite:///{tmp_path / 'books.db'}"))

    client = app.test_client()
    assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 503)
    app.extensions[EXTENSION].engine.dispose()


def _settings(folder: Path, url: str) -> Config:
    return replace(serving.settings(folder), database_url=url)


def test_weak_secret_stops_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", "secret")

    with pytest.raises(BadSetting):
        wsgi.build_app()

"""The check of the books on its page: kept, shown with its age, and each finding led to its row."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine, select, text

import wsgi
from foundation import database
from foundation.home import checking, strip
from foundation.home.check_labels import LABELS
from foundation.home.models import CheckRun
from foundation.home.strip import Tile, TileState, Viewer
from foundation.http.context import Services
from foundation.users.models import Role
from ledger import integrity
from ledger.integrity import Check, Finding
from tests import factories, serving
from tests.databases import DIALECTS, Databases

CLOCK = factories.CLOCK
HARM = Check("harm", "Nothing is wrong", "SELECT 'voucher #1', 'looks odd'")
WORRY = Check("worry", "Nothing is odd", "SELECT 'fund GEN', 'holds -5'", "warning")


def _build(engine: Engine) -> None:
    factories.install_books(engine)
    serving.add_people(engine)
    factories.post_gift(engine)


@pytest.fixture(params=DIALECTS)
def books(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "checked", _build) as found:
        yield found


@pytest.fixture
def served(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "checked", _build) as found:
        yield found


@pytest.fixture
def app(served: Engine, tmp_path: Path) -> Flask:
    config = serving.settings(tmp_path)
    return wsgi.join(Services(engine=served, clock=CLOCK, config=config))


def keep(engine: Engine, *checks: Check, turned: int = 0) -> None:
    clock = serving.HandClock()
    clock.turn(days=-turned)
    with database.transaction(engine) as session:
        result = checking.run(session, checks)
        checking.keep(session, result, actor="reviewer", clock=clock)


def check_tile(engine: Engine) -> Tile:
    viewer = Viewer(role=Role.AUDITOR, actor="auditor", today=CLOCK.today(), year=2026)
    with database.reading(engine) as session:
        found = strip.check_tile(session, viewer)
    assert found is not None
    return found


def test_run_is_kept_with_its_findings(books: Engine) -> None:
    keep(books, *integrity.CHECKS, HARM, WORRY)

    with database.reading(books) as session:
        run = checking.last(session)

    assert run is not None
    assert (run.errors, run.warnings, run.vouchers, run.run_by) == (1, 1, 1, "reviewer")
    assert [finding.row for finding in run.findings] == ["voucher #1", "fund GEN"]
    assert len(run.chain_head) == 64


def test_only_the_first_findings_are_kept_and_all_are_counted(served: Engine) -> None:
    many = Check("many", "Few", lambda _session: ((f"gift {n}", "odd") for n in range(450)))
    keep(served, many)

    with database.reading(served) as session:
        run = checking.last(session)

    assert run is not None
    assert (run.count, len(run.findings)) == (450, checking.MOST_KEPT)


def test_tile_says_what_was_found_and_how_old_it_is(served: Engine) -> None:
    assert check_tile(served).state is TileState.ATTENTION
    keep(served, *integrity.CHECKS)
    assert (check_tile(served).figure, check_tile(served).state) == ("未发现问题", TileState.GOOD)
    keep(served, WORRY)
    assert check_tile(served).state is TileState.ATTENTION
    keep(served, HARM)
    assert (check_tile(served).figure, check_tile(served).state) == ("1 处问题", TileState.ALARM)


def test_old_result_asks_for_attention(served: Engine) -> None:
    keep(served, *integrity.CHECKS, turned=40)

    tile = check_tile(served)

    assert (tile.note, tile.state) == ("40 天前", TileState.ATTENTION)


def test_tile_of_another_package_joins_the_strip(app: Flask, served: Engine) -> None:
    strip.add(app, lambda _session, viewer: Tile("控制合计", f"{viewer.year} 36/36"))
    strip.add(app, lambda _session, _viewer: None)

    assert "2026 36/36" in serving.signed_in(app, Role.AUDITOR).get("/").text


def test_books_are_checked_by_a_button(app: Flask, served: Engine) -> None:
    reviewer = serving.signed_in(app, Role.REVIEWER)
    assert "账簿还没有检查过" in reviewer.get("/checks").text

    assert reviewer.post("/checks").location == "/checks"

    page = reviewer.get("/checks").text
    assert "没有发现问题" in page
    assert "捐赠分配与凭证分录一致" in page  # the whole suite, not only that of the ledger
    suite = len(wsgi.CHECKS) + len(wsgi.FILE_CHECKS)
    with database.reading(served) as session:
        run = session.execute(select(CheckRun)).scalar_one()
    assert (run.run_by, run.check_count) == ("reviewer", suite)


def test_finding_leads_to_its_row(app: Flask, served: Engine) -> None:
    keep(served, HARM, WORRY)

    page = serving.signed_in(app, Role.AUDITOR).get("/checks").text

    assert '<a href="/vouchers/1">voucher #1</a>' in page
    assert '<a href="/fund-projects/GEN">fund GEN</a>' in page


@pytest.mark.parametrize(
    ("row", "address"),
    [
        ("记-202603-7 #12", "/vouchers/12"),
        ("gift 31", "/gifts?q=G31"),
        ("batch 4", "/imports/4"),
        ("fund SCHOL", "/fund-projects/SCHOL"),
        ("period 202603 account 5 fund 2", "/vouchers?period=2026-03"),
        ("period 202500", None),
        ("actor reviewer", None),
    ],
)
def test_every_kind_of_row_has_its_page(app: Flask, row: str, address: str | None) -> None:
    with app.test_request_context():
        assert checking.address_of(Finding("any", "error", row, "")) == address


def test_auditor_reads_findings_and_runs_nothing(app: Flask, served: Engine) -> None:
    auditor = serving.signed_in(app, Role.AUDITOR)

    assert auditor.get("/checks").status_code == 200
    assert "检查账簿</button>" not in auditor.get("/checks").text
    assert auditor.post("/checks").status_code == 403
    assert serving.signed_in(app, Role.CASHIER).get("/checks").status_code == 403


def test_every_check_has_words_for_a_bookkeeper() -> None:
    assert [check.name for check in integrity.CHECKS if check.name not in LABELS] == []


def command(engine: Engine, folder: Path, *options: str) -> tuple[int, dict[str, object], str]:
    url = engine.url.render_as_string(hide_password=False)
    environ = {"DATABASE_URL": url, "DATA_DIR": str(folder)}
    done = CliRunner().invoke(wsgi.command_line(), ["--json", "check", *options], env=environ)
    return done.exit_code, json.loads(done.stdout), done.stderr


@pytest.fixture
def with_organisation(served: Engine) -> Engine:
    with served.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO organisation (id, name, name_en, credit_code, time_zone, is_demo,"
                " created_at) VALUES (1, '示例', '', '53420000MJ000000X2', 'Asia/Shanghai', 0,"
                " '2026-01-01 00:00:00')"
            )
        )
    return served


def test_command_keeps_its_result_unless_it_is_told_not_to(
    with_organisation: Engine, tmp_path: Path
) -> None:
    assert command(with_organisation, tmp_path, "--no-store")[0] == 0
    with database.reading(with_organisation) as session:
        assert checking.last(session) is None

    assert command(with_organisation, tmp_path)[0] == 0

    with database.reading(with_organisation) as session:
        run = checking.last(session)
    assert run is not None
    assert (run.run_by, run.vouchers, run.count) == (None, 1, 0)


def test_books_that_cannot_be_written_to_are_checked_all_the_same(
    with_organisation: Engine, tmp_path: Path
) -> None:
    with with_organisation.begin() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER keep_out BEFORE INSERT ON check_run"
                " BEGIN SELECT RAISE(ABORT, 'attempt to write a readonly database'); END"
            )
        )

    code, document, said = command(with_organisation, tmp_path)

    assert (code, document["findings"], document["vouchers"]) == (0, [], 1)
    assert "没有保存" in said

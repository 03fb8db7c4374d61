"""`/verify` says at a glance what a document is, and agrees with the command in every case."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine, text

from foundation import database
from foundation.cli import build_cli
from foundation.donors.models import DonorKind
from foundation.receipting import commands as document_commands
from foundation.verification.web import HEADINGS, MOST_BYTES
from receipts.verification import VerdictStatus
from tests import factories
from tests.databases import Databases
from tests.foundation.portal import portal_cases
from tests.foundation.portal.portal_cases import MINOR, NAME, by_mail, code_of
from tests.foundation.receipting import document_cases
from tests.serving import Browser, HandClock

LETTER = "QR-2026-000001"


@pytest.fixture
def books(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "portal", portal_cases.build) as found:
        yield found


@pytest.fixture
def hand() -> HandClock:
    return HandClock()


@pytest.fixture
def app(books: Engine, tmp_path: Path, hand: HandClock) -> Flask:
    return portal_cases.application(books, tmp_path, clock=hand)


def verdict_on(page: str) -> VerdictStatus:
    """Read the one heading that says it."""
    (said,) = re.findall(r'<h2 id="verdict">.*?</span>(.*?)</h2>', page, re.DOTALL)
    (found,) = (status for status, (words, _) in HEADINGS.items() if words == said)
    return found


def by_number(browser: Browser, number: str, code: str) -> str:
    answer = browser.post("/verify", {"number": number, "code": code})
    assert answer.status_code == 200, answer.text
    return answer.text


def upload(browser: Browser, content: bytes) -> str:
    given = {"file": (io.BytesIO(content), "brief.pdf")}
    answer = browser.post("/verify/file", given, content_type="multipart/form-data")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_genuine_letter_is_seen_at_once_and_the_name_is_masked(app: Flask, books: Engine) -> None:
    code = code_of(books, LETTER)
    browser = Browser(app)
    for page in (browser.get(f"/verify/{code}").text, by_number(browser, LETTER, code)):
        assert verdict_on(page) is VerdictStatus.GENUINE
        assert LETTER in page
        assert "林**" in page
        assert NAME not in page
        assert "¥120,000.00" in page
        assert len(page) < 20_000


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (LETTER, "a" * 26),
        ("QR-2026-000002", "right"),
        ("QR-2026-999999", "right"),
        ("nonsense", "right"),
        ("' OR 1=1 --", "' OR 1=1 --"),
    ],
)
def test_wrong_number_and_wrong_code_say_the_same_nothing(
    app: Flask, books: Engine, number: str, code: str
) -> None:
    typed = code_of(books, LETTER) if code == "right" else code
    page = by_number(Browser(app), number, typed)
    assert verdict_on(page) is VerdictStatus.UNKNOWN
    assert "120,000.00" not in page
    assert "林" not in page


@pytest.mark.parametrize("code", ["abc", "%00", "%2e%2e", "ä" * 30, "x" * 500, "%F0%9F%92%A9"])
def test_any_address_below_is_answered(app: Flask, code: str) -> None:
    answer = Browser(app).get(f"/verify/{code}")
    assert answer.status_code == 200
    assert verdict_on(answer.text) is VerdictStatus.UNKNOWN
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_empty_forms_are_refused_beside_their_fields(app: Flask) -> None:
    browser = Browser(app)
    assert browser.post("/verify", {"number": "", "code": ""}).status_code == 422
    assert browser.post("/verify/file", {}).status_code == 422


def test_guessing_is_slowed_down_and_being_right_is_forgiven(
    app: Flask, books: Engine, hand: HandClock
) -> None:
    code = code_of(books, LETTER)
    browser = Browser(app)
    for _ in range(30):
        assert browser.get(f"/verify/{code}").status_code == 200
    answers = [browser.get("/verify/wrong").status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]
    waiting = browser.get(f"/verify/{code}")
    assert waiting.status_code == 429
    assert int(waiting.headers["Retry-After"]) > 0
    hand.turn(hours=1)
    assert browser.get(f"/verify/{code}").status_code == 200


def test_page_agrees_with_the_command_for_every_kind_of_file(
    app: Flask, books: Engine, tmp_path: Path
) -> None:
    who = portal_cases.known_donor(books)
    numbers = []
    for minor in (1_00, 2_00):
        made = portal_cases.given(books, who, minor=minor)
        numbers.append(portal_cases.issue(books, made.gift_id))
    donor = by_mail(app, books)
    genuine = donor.get(f"/my/letters/{LETTER}.pdf").data
    cancelled, replaced = (donor.get(f"/my/letters/{number}.pdf").data for number in numbers)
    document_cases.cancel(books, letter_id(books, numbers[0]))
    document_cases.replace(books, letter_id(books, numbers[1]))
    copy = donor.get(f"/my/letters/{numbers[0]}.pdf").data
    middle = genuine.index(b"endstream") - 5
    altered = genuine[:middle] + bytes([genuine[middle] ^ 1]) + genuine[middle + 1 :]
    unsigned = genuine[: genuine.rindex(b"%%EOF", 0, len(genuine) - 10) + 6]
    found = {}
    for name, content in {
        "genuine": genuine,
        "cancelled": cancelled,
        "copy": copy,
        "replaced": replaced,
        "altered": altered,
        "unsigned": unsigned,
        "longer": genuine + b"\n",
        "stranger": b"%PDF-1.7\n%%EOF\n",
        "text": "不是 PDF".encode(),
    }.items():
        found[name] = verdict_on(upload(Browser(app), content)).value
        assert found[name] == by_command(books, tmp_path, content), name
    assert found == {
        "genuine": "genuine",
        "cancelled": "cancelled",
        "copy": "cancelled",
        "replaced": "replaced",
        "altered": "altered",
        "unsigned": "altered",
        "longer": "altered",
        "stranger": "unknown",
        "text": "unknown",
    }
    page = upload(Browser(app), genuine)
    assert "示例大学教育发展基金会" in page
    assert "原件" in page
    assert "副本" in upload(Browser(app), copy)
    assert verdict_on(Browser(app).get(f"/verify/{code_of(books, numbers[1])}").text) is (
        VerdictStatus.REPLACED
    )


def letter_id(engine: Engine, reference: str) -> int:
    with database.reading(engine) as session:
        query = text("SELECT id FROM letter WHERE reference = :reference")
        found: int = session.execute(query, {"reference": reference}).scalar_one()
        return found


def by_command(engine: Engine, folder: Path, content: bytes) -> str:
    path = folder / "checked.pdf"
    path.write_bytes(content)
    cli = build_cli(extra=document_commands.COMMANDS, clock=factories.CLOCK)
    environ = {
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "DATA_DIR": str(folder),
    }
    result = CliRunner().invoke(cli, ["--json", "letters", "verify", str(path)], env=environ)
    assert result.exit_code == 0, result.output
    answer: dict[str, str] = json.loads(result.stdout)
    return answer["status"]


def test_file_that_is_none_of_ours_by_its_length_alone(app: Flask) -> None:
    # Written by hand: the client of the tests leaves the file of a big form open.
    browser = Browser(app)
    disposition = "Content-Disposition: form-data; name"
    head = (
        f'--x\r\n{disposition}="csrf_token"\r\n\r\n{browser.form_token()}\r\n'
        f'--x\r\n{disposition}="file"; filename="long.pdf"\r\n\r\n%PDF-1.7'
    )
    answer = browser.client.post(
        "/verify/file",
        data=head.encode() + bytes(MOST_BYTES) + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )
    assert verdict_on(answer.text) is VerdictStatus.UNKNOWN


def test_markup_in_a_donors_name_is_text(app: Flask, books: Engine) -> None:
    who = portal_cases.donor(books, name="<b>x</b>&y", kind=DonorKind.ORGANISATION)
    made = portal_cases.given(books, who, minor=MINOR)
    number = portal_cases.issue(books, made.gift_id)
    page = Browser(app).get(f"/verify/{code_of(books, number)}").text
    assert "<b>x" not in page
    assert "&lt;b***&amp;y" in page


def test_page_speaks_english_too(app: Flask, books: Engine) -> None:
    browser = Browser(app)
    browser.client.set_cookie("language", "en")
    page = browser.get(f"/verify/{code_of(books, LETTER)}").text
    assert '<html lang="en">' in page
    assert "We issued this document and it stands" in page

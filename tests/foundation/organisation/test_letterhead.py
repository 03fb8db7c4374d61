"""The letterhead: shown before it is saved, kept with its history, and no forbidden word on it."""

import io
from importlib import resources
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import Engine, select

from foundation import database
from foundation.organisation import letterhead, profiles
from foundation.organisation import service as organisation
from foundation.receipting import planning
from foundation.receipting.eligibility import Document
from ledger.trail import TrailRecord
from tests import serving
from tests.databases import Databases
from tests.factories import CLOCK
from tests.foundation.receipting.conftest import signed_in
from tests.refusals import refused
from tests.serving import Browser

PAGE = "/settings/letterhead"
FIELDS = {
    "profile": "cn",
    "address": "湖北省武汉市示例路1号",
    "telephone": "027-00000000",
    "email": "office@example.org",
    "website": "https://foundation.example.org",
    "signatory": "林会计",
    "place": "武汉",
    "letter_words": "感谢您为学子点灯。",
    "statement_words": "请核对，如有不符请联系本会。",
    "certificate_words": "涓滴之恩，永志不忘。",
    "reason": "启用新信笺",
}


@pytest.fixture
def books(databases: Databases):
    def build(engine: Engine) -> None:
        with database.transaction(engine) as session:
            organisation.initialise(session, profiles.load("demo"), start=202601, clock=CLOCK)

    with databases.prepared("sqlite", "letterhead", build) as engine:
        yield engine


@pytest.fixture
def app(books: Engine, tmp_path: Path) -> Flask:
    return serving.application(books, serving.settings(tmp_path))


@pytest.fixture
def admin(app: Flask) -> Browser:
    return signed_in(app, "admin")


def pages_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_letterhead_is_saved_with_its_history(books: Engine, admin: Browser) -> None:
    assert admin.post(PAGE, FIELDS | {"reason": ""}).status_code == 422
    assert admin.post(PAGE, FIELDS).status_code == 303
    assert "湖北省武汉市示例路1号" in admin.get(PAGE).text
    with database.reading(books) as session:
        head = letterhead.get_letterhead(session)
        record = session.execute(
            select(TrailRecord)
            .where(TrailRecord.action == "letterhead.change")
            .order_by(TrailRecord.sequence.desc())
            .limit(1)
        ).scalar_one()
    assert head.letter_words == "感谢您为学子点灯。"
    assert record.reason == "启用新信笺"
    assert "林会计" in str(record.detail)
    assert "更改信笺" in admin.get("/settings").text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("letter", "感谢您为学子点灯。"),
        ("annual", "请核对，如有不符请联系本会。"),
        ("certificate", "涓滴之恩，永志不忘。"),
    ],
)
def test_specimen_shows_what_is_typed_before_it_is_saved(
    books: Engine, admin: Browser, kind: str, words: str
) -> None:
    answer = admin.post(f"{PAGE}/preview", FIELDS | {"kind": kind})

    assert answer.mimetype == "application/pdf"
    text = pages_of(answer.data)
    assert words in text
    assert "样张" in text
    assert "TEST-2026-000000" in text
    if kind != "certificate":
        assert "湖北省武汉市示例路1号" in text
    with database.reading(books) as session:
        assert letterhead.get_letterhead(session).letter_words == ""


def test_specimen_of_another_country_follows_its_law(admin: Browser) -> None:
    fields = FIELDS | {"profile": "ca", "kind": "tax_receipt", "place": "Halifax"}
    text = pages_of(admin.post(f"{PAGE}/preview", fields).data)

    assert "Official receipt for income tax purposes" in text
    assert "$1,409.50" in text
    assert "$1,359.50" in text
    assert "Halifax" in text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("letter_words", "本函可作票据使用", "票据"),
        ("certificate_words", "凭此证书税前扣除", "税前扣除"),
        ("statement_words", "This is a tax receipt", "receipt"),
        ("address", "武汉\u202e示例", "不可印刷的字符"),
        ("profile", "us", "没有这个方案"),
    ],
)
def test_wording_that_no_letter_may_have_is_refused(
    books: Engine, admin: Browser, field: str, value: str, sentence: str
) -> None:
    answer = admin.post(PAGE, FIELDS | {field: value})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert admin.post(f"{PAGE}/preview", FIELDS | {field: value}).status_code in (404, 422)
    with database.reading(books) as session:
        assert letterhead.get_letterhead(session).signatory == ""


def test_others_do_not_change_it(app: Flask) -> None:
    for name in ("accountant", "auditor"):
        assert signed_in(app, name).post(PAGE, FIELDS).status_code == 403


def test_books_open_with_the_letterhead_of_their_profile(books: Engine) -> None:
    with database.reading(books) as session:
        head = letterhead.get_letterhead(session)

    assert head.profile == "cn"
    assert head.website == "https://foundation.example.org"


def test_profile_of_another_country_opens_with_its_documents(databases: Databases) -> None:
    text = (
        resources.files("foundation.organisation.data").joinpath("demo.toml").read_text("utf-8")
    ).replace('profile = "cn"', 'profile = "ca"\nplace = "Halifax, Nova Scotia"')

    def build(engine: Engine) -> None:
        profile = profiles.parse(text, file="ca.toml", is_demo=True)
        with database.transaction(engine) as session:
            organisation.initialise(session, profile, start=202601, clock=CLOCK)

    with (
        databases.prepared("sqlite", "charity", build) as engine,
        database.reading(engine) as session,
    ):
        assert planning.documents_of(session) == (Document.TAX_RECEIPT,)
        assert letterhead.get_letterhead(session).place == "Halifax, Nova Scotia"


def test_letterhead_of_a_profile_with_an_unknown_line_is_refused() -> None:
    text = (
        resources.files("foundation.organisation.data").joinpath("demo.toml").read_text("utf-8")
    ).replace("[letterhead]", '[letterhead]\nfax = "1"')

    with refused("bad_profile", saying="fax"):
        profiles.parse(text, file="x.toml", is_demo=True)

"""Related parties on pages: declared, suggested, imported, published; and what is refused."""

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation import database
from foundation.parties import queries, suggesting
from foundation.users.models import Role
from tests import factories, serving
from tests.databases import Databases
from tests.factories import CLOCK
from tests.foundation.parties import party_cases
from tests.foundation.parties.party_cases import COMPANY, UNIVERSITY

FORM = {
    "name": UNIVERSITY,
    "is_person": "no",
    "kind": "founder",
    "relation": "发起设立本基金会<b>",
    "source": "章程第三条",
    "valid_from": "2010-01-01",
    "is_important": "on",
}
HEADS = ("关联方名称", "关联方类型", "与基金会的关系", "是否重要", "依据", "起始日期", "终止日期")
UNI = (UNIVERSITY, "发起人", "发起设立", "是", "章程第三条", "2010-01-01", None)
PERSON = ("李某某", "其他", "理事长之配偶", "否", "任职声明", "2026年1月1日", "2026-12-31")


def build(engine: Engine) -> None:
    """Books, people, a gift and a grant of a university nobody declared."""
    factories.install_books(engine)
    serving.add_people(engine)
    factories.install_organisation(engine)
    party_cases.give(engine, minor=50_000_00)
    party_cases.spend(engine, minor=10_000_00, relation="发起人")


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "party-pages", build) as found:
        yield found


@pytest.fixture
def app(engine: Engine, tmp_path: Path) -> Flask:
    return serving.application(engine, serving.settings(tmp_path))


def sheet(*rows: tuple[object, ...]) -> tuple[io.BytesIO, str]:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    return stream, "关联方清单.xlsx"


def text(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined,no-any-return]


def numbers(engine: Engine) -> list[str]:
    with database.reading(engine) as session:
        return [view.number for view in queries.load(session)]


def test_party_is_declared_ended_and_published_on_pages(app: Flask, engine: Engine) -> None:
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    assert "还没有登记关联方" in text(accountant.get("/related-parties"))
    made = accountant.post("/related-parties/new", FORM)
    assert made.status_code == 303
    address = made.headers["Location"]
    shown = text(accountant.get(f"{address}?year=2026"))
    assert "发起设立本基金会&lt;b&gt;" in shown
    assert "50,000.00" in shown
    assert "10,000.00" in shown
    (grant,) = [item for item in party_cases.found(engine) if item.kind.value == "grant"]
    place = f"{address}/vouchers/{grant.voucher_id}"
    given = {"kind": "trade", "decision": "决议 9 号", "reason": "实为采购"}
    assert accountant.post(f"{place}/rule", given).status_code == 303
    when = {"published_on": "2026-03-01", "place": "慈善中国"}
    assert accountant.post(f"{address}/publish", when).status_code == 422
    chosen = when | {"voucher": [str(grant.voucher_id)]}
    assert accountant.post(f"{address}/publish", chosen).status_code == 303
    assert accountant.post(f"{address}/publish", chosen).status_code == 409
    shown = text(accountant.get(f"{address}?year=2026"))
    assert "2026-03-01 公开" in shown
    assert "决议 9 号" in shown
    ended = {"valid_until": "2026-06-30", "reason": "退出"}
    assert accountant.post(f"{address}/relations/1/end", ended).status_code == 303
    assert "2026-06-30" in text(accountant.get("/related-parties"))
    assert "已终止" in text(accountant.get("/related-parties?standing=past"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "请填写此项"),
        ({"kind": "friend"}, "请从列表中选择"),
        ({"valid_from": "去年"}, "日期应写作"),
        ({"source": ""}, "请填写此项"),
        ({"credit_code": "123"}, "应为 18 位"),
        ({"valid_until": "2009-01-01"}, "不能早于起始日期"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    app: Flask, engine: Engine, change: dict[str, str], said: str
) -> None:
    answer = serving.signed_in(app, Role.ACCOUNTANT).post("/related-parties/new", FORM | change)
    assert answer.status_code == 422
    assert said in text(answer)
    assert numbers(engine) == []


def test_only_who_keeps_evidence_writes(app: Flask, engine: Engine) -> None:
    party_cases.declare(engine)
    addresses = {
        "/related-parties/new": FORM,
        "/related-parties/R0001/rename": {"name": "别的", "reason": "无"},
        "/related-parties/R0001/relations": FORM,
        "/related-parties/R0001/relations/1/withdraw": {"reason": "无"},
        "/related-parties/R0001/links/1/remove": {"reason": "无"},
        "/related-parties/R0001/publish": {"published_on": "2026-03-01", "voucher": "1"},
        "/related-parties/suggestions/donor-1/dismiss": {"ground": "x", "reason": "无"},
    }
    for role in (Role.AUDITOR, Role.REVIEWER):
        browser = serving.signed_in(app, role)
        assert browser.get("/related-parties/R0001").status_code == 200
        for address, fields in addresses.items():
            assert browser.post(address, fields).status_code == 403, address
    for role in (Role.CASHIER, Role.DONOR):
        assert serving.signed_in(app, role).get("/related-parties").status_code == 403


def test_acts_on_what_is_not_there_are_refused(app: Flask, engine: Engine) -> None:
    party_cases.declare(engine)
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    assert accountant.get("/related-parties/R0099").status_code == 404
    assert accountant.get("/related-parties/nobody").status_code == 404
    wrong = {
        "/related-parties/R0001/relations/77/end": {"valid_until": "2026-06-30", "reason": "无"},
        "/related-parties/R0001/links": {"target_kind": "donor", "target": "没有此人"},
        "/related-parties/R0001/vouchers/999/rule": {"kind": "trade", "reason": "无"},
        "/related-parties/R0001/publish": {"published_on": "2026-03-01", "voucher": "999"},
        "/related-parties/R0001/rename": {"name": "新名", "reason": ""},
    }
    for address, fields in wrong.items():
        assert accountant.post(address, fields).status_code == 422, address
    assert accountant.post("/related-parties/R0099/relations", FORM).status_code == 404


def test_suggestion_is_declared_linked_or_dismissed(app: Flask, engine: Engine) -> None:
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    shown = text(accountant.get("/related-parties/suggestions"))
    assert "2026 年捐赠超过大额标准" in shown
    assert "支出申请注明关联：发起人" in shown
    with database.reading(engine) as session:
        found = suggesting.suggestions(session, today=CLOCK.today())
    donor, payee = found
    going = accountant.post(
        f"/related-parties/suggestions/{payee.subject}/accept", {"ground": payee.key}
    )
    assert going.status_code == 303
    offered = text(accountant.get(going.headers["Location"]))
    assert UNIVERSITY in offered
    empty = {"ground": donor.key, "reason": ""}
    address = f"/related-parties/suggestions/{donor.subject}/dismiss"
    assert accountant.post(address, empty).status_code == 422
    reasoned = {"ground": donor.key, "reason": "同名的另一单位"}
    assert accountant.post(address, reasoned).status_code == 303
    assert accountant.post(address, reasoned).status_code == 404
    assert "2026 年捐赠超过大额标准" not in text(accountant.get("/related-parties/suggestions"))
    accountant.post("/related-parties/new", FORM)
    # Declared by its name: the payee is linked, and so is the donor of the same name.
    assert "没有疑似关联方" in text(accountant.get("/related-parties/suggestions"))


def test_payee_that_comes_later_is_suggested_for_its_party(app: Flask, engine: Engine) -> None:
    party_cases.declare(engine)
    party_cases.declare(engine, COMPANY, party_cases.BOARD)
    party_cases.spend(engine, COMPANY, minor=100_00)
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    with database.reading(engine) as session:
        (item,) = suggesting.suggestions(session, today=CLOCK.today())
    address = f"/related-parties/suggestions/{item.subject}/accept"
    assert accountant.post(address, {"ground": item.key}).status_code == 303
    assert ("trade", 100_00) not in party_cases.said(engine)
    assert ("grant", 100_00) in party_cases.said(engine)


def test_department_of_a_party_is_suggested_for_it(app: Flask, engine: Engine) -> None:
    party_cases.declare(engine)
    party_cases.spend(engine, f"{UNIVERSITY}图书馆", minor=100_00)
    party_cases.spend(engine, f"{UNIVERSITY}校友会", minor=50_00)
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    with database.reading(engine) as session:
        library, alumni = suggesting.suggestions(session, today=CLOCK.today())
    assert library.name == f"{UNIVERSITY}图书馆"
    at = "/related-parties/suggestions"
    accepted = accountant.post(f"{at}/{library.subject}/accept", {"ground": library.key})
    assert accepted.status_code == 303
    reasoned = {"ground": alumni.key, "reason": "独立登记的社会团体"}
    assert accountant.post(f"{at}/{alumni.subject}/dismiss", reasoned).status_code == 303
    assert "没有疑似关联方" in text(accountant.get(at))
    assert ("grant", 100_00) in party_cases.said(engine)
    assert ("grant", 50_00) not in party_cases.said(engine)


def test_list_is_imported_once_and_a_bad_row_refuses_it_whole(app: Flask, engine: Engine) -> None:
    accountant = serving.signed_in(app, Role.ACCOUNTANT)

    def send(*rows: tuple[object, ...]) -> object:
        return accountant.post(
            "/related-parties/import",
            {"file": sheet(("关联方清单",), HEADS, *rows)},
            content_type="multipart/form-data",
        )

    bad = ("某公司", "亲戚", "关系", "是", "声明", "2026-01-01", None)
    late = ("某公司", "发起人", "关系", "也许", "声明", "没有日期", None)
    refused = send(UNI, bad, late)
    assert refused.status_code == 422  # type: ignore[attr-defined]
    shown = text(refused)
    assert '<td class="number">4</td>' in shown
    assert '<td class="number">5</td>' in shown
    assert numbers(engine) == []
    assert send(UNI, PERSON).status_code == 303  # type: ignore[attr-defined]
    assert numbers(engine) == ["R0001", "R0002"]
    again = (*UNI[:1], "理事主要来源单位", *UNI[2:])
    assert send(UNI, PERSON, again).status_code == 303  # type: ignore[attr-defined]
    with database.reading(engine) as session:
        first, second = queries.load(session)
    assert [one.kind.value for one in first.relations] == ["founder", "board_source"]
    assert second.party.is_person
    assert len(second.relations) == 1


@pytest.mark.parametrize(
    "upload",
    [
        (io.BytesIO(b""), "空.xlsx"),
        (io.BytesIO(b"not a workbook"), "假.xlsx"),
        (io.BytesIO("名称,金额\n甲,1\n".encode()), "别的表.csv"),
    ],
)
def test_file_that_is_no_list_is_refused(
    app: Flask, upload: tuple[io.BytesIO, str], engine: Engine
) -> None:
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    answer = accountant.post(
        "/related-parties/import", {"file": upload}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert numbers(engine) == []

"""The pages of claims, as an accountant, a reviewer, an administrator and an auditor use them."""

import io
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from foundation import database
from foundation.claims import confirmations, desk_tiles
from foundation.home.strip import TileState, Viewer
from foundation.users.models import Role
from tests.foundation.claims import claim_cases as cases
from tests.foundation.gifts import gift_cases
from tests.foundation.projects import project_cases
from tests.serving import Browser


def test_claim_goes_from_the_desk_to_its_award(
    desk: Engine, accountant: Browser, reviewer: Browser, auditor: Browser, tmp_path: Path
) -> None:
    _, gifts = cases.ready(desk, tmp_path, 120_000_00, 8_000_00)
    answer = accountant.post("/matching/compute", {"scheme": cases.CODE, "year": str(cases.YEAR)})
    assert answer.status_code == 303
    address = answer.location

    shown = auditor.get(address).text
    assert "120,000.00" in shown
    assert "低于单笔最低额" in shown
    assert "定稿</a>" not in shown
    assert "差 2,000.00" in auditor.get(f"{address}/work-list").text

    assert reviewer.get(f"{address}/freeze").status_code == 200
    assert reviewer.post(f"{address}/freeze").status_code == 303
    fields = {"submitted_to": "省教育厅", "submitted_on": "2026-11-20"}
    assert accountant.post(f"{address}/submit", fields).status_code == 303
    award = {
        "amount": "39,000.00",
        "awarded_on": "2026-11-21",
        "document_title": "关于下达配比资金的通知",
        "payee": "foundation",
        "difference_1": "-1000",
        "explained_1": "按比例压缩",
    }
    assert accountant.post(f"{address}/award", award | {"difference_1": "-1"}).status_code == 422
    assert accountant.post(f"{address}/award", award).status_code == 303
    money = {
        "amount": "39000",
        "received_on": "2026-11-21",
        "account": "100201",
        "fund": "SCHOL",
    }
    answer = accountant.post(f"{address}/receive", money)
    assert answer.status_code == 422
    assert "会计期间" in answer.text or "2026-11" in answer.text
    use = {"amount": "1000", "used_on": "2026-11-21", "purpose": "偿还贷款"}
    assert accountant.post(f"{address}/use", use).status_code == 303
    assert "办法禁止" in auditor.get(address).text
    page = auditor.get(f"/matching/gifts/{gifts[0].reference}").text
    assert "认定理由：按协议" in page
    assert "第六条" in page


def test_refund_after_the_claim_shows_on_the_desk_and_is_clawed_back(
    desk: Engine, reviewer: Browser, tmp_path: Path
) -> None:
    claim, gifts = cases.frozen(desk, tmp_path)
    later = cases.refund_later(desk, gifts[0].gift_id, 20_000_00)

    assert "需要处理" in reviewer.get("/matching").text
    page = f"/matching/claims/{claim.id}/claw-back/{later}"
    assert "按办法计算" in reviewer.get(page).text
    answer = reviewer.post(page, {"repay": "0", "reason": "尚未下达，从申请额中扣减"})

    assert answer.status_code == 303
    assert "需要处理" not in reviewer.get("/matching").text


def test_decision_is_recorded_on_the_page_of_a_gift_and_superseded(
    desk: Engine, accountant: Browser, tmp_path: Path
) -> None:
    _, gifts = cases.ready(desk, tmp_path)
    page = f"/matching/gifts/{gifts[0].reference}"
    fields = {
        "question": "gift.university_may_pool",
        "answer": "否",
        "reason": "协议指定用途",
        "scheme": cases.CODE,
    }

    assert accountant.post(f"{page}/decide", fields).status_code == 303
    assert "不予认定" in accountant.get(page).text
    twice = accountant.post(f"{page}/decide", fields)
    assert twice.status_code == 422
    assert "已有认定" in twice.text


def test_decision_on_a_fund_is_recorded(desk: Engine, accountant: Browser) -> None:
    fields = {
        "question": "gift.named",
        "answer": "否",
        "reason": "项目章程",
        "scheme": "*",
        "fund": "SCHOL",
    }

    assert accountant.post("/matching/decisions/new", fields).status_code == 303
    assert "项目章程" in accountant.get("/matching/decisions").text


def test_parameter_is_confirmed_by_a_second_person(
    desk: Engine, accountant: Browser, reviewer: Browser
) -> None:
    cases.scheme(desk)
    page = f"/matching/schemes/{cases.CODE}/confirm?parameter=minimum"
    assert "文件名称" in accountant.get(page).text
    fields = {
        "parameter": "minimum",
        "title": "测试办法",
        "number": "测财教〔2025〕1号",
        "article": "第七条",
        "file": (io.BytesIO(b"%PDF-1.4"), "办法.pdf"),
    }
    assert accountant.post(f"/matching/schemes/{cases.CODE}/confirm", fields).status_code == 303
    assert "待复核" in reviewer.get(f"/matching/schemes/{cases.CODE}").text

    reviewer.post("/matching/confirmations/1", {"verdict": "confirmed"})

    assert "已核对" in reviewer.get(f"/matching/schemes/{cases.CODE}").text


def test_administrator_edits_a_scheme_and_sees_every_mistake_with_its_line(
    desk: Engine, administrator: Browser
) -> None:
    cases.scheme(desk)
    page = f"/matching/schemes/{cases.CODE}/edit"
    assert "cn-test" in administrator.get(page).text
    wrong = cases.TEXT.replace('ratio: "1/3"', "ratio: 0.33").replace("op: eq", "op: is")

    answer = administrator.post(page, {"text": wrong, "reason": "更正", "act": "save"})
    assert answer.status_code == 422
    assert "不得使用浮点数 0.33" in answer.text
    assert ">17<" in answer.text.replace(" ", "")

    right = cases.TEXT.replace('ratio: "1/3"', 'ratio: "1/2"')
    assert administrator.post(page, {"text": right, "act": "check"}).status_code == 200
    fields = {"text": right, "reason": "按第八条更正", "act": "save"}
    assert administrator.post(page, fields).status_code == 303
    assert "按第八条更正" in administrator.get(page).text
    assert cases.CODE in administrator.get("/matching/scheme-texts").text


def test_schemes_stand_side_by_side(desk: Engine, auditor: Browser, tmp_path: Path) -> None:
    cases.ready(desk, tmp_path)

    page = auditor.get(
        f"/matching/compare?year={cases.YEAR}&scheme={cases.CODE}&scheme=plan-one-to-one"
    )

    assert page.status_code == 200
    assert "<svg" in page.text
    assert "测试省属高校" in page.text
    assert "1:1" in page.text


def test_planned_gift_is_tried_before_it_is_signed(desk: Engine, accountant: Browser) -> None:
    cases.scheme(desk)
    address = (
        f"/matching/try?amount=8000&received_on=2026-12-01&scheme={cases.CODE}"
        "&gift_university_may_pool=no&gift_linked_to_enrolment=no"
        "&gift_beneficiary_related_to_donor=no&gift_must_be_passed_on=no"
    )

    page = accountant.get(address).text

    assert "低于单笔最低额" in page
    assert "指定用途，学校不能统筹" in page


def test_hubei_form_is_filled_in_and_confirmed(
    desk: Engine, accountant: Browser, reviewer: Browser
) -> None:
    assert "文号" in accountant.get("/matching/hubei").text
    fields = {
        "doc": "鄂财教规〔2025〕9号",
        "article_minimum": "第五条",
        "minimum": "100000",
        "document_title": "湖北办法",
        "document_number": "鄂财教规〔2025〕9号",
        "file": (io.BytesIO(b"%PDF-1.4"), "办法.pdf"),
    }
    assert accountant.post("/matching/hubei/fill", fields).status_code == 303
    page = accountant.get("/matching/hubei").text
    assert "第五条" in page
    assert "还缺" in page

    answer = reviewer.post("/matching/hubei/confirm", follow_redirects=True)
    assert "调查表尚未填完" in answer.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_in_both_languages(
    desk: Engine, auditor: Browser, tmp_path: Path, language: str
) -> None:
    claim, gifts = cases.frozen(desk, tmp_path)
    gift_cases.refund(desk, gifts[1].gift_id, 100)
    auditor.client.set_cookie("language", language)

    for path in (
        "",
        "/schemes",
        f"/schemes/{cases.CODE}",
        "/schemes/cn-hubei",
        "/schemes/cn-zhejiang-2019",
        "/schemes/us-tx-trip",
        f"/claims/{claim.id}",
        f"/claims/{claim.id}?status=eligible",
        f"/claims/{claim.id}/work-list",
        f"/gifts/{gifts[0].reference}",
        "/decisions",
        "/compare",
        "/try",
        "/hubei",
    ):
        assert auditor.get(f"/matching{path}").status_code == 200, path


def test_mistake_in_a_scheme_is_shown_with_its_line_and_what_stands_there(
    desk: Engine, administrator: Browser
) -> None:
    cases.scheme(desk)
    text = cases.TEXT.replace("cmp: ge", "cmp: atleast").replace('ratio: "1/3"', "ratio: 0.33")
    lines = text.splitlines()
    wrong = [number for number, line in enumerate(lines, 1) if "atleast" in line or "0.33" in line]

    shown = administrator.post(
        f"/matching/schemes/{cases.CODE}/edit", {"text": text, "act": "check"}
    )

    assert shown.status_code == 422
    for number in wrong:
        assert f'<td class="amount">{number}</td>' in shown.text
    assert "atleast" in shown.text.partition("<textarea")[0]


def test_agreement_is_tried_before_it_is_signed(desk: Engine, accountant: Browser) -> None:
    draft = project_cases.agreement(desk, gift_cases.donor(desk).id, naming="启明奖学金")

    page = accountant.get(f"/matching/try?agreement={draft.id}").text

    assert 'value="300000.00"' in page
    assert "林晓舟" in page
    for other in ("0", "x", "9" * 30):
        assert accountant.get(f"/matching/try?agreement={other}").status_code == 200


def test_desk_says_what_went_back_and_what_waits(desk: Engine, app: Flask, tmp_path: Path) -> None:
    _, gifts = cases.frozen(desk, tmp_path)
    viewer = Viewer(Role.REVIEWER, "reviewer", date(2026, 11, 22), 2026)

    def tiles(who: Viewer) -> list[tuple[str, TileState] | None]:
        with database.reading(desk) as session, app.test_request_context():
            made = (desk_tiles.returned(session, who), desk_tiles.unconfirmed(session, who))
        return [None if tile is None else (tile.figure, tile.state) for tile in made]

    assert tiles(viewer) == [None, None]
    cases.refund_later(desk, gifts[0].gift_id, 10_000_00)
    with database.transaction(desk) as session:
        confirmations.propose(
            session, "cn-hubei", "match", cases.DOCUMENT, folder=tmp_path, actor="accountant",
            clock=cases.CLOCK,
        )  # fmt: skip

    assert tiles(viewer) == [("1", TileState.ALARM), ("1", TileState.ATTENTION)]
    # An auditor approves nothing and so is asked for nothing.
    auditor = Viewer(Role.AUDITOR, "auditor", date(2026, 11, 22), 2026)
    assert tiles(auditor) == [("1", TileState.ALARM), None]

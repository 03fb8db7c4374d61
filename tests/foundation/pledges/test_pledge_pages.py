"""Pages of pledges: recording, paying, rescheduling, writing off by two, and what roles see."""

import re

import pytest
from sqlalchemy import Engine

from foundation.pledges.queries import PledgeState
from tests.foundation.gifts import gift_cases
from tests.foundation.pledges import pledge_cases
from tests.foundation.pledges.pledge_cases import give, recorded
from tests.serving import Browser

K = 1_000_00


def fields(donor_id: int, **changed: str) -> dict[str, str]:
    values = {
        "donor": "东湖启明科技有限公司",
        "donor_id": str(donor_id),
        "amount": "30万",
        "fund": "SCHOL",
        "made_on": "2026-01-10",
        "evidence": "letter",
        "first": "2026-01-31",
        "count": "3",
        "every": "month",
    }
    return values | changed


def test_pledge_is_recorded_on_a_page_and_mistakes_keep_what_was_typed(
    served: Engine, accountant: Browser
) -> None:
    who = gift_cases.donor(served)
    assert accountant.get("/pledges/new").status_code == 200
    wrong = accountant.post("/pledges/new", fields(who.id, fund="NONE"))
    assert (wrong.status_code, 'value="30万"' in wrong.text) == (422, True)
    unknown = accountant.post("/pledges/new", fields(who.id) | {"donor_id": ""})
    assert "请从列表中选择" in unknown.text
    made = accountant.post("/pledges/new", fields(who.id))
    assert made.status_code == 303
    page = accountant.get(made.location).text
    assert page.count("100,000.00") >= 6
    assert "2026-02-28" in page


def test_irregular_schedule_is_typed_line_by_line(served: Engine, accountant: Browser) -> None:
    who = gift_cases.donor(served)
    lines = "2026-03-01 10万\n2026-09-01 20万 实验室竣工"
    made = accountant.post("/pledges/new", fields(who.id, lines=lines, first=""))
    assert made.status_code == 303
    assert "实验室竣工" in accountant.get(made.location).text
    wrong = accountant.post("/pledges/new", fields(who.id, lines="明年 10万"))
    assert "第 1 行" in wrong.text


def test_acts_on_a_pledge(served: Engine, accountant: Browser, reviewer: Browser) -> None:
    who, made = recorded(served)
    home = f"/pledges/{made.reference}"
    gift = gift_cases.record(served, gift_cases.entry(who, minor=120 * K))
    assert accountant.post(f"{home}/pay", {"gift": "G2026-999999"}).status_code == 422
    assert accountant.post(f"{home}/pay", {"gift": gift.reference}).status_code == 303
    assert gift.reference in accountant.get(home).text
    wrong = accountant.post(f"{home}/reschedule", {"lines": "2026-12-01 1元", "reason": "来函"})
    assert (wrong.status_code, "不一致" in wrong.text) == (422, True)
    due = {"first": "2026-12-31", "count": "2", "every": "month", "reason": "来函"}
    assert accountant.post(f"{home}/reschedule", due).status_code == 303
    assert pledge_cases.row(served, made.pledge_id).overdue_minor == 0
    ask = {"amount": "10万", "reason": "破产"}
    assert accountant.post(f"{home}/write-off", ask).status_code == 303
    assert accountant.post(f"{home}/write-off/2/approve").status_code == 403
    assert "批准核销" in reviewer.get(home).text
    assert reviewer.post(f"{home}/write-off/2/approve").status_code == 303
    found = pledge_cases.row(served, made.pledge_id)
    assert (found.written_off_minor, found.open_minor) == (100 * K, 80 * K)
    pledge_cases.everything_holds(served)


def test_write_off_is_refused_with_a_reason(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    _, made = recorded(served)
    home = f"/pledges/{made.reference}"
    key = pledge_cases.ask_write_off(served, made.pledge_id)
    assert reviewer.post(f"{home}/write-off/{key}/refuse").status_code == 422
    assert reviewer.post(f"{home}/write-off/999/approve").status_code == 422
    assert reviewer.post(f"{home}/write-off/{key}/refuse", {"reason": "先催付"}).status_code == 303
    assert "已退回" in accountant.get(home).text


def test_condition_and_cancellation(served: Engine, accountant: Browser) -> None:
    who = gift_cases.donor(served)
    later = fields(who.id, lines="2027-09-01 30万 竣工", first="")
    home = accountant.post("/pledges/new", later).location
    assert "条件已满足" in accountant.get(home).text
    met = f"{home}/instalments/1/met"
    assert accountant.post(met, {"reason": "验收报告"}).status_code == 303
    assert accountant.post(f"{home}/cancel", {"reason": "登记有误"}).status_code == 303
    assert accountant.post(f"{home}/cancel", {"reason": "登记有误"}).status_code == 409
    assert "已取消" in accountant.get(home).text


def test_lists_forecast_and_reminders_show_figures(
    served: Engine, accountant: Browser, auditor: Browser
) -> None:
    assert "还没有捐赠承诺" in accountant.get("/pledges").text
    who, made = recorded(served)
    pledge_cases.pay(served, give(served, who, 50 * K), made.pledge_id)
    page = accountant.get("/pledges").text
    assert all(text in page for text in (made.reference, "250,000.00", "<svg", "逾期"))
    assert made.reference in auditor.get("/pledges?state=overdue&fund=SCHOL&q=dhqm").text
    assert "没有符合条件" in accountant.get("/pledges?state=fulfilled").text
    assert "今后十二个月没有到期" in accountant.get("/pledges/forecast").text
    later = fields(who.id, first="2026-12-31", made_on="2026-01-10")
    accountant.post("/pledges/new", later)
    forecast = accountant.get("/pledges/forecast").text
    assert all(text in forecast for text in ("300,000.00", "<svg", "测算配比"))
    assert accountant.get("/pledges/reminders").status_code == 200
    assert accountant.get("/pledges/P2026-999999").status_code == 404
    assert pledge_cases.row(served, made.pledge_id).state is PledgeState.OVERDUE


def test_gift_page_pays_a_pledge_in_the_same_step(served: Engine, accountant: Browser) -> None:
    who, made = recorded(served)
    page = accountant.get(f"/gifts/new?donor={who.id}&pledge={made.reference}").text
    assert f'value="{made.reference}"' in page
    gift = {
        "donor": who.name,
        "donor_id": str(who.id),
        "received_on": "2026-01-15",
        "amount": "150000",
        "kind": "cash",
        "method": "bank",
        "account": "100201",
        "fund-0": "SCHOL",
        "pledge": made.reference,
        "then": "show",
    }
    wrong = accountant.post("/gifts/new", gift | {"fund-0": "GEN"})
    assert (wrong.status_code, "可抵付" in wrong.text) == (422, True)
    assert gift_cases.counts(served)["gift"] == 0
    done = accountant.post("/gifts/new", gift)
    assert done.status_code == 303, done.text
    assert made.reference in accountant.get(done.location).text
    assert pledge_cases.row(served, made.pledge_id).paid_minor == 150 * K


@pytest.mark.parametrize(
    "path", ["/pledges", "/pledges/new", "/pledges/forecast", "/pledges/reminders", "/pledges/{}"]
)
def test_pledge_pages_speak_english(served: Engine, accountant: Browser, path: str) -> None:
    _, made = recorded(served)
    accountant.client.set_cookie("language", "en")
    text = accountant.get(path.format(made.reference)).text.partition("<main")[2]
    shown = re.sub(r"东湖启明科技有限公司|奖学金|非限定基金|实验室建设基金|永久留本基金", "", text)
    words = re.findall(r"[\u4e00-\u9fff]+", re.sub(r"<[^>]+>", " ", shown))
    assert words == []

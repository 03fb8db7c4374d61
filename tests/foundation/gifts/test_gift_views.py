"""Pages of gifts: one with everything, ended with reasons; the list, its sums and its export."""

import csv
import io
import re
from typing import Any

import pytest
from sqlalchemy import Engine

from foundation.gifts.kinds import GiftState
from tests.factories import FUNDS
from tests.foundation.donors import donor_cases
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_typing import enter, gifts, typed
from tests.serving import ON_BOTH, Browser


@ON_BOTH
def test_page_of_a_gift_shows_and_links_everything(
    served: Engine, known: int, accountant: Browser
) -> None:
    reference = enter(accountant, note="每年两名", bank_reference="SN1", is_anonymous="on")
    page = accountant.get(f"/gifts/{reference}").text

    (gift,) = gifts(served)
    for text in (
        "120,000.00",
        "待审核",
        "不公开捐赠人",
        "每年两名",
        "SN1",
        f"/donors/{known}",
        f"/vouchers/{gift.voucher_id}",
        "/fund-projects/SCHOL",
        "登记捐赠",
    ):
        assert text in page


def test_cancelling_asks_for_a_reason(served: Engine, known: int, accountant: Browser) -> None:
    reference = enter(accountant)
    path = f"/gifts/{reference}/cancel"
    assert accountant.get(path).status_code == 200

    refused = accountant.post(path, {"date": "2026-01-20", "reason": " "})
    assert (refused.status_code, "请填写此项" in refused.text) == (422, True)
    done = accountant.post(path, {"date": "2026-01-20", "reason": "重复登记"})
    assert done.status_code == 303
    page = accountant.get(f"/gifts/{reference}").text
    assert "已作废" in page
    assert "重复登记" in page
    again = accountant.post(path, {"date": "2026-01-20", "reason": "再次"})
    assert again.status_code == 409


def test_correcting_starts_from_what_was_recorded(
    served: Engine, known: int, accountant: Browser
) -> None:
    reference = enter(accountant, bank_reference="SN1", note="原备注")
    path = f"/gifts/{reference}/correct"
    page = accountant.get(path).text
    assert 'value="120000.00"' in page
    assert "原备注" in page

    fields = typed(amount="1.2万", donor_id=str(known), booked_on="2026-01-20")
    refused = accountant.post(path, fields)
    assert re.search(r'id="reason-error">请填写此项', refused.text)
    done = accountant.post(path, fields | {"reason": "多录一个零"})
    assert done.status_code == 303
    old, new = gifts(served)
    assert (old.amount_minor, new.amount_minor) == (120_000_00, 12_000_00)
    assert "已更正" in accountant.get(f"/gifts/{reference}").text
    assert reference in accountant.get(done.headers["Location"]).text
    gift_cases.everything_holds(served)


def test_refund_is_entered_with_its_cause(served: Engine, known: int, accountant: Browser) -> None:
    reference = enter(accountant)
    gift_cases.post(served, gifts(served)[0].voucher_id)
    path = f"/gifts/{reference}/refund"
    assert accountant.get(path).status_code == 200
    fields = {"amount": "2万", "cause": "own", "date": "2026-02-10", "reason": "未按约定使用"}

    more = accountant.post(path, fields | {"amount": "13万"})
    assert re.search(r'id="amount-error">.*120000\.00', more.text)
    wrong = accountant.post(path, fields | {"is_paid": "on", "pay_from": "1201"})
    assert re.search(r'id="pay_from-error"', wrong.text)
    done = accountant.post(path, fields | {"is_paid": "on", "pay_from": "基本户"})
    assert done.status_code == 303
    page = accountant.get(f"/gifts/{reference}").text
    assert "部分退款" in page
    assert "未按约定使用" in page
    assert "100,000.00" in page
    gift_cases.everything_holds(served)


def test_cancellation_is_undone_on_the_page_while_nothing_is_posted(
    served: Engine, known: int, accountant: Browser
) -> None:
    reference = enter(accountant)
    gift_cases.post(served, gifts(served)[0].voucher_id)
    accountant.post(f"/gifts/{reference}/cancel", {"date": "2026-02-10", "reason": "重复登记"})
    path = f"/gifts/{reference}/changes/1/undo"
    assert path in accountant.get(f"/gifts/{reference}").text
    assert "捐赠恢复原状" in accountant.get(path).text

    assert accountant.post(path, {"reason": " "}).status_code == 422
    assert accountant.post(path, {"reason": "误操作"}).status_code == 303

    page = accountant.get(f"/gifts/{reference}").text
    assert "的变更已撤销" in page
    assert "凭证已作废，未生效" in page
    assert path not in page
    assert f"/gifts/{reference}/cancel" in page
    assert accountant.get(path).status_code == 404
    gift_cases.everything_holds(served)


def test_posted_refund_is_undone_on_the_page_with_a_date(
    served: Engine, known: int, accountant: Browser
) -> None:
    reference = enter(accountant)
    (gift,) = gifts(served)
    gift_cases.post(served, gift.voucher_id)
    gift_cases.post(served, gift_cases.refund(served, gift.id, 1_00).due_voucher_id)
    path = f"/gifts/{reference}/changes/1/undo"
    assert accountant.post(path, {"reason": "误操作", "date": ""}).status_code == 422
    closed = accountant.post(path, {"reason": "误操作", "date": "2024-02-11"})
    assert re.search(r'id="date-error"', closed.text)
    done = accountant.post(path, {"reason": "误操作", "date": "2026-02-11"})
    assert done.status_code == 303
    assert "已编制红字凭证" in accountant.get(done.headers["Location"]).text
    again = accountant.post(path, {"reason": "误操作", "date": "2026-02-11"})
    assert (again.status_code, "已被红字冲销" in again.text) == (409, True)


@ON_BOTH
def test_gift_typed_twice_is_said_to_be_a_probable_duplicate(
    served: Engine, known: int, accountant: Browser
) -> None:
    first = enter(accountant, bank_reference="SN1")
    assert "疑似重复" not in accountant.get(f"/gifts/{first}").text
    other = enter(accountant, bank_reference="SN2")
    assert "疑似重复" not in accountant.get(f"/gifts/{other}").text
    third = enter(accountant, bank_reference="")
    page = accountant.get("/gifts/new").text
    assert f"{third} 疑似重复" in page
    assert f"{first}、{other}" in page
    assert f'href="/gifts/{third}"' in accountant.get(f"/gifts/{first}").text


def test_shared_voucher_offers_no_cancelling(served: Engine, accountant: Browser) -> None:
    from_register = gift_cases.imported_daily(served)
    page = accountant.get(f"/gifts/{from_register}").text

    assert "汇总凭证" in page
    assert "/cancel" not in page
    assert "第 2 行" in page


def test_unknown_gift_has_a_page_that_says_so(accountant: Browser) -> None:
    page = accountant.get("/gifts/G2026-999999")

    assert page.status_code == 404
    assert "找不到捐赠" in page.text


@ON_BOTH
def test_auditor_sees_everything_and_changes_nothing(
    served: Engine, known: int, accountant: Browser, auditor: Browser
) -> None:
    reference = enter(accountant)

    for path in ("/gifts", f"/gifts/{reference}", "/gifts/export.csv"):
        assert auditor.get(path).status_code == 200
    page = auditor.get(f"/gifts/{reference}").text
    assert "/cancel" not in page
    assert "/correct" not in page
    for path in ("/gifts/new", f"/gifts/{reference}/cancel", f"/gifts/{reference}/correct"):
        assert auditor.get(path).status_code == 403
        assert auditor.post(path, {}).status_code == 403


# --- The list ------------------------------------------------------------------------------------


def test_empty_list_says_what_to_do(accountant: Browser, auditor: Browser) -> None:
    page = accountant.get("/gifts").text

    assert "还没有捐赠" in page
    assert "/gifts/new" in page
    assert "/gifts/new" not in auditor.get("/gifts").text.partition("<main")[2]


@ON_BOTH
def test_list_adds_up_what_is_shown(served: Engine, known: int, accountant: Browser) -> None:
    for amount in ("100", "200.50"):
        enter(accountant, amount=amount)
    first = enter(accountant, amount="300")
    accountant.post(f"/gifts/{first}/cancel", {"date": "2026-01-20", "reason": "重复"})
    page = accountant.get("/gifts").text
    assert "600.50" in page
    assert "300.50" in page
    assert page.count("data-minor=") == 3

    narrowed = accountant.get("/gifts?state=cancelled&min=abc").text
    assert narrowed.count("data-minor=") == 1
    assert re.search(r'id="min-error">', narrowed)
    assert "没有符合条件" in accountant.get("/gifts?q=nobody").text


def test_chips_take_one_filter_away_each(accountant: Browser) -> None:
    page = accountant.get("/gifts?q=x&from=0105&to=0106&min=1&max=2&fund=SCHOL&kind=cash&donor=7")

    chips = re.findall(r'class="chip" href="([^"]+)" title', page.text)
    assert len(chips) == 8
    assert all(chip.startswith("/gifts?") for chip in chips)


@ON_BOTH
def test_export_is_exactly_the_list(served: Engine, known: int, accountant: Browser) -> None:
    enter(accountant, amount="100")
    enter(accountant, amount="200", **{"fund-0": "GEN"})
    danger = donor_cases.record(served, donor_cases.given(name="=cmd|公式")).id
    enter(accountant, amount="300", donor="=cmd|公式", donor_id=str(danger))
    answer = accountant.get("/gifts/export.csv?fund=SCHOL&sort=amount")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[-1] for row in rows] == ["金额", "100.00", "300.00"]
    assert rows[2][2] == "'=cmd|公式"


def test_pages_speak_english(known: int, accountant: Browser) -> None:
    accountant.client.set_cookie("language", "en")
    reference = enter(accountant)

    for path in ("/gifts", "/gifts/new", f"/gifts/{reference}", f"/gifts/{reference}/cancel"):
        main = accountant.get(path).text.partition("<main")[2]
        text = re.sub(r"<datalist.*?</datalist>|<[^>]+>", " ", main, flags=re.DOTALL)
        assert set(re.findall(r"[\u4e00-\u9fff]+", text)) <= ALLOWED, path


# What stays Chinese in English: names of people, funds and accounts, and the number of a voucher.
ALLOWED = {
    "林晓舟",
    "万",
    "记",
    "银行存款",
    "基本户",
    "受托代理户",
    *(name for _, name, _ in FUNDS),
}


@pytest.mark.parametrize("state", list(GiftState))
def test_every_state_has_a_filter(accountant: Browser, state: GiftState) -> None:
    assert f"/gifts?state={state.value}" in accountant.get("/gifts").text


def test_many_filters_at_once_are_kept(accountant: Browser) -> None:
    query: dict[str, Any] = {"q": "林", "fund": "SCHOL", "kind": "cash", "state": "posted"}
    page = accountant.get("/gifts", query_string=query).text

    assert 'name="state" value="posted"' in page
    assert '<option value="SCHOL" selected' in page

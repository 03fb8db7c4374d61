"""Pages of vouchers: entry that loses nothing, the form, bulk acts, reversal, papers."""

import hashlib
import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.books import papers, voucher_view
from foundation.books.voucher_view import LINES_OF_A_SHEET, VoucherView
from ledger.vouchers import VoucherKind, VoucherState
from tests import factories
from tests.foundation.gifts import gift_cases
from tests.serving import ON_BOTH, Browser

FIELDS = ("summary", "account", "fund", "debit", "credit", "flow")


def typed(*rows: tuple[str, str, str, str, str], **more: str) -> dict[str, str]:
    """What a person typed into the entry form: (summary, account, fund, debit, credit) a row."""
    fields = {"date": "2026-01-20", "kind": "ordinary", "word": "记", "attachments": "1"}
    for i, row in enumerate(rows):
        fields |= {f"{name}-{i}": text for name, text in zip(FIELDS, row, strict=False)}
    return fields | {"then": "submit"} | more


GIFT = (
    ("收到捐赠", "100201", "SCHOL", "1.2万", ""),
    ("", "410102", "SCHOL", "", "12,000.00"),
)


def view(engine: Engine, key: int) -> VoucherView:
    with database.reading(engine) as session:
        return voucher_view.get_voucher(session, key)


def key_of(response: Any) -> int:
    found = re.search(r"/vouchers/(\d+)", response.headers["Location"])
    assert found is not None, response.headers
    return int(found[1])


def enter(browser: Browser, **more: str) -> int:
    """Enter a voucher and return its key."""
    response = browser.post("/vouchers/new", typed(*GIFT, **more))
    assert response.status_code == 303, response.text
    return key_of(response)


def test_voucher_is_entered_as_people_type(served: Engine, accountant: Browser) -> None:
    found = view(served, enter(accountant, date="0120"))
    assert (found.row.state, found.row.total_minor) == (VoucherState.SUBMITTED, 12_000_00)
    assert found.row.booked_on == date(2026, 1, 20)
    assert found.row.summary == "收到捐赠"
    assert [(line.account_code, line.fund_code) for line in found.lines] == [
        ("100201", "SCHOL"),
        ("410102", "SCHOL"),
    ]


def test_names_and_pinyin_are_found(served: Engine, accountant: Browser) -> None:
    rows = (("付款", "xj", "非限定基金", "", "5"), ("", "管理费用—非限定", "fxdjj", "5", ""))
    found = view(served, key_of(accountant.post("/vouchers/new", typed(*rows))))
    assert [line.account_code for line in found.lines] == ["1001", "530101"]
    assert {line.fund_code for line in found.lines} == {"GEN"}


def test_equals_sign_fills_what_the_fund_lacks(served: Engine, accountant: Browser) -> None:
    rows = (
        ("拨款", "510101", "GEN", "70", ""),
        ("", "510102", "SCHOL", "30", ""),
        ("", "100201", "GEN", "", "="),
        ("", "100201", "SCHOL", "", "="),
    )
    found = view(served, key_of(accountant.post("/vouchers/new", typed(*rows))))
    assert [line.credit_minor for line in found.lines] == [0, 0, 70_00, 30_00]


def test_draft_may_be_unfinished(served: Engine, accountant: Browser) -> None:
    rows = (("写到一半", "100201", "GEN", "5", ""),)
    found = view(served, key_of(accountant.post("/vouchers/new", typed(*rows, then="draft"))))
    assert (found.row.state, len(found.lines)) == (VoucherState.DRAFT, 1)


@pytest.mark.parametrize(
    ("change", "saying"),
    [
        ({"account-0": "9999"}, "不存在"),
        ({"account-0": "1002"}, "不止一个"),
        ({"fund-1": ""}, "请填写此项"),
        ({"debit-0": "abc"}, "无效"),
        ({"credit-0": "5"}, "只能有借方或贷方"),
        ({"debit-0": ""}, "不能为零"),
        ({"debit-0": "0"}, "不能为零"),
        ({"credit-1": "11999"}, "借贷不平衡"),
        ({"fund-1": "GEN"}, "借贷不平衡"),
        ({"date": "2026-02-30"}, "日期应写作"),
        ({"date": "2030-01-05"}, "没有会计期间"),
        ({"attachments": "x"}, "应为 0 到 9999 的整数"),
        ({"summary-0": ""}, "请填写摘要"),
        ({"kind": "closing"}, "由系统生成"),
    ],
)
def test_mistake_is_said_and_nothing_typed_is_lost(
    served: Engine, accountant: Browser, change: dict[str, str], saying: str
) -> None:
    fields = typed(*GIFT) | change
    response = accountant.post("/vouchers/new", fields)
    assert response.status_code in (404, 409, 422)
    assert saying in response.text
    for name, text in fields.items():
        if name[-1].isdigit() and text:
            assert f'value="{text}"' in response.text, name
    with pytest.raises(Exception, match="找不到凭证"):
        view(served, 1)


def test_draft_is_changed_until_it_is_submitted(served: Engine, accountant: Browser) -> None:
    key = enter(accountant, then="draft")
    page = accountant.get(f"/vouchers/{key}/edit")
    assert 'value="12000.00"' in page.text
    changed = typed(*GIFT, **{"debit-0": "7", "credit-1": "7", "version": "1"})
    assert accountant.post(f"/vouchers/{key}/edit", changed).status_code == 303
    found = view(served, key)
    assert (found.row.total_minor, found.row.state) == (7_00, VoucherState.SUBMITTED)
    assert accountant.get(f"/vouchers/{key}/edit").status_code == 409


@ON_BOTH
def test_draft_that_somebody_else_changed_is_not_overwritten(
    served: Engine, accountant: Browser
) -> None:
    key = enter(accountant, then="draft")
    again = typed(*GIFT, then="draft", version="1")
    assert accountant.post(f"/vouchers/{key}/edit", again).status_code == 303
    stale = accountant.post(f"/vouchers/{key}/edit", again | {"summary-0": "我的修改"})
    assert (stale.status_code, "我的修改" in stale.text) == (412, True)


@ON_BOTH
def test_voucher_goes_from_draft_to_posted(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    key = enter(accountant, then="draft")
    accountant.post(f"/vouchers/{key}/submit")
    reviewer.post(f"/vouchers/{key}/review")
    reviewer.post(f"/vouchers/{key}/post")
    found = view(served, key)
    assert (found.row.label, found.row.reviewed_by) == ("记-2026-01-0001", "reviewer")
    page = reviewer.get(f"/vouchers/{key}").text
    for words in ("记账凭证", "会计主管", "出纳", "制单", "12,000.00", "记-2026-01-0001"):
        assert words in page


def test_refused_step_is_said_on_the_voucher(accountant: Browser, reviewer: Browser) -> None:
    key = enter(accountant)
    accountant.post(f"/vouchers/{key}/withdraw")
    answer = reviewer.post(f"/vouchers/{key}/review", follow_redirects=True)
    assert "不能执行此操作" in answer.text


def test_review_goes_on_to_the_next_voucher(accountant: Browser, reviewer: Browser) -> None:
    first, second = enter(accountant), enter(accountant)
    answer = reviewer.post(f"/vouchers/{first}/review", {"next": "1"})
    assert key_of(answer) == second
    answer = reviewer.post(f"/vouchers/{second}/review", {"next": "1"})
    assert key_of(answer) == second


def test_sending_back_needs_a_reason(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    key = enter(accountant)
    assert reviewer.post(f"/vouchers/{key}/return", {"reason": ""}).status_code == 422
    assert reviewer.post(f"/vouchers/{key}/return", {"reason": "摘要不清"}).status_code == 303
    assert view(served, key).row.state is VoucherState.DRAFT
    assert "摘要不清" in accountant.get(f"/vouchers/{key}").text


def test_reviewed_voucher_is_not_taken_back_by_its_preparer(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    key = enter(accountant)
    reviewer.post(f"/vouchers/{key}/review")
    accountant.post(f"/vouchers/{key}/withdraw")
    assert view(served, key).row.state is VoucherState.REVIEWED


def test_discarded_voucher_stays_visible(served: Engine, accountant: Browser) -> None:
    key = enter(accountant)
    assert accountant.post(f"/vouchers/{key}/discard", {"reason": "重复"}).status_code == 303
    assert view(served, key).row.state is VoucherState.DISCARDED
    assert "已作废" in accountant.get("/vouchers?period=all").text


@ON_BOTH
def test_many_are_reviewed_and_posted_and_what_is_left_out_is_said(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    good, bare = enter(accountant), enter(accountant, attachments="0")
    chosen = {"voucher": [str(good), str(bare)]}
    answer = reviewer.post("/vouchers/approve", chosen)
    assert "必须附有原始凭证" in answer.text
    assert "完成 1 张" in answer.text
    assert view(served, good).row.state is VoucherState.POSTED
    assert view(served, bare).row.state is VoucherState.SUBMITTED


@ON_BOTH
def test_everything_of_a_list_is_acted_on(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    inside, outside = enter(accountant), enter(accountant, date="2026-02-20")
    reviewer.post("/vouchers/review", {"everything": "1", "period": "2026-01"})
    assert view(served, inside).row.state is VoucherState.REVIEWED
    assert view(served, outside).row.state is VoucherState.SUBMITTED


def test_bulk_discard_needs_a_reason(served: Engine, accountant: Browser) -> None:
    key = enter(accountant)
    assert accountant.post("/vouchers/discard", {"voucher": str(key)}).status_code == 422
    accountant.post("/vouchers/discard", {"voucher": str(key), "reason": "重复"})
    assert view(served, key).row.state is VoucherState.DISCARDED


def test_nothing_chosen_is_said(reviewer: Browser) -> None:
    assert "没有选中凭证" in reviewer.post("/vouchers/review", {}).text


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("period=2026-01", True),
        ("period=2026", True),
        ("period=2026-02", False),
        ("q=捐赠", True),
        ("q=12000", True),
        ("q=12,000.00", True),
        ("q=13000", False),
        ("state=submitted", True),
        ("state=posted", False),
        ("kind=ordinary", True),
        ("kind=transfer", False),
        ("fund=SCHOL", True),
        ("fund=GEN", False),
        ("account=1002", True),
        ("account=5301", False),
        ("state=nonsense&period=all", True),
    ],
)
@ON_BOTH
def test_list_is_searched_and_filtered(accountant: Browser, query: str, is_found: bool) -> None:
    enter(accountant)
    assert ("收到捐赠" in accountant.get(f"/vouchers?{query}").text) is is_found


def test_empty_list_says_what_it_is_for(accountant: Browser) -> None:
    assert "本期还没有凭证" in accountant.get("/vouchers").text


@ON_BOTH
def test_reversal_is_dated_and_reasoned(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    key = enter(accountant)
    reviewer.post("/vouchers/approve", {"voucher": str(key)})
    address = f"/vouchers/{key}/reverse"
    assert accountant.get(address).status_code == 200
    assert accountant.post(address, {"date": "2026-01-25", "reason": ""}).status_code == 422
    early = accountant.post(address, {"date": "2026-01-02", "reason": "误记"})
    assert (early.status_code, "不能早于" in early.text) == (409, True)
    red = key_of(accountant.post(address, {"date": "2026-01-25", "reason": "误记"}))
    assert view(served, red).row.kind is VoucherKind.REVERSAL
    assert "已被红字冲销" in accountant.get(f"/vouchers/{key}").text
    assert 'class="voucher voucher-red"' in accountant.get(f"/vouchers/{red}").text


def test_correction_copies_the_lines_and_is_linked(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    key = enter(accountant)
    reviewer.post("/vouchers/approve", {"voucher": str(key)})
    page = accountant.get(f"/vouchers/new?corrects={key}").text
    assert "订正2026年1月20日记-2026-01-0001号凭证" in page
    fields = typed(*GIFT, kind="correction", corrects=str(key))
    blue = key_of(accountant.post("/vouchers/new", fields))
    assert view(served, blue).corrects is not None
    assert [item.id for item in view(served, key).corrected_by] == [blue]


def test_unposted_voucher_is_not_corrected(accountant: Browser) -> None:
    key = enter(accountant)
    response = accountant.post("/vouchers/new", typed(*GIFT, corrects=str(key)))
    assert (response.status_code, "只能订正已记账" in response.text) == (422, True)


def test_voucher_of_a_gift_is_left_to_the_gift(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    gift = gift_cases.recorded(served)
    key = gift.voucher_id
    page = accountant.get(f"/vouchers/{key}").text
    assert gift.reference in page
    assert f"/vouchers/{key}/discard" not in page
    refused = accountant.post(f"/vouchers/{key}/discard", {"reason": "重复"})
    assert (refused.status_code, gift.reference in refused.text) == (422, True)
    bulk = accountant.post("/vouchers/discard", {"voucher": str(key), "reason": "重复"})
    assert gift.reference in bulk.text
    accountant.post(f"/vouchers/{key}/withdraw")
    assert accountant.get(f"/vouchers/{key}/edit").status_code == 409
    accountant.post(f"/vouchers/{key}/submit")
    reviewer.post("/vouchers/approve", {"voucher": str(key)})
    reversal = {"date": "2026-02-01", "reason": "误记"}
    refused = accountant.post(f"/vouchers/{key}/reverse", reversal)
    assert (refused.status_code, gift.reference in refused.text) == (409, True)
    assert view(served, key).row.state is VoucherState.POSTED


def paper(content: bytes, name: str = "发票.pdf") -> dict[str, Any]:
    return {"file": (io.BytesIO(content), name)}


def test_paper_is_stored_by_digest_and_comes_back_byte_for_byte(
    served: Engine, accountant: Browser, auditor: Browser, tmp_path: Path
) -> None:
    key = enter(accountant)
    content = b"%PDF-1.7 \x00\xff"
    answer = accountant.post(f"/vouchers/{key}/files", paper(content))
    assert answer.status_code == 303
    (file,) = view(served, key).files
    digest = hashlib.sha256(content).hexdigest()
    assert (file.digest, file.name, file.size) == (digest, "发票.pdf", len(content))
    assert (tmp_path / "files" / digest[:2] / digest).read_bytes() == content
    got = auditor.get(f"/vouchers/{key}/files/{file.id}")
    assert got.data == content
    assert got.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("content", "name", "saying"),
    [
        (b"", "空.pdf", "不能为空"),
        (b"x", "script.html", "文件类型"),
        (b"x", "none", "文件类型"),
        (b"x" * 101, "big.pdf", "不能为空，最大"),
    ],
)
def test_paper_that_cannot_be_kept_is_refused(
    accountant: Browser,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    name: str,
    saying: str,
) -> None:
    monkeypatch.setattr(papers, "MAX_BYTES", 100)
    key = enter(accountant)
    answer = accountant.post(f"/vouchers/{key}/files", paper(content, name))
    assert (answer.status_code, saying in answer.text) == (422, True)


def test_same_paper_is_attached_once(accountant: Browser) -> None:
    key = enter(accountant)
    accountant.post(f"/vouchers/{key}/files", paper(b"one"))
    assert accountant.post(f"/vouchers/{key}/files", paper(b"one")).status_code == 409


def test_paper_that_was_changed_in_the_archive_is_not_given_out(
    served: Engine, accountant: Browser, tmp_path: Path
) -> None:
    key = enter(accountant)
    accountant.post(f"/vouchers/{key}/files", paper(b"one"))
    (file,) = view(served, key).files
    (tmp_path / "files" / file.digest[:2] / file.digest).write_bytes(b"two")
    answer = accountant.get(f"/vouchers/{key}/files/{file.id}")
    assert (answer.status_code, "摘要不符" in answer.text) == (409, True)
    assert accountant.get(f"/vouchers/{key + 1}/files/{file.id}").status_code == 404


def test_long_voucher_is_printed_on_numbered_sheets(served: Engine, accountant: Browser) -> None:
    count = LINES_OF_A_SHEET + 2
    rows = [("拨付", "510101", "GEN", "1", "")] * (count - 1)
    rows.append(("拨付", "100201", "GEN", "", "="))
    key = key_of(accountant.post("/vouchers/new", typed(*rows)))
    page = accountant.get(f"/vouchers/{key}/print").text
    assert "（1/2）" in page
    assert "（2/2）" in page
    assert "过次页" in page
    assert page.count("<section") == 2


@ON_BOTH
def test_chosen_vouchers_are_printed_together(accountant: Browser) -> None:
    keys = [enter(accountant), enter(accountant)]
    query = "&".join(f"voucher={key}" for key in keys)
    assert accountant.get(f"/vouchers/print?{query}").text.count("<section") == 2
    assert "没有选中凭证" in accountant.get("/vouchers/print").text


def test_unknown_voucher_is_404(accountant: Browser) -> None:
    for path in ("", "/edit", "/print", "/reverse"):
        assert accountant.get(f"/vouchers/99{path}").status_code == 404


def test_pages_speak_english(accountant: Browser) -> None:
    key = enter(accountant)
    accountant.post("/language", {"language": "en", "next": "/"})
    assert "Prepared by" in accountant.get(f"/vouchers/{key}").text
    assert "Enter a voucher" in accountant.get("/vouchers/new").text


@ON_BOTH
def test_history_of_a_voucher_says_who_did_what(
    served: Engine, accountant: Browser, reviewer: Browser
) -> None:
    key = enter(accountant)
    reviewer.post("/vouchers/approve", {"voucher": str(key)})
    with database.reading(served) as session:
        acts = voucher_view.history(session, voucher_view.get_voucher(session, key))
    assert [(act.action, act.actor) for act in acts] == [
        ("voucher.prepare", "accountant"),
        ("voucher.review", "reviewer"),
        ("voucher.post", "reviewer"),
    ]
    assert factories.findings(served) == []

"""Importing registers: all or nothing, once, and to the fen."""

import threading
from collections import Counter
from datetime import date

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.donors.models import Donor, DonorKind
from foundation.gifts.kinds import GiftMethod
from foundation.gifts.models import Gift
from ledger.trail import TrailRecord
from tests import factories
from tests.factories import BANK, PREPARER
from tests.foundation.gifts import gift_cases
from tests.foundation.imports import import_cases
from tests.foundation.imports.import_cases import (
    GIFTS,
    STATED,
    TOTAL,
    batches,
    bring,
    imported,
    look,
    post_everything,
    table,
    turnover,
)


def gifts(engine: Engine) -> list[Gift]:
    with database.reading(engine) as session:
        found = list(session.execute(select(Gift).order_by(Gift.id)).scalars())
        session.expunge_all()
        return found


# --- What an import brings -----------------------------------------------------------------------


def test_every_row_becomes_a_gift_with_its_voucher(books: Engine) -> None:
    result = bring(books, table(GIFTS))

    assert (result.imported, result.examination.total_minor) == (4, TOTAL)
    found = gifts(books)
    assert [gift.donor_name for gift in found] == [
        "林晓舟",
        "东湖启明科技有限公司",
        "2003级土木三班",
        "匿名",
    ]
    assert [gift.batch_row for gift in found] == [2, 3, 4, 5]
    assert len({gift.voucher_id for gift in found}) == 4
    assert [gift.is_anonymous for gift in found] == [False, False, False, True]
    assert found[0].note == "奖学金"
    assert found[0].bank_reference == "T001"
    assert found[3].bank_reference is None
    assert import_cases.findings(books) == []


@pytest.mark.parametrize("daily", [False, True])
def test_trial_balance_shows_what_was_imported(books: Engine, daily: bool) -> None:
    bring(books, table([*GIFTS, STATED]), daily=daily)

    assert post_everything(books) == (3 if daily else 4)
    january = 251_066_66
    assert turnover(books, BANK, 202601) == (january, 0)
    assert turnover(books, "410102", 202601) == (0, january)
    assert turnover(books, BANK, 202602) == (1, 0)
    assert import_cases.findings(books) == []


def test_daily_vouchers_hold_the_gifts_of_a_day(books: Engine) -> None:
    result = bring(books, table(GIFTS), daily=True)

    assert Counter(gift.voucher_id for gift in gifts(books)).most_common(1)[0][1] == 2
    first = gift_cases.voucher(books, gifts(books)[0].voucher_id)
    assert first.summary == f"接受捐赠 2 笔（导入批次 {result.batch_id}）"
    assert (first.total_minor, first.booked_on) == (251_000_00, date(2026, 1, 5))


def test_import_crosses_years_and_charts(books: Engine) -> None:
    rows = [("2025-12-31", "林晓舟", "10", "", ""), ("2026-01-01", "林晓舟", "20", "", "")]
    bring(books, table(rows))

    known = factories.known(books)
    assert [known.accounts[gift.account_id].chart for gift in gifts(books)] == ["2004", "2024"]
    post_everything(books)
    assert turnover(books, "410102", 202512, chart="2004") == (0, 10_00)
    assert turnover(books, "410102", 202601) == (0, 20_00)
    assert import_cases.findings(books) == []


def test_donors_are_recorded_once_each_with_their_kind(books: Engine) -> None:
    rows = [*GIFTS, ("2026-01-07", "林晓舟", "5", "", ""), ("2026-01-08", "林 晓 舟", "5", "", "")]
    bring(books, table(rows))

    with database.reading(books) as session:
        found = session.execute(select(Donor.name, Donor.kind)).all()
    assert {row.name: row.kind for row in found} == {
        "林晓舟": DonorKind.PERSON,
        "东湖启明科技有限公司": DonorKind.ORGANISATION,
        "2003级土木三班": DonorKind.GROUP,
        "匿名": DonorKind.ANONYMOUS,
    }


def test_register_says_how_a_gift_was_paid_and_what_for(books: Engine) -> None:
    header = ("日期", "捐赠人", "金额", "支付方式", "捐赠用途", "备注")
    rows = [
        ("2026-01-05", "甲", "1", "微信", "图书馆", ""),
        ("2026-01-05", "乙", "2", "转账支票", "图书馆", "来信附后"),
        ("2026-01-05", "丙", "3", "银行转账", "", "谢谢"),
        ("2026-01-05", "丁", "4", "现金", "", ""),
    ]
    bring(books, table(rows, header=header))

    assert [(gift.method, gift.note) for gift in gifts(books)] == [
        (GiftMethod.ONLINE, "用途：图书馆"),
        (GiftMethod.CHEQUE, "来信附后；用途：图书馆"),
        (GiftMethod.BANK, "谢谢"),
        (GiftMethod.CASH, None),
    ]


def test_gifts_into_the_cash_box_are_cash(books: Engine) -> None:
    bring(books, table(GIFTS), account_code="1001")

    assert {gift.method for gift in gifts(books)} == {GiftMethod.CASH}


def test_batch_keeps_file_counts_and_totals_and_the_trail_names_it(books: Engine) -> None:
    result = bring(books, table([*GIFTS, STATED]), filename="一月登记表.csv")

    (batch,) = batches(books)
    assert batch.id == result.batch_id
    assert (batch.file_name, batch.account_code, batch.vouchers) == (
        "一月登记表.csv",
        BANK,
        "each",
    )
    assert (batch.row_count, batch.imported_count, batch.duplicate_count) == (4, 4, 0)
    assert (batch.total_minor, batch.stated_total_minor) == (TOTAL, TOTAL)
    assert (batch.created_by, batch.difference_reason) == (PREPARER, None)
    with database.reading(books) as session:
        record = session.execute(
            select(TrailRecord).where(TrailRecord.action == "gifts.import")
        ).scalar_one()
        assert record.subject == f"batch:{batch.id}"
        assert "林晓舟" not in str(record.detail)


def test_looking_writes_nothing(books: Engine) -> None:
    before = gift_cases.counts(books)
    found = look(books, table([*GIFTS, STATED]))

    assert (found.row_count, found.total_minor, found.ties) == (4, TOTAL, True)
    assert found.per_day == {
        date(2026, 1, 5): (2, 251_000_00),
        date(2026, 1, 6): (1, 66_66),
        date(2026, 2, 1): (1, 1),
    }
    assert gift_cases.counts(books) == before
    assert batches(books) == []


# --- Twice ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("daily", [False, True])
def test_same_file_twice_brings_nothing_new(books: Engine, daily: bool) -> None:
    bring(books, table(GIFTS), daily=daily)
    before = gift_cases.counts(books)
    again = bring(books, table(GIFTS), daily=daily)

    assert (again.imported, again.batch_id) == (0, None)
    assert len(again.examination.duplicates) == 4
    assert gift_cases.counts(books) == before


def test_longer_file_brings_only_what_is_new(books: Engine) -> None:
    bring(books, table(GIFTS))
    more = bring(books, table([("2026-02-02", "赵新竹", "8.88", "T009", ""), *GIFTS]))

    assert (more.imported, more.examination.new_minor) == (1, 8_88)
    assert imported(books) == (5, TOTAL + 8_88)
    assert batches(books)[1].duplicate_count == 4


@pytest.mark.parametrize("count", [1, 2, 7])
def test_equal_rows_are_as_many_gifts(books: Engine, count: int) -> None:
    row = ("2026-01-05", "林晓舟", "100", "", "")
    bring(books, table([row] * count))

    assert imported(books) == (count, count * 100_00)
    assert bring(books, table([row] * count)).imported == 0
    assert bring(books, table([row] * (count + 1))).imported == 1
    assert imported(books)[0] == count + 1


def test_same_gift_in_another_layout_is_a_duplicate(books: Engine) -> None:
    bring(books, table(GIFTS))
    header = ("金额(万元)", "捐款单位", "到账时间", "交易流水号")
    other = bring(
        books,
        table([("25", "东湖启明科技有限公司", "2026/1/5", "t002")], header=header),
    )

    assert (other.imported, len(other.examination.duplicates)) == (0, 1)


def test_gift_recorded_by_hand_is_a_duplicate_of_its_row(books: Engine) -> None:
    gift_cases.recorded(books, minor=1_000_00, bank_reference="T001", received_on=date(2026, 1, 5))

    assert bring(books, table(GIFTS)).imported == 3


def test_cancelled_gift_comes_again_and_a_corrected_one_does_not(books: Engine) -> None:
    bring(books, table(GIFTS))
    first, second = gifts(books)[:2]
    gift_cases.cancel(books, first.id)
    who = gift_cases.donor(books, name="东湖启明科技有限公司")
    gift_cases.correct(books, second.id, gift_cases.entry(who, minor=25_000_00))

    again = bring(books, table(GIFTS))
    assert again.imported == 1
    assert gifts(books)[-1].donor_name == "林晓舟"
    assert import_cases.findings(books) == []


def test_two_people_importing_one_file_at_once_import_it_once(books: Engine) -> None:
    together = threading.Barrier(2)
    results: list[int] = []
    failures: list[BaseException] = []

    def work() -> None:
        together.wait()
        try:
            results.append(bring(books, import_cases.many(3000)).imported)
        except Exception as error:  # noqa: BLE001 (whatever it is, the test names it)
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(results) == [0, 3000]
    assert imported(books)[0] == 3000
    assert import_cases.findings(books) == []

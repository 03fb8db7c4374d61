"""Recording gifts: every kind, split over funds, foreign money, and who may be named."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from foundation import database
from foundation.gifts import entry as entries
from foundation.gifts import service
from foundation.gifts.entry import Original
from foundation.gifts.kinds import GiftKind, GiftMethod
from ledger import money
from ledger.dimensions import Dimension, DimensionKind
from ledger.trail import TrailRecord
from ledger.vouchers import VoucherLine, VoucherState
from tests import factories
from tests.factories import AGENCY_BANK, BANK
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import DAY, Printed, donor, entry, printed, record, recorded
from tests.refusals import refused

EVIDENCE = {"item": "教学用显微镜", "quantity": "20 台", "value_evidence": "发票 No.00123456"}


def cash(minor: int = 120_000_00, fund: str = "SCHOL", account: str = BANK) -> list[Printed]:
    return [("借", account, fund, minor), ("贷", "410102", fund, minor)]


def test_cash_gift_waits_for_review_with_its_voucher(books: Engine) -> None:
    made = recorded(books)

    gift = gift_cases.stored(books, made.gift_id)
    assert made.reference == f"G2026-{made.gift_id:06d}"
    assert (gift.amount_minor, gift.received_on, gift.kind) == (120_000_00, DAY, GiftKind.CASH)
    assert gift_cases.state(books, made.voucher_id) is VoucherState.SUBMITTED
    assert printed(books, made.voucher_id) == cash()
    assert gift_cases.parts(books, made.gift_id) == {"SCHOL": 120_000_00}
    gift_cases.everything_holds(books)


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"kind": GiftKind.CASH, "account_code": "1001"}, cash(account="1001")),
        ({"kind": GiftKind.CONDITIONAL}, cash()),
        ({"kind": GiftKind.IN_KIND, "account_code": "1501", **EVIDENCE}, cash(account="1501")),
        (
            {"kind": GiftKind.NOMINAL, "account_code": "1506", "minor": 100, "item": "手稿"},
            cash(100, account="1506"),
        ),
        ({"kind": GiftKind.EQUITY, "account_code": "1401", **EVIDENCE}, cash(account="1401")),
        ({"kind": GiftKind.SERVICE, "account_code": "", **EVIDENCE}, cash(account="510102")),
        (
            {
                "kind": GiftKind.SERVICE,
                "account_code": "",
                "expense_tag": "management_expense",
                "allocations": (("GEN", 120_000_00),),
                **EVIDENCE,
            },
            [("借", "530101", "GEN", 120_000_00), ("贷", "410101", "GEN", 120_000_00)],
        ),
        (
            {
                "kind": GiftKind.AGENCY,
                "account_code": AGENCY_BANK,
                "recipient": "指定受助学生",
                "allocations": (("GEN", 120_000_00),),
            },
            [("借", AGENCY_BANK, "GEN", 120_000_00), ("贷", "2601", "GEN", 120_000_00)],
        ),
    ],
)
def test_every_kind_is_booked_by_its_rule_and_can_be_posted(
    books: Engine, changes: dict[str, Any], lines: list[Printed]
) -> None:
    made = gift_cases.posted(books, **changes)

    assert printed(books, made.voucher_id) == lines
    assert gift_cases.stored(books, made.gift_id).kind is changes["kind"]
    gift_cases.everything_holds(books)


def test_gift_of_2025_is_booked_in_the_chart_of_2004(books: Engine) -> None:
    day = date(2025, 12, 30)
    made = gift_cases.posted(books, received_on=day)

    known = factories.known(books)
    account = known.accounts[gift_cases.stored(books, made.gift_id).account_id]
    assert (account.chart, account.code) == ("2004", BANK)
    assert made.reference.startswith("G2025-")
    gift_cases.everything_holds(books)


def test_gift_is_split_over_funds(books: Engine) -> None:
    split = (("SCHOL", 50_000_00), ("GEN", 30_000_00), ("SCHOL", 40_000_00))
    made = gift_cases.posted(books, allocations=split)

    assert gift_cases.parts(books, made.gift_id) == {"GEN": 30_000_00, "SCHOL": 90_000_00}
    assert sorted(printed(books, made.voucher_id)) == sorted(
        [
            ("借", BANK, "GEN", 30_000_00),
            ("借", BANK, "SCHOL", 90_000_00),
            ("贷", "410101", "GEN", 30_000_00),
            ("贷", "410102", "SCHOL", 90_000_00),
        ]
    )
    gift_cases.everything_holds(books)


def test_greatest_amount_of_the_books_can_be_given(books: Engine) -> None:
    made = gift_cases.posted(books, minor=money.MAX_MINOR)

    assert gift_cases.stored(books, made.gift_id).amount_minor == money.MAX_MINOR
    gift_cases.everything_holds(books)


def test_income_names_the_donor_and_money_its_cash_flow_item(books: Engine) -> None:
    who = donor(books)
    made = record(books, entry(who))

    with database.reading(books) as session:
        bank, income = session.execute(
            select(VoucherLine)
            .where(VoucherLine.voucher_id == made.voucher_id)
            .order_by(VoucherLine.line_no)
        ).scalars()
        assert income.donor_id == who.dimension_id
        assert bank.cash_flow_item_id is not None
        item = session.get_one(Dimension, bank.cash_flow_item_id)
        assert item.name == service.DONATIONS_RECEIVED


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": GiftKind.IN_KIND, "account_code": "1201", **EVIDENCE},
        {"kind": GiftKind.AGENCY, "account_code": AGENCY_BANK, "recipient": "受助学生"},
    ],
)
def test_what_is_not_our_cash_has_no_cash_flow_item(books: Engine, changes: dict[str, Any]) -> None:
    made = recorded(books, **changes)

    with database.reading(books) as session:
        query = select(VoucherLine.cash_flow_item_id).where(
            VoucherLine.voucher_id == made.voucher_id
        )
        assert set(session.execute(query).scalars()) == {None}


def test_agency_gift_names_whom_it_is_for(books: Engine) -> None:
    made = recorded(
        books,
        kind=GiftKind.AGENCY,
        account_code=AGENCY_BANK,
        allocations=(("GEN", 120_000_00),),
        recipient=" 江城中学 ",
    )

    with database.reading(books) as session:
        names = session.execute(
            select(Dimension.name, Dimension.kind)
            .join(VoucherLine, VoucherLine.counterparty_id == Dimension.id)
            .where(VoucherLine.voucher_id == made.voucher_id)
        ).all()
    assert names == [("江城中学", DimensionKind.COUNTERPARTY)]


def test_gift_keeps_what_was_said_with_it(books: Engine) -> None:
    made = recorded(
        books,
        method=GiftMethod.CHEQUE,
        donor_name="东湖启明（校庆）",
        passed_on_by="湖北省慈善机构",
        agreement="XY-2026-017",
        bank_reference="SN20260115001",
        note="指定用于本科生\n每年两名",
        attachment_count=3,
    )

    gift = gift_cases.stored(books, made.gift_id)
    assert (gift.method, gift.donor_name) == (GiftMethod.CHEQUE, "东湖启明（校庆）")
    assert (gift.passed_on_by, gift.agreement) == ("湖北省慈善机构", "XY-2026-017")
    assert (gift.bank_reference, gift.note) == ("SN20260115001", "指定用于本科生\n每年两名")
    voucher = gift_cases.voucher(books, made.voucher_id)
    assert voucher.summary == "收到东湖启明（校庆）捐赠款"
    assert (voucher.attachment_count, voucher.prepared_by) == (3, factories.PREPARER)


def test_anonymous_gift_keeps_the_name_out_of_the_voucher(books: Engine) -> None:
    made = recorded(books, is_anonymous=True)

    gift = gift_cases.stored(books, made.gift_id)
    assert gift.is_anonymous
    assert gift.donor_name == "林晓舟"
    assert gift_cases.voucher(books, made.voucher_id).summary == "收到匿名捐赠人捐赠款"


def test_recording_leaves_a_record_in_the_trail(books: Engine) -> None:
    made = recorded(books)

    with database.reading(books) as session:
        found = session.execute(
            select(TrailRecord.action, TrailRecord.actor).where(
                TrailRecord.subject == f"gift:{made.gift_id}"
            )
        ).all()
    assert found == [("gift.record", factories.PREPARER)]


def test_gift_is_found_by_reference_and_by_number(books: Engine) -> None:
    made = recorded(books)

    with database.reading(books) as session:
        for text in (made.reference, f" {made.reference.lower()} ", str(made.gift_id)):
            assert service.find_key(session, text) == made.gift_id
        wrong_year = made.reference.replace("2026", "2025")
        for text in ("", "G", "G2026-", wrong_year, "G2026-999999", "9" * 40, "②", "x-1"):
            with refused("unknown_gift"):
                service.find_key(session, text)
        with refused("unknown_gift"):
            service.get_gift(session, 4711)


# --- Foreign money -----------------------------------------------------------------------------


def foreign(minor: int, currency: str, rate: str, rate_on: date = DAY) -> Original:
    return Original(minor, currency, rate, rate_on)


def test_foreign_gift_keeps_what_it_was(books: Engine) -> None:
    original = foreign(10_000_00, "USD", "7.0288")
    made = gift_cases.posted(books, minor=70_288_00, original=original)

    gift = gift_cases.stored(books, made.gift_id)
    assert (gift.amount_minor, gift.original_minor) == (70_288_00, 10_000_00)
    assert (gift.original_currency, gift.rate, gift.rate_on) == ("USD", "7.0288", DAY)
    gift_cases.everything_holds(books)


@pytest.mark.parametrize(
    ("minor", "currency", "rate", "fen"),
    [
        (100_00, "USD", "7.1", 710_00),
        (1_00, "USD", "7.12345", 712),
        (1_00, "USD", "7.125", 713),
        (1_00, "USD", "7.1249999", 712),
        (10_000, "JPY", "0.0472", 472_00),
        (1, "JPY", "0.05", 5),
        (1_000, "KWD", "23.4567", 23_46),
        (1_00, "EUR", "8", 8_00),
    ],
)
def test_rate_rounds_half_up_to_the_fen(minor: int, currency: str, rate: str, fen: int) -> None:
    assert entries.in_book_currency(minor, currency, rate) == fen


@given(
    minor=st.integers(1, 10**12),
    digits=st.integers(1, 10**9 - 1),
    places=st.integers(0, 9),
    currency=st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_rate_is_exact_whatever_the_currency(
    minor: int, digits: int, places: int, currency: str
) -> None:
    rate = f"{digits // 10**places}.{digits % 10**places:0{places}d}" if places else str(digits)
    fen = entries.in_book_currency(minor, currency, rate)
    exact_top = minor * digits * 100
    bottom = int(10 ** (places + money.minor_digits(currency)))

    # Half up: what is rounded away is less than half a fen, what is rounded on at most half.
    assert -bottom <= 2 * (exact_top - fen * bottom) < bottom


@pytest.mark.parametrize("fen", [71_234, 71_235, 71_236])
def test_bank_may_round_by_one_fen(books: Engine, fen: int) -> None:
    made = recorded(books, minor=fen, original=foreign(100_00, "USD", "7.1235"))

    assert gift_cases.stored(books, made.gift_id).amount_minor == fen


@pytest.mark.parametrize(
    ("minor", "original", "code", "saying"),
    [
        (71_237, foreign(100_00, "USD", "7.1235"), "rate_differs", "712.35"),
        (71_233, foreign(100_00, "USD", "7.1235"), "rate_differs", "712.35"),
        (71_235, foreign(0, "USD", "7.1235"), "invalid", "原币金额"),
        (71_235, foreign(-1, "USD", "7.1235"), "invalid", "原币金额"),
        (71_235, foreign(100_00, "CNY", "1"), "invalid", "货币代码"),
        (71_235, foreign(100_00, "usd", "7.1235"), "invalid", "货币代码"),
        (71_235, foreign(100_00, "US", "7.1235"), "invalid", "货币代码"),
        (71_235, foreign(100_00, "USD", ""), "invalid", "汇率"),
        (71_235, foreign(100_00, "USD", "0.00"), "invalid", "汇率"),
        (71_235, foreign(100_00, "USD", "-7.1235"), "invalid", "汇率"),
        (71_235, foreign(100_00, "USD", "NaN"), "invalid", "汇率"),
        (71_235, foreign(100_00, "USD", "7.1e0"), "invalid", "汇率"),
        (71_235, foreign(100_00, "USD", "7,1235"), "invalid", "汇率"),
        (71_235, foreign(100_00, "USD", "７.1235"), "invalid", "汇率"),
        (71_235, foreign(100_00, "USD", "1234567890"), "invalid", "汇率"),
        (71_235, foreign(100_00, "USD", "7.1234567890123"), "invalid", "汇率"),
        (71_235, foreign(100_00, "USD", "7.1235", date(2026, 1, 16)), "invalid", "汇率日期"),
    ],
)
def test_foreign_gift_that_does_not_fit_is_refused(
    books: Engine, minor: int, original: Original, code: str, saying: str
) -> None:
    who = donor(books)
    before = gift_cases.counts(books)
    with refused(code, saying):
        record(books, entry(who, minor=minor, original=original))

    assert gift_cases.counts(books) == before

"""Gifts that are refused, and that nothing of them stays."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from foundation import database
from foundation.gifts import entry as entries
from foundation.gifts.kinds import GiftKind
from ledger import accounts, funds, money
from ledger.errors import InvalidInput
from ledger.funds import Restriction
from tests import factories
from tests.factories import AGENCY_BANK, CLOCK, PREPARER
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import DAY, donor, entry, record
from tests.refusals import refused

TODAY = CLOCK.today()
EVIDENCE = {"item": "图书", "value_evidence": "发票"}
IN_KIND: dict[str, Any] = {"kind": GiftKind.IN_KIND, "account_code": "1201", **EVIDENCE}
SERVICE: dict[str, Any] = {"kind": GiftKind.SERVICE, "account_code": "", **EVIDENCE}
AGENCY: dict[str, Any] = {
    "kind": GiftKind.AGENCY,
    "account_code": AGENCY_BANK,
    "recipient": "受助学生",
    "allocations": (("GEN", 120_000_00),),
}


@pytest.mark.parametrize(
    ("changes", "code", "saying"),
    [
        ({"minor": 0}, "invalid", "大于零"),
        ({"minor": -1}, "invalid", "大于零"),
        ({"minor": money.MAX_MINOR + 1}, "amount_too_large", "最大金额"),
        ({"account_code": "100299"}, "unknown_account", "100299"),
        ({"account_code": ""}, "unknown_account", ""),
        ({"account_code": "1002"}, "account_not_postable", "明细"),
        ({"account_code": "1201"}, "invalid", "不是现金或银行存款"),
        ({"account_code": "410102"}, "invalid", "不是现金或银行存款"),
        ({"account_code": AGENCY_BANK}, "invalid", "受托代理"),
        ({"kind": GiftKind.CONDITIONAL, "account_code": AGENCY_BANK}, "invalid", "受托代理"),
        (
            {"kind": GiftKind.CONDITIONAL, "allocations": (("GEN", 120_000_00),)},
            "restriction_mismatch",
            "GEN",
        ),
        ({"allocations": (("NONE", 120_000_00),)}, "unknown_fund", "NONE"),
        ({"allocations": ()}, "invalid", "基金"),
        ({"allocations": (("SCHOL", 119_999_99),)}, "allocation_differs", "119999.99"),
        ({"allocations": (("SCHOL", 120_000_01),)}, "allocation_differs", "120000.01"),
        (
            {"allocations": (("SCHOL", 120_000_01), ("GEN", -1))},
            "invalid",
            "分配的金额应大于零",
        ),
        ({"allocations": (("SCHOL", 120_000_00), ("GEN", 0))}, "invalid", "分配"),
        ({"received_on": TODAY + timedelta(days=1)}, "invalid", "捐赠承诺"),
        ({"received_on": date(2026, 9, 1)}, "unknown_period", "2026-09"),
        ({"received_on": date(2020, 1, 1)}, "unknown_period", "2020-01"),
        ({"attachment_count": -1}, "invalid", "附件"),
        ({"donor_name": "甲" * 201}, "invalid", "捐赠人"),
        ({"passed_on_by": "甲" * 201}, "invalid", "代捐人"),
        ({"agreement": "甲" * 121}, "invalid", "捐赠协议"),
        ({"bank_reference": "1" * 121}, "invalid", "流水号"),
        ({"note": "a\x00b"}, "invalid", "备注"),
        ({"note": "a" * 2001}, "invalid", "备注"),
        ({"bank_reference": "a\x07b"}, "invalid", "流水号"),
        ({**IN_KIND, "account_code": factories.BANK}, "invalid", "非货币捐赠"),
        ({**IN_KIND, "account_code": "1801"}, "invalid", "非货币捐赠"),
        ({**IN_KIND, "account_code": "2209"}, "invalid", "非货币捐赠"),
        ({**IN_KIND, "item": None}, "invalid", "捐赠物"),
        ({**IN_KIND, "item": "  "}, "invalid", "捐赠物"),
        ({**IN_KIND, "value_evidence": None}, "invalid", "凭据"),
        ({**IN_KIND, "item": "甲" * 201}, "invalid", "捐赠物"),
        ({**IN_KIND, "quantity": "甲" * 61}, "invalid", "数量"),
        ({**SERVICE, "value_evidence": ""}, "invalid", "凭据"),
        ({**SERVICE, "expense_tag": "donation_income"}, "invalid", "服务用途"),
        ({**SERVICE, "received_on": date(2025, 12, 1)}, "not_recognised", "附注"),
        (
            {"kind": GiftKind.NOMINAL, "account_code": "1506", "item": "手稿"},
            "invalid",
            "名义金额",
        ),
        ({"kind": GiftKind.EQUITY, "account_code": "1201", **EVIDENCE}, "invalid", "股权"),
        ({**AGENCY, "recipient": None}, "invalid", "受益人"),
        ({**AGENCY, "recipient": "   "}, "invalid", "受益人"),
        ({**AGENCY, "recipient": "甲" * 61}, "invalid", "受益人"),
        ({**AGENCY, "account_code": factories.BANK}, "invalid", "受托代理"),
    ],
)
def test_gift_that_cannot_be_booked_is_refused_and_leaves_nothing(
    books: Engine, changes: dict[str, Any], code: str, saying: str
) -> None:
    who = donor(books)
    before = gift_cases.counts(books)
    with refused(code, saying):
        record(books, entry(who, **changes))

    assert gift_cases.counts(books) == before


def test_closed_fund_takes_no_gift(books: Engine) -> None:
    with database.transaction(books) as session:
        funds.close_fund(
            session, "SCHOL", closed_on=DAY, reason="项目结束", actor=PREPARER, clock=CLOCK
        )
    who = donor(books)

    with refused("fund_closed", "SCHOL"):
        record(books, entry(who))
    record(books, entry(who, received_on=DAY - timedelta(days=1)))


def test_fund_takes_no_gift_before_it_opens(books: Engine) -> None:
    with database.transaction(books) as session:
        funds.open_fund(
            session,
            code="NEW",
            name="新设基金",
            restriction=Restriction.PURPOSE,
            opened_on=DAY,
            actor=PREPARER,
            clock=CLOCK,
        )
    who = donor(books)
    allocations = (("NEW", 120_000_00),)

    with refused("fund_closed", "NEW"):
        record(books, entry(who, allocations=allocations, received_on=DAY - timedelta(days=1)))
    record(books, entry(who, allocations=allocations))


def test_closed_account_takes_no_gift(books: Engine) -> None:
    with database.transaction(books) as session:
        accounts.close_account(
            session,
            factories.account_id(books, factories.BANK),
            closed_on=DAY,
            reason="销户",
            actor=PREPARER,
            clock=CLOCK,
        )
    who = donor(books)

    with refused("account_not_postable", "停用"):
        record(books, entry(who))


def test_closed_period_takes_no_gift(books: Engine) -> None:
    factories.close_periods(books, 202511)
    who = donor(books)

    with refused("period_closed", "2025-11"):
        record(books, entry(who, received_on=date(2025, 11, 30)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NaN",
        "Infinity",
        "-1",
        "0",
        "0.00",
        "1e5",
        "1.005",
        "12万",
        "1,00",
        " ",
    ],
)
def test_text_that_is_no_positive_amount_never_becomes_one(text: str) -> None:
    with refused("invalid_amount"):
        money.parse_positive(text)


@pytest.fixture(scope="module")
def installed(databases: Any) -> Any:
    """One set of books for many examples: nothing is written."""
    with databases.prepared("sqlite", "books", factories.install_books) as engine:
        yield engine


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(
    amount=st.integers(-(10**6), 10**6),
    shares=st.lists(
        st.tuples(st.sampled_from(["GEN", "SCHOL", "LAB"]), st.integers(-(10**6), 10**6)),
        max_size=4,
    ),
)
def test_whatever_passes_is_positive_and_adds_up(
    installed: Engine, amount: int, shares: list[tuple[str, int]]
) -> None:
    known = factories.known(installed)
    given_gift = entry(entries.DonorRef(1, 1, "林晓舟"), minor=amount, allocations=tuple(shares))
    fits = amount > 0 and all(part > 0 for _, part in shares)
    fits = fits and sum(part for _, part in shares) == amount

    if fits:
        _account, parts = entries.check(known, given_gift, CLOCK)
        assert sum(part for _, part in parts) == amount
    else:
        with pytest.raises(InvalidInput):
            entries.check(known, given_gift, CLOCK)


def test_first_gifts_of_many_people_at_once_are_all_recorded(books: Engine) -> None:
    who = [donor(books, name=f"捐赠人{number}") for number in range(6)]
    together = threading.Barrier(len(who))
    failures: list[BaseException] = []

    def work(number: int) -> None:
        together.wait()
        try:
            record(books, entry(who[number], minor=100 + number))
        except Exception as error:  # noqa: BLE001 (whatever it is, the test names it)
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(who))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert gift_cases.counts(books)["gift"] == len(who)
    gift_cases.everything_holds(books)

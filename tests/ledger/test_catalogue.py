"""Accounts, funds, policies and dimensions, and the copy of them in memory."""

from datetime import date

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from foundation import database
from ledger import accounts, catalogue, dimensions, funds, orm, policy
from ledger.accounts import Account
from ledger.charts.definitions import AccountCategory, AccountTag, BalanceSide
from ledger.dimensions import Dimension, DimensionKind
from ledger.funds import Restriction
from ledger.orm import Base, UtcDateTime, chunks, guard_name, reserve_ids
from ledger.policy import Policy
from tests import factories
from tests.factories import BANK, CLOCK, GIFT_DAY, PREPARER, cr, dr
from tests.refusals import refused
from tests.threads import together


def open_account(
    session: Session, code: str, *, chart: str = "2024", name: str = "明细"
) -> Account:
    return accounts.open_account(
        session, chart=chart, code=code, name=name, actor=PREPARER, clock=CLOCK
    )


def open_fund(session: Session, code: str, name: str = "新设基金") -> funds.Fund:
    return funds.open_fund(
        session,
        code=code,
        name=name,
        restriction=Restriction.PURPOSE,
        actor=PREPARER,
        clock=CLOCK,
    )


# Accounts


def test_installing_a_chart_again_changes_nothing(books: Engine) -> None:
    before = factories.known(books)
    with database.transaction(books) as session:
        accounts.install_chart(session, "2024", actor=PREPARER, clock=CLOCK)
    assert factories.known(books) == before


def test_own_detail_inherits_what_its_parent_is(books: Engine) -> None:
    factories.open_account(books, "51010201", name="奖学金支出")
    known = factories.known(books)
    detail, parent = known.account("2024", "51010201"), known.account("2024", "510102")
    assert detail.full_name == f"{parent.full_name}—奖学金支出"
    assert (detail.category, detail.side, detail.tag, detail.restriction) == (
        AccountCategory.EXPENSE,
        BalanceSide.DEBIT,
        parent.tag,
        "restricted",
    )
    assert detail.parent_id == parent.id
    assert (detail.is_postable, parent.is_postable) == (True, False)


def test_flags_of_parent_and_detail_are_joined_once(books: Engine) -> None:
    known = factories.known(books)
    assert known.account("2024", "100202").flags == {"cash", "agency"}


@pytest.mark.parametrize("code", ["", "10a2", "12", "1002.01"])
def test_malformed_account_code_is_refused(books: Engine, code: str) -> None:
    with refused("invalid", "科目编码"), database.transaction(books) as session:
        open_account(session, code)


def test_taken_account_code_is_refused(books: Engine) -> None:
    with refused("invalid", "100201 已存在"), database.transaction(books) as session:
        open_account(session, BANK)


def test_account_needs_a_name(books: Engine) -> None:
    with refused("invalid", "科目名称"), database.transaction(books) as session:
        open_account(session, "100203", name=" ")


def test_account_without_a_parent_is_refused(books: Engine) -> None:
    with refused("unknown_account", "9999"), database.transaction(books) as session:
        open_account(session, "999901")


def test_account_with_lines_gets_no_details(books: Engine) -> None:
    factories.prepare(
        books,
        factories.voucher(books, dr("1122", "GEN", 1), cr("410101", "GEN", 1), on=GIFT_DAY),
    )
    with refused("conflict", "已有分录"), database.transaction(books) as session:
        open_account(session, "112201")


def test_account_out_of_use_gets_no_details(books: Engine) -> None:
    with database.transaction(books) as session:
        accounts.close_account(
            session,
            factories.account_id(books, "1122"),
            closed_on=GIFT_DAY,
            reason="不再使用",
            actor=PREPARER,
            clock=CLOCK,
        )
    with refused("conflict", "已停用"), database.transaction(books) as session:
        open_account(session, "112201")


def open_first_level(session: Session, code: str, tag: AccountTag) -> Account:
    return accounts.open_first_level(
        session,
        chart="2024",
        code=code,
        name="固定资产减值准备",
        category=AccountCategory.ASSET,
        side=BalanceSide.CREDIT,
        tag=tag,
        actor=PREPARER,
        clock=CLOCK,
    )


def test_first_level_account_of_the_books_own_can_be_added(books: Engine) -> None:
    tag = AccountTag.FIXED_ASSET_IMPAIRMENT_ALLOWANCE
    with database.transaction(books) as session:
        open_first_level(session, "1503", tag)
    found = factories.known(books).account("2024", "1503")
    assert (found.tag, found.parent_id, found.is_postable) == (tag.value, None, True)


def test_first_level_account_needs_four_digits_and_a_use_of_its_own(books: Engine) -> None:
    tag = AccountTag.FIXED_ASSET_IMPAIRMENT_ALLOWANCE
    with refused("invalid", "4 位数字"), database.transaction(books) as session:
        open_first_level(session, "15031", tag)
    with refused("invalid", "已有同一用途"), database.transaction(books) as session:
        open_first_level(session, "1503", AccountTag.BANK)


# Funds


@pytest.mark.parametrize(
    ("code", "name"), [("", "无码"), (" ", "无码"), ("X", " "), ("X" * 33, "太长")]
)
def test_fund_needs_a_code_and_a_name(books: Engine, code: str, name: str) -> None:
    with refused("invalid", "基金"), database.transaction(books) as session:
        open_fund(session, code, name)


def test_fund_code_is_taken_once(books: Engine) -> None:
    with refused("invalid", "SCHOL 已存在"), database.transaction(books) as session:
        open_fund(session, " SCHOL ")


def test_unknown_fund_is_named(books: Engine) -> None:
    with refused("unknown_fund", "NONE"), database.reading(books) as session:
        funds.get_fund(session, "NONE")
    with refused("unknown_fund", "NONE"):
        factories.known(books).fund("NONE")


def test_funds_are_listed_by_code(books: Engine) -> None:
    with database.reading(books) as session:
        assert [fund.code for fund in funds.list_funds(session)] == [
            "ENDOW",
            "GEN",
            "LAB",
            "SCHOL",
        ]


# The copy in memory


def test_lookups_name_what_they_did_not_find(books: Engine) -> None:
    known = factories.known(books)
    with refused("unknown_account", "科目表（2004）中没有科目“9999”"):
        known.account("2004", "9999")
    with refused("unknown_period", "2030-01"):
        known.period(203001)


def test_same_code_is_another_account_in_another_chart(books: Engine) -> None:
    known = factories.known(books)
    old, new = known.account("2004", "5201"), known.account("2024", "5201")
    assert (old.tag, new.tag) == ("management_expense", "business_tax")
    assert old.id != new.id


def test_account_is_found_by_its_use(books: Engine) -> None:
    known = factories.known(books)
    assert known.tagged("2024", "bank").code == BANK
    assert known.tagged("2024", "donation_income", "restricted").code == "410102"
    assert known.tagged("2004", "programme_expense", "restricted").code == "5101"
    with refused("unknown_account", "prior_period_adjustment"):
        known.tagged("2004", "prior_period_adjustment")


def test_copy_is_read_once_until_something_changes(books: Engine) -> None:
    first = factories.known(books)
    assert factories.known(books) is first
    with database.transaction(books) as session:
        assert catalogue.load(session) is first
        open_fund(session, "NEW")
        assert catalogue.load(session).fund("NEW").name == "新设基金"
    assert factories.known(books) is not first


class Interrupted(Exception):
    """What ends a transaction in the middle."""


def open_fund_and_fail(engine: Engine) -> None:
    with database.transaction(engine) as session:
        open_fund(session, "LOST")
        assert "LOST" in catalogue.load(session).fund_ids
        raise Interrupted


def test_copy_of_an_undone_transaction_is_forgotten(books: Engine) -> None:
    before = factories.known(books)
    with pytest.raises(Interrupted):
        open_fund_and_fail(books)
    assert "LOST" not in factories.known(books).fund_ids
    assert factories.known(books) == before


def test_policy_change_reaches_the_copy(books: Engine) -> None:
    changed = Policy(separation_required=False)
    factories.change_policy(books, changed)
    assert factories.known(books).policy == changed


def test_books_are_installed_once(books: Engine) -> None:
    with pytest.raises(Exception, match=r"(?i)unique"), database.transaction(books) as session:
        policy.install(session, Policy(), actor=PREPARER, clock=CLOCK)


# Dimensions


def test_dimension_values_are_added_once_and_keep_their_keys(books: Engine) -> None:
    with database.transaction(books) as session:
        first = dimensions.ensure(session, DimensionKind.DONOR, {"D1": "江城校友会", "D2": "东湖"})
    with database.transaction(books) as session:
        again = dimensions.ensure(session, DimensionKind.DONOR, {"D2": "改名", "D3": "珞珈"})
        other = dimensions.ensure(session, DimensionKind.PROJECT, {"D1": "同码的项目"})
    assert again["D2"] == first["D2"]
    assert len({*first.values(), *again.values(), *other.values()}) == 4
    with database.reading(books) as session:
        rows = session.execute(select(Dimension.kind, Dimension.code, Dimension.name)).all()
    assert sorted(tuple(row) for row in rows) == [
        (DimensionKind.DONOR, "D1", "江城校友会"),
        (DimensionKind.DONOR, "D2", "东湖"),
        (DimensionKind.DONOR, "D3", "珞珈"),
        (DimensionKind.PROJECT, "D1", "同码的项目"),
    ]


def test_new_cash_flow_item_reaches_the_copy(books: Engine) -> None:
    before = factories.known(books)
    with database.transaction(books) as session:
        ids = dimensions.ensure(session, DimensionKind.CASH_FLOW_ITEM, {"01": "收到捐赠"})
    assert "收到捐赠" not in before.cash_flow_items
    assert factories.known(books).cash_flow_items["收到捐赠"] == ids["01"]


def test_threads_adding_the_same_value_share_one(books: Engine) -> None:
    def add() -> int:
        with database.transaction(books) as session:
            return dimensions.ensure(session, DimensionKind.DONOR, {"D1": "江城校友会"})["D1"]

    assert len(set(map(str, together([add] * 6)))) == 1


def test_no_values_need_no_dimension(books: Engine) -> None:
    with database.transaction(books) as session:
        assert dimensions.ensure(session, DimensionKind.DONOR, {}) == {}


# What every table shares


def test_naive_timestamp_is_refused(books: Engine) -> None:
    naive = CLOCK.now().replace(tzinfo=None)
    with pytest.raises(TypeError, match="aware"):
        UtcDateTime().process_bind_param(naive, books.dialect)


def test_reserved_keys_are_never_given_twice(books: Engine) -> None:
    keys = factories.prepare(books, *[factories.gift_voucher(books)] * 3)
    with database.transaction(books) as session:
        connection = session.connection()
        assert reserve_ids(connection, Base.metadata.tables["voucher"], 0) == []
        reserved = reserve_ids(connection, Base.metadata.tables["voucher"], 5)
    assert len(set(reserved)) == 5
    assert min(reserved) > max(keys)


def test_stream_is_cut_into_lists() -> None:
    assert list(chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(chunks([], 2)) == []


def test_other_failures_carry_no_guard_name() -> None:
    assert guard_name(ValueError("voucher_final")) is None
    assert guard_name(ValueError("guard:voucher_final")) == "voucher_final"


def test_bulk_writing_keeps_dates_and_timestamps(books: Engine) -> None:
    with database.transaction(books) as session:
        open_fund(session, "B")
        connection = session.connection()
        orm.bulk_insert(
            connection,
            Base.metadata.tables["fund"],
            ("id", "code", "name", "restriction", "opened_on"),
            [(9001, "BULK", "批量", "none", date(2026, 1, 2))],
        )
    with database.reading(books) as session:
        assert funds.get_fund(session, "BULK").opened_on == date(2026, 1, 2)

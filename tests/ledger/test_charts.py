"""The charts of accounts as shipped, and the way from one to the next."""

import json
from datetime import date
from pathlib import Path

import pytest

from ledger.charts import loading
from ledger.charts.definitions import (
    AccountCategory,
    AccountFlag,
    AccountRestriction,
    AccountTag,
    BalanceSide,
    ChartDefinition,
    Grade,
    MappingKind,
    RestrictedExpenseMode,
)
from ledger.errors import InvalidInput, NotFound

WORKED_YEAR = Path(__file__).parents[3] / "shared" / "data" / "worked_year.json"
VERSIONS = ("2004", "2024")
FIRST_DIGIT = {
    "1": AccountCategory.ASSET,
    "2": AccountCategory.LIABILITY,
    "3": AccountCategory.NET_ASSET,
    "4": AccountCategory.INCOME,
    "5": AccountCategory.EXPENSE,
}


@pytest.fixture(name="old")
def _old() -> ChartDefinition:
    return loading.load_chart("2004")


@pytest.fixture(name="new")
def _new() -> ChartDefinition:
    return loading.load_chart("2024")


def _first_level(chart: ChartDefinition) -> list[str]:
    return [account.code for account in chart.accounts if account.parent is None]


def _flagged(chart: ChartDefinition, flag: AccountFlag) -> set[str]:
    return {account.code for account in chart.accounts if flag in account.flags}


class TestShippedCharts:
    def test_2024_has_56_first_level_accounts(self, new: ChartDefinition) -> None:
        assert len(_first_level(new)) == 56

    def test_2004_has_48_first_level_accounts_and_the_one_added_in_2020(
        self, old: ChartDefinition
    ) -> None:
        codes = _first_level(old)
        assert len(codes) == 49
        assert "4701" in codes
        assert old.get_account("4701").source == "财会〔2020〕9号"

    def test_2024_adds_seven_accounts_to_those_of_2004(
        self, old: ChartDefinition, new: ChartDefinition
    ) -> None:
        old_tags = {account.tag for account in old.accounts}
        added = {a.code for a in new.accounts if a.parent is None and a.tag not in old_tags}
        assert added == {"1403", "1602", "1701", "3201", "5201", "5501", "5601"}
        assert old_tags < {account.tag for account in new.accounts}

    @pytest.mark.parametrize(
        ("code", "old_name", "new_name"),
        [
            ("1701", "受托代理资产", "长期待摊费用"),
            ("5201", "管理费用", "税金及附加"),
            ("5301", "筹资费用", "管理费用"),
            ("5401", "其他费用", "筹资费用"),
        ],
    )
    def test_colliding_code_means_different_accounts(
        self, old: ChartDefinition, new: ChartDefinition, code: str, old_name: str, new_name: str
    ) -> None:
        before, after = old.get_account(code), new.get_account(code)
        assert (before.name, after.name) == (old_name, new_name)
        assert before.tag is not after.tag

    def test_only_the_four_known_codes_collide(
        self, old: ChartDefinition, new: ChartDefinition
    ) -> None:
        shared = set(_first_level(old)) & set(_first_level(new))
        colliding = {c for c in shared if old.get_account(c).tag is not new.get_account(c).tag}
        assert colliding == {"1701", "5201", "5301", "5401"}

    def test_accounts_of_one_meaning_have_one_tag_in_both_charts(
        self, old: ChartDefinition, new: ChartDefinition
    ) -> None:
        by_tag = {account.tag: account for account in new.accounts if account.parent is None}
        names = {(a.name, by_tag[a.tag].name) for a in old.accounts if a.name != by_tag[a.tag].name}
        details = {"非限定性收入", "限定性收入"}
        assert {pair for pair in names if pair[0] not in details} == {
            ("文物文化资产", "文物资源"),
            ("应付工资", "应付职工薪酬"),
            ("应交税金", "应交税费"),
        }
        for account in old.accounts:
            assert account.category is by_tag[account.tag].category
            assert account.side is by_tag[account.tag].side

    def test_every_tag_is_used_except_those_without_a_prescribed_code(
        self, new: ChartDefinition
    ) -> None:
        assert set(AccountTag) - {account.tag for account in new.accounts} == {
            AccountTag.FIXED_ASSET_IMPAIRMENT_ALLOWANCE,
            AccountTag.INTANGIBLE_ASSET_IMPAIRMENT_ALLOWANCE,
        }

    @pytest.mark.parametrize("version", VERSIONS)
    def test_first_digit_tells_the_category(self, version: str) -> None:
        for account in loading.load_chart(version).accounts:
            assert account.category is FIRST_DIGIT[account.code[0]], account.code

    @pytest.mark.parametrize("version", VERSIONS)
    def test_side_follows_category_and_contra(self, version: str) -> None:
        for account in loading.load_chart(version).accounts:
            debit = account.category in {AccountCategory.ASSET, AccountCategory.EXPENSE}
            contra = AccountFlag.CONTRA in account.flags
            expected = BalanceSide.DEBIT if debit != contra else BalanceSide.CREDIT
            assert account.side is expected, account.code

    def test_contra_accounts_are_the_allowances(
        self, old: ChartDefinition, new: ChartDefinition
    ) -> None:
        allowances = {"1102", "1131", "1202", "1421", "1502"}
        assert _flagged(old, AccountFlag.CONTRA) == allowances
        assert _flagged(new, AccountFlag.CONTRA) == allowances | {"1602"}

    def test_flags_mark_the_accounts_they_are_meant_for(
        self, old: ChartDefinition, new: ChartDefinition
    ) -> None:
        assert _flagged(new, AccountFlag.CASH) == {"1001", "1002", "1009"}
        assert _flagged(old, AccountFlag.CASH) == {"1001", "1002", "1009"}
        assert _flagged(new, AccountFlag.REGISTER) == {"1501", "1506", "1801"}
        assert _flagged(old, AccountFlag.REGISTER) == {"1501", "1506", "1701"}
        assert _flagged(new, AccountFlag.EITHER) == {"1509", "3201", "320101", "320102"}
        assert _flagged(old, AccountFlag.EITHER) == {"1509"}
        head_office = {"4701", "470101", "470102"}
        assert _flagged(new, AccountFlag.NOT_FOR_FOUNDATIONS) == head_office
        assert _flagged(old, AccountFlag.NOT_FOR_FOUNDATIONS) == head_office

    @pytest.mark.parametrize("version", VERSIONS)
    def test_fund_is_required_where_money_is_restricted(self, version: str) -> None:
        chart = loading.load_chart(version)
        restricted = {
            account.code
            for account in chart.accounts
            if account.restriction is AccountRestriction.RESTRICTED
            and account.tag is not AccountTag.PRIOR_PERIOD_ADJUSTMENT
        }
        assert _flagged(chart, AccountFlag.FUND_REQUIRED) == restricted
        assert {"3102", "410102"} <= restricted

    def test_every_income_account_is_divided_by_restriction(
        self, old: ChartDefinition, new: ChartDefinition
    ) -> None:
        for chart in (old, new):
            for code in _first_level(chart):
                if code.startswith("4"):
                    assert chart.get_account(f"{code}01").name == "非限定性收入"
                    assert chart.get_account(f"{code}02").name == "限定性收入"

    def test_expenses_are_divided_by_restriction_only_in_2024(
        self, old: ChartDefinition, new: ChartDefinition
    ) -> None:
        assert not [a for a in old.accounts if a.code.startswith("5") and a.parent is not None]
        for code in _first_level(new):
            if code.startswith("5"):
                assert new.get_account(f"{code}01").name == "非限定性费用"
                assert new.get_account(f"{code}02").name == "限定性费用"

    def test_divided_details_end_in_01_and_02(self) -> None:
        for chart in loading.list_charts():
            for account in chart.accounts:
                if account.parent is not None:
                    suffix = {"01": "unrestricted", "02": "restricted"}[account.code[-2:]]
                    assert account.restriction == suffix

    def test_detail_takes_tag_and_full_name_from_its_parent(self, new: ChartDefinition) -> None:
        detail = new.get_account("530102")
        assert detail.tag is AccountTag.MANAGEMENT_EXPENSE
        assert detail.full_name == "管理费用—限定性费用"

    def test_net_assets_state_their_restriction(self, new: ChartDefinition) -> None:
        stated = {c: new.get_account(c).restriction for c in ("3101", "3102", "3201")}
        assert stated == {
            "3101": AccountRestriction.UNRESTRICTED,
            "3102": AccountRestriction.RESTRICTED,
            "3201": None,
        }

    @pytest.mark.parametrize("version", VERSIONS)
    def test_accounts_come_in_code_order(self, version: str) -> None:
        codes = [account.code for account in loading.load_chart(version).accounts]
        assert codes == sorted(codes)

    def test_uncertain_rows_carry_their_grade(
        self, old: ChartDefinition, new: ChartDefinition
    ) -> None:
        assert {a.grade for a in old.accounts if a.parent is None} == {Grade.OFFICIAL}
        assert new.get_account("3201").grade is Grade.QUOTED
        others = {a.grade for a in new.accounts if a.parent is None and a.code != "3201"}
        assert others == {Grade.SECONDARY}
        assert "库存现金" in new.get_account("1001").note
        for chart in (old, new):
            assert {a.grade for a in chart.accounts if a.parent} == {Grade.INFERENCE}

    def test_charts_state_document_and_treatment_of_restricted_expenses(
        self, old: ChartDefinition, new: ChartDefinition
    ) -> None:
        assert (old.document, old.restricted_expense_mode, old.grade) == (
            "财会〔2004〕7号",
            RestrictedExpenseMode.RELEASE,
            Grade.OFFICIAL,
        )
        assert (new.document, new.restricted_expense_mode, new.grade) == (
            "财会〔2024〕25号",
            RestrictedExpenseMode.DIRECT,
            Grade.SECONDARY,
        )

    def test_unknown_chart_and_unknown_account_are_not_found(self, new: ChartDefinition) -> None:
        with pytest.raises(NotFound, match="2030"):
            loading.load_chart("2030")
        with pytest.raises(NotFound, match="2024/9999"):
            new.get_account("9999")
        assert new.find_account("100201") is None


class TestChartForDay:
    @pytest.mark.parametrize(
        ("day", "version"),
        [
            (date(2005, 1, 1), "2004"),
            (date(2025, 12, 31), "2004"),
            (date(2026, 1, 1), "2024"),
            (date(2099, 12, 31), "2024"),
        ],
    )
    def test_day_decides_the_chart(self, day: date, version: str) -> None:
        assert loading.chart_for(day).version == version

    def test_day_before_the_first_chart_is_refused(self) -> None:
        with pytest.raises(NotFound, match="2004-12-31"):
            loading.chart_for(date(2004, 12, 31))


class TestShippedMapping:
    def test_every_2004_account_arrives_at_an_account_of_the_same_meaning(
        self, old: ChartDefinition, new: ChartDefinition
    ) -> None:
        mapping = loading.load_mapping("2004", "2024")
        assert [row.old_code for row in mapping] == _first_level(old)
        for account in old.accounts:
            arrived = new.get_account(loading.convert_code(mapping, account.code))
            assert arrived.tag is account.tag
            assert arrived.restriction is account.restriction

    def test_recoded_and_renamed_accounts_are_the_known_ones(self) -> None:
        mapping = loading.load_mapping("2004", "2024")
        recoded = {r.old_code: r.new_code for r in mapping if r.kind is MappingKind.RECODED}
        assert recoded == {
            "1701": "1801",
            "2401": "2503",
            "5201": "5301",
            "5301": "5401",
            "5401": "5901",
        }
        renamed = {row.old_code for row in mapping if row.kind is MappingKind.RENAMED}
        assert renamed == {"1506", "2204", "2206"}

    def test_question_is_asked_where_a_part_may_go_elsewhere(self) -> None:
        elsewhere = {
            "1301": "1701",
            "1401": "1403",
            "1402": "1403",
            "1506": "1501",
            "1601": "1602",
            "5101": "5201",
            "5201": "5501",
            "5401": "5601",
        }
        mapping = loading.load_mapping("2004", "2024")
        asked = {row.old_code: row.question for row in mapping if row.question}
        assert asked.keys() == elsewhere.keys()
        for old_code, other in elsewhere.items():
            assert other in asked[old_code]

    @pytest.mark.parametrize(
        ("old_code", "new_code"),
        [
            ("1001", "1001"),
            ("1701", "1801"),
            ("170101", "180101"),
            ("17010103", "18010103"),
            ("100201", "100201"),
            ("240102", "250302"),
            ("410101", "410101"),
            ("41010203", "41010203"),
            ("5201", "5301"),
            ("5401", "5901"),
        ],
    )
    def test_code_converts_with_its_details(self, old_code: str, new_code: str) -> None:
        mapping = loading.load_mapping("2004", "2024")
        assert loading.convert_code(mapping, old_code) == new_code

    @pytest.mark.parametrize(
        ("old_code", "new_code"), [("520102", "53010102"), ("510101", "51010101")]
    )
    def test_own_detail_of_an_undivided_expense_does_not_become_restricted_by_its_number(
        self, new: ChartDefinition, old_code: str, new_code: str
    ) -> None:
        mapping = loading.load_mapping("2004", "2024")
        assert loading.convert_code(mapping, old_code) == new_code
        parent = new.get_account(new_code[:6])
        assert parent.restriction is AccountRestriction.UNRESTRICTED

    @pytest.mark.parametrize("code", ["", "10", "10a1", "１００１", "0101", " 1001", "1001 "])
    def test_what_is_no_code_is_not_converted(self, code: str) -> None:
        with pytest.raises(InvalidInput, match="科目编号"):
            loading.convert_code(loading.load_mapping("2004", "2024"), code)

    @pytest.mark.parametrize("code", ["1403", "9999", "180101"])
    def test_account_outside_the_old_chart_is_not_found(self, code: str) -> None:
        with pytest.raises(NotFound, match=code):
            loading.convert_code(loading.load_mapping("2004", "2024"), code)

    @pytest.mark.parametrize(("old", "new"), [("2024", "2004"), ("2004", "2004"), ("x", "2024")])
    def test_unknown_pair_of_charts_is_not_found(self, old: str, new: str) -> None:
        with pytest.raises(NotFound):
            loading.load_mapping(old, new)


@pytest.mark.skipif(
    not WORKED_YEAR.exists(), reason="published registers are not beside the project"
)
def test_worked_year_uses_accounts_of_the_2024_chart(new: ChartDefinition) -> None:
    accounts = json.loads(WORKED_YEAR.read_text(encoding="utf-8"))["accounts"]
    labels = {"资产": "asset", "负债": "liability", "净资产": "net_asset"}
    labels |= {"收入": "income", "费用": "expense", "借": "debit", "贷": "credit"}
    own = []
    assert len(accounts) == 40
    for given in accounts:
        account = new.find_account(given["code"])
        if account is None:
            account = new.get_account(given["code"][:4])
            assert given["name"].startswith(f"{account.full_name}—")
            own.append(given["code"])
        else:
            assert given["name"] == account.full_name
        assert labels[given["class"]] == account.category
        assert labels[given["normal_balance"]] == account.side
    assert own == ["100201", "100202"]

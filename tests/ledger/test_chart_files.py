"""The strictness with which the files of the charts are read: each broken copy is named."""

import dataclasses
from datetime import date

import pytest

from ledger.charts import loading
from ledger.charts.definitions import AccountFlag, ChartDefinition
from ledger.charts.mapping import MAPPING_COLUMNS, parse_mapping
from ledger.charts.parsing import ACCOUNT_COLUMNS, parse_accounts, parse_charts
from ledger.charts.rows import ChartDataError


@pytest.fixture(name="old")
def _old() -> ChartDefinition:
    return loading.load_chart("2004")


@pytest.fixture(name="new")
def _new() -> ChartDefinition:
    return loading.load_chart("2024")


HEADING = ",".join(ACCOUNT_COLUMNS)
GOOD_ACCOUNTS = (
    "4101,捐赠收入,income,credit,,,donation_income,,A,某号文,\n"
    "410101,非限定性收入,income,credit,4101,unrestricted,,,I,某号文,\n"
    "410102,限定性收入,income,credit,4101,restricted,,fund_required,I,某号文,\n"
)


def _accounts_error(text: str) -> ChartDataError:
    with pytest.raises(ChartDataError) as caught:
        parse_accounts(text, file="broken.csv")
    return caught.value


class TestStrictAccounts:
    def test_good_rows_are_read(self) -> None:
        accounts = parse_accounts(f"{HEADING}\n{GOOD_ACCOUNTS}", file="good.csv")
        assert [account.code for account in accounts] == ["4101", "410101", "410102"]
        assert accounts[2].flags == (AccountFlag.FUND_REQUIRED,)

    def test_rows_in_any_order_come_out_in_code_order(self) -> None:
        shuffled = "\n".join(reversed(GOOD_ACCOUNTS.splitlines()))
        accounts = parse_accounts(f"{HEADING}\n{shuffled}\n", file="good.csv")
        assert [account.code for account in accounts] == ["4101", "410101", "410102"]

    @pytest.mark.parametrize(
        ("before", "after", "row", "field"),
        [
            ("4101,捐赠", "410,捐赠", 2, "code"),
            ("4101,捐赠", "41x1,捐赠", 2, "code"),
            ("4101,捐赠", ",捐赠", 2, "code"),
            ("410102,限", "410101,限", 4, "code"),
            ("捐赠收入,", ",", 2, "name"),
            ("捐赠收入,", " 捐赠收入,", 2, "name"),
            ("income,credit,,", "revenue,credit,,", 2, "category"),
            ("income,credit,4101,r", "asset,credit,4101,r", 4, "category"),
            ("income,credit,,", "income,,,", 2, "side"),
            ("income,credit,,", "income,left,,", 2, "side"),
            ("credit,4101,r", "debit,4101,r", 4, "side"),
            ("credit,,,", "credit,4001,,", 2, "parent"),
            ("credit,4101,u", "credit,,u", 3, "parent"),
            ("credit,4101,u", "credit,4201,u", 3, "parent"),
            ("410102,限定性收入,income,credit,4101", "430102,限,income,credit,4301", 4, "parent"),
            (",unrestricted,", ",free,", 3, "restriction"),
            ("donation_income", "gift_income", 2, "tag"),
            ("donation_income", "", 2, "tag"),
            (",unrestricted,,", ",unrestricted,donation_income,", 3, "tag"),
            ("fund_required", "nominal", 4, "flags"),
            ("fund_required", "fund_required fund_required", 4, "flags"),
            (",A,某号文", ",D,某号文", 2, "grade"),
            (",A,某号文", ",,某号文", 2, "grade"),
            (",A,某号文", ",A,", 2, "source"),
            (",A,某号文,", ",A,某号文", 2, "row"),
            (",A,某号文,", ",A,某号文,,", 2, "row"),
            ("捐赠收入", '"捐赠"收入', 2, "row"),
        ],
    )
    def test_broken_row_is_named(self, before: str, after: str, row: int, field: str) -> None:
        assert before in GOOD_ACCOUNTS
        error = _accounts_error(f"{HEADING}\n{GOOD_ACCOUNTS.replace(before, after, 1)}")
        assert (error.file, error.row, error.field) == ("broken.csv", row, field)
        assert str(error).startswith(f"broken.csv 第{row}行 {field}：")

    def test_empty_line_is_refused(self) -> None:
        error = _accounts_error(f"{HEADING}\n\n{GOOD_ACCOUNTS}")
        assert (error.row, error.field) == (2, "row")

    def test_tag_may_not_stand_on_two_first_level_accounts(self) -> None:
        again = "4201,会费收入,income,credit,,,donation_income,,A,某号文,\n"
        error = _accounts_error(f"{HEADING}\n{GOOD_ACCOUNTS}{again}")
        assert (error.row, error.field) == (5, "tag")
        assert "4101" in error.reason

    @pytest.mark.parametrize(
        ("heading", "field"),
        [
            (HEADING.replace("note", "colour"), "colour"),
            (HEADING + ",colour", "colour"),
            ("\ufeff" + HEADING, "\ufeffcode"),
            (HEADING.removesuffix(",note"), "columns"),
            (HEADING.replace("code,name", "name,code"), "columns"),
            ("", "columns"),
        ],
    )
    def test_wrong_heading_is_refused(self, heading: str, field: str) -> None:
        error = _accounts_error(f"{heading}\n{GOOD_ACCOUNTS}")
        assert (error.row, error.field) == (1, field)


GOOD_CHARTS = """
[[chart]]
version = "2004"
name = "制度一"
document = "一号"
effective_from = 2005-01-01
effective_to = 2025-12-31
grade = "A"
source = "全文"
note = "无"
restricted_expense_mode = "release"
[[chart]]
version = "2024"
name = "制度二"
document = "二号"
effective_from = 2026-01-01
grade = "C"
source = "转录"
note = "待核"
restricted_expense_mode = "direct"
"""


class TestStrictChartList:
    def test_good_list_is_read(self) -> None:
        charts = parse_charts(GOOD_CHARTS, file="good.toml")
        assert [(chart.version, chart.effective_to) for chart in charts] == [
            ("2004", date(2025, 12, 31)),
            ("2024", None),
        ]

    @pytest.mark.parametrize(
        ("before", "after", "row", "field"),
        [
            ('grade = "C"', 'grade = "Z"', 2, "grade"),
            ('note = "待核"', "", 2, "note"),
            ('note = "待核"', 'note = "待核"\ncolour = "红"', 2, "colour"),
            ('version = "2024"', 'version = "2004"', 2, "version"),
            ('version = "2024"', "version = 2024", 2, "version"),
            ('mode = "direct"', 'mode = "both"', 2, "restricted_expense_mode"),
            ("2026-01-01", '"2026-01-01"', 2, "effective_from"),
            ("2026-01-01", "2026-01-01T00:00:00", 2, "effective_from"),
            ("effective_from = 2026-01-01", "", 2, "effective_from"),
            ("2026-01-01", "2026-01-02", 2, "effective_from"),
            ("2026-01-01", "2025-12-31", 2, "effective_from"),
            ("effective_to = 2025-12-31", "", 2, "effective_from"),
            ("2025-12-31", "2004-12-31", 1, "effective_to"),
        ],
    )
    def test_broken_chart_is_named(self, before: str, after: str, row: int, field: str) -> None:
        assert before in GOOD_CHARTS
        with pytest.raises(ChartDataError) as caught:
            parse_charts(GOOD_CHARTS.replace(before, after, 1), file="broken.toml")
        error = caught.value
        assert (error.file, error.row, error.field) == ("broken.toml", row, field)

    @pytest.mark.parametrize("text", ["", "chart = 1", "chart = [1]", "[chart", "[[account]]"])
    def test_file_without_chart_tables_is_refused(self, text: str) -> None:
        with pytest.raises(ChartDataError) as caught:
            parse_charts(text, file="broken.toml")
        assert (caught.value.row, caught.value.field) == (None, "chart")


MAPPING_HEADING = ",".join(MAPPING_COLUMNS)


class TestStrictMapping:
    def _text(self, **changed: str) -> str:
        rows = {
            row.old_code: ",".join(getattr(row, column) for column in MAPPING_COLUMNS)
            for row in loading.load_mapping("2004", "2024")
        }
        rows.update({code.removeprefix("_"): line for code, line in changed.items()})
        return "\n".join([MAPPING_HEADING, *(line for line in rows.values() if line), ""])

    def _error(self, text: str, old: ChartDefinition, new: ChartDefinition) -> ChartDataError:
        with pytest.raises(ChartDataError) as caught:
            parse_mapping(text, file="broken.csv", old=old, new=new)
        return caught.value

    def test_unchanged_copy_is_read(self, old: ChartDefinition, new: ChartDefinition) -> None:
        parsed = parse_mapping(self._text(), file="good.csv", old=old, new=new)
        assert parsed == loading.load_mapping("2004", "2024")

    @pytest.mark.parametrize(
        ("line", "field"),
        [
            ("1000,1001,same,,I,表", "old_code"),
            (",1001,same,,I,表", "old_code"),
            ("1001,1000,same,,I,表", "new_code"),
            ("1001,,same,,I,表", "new_code"),
            ("1001,1002,recoded,,I,表", "new_code"),
            ("1001,1001,moved,,I,表", "kind"),
            ("1001,1001,recoded,,I,表", "kind"),
            ("1001,1001,renamed,,I,表", "kind"),
            ("1001,1001,same,问？,I,表", "question"),
            ("1001,1001,split,,I,表", "question"),
            ("1001,1001,gross_up,,I,表", "question"),
            ("1001,1001,same,,X,表", "grade"),
            ("1001,1001,same,,I,", "source"),
            ("1001,1001,same,,I", "row"),
        ],
    )
    def test_broken_row_is_named(
        self, old: ChartDefinition, new: ChartDefinition, line: str, field: str
    ) -> None:
        error = self._error(self._text(_1001=line), old, new)
        assert (error.file, error.row, error.field) == ("broken.csv", 2, field)

    @pytest.mark.parametrize(
        ("code", "line"), [("1701", "1701,1801,same,,I,表"), ("1506", "1506,1506,same,,I,表")]
    )
    def test_kind_must_fit_the_change(
        self, old: ChartDefinition, new: ChartDefinition, code: str, line: str
    ) -> None:
        assert self._error(self._text(**{f"_{code}": line}), old, new).field == "kind"

    def test_carrying_a_colliding_code_over_is_refused(
        self, old: ChartDefinition, new: ChartDefinition
    ) -> None:
        error = self._error(self._text(_5201="5201,5201,same,,I,表"), old, new)
        assert error.field == "new_code"
        assert "management_expense" in error.reason
        assert "business_tax" in error.reason

    def test_old_account_without_a_row_is_refused(
        self, old: ChartDefinition, new: ChartDefinition
    ) -> None:
        error = self._error(self._text(_2401=""), old, new)
        assert (error.row, error.field) == (None, "old_code")
        assert "2401" in error.reason

    def test_old_account_twice_is_refused(self, old: ChartDefinition, new: ChartDefinition) -> None:
        error = self._error(self._text() + "1001,1001,same,,I,表\n", old, new)
        assert (error.row, error.field) == (51, "old_code")

    def test_detail_that_would_arrive_nowhere_is_refused(self, old: ChartDefinition) -> None:
        text = f"{HEADING}\n4101,捐赠收入,income,credit,,,donation_income,,A,某号文,\n"
        undivided = dataclasses.replace(
            loading.load_chart("2024"), accounts=parse_accounts(text, file="good.csv")
        )
        donations = dataclasses.replace(
            old, accounts=tuple(a for a in old.accounts if a.code.startswith("4101"))
        )
        mapping = f"{MAPPING_HEADING}\n4101,4101,same,,I,表\n"
        error = self._error(mapping, donations, undivided)
        assert (error.row, error.field) == (None, "new_code")
        assert "410101" in error.reason

    def test_row_of_a_detail_goes_before_the_row_of_its_account(
        self, old: ChartDefinition, new: ChartDefinition
    ) -> None:
        text = self._text() + "410101,410101,same,,I,表\n"
        mapping = parse_mapping(text, file="good.csv", old=old, new=new)
        row = next(row for row in mapping if row.old_code == "410101")
        moved = dataclasses.replace(row, new_code="490101", details_under="490101")
        changed = [moved if r is row else r for r in mapping]
        assert loading.convert_code(changed, "41010107") == "49010107"
        assert loading.convert_code(changed, "410102") == "410102"

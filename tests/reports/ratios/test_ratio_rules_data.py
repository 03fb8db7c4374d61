"""The dated data files: what stands in them, and what is refused."""

from pathlib import Path

import pytest

from ledger.charts.definitions import Grade
from reports.ratios import checks, figures, loading, measures, rules, verdicts
from reports.ratios.loading import InvalidRules

REQUIREMENT = """
[[rule_set.requirement]]
id = "spending"
label = "支出"
article = "第一条"
organisations = ["foundation"]
kind = "at_least"
ratios = ["charity_1y"]
"""
HEAD = """
[[rule_set]]
id = "invented"
name = "虚构规定"
number = "虚构〔2030〕1号"
valid_from = 2030-01-01
status = "issued"
source = "虚构"
grade = "M"
"""


def load(tmp_path: Path, text: str) -> tuple[rules.RuleSet, ...]:
    path = tmp_path / "rules_invented.toml"
    path.write_text(text, encoding="utf-8")
    return rules.load([path], measures.measures())


def test_every_rule_set_names_source_grade_and_document() -> None:
    for rule_set in rules.rule_sets():
        assert rule_set.source
        assert rule_set.number
        assert rule_set.grade in Grade
        assert rule_set.requirements


def test_what_was_remembered_is_graded_as_memory() -> None:
    spending = rules.get_rule_set("minfa_2016_189").requirement("spending")
    assert {band.label: band.grade for band in spending.bands} == {
        ">=6000万": Grade.MEMORY,
        "800-6000万": Grade.SECONDARY,
        "400-800万": Grade.MEMORY,
        "<400万": Grade.SECONDARY,
    }


def test_rule_sets_are_ordered_by_date_with_drafts_last() -> None:
    ids = [rule_set.id for rule_set in rules.rule_sets()]
    assert ids[0] == "foundation_regulation_2004"
    assert ids[-1] == "minzheng_draft_2025"


def test_a_new_rule_set_is_one_more_file(tmp_path: Path) -> None:
    (found,) = load(tmp_path, HEAD + REQUIREMENT + 'share = "0.05"\n')
    assert found.id == "invented"
    assert found.requirements[0].share is not None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (HEAD + REQUIREMENT, "share"),
        (HEAD + REQUIREMENT + 'share = "1.00"\n', "share"),
        (HEAD + REQUIREMENT + 'share = "eight"\n', "share"),
        (HEAD + REQUIREMENT + "share = 0.08\n", "share"),
        (HEAD + REQUIREMENT + 'share = "0.08"\nshares = "0.09"\n', "shares"),
        (HEAD + REQUIREMENT.replace("charity_1y", "charity_9y") + 'share = "0.1"\n', "ratios"),
        (HEAD + REQUIREMENT.replace("at_least", "about") + 'share = "0.1"\n', "kind"),
        (HEAD + REQUIREMENT.replace('"foundation"', '"company"') + 'share = "0.1"\n', "organisa"),
        (HEAD.replace('"M"', '"Z"') + REQUIREMENT + 'share = "0.1"\n', "grade"),
        (HEAD.replace("valid_from = 2030-01-01\n", "") + REQUIREMENT + 'share = "0.1"\n', "valid"),
        (HEAD.replace('source = "虚构"\n', "") + REQUIREMENT + 'share = "0.1"\n', "source"),
        (HEAD + "valid_to = 2029-01-01\n" + REQUIREMENT + 'share = "0.1"\n', "valid_to"),
        (HEAD.replace("2030-01-01", '"2030"') + REQUIREMENT + 'share = "0.1"\n', "valid_from"),
        (HEAD + (REQUIREMENT + 'share = "0.1"\n') * 2, "requirement"),
        ((HEAD + REQUIREMENT + 'share = "0.1"\n') * 2, "id"),
        (HEAD + REQUIREMENT + 'share = "0.1"\npublic_fundraising = "no"\n', "public"),
        (HEAD + REQUIREMENT + 'share = "0.1"\neach_of_years = 0\n', "each_of_years"),
        ("not toml at all", "文件"),
    ],
)
def test_a_rule_file_with_anything_unexpected_is_refused(
    text: str, key: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidRules) as refused:
        load(tmp_path, text)
    assert key in refused.value.data["key"]
    assert refused.value.data["file"] == "rules_invented.toml"


HIGH, LOW = '"高", from = "9.00"', '"低", below = "9.00"'


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param([HIGH, '"低", below = "8.00"'], id="gap"),
        pytest.param([HIGH, '"低", below = "10.00"'], id="overlap"),
        pytest.param([LOW, HIGH], id="upside down"),
        pytest.param(['"空", from = "9.00", below = "9.00"'], id="empty"),
    ],
)
def test_bands_that_leave_an_amount_with_no_limit_or_two_are_refused(
    limits: list[str], tmp_path: Path
) -> None:
    bands = ",".join(f'{{ label = {limit}, share = "0.1", grade = "M" }}' for limit in limits)
    text = f'{HEAD}{REQUIREMENT}band_by = "opening_net_assets"\nband = [{bands}]\n'
    with pytest.raises(InvalidRules):
        load(tmp_path, text)


def test_the_data_files_load_and_refer_to_each_other() -> None:
    assert set(measures.PaymentKind) == set(measures.measures().payments)
    assert {item.code for item in checks.checks().identities} >= {
        "chk_parts_sum",
        "chk_income_expense_change",
        "chk_class_split",
        "chk_roll_forward",
    }


def test_a_measure_of_an_unknown_figure_is_refused(tmp_path: Path) -> None:
    text = (loading.DATA_FOLDER / "measures.toml").read_text(encoding="utf-8")
    path = tmp_path / "measures.toml"
    path.write_text(text.replace('plus = ["mgmt_expense_stmt"]', 'plus = ["mgmt"]'), "utf-8")
    with pytest.raises(InvalidRules) as refused:
        measures.load(path)
    assert "mgmt" in refused.value.data["reason"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("years = 2 }", "years = 0 }"),
        ("offset = -1", "offset = 1"),
        ('element = "charity"', 'element = "charityy"'),
        ('id = "charity_2y"', 'id = "charity_1y"'),
        ('kind = "other"', 'kind = "charity"'),
        ('id = "wages_admin"', 'id = "charity"'),
        ('plus = ["rpt_charity_expense"]', 'plus = "rpt_charity_expense"'),
        ('needs = [["rpt_charity_expense"]]', 'needs = ["rpt_charity_expense"]'),
        ('needs = [["rpt_charity_expense"]]', 'needs = [["rpt_charity"]]'),
        ("until_year = 2025", 'until_year = "2025"'),
        ('numerator = { element = "charity" }', 'numerator = "charity"'),
        ('[["rpt_charity_expense"]]', '[["rpt_charity_expense"]]\nadd = ["rpt_wages"]'),
    ],
)
def test_a_bent_measure_is_refused(old: str, new: str, tmp_path: Path) -> None:
    text = (loading.DATA_FOLDER / "measures.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "measures.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidRules):
        measures.load(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('tolerance = "0.01"', 'tolerance = "a fen"'),
        ('tolerance = "0.01"', "tolerance = 1"),
        ("unit_factor = 10000", "unit_factor = true"),
        ("[[siblings]]", "[siblings]"),
        ('implausible_above = "100"', 'implausible_above = "1/0"'),
    ],
)
def test_a_bent_check_is_refused(old: str, new: str, tmp_path: Path) -> None:
    text = (loading.DATA_FOLDER / "checks.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "checks.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidRules):
        checks.load(path)


def test_a_band_on_a_figure_that_is_not_known_decides_nothing(tmp_path: Path) -> None:
    band = '[{ label = "全部", from = "0.00", share = "0.1", grade = "M" }]'
    (found,) = load(tmp_path, f'{HEAD}{REQUIREMENT}band_by = "management"\nband = {band}\n')
    year = {2030: figures.YearFigures(2030, {"opening_net_assets": 1, "rpt_charity_expense": 1})}
    finding = verdicts.judge(found, found.requirements[0], year, fiscal_year=2030)
    assert finding.verdict is verdicts.Verdict.UNDETERMINED


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    text = (loading.DATA_FOLDER / "fields.toml").read_text(encoding="utf-8")
    path = tmp_path / "fields.toml"
    path.write_text(text.replace('label = "筹资费用"', 'label = "管理费用"'), encoding="utf-8")
    with pytest.raises(InvalidRules):
        figures.load_fields(path)

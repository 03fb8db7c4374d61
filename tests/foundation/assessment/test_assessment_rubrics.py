"""Rubrics: those that come with the program, and those that are handed in with their mistakes."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.assessment import choosing, points, probes, rubric_files, rubrics, shipped
from foundation.assessment.rubric_files import Particulars
from foundation.assessment.rubrics import BadRubric
from foundation.duties import loading as duties
from foundation.imports.refusals import FileRefused
from reports import assessment as report_probes
from reports.audit_pack.definitions import definitions
from reports.registry import REPORTS
from tests.foundation.assessment.assessment_cases import workbook

PARTICULARS = Particulars(
    "hubei-2026", "湖北省基金会评估细则", "湖北省民政厅", "鄂民政发〔2026〕1号"
)
SHIPPED = {rubric.version: rubric for rubric in shipped.list_rubrics()}
ROW = ("内部治理", "财务资产管理", "会计核算", "账务规范", 3, "查看账簿")


def mistakes(content: bytes, filename: str = "细则.xlsx") -> list[str]:
    """What is wrong with a file, in words."""
    with pytest.raises(BadRubric) as caught:
        choosing.check(content, filename, PARTICULARS)
    return [str(problem) for problem in caught.value.problems]


def document(**changes: Any) -> dict[str, Any]:
    """A rubric of one indicator."""
    indicator = {"code": "1", "levels": ["甲"], "text": "乙", "grade": "A", "points": 5}
    return {
        "version": "v",
        "title": "细则",
        "authority": "民政厅",
        "source": "文号",
        "grade": "A",
        "indicator": [indicator | changes.pop("indicator", {})],
        **changes,
    }


def test_jiangsu_section_has_its_twenty_indicators_of_eighty_points() -> None:
    jiangsu = SHIPPED["jiangsu-2.4"]

    assert len(jiangsu.indicators) == 20
    assert choosing.totals(jiangsu) == (8000, 8000)
    assert not jiangsu.is_complete
    by_third = {one.code.rsplit(".", 1)[0]: 0 for one in jiangsu.indicators}
    for one in jiangsu.indicators:
        by_third[one.code.rsplit(".", 1)[0]] += one.points or 0
    assert [total // 100 for total in by_third.values()] == [10, 10, 5, 5, 5, 5, 3, 10, 6, 15, 6]


def test_national_heads_leave_most_points_unknown() -> None:
    national = SHIPPED["national-heads"]

    assert choosing.totals(national) == (22500, 100000)
    assert choosing.points_text(national) == "225/1000"
    assert national.bands == ()


def test_hubei_knows_no_points_and_says_so() -> None:
    hubei = SHIPPED["hubei-skeleton"]

    assert {one.points for one in hubei.indicators} == {None}
    assert choosing.points_text(hubei) == "0/?"
    assert "未取得官方评分细则" in hubei.title.zh


def test_evidence_of_shipped_rubrics_names_what_exists() -> None:
    known_probes = {**probes.OWN, **report_probes.PROBES}
    reports = {report.id for report in REPORTS}
    for rubric in SHIPPED.values():
        for one in rubric.indicators:
            assert set(one.evidence.probes) <= set(known_probes), one.code
            assert set(one.evidence.reports) <= reports, one.code
            assert set(one.evidence.files) <= set(definitions()), one.code
            assert set(one.evidence.slots) <= set(shipped.slots()), one.code
            assert set(one.evidence.duties) <= set(duties.load().duties), one.code


def test_words_of_an_imported_indicator_find_evidence_that_exists() -> None:
    known_probes = {**probes.OWN, **report_probes.PROBES}
    found = shipped.evidence_of("按规定使用捐赠票据，年度审计报告，预算制度，信息公开，采购，投资")

    assert {"bill_stock_rolls", "budgets_resolved", "duties_done"} <= set(found.probes)
    assert set(found.probes) <= set(known_probes)
    assert {"audit_report", "budget_rules"} <= set(found.slots)


def test_every_place_and_probe_that_words_lead_to_exists() -> None:
    everything = "".join(word for slot in shipped.slots().values() for word in slot.words)
    found = shipped.evidence_of(everything)

    assert set(found.slots) == set(shipped.slots())
    assert set(found.probes) <= set(probes.OWN) | set(report_probes.PROBES)
    assert set(found.reports) <= {report.id for report in REPORTS}
    assert set(found.files) <= set(definitions())


def test_spreadsheet_becomes_a_rubric_with_numbers_and_section_points() -> None:
    content = workbook(
        ("内部治理（10分）", "财务资产管理", "会计核算", "账务规范", 3, "查看账簿"),
        (None, None, None, "会计档案", Decimal("2.5"), "查看清册"),
        (None, None, "预算", "预算执行", 4.5, "查看决议"),
        (None, None, None, None, None, "缺一年扣一半"),
        ("社会评价", "捐赠人评价", None, None, None, "问卷"),
        ("合计", None, None, None, 10, None),
        title=True,
    )
    rubric, remarks = choosing.check(content, "细则.xlsx", PARTICULARS)

    assert [one.code for one in rubric.indicators] == ["1.1.1.1", "1.1.1.2", "1.1.2.1", "2.1"]
    assert [one.points for one in rubric.indicators] == [300, 250, 450, None]
    assert rubric.sections == {"内部治理": 1000, "社会评价": None}
    assert rubric.indicators[2].method == "查看决议\n缺一年扣一半"
    assert rubric.is_official
    assert remarks == []
    assert "months_archived" in rubric.indicators[1].evidence.probes


def test_section_that_does_not_add_up_is_told_and_not_corrected() -> None:
    content = workbook(("内部治理（10分）", "财务", "账务", "规范", 3, "查"))
    rubric, remarks = choosing.check(content, "细则.xlsx", PARTICULARS)

    assert [str(remark) for remark in remarks] == ["内部治理：标明 10 分，所列指标合计 3 分"]
    assert rubric.sections == {"内部治理": 1000}


def test_every_mistake_of_a_spreadsheet_is_told_by_its_row() -> None:
    content = workbook(
        ROW,
        (None, None, None, "甲", "三分", "查"),
        (None, None, None, "乙", 1.234, "查"),
        (None, None, None, None, 2, None),
        ("工作绩效", None, "丙", None, 1, "查"),
    )

    assert mistakes(content) == [
        "第 3 行：分值“三分”应为不超过两位小数的数字",
        "第 4 行：分值“1.234”应为不超过两位小数的数字",
        "第 5 行：有分值而没有指标名称",
        "第 6 行：中间一级指标没有名称",
    ]


def test_first_row_below_the_head_needs_a_first_level() -> None:
    assert mistakes(workbook((None, "财务", None, None, 3, "查"))) == [
        "第 2 行：上一级指标没有名称"
    ]


def test_indicator_that_stands_twice_is_refused() -> None:
    assert mistakes(workbook(ROW, ROW)) == ["1.1.1.2：指标重复"]


def test_sheet_without_the_columns_is_refused() -> None:
    content = "科目,金额\n现金,1\n".encode()

    assert mistakes(content, "细则.csv") == ["找不到表头：前 30 行中应有“一级”“分值”等列"]


def test_empty_table_is_refused() -> None:
    assert mistakes(workbook()) == ["没有任何指标"]


def test_picture_that_calls_itself_a_spreadsheet_is_refused() -> None:
    with pytest.raises(FileRefused):
        choosing.check(b"\x89PNG\r\n\x1a\n", "细则.xlsx", PARTICULARS)


def test_spreadsheet_needs_to_be_told_what_it_is() -> None:
    with pytest.raises(BadRubric, match="表格文件须另填"):
        rubric_files.read(workbook(ROW), "细则.xlsx", None)


def test_broken_toml_says_where() -> None:
    assert "不是有效的 TOML 文件" in mistakes(b"version = ", "细则.toml")[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": ""}, "缺少 version"),
        ({"grade": "X"}, "依据等级应为 A、B、C、M、I 之一"),
        ({"years": 9}, "考察年数应为 1 到 4"),
        ({"indicator": {"points": "五"}}, "1：分值“五”应为不超过两位小数的数字"),
        ({"indicator": {"points": 1.5}}, "1：分值“1.5”应为不超过两位小数的数字"),
        ({"indicator": {"levels": []}}, "1：指标应有一至四级名称，中间不能空缺"),
        ({"indicator": {"levels": list("甲乙丙丁戊")}}, "1：指标应有一至四级名称，中间不能空缺"),
        ({"indicator": {"code": "a/b"}}, "a/b：编号不能含有 /"),
        ({"indicator": {"period": "ever"}}, "1：period 应为 current、years 或 term"),
        ({"indicator": {"slots": "x"}}, "1：slots 应为文本的列表"),
        ({"indicator": {"scoring": {}}}, "1：计分方法应指明 probe"),
        ({"indicator": {"scoring": {"probe": "p"}}}, "1：计分方法应有 steps 或 met"),
        ({"band": [{"grade": "3A"}]}, "3A：缺少 from"),
    ],
)
def test_rubric_with_a_mistake_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadRubric) as caught:
        rubrics.parse(document(**changes))
    assert said in [str(problem) for problem in caught.value.problems]


def test_rubric_tells_all_its_mistakes_at_once() -> None:
    with pytest.raises(BadRubric) as caught:
        rubrics.parse(document(version="", grade="", indicator={"text": ""}))
    assert len(caught.value.problems) == 3


@given(st.integers(min_value=0, max_value=99_999_99))
def test_points_are_read_as_they_are_written(hundredths: int) -> None:
    text = points.text_of(hundredths)

    assert points.parse(text) == hundredths
    assert points.parse(Decimal(text)) == hundredths


@pytest.mark.parametrize("text", ["", "-1", "1.234", "1e3", "１", None, True, 1.5])
def test_what_is_no_number_of_points_is_none(text: object) -> None:
    assert points.parse(text) is None

"""Flags about single figures and about the rows around them."""

from collections.abc import Iterator
from itertools import combinations

from ledger import money
from reports.ratios import ties
from reports.ratios.checks import checks
from reports.ratios.figures import fields
from reports.ratios.flags import Flag, Level
from reports.ratios.observed import Observed

_EXPENSES = (
    "cost_restricted",
    "cost_unrestricted",
    "mgmt_expense_stmt",
    "fundraising_expense_stmt",
    "other_expense_stmt",
    "impairment_stmt",
    "expense_total_stmt",
    "rpt_total_expense",
    "rpt_charity_expense",
    "rpt_wages",
    "rpt_admin_office",
    "rpt_other_expense",
)


def look_at_figures(seen: Observed) -> Iterator[Flag]:
    """Raise every flag of this module."""
    yield from _restated_opening(seen)
    yield from _same_year_twice(seen)
    yield from _typed_twice(seen)
    yield from _negative_expense(seen)
    yield from _donations(seen)
    yield from _net_assets(seen)
    yield from _derived_closing(seen)


def _restated_opening(seen: Observed) -> Iterator[Flag]:
    if seen.previous is None:
        return
    opening = seen.amount("opening_net_assets")
    closing = seen.previous.figures.amounts.get("closing_total")
    if opening is None or closing is None:
        return
    difference = opening - closing
    if abs(difference) <= checks().tolerance_minor:
        return
    yield Flag(
        code="opening_restated",
        level=Level.MISMATCH,
        fields=("opening_net_assets",),
        message=f"上年末净资产与{seen.fiscal_year - 1}年度（第{seen.previous.row}行）"
        f"列示的年末净资产相差 {money.grouped(difference)} 元，须说明是否追溯调整",
        found=money.to_text(opening),
        expected=money.to_text(closing),
        difference_minor=difference,
    )
    if ties.scaled_match(opening, closing):
        yield Flag(
            code="unit_suspect",
            level=Level.MISMATCH,
            fields=("opening_net_assets",),
            message="“上年末净资产”的金额单位疑有误：与上年年末数相差一万倍",
            found=money.to_text(opening),
            expected=money.to_text(closing),
        )


def _same_year_twice(seen: Observed) -> Iterator[Flag]:
    if seen.same_year_rows:
        rows = "、".join(f"第{row}行" for row in seen.same_year_rows)
        yield Flag(
            code="duplicate_year",
            level=Level.MISMATCH,
            fields=("foundation", "fiscal_year"),
            message=f"同一基金会同一年度另有{rows}；综合多年的比例不使用该年度",
            found=str(seen.fiscal_year),
            expected="每个基金会每年一行",
        )


def _typed_twice(seen: Observed) -> Iterator[Flag]:
    for siblings in checks().siblings:
        for left, right in combinations(siblings, 2):
            amount = seen.amount(left)
            if amount and amount == seen.amount(right):
                yield Flag(
                    code="same_figure_twice",
                    level=Level.NOTE,
                    fields=(left, right),
                    message=f"“{fields().label(left)}”与“{fields().label(right)}”金额完全相同，"
                    "疑为重复填列",
                    found=money.to_text(amount),
                )


def _negative_expense(seen: Observed) -> Iterator[Flag]:
    for name in _EXPENSES:
        amount = seen.amount(name)
        if amount is not None and amount < 0:
            without = seen.ratio("management_without_negative")
            yield Flag(
                code="negative_expense",
                level=Level.NOTE,
                fields=(name,),
                message=f"“{fields().label(name)}”为负数，须说明；总支出不减负数项目时"
                f"管理费用比例为 {without.printed or '无'}%",
                found=money.to_text(amount),
                expected="零或正数，或附说明",
            )


def _donations(seen: Observed) -> Iterator[Flag]:
    for kind in ("restricted", "unrestricted"):
        donation, income = seen.amount(f"donation_{kind}"), seen.amount(f"income_{kind}")
        if donation is None:
            continue
        label = fields().label(f"donation_{kind}")
        if donation < 0:
            yield Flag(
                code="negative_donation",
                level=Level.NOTE,
                fields=(f"donation_{kind}",),
                message=f"“{label}”为负数，须说明（退回捐赠等）",
                found=money.to_text(donation),
                expected="零或正数，或附说明",
            )
        if income is not None and donation - income > checks().tolerance_minor:
            yield Flag(
                code="donation_exceeds_income",
                level=Level.NOTE,
                fields=(f"donation_{kind}", f"income_{kind}"),
                message=f"“{label}”大于同类收入合计，须说明（其他收入为负数等）",
                found=money.to_text(donation),
                expected=f"不大于 {money.to_text(income)}",
                difference_minor=donation - income,
            )
        if income is not None and 0 < income <= 2 * donation * checks().unit_factor <= 2 * income:
            # Nothing ties a donation to other figures, but most of an income is donations.
            yield Flag(
                code="unit_suspect",
                level=Level.MISMATCH,
                fields=(f"donation_{kind}",),
                message=f"“{label}”约为同类收入合计的万分之一，金额单位（元、万元）疑有误",
                found=money.to_text(donation),
                expected=f"不大于 {money.to_text(income)}",
            )


def _net_assets(seen: Observed) -> Iterator[Flag]:
    opening, closing = seen.amount("opening_net_assets"), seen.amount("closing_total")
    if opening == 0:
        yield Flag(
            code="first_year",
            level=Level.INFO,
            fields=("opening_net_assets",),
            message="上年末净资产为零（首年）：慈善活动支出比例留空，比例要求不适用",
            found=money.to_text(opening),
        )
    for name, amount in (("opening_net_assets", opening), ("closing_total", closing)):
        if amount is not None and amount < 0:
            yield Flag(
                code="negative_net_assets",
                level=Level.MISMATCH,
                fields=(name,),
                message=f"“{fields().label(name)}”为负数，请核对",
                found=money.to_text(amount),
                expected="零或正数",
            )


def _derived_closing(seen: Observed) -> Iterator[Flag]:
    if seen.year.is_closing_derived:
        yield Flag(
            code="closing_derived",
            level=Level.INFO,
            fields=("closing_total",),
            message="年末净资产为推算数（上年末净资产＋变动额），不能用来核对滚动关系",
        )

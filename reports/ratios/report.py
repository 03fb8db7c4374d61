"""支出比例表: every requirement held against the year, and what is still to be done about it.

During the year it is a meter: what must still be spent until 31 December, how much management
expense has room, and what one more payment would change. Verdicts compare exactly; what is
printed is rounded.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from ledger import money
from reports.parameters import Answer, Parameter, Parameters
from reports.ratios import from_books, meter, printing
from reports.ratios.figures import History
from reports.ratios.measures import PaymentKind, measures
from reports.ratios.meter import Payment
from reports.ratios.rules import LimitKind, Profile, Requirement, RuleSet, list_in_force
from reports.ratios.verdicts import Basis, Finding, Verdict, judge
from reports.tables import Column, Emphasis, Kind, Label, Row, Table, Term, Value

ID = "spending_ratios"
TITLE = Label("支出比例表", "Spending ratios")
PAYMENT = Parameter("payment", Label("再支付（元）", "One more payment"), Answer.TEXT)
PAYMENT_KIND = Parameter(
    "payment_kind",
    Label("支付用途", "Payment for"),
    Answer.CHOICE,
    (
        (PaymentKind.CHARITY.value, Label("慈善活动", "Charitable activity")),
        (PaymentKind.MANAGEMENT.value, Label("管理费用", "Management")),
        (PaymentKind.FUNDRAISING.value, Label("筹资费用", "Fundraising")),
        (PaymentKind.OTHER.value, Label("其他费用", "Other")),
    ),
)
COLUMNS = (
    Column("rule", Label("规定", "Rule"), width=22),
    Column("requirement", Label("要求", "Requirement"), width=22),
    Column("basis", Label("口径", "Basis"), width=24),
    Column("numerator", Label("分子", "Numerator"), Kind.MONEY, 16),
    Column("denominator", Label("分母", "Denominator"), Kind.MONEY, 16),
    Column("ratio", Label("比例 %", "Ratio %"), Kind.CODE, 10),
    Column("limit", Label("标准 %", "Limit %"), Kind.CODE, 9),
    Column("verdict", Label("结论", "Verdict"), width=10),
    Column("remaining", Label("尚须支出", "Still to spend"), Kind.MONEY, 16),
    Column("headroom", Label("尚可列支", "Room left"), Kind.MONEY, 16),
    Column("note", Label("说明", "Note"), width=30),
)
_VERDICTS = {
    Verdict.PASS: Term("pass", Label("达标", "Pass")),
    Verdict.FAIL: Term("fail", Label("未达标", "Fail")),
    Verdict.NOT_APPLICABLE: Term("not_applicable", Label("不适用", "Not applicable")),
    Verdict.UNDETERMINED: Term("undetermined", Label("无法判断", "Undetermined")),
}


def verdict_words(verdict: Verdict) -> Label:
    """Return what a verdict is called."""
    return _VERDICTS[verdict].label


def run(session: Session, parameters: Parameters) -> Table:
    """Return every requirement in force at the end of the year, with its figures."""
    year = parameters.period.year
    years = from_books.history(session, parameters)
    payment = _payment(parameters)
    if payment is not None:
        years = meter.with_payment(years, payment, fiscal_year=year)
    on = parameters.heading.printed_at.date()
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(_rows(years, year, on)),
        heading=parameters.heading,
        subtitle=_subtitle(payment),
        notes=(
            Label(
                "比较时不四舍五入；比例按四位小数列示。慈善活动支出取业务活动成本，为上限。",
                "Compared unrounded, printed with four decimals. Charitable spending is taken "
                "as the whole activity cost, an upper bound.",
            ),
        ),
    )


def _payment(parameters: Parameters) -> Payment | None:
    text = parameters.option(PAYMENT.name)
    if not text:
        return None
    kind = PaymentKind(parameters.option(PAYMENT_KIND.name))
    return Payment(kind, money.parse_positive(text))


def _subtitle(payment: Payment | None) -> Label | None:
    if payment is None:
        return None
    amount, kind = money.grouped(payment.amount_minor), measures().payments[payment.kind]
    words = dict(PAYMENT_KIND.choices)[payment.kind.value]
    return Label(
        f"假设再支付 {amount} 元（{kind.label}）", f"If {amount} more were paid ({words.en})"
    )


def _rows(years: History, year: int, on: date) -> Iterator[Row]:
    profile = Profile()
    for rule_set in list_in_force(date(year, 12, 31)):
        asked = [item for item in rule_set.requirements if item.applies_to(profile)]
        for requirement in asked:
            finding = judge(rule_set, requirement, years, fiscal_year=year)
            left = _left(rule_set, requirement, years, year, on)
            for place, basis in enumerate(finding.bases):
                yield _row(rule_set, finding, basis, left if place == 0 else (None, None))


def _left(
    rule_set: RuleSet, requirement: Requirement, years: History, year: int, on: date
) -> tuple[int | None, int | None]:
    """What must still be spent, or what may still be: the meter of the requirement."""
    if requirement.kind is LimitKind.AT_LEAST:
        spending = meter.spending(rule_set, requirement, years, fiscal_year=year, on=on)
        return spending.remaining_minor, None
    management = meter.management(rule_set, requirement, years, fiscal_year=year)
    return None, management.headroom_minor


def _row(
    rule_set: RuleSet, finding: Finding, basis: Basis, left: tuple[int | None, int | None]
) -> Row:
    ratio = basis.ratio
    sides: list[Value] = [
        None if side is None else int(side.total) for side in (ratio.numerator, ratio.denominator)
    ]
    reason = finding.reason or ratio.reason
    if finding.exempt:
        reason = f"{reason}；低于豁免额".lstrip("；")
    return Row(
        (
            f"{rule_set.number or rule_set.name} {finding.requirement.article}",
            finding.requirement.label,
            ratio.definition.label,
            *sides,
            ratio.four_decimals,
            "" if finding.share is None else printing.as_form(finding.share),
            _VERDICTS[finding.verdict],
            *left,
            reason,
        ),
        emphasis=Emphasis.PLAIN,
    )

"""抽样底稿: an audit sample as a report, so that it leaves as a workbook, csv, PDF or JSON.

The rows are the items with empty columns for the auditor: 审计结论, and 询问, which the accountant
reads back in. The notes are the protocol: who has them and the same books draws the same sample.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from foundation.auditing import drawing, labels, plans, sampling
from foundation.auditing.drawing import Drawn, Item
from foundation.auditing.plans import Plan, SideOf, Source
from foundation.auditing.sampling import Method
from ledger import chains
from ledger.money import grouped
from reports.parameters import ACCOUNT, FUND, PERIOD, Answer, Parameter, Parameters
from reports.tables import Column, Kind, Label, Link, Row, Table, to_gift, to_voucher

ID = "audit_sample"
TITLE = Label("抽样底稿", "Audit sample")
COLUMNS = (
    Column("number", Label("序号", "No."), Kind.INTEGER, 5),
    Column("position", Label("总体序号", "Place"), Kind.INTEGER, 8),
    Column("item", Label("编号", "Item"), Kind.CODE, 18),
    Column("line", Label("行号", "Line"), Kind.INTEGER, 4),
    Column("date", Label("日期", "Date"), Kind.DATE, 11),
    Column("summary", Label("摘要", "Summary"), width=24),
    Column("account", Label("科目", "Account"), width=20),
    Column("fund", Label("基金", "Fund"), Kind.CODE, 9),
    Column("debit", Label("借方", "Debit"), Kind.MONEY, 15),
    Column("credit", Label("贷方", "Credit"), Kind.MONEY, 15),
    Column("amount", Label("金额（绝对值）", "Amount (absolute)"), Kind.MONEY, 15),
    Column("why", Label("入选原因", "Why"), width=16),
    Column("papers", Label("附件数", "Papers"), Kind.INTEGER, 6),
    Column("conclusion", Label("审计结论", "Conclusion"), width=16),
    Column("question", Label("询问", "Question"), width=24),
)
_METHODS_EN = {
    Method.UNITS: "Monetary unit sampling",
    Method.RANDOM: "Simple random",
    Method.BANDS: "Random by bands of amounts",
    Method.GROUPS: "Random by account",
    Method.THRESHOLD: "All above a threshold",
}
_SOURCES_EN = {
    Source.LINES: "Posted lines",
    Source.VOUCHERS: "Posted vouchers",
    Source.GIFTS: "Gifts in the books",
}
_SIDES_EN = {SideOf.BOTH: "Both", SideOf.DEBIT: "Debit", SideOf.CREDIT: "Credit"}
_CHOICE, _TEXT = Answer.CHOICE, Answer.TEXT
PARAMETERS = (
    PERIOD,
    Parameter(
        "population",
        Label("总体", "Population"),
        _CHOICE,
        tuple((one.value, Label(labels.SOURCES[one], _SOURCES_EN[one])) for one in Source),
    ),
    ACCOUNT,
    FUND,
    Parameter(
        "side",
        Label("方向", "Side"),
        _CHOICE,
        tuple((one.value, Label(labels.SIDES[one], _SIDES_EN[one])) for one in SideOf),
    ),
    Parameter(
        "closing",
        Label("结转凭证", "Closing vouchers"),
        _CHOICE,
        (("excluded", Label("不含", "Left out")), ("included", Label("包含", "Included"))),
    ),
    Parameter(
        "method",
        Label("抽样方法", "Method"),
        _CHOICE,
        tuple((one.value, Label(labels.METHODS[one], _METHODS_EN[one])) for one in Method),
    ),
    Parameter("seed", Label("随机种子", "Seed"), _TEXT),
    Parameter("size", Label("样本量", "Size"), _TEXT),
    Parameter("least", Label("金额起点", "Threshold"), _TEXT),
    Parameter("bands", Label("金额分层", "Bands"), _TEXT),
    Parameter("tolerable", Label("可容忍错报", "Tolerable misstatement"), _TEXT),
    Parameter(
        "confidence",
        Label("置信水平", "Confidence"),
        _CHOICE,
        tuple(
            (level, Label(f"{level}%", f"{level}%"))
            for level in sorted(sampling.CONFIDENCE_FACTORS, key=lambda one: one != "95")
        ),
    ),
)


def run(session: Session, parameters: Parameters) -> Table:
    """Draw the sample. Raises what the plan refuses."""
    period = parameters.period
    plan = plans.read(session, parameters.given, period=period.text, span=period.span)
    drawn = drawing.draw(session, plan)
    items = drawing.items(session, drawn)
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(_rows(items, drawn)),
        heading=parameters.heading,
        totals={
            "debit": sum(item.debit_minor or 0 for item in items),
            "credit": sum(item.credit_minor or 0 for item in items),
            "amount": drawn.sample.selected_minor,
        },
        subtitle=_subtitle(plan),
        notes=_notes(session, drawn),
        is_list=True,
    )


def _rows(items: Sequence[Item], drawn: Drawn) -> Iterator[Row]:
    for item in items:
        link: Link = to_voucher(item.voucher_id)
        if item.gift_id is not None:
            link = to_gift(item.gift_id)
        cells = (
            item.number,
            item.selected.position + 1,
            item.label,
            item.line_no,
            item.booked_on,
            item.summary,
            f"{item.account_code} {item.account_name}".strip(),
            item.fund,
            item.debit_minor,
            item.credit_minor,
            item.selected.amount_minor,
            _why(item, drawn),
            item.paper_count,
            "",
            "",
        )
        yield Row(cells, (None, None, link, *[None] * 12))


def _why(item: Item, drawn: Drawn) -> Label:
    chosen = item.selected
    if chosen.hit_minor is not None:
        point = grouped(chosen.hit_minor)
        return Label(f"命中点 {point}", f"Hit by {point}")
    if chosen.is_certain:
        return Label("必选", "With certainty")
    if drawn.sample.strata:
        return Label(f"第 {chosen.stratum} 层随机", f"Random in stratum {chosen.stratum}")
    return Label("随机", "Random")


def _subtitle(plan: Plan) -> Label:
    zh = [labels.SOURCES[plan.source], labels.METHODS[plan.method]]
    en = [_SOURCES_EN[plan.source], _METHODS_EN[plan.method]]
    if plan.method is not Method.THRESHOLD:
        zh.append(f"种子 {plan.seed}")
        en.append(f"seed {plan.seed}")
    return Label("　".join(zh), ", ".join(en))


def _notes(session: Session, drawn: Drawn) -> tuple[Label, ...]:
    sample, plan = drawn.sample, drawn.plan
    total, taken = grouped(sample.total_minor), grouped(sample.selected_minor)
    notes = [
        Label(
            f"总体 {sample.count} 项，金额合计（绝对值）{total}；"
            f"样本 {len(sample.selected)} 项，{taken}",
            f"Population of {sample.count} items, {total} in absolute amounts;"
            f" sample of {len(sample.selected)} items, {taken}",
        ),
        Label(
            f"总体借方 {grouped(drawn.debit_minor)}，贷方 {grouped(drawn.credit_minor)}，"
            f"红字 {drawn.red_count} 项{_tied(drawn)[0]}",
            f"Population debits {grouped(drawn.debit_minor)}, credits"
            f" {grouped(drawn.credit_minor)}, {drawn.red_count} in red{_tied(drawn)[1]}",
        ),
    ]
    if sample.interval_minor is not None and sample.start_minor is not None:
        interval, start = grouped(sample.interval_minor), grouped(sample.start_minor)
        notes.append(
            Label(
                f"抽样间隔 {interval}，首个命中点 {start}，必选 {grouped(sample.certain_minor)}",
                f"Interval {interval}, first hit {start},"
                f" with certainty {grouped(sample.certain_minor)}",
            )
        )
    for stratum in sample.strata:
        name = drawn.names[stratum.key] if drawn.names else ""
        money = grouped(stratum.total_minor)
        notes.append(
            Label(
                f"第 {stratum.key} 层 {name}：{stratum.count} 项 {money}，抽 {stratum.taken} 项",
                f"Stratum {stratum.key} {name}: {stratum.count} items {money},"
                f" {stratum.taken} taken",
            )
        )
    address = "&".join(f"{name}={text}" for name, text in plan.given)
    head = chains.chain_head(session)
    notes.append(Label(labels.PROTOCOLS[plan.method], _PROTOCOLS_EN[plan.method]))
    notes.append(Label(f"参数：{address}", f"Parameters: {address}"))
    notes.append(Label(f"账簿链首摘要：{head}", f"Chain head of the books: {head}"))
    return tuple(notes)


def _tied(drawn: Drawn) -> tuple[str, str]:
    if drawn.ties is None:
        return "", ""
    if drawn.ties:
        return "，与科目余额表发生额一致", "; agrees with the turnover of the trial balance"
    return "，与科目余额表发生额不一致", "; differs from the turnover of the trial balance"


_PROTOCOLS_EN = {
    Method.UNITS: (
        "Items of at least the interval are taken with certainty. The amounts of the rest are added"
        " up in the order of the books; the item in which a hit point lies is taken. The first"
        " point is 1 + SHA-256(seed|1) mod interval, each next one an interval further."
    ),
    Method.RANDOM: (
        "Items are numbered from 1 in the order of the books; 1 + SHA-256(seed|counter) mod count"
        " is taken for counters from 1, repeated numbers are skipped."
    ),
    Method.BANDS: (
        "Strata by amount, numbered from 0; within each, 1 + SHA-256(seed|stratum|counter) mod"
        " count in the order of the books, repeated numbers are skipped."
    ),
    Method.GROUPS: (
        "A stratum for each account by code, numbered from 0; within each, 1 +"
        " SHA-256(seed|stratum|counter) mod count in the order of the books, repeated numbers are"
        " skipped."
    ),
    Method.THRESHOLD: "Every item of at least the threshold is taken.",
}

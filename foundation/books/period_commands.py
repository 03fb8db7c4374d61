"""Commands for periods: `periods list|open|close|reopen|convert`."""

from collections.abc import Iterable

import click

from foundation import closing_gates
from foundation.books import documents, period_states, voucher_view
from foundation.books.period_states import PeriodView
from foundation.command_context import CommandContext, pass_context, table
from foundation.users.permissions import Permission
from ledger import catalogue, closing, conversion, money
from ledger.closing import Gate, GatesNotPassed
from ledger.periods import parse_period, text_of

_MARKS = {True: "✓", False: "✗"}


@click.group(help="会计期间：列示、开启、结账、反结账、新旧科目转换。")
def periods() -> None:
    """Group the commands for periods."""


@periods.command("list", help="列出会计期间及未结账期间的结账条件。")
@pass_context
def list_periods(context: CommandContext) -> None:
    context.require_reading(Permission.BOOKS_READ)
    with context.reading() as session:
        views = period_states.list_periods(session, extra=closing_gates.GATES)
    heads = [
        context.translate(head) for head in ("期间", "状态", "科目表", "已记账", "未记账", "结账人")
    ]
    rows = [
        (
            text_of(view.id),
            view.state.value,
            view.chart,
            str(view.posted),
            str(view.waiting),
            view.closed_by or "",
        )
        for view in views
    ]
    context.answer(
        {"periods": [documents.of_period(view) for view in views]},
        table(heads, rows, right="   rr "),
    )


@periods.command("open", help="开启下一个月，或直到所给的月份。")
@click.argument("period", required=False)
@pass_context
def open_period(context: CommandContext, period: str | None) -> None:
    actor = context.require(Permission.PERIODS_OPEN)
    through = None if period is None else parse_period(period)
    with context.transaction() as session:
        opened = period_states.open_next(session, through, actor=actor, clock=context.clock)
    names = [text_of(key) for key in opened]
    context.answer(
        {"periods": names},
        [context.text("已开启：{periods}", periods="、".join(names) or context.translate("无"))],
    )


@periods.command("close", help="结账：检查结账条件，生成并记入结转凭证，此后该期间不再接受凭证。")
@click.argument("period")
@pass_context
def close_period(context: CommandContext, period: str) -> None:
    actor = context.require(Permission.PERIODS_CLOSE)
    key = parse_period(period)
    with context.transaction() as session:
        gates = tuple(closing.gates(session, key, extra=closing_gates.GATES))
        try:
            generated = closing.close(
                session, key, actor=actor, clock=context.clock, extra=closing_gates.GATES
            )
        except GatesNotPassed as error:
            error.data["gates"] = [documents.of_gate(gate) for gate in gates]
            raise
        labels = voucher_view.find_labels(session, generated)
        view = period_states.get_period(session, key)
    document = documents.of_period(view) | {
        "gates": [documents.of_gate(gate) for gate in gates],
        "closing_vouchers": [labels[key] for key in generated],
    }
    context.answer(
        document,
        [
            *_gate_lines(gates),
            context.text(
                "{period} 已结账，生成结转凭证 {count} 张",
                period=text_of(key),
                count=len(generated),
            ),
            *(f"  {labels[key]}" for key in generated),
        ],
    )


@periods.command(
    "reopen",
    help="反结账：一人申请（--reason），另一人再次执行即批准。年初余额写作 2026-00。",
)
@click.argument("period")
@click.option("--reason", default="", help="申请反结账的原因；批准时不需要。")
@pass_context
def reopen_period(context: CommandContext, period: str, reason: str) -> None:
    key = parse_period(period)
    # Asking is open to whoever opens periods; approving takes the right to close them.
    context.require(Permission.PERIODS_CLOSE, Permission.PERIODS_OPEN)
    with context.reading() as session:
        requested = period_states.is_requested(session, key)
    allowed = (
        (Permission.PERIODS_CLOSE,)
        if requested
        else (
            Permission.PERIODS_CLOSE,
            Permission.PERIODS_OPEN,
        )
    )
    actor = context.require(*allowed)
    with context.transaction() as session:
        view = period_states.reopen(session, key, reason=reason, actor=actor, clock=context.clock)
        opening = period_states.find_closed_opening(session, key)
    lines = [_reopening_line(context, view)]
    if view.request is None and opening is not None:
        lines.append(
            context.text(
                "年初余额（{period}）仍已结账；如须更正，请另行申请反结账", period=text_of(opening)
            )
        )
    context.answer(documents.of_period(view), lines)


@periods.command("convert", help="编制新旧科目余额转换凭证（上年已结账、本年更换科目表时）。")
@click.argument("year", type=click.IntRange(2005, 2100))
@pass_context
def convert_year(context: CommandContext, year: int) -> None:
    actor = context.require(Permission.VOUCHERS_PREPARE)
    with context.transaction() as session:
        rows = conversion.preview(session, year)
        key = conversion.convert(session, year, actor=actor, clock=context.clock)
        funds = catalogue.load(session).funds
        view = voucher_view.get_voucher(session, key)
    questions = sorted({row.question for row in rows if row.question})
    context.answer(
        {
            "voucher": documents.of_view(view),
            "rows": [
                {
                    "old": row.old_code,
                    "name": row.old_name,
                    "new": row.new_code,
                    "fund": funds[row.fund_id].code,
                    "balance": money.to_text(row.amount_minor),
                    "question": row.question,
                }
                for row in rows
            ],
            "questions": questions,
        },
        [
            context.text("已编制转换凭证 #{id}，请审核后记账", id=key),
            *(f"  {question}" for question in questions),
        ],
    )


def _gate_lines(gates: Iterable[Gate]) -> list[str]:
    return [f"{_MARKS[gate.passed]} {gate.name}：{gate.detail}" for gate in gates]


def _reopening_line(context: CommandContext, view: PeriodView) -> str:
    if view.request is None:
        return context.text("{period} 已反结账", period=text_of(view.id))
    return context.text(
        "{period} 的反结账由 {actor} 申请，等待另一人批准",
        period=text_of(view.id),
        actor=view.request.requested_by,
    )

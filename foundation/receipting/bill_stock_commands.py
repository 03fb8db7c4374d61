"""Commands for the stock of official bills: `bills add-batch|batches|list|void|write-off`."""

from datetime import date, datetime

import click

from foundation.command_context import CommandContext, pass_context, table
from foundation.receipting import access, documents
from ledger import money
from receipts import bill_batches, bill_ends, bill_registers
from receipts.bill_batches import BatchInput
from receipts.bill_registers import BatchUse, BillFilter
from receipts.models import BILL_STATE_NAMES, BillColour, BillMedium, BillState

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("add-batch", help="登记一批领用的票据；财政系统开票时赋号的电子票据可不写起止号码。")
@click.option(
    "--medium",
    type=click.Choice([item.value for item in BillMedium]),
    default=BillMedium.ELECTRONIC.value,
    show_default=True,
    help="paper 纸质，electronic 电子。",
)
@click.option("--code", required=True, help="票据代码。")
@click.option("--first", default="", help="起始号码，保留前面的零。")
@click.option("--last", default="", help="终止号码。")
@click.option("--drawn-on", type=DAY, help="领用日期；默认为今天。")
@click.option("--keeper", default="", help="领用人；默认为操作人。")
@click.option("--licence", default="", help="财政票据领用证号。")
@pass_context
def add_batch(
    context: CommandContext,
    *,
    medium: str,
    code: str,
    first: str,
    last: str,
    drawn_on: datetime | None,
    keeper: str,
    licence: str,
) -> None:
    actor = context.require(access.RECORD)
    batch = BatchInput(
        medium=BillMedium(medium),
        code=code,
        drawn_on=day_of(context, drawn_on),
        keeper=keeper or actor,
        first_number=first,
        last_number=last,
        licence_number=licence,
    )
    with context.transaction() as session:
        key = bill_batches.add_batch(session, batch, actor=actor, clock=context.clock)
        (found,) = (use for use in bill_registers.list_batches(session) if use.id == key)
    context.answer(
        documents.of_batch(found),
        [
            context.text(
                "已登记批次 {batch}：代码 {code}，库存 {count} 份",
                batch=key,
                code=code,
                count=found.in_stock,
            )
        ],
    )


@click.command("batches", help="列出各批次的使用情况（领用登记簿、核销表）。")
@pass_context
def list_batches(context: CommandContext) -> None:
    context.require_reading(access.READ)
    with context.reading() as session:
        uses = bill_registers.list_batches(session)
    heads = (
        "批次",
        "代码",
        "起号",
        "止号",
        "库存",
        "已开具",
        "红字",
        "作废",
        "遗失",
        "金额",
        "核销",
    )
    rows = [_batch_cells(use) for use in uses]
    context.answer(
        {"batches": [documents.of_batch(use) for use in uses]},
        table([context.translate(head) for head in heads], rows, right="r   rrrrrr"),
    )


@click.command("list", help="列出票据号码及其状态（使用登记簿）。")
@click.option("--state", type=click.Choice([state.value for state in BillState]))
@click.option("--colour", type=click.Choice([colour.value for colour in BillColour]))
@click.option("--batch", type=int, help="批次。")
@click.option("--from", "first", type=DAY, help="开票日期从此日起。")
@click.option("--to", "last", type=DAY, help="开票日期到此日止。")
@click.option("--search", "text", default="", help="号码或交款人的一部分。")
@click.option("--limit", type=click.IntRange(1, 5000), default=50, show_default=True)
@click.option("--after", type=int, default=0, help="上一次输出的 next。")
@pass_context
def list_bills(
    context: CommandContext,
    *,
    state: str | None,
    colour: str | None,
    batch: int | None,
    first: datetime | None,
    last: datetime | None,
    text: str,
    limit: int,
    after: int,
) -> None:
    context.require_reading(access.READ)
    wanted = BillFilter(
        state=None if state is None else BillState(state),
        colour=None if colour is None else BillColour(colour),
        batch_id=batch,
        first_on=None if first is None else first.date(),
        last_on=None if last is None else last.date(),
        text=text,
    )
    with context.reading() as session:
        found = bill_registers.list_bills(session, wanted, limit=limit + 1, after_id=after)
        count, total = bill_registers.count_bills(session, wanted)
    shown = found[:limit]
    rows = [
        (
            bill.code,
            bill.number,
            context.translate(BILL_STATE_NAMES[bill.state]),
            "" if bill.issued_on is None else bill.issued_on.isoformat(),
            "" if bill.amount_minor is None else money.grouped(bill.amount_minor),
            bill.payer_name or "",
            bill.counterpart or "",
        )
        for bill in shown
    ]
    heads = ("代码", "号码", "状态", "开票日期", "金额", "交款人", "相关票据")
    context.answer(
        {
            "bills": [documents.of_bill(bill) for bill in shown],
            "count": count,
            "total": money.to_text(total),
            "next": shown[-1].id if len(found) > limit else None,
        },
        [
            *table([context.translate(head) for head in heads], rows, right="    r"),
            context.text("共 {count} 份，金额 {total}", count=count, total=money.grouped(total)),
        ],
    )


@click.command("void", help="作废纸质票据或未使用的号码（各联须全部保存）；--lost 登记遗失。")
@click.argument("code")
@click.argument("number")
@click.option("--reason", required=True, help="原因。")
@click.option("--date", "day", type=DAY, help="默认为今天。")
@click.option("--lost", is_flag=True, help="遗失，不是作废。")
@pass_context
def void(
    context: CommandContext,
    code: str,
    number: str,
    *,
    reason: str,
    day: datetime | None,
    lost: bool,
) -> None:
    actor = context.require(access.UNDO)
    act = bill_ends.lose if lost else bill_ends.void
    with context.transaction() as session:
        act(
            session,
            code,
            number,
            on=day_of(context, day),
            reason=reason,
            actor=actor,
            clock=context.clock,
        )
    state = BillState.LOST if lost else BillState.VOID
    name = context.translate(BILL_STATE_NAMES[state])
    context.answer(
        {"code": code, "number": number, "state": state.value},
        [context.text("票据 {code} {number}：{state}", code=code, number=number, state=name)],
    )


@click.command("write-off", help="登记财政部门已核销的批次；其中不得有未使用的号码。")
@click.argument("batch", type=int)
@click.option("--reference", required=True, help="核销文号。")
@click.option("--date", "day", type=DAY, help="核销日期；默认为今天。")
@pass_context
def write_off(context: CommandContext, batch: int, *, reference: str, day: datetime | None) -> None:
    actor = context.require(access.UNDO)
    with context.transaction() as session:
        bill_batches.write_off(
            session,
            batch,
            on=day_of(context, day),
            reference=reference,
            actor=actor,
            clock=context.clock,
        )
        (found,) = (use for use in bill_registers.list_batches(session) if use.id == batch)
    context.answer(documents.of_batch(found), [context.text("批次 {batch} 已核销", batch=batch)])


def _batch_cells(use: BatchUse) -> tuple[str, ...]:
    return (
        str(use.id),
        use.code,
        use.first_number or "",
        use.last_number or "",
        str(use.in_stock),
        str(use.issued),
        str(use.red_issued),
        str(use.void),
        str(use.lost),
        money.grouped(use.blue_minor + use.red_minor),
        "" if use.written_off_on is None else use.written_off_on.isoformat(),
    )


def day_of(context: CommandContext, given: datetime | None) -> date:
    """Return the day that was given, or today."""
    return context.clock.today() if given is None else given.date()

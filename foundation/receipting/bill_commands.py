"""Commands that record official bills: `bills record|link`."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from foundation.command_context import CommandContext, pass_context
from foundation.donors.models import DonorKind
from foundation.donors.particulars import guess_kind
from foundation.gifts import service as gifts
from foundation.receipting import access, bill_importing, bill_sources, billing, documents
from foundation.receipting.bill_stock_commands import DAY, day_of
from foundation.receipting.billing import Billed, BillEntry
from ledger import money
from ledger.errors import InvalidInput
from receipts import bill_files
from receipts.bill_entry import BillInput
from receipts.content import RecipientKind


@click.command(
    "record", help="登记已开具的票据：一张（用选项），或财政系统导出的文件（csv、xlsx、xml、zip）。"
)
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--code", default="", help="票据代码；文件没有此列时也用它。")
@click.option("--number", default="", help="票据号码。")
@click.option("--check-code", default="", help="校验码。")
@click.option("--date", "day", type=DAY, help="开票日期；默认为今天。")
@click.option("--payer", default="", help="交款人。")
@click.option("--payer-code", default="", help="交款单位的统一社会信用代码。")
@click.option("--amount", default="", help="金额；红字票据写负数。")
@click.option("--gift", "gift_references", multiple=True, help="所对应的捐赠，可多次给出。")
@click.option("--red-of", nargs=2, metavar="CODE NUMBER", help="所冲红的蓝字票据。")
@click.option("--reason", default="", help="冲红原因。")
@click.option("--skip-reason", default="", help="纸质票据跳号的原因。")
@click.option("--remark", default="", help="备注。")
@click.option(
    "--attach",
    "attached",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="财政系统下载的 pdf、ofd、xml 原件，可多次给出。",
)
@click.option("--confirm", is_flag=True, help="已核对与常见格式不同的代码、号码和校验码。")
@pass_context
def record(
    context: CommandContext,
    /,
    file: Path | None,
    *,
    confirm: bool,
    gift_references: tuple[str, ...],
    attached: tuple[Path, ...],
    day: datetime | None,
    red_of: tuple[str, str] | None,
    **typed: str,
) -> None:
    actor = context.require(access.RECORD)
    if (file is None) == (not typed["number"]):
        raise click.UsageError("请给出一个文件，或用 --number 等选项登记一张票据。")
    with context.transaction() as session:
        if file is not None:
            found = bill_sources.read(file, file.name, code=typed["code"])
            done = bill_importing.record(
                session,
                bill_importing.examine(session, found, file.name),
                folder=context.config.data_dir,
                is_confirmed=confirm,
                actor=actor,
                clock=context.clock,
            )
        else:
            bill = _typed_bill(day_of(context, day), red_of, typed)
            keys = tuple(gifts.find_key(session, text) for text in gift_references)
            done = billing.record_bills(
                session,
                [BillEntry(bill, keys)],
                is_confirmed=confirm,
                actor=actor,
                clock=context.clock,
            )
            _attach(context, session, done[0].bill.id, attached, actor)
    _answer_recorded(context, done)


@click.command("link", help="为已登记而未对应捐赠的票据指明捐赠。")
@click.argument("code")
@click.argument("number")
@click.option("--gift", "gift_references", multiple=True, required=True, help="捐赠编号。")
@pass_context
def link(
    context: CommandContext, code: str, number: str, *, gift_references: tuple[str, ...]
) -> None:
    actor = context.require(access.RECORD)
    with context.transaction() as session:
        keys = [gifts.find_key(session, text) for text in gift_references]
        billing.link_bill(session, code, number, keys, actor=actor, clock=context.clock)
    context.answer(
        {"code": code, "number": number, "gifts": len(keys)},
        [context.text("票据 {code} {number} 已对应 {count} 笔捐赠", code=code, number=number,
                      count=len(keys))],
    )  # fmt: skip


def _typed_bill(on: date, red_of: tuple[str, str] | None, typed: dict[str, str]) -> BillInput:
    if not typed["payer"] or not typed["amount"]:
        raise click.UsageError("登记一张票据应给出 --code、--number、--payer 和 --amount。")
    is_person = not typed["payer_code"] and guess_kind(typed["payer"]) is DonorKind.PERSON
    return BillInput(
        code=typed["code"],
        number=typed["number"],
        issued_on=on,
        payer_name=typed["payer"],
        payer_kind=RecipientKind.PERSON if is_person else RecipientKind.ORGANISATION,
        amount_minor=money.parse(typed["amount"]),
        check_code=typed["check_code"],
        payer_code=typed["payer_code"],
        remark=typed["remark"],
        skip_reason=typed["skip_reason"],
        reverses=red_of,
        reason=typed["reason"],
    )


def _attach(
    context: CommandContext, session: Session, bill_id: int, paths: Sequence[Path], actor: str
) -> None:
    for path in paths:
        if path.stat().st_size > bill_files.MAX_BYTES:
            raise InvalidInput(field="票据文件", reason="不能为空，最大 20 MB")
        bill_files.attach(
            session,
            bill_id,
            name=path.name,
            content=path.read_bytes(),
            folder=context.config.data_dir,
            actor=actor,
            clock=context.clock,
        )


def _answer_recorded(context: CommandContext, done: Sequence[Billed]) -> None:
    open_bills = billing.unmatched(done)
    if open_bills:
        context.say("{count} 张票据没有找到对应的捐赠，请用 bills link 指明", count=len(open_bills))
    numbers = [f"{each.bill.code} {each.bill.number}" for each in done]
    total = sum(each.bill.amount_minor for each in done)
    context.answer(
        {
            "issued": len(done),
            "first": numbers[0],
            "last": numbers[-1],
            "total": money.to_text(total),
            "bills": [documents.of_billed(each) for each in done],
            "unmatched": [f"{bill.code} {bill.number}" for bill in open_bills],
        },
        [
            context.text(
                "已登记 {count} 张票据，{first} 至 {last}，合计 {total}",
                count=len(done),
                first=numbers[0],
                last=numbers[-1],
                total=money.grouped(total),
            )
        ],
    )

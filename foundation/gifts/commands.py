"""Commands for gifts: `gifts import|list|show|record`; for their changes see `change_commands`."""

from typing import Any

import click
from sqlalchemy.orm import Session

from foundation.command_context import CommandContext, pass_context, table
from foundation.donors import particulars
from foundation.donors import service as donors
from foundation.donors.commands import find_vault
from foundation.donors.models import DonorKind
from foundation.donors.service import DonorInput, DonorRef
from foundation.gifts import (
    change_commands,
    documents,
    gift_answer,
    gift_view,
    labels,
    queries,
    service,
)
from foundation.gifts.entry import GiftInput
from foundation.gifts.filtering import GiftFilter
from foundation.gifts.kinds import GiftKind, GiftMethod, GiftState
from foundation.http import lists
from foundation.http.lists import PageRequest
from foundation.imports.commands import import_gifts
from foundation.users.permissions import Permission
from ledger import money
from ledger.errors import InvalidInput

DAY = click.DateTime(["%Y-%m-%d"])


@click.group(help="捐赠：导入登记表、列示、查看、登记、更正、作废、退款、撤销。")
def gifts() -> None:
    """Group the commands for gifts."""


for command in (import_gifts, *change_commands.COMMANDS):
    gifts.add_command(command)


@gifts.command("list", help="列出捐赠，最近的在前。")
@click.option("--donor", type=int, help="捐赠人编号。")
@click.option("--fund", default="", help="基金编码。")
@click.option("--from", "first", type=DAY, help="收到日期从此日起。")
@click.option("--to", "last", type=DAY, help="收到日期到此日止。")
@click.option("--state", type=click.Choice([state.value for state in GiftState]))
@click.option("--kind", type=click.Choice([kind.value for kind in GiftKind]))
@click.option("--batch", type=int, help="导入批次。")
@click.option("--search", "text", default="", help="编号、捐赠人、金额或流水号。")
@click.option("--limit", type=click.IntRange(1, lists.HIGHEST_LIMIT), default=50, show_default=True)
@click.option("--cursor", help="上一次输出的 next。")
@pass_context
def list_gifts(context: CommandContext, /, *, limit: int, cursor: str | None, **given: Any) -> None:
    context.require_reading(Permission.GIFTS_READ)
    first, last = given["first"], given["last"]
    wanted = GiftFilter(
        donor_id=given["donor"],
        fund=given["fund"],
        first_on=None if first is None else first.date(),
        last_on=None if last is None else last.date(),
        state=None if given["state"] is None else GiftState(given["state"]),
        kind=None if given["kind"] is None else GiftKind(given["kind"]),
        batch_id=given["batch"],
        text=given["text"],
    )
    with context.reading() as session:
        page = queries.search(session, wanted, PageRequest(limit=limit, cursor=cursor))
    rows = [
        (
            row.reference,
            row.received_on.isoformat(),
            context.translate(labels.STATES[row.state][0]),
            money.grouped(row.amount_minor),
            " ".join(row.funds),
            row.donor_name,
        )
        for row in page.items
    ]
    names = ("编号", "收到日期", "状态", "金额", "基金", "捐赠人")
    context.answer(
        {
            "gifts": [documents.of_row(row) for row in page.items],
            "count": page.count,
            "total": money.to_text(page.total_minor),
            "remaining": money.to_text(page.remaining_minor),
            "next": page.next,
        },
        [
            *table([context.translate(name) for name in names], rows, right="   r"),
            context.text(
                "共 {count} 笔，金额合计 {total}",
                count=page.count,
                total=money.grouped(page.total_minor),
            ),
        ],
    )


@gifts.command("show", help="查看一笔捐赠。")
@click.argument("reference")
@pass_context
def show_gift(context: CommandContext, reference: str) -> None:
    context.require_reading(Permission.GIFTS_READ)
    with context.reading() as session:
        view = gift_view.get_view(session, reference)
    gift_answer.answer(context, view)


@gifts.command("record", help="登记一笔货币捐赠，凭证提交审核。")
@click.option("--donor", type=int, help="捐赠人编号；或用 --donor-name。")
@click.option("--donor-name", help="捐赠人名称；账簿中没有时新建。")
@click.option("--donor-kind", type=click.Choice([kind.value for kind in DonorKind]))
@click.option("--credit-code", default="", help="统一社会信用代码。")
@click.option("--date", "day", type=DAY, required=True, help="收到日期。")
@click.option("--amount", required=True, help="人民币金额，如 120000.00。")
@click.option("--account", required=True, help="收款科目编码。")
@click.option(
    "--fund",
    "funds",
    multiple=True,
    required=True,
    metavar="CODE[=AMOUNT]",
    help="基金，可重复；几个基金时写明各自金额。",
)
@click.option("--kind", type=click.Choice(["cash", "conditional"]), default="cash")
@click.option("--method", type=click.Choice([item.value for item in GiftMethod]), default="bank")
@click.option("--reference", default="", help="银行流水号。")
@click.option("--agreement", default="", help="捐赠协议编号。")
@click.option("--anonymous", is_flag=True, help="不公开捐赠人。")
@click.option("--note", default="", help="备注。")
@click.option("--attachments", type=click.IntRange(0, 9999), default=1, help="原始凭证张数。")
@pass_context
def record_gift(context: CommandContext, /, **given: Any) -> None:
    actor = context.require(Permission.GIFTS_RECORD)
    amount = money.parse_positive(given["amount"])
    with context.transaction() as session:
        entry = GiftInput(
            donor=_donor(session, context, given, actor=actor),
            received_on=given["day"].date(),
            amount_minor=amount,
            account_code=given["account"],
            allocations=tuple(
                (code, amount if part is None else part)
                for code, part in change_commands.parse_funds(given["funds"])
            ),
            kind=GiftKind(given["kind"]),
            method=GiftMethod(given["method"]),
            is_anonymous=given["anonymous"],
            agreement=given["agreement"] or None,
            bank_reference=given["reference"] or None,
            note=given["note"] or None,
            attachment_count=given["attachments"],
        )
        made = service.record_gift(session, entry, actor=actor, clock=context.clock)
        view = gift_view.get_view(session, made.reference)
    gift_answer.answer(context, view)


def _donor(
    session: Session, context: CommandContext, given: dict[str, Any], *, actor: str
) -> DonorRef:
    if (given["donor"] is None) == (not given["donor_name"]):
        raise InvalidInput(field="捐赠人", reason="请给出 --donor 或 --donor-name 之一")
    if given["donor"] is not None:
        return donors.get_ref(session, given["donor"])
    name = given["donor_name"]
    kind = given["donor_kind"]
    entry = DonorInput(
        name=name,
        kind=DonorKind(kind) if kind else particulars.guess_kind(name),
        credit_code=given["credit_code"],
    )
    return donors.find_or_record(
        session, entry, vault=find_vault(context), actor=actor, clock=context.clock
    )


COMMANDS = (gifts,)

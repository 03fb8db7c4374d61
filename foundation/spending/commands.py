"""Commands for spending: `spending list|show|request|submit|approve|return|pay|book|cancel`."""

import json
from pathlib import Path
from typing import Any

import click
from marshmallow import ValidationError

from foundation.command_context import CommandContext, pass_context, table
from foundation.http.lists import PageRequest
from foundation.spending import api, approvals, documents, drafts, paying, queries, steps
from foundation.spending.models import SpendingState
from foundation.spending.queries import SpendingFilter
from foundation.spending.schemas import NewRequest
from foundation.users.permissions import Permission
from ledger.errors import InvalidInput
from ledger.money import grouped

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(help="支出：申请、审批、付款、制证。")
def spending() -> None:
    """Group the commands for spending."""


@spending.command("list", help="列出支出申请，最近的在前。")
@click.option("--state", type=click.Choice([state.value for state in SpendingState]))
@click.option("--fund", default="", help="基金编码。")
@click.option("--search", "text", default="", help="编号、收款方或事由。")
@click.option("--limit", type=click.IntRange(1, 500), default=50, help="最多列多少行。")
@click.option("--cursor", help="从上一次给出的位置继续。")
@pass_context
def list_requests(context: CommandContext, /, **given: Any) -> None:
    context.require_reading(Permission.SPENDING_READ)
    state = SpendingState(given["state"]) if given["state"] else None
    wanted = SpendingFilter(state, given["text"], given["fund"])
    with context.reading() as session:
        page = queries.rows(session, wanted, PageRequest(given["limit"], given["cursor"]))
        sums = queries.add_up(session, wanted)
    found = [documents.of_row(row) for row in page.items]
    heads = [context.translate(head) for head in ("编号", "状态", "收款方", "事由", "金额")]
    lines = [
        (
            item["reference"],
            context.translate(steps.STATE_WORDS[row.state]),
            item["payee"],
            item["summary"],
            grouped(row.total_minor),
        )
        for item, row in zip(found, page.items, strict=True)
    ]
    total = {"count": sums.count, "total_minor": sums.total_minor}
    context.answer(
        {"requests": found, "next": page.next, **total}, table(heads, lines, right="    r")
    )


@spending.command("show", help="显示一项申请及其审批。")
@click.argument("reference")
@pass_context
def show(context: CommandContext, reference: str) -> None:
    context.require_reading(Permission.SPENDING_READ)
    _answer(context, reference)


@spending.command("request", help="从 JSON 文件（同接口的格式）录入申请草稿；--submit 同时提交。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--submit", "is_submitted", is_flag=True, help="同时提交审批。")
@pass_context
def request(context: CommandContext, file: Path, *, is_submitted: bool) -> None:
    actor = context.require(Permission.SPENDING_REQUEST)
    entry = api.entry_of(_read(file))
    with context.transaction() as session:
        made = drafts.save_draft(session, entry, actor=actor, clock=context.clock)
        if is_submitted:
            approvals.submit(session, made.id, actor=actor, clock=context.clock)
    _answer(context, str(made.id))


def _read(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        found: dict[str, Any] = NewRequest().load(document)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InvalidInput(field="文件", reason=f"不是有效的 JSON：{error}") from None
    except ValidationError as error:
        text = json.dumps(error.messages, ensure_ascii=False)
        raise InvalidInput(field="文件", reason=text) from None
    return found


@spending.command("submit", help="提交草稿审批。")
@click.argument("reference")
@pass_context
def submit(context: CommandContext, reference: str) -> None:
    actor = context.require(Permission.SPENDING_REQUEST)
    with context.transaction() as session:
        key = queries.find_key(session, reference)
        approvals.submit(session, key, actor=actor, clock=context.clock)
    _answer(context, reference)


@spending.command("approve", help="批准他人提出的申请。")
@click.argument("reference")
@click.option("--note", help="审批意见。")
@pass_context
def approve(context: CommandContext, reference: str, note: str | None) -> None:
    actor = context.require(Permission.SPENDING_APPROVE)
    with context.transaction() as session:
        key = queries.find_key(session, reference)
        approvals.approve(session, key, remark=note, actor=actor, clock=context.clock)
    _answer(context, reference)


@spending.command("return", help="退回申请人修改。")
@click.argument("reference")
@click.option("--reason", required=True, help="退回原因。")
@pass_context
def send_back(context: CommandContext, reference: str, reason: str) -> None:
    actor = context.require(Permission.SPENDING_APPROVE)
    with context.transaction() as session:
        key = queries.find_key(session, reference)
        approvals.send_back(session, key, remark=reason, actor=actor, clock=context.clock)
    _answer(context, reference)


@spending.command("pay", help="登记已批准申请的付款。")
@click.argument("reference")
@click.option("--account", required=True, help="付款的银行或现金科目，如 100201。")
@click.option("--on", "day", type=_DAY, help="付款日期；默认为今天。")
@click.option("--bank-reference", help="银行流水号。")
@pass_context
def pay(context: CommandContext, /, reference: str, **given: Any) -> None:
    actor = context.require(Permission.SPENDING_PAY)
    paid_on = given["day"].date() if given["day"] else context.clock.today()
    with context.transaction() as session:
        paying.pay(
            session,
            queries.find_key(session, reference),
            account_code=given["account"],
            paid_on=paid_on,
            payment_reference=given["bank_reference"],
            actor=actor,
            clock=context.clock,
        )
    _answer(context, reference)


@spending.command("book", help="为已付款的申请编制凭证并提交审核。")
@click.argument("reference")
@click.option("--attachments", type=click.IntRange(1, 9999), default=1, help="附件张数。")
@pass_context
def book(context: CommandContext, reference: str, attachments: int) -> None:
    actor = context.require(Permission.SPENDING_REQUEST)
    with context.transaction() as session:
        key = queries.find_key(session, reference)
        paying.book(session, key, attachments=attachments, actor=actor, clock=context.clock)
    _answer(context, reference)


@spending.command("cancel", help="撤销尚未付款的申请。")
@click.argument("reference")
@click.option("--reason", required=True, help="撤销原因。")
@pass_context
def cancel(context: CommandContext, reference: str, reason: str) -> None:
    actor = context.require(Permission.SPENDING_REQUEST)
    with context.transaction() as session:
        key = queries.find_key(session, reference)
        paying.cancel(session, key, reason=reason, actor=actor, clock=context.clock)
    _answer(context, reference)


def _answer(context: CommandContext, reference: str) -> None:
    with context.reading() as session:
        view = queries.view(session, queries.find_key(session, reference))
        document = documents.of_view(view)
        words = context.translate(steps.STATE_WORDS[view.request.state])
    line = f"{view.reference}  {words}  {view.request.payee_name}  {document['amount']}"
    context.answer(document, [line])


COMMANDS: tuple[click.Command, ...] = (spending,)

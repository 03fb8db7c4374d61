"""Commands for vouchers: `vouchers import|list|show|review|post|reverse`."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from foundation.books import documents, importing, reading, service, voucher_view
from foundation.books.reading import VoucherFilter
from foundation.books.voucher_file_reading import read
from foundation.command_context import CommandContext, pass_context, table
from foundation.http import lists
from foundation.http.lists import PageRequest
from foundation.users.permissions import Permission
from ledger import money, posting
from ledger.posting import Outcome
from ledger.vouchers import VoucherState


@click.group(help="记账凭证：导入、列示、审核、记账、红字冲销。")
def vouchers() -> None:
    """Group the commands for vouchers."""


@vouchers.command(
    "import", help="从文件导入凭证（期初余额、科目、基金一并导入），成为待审核的凭证。"
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_context
def import_vouchers(context: CommandContext, file: Path) -> None:
    actor = context.require(Permission.VOUCHERS_PREPARE)
    found = read(file.read_bytes())
    with (
        context.progress("导入凭证", len(found.vouchers)) as advance,
        context.transaction() as session,
    ):
        done = importing.import_file(
            session, found, actor=actor, clock=context.clock, progress=advance
        )
    for name, added in (("会计期间", done.periods), ("科目", done.accounts), ("基金", done.funds)):
        if added:
            what = context.translate(name)
            context.say("新增{what}：{added}", what=what, added="、".join(added))
    if done.duplicates:
        context.say("已在账簿中的 {count} 张凭证未重复导入", count=done.duplicates)
    context.answer(
        {
            "vouchers": len(done.keys),
            "posted": 0,
            "total": money.to_text(done.total_minor),
            "duplicates": done.duplicates,
            "accounts": list(done.accounts),
            "funds": list(done.funds),
            "periods": list(done.periods),
        },
        [
            context.text(
                "已导入 {count} 张凭证，合计 {total}，等待审核",
                count=len(done.keys),
                total=money.grouped(done.total_minor),
            )
        ],
    )


@vouchers.command("list", help="列出凭证。")
@click.option("--state", type=click.Choice([state.value for state in VoucherState]))
@click.option("--period", help="2026、2026-03 或 2026-Q1。")
@click.option("--fund", default="", help="基金编码。")
@click.option("--account", default="", help="科目编码，含其明细。")
@click.option("--search", "text", default="", help="凭证号、摘要或金额。")
@click.option("--limit", type=click.IntRange(1, lists.HIGHEST_LIMIT), default=50, show_default=True)
@click.option("--cursor", help="上一次输出的 next。")
@pass_context
def list_vouchers(
    context: CommandContext,
    *,
    state: str | None,
    period: str | None,
    fund: str,
    account: str,
    text: str,
    limit: int,
    cursor: str | None,
) -> None:
    context.require_reading(Permission.BOOKS_READ)
    first, last = (None, None) if period is None else reading.span_of(period)
    wanted = VoucherFilter(
        first_period=first,
        last_period=last,
        state=None if state is None else VoucherState(state),
        fund=fund,
        account=account,
        text=text,
    )
    with context.reading() as session:
        page = reading.search(session, wanted, PageRequest(limit=limit, cursor=cursor))
    rows = [
        (
            str(row.id),
            row.label,
            row.booked_on.isoformat(),
            row.state.value,
            money.grouped(row.total_minor),
            row.summary,
        )
        for row in page.items
    ]
    heads = [context.translate(head) for head in ("#", "凭证号", "日期", "状态", "金额", "摘要")]
    context.answer(
        {
            "vouchers": [documents.of_row(row) for row in page.items],
            "posted": page.posted,
            "total": money.to_text(page.total_minor),
            "count": page.count,
            "next": page.next,
        },
        [
            *table(heads, rows, right="r   r "),
            context.text(
                "共 {count} 张，其中已记账 {posted} 张，合计 {total}",
                count=page.count,
                posted=page.posted,
                total=money.grouped(page.total_minor),
            ),
        ],
    )


@vouchers.command("show", help="显示一张凭证及其操作记录。")
@click.argument("voucher", type=int)
@pass_context
def show_voucher(context: CommandContext, voucher: int) -> None:
    context.require_reading(Permission.BOOKS_READ)
    with context.reading() as session:
        view = voucher_view.get_voucher(session, voucher)
        acts = voucher_view.history(session, view)
    rows = [
        (
            line.account_code,
            line.account_name,
            line.fund_code,
            money.grouped(line.debit_minor) if line.debit_minor else "",
            money.grouped(line.credit_minor) if line.credit_minor else "",
        )
        for line in view.lines
    ]
    heads = [context.translate(head) for head in ("科目", "名称", "基金", "借方", "贷方")]
    context.answer(
        {"voucher": documents.of_view(view) | {"history": [documents.of_act(a) for a in acts]}},
        [
            f"{view.row.label}  {view.row.booked_on}  {view.row.summary}  ({view.row.state})",
            *table(heads, rows, right="   rr"),
            *(f"{act.at:%Y-%m-%d %H:%M}Z  {act.actor}  {act.action}" for act in acts),
        ],
    )


@vouchers.command("review", help="审核待审核的凭证；制单人不能审核自己的凭证。")
@click.argument("ids", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="全部待审核的凭证。")
@pass_context
def review_vouchers(context: CommandContext, ids: tuple[int, ...], *, everything: bool) -> None:
    actor = context.require(Permission.VOUCHERS_REVIEW)
    with context.transaction() as session:
        keys = _chosen(session, ids, VoucherState.SUBMITTED, everything=everything)
        outcome = posting.review(session, keys, actor=actor, clock=context.clock)
        _answer_outcome(context, session, keys, outcome, posted=0)


@vouchers.command("post", help="将已审核的凭证记账，给出连续编号；记账后不可修改。")
@click.argument("ids", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="全部已审核的凭证。")
@pass_context
def post_vouchers(context: CommandContext, ids: tuple[int, ...], *, everything: bool) -> None:
    actor = context.require(Permission.VOUCHERS_POST)
    with context.transaction() as session:
        keys = _chosen(session, ids, VoucherState.REVIEWED, everything=everything)
        with context.progress("记账", len(keys)) as advance:
            outcome = posting.post(
                session, keys, actor=actor, clock=context.clock, progress=advance
            )
        _answer_outcome(context, session, keys, outcome, posted=len(outcome.done))


@vouchers.command("reverse", help="编制红字冲销凭证，须注明原因；经审核、记账后生效。")
@click.argument("voucher", type=int)
@click.option("--reason", required=True, help="冲销原因。")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="默认为今天。")
@pass_context
def reverse_voucher(
    context: CommandContext, voucher: int, *, reason: str, day: datetime | None
) -> None:
    actor = context.require(Permission.VOUCHERS_PREPARE)
    booked_on: date = context.clock.today() if day is None else day.date()
    with context.transaction() as session:
        key = service.reverse(
            session,
            voucher,
            booked_on=booked_on,
            reason=reason,
            actor=actor,
            clock=context.clock,
        )
        view = voucher_view.get_voucher(session, key)
    context.answer(
        {"voucher": documents.of_view(view)},
        [context.text("已编制红字凭证 #{id}：{summary}", id=key, summary=view.row.summary)],
    )


def _chosen(
    session: Session, ids: Sequence[int], state: VoucherState, *, everything: bool
) -> list[int]:
    if everything == bool(ids):
        raise click.UsageError("请给出凭证编号，或用 --all 处理全部。")
    return posting.list_waiting(session, state) if everything else list(dict.fromkeys(ids))


def _answer_outcome(
    context: CommandContext,
    session: Session,
    keys: Sequence[int],
    outcome: Outcome,
    *,
    posted: int,
) -> None:
    labels = voucher_view.find_labels(session, [item.voucher_id for item in outcome.excluded])
    excluded = [
        documents.of_exclusion(
            item, labels.get(item.voucher_id, ""), reason=context.describe(item.error)
        )
        for item in outcome.excluded
    ]
    total = service.total_of(session, outcome.done)
    if not keys:
        context.say("没有需要处理的凭证")
    context.answer(
        {
            "vouchers": len(outcome.done),
            "posted": posted,
            "total": money.to_text(total),
            "excluded": excluded,
        },
        [
            context.text(
                "已处理 {count} 张，合计 {total}；未处理 {excluded} 张",
                count=len(outcome.done),
                total=money.grouped(total),
                excluded=len(excluded),
            ),
            *(f"  #{item['id']} {item['voucher']}：{item['reason']}" for item in excluded),
        ],
    )

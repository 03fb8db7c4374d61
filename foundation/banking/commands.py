"""Commands for the bank: `bank import|idle|match|status|reconcile|account`."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from foundation.banking import (
    accounts,
    documents,
    examining,
    importing,
    labels,
    mappings,
    matches,
    month_end,
    reconciling,
    standing,
)
from foundation.banking.columns import NOTE, ROLE_NAMES
from foundation.banking.examining import StatementRequest
from foundation.banking.matches import Matched
from foundation.banking.models import ItemKind
from foundation.banking.recognition import Mapping
from foundation.command_context import CommandContext, pass_context, table
from foundation.donors.commands import get_vault
from foundation.imports import reading
from foundation.imports.refusals import MappingInvalid
from foundation.users.permissions import Permission
from ledger import money
from ledger.errors import InvalidInput
from ledger.periods import parse_period, text_of


@click.group(help="银行：导入对账单、勾对、编制余额调节表。")
def bank() -> None:
    """Group the commands for the bank."""


@bank.command("import", help="导入银行对账单（.xlsx、.xls、.csv）。全部导入，或一行也不导入。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--account", required=True, help="银行存款科目编码，如 100201。")
@click.option("--opening", help="期初余额；对账单没有余额列时填写。")
@click.option(
    "--through",
    type=click.DateTime(["%Y-%m-%d"]),
    help="对账单截止日期；默认为最后一笔的日期。",
)
@click.option("--accept-gap", "reason", help="余额不连续时仍导入，写明原因，留存备查。")
@click.option("--sheet", help="工作表名称。")
@click.option(
    "--mapping",
    "columns",
    multiple=True,
    metavar="ROLE=COLUMN",
    help="指定列的序号，可重复：如 date=1、amount=3；header=2 为表头行。",
)
@click.option("--dry-run", is_flag=True, help="只检查，不写入任何数据。")
@pass_context
def import_statement(
    context: CommandContext,
    file: Path,
    *,
    account: str,
    opening: str | None,
    through: datetime | None,
    reason: str | None,
    sheet: str | None,
    columns: tuple[str, ...],
    dry_run: bool,
) -> None:
    actor = context.require(Permission.BANK_RECORD)
    wanted = StatementRequest(
        account_code=account,
        opening_minor=None if opening is None else money.parse(opening),
        through=None if through is None else through.date(),
        gap_reason=reason,
    )
    source = reading.open_register(file, file.name)
    mapping = _mapping(columns, file.name, sheet) if columns else None
    if dry_run:
        with context.reading() as session:
            understood = mappings.understand(session, source, sheet=sheet, mapping=mapping)
            found = examining.examine(session, understood, wanted, clock=context.clock)
        answer = documents.of_examination(found, imported=0, statement=None)
    else:
        vault = get_vault(context)
        with context.transaction() as session:
            understood = mappings.understand(session, source, sheet=sheet, mapping=mapping)
            result = importing.import_statement(
                session, understood, wanted, vault=vault, actor=actor, clock=context.clock
            )
            if mapping is not None:
                mappings.remember(
                    session, understood.signature, mapping, actor=actor, clock=context.clock
                )
        answer = documents.of_examination(
            result.examination, imported=result.imported, statement=result.statement_id
        )
    context.answer(answer, _import_lines(context, answer))


@bank.command("idle", help="登记一个账户截至某日没有收支，余额须与银行一致。")
@click.option("--account", required=True, help="银行存款科目编码。")
@click.option("--through", type=click.DateTime(["%Y-%m-%d"]), required=True, help="截止日期。")
@click.option("--balance", required=True, help="银行对账单上的余额。")
@pass_context
def idle(context: CommandContext, *, account: str, through: datetime, balance: str) -> None:
    actor = context.require(Permission.BANK_RECORD)
    with context.transaction() as session:
        key = importing.record_idle(
            session,
            account,
            through=through.date(),
            balance_minor=money.parse(balance),
            actor=actor,
            clock=context.clock,
        )
    context.answer({"statement": key}, [context.text("已登记，编号 {key}", key=key)])


@bank.command("match", help="自动勾对有把握的流水，其余留给人工。")
@click.option("--account", help="银行存款科目编码；默认全部账户。")
@pass_context
def match(context: CommandContext, *, account: str | None) -> None:
    actor = context.require(Permission.BANK_RECORD)
    with context.transaction() as session:
        if account is not None:
            chosen = [accounts.get_account(session, account)]
        else:
            chosen = [one for one in accounts.list_accounts(session) if one.id is not None]
        done: list[Matched] = [
            matches.match_automatically(session, one, actor=actor, clock=context.clock)
            for one in chosen
        ]
    context.answer(
        {
            "matched": sum(one.matches for one in done),
            "lines": sum(one.lines for one in done),
            "open": sum(one.open_lines for one in done),
            "accounts": [
                {
                    "account": one.account,
                    "matches": one.matches,
                    "lines": one.lines,
                    "open_lines": one.open_lines,
                    "open_amount": money.to_text(one.open_minor),
                }
                for one in done
            ],
        },
        [
            context.text(
                "{account}：勾对 {matches} 组 {lines} 笔，尚余 {left} 笔",
                account=one.account,
                matches=one.matches,
                lines=one.lines,
                left=one.open_lines,
            )
            for one in done
        ],
    )


@bank.command("status", help="列出各银行账户的余额、未勾对流水和各月核对情况。")
@click.option("--period", help="只看一个月；默认最近六个月。")
@pass_context
def status(context: CommandContext, *, period: str | None) -> None:
    context.require_reading(Permission.BANK_READ)
    key = None if period is None else parse_period(period)
    with context.reading() as session:
        states = standing.overview(session, clock=context.clock, month_count=600 if key else 6)
    found = [documents.of_state(state) for state in states]
    if key is not None:
        for one in found:
            one["months"] = [m for m in one["months"] if m["period"] == text_of(key)]
    heads = [context.translate(head) for head in ("账户", "月份", "状态", "流水", "未勾对")]
    rows = [
        (
            one["account"],
            month["period"],
            context.translate(labels.STATES[month["state"]][0]),
            str(month["lines"]),
            str(month["open_lines"]),
        )
        for one in found
        for month in one["months"]
        or [{"period": "", "state": "no_statement", "lines": 0, "open_lines": 0}]
    ]
    context.answer({"accounts": found}, table(heads, rows, right="   rr"))


@bank.command("reconcile", help="编制一个月的余额调节表；--review 复核，--withdraw 撤回。")
@click.option("--account", required=True, help="银行存款科目编码。")
@click.option("--period", required=True, help="月份，如 2026-03。")
@click.option("--explain", default="", help="调节后余额不符时的原因，留存备查。")
@click.option("--review", "reviews", is_flag=True, help="复核另一人编制的调节表。")
@click.option("--withdraw", "reason", help="撤回调节表，写明原因。")
@click.option("--show", is_flag=True, help="只显示，不编制。")
@pass_context
def reconcile(
    context: CommandContext,
    *,
    account: str,
    period: str,
    explain: str,
    reviews: bool,
    reason: str | None,
    show: bool,
) -> None:
    key = parse_period(period)
    if reviews + (reason is not None) + show > 1:
        raise InvalidInput(field="选项", reason="--review、--withdraw、--show 只能选一个")
    if show:
        context.require_reading(Permission.BANK_READ)
        with context.reading() as session:
            found = month_end.month(session, accounts.get_account(session, account), key)
        context.answer(documents.of_month(found), _month_lines(context, documents.of_month(found)))
        return
    actor = context.require(Permission.VOUCHERS_REVIEW if reviews else Permission.BANK_RECORD)
    who: dict[str, Any] = {"actor": actor, "clock": context.clock}
    with context.transaction() as session:
        chosen = accounts.get_account(session, account)
        if reviews:
            reconciling.review(session, chosen, key, **who)
        elif reason is not None:
            reconciling.withdraw(session, chosen, key, reason=reason, **who)
        else:
            reconciling.prepare(session, chosen, key, explanation=explain, **who)
        document = documents.of_month(month_end.month(session, chosen, key))
    context.answer(document, _month_lines(context, document))


@bank.command("account", help="登记或更改银行账户的开户行、账号和从哪个月起结账前须核对。")
@click.argument("code")
@click.option("--bank", "name", default="", help="开户银行。")
@click.option("--number", default="", help="账号。")
@click.option("--required-from", default="", help="从此月份起，结账前须有已复核的余额调节表。")
@click.option("--reason", required=True, help="原因，留存于操作日志。")
@pass_context
def account(
    context: CommandContext, code: str, *, name: str, number: str, required_from: str, reason: str
) -> None:
    actor = context.require(Permission.PERIODS_CLOSE)
    with context.transaction() as session:
        found = accounts.change(
            session,
            code,
            bank=name,
            number=number,
            required_from=required_from or None,
            reason=reason,
            actor=actor,
            clock=context.clock,
        )
    context.answer(documents.of_account(found), [context.text("已更改 {account}", account=code)])


def _mapping(given: tuple[str, ...], filename: str, sheet: str | None) -> Mapping:
    columns: dict[str, int] = {}
    notes: list[int] = []
    header = 0
    for text in given:
        role, _, number = text.partition("=")
        if not (number.isascii() and number.isdigit()) or (
            role not in ROLE_NAMES and role != "header"
        ):
            raise MappingInvalid(
                filename=filename, reason=f"“{text}”应写作 角色=列的序号，例如 date=1"
            )
        if role == "header":
            header = int(number)
        elif role == NOTE:
            notes.append(int(number) - 1)
        else:
            columns[role] = int(number) - 1
    return Mapping(columns, tuple(notes), header, sheet)


def _import_lines(context: CommandContext, answer: dict[str, Any]) -> list[str]:
    first = date.fromisoformat(answer["from"])
    return [
        context.text(
            "{account}：{first} 至 {last}，{rows} 笔，新导入 {imported} 笔，已有 {known} 笔",
            account=answer["account"],
            first=first.isoformat(),
            last=answer["through"],
            rows=answer["rows"],
            imported=answer["imported"],
            known=answer["duplicates"],
        ),
        context.text(
            "期初 {opening}，收入 {received}，支出 {paid}，期末 {closing}",
            opening=answer["opening"],
            received=answer["received"],
            paid=answer["paid"],
            closing=answer["closing"],
        ),
        *(row["reason"] for row in answer["rejected"]),
        *answer["gaps"],
    ]


def _month_lines(context: CommandContext, found: dict[str, Any]) -> list[str]:
    rows = [
        (context.translate("账面余额"), found["books"]),
        (
            context.translate(labels.KINDS[ItemKind.BANK_RECEIVED]),
            found["bank_received"],
        ),
        (context.translate(labels.KINDS[ItemKind.BANK_PAID]), found["bank_paid"]),
        (context.translate("调节后余额"), found["adjusted_books"]),
        (context.translate("银行对账单余额"), found["bank"]),
        (
            context.translate(labels.KINDS[ItemKind.BOOKS_RECEIVED]),
            found["books_received"],
        ),
        (context.translate(labels.KINDS[ItemKind.BOOKS_PAID]), found["books_paid"]),
        (context.translate("调节后余额"), found["adjusted_bank"]),
        (context.translate("差额"), found["difference"]),
    ]
    kept = found["kept"]
    said = labels.STATES["unreconciled" if kept is None else kept["state"]][0]
    return [
        *table([found["account"], found["period"]], rows, right=" r"),
        context.translate(labels.STATES["stale"][0] if found["stale"] else said),
    ]


COMMANDS: tuple[click.Command, ...] = (bank,)

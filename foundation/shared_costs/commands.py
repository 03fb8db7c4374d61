"""Commands for shared costs: `spending allocate`, and `spending keys` beside it."""

from typing import Any

import click

from foundation.command_context import CommandContext, pass_context, table
from foundation.shared_costs import documents, labels, queries, runs, steps
from foundation.spending.commands import spending
from foundation.users.permissions import Permission
from ledger import catalogue


@spending.command("keys", help="列出共同费用分配办法的各个版本。")
@pass_context
def list_keys(context: CommandContext) -> None:
    context.require_reading(Permission.BOOKS_READ)
    with context.reading() as session:
        rows = queries.list_keys(session)
        views = [queries.view_key(session, key.code, key.version) for key, _ in rows]
        found = [documents.of_key(view) for view in views]
    heads = [context.translate(head) for head in ("办法编号", "版本", "名称", "分配基础", "状态")]
    lines = [
        (
            key.code,
            str(key.version),
            key.name,
            context.translate(labels.BASES[key.basis]),
            context.translate(labels.KEY_STATES[key.state][0]),
        )
        for key, _ in rows
    ]
    context.answer({"keys": found}, table(heads, lines, right=" r   "))


@spending.command("allocate", help="按分配办法分配一个月、季度或年度的共同费用，编制一张凭证。")
@click.option("--key", "code", required=True, help="分配办法编号。")
@click.option("--period", required=True, help="会计期间：2026-03、2026-Q1 或 2026。")
@click.option("--account", required=True, help="资金随费用在基金间划转的账户，如 100201。")
@click.option("--dry-run", "is_dry", is_flag=True, help="只计算，不制证。")
@pass_context
def allocate(context: CommandContext, /, **given: Any) -> None:
    actor = context.require(Permission.VOUCHERS_PREPARE)
    months = steps.read_months(given["period"])
    code, account = given["code"], given["account"]
    if given["is_dry"]:
        with context.reading() as session:
            found = runs.preview(session, code, months, held_in=account)
            document = documents.of_preview(found, catalogue.load(session))
    else:
        with context.transaction() as session:
            made = runs.run(
                session, code, months, held_in=account, actor=actor, clock=context.clock
            )
            document = documents.of_run(queries.view_run(session, str(made.id)))
    heads = [context.translate(head) for head in ("来源", "职能", "基金", "金额")]
    lines = [
        (
            line["source"],
            context.translate(labels.FUNCTIONS[line["function"]]),
            line["fund"],
            line["amount"],
        )
        for line in document["lines"]
    ]
    context.answer(document, table(heads, lines, right="   r"))


# The group belongs to spending; these join it.
COMMANDS: tuple[click.Command, ...] = ()

"""Commands for the registers: `assets list|depreciate`."""

import click

from foundation.assets import depreciation, queries
from foundation.command_context import CommandContext, pass_context, table
from foundation.users.permissions import Permission
from ledger.errors import InvalidInput
from ledger.money import grouped, to_text
from ledger.periods import text_of


@click.group(help="资产：登记簿、折旧与摊销。")
def assets() -> None:
    """Group the commands for the registers."""


@assets.command("list", help="列出在用的固定资产和无形资产及其净值。")
@pass_context
def list_assets(context: CommandContext) -> None:
    context.require_reading(Permission.BOOKS_READ)
    with context.reading() as session:
        rows = queries.list_cards(session, context.clock.today())
        found = [
            {
                "number": row.card.number,
                "name": row.card.name,
                "kind": row.card.kind.value,
                "acquired_on": row.card.acquired_on.isoformat(),
                "cost": to_text(row.card.cost_minor),
                "charged": to_text(row.charged_minor),
                "net": to_text(row.net_minor),
                "used_by": row.card.used_by,
            }
            for row in rows
        ]
        lines = [
            (row.card.number, row.card.name, grouped(row.card.cost_minor), grouped(row.net_minor))
            for row in rows
        ]
    heads = [context.translate(head) for head in ("编号", "名称", "原价", "净值")]
    context.answer({"assets": found}, table(heads, lines, right="  rr"))


@assets.command("depreciate", help="计提一个月的折旧和摊销，编制一张凭证。")
@click.option("--period", required=True, help="会计期间，如 2026-03。")
@pass_context
def depreciate(context: CommandContext, period: str) -> None:
    actor = context.require(Permission.VOUCHERS_PREPARE)
    digits = period.replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        raise InvalidInput(field="会计期间", reason="应写作 2026-03")
    with context.transaction() as session:
        run = depreciation.run(session, int(digits), actor=actor, clock=context.clock)
        document = {
            "period": text_of(run.period_id),
            "voucher_id": run.voucher_id,
            "total": to_text(run.total_minor),
        }
    context.answer(document, [f"{document['period']}  {document['total']}"])


COMMANDS: tuple[click.Command, ...] = (assets,)

"""Commands around documents: `capitals`, `bills …`, `letters …`."""

import click

from foundation.command_context import CommandContext, pass_context
from foundation.receipting import bill_commands, bill_stock_commands, letter_commands
from ledger import money
from receipts.capitals import to_capitals


@click.command("capitals", help="人民币大写金额，例如 capitals 1409.50。")
@click.argument("amounts", nargs=-1, required=True, metavar="AMOUNT…")
@pass_context
def capitals(context: CommandContext, amounts: tuple[str, ...]) -> None:
    """Write amounts of RMB in capital characters."""
    written = [to_capitals(money.parse_positive(amount)) for amount in amounts]
    context.answer({"capitals": written}, written)


bills = click.Group(
    "bills",
    help="公益事业捐赠票据：领用、登记、红字、作废、核销。票据由财政系统开具，此处只登记。",
    commands=[
        bill_stock_commands.add_batch,
        bill_stock_commands.list_batches,
        bill_commands.record,
        bill_commands.link,
        bill_stock_commands.list_bills,
        bill_stock_commands.void,
        bill_stock_commands.write_off,
    ],
)
letters = click.Group(
    "letters",
    help="捐赠确认函、年度捐赠明细、捐赠证书：出具、生成文件、核验、更换、作废。",
    commands=[
        letter_commands.issue,
        letter_commands.render,
        letter_commands.verify,
        letter_commands.list_letters,
        letter_commands.replace,
        letter_commands.cancel,
    ],
)
COMMANDS = (capitals, bills, letters)

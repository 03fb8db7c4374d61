"""Commands that end, refund or restore a gift: `gifts cancel|refund|undo`."""

from datetime import datetime
from typing import Any

import click

from foundation.command_context import CommandContext, pass_context
from foundation.gifts import changes, gift_answer, gift_view, service, undoing
from foundation.gifts.kinds import RefundCause
from foundation.users.permissions import Permission
from ledger import money

DAY = click.DateTime(["%Y-%m-%d"])
_REASON = click.option("--reason", required=True, help="原因，记入操作日志。")


@click.command("cancel", help="作废误记的捐赠；已记账的生成红字凭证，等待审核。")
@click.argument("reference")
@_REASON
@click.option("--date", "day", type=DAY, help="红字凭证的日期；默认今天。")
@pass_context
def cancel(context: CommandContext, reference: str, reason: str, day: datetime | None) -> None:
    actor = context.require(Permission.GIFTS_RECORD)
    with context.transaction() as session:
        changes.cancel_gift(
            session,
            service.find_key(session, reference),
            booked_on=_day(context, day),
            reason=reason,
            actor=actor,
            clock=context.clock,
        )
        view = gift_view.get_view(session, reference)
    gift_answer.answer(context, view)


@click.command("refund", help="登记退款，凭证等待审核。")
@click.argument("reference")
@click.option("--amount", required=True, help="退款金额（元）。")
@click.option(
    "--cause",
    type=click.Choice([cause.value for cause in RefundCause]),
    required=True,
    help="external 捐赠人、法律或主管部门的原因；own 本基金会自身原因。",
)
@_REASON
@click.option("--date", "day", type=DAY, help="退款日期；默认今天。")
@click.option("--pay-from", help="款项已付出时的付款科目编码，同时生成付款凭证。")
@pass_context
def refund(context: CommandContext, /, reference: str, **given: Any) -> None:
    actor = context.require(Permission.GIFTS_RECORD)
    amount = money.parse_positive(given["amount"])
    with context.transaction() as session:
        changes.refund_gift(
            session,
            service.find_key(session, reference),
            amount_minor=amount,
            cause=RefundCause(given["cause"]),
            refunded_on=_day(context, given["day"]),
            pay_from=given["pay_from"],
            reason=given["reason"],
            actor=actor,
            clock=context.clock,
        )
        view = gift_view.get_view(session, reference)
    gift_answer.answer(context, view)


@click.command("undo", help="撤销作废、更正或退款；凭证未记账的作废，已记账的退款以红字冲销。")
@click.argument("reference")
@click.option("--change", "change_id", type=int, help="变更编号（见 gifts show）；默认最近一次。")
@_REASON
@click.option("--date", "day", type=DAY, help="红字凭证的日期；默认今天。")
@pass_context
def undo(context: CommandContext, /, reference: str, **given: Any) -> None:
    actor = context.require(Permission.GIFTS_RECORD)
    with context.transaction() as session:
        undoing.undo_change(
            session,
            service.find_key(session, reference),
            change_id=given["change_id"],
            booked_on=_day(context, given["day"]),
            reason=given["reason"],
            actor=actor,
            clock=context.clock,
        )
        view = gift_view.get_view(session, reference)
    gift_answer.answer(context, view)


def _day(context: CommandContext, given: datetime | None) -> Any:
    return context.clock.today() if given is None else given.date()


COMMANDS = (cancel, refund, undo)

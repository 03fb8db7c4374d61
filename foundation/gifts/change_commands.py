"""Commands that end, correct, refund or restore a gift: `gifts cancel|correct|refund|undo`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from foundation.command_context import CommandContext, pass_context
from foundation.donors import service as donors
from foundation.gifts import changes, gift_answer, gift_view, restating, service, undoing
from foundation.gifts.kinds import GiftMethod, RefundCause
from foundation.users.permissions import Permission
from ledger import money
from ledger.errors import InvalidInput

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


@click.command("correct", help="更正一笔货币捐赠：原捐赠作废，按更正后的内容重新登记。")
@click.argument("reference")
@click.option("--donor", type=int, help="捐赠人编号。")
@click.option("--received", type=DAY, help="收到日期。")
@click.option("--amount", help="人民币金额，如 120000.00。")
@click.option("--account", "account_code", help="收款科目编码。")
@click.option(
    "--fund",
    "funds",
    multiple=True,
    metavar="CODE[=AMOUNT]",
    help="基金，可重复；几个基金时写明各自金额。",
)
@click.option("--method", type=click.Choice([item.value for item in GiftMethod]))
@click.option("--bank-reference", help="银行流水号。")
@click.option("--agreement", help="捐赠协议编号。")
@click.option("--anonymous/--named", "is_anonymous", default=None, help="是否不公开捐赠人。")
@click.option("--note", help="备注。")
@_REASON
@click.option("--date", "day", type=DAY, help="红字凭证的日期；默认今天。")
@pass_context
def correct(context: CommandContext, /, reference: str, **given: Any) -> None:
    actor = context.require(Permission.GIFTS_RECORD)
    reason, day = given.pop("reason"), given.pop("day")
    funds = parse_funds(given.pop("funds"))
    donor, amount = given.pop("donor"), given.pop("amount")
    received, method = given.pop("received"), given.pop("method")
    changed = {name: value for name, value in given.items() if value is not None}
    with context.transaction() as session:
        key = service.find_key(session, reference)
        if donor is not None:
            changed |= {"donor": donors.get_ref(session, donor), "donor_name": ""}
        if amount is not None:
            changed["amount_minor"] = money.parse_positive(amount)
        if received is not None:
            changed["received_on"] = received.date()
        if method is not None:
            changed["method"] = GiftMethod(method)
        if not changed and not funds:
            raise InvalidInput(field="更正内容", reason="请至少写明一项要更正的内容")
        entry = restating.restated(restating.money_gift(session, key), changed, funds)
        made = changes.correct_gift(
            session,
            key,
            entry,
            booked_on=_day(context, day),
            reason=reason,
            actor=actor,
            clock=context.clock,
        )
        view = gift_view.get_view(session, made.reference)
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


def parse_funds(funds: Sequence[str]) -> list[tuple[str, int | None]]:
    """Read `CODE=AMOUNT` or, for one fund, `CODE` alone. Raises InvalidInput."""
    found: list[tuple[str, int | None]] = []
    for text in funds:
        code, equals, part = text.partition("=")
        if not equals and len(funds) > 1:
            raise InvalidInput(field="基金", reason="几个基金时应写作 --fund 编码=金额")
        found.append((code, money.parse_positive(part) if equals else None))
    return found


def _day(context: CommandContext, given: datetime | None) -> Any:
    return context.clock.today() if given is None else given.date()


COMMANDS = (cancel, correct, refund, undo)

"""One gift as the command line answers it: for programs and for people."""

from foundation.command_context import CommandContext
from foundation.gifts import documents, labels
from foundation.gifts.gift_view import GiftView
from ledger import money


def answer(context: CommandContext, view: GiftView) -> None:
    """Print a gift, and what became of it line by line."""
    parts = "、".join(
        f"{part.fund} {money.grouped(part.amount_minor)}" for part in view.allocations
    )
    pairs = [
        ("捐赠编号", view.reference),
        ("状态", context.translate(labels.STATES[view.state][0])),
        ("捐赠人", view.donor_name),
        ("种类", context.translate(labels.KINDS[view.kind])),
        ("收到日期", view.received_on.isoformat()),
        ("金额", money.grouped(view.amount_minor)),
        ("现有金额", money.grouped(view.remaining_minor)),
        ("基金", parts),
        ("科目", f"{view.account_code} {view.account_name}"),
        ("凭证", view.voucher.number or f"#{view.voucher.id}"),
    ]
    for change in view.changes:
        words = [
            str(change.id),
            context.translate(labels.CHANGES[change.kind]),
            change.changed_on.isoformat(),
            money.grouped(change.amount_minor),
            change.reason,
        ]
        if change.is_withdrawn:
            words.append(context.translate("凭证已作废，未生效"))
        pairs.append(("变更", " ".join(words)))
    context.answer(
        documents.of_view(view),
        [f"{context.translate(name)}  {value}" for name, value in pairs],
    )

"""The command `duties list`."""

from typing import Any

import click

from foundation.command_context import CommandContext, pass_context, table
from foundation.duties import service
from foundation.duties.calendar import Item
from foundation.duties.web import FIRST_YEAR, LAST_YEAR
from foundation.http.formats import LABELS
from foundation.users.permissions import Permission


@click.group(help="期限日程：法规和登记簿要求在某日之前办的事。")
def duties() -> None:
    """Group the commands for duties."""


@duties.command("list", help="按日期列出一年的事项及其状态。")
@click.option("--year", type=click.IntRange(FIRST_YEAR, LAST_YEAR), help="到期的年份；默认为今年。")
@pass_context
def list_duties(context: CommandContext, year: int | None) -> None:
    context.require_reading(Permission.REPORTS_READ)
    today = context.clock.today()
    with context.reading() as session:
        items = service.list_items(session, year=year or context.clock.today().year, today=today)
    heads = [context.translate(head) for head in ("期限", "状态", "责任", "应办事项", "法规依据")]
    rows = [
        (
            item.due_on.isoformat(),
            context.translate(LABELS[item.state][0]),
            context.translate(LABELS[item.duty.who][0]),
            item.title.of(context.language),
            f"{item.duty.clause}（{item.duty.grade}）",
        )
        for item in items
    ]
    context.answer({"duties": [document_of(context, item) for item in items]}, table(heads, rows))


def document_of(context: CommandContext, item: Item) -> dict[str, Any]:
    """Return an item as a program reads it."""
    mark = item.mark
    return {
        "duty": item.duty.id,
        "occurrence": item.occurrence,
        "title": item.title.of(context.language),
        "due_on": item.due_on.isoformat(),
        "days_left": item.days_left,
        "state": item.state.value,
        "who": item.duty.who.value,
        "year": item.about,
        "source": item.duty.source,
        "article": item.duty.article,
        "grade": item.duty.grade,
        "detail": context.text(item.detail, **item.values) if item.detail else "",
        "done_on": None if mark is None else mark.done_on.isoformat(),
        "note": None if mark is None else mark.note,
        "marked_by": None if mark is None else mark.marked_by,
    }


COMMANDS: tuple[click.Command, ...] = (duties,)

"""Commands for pledges: `pledges add|list|remind`."""

from datetime import datetime
from typing import Any

import click

from foundation.command_context import CommandContext, pass_context, table
from foundation.donors import service as donors
from foundation.donors.commands import find_vault
from foundation.donors.models import DonorKind
from foundation.donors.particulars import guess_kind
from foundation.donors.service import DonorInput
from foundation.http import lists
from foundation.http.lists import PageRequest
from foundation.pledges import documents, labels, queries, reminding, schedule, service
from foundation.pledges.models import PledgeEvidence
from foundation.pledges.queries import PledgeFilter, PledgeRow, PledgeState, PledgeSums
from foundation.pledges.schedule import Due, Every
from foundation.pledges.service import PledgeInput
from foundation.users.permissions import Permission
from ledger import money
from ledger.clock import Clock
from ledger.errors import InvalidInput

DAY = click.DateTime(["%Y-%m-%d"])


@click.group(help="捐赠承诺：登记、列示、催付。")
def pledges() -> None:
    """Group the commands for pledges."""


@pledges.command("add", help="登记捐赠承诺及其分期；不记账。")
@click.option("--donor", type=int, help="捐赠人编号；或用 --donor-name。")
@click.option("--donor-name", default="", help="捐赠人名称；没有时新建。")
@click.option("--donor-kind", type=click.Choice([kind.value for kind in DonorKind]))
@click.option("--fund", required=True, help="基金编码。")
@click.option("--amount", required=True, help="人民币金额，如 300000.00。")
@click.option("--made-on", type=DAY, help="承诺日期；默认为今天。")
@click.option("--first", type=DAY, help="等额分期的第一期到期日。")
@click.option("--count", type=click.IntRange(1, schedule.MOST_INSTALMENTS), default=1)
@click.option("--every", type=click.Choice([item.value for item in Every]), default="year")
@click.option(
    "--part", "parts", multiple=True, metavar="DATE=AMOUNT", help="不等额的一期，可重复。"
)
@click.option("--agreement", default="", help="捐赠协议编号。")
@click.option("--evidence", type=click.Choice([item.value for item in PledgeEvidence]))
@click.option("--email", default="", help="催付邮件地址；默认为捐赠人的地址。")
@click.option("--note", default="", help="备注。")
@pass_context
def add(context: CommandContext, /, **given: Any) -> None:
    actor = context.require(Permission.PLEDGES_RECORD)
    today = context.clock.today()
    amount = money.parse_positive(given["amount"])
    made_on = today if given["made_on"] is None else given["made_on"].date()
    evidence = PledgeEvidence.AGREEMENT if given["agreement"] else PledgeEvidence.LETTER
    with context.transaction() as session:
        entry = PledgeInput(
            donor_id=_donor(context, session, given, actor),
            fund=given["fund"],
            made_on=made_on,
            amount_minor=amount,
            schedule=_schedule(given, amount),
            agreement=given["agreement"],
            evidence=PledgeEvidence(given["evidence"]) if given["evidence"] else evidence,
            contact_email=given["email"],
            note=given["note"],
        )
        made = service.record_pledge(session, entry, actor=actor, clock=context.clock)
        row = queries.get_row(session, made.pledge_id, today=today)
    _answer(context, [row], _sums_of(row, context.clock), following=None)


@pledges.command("list", help="列出捐赠承诺，最近的在前。")
@click.option("--due-by", type=DAY, help="只列到此日应付未付的。")
@click.option("--donor", type=int, help="捐赠人编号。")
@click.option("--fund", default="", help="基金编码。")
@click.option("--state", type=click.Choice([state.value for state in PledgeState]))
@click.option("--search", "text", default="", help="编号或捐赠人。")
@click.option("--limit", type=click.IntRange(1, lists.HIGHEST_LIMIT), default=50, show_default=True)
@click.option("--cursor", help="上一次输出的 next。")
@pass_context
def list_pledges(
    context: CommandContext, /, *, limit: int, cursor: str | None, **given: Any
) -> None:
    context.require_reading(Permission.GIFTS_READ)
    due_by: datetime | None = given["due_by"]
    wanted = PledgeFilter(
        donor_id=given["donor"],
        fund=given["fund"],
        due_by=None if due_by is None else due_by.date(),
        state=None if given["state"] is None else PledgeState(given["state"]),
        text=given["text"],
    )
    today = context.clock.today()
    with context.reading() as session:
        today = context.clock.today()
        page = queries.rows(session, wanted, PageRequest(limit=limit, cursor=cursor), today=today)
        sums = queries.add_up(session, wanted, today=today)
    _answer(context, list(page.items), sums, following=page.next)


@pledges.command("remind", help="给到期未付的捐赠人写催付邮件；每个阶段只写一次。")
@pass_context
def remind(context: CommandContext) -> None:
    actor = context.require(Permission.PLEDGES_RECORD)
    with context.transaction() as session:
        done = reminding.remind(session, actor=actor, clock=context.clock)
        sums = queries.add_up(session, PledgeFilter(), today=context.clock.today())
    rows = [
        (
            item.pledge,
            str(item.number),
            item.due_on.isoformat(),
            money.grouped(item.open_minor),
            context.translate(labels.STAGES.get(item.stage.code, item.stage.title)),
            item.sent_to or context.translate("没有邮件地址"),
            item.donor_name,
        )
        for item in done
    ]
    names = ("编号", "期次", "到期日", "待付", "提醒", "寄往", "捐赠人")
    context.answer(
        {
            "pledges": [documents.of_reminded(item) for item in done],
            "due": money.to_text(sums.due_minor),
            "overdue": money.to_text(sums.overdue_minor),
        },
        [
            *table([context.translate(name) for name in names], rows, right=" r r"),
            context.text("已写 {count} 封提醒", count=len(done)),
        ],
    )


def _donor(context: CommandContext, session: Any, given: dict[str, Any], actor: str) -> int:
    if (given["donor"] is None) == (not given["donor_name"]):
        raise InvalidInput(field="捐赠人", reason="请给出 --donor 或 --donor-name 之一")
    if given["donor"] is not None:
        return int(given["donor"])
    kind = given["donor_kind"]
    entry = DonorInput(
        name=given["donor_name"],
        kind=DonorKind(kind) if kind else guess_kind(given["donor_name"]),
    )
    vault = find_vault(context)
    return donors.find_or_record(session, entry, vault=vault, actor=actor, clock=context.clock).id


def _schedule(given: dict[str, Any], amount: int) -> tuple[Due, ...]:
    if bool(given["parts"]) == (given["first"] is not None):
        raise InvalidInput(field="分期", reason="请给出 --first，或一个以上 --part")
    if given["first"] is not None:
        first = given["first"].date()
        return tuple(
            schedule.regular(amount, first=first, count=given["count"], every=Every(given["every"]))
        )
    found = []
    for text in given["parts"]:
        day, equals, part = text.partition("=")
        try:
            due_on = datetime.strptime(day, "%Y-%m-%d").date()  # noqa: DTZ007 (a day, no moment)
        except ValueError:
            raise InvalidInput(field="分期", reason="应写作 2026-03-05=100000.00") from None
        if not equals:
            raise InvalidInput(field="分期", reason="应写作 2026-03-05=100000.00")
        found.append(Due(due_on, money.parse_positive(part)))
    return tuple(found)


def _sums_of(row: PledgeRow, clock: Clock) -> PledgeSums:
    is_due = row.next_due_on is not None and row.next_due_on <= clock.today()
    due = row.overdue_minor if is_due else 0
    return PledgeSums(1, row.amount_minor, row.open_minor, due, row.overdue_minor)


def _answer(
    context: CommandContext, found: list[PledgeRow], sums: PledgeSums, *, following: str | None
) -> None:
    rows = [
        (
            row.reference,
            context.translate(labels.STATES[row.state][0]),
            money.grouped(row.amount_minor),
            money.grouped(row.open_minor),
            money.grouped(row.overdue_minor),
            row.next_due_on.isoformat() if row.next_due_on else "",
            row.fund,
            row.donor_name,
        )
        for row in found
    ]
    names = ("编号", "状态", "承诺金额", "待付", "逾期", "下次到期", "基金", "捐赠人")
    context.answer(
        {
            "pledges": [documents.of_row(row) for row in found],
            "count": sums.count,
            "total": money.to_text(sums.amount_minor),
            "open": money.to_text(sums.open_minor),
            "due": money.to_text(sums.due_minor),
            "overdue": money.to_text(sums.overdue_minor),
            "next": following,
        },
        table([context.translate(name) for name in names], rows, right="  rrr"),
    )


COMMANDS: tuple[click.Command, ...] = (pledges,)

"""Commands: issue statements from closed books, list them, write their files again.

What statements say is composed by the reports, which stand above this package; whoever joins the
two hands the composer in.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from foundation.command_context import CommandContext, pass_context, table
from foundation.statements import documents, service
from foundation.statements.content import Compose, Signers
from foundation.users.permissions import Permission
from ledger import money
from ledger.integrity import Check
from ledger.periods import parse_period

Group = Callable[..., Any]


def commands(
    compose: Compose,
    checks: Sequence[Check],
    reclassifications: Callable[[], list[tuple[str, str]]],
) -> tuple[click.Command, ...]:
    """Return the commands, with what composes the statements and the whole integrity suite."""

    @click.group(help="会计报表：签发正式报表、列示、取回、列报重分类。")
    def statements() -> None:
        """Group the commands for issued statements."""

    @statements.command("issue", help="由已结账的账簿签发正式报表；此后有关期间不能反结账。")
    @click.option("--period", required=True, help="会计期间：2026、2026-Q1、2026-H1 或 2026-03。")
    @click.option(
        "--layout", type=click.Choice(["auto", "2024", "2004"]), default="auto", help="报表格式。"
    )
    @click.option("--legal-representative", default="", help="单位负责人姓名。")
    @click.option("--accounting-head", default="", help="会计主管姓名。")
    @click.option("--preparer", default="", help="制表人姓名。")
    @pass_context
    def issue(
        context: CommandContext,
        period: str,
        layout: str,
        legal_representative: str,
        accounting_head: str,
        preparer: str,
    ) -> None:
        actor = context.require(Permission.STATEMENTS_ISSUE)
        with context.reading() as session:
            service.require_sound(session, period, checks)
        signers = Signers(legal_representative, accounting_head, preparer)
        with context.transaction() as session:
            content = compose(session, period, layout, context.clock)
            issued = service.issue(
                session, content, signers=signers, actor=actor, clock=context.clock
            )
        context.answer(
            documents.of_issued(issued),
            [
                context.text(
                    "已签发 {period} 报表，摘要 {digest}", period=period, digest=issued.digest
                )
            ],
        )

    @statements.command("list", help="列出已签发的报表。")
    @pass_context
    def list_statements(context: CommandContext) -> None:
        context.require_reading(Permission.REPORTS_READ)
        with context.reading() as session:
            found = service.list_issued(session)
        heads = [context.translate(head) for head in ("编号", "期间", "格式", "签发人", "摘要")]
        rows = [(str(s.id), s.period, s.layout, s.issued_by, s.digest[:16]) for s in found]
        context.answer({"statements": [documents.of_issued(s) for s in found]}, table(heads, rows))

    @statements.command("export", help="取回已签发报表的文件，与签发时逐字节相同。")
    @click.argument("statement", type=int)
    @click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
    @pass_context
    def export(context: CommandContext, statement: int, out: Path) -> None:
        context.require_reading(Permission.REPORTS_READ)
        with context.reading() as session:
            wanted = [s for s in service.list_issued(session) if s.id == statement]
            if not wanted:
                raise service.UnknownStatement(statement=statement)
            out.mkdir(parents=True, exist_ok=True)
            for name in wanted[0].files:
                (out / name).write_bytes(service.get_file(session, statement, name).data)
        files = [str(out / name) for name in wanted[0].files]
        context.answer({"files": files}, files)

    @statements.command("reclassify", help="列报重分类：把资产负债表一行的一部分列入另一行。")
    @click.argument("month")
    @click.argument("source")
    @click.argument("target")
    @click.argument("amount")
    @click.option("--reason", required=True, help="依据，例如到期日。")
    @pass_context
    def reclassify(
        context: CommandContext, month: str, source: str, target: str, amount: str, reason: str
    ) -> None:
        actor = context.require(Permission.VOUCHERS_PREPARE)
        with context.transaction() as session:
            service.reclassify(
                session,
                parse_period(month),
                source=source,
                target=target,
                amount_minor=money.parse(amount),
                allowed=reclassifications(),
                reason=reason,
                actor=actor,
                clock=context.clock,
            )
        context.answer(
            {"period": month, "from": source, "to": target, "amount": amount},
            [context.text("已登记列报重分类")],
        )

    return (statements,)

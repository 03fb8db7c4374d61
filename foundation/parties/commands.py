"""Commands for related parties: `parties list|add|import|dealings|suggestions`."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from foundation.command_context import CommandContext, pass_context, table
from foundation.donors.commands import find_vault, get_vault
from foundation.imports import reading
from foundation.parties import dealings, documents, importing, queries, service, suggesting
from foundation.parties.importing import PartiesRejected
from foundation.parties.labels import DEALINGS, RELATIONS
from foundation.parties.models import RelationKind
from foundation.parties.queries import PartyFilter, View
from foundation.parties.service import PartyInput, RelationInput
from foundation.users.permissions import Permission
from ledger.money import grouped, to_text

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group(help="关联方：清单、登记、导入、交易、疑似关联方。")
def parties() -> None:
    """Group the commands for related parties."""


@parties.command("list", help="列出关联方，重要的和现行的在前。")
@click.option("--search", "text", default="", help="名称、编号、信用代码或关系。")
@click.option("--kind", type=click.Choice([kind.value for kind in RelationKind]))
@click.option("--current", is_flag=True, help="只列今天有关联关系的。")
@pass_context
def list_parties(context: CommandContext, *, text: str, kind: str | None, current: bool) -> None:
    context.require_reading(Permission.REPORTS_READ)
    wanted = PartyFilter(
        text, RelationKind(kind) if kind else None, standing="current" if current else ""
    )
    vault = find_vault(context)
    with context.reading() as session:
        on = context.clock.today()
        found = queries.list_parties(session, wanted, on=on)
        shown = [documents.of_party(view, vault, on=on) for view in found]
    heads = [context.translate(head) for head in ("编号", "重要", "类型", "名称")]
    context.answer({"parties": shown}, table(heads, [_row(context, view, on) for view in found]))


@parties.command("add", help="登记关联方及其关联关系。")
@click.argument("name")
@click.option("--kind", type=click.Choice([kind.value for kind in RelationKind]), required=True)
@click.option("--relation", required=True, help="关联关系的说明。")
@click.option("--source", required=True, help="依据文件，如 章程第三条。")
@click.option("--from", "valid_from", type=_DAY, required=True, help="关联关系自何日起。")
@click.option("--until", "valid_until", type=_DAY, help="至何日止；空着为仍然存在。")
@click.option("--important", is_flag=True, help="重要关联方。")
@click.option("--person", is_flag=True, help="是个人。")
@click.option("--credit-code", default="", help="统一社会信用代码。")
@click.option("--id-number", default="", help="身份证号码；加密保存。")
@pass_context
def add(context: CommandContext, /, name: str, **given: Any) -> None:
    actor = context.require(Permission.EVIDENCE_EDIT)
    vault = get_vault(context) if given["id_number"] else find_vault(context)
    until: datetime | None = given["valid_until"]
    relation = RelationInput(
        kind=RelationKind(given["kind"]),
        is_important=given["important"],
        relation=given["relation"],
        source=given["source"],
        valid_from=given["valid_from"].date(),
        valid_until=None if until is None else until.date(),
    )
    entry = PartyInput(name, given["person"], given["credit_code"], given["id_number"])
    with context.transaction() as session:
        made = service.declare(
            session, entry, relation, vault=vault, actor=actor, clock=context.clock
        )
        view = queries.get(session, made.id)
        document = documents.of_party(view, vault, on=context.clock.today())
    context.answer(document, [f"{view.number}  {view.party.name}"])


@parties.command("import", help="导入关联方清单（xlsx、xls 或 csv）；有一行不能读则全部不导入。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只检查，不导入。")
@pass_context
def import_parties(context: CommandContext, file: Path, *, dry_run: bool) -> None:
    actor = context.require(Permission.EVIDENCE_EDIT)
    source = reading.open_register(file, file.name)
    if dry_run:
        with context.reading() as session:
            found = importing.examine(session, source)
    else:
        vault = get_vault(context)
        try:
            with context.transaction() as session:
                found = importing.bring_in(
                    session, source, vault=vault, actor=actor, clock=context.clock
                )
        except PartiesRejected as error:
            for one in error.data["rejected"]:
                context.say("第 {row} 行：{reason}", **one)
            raise
    lines = [
        context.text(
            "{rows} 行：新登记 {declared}，新增关系 {related}，重复 {duplicates}",
            rows=found.rows,
            declared=found.declared,
            related=found.related,
            duplicates=found.duplicates,
        ),
        *(
            context.text("第 {row} 行：{reason}", row=r.row, reason=r.reason)
            for r in found.rejected
        ),
    ]
    context.answer(documents.of_import(found), lines)


@parties.command("dealings", help="列出与关联方的交易；默认为今年。")
@click.option("--from", "first", type=_DAY, help="从何日起。")
@click.option("--to", "last", type=_DAY, help="到何日止。")
@click.option("--party", "number", default="", help="关联方编号，如 R0001。")
@pass_context
def list_dealings(context: CommandContext, /, **given: Any) -> None:
    context.require_reading(Permission.REPORTS_READ)
    today = context.clock.today()
    first = given["first"].date() if given["first"] else date(today.year, 1, 1)
    last = given["last"].date() if given["last"] else today
    with context.reading() as session:
        views = queries.load(session)
        if given["number"]:
            views = (queries.get(session, queries.key_of(given["number"])),)
        found = dealings.read(session, views, first, last)
    names = {view.id: view.party.name for view in views}
    shown = []
    for item in found:
        document = documents.of_dealing(item, names)
        document["amount"] = to_text(document.pop("amount_minor"))
        document["booked_on"] = item.booked_on.isoformat()
        document["published_on"] = item.published_on.isoformat() if item.published_on else None
        shown.append(document)
    rows = [
        (
            item.voucher,
            names[item.party_id],
            context.translate(DEALINGS[item.kind]),
            grouped(item.amount_minor),
        )
        for item in found
    ]
    heads = [context.translate(head) for head in ("凭证", "关联方", "交易类型", "金额")]
    context.answer({"dealings": shown}, table(heads, rows, right="   r"))


@parties.command("suggestions", help="列出疑似关联方及原因。")
@pass_context
def list_suggestions(context: CommandContext) -> None:
    context.require_reading(Permission.REPORTS_READ)
    with context.reading() as session:
        found = suggesting.suggestions(session, today=context.clock.today())
    shown = [documents.of_suggestion(item) for item in found]
    for document in shown:
        document["amount"] = to_text(document.pop("amount_minor"))
    rows = [(item.subject, item.key, item.name, grouped(item.minor)) for item in found]
    heads = [context.translate(head) for head in ("对象", "原因", "名称", "金额")]
    context.answer({"suggestions": shown}, table(heads, rows, right="   r"))


def _row(context: CommandContext, view: View, on: date) -> tuple[str, ...]:
    relations = view.relations_on(on) or view.relations
    kinds = "、".join(context.translate(RELATIONS[one.kind]) for one in relations)
    important = context.translate("是") if view.is_important(on) else ""
    return view.number, important, kinds, view.party.name


COMMANDS: tuple[click.Command, ...] = (parties,)

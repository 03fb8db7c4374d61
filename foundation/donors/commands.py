"""Commands for donors: `donors list|search|add`."""

import secrets
from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy import select

from foundation import config
from foundation.alumni import commands as alumni
from foundation.command_context import CommandContext, pass_context, table
from foundation.config import BadSetting
from foundation.donors import documents, finding, service
from foundation.donors.models import Donor, DonorKind
from foundation.donors.service import DonorInput
from foundation.donors.vault import Vault
from foundation.gifts import labels
from foundation.http import lists
from foundation.http.lists import PageRequest
from foundation.users.permissions import Permission


def get_vault(context: CommandContext) -> Vault:
    """Return the keys of the service. Raises BadSetting where it has no secret: what another
    key seals, nobody could open."""
    return Vault.of(config.read(context.environ).secret_key)


def find_vault(context: CommandContext) -> Vault:
    """Return the keys of the service, or some that open nothing, where no number is sealed."""
    try:
        return get_vault(context)
    except BadSetting:
        return Vault.of(secrets.token_urlsafe(48))


@click.group(help="捐赠人：列示、查找、登记。")
def donors() -> None:
    """Group the commands for donors."""


@donors.command("list", help="按名称列出捐赠人。")
@click.option("--kind", type=click.Choice([kind.value for kind in DonorKind]))
@click.option("--limit", type=click.IntRange(1, lists.HIGHEST_LIMIT), default=50, show_default=True)
@click.option("--cursor", help="上一次输出的 next。")
@pass_context
def list_donors(
    context: CommandContext, *, kind: str | None, limit: int, cursor: str | None
) -> None:
    context.require_reading(Permission.DONORS_READ)
    statement: Any = select(Donor, Donor.name_key, Donor.id)
    if kind is not None:
        statement = statement.where(Donor.kind == DonorKind(kind))
    with context.reading() as session:
        part = lists.page(
            session,
            statement,
            keys=[Donor.name_key, Donor.id],
            request=PageRequest(limit=limit, cursor=cursor),
        )
        _answer(context, [row[0] for row in part.items], following=part.next)


@donors.command("search", help="按名称、拼音、首字母或信用代码查找捐赠人。")
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, lists.HIGHEST_LIMIT), default=20, show_default=True)
@pass_context
def search(context: CommandContext, text: str, *, limit: int) -> None:
    context.require_reading(Permission.DONORS_READ)
    with context.reading() as session:
        _answer(context, finding.search(session, text, limit=limit), following=None)


@donors.command("add", help="登记捐赠人。")
@click.argument("name")
@click.option("--kind", type=click.Choice([kind.value for kind in DonorKind]), required=True)
@click.option("--credit-code", default="", help="统一社会信用代码。")
@click.option("--id-number", default="", help="身份证号码；加密保存。")
@click.option("--email", default="")
@click.option("--phone", default="")
@click.option("--note", default="")
@pass_context
def add(context: CommandContext, /, name: str, *, kind: str, **given: str) -> None:
    actor = context.require(Permission.DONORS_EDIT)
    vault = get_vault(context) if given["id_number"] else find_vault(context)
    entry = DonorInput(name=name, kind=DonorKind(kind), **given)
    with context.transaction() as session:
        similar = finding.likenesses(session, entry, vault=vault)
        made = service.record_donor(session, entry, vault=vault, actor=actor, clock=context.clock)
        document = documents.of_donor(service.get_donor(session, made.id), vault, similar=similar)
    for item in similar:
        context.say("请核对：已有捐赠人 {name}（{why}）", name=item.donor.name, why=item.why)
    context.answer(document, [f"{made.id}  {made.name}"])


def _answer(context: CommandContext, found: Sequence[Donor], *, following: str | None) -> None:
    vault = find_vault(context)
    rows = [
        (
            str(donor.id),
            context.translate(labels.DONORS[donor.kind]),
            donor.credit_code or "",
            donor.name,
        )
        for donor in found
    ]
    names = [context.translate(name) for name in ("#", "类型", "信用代码", "名称")]
    context.answer(
        {"donors": [documents.of_donor(donor, vault) for donor in found], "next": following},
        table(names, rows, right="r"),
    )


for _command in alumni.COMMANDS:
    donors.add_command(_command)

COMMANDS = (donors,)

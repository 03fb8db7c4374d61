"""`backup` and `restore`: everything in one file, and back."""

from pathlib import Path

import click
from sqlalchemy import inspect

from foundation.backup import restoring, writing
from foundation.command_context import CommandContext, pass_context
from foundation.command_files import digest_of, whole_file
from foundation.organisation.service import get_organisation
from foundation.users.permissions import Permission
from ledger.errors import InvalidInput


@click.command(
    "backup",
    help="把全部数据和已存文件备份为一个文件。内含个人信息，请妥善保管；"
    "SECRET_KEY 和签名私钥不在其中，须另行保存。",
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_context
def backup(context: CommandContext, file: Path) -> None:
    context.require_reading(Permission.SETTINGS_EDIT)
    if not file.parent.is_dir():
        raise InvalidInput(field="文件", reason=f"文件夹 {file.parent} 不存在")
    with context.reading() as session:
        organisation = get_organisation(session)
        count = len(inspect(session.connection()).get_table_names())
        with whole_file(file) as stream, context.progress("备份", count) as progress:
            done = writing.write(
                session,
                stream,
                data_dir=context.config.data_dir,
                secret=context.config.secret_key,
                organisation=organisation.name,
                taken_at=context.clock.now().isoformat(timespec="seconds"),
                progress=progress,
            )
    # Names and gifts of people: for the owner's eyes only.
    file.chmod(0o600)
    _answer(context, done, file, "已备份 {vouchers} 张凭证、{gifts} 笔捐赠，摘要 {sha256}")


@click.command("restore", help="把备份恢复到空的数据库；可在 SQLite 与 PostgreSQL 之间转换。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_context
def restore(context: CommandContext, file: Path) -> None:
    settings = context.config
    with file.open("rb") as stream, context.progress("恢复", 0) as progress:
        done = restoring.restore(
            context.engine, stream, data_dir=settings.data_dir, progress=progress
        )
    if done.secret_check != writing.secret_check(settings.secret_key):
        context.say(
            "注意：SECRET_KEY 与备份时不同，已加密的证件号码将无法读取；请换回备份时的 SECRET_KEY"
        )
    _answer(context, done, file, "已恢复 {vouchers} 张凭证、{gifts} 笔捐赠，摘要 {sha256}")


def _answer(context: CommandContext, done: writing.Manifest, file: Path, words: str) -> None:
    facts = {
        "vouchers": done.vouchers,
        "gifts": done.gifts,
        "sha256": digest_of(file),
        "chain_head": done.chain_head,
        "organisation": done.organisation,
        "taken_at": done.taken_at,
    }
    context.answer(facts, [context.text(words, **facts)])


COMMANDS: tuple[click.Command, ...] = (backup, restore)

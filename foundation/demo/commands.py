"""The command that loads the demo foundation: `demo [--if-new]`."""

from enum import StrEnum

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import config, database
from foundation.command_context import CommandContext, NotInitialised, SchemaBehind, pass_context
from foundation.demo import loading, plan, story
from foundation.demo.loading import BooksNotEmpty, Loaded, NotDemoBooks
from foundation.donors.vault import Vault
from foundation.organisation import profiles
from foundation.organisation.models import Organisation
from foundation.organisation.profiles import Profile
from ledger.clock import Clock
from ledger.vouchers import Voucher


class Books(StrEnum):
    """What the database holds before the command does anything."""

    NONE = "none"
    EMPTY = "empty"
    IN_USE = "in_use"


@click.command(help="载入演示基金会：上年和本年至今的账务；数据库须为空。")
@click.option("--if-new", is_flag=True, help="账簿已有内容时什么也不做，正常退出。")
@pass_context
def demo(context: CommandContext, *, if_new: bool) -> None:
    if _look(context, if_new=if_new) is Books.IN_USE:
        context.answer({"loaded": False})
        return
    profile = profiles.load(profiles.DEMO)
    # Keeps a random secret beside the demo database, as `init --profile demo` does.
    settings = config.read(context.environ, demo=True)
    clock = Clock(profile.time_zone) if type(context.clock) is Clock else context.clock
    database.upgrade(context.engine)
    told = story.tell(plan.read(), clock.today())
    with (
        context.progress("载入演示数据", len(told.chapters)) as advance,
        database.transaction(context.engine) as session,
    ):
        loaded = loading.load(
            session,
            profile,
            told,
            vault=Vault.of(settings.secret_key),
            clock=clock,
            progress=advance,
            public_url=settings.public_url,
            folder=settings.data_dir,
        )
    _answer(context, loaded, profile, settings.public_url)


def _look(context: CommandContext, *, if_new: bool) -> Books:
    """Find out what is there.

    Raises BooksNotEmpty and NotDemoBooks, unless books in use are to be left in peace, and
    SchemaBehind for books of a real organisation; those of the demo are brought up to date.
    """
    try:
        context.check_schema()
    except NotInitialised:
        return Books.NONE
    except SchemaBehind:
        with database.reading(context.engine) as session:
            if not _is_demo(session):
                raise
        database.upgrade(context.engine)
        context.check_schema()
    with context.reading() as session:
        count = session.execute(select(func.count()).select_from(Voucher)).scalar_one()
        is_demo = _is_demo(session)
        name = session.execute(select(Organisation.name)).scalar_one()
    if is_demo and not count:
        return Books.EMPTY
    if if_new:
        return Books.IN_USE
    raise BooksNotEmpty(vouchers=count) if is_demo else NotDemoBooks(organisation=name)


def _is_demo(session: Session) -> bool:
    # Only this column: the others may be of a later schema than the database.
    return session.execute(select(Organisation.is_demo)).scalar() is True


def _answer(context: CommandContext, loaded: Loaded, profile: Profile, url: str) -> None:
    context.answer(
        {
            "loaded": True,
            "organisation": loaded.organisation,
            "first_period": loaded.first_period,
            "last_period": loaded.last_period,
            "donors": loaded.donors,
            "gifts": loaded.gifts,
            "vouchers": loaded.posted,
            "waiting": loaded.waiting,
            "url": url,
            "users": [
                {"user": user.name, "role": user.role.value, "password": user.password}
                for user in profile.users
            ],
        },
        [
            context.text("已载入演示数据：{organisation}", organisation=loaded.organisation),
            context.text(
                "{first} 至 {last}，捐赠人 {donors} 位，捐赠 {gifts} 笔，"
                "已记账凭证 {posted} 张，待处理 {waiting} 张",
                first=loaded.first_period,
                last=loaded.last_period,
                donors=loaded.donors,
                gifts=loaded.gifts,
                posted=loaded.posted,
                waiting=loaded.waiting,
            ),
            context.text("运行 foundation serve，然后打开 {url}", url=url),
            context.text("演示账号（仅供演示，请勿用于正式账簿）："),
            *(f"  {user.name}  {user.password}  ({user.role.value})" for user in profile.users),
        ],
    )


COMMANDS: tuple[click.Command, ...] = (demo,)

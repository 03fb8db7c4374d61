"""The root of the command line: options, errors, exit codes, and the commands of every feature.

Exit 0 done, 1 refused, 2 wrong usage, 130 interrupted. With `--json` exactly one JSON document
goes to standard output, also when something is refused; messages go to standard error.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

import click
from sqlalchemy.exc import DBAPIError, OperationalError
from waitress.server import create_server  # type: ignore[import-untyped]

from foundation import command_help, config
from foundation.books import commands as books
from foundation.command_context import CommandContext, FileCheck, pass_context
from foundation.funds import commands as funds
from foundation.http import languages
from foundation.http.context import Services
from foundation.http.languages import mark
from foundation.http.problems import jsonable
from foundation.organisation import commands as organisation
from foundation.organisation import profiles
from foundation.organisation.service import get_organisation
from ledger.clock import Clock
from ledger.errors import Conflict, DomainError
from ledger.integrity import CHECKS, Check
from ledger.orm import guard_name

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

AppFactory = Callable[[Services], "WSGIApplication"]
REFUSED, WRONG_USAGE, INTERRUPTED = 1, 2, 130
_HOST = "127.0.0.1"
_THREADS = 8


class DatabaseUnavailable(Conflict):
    """The database cannot be reached or read."""

    code = "database_unavailable"
    message = "无法使用数据库：{reason}"


class GuardRefused(Conflict):
    """A guard of the database refused what a service should have refused first: our fault."""

    code = "guard_refused"
    message = "数据库守卫 {guard} 拒绝了写入，未作任何更改；请报告此故障"


class DatabaseRefused(Conflict):
    """A constraint of the database refused what a service should have refused first."""

    code = "database_refused"
    message = "数据库拒绝了写入（{reason}），未作任何更改；请报告此故障"


class PortTaken(Conflict):
    """Another program listens there."""

    code = "port_taken"
    message = "端口 {port} 不能使用（可能已被占用），请用 --port 或 PORT 换一个"


class Root(click.Group):
    """Turns what the rules refuse into one sentence or one JSON document, and an exit code.

    Its help, and that of every command below it, is in the language that `--lang` names.
    """

    def __init__(self, *arguments: Any, catalogues: Sequence[Path] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._catalogues = tuple(catalogues)

    def english(self) -> dict[str, str]:
        """Return the English of every sentence."""
        known: dict[str, str] = {}
        for folder in (Path(__file__).parent / "translations", *self._catalogues):
            known |= languages.read(folder)
        return known

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        if command is None or ctx.params.get("lang") != languages.ENGLISH:
            return command
        return command_help.translated(command, self._known(ctx))

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if ctx.params.get("lang") != languages.ENGLISH:
            super().format_help(ctx, formatter)
            return
        shown = command_help.translated(self, self._known(ctx))
        click.Group.format_help(cast(click.Group, shown), ctx, formatter)

    def _known(self, ctx: click.Context) -> dict[str, str]:
        known: dict[str, str] = ctx.meta.setdefault("foundation.english", {})
        if not known:
            known.update(self.english())
        return known

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DomainError as error:
            _refuse(ctx, error)
        except click.UsageError as error:
            if not ctx.params.get("as_json"):
                raise
            _print_error(ctx, "wrong_usage", error.format_message(), {})
            ctx.exit(WRONG_USAGE)
        except OperationalError as error:
            _refuse(ctx, DatabaseUnavailable(reason=_first_line(error)))
        except DBAPIError as error:
            guard = guard_name(error)
            if guard is None:
                _refuse(ctx, DatabaseRefused(reason=_first_line(error)))
            _refuse(ctx, GuardRefused(guard=guard))
        except (KeyboardInterrupt, click.Abort):
            context: CommandContext | None = ctx.obj
            message = mark("已中断，未作任何更改")
            click.echo(message if context is None else context.translate(message), err=True)
            ctx.exit(INTERRUPTED)


def build_cli(
    extra: Sequence[click.Command] = (),
    *,
    serve: AppFactory | None = None,
    checks: Sequence[Check] = CHECKS,
    file_checks: Sequence[FileCheck] = (),
    catalogues: Sequence[Path] = (),
    clock: Clock | None = None,
) -> click.Group:
    """Build the command line.

    `extra` are the commands of other features, `serve` makes the application that `serve`
    serves, `checks` is the whole integrity suite and `file_checks` what proves the files beside
    the rows, `catalogues` are folders of translations.
    """

    @click.group(
        cls=Root,
        catalogues=catalogues,
        name="foundation",
        help="大学教育发展基金会账务。--json 和 --as 写在命令之前。",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    @click.option("--json", "as_json", is_flag=True, help="标准输出只写一个 JSON 文档。")
    @click.option(
        "--as", "actor", metavar="USER", envvar="FOUNDATION_USER", help="操作人的用户名。"
    )
    @click.option(
        "--lang",
        type=click.Choice(languages.LANGUAGES),
        default="zh",
        is_eager=True,  # so that `--lang en --help` is in English
        help="消息的语言。",
    )
    @click.pass_context
    def root(ctx: click.Context, *, as_json: bool, actor: str | None, lang: str) -> None:
        english = cast(Root, ctx.command).english() if lang == languages.ENGLISH else {}
        context = CommandContext(
            environ=os.environ,
            clock=clock or Clock(),
            as_json=as_json,
            actor=actor,
            english=english or None,
            checks=checks,
            file_checks=file_checks,
        )
        ctx.call_on_close(context.close)
        ctx.obj = context

    groups = (organisation.COMMANDS, funds.COMMANDS, books.COMMANDS, extra)
    for command in (command for group in groups for command in group):
        root.add_command(command)
    if serve is not None:
        root.add_command(_serve_command(serve))
    return root


def _serve_command(make_app: AppFactory) -> click.Command:
    @click.command("serve", help="在 127.0.0.1 上提供网页和接口服务。")
    @click.option("--port", type=click.IntRange(1, 65535), help="端口；默认取 PORT 或 8000。")
    @pass_context
    def serve(context: CommandContext, port: int | None) -> None:
        with context.reading() as session:
            facts = get_organisation(session)
            name, is_demo = facts.name, facts.is_demo
        given = dict(context.environ)
        if port is not None:
            given["PORT"] = str(port)
        settings = config.read(given, demo=is_demo)
        app = make_app(Services(context.engine, context.clock, settings))
        try:
            server = create_server(app, host=_HOST, port=settings.port, threads=_THREADS)
        except OSError:
            raise PortTaken(port=settings.port) from None
        context.say("{organisation}：{url}", organisation=name, url=settings.public_url)
        if is_demo:
            context.say("演示账号（仅供演示，请勿用于正式账簿）：")
            for user in profiles.load(profiles.DEMO).users:
                context.say("  {user}  {password}", user=user.name, password=user.password)
        context.say("按 Ctrl-C 停止")
        signal.signal(signal.SIGTERM, _interrupt)
        # What is loaded by now stays for good: looking through it again and again for garbage
        # would hold up a page for most of a tenth of a second.
        gc.collect()
        gc.freeze()
        server.run()  # returns after Ctrl-C, when the last answer has been given

    return serve


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _first_line(error: DBAPIError) -> str:
    """Return what the database said; its further lines quote rows and statements."""
    return str(error.orig or error).strip().split("\n")[0]


def _refuse(ctx: click.Context, error: DomainError) -> NoReturn:
    context: CommandContext | None = ctx.obj
    detail = str(error) if context is None else context.describe(error)
    _print_error(ctx, error.code, detail, error.data)
    ctx.exit(REFUSED)


def _print_error(ctx: click.Context, code: str, detail: str, data: Mapping[str, Any]) -> None:
    context: CommandContext | None = ctx.obj
    if context is not None and context.as_json:
        document = {name: jsonable(value) for name, value in data.items()}
        context.answer({"error": document | {"code": code, "detail": detail}})
    else:
        click.echo(detail, err=True)
    sys.stdout.flush()
